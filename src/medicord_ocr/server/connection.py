"""Connections that do not keep the service waiting: the head of a request comes, in time."""

from __future__ import annotations

import asyncio
import secrets

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from medicord_ocr.server.problems import BadRequest, answer

#: Seconds for the whole head of a request; as long as uvicorn keeps a connection that has answered.
HEAD_SECONDS = 15.0


class Connection(H11Protocol):
    """uvicorn's own, but for silence before a request.

    uvicorn waits for ever for the first head, and for one of which a byte came: a neighbour that
    opens as many connections as this process may have files would shut out everybody else.
    """

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take what came; bytes of a head that is not whole give it no more time."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._stop_waiting()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP in the form of all problems."""
        refusal = answer(BadRequest("this is no sound HTTP"), secrets.token_hex(8))
        headers = [*refusal.raw_headers, (b"connection", b"close")]
        for event in (
            h11.Response(status_code=refusal.status_code, headers=headers),
            h11.Data(data=bytes(refusal.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

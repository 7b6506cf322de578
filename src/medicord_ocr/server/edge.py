"""What every request passes: an id, one line of log, safe headers, an answer to every fault."""

from __future__ import annotations

import asyncio
import math
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medicord_ocr.faults import as_medicord
from medicord_ocr.server.limits import caller_address
from medicord_ocr.server.metrics import Metrics
from medicord_ocr.server.problems import TooLarge, TooSlow

log = structlog.get_logger("medicord_ocr.server")

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
#: The program's pages need no more; the API needs nothing.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
#: Swagger sets styles by itself.
_SWAGGER_POLICY = _POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
#: A client that is refused while it still sends does not see the answer until it is done:
#: so much is taken and thrown away, for so many seconds.
_DRAIN_BYTES, _DRAIN_SECONDS = 64 * 1024 * 1024, 20.0
#: Routes that take documents and bound them themselves; others take so many bytes, which a phone
#: line of 10 kB/s brings in 7 seconds, within so many seconds.
_LARGE, _SMALL_BYTES, SMALL_SECONDS = "/api/v1/ocr/", 64 * 1024, 15.0


class Edge:
    """The outermost layer of the application.

    Args:
        app: what is inside.
        metrics: counts requests.
        secure: tell browsers to come by TLS only.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, *, secure: bool) -> None:
        self._app, self._metrics, self._secure = app, metrics, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._secure)
        structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
        start = time.perf_counter()
        try:
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            # It has been answered by then, if its answer had not begun already.
            log.error("fault", reason=as_medicord(error).message)
        finally:
            self._record(scope, exchange, time.perf_counter() - start)
            structlog.contextvars.clear_contextvars()

    def _record(self, scope: Scope, exchange: _Exchange, seconds: float) -> None:
        state = scope["state"]
        route = getattr(scope.get("route"), "path", "other")
        status = exchange.status or 500
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.duration.labels(route).observe(seconds)
        code = state.get("code")
        if code:
            self._metrics.rejections.labels(code).inc()
        quiet = route in ("/health", "/ready", "/metrics") and status == 200
        (log.debug if quiet else log.info)(
            "request",
            method=method,
            route=route,
            status=status,
            milliseconds=round(1000 * seconds, 1),
            code=code,
            client_id=state.get("client_id"),
            task_id=state.get("task_id"),
            address=caller_address((scope.get("client") or ("",))[0]),
        )


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Exchange:
    """One request and its answer as they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, secure: bool) -> None:
        self.scope, self._receive, self._send, self._secure = scope, receive, send, secure
        scope["state"] = dict(scope.get("state") or {})
        given = _header(scope, b"x-request-id")
        self.request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope["state"]["request_id"] = self.request_id
        self.status = 0
        length = _header(scope, b"content-length")
        chunked = bool(_header(scope, b"transfer-encoding"))
        self._unread = chunked or (length.isdecimal() and int(length) > 0)
        large = scope["path"].startswith(_LARGE)
        self._left = math.inf if large else _SMALL_BYTES
        self._until = None if large else asyncio.get_running_loop().time() + SMALL_SECONDS

    async def receive(self) -> Message:
        try:
            async with asyncio.timeout_at(self._until if self._unread else None):
                message = await self._taken()
        except TimeoutError:
            raise TooSlow("the request took too long") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise TooLarge("the request is too large")
        return message

    async def _taken(self) -> Message:
        message = await self._receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            self._unread = False
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self._unread:
                await self._drain()
            self.status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        await self._send(message)

    async def _drain(self) -> None:
        taken = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                while self._unread and taken < _DRAIN_BYTES:
                    taken += len((await self._taken()).get("body", b""))

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers["X-Request-ID"] = self.request_id
        path = self.scope["path"]
        standing: Mapping[str, str] = self.scope["state"].get("standing", {})
        policy = _SWAGGER_POLICY if path == "/docs" else _POLICY
        headers["Content-Security-Policy"] = policy
        for name, value in (*_HEADERS.items(), *standing.items()):
            headers.setdefault(name, value)
        if not path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        if self._secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _header(scope: Mapping[str, Any], name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin1")
    return ""

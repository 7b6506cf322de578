"""A request to the server of a language model.

Nothing of a request or an answer is logged or put into an error.
"""

from __future__ import annotations

import time
from typing import Any

import httpx2
import orjson

from medicord_ocr.errors import SettingsError
from medicord_ocr.llm.failed import ProviderError
from medicord_ocr.options import Correction, on_this_machine

#: Most bytes of an answer; those of a hundred fields have a few thousand.
_MAX_BYTES = 1_000_000
_UNIX = "unix:"
_LATE = "it did not answer in time"


def post(correction: Correction, path: str, headers: dict[str, str], body: object) -> Any:
    """The JSON that the server answers.

    Args:
        correction: which server, and how long to wait for it.
        path: below its base URL.
        headers: with the key, where there is one.
        body: sent as JSON.

    Raises:
        ProviderError: no answer, another status than 200, no JSON, too long or too late.
        SettingsError: the URL means another host than the settings took it for.
    """
    try:
        client, url = _client(correction)
        with client, client.stream("POST", f"{url}/{path}", headers=headers, json=body) as answer:
            if answer.status_code != httpx2.codes.OK:
                raise ProviderError(f"it answered with HTTP status {answer.status_code}")
            received = _whole(answer, time.monotonic() + correction.timeout)
    except httpx2.TimeoutException:
        raise ProviderError(_LATE) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise ProviderError(f"it cannot be reached ({type(error).__name__})") from None
    try:
        return orjson.loads(received)
    except ValueError:
        raise ProviderError("its answer is not JSON") from None


def _client(correction: Correction) -> tuple[httpx2.Client, str]:
    """A client that reaches the server of the settings and no other, and the URL to use."""
    url, transport = correction.base_url.rstrip("/"), None
    if url.startswith(_UNIX):
        transport = httpx2.HTTPTransport(uds=url.removeprefix(_UNIX))
        url = "http://localhost/v1"
    if correction.local and not on_this_machine(httpx2.URL(url).host):
        raise SettingsError(
            "LLM_BASE_URL names two hosts", hint="Write it as http://HOST:PORT/PATH"
        )
    client = httpx2.Client(
        timeout=correction.timeout,
        trust_env=not correction.local,  # a proxy of the environment is another machine
        transport=transport,
        follow_redirects=False,
    )
    return client, url


def _whole(answer: httpx2.Response, deadline: float) -> bytes:
    """The body of an answer, which may come slowly but not without end."""
    received = bytearray()
    for chunk in answer.iter_bytes():
        received += chunk
        if len(received) > _MAX_BYTES:
            raise ProviderError("its answer is too long")
        if time.monotonic() > deadline:
            raise ProviderError(_LATE)
    return bytes(received)

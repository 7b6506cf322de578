"""Language models over HTTP, behind one method.

Nothing of a request or an answer is logged or put into an error.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

import orjson

from medicord_ocr.errors import MissingDependency, SettingsError
from medicord_ocr.options import Correction, on_this_machine

#: Most bytes of an answer; those of a hundred fields have a few thousand.
_MAX_BYTES = 1_000_000
_UNIX = "unix:"
_LATE = "it did not answer in time"


class ProviderError(Exception):
    """No usable answer; the message says why, without any text of the document."""


class Provider(Protocol):
    """A language model."""

    def ask(self, instructions: str, question: str) -> str:
        """What the model answers.

        Args:
            instructions: what it is to do.
            question: the data that it is to do it with.

        Raises:
            ProviderError: no answer, in time or at all.
        """
        ...


def provider_of(correction: Correction) -> Provider:
    """The provider that the settings name.

    Raises:
        MissingDependency: httpx is not installed.
    """
    return _Gemini(correction) if correction.provider == "gemini" else _OpenAI(correction)


class _OpenAI:
    """OpenAI's chat completions, which most servers for local models speak as well."""

    def __init__(self, correction: Correction) -> None:
        self._correction = correction

    def ask(self, instructions: str, question: str) -> str:
        body: dict[str, Any] = {
            "model": self._correction.model,
            "messages": [
                {"role": "system", "content": instructions},
                {"role": "user", "content": question},
            ],
            "response_format": {"type": "json_object"},
        }
        if self._correction.local:  # OpenAI's own newer models refuse a temperature
            body["temperature"] = 0
        key = self._correction.key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return _text_at(
            _post(self._correction, "chat/completions", headers, body),
            ("choices", 0, "message", "content"),
        )


class _Gemini:
    """Gemini's generateContent."""

    def __init__(self, correction: Correction) -> None:
        self._correction = correction

    def ask(self, instructions: str, question: str) -> str:
        body = {
            "systemInstruction": {"parts": [{"text": instructions}]},
            "contents": [{"role": "user", "parts": [{"text": question}]}],
            "generationConfig": {"responseMimeType": "application/json", "temperature": 0},
        }
        key = self._correction.key
        headers = {"x-goog-api-key": key} if key else {}
        path = f"models/{self._correction.model}:generateContent"
        return _text_at(
            _post(self._correction, path, headers, body),
            ("candidates", 0, "content", "parts", 0, "text"),
        )


def _post(correction: Correction, path: str, headers: dict[str, str], body: object) -> Any:
    """The JSON that the server answers."""
    httpx = _httpx()
    try:
        client, url = _client(httpx, correction)
        with client, client.stream("POST", f"{url}/{path}", headers=headers, json=body) as answer:
            if answer.status_code != httpx.codes.OK:
                raise ProviderError(f"it answered with HTTP status {answer.status_code}")
            received = _whole(answer, time.monotonic() + correction.timeout)
    except httpx.TimeoutException:
        raise ProviderError(_LATE) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise ProviderError(f"it cannot be reached ({type(error).__name__})") from None
    try:
        return orjson.loads(received)
    except ValueError:
        raise ProviderError("its answer is not JSON") from None


def _client(httpx: Any, correction: Correction) -> tuple[Any, str]:
    """A client that reaches the server of the settings and no other, and the URL to use."""
    url, transport = correction.base_url.rstrip("/"), None
    if url.startswith(_UNIX):
        transport = httpx.HTTPTransport(uds=url.removeprefix(_UNIX))
        url = "http://localhost/v1"
    if correction.local and not on_this_machine(httpx.URL(url).host):
        raise SettingsError(
            "LLM_BASE_URL names two hosts", hint="Write it as http://HOST:PORT/PATH"
        )
    client = httpx.Client(
        timeout=correction.timeout,
        trust_env=not correction.local,  # a proxy of the environment is another machine
        transport=transport,
        follow_redirects=False,
    )
    return client, url


def _whole(answer: Any, deadline: float) -> bytes:
    """The body of an answer, which may come slowly but not without end."""
    received = bytearray()
    for chunk in answer.iter_bytes():
        received += chunk
        if len(received) > _MAX_BYTES:
            raise ProviderError("its answer is too long")
        if time.monotonic() > deadline:
            raise ProviderError(_LATE)
    return bytes(received)


def _httpx() -> Any:
    try:
        import httpx
    except ImportError:
        raise MissingDependency(
            "the text correction needs httpx, which is not installed",
            hint="Run: pip install 'medicord-ocr[llm]', or set LLM_ENABLED=false",
            code="dependency.httpx",
        ) from None
    return httpx


def _text_at(answer: Any, path: tuple[str | int, ...]) -> str:
    try:
        for step in path:
            answer = answer[step]
    except (KeyError, IndexError, TypeError):
        raise ProviderError("its answer has another shape") from None
    if not isinstance(answer, str):
        raise ProviderError("its answer has another shape")
    return answer

"""Language models behind one method: what is sent to each, and where its answer stands."""

from __future__ import annotations

from typing import Any, Protocol

from medicord_ocr.errors import MissingDependency
from medicord_ocr.llm.failed import ProviderError
from medicord_ocr.options import Correction


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
        MissingDependency: httpx2 is not installed.
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
    try:
        from medicord_ocr.llm.http import post
    except ImportError:
        raise MissingDependency(
            "the text correction needs httpx2, which is not installed",
            hint="Run: pip install 'medicord-ocr[llm]', or set LLM_ENABLED=false",
            code="dependency.httpx2",
        ) from None
    return post(correction, path, headers, body)


def _text_at(answer: Any, path: tuple[str | int, ...]) -> str:
    try:
        for step in path:
            answer = answer[step]
    except (KeyError, IndexError, TypeError):
        raise ProviderError("its answer has another shape") from None
    if not isinstance(answer, str):
        raise ProviderError("its answer has another shape")
    return answer

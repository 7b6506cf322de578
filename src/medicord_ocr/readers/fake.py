"""A reader that reads nothing but what it is told: for tests, and for load without OCR."""

from __future__ import annotations

from collections.abc import Sequence

from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray, ReadWord, Script


class FakeReader:
    """Gives the same words for every line, spread evenly over its width.

    Args:
        text: what every line says.
        confidence: 0-1, of every word.
    """

    name = "fake"
    scripts: frozenset[Script] = frozenset({"latin", "khmer"})

    def __init__(self, text: str = "", confidence: float = 0.9) -> None:
        self._words = text.split()
        self._confidence = confidence

    def info(self) -> EngineInfo:
        """A version that never changes."""
        return EngineInfo("fake", "1")

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """The words of ``text`` for every line."""
        return [self._spread(line.shape[0], line.shape[1]) for line in lines]

    def _spread(self, height: int, width: int) -> tuple[ReadWord, ...]:
        step = width / max(1, len(self._words))
        return tuple(
            ReadWord(word, Box(int(i * step), 0, int((i + 1) * step), height), self._confidence)
            for i, word in enumerate(self._words)
        )

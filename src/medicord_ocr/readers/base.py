"""The protocol that every OCR engine is put behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from medicord_ocr.ink import Gray as Gray
from medicord_ocr.page import Box

Script = Literal["latin", "khmer"]


class ReadWord(NamedTuple):
    """A word as one reader read it.

    Attributes:
        text: not empty, no white space inside.
        box: pixels of the line's picture.
        confidence: 0-1 as the engine gives it; engines are not comparable with one another.
    """

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """A reader's name, version and what its models are: all that decides what it reads."""

    name: str
    version: str
    models: dict[str, str] = field(default_factory=dict)


@cache
def model_digest(path: Path) -> str:
    """The first 12 hex digits of a model file's SHA-256, worked out once a process."""
    return sha256(path.read_bytes()).hexdigest()[:12]


class Reader(Protocol):
    """An OCR engine."""

    @property
    def name(self) -> str:
        """Unique, as ``readings`` show it."""
        ...

    @property
    def scripts(self) -> frozenset[Script]:
        """The scripts that it can read."""
        ...

    def info(self) -> EngineInfo:
        """Version and models."""
        ...

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """Read pictures of single lines of text.

        Args:
            lines: (H, W) uint8 each, dark on light, a few pixels of paper around the text.

        Returns:
            For each line its words from left to right; empty where nothing was read.

        Raises:
            EngineError: when the engine fails.
        """
        ...

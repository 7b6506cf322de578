"""The frozen types that a page is made of, from pixels to rows of words.

All boxes are in pixels of the upright page raster (the picture after rotation,
skew and perspective are undone), origin at the top left, right and lower edges exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import Literal, NamedTuple

TextSource = Literal["layer", "ocr", "mixed"]


class Box(NamedTuple):
    """An axis-parallel rectangle: left, top, right, bottom in pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.y1 - self.y0

    @property
    def middle(self) -> float:
        """Vertical centre in pixels."""
        return (self.y0 + self.y1) / 2

    @property
    def centre(self) -> float:
        """Horizontal centre in pixels."""
        return (self.x0 + self.x1) / 2

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def overlap_x(self, other: Box) -> int:
        """Shared width in pixels, 0 when apart."""
        return max(0, min(self.x1, other.x1) - max(self.x0, other.x0))

    def overlap_y(self, other: Box) -> int:
        """Shared height in pixels, 0 when apart."""
        return max(0, min(self.y1, other.y1) - max(self.y0, other.y0))


def bounding(boxes: list[Box] | tuple[Box, ...]) -> Box:
    """The smallest box that holds all of them.

    Raises:
        ValueError: when there are none.
    """
    if not boxes:
        raise ValueError("no boxes")
    return reduce(Box.union, boxes)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader made of a stretch of the page."""

    reader: str
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was decided on, with every reading that there was of it.

    Attributes:
        text: NFC, not empty, no white space inside.
        box: where it stands.
        confidence: 0-1, the chance that the text is right.
        readings: what each reader read here, the chosen one first; never empty.
        bold: True or False where the layout measured it, else None.
    """

    text: str
    box: Box
    confidence: float
    readings: tuple[Reading, ...]
    bold: bool | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that belong together on a row: a table cell, or a run of text between wide gaps.

    Attributes:
        words: in reading order; of a wrapped cell, line after line. Never empty.
        box: the ink of its words; inside ``cell`` where there is one.
        cell: the ruled cell that holds it, else None.
    """

    words: tuple[Word, ...]
    box: Box
    cell: Box | None = None

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Row:
    """One visual row: segments from left to right at the same height.

    Attributes:
        segments: left to right, never empty.
        block: number of the block of text it belongs to; rows of one block are read together,
            and two panels side by side are two blocks. Blocks are numbered in reading order.
        table: number of the ruled table that it is a row of, else None.
    """

    segments: tuple[Segment, ...]
    block: int = 0
    table: int | None = None

    @property
    def box(self) -> Box:
        """The box of all its segments."""
        return bounding([segment.box for segment in self.segments])

    @property
    def text(self) -> str:
        """The segments joined by two spaces, as ``raw_text`` shows them."""
        return "  ".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on a page, and what was done to it.

    Attributes:
        dpi: resolution of the source in dots an inch, estimated from the text where the file
            does not say, None when unknown.
        skew: degrees that were undone, counter-clockwise positive.
        rotation: 0, 90, 180 or 270 degrees clockwise that were undone.
        sharpness: 0-1, 1 is crisp print.
        noise: standard deviation of the background in grey levels.
        x_height: median height of small letters in pixels of the source, None when unknown.
        text_source: where the text came from.
        stages: names of the preprocessing stages that ran, in order.
        source_size: width and height in pixels of the picture before them.
        to_source: the homography from the upright page to that picture, row by row; None where it
            is that picture.
    """

    dpi: float | None = None
    skew: float = 0.0
    rotation: int = 0
    sharpness: float | None = None
    noise: float | None = None
    x_height: float | None = None
    text_source: TextSource = "ocr"
    stages: tuple[str, ...] = ()
    source_size: tuple[int, int] | None = None
    to_source: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class PageText:
    """A page after reading: rows in reading order. What ``structure`` works on.

    Attributes:
        number: counted from 1.
        width, height: pixels of the upright raster.
        rows: in reading order.
        quality: measurements of the page.
        warnings: codes with a sentence, such as ``low_resolution: …``.
    """

    number: int
    width: int
    height: int
    rows: tuple[Row, ...]
    quality: Quality = field(default_factory=Quality)
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All rows, one a line."""
        return "\n".join(row.text for row in self.rows)

"""The words of a page as a content stream that shows nothing.

Each word has a matrix of its own, which lays it over the print also where the page is turned,
slanted or photographed at an angle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from medicord_ocr.intake.frame import Frame
from medicord_ocr.intake.textlayer import READER
from medicord_ocr.page import Box, PageText, Row, Word
from medicord_ocr.placement import moved
from medicord_ocr.searchable.font import WIDTH, Codes

#: Degrees up to which a word is laid level: by less than its height, unless it is very long.
_LEVELLED = 6.0
Point = NDArray[np.float64]
#: Left, top, right, bottom in pixels of the upright page.
Corners = tuple[float, float, float, float]
#: Name of the font in the resources of a page; longer than what programs name theirs.
FONT = "/MedicordOcrText"


def text_stream(page: PageText, frame: Frame, codes: Codes) -> bytes:
    """What draws the words of a page that were read from its picture; empty where there are none.

    Words of a text layer are in the file already.

    Args:
        page: as it was read.
        frame: of the page in the PDF, as it was when its picture was made.
        codes: of the font, are added to.
    """
    found = [
        pair for row in page.rows for pair in _placed(row) if pair[0].readings[0].reader != READER
    ]
    if not found:
        return b""
    words, boxes = zip(*found, strict=True)
    shown = b"".join(
        b"%b Tm <%b> Tj\n" % (matrix, codes.encode(word.text + " "))
        for word, matrix in zip(words, _matrices(page, words, boxes, frame), strict=True)
    )
    return b"q BT 3 Tr %b 1 Tf\n%bET Q\n" % (FONT.encode(), shown)


def _placed(row: Row) -> Iterator[tuple[Word, Corners]]:
    """The words of a row, each with its box, as high as that of most words of its line.

    A hyphen in a letter's place, or a word with no descender, would else be a line of its own to
    whoever puts lines together by height.
    """
    words = [word for segment in row.segments for word in segment.words]
    lines: list[list[Word]] = []
    for word in words:
        line = next((line for line in lines if _level(line[0].box, word.box)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    heights = {
        id(word): (median(w.box.y0 for w in line), median(w.box.y1 for w in line))
        for line in lines
        for word in line
    }
    for word in words:
        top, bottom = heights[id(word)]
        yield word, (word.box.x0, top, word.box.x1, bottom)


def _level(box: Box, other: Box) -> bool:
    return 2 * box.overlap_y(other) >= min(box.height, other.height)


def _matrices(
    page: PageText, words: Sequence[Word], boxes: Sequence[Corners], frame: Frame
) -> Iterator[bytes]:
    """For each word the matrix that stretches its characters over its box."""
    edges = np.array(boxes, np.float64)
    corners = [edges[:, [0, 3]], edges[:, [2, 3]], edges[:, [0, 1]]]
    source = moved(page.quality.to_source, np.concatenate(corners).tolist())
    pixels = page.quality.source_size or (page.width, page.height)
    placed = frame.unplaced(source * (np.array(frame.size) / pixels))
    left, right, top = np.split(placed, 3)
    for word, *sides in zip(words, right - left, top - left, left, strict=True):
        along, up, start = _levelled(*sides)
        numbers = (*(along / (len(word.text) * WIDTH / 1000)), *up, *start)
        yield b" ".join(b"%.4f" % number for number in numbers)


def _levelled(along: Point, up: Point, start: Point) -> tuple[Point, Point, Point]:
    """A word's base, its height and where it starts, turned level about its middle.

    Only where it nearly is: text that climbs falls apart in programs that put characters together
    by height (poppler cut words in two at 1.6 degrees).
    """
    angle = np.degrees(np.arctan2(along[1], along[0]))
    quarters = round(angle / 90)
    if abs(angle - 90 * quarters) > _LEVELLED:
        return along, up, start
    middle = start + (along + up) / 2
    level = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)][quarters % 4], np.float64)
    along = level * np.linalg.norm(along)
    up = np.array([-level[1], level[0]]) * np.linalg.norm(up)
    return along, up, middle - (along + up) / 2

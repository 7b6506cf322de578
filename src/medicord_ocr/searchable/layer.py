"""The words of a page as a content stream that shows nothing.

Each word has a matrix of its own, which lays it over the print also where the page is turned,
slanted or photographed at an angle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from medicord_ocr.intake.frame import Frame
from medicord_ocr.intake.textlayer import READER
from medicord_ocr.page import Box, PageText, Row, Word
from medicord_ocr.placement import moved
from medicord_ocr.searchable.font import WIDTH, Codes

#: Share of its width that a word may lose on one side to stand apart.
_MOST_TAKEN = 0.4
#: Left and right.
Edges = tuple[float, float]
#: Least space between two words by the height of their line: poppler joins them below a tenth.
_GAP = 0.15
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
    """The words of a row, each with the box that its text is given.

    It is as high as that of most words of its line: a hyphen, or a word with no descender, would
    else be a line of its own to whoever puts lines together by height. It keeps a distance from
    its neighbours, which would else be taken for a part of it.
    """
    words = [word for segment in row.segments for word in segment.words]
    lines: list[list[Word]] = []
    for word in words:
        line = next((line for line in lines if _level(line[0].box, word.box)), None)
        if line is None:
            lines.append([word])
        else:
            line.append(word)
    boxes: dict[int, Corners] = {}
    for line in lines:
        top, bottom = median(w.box.y0 for w in line), median(w.box.y1 for w in line)
        line.sort(key=lambda word: word.box.x0)
        edges = _apart([(word.box.x0, word.box.x1) for word in line], _GAP * (bottom - top))
        for word, (x0, x1) in zip(line, edges, strict=True):
            boxes[id(word)] = x0, top, x1, bottom
    for word in words:
        yield word, boxes[id(word)]


def _apart(words: Sequence[Edges], gap: float) -> list[Edges]:
    """The left and right edges of the words of a line, so much apart where that takes little.

    Two readings of one place stay one over the other.
    """
    edges = list(words)
    for i, ((left, right), (x0, x1)) in enumerate(pairwise(words)):
        widths = right - left, x1 - x0
        lack = gap - (x0 - right)
        if lack > 0 and right - x0 < max(widths) / 2:
            share = min(lack / sum(widths), _MOST_TAKEN)
            edges[i] = edges[i][0], right - share * widths[0]
            edges[i + 1] = x0 + share * widths[1], x1
    return edges


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

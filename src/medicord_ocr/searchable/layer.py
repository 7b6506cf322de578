"""The words of a page as a content stream that shows nothing.

Each word has a matrix of its own, which lays it over the print also where the page is turned,
slanted or photographed at an angle.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from medicord_ocr.intake.frame import Frame
from medicord_ocr.intake.textlayer import READER
from medicord_ocr.page import PageText, Word
from medicord_ocr.placement import moved
from medicord_ocr.searchable.font import WIDTH, Codes

#: Name of the font in the resources of a page; longer than what programs name theirs.
FONT = "/MedicordOcrText"


def words_to_add(page: PageText) -> list[Word]:
    """The words of a page in reading order that were read from its picture.

    Those of a text layer are in the file already.
    """
    return [
        word
        for row in page.rows
        for segment in row.segments
        for word in segment.words
        if word.readings[0].reader != READER
    ]


def text_stream(page: PageText, frame: Frame, codes: Codes) -> bytes:
    """What draws the words in invisible text; empty where there are none.

    Args:
        page: as it was read.
        frame: of the page in the PDF, as it was when its picture was made.
        codes: of the font, are added to.
    """
    words = words_to_add(page)
    if not words:
        return b""
    shown = b"".join(
        b"%b Tm <%b> Tj\n" % (matrix, codes.encode(word.text + " "))
        for word, matrix in zip(words, _matrices(page, words, frame), strict=True)
    )
    return b"q BT 3 Tr %b 1 Tf\n%bET Q\n" % (FONT.encode(), shown)


def _matrices(page: PageText, words: list[Word], frame: Frame) -> Iterator[bytes]:
    """For each word the matrix that stretches its characters over its box."""
    boxes = np.array([word.box for word in words], np.float64)
    corners = [boxes[:, [0, 3]], boxes[:, [2, 3]], boxes[:, [0, 1]]]
    source = moved(page.quality.to_source, np.concatenate(corners).tolist())
    pixels = page.quality.source_size or (page.width, page.height)
    placed = frame.unplaced(source * (np.array(frame.size) / pixels))
    lengths = np.array([[len(word.text) * WIDTH / 1000] for word in words])
    left, right, top = np.split(placed, 3)
    for numbers in np.hstack([(right - left) / lengths, top - left, left]):
        yield b" ".join(b"%.4f" % number for number in numbers)

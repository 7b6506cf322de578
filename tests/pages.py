"""Pages of rows made from plain text, for tests of what comes after reading."""

from __future__ import annotations

import re

from medicord_ocr.page import Box, PageText, Reading, Row, Segment, Word

CHAR, LINE = 12, 40


def page(text: str, *, number: int = 1, confidence: float = 0.95, block: int = 0) -> PageText:
    """A page whose lines are rows, whose runs of two or more spaces part segments.

    A character is 12 pixels wide and a line 40 high, so columns of a text block are columns.
    """
    rows = tuple(
        row(line, top=LINE * (i + 1), confidence=confidence, block=block)
        for i, line in enumerate(text.split("\n"))
        if line.strip()
    )
    width = max((r.box.x1 for r in rows), default=0) + 100
    height = max((r.box.y1 for r in rows), default=0) + 100
    return PageText(number=number, width=max(width, 1200), height=max(height, 1600), rows=rows)


def row(line: str, *, top: int = 0, confidence: float = 0.95, block: int = 0) -> Row:
    """A row from one line of text."""
    segments = []
    for part in re.finditer(r"\S+(?: \S+)*", line):
        words = tuple(
            _word(m.group(), part.start() + m.start(), top, confidence)
            for m in re.finditer(r"\S+", part.group())
        )
        box = Box(words[0].box.x0, top, words[-1].box.x1, top + 30)
        segments.append(Segment(words, box))
    return Row(tuple(segments), block=block)


def _word(text: str, column: int, top: int, confidence: float) -> Word:
    x0 = column * CHAR
    box = Box(x0, top, x0 + len(text) * CHAR, top + 30)
    return Word(text, box, confidence, (Reading("test", text),))

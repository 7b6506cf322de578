"""Rows of a page that are no report: a letterhead said again, letters of stamps and stains."""

from __future__ import annotations

from dataclasses import replace

from medicord_ocr.page import PageText, Row, Segment
from medicord_ocr.structure.imaging.lines import is_patient
from medicord_ocr.structure.line import line_of

#: A stretch of so few letters, read no better than this, is a stamp's or a stain's.
_SPECK_LETTERS, _SPECK_CONFIDENCE = 3, 0.75


def letterhead(page: PageText, before: set[str]) -> int:
    """How many rows at a page's top repeat rows of the pages before."""
    count = 0
    for index, row in enumerate(page.rows):
        line = line_of(page.number, row)
        if row.text in before or is_patient(line):
            count = index + 1
        elif index - count >= 2:
            break
    return count


def without_specks(row: Row) -> Row | None:
    """The row without the few stray letters that a stamp or stain adds to it.

    A stretch with a digit is kept: noise that is marked does less harm than a lost measure.
    """
    kept = [segment for segment in row.segments if not _is_speck(segment)]
    return replace(row, segments=tuple(kept)) if kept else None


def _is_speck(segment: Segment) -> bool:
    text = segment.text
    letters = sum(char.isalpha() for char in text)
    sure = max(word.confidence for word in segment.words)
    signs = any(char.isdigit() or char in ":;-=" for char in text)
    return letters < _SPECK_LETTERS and sure < _SPECK_CONFIDENCE and not signs

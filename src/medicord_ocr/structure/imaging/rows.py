"""Rows of a page that are no report: a letterhead said again, letters of stamps and stains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from medicord_ocr.page import PageText, Row, Segment
from medicord_ocr.structure.imaging.lines import examined, heading, is_patient
from medicord_ocr.structure.line import line_of

#: A stretch of so few letters, read no better than this, is a stamp's or a stain's.
_SPECK_LETTERS, _SPECK_CONFIDENCE = 3, 0.75


def letterhead(page: PageText, before: set[str]) -> int:
    """How many rows at a page's top repeat rows of the pages before, or say whose page it is.

    What names an examination, or heads a section, is none of them though it says that, too.
    """
    count = 0
    for index, row in enumerate(page.rows):
        line = line_of(page.number, row)
        again = row.text in before
        if not again and (heading(line) is not None or examined(line) is not None):
            break
        if again or is_patient(line):
            count = index + 1
        elif index - count >= 2:
            break
    return count


def report_rows(page: PageText) -> Iterator[tuple[int, Row]]:
    """The page's rows with their indices in the order of the report.

    A heading in the middle of the height of its text, in a table's first column, goes before all
    of it.
    """
    headed = {index for index in range(1, len(page.rows)) if _is_heading_of(page, index)}
    for index, row in enumerate(page.rows):
        if index + 1 in headed:
            first, *_ = page.rows[index + 1].segments
            yield index + 1, replace(page.rows[index + 1], segments=(first,))
        elif index in headed:
            row = replace(row, segments=row.segments[1:])
        if row.segments:
            yield index, row


def _is_heading_of(page: PageText, index: int) -> bool:
    """Whether a row begins with the heading of a text that the row above it begins."""
    first = replace(page.rows[index], segments=page.rows[index].segments[:1])
    return _begins_below(page, index) and heading(line_of(page.number, first)) is not None


def _begins_below(page: PageText, index: int) -> bool:
    """Whether the row above begins the text on the right of this row's first stretch."""
    above, (first, *beside) = page.rows[index - 1].box, page.rows[index].segments
    if first.cell is not None and not first.cell.y0 < above.middle < first.cell.y1:
        return False
    beside += page.rows[index + 1].segments[:1] if index + 1 < len(page.rows) else ()
    height = min(first.box.height, above.height)
    column = any(abs(segment.box.x0 - above.x0) <= height for segment in beside)
    return column and first.box.x1 < above.x0 and first.box.y0 - above.y1 < height / 2


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

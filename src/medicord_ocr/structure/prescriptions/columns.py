"""Drugs listed in two columns: which rows, and where the second column begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medicord_ocr.page import PageText, Row, Segment, Word
from medicord_ocr.structure.line import join
from medicord_ocr.structure.prescriptions.medication import parse_medication
from medicord_ocr.structure.prescriptions.sig import parse_sig

#: Rows with a drug at the same place of their right half that make a second column.
_ROWS = 2
#: Heights of a row by which the drugs of one column may begin apart: a skewed scan's.
_APART = 1.5

#: A row's index, None where something else stands between; and the segments to read of it.
Part = tuple[int | None, tuple[Segment, ...]]


def in_columns(page: PageText, rows: Sequence[int | None]) -> Iterator[Part]:
    """The rows in the order to read them: of two columns the left one first, and whole."""
    edge = _second_column(page, [index for index in rows if index is not None])
    waiting: list[Part] = []
    for index in rows:
        row = None if index is None else page.rows[index]
        if row is None or edge is None or not _parted(row, edge, begun=bool(waiting)):
            yield from waiting
            waiting.clear()
            yield index, row.segments if row else ()
            continue
        left = tuple(segment for segment in row.segments if segment.box.x0 < edge)
        if left:
            yield index, left
        waiting.append((index, row.segments[len(left) :]))
    yield from waiting


def _second_column(page: PageText, rows: Sequence[int]) -> float | None:
    """The left edge of a second column of drugs in pixels, None where there is none."""
    found = [
        (segment.box.x0, _APART * page.rows[i].box.height)
        for i in rows
        for segment in page.rows[i].segments[1:]
        if page.rows[i].table is None and begins_drug(page.number, segment.words)
    ]
    for x0, reach in found:
        if sum(abs(other - x0) < reach for other, _ in found) >= _ROWS:
            return x0 - reach
    return None


def _parted(row: Row, edge: float, *, begun: bool) -> bool:
    """Whether nothing of a row crosses the edge; the first row of two has both its halves."""
    crosses = any(segment.box.x0 < edge < segment.box.x1 for segment in row.segments)
    right = row.segments[-1].box.x0 > edge
    left = row.segments[0].box.x0 < edge
    return not crosses and (begun or (left and right))


def begins_drug(page: int, words: Sequence[Word]) -> bool:
    """Whether words begin with a known drug that something beside its name vouches for."""
    line = join(page, [[words]])
    found = parse_medication(line)
    if found is None or found.match is None or not found.match.exact:
        return False
    asked = line.folded.startswith(("take ", "give ", "prendre "))
    named = asked or found.strength is not None or found.number is not None
    return named or parse_sig(line, found.rest).dosage is not None

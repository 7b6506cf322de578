"""Headings of columns that wrap, or stand at different heights, as one row."""

from __future__ import annotations

from collections.abc import Sequence

from medicord_ocr.page import Box, Row, Segment, bounding

# Share of a text's width that may reach over the one beside it: what a ruling between them adds.
_EDGE = 0.1


def close(row: Row, below: Row) -> bool:
    """Whether a row is the next line of text below another."""
    height = max(row.box.height, below.box.height)
    return 0 < below.box.middle - row.box.middle < 2.2 * height


def stacked(rows: Sequence[Row]) -> Row | None:
    """Rows of headings as one, line under line; None when a line stands under two headings."""
    columns: list[list[Segment]] = []
    for row in rows:
        for segment in row.segments:
            over = [c for c in columns if any(_below(s.box, segment.box) for s in c)]
            if len(over) > 1:
                return None
            if over:
                over[0].append(segment)
            else:
                columns.append([segment])
    columns.sort(key=lambda column: min(s.box.x0 for s in column))
    return Row(tuple(_merge(column) for column in columns), rows[0].block, rows[0].table)


def _below(first: Box, second: Box) -> bool:
    """Whether two boxes lie over one another, and not only by the edge of one."""
    return first.overlap_x(second) > _EDGE * min(first.width, second.width)


def _merge(column: list[Segment]) -> Segment:
    words = tuple(word for segment in column for word in segment.words)
    cells = [segment.cell for segment in column if segment.cell]
    return Segment(words, bounding([s.box for s in column]), bounding(cells) if cells else None)

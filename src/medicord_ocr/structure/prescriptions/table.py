"""Prescription tables: columns known by their headings, rows of cells under them.

Works on ruled tables (``Segment.cell``) and on tables held by white space alone. A heading may
stand on two rows (a span over morning, noon, evening, night), in two languages, or be drawn
together with its neighbour's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from medicord_ocr.page import Box, PageText, Row, Segment, Word
from medicord_ocr.structure.line import Line, join
from medicord_ocr.structure.prescriptions.headings import (
    SAYING,
    TIME_COLUMNS,
    Column,
    Heading,
    headings_of,
    hour,
    is_heading,
    known_columns,
    merged_headings,
    sub_headings,
    with_drug,
    with_time_between,
    without_spanning,
)
from medicord_ocr.structure.prescriptions.sig_repair import mend
from medicord_ocr.structure.stacked import close, stacked

_DAYS_ALONE = re.compile(r"[\d០-៩]{1,3}")
_LIST_NUMBER = re.compile(r"[\d០-៩]{1,2}\s?[.)]?")
_EMPTY = re.compile(r"[\s\-–—_.|·~=/\\]*")
#: Rows below the first heading row that may still be part of the heading.
_HEADING_ROWS = 2
#: Headings of how a drug is taken that must be known where the drug's own is not.
_WITHOUT_DRUG = 2
#: Headings of a second line that are those above them, in another language, at least.
_AGAIN = 2
#: Heights of a text that the first word of a cell may begin beside its heading.
_START = 0.35


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: the index of its row on the page and its cells by column."""

    index: int
    cells: Mapping[Column, Line]

    def text(self, column: Column) -> str:
        """The text of a cell, empty where there is none or only a dash."""
        cell = self.cells.get(column)
        return "" if cell is None or is_blank(cell.text) else cell.text


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and where its rows begin.

    Attributes:
        headings: from left to right.
        first, last: indices of the heading's rows on the page.
        ruled: number of the ruled table, None where white space holds the columns.
        beside: indices of rows of the heading that stand elsewhere in the reading order, since
            their cells were taken for a table of their own.
    """

    headings: tuple[Heading, ...]
    first: int
    last: int
    ruled: int | None
    beside: tuple[int, ...] = ()

    def has(self, column: Column) -> bool:
        """Whether a column of that kind is headed."""
        return any(heading.column == column for heading in self.headings)


def is_blank(text: str) -> bool:
    """Whether a cell's text is nothing, or a sign for nothing: a dash, a stroke, dots."""
    return _EMPTY.fullmatch(text) is not None


def find_tables(page: PageText) -> list[Table]:
    """The prescription tables of a page, in reading order, by their headings."""
    tables: list[Table] = []
    index = 0
    while index < len(page.rows):
        headed = bool(tables) and index in tables[-1].beside
        table = None if headed else _table_at(page, index)
        if table is not None:
            tables.append(table)
            index = table.last
        index += 1
    return tables


def _table_at(page: PageText, index: int) -> Table | None:
    row = page.rows[index]
    headings = headings_of(row)
    if not (is_heading(headings) or _may_wrap(headings) or _is_upper_line(page, index)):
        return None
    last = index
    if not _is_spanning(page, index):
        headings, last = _wrapped(page, index, headings)
    for below in range(last + 1, min(index + 1 + _HEADING_ROWS, len(page.rows))):
        more = sub_headings(page.rows[below])
        if more is None or page.rows[below].table != row.table:
            break
        headings = merged_headings(headings, more)
        last = below
    beside = []
    for other in _within_heading(page, index, last):
        if more := sub_headings(page.rows[other]):
            headings = merged_headings(headings, more)
            beside.append(other)
    headings = without_spanning(headings)
    if not any(heading.column == "drug" for heading in headings) and (
        len(known_columns(headings) & SAYING) < _WITHOUT_DRUG or _figured(page.rows[index])
    ):
        return None  # « ព្រឹក ល្ងាច » in a row of drugs says when
    headings = with_time_between(with_drug(headings))
    if not is_heading(headings):
        return None
    if not any(heading.column == "drug" for heading in headings):
        return None
    ordered = tuple(sorted(headings, key=lambda h: h.box.x0))
    return Table(ordered, index, last, row.table, tuple(beside))


def _is_spanning(page: PageText, index: int) -> bool:
    """Whether the row below heads the parts of a heading of this row, rather than going on."""
    if index + 1 >= len(page.rows) or page.rows[index + 1].table != page.rows[index].table:
        return False
    if len(page.rows[index].segments) < 2:
        return False
    below = sub_headings(page.rows[index + 1]) or []
    return len([heading for heading in below if heading.column in TIME_COLUMNS]) > 1


def _may_wrap(headings: Sequence[Heading]) -> bool:
    """Whether a row may be the first line of headings that go on below: some are known."""
    return len(known_columns(headings)) > 1


def _is_upper_line(page: PageText, index: int) -> bool:
    """Whether a row is one text right above headings: the first line of one of them."""
    if index + 1 >= len(page.rows) or len(page.rows[index].segments) > 1:
        return False
    if page.rows[index].table != page.rows[index + 1].table:
        return False
    below = headings_of(page.rows[index + 1])
    if not close(page.rows[index], page.rows[index + 1]) or not is_heading(below):
        return False
    whole, alone = _wrapped(page, index, []), _wrapped(page, index + 1, below)
    return len(known_columns(whole[0])) > len(known_columns(alone[0]))


def _wrapped(page: PageText, index: int, headings: list[Heading]) -> tuple[list[Heading], int]:
    """The headings with their further lines, and the index of the last, where that tells more."""
    last = index
    for below in range(index + 1, min(index + 1 + _HEADING_ROWS, len(page.rows))):
        if not close(page.rows[below - 1], page.rows[below]):
            break
        whole = stacked(page.rows[index : below + 1])
        more = headings_of(whole) if whole is not None and whole.table is None else []
        known = len(known_columns(more)) - len(known_columns(headings))
        if known > 0 or (known == 0 and _goes_on(more, page.rows[below])):
            headings, last = more, below
        elif again := _said_again(headings, page.rows[below]):
            headings, last = again, below
    return headings, last


def _goes_on(headings: Sequence[Heading], row: Row) -> bool:
    """Whether a row is the next line of headings, which are known with it: no row of drugs is."""
    over = [h for h in headings if any(h.box.overlap_x(s.box) > 0 for s in row.segments)]
    known = all(heading.column != "other" for heading in over)
    return bool(over) and known and not _figured(row)


def _said_again(headings: Sequence[Heading], row: Row) -> list[Heading]:
    """Headings with those of a row below that says the same in another language, else none.

    It heads no table of its own, and names what was not known above it.
    """
    again = [heading for heading in headings_of(row) if heading.column != "other"]
    if not headings or _figured(row):
        return []
    above = [_nearest(heading.box, headings) for heading in again]
    same = sum(a.column == b.column for a, b in zip(above, again, strict=True))
    unknown = sum(heading.column == "other" for heading in above)
    if same < _AGAIN or same + unknown < len(again):
        return []
    named = {a.box: b.column for a, b in zip(above, again, strict=True)}
    return [replace(h, column=named.get(h.box, h.column)) for h in headings]


def goes_on_heading(page: PageText, table: Table, index: int) -> bool:
    """Whether a row under a heading is a further line of it: close to it, and without figures."""
    rows = page.rows[index - 1], page.rows[index]
    return (
        close(*rows) and not _figured(rows[1]) and len(rows[1].segments) < len(table.headings) / 2
    )


def _figured(row: Row) -> bool:
    """Whether a row has figures that no heading has: all but hours and what is in brackets."""
    texts = [s.text.partition("(")[0] for s in row.segments if hour(s.text) is None]
    return any(character.isdigit() for text in texts for character in text)


def _within_heading(page: PageText, index: int, last: int) -> list[int]:
    """Rows that stand as high on the page as the ruled cells of a heading's first row reach."""
    cells = [segment.cell for segment in page.rows[index].segments if segment.cell]
    top, bottom = page.rows[index].box.y0, max((cell.y1 for cell in cells), default=0)
    inside = (i for i, row in enumerate(page.rows) if top < row.box.middle < bottom)
    return [i for i in inside if not index <= i <= last]


def table_row(page: PageText, index: int, table: Table) -> TableRow:
    """The cells of a row of the page under the headings of a table."""
    cells: dict[Column, list[Sequence[Word]]] = {}
    for segment in page.rows[index].segments:
        for column, words in _placed(segment, table.headings):
            cells.setdefault(column, []).append(words)
    _set_number_apart(cells, table)
    lines = {column: join(page.number, [parts], mend) for column, parts in cells.items()}
    return TableRow(index, lines)


def counted(page: int, row: TableRow, table: Table) -> TableRow:
    """A row whose bare number of days has the word of its heading, if the cell has none."""
    unit = next((h.unit for h in table.headings if h.column == "duration" and h.unit), None)
    words = row.cells["duration"].words if "duration" in row.cells else ()
    if unit is None or len(words) != 1 or not _DAYS_ALONE.fullmatch(words[0].text):
        return row
    return TableRow(row.index, {**row.cells, "duration": join(page, [[[*words, unit]]], mend)})


def _set_number_apart(cells: dict[Column, list[Sequence[Word]]], table: Table) -> None:
    """Takes the number of a list, whose column has no heading, out of the drug's cell."""
    drug = cells.get("drug", [])
    apart = len(drug) > 1 and not table.has("number") and len(drug[0]) == 1
    if apart and _LIST_NUMBER.fullmatch(drug[0][0].text):
        cells["number"] = [drug.pop(0)]


def merged_rows(page: int, rows: Sequence[TableRow]) -> TableRow:
    """Rows of one drug as one: in each column line below line."""
    cells: dict[Column, Line] = {}
    for column in dict.fromkeys(column for row in rows for column in row.cells):
        parts = [[row.cells[column].words] for row in rows if column in row.cells]
        cells[column] = join(page, parts, mend)
    return TableRow(rows[0].index, cells)


def _placed(segment: Segment, headings: Sequence[Heading]) -> list[tuple[Column, Sequence[Word]]]:
    if segment.cell is not None:
        return [(_nearest(segment.cell, headings).column, segment.words)]
    # Several columns read as one: it reaches over the middle of more than one heading.
    under = [
        heading for heading in headings if segment.box.x0 <= heading.box.centre <= segment.box.x1
    ]
    if len(under) < 2:
        return [(_nearest(segment.box, headings).column, segment.words)]
    if parted := _by_starts(segment, headings):
        return parted
    columns = [heading.column for heading in under]
    if "drug" in columns and not set(columns) & {"number"}:
        return [("drug", segment.words)]  # read as a line: what follows the name directs
    if not set(columns) & {"number", "quantity", *TIME_COLUMNS}:
        return [("sig", segment.words)]
    return [(_nearest(word.box, under).column, (word,)) for word in segment.words]


def _by_starts(
    segment: Segment, headings: Sequence[Heading]
) -> list[tuple[Column, Sequence[Word]]]:
    """The words of cells read as one, parted where columns begin; nothing unless all do so."""
    reach = _START * segment.box.height
    inside = [h for h in headings if segment.box.x0 + reach < h.box.x0 < segment.box.x1 - reach]
    starts = {}
    for heading in sorted(inside, key=lambda h: h.box.x0):
        at = [i for i, w in enumerate(segment.words) if abs(w.box.x0 - heading.box.x0) <= reach]
        if len(at) != 1 or at[0] == 0:
            return []
        starts[at[0]] = heading
    cuts = [0, *starts, len(segment.words)]
    groups = [segment.words[a:b] for a, b in pairwise(cuts)]
    first = _nearest(groups[0][0].box.union(groups[0][-1].box), headings)
    return [(h.column, g) for h, g in zip([first, *starts.values()], groups, strict=True)]


def _nearest(box: Box, headings: Sequence[Heading]) -> Heading:
    def apart(heading: Heading) -> tuple[int, int, float]:
        gap = max(heading.box.x0 - box.x1, box.x0 - heading.box.x1, 0)
        side = abs(heading.box.centre - box.centre)
        return -heading.box.overlap_x(box), gap, side

    return min(headings, key=apart)

"""Lines of a laboratory table that go on with the result above: name, unit, range, other units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medicord_ocr.khmer import has_khmer
from medicord_ocr.page import PageText
from medicord_ocr.structure.labs.cells import read_cells
from medicord_ocr.structure.labs.entries import Entry, State
from medicord_ocr.structure.labs.heading_words import Role
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.parts import Draft, blemished, clean_name, part_of
from medicord_ocr.structure.labs.range_cells import (
    with_range,
    with_range_below,
    with_range_line,
    with_upper_range,
)
from medicord_ocr.structure.labs.sections import is_title
from medicord_ocr.structure.labs.stretch import Stretch, joined, stretch_of
from medicord_ocr.structure.labs.table import Cells, cell_of, whole_of
from medicord_ocr.structure.labs.units import find_unit, is_unit, unit_key
from medicord_ocr.structure.labs.vocabulary import find_tests

_RESULT_ROLES: tuple[Role, ...] = (
    "value",
    "unit",
    "range",
    "flag",
    "male",
    "female",
    "susceptible",
    "intermediate",
    "resistant",
    "positive",
    "negative",
)
_SIDES: tuple[Role, ...] = ("range", "aside", "previous")
#: Rows on either side of a line by which its usual height is told.
_AROUND = 4
#: Heights of a line from the middle of one to that of the next of its cell; and the furthest, where
#: rows are no further apart.
_NEXT_LINE, _FAR = 1.7, 2.2


def near(page: PageText, above: Sequence[int], below: int) -> bool:
    """Whether two rows are lines of one entry, by their distance and the tallest line."""
    rows = (*above, below)
    return _apart(page, rows) < _NEXT_LINE * max(page.rows[index].box.height for index in rows)


def continuation(
    page: PageText, index: int, cells: Cells, entries: Sequence[Entry], mark: Mark | None
) -> Entry | None:
    """The last entry with this row as a further line of its range or its name."""
    if not entries or not _follows(page, entries[-1].rows, index, _FAR):
        return None
    last = entries[-1]
    near = _follows(page, last.rows, index, _NEXT_LINE)
    draft = _with_line(last.draft, cells, mark) if near else _completed(last.draft, cells, mark)
    return replace(last, draft=draft, rows=(*last.rows, index)) if draft else None


def _completed(draft: Draft, cells: Cells, mark: Mark | None) -> Draft | None:
    """The draft with a line as far as rows are: its name must be a known one with it alone."""
    if "name" not in cells or not set(cells) <= {"name", *_SIDES}:
        return None
    named = _with_name_line(draft, cell_of(cells, "name"), exact=True)
    ranged = with_range_line(named, cells, mark) if named and "range" in cells else None
    return ranged or named


def _with_line(draft: Draft, cells: Cells, mark: Mark | None) -> Draft | None:
    """The draft with a line right below it."""
    if set(cells) <= {"name", *_SIDES} and "range" in cells:
        # The name's own further line may stand beside it, or a method in small print.
        beside = cell_of(cells, "name")
        longer = _with_name_line(draft, beside) if beside.text else None
        match = None if longer else find_tests(clean_name(beside).text)
        another = match is not None and match.exact
        return None if another else with_range_line(longer or draft, cells, mark)
    # It may run on below the columns beside it.
    if below := with_range_below(draft, whole_of(cells), mark):
        return below
    return _with_name_line(draft, cell_of(cells, "name")) if is_lone_name(cells) else None


def _with_name_line(draft: Draft, name: Stretch, *, exact: bool = False) -> Draft | None:
    """The draft with a further line of its name, None where that is none.

    ``exact``: only where a known name is complete with it.
    """
    whole = joined(stretch_of([draft.name.words]), name)
    longer = find_tests(clean_name(whole).text)
    starts_within = name.text[:1] in "([" or (name.text[:1].islower() and not has_khmer(name.text))
    # Only what completes the name above: « Polynucléaires » « neutrophiles », « (SGPT) ».
    known = longer is not None and longer.exact
    unsure = draft.match is None or not draft.match.exact
    other = find_tests(name.text)
    completes = known and (unsure or (other is None and starts_within))
    apart = other is not None and not starts_within and not is_title(name.text)
    if known and not completes and apart:
        # « Cholestérol » « HDL »: one name, or that of a row without a result.
        both = replace(draft, name=clean_name(whole), match=longer)
        return blemished(both, "test_name", "value")
    # What makes a known name unknown is no part of it: a stain, a comment.
    spoils = draft.match is not None and longer is None
    within = starts_within and len(name.words) <= 3 and not is_title(name.text)
    if not completes and (exact or spoils or not within):
        return None
    return replace(draft, name=clean_name(whole), match=longer or draft.match)


def with_range_above(page: PageText, entry: Entry, state: State) -> Entry:
    """The entry with the range that stands a little above it, over a bar that draws the value."""
    above, state.range_above = state.range_above, None
    if above is None or not near(page, above[:1], entry.rows[0]):
        return entry
    rows = (above[0], *entry.rows)
    if entry.draft.range is not None:
        # The first of three lines of a range, the middle one of which stands beside the value.
        upper = cell_of(above[1], "range")
        whole = with_upper_range(entry.draft, upper, entry.mark)
        return replace(entry, draft=whole, rows=rows) if whole else entry
    bare = replace(entry.draft, range_part=None, blemished=entry.draft.blemished - {"range"})
    draft = with_range(bare, above[1], entry.mark)
    return entry if draft.range is None else replace(entry, draft=draft, rows=rows)


def with_unit_below(
    page: PageText, index: int, cells: Cells, entries: Sequence[Entry], mark: Mark | None
) -> Entry | None:
    """The last entry with the unit below its figure, in the same cell, and with its range's end."""
    if not entries or not {"value"} <= set(cells) <= {"value", *_SIDES}:
        return None
    last, cell = entries[-1], cell_of(cells, "value")
    known = last.draft.unit is None and last.draft.value is not None
    a_unit = is_unit(cell.text) and (len(cell.text) > 1 or cell.text == "%")
    if not known or not a_unit or not _follows(page, last.rows, index, _NEXT_LINE):
        return None
    draft = replace(last.draft, unit=part_of(cell, 0, len(cell.text)))
    draft = with_range_line(draft, cells, mark) or draft
    return replace(last, draft=draft, rows=(*last.rows, index))


def second_result(
    page: PageText, index: int, cells: Cells, entries: Sequence[Entry], mark: Mark | None
) -> Entry | None:
    """A row without a name below a result: the same test in other units (a share, then a count)."""
    if "name" in cells or "value" not in cells or not entries:
        return None
    last = entries[-1]
    first, second = page.rows[last.rows[-1]].box, page.rows[index].box
    if second.middle - first.middle > 2.5 * max(first.height, second.height):
        return None
    named: Cells = {**cells, "name": [list(last.draft.name.words)]}
    draft = read_cells(named, mark)
    if draft is None or draft.unit is None or draft.value is None or last.draft.unit is None:
        return None
    unit = draft.unit.text
    # A row of another test, whose name was not read, has a unit that this one never carries.
    carried = last.draft.match and any(find_unit(t.units, unit) for t in last.draft.match.tests)
    if not carried or unit_key(unit) == unit_key(last.draft.unit.text):
        return None
    draft = replace(draft, name=last.draft.name, match=last.draft.match)
    return Entry(draft, (index,), last.section, last.urine, mark)


def is_lone_name(cells: Cells) -> bool:
    """Whether a row has a name and nothing of a result."""
    return "name" in cells and not any(role in cells for role in _RESULT_ROLES)


def _follows(page: PageText, above: Sequence[int], below: int, reach: float) -> bool:
    """Whether a row is within so many heights of a line below an entry.

    A line without long letters is lower than others: those around it tell what is usual.
    """
    rows = (*above, below)
    around = page.rows[max(0, min(rows) - _AROUND) : max(rows) + _AROUND + 1]
    usual = sorted(row.box.height for row in around)[len(around) // 2]
    tallest = max(page.rows[index].box.height for index in rows)
    return _apart(page, rows) < reach * max(usual, tallest)


def _apart(page: PageText, rows: Sequence[int]) -> float:
    """Pixels from the middle of the last but one of some rows to that of the last."""
    return page.rows[rows[-1]].box.middle - page.rows[rows[-2]].box.middle

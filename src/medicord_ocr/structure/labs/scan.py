"""From the rows of a table with a header to draft results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medicord_ocr.khmer import fold, has_khmer
from medicord_ocr.page import PageText, Row, Segment
from medicord_ocr.structure.labs.cells import read_cells
from medicord_ocr.structure.labs.entries import Entry, Scan, State, enter, evidence, fits
from medicord_ocr.structure.labs.further_lines import (
    continuation,
    is_lone_name,
    near,
    second_result,
    with_range_above,
    with_unit_below,
)
from medicord_ocr.structure.labs.heading_words import Role
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.ordered import read_line
from medicord_ocr.structure.labs.parts import Part, blemished, clean_name
from medicord_ocr.structure.labs.sections import is_comment, is_noise, is_title
from medicord_ocr.structure.labs.stretch import Stretch, joined
from medicord_ocr.structure.labs.strokes import strokes_as_ones
from medicord_ocr.structure.labs.table import (
    Cells,
    Table,
    cell_of,
    cells_of,
    spans_columns,
    whole_of,
)
from medicord_ocr.structure.labs.vocabulary import find_tests

_TITLE_WORDS = 6
# Instead of a name: the same result again in other units.
_IN_OTHER_UNITS = frozenset({"soit", "ou", "or", "i e", "equivalent"})
# Share of their height that rows side by side have in common, at least; lines of text that
# follow each other touch by less (their boxes reach from ascender to descender).
_SAME_ROW = 0.25


def scan_table(page: PageText, table: Table, mark: Mark | None, before: Scan | None = None) -> Scan:
    """The results of one table.

    Args:
        page: the page that it stands on.
        table: its columns and rows.
        mark: the page's decimal mark.
        before: the scan of the page before, where the table goes on from there.
    """
    state = State(before.section, before.urine) if before else State()
    entries: list[Entry] = []
    used = set(table.header)
    if table.header and (title := _title_above(page, table)):
        enter(state, title[1])
        used.add(title[0])
    for indices, row in _visual_rows(page, table):
        cells = cells_of(row, table)
        if cells:
            _take_row(page, table, indices, row, cells, state, entries, used, mark)
    kept = strokes_as_ones(_kept(page, table, entries))
    used.update(index for entry in kept for index in entry.rows)
    return Scan(tuple(kept), frozenset(used), state.section, state.urine)


def _take_row(
    page: PageText,
    table: Table,
    indices: tuple[int, ...],
    row: Row,
    cells: Cells,
    state: State,
    entries: list[Entry],
    used: set[int],
    mark: Mark | None,
) -> None:
    """One row of a table: a further line of the last result, a result, a title, or none."""
    index = indices[0]
    if fold(cell_of(cells, "name").text) in _IN_OTHER_UNITS:
        used.update(indices)
        return
    if (taken := continuation(page, index, cells, entries, mark)) is not None:
        entries[-1] = taken
        used.add(index)
        return
    if set(cells) <= {"range", "aside", "previous"}:
        state.range_above = (index, cells)
        return
    if set(cells) == {"value"} and state.waiting is None and _is_in_words(cells):
        # A further line of a result in words: of the row above, or before that of the row below.
        either = bool(entries) and near(page, entries[-1].rows, index)
        if either:
            entries[-1] = replace(entries[-1], draft=blemished(entries[-1].draft, "value"))
        state.value_above = (index, cells, either)
        return
    if (taken := with_unit_below(page, index, cells, entries, mark)) is not None:
        entries[-1] = taken
        used.add(index)
        return
    if is_lone_name(cells) or spans_columns(row, table):
        entry = _spanning(index, cells, state, mark)
        if entry is None:
            _lone(index, cells, state, used)
            return
    else:
        entry = _entry(page, index, cells, state, mark) or second_result(
            page, index, cells, entries, mark
        )
    state.waiting = None
    if entry is not None:
        entry = replace(entry, rows=(*entry.rows, *indices[1:]))
        entries.append(with_range_above(page, entry, state))


def _title_above(page: PageText, table: Table) -> tuple[int, str] | None:
    """The section title that stands right above a table's header, and its row."""
    index = table.header[0] - 1
    if index < 0 or page.rows[table.header[0]].box.y0 - page.rows[index].box.y1 > 5 * (
        page.rows[index].box.height
    ):
        return None
    inside = [s for s in page.rows[index].segments if table.left <= s.box.centre < table.right]
    text = " ".join(segment.text for segment in inside)
    return (index, text.strip(" :*-–•")) if is_title(text) else None


@dataclass(slots=True)
class _Visual:
    """A row as a person sees it: the rows that it is made of, the last one, its columns."""

    indices: tuple[int, ...]
    row: Row
    last: Row
    roles: set[Role]
    tall: bool = False


def _visual_rows(page: PageText, table: Table) -> list[tuple[tuple[int, ...], Row]]:
    """The rows of a table as a person sees them.

    Rulings cut one row into several; and where a cell has two lines, what stands beside it in
    the middle of them was read as a row of its own.
    """
    seen: list[_Visual] = []
    for index in table.rows:
        whole = page.rows[index]
        inside = tuple(
            s
            for s in whole.segments
            if table.left <= s.box.centre < table.right and not _is_stroke(s, table)
        )
        if not inside:
            continue
        row = Row(inside, whole.block, whole.table)
        roles = set(cells_of(row, table))
        above = seen[-1] if seen else None
        if above and _beside(above.last, row):
            level = _level(above.row, row)
            if level or _completes(above, roles):
                _merge(above, index, row, roles, level=level)
                continue
        seen.append(_Visual((index,), row, row, roles))
    return [(visual.indices, visual.row) for visual in seen]


def _is_stroke(segment: Segment, table: Table) -> bool:
    """Whether dashes alone stand before the names: pieces of rulings."""
    name = next((column for column in table.columns if column.role == "name"), None)
    before = name is not None and segment.box.centre < name.x1
    return before and not re.search(r"[^\W_]", segment.text)


def _beside(above: Row, below: Row) -> bool:
    """Whether two rows stand side by side, at least by a part of their height."""
    first, second = above.box, below.box
    level = first.overlap_y(second) > _SAME_ROW * min(first.height, second.height)
    return level and not any(a.box.overlap_x(b.box) for a in below.segments for b in above.segments)


def _level(above: Row, below: Row) -> bool:
    first, second = above.box, below.box
    return abs(first.middle - second.middle) < 0.4 * min(first.height, second.height)


def _completes(above: _Visual, roles: set[Role]) -> bool:
    """Whether a row half beside another is the rest of it: no row of its own, nor noise."""
    sides: set[Role] = {"range", "aside", "previous"}
    if above.tall:
        return roles <= {"name"} | sides
    value_beside_name = "name" in above.roles and "value" in roles and "name" not in roles
    row_beside_range = above.roles <= sides and {"name", "value"} <= roles
    return (value_beside_name and "value" not in above.roles) or (
        row_beside_range and "range" not in roles
    )


def _merge(above: _Visual, index: int, row: Row, roles: set[Role], *, level: bool) -> None:
    """Make a row part of the one above; lines of one cell keep their order."""
    segments = (*above.row.segments, *row.segments)
    if level:
        segments = tuple(sorted(segments, key=lambda s: s.box.x0))
    number = above.row.table if above.row.table is not None else row.table
    above.row = Row(segments, above.row.block, number)
    above.indices, above.last = (*above.indices, index), row
    above.roles, above.tall = above.roles | roles, above.tall or not level


def _spanning(index: int, cells: Cells, state: State, mark: Mark | None) -> Entry | None:
    """A result that reading ran together into one segment, None for a title or a comment."""
    stretch = whole_of(cells)
    if is_title(stretch.text) or (is_comment(stretch.text) and find_tests(stretch.text) is None):
        return None
    draft = next(read_line(stretch, mark), None)
    if draft is None or not fits(draft, state.urine):
        return None
    return Entry(replace(draft, basis="columns"), (index,), state.section, state.urine, mark)


def _lone(index: int, cells: Cells, state: State, used: set[int]) -> None:
    """A row without a result: a section title, or the first line of a name."""
    stretch = whole_of(cells)
    text = " ".join(stretch.text.split()).strip(" :*-–•")
    state.waiting = None
    if is_comment(text) or not text:
        return
    if is_title(text) or _looks_like_title(stretch):
        enter(state, text)
        used.add(index)
    if not is_title(text):
        state.waiting = (index, stretch)


def _looks_like_title(stretch: Stretch) -> bool:
    text = stretch.text
    if len(stretch.words) > _TITLE_WORDS or any(c.isdigit() for c in text) or text.endswith("."):
        return False
    return text.isupper() or has_khmer(text) or all(word.bold is True for word in stretch.words)


def _entry(
    page: PageText, index: int, cells: Cells, state: State, mark: Mark | None
) -> Entry | None:
    """The entry of a row with a result, its name completed from the line above where it waits."""
    rows: tuple[int, ...] = (index,)
    cells, either = _with_value_above(page, index, cells, state)
    draft = (
        None
        if is_comment(whole_of(cells).text) and not _known_name(cells)
        else read_cells(cells, mark)
    )
    if state.waiting and near(page, state.waiting[:1], index):
        name = clean_name(joined(state.waiting[1], cell_of(cells, "name")))
        match = find_tests(name.text)
        alone = "name" not in cells
        if alone or (match and match.exact):
            groups = cells.get("name", [])
            completed: Cells = {**cells, "name": [list(state.waiting[1].words), *groups]}
            draft, rows = read_cells(completed, mark), (state.waiting[0], index)
            draft = replace(draft, name=name, match=match) if draft else None
    if draft is None:
        return None
    draft = blemished(draft, "value") if either else draft
    return Entry(draft, rows, state.section, state.urine, mark)


def _with_value_above(page: PageText, index: int, cells: Cells, state: State) -> tuple[Cells, bool]:
    """The row with the line of its result in words that stands above the name.

    And whether that may as well be the further line of the result above it.
    """
    above, state.value_above = state.value_above, None
    first = state.waiting[0] if state.waiting else index
    if above is None or "value" not in cells or not _is_in_words(cells):
        return cells, False
    if not near(page, above[:1], first):
        return cells, False
    return {**cells, "value": [*above[1]["value"], *cells["value"]]}, above[2]


def _is_in_words(cells: Cells) -> bool:
    """Whether a result has letters and no figures: an arrow or a sign is none in words."""
    text = cell_of(cells, "value").text
    return re.search(r"[^\W\d_]{3}", text) is not None and not re.search(r"\d", text)


def _known_name(cells: Cells) -> bool:
    return find_tests(clean_name(cell_of(cells, "name")).text) is not None


def _kept(page: PageText, table: Table, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that are results, as the module's first paragraph says."""
    grades = [_grade(page, table, entry) for entry in entries]
    sure = [i for i, grade in enumerate(grades) if grade == 2]
    return [
        entry
        for i, entry in enumerate(entries)
        if grades[i] == 2 or (grades[i] == 1 and sure and sure[0] < i < sure[-1])
    ]


def _grade(page: PageText, table: Table, entry: Entry) -> int:
    """2 for a result, 1 for one that needs results around it, 0 for none."""
    draft = entry.draft
    row = page.rows[entry.rows[-1]]
    outside = (table.ruled is not None and row.table is None) or not table.header
    known = evidence(draft)
    if is_noise(draft.name.text) or (draft.value_part and is_noise(draft.value_part.text)):
        return 0
    if draft.match is not None:
        if draft.value is None and not (draft.unit or draft.range):
            if not _short_words(draft.value_part):
                return 0
            return 2 if draft.match.exact and not outside else 1
        return 2 if not outside or fits(draft, entry.urine) else 0
    if draft.value is None:
        return 1 if not outside and draft.range and (draft.unit or draft.value_part) else 0
    if outside:
        return 2 if known == 2 else 0
    # Dashes of a ruling are read as « t » and « + ».
    short = len(re.findall(r"[^\W\d_]", draft.name.text)) < 3
    if draft.in_words and (short or not known):
        return 0
    if known:
        return 2
    return 1 if draft.value.kind != "pending" else 0


def _short_words(part: Part | None) -> bool:
    return part is not None and 0 < len(part.words) <= 6

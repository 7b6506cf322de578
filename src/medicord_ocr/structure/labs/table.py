"""Laboratory tables as columns: where each begins and ends, and what stands in it.

Headings say what the columns hold; the gaps between the words below them, or the ruled cells,
say where one column ends and the next begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from medicord_ocr.khmer import fold
from medicord_ocr.page import Box, PageText, Row, Segment, Word, bounding
from medicord_ocr.structure.labs.columns import Column, columns_of
from medicord_ocr.structure.labs.heading_words import FILLERS, Role
from medicord_ocr.structure.labs.headings import (
    Label,
    after_dates,
    has_days_only,
    header_labels,
    is_header_like,
    sexes_of,
)
from medicord_ocr.structure.labs.qualitative import is_qualitative
from medicord_ocr.structure.labs.sections import is_title
from medicord_ocr.structure.labs.stretch import Stretch, stretch_of
from medicord_ocr.structure.labs.units import is_unit
from medicord_ocr.structure.labs.values import clean, flag_direction
from medicord_ocr.structure.stacked import close, stacked

_HEADER_ROWS = 4
# Heights of the text between words that stand in two cells: words of a text are a third apart.
_CELL_GAP = 2.0
# Pieces of a ruling that was not found, as readers read them.
_STROKES = frozenset(":;|!‘’'`.,")


@dataclass(frozen=True, slots=True)
class Table:
    """A laboratory table on one page.

    Attributes:
        columns: left to right, touching.
        header: indices of its header rows in the page's rows; empty where it goes on from the
            page before.
        rows: indices of the rows below it, top to bottom, up to the next header.
        ruled: number of its ruled table, None when it has no rulings.
        labels: the headings, for telling where a value without heading may stand.
    """

    columns: tuple[Column, ...]
    header: tuple[int, ...]
    rows: tuple[int, ...]
    ruled: int | None
    labels: tuple[Label, ...]

    @property
    def left(self) -> float:
        """Its left edge in pixels."""
        return self.columns[0].x0

    @property
    def right(self) -> float:
        """Its right edge in pixels."""
        return self.columns[-1].x1

    def has(self, role: Role) -> bool:
        """Whether there is a column of this role."""
        return any(column.role == role for column in self.columns)


Cells = dict[Role, list[list[Word]]]


def find_tables(page: PageText) -> tuple[Table, ...]:
    """The laboratory tables of a page that have a header, in reading order."""
    headers = _header_groups(page.rows)
    boxes = [row.box for row in page.rows] if headers else []
    tables = []
    for place, (indices, labels) in enumerate(headers):
        left, right = _extent(labels, [h[1] for h in headers], page.width)
        first = page.rows[indices[-1]]
        top = max(label.box.y1 for label in labels)
        stops = [
            min(label.box.y0 for label in other)
            for other_place, (_, other) in enumerate(headers)
            if other_place != place
            and min(label.box.y0 for label in other) >= top
            and _overlaps(other, left, right)
        ]
        bottom = min(stops, default=page.height + 1)
        rows = [
            i
            for i, box in enumerate(boxes)
            if i not in indices and top - box.height / 2 < box.middle < bottom
        ]
        rows.sort(key=lambda i: boxes[i].middle)
        if rows and (parted := _parted_by_sex(labels, page.rows[rows[0]])):
            labels, indices, rows = parted, (*indices, rows[0]), rows[1:]
        inside = [page.rows[i] for i in rows]
        columns = columns_of(labels, inside, left, right)
        tables.append(Table(columns, indices, tuple(rows), first.table, labels))
    return tuple(tables)


def continued(table: Table, before: PageText, page: PageText, until: int) -> Table:
    """The table as it goes on at the top of the next page, down to row ``until`` (excluded)."""
    scale = page.width / before.width if before.width else 1.0
    columns = tuple(Column(c.role, c.x0 * scale, c.x1 * scale) for c in table.columns)
    return replace(table, columns=columns, header=(), rows=tuple(range(until)), ruled=None)


def _header_groups(rows: Sequence[Row]) -> list[tuple[tuple[int, ...], tuple[Label, ...]]]:
    """Header rows, one entry a panel.

    Headings wrap, stand at different heights, or come in two languages one above the other:
    up to four neighbouring rows of nothing but heading words, or days below them, are read as one.
    """
    found: list[tuple[tuple[int, ...], tuple[Label, ...]]] = []
    wordy = [is_header_like(row) and not _is_title(row) and not _sexes(row) for row in rows]
    further = [
        words or has_days_only(row) or _is_filling(row)
        for words, row in zip(wordy, rows, strict=True)
    ]
    taken = -1
    for i, row in enumerate(rows):
        if i <= taken:
            continue
        count, labels = _longest_header(rows, i, wordy, further)
        if found and _goes_on(found[-1], rows, i, labels):
            continue
        if count > 1 and len(row.segments) == 1:
            below = _longest_header(rows, i + 1, wordy, further)[1]
            over = sum(label.box.overlap_x(row.box) > 0 for label in below)
            if over > 1 and _roles(below) >= _roles(labels) - {"previous"}:
                continue  # « Résultats d'analyses », a title of headings' words above them
        if labels:
            taken = i + count - 1
            indices = tuple(range(i, i + count))
            found.extend((indices, panel) for panel in _panels(labels, rows[i : i + count]))
    return _lines_of_one_put_together(found)


def _is_filling(row: Row) -> bool:
    """Whether a row is but the middle of a heading: « Valeurs » « de » « référence »."""
    return all(fold(word) in FILLERS for segment in row.segments for word in segment.text.split())


def _goes_on(
    header: tuple[tuple[int, ...], tuple[Label, ...]],
    rows: Sequence[Row],
    index: int,
    labels: tuple[Label, ...],
) -> bool:
    """Whether a row right below a header is a further line of it that says nothing new."""
    indices, known = header
    below = indices[-1] == index - 1 and close(rows[index - 1], rows[index])
    return below and bool(labels) and _roles(labels) < _roles(known)


def _longest_header(
    rows: Sequence[Row], start: int, wordy: Sequence[bool], further: Sequence[bool]
) -> tuple[int, tuple[Label, ...]]:
    """How many rows from ``start`` on are one header, and its headings."""
    best: tuple[int, tuple[Label, ...]] = (1, header_labels(rows[start]))
    for count in range(2, _HEADER_ROWS + 1):
        window = rows[start : start + count]
        fitting = wordy[start] and all(further[start + 1 : start + count])
        if len(window) < count or not fitting or not close(*window[-2:]):
            break
        whole = stacked([_parted(line) for line in window])
        labels = header_labels(whole) if whole else ()
        if len(_roles(labels)) >= max(1, len(_roles(best[1]))):
            best = (count, labels)
    return best


def _parted(row: Row) -> Row:
    """A row of headings with those parted that follow a day: « (12/03/2025) result »."""
    parts = (part for segment in row.segments for part in after_dates(segment))
    return replace(row, segments=tuple(parts))


def _roles(labels: tuple[Label, ...]) -> set[Role]:
    return {label.role for label in labels}


def _lines_of_one_put_together(
    headers: Sequence[tuple[tuple[int, ...], tuple[Label, ...]]],
) -> list[tuple[tuple[int, ...], tuple[Label, ...]]]:
    """The headers, with those made one that lie beside one another at about one height.

    They are lines of one that did not go together; else each would read the rows below.
    """
    found: list[tuple[tuple[int, ...], tuple[Label, ...]]] = []
    for indices, labels in headers:
        place = next((i for i, (_, others) in enumerate(found) if _level(labels, others)), None)
        if place is None:
            found.append((indices, labels))
            continue
        known, theirs = found[place]
        new = (x for x in labels if not any(x.box.overlap_x(y.box) > 0 for y in theirs))
        whole = sorted((*theirs, *new), key=lambda label: label.box.x0)
        found[place] = (tuple(sorted({*known, *indices})), tuple(whole))
    return found


def _level(labels: tuple[Label, ...], others: tuple[Label, ...]) -> bool:
    """Whether headings lie over the same columns as others, at about one height."""
    mine, theirs = (bounding([label.box for label in line]) for line in (labels, others))
    return mine.overlap_x(theirs) > 0 and mine.overlap_y(theirs) > 0


def _sexes(row: Row) -> tuple[Role, ...]:
    """The roles of a row of two headings, men's and women's; empty where it is none."""
    found = [sexes_of(segment.text) for segment in row.segments]
    alone = all(len(roles) == 1 for roles in found)
    roles = tuple(role for each in found for role in each)
    return roles if alone and sorted(roles) == ["female", "male"] else ()


def _parted_by_sex(labels: tuple[Label, ...], row: Row) -> tuple[Label, ...]:
    """The headings with those of the two sexes instead of the range's that stand over them."""
    over = [x for x in labels if x.role == "range" and (x.cell or x.box).overlap_x(row.box)]
    if not (roles := _sexes(row)) or not over:
        return ()
    pairs = zip(roles, row.segments, strict=True)
    below = [Label(role, segment.box, segment.cell) for role, segment in pairs]
    return tuple(sorted((*(x for x in labels if x not in over), *below), key=lambda x: x.box.x0))


def _is_title(row: Row) -> bool:
    """Whether a row is a title above the headings, whose words are theirs (antibiotic test)."""
    return len(row.segments) == 1 and is_title(row.text)


def _panels(labels: tuple[Label, ...], rows: Sequence[Row]) -> list[tuple[Label, ...]]:
    """The headings of tables side by side, apart: each begins with its name column."""
    panels: list[list[Label]] = [[]]
    for label in labels:
        roles = {other.role for other in panels[-1]}
        titled = (
            "value" in roles
            and label.role == "value"
            and _title_between(panels[-1][-1], label, rows)
        )
        if titled or (label.role == "name" and roles & {"value", "unit", "range"}):
            panels.append([])
        panels[-1].append(label)
    return [tuple(panel) for panel in panels if len(panel) > 1]


def _title_between(left: Label, right: Label, rows: Sequence[Row]) -> bool:
    """Whether a text that is no heading stands between: a second panel's title."""
    segments = (segment for row in rows for segment in row.segments)
    return any(left.box.x1 <= s.box.x0 and s.box.x1 <= right.box.x0 for s in segments)


def _overlaps(labels: tuple[Label, ...], left: float, right: float) -> bool:
    return any(left <= label.box.centre < right for label in labels)


def _extent(
    labels: tuple[Label, ...], others: Sequence[tuple[Label, ...]], width: int
) -> tuple[float, float]:
    """From where to where a table reaches: up to its neighbours beside it."""
    x0, x1 = min(label.box.x0 for label in labels), max(label.box.x1 for label in labels)
    y0, y1 = min(label.box.y0 for label in labels), max(label.box.y1 for label in labels)
    left, right = 0.0, float(width) + 1
    for other in others:
        o0, o1 = min(label.box.x0 for label in other), max(label.box.x1 for label in other)
        beside = any(label.box.y0 < y1 + 400 and label.box.y1 > y0 - 400 for label in other)
        if beside and o1 < x0:
            left = max(left, (o1 + x0) / 2)
        if beside and o0 > x1:
            # Names begin at or a little before their heading, ranges may run on behind theirs.
            right = min(right, x1 + 0.8 * (o0 - x1))
    return left, right


def cells_of(row: Row, table: Table) -> Cells:
    """The words of a row by the role of the column that they stand in.

    A ruled cell goes whole to the column of its middle; one that spans several columns, such
    as a section title's, goes to the first. Each list holds one list of words a segment.
    """
    cells: Cells = {}
    for segment in row.segments:
        if segment.cell is not None and table.ruled is not None:
            if runs := _run_together(segment, table):
                for role, words in runs:
                    cells.setdefault(role, []).append(words)
                continue
            column = _column_at(table, _anchor(segment.cell, table))
            inside = table.left <= segment.cell.centre < table.right
            if column and inside:
                cells.setdefault(column.role, []).append(list(segment.words))
            continue
        for role, words in _by_column(segment, table):
            cells.setdefault(role, []).append(words)
    return cells


def cell_of(cells: Cells, role: Role) -> Stretch:
    """What the column of a role holds in a row, as one text."""
    return stretch_of(cells.get(role, ()))


def whole_of(cells: Cells) -> Stretch:
    """All texts of a row, from left to right."""
    groups = [group for parts in cells.values() for group in parts]
    return stretch_of(sorted(groups, key=lambda group: group[0].box.x0))


def _run_together(segment: Segment, table: Table) -> list[tuple[Role, list[Word]]]:
    """The words by column of a cell over several columns, whose rulings were not found.

    Empty where the words stand no further apart than words of a text do, or on several lines.
    """
    words = segment.words
    if segment.cell is None or _is_one_column(segment.cell, table):
        return []
    if any(left.box.overlap_y(right.box) == 0 for left, right in pairwise(words)):
        return _run_together_on_lines(words, table)
    runs: list[list[Word]] = [[words[0]]]
    for left, right in pairwise(words):
        if right.box.x0 - left.box.x1 > _CELL_GAP * right.box.height:
            runs.append([])
        runs[-1].append(right)
    columns = [_column_at(table, run[0].box.centre) for run in runs]
    if len(runs) < 2 or None in columns or len({c.x0 for c in columns if c}) < len(runs):
        return []
    return [(column.role, run) for column, run in zip(columns, runs, strict=True) if column]


def _run_together_on_lines(words: Sequence[Word], table: Table) -> list[tuple[Role, list[Word]]]:
    """The same where a cell of the row has two lines: a value between two lines of its range.

    Empty where words of two columns stand side by side like words of a text.
    """
    by_column: dict[float, tuple[Column, list[Word]]] = {}
    for word in words:
        column = _column_at(table, word.box.centre)
        if column is None:
            return []
        if word.text in _STROKES:
            continue
        by_column.setdefault(column.x0, (column, []))[1].append(word)
    groups = [by_column[x0] for x0 in sorted(by_column)]
    if len(groups) < 3:
        return []
    for (_, left), (_, right) in pairwise(groups):
        edge = max(word.box.x1 for word in left)
        if min(word.box.x0 for word in right) - edge < _CELL_GAP * right[0].box.height:
            return []
    return [(column.role, group) for column, group in groups]


def _is_one_column(cell: Box, table: Table) -> bool:
    return sum(cell.x0 <= (c.x0 + c.x1) / 2 <= cell.x1 for c in table.columns) < 2


def _by_column(segment: Segment, table: Table) -> list[tuple[Role, list[Word]]]:
    """The words of a segment by column; a name or a result in words runs on over the edge."""
    parts: list[tuple[Role, list[Word]]] = []
    for word in segment.words:
        column = _column_at(table, word.box.centre)
        if column is None:
            continue
        if parts and parts[-1][0] == column.role:
            parts[-1][1].append(word)
        else:
            parts.append((column.role, [word]))
    kept: list[tuple[Role, list[Word]]] = []
    for role, words in parts:
        if kept and kept[-1][0] != "name" and (opened := _opened(kept[-1][1], words)):
            words = [*opened, *words]
            if len(opened) == len(kept[-1][1]):
                kept.pop()
            else:
                del kept[-1][1][-len(opened) :]
        if kept and (
            (kept[-1][0] in {"name", "value"} and not _begins_cell(words))
            or (kept[-1][0] == "value" and _is_rhesus(kept[-1][1], words))
        ):
            kept[-1][1].extend(words)
        else:
            kept.append((role, words))
    return kept


def _opened(group: list[Word], words: list[Word]) -> list[Word]:
    """The last words of a group from a bracket on that closes in the words behind it."""
    texts = [clean(word.text) for word in group]
    start = next((i for i, text in reversed(list(enumerate(texts))) if text[:1] == "("), None)
    if start is None or any(")" in text for text in texts[start:]):
        return []
    # Where it is the first word, it may close in the next segment.
    return group[start:] if start == 0 or any(")" in word.text for word in words) else []


def _is_rhesus(group: list[Word], words: list[Word]) -> bool:
    """Whether words are the rest of a blood group: ``"O"``, then ``POSITIVE``."""
    letters, rest = (fold(" ".join(w.text for w in part)) for part in (group, words))
    return letters in {"a", "b", "ab", "o"} and rest.startswith(("pos", "neg", "rh", "+"))


def _begins_cell(words: list[Word]) -> bool:
    """Whether words can be a cell of their own: figures, a unit, a flag, result words."""
    text = clean(" ".join(word.text for word in words))
    if text[0] in "(" and not re.match(r"\([<>≤≥]|\(\s?\d\S*\s?[-–—]", text):
        return False
    return bool(
        any(c.isdigit() or c in "<>≤≥%/+" for c in text)
        or is_unit(text)
        or flag_direction(text)
        or is_qualitative(text)
        or not re.search(r"[^\W\d_]{3}", text)
    )


def _anchor(cell: Box, table: Table) -> float:
    covered = [c for c in table.columns if cell.x0 <= (c.x0 + c.x1) / 2 <= cell.x1]
    return (covered[0].x0 + covered[0].x1) / 2 if len(covered) > 1 else cell.centre


def _column_at(table: Table, x: float) -> Column | None:
    return next((column for column in table.columns if column.x0 <= x < column.x1), None)


def spans_columns(row: Row, table: Table) -> bool:
    """Whether the row is one run of text over several columns: a comment, a title."""
    inside = [s for s in row.segments if table.left <= s.box.centre < table.right]
    if len(inside) != 1:
        return False
    roles = {c.role for w in inside[0].words if (c := _column_at(table, w.box.centre))}
    cell = inside[0].cell
    return len(roles) > 1 or (cell is not None and not _is_one_column(cell, table))

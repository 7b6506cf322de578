"""Where the columns of a laboratory table begin and end.

Headings say what the columns hold. The edge between two columns is where the fewest words are
crossed, or where the ruled cells meet; a column whose heading could not be read is known by
what stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from medicord_ocr.page import Box, Row, Segment, bounding
from medicord_ocr.structure.labs.heading_words import Role
from medicord_ocr.structure.labs.headings import Label
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.units import is_unit
from medicord_ocr.structure.labs.values import clean, flag_direction, match_value

_BINS = 96
# Cost of a column edge inside the gap between two words of one segment, against 1 inside a word:
# readers join neighbouring columns, and wide names have gaps too.
_GAP_COST = 0.35
# That of one inside a heading: where the range and the prior result of three rows were joined, the
# cheapest edge went through the heading over the latter.
_HEADING_COST = 4.0
# Least share of the rows in which an unheaded column must show what it holds.
_TELLING_SHARE = 0.4
# Share of the rows that must have a text for each heading to say where the columns are.
_FULL_SHARE = 0.3
# What is in few rows, or in none.
_MARKS: tuple[Role, ...] = ("flag", "aside")
# Share of the widest free stretch that another must have to be a gap between columns.
_WIDE_ENOUGH = 0.35


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it holds and its x from ``x0`` to before ``x1``."""

    role: Role
    x0: float
    x1: float


def columns_of(
    labels: tuple[Label, ...], rows: Sequence[Row], left: float, right: float
) -> tuple[Column, ...]:
    """The columns of a table, left to right and touching.

    Args:
        labels: its headings.
        rows: the rows below them.
        left: from where the table reaches, in pixels.
        right: to where.
    """
    segments = [[s for s in row.segments if left <= s.box.centre < right] for row in rows]
    telling = [row for row in segments if len(row) > 1] or segments
    ordered = sorted(_completed(labels, telling), key=lambda label: label.box.centre)
    edges = [left]
    for first, second in pairwise(ordered):
        edges.append(max(edges[-1], _edge(first, second, telling)))
    edges.append(right)
    edges = _by_full_rows(edges, ordered, telling)
    columns = [Column(label.role, edges[i], edges[i + 1]) for i, label in enumerate(ordered)]
    return tuple(columns)


def _by_full_rows(
    edges: list[float], ordered: Sequence[Label], rows: Sequence[Sequence[Segment]]
) -> list[float]:
    """The edges, or those that part the rows with a text for each heading, where these fit better.

    Figures set to the right, under headings set to the left, reach below the next heading. Flags,
    where they are the last column, may stand in no row.
    """
    bare = [[s for s in row if re.search(r"\w", s.text)] for row in rows]
    options = [edges]
    for count in (len(ordered), len(ordered) - 1):
        full = [row for row in bare if len(row) == count]
        if len(full) < max(2, _FULL_SHARE * len(rows)):
            continue
        moved = [edges[0], *(_parting(full, i) for i in range(1, count))]
        if count < len(ordered):
            if ordered[-1].role not in _MARKS:
                continue
            moved.append(max(ordered[-1].box.x0, 1 + max(row[-1].box.x1 for row in full)))
        centres = [edges[0], edges[0], *(label.box.centre for label in ordered), edges[-1]]
        near = all(centres[i] < moved[i] < centres[i + 3] for i in range(1, len(moved)))
        moved.append(edges[-1])
        if near and all(left < right for left, right in pairwise(moved)):
            options.append(moved)
    if len(options) == 1:
        return edges
    return max(options, key=lambda option: _fitting(option, ordered, bare))


def _parting(rows: Sequence[Sequence[Segment]], place: int) -> float:
    """The x that most rows have between their texts before and behind a place."""
    pairs = [(row[place - 1].box, row[place].box) for row in rows]
    options = [(left.x1 + right.x0) / 2 for left, right in pairs]
    return max(options, key=lambda x: sum(left.x1 < x < right.x0 for left, right in pairs))


def _fitting(
    edges: Sequence[float], ordered: Sequence[Label], rows: Sequence[Sequence[Segment]]
) -> int:
    """How many texts are what the heading of their column says."""
    tells: dict[Role, Callable[[str], bool]] = {
        "name": _is_name,
        "value": _is_value,
        "unit": is_unit,
        "range": _is_range,
        "flag": lambda text: flag_direction(text) is not None,
    }
    count = 0
    for label, (start, end) in zip(ordered, pairwise(edges), strict=True):
        tell = tells.get(label.role)
        if tell is None:
            continue
        for row in rows:
            inside = " ".join(s.text for s in row if start <= s.box.centre < end)
            count += tell(clean(inside).strip(" ;:!|'"))
    return count


def _completed(labels: tuple[Label, ...], rows: Sequence[Sequence[Segment]]) -> list[Label]:
    """The headings with those that were not read: names', units', ranges', values'."""
    enough = max(2, _TELLING_SHARE * len(rows))
    found = [x for x in labels if x.known or not _is_part(x, labels, rows, enough)]
    if all(label.role != "name" for label in found):
        _name_column(found, rows, enough)
    plain: tuple[tuple[Role, Callable[[str], bool]], ...] = (
        ("unit", is_unit),
        ("range", _is_range),
    )
    for role, tells in plain:
        if not any(
            label.role == role or (role, label.role) == ("range", "male") for label in found
        ):
            over, apart = _columns_that(tells, found, rows, enough)
            if len(over) + len(apart) == 1:
                _give(found, role, over, apart)
    over, apart = _columns_that(_is_value, found, rows, enough)
    # Figures before the names number the rows.
    names = [label.box.x0 for label in found if label.role == "name"]
    over, apart = ([x for x in y if not names or x.box.x1 > names[0]] for y in (over, apart))
    if len(over) == 1:  # what is not below its heading may be in its column
        column = _reach(over[0].box, _is_value, rows)
        apart = [label for label in apart if not column.overlap_x(label.box)]
    values = [label for label in found if label.role == "value"]
    measured = [] if values else [x for x in found if _holds_results(x, found, rows)]
    if measured and not over and not apart:
        found[found.index(measured[0])] = replace(measured[0], role="value")
    elif measured:
        pass  # beside it, the column below a day or a heading not read may be an earlier result
    elif not values and len(over) + len(apart) == 1:
        if not _has_figures_aside(found, rows) and not _over_two(over, rows, enough):
            _give(found, "value", over, apart)
    elif values and apart and all(_count(x.box, _is_value, rows) < enough for x in values):
        pass  # it may be the result's own column, beside its heading
    elif over or apart:
        # Which of them is the result is not said where its heading was read in part or is a day.
        for label in values:
            if label.date or not label.whole:
                found[found.index(label)] = replace(label, role="aside")
        found.extend(apart)
    return found


def _is_part(
    label: Label, labels: Sequence[Label], rows: Sequence[Sequence[Segment]], enough: float
) -> bool:
    """Whether a heading not read is a word of another: most of what is below it is below both."""
    below = [s.box for row in rows for s in row if label.box.overlap_x(s.box)]
    return any(
        sum(other.box.overlap_x(box) > 0 for box in below) >= max(enough, 0.5 * len(below))
        for other in labels
        if other.known
    )


def _has_figures_aside(found: Sequence[Label], rows: Sequence[Sequence[Segment]]) -> bool:
    """Whether behind the names a heading that says nothing of results stands over figures.

    Of « N-1 » and « N » the second is the present result, though N is also a number's heading.
    """
    names = [label.box.x1 for label in found if label.role == "name"]
    return any(
        label.known and label.role == "aside" and _most(label.box, _is_value, rows)
        for label in found
        if names and label.box.x0 > names[0]
    )


def _holds_results(label: Label, found: Sequence[Label], rows: Sequence[Sequence[Segment]]) -> bool:
    """Whether below a unit's heading stand results with their units: two columns read as one."""
    if label.role != "unit":
        return False
    others = [x.box for x in found if x is not label]
    alone = [[s for s in row if not any(s.box.overlap_x(x) > 0 for x in others)] for row in rows]
    return _most(label.box, _is_measured, alone)


def _over_two(labels: Sequence[Label], rows: Sequence[Sequence[Segment]], enough: float) -> bool:
    """Whether most rows have two figures below one unread heading: it may have been two."""
    return any(
        sum(
            sum(x.box.overlap_x(s.box) > 0 and _is_value(clean(s.text)) for s in row) > 1
            for row in rows
        )
        >= enough
        for x in labels
    )


def _name_column(found: list[Label], rows: Sequence[Sequence[Segment]], enough: float) -> None:
    """Find the column of names among the headings not known, or to the left of all."""
    leftmost = min(found, key=lambda label: label.box.x0)
    likely = [label for label in found if not label.known]
    if leftmost.role == "aside" and leftmost not in likely:
        likely.append(leftmost)  # « Sample » over the hours of a tolerance test
    counts = [_distinct_names(label.box, rows) for label in likely]
    if counts and max(counts) >= enough:
        chosen = likely[counts.index(max(counts))]
        found[found.index(chosen)] = replace(chosen, role="name", known=True)
        return
    names = [s.box for row in rows for s in row[:1] if s.box.x1 <= leftmost.box.x0]
    if names:
        found.append(Label("name", _typical(names), None))


def _distinct_names(box: Box, rows: Sequence[Sequence[Segment]]) -> int:
    """How many different names stand below a heading; « Serum » again and again is none."""
    texts = (clean(s.text) for row in rows for s in row if box.overlap_x(s.box))
    return len({text for text in texts if _is_name(text)})


def _columns_that(
    tells: Callable[[str], bool],
    found: Sequence[Label],
    rows: Sequence[Sequence[Segment]],
    enough: float,
) -> tuple[list[Label], list[Label]]:
    """Columns of which most rows tell the same: those with an unread heading, and those without.

    The latter get a label of their own, whose column holds no part of a result.
    """
    known = [_reach(label.box, tells, rows) for label in found if label.known]
    unread = [label for label in found if not label.known]
    over = [label for label in unread if _most(label.box, tells, rows)]
    apart: list[list[Segment]] = []
    for row in rows:
        for segment in row:
            box = segment.box
            headed = any(other.overlap_x(box) for other in (*known, *(x.box for x in unread)))
            if headed or not tells(clean(segment.text)):
                continue
            near = next((c for c in apart if c[-1].box.overlap_x(box)), None)
            if near is None:
                apart.append([segment])
            else:
                near.append(segment)
    labels = [
        Label("aside", _typical([s.box for s in column]), column[0].cell, known=False)
        for column in apart
        if len(column) >= enough
    ]
    return over, labels


def _reach(heading: Box, tells: Callable[[str], bool], rows: Sequence[Sequence[Segment]]) -> Box:
    """A heading's box as wide as its column: figures are set to the right or left of it."""
    below = (s for row in rows for s in row if heading.overlap_x(s.box))
    return bounding([heading, *(s.box for s in below if tells(clean(s.text)))])


def _give(found: list[Label], role: Role, over: Sequence[Label], apart: Sequence[Label]) -> None:
    if over:
        found[found.index(over[0])] = replace(over[0], role=role, known=True)
    else:
        found.append(replace(apart[0], role=role, known=True))


def _most(box: Box, tells: Callable[[str], bool], rows: Sequence[Sequence[Segment]]) -> bool:
    """Whether most of what stands below a heading tells it."""
    filled = _count(box, bool, rows)
    return _count(box, tells, rows) >= max(2, _TELLING_SHARE * filled)


def _count(box: Box, tells: Callable[[str], bool], rows: Sequence[Sequence[Segment]]) -> int:
    """In how many rows something that tells it stands below a heading."""
    return sum(any(box.overlap_x(s.box) and tells(clean(s.text)) for s in row) for row in rows)


def _typical(boxes: Sequence[Box]) -> Box:
    """A heading's box for what stands below it: left edges agree, right ones vary."""
    return Box(
        int(median(box.x0 for box in boxes)),
        min(box.y0 for box in boxes),
        int(median(box.x1 for box in boxes)),
        max(box.y1 for box in boxes),
    )


def _is_range(text: str) -> bool:
    found = parse_range(text, column=False)
    return found is not None and (found.bounded or bool(found.by_sex))


def _is_value(text: str) -> bool:
    return match_value(text, 0) is not None and not _is_range(text)


def _is_measured(text: str) -> bool:
    found = None if is_unit(text) else match_value(text, 0)
    return found is not None and text[found[1] : found[1] + 1] == " " and not _is_range(text)


def _is_name(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", text)) and not (
        is_unit(text) or _is_range(text) or match_value(text, 0)
    )


def _edge(first: Label, second: Label, rows: Sequence[Sequence[Segment]]) -> float:
    """The x between two headings that crosses the fewest words below them."""
    low, high = first.box.centre, second.box.centre
    if first.cell and second.cell and first.cell.x1 <= second.cell.x0 + 4:
        low, high = float(first.cell.x1), float(second.cell.x0)
        # Touching cells; a wider gap is a column without heading, which goes to either side.
        if high - low < first.box.height:
            return (low + high) / 2
    if high - low < 2:
        return (low + high) / 2
    costs = [0.0] * _BINS
    size = (high - low) / _BINS
    for box in (first.box, second.box):
        _add(costs, box.x0, box.x1, _HEADING_COST, low, size)
    for row in rows:
        for segment in row:
            _add(costs, segment.box.x0, segment.box.x1, _GAP_COST, low, size)
            for word in segment.words:
                _add(costs, word.box.x0, word.box.x1, 1.0 - _GAP_COST, low, size)
    return low + _cheapest(costs) * size


def _cheapest(costs: Sequence[float]) -> float:
    """The middle of the last wide stretch of least cost, in bins.

    The last, since data keep to their heading's left edge: what stands without a heading
    between two columns (a flag, a prior result) belongs behind the left one.
    """
    least = min(costs)
    runs: list[tuple[int, int]] = []
    for i, cost in enumerate(costs):
        if cost > least + 1e-9:
            continue
        if runs and sum(runs[-1]) == i:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((i, 1))
    longest = max(length for _, length in runs)
    start, length = [run for run in runs if run[1] >= _WIDE_ENOUGH * longest][-1]
    return start + length / 2


def _add(costs: list[float], x0: float, x1: float, cost: float, low: float, size: float) -> None:
    first = max(0, int((x0 - low) / size))
    last = min(_BINS, int((x1 - low) / size) + 1)
    for i in range(first, last):
        costs[i] += cost

"""Where the columns of a laboratory table begin and end.

Headings say what the columns hold. The edge between two columns is where the fewest words are
crossed, or where the ruled cells meet; a column whose heading could not be read is known by
what stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from medicord_ocr.page import Box, Row, Segment
from medicord_ocr.structure.labheader import Label, Role
from medicord_ocr.structure.ranges import parse_range
from medicord_ocr.structure.units import is_unit
from medicord_ocr.structure.values import clean, match_value

_BINS = 96
# Cost of a column edge inside the gap between two words of one segment, against 1 inside a word:
# readers join neighbouring columns, and wide names have gaps too.
_GAP_COST = 0.35
# Least share of the rows in which an unheaded column must show what it holds.
_TELLING_SHARE = 0.4
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
    columns = [Column(label.role, edges[i], edges[i + 1]) for i, label in enumerate(ordered)]
    return tuple(columns)


def _completed(labels: tuple[Label, ...], rows: Sequence[Sequence[Segment]]) -> list[Label]:
    """The headings with those that were not read: the first column's, units, ranges, values."""
    found = list(labels)
    if all(label.role != "name" for label in found):
        leftmost = min(found, key=lambda label: label.box.x0)
        if not leftmost.known:
            found[found.index(leftmost)] = replace(leftmost, role="name", known=True)
        first = leftmost.box.x0
        names = [s.box for row in rows for s in row[:1] if s.box.x1 <= first]
        if names and leftmost.known:
            found.append(Label("name", _typical(names), None))
    for role, tells in _TELLING:
        if any(label.role == role for label in found):
            continue
        known = [label.box for label in found if label.known]
        boxes = [
            segment.box
            for row in rows
            for segment in row
            if not any(box.overlap_x(segment.box) for box in known) and tells(clean(segment.text))
        ]
        if len(boxes) < max(2, _TELLING_SHARE * len(rows)):
            continue
        over = [x for x in found if not x.known and any(x.box.overlap_x(box) for box in boxes)]
        if len(over) > 1:
            continue  # two columns that could be it
        if over:
            found[found.index(over[0])] = replace(over[0], role=role, known=True)
        else:
            found.append(Label(role, _typical(boxes), None))
    return found


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


_TELLING: tuple[tuple[Role, Callable[[str], bool]], ...] = (
    ("unit", is_unit),
    ("range", _is_range),
    ("value", lambda text: match_value(text, 0) is not None),
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
        _add(costs, box.x0, box.x1, 1.0, low, size)
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

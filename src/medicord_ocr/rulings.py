"""Ruled tables: finding the rulings, taking them out of the picture, keeping their grid.

Tesseract drops the cells of a bordered table, so rulings must go before recognition; the
grid that they drew says which words belong together.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.dots import dotted
from medicord_ocr.ink import Gray, components, ink, turned, window
from medicord_ocr.page import Box

#: Shortest ruling and its greatest thickness, in x-heights. The longest dash of print is an em
#: dash (2 x-heights); a Khmer letter has no horizontal stroke longer than 2.
RULING_LENGTH, RULING_THICKNESS = 4.5, 0.7
#: Shortest border of a cell that rulings across close at both ends; it may be thick where it is as
#: long as any ruling (shorter ones so: a row of CI's gate documents lost).
SIDE_LENGTH = 2.3
#: A run is a ruling where less than this share of its length has ink right above and below it:
#: the first share up to the first length in x-heights, and so on. The longer ones were chosen by
#: eye on pages of dev where lines of letters ran together at their x-height.
SHORT, SHORT_THICKNESS = 12.0, 0.36
TOUCHED = ((SHORT, 0.1), (30.0, 0.3), (float("inf"), 0.6))
#: Share of a faint ruling's length that is ruled for sure.
WHOLE = 0.6
#: Least length and greatest thickness in x-heights of a ruling that is faint all over.
FAINT_LENGTH, FAINT_THICKNESS = 12.0, 0.36
#: Share of the height of brackets below one another that their feet take.
BRACKET_FEET = 0.06
#: Least width and height of a cell, in x-heights.
CELL_WIDTH, CELL_HEIGHT = 1.2, 1.0
#: How near to its outermost end so many level rulings of a table must end for a border to be there,
#: in x-heights; no upright within twice that.
SIDE_REACH, SIDE_LINES = 1.5, 3
#: Share of the box around it that a cell fills at least; or of its convex hull, where it slants.
BOX_LIKE, CONVEX = 0.8, 0.9


@dataclass(frozen=True, slots=True)
class Rulings:
    """The rulings of a page.

    Attributes:
        mask: (H, W) uint8, 255 where a ruling or the dots of a leader are.
        tables: outer boxes of connected rulings that hold two cells or more.
        cells: for each table, its cells in reading order.
    """

    mask: Gray
    tables: tuple[Box, ...]
    cells: tuple[tuple[Box, ...], ...]

    def scaled(self, shape: tuple[int, ...], factor: float) -> Rulings:
        """The same rulings on a picture of another size.

        Args:
            shape: height and width of that picture.
            factor: its pixels for one of this.
        """
        mask = cv2.resize(self.mask, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)

        def grown(box: Box) -> Box:
            return Box(*(round(edge * factor) for edge in box))

        return Rulings(
            cv2.threshold(mask, 64, 255, cv2.THRESH_BINARY)[1],  # type: ignore[arg-type]
            tuple(grown(table) for table in self.tables),
            tuple(tuple(grown(cell) for cell in cells) for cells in self.cells),
        )


def find_rulings(marks: Gray, x_height: float, faint: Gray | None = None) -> Rulings:
    """Find straight horizontal and vertical rulings by morphological opening.

    Args:
        marks: (H, W) uint8, ink 255 and paper 0, skew undone.
        x_height: height of small letters in pixels of ``marks``.
        faint: the same with fainter ink, in which rulings are whole that fade in places.
    """
    level, upright, leaders = dotted(marks, x_height)
    horizontal = _whole(_runs(level, x_height, RULING_LENGTH), faint, x_height)
    across = turned(horizontal)
    vertical = _runs(upright, x_height, RULING_LENGTH)
    vertical = _whole(vertical, None if faint is None else turned(faint), x_height)
    rest: Gray = cv2.subtract(upright, vertical)  # type: ignore[assignment]
    sides = _runs(rest, x_height, SIDE_LENGTH, across)
    vertical = turned(vertical | _spanning(sides, across, x_height))
    vertical = _without_brackets(vertical, horizontal, marks, x_height)
    mask = horizontal | vertical | leaders
    tables, cells = _grid(horizontal, vertical, x_height)
    return Rulings(mask, tables, cells)


def _whole(runs: Gray, faint: Gray | None, x_height: float) -> Gray:
    """Horizontal rulings with the stretches where they fade, and long ones that are faint all over.

    A faint run is one that they take WHOLE of at least, or FAINT_LENGTH long, thin and free of ink
    on both sides: a line of letters is never so.
    """
    if faint is None:
        return runs
    length = np.ones((1, int(RULING_LENGTH * x_height)), np.uint8)
    longer = cv2.bitwise_or(cv2.morphologyEx(faint, cv2.MORPH_OPEN, length), runs)
    count, labels, stats, _ = components(longer)
    if count <= 1:
        return runs
    beside: Gray = cv2.subtract(faint, cv2.dilate(longer, np.ones((3, 1), np.uint8)))  # type: ignore[assignment]
    thin = stats[:, 3] <= max(3, FAINT_THICKNESS * x_height)
    alone = thin & (stats[:, 2] >= FAINT_LENGTH * x_height)
    good = np.zeros(count, bool)
    for i, (x, y, w, h, _) in enumerate(stats[1:count], 1):
        area = slice(y, y + h), slice(x, x + w)
        solid = (runs[area] > 0) & (labels[area] == i)
        good[i] = solid.any(axis=0).mean() >= WHOLE or (
            bool(alone[i]) and _stands_free(beside, stats[i], x_height, TOUCHED[1][1])
        )
    return cv2.bitwise_or(runs, _only(good, labels, stats, longer))  # type: ignore[arg-type,return-value]


def _spanning(sides: Gray, across: Gray, x_height: float) -> Gray:
    """Those runs that end at a ruling across on both sides.

    They are the borders of cells that are closed by themselves, and too short to be told from
    letters otherwise.
    """
    reach = max(2, round(0.2 * x_height))
    near = cv2.dilate(across, np.ones((1, 2 * reach + 1), np.uint8))
    count, labels, stats, _ = components(sides)
    good = np.zeros(count, bool)
    for i, (x, y, w, h, _) in enumerate(stats[1:count], 1):
        ends = near[y : y + h, x], near[y : y + h, x + w - 1]
        good[i] = all(end.any() for end in ends)
    return _only(good, labels, stats, sides)


def _only(
    good: NDArray[np.bool_], labels: NDArray[np.int32], stats: NDArray[np.int32], marks: Gray
) -> Gray:
    """The marks of the good components: each other one is wiped out in its own box alone."""
    kept = marks.copy()
    for i in np.flatnonzero(~good[1:]) + 1:
        x, y, w, h = stats[i, :4]
        kept[y : y + h, x : x + w][labels[y : y + h, x : x + w] == i] = 0
    return kept


def _runs(marks: Gray, x_height: float, least: float, ends: Gray | None = None) -> Gray:
    """Horizontal rulings alone: long, thin, and free of letters on both sides.

    Args:
        marks: ink 255.
        x_height: in pixels of ``marks``.
        least: shortest run, in x-heights.
        ends: rulings across that close the runs at their ends; those of RULING_LENGTH and more may
            then be thick, and what crosses them is no letter.
    """
    length, thick = int(least * x_height), max(3, int(RULING_THICKNESS * x_height))
    # Thickened by a pixel above and below, a ruling stays one run where it slants or wavers; the
    # closing bridges the gaps of dotted and faint ones; the opening leaves long runs only.
    thicker = cv2.dilate(marks, np.ones((3, 1), np.uint8))
    bridged = cv2.morphologyEx(thicker, cv2.MORPH_CLOSE, np.ones((1, 3), np.uint8))
    runs = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    filled = cv2.morphologyEx(runs, cv2.MORPH_OPEN, np.ones((thick + 3, 1), np.uint8))
    if cv2.countNonZero(filled):
        runs = cv2.subtract(runs, cv2.dilate(filled, np.ones((3, 1), np.uint8)))
    count, labels, stats, _ = components(runs)
    if count <= 1:
        return runs  # type: ignore[return-value]
    # The other ruling of a double one is no letter.
    letters: Gray = cv2.subtract(marks, cv2.dilate(runs, np.ones((3, 1), np.uint8)))  # type: ignore[assignment]
    alone = letters
    if ends is not None:
        alone = cv2.subtract(letters, cv2.dilate(ends, np.ones((1, 3), np.uint8)))  # type: ignore[assignment]
    good = np.zeros(count, bool)
    for i in range(1, count):
        touched = next(share for most, share in TOUCHED if stats[i, 2] < most * x_height)
        closed = ends is not None and stats[i, 2] >= RULING_LENGTH * x_height
        heavy = stats[i, 2] < SHORT * x_height and stats[i, 3] > SHORT_THICKNESS * x_height
        long_enough = stats[i, 2] >= length and (closed or not heavy)
        beside = alone if closed else letters
        good[i] = long_enough and _stands_free(beside, stats[i], x_height, touched)
    return _only(good, labels, stats, cv2.bitwise_and(bridged, runs))  # type: ignore[arg-type]


def _without_brackets(vertical: Gray, horizontal: Gray, marks: Gray, x_height: float) -> Gray:
    """Upright rulings without those that are brackets below one another: ``[`` over ``[``.

    They meet no ruling across, and have feet on one side only.
    """
    across = cv2.dilate(horizontal, np.ones((3, 2 * max(2, round(0.2 * x_height)) + 1), np.uint8))
    count, labels, stats, _ = components(vertical)
    good = np.zeros(count, bool)
    reach = max(2, round(0.2 * x_height))
    for i, (x, y, w, h, _) in enumerate(stats[1:count], 1):
        meets = bool((across[y : y + h, x : x + w] > 0).any())
        left, right = marks[y : y + h, max(0, x - reach) : x], marks[y : y + h, x + w :][:, :reach]
        feet = sorted(float(side.any(axis=1).mean()) for side in (left, right) if side.size)
        good[i] = meets or not (len(feet) == 2 and feet[1] > BRACKET_FEET and feet[0] == 0)
    return _only(good, labels, stats, vertical)


def _stands_free(letters: Gray, stat: NDArray[np.int32], x_height: float, touched: float) -> bool:
    """Whether a run has little ink along it: a line of letters seen at their x-height has much."""
    x, y, w, h, _ = (int(n) for n in stat)
    reach = max(2, round(0.25 * x_height))
    above = letters[max(0, y - reach) : y, x : x + w]
    below = letters[y + h : y + h + reach, x : x + w]
    return all(
        part.size == 0 or float(part.any(axis=0).mean()) < touched for part in (above, below)
    )


def _grid(
    horizontal: Gray, vertical: Gray, x_height: float
) -> tuple[tuple[Box, ...], tuple[tuple[Box, ...], ...]]:
    """Tables and their cells: the closed areas between connected rulings."""
    reach = max(3, int(0.5 * x_height))
    lines: Gray = cv2.bitwise_or(  # type: ignore[assignment]
        cv2.dilate(horizontal, np.ones((3, 2 * reach + 1), np.uint8)),
        cv2.dilate(vertical, np.ones((2 * reach + 1, 3), np.uint8)),
    )
    count, labels, stats, _ = components(lines)
    tables, cells = [], []
    for i, (x, y, w, h, _) in enumerate(stats[1:count], 1):
        if w < 6 * x_height or h < 2 * x_height:
            continue
        # By itself: the edges of a desk around the page lie about the tables on it.
        alone = (labels[y : y + h, x : x + w] == i).astype(np.uint8)
        area = slice(y, y + h), slice(x, x + w)
        _close_sides(alone, horizontal[area], vertical[area], x_height)
        inside = _cells(alone, int(x), int(y), x_height)
        if len(inside) >= 2:
            tables.append(Box(int(x), int(y), int(x + w), int(y + h)))
            cells.append(inside)
    return tuple(tables), tuple(cells)


def _close_sides(table: Gray, horizontal: Gray, vertical: Gray, x_height: float) -> None:
    """Draw the border of a table's side that was not found, where level rulings end together.

    Args:
        table: (H, W) uint8, 1 where its rulings are; the border is drawn into it.
        horizontal: the level rulings in its box.
        vertical: the upright ones.
        x_height: height of small letters in pixels.
    """
    uprights = np.flatnonzero((vertical * table).any(axis=0))
    if not uprights.size:
        return
    width = table.shape[1]
    count, _, stats, _ = components(horizontal * table)
    long = stats[1:count][stats[1:count, 2] >= RULING_LENGTH * x_height]
    for ends, side, first in (
        (long[:, 0], 0, int(uprights[0])),
        (long[:, 0] + long[:, 2] - 1, width - 1, int(uprights[-1])),
    ):
        there = np.abs(ends - side) <= SIDE_REACH * x_height
        if np.count_nonzero(there) < SIDE_LINES or abs(first - side) < 2 * SIDE_REACH * x_height:
            continue
        order = np.argsort(long[there, 1])
        points = np.stack([ends[there], long[there, 1] + long[there, 3] // 2], axis=1)[order]
        cv2.polylines(table, [points.astype(np.int32)], isClosed=False, color=1, thickness=3)


def _cells(lines: Gray, left: int, top: int, x_height: float) -> tuple[Box, ...]:
    """The closed areas that have the shape of a cell, each as high as it is on the whole.

    On curled paper rulings slant: the box around a wide cell would reach into the rows beside it.
    """
    count, labels, stats, centres = components((lines == 0).astype(np.uint8), 4)
    height, width = lines.shape
    found = []
    for i in range(1, count):
        x, y, w, h, area = (int(n) for n in stats[i])
        at_edge = x == 0 or y == 0 or x + w == width or y + h == height
        if at_edge or w < CELL_WIDTH * x_height or area < CELL_HEIGHT * x_height * w:
            continue
        if area <= BOX_LIKE * w * h and not _is_convex(labels[y : y + h, x : x + w] == i):
            continue
        y0 = top + round(float(centres[i, 1]) + 0.5 - area / w / 2)
        found.append(Box(x + left, y0, x + w + left, y0 + round(area / w)))
    return tuple(sorted(found, key=lambda b: (b.y0, b.x0)))


def _is_convex(area: NDArray[np.bool_]) -> bool:
    contours, _ = cv2.findContours(
        area.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    hull = cv2.contourArea(cv2.convexHull(contours[0]))
    return bool(np.count_nonzero(area) > CONVEX * hull)


def widened(mask: Gray) -> Gray:
    """The rulings with the soft edge that printing and scanning give them: a pixel more around."""
    return cv2.dilate(mask, np.ones((3, 3), np.uint8))  # type: ignore[return-value]


def erase(gray: Gray, rulings: Rulings, x_height: float) -> Gray:
    """The picture without its rulings, glyphs that cross them made whole again.

    Args:
        gray: (H, W) uint8 picture.
        rulings: as found, at the scale of ``gray``.
        x_height: height of small letters in pixels.

    Returns:
        A new picture; where ink goes on both above and below (or left and right of) a ruling,
        the stretch between is kept.
    """
    x, y, w, h = cv2.boundingRect(rulings.mask)
    if not w:
        return gray
    out = gray.copy()
    reach = 2 * window(x_height)
    rows, columns = slice(max(0, y - reach), y + h + reach), slice(max(0, x - reach), x + w + reach)
    out[rows, columns] = _erased(gray[rows, columns], rulings.mask[rows, columns], x_height)
    return out


def _erased(gray: Gray, mask: Gray, x_height: float) -> Gray:
    """The part of a picture that has rulings, without them."""
    marks = ink(gray, window(x_height))
    mask = widened(mask)
    rest = cv2.subtract(marks, mask)
    # What a short closing of the remaining ink fills inside the mask was a stroke that crossed.
    span = int(np.ceil(_thickness(mask))) + 3
    across = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((span, 1), np.uint8))
    along = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((1, span), np.uint8))
    strokes = cv2.bitwise_and(cv2.bitwise_or(across, along), marks)
    # Paper is the brightest of the surroundings: a table's row may be shaded.
    paper = cv2.dilate(gray, np.ones((span + 2, span + 2), np.uint8))
    return cv2.copyTo(paper, cv2.subtract(mask, strokes), gray.copy())  # type: ignore[return-value]


def _thickness(mask: Gray) -> float:
    """Typical thickness of the rulings in pixels: from the distance of ridge pixels to the edge."""
    inside = cv2.distanceTransform(mask, cv2.DIST_L1, 3, dstType=cv2.CV_8U)
    counts = cv2.calcHist([inside], [0], mask, [256], [0, 256]).ravel()
    below = np.cumsum(counts)
    return float(min(12.0, 2.0 * np.searchsorted(below, 0.9 * below[-1])))

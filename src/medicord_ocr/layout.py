"""Where text stands on a prepared page: stretches of text, rulings, table cells.

Geometry only: nothing is read here. A *stretch* is a run of text on one line without a wide
gap, inside one table cell where there is a grid: the piece that readers are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.bend import find_bend
from medicord_ocr.ink import Gray, components, faint_ink, ink, invert_bars, resized, window
from medicord_ocr.page import Box
from medicord_ocr.rulings import Rulings, erase, find_rulings, widened

#: Boxes, (N, 4) of x0, y0, x1, y1.
Edges = NDArray[np.float64]
#: Gap between stretches in x-heights: a word space is 0.5-0.8, of justified text up to 1.2.
GAP = 1.45
#: The same in print of one letter width, in letter widths: a space leaves 1.1-1.6, two 2.1.
TYPED_GAP = 1.8
#: Share of the steps from letter to letter that are equal (to 8 %) in such print: on pictures of
#: dev 0.62-0.95 for it, at most 0.35 for other print. Fewer letters do not tell.
TYPED_SHARE, TYPED_LETTERS = 0.5, 40
#: Share of the rows beside a flat mark that an upright ruling takes at least, where it ends there;
#: one across that is two pixels thick takes 0.4.
UPRIGHT = 0.7
#: Height in x-heights of what touches the edge of the picture and is a line of print (of a picture
#: that is cut close), not the ground: it is read, and in doubt.
EDGE_LINE = (0.8, 3.0)
#: x-height in pixels of the reduced picture that text is searched on: the layout of one ruled page
#: at 300 dpi took 281 ms so, 840 ms at full size. Of the rows of the gate 96.5 % are found so, with
#: 10 pixels 95.5 %, with 14 95.1 %.
SEARCH_X_HEIGHT = 12.0
_TYPED_SAMPLE = 800


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of text on one line, with the table and cell that hold it (indexes, or None)."""

    box: Box
    table: int | None = None
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The geometry of a page.

    Attributes:
        clean: (H, W) uint8, the picture with rulings taken out and dark bars inverted.
        rulings: the rulings and their grid.
        stretches: in no particular order.
        x_height: pixels.
        bend: pixels that lines lie lower than their mean, at equal steps across; empty where
            they are straight.
        hanging: marks too narrow for a stretch, as the vowel below a Khmer letter (ុ), pixels.
    """

    clean: Gray
    rulings: Rulings
    stretches: tuple[Stretch, ...]
    x_height: float
    bend: tuple[float, ...] = ()
    hanging: Edges | None = None

    def level(self, box: Box) -> Box:
        """Where a box would be if the lines of the page were straight."""
        if not self.bend:
            return box
        places = (np.arange(len(self.bend)) + 0.5) / len(self.bend) * self.clean.shape[1]
        rise = round(float(np.interp(box.centre, places, self.bend)))
        return Box(box.x0, box.y0 - rise, box.x1, box.y1 - rise)

    def is_cut(self, box: Box) -> bool:
        """Whether the edge of the picture may have cut what stands there."""
        return _at_edge(box, self.clean.shape)

    def place(self, box: Box) -> Stretch:
        """A stretch in the smallest cell that holds its middle."""
        for t, table in enumerate(self.rulings.tables):
            if not (table.y0 <= box.middle <= table.y1 and table.x0 <= box.centre <= table.x1):
                continue
            holds = [
                (c.width * c.height, i)
                for i, c in enumerate(self.rulings.cells[t])
                if c.x0 <= box.centre <= c.x1 and c.y0 <= box.middle <= c.y1
            ]
            if holds:
                return Stretch(box, t, min(holds)[1])
        return Stretch(box)


def find_layout(gray: Gray, x_height: float) -> Layout:
    """Find the text of a page.

    The search runs on a picture reduced to an x-height of SEARCH_X_HEIGHT; only rulings are
    taken out at full size.

    Args:
        gray: (H, W) uint8, upright, dark on light.
        x_height: height of small letters in pixels.
    """
    gray = invert_bars(gray, x_height)
    factor = min(1.0, SEARCH_X_HEIGHT / x_height)
    small = resized(gray, factor)
    unit = x_height * factor
    mask = ink(small, window(unit))
    found = find_rulings(mask, unit, faint_ink(small, window(unit)))
    letters: Gray = cv2.subtract(mask, widened(found.mask))  # type: ignore[assignment]
    boxes, hanging = _stretch_boxes(letters, found.mask, unit)
    rulings = found.scaled(gray.shape, 1 / factor)
    bend = tuple(rise / factor for rise in find_bend(mask, unit))
    clean = erase(gray, rulings, x_height)
    layout = Layout(clean, rulings, (), x_height, bend, hanging / factor)
    stretches = tuple(layout.place(_scaled(box, 1 / factor, gray.shape)) for box in boxes)
    return replace(layout, stretches=stretches)


def ruled_layout(gray: Gray, x_height: float) -> Layout | None:
    """The ruled tables of a page whose words are known; None where there are none.

    Args:
        gray: (H, W) uint8, upright, dark on light.
        x_height: height of small letters in pixels.
    """
    factor = min(1.0, SEARCH_X_HEIGHT / x_height)
    small = resized(gray, factor)
    unit = x_height * factor
    rulings = find_rulings(ink(small, window(unit)), unit).scaled(gray.shape, 1 / factor)
    return Layout(gray, rulings, (), x_height) if rulings.tables else None


def _scaled(box: Box, factor: float, shape: tuple[int, ...]) -> Box:
    return Box(
        max(0, int(box.x0 * factor)),
        max(0, int(box.y0 * factor)),
        min(shape[1], int(np.ceil(box.x1 * factor))),
        min(shape[0], int(np.ceil(box.y1 * factor))),
    )


def _stretch_boxes(mask: Gray, ruled: Gray, x_height: float) -> tuple[list[Box], Edges]:
    """Boxes of runs of text, and of marks too small to be one.

    Letters are joined sideways over gaps, then marks to their line.
    """
    count, _, stats, _ = components(mask)
    x, y, w, h, area = (stats[1:, i] for i in range(5))
    letters = (h >= 0.35 * x_height) & (h <= 4.5 * x_height) & (w <= 40 * x_height)
    letters &= area >= max(3.0, 0.04 * x_height**2)
    # Dashes are flat but belong to the line: they are drawn as tall as a letter. Decimal points
    # make no line of their own.
    dashes = (w >= 0.4 * x_height) & (w <= 2.5 * x_height) & (h < 0.35 * x_height)
    dashes &= area >= 0.05 * x_height**2
    for i in np.flatnonzero(dashes):
        dashes[i] = not _joins_rulings(ruled, stats[i + 1])
    canvas = np.zeros_like(mask)
    grow = int(0.4 * x_height)
    for i in np.flatnonzero(letters | dashes):
        up = grow if dashes[i] else 0
        canvas[max(0, y[i] - up) : y[i] + h[i] + up, x[i] : x[i] + w[i]] = 255
    gap = max(GAP * x_height, TYPED_GAP * _letter_pitch(stats[1:], x_height))
    reach = int(gap) | 1
    joined = cv2.morphologyEx(canvas, cv2.MORPH_CLOSE, np.ones((1, reach), np.uint8))
    joined[ruled > 0] = 0
    single = [
        Box(int(x[i]), int(y[i]), int(x[i] + w[i]), int(y[i] + h[i]))
        for i in np.flatnonzero(letters | dashes)
    ]
    count, _, stats, _ = components(joined)
    runs = stats[1:count]
    narrow = (runs[:, 2] < 0.3 * x_height) | (runs[:, 4] < 0.15 * x_height**2)
    boxes = [
        Box(int(x), int(y), int(x + bw), int(y + bh))
        for x, y, bw, bh in runs[~narrow, :4]
        if EDGE_LINE[0] <= bh / x_height <= EDGE_LINE[1]
        or not _at_edge(Box(x, y, x + bw, y + bh), mask.shape)
    ]
    hanging = runs[narrow, :4].astype(np.float64)
    hanging[:, 2:] += hanging[:, :2]
    pieces = [part for box in boxes for part in _split_lines(mask, box, x_height, single)]
    dots = (w >= 0.12 * x_height) & (h >= 0.12 * x_height) & (area >= 0.6 * w * h)
    dots &= ~(letters | dashes) & (h <= 0.5 * x_height) & (w <= 0.5 * x_height)
    marks = [
        Box(int(x[i]), int(y[i]), int(x[i] + w[i]), int(y[i] + h[i])) for i in np.flatnonzero(dots)
    ]
    return _with_dots(_join_marks(pieces, x_height), marks, x_height), hanging


def _at_edge(box: Box, shape: tuple[int, ...]) -> bool:
    return box.x0 <= 0 or box.y0 <= 0 or box.x1 >= shape[1] or box.y1 >= shape[0]


def _joins_rulings(ruled: Gray, stat: NDArray[np.int32]) -> bool:
    """Whether a flat mark goes from an upright ruling to another: a bit of that, no dash."""
    x, y, w, h, _ = (int(n) for n in stat)
    rows = slice(max(0, y - 2), y + h + 2)
    ends = ruled[rows, max(0, x - 3) : x] > 0, ruled[rows, x + w : x + w + 3] > 0
    upright = any((end.mean(axis=0) > UPRIGHT).any() for end in ends)
    return upright and all(bool(end.any()) for end in ends)


def _letter_pitch(stats: NDArray[Any], x_height: float) -> float:
    """Pixels from letter to letter where the page is print of one letter width, else 0.

    Args:
        stats: (N, 5) int32, the components of the ink as OpenCV gives them.
        x_height: height of small letters in pixels.
    """
    x, y, w, h = (stats[:, i].astype(np.float64) for i in range(4))
    letters = (h >= 0.7 * x_height) & (h <= 2.2 * x_height)
    letters &= (w >= 0.15 * x_height) & (w <= 2 * x_height)
    centre, foot = (x + w / 2)[letters], (y + h)[letters]
    if len(centre) < TYPED_LETTERS:
        return 0.0
    few = slice(0, _TYPED_SAMPLE)
    step = centre[None, :] - centre[few, None]
    beside = (step > 0.2 * x_height) & (step < 2 * x_height)
    beside &= np.abs(foot[None, :] - foot[few, None]) < 0.45 * x_height
    steps = np.where(beside, step, np.inf).min(axis=1)
    steps = steps[np.isfinite(steps)]
    if len(steps) < 0.5 * TYPED_LETTERS:
        return 0.0
    tried = np.linspace(0.6, 1.8, 61) * x_height
    shares = (np.abs(steps[:, None] / tried - 1) < 0.08).mean(axis=0)
    best = int(shares.argmax())
    return float(tried[best]) if shares[best] >= TYPED_SHARE else 0.0


def _with_dots(lines: list[Box], dots: list[Box], x_height: float) -> list[Box]:
    """Lines made longer by the dots (of a colon, a full stop, a leader) right beside them."""
    reach = GAP * x_height
    edges = np.array(lines, np.float64).reshape(-1, 4)
    for dot in sorted(dots, key=lambda d: d.x0):
        after = dot.x0 - edges[:, 2]
        before = edges[:, 0] - dot.x1
        beside = (edges[:, 1] <= dot.middle) & (edges[:, 3] >= dot.middle)
        beside &= ((after >= -dot.width) & (after <= reach)) | (
            (before >= 0) & (before <= 0.5 * reach)
        )
        if beside.any():
            line = edges[np.argmax(beside)]
            line[0], line[2] = min(line[0], dot.x0), max(line[2], dot.x1)
    return [Box(*map(int, edge)) for edge in edges]


def _split_lines(core: Gray, box: Box, x_height: float, letters: Sequence[Box]) -> list[Box]:
    """A box that holds several touching lines, cut between them.

    Lines of letters stand on a foot each; where there are none, at the valleys of the projection.
    """
    lines = _feet(box, letters, x_height) if box.height >= 1.9 * x_height else []
    if len(lines) > 1:
        return lines
    if box.height < 3.6 * x_height:
        return [box]
    rows = np.count_nonzero(core[box.y0 : box.y1, box.x0 : box.x1], axis=1).astype(np.float64)
    width = max(3, int(0.5 * x_height) | 1)
    smooth = np.convolve(rows, np.ones(width) / width, mode="same")
    floor = 0.35 * float(np.percentile(smooth, 80))
    low = smooth < floor
    edges = np.flatnonzero(np.diff(np.concatenate(([1], low.astype(np.int8), [1]))))
    parts = [
        Box(box.x0, box.y0 + int(a), box.x1, box.y0 + int(b))
        for a, b in zip(edges[::2], edges[1::2], strict=False)
        if b - a >= 0.6 * x_height
    ]
    if len(parts) < 2:
        return [box]
    cuts = [(a.y1 + b.y0) // 2 for a, b in pairwise(parts)]
    tops, ends = [box.y0, *cuts], [*cuts, box.y1]
    return [Box(box.x0, top, box.x1, end) for top, end in zip(tops, ends, strict=True)]


def _feet(box: Box, letters: Sequence[Box], x_height: float) -> list[Box]:
    """The lines of letters in a box, each standing on one foot.

    What hangs below Khmer consonants is smaller than they are, and no line.
    """
    inside = [b for b in letters if box.x0 <= b.centre <= box.x1 and box.y0 <= b.middle <= box.y1]
    left = [b for b in inside if 0.6 * x_height <= b.height <= 1.6 * x_height]
    lines: list[list[Box]] = []
    while left:
        # The foot that most letters stand on; those near it hang below it, or are its own.
        near = [[b for b in left if abs(b.y1 - other.y1) <= 0.2 * x_height] for other in left]
        line = max(near, key=len)
        foot = float(np.median([b.y1 for b in line]))
        left = [b for b in left if abs(b.y1 - foot) > 0.6 * x_height]
        if len(line) > 1:
            lines.append(line)
    tall = max((np.median([b.height for b in line]) for line in lines), default=0.0)
    lines = [line for line in lines if np.median([b.height for b in line]) >= 0.7 * tall]
    lines.sort(key=lambda line: np.median([b.y1 for b in line]))
    feet = [int(np.median([b.y1 for b in line])) for line in lines]
    if len(lines) < 2 or any(b - a < 1.1 * x_height for a, b in pairwise(feet)):
        return []
    tops = [int(np.median([b.y0 for b in line])) for line in lines]
    cuts = [(foot + top) // 2 for foot, top in zip(feet, tops[1:], strict=False)]
    parts = []
    for y0, y1 in zip([box.y0, *cuts], [*cuts, box.y1], strict=True):
        line = [b for b in inside if y0 <= b.middle < y1]
        parts.append(Box(min(b.x0 for b in line), y0, max(b.x1 for b in line), y1))
    return parts


def _join_marks(boxes: list[Box], x_height: float) -> list[Box]:
    """Join marks (Khmer vowels above, subscripts below) to their line, and overlapping boxes.

    Boxes are taken from the top. Where one was joined, those whose line may be the grown box are
    looked at again: grain gives thousands of marks.
    """
    boxes = sorted(boxes, key=lambda b: (b.y0, b.x0))
    edges = np.array(boxes, np.float64).reshape(-1, 4)
    alive = np.ones(len(boxes), np.bool_)
    waiting = list(range(len(boxes)))  # a heap: in order
    while waiting:
        i = heappop(waiting)
        while waiting and waiting[0] == i:
            heappop(waiting)
        j = _home(i, edges, alive, x_height) if alive[i] else None
        if j is None:
            continue
        alive[i] = False
        edges[j, :2] = np.minimum(edges[i, :2], edges[j, :2])
        edges[j, 2:] = np.maximum(edges[i, 2:], edges[j, 2:])
        for near in np.flatnonzero(alive & _near(edges, edges[j], x_height)).tolist():
            heappush(waiting, near)
    return [Box(*map(int, edge)) for edge in edges[alive]]


def _near(edges: Edges, box: Edges, x_height: float) -> NDArray[np.bool_]:
    """Which boxes may belong to a box, or it to them."""
    beside = (edges[:, 0] < box[2]) & (edges[:, 2] > box[0])
    apart = np.maximum(edges[:, 1] - box[3], box[1] - edges[:, 3])
    return np.asarray(beside & (apart < 0.45 * x_height))


def _home(i: int, edges: Edges, alive: NDArray[np.bool_], x_height: float) -> int | None:
    """Index of the line that a box of marks belongs to, None when it is a line itself.

    Args:
        i: index of the box.
        edges: (N, 4) of x0, y0, x1, y1 of all boxes.
        alive: which of them were not joined to another.
        x_height: in pixels.
    """
    x0, y0, x1, y1 = edges[i]
    width, height = edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]
    across = np.minimum(edges[:, 2], x1) - np.maximum(edges[:, 0], x0)
    down = np.minimum(edges[:, 3], y1) - np.maximum(edges[:, 1], y0)
    others = alive & (across > 0)
    others[i] = False
    same_line = others & (down > 0.5 * np.minimum(height, y1 - y0))
    same_line &= width * height >= (x1 - x0) * (y1 - y0)
    if same_line.any():
        return int(np.argmax(same_line))
    if y1 - y0 >= 0.85 * x_height:
        return None
    gap = np.maximum(-down, 0)
    hangs = others & (height > y1 - y0) & (across > 0.5 * (x1 - x0)) & (gap < 0.45 * x_height)
    return int(np.argmin(np.where(hangs, gap, np.inf))) if hangs.any() else None

"""Strokes printed where there is nothing: the « / » of a dose that is not taken.

Readers of lines take a lone stroke for 1: two of three did in 54 of 80 cells of prescriptions made
at random. What tells them apart is the slant, which is measured on the ink alone. In 197 fonts, at
18-50 pixels, blurred, noisy and turned, 90 % of 4,000 strokes were found, and of as many figures
1 one was taken for a stroke, of 7 none. Some fonts have steeper ones: of what may be a stroke 95 %
are found, and 12 of 4,000 figures 1.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray
from medicord_ocr.readers.fractions import isolated

NAME = "strokes"
VERSION = "1"
SIGN = "/"
#: What readers make of a stroke.
LOOKALIKES = frozenset("/1|lI7")
_LEAST_ROWS = 8


class _Shape(NamedTuple):
    """How a stroke may look, all in its own heights.

    Attributes:
        lean: how far it leans to the right, at least.
        bent: how far the middle of its ink is from a straight line, at most.
        width: its width at any height, at most.
    """

    lean: float
    bent: float
    width: float


#: Figures in italics lean 0.27 at most; 7 is bent by 0.09; 1 has a foot.
_SURE = _Shape(0.28, 0.03, 0.26)
#: What may be one, and may be a figure in italics.
_POSSIBLE = _Shape(0.2, 0.025, 0.16)
_MOST_LEAN = 1.0


def info() -> EngineInfo:
    """Its name and version."""
    return EngineInfo(NAME, VERSION)


def stroke_at(line: Gray, box: Box) -> Literal["sure", "possible"] | None:
    """How surely a stroke that leans to the right stands alone at a box of a line's picture.

    Args:
        line: (H, W) uint8, dark on light.
        box: where a reader found something, in pixels of the line.
    """
    seen = _measured(line, box)
    if seen is None or seen.lean >= _MOST_LEAN:
        return None
    if _is_like(seen, _SURE):
        return "sure"
    return "possible" if _is_like(seen, _POSSIBLE) else None


def _measured(line: Gray, box: Box) -> _Shape | None:
    """The shape of what stands alone at a box, None where nothing does."""
    sign = isolated(line, box.x0, box.x1)
    if sign is None:
        return None
    dark = sign < (int(sign.min()) + int(sign.max())) / 2
    widths = np.count_nonzero(dark, axis=1)
    rows = np.flatnonzero(widths)
    if rows.size < _LEAST_ROWS:
        return None
    middles = (dark * np.arange(sign.shape[1])).sum(axis=1)[rows] / widths[rows]
    slope, start = np.polyfit(rows, middles, 1)
    bent = np.abs(middles - (slope * rows + start)).max()
    height = sign.shape[0]
    return _Shape(float(-slope), float(bent / height), float(widths.max() / height))


def _is_like(seen: _Shape, stroke: _Shape) -> bool:
    return seen.lean > stroke.lean and seen.bent < stroke.bent and seen.width < stroke.width

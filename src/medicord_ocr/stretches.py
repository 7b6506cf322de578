"""The pictures of stretches that readers are given, and the way back to the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medicord_ocr.ink import Gray
from medicord_ocr.layout import Layout
from medicord_ocr.page import Box, Word

#: Paper left around a stretch, in x-heights: less cuts marks off, more pulls neighbours in.
MARGIN = 0.35
#: How far below a stretch a narrow mark of it begins at most, and how high it is, in x-heights: a
#: vowel that was cut through left both readers sure of កសល for កុសល (CI's gate documents: cluster
#: error 6.34 -> 6.19 %). To make the line itself so high took rows of a fax apart.
HANGING, MARK_HEIGHT = 0.45, 0.9


def crop(layout: Layout, box: Box) -> Gray:
    """The picture of a stretch, (H, W) uint8, with MARGIN around it, its hanging marks whole."""
    margin = int(MARGIN * layout.x_height)
    x0, y0 = _corner(layout, box)
    below = max(box.y1 + margin, _lowest(layout, box) + 2)
    return np.ascontiguousarray(layout.clean[y0:below, x0 : box.x1 + margin])


def _lowest(layout: Layout, box: Box) -> int:
    """The lower edge of the narrow marks that hang from a stretch, in pixels; 0 without any."""
    if layout.hanging is None:
        return 0
    x0, y0, x1, y1 = layout.hanging.T
    gap = y0 - box.y1
    near = (x1 > box.x0) & (x0 < box.x1) & (gap >= 0) & (gap < HANGING * layout.x_height)
    near &= y1 - y0 < MARK_HEIGHT * layout.x_height
    return int(y1[near].max()) if near.any() else 0


def placed(layout: Layout, box: Box, word: Word) -> Word:
    """A word of the picture of a stretch, its box in pixels of the page."""
    x, y = _corner(layout, box)
    there = Box(word.box.x0 + x, word.box.y0 + y, word.box.x1 + x, word.box.y1 + y)
    return replace(word, box=there)


def _corner(layout: Layout, box: Box) -> tuple[int, int]:
    margin = int(MARGIN * layout.x_height)
    return max(0, box.x0 - margin), max(0, box.y0 - margin)

"""The pictures of stretches that readers are given, and the way back to the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medicord_ocr.ink import Gray
from medicord_ocr.layout import Layout
from medicord_ocr.page import Box, Word

#: Paper left around a stretch, in x-heights: less cuts marks off, more pulls neighbours in.
MARGIN = 0.35


def crop(layout: Layout, box: Box) -> Gray:
    """The picture of a stretch, (H, W) uint8, with MARGIN around it."""
    margin = int(MARGIN * layout.x_height)
    x0, y0 = _corner(layout, box)
    return np.ascontiguousarray(layout.clean[y0 : box.y1 + margin, x0 : box.x1 + margin])


def placed(layout: Layout, box: Box, word: Word) -> Word:
    """A word of the picture of a stretch, its box in pixels of the page."""
    x, y = _corner(layout, box)
    there = Box(word.box.x0 + x, word.box.y0 + y, word.box.x1 + x, word.box.y1 + y)
    return replace(word, box=there)


def _corner(layout: Layout, box: Box) -> tuple[int, int]:
    margin = int(MARGIN * layout.x_height)
    return max(0, box.x0 - margin), max(0, box.y0 - margin)

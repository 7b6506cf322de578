"""The ink of a PDF page against its text layer: words that do not show, print that has no words.

Looked at on a small grey raster of the page, which pdfium makes in 2-5 ms.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.intake.source import Raster
from medicord_ocr.page import Box

#: Resolution of the raster that is looked at: 6-point print is 4-5 pixels high in it.
INK_DPI = 100
#: Grey levels between the darkest and the lightest pixel of a word that can be read.
_CONTRAST = 24
#: Width in pixels of a colon or a stop, which the raster may draw a pixel beside its place (the box
#: of a colon of 9-point print is 2 wide, and was empty where « Femme : » stood).
_NARROW = 3
#: Ink is this much darker than the mean of the 31 pixels around it.
_DARKER, _AROUND = 20, 31
#: Height and width in pixels of what may be a glyph: 3 to 45 points.
_LOW, _HIGH, _WIDE = 4, 62, 90
#: Glyphs that make a line worth reading, and its least width in pixels (6 mm).
_LINE_GLYPHS, _LINE_WIDTH = 5, 24
#: A solid upright bar taller than that many times its width is a barcode's, unless it is small.
_BAR = 6.0


def shows(thumb: Raster, box: Box) -> bool:
    """Whether there is anything to see where a word is said to stand."""
    beside = int(box.width <= _NARROW)
    part = thumb[max(box.y0, 0) : box.y1 + 1, max(box.x0 - beside, 0) : box.x1 + 1 + beside]
    return bool(part.size) and int(part.max()) - int(part.min()) >= _CONTRAST


def is_blank(thumb: Raster) -> bool:
    """Whether the page has no ink at all."""
    return int(thumb.max()) - int(thumb.min()) < _CONTRAST


def unlayered_lines(thumb: Raster, words: list[Box]) -> list[tuple[Box, int]]:
    """Lines of print that no word of the layer covers, each with its number of glyphs.

    Rulings, bars, filled areas, pictures' smooth parts and single signs are not lines.

    Args:
        thumb: (H, W) grey at INK_DPI.
        words: boxes of all words that are accounted for, in pixels of ``thumb``.
    """
    ink = cv2.adaptiveThreshold(
        thumb, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _AROUND, _DARKER
    )
    for box in words:
        ink[max(box.y0 - 2, 0) : box.y1 + 3, max(box.x0 - 2, 0) : box.x1 + 3] = 0
    if not ink.any():
        return []
    glyphs = _glyphs(ink)
    if len(glyphs) < _LINE_GLYPHS:
        return []
    lines = _lines(glyphs, (ink.shape[0], ink.shape[1]))
    return [
        (box, count)
        for box, count in lines
        if count >= _LINE_GLYPHS and box.width >= _LINE_WIDTH and box.width > 1.5 * box.height
    ]


def _glyphs(ink: NDArray[np.generic]) -> NDArray[np.int32]:
    """x, y, width, height of the connected parts that may be glyphs, (N, 4)."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
    parts = np.asarray(stats, np.int32)[1:]
    width, height, area = parts[:, 2], parts[:, 3], parts[:, 4]
    sized = (height >= _LOW) & (height <= _HIGH) & (width <= _WIDE)
    bar = (height > _BAR * width) & (height > 16)
    solid = (area >= 0.97 * width * height) & (width >= 4)
    return parts[sized & ~bar & ~solid][:, :4]


def _lines(glyphs: NDArray[np.int32], shape: tuple[int, int]) -> list[tuple[Box, int]]:
    """Glyphs whose neighbour is nearer than about a letter's height, as boxes with counts."""
    reach = max(4, round(1.2 * float(np.median(glyphs[:, 3]))))
    canvas = np.zeros(shape, np.uint8)
    for x, y, width, height in glyphs.tolist():
        canvas[y : y + height, max(x - reach // 2, 0) : x + width + reach // 2] = 1
    count, labels, stats, _ = cv2.connectedComponentsWithStats(canvas, connectivity=8)
    members = np.bincount(labels[glyphs[:, 1], glyphs[:, 0]], minlength=count)
    return [
        (Box(x, y, x + width, y + height), int(members[i]))
        for i, (x, y, width, height, _) in enumerate(stats.tolist())
        if i > 0
    ]

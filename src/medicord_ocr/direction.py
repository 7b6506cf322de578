"""Whether a page stands on its head, by reading a few lines both ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medicord_ocr.agreement import mean
from medicord_ocr.layout import Layout, Stretch
from medicord_ocr.readers.base import Reader, ReadWord
from medicord_ocr.stretches import crop

#: Lines that the direction of a page is judged from, at most how wide (in their heights), and how
#: much better the other way must read. All 126 pictures of the dev half were turned right.
DIRECTION_LINES, DIRECTION_WIDTH, DIRECTION_MARGIN = 5, 12.0, 0.12
#: Mean confidence of letters (0-1) from which a page stands as it should, and below which it is not
#: Latin print. Chosen from the lines of one page: 0.9 and above for Latin print, 0-0.6 for Khmer.
LEGIBLE, ILLEGIBLE = 0.75, 0.6
#: Lines that the reader of Khmer judges. On 20 pages of dev its letters had a mean confidence of
#: 0.71-0.99 the right way and 0.19-0.58 the other, on each page 0.31 or more apart.
KHMER_LINES = 3

Kept = dict[Stretch, tuple[ReadWord, ...]]


def upside_down(layout: Layout, latin: Reader, khmer: Reader | None) -> tuple[bool, Kept]:
    """Whether the page reads better turned by 180°: a few lines read both ways.

    Lines are read upright first; only where they read badly are they turned. Where neither way
    reads well the page stays as it is.

    Args:
        layout: of the page as it stands.
        latin: reads Latin script.
        khmer: reads Khmer; None where no Khmer is expected.

    Returns:
        The answer; and what ``latin`` read of the page as it stands, so that none is read twice.
    """
    wide = [s for s in layout.stretches if 3 < s.box.width / max(1, s.box.height) < DIRECTION_WIDTH]
    wide = sorted(wide, key=lambda s: -s.box.width)[:DIRECTION_LINES]
    if len(wide) < 2:
        return False, {}
    crops = [crop(layout, stretch.box) for stretch in wide]
    read = latin.read(crops)
    kept = dict(zip(wide, read, strict=True))
    upright = _legibility(read)
    if upright > LEGIBLE:
        return False, kept
    turned = [np.ascontiguousarray(line[::-1, ::-1]) for line in crops]
    other = _legibility(latin.read(turned))
    if max(upright, other) < ILLEGIBLE and khmer is not None:
        few = slice(KHMER_LINES)
        upright, other = (_legibility(khmer.read(lines[few])) for lines in (crops, turned))
    return other > upright + DIRECTION_MARGIN, kept


def _legibility(lines: Sequence[Sequence[ReadWord]]) -> float:
    """Mean over lines of the mean confidence of their letters."""
    return float(np.mean([mean(words) for words in lines]))

"""Whether a page stands on its head, by reading a few lines both ways."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from medicord_ocr.agreement import mean
from medicord_ocr.ink import Gray, levels
from medicord_ocr.layout import Layout, Stretch
from medicord_ocr.readers.base import Reader, ReadWord
from medicord_ocr.stretches import crop

#: Lines that the direction of a page is judged from, and how many of them the reader of Khmer is
#: given; at most how wide (in their heights).
DIRECTION_LINES, KHMER_LINES, DIRECTION_WIDTH = 5, 3, 12.0
#: How much better the other way must read, as the mean of both readers, and how well at least by
#: one of them. Of 83 pictures of dev, as they are and turned, the right way had 0.11 more at least
#: and 0.63 by the better reader; that of Khmer alone had up to 0.84 on capitals on their head.
DIRECTION_MARGIN, DIRECTION_LEAST = 0.05, 0.5
#: Share of a stretch that is dark (less than half as bright as its paper) above which it is a bar
#: or a picture: lines of print on dev have 0.38 at most.
DARK_MOST = 0.5
#: Mean confidence of Latin letters (0-1) from which a page stands as it should: those on their head
#: have 0.42 at most on dev.
LEGIBLE = 0.65

Kept = dict[Stretch, tuple[ReadWord, ...]]


def upside_down(layout: Layout, latin: Reader, khmer: Reader | None) -> tuple[bool, Kept]:
    """Whether the page reads better turned by 180°: a few lines read both ways.

    Lines are read upright first; only where they read badly are they turned, and read by both
    readers. Where neither way reads well the page stays as it is.

    Args:
        layout: of the page as it stands.
        latin: reads Latin script.
        khmer: reads Khmer; None where no Khmer is expected.

    Returns:
        The answer; and what ``latin`` read of the page as it stands, so that none is read twice.
    """
    wide = [s for s in layout.stretches if 3 < s.box.width / max(1, s.box.height) < DIRECTION_WIDTH]
    wide = sorted(wide, key=lambda s: -s.box.width)
    pairs = ((stretch, crop(layout, stretch.box)) for stretch in wide)
    chosen = dict(islice((pair for pair in pairs if not _is_bar(pair[1])), DIRECTION_LINES))
    if len(chosen) < 2:
        return False, {}
    wide, crops = list(chosen), list(chosen.values())
    read = latin.read(crops)
    kept = dict(zip(wide, read, strict=True))
    upright = _legibility(read)
    if upright > LEGIBLE:
        return False, kept
    turned = [np.ascontiguousarray(line[::-1, ::-1]) for line in crops]
    ways = [[upright], [_legibility(latin.read(turned))]]
    if khmer is not None:
        for way, lines in zip(ways, (crops, turned), strict=True):
            way.append(_legibility(khmer.read(lines[:KHMER_LINES])))
    stands, other = (float(np.mean(way)) for way in ways)
    return other > stands + DIRECTION_MARGIN and max(ways[1]) > DIRECTION_LEAST, kept


def _is_bar(line: Gray) -> bool:
    return float(np.mean(line < 0.5 * levels(line, 0.9)[0])) > DARK_MOST


def _legibility(lines: Sequence[Sequence[ReadWord]]) -> float:
    """Mean confidence of all letters: of what is no text few are read."""
    return mean([word for words in lines for word in words])

"""Whether a page stands on its head, by reading a few lines both ways."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from medicord_ocr.agreement import mean
from medicord_ocr.ink import Gray, levels
from medicord_ocr.khmer import has_khmer
from medicord_ocr.layout import Layout, Stretch
from medicord_ocr.readers.base import Reader, ReadWord
from medicord_ocr.stretches import crop

#: Lines that the direction of a page is judged from, at most how wide (in their heights), and how
#: much better the other way must read, and how well at least. Of 72 pictures of dev, as they are
#: and turned, all were told right: 0.20 apart and 0.58 at least for the right way.
DIRECTION_LINES, DIRECTION_WIDTH, DIRECTION_MARGIN, DIRECTION_LEAST = 5, 12.0, 0.12, 0.5
#: Share of a stretch that is dark (less than half as bright as its paper) above which it is a bar
#: or a picture: lines of print on dev have 0.38 at most.
DARK_MOST = 0.5
#: Mean confidence of letters (0-1) from which a page stands as it should (those on their head have
#: 0.42 at most on dev), and below which it is not Latin print.
LEGIBLE, ILLEGIBLE = 0.65, 0.6
#: Lines that the reader of Khmer judges, the mean confidence of its words of Khmer from which a
#: page stands as it should, and the share of its letters that they have to be: it finds Latin
#: letters in Latin print on its head too, and is sure of them (0.74 on a page of dev printed anew,
#: which so lost all its rows). On 109 pages of dev words of Khmer on their head reach 0.57. Where
#: both ways are compared all its words count: a mixed line is told by its Latin letters too.
KHMER_LINES, KHMER_LEGIBLE, KHMER_SHARE = 3, 0.7, 0.5

Kept = dict[Stretch, tuple[ReadWord, ...]]


def upside_down(layout: Layout, latin: Reader, khmer: Reader | None) -> tuple[bool, Kept]:
    """Whether the page reads better turned by 180°: a few lines read both ways.

    Lines are read upright first, by both readers if need be; only where they read badly are they
    turned. Where neither way reads well the page stays as it is.

    Args:
        layout: of the page as it stands.
        latin: reads Latin script.
        khmer: reads Khmer; None where no Khmer is expected.

    Returns:
        The answer; and what ``latin`` read of the page as it stands, so that none is read twice.
    """
    wide = [s for s in layout.stretches if 3 < s.box.width / max(1, s.box.height) < DIRECTION_WIDTH]
    wide = sorted(wide, key=lambda s: -s.box.width)
    lines = ((stretch, crop(layout, stretch.box)) for stretch in wide)
    chosen = dict(islice((pair for pair in lines if not _is_bar(pair[1])), DIRECTION_LINES))
    if len(chosen) < 2:
        return False, {}
    wide, crops = list(chosen), list(chosen.values())
    read = latin.read(crops)
    kept = dict(zip(wide, read, strict=True))
    upright = _legibility(read)
    if upright > LEGIBLE:
        return False, kept
    few = crops[:KHMER_LINES]
    in_khmer = khmer.read(few) if khmer is not None else []
    if _legibility(_khmer(in_khmer)) > KHMER_LEGIBLE:
        return False, kept
    turned = [np.ascontiguousarray(line[::-1, ::-1]) for line in crops]
    other = _legibility(latin.read(turned))
    if max(upright, other) < ILLEGIBLE and khmer is not None:
        upright, other = _legibility(in_khmer), _legibility(khmer.read(turned[:KHMER_LINES]))
    return other > max(upright + DIRECTION_MARGIN, DIRECTION_LEAST), kept


def _is_bar(line: Gray) -> bool:
    return float(np.mean(line < 0.5 * levels(line, 0.9)[0])) > DARK_MOST


def _khmer(lines: Sequence[Sequence[ReadWord]]) -> list[list[ReadWord]]:
    """The words of Khmer, where they are as much as ``KHMER_SHARE`` of what was read."""
    words = [word for words in lines for word in words]
    found = [word for word in words if has_khmer(word.text)]
    letters = sum(len(word.text) for word in words)
    return [found] if sum(len(word.text) for word in found) >= KHMER_SHARE * letters else []


def _legibility(lines: Sequence[Sequence[ReadWord]]) -> float:
    """Mean confidence of all letters: of what is no text few are read."""
    return mean([word for words in lines for word in words])

"""Whether a page stands on its head, by reading a few lines both ways."""

from __future__ import annotations

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

_Lines = dict[Stretch, Gray]
_Words = dict[Stretch, tuple[ReadWord, ...]]
#: What was read of a page already, by the name of the reader.
Kept = dict[str, _Words]


def read_as_it_stands(layout: Layout, latin: Reader, khmer: Reader | None) -> Kept:
    """A few wide lines of a page: what the reader of Latin script reads badly, both read.

    Args:
        layout: of the page as it stands.
        latin: reads Latin script.
        khmer: reads Khmer; None where no Khmer is expected.

    Returns:
        What was read, so that none is read twice; nothing where there are fewer than two lines.
    """
    wide = [s for s in layout.stretches if 3 < s.box.width / max(1, s.box.height) < DIRECTION_WIDTH]
    wide = sorted(wide, key=lambda s: -s.box.width)
    pairs = ((stretch, crop(layout, stretch.box)) for stretch in wide)
    lines = dict(islice((pair for pair in pairs if not _is_bar(pair[1])), DIRECTION_LINES))
    kept = {latin.name: _read(latin, lines)} if len(lines) > 1 else {}
    if khmer is not None and kept and _legibility(kept[latin.name]) <= LEGIBLE:
        kept[khmer.name] = _read(khmer, lines, KHMER_LINES)
    return kept


def upside_down(layout: Layout, kept: Kept, latin: Reader, khmer: Reader | None) -> bool:
    """Whether the page reads better turned by 180°.

    Only where its lines read badly as they stand are they turned and read once more. Where neither
    way reads well the page stays as it is.

    Args:
        layout: of the page as it stands.
        kept: what ``read_as_it_stands`` read of it.
        latin: as there.
        khmer: as there.
    """
    if not kept or _legibility(kept[latin.name]) > LEGIBLE:
        return False
    lines = {stretch: _on_its_head(crop(layout, stretch.box)) for stretch in kept[latin.name]}
    stands, other = [_legibility(kept[latin.name])], [_legibility(_read(latin, lines))]
    if khmer is not None:
        stands.append(_legibility(kept[khmer.name]))
        other.append(_legibility(_read(khmer, lines, KHMER_LINES)))
    better = float(np.mean(other)) > float(np.mean(stands)) + DIRECTION_MARGIN
    return better and max(other) > DIRECTION_LEAST


def _on_its_head(line: Gray) -> Gray:
    return np.ascontiguousarray(line[::-1, ::-1])


def _read(reader: Reader, lines: _Lines, most: int = DIRECTION_LINES) -> _Words:
    some = dict(islice(lines.items(), most))
    return dict(zip(some, reader.read(list(some.values())), strict=True))


def _is_bar(line: Gray) -> bool:
    return float(np.mean(line < 0.5 * levels(line, 0.9)[0])) > DARK_MOST


def _legibility(read: _Words) -> float:
    """Mean confidence of all letters: of what is no text few are read."""
    return mean([word for words in read.values() for word in words])

"""From stretches and their words to rows in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

import numpy as np

from medicord_ocr.ink import Gray
from medicord_ocr.layout import GAP, TYPED_GAP, Layout, Stretch, ruled_layout
from medicord_ocr.page import Box, Row, Segment, Word, bounding

#: Print of one letter width (a typewriter's): share of the words of four letters and more whose
#: letters are as wide as the median to 5 %. On text layers of dev 0.74-0.85 for such print, at
#: most 0.56 for other print.
TYPED_SHARE, TYPED_WORDS = 0.65, 10
#: Gaps of a line that are equal up to so many times, and no wider than the widest word space up to
#: as many times: a page of such print with two sizes and few Latin words has 0.55 of the above.
EVEN_GAPS, EVEN_TIMES = 2, 1.8
#: A word's box in a text layer is as tall as its capitals or digits: in it, the x-height, and the
#: unit that GAP counts in there.
X_HEIGHT, WORD_UNIT = 0.7, 0.5
#: Share of its width that a table may have in common with one beside it; one that stands in a cell
#: of another has more.
_APART = 0.1
#: Cells this many times as tall as the median of their row reach into another one.
TALL = 1.6
#: Dots that lead from a name to its value, blanks to be filled in, rules drawn with signs.
_LEADERS = re.compile(r"[.·•‧∙⋅…]*…{2,}[.…]*|[.·•‧∙⋅]{4,}|_{2,}|[-–—=*~]{4,}")
_DOTS = re.compile(r"[.·…]{1,3}")


def lines_of(layout: Layout, stretches: Sequence[Stretch]) -> list[list[Stretch]]:
    """Stretches on one line, from left to right; lines from top to bottom.

    A stretch joins the line whose nearest member to the left overlaps it in height by half, once
    both are level: so lines may curve over the page.
    """
    lines: list[list[tuple[Stretch, Box]]] = []
    for stretch in sorted(stretches, key=lambda s: (s.box.x0, s.box.y0)):
        box = layout.level(stretch.box)
        best, most = None, 0.5
        for line in lines:
            last = line[-1][1]
            share = box.overlap_y(last) / max(1, min(box.height, last.height))
            if share > most and box.x0 >= last.x0 + 0.5 * last.width:
                best, most = line, share
        if best is None:
            lines.append([(stretch, box)])
        else:
            best.append((stretch, box))
    lines.sort(key=lambda line: bounding([box for _, box in line]).middle)
    return [[stretch for stretch, _ in line] for line in lines]


def arrange(layout: Layout, read: dict[Stretch, tuple[Word, ...]]) -> tuple[Row, ...]:
    """Rows in reading order from what was read in each stretch.

    Args:
        layout: the page's geometry.
        read: words of each stretch, left to right; stretches without words are left out.
    """
    stretches = [s for s in layout.stretches if read.get(s)]
    free = [s for s in stretches if s.cell is None]
    rows: list[Row] = []
    panel = 0
    for table, cells in enumerate(layout.rulings.cells):
        inside: dict[int, list[Stretch]] = {}
        for stretch in stretches:
            if stretch.table == table and stretch.cell is not None:
                inside.setdefault(stretch.cell, []).append(stretch)
        for chains in _panels(cells, layout.x_height):
            for chain in chains:
                filled, beside = _of_row(chain, cells, inside)
                free.extend(beside)
                if len(filled) < 2:
                    free.extend(s for members in filled.values() for s in members)
                else:
                    rows.extend(_chain_rows(layout, panel, filled, read))
            panel += 1
    rows.extend(_free_row(line, read) for line in lines_of(layout, free))
    return _in_order(list(_parted(rows)))


def _of_row(
    chain: list[int], cells: tuple[Box, ...], inside: dict[int, list[Stretch]]
) -> tuple[dict[int, list[Stretch]], list[Stretch]]:
    """What a row's cells hold, and the lines of a cell too tall for it that stand in another row.

    The ruling between the two was not found: else a name is that of two tests.
    """
    tall = TALL * float(np.median([cells[i].height for i in chain]))
    band = bounding([cells[i] for i in chain if cells[i].height <= tall])
    filled: dict[int, list[Stretch]] = {}
    beside: list[Stretch] = []
    for i in chain:
        for stretch in inside.get(i, ()):
            box = stretch.box
            if cells[i].height > tall and box.overlap_y(band) < 0.5 * box.height:
                beside.append(stretch)
            else:
                filled.setdefault(i, []).append(stretch)
    return filled, beside


def _in_order(rows: list[Row]) -> tuple[Row, ...]:
    """Top to bottom, but of tables side by side the left one first, and whole."""
    members: dict[int, list[Box]] = {}
    for row in rows:
        if row.table is not None:
            cells = [segment.cell or segment.box for segment in row.segments]
            members.setdefault(row.table, []).append(bounding(cells))
    boxes = {table: _extent(parts) for table, parts in members.items()}
    beside = {t: _beside(t, boxes) for t in boxes}
    # A table starts where the highest of those beside it starts.
    tops = {t: min(boxes[u].y0 for u in (t, *beside[t])) for t in boxes}

    def place(row: Row) -> tuple[float, float, float]:
        if row.table is None:
            return (row.box.middle, 0.0, row.box.x0)
        return (tops[row.table], boxes[row.table].x0, row.box.middle)

    plain = [row for row in rows if row.table is None or not beside[row.table]]
    plain.sort(key=lambda row: (row.box.middle, row.box.x0))
    panels = sorted((row for row in rows if row.table is not None and beside[row.table]), key=place)
    ordered: list[Row] = []
    for row in plain:
        while panels and place(panels[0])[0] < row.box.middle:
            ordered.append(panels.pop(0))
        ordered.append(row)
    return tuple(ordered + panels)


def _extent(rows: Sequence[Box]) -> Box:
    """From the first row of a table to the last, as wide as most of them.

    Args:
        rows: around the cells of each; one that was read across two tables does not make one of
            them as wide as both.
    """
    left, _, right, _ = np.median(rows, axis=0).astype(int).tolist()
    return Box(left, min(row.y0 for row in rows), right, max(row.y1 for row in rows))


def _beside(table: int, boxes: Mapping[int, Box]) -> list[int]:
    """The tables that stand beside one; not those that stand in one of its cells."""
    box = boxes[table]
    return [
        other
        for other, b in boxes.items()
        if other != table
        and b.overlap_y(box) > 0.5 * min(b.height, box.height)
        and b.overlap_x(box) < _APART * min(b.width, box.width)
    ]


def _free_row(line: list[Stretch], read: dict[Stretch, tuple[Word, ...]]) -> Row:
    return Row(tuple(Segment(read[s], bounding([w.box for w in read[s]])) for s in line))


def _panels(cells: tuple[Box, ...], x_height: float) -> list[list[list[int]]]:
    """Cells chained to rows, each with its right neighbour.

    Rows that start at the same place are a panel: two tables side by side may share a frame.

    Returns:
        For each panel its rows, for each row the indexes of its cells from left to right.
    """
    chains: list[list[int]] = []
    for i in sorted(range(len(cells)), key=lambda i: (cells[i].x0, cells[i].y0)):
        best, most = None, 0.6
        for chain in chains:
            last = cells[chain[-1]]
            share = cells[i].overlap_y(last) / min(cells[i].height, last.height)
            if abs(cells[i].x0 - last.x1) < x_height and share > most:
                best, most = chain, share
        if best is None:
            chains.append([i])
        else:
            best.append(i)
    panels: list[list[list[int]]] = []
    for chain in chains:
        left = cells[chain[0]].x0
        for panel in panels:
            if abs(cells[panel[0][0]].x0 - left) < x_height:
                panel.append(chain)
                break
        else:
            panels.append([chain])
    return panels


def _chain_rows(
    layout: Layout,
    table: int,
    cells: dict[int, list[Stretch]],
    read: dict[Stretch, tuple[Word, ...]],
) -> list[Row]:
    """One row of a chain of cells, wrapped cells joined; several where all hold as many lines."""
    lines = [lines_of(layout, members) for members in cells.values()]
    counts = {len(part) for part in lines}
    # A grid without rulings between its rows: every cell of the chain holds the same lines.
    if len(counts) == 1 and counts != {1} and len(cells) >= 3:
        return [
            _row_of([part[i] for part in lines], layout, table, read) for i in range(counts.pop())
        ]
    if np.median([len(part) for part in lines]) > 3:
        members = [s for part in cells.values() for s in part]
        return [_free_row(line, read) for line in lines_of(layout, members)]
    return [_row_of([[s for line in part for s in line] for part in lines], layout, table, read)]


def _row_of(
    parts: list[list[Stretch]], layout: Layout, table: int, read: dict[Stretch, tuple[Word, ...]]
) -> Row:
    segments = []
    for part in parts:
        words = tuple(word for stretch in part for word in read[stretch])
        first = part[0]
        cell = layout.rulings.cells[first.table or 0][first.cell or 0]
        segments.append(Segment(words, bounding([w.box for w in words]), cell))
    return Row(tuple(sorted(segments, key=lambda s: s.cell.x0 if s.cell else 0)), table=table)


def arrange_words(words: Sequence[Word], picture: Gray | None = None) -> tuple[Row, ...]:
    """Rows of words that a text layer gave: lines by height, segments by wide gaps.

    Args:
        words: in any order.
        picture: (H, W) uint8, the page that they stand on; its ruled tables make cells.
    """
    words = [word for word in _without_leaders(words) if word is not None]
    if not words:
        return ()
    tall = float(np.median([word.box.height for word in words]))
    pitch = _pitch(words)
    gap = TYPED_GAP * pitch if pitch else GAP * WORD_UNIT * tall
    layout = ruled_layout(picture, X_HEIGHT * tall) if picture is not None else None
    if layout is None:
        return tuple(_gapped(line, gap) for line in _lines(words))
    read: dict[Stretch, tuple[Word, ...]] = {}
    for line in _lines(words):
        places = [(word, layout.place(word.box)) for word in line]
        for _, run in groupby(places, key=lambda pair: (pair[1].table, pair[1].cell)):
            members = list(run)
            row = _gapped([word for word, _ in members], gap)
            for segment in row.segments:
                read[replace(members[0][1], box=segment.box)] = segment.words
    return arrange(replace(layout, stretches=tuple(read)), read)


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words of one height on the page together, from left to right."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.box.middle, w.box.x0)):
        # A bullet stands above letters without ascenders, a Khmer letter reaches down to the next
        # line: what most of a line is level with is of it.
        if lines and 2 * sum(_level(word.box, other.box) for other in lines[-1]) > len(lines[-1]):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.box.x0) for line in lines]


def _level(box: Box, other: Box) -> bool:
    return box.overlap_y(other) > 0.5 * min(box.height, other.height)


def _without_leaders(words: Iterable[Word]) -> Iterator[Word | None]:
    """Words without the dots that lead to the next column; None where there were some.

    Blanks to be filled in and rules drawn with signs go likewise. What stands on either side of
    a leader in one word is two words; its letters are taken to be equally wide.
    """
    for dots, group in groupby(words, key=lambda w: bool(_DOTS.fullmatch(w.text))):
        members = list(group)
        if dots and len(members) >= 3:
            yield None
            continue
        for word in members:
            place = 0
            for leader in _LEADERS.finditer(word.text):
                if leader.start() > place:
                    yield _piece(word, place, leader.start())
                yield None
                place = leader.end()
            if place < len(word.text):
                yield _piece(word, place, len(word.text)) if place else word


def _piece(word: Word, start: int, end: int) -> Word:
    step = word.box.width / len(word.text)
    x0, x1 = round(word.box.x0 + start * step), round(word.box.x0 + end * step)
    text = word.text[start:end]
    alike = [reading for reading in word.readings if reading.text == word.text]
    readings = tuple(replace(r, text=text) for r in alike or word.readings[:1])
    box = Box(x0, word.box.y0, max(x0 + 1, x1), word.box.y1)
    return replace(word, text=text, box=box, readings=readings)


def _parted(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows without leaders, their segments parted where a leader was."""
    for row in rows:
        segments: list[Segment] = []
        for segment in row.segments:
            pieces = list(_without_leaders(segment.words))
            if None not in pieces:
                segments.append(segment)
                continue
            for blank, group in groupby(pieces, key=lambda w: w is None):
                words = tuple(word for word in group if word is not None)
                if not blank:
                    box = bounding([word.box for word in words])
                    segments.append(replace(segment, words=words, box=box))
        if segments:
            yield replace(row, segments=tuple(segments))


def _pitch(words: Iterable[Word]) -> float | None:
    """Pixels from letter to letter where the page is print of one letter width, else None."""
    sizes = {
        word.text: word.box.width / (len(word.text) - 0.15)
        for word in words
        if len(word.text) >= 4 and word.text.isascii() and any(c.isalpha() for c in word.text)
    }
    if len(sizes) < TYPED_WORDS:
        return None
    pitches = np.array(list(sizes.values()))
    pitch = float(np.median(pitches))
    alike = np.abs(pitches / pitch - 1) < 0.05
    return pitch if float(alike.mean()) >= TYPED_SHARE else None


def _gapped(line: list[Word], gap: float) -> Row:
    """The segments of a line, parted where more than ``gap`` pixels lie between two words.

    Words of equal gaps little over that are one text: print of one letter width, on a page where
    too few words tell that it is.
    """
    gaps = [right.box.x0 - left.box.x1 for left, right in pairwise(line)]
    if len(gaps) >= EVEN_GAPS and max(gaps) <= EVEN_TIMES * min(gap, min(gaps)):
        gap = max(gaps)
    groups = [[line[0]]]
    for word in line[1:]:
        if word.box.x0 - groups[-1][-1].box.x1 > gap:
            groups.append([word])
        else:
            groups[-1].append(word)
    return Row(tuple(Segment(tuple(g), bounding([w.box for w in g])) for g in groups))


def moved_rows(rows: Sequence[Row], x: int, y: int, factor: float) -> list[Row]:
    """Rows of a region, put to where it lies on its page.

    Args:
        rows: boxes in pixels of the region's picture.
        x: left edge of the region in pixels of the page.
        y: its upper edge.
        factor: pixels of the page for one of the region's picture.
    """

    def moved(box: Box) -> Box:
        return Box(
            round(box.x0 * factor) + x,
            round(box.y0 * factor) + y,
            round(box.x1 * factor) + x,
            round(box.y1 * factor) + y,
        )

    def segment(part: Segment) -> Segment:
        words = tuple(replace(word, box=moved(word.box)) for word in part.words)
        return Segment(words, moved(part.box), moved(part.cell) if part.cell else None)

    return [replace(row, segments=tuple(segment(s) for s in row.segments)) for row in rows]


def merge_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows of several regions of a page in reading order."""
    return tuple(sorted(rows, key=lambda row: (row.box.middle, row.box.x0)))

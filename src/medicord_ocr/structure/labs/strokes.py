"""Pieces of rulings beside figures, which readers read as a 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from statistics import median

from medicord_ocr.page import Box, bounding
from medicord_ocr.structure.fields import LAYER_READERS
from medicord_ocr.structure.labs.entries import Entry
from medicord_ocr.structure.labs.parts import Draft, Part, blemished

# Figures that a column must have, the share of them that begin (or end) level, and how far apart
# level ones may be, and how far out a stroke is, in heights of a figure.
_LEAST, _SHARE, _LEVEL, _OUT = 4, 0.7, 0.15, 0.4
# What such pieces are read as, where they are read apart.
_STROKES = ":;|!'’‘"


def strokes_as_ones(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of one table, with values doubted whose 1 may be a piece of a ruling.

    It sticks out of the edge that the figures of the column have in common.
    """
    parts = {i: _figure(entry.draft) for i, entry in enumerate(entries)}
    figures = {i: part for i, part in parts.items() if part is not None}
    if len(figures) < _LEAST:
        return list(entries)
    boxes = {i: bounding([word.box for word in part.words]) for i, part in figures.items()}
    height = median(box.height for box in boxes.values())
    found = list(entries)
    for i in (*_sticking_out(figures, boxes, height), *_level_with_strokes(figures, boxes, height)):
        found[i] = replace(entries[i], draft=blemished(entries[i].draft, "value"))
    return found


def _sticking_out(
    figures: Mapping[int, Part], boxes: Mapping[int, Box], height: float
) -> Iterator[int]:
    """Figures that begin or end with a 1 outside of the edge that the others have in common."""
    for sign, edges in (
        (1, {i: box.x0 for i, box in boxes.items()}),
        (-1, {i: -box.x1 for i, box in boxes.items()}),
    ):
        common = median(edges.values())
        level = sum(abs(edge - common) <= _LEVEL * height for edge in edges.values())
        if level < _SHARE * len(edges):
            continue
        for i, edge in edges.items():
            if figures[i].text[::sign][:1] == "1" and edge < common - _OUT * height:
                yield i


def _level_with_strokes(
    figures: Mapping[int, Part], boxes: Mapping[int, Box], height: float
) -> Iterator[int]:
    """Figures whose first 1 stands where others have a stroke: « 124.2 » over « :80 »."""
    strokes = [boxes[i].x0 for i, part in figures.items() if part.words[0].text[0] in _STROKES]
    bare = [boxes[i].x0 for i, part in figures.items() if part.words[0].text[0] in "23456789"]
    if len(strokes) < 2 or not bare or median(bare) - median(strokes) < _OUT * height:
        return
    for i, part in figures.items():
        first = abs(boxes[i].x0 - median(strokes)) <= _LEVEL * height
        if first and part.words[0].text[0] == "1":
            yield i


def _figure(draft: Draft) -> Part | None:
    """The figure of a draft that was read from a picture."""
    part = draft.value_part
    if part is None or draft.value is None or draft.value.kind not in {"number", "bounded"}:
        return None
    seen = any(word.readings[0].reader not in LAYER_READERS for word in part.words)
    return part if seen else None

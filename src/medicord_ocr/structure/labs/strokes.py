"""Pieces of rulings beside figures, which readers read as a 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from medicord_ocr.page import bounding
from medicord_ocr.structure.fields import LAYER_READERS
from medicord_ocr.structure.labs.entries import Entry
from medicord_ocr.structure.labs.parts import Draft, Part, blemished

# Figures that a column must have, the share of them that begin (or end) level, and how far apart
# level ones may be, and how far out a stroke is, in heights of a figure.
_LEAST, _SHARE, _LEVEL, _OUT = 4, 0.7, 0.15, 0.4


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
    for sign, edges in (
        (1, {i: box.x0 for i, box in boxes.items()}),
        (-1, {i: -box.x1 for i, box in boxes.items()}),
    ):
        common = median(edges.values())
        level = sum(abs(edge - common) <= _LEVEL * height for edge in edges.values())
        if level < _SHARE * len(edges):
            continue
        for i, edge in edges.items():
            end = figures[i].text[::sign][:1]
            if end == "1" and edge < common - _OUT * height:
                found[i] = replace(entries[i], draft=blemished(entries[i].draft, "value"))
    return found


def _figure(draft: Draft) -> Part | None:
    """The figure of a draft that was read from a picture."""
    part = draft.value_part
    if part is None or draft.value is None or draft.value.kind not in {"number", "bounded"}:
        return None
    seen = any(word.readings[0].reader not in LAYER_READERS for word in part.words)
    return part if seen else None

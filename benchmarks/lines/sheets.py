"""Lines of print with their text: sheets drawn by Chromium, degraded, and cut as the product cuts.

The texts are those of the corpus' documents of a half, in that half's fonts; every line has a slot
of its own on a sheet, so that what was read can be held against it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.corpus import plan, render, truth
from benchmarks.corpus.degrade import degrade
from benchmarks.corpus.families import KHMER, LATIN
from benchmarks.corpus.html import esc
from medicord_ocr.ink import Gray
from medicord_ocr.khmer import has_khmer, script_of
from medicord_ocr.layout import Layout, Stretch, find_layout
from medicord_ocr.options import Options
from medicord_ocr.page import Box, bounding
from medicord_ocr.preprocess import prepare
from medicord_ocr.stretches import MARGIN

#: Lines by the script of their letters; cells of tables (values, units, ranges) by their digits.
KINDS = ("latin", "khmer", "mixed", "cells", "khmer cells")
#: Resolution and degradations of a sheet, as in ``benchmarks.corpus.plan``.
CONDITIONS: dict[str, tuple[int, dict[str, float]]] = {
    "300 dpi": (300, {}),
    "200 dpi": (200, {}),
    "150 dpi": (150, {}),
    "scan": (200, {"blur": 0.8, "gauss": 9.0, "jpeg": 40.0}),
    "specks": (200, {"salt": 0.0025}),
    "faded": (200, {"faded": 0.45, "blur": 0.6}),
    "fax": (200, {"fax": 0.8}),
    "100 dpi": (100, {"jpeg": 60.0}),
}
#: Longest line in characters: what fits a sheet at the largest type.
LONGEST = 66
_LEFT, _TOP, _STEP, _WIDTH, _HEIGHT = 12, 9, 11, 186, 297
_COLUMNS = 3
_FIGURES = re.compile(r"[0-9][0-9.,<>≤≥ –-]*")
_KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_LEADERS = re.compile(r"[._…]{4}|(?:\. ){3}")


@dataclass(frozen=True, slots=True)
class Slot:
    """A line of print: its text, and where it stands in millimetres (x0, y0, x1, y1)."""

    text: str
    kind: str
    place: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of slots in one pair of fonts; ``size`` is that of the type in points."""

    latin: str
    khmer: str
    size: float
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as readers get it.

    Attributes:
        text: what it says.
        kind: one of KINDS.
        picture: (H, W) uint8, or None where the layout found no text in its slot.
        stretches: those of the layout that it was made of.
    """

    text: str
    kind: str
    picture: Gray | None
    stretches: tuple[Stretch, ...]


def texts(half: str, count: int) -> dict[str, list[str]]:
    """``count`` different texts of each kind out of the documents of a half."""
    found: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
    for spec in plan.documents(half):
        printed: Any = truth.truth_of(spec, truth.content_of(spec))
        for line in printed["raw_text"].splitlines():
            for text in _cut(line):
                script = script_of(text)
                if script != "none" and len(text) > 3:
                    found[script][text] = None
        for row in printed["categories"]["lab_results"]:
            for name in ("value", "unit", "reference_range"):
                if row[name] not in (None, ""):
                    text = str(row[name])
                    found["khmer cells" if has_khmer(text) else "cells"][text] = None
    # Few documents print figures in Khmer: those of other documents stand in Khmer here too.
    found["khmer cells"] |= {
        text.translate(_KHMER_DIGITS): None for text in found["cells"] if _FIGURES.fullmatch(text)
    }
    rng = Random(f"lines/{half}")
    return {kind: rng.sample(list(lines), min(count, len(lines))) for kind, lines in found.items()}


def _cut(line: str) -> Iterator[str]:
    """A line as lines of at most LONGEST characters, cut between words; none with leaders."""
    if _LEADERS.search(line):
        return
    part = ""
    for word in line.split():
        if part and len(part) + 1 + len(word) > LONGEST:
            yield part
            part = ""
        part = f"{part} {word}".strip()
    if 0 < len(part) <= LONGEST:
        yield part


def sheets(half: str, count: int) -> list[Sheet]:
    """The sheets of a half; the fonts take turns."""
    made: list[Sheet] = []
    rng = Random(f"sheets/{half}")
    for kind, lines in texts(half, count).items():
        columns = _COLUMNS if kind.endswith("cells") else 1
        rows = (_HEIGHT - 2 * _TOP) // _STEP
        for start in range(0, len(lines), columns * rows):
            latin = LATIN[half][len(made) % len(LATIN[half])]
            khmer = KHMER[half][len(made) % len(KHMER[half])]
            slots = tuple(
                Slot(text, kind, _place(i, columns))
                for i, text in enumerate(lines[start : start + columns * rows])
            )
            made.append(Sheet(latin, khmer, round(rng.uniform(9.0, 11.5), 1), slots))
    return made


def _place(index: int, columns: int) -> tuple[int, int, int, int]:
    width = _WIDTH // columns
    x, y = _LEFT + index % columns * width, _TOP + index // columns * _STEP
    return x, y, x + width, y + _STEP


def _html(made: Sequence[Sheet]) -> str:
    pages = []
    for sheet in made:
        lines = "".join(
            f'<div class="slot" style="left:{slot.place[0] + 2}mm;top:{slot.place[1]}mm">'
            f"{esc(slot.text)}</div>"
            for slot in sheet.slots
        )
        style = f"font:{sheet.size}pt '{sheet.latin}','{sheet.khmer}'"
        pages.append(f'<section style="{style}">{lines}</section>')
    css = (
        "@page{size:A4;margin:0}body{margin:0}"
        f"section{{position:relative;height:{_HEIGHT}mm;break-after:page;overflow:hidden}}"
        f"section .slot{{position:absolute;white-space:pre;line-height:{_STEP}mm}}"
    )
    return f"<!doctype html><meta charset=utf-8><style>{css}</style>{''.join(pages)}"


def pictures(made: Sequence[Sheet], dpi: int) -> Iterator[render.Picture]:
    """The sheets one after another as (H, W, 3) uint8."""
    with tempfile.TemporaryDirectory() as scratch:
        pdf = Path(scratch, "sheets.pdf")
        render.print_pdf(_html(made), pdf)
        document = render.open_pdf(pdf, len(made))
        for number in range(len(made)):
            yield render.raster(document, number, dpi)
        document.close()


def degraded(made: Sequence[Sheet], condition: str) -> Iterator[tuple[Sheet, render.Picture]]:
    """The sheets as they come under a condition."""
    dpi, strengths = CONDITIONS[condition]
    for number, (sheet, picture) in enumerate(zip(made, pictures(made, dpi), strict=True)):
        yield sheet, degrade(picture, strengths, 0, number)


def lines_of(sheet: Sheet, picture: render.Picture, dpi: int) -> tuple[Layout, list[Line]]:
    """Prepare a sheet as the product does, and cut its lines out.

    Stages that move the page are forbidden: the slots are where they were drawn.
    """
    still = Options(forbidden=frozenset({"perspective", "orientation", "deskew"}))
    prepared = prepare(picture, float(dpi), still)
    if prepared.quality.x_height is None:
        raise ValueError("no text was found on a sheet")
    layout = find_layout(prepared.image, prepared.quality.x_height * prepared.scale)
    per_mm = dpi / 25.4 * prepared.scale
    found: dict[int, list[Stretch]] = {}
    for stretch in layout.stretches:
        x, y = stretch.box.centre / per_mm, stretch.box.middle / per_mm
        for number, slot in enumerate(sheet.slots):
            if slot.place[0] <= x < slot.place[2] and slot.place[1] <= y < slot.place[3]:
                found.setdefault(number, []).append(stretch)
    lines = []
    for number, slot in enumerate(sheet.slots):
        mine = tuple(sorted(found.get(number, ()), key=lambda s: s.box.x0))
        box = bounding([s.box for s in mine]) if mine else None
        lines.append(Line(slot.text, slot.kind, _crop(layout, box) if box else None, mine))
    return layout, lines


def _crop(layout: Layout, box: Box) -> Gray:
    margin = int(MARGIN * layout.x_height)
    y0, x0 = max(0, box.y0 - margin), max(0, box.x0 - margin)
    return np.ascontiguousarray(layout.clean[y0 : box.y1 + margin, x0 : box.x1 + margin])

"""The degradations and strengths of the stress table."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from benchmarks.corpus import degrade, overlays
from benchmarks.corpus.render import Picture
from benchmarks.stress import defects

#: Resolution of the pages where the condition does not set it.
DPI = 200
Defect = Callable[[Picture, float, np.random.Generator], Picture]


@dataclass(frozen=True)
class Condition:
    """One row of the table.

    Attributes:
        name, strength: of the degradation; the strength as the table shows it.
        defect: what is done to the picture, None for nothing.
        amount: what ``defect`` is given.
        dpi: resolution that the page is printed at.
        quality: of the JPEG that the page is saved as, None for PNG.
    """

    name: str
    strength: str
    defect: Defect | None = None
    amount: float = 0.0
    dpi: int = DPI
    quality: int | None = None

    @property
    def slug(self) -> str:
        """Name and strength for file names."""
        return re.sub(r"[°%,]", "", f"{self.name}_{self.strength}").replace(" ", "-")

    @property
    def suffix(self) -> str:
        """Of the file that holds the picture."""
        return ".jpg" if self.quality else ".png"


def _rows(name: str, defect: Defect, amounts: dict[str, float]) -> list[Condition]:
    return [Condition(name, text, defect, amount) for text, amount in amounts.items()]


CONDITIONS: tuple[Condition, ...] = (
    Condition("none", "200 dpi"),
    *(Condition("resolution", f"{dpi} dpi", dpi=dpi) for dpi in (300, 150, 120, 100, 90)),
    *_rows("rotation", defects.rotation, {"90°": 90, "180°": 180, "270°": 270}),
    *_rows("skew", defects.skew, {"2°": 2, "5°": 5, "10°": 10, "15°": 14.8}),
    *_rows("perspective", defects.perspective, {"0.5": 0.5, "1": 1, "1.5": 1.5}),
    *_rows("shadow", defects.shadow, {"to 60 %": 0.6, "to 40 %": 0.4, "to 25 %": 0.25}),
    *_rows("blur", degrade.blur, {"0.8 px": 0.8, "1.2 px": 1.2, "1.8 px": 1.8}),
    *_rows("motion", defects.motion, {"3 px": 3, "5 px": 5}),
    *_rows("grain", degrade.gauss, {"8": 8, "16": 16, "28": 28}),
    *_rows("specks", degrade.salt, {"0.3 %": 0.003, "1 %": 0.01, "3 %": 0.03}),
    *(Condition("JPEG", str(q), quality=q) for q in (80, 40, 30, 20)),
    *_rows("fax", defects.fax, {"0.5": 0.5, "1": 1}),
    *_rows("fax, coarse", defects.coarse_fax, {"0.5": 0.5}),
    *_rows("stamp", overlays.stamp, {"0.7": 0.7, "1": 1}),
    *_rows("pen", overlays.pen, {"0.4": 0.4, "1": 1}),
    *_rows("show-through", degrade.bleed, {"0.15": 0.15, "0.3": 0.3}),
    *_rows("faded", degrade.faded, {"0.4": 0.4, "0.7": 0.7}),
    *_rows("coloured paper", defects.tinted, {"1": 1}),
    *_rows("highlighter", defects.highlighter, {"1": 1}),
    *_rows("dotted ground", defects.dotted, {"0.15": 0.15, "0.35": 0.35}),
    *_rows("punch holes", defects.punched, {"0.5": 0.5, "1": 1}),
    *_rows("crease", defects.creased, {"0.5": 0.5, "1": 1}),
    *_rows("curl", defects.curled, {"0.5 %": 0.5, "1 %": 1.0}),
    *_rows("black edges", defects.black_edges, {"3 %": 3}),
)


def spoil(condition: Condition, picture: Picture, number: int) -> bytes:
    """The file of one document under a condition; ``number`` fixes all chance."""
    if condition.defect is not None:
        rng = np.random.default_rng([number, len(condition.slug), int(1000 * condition.amount)])
        picture = condition.defect(picture, condition.amount, rng)
    data = io.BytesIO()
    image = Image.fromarray(picture)
    if condition.quality:
        image.save(data, "JPEG", quality=condition.quality, dpi=(condition.dpi, condition.dpi))
    else:
        image.save(data, "PNG", compress_level=1, dpi=(condition.dpi, condition.dpi))
    return data.getvalue()

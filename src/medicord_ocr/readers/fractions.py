"""Fractions printed as one sign (½ ¼ ¾), which readers of lines take for %, », ¥ or Ye.

None of them has learnt the signs but PP-OCRv6, which reads ½ as 1½ or ½2 as often. A network of one
hidden layer looks at the sign alone; ``benchmarks/fractions.py`` draws and trains it. On fonts
that it was not trained on it was right in 2,902 of 2,905 signs that it took for a fraction, and
found 80 % of them. It looks at a sign of one ink: the 1 of 1½ stands apart, and then it is silent.
On dev (63 prescriptions, of which 15 with a half were read anew) doses that are right went from
93.0 to 96.9 %, schedules from 94.9 to 98.7 %.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray

NAME = "fractions"
VERSION = "1"
SIGNS = "½¼¾"
#: Side in pixels of the square that a sign is brought to.
SIDE = 18
#: Probability from which a sign is believed (see above; at 0.95 13 of 3,172 were wrong).
BELIEVED = 0.99
#: Gap within a sign, in heights of the line: between the figures and the stroke of some fonts.
_GAP = 0.06
#: How far beside a word's box, in heights of the line, its ink is looked for: boxes are loose.
_REACH = 0.5
_SMALLEST = (8, 5)
# What readers make of the signs: a lone sign, a fraction with a figure; where they differ, up to
# three Latin letters, and figures of theirs: 1, 12, 1/, »2. A figure that they agree on is one.
_LETTERS = re.compile(r"[A-Za-z¥*‘'’%]{1,3}|[14]|1[24/%»#]|3[4/]|[»›%]2|[Il]/2|\+")
_LONE = re.compile(r"[^\w\s.,:;()\[\]/|+<>=~_–—-]{1,2}|\d?[½¼¾]\d?")


class _Network(NamedTuple):
    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]


def info() -> EngineInfo:
    """Its name and version."""
    return EngineInfo(NAME, VERSION)


def may_be_fraction(text: str, *, doubtful: bool) -> bool:
    """Whether a word may be a fraction in one sign that was read as something else."""
    return bool(_LONE.fullmatch(text)) or (doubtful and bool(_LETTERS.fullmatch(text)))


def read_fraction(line: Gray, box: Box) -> str | None:
    """The fraction that stands at a box of a line's picture, None where there is none for certain.

    Args:
        line: (H, W) uint8, dark on light.
        box: where a reader found the word, in pixels of the line.
    """
    sign = isolated(line, box.x0, box.x1)
    if sign is None:
        return None
    chances = _chances(features(sign))
    best = int(np.argmax(chances))
    return SIGNS[best] if best < len(SIGNS) and chances[best] >= BELIEVED else None


def isolated(line: Gray, left: float, right: float) -> Gray | None:
    """The ink of a line between two edges in pixels, cut to its size.

    None where it is too little, or parts into several.
    """
    height = line.shape[0]
    start = max(0, int(left - _REACH * height))
    part = line[:, start : int(right + _REACH * height)]
    if part.size == 0:
        return None
    dark = part < _middle(part)
    columns = np.flatnonzero(dark.any(axis=0))
    if not columns.size:
        return None
    breaks = np.flatnonzero(np.diff(columns) > max(2, _GAP * height))
    starts = np.concatenate((columns[:1], columns[breaks + 1]))
    ends = np.concatenate((columns[breaks], columns[-1:])) + 1
    shared = np.minimum(ends, right - start) - np.maximum(starts, left - start)
    run = int(np.argmax(shared))
    x0, x1 = int(starts[run]), int(ends[run])
    middles = (starts + ends) / 2 + start
    if np.count_nonzero((left < middles) & (middles < right)) > 1:
        return None  # 1½, or a word
    inked = np.flatnonzero(dark[:, x0:x1].any(axis=1))
    y0, y1 = int(inked[0]), int(inked[-1]) + 1
    return part[y0:y1, x0:x1] if y1 - y0 >= _SMALLEST[0] and x1 - x0 >= _SMALLEST[1] else None


def features(sign: Gray) -> NDArray[np.float32]:
    """(SIDE * SIDE + 1,) float32: the ink 0-1 in a square, row by row, and width by height."""
    height, width = sign.shape
    square = cv2.resize(sign, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    ink = (square.max() - square) / max(1.0, float(np.ptp(square)))
    return np.append(ink.ravel(), np.float32(width / height))


def _middle(line: Gray) -> float:
    low, high = np.percentile(line, (2, 80))
    return float(low + high) / 2


def _chances(sign: NDArray[np.float32]) -> Sequence[float]:
    """Probabilities of SIGNS, and of anything else."""
    network = _network()
    hidden = np.maximum(sign @ network.hidden + network.hidden_bias, 0)
    scores = hidden @ network.out + network.out_bias
    odds = np.exp(scores - scores.max())
    return [float(share) for share in odds / odds.sum()]


@cache
def _network() -> _Network:
    with files("medicord_ocr.readers").joinpath("data/fractions.npz").open("rb") as stream:
        weights = np.load(stream)
        return _Network(*(weights[name].astype(np.float32) for name in _Network._fields))

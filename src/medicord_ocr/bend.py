"""How far the lines of a page rise and fall on their way across: of curled or folded paper."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.ink import Gray, resized

#: Upright strips that a page is seen as, and rows of pixels taken together, in x-heights.
STRIPS, ROWS = 32, 0.17
#: Greatest rise of a page, and from one strip to the next, in x-heights. Lines are at least two
#: x-heights apart: what rises slower is not taken for the line above or below.
RISE_MOST, RISE_STEP = 6.0, 0.35
#: What the strips before count for, against the last one.
MEMORY = 0.8
#: Turns that paper makes at most.
DEGREE = 5
#: How much sharper the lines must be once they are straight: 1.0 on pages of dev that lie flat
#: (no rise at all), 1.25-6.1 on such that bulge by 1 % of their height.
SHARPER = 1.05

Profiles = NDArray[np.float32]


def find_bend(marks: Gray, x_height: float) -> tuple[float, ...]:
    """The rise of the page's lines, which are taken to bend alike.

    From the middle outwards each strip is laid over those before it where their lines meet best;
    a smooth curve through that is the rise, if it makes the lines of the page sharper.

    Args:
        marks: (H, W) uint8, ink 255 and paper 0, skew undone.
        x_height: height of small letters in pixels of ``marks``.

    Returns:
        Pixels that lines lie lower than their mean, in the middle of each of STRIPS equal strips
        from left to right; empty where they are straight.
    """
    size = max(1, round(ROWS * x_height))
    shape = STRIPS, max(2, marks.shape[0] // size)
    if size % 2 == 0:  # exact halves are cheap: 2 ms, not 7
        marks = resized(marks, 0.5)
    profiles = cv2.resize(marks, shape, interpolation=cv2.INTER_AREA).T.astype(np.float32)
    most, step = round(RISE_MOST * x_height / size), max(1, round(RISE_STEP * x_height / size))
    edges = np.pad(np.diff(profiles, axis=1), ((0, 0), (most, most)))
    rises = _smooth(_followed(edges, most, step), np.abs(edges).sum(axis=1))
    if not np.rint(rises).any():
        return ()
    if _sharpness(edges, np.clip(rises, -most, most)) < SHARPER * _sharpness(edges, 0 * rises):
        return ()
    return tuple(float(rise) for rise in rises * size)


def _followed(edges: Profiles, most: int, step: int) -> NDArray[np.int_]:
    """Rows that each strip lies lower than the middle one."""
    rises = np.zeros(STRIPS, np.int_)
    middle = STRIPS // 2
    for strips in (range(middle, STRIPS), range(middle - 1, -1, -1)):
        rise, before = 0, np.zeros(edges.shape[1], np.float32)
        if strips.step < 0:
            for strip in range(STRIPS - 1, middle - 1, -1):
                before = MEMORY * before + np.roll(edges[strip], -rises[strip])
        # Over what is blank the lines go on as they went: rows for a strip, and strips passed.
        slope, passed = 0.0, 1
        for strip in strips:
            if not edges[strip].any():
                rises[strip] = round(rise + slope * passed)
                passed += 1
                continue
            reach = step if passed == 1 else 2 * step
            steps = sorted(range(-reach, reach + 1), key=abs)
            onward = rise + round(slope * passed)
            met = [float(before @ np.roll(edges[strip], -(onward + by))) for by in steps]
            found = int(np.clip(onward + steps[int(np.argmax(met))], -most, most))
            slope = 0.5 * slope + 0.5 * (found - rise) / passed
            rise, passed = found, 1
            rises[strip] = rise
            before = MEMORY * before + np.roll(edges[strip], -rise)
    return rises


def _smooth(rises: NDArray[np.int_], weights: NDArray[np.float32]) -> NDArray[np.float64]:
    """A curve through the rises, of mean 0; strips with more ink count for more."""
    places = (np.arange(STRIPS) + 0.5) / STRIPS * 2 - 1
    curve = np.polynomial.legendre.legfit(places, rises, DEGREE, w=np.sqrt(weights) + 1e-6)
    curve[0] = 0
    return np.asarray(np.polynomial.legendre.legval(places, curve), np.float64)


def _sharpness(edges: Profiles, rises: NDArray[np.float64]) -> float:
    """Of the lines of the whole page, its strips raised by so many rows."""
    raised = [np.roll(edge, -round(rise)) for edge, rise in zip(edges, rises, strict=True)]
    return float(np.sum(np.sum(raised, axis=0) ** 2))

"""Rulings of dashes or dots, and the dots that lead from a name to its value."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.ink import Components, Gray, components, turned

#: A dash or dot of a ruling at most, and the gap to the next, in x-heights: letters of neighbouring
#: lines stand farther apart. In 9 dashed and dotted tables of own pages 90 of 92 rows and 82 ranges
#: are found with them (76 and 67 without), and 4.5 % of the characters are wrong (13.4). Dashes at
#: 200 dpi beside letters of 9 pixels are 0.33 x-heights thick, 0.45 once scaled.
DASH_LENGTH, DASH_THICKNESS, DASH_GAP = 1.2, 0.5, 0.65
#: Shortest chain of dashes, and the gap that crossing rulings leave between two of one line.
CHAIN_LENGTH, CROSSING = 1.5, 2.8
#: A leader: size of its dots and from one to the next, in x-heights; how many at least.
DOT_LEAST, DOT, DOT_STEP, LEADER_DOTS = 0.15, 0.6, 2.8, 5


def dotted(marks: Gray, x_height: float) -> tuple[Gray, Gray, Gray]:
    """What is drawn in dashes or dots.

    Args:
        marks: (H, W) uint8, ink 255 and paper 0.
        x_height: height of small letters in pixels of ``marks``.

    Returns:
        The ink with level dashed rulings made whole; the ink turned, with upright ones made whole;
        the dots of leaders alone.
    """
    parts = components(marks)
    level, upright = _dashes(marks, parts, x_height)
    return (
        cv2.bitwise_or(marks, _chains(level, x_height)),  # type: ignore[return-value]
        cv2.bitwise_or(turned(marks), _chains(turned(upright), x_height)),
        _leaders(marks, parts, x_height),
    )


def _dashes(marks: Gray, parts: Components, x_height: float) -> tuple[Gray, Gray]:
    """The level dashes and dots alone; and the upright ones."""
    count, _, stats, _ = parts
    width, height = stats[:count, 2], stats[:count, 3]

    def alone(length: NDArray[np.int32], thickness: NDArray[np.int32]) -> Gray:
        small = (length <= DASH_LENGTH * x_height) & (thickness <= DASH_THICKNESS * x_height)
        return _painted(marks, parts, np.flatnonzero(small[1:]) + 1)

    return alone(width, height), alone(height, width)


def _painted(marks: Gray, parts: Components, chosen: Iterable[int]) -> Gray:
    """The chosen components of the ink alone."""
    _, labels, stats, _ = parts
    picture = np.zeros_like(marks)
    for i in chosen:
        x, y, w, h = stats[i, :4]
        area = slice(y, y + h), slice(x, x + w)
        picture[area][labels[area] == i] = 255
    return picture


def _chains(dashes: Gray, x_height: float) -> Gray:
    """Dashes that follow one another closely, and what lies between such chains on one line."""

    def line(length: float) -> Gray:
        return np.ones((1, round(length * x_height)), np.uint8)

    chains = cv2.morphologyEx(dashes, cv2.MORPH_CLOSE, line(DASH_GAP))
    chains = cv2.morphologyEx(chains, cv2.MORPH_OPEN, line(CHAIN_LENGTH))
    if cv2.countNonZero(chains):
        chains = cv2.morphologyEx(chains, cv2.MORPH_CLOSE, line(CROSSING))
    return chains  # type: ignore[return-value]


def _leaders(marks: Gray, parts: Components, x_height: float) -> Gray:
    """The dots that lead from a name to its value: five and more on one line, evenly spaced."""
    _, _, stats, centres = parts
    sizes = stats[:, 2:4].max(axis=1)
    dots = np.flatnonzero((sizes[1:] <= DOT * x_height) & (sizes[1:] >= DOT_LEAST * x_height)) + 1
    dots = dots[np.argsort(centres[dots, 0], kind="stable")]
    following = _following(centres[dots], sizes[dots], x_height)
    leaders: list[int] = []
    begun = set(following.tolist())
    for i in range(len(dots)):
        if i in begun or following[i] < 0:
            continue
        run = [i]
        while following[run[-1]] >= 0:
            run.append(int(following[run[-1]]))
        for part in _even(run, centres[dots, 0]):
            leaders.extend(dots[part])
    return _painted(marks, parts, leaders)


def _following(
    where: NDArray[np.float64], sizes: NDArray[np.int32], x_height: float
) -> NDArray[np.intp]:
    """For each dot the next of its size on its line, at most DOT_STEP away; -1 where none is.

    Args:
        where: (N, 2) float64, centres in pixels, from left to right.
        sizes: (N,) int32, the longer side of each in pixels.
        x_height: height of small letters in pixels.
    """
    following = np.full(len(where), -1)
    open_ = np.arange(len(where))
    for ahead in range(1, len(where)):
        open_ = open_[open_ + ahead < len(where)]
        right = where[open_ + ahead, 0] - where[open_, 0]
        open_, right = open_[right <= DOT_STEP * x_height], right[right <= DOT_STEP * x_height]
        if not open_.size:
            break
        other = open_ + ahead
        alike = (sizes[other] >= 0.5 * sizes[open_]) & (sizes[other] <= 2 * sizes[open_])
        level = np.abs(where[other, 1] - where[open_, 1]) < 0.2 * x_height
        found = alike & level & (right > 0.2 * x_height)
        following[open_[found]] = other[found]
        open_ = open_[~found]
    return following


def _even(run: list[int], x: NDArray[Any]) -> list[list[int]]:
    """The parts of a run of dots whose steps are alike, of LEADER_DOTS and more."""
    parts = [[run[0], run[1]]]
    for before, dot in pairwise(run[1:]):
        step, last = x[dot] - x[before], x[parts[-1][-1]] - x[parts[-1][-2]]
        if abs(step - last) <= 0.3 * max(step, last):
            parts[-1].append(dot)
        else:
            parts.append([before, dot])
    return [part for part in parts if len(part) >= LEADER_DOTS]

"""Where things of a PDF page are: from the page's points to the page as it is shown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Left, top, right, bottom.
Rect = tuple[float, float, float, float]
#: a, b, c, d, e, f of ISO 32000-1, 8.3.4: x' = ax + cy + e, y' = bx + dy + f.
Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


class Frame(NamedTuple):
    """The page's visible box in its own points, and how it is turned for showing."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as it is shown, in points."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def place(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page in points from the shown page's top left corner, y downwards."""
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y

    def unplaced(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """The other way: points (N, 2) of the shown page as points of the page."""
        x, y = points.T
        if self.rotation == 90:
            x, y = self.left + y, self.bottom + x
        elif self.rotation == 180:
            x, y = self.right - x, self.bottom + y
        elif self.rotation == 270:
            x, y = self.right - y, self.top - x
        else:
            x, y = self.left + x, self.top - y
        return np.stack([x, y], axis=1)

    def rect(self, left: float, bottom: float, right: float, top: float) -> Rect:
        """A box of the page, placed."""
        x0, y0 = self.place(left, top)
        x1, y1 = self.place(right, bottom)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def hull(*points: tuple[float, float]) -> Rect:
    """The box that holds the points: least x, least y, greatest x, greatest y."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that does the inner one first, then the outer one."""
    a, b, c, d, e, f = inner
    A, B, C, D, E, F = outer
    return (
        *(a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D),
        *(e * A + f * C + E, e * B + f * D + F),
    )


def apply(m: Matrix, x: float, y: float) -> tuple[float, float]:
    """The point moved by the matrix."""
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]

"""Where a point of the upright page lies on the picture that it was made from.

A homography of 3 × 3 numbers, row by row; points are at the corners of pixels, so that a picture of
w × h pixels reaches from (0, 0) to (w, h).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
#: Homography as plain numbers, row by row.
Numbers = tuple[float, ...]


def page_matrix(corners: NDArray[np.float32]) -> tuple[Matrix, tuple[int, int]]:
    """From a photo to the sheet on it, and the sheet's width and height in pixels.

    The sides are as long as the longer of each pair on the photo.

    Args:
        corners: (4, 2) of x, y: top left, top right, bottom right, bottom left.
    """
    top, right, bottom, left = (
        float(np.linalg.norm(corners[i] - corners[(i + 1) % 4])) for i in range(4)
    )
    width, height = int(max(top, bottom)), int(max(left, right))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners, target)), (width, height)


def deskew_matrix(shape: tuple[int, ...], angle: float) -> tuple[Matrix, tuple[int, int]]:
    """From a picture to the one turned clockwise with nothing cut off, and its width and height.

    Args:
        shape: height and width.
        angle: degrees.
    """
    height, width = shape[:2]
    rad = math.radians(abs(angle))
    new_width = int(width * math.cos(rad) + height * math.sin(rad))
    new_height = int(height * math.cos(rad) + width * math.sin(rad))
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1.0)
    matrix[0, 2] += (new_width - width) / 2
    matrix[1, 2] += (new_height - height) / 2
    return matrix, (new_width, new_height)


def turned_back(shape: tuple[int, ...], degrees: int) -> Matrix:
    """From a picture turned clockwise by 0, 90, 180 or 270° to the one of this height and width."""
    height, width = shape[:2]
    rows = {
        0: [[1, 0, 0], [0, 1, 0]],
        90: [[0, 1, 0], [-1, 0, height]],
        180: [[-1, 0, width], [0, -1, height]],
        270: [[0, -1, width], [1, 0, 0]],
    }[degrees]
    return np.array([*rows, [0, 0, 1]], np.float64)


def way_back(
    shape: tuple[int, ...],
    corners: NDArray[np.float32] | None,
    rotation: int,
    angle: float,
    scaled: tuple[int, ...],
) -> Numbers:
    """From the upright page to its picture: scale, skew, turn and perspective undone again.

    Args:
        shape: height and width of the picture.
        corners: of the sheet on it, None where it is the sheet.
        rotation: degrees clockwise that the sheet was turned by.
        angle: of the skew that was undone, 0.0 for none.
        scaled: height and width of the page after all.
    """
    back: Matrix = np.eye(3)
    if corners is not None:
        matrix, size = page_matrix(corners)
        back, shape = np.asarray(np.linalg.inv(matrix)), size[::-1]
    back = back @ turned_back(shape, rotation)
    shape = shape[1::-1] if rotation in (90, 270) else shape[:2]
    if angle:
        matrix, size = deskew_matrix(shape, angle)
        back, shape = back @ np.linalg.inv(matrix), size[::-1]
    return numbers(back @ np.diag([shape[1] / scaled[1], shape[0] / scaled[0], 1.0]))


def half_turned(back: Numbers | None, shape: tuple[int, ...]) -> Numbers:
    """The way back from a page of this height and width after it was turned by 180°."""
    before: Matrix = np.eye(3) if back is None else np.reshape(back, (3, 3))
    return numbers(before @ turned_back(shape, 180))


def numbers(matrix: Matrix) -> Numbers:
    """The matrix as plain numbers, to seven digits: a hundredth of a pixel on any page."""
    return tuple(float(f"{value:.7g}") for value in (matrix / matrix[2, 2]).ravel())


def moved(back: Sequence[float] | None, points: Sequence[tuple[float, float]]) -> Matrix:
    """The points as the homography moves them, (N, 2); None leaves them where they are."""
    given = np.array(points, np.float64)
    if back is None:
        return given
    lifted = np.hstack([given, np.ones((len(given), 1))]) @ np.reshape(back, (3, 3)).T
    placed: Matrix = lifted[:, :2] / lifted[:, 2:]
    return placed

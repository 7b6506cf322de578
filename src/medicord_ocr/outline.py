"""Finding the sheet of paper on a photo, and undoing its perspective."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.ink import resized
from medicord_ocr.placement import page_matrix

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]

#: Longest side of the picture that the sheet is looked for on, in pixels.
SEARCH_SIZE = 500
#: Share of the picture that a sheet must fill to be believed, least and most: above the most the
#: picture is the page already and warping it would only blur.
SHEET_LEAST, SHEET_MOST = 0.2, 0.985
#: A point of an outline counts when the colours on its two sides differ by this (grey levels,
#: Euclidean over the channels).
STEP = 18.0
#: Share of each side, and of all four, that must count.
SIDE_LEAST, SIDES_LEAST = 0.6, 0.8
#: A side may be the edge of a shadow where what lies beyond keeps at least this share of the
#: light, in all channels alike but for this factor; then the print must end there: less than this
#: share of it outside. 59 of 96 shadowed pages of dev were cut before, 2 after (no print lost).
SHADOW_LEAST, SHADOW_TINT, PRINT_OUTSIDE = 0.22, 1.25, 0.02
#: Sides inside of the picture that no shadow draws: one for all of 216 shadows over 12 pages, three
#: or four for the sheets of 36 pictures in perspective, whose grounds have a grain like print.
SHEET_SIDES = 3
#: How much darker than the paper around it print is, as a share.
PRINT = 0.15


def find_page(picture: Picture) -> Corners | None:
    """The four corners of a sheet on another ground.

    Outlines come from several ways to part sheet and ground, since a shadow defeats each of them
    at times; one is believed only when all its sides stand on an edge of the picture's colour.

    Args:
        picture: (H, W) or (H, W, 3) uint8.

    Returns:
        (4, 2) float32 of x, y in pixels: top left, top right, bottom right, bottom left of the
        sheet as it lies; None when no such sheet stands out.
    """
    factor = SEARCH_SIZE / max(picture.shape[:2])
    small = resized(picture, factor)
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)  # type: ignore[assignment]
    # Text closed away: what is left is paper, ground and shadows.
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9)))
    plain = cv2.GaussianBlur(closed, (5, 5), 0)
    print_ = _print(small, closed)  # type: ignore[arg-type]
    best, most = None, 0.0
    for mask in _masks(plain):  # type: ignore[arg-type]
        quad = _quadrilateral(mask)
        if quad is None:
            continue
        sides = _support(plain, quad)  # type: ignore[arg-type]
        if min(sides) < SIDE_LEAST or np.mean(sides) < max(SIDES_LEAST, most):
            continue
        if _may_be_shadow(plain, quad) and _share_outside(print_, quad) > PRINT_OUTSIDE:  # type: ignore[arg-type]
            continue
        best, most = quad, float(np.mean(sides))
    return None if best is None else _ordered(best / factor)


def _masks(plain: Picture) -> Iterator[Picture]:
    """Ways to part a bright or pale sheet from its ground, (h, w) uint8 each."""
    gray = cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY)
    saturation = cv2.cvtColor(plain, cv2.COLOR_BGR2HSV)[..., 1]
    for channel, kind in ((gray, cv2.THRESH_BINARY), (saturation, cv2.THRESH_BINARY_INV)):
        _, mask = cv2.threshold(channel, 0, 255, kind + cv2.THRESH_OTSU)
        yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))  # type: ignore[misc]
    for low in (20, 40):
        edges = cv2.Canny(plain, low, 3 * low)
        wall = cv2.dilate(edges, np.ones((3, 3), np.uint8))
        # What the edges close off from the border of the picture.
        room = cv2.copyMakeBorder(255 - wall, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)
        cv2.floodFill(room, None, (0, 0), 0)
        yield cv2.morphologyEx(  # type: ignore[misc]
            room[1:-1, 1:-1].copy(), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)
        )


def _quadrilateral(mask: Picture) -> Corners | None:
    """The largest area of a mask as four corners, where it has that shape."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    if not SHEET_LEAST <= area / mask.size <= SHEET_MOST:
        return None
    around = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.015, 0.02, 0.03, 0.04, 0.06):
        polygon = cv2.approxPolyDP(hull, tolerance * around, True)
        if len(polygon) == 4:
            quad = polygon.reshape(4, 2).astype(np.float32)
            return quad if 0.92 < cv2.contourArea(quad) / area < 1.08 else None
    return None


def _print(small: Picture, closed: Picture) -> Picture:
    """Print on paper of any brightness as 1; the grain of a desk is weaker, its joints longer."""
    dark = (small[..., 1] < (1 - PRINT) * closed[..., 1]).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    words = stats[:, 2:4].max(axis=1) < 0.2 * SEARCH_SIZE
    words[0] = False
    return np.asarray(words[labels], np.uint8)


def _may_be_shadow(plain: Picture, quad: Corners) -> bool:
    """Whether the ground beside any side could be the same paper with less light on it."""
    sides = [(inside, outside) for inside, outside in _beside(plain, quad) if len(inside) >= 10]
    if len(sides) >= SHEET_SIDES:
        return False
    for inside, outside in sides:
        ratio = _colours(plain, outside) / (_colours(plain, inside) + 1)
        light = [float(c) for c in np.median(ratio, axis=0)]
        least, most = min(light), max(light)
        if least > SHADOW_LEAST and most < SHADOW_TINT * least:
            return True
    return False


def _share_outside(print_: Picture, quad: Corners) -> float:
    """Share (0-1) of the print that lies outside of an outline."""
    within = np.zeros_like(print_)
    cv2.fillConvexPoly(within, quad.round().astype(np.int32), 1)
    # What straddles the outline is the edge of the sheet.
    beyond = cv2.subtract(print_, cv2.dilate(within, np.ones((9, 9), np.uint8)))
    return cv2.countNonZero(beyond) / max(1, cv2.countNonZero(print_))


def _support(plain: Picture, quad: Corners) -> list[float]:
    """For each side, the share of its points with different colours on its two sides (0-1).

    Points within a pixel or two of the picture's border have no outside and are not counted; a
    side that runs along the border stands by itself.
    """
    sides = []
    for inner, outer in _beside(plain, quad):
        if len(inner) < 10:
            sides.append(1.0)
            continue
        steps = np.linalg.norm(_colours(plain, inner) - _colours(plain, outer), axis=1)
        sides.append(float(np.mean(steps > STEP)))
    return sides


def _beside(plain: Picture, quad: Corners) -> Iterator[tuple[Corners, Corners]]:
    """For each side, (N, 2) points right inside of it and right outside, both in the picture."""
    height, width = plain.shape[:2]
    middle = quad.mean(axis=0)
    for i in range(4):
        a, b = quad[i], quad[(i + 1) % 4]
        normal = np.array([b[1] - a[1], a[0] - b[0]], np.float32)
        normal /= np.linalg.norm(normal) + 1e-6
        if np.dot(normal, middle - a) < 0:
            normal = -normal
        points = a + np.linspace(0.06, 0.94, 60, dtype=np.float32)[:, None] * (b - a)
        inner, outer = points + 6 * normal, points - 6 * normal
        inside = np.all((outer >= 0) & (outer < (width, height)), axis=1)
        yield inner[inside], outer[inside]


def _colours(plain: Picture, points: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = plain.shape[:2]
    x = np.clip(points[:, 0].round().astype(int), 0, width - 1)
    y = np.clip(points[:, 1].round().astype(int), 0, height - 1)
    colours: NDArray[np.float32] = plain[y, x].astype(np.float32)
    return colours


def _ordered(corners: Corners) -> Corners:
    total, apart = corners.sum(axis=1), np.diff(corners, axis=1).ravel()
    order = [int(np.argmin(total)), int(np.argmin(apart)), int(np.argmax(total))]
    order.append(int(np.argmax(apart)))
    ordered: Corners = corners[order] if len(set(order)) == 4 else corners
    return ordered


def undo_perspective(picture: Picture, corners: Corners) -> Picture:
    """The sheet as a rectangle, its sides as long as the longer of each pair in the picture.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        corners: (4, 2) as ``find_page`` gives them.

    Returns:
        The sheet alone, same dtype and channels.
    """
    matrix, size = page_matrix(corners)
    return cv2.warpPerspective(  # type: ignore[return-value]
        picture, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )

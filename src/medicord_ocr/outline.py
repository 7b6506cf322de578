"""Finding the sheet of paper on a photo, and undoing its perspective."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.ink import levels, resized
from medicord_ocr.placement import page_matrix

Picture = NDArray[np.uint8]
Corners = NDArray[np.float32]
Side = tuple[NDArray[np.float32], NDArray[np.float32]]

#: Longest side of the picture that the sheet is looked for on, in pixels.
SEARCH_SIZE = 500
#: Share of the picture that a sheet must fill to be believed, least and most: above the most the
#: picture is the page already and warping it would only blur.
SHEET_LEAST, SHEET_MOST = 0.2, 0.985
#: Area of the four-sided shape for that of the outline it stands for: at least, corners being cut
#: off, and at most, where the picture cuts the sheet.
FOUR_SIDED, CUT_OFF = 0.9, 1.25
#: Where on each side its edge is looked at; and how far from the straight line the edge of a curled
#: sheet may run, as a share of the side.
PLACES, BOW_MOST = 60, 0.06
ALONG = np.linspace(0.06, 0.94, PLACES, dtype=np.float32)
#: Pixels beside the straight line that the edge of a flat sheet has at most; and the percentile of
#: an edge that a bowed sheet is taken to reach to: above are bits of the ground.
BOW_LEAST, BOWED = 2.0, 90
#: Pixels from a gentle curve (a cubic) along an edge from which a point of it does not count: 67 %
#: of each side of six sheets lay nearer, 47 % where squares of a cloth ran into them.
JAGGED = 3.0
#: Bits of the ground that are narrower than this, the squares of a cloth, are parted from a sheet.
_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (21, 21))
#: Grey level that 95 % of the pixels are under where a photo needs no brightening.
DAYLIGHT = 200
#: A point of an outline counts when the colours on its two sides differ by this (grey levels,
#: Euclidean over the channels).
STEP = 18.0
#: Share of each side, and of all four, that must count. With these no scan or fax of dev has a
#: sheet, and 9 of 234 shadowed pages, as many as with 0.8 of the straight line.
SIDE_LEAST, SIDES_LEAST = 0.6, 0.7
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
    small = _brightened(resized(picture, factor))
    if small.ndim == 2:
        small = cv2.cvtColor(small, cv2.COLOR_GRAY2BGR)  # type: ignore[assignment]
    # Text closed away: what is left is paper, ground and shadows.
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9)))
    plain = cv2.GaussianBlur(closed, (5, 5), 0)
    print_ = _print(small, closed)  # type: ignore[arg-type]
    best, most = None, 0.0
    for mask in _masks(plain):  # type: ignore[arg-type]
        outline = _outline(mask)
        if outline is None:
            continue
        sides = _support(plain, outline)  # type: ignore[arg-type]
        if min(sides) < SIDE_LEAST or np.mean(sides) < max(SIDES_LEAST, most):
            continue
        whole = outline.whole()
        if _may_be_shadow(plain, outline) and _share_outside(print_, whole) > PRINT_OUTSIDE:  # type: ignore[arg-type]
            continue
        best, most = whole, float(np.mean(sides))
    return None if best is None else _ordered(best / factor)


def _brightened(small: Picture) -> Picture:
    """A picture whose paper is as bright as by day: what a step of colour is, is told there."""
    (bright,) = levels(small if small.ndim == 2 else small[..., 1], 0.95)
    if not bright:  # all black: a lid that was closed on nothing
        return small
    return small if bright >= DAYLIGHT else cv2.convertScaleAbs(small, alpha=DAYLIGHT / bright)  # type: ignore[return-value]


def _masks(plain: Picture) -> Iterator[Picture]:
    """Ways to part a bright or pale sheet from its ground, (h, w) uint8 each."""
    gray = cv2.cvtColor(plain, cv2.COLOR_BGR2GRAY)
    saturation = cv2.cvtColor(plain, cv2.COLOR_BGR2HSV)[..., 1]
    for channel, kind in ((gray, cv2.THRESH_BINARY), (saturation, cv2.THRESH_BINARY_INV)):
        _, mask = cv2.threshold(channel, 0, 255, kind + cv2.THRESH_OTSU)
        yield cv2.morphologyEx(mask, cv2.MORPH_OPEN, _DISC)  # type: ignore[misc]
    for low in (20, 40):
        edges = cv2.Canny(plain, low, 3 * low)
        wall = cv2.dilate(edges, np.ones((3, 3), np.uint8))
        # What the edges close off from the border of the picture.
        room = cv2.copyMakeBorder(255 - wall, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=255)
        cv2.floodFill(room, None, (0, 0), 0)
        yield cv2.morphologyEx(  # type: ignore[misc]
            room[1:-1, 1:-1].copy(), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8)
        )


@dataclass(frozen=True, slots=True)
class _Outline:
    """An area of a mask as four corners, and how far it reaches beyond each side.

    Attributes:
        quad: (4, 2) float32 of x, y; corners may lie outside of the picture.
        bows: (4, PLACES) float32, for each side how far the edge lies outside of it in pixels.
    """

    quad: Corners
    bows: NDArray[np.float32]

    def edge(self, i: int) -> tuple[Corners, NDArray[np.float32]]:
        """(PLACES, 2) points on the edge at side ``i``, and the unit vector that points inside."""
        a, b = self.quad[i], self.quad[(i + 1) % 4]
        normal = _inwards(self.quad, i)
        return a + ALONG[:, None] * (b - a) - self.bows[i][:, None] * normal, normal

    def even(self, i: int) -> NDArray[np.bool_]:
        """Which of these lie on one gentle curve: paper bends so, bits of the ground do not."""
        curve = np.polyval(np.polyfit(ALONG, self.bows[i], 3), ALONG)
        return np.asarray(np.abs(self.bows[i] - curve) < JAGGED)

    def whole(self) -> Corners:
        """The corners moved outwards until no bowed edge lies outside of them."""
        lines = []
        for i in range(4):
            bow = float(np.percentile(self.bows[i], BOWED))
            out = bow * _inwards(self.quad, i) if bow > BOW_LEAST else 0
            lines.append((self.quad[i] - out, self.quad[(i + 1) % 4] - out))
        corners = [_crossing(lines[i - 1], lines[i]) for i in range(4)]
        return self.quad if None in corners else np.array(corners, np.float32)


def _inwards(quad: Corners, i: int) -> NDArray[np.float32]:
    """The unit vector across side ``i`` that points inside."""
    a, b = quad[i], quad[(i + 1) % 4]
    normal = np.array([b[1] - a[1], a[0] - b[0]], np.float32)
    normal /= np.linalg.norm(normal) + 1e-6
    return normal if np.dot(normal, quad.mean(axis=0) - a) > 0 else -normal


def _crossing(one: Side, other: Side) -> tuple[float, float] | None:
    """Where two lines meet, each given by two of its points; None where they are parallel."""
    (a, b), (c, d) = one, other
    along, across = b - a, d - c
    turn = float(along[0] * across[1] - along[1] * across[0])
    if abs(turn) < 1e-3 * np.linalg.norm(along) * np.linalg.norm(across):
        return None
    share = float((c - a)[0] * across[1] - (c - a)[1] * across[0]) / turn
    return float(a[0] + share * along[0]), float(a[1] + share * along[1])


def _outline(mask: Picture) -> _Outline | None:
    """The largest area of a mask, where it has the shape of a sheet."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    contour = max(contours, key=cv2.contourArea)
    hull = cv2.convexHull(contour)
    area = cv2.contourArea(hull)
    if not SHEET_LEAST <= area / mask.size <= SHEET_MOST:
        return None
    around = cv2.arcLength(hull, True)
    for tolerance in (0.01, 0.015, 0.02, 0.03, 0.04, 0.06):
        polygon = cv2.approxPolyDP(hull, tolerance * around, True).reshape(-1, 2)
        quad = _four_sided(polygon.astype(np.float32), mask.shape)
        if quad is not None and FOUR_SIDED < cv2.contourArea(quad) / area < CUT_OFF:
            return _Outline(quad, _bows(contour.reshape(-1, 2).astype(np.float32), quad))
    return None


def _four_sided(polygon: Corners, shape: tuple[int, ...]) -> Corners | None:
    """Four corners of a sheet; sides that only the border of the picture made are left out."""
    sides = [(polygon[i - 1], polygon[i]) for i in range(len(polygon))]
    edges = [side for side in sides if _on_border(*side, shape)]
    edges.sort(key=lambda side: float(np.linalg.norm(side[1] - side[0])))
    for _ in range(len(sides) - 4):
        if not edges:
            return None
        cut = edges.pop(0)
        sides = [side for side in sides if side is not cut]
    if len(sides) != 4:
        return None
    corners = [_crossing(sides[i - 1], sides[i]) for i in range(4)]
    return None if None in corners else np.array(corners, np.float32)


def _on_border(a: NDArray[np.float32], b: NDArray[np.float32], shape: tuple[int, ...]) -> bool:
    far = np.array([shape[1] - 1, shape[0] - 1], np.float32)
    first, last = np.maximum(a, b) <= 2, np.minimum(a, b) >= far - 2
    return bool((first | last).any())


def _bows(contour: Corners, quad: Corners) -> NDArray[np.float32]:
    """For each side how far outside of it the edge lies at each of its PLACES, in pixels."""
    bows = np.zeros((4, PLACES), np.float32)
    for i in range(4):
        a, b = quad[i], quad[(i + 1) % 4]
        length = float(np.linalg.norm(b - a))
        along = (contour - a) @ (b - a) / length**2
        out = -((contour - a) @ _inwards(quad, i))
        place = np.rint((along - ALONG[0]) / (ALONG[1] - ALONG[0])).astype(int)
        near = (np.abs(out) < BOW_MOST * length) & (place >= 0) & (place < PLACES)
        deepest = np.full(PLACES, -np.inf, np.float32)
        np.maximum.at(deepest, place[near], out[near].astype(np.float32))
        bows[i] = np.where(np.isfinite(deepest), deepest, 0)
    return bows


def _print(small: Picture, closed: Picture) -> Picture:
    """Print on paper of any brightness as 1; the grain of a desk is weaker, its joints longer."""
    dark = (small[..., 1] < (1 - PRINT) * closed[..., 1]).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    words = stats[:, 2:4].max(axis=1) < 0.2 * SEARCH_SIZE
    words[0] = False
    return np.asarray(words[labels], np.uint8)


def _may_be_shadow(plain: Picture, outline: _Outline) -> bool:
    """Whether the ground beside any side could be the same paper with less light on it."""
    sides = [_beside(plain, outline, i) for i in range(4)]
    sides = [side for side in sides if len(side[0]) >= 10]
    if len(sides) >= SHEET_SIDES:
        return False
    for inside, outside, _ in sides:
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


def _support(plain: Picture, outline: _Outline) -> list[float]:
    """For each side, the share of its points with different colours on its two sides (0-1).

    Those that do not lie on a gentle curve with the others do not count.

    Points within a pixel or two of the picture's border have no outside and are not counted; a
    side that runs along the border stands by itself, and for less than one that is seen.
    """
    sides = []
    for i in range(4):
        inner, outer, seen = _beside(plain, outline, i)
        if len(inner) < 10:
            sides.append(SIDES_LEAST)
            continue
        steps = np.linalg.norm(_colours(plain, inner) - _colours(plain, outer), axis=1)
        sides.append(float(np.mean((steps > STEP) & outline.even(i)[seen])))
    return sides


def _beside(plain: Picture, outline: _Outline, i: int) -> tuple[Corners, Corners, NDArray[Any]]:
    """Points (N, 2) right inside of side ``i`` and right outside, which of its PLACES those are."""
    height, width = plain.shape[:2]
    points, normal = outline.edge(i)
    inner, outer = points + 6 * normal, points - 6 * normal
    both = np.stack([inner, outer])
    inside = np.all((both >= 0) & (both < (width, height)), axis=(0, 2))
    return inner[inside], outer[inside], inside


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

"""What is ink and what is paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
#: What ``components`` gives.
Components = tuple[int, NDArray[Any], NDArray[np.int32], NDArray[np.float64]]

#: How much darker than its surroundings ink is, as a share of the page's contrast.
INK_SHARE = 0.18
#: The share of that from which a ruling goes on where it fades: rulings of grey (136) that fall
#: between two rows of pixels have 0.7 of it beside dark letters.
FAINT_SHARE = 0.6
#: How many times further from the paper than the darkest percent the darkest thousandth of a sheet
#: with little ink is: 3.9 on one of 15 lines, at most 2.3 on 48 full ones.
SPARSE_TIMES = 3.0
#: Grey levels under which filled bars are looked for, and their height in x-heights at least. White
#: headings on bars of 125-200 were not read with the first alone.
BAR_DARK, BAR_HEIGHT = (120, 165, 210), 1.6
#: How far from a bar's ground its text is, as a share of the way to white or black; and how many
#: times more of it is lighter than so than is darker: dark text on a shaded row is no bar.
BAR_TEXT, BAR_LIGHTER = 0.5, 4
#: Share of a bar that its text fills: 0.04-0.19 on 18 pages with bars of 6 colours; none on paper
#: in shadow, 0.37 between the letters of bold print, both of which lost the lines near them.
BAR_TEXT_SHARE = (0.01, 0.3)
#: Grey level of a ground that no text is darker than: evened out, a navy bar lay at 51, and a fifth
#: of it at less than half of that; one of 51 in print at 71, 3 % of it black rulings.
BAR_BLACK = 96
#: Share of a line of pixels that is dark along a bar: 0.98 and more on 8 scans, faxes and photos,
#: at most 0.58 on bold print. The outermost may have 0.11, where the bar slants or is blurred.
BAR_EDGE = 0.9
#: Share of a bar that is dark: 0.76 and more on these. Print between two rulings has less; and so
#: has what parts a bar from the table below it, of each line of pixels.
BAR_FILLED, BAR_ROW = 0.6, 0.45
#: Width in x-heights of a bar's blurred edge, which is neither its ground nor paper, half of it
#: inside: 4 pixels on a photo with an x-height of 18, where 2 were left dark.
BAR_FRAME = 0.2


def resized(picture: Gray, factor: float) -> Gray:
    """A picture in another size by area means, for measures; not for reading.

    Exact halves take a tenth of what other steps take, so it is halved as often as that goes: a
    page of 300 dpi to 900 pixels takes 6 ms, not 17, one in colour to a quarter 17, not 36.

    Args:
        picture: (H, W) or (H, W, 3) uint8.
        factor: pixels for one of ``picture``.

    Returns:
        Of the same kind, 8 × 8 pixels at least where ``picture`` is.
    """
    while factor <= 0.5 and min(picture.shape[:2]) >= 16:
        height, width = picture.shape[:2]
        even = picture[: height // 2 * 2, : width // 2 * 2]
        picture = cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
        factor *= 2
    if factor == 1 or min(picture.shape[:2]) * factor < 1:
        return picture
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def levels(gray: Gray, *shares: float) -> tuple[int, ...]:
    """The grey levels up to which given shares (0-1) of a picture's pixels go."""
    counts = cv2.calcHist([np.ascontiguousarray(gray)], [0], None, [256], [0, 256])
    below = np.cumsum(counts)
    return tuple(int(np.searchsorted(below, share * below[-1])) for share in shares)


def contrast(gray: Gray) -> float:
    """Distance of the darkest percent of pixels from the paper (median), in grey levels.

    Where less than a percent is ink, as on a sheet with a few lines, the darkest percent is the
    grain of the paper; the darkest thousandth, much darker than that, is then the ink.
    """
    darkest, low, middle = levels(gray[::4, ::4], 0.001, 0.01, 0.5)
    sparse = middle - darkest > SPARSE_TIMES * (middle - low)
    return float(middle - (darkest if sparse else low))


def ink(gray: Gray, window: int = 41) -> Gray:
    """Ink as 255, paper as 0: darker than the mean of its surroundings by a part of the contrast.

    Args:
        gray: (H, W) uint8.
        window: side of the surroundings in pixels, odd; three letters' height is right.

    Returns:
        (H, W) uint8. Show-through and stains, a sixth as dark as print at most, are paper.
    """
    return cv2.adaptiveThreshold(  # type: ignore[return-value]
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, _least(gray)
    )


def faint_ink(gray: Gray, window: int) -> Gray:
    """Ink as ``ink`` gives it, and what is fainter: rulings between two rows of pixels fade."""
    least = FAINT_SHARE * _least(gray)
    return cv2.adaptiveThreshold(  # type: ignore[return-value]
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, least
    )


def _least(gray: Gray) -> float:
    """How many grey levels darker than its surroundings ink is."""
    return min(45.0, max(10.0, INK_SHARE * contrast(gray)))


def window(x_height: float) -> int:
    """Side of the surroundings that ``ink`` looks at, for letters of a height in pixels."""
    return max(15, int(3 * x_height) | 1)


def turned(picture: Gray) -> Gray:
    """Columns as rows: a quarter of what a copy of numpy's view takes, and of what a view costs."""
    return cv2.transpose(picture)  # type: ignore[return-value]


def components(mask: NDArray[Any], connectivity: int = 8) -> Components:
    """Connected components as ``cv2.connectedComponentsWithStats`` gives them, in half its time.

    Labels of 16 bits take 2 ms where those of 32 take 6 (1.5 million pixels of a ruled page). They
    hold while fewer runs begin on the rows than they can number: a component begins one at least.
    Only the box around all of it is searched: masks of rulings fill a tenth of the page.

    Args:
        mask: (H, W) uint8, 0 is background.
        connectivity: 4 or 8.

    Returns:
        How many, the background with them; labels (H, W) uint16 or int32; left, top, width, height
        and area of each; the centre of each but the background.
    """
    height, width = mask.shape
    x, y, w, h = cv2.boundingRect(mask)
    # From even corners: labels are given in the order of blocks of two by two pixels.
    x0, y0 = x & ~1, y & ~1
    part = mask[y0 : y + h, x0 : x + w]
    whole = np.array([0, 0, width, height, width * height], np.int32)
    if not part.size:
        return 1, np.zeros(mask.shape, np.uint16), whole[None], np.zeros((1, 2))
    begun = cv2.countNonZero(cv2.compare(part[:, 1:], part[:, :-1], cv2.CMP_GT)) + len(part)
    kind = cv2.CV_16U if begun < np.iinfo(np.uint16).max else cv2.CV_32S
    count, found, stats, centres = cv2.connectedComponentsWithStatsWithAlgorithm(
        part, connectivity, kind, cv2.CCL_SPAGHETTI
    )
    labels = np.zeros(mask.shape, found.dtype)
    labels[y0 : y + h, x0 : x + w] = found
    stats[:, :2] += (x0, y0)
    stats[0] = whole
    stats[0, 4] -= stats[1:, 4].sum()
    return count, labels, stats, centres + np.array([x0, y0])  # type: ignore[return-value]


def invert_bars(gray: Gray, x_height: float) -> Gray:
    """White text on dark bars turned into dark text on white.

    A bar is dark, wider than thrice its height, and reaches from one line of pixels that is dark
    all along to another; bold print has none. What lies beyond is print near it, or a slant.

    Args:
        gray: (H, W) uint8, upright.
        x_height: height of small letters in pixels.

    Returns:
        Of the same kind, ``gray`` itself where it has no bars.
    """
    factor = 4.0 / x_height
    small = resized(gray, factor).copy()
    out = gray
    for most in BAR_DARK:
        for inside in _bars(small, most):
            x0, x1, y0, y1 = (np.array(inside) / factor).round().astype(int).tolist()
            if not _has_lighter_text(gray[y0:y1, x0:x1]):
                continue
            y0, y1, x0, x1 = _whole_bar(gray, (y0, y1, x0, x1), round(3 / factor), most)
            if out is gray:
                out = gray.copy()
            bar = 255 - gray[y0:y1, x0:x1]
            # Its ground becomes white: grey beside paper would be ink.
            out[y0:y1, x0:x1] = cv2.convertScaleAbs(bar, alpha=255 / float(np.median(bar)))
            frame = max(1, round(BAR_FRAME * x_height))
            cv2.rectangle(out, (x0, y0), (x1 - 1, y1 - 1), 255, frame)
            small[inside[2] - 1 : inside[3] + 1, inside[0] - 1 : inside[1] + 1] = 255
    return out


def _bars(small: Gray, most: int) -> Iterator[tuple[int, int, int, int]]:
    """Left, right, top and bottom of what is surely inside of a bar that is darker than ``most``.

    Args:
        small: (H, W) uint8, with small letters of 4 pixels.
        most: grey level.
    """
    dark = (small < most).astype(np.uint8)
    bars = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((5, 9), np.uint8))
    tall = int(4 * BAR_HEIGHT)
    bars = cv2.morphologyEx(bars, cv2.MORPH_OPEN, np.ones((tall, 3 * tall), np.uint8))
    count, _, stats, _ = components(bars)
    for x, y, w, h, _ in stats[1:count].tolist():
        filled = dark[y : y + h, x : x + w].mean(axis=1)
        runs = [(0, h)]
        if most == BAR_DARK[0] and _from_edge_to_edge(filled, tall) is None:
            # The table below it, where its borders are thick, is one with it.
            steps = np.diff(np.concatenate(([0], filled >= BAR_ROW, [0])))
            runs = list(zip(np.flatnonzero(steps > 0), np.flatnonzero(steps < 0), strict=True))
        for top, bottom in runs:
            edges = _from_edge_to_edge(filled[top:bottom], tall)
            if edges and bottom - top <= 0.25 * small.shape[0]:
                yield x + 1, x + w - 1, y + int(top) + edges[0] + 1, y + int(top) + edges[1]


def _from_edge_to_edge(filled: NDArray[np.float64], tall: int) -> tuple[int, int] | None:
    """The first and last of the lines of pixels that make a bar, None where they make none.

    Args:
        filled: (H,) 0-1, the share of each line that is dark.
        tall: least height in pixels.
    """
    edges = np.flatnonzero(filled >= BAR_EDGE)
    if edges.size < 2 or edges[-1] + 1 - edges[0] < tall:
        return None
    dark = filled[edges[0] : edges[-1] + 1].mean() >= BAR_FILLED
    return (int(edges[0]), int(edges[-1])) if dark else None


def _has_lighter_text(bar: Gray) -> bool:
    """Whether something is written on a bar, and lighter than its ground, not darker."""
    (ground,) = levels(bar, 0.5)
    lighter = np.count_nonzero(bar > ground + BAR_TEXT * (255 - ground))
    darker = np.count_nonzero(bar < ground - BAR_TEXT * min(ground, 255 - ground))
    least, most = BAR_TEXT_SHARE
    filled = least <= lighter / max(1, bar.size) <= most
    return bool(filled and (ground < BAR_BLACK or lighter >= BAR_LIGHTER * darker))


def _whole_bar(
    gray: Gray, inside: tuple[int, int, int, int], reach: int, most: int
) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of a bar, up to ``reach`` pixels beyond what is surely inside.

    A frame left dark around it would be read as strokes beside its text.
    """
    y0, y1, x0, x1 = inside
    beyond = gray[max(0, y0 - reach) : y1 + reach, max(0, x0 - reach) : x1 + reach] < most
    down = np.flatnonzero(beyond[:, reach:-reach].mean(axis=1) > 0.5) + max(0, y0 - reach)
    across = np.flatnonzero(beyond[reach:-reach].mean(axis=0) > 0.5) + max(0, x0 - reach)
    return (
        int(min(y0, *down[:1])),
        int(max(y1, *(down[-1:] + 1))),
        int(min(x0, *across[:1])),
        int(max(x1, *(across[-1:] + 1))),
    )

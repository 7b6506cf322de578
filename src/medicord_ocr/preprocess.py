"""From a page's pixels to an upright, flat, evenly lit grey picture of the right scale.

Each stage is a pure function from one array to another; ``prepare`` runs those whose own
measure says that they help, unless the options force or forbid them. All grey pictures are
(H, W) uint8, dark ink on light paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.ink import Gray, components, contrast, ink, levels, resized
from medicord_ocr.options import Options
from medicord_ocr.outline import find_page, undo_perspective
from medicord_ocr.page import Quality
from medicord_ocr.placement import deskew_matrix, half_turned, way_back

Trace = Callable[[str, NDArray[np.uint8]], None]

#: Height of small letters, in pixels, that pages are brought to when outside the band. Readers
#: are said to like 20-30; the band is wider, so that fewer pages are resampled. Not tuned yet.
X_HEIGHT_TARGET, X_HEIGHT_LEAST, X_HEIGHT_MOST = 24.0, 17.0, 38.0
#: x-height in pixels of 10.5 point print at 300 dpi: what resolution is estimated from.
X_HEIGHT_AT_300_DPI = 22.0
#: Longest side in pixels of a picture that the x-height is measured on.
X_HEIGHT_SIZE = 1600
#: Share of what may be letters, by area, that low dashes must be to be a ruling's: 0.1 and more on
#: dashed tables, where letters of 17 pixels were measured as 6; less moves the measure by a pixel
#: or two of print without any.
DASHES_SHARE = 0.1
#: The most pixels that scaling up may make.
SCALED_PIXELS = 24_000_000
#: Skew below this (degrees) is left alone: resampling costs more than it wins.
SKEW_LEAST = 0.15
SKEW_MOST = 15.0
#: Longest side in pixels of the picture that neighbours are counted on; and how many times more
#: marks must have theirs above or below than beside them: 0.7 at most for the upright pages of the
#: dev half, 3.1 at least for those on their side.
NEIGHBOUR_SIZE, SIDE_RATIO = 1400, 1.5
#: Pixels of that picture from which a mark is thick enough for a letter. The two strokes of every
#: « = » that a line of a report is drawn with are nearest to each other: of 310 pages one was taken
#: for upright (1.1 times as many) and one was right by a third; every page is by two times with 4.
LETTER_THICKNESS = 4
#: What is darker than paper around it over no more than this many times 8 pixels is filled in. With
#: 15 a dark bar of three lines of headings (160 pixels at 200 dpi) was paper in shadow: evened out,
#: its white letters were lost. Over 92 shaded pages of both halves 31 lost no field and found four.
PAPER_FILLED = 31
#: Shading is divided out when the paper's brightness varies by more than this (grey levels).
SHADING_LEAST = 24.0
#: Share of pixels that are lone specks above which the median filter runs.
SPECKS_LEAST = 0.002
#: Background noise (standard deviation, grey levels) above which a blur runs.
NOISE_LEAST = 9.0
#: Distance of ink from paper (grey levels) below which CLAHE runs.
CONTRAST_LEAST = 70.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page ready for layout.

    Attributes:
        image: (H, W) uint8 grey, upright but for a possible half turn, flat and scaled.
        quality: what was measured and done.
        scale: pixels of ``image`` for one of the source.
    """

    image: Gray
    quality: Quality
    scale: float


def prepare(
    picture: NDArray[np.uint8],
    dpi: float | None,
    options: Options,
    *,
    trace: Trace | None = None,
) -> Prepared:
    """Run the stages that help this picture.

    Args:
        picture: (H, W) grey or (H, W, 3) BGR, uint8.
        dpi: resolution of the picture where the file says it, in dots an inch.
        options: stages forced or forbidden.
        trace: called with a name and a picture after each stage, for ``--debug-dir``.

    Returns:
        The picture made ready, with its measured quality.
    """
    done: list[str] = []

    def keep(name: str, image: Gray) -> Gray:
        done.append(name)
        if trace:
            trace(name, image)
        return image

    size = picture.shape[:2]
    corners = find_page(picture) if options.runs("perspective", True) else None
    if corners is not None:
        picture = keep("perspective", undo_perspective(picture, corners))
    gray, noise = _cleaned(keep("grayscale", grayscale(picture)), options, keep)
    gray, rotation, angle = _straightened(gray, options, keep)
    height, sharp = x_height(gray), sharpness(gray)
    factor = scale_factor(height, gray.shape)
    if factor != 1.0:
        gray = keep("scale", rescale(gray, factor))
    if options.runs("threshold", False):
        gray = keep("threshold", threshold(gray))
    if dpi is None and height is not None:
        dpi = height / X_HEIGHT_AT_300_DPI * 300
    quality = Quality(
        dpi=_rounded(dpi),
        skew=round(angle, 2),
        rotation=rotation,
        sharpness=round(sharp, 3),
        noise=round(noise, 2),
        x_height=_rounded(height),
        stages=tuple(done),
        source_size=(size[1], size[0]),
        to_source=way_back(size, corners, rotation, angle, gray.shape),
    )
    return Prepared(gray, quality, factor)


_Keep = Callable[[str, Gray], Gray]


def _cleaned(gray: Gray, options: Options, keep: _Keep) -> tuple[Gray, float]:
    """The picture without shading, noise and faintness; and the noise that it had."""
    if options.runs("shading", shading(gray) > SHADING_LEAST):
        gray = keep("shading", even_out(gray))
    specks, noise = measure_noise(gray)
    if options.runs("denoise", specks > SPECKS_LEAST or noise > NOISE_LEAST):
        gray = keep("denoise", denoise(gray, specks, noise))
    if options.runs("clahe", contrast(gray) < CONTRAST_LEAST):
        gray = keep("clahe", clahe(gray))
    return gray, noise


def _straightened(gray: Gray, options: Options, keep: _Keep) -> tuple[Gray, int, float]:
    """The picture with level lines; how far it was turned, and its skew, in degrees."""
    rotation = 90 if options.runs("orientation", True) and lies_on_its_side(gray) else 0
    if rotation:
        gray = keep("orientation", turn(gray, rotation))
    angle = skew(gray) if options.runs("deskew", True) else 0.0
    if abs(angle) < SKEW_LEAST:
        return gray, rotation, 0.0
    return keep("deskew", deskew(gray, angle)), rotation, angle


def half_turn(page: Prepared) -> Prepared:
    """The page turned by 180°, its quality saying so."""
    quality = replace(
        page.quality,
        rotation=(page.quality.rotation + 180) % 360,
        stages=(*page.quality.stages, "half_turn"),
        to_source=half_turned(page.quality.to_source, page.image.shape),
    )
    return replace(page, image=turn(page.image, 180), quality=quality)


def grayscale(picture: NDArray[np.uint8]) -> Gray:
    """Grey levels of a BGR picture (ITU-R BT.601 luma); a grey one is returned as it is."""
    if picture.ndim == 2:
        return picture
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]


def paper(gray: Gray) -> Gray:
    """The brightness of the paper at each pixel, ink filled in: an eighth of the size."""
    small = resized(gray, 1 / 8)
    # Closing takes away ink, and bars, narrower than PAPER_FILLED × 8 pixels of the source; a
    # shadow that grows darker to an edge of the page it leaves as it is.
    filled = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((PAPER_FILLED,) * 2, np.uint8))
    return cv2.GaussianBlur(filled, (0, 0), 5)  # type: ignore[return-value]


def shading(gray: Gray) -> float:
    """How unevenly the paper is lit: 5th to 95th percentile of its brightness, grey levels."""
    low, high = levels(paper(gray), 0.05, 0.95)
    return float(high - low)


def even_out(gray: Gray) -> Gray:
    """The shading divided out, so that paper is 255 everywhere."""
    light = cv2.resize(paper(gray), (gray.shape[1], gray.shape[0]), interpolation=cv2.INTER_LINEAR)
    # Nothing darker than 32 is paper: dividing by it would blow up the noise of black areas.
    return cv2.divide(gray, np.maximum(light, 32), scale=255)  # type: ignore[return-value]


def measure_noise(gray: Gray) -> tuple[float, float]:
    """Share of lone specks (0-1) and standard deviation of the background (grey levels).

    A speck is a dark pixel without a dark neighbour, or a light one without a light neighbour.
    The deviation is the mean absolute residual of a 3 × 3 median where there is no ink, by
    the factor that makes it that of Gaussian noise.
    """
    part = np.ascontiguousarray(gray[gray.shape[0] // 5 :][:1000, :2400])
    dark = (part < 110).astype(np.uint8)
    around = cv2.boxFilter(dark, cv2.CV_8U, (3, 3), normalize=False)
    specks = float(np.count_nonzero((dark == 1) & (around == 1)))
    specks += float(np.count_nonzero((dark == 0) & (around == 8)))
    calm = cv2.erode(part, np.ones((9, 9), np.uint8)) > 150
    rest = cv2.absdiff(part, cv2.medianBlur(part, 3))[calm]
    return specks / part.size, 1.6 * float(np.mean(rest)) if rest.size else 0.0


def denoise(gray: Gray, specks: float, noise: float) -> Gray:
    """Median for specks, a slight Gaussian blur for grain: milliseconds; NLM takes seconds."""
    if specks > SPECKS_LEAST:
        gray = cv2.medianBlur(gray, 3)  # type: ignore[assignment]
    if noise > NOISE_LEAST:
        gray = cv2.GaussianBlur(gray, (0, 0), 0.9)  # type: ignore[assignment]
    return gray


def clahe(gray: Gray) -> Gray:
    """Contrast-limited adaptive histogram equalisation (Zuiderveld 1994), clip 2, 8 × 8 tiles."""
    return cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(gray)  # type: ignore[return-value]


def threshold(gray: Gray) -> Gray:
    """Black and white by the local mean: 0 where darker than its surroundings by 12 levels."""
    size = max(31, int(min(gray.shape) / 40) | 1)
    return cv2.adaptiveThreshold(  # type: ignore[return-value]
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, size, 12
    )


def turn(gray: Gray, degrees: int) -> Gray:
    """Turn clockwise by 90, 180 or 270 degrees."""
    code = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    return cv2.rotate(gray, code[degrees])  # type: ignore[return-value]


def lies_on_its_side(gray: Gray) -> bool:
    """Whether text runs vertically: most marks have their nearest neighbour above or below.

    Letters stand closer to the next of their line than to the next line, in tables too, where
    the projections of rows and columns (the usual measure) are alike.
    """
    factor = NEIGHBOUR_SIZE / max(gray.shape)
    small = resized(gray, factor)
    _, _, stats, _ = components(ink(small, 31))
    x, y, w, h, area = (stats[1:, i].astype(np.float32) for i in range(5))
    letters = (w < 80) & (h < 80) & (area >= 6) & (np.minimum(w, h) >= LETTER_THICKNESS)
    letters &= np.maximum(w, h) >= 5
    if np.count_nonzero(letters) < 30:
        return False
    x, y, w, h = (side[letters] for side in (x, y, w, h))
    across, down = _nearest(x, y, w, h), _nearest(y, x, h, w)
    beside, above = int(np.sum(across < down)), int(np.sum(down < across))
    return above > SIDE_RATIO * max(1, beside)


def _nearest(
    x: NDArray[np.float32], y: NDArray[np.float32], w: NDArray[np.float32], h: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Gap along x from each of some 400 boxes to the nearest that it shares half a height with."""
    some = slice(None, None, len(x) // 400 + 1)
    ends, feet = x + w, y + h
    shared = np.minimum(feet[some, None], feet) - np.maximum(y[some, None], y)
    level = shared > 0.5 * np.minimum(h[some, None], h)
    gaps = np.maximum(x[some, None], x) - np.minimum(ends[some, None], ends)
    gaps = np.where(level, np.maximum(gaps, 0), np.inf)
    gaps[np.arange(len(gaps)), np.arange(len(x))[some]] = np.inf
    nearest: NDArray[np.float32] = gaps.min(axis=1)
    return nearest


def skew(gray: Gray) -> float:
    """Degrees by which lines of text rise to the right (counter-clockwise positive), within ±15.

    The angle whose projection profile is sharpest (Postl 1986; sum of squared differences of
    neighbouring bins), searched from 1° down to 0.05°. 0.0 when no angle stands out.
    """
    points, size = _text_points(gray)
    if len(points) < 200:
        return 0.0
    best, flat = 0.0, 0.0
    for step, reach in ((1.0, SKEW_MOST), (0.25, 1.0), (0.05, 0.25)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        scores = [_sharpness_of_profile(points, float(a), size) for a in angles]
        if step == 1.0:
            flat = float(np.median(scores))
        best = float(angles[int(np.argmax(scores))])
        if step == 1.0 and max(scores) < 1.15 * flat:
            return 0.0
    return best


def deskew(gray: Gray, angle: float) -> Gray:
    """Turn the page clockwise by ``angle`` degrees, nothing cut off, new corners white."""
    matrix, size = deskew_matrix(gray.shape, angle)
    (fill,) = levels(gray[::8, ::8], 0.8)
    return cv2.warpAffine(  # type: ignore[return-value]
        gray,
        matrix[:2],
        size,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=fill,
    )


def x_height(gray: Gray) -> float | None:
    """Height in pixels of small letters, None when the page has fewer than 30 letter-like marks.

    Marks count by their area, so that specks, however many, weigh little; the 15th percentile
    of the heights is then that of small letters, with capitals and digits above it. The dots of
    leaders, round and filled, are no letters, nor are the dashes of rulings.
    """
    if (
        max(gray.shape) > 2 * X_HEIGHT_SIZE
    ):  # half the size says it as well in a quarter of the time
        half = x_height(rescale(gray, 0.5))
        return None if half is None else 2 * half
    _, _, stats, _ = components(ink(gray))
    w, h, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    letters = (h >= 6) & (h <= 120) & (w >= 0.25 * h) & (w <= 2.5 * h) & (area > 0.15 * w * h)
    if np.count_nonzero(letters) < 30:
        return None
    filled = area > 0.55 * w * h
    dots = (filled & (w < 1.5 * h) & (h < 1.5 * w))[letters]
    dashes = (filled & ((w >= 1.5 * h) | (h >= 1.5 * w)))[letters]
    heights, weights = h[letters], (w * h)[letters].astype(np.float64)
    dashes &= heights < 0.6 * _percentile(heights, np.where(dashes, 0.0, weights), 0.5)
    if weights[dashes].sum() > DASHES_SHARE * weights.sum():
        weights[dashes] = 0
    weights[dots & (heights < 0.6 * _percentile(heights, weights, 0.5))] = 0
    return _percentile(heights, weights, 0.15)


def _percentile(numbers: NDArray[Any], weights: NDArray[np.float64], share: float) -> float:
    """The number below which a share of all the weight lies."""
    order = np.argsort(numbers)
    below = np.cumsum(weights[order]) / weights.sum()
    return float(numbers[order][np.searchsorted(below, share)])


def scale_factor(height: float | None, shape: tuple[int, ...]) -> float:
    """What to scale a page by so that small letters are as tall as the readers like."""
    if height is None or X_HEIGHT_LEAST <= height <= X_HEIGHT_MOST:
        return 1.0
    most = math.sqrt(SCALED_PIXELS / (shape[0] * shape[1]))
    return float(min(X_HEIGHT_TARGET / height, 4.0, max(most, 0.2)))


def rescale(gray: Gray, factor: float) -> Gray:
    """Scale by cubic interpolation upwards, by area means downwards."""
    method = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return cv2.resize(gray, None, fx=factor, fy=factor, interpolation=method)  # type: ignore[return-value]


def sharpness(gray: Gray) -> float:
    """0-1: how steep the steepest edges are, as a share of black to white in one pixel."""
    if gray.shape[1] < 2:
        return 0.0
    part = gray[:: max(1, gray.shape[0] // 1500)]
    steps = cv2.absdiff(part[:, 1:], part[:, :-1])
    return levels(steps, 0.995)[0] / 255  # type: ignore[arg-type]


def _text_points(gray: Gray) -> tuple[NDArray[np.float32], int]:
    """Ink without long runs on a picture of about 900 pixels: (N, 2) of y, x; and its size."""
    factor = 900 / max(gray.shape)
    small = resized(gray, factor)
    mask = ink(small, 25)
    _, labels, stats, _ = components(mask)
    keep = (stats[:, 2] < 60) & (stats[:, 3] < 60) & (stats[:, 4] >= 3)
    keep[0] = False
    points = np.argwhere(keep[labels]).astype(np.float32)
    if len(points) > 40_000:
        points = points[:: len(points) // 40_000 + 1]
    return points, max(mask.shape)


def _sharpness_of_profile(points: NDArray[np.float32], angle: float, size: int) -> float:
    """Sum of squared differences of the projection of (N, 2) y, x points at an angle (degrees)."""
    rad = math.radians(angle)
    rows = points[:, 0] * math.cos(rad) + points[:, 1] * math.sin(rad)
    bins = np.bincount((rows + size).astype(np.int32), minlength=3 * size)
    return float(np.sum(np.diff(bins.astype(np.float64)) ** 2))


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)

"""Degradations of a page picture, as scanners, fax machines and telephones make them.

Every function takes and returns RGB uint8 of shape (height, width, 3); `rng` fixes all chance.
Strengths: skew in degrees, blur sigma in pixels at 200 dpi, gauss sigma in grey levels, salt as a
share of pixels, jpeg as quality, others 0-1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus.overlays import pen, stamp
from benchmarks.corpus.render import Picture

Rng = np.random.Generator


def _smooth_field(rng: Rng, shape: tuple[int, int], cells: int) -> NDArray[Any]:
    """A smooth random field, float32, about 0-1."""
    small = rng.random((cells, cells), dtype=np.float32)
    field = cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(field, 0, 1)


def _scaled(picture: Picture, factor: NDArray[Any]) -> Picture:
    """`picture` times a (height, width) factor, in thousandths to stay in integers."""
    out = cv2.multiply(picture, cv2.merge([factor.astype(np.float32)] * 3), dtype=cv2.CV_8U)
    return np.asarray(out, np.uint8)


def skew(picture: Picture, degrees: float, rng: Rng) -> Picture:
    """Turn by a few degrees on white; the sheet grows so that no print is cut off."""
    h, w = picture.shape[:2]
    sin, cos = abs(np.sin(np.deg2rad(degrees))), np.cos(np.deg2rad(degrees))
    width, height = round(w * cos + h * sin), round(h * cos + w * sin)
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
    matrix[:, 2] += ((width - w) / 2, (height - h) / 2)
    white = (255, 255, 255)
    out = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=white)
    return np.asarray(out, np.uint8)


def gauss(picture: Picture, sigma: float, rng: Rng) -> Picture:
    """Gaussian noise, the same in the three channels."""
    noise = rng.standard_normal(picture.shape[:2], dtype=np.float32) * np.float32(sigma)
    return np.asarray(np.clip(picture + noise[:, :, None], 0, 255), np.uint8)


def salt(picture: Picture, share: float, rng: Rng) -> Picture:
    """Black and white specks, some two pixels wide."""
    out = picture.copy()
    h, w = out.shape[:2]
    count = int(share * h * w)
    for colour, part in ((0, count // 2), (255, count - count // 2)):
        ys, xs = rng.integers(0, h, part), rng.integers(0, w, part)
        out[ys, xs] = colour
        wide = rng.random(part) < 0.3
        out[ys[wide], np.minimum(xs[wide] + 1, w - 1)] = colour
    return out


def blur(picture: Picture, sigma: float, rng: Rng) -> Picture:
    """Out of focus; `sigma` holds at 200 dpi and is scaled to the picture's size."""
    size = sigma * max(picture.shape[:2]) / 2339
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(size, 0.2)), np.uint8)


def jpeg(picture: Picture, quality: float, rng: Rng) -> Picture:
    """Through JPEG and back."""
    _, data = cv2.imencode(".jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.ascontiguousarray(decoded[:, :, ::-1])


def fax(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Black and white by a threshold that wanders, with dropped specks."""
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (0, 0), 0.6)
    field = _smooth_field(rng, grey.shape[:2], 5) * 30 * strength
    noise = rng.standard_normal(grey.shape, dtype=np.float32) * np.float32(22 * strength)
    binary = np.where(grey + noise > 150 + field, 255, 0).astype(np.uint8)
    return np.asarray(cv2.cvtColor(binary, cv2.COLOR_GRAY2RGB), np.uint8)


def shadow(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A soft shadow that falls over one side."""
    h, w = picture.shape[:2]
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.25, 0.25)
    ys, xs = np.mgrid[-1:1:96j, -1:1:96j].astype(np.float32)
    edge = 1 / (1 + np.exp(-(xs * np.cos(angle) + ys * np.sin(angle) - offset) * 4))
    field = cv2.resize((1 - strength * edge).astype(np.float32), (w, h))
    return _scaled(picture, field)


def faded(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Weak toner: ink becomes grey, unevenly."""
    field = 1 - strength * (0.7 + 0.3 * _smooth_field(rng, picture.shape[:2], 6))
    return np.asarray(255 - _scaled(np.asarray(255 - picture, np.uint8), field), np.uint8)


def bleed(picture: Picture, strength: float, rng: Rng) -> Picture:
    """The back of the sheet shows through: the page mirrored, moved, blurred, faint."""
    back = cv2.GaussianBlur(np.ascontiguousarray(picture[:, ::-1]), (0, 0), 2.0)
    back = np.roll(back, (int(rng.integers(20, 90)), int(rng.integers(-40, 40))), axis=(0, 1))
    ghost = 255 - (255 - back.astype(np.float32)) * strength
    return np.asarray(picture * (ghost / 255), np.uint8)


def _desk(rng: Rng, h: int, w: int) -> NDArray[Any]:
    """A desk: a base colour with grain."""
    base = np.array(
        [(92, 66, 44), (128, 98, 66), (58, 60, 64), (150, 142, 130)][rng.integers(0, 4)], np.float32
    )
    grain = cv2.resize(
        rng.standard_normal((h // 3, 24), dtype=np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )
    light = _smooth_field(rng, (h, w), 4)[:, :, None] * 30
    return np.asarray(np.clip(base + grain[:, :, None] * 9 + light, 0, 255), np.float32)


def photo(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A telephone's picture: the sheet in perspective on a desk, tinted, unevenly lit."""
    h, w = picture.shape[:2]
    margin = 0.05 + 0.04 * rng.random()
    height, width = int(h * (1 + 2 * margin)), int(w * (1 + 2 * margin))
    box = np.array([(0, 0), (w, 0), (w, h), (0, h)], np.float32)
    angle = np.deg2rad(rng.uniform(-4, 4) * strength)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]], np.float32)
    centred = (box - box.mean(axis=0)) @ turn.T
    jitter = rng.uniform(-0.045, 0.045, (4, 2)) * strength * np.array([w, h])
    target = centred + jitter + np.array([width / 2, height / 2])
    target = np.clip(target, 6, [width - 6, height - 6]).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(box, target)
    page = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((h, w), 255, np.uint8), matrix, (width, height))
    soft = (cv2.GaussianBlur(mask, (0, 0), 1.2).astype(np.float32) / 255)[:, :, None]
    tint = np.array(
        [1.0, rng.uniform(0.95, 1.0), rng.uniform(0.86, 1.0)], np.float32
    ) * rng.uniform(0.86, 0.97)
    mixed = page * tint * soft + _desk(rng, height, width) * (1 - soft)
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)


OPERATIONS: dict[str, Callable[[Picture, float, Rng], Picture]] = {
    "bleed": bleed,
    "stamp": stamp,
    "pen": pen,
    "faded": faded,
    "skew": skew,
    "photo": photo,
    "blur": blur,
    "shadow": shadow,
    "gauss": gauss,
    "salt": salt,
    "fax": fax,
    "jpeg": jpeg,
}


def degrade(picture: Picture, strengths: dict[str, float], rotation: int, seed: int) -> Picture:
    """Apply `strengths` in physical order (ink, sheet, optics, sensor, coding), then turn.

    rotation: 0, 90, 180 or 270 degrees clockwise.
    """
    out = picture
    for place, (name, op) in enumerate(OPERATIONS.items()):
        if name in strengths:
            out = op(out, strengths[name], np.random.default_rng([seed, place]))
    return np.ascontiguousarray(np.rot90(out, -rotation // 90))

"""What scanners, telephones and desks do to a page, one defect at a time and by its strength.

Every function takes and returns RGB uint8 of shape (height, width, 3); ``rng`` fixes all chance.
They are others than the corpus is made with where those would only show what was tuned on.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import degrade
from benchmarks.corpus.render import Picture

Rng = np.random.Generator


def rotation(picture: Picture, degrees: float, rng: Rng) -> Picture:
    """Turn clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(picture, -int(degrees) // 90))


def skew(picture: Picture, degrees: float, rng: Rng) -> Picture:
    """Turn by up to ``degrees``, one way or the other."""
    return degrade.skew(picture, degrees * (1 if rng.random() < 0.5 else -1), rng)


def shadow(picture: Picture, left: float, rng: Rng) -> Picture:
    """A shadow with a soft edge over a corner, in which ``left`` of the light is left."""
    h, w = picture.shape[:2]
    ys, xs = np.mgrid[-1:1:96j, -1:1:96j].astype(np.float32)
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
    far = xs * np.cos(angle) + ys * np.sin(angle) - offset
    edge = 1 / (1 + np.exp(-far * rng.choice([4.0, 14.0])))
    field = cv2.resize((1 - (1 - left) * edge).astype(np.float32), (w, h))
    return _times(picture, field)


def perspective(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A telephone's view of the sheet on a desk; each corner is off by 6 % at strength 1."""
    return degrade.photo(picture, strength * 1.3, rng)


def fax(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Black and white by a wandering threshold."""
    return degrade.fax(picture, strength, rng)


def coarse_fax(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A fax of standard resolution: half as many lines down as across, then brought to square."""
    h, w = picture.shape[:2]
    flat = cv2.resize(picture, (w, h // 2), interpolation=cv2.INTER_AREA)
    flat = degrade.fax(np.asarray(flat, np.uint8), strength, rng)
    return np.asarray(cv2.resize(flat, (w, h), interpolation=cv2.INTER_NEAREST), np.uint8)


def tinted(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Coloured paper: yellow, pink, green or blue, 1 as strong as copy paper is sold."""
    tints = ((255, 236, 120), (255, 170, 190), (160, 230, 160), (150, 190, 245))
    tint = np.array(tints[int(rng.integers(0, 4))], np.float32)
    return _times(picture, 1 - strength * (1 - tint / 255))


def highlighter(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Bands of highlighter over a fifth of the lines."""
    out = picture.copy()
    h, w = out.shape[:2]
    inks = ((240, 250, 60), (255, 140, 200), (120, 240, 130), (255, 180, 70))
    for _ in range(10):
        y, x = int(h * rng.uniform(0.15, 0.8)), int(w * rng.uniform(0.05, 0.5))
        part = out[y : y + h // 70, x : x + int(w * rng.uniform(0.1, 0.45))]
        ink = np.array(inks[int(rng.integers(0, 4))], np.float32) / 255
        part[:] = part * (1 - strength * (1 - ink))
    return out


def dotted(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A security pattern of small dots behind the print, as dark as ``strength``."""
    h, w = picture.shape[:2]
    step = max(5, w // 220)
    tile = np.zeros((step, step), np.float32)
    tile[: max(2, step // 3), : max(2, step // 3)] = 1
    field = np.tile(tile, (h // step + 1, w // step + 1))[:h, :w]
    return _times(picture, 1 - strength * field)


def punched(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Two holes at the left edge, dark as the scanner's lid; ``strength`` how far they come in."""
    out = picture.copy()
    h, w = out.shape[:2]
    for y in (0.38, 0.62):
        cv2.circle(out, (int(w * (0.02 + 0.05 * strength)), int(h * y)), w // 70, (25, 25, 25), -1)
    return out


def creased(picture: Picture, strength: float, rng: Rng) -> Picture:
    """Folds across and down: a bright and a dark flank, the sheet bent a little at each."""
    h, w = picture.shape[:2]
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    light = np.ones((h, w), np.float32)
    down = np.zeros((h, w), np.float32)
    for fold in (0.33, 0.66):
        far = (ys - h * fold - 0.02 * (xs - w / 2)) / (0.012 * h)
        light += strength * 0.35 * far * np.exp(-(far**2))
        down += strength * 0.0025 * h * np.tanh(far)
    far = (xs - w / 2) / (0.01 * w)
    light += strength * 0.3 * far * np.exp(-(far**2))
    bent = cv2.remap(picture, xs, ys + down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _times(np.asarray(bent, np.uint8), np.clip(light, 0.3, 1.15))


def curled(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A page that bulges: lines rise and fall by ``strength`` per cent of the height."""
    h, w = picture.shape[:2]
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    wave = strength / 100 * h * np.sin(np.pi * xs / w + rng.uniform(-0.5, 0.5))
    bent = cv2.remap(
        picture, xs, ys + wave.astype(np.float32), cv2.INTER_LINEAR, borderValue=(255, 255, 255)
    )
    return np.asarray(bent, np.uint8)


def motion(picture: Picture, length: float, rng: Rng) -> Picture:
    """Shaken while taken: smeared over ``length`` pixels along a direction of chance."""
    size = int(length) | 1
    kernel = np.zeros((size, size), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = size // 2
    for t in np.linspace(-reach, reach, 4 * size):
        kernel[round(reach + t * np.sin(angle)), round(reach + t * np.cos(angle))] = 1
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def black_edges(picture: Picture, strength: float, rng: Rng) -> Picture:
    """A copier's black margins, up to ``strength`` per cent of the width on each side."""
    h, w = picture.shape[:2]
    out = picture.copy()
    for side in range(4):
        ends = rng.uniform(0, strength / 100 * w, 2)
        first, last = (0, h) if side % 2 else (0, w)
        along = np.linspace(ends[0], ends[1], last - first)
        line = np.stack([np.arange(first, last), along], axis=1)
        shape = np.concatenate([line, [[last, -1], [first, -1]]])
        if side % 2:
            shape = shape[:, ::-1]
        if side == 2:
            shape = shape * [1, -1] + [0, h]
        if side == 3:
            shape = shape * [-1, 1] + [w, 0]
        cv2.fillPoly(out, [shape.astype(np.int32)], (18, 18, 18))
    return out


def _times(picture: Picture, factor: NDArray[np.floating[Any]]) -> Picture:
    field = factor if factor.ndim == 3 or factor.shape == (3,) else factor[:, :, None]
    return np.asarray(np.clip(picture * field, 0, 255), np.uint8)

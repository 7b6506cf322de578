"""Stamps and pen strokes over the print."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]
_INKS = ((190, 30, 50), (40, 60, 170), (150, 30, 120))
_RINGS = (
    "MEDICAL LABORATORY",
    "CLINIQUE * PHNOM PENH",
    "RADIOLOGY DEPARTMENT",
    "KINGDOM OF CAMBODIA",
)
_MIDDLES = ("LABO", "PAID", "OK", "Dr.")


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype("DejaVuSans-Bold.ttf", size)


def _ring_text(canvas: Image.Image, text: str, radius: float, size: int) -> None:
    """Letters around the middle of `canvas` (mode L, white on black)."""
    middle = canvas.width / 2
    for i, letter in enumerate(text):
        angle = 360 * i / len(text)
        tile = Image.new("L", (size * 2, size * 2))
        ImageDraw.Draw(tile).text((size, size), letter, 255, _font(size), anchor="mm")
        tile = tile.rotate(-angle, Image.Resampling.BICUBIC)
        x = middle + radius * np.sin(np.deg2rad(angle)) - size
        y = middle - radius * np.cos(np.deg2rad(angle)) - size
        canvas.paste(255, (round(float(x)), round(float(y))), tile)


def _round_stamp(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """A round stamp's coverage, float32 0-1, uneven as ink is."""
    canvas = Image.new("L", (side, side))
    draw = ImageDraw.Draw(canvas)
    for radius, width in ((0.49, 5), (0.33, 3)):
        edge = side * (0.5 - radius)
        draw.ellipse(
            (edge, edge, side - edge, side - edge), outline=255, width=max(2, side * width // 300)
        )
    _ring_text(canvas, f"{rng.choice(_RINGS)} ", side * 0.41, max(8, side // 13))
    draw.text(
        (side / 2, side / 2), str(rng.choice(_MIDDLES)), 255, _font(max(10, side // 7)), anchor="mm"
    )
    turned = np.asarray(canvas.rotate(float(rng.uniform(-30, 30))), np.float32) / 255
    patchy = cv2.resize(
        rng.random((9, 9), dtype=np.float32), (side, side), interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(turned * (0.45 + 0.5 * np.clip(patchy, 0, 1)), np.float32)


def _ink(
    picture: Picture, cover: NDArray[np.float32], y: int, x: int, colour: tuple[int, int, int]
) -> None:
    h, w = cover.shape
    part = picture[y : y + h, x : x + w]
    cover = cover[: part.shape[0], : part.shape[1], None]
    tone = np.array(colour, np.float32) / 255
    part[:] = part * (1 - cover * (1 - tone))


def stamp(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """One coloured round stamp over the print or below it, as over a signature."""
    out = picture.copy()
    h, w = out.shape[:2]
    side = int(w * rng.uniform(0.16, 0.24))
    y = int(h * rng.uniform(0.28, 0.62))
    x = int(w * rng.uniform(0.45, 0.7)) if rng.random() < 0.75 else int(w * rng.uniform(0.05, 0.4))
    cover = _round_stamp(rng, side) * np.float32(strength)
    _ink(out, cover, y, x, _INKS[int(rng.integers(0, len(_INKS)))])
    return out


def _curve(
    rng: np.random.Generator, start: np.ndarray, step: float, count: int
) -> NDArray[np.int32]:
    """A smooth wandering line, as of a signature."""
    turns = np.cumsum(rng.normal(0, 1.1, count))
    moves = np.stack([np.cos(turns) * step + step * 0.55, np.sin(turns) * step], axis=1)
    points = start + np.cumsum(moves, axis=0)
    dense = np.linspace(0, count - 1, count * 8)
    kernel = np.ones(9) / 9
    smooth = [
        np.convolve(np.interp(dense, np.arange(count), points[:, k]), kernel, "valid")
        for k in (0, 1)
    ]
    return np.stack(smooth, axis=1).astype(np.int32)


def pen(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """Handwriting-like strokes: a signature, ticks or rings near and over the print."""
    h, w = picture.shape[:2]
    cover = np.zeros((h, w), np.float32)
    width = max(2, w // 520)
    for _ in range(1 + round(3 * strength)):
        start = np.array([w * rng.uniform(0.1, 0.8), h * rng.uniform(0.12, 0.62)])
        if rng.random() < 0.3:
            axes = (int(w * rng.uniform(0.03, 0.07)), int(h * rng.uniform(0.010, 0.018)))
            cv2.ellipse(
                cover,
                start.astype(int).tolist(),
                axes,
                float(rng.uniform(-15, 15)),
                0,
                350,
                0.85,
                width,
                cv2.LINE_AA,
            )
        else:
            line = _curve(rng, start, w * 0.008, int(rng.integers(8, 22)))
            cv2.polylines(cover, [line.reshape(-1, 1, 2)], False, 0.85, width, cv2.LINE_AA)
    out = picture.copy()
    _ink(out, cover, 0, 0, (30, 40, 140) if rng.random() < 0.7 else (25, 25, 30))
    return out

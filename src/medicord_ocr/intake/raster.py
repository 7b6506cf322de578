"""From Pillow's picture to our raster: grey or BGR, 8 bits, opaque, square pixels, upright."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from medicord_ocr.intake.source import Raster

#: Rows converted at a time, so that no copy of the whole picture is made on the way.
_STRIP = 256


def as_raster(image: Image.Image, *, grey: bool) -> Raster:
    """The pixels of a decoded picture of any of Pillow's modes.

    Deep grey (16 or 32 bits, floating point) is scaled to 8 bits by the bits that it uses,
    transparency goes over white, CMYK and palettes become colours.

    Args:
        image: decoded.
        grey: whether colour is to be dropped.

    Returns:
        (H, W) where the picture is grey, else (H, W, 3) BGR.
    """
    width, height = image.size
    deep = image.mode.startswith(("I", "F"))
    grey = grey or deep or image.mode in ("1", "L", "LAB")
    levels = _levels(image) if deep else (0.0, 1.0)
    raster = np.empty((height, width) if grey else (height, width, 3), np.uint8)
    for top in range(0, height, _STRIP):
        strip = image.crop((0, top, width, min(top + _STRIP, height)))
        rows = raster[top : top + _STRIP]
        if deep:
            rows[...] = _shallow(strip, levels)
        elif grey:
            rows[...] = np.asarray(_opaque(strip, "L"))
        else:
            rows[...] = np.asarray(_opaque(strip, "RGB"))[..., ::-1]
    return raster


def _opaque(strip: Image.Image, mode: str) -> Image.Image:
    if strip.mode == "LAB":
        return strip.getchannel(0)
    if strip.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in strip.info:
        # The premultiplied modes convert to none but their own plain ones.
        strip = strip.convert({"RGBa": "RGBA", "La": "LA"}.get(strip.mode, strip.mode))
        strip = strip.convert("RGBA")
        paper = Image.new("RGBA", strip.size, "white")
        strip = Image.alpha_composite(paper, strip)
    return strip.convert(mode)


def _levels(image: Image.Image) -> tuple[float, float]:
    """Black level and the value of full white of deep grey."""
    values = [float(v) for v in np.ravel(image.getextrema()) if np.isfinite(v)]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if image.mode == "F":
        return low, max(high, low + 1e-9)
    # 12-bit scanners fill 12 of 16 bits: white is the top of the bits in use, not of the type.
    return 0.0, float(2 ** max(8, int(max(high, 0.0)).bit_length()) - 1)


def _shallow(strip: Image.Image, levels: tuple[float, float]) -> Raster:
    low, high = levels
    values = np.nan_to_num(np.asarray(strip).astype(np.float32), posinf=high, neginf=low)
    scaled: Raster = np.clip((values - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8)
    return scaled


def stretched(raster: Raster, factors: tuple[float, float]) -> Raster:
    """The raster with its width and height multiplied by the factors, smoothly."""
    if factors == (1.0, 1.0):
        return raster
    height, width = raster.shape[:2]
    size = (round(width * factors[0]), round(height * factors[1]))
    return np.asarray(cv2.resize(raster, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def upright(raster: Raster, orientation: int) -> Raster:
    """The raster turned and mirrored as EXIF orientation 1-8 tells (Exif 2.32, tag 274)."""
    if orientation in (2, 4):
        raster = raster[:, ::-1] if orientation == 2 else raster[::-1]
    elif orientation == 3:
        raster = raster[::-1, ::-1]
    elif orientation >= 5:
        raster = raster.swapaxes(0, 1)
        flip = {5: (1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}[orientation]
        raster = raster[:: flip[0], :: flip[1]]
    return np.ascontiguousarray(raster)

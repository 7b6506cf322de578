"""Cuttings of pages, to be looked at beside what was read there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from medicord_ocr.errors import MedicordError
from medicord_ocr.intake import open_document
from medicord_ocr.intake.source import Raster
from medicord_ocr.options import Options

#: What is shown around a box, in its heights: to both sides, above and below. A line of print has
#: its neighbours in sight.
_BESIDE, _ABOVE = 6.0, 0.8
#: Largest cutting in pixels, and its JPEG quality: a line of print is about 8 kB.
_WIDTH, _HEIGHT, _QUALITY = 720, 360, 72
#: Most pixels that are taken from a page at a time, before they are made smaller.
_PIXELS = 8e6
_FRAME = (40, 90, 235)


@dataclass(frozen=True, slots=True)
class Place:
    """Where on a document a field stands.

    Attributes:
        page: number in the file, counted from 1.
        box: x0, y0, x1, y1 in pixels of the upright page.
        to_source: from there to the page's picture, as ``quality`` tells it; None where they are
            the same.
    """

    page: int
    box: tuple[int, int, int, int]
    to_source: tuple[float, ...] | None


def cut_out(path: Path, options: Options, places: Sequence[Place]) -> list[bytes | None]:
    """Cuttings of one document, upright, with a frame around each box.

    Args:
        path: of the document.
        options: limits and password, as it was read with.
        places: what to cut out; pages are decoded once each if they come in order.

    Returns:
        JPEG each, None where its page cannot be shown any more.
    """
    return list(_cuttings(path, options, places))


def _cuttings(path: Path, options: Options, places: Sequence[Place]) -> Iterator[bytes | None]:
    try:
        with open_document(path, options, name=path.name) as document:
            shown, picture = 0, None
            for place in places:
                if place.page != shown:
                    shown, picture = place.page, None
                    if place.page in document.numbers:
                        picture = document.read(place.page).render()
                yield None if picture is None else _cutting(picture, place)
    except MedicordError:
        return


def _cutting(picture: Raster, place: Place) -> bytes:
    x0, y0, x1, y1 = place.box
    high = max(1, min(y1 - y0, x1 - x0))
    left, top = x0 - _BESIDE * high, y0 - _ABOVE * high
    width, height = x1 + _BESIDE * high - left, y1 + _ABOVE * high - top
    fine = min(1.0, math.sqrt(_PIXELS / (width * height)))
    cut = np.array([[1 / fine, 0, left], [0, 1 / fine, top], [0, 0, 1]])
    back = np.eye(3) if place.to_source is None else np.reshape(place.to_source, (3, 3))
    shown = cv2.warpPerspective(
        picture,
        back @ cut,
        (max(1, round(width * fine)), max(1, round(height * fine))),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    scale = min(1.0, _WIDTH / width, _HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shown = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
    if shown.ndim == 2:
        shown = cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR)
    corners = ((np.array([[x0, y0], [x1, y1]]) - (left, top)) * scale).round().astype(int)
    (a, b), (c, d) = corners.tolist()
    cv2.rectangle(shown, (a - 2, b - 2), (c + 2, d + 2), _FRAME, 1, cv2.LINE_AA)
    _, data = cv2.imencode(".jpg", shown, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return data.tobytes()

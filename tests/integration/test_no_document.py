"""Pictures that are no documents: said so, and nothing is made of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medicord_ocr.options import Options
from medicord_ocr.pipeline import extract
from medicord_ocr.schema import Document

Picture = NDArray[np.uint8]
SHARED = Path(__file__).parents[3] / "shared"
SHAPE = (1400, 1000, 3)


def blank() -> Picture:
    return np.full(SHAPE, 250, np.uint8)


def noise() -> Picture:
    return np.random.default_rng(1).integers(0, 256, SHAPE).astype(np.uint8)


def floor() -> Picture:
    rng = np.random.default_rng(2)
    boards = np.full(SHAPE, (90, 120, 150), np.float32)
    for y in range(0, SHAPE[0], 200):
        boards[y : y + 200] *= rng.uniform(0.7, 1.1)
        boards[y : y + 4] *= 0.4
        for x in range(int(rng.integers(0, 400)), SHAPE[1], 500):
            boards[y : y + 200, x : x + 4] *= 0.4
    grain = cv2.blur(rng.normal(0, 60, SHAPE[:2]), (61, 3))
    return np.clip(boards + grain[..., None], 0, 255).astype(np.uint8)


def portrait() -> Picture:
    picture = np.full(SHAPE, (180, 160, 140), np.uint8)
    cv2.ellipse(picture, (500, 1300), (420, 400), 0, 0, 360, (60, 40, 40), -1)
    cv2.ellipse(picture, (500, 600), (260, 340), 0, 0, 360, (150, 180, 220), -1)
    for x in (400, 600):
        cv2.ellipse(picture, (x, 560), (45, 22), 0, 0, 360, (255, 255, 255), -1)
        cv2.circle(picture, (x, 560), 20, (40, 30, 20), -1)
    cv2.ellipse(picture, (500, 780), (100, 28), 0, 0, 180, (60, 60, 160), -1)
    return cv2.GaussianBlur(picture, (0, 0), 3)  # type: ignore[return-value]


def said(document: Document, *codes: str) -> None:
    categories = document.categories
    assert not categories.lab_results
    assert not categories.prescriptions
    assert not categories.imaging
    assert not categories.other
    assert [warning.code for warning in document.warnings] in [[code] for code in codes]


@pytest.mark.parametrize("picture", [blank, floor, portrait])
def test_what_is_no_document_is_said_to_have_no_text(picture: Callable[[], Picture]) -> None:
    _, data = cv2.imencode(".png", picture())
    said(extract(data.tobytes(), Options(), name="picture"), "no_text")


def test_noise_is_said_to_be_no_document() -> None:
    # Here and there a reader sees a letter in it, and is unsure of it.
    _, data = cv2.imencode(".png", noise())
    said(extract(data.tobytes(), Options(), name="picture"), "no_text", "illegible")


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
@pytest.mark.parametrize(
    "name", ["documents/ekyc_scene_text_1.png", "badinput/ocrmypdf/baiona.png"]
)
def test_photographs_of_other_things_are_said_to_be_illegible(name: str) -> None:
    said(extract(SHARED / name, Options()), "illegible")

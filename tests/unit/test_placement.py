"""The way from the upright page back to the picture, by laying the one on the other."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medicord_ocr.options import Options
from medicord_ocr.placement import moved
from medicord_ocr.preprocess import deskew, half_turn, prepare, turn
from tests.pictures import paragraph

Picture = NDArray[np.uint8]


def photographed(page: Picture) -> Picture:
    height, width = page.shape
    corners = np.array([[180, 120], [1700, 220], [1820, 1560], [90, 1480]], np.float32)
    whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(whole, corners)
    desk = np.full((1700, 2000), 60, np.uint8)
    sheet = cv2.warpPerspective(page, matrix, (2000, 1700), borderValue=60)
    return np.where(sheet == 60, desk, sheet).astype(np.uint8)


@pytest.mark.parametrize(
    "made",
    [
        lambda page: page,
        lambda page: deskew(page, -3.3),
        lambda page: turn(page, 90),
        lambda page: turn(deskew(page, 2.0), 270),
        lambda page: cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda page: cv2.resize(page, None, fx=3.0, fy=2.9, interpolation=cv2.INTER_CUBIC),
        photographed,
        lambda page: turn(photographed(page), 90),
    ],
)
@pytest.mark.parametrize("upside_down", [False, True])
def test_the_page_laid_back_covers_its_picture(
    made: Callable[[Picture], Picture], upside_down: bool
) -> None:
    picture = made(paragraph())
    page = prepare(picture, None, Options())
    if upside_down:
        page = half_turn(page)
    assert page.quality.source_size == (picture.shape[1], picture.shape[0])
    middle = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])  # OpenCV counts from pixels' middles
    matrix = np.reshape(page.quality.to_source or np.eye(3).ravel(), (3, 3))
    matrix = middle @ matrix @ np.linalg.inv(middle)
    back = cv2.warpPerspective(page.image, matrix, page.quality.source_size, borderValue=255)
    ink, laid = (cv2.GaussianBlur(p, (0, 0), 1.5) < 190 for p in (picture, back))
    text = np.zeros((1400, 1800), np.uint8)
    text[100:1250, 100:1700] = 255
    inside = made(text) > 200
    both = np.count_nonzero(ink & laid & inside)
    assert both > 0.9 * max(np.count_nonzero(ink & inside), np.count_nonzero(laid & inside))


def test_points_stay_where_no_way_back_is_known() -> None:
    assert moved(None, [(3.0, 4.0)]).tolist() == [[3.0, 4.0]]


def test_points_are_moved_in_perspective() -> None:
    assert moved((2, 0, 1, 0, 2, 0, 0, 0.5, 1), [(1.0, 2.0)]).tolist() == [[1.5, 2.0]]

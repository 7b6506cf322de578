from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from medicord_ocr import preprocess
from medicord_ocr.ink import components, contrast
from medicord_ocr.options import STAGES, Options
from medicord_ocr.outline import find_page, undo_perspective
from tests.pictures import blank, paragraph, write


@pytest.mark.parametrize("angle", [-12.0, -3.3, -0.5, 0.5, 2.0, 7.7, 14.0])
def test_skew_is_found_to_within_a_fifth_of_a_degree(angle: float) -> None:
    tilted = preprocess.deskew(paragraph(), -angle)
    assert preprocess.skew(tilted) == pytest.approx(angle, abs=0.2)


def test_straight_page_is_left_as_it_is() -> None:
    page = paragraph()
    prepared = preprocess.prepare(page, 300, Options())
    assert prepared.quality.skew == 0.0
    assert prepared.quality.rotation == 0
    assert prepared.image is page


@pytest.mark.parametrize("degrees", [90, 270])
def test_page_on_its_side_is_recognised(degrees: int) -> None:
    assert preprocess.lies_on_its_side(preprocess.turn(paragraph(), degrees))


@pytest.mark.parametrize("degrees", [0, 90])
def test_lines_drawn_with_equals_signs_do_not_turn_a_page(degrees: int) -> None:
    page = paragraph(6)
    for top in range(700, 1380, 60):
        for left in range(100, 1700, 20):
            page[[top, top + 1, top + 6, top + 7], left : left + 14] = 0
    turned = preprocess.turn(page, degrees) if degrees else page
    assert preprocess.lies_on_its_side(turned) is (degrees == 90)


def test_upright_page_is_not_turned() -> None:
    assert not preprocess.lies_on_its_side(paragraph())


def test_blank_page_has_no_x_height_and_no_skew() -> None:
    white = np.full((1000, 800), 255, np.uint8)
    prepared = preprocess.prepare(white, None, Options())
    assert prepared.quality.x_height is None
    assert prepared.quality.skew == 0.0


def test_shading_is_divided_out_until_the_paper_is_even() -> None:
    page = paragraph().astype(np.float32)
    page *= np.linspace(0.4, 1.0, page.shape[1], dtype=np.float32)
    dark = page.astype(np.uint8)
    assert preprocess.shading(dark) > preprocess.SHADING_LEAST
    assert preprocess.shading(preprocess.even_out(dark)) < preprocess.SHADING_LEAST / 2


def test_a_bar_of_several_lines_of_headings_is_no_paper_in_shadow() -> None:
    page = paragraph().astype(np.float32)
    page[200:360, 100:-100] = 100
    page *= np.linspace(0.7, 1.0, page.shape[1], dtype=np.float32)
    even = preprocess.even_out(page.astype(np.uint8))
    assert preprocess.levels(even[220:340, 150:-150], 0.5)[0] < 160


def test_specks_are_counted_on_noise_and_not_on_print() -> None:
    page = paragraph()
    clean, _ = preprocess.measure_noise(page)
    rng = np.random.default_rng(1)
    speckled = page.copy()
    speckled[rng.random(page.shape) < 0.01] = 0
    noisy, _ = preprocess.measure_noise(speckled)
    assert clean < preprocess.SPECKS_LEAST < noisy
    after, _ = preprocess.measure_noise(preprocess.denoise(speckled, noisy, 0.0))
    assert after < noisy / 10


@pytest.mark.parametrize("grey", [0, 1, 255])
@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 50), (50, 1), (2, 2), (3000, 1), (40, 30), (400, 300)]
)
def test_a_picture_without_anything_on_it_is_no_fault(shape: tuple[int, int], grey: int) -> None:
    """All black comes of a lid closed on nothing; one pixel wide comes of whoever tries."""
    prepared = preprocess.prepare(np.full(shape, grey, np.uint8), None, Options())
    assert min(prepared.image.shape) >= 1


def test_small_print_is_scaled_up_and_large_print_down() -> None:
    page = paragraph()
    height = preprocess.x_height(page)
    assert height is not None
    for factor in (0.4, 2.5):
        scaled = cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        prepared = preprocess.prepare(scaled, None, Options())
        assert prepared.quality.x_height == pytest.approx(height * factor, rel=0.2)
        made = preprocess.x_height(prepared.image)
        assert made == pytest.approx(preprocess.X_HEIGHT_TARGET, rel=0.25)


def test_dashes_of_rulings_are_no_letters() -> None:
    page = paragraph()
    height = preprocess.x_height(page)
    for y in range(20, page.shape[0] - 10, 40):
        for x in range(10, page.shape[1] - 10, 16):
            cv2.rectangle(page, (x, y), (x + 9, y + 5), 0, -1)
    assert preprocess.x_height(page) == pytest.approx(height, rel=0.1)


def test_sheet_on_a_dark_desk_is_found_and_squared() -> None:
    desk = np.full((1600, 1400), 70, np.uint8)
    corners = np.array([[180, 150], [1230, 220], [1290, 1500], [110, 1430]], np.float32)
    sheet = cv2.resize(paragraph(), (1000, 1300))
    matrix = cv2.getPerspectiveTransform(
        np.array([[0, 0], [1000, 0], [1000, 1300], [0, 1300]], np.float32), corners
    )
    inside = cv2.warpPerspective(np.full_like(sheet, 255), matrix, (1400, 1600))
    photo = np.where(inside > 0, cv2.warpPerspective(sheet, matrix, (1400, 1600)), desk)
    found = find_page(photo)
    assert found is not None
    assert np.abs(found - corners).max() < 0.01 * max(photo.shape)
    flat = undo_perspective(photo, found)
    assert abs(preprocess.skew(flat)) < 0.3


@pytest.mark.parametrize("left", [0.7, 0.5, 0.3])
@pytest.mark.parametrize("sharp", [4.0, 14.0, 60.0])
def test_the_edge_of_a_shadow_is_no_edge_of_the_sheet(left: float, sharp: float) -> None:
    page = paragraph().astype(np.float32)
    ys, xs = np.mgrid[-1 : 1 : page.shape[0] * 1j, -1 : 1 : page.shape[1] * 1j]
    for turn in (0.0, 0.4, 1.6, 2.8):
        far = xs * np.cos(turn) + ys * np.sin(turn) + 0.1
        light = 1 - (1 - left) / (1 + np.exp(-sharp * far))
        shaded = (page * light).astype(np.uint8)
        found = find_page(shaded)
        assert found is None, (turn, found)


def test_sheet_on_a_grained_desk_as_grey_as_a_shadow_is_found() -> None:
    """The grain of the ground looks like print that goes on beyond the sheet."""
    rng = np.random.default_rng(4)
    grain = cv2.blur(rng.normal(0, 60, (1600, 1400)), (25, 3))
    desk = np.clip(120 + grain, 0, 255).astype(np.uint8)
    desk[rng.random(desk.shape) < 0.0005] = 40
    desk = cv2.erode(desk, np.ones((3, 9), np.uint8))
    desk[150:1450, 200:1200] = cv2.resize(paragraph(), (1000, 1300))
    found = find_page(desk)
    assert found == pytest.approx(
        np.array([[200, 150], [1200, 150], [1200, 1450], [200, 1450]]), abs=20
    )


def test_sheet_that_runs_out_of_the_picture_is_found() -> None:
    desk = np.full((1600, 1400, 3), (60, 80, 110), np.uint8)
    desk[0:1500, 120:1320] = cv2.cvtColor(cv2.resize(paragraph(), (1200, 1500)), cv2.COLOR_GRAY2BGR)
    found = find_page(desk)
    assert found is not None
    assert found == pytest.approx(
        np.array([[120, 0], [1320, 0], [1320, 1500], [120, 1500]]), abs=20
    )


def _desk() -> NDArray[np.uint8]:
    return np.full((1600, 1400, 3), (60, 80, 110), np.uint8)


def _colour(width: int, height: int) -> NDArray[np.uint8]:
    sheet = cv2.cvtColor(cv2.resize(paragraph(), (width, height)), cv2.COLOR_GRAY2BGR)
    return np.asarray(sheet, np.uint8)


def test_the_bowed_edges_of_a_curled_sheet_are_within_its_outline() -> None:
    desk, sheet = _desk(), _colour(1000, 1200)
    for x in range(1000):
        rise = round(45 * np.sin(np.pi * x / 1000))
        desk[200 - rise : 1400 - rise, 200 + x] = sheet[:, x]
    found = find_page(desk)
    assert found is not None
    assert found[:2, 1] == pytest.approx([155, 155], abs=20)
    assert found[2:, 1] == pytest.approx([1400, 1400], abs=20)
    assert found[:, 0] == pytest.approx([200, 1200, 1200, 200], abs=20)


def _laid(corners: NDArray[np.float32], ground: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A sheet on a ground of 1400 × 1600 pixels."""
    flat = np.array([[0, 0], [1000, 0], [1000, 1300], [0, 1300]], np.float32)
    matrix, sheet = cv2.getPerspectiveTransform(flat, corners), _colour(1000, 1300)
    inside = cv2.warpPerspective(np.full_like(sheet, 255), matrix, (1400, 1600))
    return np.where(inside > 0, cv2.warpPerspective(sheet, matrix, (1400, 1600)), ground)


def test_a_corner_that_the_picture_cuts_off_is_found_outside_of_it() -> None:
    corners = np.array([[-120, 180], [890, 130], [950, 1440], [60, 1490]], np.float32)
    found = find_page(_laid(corners, _desk()))
    assert found is not None
    assert np.abs(found - corners)[1:].max() < 20
    assert found[0, 0] < -60


def test_sheet_in_dim_light_is_found() -> None:
    corners = np.array([[200, 150], [1200, 150], [1200, 1450], [200, 1450]], np.float32)
    found = find_page((_laid(corners, np.full_like(_desk(), 215)) * 0.25).astype(np.uint8))
    assert found == pytest.approx(corners, abs=20)


def test_squares_of_a_cloth_that_run_into_the_sheet_are_no_part_of_it() -> None:
    ys, xs = np.mgrid[:1600, :1400]
    squares = ((xs // 40 + ys // 40) % 2)[..., None]
    cloth = np.where(squares, (225, 228, 232), (60, 60, 190)).astype(np.uint8)
    corners = np.array([[180, 130], [1150, 290], [1200, 1750], [100, 1750]], np.float32)
    light = np.linspace(0.6, 1.0, 1400)[:, None]
    found = find_page(cv2.GaussianBlur((_laid(corners, cloth) * light).astype(np.uint8), (0, 0), 2))
    assert found is not None
    assert np.abs(found - corners)[:2].max() < 40


def test_scanned_page_without_a_ground_has_no_outline() -> None:
    assert find_page(paragraph()) is None


@pytest.mark.parametrize("stage", STAGES)
def test_a_forbidden_stage_never_runs(stage: str) -> None:
    rng = np.random.default_rng(2)
    page = preprocess.deskew(paragraph(), 4.0)
    page[rng.random(page.shape) < 0.02] = 0
    prepared = preprocess.prepare(page, None, Options(forbidden=frozenset({stage})))
    assert stage not in prepared.quality.stages


@pytest.mark.parametrize("stage", ["shading", "denoise", "clahe", "threshold"])
def test_a_forced_stage_runs_on_a_page_that_does_not_need_it(stage: str) -> None:
    prepared = preprocess.prepare(paragraph(), 300, Options(forced=frozenset({stage})))
    assert stage in prepared.quality.stages


def test_every_stage_that_ran_is_traced_in_order() -> None:
    seen: list[str] = []
    page = preprocess.deskew(paragraph(), 3.0)
    prepared = preprocess.prepare(page, None, Options(), trace=lambda name, _: seen.append(name))
    assert tuple(seen) == prepared.quality.stages
    assert "deskew" in seen


def test_a_mask_without_ink_has_the_background_alone_as_for_opencv() -> None:
    empty = np.zeros((40, 30), np.uint8)
    count, labels, stats, _ = components(empty)
    expected, _, known, _ = cv2.connectedComponentsWithStats(empty)
    assert (count, stats.tolist()) == (expected, known.tolist())
    assert labels.shape == empty.shape
    assert not labels.any()


def test_grain_of_a_sheet_with_three_lines_is_no_ink() -> None:
    sheet = blank(2339, 1654)
    for line in range(3):
        sheet = write(sheet, "Name SOK Dara 34 years", 120, 120 + 80 * line)
    grain = np.random.default_rng(1).normal(-15, 4, sheet.shape)
    grained = np.clip(sheet + grain, 0, 255).astype(np.uint8)
    # The darkest percent of this sheet is grain, 10 levels from the paper; the letters are black.
    assert contrast(grained) > 200

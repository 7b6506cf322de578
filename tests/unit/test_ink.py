"""What of a text layer shows on the page."""

from __future__ import annotations

import numpy as np

from medicord_ocr.intake.ink import shows
from medicord_ocr.page import Box


def test_narrow_sign_shows_that_is_drawn_a_pixel_beside_its_place() -> None:
    page = np.full((20, 20), 255, np.uint8)
    page[8, 10] = page[12, 10] = 0
    assert shows(page, Box(8, 6, 9, 14))
    assert not shows(page, Box(5, 6, 6, 14))
    assert not shows(page, Box(4, 6, 9, 14))

"""Pictures of text with known content, for tests of layout and of the readers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Gray = NDArray[np.uint8]

#: 10.5 point at 300 dpi with Pillow's own scalable font, which needs no font package.
SIZE = 44


def blank(width: int = 1600, height: int = 1200) -> Gray:
    """White paper."""
    return np.full((height, width), 255, np.uint8)


def write(picture: Gray, text: str, x: int, y: int, size: int = SIZE) -> Gray:
    """The picture with a line of text, its top left corner at x, y."""
    image = Image.fromarray(picture)
    ImageDraw.Draw(image).text((x, y), text, fill=0, font=ImageFont.load_default(size))
    return np.asarray(image).copy()


def ruled_table(
    rows: list[list[str]],
    *,
    left: int = 100,
    top: int = 120,
    column: int = 330,
    line: int = 90,
    thickness: int = 3,
    picture: Gray | None = None,
) -> Gray:
    """A fully ruled table, one text a cell."""
    columns = len(rows[0])
    page = blank() if picture is None else picture
    right, bottom = left + columns * column, top + len(rows) * line
    for i in range(len(rows) + 1):
        cv2.line(page, (left, top + i * line), (right, top + i * line), 0, thickness)
    for j in range(columns + 1):
        cv2.line(page, (left + j * column, top), (left + j * column, bottom), 0, thickness)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            page = write(page, text, left + j * column + 20, top + i * line + 20)
    return page


LAB_ROWS = [
    ["Test", "Result", "Unit", "Range"],
    ["Glucose", "11.8", "mmol/L", "3.9-5.6"],
    ["Creatinine", "88", "umol/L", "62-106"],
    ["Sodium", "138", "mmol/L", "135-145"],
    ["ALT", "45", "U/L", "7-41"],
    ["Hemoglobin", "13.2", "g/dL", "13.0-17.0"],
]


def paragraph(lines: int = 14) -> Gray:
    """A page of prose, long enough to measure skew and direction on."""
    page = blank(1800, 1400)
    words = "The patient was seen today with fever and cough for three days".split()
    for i in range(lines):
        start = i % 5
        text = " ".join((words * 2)[start : start + 9])
        page = write(page, text, 120, 120 + i * 80)
    return page

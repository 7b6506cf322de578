"""Pictures of what each stage made of a page, so that a person sees why a page failed.

They are pictures of patient data: files are 0600 in a folder that is 0700.
"""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import OutputError
from medicord_ocr.layout import Layout
from medicord_ocr.page import Row
from medicord_ocr.preprocess import Trace

Picture = NDArray[np.uint8]

_CELL, _FREE, _IN_CELL, _ORDER, _RULING = (
    (255, 200, 0),
    (0, 0, 255),
    (0, 160, 0),
    (200, 0, 200),
    (0, 140, 255),
)


def tracer(folder: Path, page: int) -> Trace:
    """A function that writes each stage's picture as ``pNNN-NN-stage.png`` into a folder.

    Args:
        folder: made when it is not there, and private to the user then and where it is empty;
            one that holds other things keeps its mode, and the pictures alone are private.
        page: page number counted from 1.

    Raises:
        OutputError: when the folder or a picture cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not any(folder.iterdir()):
            folder.chmod(0o700)
    except OSError as error:
        raise _not_writable(folder) from error
    count = 0

    def write(stage: str, picture: Picture) -> None:
        nonlocal count
        count += 1
        path = folder / f"p{page:03}-{count:02}-{stage}.png"
        ok, data = cv2.imencode(".png", picture)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data.tobytes() if ok else b"")
        except OSError as error:
            raise _not_writable(path) from error

    return write


def _not_writable(path: Path) -> OutputError:
    return OutputError(
        "the pictures of the stages cannot be written",
        hint="Choose another folder with --debug-dir",
        source=str(path),
    )


def drawn(layout: Layout, rows: tuple[Row, ...] = ()) -> Picture:
    """The page with its geometry drawn on it.

    Cells blue, text in cells green, other text red, rulings that were taken out orange; with
    rows, their order as numbers and their segments in violet.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    picture = cv2.cvtColor(layout.clean, cv2.COLOR_GRAY2BGR)
    picture[layout.rulings.mask > 0] = _RULING
    thick = max(1, round(layout.x_height / 12))
    for cells in layout.rulings.cells:
        for cell in cells:
            cv2.rectangle(picture, cell[:2], cell[2:], _CELL, thick)
    if not rows:
        for stretch in layout.stretches:
            colour = _FREE if stretch.cell is None else _IN_CELL
            cv2.rectangle(picture, stretch.box[:2], stretch.box[2:], colour, thick)
    for number, row in enumerate(rows, 1):
        for segment in row.segments:
            cv2.rectangle(picture, segment.box[:2], segment.box[2:], _ORDER, thick)
        place = (max(0, row.box.x0 - int(3 * layout.x_height)), row.box.y1)
        cv2.putText(
            picture,
            str(number),
            place,
            cv2.FONT_HERSHEY_SIMPLEX,
            layout.x_height / 24,
            _ORDER,
            thick,
        )
    return picture  # type: ignore[return-value]

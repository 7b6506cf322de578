"""The steps of one document, as the pool's processes do them: count, read a page, put together."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medicord_ocr import pipeline
from medicord_ocr.debug import Picture
from medicord_ocr.intake import FileType, open_document
from medicord_ocr.options import Options
from medicord_ocr.pipeline import PagesRead

#: What messages call an upload; the client's name for it is nobody's business.
NAME = "the upload"
#: Longest side of a page's picture in pixels, and its JPEG quality: letters of 8 points on A4
#: can be read, at about 150 kB.
_SIDE = 1600
_QUALITY = 70
#: Pages of which pictures are made: 50 are about 8 MB.
_PICTURES = 50


@dataclass(frozen=True, slots=True)
class Begun:
    """What a first look at an upload found.

    Attributes:
        file_type: by content.
        pages: that are to be read.
        document: the whole document, where it was read at once.
    """

    file_type: FileType
    pages: int
    document: bytes | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One page that was read, and its picture as a data URL where that was asked for."""

    read: PagesRead
    picture: str | None


def warm_up(options: Options) -> None:
    """Load models and tables, and read a small page, so that the first request is as quick."""
    import cv2
    import numpy as np

    page = np.full((400, 900), 255, np.uint8)
    for line, text in enumerate(("Glucose  5.8 mmol/L  3.9 - 5.6", "Hemoglobin 13.2 g/dL")):
        where = (40, 120 + 90 * line)
        cv2.putText(page, text, where, cv2.FONT_HERSHEY_SIMPLEX, 1.1, 0, 2, cv2.LINE_AA)
    _, data = cv2.imencode(".png", page)
    pipeline.extract(data.tobytes(), options, name="the first page")


def begin(path: Path, options: Options, *, whole: bool, pictures: bool) -> Begun:
    """Count the pages; read the document at once when it has only one.

    Args:
        path: of the upload.
        options: how to read it.
        whole: False only counts.
        pictures: add the picture of each page.

    Raises:
        MedicordError: it cannot be read.
    """
    with open_document(path, options, name=NAME) as document:
        begun = Begun(document.file_type, len(document.numbers))
    if not whole or begun.pages != 1:
        return begun
    part = read_page(path, options, 1, pictures=pictures)
    return replace(begun, document=put_together([part], options))


def read_page(path: Path, options: Options, number: int, *, pictures: bool) -> Part:
    """Read one page.

    Args:
        path: of the upload.
        options: how to read it.
        number: counted from 1.
        pictures: make its picture.
    """
    made: list[str] = []

    def show(_number: int, picture: Picture) -> None:
        made.append(_data_url(picture))

    wanted = pictures and number <= _PICTURES
    one = replace(options, pages=(number,))
    read = pipeline.read_pages(path, one, name=NAME, show=show if wanted else None)
    return Part(read, made[0] if made else None)


def put_together(parts: Sequence[Part], options: Options) -> bytes:
    """The document's JSON; with the pictures as ``page_pictures`` where there are any."""
    document = pipeline.assemble([part.read for part in parts], options)
    text = document.model_dump_json().encode()
    pictures = [part.picture for part in parts]
    if any(pictures):
        import orjson

        text = text[:-1] + b',"page_pictures":' + orjson.dumps(pictures) + b"}"
    return text


def _data_url(picture: Picture) -> str:
    import cv2

    scale = min(1.0, _SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return "data:image/jpeg;base64," + base64.b64encode(data.tobytes()).decode()

"""Pages that are pictures: JPEG as it is in the file, all else without loss (Flate)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf

from medicord_ocr import __version__
from medicord_ocr.errors import MedicordError
from medicord_ocr.intake.frame import Frame, Matrix
from medicord_ocr.intake.source import Jpeg, Raster, SourceDocument, SourcePage
from medicord_ocr.page import PageText
from medicord_ocr.searchable.font import Codes, make_font
from medicord_ocr.searchable.layer import FONT, text_stream

_PRODUCER = f"medicord-ocr {__version__}"
#: Longest side in inches of a picture whose resolution nothing tells: that of A4.
_A4 = 11.69
#: Dots an inch that are believed: an estimate from blurred print can be anything.
_DPI = (36.0, 2400.0)
#: Longest side that a page may have, in points (ISO 32000-1, annex C).
_LONGEST = 14_400.0
#: Bytes of pictures that are kept in memory; more go to files on the way.
_IN_MEMORY = 64 * 1024**2
#: Points that a page is smaller than it should be, so that programs that draw it pixel by pixel do
#: not round up to one more. Of 60 pictures pdfium gave 52 back as they were (20 without).
_EDGE = 0.001
_PNG_HEAD = 8
_SPACES = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
#: Where the picture's corners go by EXIF orientation: from the unit square to itself, y upwards.
_TURNS: dict[int, Matrix] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}


@contextmanager
def picture_pdf(
    path: Path, document: SourceDocument, texts: Mapping[int, PageText], folder: Path
) -> Iterator[Pdf]:
    """All pages of a document as pictures, with invisible text; one in memory at a time.

    A page that cannot be shown is left blank, so that the others keep their numbers.

    Args:
        path: the file.
        document: the same, open.
        texts: the pages that were read, by number.
        folder: for files without a name that hold what is too much for memory.

    Raises:
        OSError: there is no room for these.
    """
    with ExitStack() as stack:
        parts: list[Pdf] = []
        part = _Part()
        for number in range(1, document.page_count + 1):
            part.add(path, document.read, number, texts.get(number))
            if part.size > _IN_MEMORY:
                parts.append(_stored(part, folder, stack))
                part = _Part()
        last = stack.enter_context(part.finished())
        if not parts:
            yield last
            return
        whole = stack.enter_context(pikepdf.new())
        for stored in (*parts, last):
            whole.pages.extend(stored.pages)
        whole.docinfo["/Producer"] = _PRODUCER
        yield whole


def _stored(part: _Part, folder: Path, stack: ExitStack) -> Pdf:
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # open until all is written
    stack.callback(file.close)
    with part.finished() as pdf:
        pdf.save(file)
    return stack.enter_context(pikepdf.open(file))


class _Part:
    """Some pages of a document.

    Attributes:
        size: bytes of their pictures.
    """

    def __init__(self) -> None:
        self._pdf = pikepdf.new()
        self._codes = Codes()
        self._written: list[Object] = []
        self.size = 0

    def finished(self) -> Pdf:
        """The pages as a PDF, whose text has its font."""
        if self._written:
            font = make_font(self._pdf, self._codes)
            for page in self._written:
                page.Resources.Font = Dictionary({FONT: font})
        self._pdf.docinfo["/Producer"] = _PRODUCER
        return self._pdf

    def add(
        self, path: Path, read: Callable[[int], SourcePage], number: int, text: PageText | None
    ) -> None:
        """Add one page."""
        try:
            page = read(number)
            size = _points(page, text)
            image, turn = self._image(path, page)
        except MedicordError:
            self._pdf.add_blank_page()
            return
        frame = Frame(0, 0, *size, 0)
        words = text_stream(text, frame, self._codes) if text else b""
        width, height = size
        matrix = [side * value for value, side in zip(turn, (width, height) * 3, strict=True)]
        place = b" ".join(b"%.4f" % value for value in matrix)
        new = self._pdf.add_blank_page(page_size=size).obj
        new.Resources = Dictionary(XObject=Dictionary(Picture=image))
        new.Contents = self._pdf.make_stream(b"q %b cm /Picture Do Q\n%b" % (place, words))
        if words:
            self._written.append(new)
        if text and text.quality.rotation:
            new.Rotate = text.quality.rotation

    def _image(self, path: Path, page: SourcePage) -> tuple[Object, Matrix]:
        if page.jpeg is not None:
            data = path.read_bytes()
            self.size += len(data)
            return _jpeg(self._pdf, data, page.jpeg), _TURNS[page.jpeg.orientation]
        image = _lossless(self._pdf, page.render())
        self.size += len(image.read_raw_bytes())
        return image, _TURNS[1]


def _points(page: SourcePage, text: PageText | None) -> tuple[float, float]:
    """Width and height of the page in points, by what is known or was measured of its dpi."""
    longest = max(page.width, page.height)
    # PNG counts dots a metre: 200 an inch are 199.9996 there.
    dpi = round(page.dpi or (text.quality.dpi if text else None) or 0.0, 1)
    if not _DPI[0] <= dpi <= _DPI[1]:
        dpi = longest / _A4
    dpi = max(dpi, longest * 72 / _LONGEST)
    return page.width * 72 / dpi - _EDGE, page.height * 72 / dpi - _EDGE


def _jpeg(pdf: Pdf, data: bytes, about: Jpeg) -> Object:
    image = pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=about.width,
        Height=about.height,
        ColorSpace=_SPACES[about.components],
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )
    if about.components == 4 and about.inverted:
        image.Decode = Array([1, 0] * 4)
    return image


def _lossless(pdf: Pdf, raster: Raster) -> Object:
    """The raster as PNG compresses it, which PDF takes as it is; of black and white, in bits."""
    bilevel = raster.ndim == 2 and bool(np.all((raster == 0) | (raster == 255)))
    flags = [cv2.IMWRITE_PNG_BILEVEL, 1] if bilevel else []
    _, png = cv2.imencode(".png", raster, flags)
    colors, bits = (1 if raster.ndim == 2 else 3), (1 if bilevel else 8)
    height, width = raster.shape[:2]
    return pdf.make_stream(
        b"".join(_chunks(png.tobytes(), b"IDAT")),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=_SPACES[colors],
        BitsPerComponent=bits,
        Filter=Name.FlateDecode,
        DecodeParms=Dictionary(Predictor=15, Colors=colors, BitsPerComponent=bits, Columns=width),
    )


def _chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    """The data of the chunks of one kind (PNG specification, section 5.3)."""
    start = _PNG_HEAD
    while start + 12 <= len(png):
        length = int.from_bytes(png[start : start + 4])
        if png[start + 4 : start + 8] == kind:
            yield png[start + 8 : start + 8 + length]
        start += 12 + length

"""Pages that are pictures: JPEG as it is in the file, all else without loss (Flate)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

import cv2
import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from medicord_ocr import __version__
from medicord_ocr.errors import MedicordError
from medicord_ocr.intake.frame import Frame, Matrix
from medicord_ocr.intake.source import Jpeg, Raster, SourceDocument, SourcePage
from medicord_ocr.page import PageText
from medicord_ocr.searchable.font import Codes, make_font
from medicord_ocr.searchable.layer import FONT, text_stream

#: Longest side in inches of a picture whose resolution nothing tells: that of A4.
_A4 = 11.69
#: Dots an inch that are believed: an estimate from blurred print can be anything.
_DPI = (36.0, 2400.0)
#: Longest side that a page may have, in points (ISO 32000-1, annex C).
_LONGEST = 14_400.0
#: Page that stands for one that cannot be shown: A4.
_BLANK = (595.28, 841.89)
#: Bytes of pictures that are kept in memory; more go to a file on the way.
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


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A page that is to be made.

    Attributes:
        size: width and height in points.
        picture: number of its picture, 0 for a blank page.
        content: what draws it, the picture and the words.
        words: whether it has any.
        rotation: degrees clockwise that it is to be turned by.
    """

    size: tuple[float, float] = _BLANK
    picture: int = 0
    content: bytes = b""
    words: bool = False
    rotation: int = 0


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
        folder: for a file without a name that holds what is too much for memory.

    Raises:
        OSError: there is no room for it.
    """
    codes = Codes()
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)) as file:
        store = _Store(file)
        drawn = [
            _page(path, document, number, texts.get(number), store, codes)
            for number in range(1, document.page_count + 1)
        ]
        store.finish()
        # Not mapped into memory: that would count as memory of this process.
        with pikepdf.open(cast("BinaryIO", file), access_mode=pikepdf.AccessMode.stream) as pdf:
            _make_pages(pdf, drawn, codes)
            yield pdf


def _make_pages(pdf: Pdf, drawn: Iterable[_Drawn], codes: Codes) -> None:
    font = make_font(pdf, codes)
    for about in drawn:
        page = pdf.add_blank_page(page_size=about.size).obj
        if not about.picture:
            continue
        page.Resources = Dictionary(XObject=Dictionary(Picture=pdf.get_object(about.picture, 0)))
        if about.words:
            page.Resources.Font = Dictionary({FONT: font})
        page.Contents = pdf.make_stream(about.content)
        if about.rotation:
            page.Rotate = about.rotation
    pdf.docinfo["/Producer"] = f"medicord-ocr {__version__}"


def _page(
    path: Path,
    document: SourceDocument,
    number: int,
    text: PageText | None,
    store: _Store,
    codes: Codes,
) -> _Drawn:
    """One page, its picture stored."""
    try:
        page = document.read(number)
        size = _points(page, text)
        if page.jpeg is not None:
            turn = _TURNS[page.jpeg.orientation]
            picture = store.add(path.read_bytes(), _about_jpeg(page.jpeg))
        else:
            turn = _TURNS[1]
            picture = store.add(*_lossless(page.render()))
    except MedicordError:
        return _Drawn()
    words = text_stream(text, Frame(0, 0, *size, 0), codes) if text else b""
    place = b" ".join(b"%.4f" % (side * value) for value, side in zip(turn, size * 3, strict=True))
    content = b"q %b cm /Picture Do Q\n%b" % (place, words)
    return _Drawn(size, picture, content, bool(words), text.quality.rotation if text else 0)


class _Store:
    """A PDF that has pictures and no page, written as they come.

    qpdf reads a picture from there when it writes the page; given to it as bytes, or on a page of
    another file, all would be in memory until then.

    Args:
        file: empty, open for reading as well.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._starts: list[int] = []
        file.write(b"%PDF-1.7\n")

    def add(self, data: bytes, about: Dictionary) -> int:
        """Write a picture's stream; tells the number of its object."""
        about.Length = len(data)
        self._object(about, b"stream\n", data, b"\nendstream\n")
        return len(self._starts)

    def finish(self) -> None:
        """Write what makes it a PDF."""
        root = len(self._starts) + 1
        pages = Dictionary(Type=Name.Pages, Kids=Array(), Count=0)
        self._object(b"<< /Type /Catalog /Pages %d 0 R >>" % (root + 1))
        self._object(pages)
        start, size = self._file.tell(), len(self._starts) + 1
        entries = b"".join(b"%010d 00000 n \n" % at for at in self._starts)
        self._file.write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, entries))
        self._file.write(b"trailer << /Size %d /Root %d 0 R >>\n" % (size, root))
        self._file.write(b"startxref\n%d\n%%%%EOF\n" % start)
        self._file.seek(0)

    def _object(self, value: Dictionary | bytes, *stream: bytes) -> None:
        self._starts.append(self._file.tell())
        data = value if isinstance(value, bytes) else value.unparse()
        for part in (b"%d 0 obj\n%b\n" % (len(self._starts), data), *stream, b"endobj\n"):
            self._file.write(part)


def _points(page: SourcePage, text: PageText | None) -> tuple[float, float]:
    """Width and height of the page in points, by what is known or was measured of its dpi."""
    longest = max(page.width, page.height)
    # PNG counts dots a metre: 200 an inch are 199.9996 there.
    dpi = round(page.dpi or (text.quality.dpi if text else None) or 0.0, 1)
    if not _DPI[0] <= dpi <= _DPI[1]:
        dpi = longest / _A4
    dpi = max(dpi, longest * 72 / _LONGEST)
    return page.width * 72 / dpi - _EDGE, page.height * 72 / dpi - _EDGE


def _about_jpeg(jpeg: Jpeg) -> Dictionary:
    about = _about(jpeg.width, jpeg.height, jpeg.components, 8)
    about.Filter = Name.DCTDecode
    if jpeg.components == 4 and jpeg.inverted:
        about.Decode = Array([1, 0] * 4)
    return about


def _lossless(raster: Raster) -> tuple[bytes, Dictionary]:
    """The raster as PNG compresses it, which PDF takes as it is; of black and white, in bits."""
    bilevel = raster.ndim == 2 and bool(np.all((raster == 0) | (raster == 255)))
    flags = [cv2.IMWRITE_PNG_BILEVEL, 1] if bilevel else []
    _, png = cv2.imencode(".png", raster, flags)
    colors, bits = (1 if raster.ndim == 2 else 3), (1 if bilevel else 8)
    height, width = raster.shape[:2]
    about = _about(width, height, colors, bits)
    about.Filter = Name.FlateDecode
    about.DecodeParms = Dictionary(
        Predictor=15, Colors=colors, BitsPerComponent=bits, Columns=width
    )
    return b"".join(_chunks(png.tobytes(), b"IDAT")), about


def _about(width: int, height: int, components: int, bits: int) -> Dictionary:
    return Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=_SPACES[components],
        BitsPerComponent=bits,
    )


def _chunks(png: bytes, kind: bytes) -> Iterator[bytes]:
    """The data of the chunks of one kind (PNG specification, section 5.3)."""
    start = _PNG_HEAD
    while start + 12 <= len(png):
        length = int.from_bytes(png[start : start + 4])
        if png[start + 4 : start + 8] == kind:
            yield png[start + 8 : start + 8 + length]
        start += 12 + length

"""PDF, through pdfium, with poppler behind it."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from medicord_ocr.errors import UnreadableInput, UnsupportedInput
from medicord_ocr.intake.frame import Frame
from medicord_ocr.intake.objects import Image, Objects, read_objects
from medicord_ocr.intake.poppler import Poppler, as_file, wrong_password
from medicord_ocr.intake.sizes import LEAST_DPI, fitted_dpi
from medicord_ocr.intake.source import GREY_ABOVE, Opened, Raster, SourcePage, check_pixels
from medicord_ocr.intake.textlayer import COVERING, Scale, coverage, read_layer
from medicord_ocr.options import Options
from medicord_ocr.page import Box

#: Of vector pages: what the readers do best on.
_VECTOR_DPI = 300.0
#: A scan is rendered at its own resolution, but not above this; and not below the other where
#: text was drawn over it, which would not survive there.
_MOST_DPI, _LEAST_MIXED_DPI = 400.0, 150.0
#: Longest side in inches of a page that may be paper (A6 to A2). Programs that wrap a photo in a
#: PDF write any size: its resolution is then unknown, and its own pixels are the best raster.
_PAPER = (4.0, 24.0)
#: Where the last bytes of a PDF are looked for.
_TAIL = 4096

T = TypeVar("T")
# pypdfium2 logs that a form is XFA; the page is rendered all the same, or refused by us.
logging.getLogger("pypdfium2").addHandler(logging.NullHandler())


@contextmanager
def open_pdf(source: Path | bytes, options: Options, label: str) -> Iterator[Opened]:
    """Open a PDF with pdfium, or else with poppler.

    Raises:
        EncryptedInput: its password is missing or wrong.
        UnreadableInput: neither can open it, or it was cut off.
        UnsupportedInput: it is a form that only Adobe's program can show.
        MissingDependency: pdfium cannot open it and poppler is not installed.
    """
    with ExitStack() as stack:
        spare = _Spare(source, options, label, stack)
        try:
            document = _load(source, options, label)
        except pypdfium2.PdfiumError:
            yield spare.open()
            return
        stack.callback(document.close)
        _check_whole(source, label)
        yield _Pdf(document, spare, options, label)


def _load(source: Path | bytes, options: Options, label: str) -> Any:
    try:
        given = source.absolute() if isinstance(source, Path) else source
        document = pypdfium2.PdfDocument(given, password=options.password or None)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise wrong_password(label, given=bool(options.password)) from None
        raise
    except OSError as error:
        raise UnreadableInput("the file is gone", source=label) from error
    form = document.get_formtype()
    if form == pdfium.FORMTYPE_XFA_FULL:
        document.close()
        raise UnsupportedInput(
            "the PDF is a dynamic XFA form, whose pages are made by Adobe's program alone",
            hint="Open it there and print it to a new PDF",
            source=label,
        )
    if form != pdfium.FORMTYPE_NONE:
        document.init_forms()  # what was typed into the fields is drawn with the page
    return document


def _check_whole(source: Path | bytes, label: str) -> None:
    """Refuse a PDF that was cut off.

    pdfium rebuilds what is left and shows pages without their end as if they were whole.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read().rstrip(b"\x00 \r\n\t")
    if b"%%EOF" not in tail and b"startxref" not in tail and size > _TAIL:
        raise UnreadableInput(
            "the PDF ends early: a part of it is missing",
            hint="Copy or download it again",
            source=label,
        )


class _Spare:
    """Poppler over the same file, opened when it is first needed."""

    def __init__(
        self, source: Path | bytes, options: Options, label: str, stack: ExitStack
    ) -> None:
        self._arguments = source, options, label
        self._stack = stack
        self._poppler: Poppler | None = None

    def open(self) -> Poppler:
        """The document in poppler's eyes. Raises as :class:`Poppler` does."""
        if self._poppler is None:
            source, options, label = self._arguments
            path = self._stack.enter_context(as_file(source))
            self._poppler = Poppler(path, options, label)
        return self._poppler


class _Pdf:
    """A PDF that pdfium opened, one page of it loaded at a time."""

    def __init__(self, document: Any, spare: _Spare, options: Options, label: str) -> None:
        self._document, self._spare = document, spare
        self._options, self._source = options, label
        self._page: tuple[int, Any] | None = None
        self._producer = _producer(document)
        self.page_count: int = len(document)

    def read(self, number: int) -> SourcePage:
        """The page of that number. Raises as ``SourceDocument.pages`` says."""
        return self._or_poppler(
            lambda: self._read(number), lambda poppler: poppler.read(number), number
        )

    def _read(self, number: int) -> SourcePage:
        page = self._load(number)
        frame = _frame(page)
        points = float(page.get_width()), float(page.get_height())
        # Before anything of the page is looked at: a page of 2³¹ points has no small raster.
        fitted_dpi(LEAST_DPI, points, self._options.max_pixels, source=self._source, page=number)
        objects = read_objects(page, frame)
        for image in objects.images:
            size = image.width, image.height
            if min(size) > 0:
                check_pixels(*size, self._options.max_pixels, self._source, number)
        wanted, known = _resolution(objects, frame)
        least = min(LEAST_DPI, wanted) if known else wanted / 2
        limit = self._options.max_pixels
        dpi = fitted_dpi(wanted, points, limit, least=least, source=self._source, page=number)
        # As pypdfium2's render rounds, so that the sizes are its own.
        width, height = (max(1, math.ceil(side * (dpi / 72))) for side in points)
        scale = Scale(width, height, width / points[0], height / points[1])
        layer = read_layer(page, objects, frame, scale, producer=self._producer)
        return SourcePage(
            number=number,
            dpi=dpi if known else None,
            width=width,
            height=height,
            layer=layer.words,
            unread=layer.unread,
            layer_verdict=layer.verdict,
            render=partial(self._render, number, dpi / 72, width, height),
        )

    def _render(self, number: int, scale: float, width: int, height: int) -> Raster:
        def by_pdfium() -> Raster:
            bitmap = self._load(number).render(
                scale=scale, grayscale=width * height > GREY_ABOVE, may_draw_forms=True
            )
            raster: Raster = np.asarray(bitmap.to_numpy(), np.uint8)
            self._release()  # with the page go its decoded images
            return raster

        raster = self._or_poppler(
            by_pdfium, lambda p: p.render(number, scale * 72, width, height), number
        )
        if raster.shape[:2] != (height, width):
            raise UnreadableInput("the page cannot be rendered", source=self._source, page=number)
        return raster

    def _or_poppler(
        self, by_pdfium: Callable[[], T], by_poppler: Callable[[Poppler], T], number: int
    ) -> T:
        try:
            return by_pdfium()
        except (pypdfium2.PdfiumError, MemoryError):
            self._release()
        return by_poppler(self._spare.open())

    def _load(self, number: int) -> Any:
        if self._document.raw is None:
            raise ValueError("the document is closed")
        if self._page is None or self._page[0] != number:
            self._release()
            self._page = number, self._document[number - 1]
        return self._page[1]

    def _release(self) -> None:
        if self._page is not None:
            self._page[1].close()
            self._page = None


def _producer(document: Any) -> str:
    try:
        return str(document.get_metadata_value("Producer"))
    except UnicodeDecodeError:
        return ""


def _frame(page: Any) -> Frame:
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, right, top, page.get_rotation())


def _resolution(objects: Objects, frame: Frame) -> tuple[float, bool]:
    """Dots an inch to render at, and whether they mean inches of paper."""
    if coverage(objects.images, frame) < COVERING:
        return _VECTOR_DPI, True
    own = _own_dpi(objects.images, frame)
    mixed = objects.drawings > 0 or any(run.shown for run in objects.runs)
    inches = max(frame.size) / 72
    if not mixed and not _PAPER[0] <= inches <= _PAPER[1]:
        return own, False
    return min(_MOST_DPI, max(own, _LEAST_MIXED_DPI if mixed else 1.0)), True


def _own_dpi(images: list[Image], frame: Frame) -> float:
    """The finest resolution among the images that make up the scan."""
    scale = Scale(1000, 1000, 1000 / frame.size[0], 1000 / frame.size[1])

    def share(image: Image) -> int:
        box: Box = scale.box(image.box)
        return box.width * box.height

    areas = [share(image) for image in images]
    # Strips of a scan are small, but as large as one another; stamps and specks are not.
    return max(
        image.dpi for image, area in zip(images, areas, strict=True) if area >= 0.2 * max(areas)
    )

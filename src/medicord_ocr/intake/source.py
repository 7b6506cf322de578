"""What intake hands on: a document and its pages, and the limits they keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import LimitExceeded, UnreadableInput, UsageError
from medicord_ocr.intake.filetype import FileType
from medicord_ocr.options import Options
from medicord_ocr.page import Box, Word

#: A raster: (H, W) grey or (H, W, 3) BGR, uint8.
Raster = NDArray[np.uint8]
#: Above this many pixels a raster is grey: colour would cost 3 bytes a pixel in every later
#: step, and no printed page needs so many (A4 at 600 dpi is 35 million).
GREY_ABOVE = 40_000_000


@dataclass(frozen=True, slots=True)
class Jpeg:
    """How a JPEG file's own bytes show its page.

    Attributes:
        width, height: pixels as stored.
        components: 1 (grey), 3 (colour) or 4 (CMYK).
        inverted: whether 255 means no ink, as Adobe's programs write CMYK.
        orientation: EXIF orientation, 1-8, that makes it upright.
    """

    width: int
    height: int
    components: int
    inverted: bool
    orientation: int


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page, not decoded yet.

    Attributes:
        number: counted from 1.
        dpi: dots an inch of the raster that ``render`` gives; None for a picture that does not
            say, or says something impossible.
        width, height: pixels of ``render``'s raster, known without rendering.
        layer: words of the PDF's text layer that are sound, in the order they were drawn, with
            boxes in pixels of ``render``'s raster; empty when there are none.
        unread: boxes whose text is not in ``layer`` and needs OCR, in the same pixels; empty
            when the layer says all, or the page is blank.
        layer_verdict: ``none`` (no text layer), ``sound``, ``partial`` (``layer`` and ``unread``
            share the page) or ``unsound:WHY``.
        render: the raster, decoded when called and not kept: (H, W) grey or (H, W, 3) BGR, uint8.
            Raises MedicordError when the page cannot be decoded, ValueError after the document
            was closed.
        jpeg: of a JPEG file, else None.
    """

    number: int
    dpi: float | None
    width: int
    height: int
    layer: tuple[Word, ...]
    unread: tuple[Box, ...]
    layer_verdict: str
    render: Callable[[], Raster]
    jpeg: Jpeg | None = None


class Opened(Protocol):
    """A file that is open."""

    page_count: int

    def read(self, number: int) -> SourcePage:
        """The page of that number."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document that is open.

    Attributes:
        name: as the user named it.
        file_type: by content.
        page_count: pages in the file, whatever ``options.pages`` selects.
        sha256: of the file's bytes, 64 hex digits.
        numbers: the pages to read, counted from 1.
        read: makes the SourcePage of one number.
    """

    name: str
    file_type: FileType
    page_count: int
    sha256: str
    numbers: tuple[int, ...]
    read: Callable[[int], SourcePage]

    def pages(self) -> Iterator[SourcePage]:
        """The selected pages, one after another, each made when it is asked for.

        An error belongs to its page: after one, the iterator can be asked for the next page.

        Raises:
            UnreadableInput: from ``next``, when that page cannot be opened.
            LimitExceeded: from ``next``, when that page is over the pixel limit.
        """
        # Not a generator: a generator is finished by the first error.
        return map(self.read, self.numbers)


def select_pages(count: int, options: Options, source: str) -> tuple[int, ...]:
    """The numbers of the pages to read.

    Raises:
        UsageError: when a page is asked for that the document does not have.
        LimitExceeded: when there are more than ``options.max_pages`` to read.
    """
    if options.pages and options.pages[-1] > count:
        has = "1 page" if count == 1 else f"{count} pages"
        raise UsageError(
            f"page {options.pages[-1]} was asked for, but the document has {has}",
            source=source,
            code="usage.pages",
        )
    wanted = len(options.pages) if options.pages else count
    if wanted > options.max_pages:
        raise LimitExceeded(
            f"the document has {wanted:,} pages to read, the limit is {options.max_pages:,}",
            hint="Choose some with --pages, or raise MAX_PAGES",
            source=source,
        )
    return options.pages or tuple(range(1, count + 1))


def check_bytes(size: int, options: Options, source: str) -> None:
    """Refuse what is empty or over ``options.max_bytes``.

    Raises:
        UnreadableInput: when it is empty.
        LimitExceeded: when it is too large.
    """
    if size == 0:
        raise UnreadableInput("the file is empty", hint="Copy or scan it again", source=source)
    if size > options.max_bytes:
        limit = options.max_bytes / 1024**2
        raise LimitExceeded(
            f"the file has {size / 1024**2:,.1f} MB, the limit is {limit:,.1f} MB", source=source
        )


def check_pixels(width: float, height: float, limit: int, source: str, page: int | None) -> None:
    """Refuse a raster of more than ``limit`` pixels, before it is decoded.

    Raises:
        LimitExceeded: when it is too large.
        UnreadableInput: when it has no area.
    """
    if not (width >= 1 and height >= 1):
        raise UnreadableInput("the page has no area", source=source, page=page)
    if width * height > limit:
        raise LimitExceeded(
            f"{width:,.0f} × {height:,.0f} pixels are over the limit of {limit / 1e6:,.0f} million",
            hint="Scan at a lower resolution, or raise MAX_PIXELS",
            source=source,
            page=page,
        )

"""JPEG, PNG, TIFF and BMP, through Pillow.

Only these four of Pillow's decoders are ever reached, each when the content is of its type.
"""

from __future__ import annotations

import logging
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, NamedTuple

from PIL import ExifTags, Image

from medicord_ocr.errors import LimitExceeded, MedicordError, UnreadableInput
from medicord_ocr.intake.filetype import FileType
from medicord_ocr.intake.raster import as_raster, stretched, upright
from medicord_ocr.intake.source import GREY_ABOVE, Jpeg, Raster, SourcePage, check_pixels
from medicord_ocr.intake.tiff import count_frames, silence_libtiff
from medicord_ocr.options import Options
from medicord_ocr.page import Box

#: Resolutions that a scanner or a fax may have written; outside it the field is a slip.
_DPI = (50.0, 1200.0)
#: Longest side in inches that a scan may have (A2). A phone photo that claims 72 dpi is longer.
_LONGEST = 24.0
#: 72 and 96 are what programs write when they do not know: believed only for a page's size.
_DEFAULTS = (72.0, 96.0)
_LONGEST_AT_DEFAULT = 15.0
#: Fax pixels are up to twice as high as wide (204 × 98 dpi, ITU-T T.4).
_SQUARE, _LONGEST_PIXEL = 1.2, 4.0

_lock = threading.RLock()
# Pillow logs some of what it also raises.
logging.getLogger("PIL").addHandler(logging.NullHandler())


class _Header(NamedTuple):
    """What is known of a frame without decoding it; sizes before orientation and stretching."""

    size: tuple[int, int]
    orientation: int
    stretch: tuple[float, float]
    dpi: float | None
    jpeg: Jpeg | None = None

    @property
    def final(self) -> tuple[int, int]:
        """Width and height of the raster."""
        width = round(self.size[0] * self.stretch[0])
        height = round(self.size[1] * self.stretch[1])
        return (height, width) if self.orientation >= 5 else (width, height)


class Picture:
    """A picture file that is open. See :func:`medicord_ocr.intake.open_document`."""

    def __init__(self, stream: BinaryIO, kind: FileType, options: Options, source: str) -> None:
        self._stream, self._kind = stream, kind
        self._options, self._source = options, source
        self.page_count = 1
        if kind == "tiff":
            silence_libtiff()
            with self._guard(None):
                self.page_count = max(1, count_frames(stream, source))
        if self.page_count == 1:
            self._header(1)

    def read(self, number: int) -> SourcePage:
        """The page of that number. Raises as ``SourceDocument.pages`` says."""
        header = self._header(number)
        width, height = header.final
        return SourcePage(
            number=number,
            dpi=header.dpi,
            width=width,
            height=height,
            layer=(),
            unread=(Box(0, 0, width, height),),
            layer_verdict="none",
            render=partial(self._render, number, header),
            jpeg=header.jpeg,
        )

    def _header(self, number: int) -> _Header:
        page = number if self.page_count > 1 else None
        with self._guard(page), self._frame(number) as image:
            size = image.size
            check_pixels(*size, self._options.max_pixels, self._source, page)
            orientation = _orientation(image, self._kind)
            stretch = _stretch(image) if self._kind == "tiff" else (1.0, 1.0)
            header = _Header(size, orientation, stretch, None)
            check_pixels(*header.final, self._options.max_pixels, self._source, page)
            jpeg = _jpeg(image, orientation) if self._kind == "jpeg" else None
            return header._replace(dpi=_dpi(image, max(header.final)), jpeg=jpeg)

    def _render(self, number: int, header: _Header) -> Raster:
        page = number if self.page_count > 1 else None
        if self._stream.closed:
            raise ValueError("the document is closed")
        with self._guard(page), self._frame(number) as image:
            if image.size != header.size:
                raise UnreadableInput("the file changed while it was read", source=self._source)
            grey = math.prod(image.size) > GREY_ABOVE
            if grey:
                image.draft("L", None)  # JPEG then decodes the luminance alone
            image.load()
            raster = as_raster(image, grey=grey)
        return upright(stretched(raster, header.stretch), header.orientation)

    @contextmanager
    def _frame(self, number: int) -> Iterator[Image.Image]:
        """The frame, its header read and nothing decoded, released afterwards."""
        self._stream.seek(0)
        # Pillow closes only streams that it opened itself, so this one can be read again.
        with Image.open(self._stream, formats=[self._kind]) as image:
            if number > 1:
                image.seek(number - 1)
            yield image

    @contextmanager
    def _guard(self, page: int | None) -> Iterator[None]:
        """Pillow's limit set to ours, its warnings kept in, its errors as one of ours."""
        with _lock, warnings.catch_warnings():
            # Tiles and thumbnails larger than the picture's own limit are a bomb as well.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, self._options.max_pixels
            try:
                yield
            except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
                raise LimitExceeded(
                    f"it has more than {self._options.max_pixels / 1e6:,.0f} million pixels",
                    hint="Scan at a lower resolution, or raise MAX_PIXELS",
                    source=self._source,
                    page=page,
                ) from error
            except MedicordError:
                raise
            except Exception as error:
                # Pillow's decoders let nearly any exception out on a broken file.
                raise self._unreadable(error, page) from error
            finally:
                Image.MAX_IMAGE_PIXELS = before

    def _unreadable(self, error: Exception, page: int | None) -> UnreadableInput:
        if isinstance(error, MemoryError):
            what, hint = "there is not enough memory to decode it", None
        elif "truncated" in str(error).lower() or isinstance(error, EOFError):
            # Half a patient's page must not pass as the whole of it.
            what, hint = "the picture ends early: a part of it is missing", "Copy or scan it again"
        else:
            what, hint = f"the {self._kind.upper()} picture is damaged", "Copy or scan it again"
        return UnreadableInput(what, hint=hint, source=self._source, page=page)


def _orientation(image: Image.Image, kind: FileType) -> int:
    """EXIF orientation, 1-8. Pillow turns a TIFF by itself."""
    if kind in ("tiff", "bmp"):
        return 1
    exif = Image.Exif()
    try:
        if kind == "png":
            # PngImageFile.getexif would decode the picture to look behind it.
            exif.load(image.info.get("exif", b""))
        else:
            exif = image.getexif()
        value = exif.get(ExifTags.Base.Orientation, 1)
    except Exception:
        return 1  # broken metadata do not make the picture unreadable
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _jpeg(image: Image.Image, orientation: int) -> Jpeg | None:
    components = {"L": 1, "RGB": 3, "CMYK": 4}.get(image.mode)
    if components is None:
        return None
    return Jpeg(*image.size, components, "adobe" in image.info, orientation)


def _resolution(image: Image.Image) -> tuple[float, float] | None:
    """Dots an inch across and down as the file says, None where it says nothing plausible."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    low, high = _DPI
    return (across, down) if low <= across <= high and low <= down <= high else None


def _stretch(image: Image.Image) -> tuple[float, float]:
    """Factors that make the pixels square, 1 but for faxes."""
    across, down = _resolution(image) or (1.0, 1.0)
    ratio = max(across, down) / min(across, down)
    if not _SQUARE <= ratio <= _LONGEST_PIXEL:
        return (1.0, 1.0)
    return (ratio, 1.0) if across < down else (1.0, ratio)


def _dpi(image: Image.Image, longest: int) -> float | None:
    resolution = _resolution(image)
    if resolution is None:
        return None
    dpi = max(resolution)
    by_default = any(abs(dpi - value) < 1 for value in _DEFAULTS)
    limit = _LONGEST_AT_DEFAULT if by_default else _LONGEST
    return dpi if longest / dpi <= limit else None

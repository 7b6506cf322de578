"""Poppler, which stands in where pdfium cannot open or render a PDF.

pdf2image hands a password to poppler on its command line, where other users of the machine can
see it as long as the page takes: it is only met where pdfium failed on an encrypted file.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from pdf2image import convert_from_path, exceptions, pdfinfo_from_path

from medicord_ocr.errors import EncryptedInput, MissingDependency, UnreadableInput
from medicord_ocr.intake.sizes import fitted_dpi
from medicord_ocr.intake.source import GREY_ABOVE, Raster, SourcePage
from medicord_ocr.options import Options
from medicord_ocr.page import Box

#: Private folders for what poppler needs as a file begin with this, so that what a killed run
#: leaves behind can be found and swept.
FOLDER_PREFIX = "medicord-ocr-"
#: Seconds that poppler may take to look at a file, and to make one page.
_LOOK, _RENDER = 15, 60
_DPI = 300.0
#: Poppler's picture goes through several copies on its way: above this it is made in grey.
_GREY_ABOVE = GREY_ABOVE // 2
#: Pixels by which poppler's rounding of a side may differ from ours.
_ROUNDING = 3
_SIZE = re.compile(r"([0-9.]+) x ([0-9.]+) pts")


class Poppler:
    """A PDF as poppler sees it: pictures of pages, no text layer."""

    def __init__(self, path: Path, options: Options, source: str) -> None:
        # pdf2image would take a name that begins with a dash for an option.
        self._path = path.absolute()
        self._options, self._source = options, source
        self.page_count = int(self._look()["Pages"])

    def read(self, number: int) -> SourcePage:
        """The page of that number. Raises as ``SourceDocument.pages`` says."""
        facts = self._look(number)
        match = _SIZE.search(str(facts.get(f"Page {number:4d} size", "")))
        if match is None:
            raise self._unreadable("the page cannot be opened", number)
        points = float(match[1]), float(match[2])
        if int(str(facts.get(f"Page {number:4d} rot", 0))) % 180:
            points = points[1], points[0]
        limit = self._options.max_pixels
        dpi = fitted_dpi(_DPI, points, limit, source=self._source, page=number)
        width, height = (max(1, round(side * dpi / 72)) for side in points)
        return SourcePage(
            number=number,
            dpi=dpi,
            width=width,
            height=height,
            layer=(),
            unread=(Box(0, 0, width, height),),
            layer_verdict="none",
            render=partial(self.render, number, dpi, width, height),
        )

    def render(self, number: int, dpi: float, width: int, height: int) -> Raster:
        """The page as a raster of that size: (H, W) grey or (H, W, 3) BGR.

        Args:
            number: of the page.
            dpi: dots an inch. pdftoppm takes a size too, but not the same for turned pages.
            width: of the raster that ``dpi`` gives, give or take the rounding.
            height: of the raster.

        Raises:
            UnreadableInput: when poppler cannot, or takes longer than a minute.
        """
        grey = width * height > _GREY_ABOVE
        with _translated(self._source, number, password=bool(self._options.password)):
            images = convert_from_path(
                self._path,
                first_page=number,
                last_page=number,
                dpi=dpi,  # type: ignore[arg-type]
                grayscale=grey,
                use_cropbox=True,
                userpw=self._options.password or None,  # type: ignore[arg-type]
                timeout=_RENDER,
            )
        if not images:
            raise self._unreadable("the page cannot be rendered", number)
        image = images[0].convert("L" if grey else "RGB")
        if abs(image.width - width) > _ROUNDING or abs(image.height - height) > _ROUNDING:
            raise self._unreadable("the page comes out in another size than it says", number)
        pixels = np.asarray(
            image.resize((width, height)) if image.size != (width, height) else image
        )
        return pixels if grey else np.ascontiguousarray(pixels[..., ::-1])

    def _look(self, number: int | None = None) -> dict[str, Any]:
        with _translated(self._source, number, password=bool(self._options.password)):
            return dict(
                pdfinfo_from_path(
                    str(self._path),
                    userpw=self._options.password or None,  # type: ignore[arg-type]
                    timeout=_LOOK,
                    first_page=number,  # type: ignore[arg-type]
                    last_page=number,  # type: ignore[arg-type]
                )
            )

    def _unreadable(self, what: str, page: int | None) -> UnreadableInput:
        return UnreadableInput(
            what,
            hint="Open it in a PDF reader and print it to a new PDF",
            source=self._source,
            page=page,
        )


@contextmanager
def _translated(source: str, page: int | None, *, password: bool) -> Iterator[None]:
    """pdf2image's errors as ours."""
    try:
        yield
    except exceptions.PDFInfoNotInstalledError as error:
        raise MissingDependency(
            "pdfium cannot read this PDF, and poppler, which might, is not installed",
            hint="Install it: apt-get install poppler-utils, or brew install poppler",
            source=source,
        ) from error
    except exceptions.PDFPopplerTimeoutError as error:
        raise UnreadableInput("the PDF takes too long to open", source=source, page=page) from error
    except Exception as error:
        # pdf2image lets errors of its own parsing out beside its own classes.
        if "Incorrect password" in str(error):
            raise wrong_password(source, given=password) from None
        raise UnreadableInput(
            "the PDF is damaged and neither pdfium nor poppler can read it",
            hint="Copy it again, or scan the paper again",
            source=source,
            page=page,
        ) from error


def wrong_password(source: str, *, given: bool) -> EncryptedInput:
    """The error for a PDF that its password, or the want of one, does not open."""
    if given:
        return EncryptedInput(
            "the password does not open this PDF",
            hint="Check it; capitals count",
            source=source,
        )
    return EncryptedInput(
        "the PDF is encrypted and needs a password",
        hint="Give it with --password-file, or when asked",
        source=source,
    )


@contextmanager
def as_file(source: Path | bytes) -> Iterator[Path]:
    """The input as a file: itself, or a copy in a private folder (0700) that is removed."""
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        path = Path(folder, "input.pdf")
        path.touch(mode=0o600)
        path.write_bytes(source)
        yield path

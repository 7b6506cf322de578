"""Pages of a PDF as they are, with invisible text below what they show."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf

from medicord_ocr.intake.frame import Frame, Rect
from medicord_ocr.page import PageText
from medicord_ocr.searchable.font import Codes, make_font
from medicord_ocr.searchable.hidden import without_hidden_text
from medicord_ocr.searchable.layer import FONT, text_stream

#: Levels of a page tree that are looked at for what a page inherits.
_LEVELS = 50
#: US Letter, which pdfium takes where a page has no size.
_LETTER = (0.0, 0.0, 612.0, 792.0)
# qpdf tells what it mended; the pages are looked at all the same.
logging.getLogger("pikepdf").addHandler(logging.NullHandler())


@contextmanager
def overlaid_pdf(
    path: Path, password: str | None, texts: Mapping[int, PageText], page_count: int
) -> Iterator[Pdf]:
    """The document with the text of the pages that were read from their pictures.

    The text is drawn before the page's own content, which so begins as it always did.

    Args:
        path: the file.
        password: that opens it.
        texts: the pages that were read, by number.
        page_count: pages that the reader of the file found in it.

    Raises:
        pikepdf.PdfError: qpdf cannot open it.
        ValueError: qpdf finds other pages than the reader did.
    """
    # Not mapped into memory: that would count as memory of this process.
    mode = pikepdf.AccessMode.stream
    with pikepdf.open(path, password=password or "", access_mode=mode) as pdf:
        if len(pdf.pages) != page_count:
            raise ValueError("the number of pages is in doubt")
        codes = Codes()
        written = []
        for number, text in sorted(texts.items()):
            page = pdf.pages[number - 1]
            words = text_stream(text, _frame(page.obj), codes)
            if words:
                _add(pdf, page, words, text)
                written.append(page.obj)
        if written:
            font = make_font(pdf, codes)
            for obj in written:
                obj.Resources.Font[FONT] = font
        yield pdf


def _add(pdf: Pdf, page: Page, words: bytes, text: PageText) -> None:
    if text.quality.text_source == "ocr":
        without_hidden_text(pdf, page)
    page.contents_add(words, prepend=True)
    # A copy: several pages may have one dictionary between them.
    own = _copied(_inherited(page.obj, Name.Resources))
    own.Font = _copied(own.get(Name.Font))
    page.obj.Resources = own
    if text.quality.rotation:
        page.rotate(text.quality.rotation, relative=True)


def _copied(found: object) -> Dictionary:
    """A dictionary of its own with the same entries; an empty one where there is none."""
    own = Dictionary()
    if isinstance(found, Dictionary):
        for name, value in found.items():
            own[name] = value
    return own


def _frame(page: Object) -> Frame:
    """The page's visible box and its turn, as pdfium sees them."""
    media = _box(page, Name.MediaBox) or _LETTER
    crop = _box(page, Name.CropBox) or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    turn = _inherited(page, Name.Rotate)
    rotation = int(turn) % 360 if isinstance(turn, int) else 0
    if left >= right or bottom >= top:
        left, bottom, right, top = media
    return Frame(left, bottom, right, top, rotation)


def _box(page: Object, name: Name) -> Rect | None:
    found = _inherited(page, name)
    if not isinstance(found, pikepdf.Array) or len(found) != 4:
        return None
    x0, y0, x1, y1 = (float(value) for value in found)
    box = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return box if box[0] < box[2] and box[1] < box[3] else None


def _inherited(page: Object, name: Name) -> object:
    """What a page has of that name, or the nearest node of the tree above it."""
    node: Object | None = page
    for _ in range(_LEVELS):
        if node is None or name in node:
            break
        node = node.get(Name.Parent)
    return None if node is None else node.get(name)

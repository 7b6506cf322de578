"""A document as a PDF that looks as it did and whose text a viewer can search and copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from medicord_ocr.errors import UnreadableInput
from medicord_ocr.faults import log_trace
from medicord_ocr.searchable.places import replacing

if TYPE_CHECKING:
    from medicord_ocr.intake import SourceDocument
    from medicord_ocr.page import PageText

__all__ = ["make_searchable"]


def make_searchable(
    path: Path,
    document: SourceDocument,
    pages: Sequence[PageText],
    target: Path,
    *,
    password: str | None = None,
) -> None:
    """Write the searchable PDF of a document; it takes the place of the target in one step.

    Pages of a PDF stay as they are and pictures become pages; text that was read from pictures is
    laid over it invisibly. What qpdf cannot open or write is drawn as pictures.

    Args:
        path: the file.
        document: the same, open.
        pages: those that were read.
        target: the PDF, readable by its owner alone and not encrypted.
        password: of the file, where it has one.

    Raises:
        OutputError: the target cannot be written; what was there before stays.
        UnreadableInput: the file is gone.
    """
    texts = {page.number: page for page in pages}
    try:
        time = path.stat().st_mtime_ns
    except OSError as error:
        raise UnreadableInput("the file is gone", source=document.name) from error
    with replacing(target, time) as file:
        if document.file_type != "pdf" or not _overlaid(path, document, texts, password, file):
            from medicord_ocr.searchable.pictures import picture_pdf

            with picture_pdf(path, document, texts, target.parent) as pdf:
                pdf.save(file)


def _overlaid(
    path: Path,
    document: SourceDocument,
    texts: Mapping[int, PageText],
    password: str | None,
    file: BinaryIO,
) -> bool:
    """Write a PDF with its text; tells whether that could be done."""
    from medicord_ocr.searchable.overlay import overlaid_pdf

    try:
        with overlaid_pdf(path, password, texts, document.page_count) as pdf:
            pdf.save(file)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # whatever a damaged file makes of the library
        log_trace(error)
        file.seek(0)
        file.truncate()
        return False
    return True

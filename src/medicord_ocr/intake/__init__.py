"""From a file to pages: type by content, limits, passwords, one page in memory at a time.

A picture is decoded by Pillow, a PDF by pdfium, with poppler standing in where pdfium cannot
open or render it. Nothing is decoded before the limits were checked, and a page's picture is
made only when it is asked for.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from medicord_ocr.errors import UnreadableInput
from medicord_ocr.intake.filetype import HEAD, FileType, detect_type, unsupported
from medicord_ocr.intake.source import (
    Opened,
    SourceDocument,
    SourcePage,
    check_bytes,
    select_pages,
)
from medicord_ocr.options import Options

__all__ = ["FileType", "SourceDocument", "SourcePage", "detect_type", "open_document"]


@contextmanager
def open_document(
    source: Path | bytes, options: Options, *, name: str | None = None
) -> Iterator[SourceDocument]:
    """Open a file or its bytes as pages; everything is released when the block is left.

    Args:
        source: a regular file, or a whole file in memory.
        options: pages, password and limits are used.
        name: what to call it in messages, by default the path as given.

    Raises:
        UnreadableInput: missing, empty, truncated or corrupt, or not a regular file.
        UnsupportedInput: none of PDF, JPEG, PNG, TIFF and BMP.
        EncryptedInput: a PDF whose password is missing or wrong.
        LimitExceeded: too many bytes, pages or pixels; found without decoding anything.
        UsageError: ``options.pages`` names a page that the document does not have.
        MissingDependency: only poppler could open the PDF, and it is not installed.
    """
    label = name or (str(source) if isinstance(source, Path) else "input")
    with ExitStack() as stack:
        stream = stack.enter_context(_open(source, label))
        check_bytes(stream.seek(0, io.SEEK_END), options, label)
        stream.seek(0)
        head = stream.read(HEAD)
        kind = detect_type(head)
        if kind is None:
            raise unsupported(head, label)
        opened = stack.enter_context(_opened(source, stream, kind, options, label))
        numbers = select_pages(opened.page_count, options, label)
        stream.seek(0)
        digest = _sha256(stream)
        yield SourceDocument(label, kind, opened.page_count, digest, numbers, opened.read)


@contextmanager
def _opened(
    source: Path | bytes, stream: BinaryIO, kind: FileType, options: Options, label: str
) -> Iterator[Opened]:
    """The file in the hands of what reads its type, which is imported only now."""
    if kind == "pdf":
        from medicord_ocr.intake.pdf import open_pdf

        with open_pdf(source, options, label) as opened:
            yield opened
    else:
        from medicord_ocr.intake.picture import Picture

        yield Picture(stream, kind, options, label)


def _sha256(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _open(source: Path | bytes, label: str) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    try:
        # A pipe or device would block, or never end.
        if not source.is_file():
            problem = "is not a regular file" if source.exists() else "does not exist"
            raise UnreadableInput(f"the file {problem}", source=label)
        return source.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        reason = getattr(error, "strerror", None) or "the path is not valid"
        raise UnreadableInput(f"the file cannot be opened: {reason}", source=label) from error

"""Which type a file is, by its content and never by its name."""

from __future__ import annotations

from typing import Literal

from medicord_ocr.errors import UnsupportedInput

FileType = Literal["pdf", "jpeg", "png", "tiff", "bmp"]
#: Bytes of the beginning that :func:`detect_type` wants to see.
HEAD = 1024

_MAGIC: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),  # BigTIFF
    (b"MM\x00+", "tiff"),
)
# Sizes of the BMP headers ever written: "BM" alone begins many a text file.
_BMP_HEADERS = frozenset((12, 16, 40, 52, 56, 64, 108, 124))
# What people send by mistake, and what to do about it.
_OTHERS: tuple[tuple[int, bytes, str, str], ...] = (
    (4, b"ftypheic", "a HEIC photo", "Send it as JPEG (iPhone: Settings, Camera, Most Compatible)"),
    (4, b"ftypmif1", "a HEIF photo", "Convert it to JPEG"),
    (4, b"ftypheix", "a HEIC photo", "Convert it to JPEG"),
    (4, b"ftypavif", "an AVIF picture", "Convert it to JPEG"),
    (8, b"WEBP", "a WebP picture", "Convert it to JPEG or PNG"),
    (0, b"GIF8", "a GIF picture", "Convert it to PNG"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture", "Convert it to JPEG or TIFF"),
    (0, b"PK\x03\x04", "a zip archive or an office document", "Print an office document to PDF"),
    (0, b"\xd0\xcf\x11\xe0", "an old office document", "Print it to PDF"),
    (0, b"%!PS", "PostScript", "Convert it to PDF"),
    (128, b"DICM", "a DICOM file", "Export the report as PDF"),
)


def detect_type(head: bytes) -> FileType | None:
    """The type of a file from its first bytes, None when it is none of the five.

    Args:
        head: the first ``HEAD`` bytes, or fewer when the file is shorter. A PDF's header may
            stand anywhere in them, as PDF readers allow (ISO 32000-1, annex H, note 13).

    Returns:
        The type. It says what the content claims to be, not that it can be read. Never raises.
    """
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    return "pdf" if b"%PDF-" in head[:HEAD] else None


def unsupported(head: bytes, source: str) -> UnsupportedInput:
    """The error for a file of none of the five types, naming what it is where that is known."""
    for offset, magic, what, hint in _OTHERS:
        if head[offset : offset + len(magic)] == magic:
            return UnsupportedInput(f"this is {what}", hint=hint, source=source)
    what = "plain text" if _is_text(head) else "of an unknown type"
    return UnsupportedInput(
        f"the content is {what}, whatever the file's name says",
        hint="Supported are PDF, JPEG, PNG, TIFF and BMP",
        source=source,
    )


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    text = head.decode("utf-8", "replace")
    # The head may end in the middle of a character.
    return "\ufffd" not in text[:-1]

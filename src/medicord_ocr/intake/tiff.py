"""TIFF's own: the chain of its pages, followed without decoding any, and libtiff kept quiet."""

from __future__ import annotations

import ctypes
import struct
from functools import cache
from pathlib import Path
from typing import BinaryIO

import PIL

from medicord_ocr.errors import LimitExceeded

#: More directories than any document has; each costs two small reads.
_MOST = 100_000


def count_frames(stream: BinaryIO, source: str) -> int:
    """Number of pages in a TIFF (TIFF 6.0, section 2; BigTIFF).

    Ends at the first directory that is cut off or was seen before.

    Raises:
        LimitExceeded: above 100,000 pages.
    """
    stream.seek(0)
    head = stream.read(16)
    order = "<" if head[:1] == b"I" else ">"
    big = head[2:4] in (b"+\x00", b"\x00+")
    count_format, entry, link_format = ("Q", 20, "Q") if big else ("H", 12, "I")
    seen: set[int] = set()
    offset = _number(head[8:16] if big else head[4:8], order + link_format)
    while offset and offset not in seen:
        stream.seek(min(offset, 2**62))
        entries = _number(stream.read(struct.calcsize(count_format)), order + count_format)
        if not entries:
            break
        seen.add(offset)
        if len(seen) > _MOST:
            raise LimitExceeded(f"the TIFF has more than {_MOST:,} pages", source=source)
        stream.seek(min(entries * entry, 2**40), 1)
        offset = _number(stream.read(struct.calcsize(link_format)), order + link_format)
    return len(seen)


def _number(data: bytes, form: str) -> int:
    """The number in the bytes, 0 where they are too few."""
    return int(struct.unpack(form, data)[0]) if len(data) == struct.calcsize(form) else 0


@cache
def silence_libtiff() -> None:
    """Stop libtiff from writing to stderr; what went wrong, Pillow says as an exception.

    Pillow has no switch for it, so the library that its wheel brings is asked itself. Where it
    is linked into Pillow (Windows), nothing is done and libtiff may still be heard.
    """
    package = Path(PIL.__file__).parent
    places = [*package.parent.glob("pillow.libs/libtiff*"), *package.glob(".dylibs/libtiff*")]
    for name in [str(place) for place in places] or ["libtiff.so.6"]:
        try:
            library = ctypes.CDLL(name)
            for setter in (library.TIFFSetErrorHandler, library.TIFFSetWarningHandler):
                setter.argtypes, setter.restype = [ctypes.c_void_p], ctypes.c_void_p
                setter(None)
        except (OSError, AttributeError):
            continue

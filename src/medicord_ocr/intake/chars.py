"""pdfium's characters of a page."""

from __future__ import annotations

import ctypes
from collections import defaultdict
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from medicord_ocr.intake import native
from medicord_ocr.intake.frame import Frame, Rect

#: Characters or objects on a page above which its text layer is not looked at (a dense page of
#: print has 6,000 characters); it bounds the time that a hostile page can take.
MOST = 60_000


class Char(NamedTuple):
    """A character: its place in pdfium's order, its code point, whether it has one at all."""

    place: int
    code: int
    mapped: bool


class PageChars:
    """pdfium's characters of a page, by the object that drew them."""

    def __init__(self, page: Any, frame: Frame) -> None:
        self._page = page.get_textpage()
        self._handle = native.address(self._page.raw)
        self._frame = frame
        self._doubles = [ctypes.c_double() for _ in range(4)]
        self._addresses = [ctypes.addressof(double) for double in self._doubles]
        self._loose = pdfium.FS_RECTF()
        self.count: int = self._page.count_chars()
        self.codes: list[int] = []
        self.of: dict[int, list[Char]] = defaultdict(list)
        if self.count <= MOST:
            self._read()

    def close(self) -> None:
        """Release pdfium's text page."""
        self._page.close()

    def _read(self) -> None:
        handle, codes = self._handle, self.codes
        for index in range(self.count):
            code = native.char_code(handle, index)
            codes.append(code)
            if is_space(code) and native.char_is_generated(handle, index):
                continue  # pdfium's guess, not in the file
            drawn_by = native.char_object(handle, index)
            if drawn_by:
                mapped = native.char_is_unmapped(handle, index) != 1
                self.of[drawn_by].append(Char(index, code, mapped))

    def box(self, index: int) -> Rect:
        """Ink of a character as shown; its place on the line where it has no ink."""
        native.char_box(self._handle, index, *self._addresses)
        left, right, bottom, top = (double.value for double in self._doubles)
        if right <= left or top <= bottom:
            native.char_loose_box(self._handle, index, ctypes.addressof(self._loose))
            loose = self._loose
            left, right, bottom, top = loose.left, loose.right, loose.bottom, loose.top
        return self._frame.rect(left, bottom, right, top)


def character(code: int) -> str:
    """The character of a code point, U+FFFD where it is none."""
    return chr(code) if code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"


def is_space(code: int) -> bool:
    """Whether a code point is white space, of any width."""
    return code in (0x20, 0x0D, 0x0A, 0x09, 0xA0, 0x3000) or 0x2000 <= code <= 0x200A

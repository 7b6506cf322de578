"""pdfium's functions that are called for every character or object of a page.

They are the same C functions as in ``pypdfium2.raw``, taking plain addresses: pypdfium2's own
prototypes build a pointer object a call, which costs three times as much.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

_pointer, _int = ctypes.c_void_p, ctypes.c_int


def address(handle: Any) -> int:
    """The address that a handle of pypdfium2 points at, 0 for null."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _fast(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.CFUNCTYPE(result, *arguments)(address(function))


char_code = _fast(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _pointer, _int)
char_is_unmapped = _fast(pdfium.FPDFText_HasUnicodeMapError, _int, _pointer, _int)
char_is_generated = _fast(pdfium.FPDFText_IsGenerated, _int, _pointer, _int)
char_object = _fast(pdfium.FPDFText_GetTextObject, _pointer, _pointer, _int)
char_box = _fast(pdfium.FPDFText_GetCharBox, _int, _pointer, _int, *[_pointer] * 4)
char_loose_box = _fast(pdfium.FPDFText_GetLooseCharBox, _int, _pointer, _int, _pointer)
page_count = _fast(pdfium.FPDFPage_CountObjects, _int, _pointer)
page_object = _fast(pdfium.FPDFPage_GetObject, _pointer, _pointer, _int)
form_count = _fast(pdfium.FPDFFormObj_CountObjects, _int, _pointer)
form_object = _fast(pdfium.FPDFFormObj_GetObject, _pointer, _pointer, ctypes.c_ulong)
object_type = _fast(pdfium.FPDFPageObj_GetType, _int, _pointer)
object_bounds = _fast(pdfium.FPDFPageObj_GetBounds, _int, _pointer, *[_pointer] * 4)
object_matrix = _fast(pdfium.FPDFPageObj_GetMatrix, _int, _pointer, _pointer)
fill_colour = _fast(pdfium.FPDFPageObj_GetFillColor, _int, _pointer, *[_pointer] * 4)
mark_count = _fast(pdfium.FPDFPageObj_CountMarks, _int, _pointer)
mark = _fast(pdfium.FPDFPageObj_GetMark, _pointer, _pointer, ctypes.c_ulong)
image_size = _fast(pdfium.FPDFImageObj_GetImagePixelSize, _int, _pointer, _pointer, _pointer)
text_font = _fast(pdfium.FPDFTextObj_GetFont, _pointer, _pointer)
text_size = _fast(pdfium.FPDFTextObj_GetFontSize, _int, _pointer, _pointer)
text_mode = _fast(pdfium.FPDFTextObj_GetTextRenderMode, _int, _pointer)

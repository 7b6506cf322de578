"""What a PDF page is made of, as pdfium tells it: runs of text with boxes, and images.

pdfium's own text order is by place, which takes Khmer clusters apart; and where a cluster is
written with ``/ActualText`` (as Chromium, Word and LibreOffice do for Khmer) it gives the text
twice or out of order. So the objects are walked in the order they were drawn, ``ActualText``
stands for all the objects that it spans, and pdfium's characters are used for the others.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import hypot, isfinite
from statistics import median
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from medicord_ocr.intake import native, shapes
from medicord_ocr.intake.chars import MOST, Char, PageChars, character, is_space
from medicord_ocr.intake.frame import IDENTITY, Frame, Matrix, Rect, apply, hull, times

_MOST_FIELDS = 2_000
#: Annotations that show text which is not part of the page's own.
_TYPED = (pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP)
_HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
#: Depth of forms within forms.
_DEEPEST = 12
#: Text render modes that leave no ink (ISO 32000-1, table 106).
_INVISIBLE = (3, 7)
#: Opacity (0-255) below which text is there to be searched, not to be seen.
_FAINTEST = 16
_SPACE = 0x20
_FORCE_BOLD = 1 << 18  # font descriptor flag, ISO 32000-1, table 123
_BOLD_NAMES = ("bold", "black", "heavy", "demi")
#: Share of the usual distance from letter to letter that two without a space between may differ.
_SAME_PITCH = 0.25


class Font(NamedTuple):
    """A font of the page: its PostScript name without the subset's tag, and whether it is bold.

    A font without a name (Type 3) does not tell its weight: None.
    """

    name: str
    bold: bool | None


class Run(NamedTuple):
    """Text that was drawn in one go, without white space in it.

    Attributes:
        text: in logical order as the file gives it.
        box: of the ink, points from the top left of the page as shown.
        baseline: y of the baseline, in the same points.
        size: of the font in points.
        font: which font.
        order: place in the order of drawing; what comes later covers what came before.
        space: white space was drawn before it.
        gap: pdfium sees a gap before it (which inside Khmer means little).
        mapped: every glyph has a Unicode value.
        upright: the text runs from left to right on the page as shown.
        shown: it leaves ink.
    """

    text: str
    box: Rect
    baseline: float
    size: float
    font: Font
    order: int
    space: bool
    gap: bool
    mapped: bool
    upright: bool
    shown: bool


class Image(NamedTuple):
    """An image on the page: its box as shown in points, pixels, resolution, place in the order."""

    box: Rect
    width: int
    height: int
    dpi: float
    order: int


class Objects(NamedTuple):
    """What is on a page.

    Attributes:
        runs, images: in the order of drawing.
        fields: boxes of what is drawn over the page: filled form fields, typed notes, stamps.
        misfits: names of the fonts whose glyphs contradict their characters.
        drawings: number of the other objects.
        complete: False when there was too much to look at all of it.
    """

    runs: list[Run]
    images: list[Image]
    fields: list[Rect]
    misfits: frozenset[str]
    drawings: int
    complete: bool


def read_objects(page: Any, frame: Frame) -> Objects:
    """Runs and images of a pdfium page, in the order they were drawn.

    Args:
        page: a ``pypdfium2.PdfPage``.
        frame: of that page.
    """
    text = PageChars(page, frame)
    try:
        walk = _Walk(text, frame)
        for handle, matrix in _walk(native.address(page.raw), IDENTITY):
            if walk.order >= MOST:
                break
            walk.take(handle, matrix)
        complete = walk.order < MOST and text.count <= MOST
        # No number that a file holds is to be trusted.
        walk.runs = [r for r in walk.runs if isfinite(sum(r.box) + r.baseline + r.size)]
        walk.images = [i for i in walk.images if isfinite(sum(i.box))]
        misfits = frozenset(n for n, known in walk.shapes.items() if shapes.misfits(known))
        fields = list(_fields(page.raw, frame))
        return Objects(walk.runs, walk.images, fields, misfits, walk.drawings, complete)
    finally:
        text.close()


def _walk(container: int, outer: Matrix, depth: int = 0) -> Iterator[tuple[int, Matrix]]:
    """The objects of the page, those inside forms too, with the matrix of what holds them."""
    count = native.form_count if depth else native.page_count
    get = native.form_object if depth else native.page_object
    for index in range(count(container)):
        handle = get(container, index)
        if not handle:
            continue
        if native.object_type(handle) != pdfium.FPDF_PAGEOBJ_FORM:
            yield handle, outer
        elif depth < _DEEPEST:
            yield from _walk(handle, times(_matrix(handle), outer), depth + 1)


def _fields(page: Any, frame: Frame) -> Iterator[Rect]:
    """Boxes of the annotations that may hold text of their own, and are not hidden."""
    rect = pdfium.FS_RECTF()
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        hidden = pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN
        if kind in _TYPED and not hidden and pdfium.FPDFAnnot_GetRect(annotation, rect):
            box = frame.rect(rect.left, rect.bottom, rect.right, rect.top)
            if isfinite(sum(box)):
                yield box
        pdfium.FPDFPage_CloseAnnot(annotation)


class _Walk:
    """The runs and images met so far, and the state that leads from one to the next."""

    def __init__(self, text: PageChars, frame: Frame) -> None:
        self._text, self._frame = text, frame
        self.runs: list[Run] = []
        self.images: list[Image] = []
        self.shapes: dict[str, list[shapes.Shape]] = defaultdict(list)
        self.drawings = self.order = 0
        self._span: int | None = None
        self._spanned = False
        self._space = False
        self._floats = [ctypes.c_float() for _ in range(4)]
        self._float_addresses = [ctypes.addressof(value) for value in self._floats]
        self._colours = [ctypes.c_uint() for _ in range(4)]
        self._colour_addresses = [ctypes.addressof(value) for value in self._colours]
        self._font = cache(_font)
        self._mark = cache(_actual_text)

    def take(self, handle: int, outer: Matrix) -> None:
        """The next object."""
        self.order += 1
        kind = native.object_type(handle)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            self._take_text(handle, outer)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            self._take_image(handle, outer)
        else:
            self.drawings += 1

    def _take_image(self, handle: int, outer: Matrix) -> None:
        a, b, c, d, e, f = times(_matrix(handle), outer)
        width, height = ctypes.c_uint(), ctypes.c_uint()
        native.image_size(handle, ctypes.addressof(width), ctypes.addressof(height))
        inches = max(hypot(a, b) / 72, 1e-6), max(hypot(c, d) / 72, 1e-6)
        dpi = max(width.value / inches[0], height.value / inches[1])
        box = self._frame.rect(
            *hull((e, f), (e + a, f + b), (e + c, f + d), (e + a + c, f + b + d))
        )
        self.images.append(Image(box, width.value, height.value, dpi, self.order))

    def _take_text(self, handle: int, outer: Matrix) -> None:
        chars = self._text.of.get(handle, [])
        mark, actual = self._actual(handle)
        if chars and actual is None:
            self._span = None
            for group in self._words(chars):
                self._add_chars(handle, outer, group)
            self._space = is_space(chars[-1].code)
            return
        ink = self._ink(handle, outer)
        blank = ink[2] - ink[0] <= 0 or ink[3] - ink[1] <= 0
        if actual is not None:
            self._take_span(handle, outer, mark, actual, None if blank else ink)
            return
        self._span = None
        # No ink: a space that pdfium folded away. Ink: a repetition that fakes bold.
        self._space = self._space or blank

    def _take_span(
        self, handle: int, outer: Matrix, mark: int | None, actual: str, ink: Rect | None
    ) -> None:
        """An object of those that an ActualText stands for: a run with the first one's ink."""
        if mark != self._span:
            self._span, self._spanned = mark, False
            self._space = self._space or actual[:1].isspace()
        if ink is None:
            # A span of nothing but a space is one.
            self._space = self._space or not actual.strip()
        elif self._spanned:
            self._widen(ink)
        elif actual.strip():
            self._add(handle, outer, actual.strip(), ink, mapped=True, gap=False)
            self._spanned = True
            self._space = actual[-1:].isspace()

    def _words(self, chars: list[Char]) -> Iterator[list[Char]]:
        """The characters parted at white space, also where pdfium alone sees it."""
        group: list[Char] = []
        for char in chars:
            between = self._text.codes[group[-1].place + 1 : char.place] if group else []
            if group and any(map(is_space, between)) and not self._follows(chars, group[-1], char):
                yield group
                group = []
            if not is_space(char.code):
                group.append(char)
            elif group:
                yield group
                group = []
                self._space = True
            else:
                self._space = True
        if group:
            yield group

    def _follows(self, chars: list[Char], char: Char, other: Char) -> bool:
        """Whether two characters stand as far apart as most of them: no space is between.

        In print of one letter width pdfium sees a gap behind the point of ``48.1``.
        """
        middles = [self._middle(c) for c in chars if not is_space(c.code)]
        pitch = median(b - a for a, b in pairwise(middles))
        apart = self._middle(other) - self._middle(char)
        return abs(apart - pitch) <= _SAME_PITCH * pitch

    def _middle(self, char: Char) -> float:
        left, _, right, _ = self._text.box(char.place)
        return (left + right) / 2

    def _add_chars(self, handle: int, outer: Matrix, chars: list[Char]) -> None:
        boxes = [self._text.box(char.place) for char in chars]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        box = min(lefts), min(tops), max(rights), max(bottoms)
        first = chars[0].place
        # Where a page has little text pdfium takes it for columns and breaks the line behind every
        # letter that is drawn by itself: a space tells of a gap, a break does not.
        gap = first > 0 and self._text.codes[first - 1] == _SPACE
        text = "".join(character(char.code) for char in chars)
        mapped = all(char.mapped for char in chars)
        run = self._add(handle, outer, text, box, mapped=mapped, gap=gap)
        known = self.shapes[run.font.name]
        if run.upright and run.mapped and len(known) < shapes.MOST:
            for char, (_, top, _, bottom) in zip(text, boxes, strict=True):
                size = max(run.size, 1e-3)
                above = (run.baseline - top) / size, (run.baseline - bottom) / size
                known.append(shapes.Shape(char, *above))

    def _add(
        self, handle: int, outer: Matrix, text: str, box: Rect, *, mapped: bool, gap: bool
    ) -> Run:
        a, b, c, d, e, f = times(_matrix(handle), outer)
        native.text_size(handle, self._float_addresses[0])
        size = abs(self._floats[0].value) * hypot(c, d)
        (x0, y0), (x1, y1) = self._frame.place(e, f), self._frame.place(e + a, f + b)
        font: Font = self._font(native.text_font(handle))
        mode = native.text_mode(handle)
        if mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE:
            font = font._replace(bold=True)  # outlines thicken a font that has no bold face
        run = Run(
            text=text,
            box=box,
            baseline=y0,
            size=size,
            font=font,
            order=self.order,
            space=self._space,
            gap=gap,
            mapped=mapped,
            upright=x1 > x0 and abs(y1 - y0) <= 0.12 * (x1 - x0),  # 7 degrees
            shown=mode not in _INVISIBLE and self._opacity(handle) >= _FAINTEST,
        )
        self.runs.append(run)
        self._space = False
        return run

    def _widen(self, ink: Rect) -> None:
        """The last run holds this ink too. A span over several lines is no cluster: no match."""
        run = self.runs[-1]
        old = run.box
        box = min(old[0], ink[0]), min(old[1], ink[1]), max(old[2], ink[2]), max(old[3], ink[3])
        mapped = run.mapped and box[3] - box[1] <= 3 * max(run.size, 1.0)
        self.runs[-1] = run._replace(box=box, mapped=mapped)

    def _opacity(self, handle: int) -> int:
        if not native.fill_colour(handle, *self._colour_addresses):
            return 255
        return self._colours[3].value

    def _ink(self, handle: int, outer: Matrix) -> Rect:
        native.object_bounds(handle, *self._float_addresses)
        left, bottom, right, top = (value.value for value in self._floats)
        if outer is not IDENTITY:
            corners = ((left, bottom), (left, top), (right, bottom), (right, top))
            left, bottom, right, top = hull(*(apply(outer, x, y) for x, y in corners))
        return self._frame.rect(left, bottom, right, top)

    def _actual(self, handle: int) -> tuple[int | None, str | None]:
        """Address and text of the outermost mark with an ActualText, else two Nones."""
        for index in range(native.mark_count(handle)):
            mark = native.mark(handle, index)
            text: str | None = self._mark(mark)
            if text is not None:
                return mark, text
        return None, None


def _matrix(handle: int) -> Matrix:
    m = pdfium.FS_MATRIX()
    if not native.object_matrix(handle, ctypes.addressof(m)):
        return IDENTITY
    return m.a, m.b, m.c, m.d, m.e, m.f


def _actual_text(address: int) -> str | None:
    mark = ctypes.cast(address, pdfium.FPDF_PAGEOBJECTMARK)
    size = ctypes.c_ulong()
    if not pdfium.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", None, 0, size):
        return None
    data = (ctypes.c_ubyte * size.value)()
    pdfium.FPDFPageObjMark_GetParamBlobValue(mark, b"ActualText", data, size.value, size)
    raw = bytes(data)
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")  # PDFDocEncoding agrees with it but for a few signs


def _font(address: int | None) -> Font:
    if not address:
        return Font("", None)
    font = ctypes.cast(address, pdfium.FPDF_FONT)
    buffer = ctypes.create_string_buffer(256)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, len(buffer))
    name = buffer.value.decode("utf-8", "replace")
    if name[6:7] == "+":
        name = name[7:]
    if not name:
        return Font("", None)
    # pdfium's weight is a guess from the stems: it calls regular Khmer serifs bold.
    named = any(word in name.lower() for word in _BOLD_NAMES)
    return Font(name, named or bool(max(pdfium.FPDFFont_GetFlags(font), 0) & _FORCE_BOLD))

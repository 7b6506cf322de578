"""The verdict on a PDF page's text layer: which words are sound, and what is left to read."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from medicord_ocr.intake.frame import Frame, Rect
from medicord_ocr.intake.ink import INK_DPI, is_blank, shows, unlayered_lines
from medicord_ocr.intake.objects import Image, Objects
from medicord_ocr.intake.source import Raster
from medicord_ocr.intake.words import LayerWord, build_words, judge, mark_synthetic_bold
from medicord_ocr.page import Box, Reading, Word

#: Name of the reader in a layer word's reading, and its confidence: what is printed is what the
#: file says, but for producers whose maps are wrong in ways that ``words.judge`` cannot see.
READER = "text-layer"
CONFIDENCE = 0.99
#: Images that fill this share of the page together make it a scan.
COVERING = 0.6
#: Share of the letters that must be sound, or the page is read as a picture altogether.
_USABLE = 0.3
#: Glyphs without words that make a covering image more than a watermark, or an image a text.
_GLYPHS_OF_SCAN, _GLYPHS_OF_IMAGE = 30, 20
#: Share of the page above which an image that holds text is read as a whole.
_LARGE = 0.04
#: Pixels that the small raster may have: A2 at 100 dpi is 3.9 million.
_MOST_PIXELS = 6_000_000


class Layer(NamedTuple):
    """Words that are sound, boxes that need OCR, both in pixels, and the verdict as a code."""

    words: tuple[Word, ...]
    unread: tuple[Box, ...]
    verdict: str


class Scale(NamedTuple):
    """Pixels of the page's raster, and pixels a point across and down."""

    width: int
    height: int
    across: float
    down: float

    def box(self, rect: Rect, *, pad: float = 0.0) -> Box:
        """Points to pixels, rounded outwards, inside the page."""
        x0, y0, x1, y1 = rect
        box = Box(
            max(0, int((x0 - pad) * self.across)),
            max(0, int((y0 - pad) * self.down)),
            min(self.width, int((x1 + pad) * self.across) + 1),
            min(self.height, int((y1 + pad) * self.down) + 1),
        )
        return Box(box.x0, box.y0, max(box.x0, box.x1), max(box.y0, box.y1))

    @property
    def page(self) -> Box:
        """The whole raster."""
        return Box(0, 0, self.width, self.height)


def coverage(images: list[Image], frame: Frame) -> float:
    """Share (0-1) of the page that its images fill, where they do not overlap."""
    width, height = frame.size
    area = sum(_clipped(image.box, width, height) for image in images)
    return min(1.0, area / max(width * height, 1e-6))


def read_layer(
    page: Any, objects: Objects, frame: Frame, scale: Scale, *, producer: str = ""
) -> Layer:
    """Judge the text layer of a page.

    Args:
        page: a ``pypdfium2.PdfPage``, of which a small raster is made.
        objects: of that page.
        frame: of that page.
        scale: of the raster that its boxes are wanted in.
        producer: the program that wrote the PDF, as the file says.
    """
    whole = (scale.page,)
    if not objects.complete:
        return Layer((), whole, "unsound:too-large")
    words = [word for word in build_words(objects.runs) if _is_inside(word.box, frame)]
    shown = [word for word in words if word.shown]
    covering = _covering(objects.images, frame)
    over = [word for word in shown if covering is None or word.order > covering]
    if covering is not None and not over:
        return Layer((), whole, "unsound:ocr-layer" if words else "none")
    small, thumb = _thumb(page, frame)
    visible = [word for word in over if shows(thumb, small.box(word.box))]
    if not visible:
        blank = is_blank(thumb)
        return Layer((), () if blank else whole, "unsound:hidden" if words else "none")
    judge(visible, objects.misfits)
    if "Skia" in producer:
        mark_synthetic_bold(visible)
    sound = [word for word in visible if word.fault is None]
    if _letters(sound) < _USABLE * _letters(visible):
        return Layer((), whole, f"unsound:{_worst(visible)}")
    lines = unlayered_lines(thumb, [small.box(word.box) for word in visible])
    if covering is not None and sum(count for _, count in lines) >= _GLYPHS_OF_SCAN:
        return Layer((), whole, "unsound:over-scan")
    boxes = _faulty(visible, scale) + _unlayered(lines, objects.images, frame, scale, small)
    boxes += [scale.box(field) for field in objects.fields if _is_filled(thumb, small.box(field))]
    read = tuple(_word(word, scale) for word in sound)
    unread = merged(boxes, [word.box for word in read], scale.page)
    return Layer(read, unread, "partial" if unread else "sound")


def _thumb(page: Any, frame: Frame) -> tuple[Scale, Raster]:
    width, height = frame.size
    scale = min(INK_DPI / 72, (_MOST_PIXELS / max(width * height, 1e-6)) ** 0.5)
    thumb = np.asarray(page.render(scale=scale, grayscale=True).to_numpy(), np.uint8)
    rows, columns = thumb.shape[:2]
    return Scale(columns, rows, columns / width, rows / height), thumb.reshape(rows, columns)


def _covering(images: list[Image], frame: Frame) -> int | None:
    """Place in the order of drawing of the last large image of a scan, None when it is none."""
    if coverage(images, frame) < COVERING:
        return None
    width, height = frame.size
    large = [i.order for i in images if _clipped(i.box, width, height) > 0.01 * width * height]
    return max(large, default=None)


def _is_inside(box: Rect, frame: Frame) -> bool:
    """Whether half of it or more is on the page: what was cropped away is not on the paper."""
    width, height = frame.size
    area = max(box[2] - box[0], 0.01) * max(box[3] - box[1], 0.01)
    return _clipped(box, width, height, least=0.01) >= 0.5 * area


def _clipped(box: Rect, width: float, height: float, least: float = 0.0) -> float:
    across = min(max(box[2], box[0] + least), width) - max(box[0], 0.0)
    down = min(max(box[3], box[1] + least), height) - max(box[1], 0.0)
    return max(across, 0.0) * max(down, 0.0)


def _letters(words: list[LayerWord]) -> int:
    return sum(len(word.raw) for word in words)


def _worst(words: list[LayerWord]) -> str:
    faults = Counter[str]()
    for word in words:
        if word.fault:
            faults[word.fault] += len(word.raw)
    return faults.most_common(1)[0][0]


def _word(word: LayerWord, scale: Scale) -> Word:
    reading = Reading(READER, word.text)
    return Word(word.text, scale.box(word.box), CONFIDENCE, (reading,), word.font.bold)


def _faulty(words: list[LayerWord], scale: Scale) -> list[Box]:
    return [scale.box(w.box, pad=0.12 * w.size) for w in words if w.fault is not None]


def _unlayered(
    lines: list[tuple[Box, int]], images: list[Image], frame: Frame, scale: Scale, small: Scale
) -> list[Box]:
    """Boxes of print without words: whole images where they are large and full of it."""
    boxes = []
    across, down = scale.across / small.across, scale.down / small.down
    width, height = frame.size
    for image in images:
        box = small.box(image.box)
        glyphs = sum(count for line, count in lines if _within(line, box))
        large = _clipped(image.box, width, height) > _LARGE * width * height
        if large and glyphs >= _GLYPHS_OF_IMAGE:
            boxes.append(scale.box(image.box))
            lines = [(line, count) for line, count in lines if not _within(line, box)]
    for line, _ in lines:
        rect = (line.x0 - 2, line.y0 - 3, line.x1 + 2, line.y1 + 3)
        x0, y0, x1, y1 = rect
        boxes.append(
            Box(
                max(0, int(x0 * across)),
                max(0, int(y0 * down)),
                min(scale.width, int(x1 * across) + 1),
                min(scale.height, int(y1 * down) + 1),
            )
        )
    return boxes


def _is_filled(thumb: Raster, field: Box) -> bool:
    """Whether there is ink inside a field's frame."""
    return shows(thumb, Box(field.x0 + 2, field.y0 + 2, field.x1 - 3, field.y1 - 3))


def _within(line: Box, box: Box) -> bool:
    return box.x0 <= line.centre <= box.x1 and box.y0 <= line.middle <= box.y1


def merged(boxes: list[Box], taken: list[Box], page: Box) -> tuple[Box, ...]:
    """The boxes, neighbours joined to fewer ones as long as no box of ``taken`` gets inside.

    Each box is recognised as a picture of its own, so one paragraph does better as one box.

    Args:
        boxes: that need OCR.
        taken: boxes of words that must not be read a second time.
        page: of the whole raster; a line's reach is measured on it.
    """
    left = sorted((box for box in boxes if box.width > 0 and box.height > 0), key=lambda b: b.y0)
    done: list[Box] = []
    while left:
        box = left.pop(0)
        joined = True
        while joined:
            joined = False
            for other in left:
                union = box.union(other)
                if _near(box, other, page) and not _holds(union, taken, (box, other)):
                    left.remove(other)
                    box, joined = union, True
                    break
        done.append(box)
    return tuple(done)


def _near(one: Box, other: Box, page: Box) -> bool:
    """Side by side on a line within a quarter of the page, or under one another within a line."""
    height = min(one.height, other.height)
    apart_x = max(one.x0, other.x0) - min(one.x1, other.x1)
    apart_y = max(one.y0, other.y0) - min(one.y1, other.y1)
    if apart_y <= -0.5 * height:
        return apart_x <= page.width / 4
    return apart_y <= 1.2 * height and apart_x <= 0


def _holds(union: Box, taken: list[Box], parts: tuple[Box, Box]) -> bool:
    """Whether a taken word's middle is in the union and was in neither part."""
    return any(
        _within(word, union) and not any(_within(word, part) for part in parts) for word in taken
    )

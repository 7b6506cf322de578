"""Strokes that stand for no dose, which readers of lines take for 1."""

from __future__ import annotations

import cv2
import pytest

from medicord_ocr.engines import Readers
from medicord_ocr.layout import find_layout
from medicord_ocr.options import Options
from medicord_ocr.page import Box, Word
from medicord_ocr.readers.base import EngineInfo, Gray, ReadWord
from medicord_ocr.readers.strokes import stroke_at
from medicord_ocr.recognise import recognise
from tests.pictures import blank, write


def stroke(lean: float, size: int) -> Gray:
    """A picture of a line with a stroke that leans so far to the right, in its heights."""
    top, foot = (round((1 + lean) * size), size // 3), (size, size // 3 + size)
    return cv2.line(blank(6 * size, 2 * size), foot, top, 0, max(2, size // 12), cv2.LINE_AA)


@pytest.mark.parametrize("size", [24, 30, 36])
def test_a_stroke_is_known_by_its_slant(size: int) -> None:
    where = Box(size, 0, 2 * size, 2 * size)
    assert stroke_at(stroke(0.45, size), where) == "sure"
    assert stroke_at(stroke(0.0, size), where) is None
    assert stroke_at(stroke(-0.45, size), where) is None


def test_a_steep_stroke_may_be_one() -> None:
    where = Box(36, 0, 72, 72)
    assert stroke_at(stroke(0.25, 36), where) == "possible"
    assert stroke_at(stroke(0.1, 36), where) is None


@pytest.mark.parametrize("text", ["1", "7", "2", "x", "10"])
@pytest.mark.parametrize("size", [18, 24, 36])
def test_figures_are_no_strokes(text: str, size: int) -> None:
    line = write(blank(6 * size, 2 * size), text, size, size // 3, size)
    assert stroke_at(line, Box(size, 0, 2 * size, 2 * size)) is None


def test_paper_is_no_stroke() -> None:
    assert stroke_at(blank(200, 40), Box(10, 0, 40, 40)) is None


class _Reader:
    """A reader that makes the same of every line."""

    scripts = frozenset({"latin"})

    def __init__(self, name: str, text: str) -> None:
        self.name, self._text = name, text

    def info(self) -> EngineInfo:
        return EngineInfo(self.name, "1")

    def read(self, lines: list[Gray]) -> list[tuple[ReadWord, ...]]:
        return [(ReadWord(self._text, Box(0, 0, *line.shape[::-1]), 0.95),) for line in lines]


def _read(lean: float, *texts: str) -> Word:
    page = blank(600, 400)
    page[100:172, 100:316] = stroke(lean, 36)
    readers = [_Reader(f"r{i}", text) for i, text in enumerate(texts)]
    layout = find_layout(page, 20.0)
    read = recognise(layout, Readers(readers[0], readers[1]), Options())  # type: ignore[arg-type]
    (word,) = (word for words in read.values() for word in words)
    return word


def test_a_stroke_that_one_reader_read_is_one() -> None:
    word = _read(0.45, "1", "/")
    assert (word.text, word.readings[0].reader) == ("/", "strokes")
    assert word.confidence > 0.75


def test_a_steep_one_that_one_reader_read_stays_doubtful() -> None:
    word = _read(0.25, "1", "/")
    assert word.text == "/"
    assert word.confidence <= 0.7


def test_a_figure_that_leans_like_a_stroke_is_doubtful() -> None:
    word = _read(0.45, "1", "1")
    assert (word.text, word.confidence <= 0.7) == ("1", True)


def test_an_upright_one_that_one_reader_took_for_a_stroke_is_doubtful() -> None:
    assert _read(0.0, "1", "|").confidence <= 0.7
    assert _read(0.0, "1", "1").confidence > 0.9

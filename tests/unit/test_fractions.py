"""Fractions printed as one sign, which readers of lines take for other signs."""

from __future__ import annotations

import cv2
import pytest

from medicord_ocr.engines import Readers
from medicord_ocr.layout import find_layout
from medicord_ocr.options import Options
from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray, ReadWord
from medicord_ocr.readers.fractions import may_be_fraction, read_fraction
from medicord_ocr.recognise import recognise
from tests.pictures import blank, write


def fraction(picture: Gray, sign: str, x: int, y: int, size: int) -> Gray:
    """The picture with a fraction of one sign, drawn: Pillow's own font has none."""
    over, under = {"½": "12", "¼": "14", "¾": "34"}[sign]
    small = round(0.66 * size)
    picture = write(picture, over, x, y, small)
    picture = write(picture, under, x + round(0.5 * size), y + round(0.38 * size), small)
    foot, head = (x + size // 6, y + round(0.92 * size)), (x + round(0.68 * size), y + size // 6)
    return cv2.line(picture, foot, head, 0, max(1, size // 24), cv2.LINE_AA)


@pytest.mark.parametrize("sign", ["½", "¼", "¾"])
@pytest.mark.parametrize("size", [24, 36, 48])
def test_a_fraction_is_read_where_it_stands(sign: str, size: int) -> None:
    line = write(blank(12 * size, 2 * size), "tab", 3 * size, size // 3, size)
    line = fraction(line, sign, size, size // 3, size)
    read = read_fraction(line, Box(size, 0, 2 * size, 2 * size))
    assert read == sign or (read is None and sign == "¼")  # never another one


@pytest.mark.parametrize("text", ["%", "1½", "2", "12", "Y", "&"])
@pytest.mark.parametrize("size", [24, 36, 48])
def test_what_is_no_fraction_alone_is_not_read_as_one(text: str, size: int) -> None:
    line = write(blank(12 * size, 2 * size), f"{text} tab", size, size // 3, size)
    assert read_fraction(line, Box(size, 0, 2 * size, 2 * size)) is None


def test_paper_is_no_fraction() -> None:
    assert read_fraction(blank(200, 40), Box(10, 0, 40, 40)) is None
    assert read_fraction(blank(200, 40), Box(400, 0, 440, 40)) is None


def test_only_lone_signs_and_doubtful_short_words_are_looked_at() -> None:
    assert all(may_be_fraction(text, doubtful=False) for text in ("%", "»", "¥", "½2", "1½"))
    assert not any(may_be_fraction(text, doubtful=False) for text in ("2", "Ye", ":", "-", "5%"))
    assert may_be_fraction("Ye", doubtful=True)
    assert not any(may_be_fraction(text, doubtful=True) for text in ("tablet", "5", "7j", "៥"))


@pytest.mark.parametrize("text", ["1", "4", "12", "1/", "1%", "»2", "I/2", "+"])
def test_figures_of_a_fraction_are_looked_at_only_where_readers_differ(text: str) -> None:
    assert may_be_fraction(text, doubtful=True)
    assert text in ("+",) or not may_be_fraction(text, doubtful=False)


class _Percent:
    """A reader that takes the sign for another, as those of lines do."""

    scripts = frozenset({"latin"})

    def __init__(self, name: str) -> None:
        self.name = name

    def info(self) -> EngineInfo:
        return EngineInfo(self.name, "1")

    def read(self, lines: list[Gray]) -> list[tuple[ReadWord, ...]]:
        return [(ReadWord("%", Box(0, 0, *line.shape[::-1]), 0.95),) for line in lines]


def test_a_fraction_that_two_readers_take_for_another_sign_is_read_and_stays_doubtful() -> None:
    page = fraction(blank(600, 400), "½", 200, 150, 40)
    layout = find_layout(page, 20.0)
    readers = Readers(_Percent("a"), _Percent("b"))
    (word,) = (word for words in recognise(layout, readers, Options()).values() for word in words)
    assert word.text == "½"
    assert word.confidence <= 0.7
    assert [(r.reader, r.text) for r in word.readings] == [
        ("fractions", "½"),
        ("a", "%"),
        ("b", "%"),
    ]
    assert [info.name for info in readers.info()[-2:]] == ["fractions", "strokes"]

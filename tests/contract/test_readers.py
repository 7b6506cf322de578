"""What holds for every reader, asked of the real ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from medicord_ocr.errors import MissingDependency
from medicord_ocr.readers.base import Reader
from medicord_ocr.readers.easyocr import EasyOcrReader
from medicord_ocr.readers.fake import FakeReader
from medicord_ocr.readers.khmer_ctc import KhmerReader
from medicord_ocr.readers.paddle import PaddleReader
from medicord_ocr.readers.tesseract import open_tesseract
from tests.pictures import blank, write

READERS: dict[str, Callable[[], Reader]] = {
    "fake": lambda: FakeReader("Glucose 11.8"),
    "easyocr": EasyOcrReader,
    "khmer-ctc": KhmerReader,
    "pp-ocrv6": PaddleReader,
    "tesserocr": lambda: open_tesseract(("eng",)),
    "pytesseract": lambda: open_tesseract(("eng",), command="tesseract"),
    "tesserocr khm+eng": lambda: open_tesseract(("khm", "eng")),
}
ALL = [
    pytest.param(name, marks=pytest.mark.easyocr if name == "easyocr" else ()) for name in READERS
]
READING = [case for case in ALL if case.values != ("fake",)]


@pytest.fixture(scope="module")
def opened() -> Callable[[str], Reader]:
    cache: dict[str, Reader] = {}

    def get(name: str) -> Reader:
        if name not in cache:
            try:
                cache[name] = READERS[name]()
            except MissingDependency as error:
                pytest.skip(str(error))
        return cache[name]

    return get


def line(text: str) -> np.ndarray:
    return write(blank(700, 76), text, 20, 14)


@pytest.mark.parametrize("name", ALL)
def test_a_line_gives_words_in_order_inside_its_picture(
    name: str, opened: Callable[[str], Reader]
) -> None:
    (words,) = opened(name).read([line("Glucose 11.8 mmol")])
    assert words
    assert [w.box.x0 for w in words] == sorted(w.box.x0 for w in words)
    for word in words:
        assert word.text
        assert not any(c.isspace() for c in word.text)
        assert 0.0 <= word.confidence <= 1.0
        assert 0 <= word.box.x0 < word.box.x1 <= 700
        assert 0 <= word.box.y0 < word.box.y1 <= 76


@pytest.mark.parametrize("name", READING)
def test_clear_print_is_read_right(name: str, opened: Callable[[str], Reader]) -> None:
    (words,) = opened(name).read([line("Glucose 11.8")])
    assert "".join(w.text for w in words) == "Glucose11.8"


@pytest.mark.parametrize("name", READING)
def test_a_word_s_box_holds_its_ink(name: str, opened: Callable[[str], Reader]) -> None:
    picture = line("Urea           5.1")
    (words,) = opened(name).read([picture])
    number = words[-1].box
    ink = np.flatnonzero((picture < 128).any(axis=0))
    second = ink[ink > 300] if (ink > 300).any() else ink
    assert number.x0 <= second[-1]
    assert number.x1 >= second[0]
    assert abs(number.x1 - second[-1]) < 60


@pytest.mark.parametrize("name", ALL)
def test_lines_come_back_in_the_order_given(name: str, opened: Callable[[str], Reader]) -> None:
    if name == "fake":
        assert len(opened(name).read([line("a"), line("b")])) == 2
        return
    texts = ["Sodium 138", "Potassium 4.2", "Chloride 104"]
    found = opened(name).read([line(text) for text in texts])
    joined = ["".join(w.text for w in words) for words in found]
    assert joined == [text.replace(" ", "") for text in texts]


@pytest.mark.parametrize("name", READING)
def test_white_paper_gives_no_words(name: str, opened: Callable[[str], Reader]) -> None:
    assert opened(name).read([blank(400, 60)]) == [()]


@pytest.mark.parametrize("name", ALL)
def test_no_lines_give_no_words(name: str, opened: Callable[[str], Reader]) -> None:
    assert opened(name).read([]) == []


@pytest.mark.parametrize("name", ALL)
def test_info_names_the_version(name: str, opened: Callable[[str], Reader]) -> None:
    info = opened(name).info()
    assert info.name == opened(name).name
    assert info.version
    if name != "fake":
        assert all(len(digest) == 12 for digest in info.models.values())
        assert info.models

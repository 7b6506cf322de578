from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from medicord_ocr.agreement import AGREED, ALONE, DIFFER, MAJORITY, SURE, same
from medicord_ocr.direction import read_as_it_stands, upside_down
from medicord_ocr.engines import Readers
from medicord_ocr.layout import Layout, Stretch
from medicord_ocr.options import Options
from medicord_ocr.page import Box, Word
from medicord_ocr.readers.base import EngineInfo, Gray, Reader, ReadWord, Script
from medicord_ocr.recognise import recognise
from medicord_ocr.rulings import Rulings
from tests.pictures import blank

WIDTH = 400


class Scripted:
    """Reads what it was told for each line in turn: text and confidence."""

    def __init__(self, name: str, *lines: tuple[str, float], scripts: str = "latin") -> None:
        self.name = name
        self.scripts: frozenset[Script] = frozenset({"khmer", "latin"} if scripts else {"latin"})
        self.lines = list(lines)
        self.asked: list[int] = []

    def info(self) -> EngineInfo:
        return EngineInfo(self.name, "1")

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        self.asked.append(len(lines))
        return [_spread(*self.lines[i % len(self.lines)]) for i in range(len(lines))]


def _spread(text: str, confidence: float) -> tuple[ReadWord, ...]:
    words = text.split()
    step = WIDTH // max(1, len(words))
    return tuple(
        ReadWord(word, Box(i * step + 5, 0, (i + 1) * step - 5, 30), confidence)
        for i, word in enumerate(words)
    )


def page(lines: int = 1) -> Layout:
    stretches = tuple(
        Stretch(Box(100, 100 + 60 * i, 100 + WIDTH, 140 + 60 * i)) for i in range(lines)
    )
    empty = blank()
    return Layout(empty, Rulings(empty * 0, (), ()), stretches, 24.0)


def read(readers: Readers) -> tuple[Word, ...]:
    return next(iter(recognise(page(), readers, Options()).values()))


def test_two_readers_that_agree_are_certain() -> None:
    (word,) = read(Readers(Scripted("a", ("11.8", 0.6)), Scripted("b", ("11.8", 0.99))))
    assert (word.text, word.confidence) == ("11.8", AGREED)
    assert [(r.reader, r.text) for r in word.readings] == [("a", "11.8"), ("b", "11.8")]


def test_what_the_edge_of_the_picture_may_have_cut_is_in_doubt() -> None:
    whole = page(2)
    cut = replace(whole, clean=whole.clean[:, 100:], stretches=(Stretch(Box(0, 100, 300, 140)),))
    readers = Readers(Scripted("a", ("11.8", 0.97)), Scripted("b", ("11.8", 0.99)))
    ((word,),) = recognise(cut, readers, Options()).values()
    assert (word.text, word.confidence) == ("11.8", DIFFER)


@pytest.mark.parametrize("sure", [0.97, 0.6])
def test_a_number_that_two_readers_read_differently_is_never_certain(sure: float) -> None:
    (word,) = read(Readers(Scripted("a", ("118", 0.96)), Scripted("b", ("11.8", sure))))
    assert word.confidence <= DIFFER
    assert {r.text for r in word.readings} == {"118", "11.8"}
    assert word.text == ("11.8" if sure >= SURE else "118")


def test_a_number_that_one_reader_read_alone_is_not_certain() -> None:
    (word,) = read(Readers(Scripted("a", ("11.8", 0.99))))
    assert word.confidence < 0.75


def test_long_words_without_numbers_are_read_once_when_the_first_is_sure() -> None:
    second = Scripted("b", ("x", 0.1))
    (word, _) = read(Readers(Scripted("a", ("Comprehensive examination", 0.95)), second))
    assert word.confidence == 0.95
    assert second.asked == [0]


def test_what_the_second_reader_cannot_read_goes_to_the_khmer_reader() -> None:
    khmer = Scripted("k", ("ឈ្មោះតេស្ត", 0.9), scripts="khmer")
    readers = Readers(Scripted("a", ("TAIN", 0.3)), Scripted("b", ("INN", 0.2)), khmer=khmer)
    (word,) = read(readers)
    assert word.text == "ឈ្មោះតេស្ត"
    assert word.readings[0].reader == "k"


def test_latin_that_the_second_reader_is_sure_of_never_reaches_the_khmer_reader() -> None:
    khmer = Scripted("k", ("០០", 0.9), scripts="khmer")
    readers = Readers(Scripted("a", ("pmol/L", 0.4)), Scripted("b", ("µmol/L", 0.99)), khmer=khmer)
    (word,) = read(readers)
    assert word.text == "µmol/L"
    assert khmer.asked == [0]


def test_khmer_numbers_are_read_twice() -> None:
    khmer = Scripted("k", ("១១.៨", 0.99), scripts="khmer")
    once_more = Scripted("t", ("១១៨", 0.9), scripts="khmer")
    readers = Readers(
        Scripted("a", ("9978", 0.2)),
        Scripted("b", ("99", 0.1)),
        khmer=khmer,
        khmer_second=once_more,
    )
    (word,) = read(readers)
    assert word.text == "១១.៨"
    assert word.confidence <= DIFFER


@pytest.mark.parametrize(
    ("text", "sure", "asked"),
    [
        ("លេបម្តង ១ គ្រាប់ ១ថ្ងៃ ២ដង", 0.9, 1),
        ("មន្ទីរពេទ្យបង្អែកខេត្តតាកែវ", 0.6, 1),
        ("មន្ទីរពេទ្យបង្អែកខេត្តតាកែវ", 0.9, 0),
    ],
)
def test_khmer_is_read_twice_where_it_has_figures_or_is_doubtful(
    text: str, sure: float, asked: int
) -> None:
    once_more = Scripted("t", (text, 0.5), scripts="khmer")
    readers = Readers(
        Scripted("a", ("fas", 0.2)),
        Scripted("k", (text, sure), scripts="khmer"),
        khmer=Scripted("k", (text, sure), scripts="khmer"),
        khmer_second=once_more,
    )
    words = read(readers)
    assert once_more.asked == [asked]
    assert {word.confidence for word in words} == {AGREED if asked else sure}


def test_a_figure_that_looks_khmer_is_latin_on_a_page_without_khmer_figures() -> None:
    khmer = Scripted("k", ("១", 0.98), scripts="khmer")
    once_more = Scripted("t", ("១", 0.9), scripts="khmer")
    readers = Readers(
        Scripted("a", ("9", 0.4)), Scripted("b", ("9", 0.6)), khmer=khmer, khmer_second=once_more
    )
    (word,) = read(readers)
    assert word.text == "9"


def test_lost_spaces_are_taken_from_the_reader_that_kept_them() -> None:
    first, second = read(Readers(Scripted("a", ("45H", 0.95)), Scripted("b", ("45 H", 0.95))))
    assert (first.text, second.text) == ("45", "H")
    assert first.confidence == AGREED


def test_wide_set_figures_are_one_number() -> None:
    class Wide(Scripted):
        def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
            boxes = [("5", 12, 16), (".", 48, 52), ("64", 72, 108)]
            words = tuple(ReadWord(text, Box(a, 0, b, 40), 1.0) for text, a, b in boxes)
            return [words for _ in lines]

    class Whole(Scripted):
        def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
            return [(ReadWord("5.64", Box(16, 0, 115, 40), 1.0),) for _ in lines]

    (word,) = read(Readers(Wide("a"), Whole("b")))
    assert (word.text, word.confidence) == ("5.64", AGREED)


def three(a: str, b: str, c: str, third_sure: float = 0.97) -> tuple[tuple[Word, ...], Scripted]:
    """What comes of Tesseract's, the Khmer network's and PP-OCRv6's reading; and the last."""
    network = Scripted("b", (b, 0.97), scripts="khmer")
    third = Scripted("c", (c, third_sure))
    return read(Readers(Scripted("a", (a, 0.8)), network, third, network)), third


def test_third_reader_is_not_asked_where_two_agree() -> None:
    (word,), third = three("11.8", "11.8", "118")
    assert (word.text, word.confidence, third.asked) == ("11.8", AGREED, [0])


@pytest.mark.parametrize(("a", "b"), [("118", "11.8"), ("11.8", "118")])
def test_third_reader_decides_where_two_differ(a: str, b: str) -> None:
    (word,), _ = three(a, b, "11.8")
    assert (word.text, word.confidence) == ("11.8", MAJORITY)
    assert {reading.text for reading in word.readings} == {"118", "11.8"}


def test_number_that_three_readers_read_differently_is_not_certain() -> None:
    (word,), _ = three("118", "17.8", "11.8")
    assert word.confidence <= DIFFER


@pytest.mark.parametrize(("a", "certain"), [("%", False), ("12", True)])
def test_twelve_that_may_be_a_half_is_not_certain(a: str, certain: bool) -> None:
    (word,), _ = three(a, "12", "12")
    assert (word.confidence >= MAJORITY) == certain
    words, _ = three(f"{a} cp", "12 cp", "12 cp")
    assert (words[0].confidence >= MAJORITY) == certain
    assert words[1].confidence >= MAJORITY


@pytest.mark.parametrize(("sure", "taken"), [(0.95, "½"), (0.5, "1")])
def test_half_that_one_reader_sees_is_never_certain_as_one(sure: float, taken: str) -> None:
    words, _ = three("1 tab at night", "1 tah at night", "½ tab at night", third_sure=sure)
    assert words[0].text == taken
    assert words[0].confidence <= DIFFER
    assert words[1].confidence >= MAJORITY
    (word,), _ = three("!", "1", "½", third_sure=sure)
    assert word.confidence <= DIFFER


@pytest.mark.parametrize(
    ("text", "asked"), [("1% tab", 1), ("1%", 1), ("45 %", 0), ("45%", 0), ("%", 0)]
)
def test_per_cent_that_may_be_a_half_is_read_by_the_third(text: str, asked: int) -> None:
    words, third = three(text, text, text.replace("1%", "1½"))
    assert third.asked == [asked]
    assert (words[0].text, words[0].confidence) == (
        ("1½", DIFFER) if asked else (text.split()[0], AGREED)
    )


def test_third_reader_decides_word_by_word() -> None:
    words, _ = three("45 g/L", "4.5 9/L", "4.5 g/L")
    assert [(word.text, word.confidence) for word in words] == [
        ("4.5", MAJORITY),
        ("g/L", MAJORITY),
    ]


def test_bound_that_two_readers_agree_on_is_checked_by_the_third() -> None:
    (word,), _ = three("<5.0", "<5.0", "≤6.0")
    assert word.confidence <= DIFFER
    (word,), _ = three("<5.0", "<5.0", "<5.0")
    assert word.confidence == AGREED


@pytest.mark.parametrize(("a", "b"), [("<5.0", "<5.0"), ("$5.0", "<5.0"), ("<5.0", "s5.0")])
def test_bar_of_a_bound_is_seen_by_the_third_reader_where_it_is_sure(a: str, b: str) -> None:
    (word,), _ = three(a, b, "≤5.0")
    assert (word.text, word.confidence) == ("≤5.0", MAJORITY)
    assert {reading.text for reading in word.readings} == {"≤5.0", a, b}
    (word,), _ = three(a, b, "≤5.0", third_sure=0.8)
    assert word.confidence <= DIFFER


def test_khmer_of_the_network_needs_no_reader_of_latin_script() -> None:
    words, third = three("bhinis/Name", "ឈ្មោះ/Name", ":/Name")
    assert ([word.text for word in words], third.asked) == (["ឈ្មោះ/Name"], [0])


@pytest.mark.parametrize(
    ("text", "asked"), [("Glucose", 0), ("Negative", 1), ("Pos", 1), ("H", 1), ("mo ig", 1)]
)
def test_result_in_words_is_read_twice_and_a_plain_name_once(text: str, asked: int) -> None:
    second = Scripted("b", (text, 0.99))
    read(Readers(Scripted("a", (text, 0.95)), second))
    assert second.asked == [asked]


def test_chinese_of_the_second_reader_is_never_taken() -> None:
    words = read(Readers(Scripted("a", ("+", 0.3)), Scripted("b", ("十", 0.99))))
    assert [word.text for word in words] == ["+"]


def test_boxes_are_those_of_the_page() -> None:
    (word,) = read(Readers(Scripted("a", ("11.8", 0.6)), Scripted("b", ("11.8", 0.99))))
    assert word.box.x0 >= 90
    assert word.box.y0 >= 90


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("3.9–5.6", "3.9 - 5.6"),
        ("μmol/L", "µmol/L"),
        ("umol/L", "µmol/L"),
        ("4.00—11", "4.00-11"),
    ],
)
def test_dashes_and_quotes_do_not_make_readings_differ(a: str, b: str) -> None:
    assert same(a) == same(b)


@pytest.mark.parametrize(("a", "b"), [("11.8", "118"), ("7,4", "7.4"), ("1O", "10"), ("<5", "5")])
def test_what_changes_a_value_makes_readings_differ(a: str, b: str) -> None:
    assert same(a) != same(b)


class _Direction(Scripted):
    """Reads well only what is dark at its left end."""

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        return [
            _spread("words", 0.9 if line[:, : WIDTH // 2].min() < 99 else 0.2) for line in lines
        ]


def _is_turned(layout: Layout, latin: Reader, khmer: Reader | None = None) -> bool:
    return upside_down(layout, read_as_it_stands(layout, latin, khmer), latin, khmer)


@pytest.mark.parametrize("turned", [False, True])
def test_direction_is_the_one_that_reads_better(turned: bool) -> None:
    layout = page(6)
    for stretch in layout.stretches:
        left, right = (stretch.box.x0, stretch.box.x1)
        mark = slice(right - 40, right) if turned else slice(left, left + 40)
        layout.clean[stretch.box.y0 : stretch.box.y1, mark] = 0
    assert _is_turned(layout, _Direction("a", ("", 0))) is turned


@pytest.mark.parametrize("turned", [False, True])
def test_direction_of_khmer_is_told_by_the_reader_of_khmer(turned: bool) -> None:
    layout = page(6)
    for stretch in layout.stretches:
        left, right = (stretch.box.x0, stretch.box.x1)
        mark = slice(right - 40, right) if turned else slice(left, left + 40)
        layout.clean[stretch.box.y0 : stretch.box.y1, mark] = 0
    latin, khmer = Scripted("a", ("TAIN", 0.3)), _Direction("k", ("", 0))
    assert _is_turned(layout, latin, khmer) is turned


def test_capitals_on_their_head_that_the_reader_of_khmer_takes_for_letters_are_turned() -> None:
    layout = page(6)
    for stretch in layout.stretches:
        layout.clean[stretch.box.y0 : stretch.box.y1, stretch.box.x1 - 40 : stretch.box.x1] = 0
    latin = _Direction("a", ("", 0))
    assert _is_turned(layout, latin, Scripted("k", ("V3HdOS DNOT", 0.8)))


def test_lines_that_told_the_direction_are_not_read_again() -> None:
    latin = Scripted("a", ("TAIN unclear", 0.3))
    khmer = Scripted("k", ("ការពិនិត្យ ឈាម", 0.95))
    layout = page(4)
    kept = read_as_it_stands(layout, latin, khmer)
    words = recognise(layout, Readers(latin, khmer=khmer), Options(), kept)
    assert (latin.asked, khmer.asked) == ([4, 0], [3, 1])
    assert all(len(line) == 2 for line in words.values())


def test_page_that_reads_badly_both_ways_is_left_alone() -> None:
    assert not _is_turned(page(6), Scripted("a", ("noise", 0.2)))


class _ByLine(Scripted):
    """Reads the line whose picture is marked with a number of dark columns."""

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        self.asked.append(len(lines))
        return [_spread(*self.lines[int((line[0] == 0).sum())]) for line in lines]


@pytest.mark.parametrize(
    ("khmer_lines", "read_as", "sure"), [(2, "១១០", ALONE), (1, "990", DIFFER)]
)
def test_on_a_page_with_khmer_digits_no_number_is_left_to_latin_readers(
    khmer_lines: int, read_as: str, sure: float
) -> None:
    layout = page(khmer_lines + 1)
    for i, stretch in enumerate(layout.stretches):
        top = stretch.box.y0 - 8
        layout.clean[top : stretch.box.y1, stretch.box.x0 : stretch.box.x0 + i] = 0
    latin = _ByLine("a", *[("TAIN", 0.2)] * khmer_lines, ("990", 0.97))
    second = _ByLine("b", *[("INN", 0.2)] * khmer_lines, ("990", 0.99))
    khmer = _ByLine("k", *[("១២០", 0.95)] * khmer_lines, ("១១០", 0.9), scripts="khmer")
    words = recognise(layout, Readers(latin, second, khmer=khmer), Options())
    last = [word for line in words.values() for word in line][-1]
    assert last.text == read_as
    assert last.confidence <= sure


def test_khmer_figures_behind_a_bound_are_not_left_to_latin_readers_that_agree() -> None:
    layout = page(3)
    for i, stretch in enumerate(layout.stretches):
        top = stretch.box.y0 - 8
        layout.clean[top : stretch.box.y1, stretch.box.x0 : stretch.box.x0 + i] = 0
    latin = _ByLine("a", ("TAIN", 0.2), ("TAIN", 0.2), ("<0.5", 0.8))
    third = _ByLine("c", ("INN", 0.2), ("INN", 0.2), ("<0.5", 0.97))
    khmer = _ByLine("k", ("១២០", 0.95), ("១២០", 0.95), ("<០.៦", 0.9), scripts="khmer")
    words = recognise(layout, Readers(latin, khmer, third, khmer), Options())
    last = [word for line in words.values() for word in line][-1]
    assert last.text == "<០.៦"
    assert last.confidence <= ALONE


@pytest.mark.parametrize(
    ("seen", "sign", "sure"), [("≤ b0", "≤", DIFFER), ("< b0", "<", AGREED), ("b0", "<", DIFFER)]
)
def test_bound_before_khmer_figures_is_what_the_reader_of_latin_script_has(
    seen: str, sign: str, sure: float
) -> None:
    """Both readers of Khmer read < for ≤."""
    khmer = Scripted("k", ("< ២០", 0.99), scripts="khmer")
    readers = Readers(
        Scripted("a", ("< bo", 0.3)),
        khmer,
        third=Scripted("p", (seen, 0.5)),
        khmer=khmer,
        khmer_second=Scripted("t", ("< ២០", 0.9), scripts="khmer"),
    )
    bound, number = next(iter(recognise(page(2), readers, Options()).values()))
    assert (bound.text, bound.confidence) == (sign, sure)
    assert (number.text, number.confidence) == ("២០", AGREED)


@pytest.mark.parametrize(("first", "sure"), [("/", DIFFER), ("4", MAJORITY)])
def test_a_lone_one_that_a_reader_takes_for_a_stroke_is_in_doubt(first: str, sure: float) -> None:
    """In a grid of doses a stroke stands for none."""
    khmer = Scripted("k", ("1", 0.98), scripts="khmer")
    readers = Readers(Scripted("a", (first, 0.9)), khmer, third=Scripted("p", ("1", 0.98)))
    (word,) = read(readers)
    assert (word.text, word.confidence) == ("1", sure)

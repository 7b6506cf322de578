from __future__ import annotations

import pytest

from medicord_ocr.agreement import AGREED, ALONE, DIFFER, MAJORITY
from medicord_ocr.page import Box, Reading, Word
from medicord_ocr.structure.fields import Span, field_info


def word(text: str, confidence: float, **readings: str) -> Word:
    read = tuple(Reading(name, said) for name, said in readings.items())
    return Word(text, Box(0, 0, 50, 30), confidence, read)


def test_number_that_readers_read_differently_is_for_review_with_every_reading() -> None:
    info = field_info(Span(1, (word("11.8", DIFFER, b="11.8", a="118"),)))
    assert info.needs_review
    assert info.review_reasons[0] == "readers_disagree"
    assert [(r.reader, r.text) for r in info.readings] == [("b", "11.8"), ("a", "118")]


def test_number_that_one_reader_read_is_for_review_as_such() -> None:
    info = field_info(Span(1, (word("11.8", ALONE, a="11.8"),)))
    assert info.needs_review
    assert info.review_reasons[0] == "single_reading"


@pytest.mark.parametrize(
    "sure",
    [
        word("11.8", AGREED, a="11.8", b="11.8"),
        word("11.8", MAJORITY, c="11.8", b="11.8", a="118"),
        word("11.8", 1.0, **{"text-layer": "11.8"}),
        word("Glucose", 0.9, a="Glucose"),
    ],
)
def test_words_that_are_borne_out_have_no_reason_for_review(sure: Word) -> None:
    assert field_info(Span(1, (sure,))).review_reasons == ()


def test_doubtful_word_without_figures_that_one_reader_read_is_only_of_low_confidence() -> None:
    info = field_info(Span(1, (word("Glucose", 0.4, a="Glucose"),)))
    assert info.review_reasons == ("low_confidence",)


def test_readers_that_agree_on_the_meaning_do_not_disagree() -> None:
    span = Span(1, (word("umol/L", DIFFER, a="umol/L", b="μmol/L."),))
    assert field_info(span, sure=0.95).review_reasons == ()
    capped = field_info(span, sure=0.95, ceiling=0.6)
    assert (capped.confidence, capped.review_reasons) == (0.6, ("low_confidence",))


def test_reading_of_a_line_cut_into_other_words_is_given_once() -> None:
    words = (
        word("3.9", DIFFER, a="3.9", b="39 -56"),
        word("5.6", DIFFER, a="5.6", b="39 -56"),
    )
    readings = field_info(Span(1, words)).readings
    assert [r.text for r in readings] == ["3.9 5.6", "39 -56"]


def test_word_printed_twice_is_read_twice() -> None:
    words = (word("1", AGREED, a="1", b="1"), word("1", AGREED, a="1", b="1"))
    assert [r.text for r in field_info(Span(1, words)).readings] == ["1 1", "1 1"]

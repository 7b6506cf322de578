"""The measurement of readers on single lines."""

from __future__ import annotations

import pytest

from benchmarks.lines.__main__ import Errors, judge
from benchmarks.lines.readers import Outcome, Page
from benchmarks.lines.sheets import KINDS, LONGEST, Line, sheets, texts
from medicord_ocr.khmer import has_khmer
from medicord_ocr.layout import find_layout
from tests.pictures import blank


def test_spaces_count_in_one_of_the_two_rates_only() -> None:
    errors = Errors()
    errors.add("10 mg", "10mg")
    assert errors.characters == (0, 4)
    assert errors.with_spaces == (1, 5)
    assert errors.exact == 1


def test_a_syllable_with_one_wrong_mark_is_one_cluster_error() -> None:
    errors = Errors()
    errors.add("ភ្នំពេញ", "ភ្នំពញ")
    assert errors.clusters == (1, 3)


def test_a_line_never_has_more_errors_than_characters() -> None:
    errors = Errors()
    errors.add("4.2", "something else")
    assert errors.characters == (3, 3)


@pytest.mark.parametrize("half", ["dev", "gate"])
def test_texts_are_different_and_of_their_kind(half: str) -> None:
    found = texts(half, 40)
    assert set(found) == set(KINDS)
    for kind, lines in found.items():
        assert len(lines) == len(set(lines)) == 40
        assert all(len(line) <= LONGEST for line in lines)
        assert all(has_khmer(line) for line in lines if kind not in ("latin", "cells"))


def test_the_halves_share_no_font() -> None:
    fonts = [
        {s.khmer for s in sheets(h, 100)} | {s.latin for s in sheets(h, 100)}
        for h in ("dev", "gate")
    ]
    assert not fonts[0] & fonts[1]


def test_a_line_that_was_not_found_counts_as_wholly_wrong() -> None:
    layout = find_layout(blank(200, 60), 20.0)
    lines = (Line("Urea 5.1", "latin", None, ()),)
    judged = judge([Page("fax", layout, lines)], Outcome((("",),), (0.5,)))
    assert judged["latin", "fax"].characters == (7, 7)
    assert judged["latin", "all"].seconds == 0.5

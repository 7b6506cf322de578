from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr import khmer

KHMER_LETTERS = st.text(st.characters(min_codepoint=0x1780, max_codepoint=0x17DD), max_size=12)
KHMER_MIXED = st.text(
    st.one_of(
        st.characters(min_codepoint=0x1780, max_codepoint=0x17F9),
        st.sampled_from("\u200b\u200c\u200d Aé9.-µ³"),
    ),
    max_size=16,
)
WORDS = [
    *"ម្តង ស្ត្រី ខ្មែរ ព្រឹក ល្ងាច ថ្ងៃ មន្ទីរពេទ្យ កាល់ម៉ែត វេជ្ជបណ្ឌិត".split(),
    *"អ៊ុំ ស៊ី ប៉ះ ធម៌ កាំ រោគ គ្លុយកូស អាស៊ីត ខ្លាញ់ សង្ស័យ ទឹកនោម".split(),
]


@pytest.mark.parametrize(
    ("read", "written"),
    [("ខែ្មរ", "ខ្មែរ"), ("ម្ដង", "ម្តង"), ("ស្រ្តី", "ស្ត្រី"), ("កាំ", "កាំ"), ("ធមេ៌", "ធម៌េ")],
)
def test_marks_come_into_one_order(read: str, written: str) -> None:
    assert khmer.canonical(read) == written


@pytest.mark.parametrize("word", WORDS)
def test_marks_of_one_syllable_in_reverse_order_give_the_same_word(word: str) -> None:
    # The coeng sign and its consonant stay together: they are one mark in two characters.
    def jumbled(cluster: str) -> str:
        marks = list(khmer.clusters(cluster)[0][1:])
        joined: list[str] = []
        for mark in marks:
            if joined and joined[-1] == "\u17d2":
                joined[-1] += mark
            else:
                joined.append(mark)
        coengs = [m for m in joined if m[0] == "\u17d2"]
        rest = [m for m in joined if m[0] != "\u17d2"]
        return cluster[0] + "".join([*reversed(rest), *coengs])

    read = "".join(jumbled(cluster) for cluster in khmer.clusters(word))
    assert khmer.canonical(read) == khmer.canonical(word)


@settings(deadline=None)
@given(st.one_of(KHMER_LETTERS, KHMER_MIXED, st.text(max_size=20)))
def test_canonical_is_idempotent(text: str) -> None:
    once = khmer.canonical(text)
    assert khmer.canonical(once) == once


@settings(deadline=None)
@given(st.one_of(KHMER_LETTERS, KHMER_MIXED, st.text(max_size=20)))
def test_fold_is_idempotent(text: str) -> None:
    once = khmer.fold(text)
    assert khmer.fold(once) == once
    assert khmer.fold(khmer.canonical(text)) == once


@settings(deadline=None)
@given(KHMER_LETTERS)
def test_syllables_taken_as_settled_are_those_that_khnormal_leaves_alone(text: str) -> None:
    from khmerspell import khnormal

    if khmer._SETTLED.fullmatch(text):
        assert khnormal(text) == text


@settings(deadline=None)
@given(st.text(st.characters(max_codepoint=0x17F, categories=["L", "N", "P", "S", "Z"])))
def test_latin_and_numbers_are_untouched(text: str) -> None:
    assert khmer.canonical(text) == text
    assert khmer.digits(text) == text


@pytest.mark.parametrize("text", ["x10³/µL", "1½ cp", "H₂O", "5,8 mmol/L", "10^9/L", "№ 3", "±0.5"])
def test_numbers_beside_khmer_are_untouched(text: str) -> None:
    assert khmer.canonical(f"ម្ដង {text}") == f"ម្តង {text}"


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**12))
def test_khmer_digits_round_trip(number: int) -> None:
    in_khmer = str(number).translate(str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩"))
    assert khmer.digits(in_khmer) == str(number)
    assert khmer.digits(f"ខែ{in_khmer}") == f"ខែ{number}"


@settings(deadline=None)
@given(KHMER_MIXED)
def test_nothing_invisible_is_left(text: str) -> None:
    assert not set(khmer.canonical(text)) & set("\u200b\u200c\u200d\ufeff\u17b4\u17b5")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("មន្ទីរពេទ្យ ខេវី", "មន្ទីរពេទ្យខេវី"),
        ("ម្ដង", "ម្តង"),
        ("ឤស័យដ្ឋាន", "អាស័យដ្ឋាន"),
        ("Hôpital  CALMETTE", "hopital calmette"),
        ("Nom et Prénom :", "nom et prenom"),
        ("ថ្ងៃទី២០", "ថ្ងៃទី20"),
        ("µmol/L", "μmol l"),
        ("H. Pylori", "h-pylori"),
        ("T₃ libre", "t3 libre"),
        ("Cœur", "coeur"),
        ("អ្នកស្នើសុំ៖", "អ្នកស្នើសុំ"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert khmer.fold(one) == khmer.fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Neutrophils %", "Neutrophils #"),
        ("+", "++"),
        ("អវិជ្ជមាន", "វិជ្ជមាន"),
        ("LDL", "LDH"),
        ("ខែ", "ខេ"),
    ],
)
def test_different_words_do_not_fold_alike(one: str, other: str) -> None:
    assert khmer.fold(one) != khmer.fold(other)


@settings(deadline=None)
@given(st.one_of(KHMER_MIXED, st.text(max_size=20)))
def test_runs_and_clusters_joined_are_the_text(text: str) -> None:
    assert "".join(run for _, run in khmer.script_runs(text)) == text
    assert "".join(khmer.clusters(text)) == text


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Glucose 5.8", "latin"),
        ("គ្លុយកូស", "khmer"),
        ("២០", "khmer"),
        ("ឈ្មោះ / Name", "mixed"),
        ("5.8 - 6.1", "none"),
        ("", "none"),
        ("µmol", "latin"),
    ],
)
def test_script_of(text: str, script: str) -> None:
    assert khmer.script_of(text) == script


def test_runs_cut_where_the_script_changes() -> None:
    assert khmer.script_runs("1. ឈ្មោះ / Name: 12") == [
        ("khmer", "1. ឈ្មោះ / "),
        ("latin", "Name: 12"),
    ]
    assert khmer.script_runs("12/3") == [("none", "12/3")]
    assert khmer.script_runs("") == []


def test_clusters_are_orthographic_syllables() -> None:
    assert khmer.clusters("ស្ត្រីខ្មែរ") == ["ស្ត្រី", "ខ្មែ", "រ"]
    assert khmer.clusters("é1") == ["é", "1"]


def test_text_in_visual_order_is_impossible() -> None:
    assert khmer.impossible_order("កាល់ែម៉ត") > 0
    assert khmer.impossible_order("េពទ្យ") > 0
    assert khmer.impossible_order("ក្") > 0
    assert khmer.impossible_order("ក្ ក") > 0


@pytest.mark.parametrize("word", [*WORDS, "មន្ទីរពេទ្យកាល់ម៉ែត ២០២៦ ។", "Calmette", "", "៛"])
def test_well_written_text_is_possible(word: str) -> None:
    assert khmer.impossible_order(word) == 0.0


def test_reading_latin_needs_no_khmerspell() -> None:
    code = (
        "import sys, medicord_ocr.khmer as k; k.fold('Hémoglobine 5,8'); k.fold('ព្រឹក');"
        "sys.exit('khmerspell' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

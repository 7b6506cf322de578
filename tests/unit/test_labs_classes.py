"""Reference ranges as others print them: classes of values, ages, sexes, words, and noise."""

from __future__ import annotations

import pytest

from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.abnormal import is_abnormal
from medicord_ocr.structure.labs.find import find_lab_results
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.values import parse_value
from tests.pages import page


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def rows(text: str, sex: str | None = None) -> list[tuple[object, ...]]:
    """Name, value, unit, range and abnormal of each result."""
    return [
        (r.test_name, r.value, r.unit, r.reference_range, r.abnormal) for r in results(text, sex)
    ]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("Desirable : < 200 Borderline High : 200 - 239 High : >= 240", (None, 200)),
        ("<200 Desirable, 200-239 Borderline high, >240 High", (None, 200)),
        ("Desirable <200 Borderline 200-239 High >=240", (None, 200)),
        ("Non Diabetic : < 5.7 Pre Diabetic : 5.7 - 6.4 Diabetic : >= 6.5", (None, 5.7)),
        ("Deficient : < 20 Insufficient : 20 - 29 Sufficient : 30 - 100", (30, 100)),
        ("< 1.0 : Non-reactive", (None, 1)),
        ("Negative (< 1.0)", (None, 1)),
        ("< 40 : Low >= 60 : High", (None, None)),
        ("Optimal : < 100 Near optimal : 100 - 129", (None, None)),
        ("1st trimester: 0.1-2.5 2nd trimester: 0.2-3.0", (None, None)),
    ],
)
def test_list_of_classes_is_kept_whole_with_the_bounds_of_the_normal_one(
    text: str, bounds: tuple[float | None, float | None]
) -> None:
    found = parse_range(text)
    assert found is not None
    assert (found.text, found.low, found.high) == (text, *bounds)


@pytest.mark.parametrize("text", ["3.9-6.1 mmol/L", "70-110 mg/dL 3.9-6.1 mmol/L", "Adult 3.5-5.0"])
def test_unit_or_single_word_beside_a_range_makes_no_class(text: str) -> None:
    assert parse_range(text) is None


@pytest.mark.parametrize(
    ("value", "abnormal"), [("0.3", False), ("5.2", True), ("Négatif", False), ("Positif", True)]
)
def test_class_with_a_word_and_a_bound_judges_figures_and_words(value: str, abnormal: bool) -> None:
    result, printed = parse_value(value), parse_range("Négatif : < 1,0")
    assert is_abnormal(result, printed, None) is abnormal


@pytest.mark.parametrize(
    "text",
    [
        "M (13-17) F (12-16)",
        "Men 13-17 g/dL Women 12-16",
        "13-17 M 12-16 F",
        "ប្រុស៖ 13-17 / ស្រី៖ 12-16",
        "ប្រសៈ 13-17 ស្រី: 12-16",  # without its vowel, as readers lose it
    ],
)
def test_ranges_of_each_sex_in_brackets_with_units_and_sexes_behind(text: str) -> None:
    found = parse_range(text)
    assert found is not None
    assert [(sex, r.low, r.high) for sex, r in found.by_sex] == [("M", 13, 17), ("F", 12, 16)]


def test_letter_behind_one_range_is_no_sex() -> None:
    assert parse_range("12-16 F") is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("12,0 < N < 16,0", 12, 16),
        ("[12,0 ; 16,0]", 12, 16),
        ("12.0 … 16.0", 12, 16),
        ("< à 5,0", None, 5),
        ("> à 40", 40, None),
        ("less than or equal to 5", None, 5),
    ],
)
def test_ranges_written_out(text: str, low: float | None, high: float | None) -> None:
    found = parse_range(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize("none", ["-", "--", "N/A", "Not Estab."])
def test_range_that_the_page_says_is_none_is_null_and_no_doubt(none: str) -> None:
    [result] = results(
        f"Test      Result     Unit     Reference\nSodium    139        mmol/L   {none}"
    )
    assert result.reference_range is None
    assert not result.fields["reference_range"].needs_review


def test_dashes_of_rulings_read_as_letters_are_no_results() -> None:
    found = rows("""
No   Test        Result   Unit
t    +           +        +
1    Glucose     118      mg/dL
Fk   +           ++       +
2    Urea        32       mg/dL
yi   we   oo     o        =
4    Sodium      139      mmol/L
""")
    assert [row[0] for row in found] == ["Glucose", "Urea", "Sodium"]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("-2.0 - 3.0", -2, 3),
        ("-2 - +2", -2, 2),
        ("[ -2.0  -  3.0 ]", -2, 3),
        ("[3.5 - 5.0 J", 3.5, 5),
    ],
)
def test_bounds_below_nought_and_brackets_left_open(text: str, low: float, high: float) -> None:
    found = rows(f"Sodium   139   mmol/L   136 - 146\nBE   1.0   mmol/L   {text}")
    assert found[1][2:4] == ("mmol/L", " ".join(text.strip("[]J ").split()))
    assert found[1][4] is (not low <= 1.0 <= high)


def test_sign_before_a_bound_of_a_test_that_is_never_below_nought_is_doubted() -> None:
    [result] = results("Test   Result   Unit   Normal\nPotassium   4.1   mmol/L   -3.5 - 5.0")
    assert "range_conflict" in result.fields["reference_range"].review_reasons
    assert result.fields["abnormal"].needs_review


def test_classes_below_each_other_beside_a_method_are_one_range() -> None:
    assert rows("""
Investigation        Observed Value    Unit      Biological Reference Interval
Cholesterol Total    212               mg/dL     Desirable : < 200
CHOD-PAP                                         Borderline High : 200 - 239
                                                 High : >= 240
HDL Cholesterol      38                mg/dL     < 40 : Low
Calculated                                       >= 60 : High
""") == [
        (
            "Cholesterol Total",
            212.0,
            "mg/dL",
            "Desirable : < 200 Borderline High : 200 - 239 High : >= 240",
            True,
        ),
        ("HDL Cholesterol", 38.0, "mg/dL", "< 40 : Low >= 60 : High", None),
    ]


def test_range_of_the_other_sex_beside_a_method_is_not_lost() -> None:
    text = """
Investigation        Observed Value    Unit      Biological Reference Interval
Uric Acid            6.6               mg/dL     Male : 3.5 - 7.2
Uricase                                          Female : 2.6 - 6.0
"""
    assert [rows(text, sex)[0][3:] for sex in ("M", "F")] == [
        ("3.5 - 7.2", False),
        ("2.6 - 6.0", True),
    ]

"""What reports say in words of their own: headings, results not found, ranges for an age."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, Row
from medicord_ocr.structure.labs.abnormal import is_abnormal
from medicord_ocr.structure.labs.find import find_lab_results
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.values import parse_value
from tests.pages import page


def rows(text: str) -> list[tuple[object, ...]]:
    """Name, value, unit, range and abnormal of each result."""
    found = find_lab_results([page(text)]).results
    return [(r.test_name, r.value, r.unit, r.reference_range, r.abnormal) for r in found]


def test_finding_and_expected_result_are_headings_of_result_and_range() -> None:
    assert rows("""
Examination          Finding     Expected result
Malaria smear        Negative    Negative
Ova and parasites    Not seen    Not seen
""") == [
        ("Malaria smear", "Negative", None, "Negative", False),
        ("Ova and parasites", "Not seen", None, "Not seen", False),
    ]


@pytest.mark.parametrize(
    ("value", "unit", "reference"),
    [
        ("Patient Result", "SI Units", "Ref. Interval (Adult)"),
        ("Your Value", "Measure", "Standard Range"),
        ("Test Value", "Unit", "Reference Value"),
        ("Result of test", "Unit of test", "Normal value of test"),
        ("RESULTS", "UNITS", "N. RANGE"),
        ("Résultat du patient", "Unité de mesure", "V. Réf"),
    ],
)
def test_words_of_whose_and_which_do_not_change_a_heading(
    value: str, unit: str, reference: str
) -> None:
    head = f"{reference:24}{'Test':20}{value:24}{unit}"
    glucose = f"{'3.9 - 6.1':24}{'Glucose':20}{'7.0':24}mmol/L"
    creatinine = f"{'62 - 106':24}{'Creatinine':20}{'80':24}µmol/L"
    assert rows("\n".join((head, glucose, creatinine))) == [
        ("Glucose", 7.0, "mmol/L", "3.9 - 6.1", True),
        ("Creatinine", 80.0, "µmol/L", "62 - 106", False),
    ]


def test_a_negation_begins_a_result_and_never_ends_a_name() -> None:
    # « seen » alone would say the contrary of what is printed.
    found = rows("""
Stool examination
Ova and parasites    Not seen
Occult blood         Negative
Malaria smear        Not seen
""")
    assert "seen" not in [value for _, value, *_ in found]


def test_cut_off_of_an_immunoassay_is_its_range() -> None:
    assert rows("""
Marker      Result   Unit   Cut-off   Interpretation
Anti-HCV    4.80     S/CO   < 1.00    Reactive
HBsAg       0.31     S/CO   < 1.00    Non-reactive
""") == [
        ("Anti-HCV", 4.8, "S/CO", "< 1.00", True),
        ("HBsAg", 0.31, "S/CO", "< 1.00", False),
    ]


def test_range_in_a_line_below_the_name_is_that_test_s() -> None:
    assert rows("""
Test                  Result   Unit
Glucose               7.2      mmol/L
  Ref: 3.9-7.8
Creatinine            121      µmol/L
  (64 - 104)
""") == [
        ("Glucose", 7.2, "mmol/L", "3.9-7.8", False),
        ("Creatinine", 121.0, "µmol/L", "64 - 104", True),
    ]


def test_range_below_a_result_without_headings_is_that_result_s() -> None:
    assert rows("""
Metabolic
Glucose      5.5 mmol/L    Normal
(4.1-5.9)
HbA1c        6.1 %         High
(<5.7)
""") == [
        ("Glucose", 5.5, "mmol/L", "4.1-5.9", False),
        ("HbA1c", 6.1, "%", "<5.7", True),
    ]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("From 3.9 to 6.1", 3.9, 6.1),
        ("between 3.9 and 6.1", 3.9, 6.1),
        ("entre 3,9 et 6,1", 3.9, 6.1),
        ("de 3,9 à 6,1", 3.9, 6.1),
        ("Max 6.1", None, 6.1),
        ("min 3.9", 3.9, None),
        ("< ou = 6,1", None, 6.1),
        ("> or = 3.9", 3.9, None),
    ],
)
def test_ranges_in_words_have_both_their_bounds(
    text: str, low: float | None, high: float | None
) -> None:
    found = parse_range(text)
    assert found is not None
    assert (found.low, found.high, found.strict) == (low, high, False)


@pytest.mark.parametrize(
    ("text", "abnormal"), [("(-)", False), ("(+)", True), ("Positive 2+", True), ("Neg.", False)]
)
def test_signs_of_a_qualitative_result_are_read(text: str, abnormal: bool) -> None:
    assert is_abnormal(parse_value(text), parse_range("Negative"), None) is abnormal


def test_a_dash_alone_is_no_result() -> None:
    assert parse_value("-") is None


@pytest.mark.parametrize(
    "text",
    [
        "20-30 years: 1.2 - 9.8",
        "> 60 ans : 3,5-5,0",
        "1-3 months: 4 - 6; 3-12 months: 5 - 7",
        "18 ឆ្នាំ: 3.5 - 5.0",
    ],
)
def test_a_range_for_an_age_keeps_its_text_and_bounds_nothing(text: str) -> None:
    found = parse_range(text)
    assert found is not None
    assert found.text == text
    assert not found.bounded


def test_an_age_is_no_range() -> None:
    assert rows("""
Hormone   Result   Unit    Reference range
AMH       2.9      ng/mL   20-30 years: 1.2 - 9.8
TSH       2.1      mIU/L   0.4 - 4.0
""")[0] == ("AMH", 2.9, "ng/mL", "20-30 years: 1.2 - 9.8", None)


@pytest.mark.parametrize("text", ["Reactive 1:8", "Positive (1/160)", "Réactif 1/16"])
def test_a_titre_behind_the_word_leaves_the_word_s_meaning(text: str) -> None:
    value = parse_value(text)
    assert value is not None
    assert value.finding == "positive"
    assert is_abnormal(value, parse_range("Non reactive"), None) is True


def test_seconds_read_as_a_capital_are_a_unit_and_no_result_expected() -> None:
    assert rows("""
Test                Result   Unit   Range
Prothrombin time    14.8     S      11.0 - 13.5
APTT                33       S      26 - 36
""") == [
        ("Prothrombin time", 14.8, "S", "11.0 - 13.5", True),
        ("APTT", 33.0, "S", "26 - 36", False),
    ]


def test_pieces_of_rulings_before_a_name_do_not_part_its_row() -> None:
    tall = page("""
Test      Value   Units     Reference
Copper    14.1    µmol/L    11.0 - 22.0
-                           4.6 - 13.5
G6PD      8.9     U/g Hb
Zinc      12.1    µmol/L    10.7 - 18.4
""")
    # The range stands half a line above the rest of its row, as readers of skewed pages see it.
    split = replace(
        tall, rows=tuple(_moved(r, 14) if i == 2 else r for i, r in enumerate(tall.rows))
    )
    found = find_lab_results([split]).results
    assert [(r.test_name, r.reference_range) for r in found] == [
        ("Copper", "11.0 - 22.0"),
        ("G6PD", "4.6 - 13.5"),
        ("Zinc", "10.7 - 18.4"),
    ]


def test_a_range_and_its_unit_in_one_bracket_are_told_apart() -> None:
    assert rows("""
Test        Result            Reference range
Glucose     7.4 mmol/L (H)    (3.9-6.1 mmol/L)
Creatinine  88                [62-106 µmol/L]
""") == [
        ("Glucose", 7.4, "mmol/L", "3.9-6.1", True),
        ("Creatinine", 88.0, "µmol/L", "62-106", False),
    ]


def test_a_cross_below_positive_or_negative_is_the_result() -> None:
    found = rows("""
Test       Positive   Negative
HBsAg                 X
HIV                   X
Syphilis   X
""")
    assert [row[:2] for row in found] == [
        ("HBsAg", "Negative"),
        ("HIV", "Negative"),
        ("Syphilis", "Positive"),
    ]


def test_thousands_of_a_page_with_points_are_thousands_however_high() -> None:
    # Read as 1.245 it would be normal: the contrary of what is printed.
    found = find_lab_results(
        [
            page("""
Test             Result   Unit    Normal
Troponin T hs    1,245    ng/L    <14
Procalcitonin    0.05     ng/mL   <0.10
D-Dimer          4.12     µg/mL   0.00-0.50
""")
        ]
    ).results
    assert (found[0].value, found[0].abnormal) == (1245, True)
    assert "ambiguous_number" in found[0].fields["value"].review_reasons


def test_strokes_around_an_expected_result_are_passed_over_with_a_mark() -> None:
    found = find_lab_results(
        [
            page("""
Test     Result     Reference
HCV Ab   Negative   | Negative 1
HIV      Negative   Negative
""")
        ]
    ).results
    assert (found[0].reference_range, found[0].abnormal) == ("Negative", False)
    assert found[0].fields["reference_range"].needs_review


def test_high_values_that_all_end_in_one_may_be_arrows_misread() -> None:
    # « 28↑ » and « 55↑ » as a reader without arrows reads them.
    found = find_lab_results(
        [
            page("""
Test          Result   Unit     Normal
Bilirubin     281      µmol/L   5-21
SGOT          551      U/L      0-37
SGPT          31       U/L      0-42
""")
        ]
    ).results
    assert [r.fields["value"].needs_review for r in found] == [True, True, False]


def test_high_values_of_other_endings_are_not_marked() -> None:
    found = find_lab_results(
        [
            page("""
Test          Result   Unit     Normal
Urea          11       mmol/L   3-8
SGOT          54       U/L      0-37
""")
        ]
    ).results
    assert [r.fields["value"].needs_review for r in found] == [False, False]


def _moved(row: Row, down: int) -> Row:
    """A row a few pixels further down."""

    def lower(box: Box) -> Box:
        return box._replace(y0=box.y0 + down, y1=box.y1 + down)

    segments = tuple(
        replace(s, box=lower(s.box), words=tuple(replace(w, box=lower(w.box)) for w in s.words))
        for s in row.segments
    )
    return replace(row, segments=segments)

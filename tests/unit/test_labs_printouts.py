"""Reports as others print them: strips of analysers, flags apart, days over results."""

from __future__ import annotations

import pytest

from medicord_ocr.page import PageText
from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.find import find_lab_results
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.values import parse_value
from tests.pages import page, row


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def rows(text: str, sex: str | None = None) -> list[tuple[object, ...]]:
    """Name, value, unit, range and abnormal of each result."""
    return [
        (r.test_name, r.value, r.unit, r.reference_range, r.abnormal) for r in results(text, sex)
    ]


# ---------------------------------------------------------------- flags, titles, blood groups


def test_flag_in_a_column_of_its_own_before_right_aligned_figures() -> None:
    found = rows("""
Test              Result     Unit      Normal Range
Glucose (FBS)   H      126   mg/dL     70 - 100
eGFR (CKD-EPI)        98.7   mL/min    > 90
Sodium                 138   mmol/L    136 - 145
HDL-C           L       36   mg/dL     40 - 60
AST                     24   U/L       0 - 40
ALT                     33   U/L       0 - 41
""")
    assert [(row[1], row[4]) for row in found] == [
        (126.0, True),
        (98.7, False),
        (138.0, False),
        (36.0, True),
        (24.0, False),
        (33.0, False),
    ]


def test_flag_alone_in_the_cell_of_the_value_is_no_value() -> None:
    [result] = results("Test   Result   Unit   Normal\nGlucose   H   mg/dL   70 - 100")
    assert (result.value, result.flag_printed) == (None, "H")


def test_title_of_heading_words_above_an_antibiogram_is_no_heading() -> None:
    found = rows("""
Antibiotic susceptibility test
Antibiotic        MIC (µg/mL)    Interpretation
Ceftriaxone       >=64           R
Imipenem          <=0.25         S
""")
    assert [row[:2] for row in found] == [("Ceftriaxone", "R"), ("Imipenem", "S")]


def test_rhesus_belongs_to_the_blood_group() -> None:
    found = rows("""
TEST              RESULT   UNIT       NORMAL VALUES
Platelets         245      G/L        150-450
Blood group       "O" POSITIVE
Haemoglobin       14.2     g/dL       13-17
""")
    assert found[1][1:4] == ('"O" POSITIVE', None, None)


# ---------------------------------------------------------------- analysers' strips and typewriters


def test_strip_of_a_blood_gas_analyser() -> None:
    found = rows("""
Blood Gas Values
  pH             7.318    L              [ 7.350  -  7.450 ]
  pCO2           52.1     H   mmHg       [ 35.0   -  45.0  ]
Electrolyte Values
  cK+            4.1          mmol/L     [ 3.5    -  5.0   ]
  cHCO3-(P,st)   24.1         mmol/L     [ 22.0   -  26.0  ]
  cBase(B)       -1.2         mmol/L     [ -2.0   -  3.0   ]
""")
    assert [row[1:] for row in found] == [
        (7.318, None, "7.350 - 7.450", True),
        (52.1, "mmHg", "35.0 - 45.0", True),
        (4.1, "mmol/L", "3.5 - 5.0", False),
        (24.1, "mmol/L", "22.0 - 26.0", False),
        (-1.2, "mmol/L", "-2.0 - 3.0", False),
    ]


def test_strip_of_a_urine_analyser() -> None:
    found = rows("URINALYSIS\n  NIT   neg\n  URO   norm\n  BLO   +-\n  pH    6.5\n  GLU   neg")
    assert [row[1] for row in found] == ["neg", "norm", "+-", 6.5, "neg"]


def test_unit_behind_a_comma_of_the_name() -> None:
    assert rows("""
Parameter       Value    Ref.
Urea, mg/dL     51       10-50
Albumin, g/L    41       35-52
""") == [
        ("Urea, mg/dL", 51.0, "mg/dL", "10-50", True),
        ("Albumin, g/L", 41.0, "g/L", "35-52", False),
    ]


def test_unit_misread_behind_a_value_does_not_hide_it() -> None:
    found = rows("""
TEST             RESULT           NORMAL VALUES
Haemoglobin      14.2  gm/d1      13-18
Platelets        245   /cumm      150-450
""")
    assert found[0][1:4] == (14.2, "gm/dL", "13-18")


@pytest.mark.parametrize("noise", ["¥ a", "E 1", "V  a  a"])
def test_drawn_bars_read_as_letters_are_no_range(noise: str) -> None:
    [result] = results(f"Test      Result     Reference range\nSodium    139        {noise}")
    assert result.reference_range is None
    assert "range_unreadable" in result.fields["reference_range"].review_reasons


def test_units_below_a_heading_that_was_not_read_among_rows_cut_by_bars() -> None:
    found = rows("""
Test          Result     Qzzrk      Reference range
                                    136      145
Sodium        139        mmol/L     v        a
                                    3.5      5.1
Potassium     4.1        — mmol/L   E        a
                                    98       107
                                    o        o
Chloride      102        mEq/L      E        1
""")
    assert [row[2] for row in found] == ["mmol/L", "mmol/L", "mEq/L"]


def test_marks_of_an_analyser_and_units_in_brackets() -> None:
    found = rows("""
WBC     12.31 +  [10^3/uL]  (4.00 - 10.00)
HGB     10.4 -   [g/dL]     (11.0 - 16.0)
MCV     80.3     [fL]       (80.0 - 100.0)
""")
    assert [row[1:] for row in found] == [
        (12.31, "10^3/uL", "4.00 - 10.00", True),
        (10.4, "g/dL", "11.0 - 16.0", True),
        (80.3, "fL", "80.0 - 100.0", False),
    ]


def test_bound_whose_decimals_were_read_apart_is_no_bound() -> None:
    assert parse_range("0.7 - 1. 1.2") is None
    [result] = results(
        "Test        Result    Unit     Normal\nPotassium   5.4       mmol/L   3.5 - 5.  5.1"
    )
    assert result.fields["reference_range"].needs_review
    assert result.abnormal is None


def test_drugs_looked_for_in_urine_are_results() -> None:
    found = rows("""
Drug tested        Result      Cut-off
Amphetamine        Negative    1000 ng/mL
Ketamine           Positive    500 ng/mL
""")
    assert [row[:2] for row in found] == [("Amphetamine", "Negative"), ("Ketamine", "Positive")]


def test_samples_of_a_tolerance_test_are_its_names() -> None:
    found = rows("""
Sample            Result    Unit      Cut-off
Fasting glucose   4.6       mmol/L    < 5.1
1-hour glucose    9.2       mmol/L    < 10.0
2-hour glucose    8.9       mmol/L    < 8.5
""")
    assert [(row[1], row[4]) for row in found] == [(4.6, False), (9.2, False), (8.9, True)]


def test_counts_of_a_urine_culture_and_its_antibiogram_with_the_i_misread() -> None:
    found = rows("""
EXAMEN CYTOBACTERIOLOGIQUE DES URINES
Leucocytes : 150 000 /mL   (N < 10 000)
Culture : Klebsiella pneumoniae
Antibiotique       S         1         R
Amoxicilline                           X
Ceftriaxone        X
Ofloxacine                   X
""")
    assert found[0] == ("Leucocytes", 150000.0, "/mL", "< 10 000", True)
    assert [row[:2] for row in found[2:]] == [
        ("Amoxicilline", "R"),
        ("Ceftriaxone", "S"),
        ("Ofloxacine", "I"),
    ]


@pytest.mark.parametrize(("text", "number"), [("2,10,000", 210000.0), ("1,50,000", 150000.0)])
def test_thousands_in_lakhs(text: str, number: float) -> None:
    value = parse_value(text)
    assert value is not None
    assert value.numbers == (number,)


def test_flags_are_no_results_beside_an_unread_heading_of_results() -> None:
    found = rows("""
Test        Recult    Flag    Unit      Range
Glucose     118       H       mg/dL     70 - 110
Urea        32                mg/dL     15 - 45
Uric acid   7.8       H       mg/dL     3.5 - 7.2
""")
    assert [(row[1], row[4]) for row in found] == [(118.0, True), (32.0, False), (7.8, True)]


def test_name_misread_by_a_letter_keeps_all_tests_that_it_may_mean() -> None:
    [result] = results("Leucocytec   11,2 G/L   (4,0 - 10,0)")
    assert (result.value, result.unit, result.abnormal) == (11.2, "G/L", True)


def test_class_of_an_unknown_form_makes_the_whole_range_unknown() -> None:
    [result] = results("""
Test          Result    Unit     Reference
Hemoglobin    11.8      g/dL     Newborn: 14-22
                                 Toddler (young) 11 to about 14
""")
    assert result.reference_range == "Newborn: 14-22 Toddler (young) 11 to about 14"
    assert result.fields["reference_range"].needs_review


def test_ages_of_several_units_are_a_list_of_classes() -> None:
    text = "Newborn: 14-22 6 mo - 6 y: 11-14 Adult M: 13-17 Adult F: 12-16"
    found = parse_range(text)
    assert found is not None
    assert (found.text, found.bounded) == (text, False)


def test_count_behind_a_share_has_the_unit_and_the_range() -> None:
    assert rows("""
Examen                          Résultat             Unité     Valeurs de référence
Polynucléaires neutrophiles     62,0 % soit 4,22     G/L       1,80 - 7,50
Lymphocytes                     24,2 %               %         20 - 45
""") == [
        ("Polynucléaires neutrophiles", 4.22, "G/L", "1,80 - 7,50", False),
        ("Lymphocytes", 24.2, "%", "20 - 45", False),
    ]


def test_specimen_behind_the_short_names_of_an_analyser() -> None:
    found = results("GLU-P    132  mg/dl\nGOT - P   28  U/l\nTG-P     155  mg/dl")
    assert [(r.test_name, r.value) for r in found] == [
        ("GLU-P", 132.0),
        ("GOT - P", 28.0),
        ("TG-P", 155.0),
    ]


def test_days_with_short_years_tell_the_result_from_the_one_before() -> None:
    found = rows("""
                15/02/26 07:30              Valeurs de réf.    14/02/26 07:10
Sodium          139               mmol/L    (136 - 145)        141
Potassium       3,4 B             mmol/L    (3,5 - 5,1)        3,9
Chlore          101               mmol/L    (98 - 107)         102
""")
    assert [row[1:] for row in found] == [
        (139.0, "mmol/L", "136 - 145", False),
        (3.4, "mmol/L", "3,5 - 5,1", True),
        (101.0, "mmol/L", "98 - 107", False),
    ]


def test_abbreviated_germ_is_a_result() -> None:
    found = rows("Test              Result\nMalaria smear     P. vivax (++)\nHBsAg    Negative")
    assert found[0][:2] == ("Malaria smear", "P. vivax (++)")


def test_days_behind_other_words_of_a_heading_tell_the_last_result() -> None:
    found = rows("""
Test             Admission 10/02/2026    Discharge 15/02/2026    Normal
WBC (10^9/L)     17.2                    8.8                     4.0-10.0
CRP (mg/L)       188                     24                      < 5
""")
    assert [row[1:] for row in found] == [
        (8.8, "10^9/L", "4.0-10.0", False),
        (24.0, "mg/L", "< 5", True),
    ]


def test_range_behind_the_words_normal_value() -> None:
    [first, second] = rows("""
Blood urea : 46 mg/dl          Normal Value : 15-40 mg/dl
Total cholesterol : 188 mg/dl  Reference interval: up to 200 mg/dl
""")
    assert (first[3:], second[3:]) == (("15-40", True), ("up to 200", False))


@pytest.mark.parametrize(
    "text",
    [
        "Sodium   142     108     mmol/L     135 - 145\n",
        "Sodium   mmol/L     142     108     135 - 145\n",
        "Sodium   142 mmol/L     108 mmol/L     135 - 145\n",
        "Sodium   142 H     108 L     mmol/L     135 - 145\n",
        "Sodium   135 - 145     142     108     mmol/L\n",
    ],
)
def test_two_results_without_a_heading_give_neither(text: str) -> None:
    [result] = results(text)
    assert (result.test_name, result.value, result.unit) == ("Sodium", None, "mmol/L")
    assert (result.reference_range, result.abnormal) == ("135 - 145", None)
    assert result.fields["value"].review_reasons == ("value_unreadable",)


def test_the_count_beside_a_share_is_no_other_result() -> None:
    [result] = results("Lymphocytes   35.2 %     2.10 10^9/L     20 - 40\n")
    assert (result.value, result.unit) == (35.2, "%")


@pytest.mark.parametrize("sign", ["A", "v", "+", "-"])
def test_a_sign_in_a_cell_of_its_own_leaves_the_row_its_unit_and_range(sign: str) -> None:
    [result] = results(f"Calcium   1.30     {sign}     mmol/L     2.15 - 2.55\n")
    assert (result.value, result.unit, result.abnormal) == (1.3, "mmol/L", True)


def test_days_on_the_last_line_of_a_heading_begin_no_second_table() -> None:
    lines = {
        40: "               Previous      Result",
        60: "Test                                       Unit       Reference range",
        80: "               (05/09/24)    (12/03/25)",
        140: "Glucose        49            63 L          mg/dL      70 - 110",
        180: "Sodium         143           141           mmol/L     135 - 145",
    }
    printed = tuple(row(line, top=top) for top, line in lines.items())
    whole = PageText(number=1, width=1200, height=1600, rows=printed)
    found = find_lab_results([whole]).results
    assert [(r.test_name, r.value) for r in found] == [("Glucose", 63.0), ("Sodium", 141.0)]


def test_ranges_below_the_unread_word_of_their_heading_are_kept() -> None:
    found = results("""
Test          Unit        Prior     Result    Reference   4~
Sodium        mmol/L        142        108          135 - 145
Glucose       mg/dL          46         53           70 - 110
ALT (SGPT)    U/L            64         36              7-41
Hemoglobin    g/dL         13.2       14.5        12.0 - 16.0
""")
    ranges = ["135 - 145", "70 - 110", "7-41", "12.0 - 16.0"]
    assert [r.reference_range for r in found] == ranges


@pytest.mark.parametrize(("heading", "value"), [("N-1", None), ("Result (prev)", 108.0)])
def test_the_earlier_result_is_not_the_result(heading: str, value: float | None) -> None:
    present = heading.split("-")[0].removesuffix(" (prev)")
    found = results(f"""
Test               {heading:<15}{present:<14}Unit          Reference
Sodium             142            108           mmol/L        135 - 145
Glucose            46             53            mg/dL         70 - 110
""")
    assert found[0].value == value
    assert found[0].needs_review == (value is None)

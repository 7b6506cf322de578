"""What is marked for review in laboratory results, and that nothing is changed by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import PageText, Reading, Row
from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.find import find_lab_results
from tests.pages import page

HEADER = "Test                     Result      Unit        Reference Range     Flag\n"


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(HEADER + text)], sex=sex).results)


def reasons(result: LabResult, name: str) -> tuple[str, ...]:
    return result.fields[name].review_reasons


def test_plausible_row_is_accepted() -> None:
    [result] = results("Hemoglobin               11.8        g/dL        11.0 - 15.0")
    assert not result.needs_review
    assert result.confidence == 0.95


@pytest.mark.parametrize(
    "row",
    [
        "Hemoglobin               118         g/dL        11.0 - 15.0",
        "Unheard of               118         g/dL        11.0 - 15.0",
        "Unheard of               118         g/dL        11 - 15",
        "Potassium                41          mmol/L      3.5 - 5.1",
        "TSH                      245         mIU/L       0.27 - 4.20",
    ],
)
def test_lost_decimal_point_is_marked_and_not_repaired(row: str) -> None:
    [result] = results(row)
    assert result.value == float(row.split()[2 if row.startswith(("Unheard",)) else 1])
    assert "implausible_value" in reasons(result, "value")


@pytest.mark.parametrize(
    "row",
    [
        "ALT                      450         U/L         < 41",
        "CRP                      45.2        mg/L        0.0 - 5.0",
        "Ferritin                 2500        ng/mL       30 - 400",
        "Glucose                  18.4        mmol/L      3.9 - 5.6",
    ],
)
def test_common_illness_is_no_lost_decimal_point(row: str) -> None:
    [result] = results(row)
    assert not result.needs_review
    assert result.abnormal is True


def test_point_lost_by_one_reader_is_marked_but_not_where_two_agree() -> None:
    text = "Creatinine               850         µmol/L      62 - 106"
    one = page(HEADER + text)
    two = _read_twice(one)
    assert reasons(find_lab_results([one]).results[0], "value") == ("implausible_value",)
    assert not find_lab_results([two]).results[0].needs_review


def _read_twice(whole: PageText) -> PageText:
    def row(old: Row) -> Row:
        segments = tuple(
            replace(
                s,
                words=tuple(
                    replace(w, readings=(*w.readings, Reading("other", w.text))) for w in s.words
                ),
            )
            for s in old.segments
        )
        return replace(old, segments=segments)

    return replace(whole, rows=tuple(row(old) for old in whole.rows))


def test_impossible_values_are_marked() -> None:
    [result] = results("Sodium                   1400        mmol/L")
    assert reasons(result, "value") == ("implausible_value",)


def test_unit_of_another_test_is_marked() -> None:
    [result] = results("Hemoglobin               11.8        mmHg        11.0 - 15.0")
    assert result.unit == "mmHg"
    assert reasons(result, "unit") == ("unit_unknown",)
    assert result.loinc is None


def test_repaired_unit_is_less_certain_and_keeps_what_was_read() -> None:
    [result] = results("WBC                      7.2         1049/L      4.0 - 10.0")
    assert (result.unit, result.fields["unit"].raw) == ("10^9/L", "1049/L")
    assert result.fields["unit"].confidence < result.fields["value"].confidence


def test_repaired_unit_in_which_the_value_makes_no_sense_is_marked() -> None:
    [result] = results("Creatinine               0.9         pmol/L")
    assert result.fields["unit"].needs_review


def test_range_that_cannot_be_is_marked() -> None:
    [result] = results("Hemoglobin               11.8        g/dL        130 - 17.0")
    assert reasons(result, "reference_range") == ("range_conflict",)
    assert result.abnormal is None


def test_range_that_cannot_be_read_decides_nothing() -> None:
    [result] = results("Hemoglobin               11.8        g/dL        1l.O - lS.O")
    assert result.abnormal is None
    assert result.fields["reference_range"].needs_review


@pytest.mark.parametrize(
    ("row", "conflict"),
    [
        ("Urea                     4.2         mmol/L      2.5 - 7.5           H", True),
        ("Urea                     9.2         mmol/L      2.5 - 7.5           L", True),
        ("Urea                     9.2         mmol/L      2.5 - 7.5           H", False),
        ("Urea                     9.2         mmol/L      2.5 - 7.5           *", False),
        ("Urea                     4.2         mmol/L      2.5 - 7.5           N", False),
    ],
)
def test_flag_against_the_range_is_a_conflict(row: str, conflict: bool) -> None:
    [result] = results(row)
    assert ("flag_conflict" in reasons(result, "abnormal")) is conflict
    assert result.abnormal is (float(row.split()[1]) > 7.5)


def test_printed_flag_holds_where_nothing_can_be_computed() -> None:
    [result] = results("Urea                     9.2         mmol/L                          H")
    assert (result.abnormal, result.flag_printed) == (True, "H")


@pytest.mark.parametrize(
    ("value", "bounds", "abnormal"),
    [
        ("<0.5", "< 5", False),
        ("<0.5", "0.3 - 5", None),
        (">1000", "< 200", True),
        ("5", "< 5", True),
        ("5", "≤ 5", False),
        ("1/160", "< 1/80", True),
        ("1/40", "< 1/80", False),
        ("2-4", "0 - 5", False),
        ("4-8", "0 - 5", None),
        ("8-10", "0 - 5", True),
        ("Positive", "Negative", True),
        ("Non réactif", "Négatif", False),
        ("R", "NR", True),
        ("++", "Négatif", True),
        ("Yellow", "Yellow", False),
        ("Trace", "Negative", None),
    ],
)
def test_abnormal_is_computed_only_where_value_and_range_allow(
    value: str, bounds: str, abnormal: bool | None
) -> None:
    [result] = results(f"Unheard of               {value:<24}{bounds}")
    assert (result.value, result.reference_range) == (
        float(value) if value.isdigit() else value,
        bounds,
    )
    assert result.abnormal is abnormal


def test_bold_tells_abnormal_only_where_nothing_else_does() -> None:
    plain = page(
        HEADER
        + "Urea                     9.2         mmol/L\n"
        + "Sodium                   140         mmol/L      135 - 145\n"
        + "Potassium                4.0         mmol/L"
    )
    bold = replace(plain, rows=tuple(_bold(r, heavy=i == 1) for i, r in enumerate(plain.rows)))
    assert [r.abnormal for r in find_lab_results([bold]).results] == [True, False, None]
    heavy = replace(plain, rows=tuple(_bold(r, heavy=True) for r in plain.rows))
    assert [r.abnormal for r in find_lab_results([heavy]).results] == [None, False, None]


def _bold(row: Row, *, heavy: bool) -> Row:
    segments = tuple(
        replace(s, words=tuple(replace(w, bold=heavy) for w in s.words)) for s in row.segments
    )
    return replace(row, segments=segments)


CBC = """
RBC                      {rbc:<12}10^12/L     4.0 - 5.9
Hemoglobin               {hgb:<12}g/dL        12.0 - 17.0
Hematocrit               {hct:<12}%           36 - 50
MCV                      {mcv:<12}fL          80 - 100
MCH                      {mch:<12}pg          27 - 32
MCHC                     {mchc:<12}g/dL        32 - 36
"""
SOUND = {"rbc": 4.5, "hgb": 13.5, "hct": 40.5, "mcv": 90.0, "mch": 30.0, "mchc": 33.3}


def marked(**changed: float) -> set[str | None]:
    found = results(CBC.format(**{**SOUND, **changed}))
    return {r.test_name for r in found if "cross_check" in reasons(r, "value")}


def test_indices_that_agree_are_accepted() -> None:
    assert marked() == set()


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [("rbc", 5.5, "RBC"), ("hct", 46.5, "Hematocrit"), ("mcv", 70.0, "MCV"), ("mch", 36.0, "MCH")],
)
def test_the_figure_that_breaks_the_arithmetic_is_marked(key: str, value: float, name: str) -> None:
    assert marked(**{key: value}) == {name}


def test_direct_bilirubin_above_total_is_marked() -> None:
    found = results(
        "Total bilirubin          10.2        µmol/L      3 - 20\n"
        "Direct bilirubin         15.1        µmol/L      < 5"
    )
    assert all("cross_check" in reasons(r, "value") for r in found)


def test_differential_far_from_a_hundred_is_marked() -> None:
    text = "\n".join(
        f"{name:<25}{share:<12}%"
        for name, share in [
            ("Neutrophils", 56.0),
            ("Lymphocytes", 35.0),
            ("Monocytes", 6.0),
            ("Eosinophils", 2.5),
            ("Basophils", 9.5),
        ]
    )
    assert all("cross_check" in reasons(r, "value") for r in results(text))
    sound = results(text.replace("9.5", "0.5"))
    assert not any(r.needs_review for r in sound)


def test_latin_digits_among_khmer_ones_are_marked() -> None:
    found = results("""
Sodium                   ១៤០         mmol/L      ១៣៥ - ១៤៥
Urea                     ៤.២         mmol/L      ២.៥ - ៧.៥
Creatinine               90          µmol/L      ៦២ - ១០៦
""")
    assert [reasons(r, "value") for r in found] == [(), (), ("mixed_digits",)]


def test_doubtful_unknown_name_makes_its_whole_row_doubtful() -> None:
    text = HEADER + "Qjrea                    4.2         mmol/L      2.5 - 7.5"
    low = page(text, confidence=0.95)
    words = [replace(w, confidence=0.4) for w in low.rows[1].segments[0].words]
    segment = replace(low.rows[1].segments[0], words=tuple(words))
    row = replace(low.rows[1], segments=(segment, *low.rows[1].segments[1:]))
    [result] = find_lab_results([replace(low, rows=(low.rows[0], row))]).results
    for name in ("test_name", "value", "unit", "reference_range", "abnormal"):
        assert result.fields[name].needs_review


def reread(text: str, place: int, confidence: float, *texts: str) -> PageText:
    """A page of one result, of which the segment at that place was read so by several readers."""
    plain = page(HEADER + text)
    segments = list(plain.rows[1].segments)
    readings = tuple(Reading(f"reader {number}", text) for number, text in enumerate(texts))
    word = replace(segments[place].words[0], confidence=confidence, readings=readings)
    segments[place] = replace(segments[place], words=(word,))
    row = replace(plain.rows[1], segments=tuple(segments))
    return replace(plain, rows=(plain.rows[0], row))


def test_readers_that_agree_in_meaning_are_as_sure_as_in_letters() -> None:
    text = "Creatinine               90          umol/L      62 - 106"
    [result] = find_lab_results([reread(text, 2, 0.5, "umol/L", "µmol/L")]).results
    assert not result.fields["unit"].needs_review


def test_flag_is_as_certain_as_the_value_and_the_range_that_it_follows_from() -> None:
    text = "Glucose                  5.8         mmol/L      3.9 - 5.6"
    [result] = find_lab_results([reread(text, 1, 0.7, "5.8", "5,8")]).results
    assert result.abnormal is True
    assert not result.fields["value"].needs_review
    assert not result.fields["abnormal"].needs_review


def test_figure_under_an_unknown_name_read_from_a_picture_is_for_review() -> None:
    read = page("Test         Result   Unit    Reference\nPotassium    4.1      mmol/L  3.5 - 5.1\n"
                "Potakus      4.4      mmol/L  3.5 - 5.1")  # fmt: skip
    known, unknown = find_lab_results([read]).results
    assert not known.needs_review
    assert "test_unknown" in unknown.fields["value"].review_reasons
    layer = replace(
        read,
        rows=tuple(
            replace(
                r,
                segments=tuple(
                    replace(
                        s,
                        words=tuple(
                            replace(w, readings=(Reading("layer", w.text),)) for w in s.words
                        ),
                    )
                    for s in r.segments
                ),
            )
            for r in read.rows
        ),
    )
    assert not find_lab_results([layer]).results[1].needs_review


def test_letters_below_a_known_name_are_no_part_of_it() -> None:
    [result] = results("MCHC                     30.7        %           32.0 - 36.0\net")
    assert result.test_name == "MCHC"


@pytest.mark.parametrize(("sex", "doubted"), [("M", False), ("F", True), (None, True)])
def test_range_of_one_sex_alone_that_is_not_the_patients_is_doubted(
    sex: str | None, doubted: bool
) -> None:
    [result] = results("Hemoglobin               12.8        g/dL        M: 13.0 - 17.0", sex)
    assert ("range_conflict" in reasons(result, "reference_range")) is doubted


@pytest.mark.parametrize("stains", [("L-—",), ("1", "SPN"), ("PAID", "=>", "tt")])
def test_pen_strokes_behind_a_known_name_are_no_part_of_it(stains: tuple[str, ...]) -> None:
    name = f"MCV {' '.join(stains)}"
    made = page(f"{'Test':20}Result   Unit   Range\n{name:20}89.9     fL     80 - 100")
    head, body = made.rows
    first, *others = body.segments
    doubtful = (
        word if word.text == "=>" else replace(word, confidence=0.7) for word in first.words[1:]
    )
    words = (first.words[0], *doubtful)
    rows = (head, replace(body, segments=(replace(first, words=words), *others)))
    [result] = find_lab_results([replace(made, rows=rows)]).results
    assert (result.test_name, result.value) == ("MCV", 89.9)
    assert result.fields["test_name"].needs_review


def test_a_sure_word_behind_a_known_name_stays() -> None:
    made = page(
        "Test            Result   Unit     Range\nGlucose ZQ      5.4      mmol/L   3.9 - 6.1"
    )
    [result] = find_lab_results([made]).results
    assert result.test_name == "Glucose ZQ"


def test_range_with_a_point_and_a_comma_is_doubtful() -> None:
    [result] = results("Hemoglobin               11.8        g/dL        11.0 - 15,0")
    assert "range_conflict" in reasons(result, "reference_range")


def test_range_behind_a_word_that_was_not_read_may_hold_for_another() -> None:
    [result] = results("Hemoglobin               11.8        g/dL        ស្រ័ស:  11.0 - 15.0")
    assert result.reference_range == "11.0 - 15.0"
    assert result.fields["reference_range"].needs_review
    assert result.fields["abnormal"].needs_review


def test_nought_before_a_whole_number_is_doubtful() -> None:
    """A stamp has left 04 of 104."""
    [result] = results("Prothrombin rate         04          %           70 - 120")
    assert "implausible_value" in reasons(result, "value")


@pytest.mark.parametrize(("value", "doubted"), [("igus", True), ("Positive", False)])
def test_words_that_are_no_result_are_doubtful(value: str, doubted: bool) -> None:
    [result] = results(f"HBsAg                    {value}                Negative")
    assert result.value == value
    assert result.fields["value"].needs_review is doubted


@pytest.mark.parametrize(("stroke", "doubted"), [("1", True), ("7", False)])
def test_one_that_sticks_out_of_the_figures_common_edge_may_be_a_ruling(
    stroke: str, doubted: bool
) -> None:
    _, second, *_ = results(
        f"""Glucose                  5.4         mmol/L      3.9 - 6.1
CK-MB                  {stroke}8          U/L         < 25
Sodium                   141         mmol/L      135 - 145
Potassium                4.1         mmol/L      3.5 - 5.1
Creatinine               71          µmol/L      62 - 106"""
    )
    assert second.fields["value"].needs_review is doubted


def test_piece_of_a_ruling_before_a_known_name_is_dropped_and_marked() -> None:
    [result] = results("1 Prothrombin activity   103         %           70 - 120")
    assert result.test_name == "Prothrombin activity"
    assert result.fields["test_name"].needs_review


def test_word_that_another_follows_is_no_whole_result() -> None:
    [result] = results("Aspect                   Légèrement")
    assert "implausible_value" in reasons(result, "value")


def test_one_level_with_strokes_of_other_rows_may_be_a_ruling() -> None:
    found = results("""Fe                    124.2         µmol/L      9.0 - 27.0
Ferritin              :80           ng/mL       13 - 150
B12                   1329          pg/mL       197 - 771
Folate                 25.4         ng/mL       3.9 - 26.8
Vitamin D              54.1         ng/mL       30.0 - 100.0
MCH                   :31.2         pg          27.0 - 32.0
HGB                    134          g/L         120 - 150""")
    doubted = [r.test_name for r in found if r.fields["value"].confidence <= 0.6]
    assert doubted == ["Fe", "B12"]

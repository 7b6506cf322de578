"""Names, ranges and headings of laboratory tables that go on over several lines of their cells."""

from __future__ import annotations

from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.find import find_lab_results
from tests.pages import page

HEAD = "Test               Result   Method         Unit     Reference range\n"


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def test_a_name_goes_on_beside_the_end_of_its_range() -> None:
    text = HEAD + (
        "Mean platelet      6.9      Enzymatic      fL       7.5 -\n"
        "volume                                              11.5\n"
        "Mean               33.0     Colorimetric   g/dL     31.5 -\n"
        "corpuscular Hb                                      36.0\n"
        "conc.\n"
        "Blood urea         11.5     Photometry     mg/dL    7.0 - 20.0\n"
        "nitrogen\n"
    )
    assert [(r.test_name, r.value, r.reference_range) for r in results(text)] == [
        ("Mean platelet volume", 6.9, "7.5 - 11.5"),
        ("Mean corpuscular Hb conc", 33.0, "31.5 - 36.0"),
        ("Blood urea nitrogen", 11.5, "7.0 - 20.0"),
    ]


def test_a_method_below_the_name_beside_the_range_is_no_part_of_it() -> None:
    text = HEAD + (
        "Glucose            5.8                     mmol/L   3.9 -\n"
        "hexokinase                                          5.6\n"
        "Urea               4.2                     mmol/L   2.5 - 7.1\n"
    )
    assert [r.test_name for r in results(text)] == ["Glucose", "Urea"]


def test_ranges_by_sex_go_on_over_any_number_of_lines() -> None:
    text = HEAD + (
        "Prolactin          8.5      ELISA          ng/mL    Male : 4.0\n"
        "                                                    to 15.2\n"
        "                                                    Female :\n"
        "                                                    4.8 to 23.3\n"
        "Creatinine         63       ELISA          µmol/L   Male : 62 to\n"
        "                                                    106\n"
        "                                                    Female : 44\n"
        "                                                    to 80\n"
        "Uric acid          3.8      ELISA          mg/dL    3.5\n"
        "                                                    to\n"
        "                                                    7.2\n"
    )
    assert [r.reference_range for r in results(text, "F")] == [
        "4.8 to 23.3",
        "44 to 80",
        "3.5 to 7.2",
    ]


def test_a_heading_of_three_lines_with_a_joint_between() -> None:
    text = (
        "Examen          Résultat   Unités    Valeurs      Antécédent\n"
        "                                     de\n"
        "                                     référence\n"
        "Fer sérique     22,8       µmol/L    9,0 - 27,0   16,1\n"
        "Acide folique   7,9        ng/mL     3,9 - 26,8   44,1\n"
    )
    assert [(r.value, r.reference_range) for r in results(text)] == [
        (22.8, "9,0 - 27,0"),
        (7.9, "3,9 - 26,8"),
    ]


def test_norm_heads_reference_ranges() -> None:
    text = (
        "Description   RESULT     UNIT     Norm\n"
        "Nitrite       Negative            Negative\n"
        "Urea          5.0        mmol/L   2.5 - 7.5"
    )
    assert [r.reference_range for r in results(text)] == ["Negative", "2.5 - 7.5"]


def test_a_known_name_that_another_one_below_completes_is_for_review() -> None:
    text = HEAD + (
        "Cholestérol        1.62                    mmol/L   > 1.00\n"
        "HDL\n"
        "Triglycérides      2.33                    mmol/L   < 1.70\n"
    )
    first, second = results(text)
    assert first.test_name == "Cholestérol HDL"
    assert first.fields["value"].needs_review
    assert not second.fields["value"].needs_review

"""Laboratory results out of rows: layouts, languages, what is no row."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.find import find_lab_results
from tests.pages import page


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def rows(text: str, sex: str | None = None) -> list[tuple[object, ...]]:
    """Name, value, unit, range and abnormal of each result."""
    return [
        (r.test_name, r.value, r.unit, r.reference_range, r.abnormal) for r in results(text, sex)
    ]


HEADER = "Test                     Result      Unit        Reference Range     Flag\n"


def test_plain_table_keeps_every_row() -> None:
    found = rows(
        HEADER
        + """
WBC                      7.2         10^9/L      4.0 - 10.0
Hemoglobin               11.8        g/dL        13.0 - 17.0         L
Fasting Glucose          5.8         mmol/L      3.9–5.6             H
HBsAg                    Negative                Negative
"""
    )
    assert found == [
        ("WBC", 7.2, "10^9/L", "4.0 - 10.0", False),
        ("Hemoglobin", 11.8, "g/dL", "13.0 - 17.0", True),
        ("Fasting Glucose", 5.8, "mmol/L", "3.9–5.6", True),
        ("HBsAg", "Negative", None, "Negative", False),
    ]


def test_codes_and_flag_come_with_the_result() -> None:
    [first] = results(HEADER + "Creatinine               120         µmol/L      62 - 106       H")
    assert (first.loinc, first.ucum, first.flag_printed) == ("14682-9", "umol/L", "H")
    [second] = results(HEADER + "Creatinine               1.2         mg/dL       0.7 - 1.2")
    assert (second.loinc, second.ucum) == ("2160-0", "mg/dL")


def test_unknown_test_is_kept_under_its_printed_name() -> None:
    [result] = results(HEADER + "Strange Factor Z         12.5        ng/mL       5 - 20")
    assert (result.test_name, result.value, result.loinc) == ("Strange Factor Z", 12.5, None)


def test_prior_results_are_not_todays() -> None:
    found = rows("""
Examens                  Résultats   Unités      Valeurs usuelles    Antériorité
Hémoglobine              11,8        g/dL        12,0 - 16,0         12,1
Créatinine               12          mg/L        7 - 13              11
""")
    assert [row[1] for row in found] == [11.8, 12.0]


def test_prior_results_without_heading_are_not_todays() -> None:
    found = rows("""
Hémoglobine        11,8   g/dL     12,0 - 16,0      12,1
Créatinine         12     mg/L     7 - 13           11
""")
    assert [(row[1], row[3]) for row in found] == [(11.8, "12,0 - 16,0"), (12.0, "7 - 13")]


def test_prior_column_before_the_range_is_no_range() -> None:
    found = rows("""
Test           Result     Previous    Unit      Reference
Urea           8.1        6.2         mmol/L    2.5 - 7.5
Sodium         140        138         mmol/L    135 - 145
""")
    assert found == [
        ("Urea", 8.1, "mmol/L", "2.5 - 7.5", True),
        ("Sodium", 140.0, "mmol/L", "135 - 145", False),
    ]


def test_two_panels_side_by_side_are_two_tables() -> None:
    found = rows("""
Test     Result  Unit     Reference        Test      Result  Unit     Reference
WBC      7.2     10^9/L   4.0 - 10.0       Glucose   5.8     mmol/L   3.9 - 5.6
RBC      4.5     T/L      4.2 - 5.9        Urea      4.2     mmol/L   2.5 - 7.5
""")
    assert sorted(row[:2] for row in found) == [
        ("Glucose", 5.8),
        ("RBC", 4.5),
        ("Urea", 4.2),
        ("WBC", 7.2),
    ]


def test_khmer_labels_and_digits() -> None:
    found = rows("""
ឈ្មោះតេស្ត               លទ្ធផល      ខ្នាត        តំលៃយោង
ជាតិស្ករក្នុងឈាម           ៥.៨         mmol/L      ៣.៩ - ៥.៦
មេរោគអេដស៍              អវិជ្ជមាន                 អវិជ្ជមាន
""")
    assert found == [
        ("ជាតិស្ករក្នុងឈាម", 5.8, "mmol/L", "3.9 - 5.6", True),
        ("មេរោគអេដស៍", "អវិជ្ជមាន", None, "អវិជ្ជមាន", False),
    ]


def test_colon_style_without_a_table() -> None:
    found = rows("""
Glucose : 5.8  mmol/L  (3.9  5.6)  H
Urea : 4.2 mmol/L (2.5 - 7.5)
Sérologie VIH : Négatif
""")
    assert found == [
        ("Glucose", 5.8, "mmol/L", "3.9 - 5.6", True),
        ("Urea", 4.2, "mmol/L", "2.5 - 7.5", False),
        ("Sérologie VIH", "Négatif", None, None, None),
    ]


def test_dotted_leaders_part_name_and_value() -> None:
    [found] = rows("Créatinine ................ : 9,5 mg/L (7 à 13)")
    assert found == ("Créatinine", 9.5, "mg/L", "7 à 13", False)


def test_header_in_two_languages_on_two_rows() -> None:
    found = rows("""
                         លទ្ធផល /                 តម្លៃយោង /
ឈ្មោះតេស្ត / Test                      Unit                        Flag
                         Result                  Reference
Sodium                   140         mmol/L      135 - 145
""")
    assert found == [("Sodium", 140.0, "mmol/L", "135 - 145", False)]


def test_column_whose_heading_was_not_read_is_known_by_what_it_holds() -> None:
    found = rows("""
Test            Result       g1n           Reference
Sodium          140          mmol/L        135 - 145
Urea            8.0          mmol/L        2.5 - 7.5
ALT             15           U/L           < 41
""")
    assert [row[2:4] for row in found] == [
        ("mmol/L", "135 - 145"),
        ("mmol/L", "2.5 - 7.5"),
        ("U/L", "< 41"),
    ]


def test_name_wrapped_over_two_rows() -> None:
    found = rows("""
Examens                  Résultats   Unités      Valeurs usuelles
Polynucléaires
neutrophiles             65          %           40 - 75
Transaminase ALAT        30          U/L         < 41
(SGPT)
""")
    assert [row[0] for row in found] == ["Polynucléaires neutrophiles", "Transaminase ALAT (SGPT)"]


def test_range_by_sex_wrapped_over_two_rows() -> None:
    text = """
Analyse              Résultat     Unité     Valeurs de référence
Hémoglobine          12,5         g/dL      H: 13,0 - 17,0
                                            F: 12,0 - 16,0
"""
    printed = "H: 13,0 - 17,0 F: 12,0 - 16,0"
    assert [row[3:] for row in rows(text, sex="M")] == [("13,0 - 17,0", True)]
    assert [row[3:] for row in rows(text, sex="F")] == [("12,0 - 16,0", False)]
    assert [row[3:] for row in rows(text)] == [(printed, None)]


def test_range_by_sex_whose_lines_stand_above_and_below_the_result_is_whole() -> None:
    text = """
Analyse              Résultat     Unité     Valeurs de référence
                                            H: 13,0 - 17,0
Hémoglobine          12,5         g/dL
                                            F: 12,0 - 16,0
"""
    assert [row[3:] for row in rows(text, sex="F")] == [("12,0 - 16,0", False)]
    assert [row[3:] for row in rows(text)] == [("H: 13,0 - 17,0 F: 12,0 - 16,0", None)]


def test_range_by_sex_in_brackets_and_parted_by_gaps_is_whole() -> None:
    text = "Ferritine  18  ng/mL  (H :  30 - 400 / F :  15 -  150)"
    assert [row[3:] for row in rows(text, sex="F")] == [("15 - 150", False)]
    assert [row[3:] for row in rows(text)] == [("H : 30 - 400 / F : 15 - 150", None)]


def test_h_colon_before_a_range_is_a_sex_and_no_flag() -> None:
    [result] = results("Hémoglobine : 14,0 g/dL  H: 13,0 - 17,0", sex="M")
    assert (result.flag_printed, result.abnormal) == (None, False)


def test_sections_are_named_and_are_no_rows() -> None:
    found = results(
        HEADER
        + """
HEMATOLOGY
WBC                      7.2         10^9/L      4.0 - 10.0
BIOCHIMISTRY
Urea                     4.2         mmol/L      2.5 - 7.5
"""
    )
    assert [(r.test_name, r.section) for r in found] == [
        ("WBC", "HEMATOLOGY"),
        ("Urea", "BIOCHIMISTRY"),
    ]


def test_urine_section_makes_urine_tests() -> None:
    found = results("""
URINALYSIS
Color : Yellow
pH : 6.0
Protein : Negative
Leukocytes : ++
WBC : 2-4 /HPF
""")
    assert [(r.test_name, r.value, r.loinc) for r in found] == [
        ("Color", "Yellow", "5778-6"),
        ("pH", 6.0, "5803-2"),
        ("Protein", "Negative", "20454-5"),
        ("Leukocytes", "++", "20408-1"),
        ("WBC", "2-4", "5821-4"),
    ]


def test_comments_footers_and_patient_lines_are_no_rows() -> None:
    text = (
        """
Patient Name : SOK DARA        Age : 45 years
"""
        + HEADER
        + """
Glucose                  5.1         mmol/L      3.9 - 5.6
Comment : repeat in 2 weeks
Method : hexokinase
Technician               Sok Dara
Phone                    012 345 678
Printed                  20/01/2026  08:15
Page 1 of 2
"""
    )
    found = find_lab_results([page(text)])
    assert [r.test_name for r in found.results] == ["Glucose"]
    used = {page(text).rows[index].text.split("  ")[0] for _, index in found.used}
    assert used == {"Test", "Glucose"}


def test_repeated_header_is_no_row() -> None:
    line = "Urea                     4.2         mmol/L      2.5 - 7.5\n"
    found = rows(HEADER + line + HEADER + line.replace("Urea  ", "Uree  "))
    assert [row[1] for row in found] == [4.2, 4.2]


def test_table_goes_on_over_the_page() -> None:
    first = page(HEADER + "Sodium                   140         mmol/L      135 - 145")
    second = page(
        "Potassium                5.9         mmol/L      3.5 - 5.1\n"
        "Rare Thing X             5.9         mmol/L      3.5 - 9.1\n"
        "Validated by Dr Chan",
        number=2,
    )
    second = replace(second, width=first.width)
    found = find_lab_results([first, second])
    assert [r.test_name for r in found.results] == ["Sodium", "Potassium", "Rare Thing X"]
    assert (2, 2) not in found.used


def test_pending_result_is_null_and_needs_no_review() -> None:
    [result] = results(HEADER + "CRP                      Pending     mg/L        < 5")
    assert result.value is None
    assert result.fields["value"].raw == "Pending"
    assert not result.fields["value"].needs_review


def test_missing_value_is_null_and_for_review() -> None:
    [result] = results(HEADER + "CRP                                  mg/L        < 5")
    assert result.value is None
    assert result.fields["value"].review_reasons == ("value_missing",)


def test_culture_and_antibiogram_are_results() -> None:
    found = rows("""
Antibiotic         Interpretation    MIC
Amoxicillin        R                 >32
Ceftriaxone        S                 <1
""")
    assert [row[:2] for row in found] == [("Amoxicillin", "R"), ("Ceftriaxone", "S")]
    [culture] = rows("""
Test Name          Result               Reference
Urine culture      Escherichia coli
""")
    assert culture[:2] == ("Urine culture", "Escherichia coli")


@pytest.mark.parametrize(
    ("printed", "value"),
    [("1/160", "1/160"), ("++", "++"), ("Trace", "Trace"), ("<0,01", "<0,01"), ("2-4", "2-4")],
)
def test_results_that_are_no_numbers_stay_as_printed(printed: str, value: str) -> None:
    [found] = rows(HEADER + f"Rheumatoid factor        {printed}")
    assert found[1] == value


def test_value_with_its_unit_and_flag_in_one_cell() -> None:
    found = rows("""
Test                 Result           Range
Potassium            5.9* mmol/L      3.5-5.1
Total Protein        7.2g/dL          6.0-8.3
Glucose              ↑ 7.1 mmol/L     3.9-5.6
""")
    assert [row[1:] for row in found] == [
        (5.9, "mmol/L", "3.5-5.1", True),
        (7.2, "g/dL", "6.0-8.3", False),
        (7.1, "mmol/L", "3.9-5.6", True),
    ]


def test_thousands_of_french_counts() -> None:
    found = rows("""
Leucocytes            7 500        /mm3          4 000 - 10 000
Plaquettes            250 000      /mm3          150 000 - 400 000
""")
    assert [row[1] for row in found] == [7500.0, 250000.0]


def test_ambiguous_thousands_are_settled_by_the_tests_limits() -> None:
    found = rows("""
Platelets             250,000      /mm3          150,000 - 400,000
TSH                   2,345        mIU/L         0,270 - 4,200
""")
    assert [(row[1], row[4]) for row in found] == [(250000.0, False), (2.345, False)]


def test_unit_in_the_name_is_the_unit() -> None:
    [found] = rows(HEADER + "Calcium (mmol/L)         2.31                    2.15 - 2.55")
    assert found[2] == "mmol/L"


def test_flag_between_name_and_value() -> None:
    found = rows("""
TESTLER                SONUÇ     BİRİM     REFERANS ARALIĞI
HGB-Hemoglobin   L     8.8       g/dL      11.9   15.4
MCV                    82.9      fL        80     94
""")
    assert found == [
        ("HGB-Hemoglobin", 8.8, "g/dL", "11.9 - 15.4", True),
        ("MCV", 82.9, "fL", "80 - 94", False),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Rx\nCalcium 500 mg 1 tab x 2/j 30 jours\nVitamin D 1000 IU\nPotassium 600mg",
        "CT abdomen. Liver 14 cm. No calcium seen. Impression: normal.",
        "BP 120/80   Pulse 72   Temp 37.5 C   Weight 60 kg   Glucose",
        "Drug          Dose       Qty     Unit\nIron          1 tab      30      box",
        "Protein shake twice a day\nBlood on stool since 3 days",
    ],
)
def test_other_documents_give_no_results(text: str) -> None:
    assert results(text) == []

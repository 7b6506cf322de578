"""Documents of several pages, each of another kind: no page takes the rows of the next."""

from __future__ import annotations

from medicord_ocr.schema import Categories
from medicord_ocr.structure import understand
from tests.pages import page

LABORATORY = """Calmette Hospital
Patient Name : MAO Maly
BIOCHEMISTRY
Test           Result      Unit        Reference
Glucose        9.8         mmol/L      3.9-5.6
Urea           5.4         mmol/L      2.5-7.1
Sodium         140         mmol/L      135-145"""
PRESCRIPTION = """Sen Sok Clinic
PRESCRIPTION
Patient name: PRAK Kunthea    Age: 43 years
Sex: Female    Diagnosis: URTI
1- Omeprazole 20 mg
1 capsule, twice daily, 10 days
2- Cefixime 200 mg
1 capsule, twice daily, 10 days"""
IMAGING = """Sen Sok Imaging Center
RADIOLOGY REPORT
Patient name: NGUON Phalla    Patient ID: 24-74296
Sex: Male    Exam: ULTRASOUND REPORT - ABDOMEN
Procedure :    Curved probe 3.5 MHz.
Findings:
Liver: normal size 13.5 cm, homogeneous.
Summary
Grade II fatty liver."""


def categories(*texts: str) -> Categories:
    return understand([page(text, number=i) for i, text in enumerate(texts, 1)]).categories


def test_sections_of_a_report_behind_results_are_its_own() -> None:
    found = categories(LABORATORY, IMAGING)
    (item,) = found.imaging
    assert len(found.lab_results) == 3
    assert (item.modality, item.body_part) == ("Ultrasound", "Abdomen")
    assert item.findings == "Liver: normal size 13.5 cm, homogeneous."
    assert item.impression == "Grade II fatty liver."


def test_diagnosis_of_the_next_page_is_not_what_the_pictures_show() -> None:
    for other in (PRESCRIPTION, f"{LABORATORY}\nDiagnosis : Diabetes"):
        (item,) = categories(IMAGING, other.replace("BIO", "Diagnosis : URTI\nBIO")).imaging
        assert item.impression == "Grade II fatty liver."


def test_row_that_says_who_sent_the_patient_may_name_the_examination() -> None:
    report = IMAGING.replace("Sex: Male    Exam", "Referred by: Dr. KIM Maly    Exam")
    found = categories(PRESCRIPTION, report)
    (item,) = found.imaging
    assert (item.modality, item.body_part) == ("Ultrasound", "Abdomen")
    assert [drug.medication for drug in found.prescriptions] == [
        "Omeprazole 20 mg",
        "Cefixime 200 mg",
    ]


def test_report_that_goes_on_over_the_page_still_does() -> None:
    (item,) = categories(
        IMAGING.replace("\nSummary\nGrade II fatty liver.", ""),
        "Sen Sok Imaging Center\nNo ascites.\nSummary\nGrade II fatty liver.",
    ).imaging
    assert item.findings == "Liver: normal size 13.5 cm, homogeneous. No ascites."
    assert item.impression == "Grade II fatty liver."


def test_known_tests_on_a_page_of_their_own_stay_results_beside_pictures() -> None:
    """No unit was read, so no code is certain, and the document's only title is the pictures'."""
    laboratory = """Calmette Hospital
Patient Name : MAO Maly
Test name           Result
Uric acid           4.0
Chloride            102
Calcium             9.9
Phosphorus          3.9"""
    found = categories(laboratory, IMAGING)
    assert [result.value for result in found.lab_results] == [4.0, 102.0, 9.9, 3.9]
    assert len(found.imaging) == 1

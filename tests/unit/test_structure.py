from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.structure import understand
from medicord_ocr.structure.other import find_other
from medicord_ocr.structure.titles import main_kind, title_kind
from tests.pages import page

LAB = """\
Calmette Hospital
No. 3, Monivong Blvd, Phnom Penh
LABORATORY REPORT
Patient Name : SOK DARA            Collected : 19/01/2026
Sex : Male                         Report date : 20/01/2026
Requested by : Dr. CHAN Sophea

Test                 Result     Unit       Reference
Fasting Glucose      5.8        mmol/L     3.9 - 5.6
Creatinine           102        µmol/L     62 - 106
Uric acid            491        µmol/L     200 - 420
Comment : Please correlate clinically.


Verified by

Dr. ROS Bunthoeun"""
RX = """\
KV Hospital
PRESCRIPTION
Patient Name : HUN SOKHA    Age : 48 years    Sex : Female
Diagnosis : Hypertension

1. Amlodipine 5 mg
1 tablet once daily for 30 days
2. Paracetamol 500 mg
1 tablet 3 times daily for 5 days

Advice : Low salt diet.
Date: 20/01/2026
Doctor

Dr. ROS Piseth"""
IMAGING = """\
Polyclinique Aurore
ÉCHOGRAPHIE ABDOMINALE
Nom : KIM SOPHEAP    Age : 40 ans   Sexe : F
Phnom Penh, le 15 mars 2026
Résultats :
Foie de taille normale, de contours réguliers.
Vésicule biliaire alithiasique.
Conclusion : Échographie abdominale normale.

Dr CHEA Vanna"""
MIXED = """\
Takeo Provincial Referral Hospital
DISCHARGE SUMMARY
Patient Name : Duong Sophea   Sex : Female
Discharge date : 20/01/2026
Diagnosis : Acute bronchitis
LABORATORY RESULTS
Test                 Result     Unit       Reference
Fasting Glucose      5.4        mmol/L     3.9 - 5.6
Creatinine           88         µmol/L     62 - 106
Urea                 4.9        mmol/L     2.5 - 7.5
DISCHARGE MEDICATION
1. Amoxicillin 500 mg : 2 capsules 3 times daily, 5 days
2. Paracetamol 500 mg : 1 tablet 3 times daily, 5 days
Attending doctor

Dr LONG Rithy"""


def test_a_laboratory_report_holds_results_and_its_comment_only() -> None:
    found = understand([page(LAB)])
    assert [r.test_name for r in found.categories.lab_results] == [
        "Fasting Glucose",
        "Creatinine",
        "Uric acid",
    ]
    assert found.categories.prescriptions == ()
    assert found.categories.imaging == ()
    assert [o.text for o in found.categories.other] == ["Please correlate clinically."]
    assert found.document_type == "lab"
    assert found.header.doctor is not None
    assert found.header.doctor.value == "Dr. CHAN Sophea"


def test_a_prescription_holds_drugs_diagnosis_and_advice_only() -> None:
    found = understand([page(RX)])
    assert [p.medication for p in found.categories.prescriptions] == [
        "Amlodipine 5 mg",
        "Paracetamol 500 mg",
    ]
    assert found.categories.lab_results == ()
    assert found.categories.imaging == ()
    assert [o.text for o in found.categories.other] == ["Hypertension", "Low salt diet."]
    assert found.document_type == "prescription"


def test_an_imaging_report_holds_one_examination_only() -> None:
    found = understand([page(IMAGING)])
    (examination,) = found.categories.imaging
    assert examination.impression == "Échographie abdominale normale."
    assert found.categories.lab_results == ()
    assert found.categories.prescriptions == ()
    assert found.categories.other == ()
    assert found.document_type == "imaging"
    assert found.header.facility is not None
    assert found.header.facility.value == "Polyclinique Aurore"


def test_a_discharge_summary_is_mixed() -> None:
    found = understand([page(MIXED)])
    assert len(found.categories.lab_results) == 3
    assert len(found.categories.prescriptions) == 2
    assert [o.text for o in found.categories.other] == ["Acute bronchitis"]
    assert found.document_type == "mixed"
    assert found.header.report_date is not None
    assert found.header.report_date.value == "2026-01-20"


def test_pages_are_read_as_one_document() -> None:
    first, second = LAB.split("Creatinine")
    pages = [page(first, number=1), page(f"Creatinine{second}", number=2)]
    found = understand(pages)
    assert [o.text for o in found.categories.other] == ["Please correlate clinically."]
    assert found.categories.other[0].fields["text"].source is not None
    assert found.categories.other[0].fields["text"].source.page == 2


def test_no_pages_mean_nothing() -> None:
    found = understand([])
    assert found.categories.model_dump() == {
        "lab_results": (),
        "prescriptions": (),
        "imaging": (),
        "other": (),
    }
    assert found.document_type is None


def test_a_title_alone_still_tells_the_kind() -> None:
    assert understand([page("Calmette Hospital\nORDONNANCE")]).document_type == "prescription"
    assert understand([page("Calmette Hospital\nInvoice")]).document_type is None


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=300))
def test_random_text_never_raises(text: str) -> None:
    made = page(text)
    found = understand([made])
    assert understand([made]) == found


PIECES = st.sampled_from(
    "Glucose 5.8 mmol/L 3.9-5.6 Paracetamol 500mg 1x3/j Comment : Dr SOK Findings normal. "
    "Conclusion 20/01/2026 H Date ព្រឹក រោគវិនិច្ឆ័យ ៖ 1. Sex F".split(" ")
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(PIECES, min_size=1, max_size=7).map("  ".join), max_size=8))
def test_every_box_lies_on_the_page_and_holds_its_text(lines: list[str]) -> None:
    read = page("\n".join(lines))
    found = understand([read])
    words = {word.text for r in read.rows for s in r.segments for word in s.words}
    items = (
        *found.categories.lab_results,
        *found.categories.prescriptions,
        *found.categories.imaging,
        *found.categories.other,
    )
    for item in items:
        for info in item.fields.values():
            if info.source is not None:
                x0, y0, x1, y1 = info.source.box
                assert 0 <= x0 < x1 <= read.width
                assert 0 <= y0 < y1 <= read.height
                assert all(set(r.text.split()) <= words for r in info.readings)


# ------------------------------------------------------------------ other


def other(text: str) -> list[str]:
    return [item.text for item in find_other([page(text)], frozenset())]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Comment : Sample slightly hemolyzed.", "Sample slightly hemolyzed."),
        ("Comment:Results checked twice.", "Results checked twice."),
        ("Remarque : Sérum légèrement hémolysé.", "Sérum légèrement hémolysé."),
        ("Diagnosis   :   Hypertension", "Hypertension"),
        ("Diagnostic : Gastrite", "Gastrite"),
        ("Dx: Type 2 diabetes", "Type 2 diabetes"),
        ("Conseils : Boire beaucoup d'eau.", "Boire beaucoup d'eau."),
        ("រោគវិនិច្ឆ័យ : ទឹកនោមផ្អែម", "ទឹកនោមផ្អែម"),
        ("រោគវិនិច្ឆ័យ៖ លើសឈាម", "លើសឈាម"),
        ("កំណត់សម្គាល់ : សូមពិគ្រោះជាមួយគ្រូពេទ្យព្យាបាល។", "សូមពិគ្រោះជាមួយគ្រូពេទ្យព្យាបាល។"),
        ("ការណែនាំ : សូមសម្រាក", "សូមសម្រាក"),
        ("INTERPRETATION\nNormal hematology profile", "Normal hematology profile"),
        ("Age : 45 ans   Diagnostic : Gastrite", "Gastrite"),
    ],
)
def test_a_heading_makes_its_text_content(text: str, found: str) -> None:
    assert other(text) == [found]


def test_a_wrapped_comment_is_one_paragraph() -> None:
    text = (
        "Comment : The patient should be examined again after fasting for twelve hours and\n"
        "the sample be kept cold."
    )
    assert other(text) == [
        "The patient should be examined again after fasting for twelve hours and the sample be"
        " kept cold."
    ]


def test_what_follows_a_short_comment_is_not_a_part_of_it() -> None:
    text = "Diagnosis : Hypertension\n1- Amlodipine 5mg\nTake one in the morning" + " " * 40 + "x"
    assert other(text) == ["Hypertension"]


def test_a_sentence_without_heading_is_kept_for_review() -> None:
    (item,) = find_other([page("Please repeat the fasting glucose after one week.")], frozenset())
    assert item.text == "Please repeat the fasting glucose after one week."
    assert item.needs_review


@pytest.mark.parametrize(
    "text",
    [
        "Calmette Hospital",
        "No. 3, Monivong Blvd, Phnom Penh",
        "Tel : 012 345 678",
        "Page 1 of 3",
        "Test  Result  Unit  Reference",
        "Name : SOK Dara   Sex : M   Age : 45",
        "Verified by\n\nDr. ROS Bunthoeun",
        "This report is computer generated and needs no signature.",
        "Thank you very much for your visit today.",
        "www.hospital.example",
        "Comment :",
        "Glucose  5.8  mmol/L  3.9 - 5.6",
    ],
)
def test_letterhead_patient_and_boilerplate_are_not_content(text: str) -> None:
    assert other(text) == []


def test_rows_that_belong_to_results_are_not_repeated() -> None:
    read = page("Comment : Hemolyzed.\nGlucose 5.8")
    assert find_other([read], frozenset({(1, 0)})) == ()


# ------------------------------------------------------------------ titles


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("LABORATORY REPORT", "lab"),
        ("Bulletin d'analyses médicales", "lab"),
        ("លទ្ធផលមន្ទីរពិសោធន៍", "lab"),
        ("PRESCRIPTION / វេជ្ជបញ្ជា", "prescription"),
        ("Ordonnance médicale", "prescription"),
        ("វេជ្ជបញ្ជា", "prescription"),
        ("RADIOLOGY REPORT", "imaging"),
        ("CHEST X-RAY (PA VIEW)", "imaging"),
        ("Compte rendu d'échographie", "imaging"),
        ("IRM DU GENOU", "imaging"),
        ("Calmette Hospital", None),
        ("Compared with the CT scan of 2024, no change.", None),
        ("Glucose", None),
    ],
)
def test_titles_tell_the_kind_of_document(text: str, kind: str | None) -> None:
    assert title_kind(text) == kind


def test_two_kinds_of_title_tell_no_main_kind() -> None:
    assert main_kind([page("LABORATORY REPORT\nPRESCRIPTION")]) is None


def test_one_room_is_used_without_loading_the_others() -> None:
    code = (
        "import sys, medicord_ocr.structure.dates;"
        "sys.exit('medicord_ocr.structure.labs.find' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

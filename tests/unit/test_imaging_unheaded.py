"""Findings without a heading: by organ, by measure, and what is told of them in one word."""

from __future__ import annotations

import pytest

from medicord_ocr.schema import Imaging
from medicord_ocr.structure import understand
from medicord_ocr.structure.imaging.find import find_imaging
from tests.pages import page


def one(text: str) -> Imaging:
    (item,) = find_imaging([page(text)], frozenset()).items
    return item


def test_findings_begin_at_the_first_organ_and_not_at_the_first_sentence() -> None:
    item = one("""Thyroid Ultrasound
Right lobe: 45 x 16 x 15 mm, one hypoechoic nodule of 12 mm (TI-RADS 4).
Left lobe: homogeneous.
No cervical lymphadenopathy.
IMPRESSION : Right thyroid nodule 12 mm, TI-RADS 4.""")
    assert item.findings is not None
    assert item.findings.startswith("Right lobe: 45 x 16 x 15 mm")
    assert item.findings.endswith("No cervical lymphadenopathy.")


@pytest.mark.parametrize(
    "first",
    ["Liver: normal", "Gallbladder: 2 stones", "Rate : normale", "LVEF: 63 %", "ថ្លើម៖ ធម្មតា"],
)
def test_organ_with_one_word_of_it_begins_the_findings(first: str) -> None:
    item = one(f"ABDOMINAL ULTRASOUND\n{first}\nNo ascites.\nConclusion: Normal.")
    assert item.findings == f"{first} No ascites."


@pytest.mark.parametrize("line", ["Weight: 60 kg", "Age: 46 y", "Ward: 12", "Sonde : 3,5 MHz"])
def test_what_is_said_of_the_patient_is_no_finding(line: str) -> None:
    item = one(f"ABDOMINAL ULTRASOUND\n{line}\nLiver: normal\nConclusion: Normal.")
    assert item.findings == "Liver: normal"


def test_line_that_announces_findings_ends_the_technique() -> None:
    item = one("""SCANNER THORACO-ABDOMINO-PELVIEN
TECHNIQUE : Acquisition spiralée avec injection
À l'étage thoracique :
- Pas de nodule pulmonaire suspect.
CONCLUSION :
Scanner normal.""")
    assert item.technique == "Acquisition spiralée avec injection"
    assert item.findings == "À l'étage thoracique : Pas de nodule pulmonaire suspect."


@pytest.mark.parametrize("organ", ["ŒSO", "OESO", "ESO", "GESO"])
def test_long_title_of_a_report_names_the_examination(organ: str) -> None:
    item = one(f"""COMPTE RENDU DE FIBROSCOPIE {organ}-GASTRO-DUODÉNALE
Indication : épigastralgies
Estomac : antrite érythémateuse.
Conclusion : Gastrite antrale.""")
    assert (item.modality, item.body_part) == ("Endoscopy", "Upper GI tract")
    assert item.findings == "Estomac : antrite érythémateuse."


ECHO = """TRANSTHORACIC ECHOCARDIOGRAPHY REPORT
Parameter      Value       Normal
LVEDD          52 mm       37-56
LVEF           63 %        > 55
Conclusion: LVEF 63 %."""


def test_measures_of_an_echography_are_no_laboratory_results() -> None:
    categories = understand([page(ECHO)]).categories
    assert categories.lab_results == ()
    (item,) = categories.imaging
    assert item.findings is not None
    assert "LVEDD 52 mm" in item.findings


def test_laboratory_results_beside_an_echography_stay_results() -> None:
    text = f"""LABORATORY RESULTS
Test           Result      Unit        Reference
Glucose        9.8         mmol/L      3.9-5.6
{ECHO}"""
    names = [r.test_name for r in understand([page(text)]).categories.lab_results]
    assert "Glucose" in names


def test_volumes_of_drugs_are_no_laboratory_results() -> None:
    categories = understand(
        [
            page("""Item   Description                     Qty    Unit      Directions
1      Paracetamol drops 100 mg/ml     1      bottle    0.6 ml every 6 hours
2      Nystatin oral drops             1      bottle    1 ml 4 times daily""")
        ]
    ).categories
    assert categories.lab_results == ()
    assert [item.dosage for item in categories.prescriptions] == ["0.6 ml", "1 ml"]


@pytest.mark.parametrize("heading", ["Plan", "Suggest", "Follow-up", "CAT"])
def test_what_is_to_be_done_is_no_impression(heading: str) -> None:
    item = one(f"""CHEST X-RAY
Findings: Right lower lobe opacity.
Impression: Pneumonia.
{heading}: control in 10 days.""")
    assert item.impression == "Pneumonia."


@pytest.mark.parametrize("heading", ["FINDINGS AND IMPRESSION:", "Résultat et conclusion :"])
def test_heading_of_both_opens_the_findings(heading: str) -> None:
    item = one(f"X-RAY OF BOTH KNEES\n{heading}\nNo fracture.")
    assert (item.findings, item.impression) == ("No fracture.", None)


def test_normal_for_age_ends_no_findings() -> None:
    # "age." at the end of a row was taken for a label of the patient's block.
    categories = understand(
        [
            page("""MRI OF THE BRAIN
Findings: No mass.
Ventricles and sulci are normal for age.
Left maxillary sinusitis.
Impression: Sinusitis.""")
        ]
    ).categories
    (item,) = categories.imaging
    assert item.findings is not None
    assert item.findings.endswith("normal for age. Left maxillary sinusitis.")


def test_label_in_two_languages_names_the_body_part() -> None:
    item = one("""X-RAY REPORT / លទ្ធផលថតកាំរស្មីអ៊ិច
Exam / ការពិនិត្យ : Right hip AP
Findings : No fracture.
Impression : Normal right hip.""")
    assert (item.modality, item.body_part, item.side) == ("X-ray", "Hip", "right")


def test_headings_of_a_table_of_sites_name_no_body_part() -> None:
    item = one("""GASTROSCOPY REPORT
Site              Finding
Oesophagus        Grade A oesophagitis
Stomach           Antral gastritis, no ulcer
Diagnosis: Erosive gastritis.""")
    assert item.body_part == "Stomach"
    assert item.findings is not None
    assert item.findings.startswith("Oesophagus")


def test_title_that_is_a_heading_too_names_the_examination() -> None:
    # "Ultrasound report" heads findings elsewhere; at the top it is the title.
    item = one("""ULTRASOUND REPORT
Exam: Abdomen
Liver          : Normal size
Kidneys        : Right 10 cm, left 10.5 cm
CONCLUSION     : Normal abdominal ultrasound""")
    assert (item.modality, item.body_part) == ("Ultrasound", "Abdomen")
    assert item.findings == "Liver : Normal size Kidneys : Right 10 cm, left 10.5 cm"
    assert item.impression == "Normal abdominal ultrasound"


def test_short_negation_begins_the_findings() -> None:
    assert one("X-RAY LEFT FOOT\nNo fracture.\nSoft tissue swelling.\nDr. Keo").findings == (
        "No fracture. Soft tissue swelling."
    )


def test_rows_right_above_the_first_finding_are_kept_and_marked() -> None:
    item = one("""US ABDOMEN + PELVIS
Liver: fatty
Uterus: fibroid 3 cm
Imp: Fibroid uterus""")
    assert (item.body_part, item.findings) == (
        "Abdomen and pelvis", "Liver: fatty Uterus: fibroid 3 cm",
    )  # fmt: skip
    assert "section_unheaded" in item.fields["findings"].review_reasons


def test_rows_between_title_and_conclusion_are_findings_for_review() -> None:
    item = one("""DOPPLER ECHO OF CAROTID TRUNKS
Both sides: PSV 60 cm/s
Some plaque on the left
Conclusion: left stenosis""")
    assert item.findings == "Both sides: PSV 60 cm/s Some plaque on the left"
    assert "section_unheaded" in item.fields["findings"].review_reasons


@pytest.mark.parametrize(
    "above", ["LMP: 10/06/2024    GA by LMP: 28w0d", "Parameter     Value", "Dr. Chan Sok"]
)
def test_dates_headings_and_names_above_the_findings_are_none(above: str) -> None:
    item = one(f"OBSTETRIC ULTRASOUND\n{above}\nBPD      71 mm\nConclusion: 28 weeks.")
    assert item.findings == "BPD 71 mm"

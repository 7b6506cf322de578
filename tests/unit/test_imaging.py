"""Imaging reports: what was examined, and the text of the sections word for word."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.page import PageText
from medicord_ocr.schema import Imaging
from medicord_ocr.structure.imaging.find import find_imaging
from medicord_ocr.structure.imaging.words import section_of, standard_modality, standard_region
from tests.pages import page, row


def found(text: str) -> tuple[Imaging, ...]:
    return find_imaging([page(text)], frozenset()).items


def one(text: str) -> Imaging:
    (item,) = found(text)
    return item


ENGLISH = """Sok Heng Polyclinic
#128, St. 271, Toul Tompoung, Phnom Penh
RADIOLOGY REPORT
Patient Name : YIM LEAKHENA     Age : 45 years
Report date : 25 September 2025
Examination : X-ray Chest
INDICATION
Cough for three weeks
TECHNIQUE
Single PA projection, full inspiration.
FINDINGS
Reticulonodular infiltrates in both upper lobes. The bony thorax
is intact. Compared with the CT of May, no pleural effusion is seen.
IMPRESSION
Findings suggestive of pulmonary tuberculosis, CT advised
Radiologist
Dr. KEO Leakhena"""


def test_english_report_with_headings_alone() -> None:
    item = one(ENGLISH)
    assert (item.modality, item.body_part, item.side) == ("X-ray", "Chest", None)
    assert item.indication == "Cough for three weeks"
    assert item.technique == "Single PA projection, full inspiration."
    assert item.findings == (
        "Reticulonodular infiltrates in both upper lobes. The bony thorax is intact. "
        "Compared with the CT of May, no pleural effusion is seen."
    )
    assert item.impression == "Findings suggestive of pulmonary tuberculosis, CT advised"


def test_sign_off_letterhead_and_patient_are_not_used() -> None:
    used = {index for _, index in find_imaging([page(ENGLISH)], frozenset()).used}
    assert used == {2, *range(5, 15)}


def test_french_report_with_headings_beside_and_bullets() -> None:
    item = one("""Hôpital KV
RADIOGRAPHIE DU THORAX
Nom et prénom : Chan Sophea
Examen du : 22/11/2025
Indication : Bilan préopératoire
Technique : Cliché de face debout.
Résultats :
– Cadre osseux sans anomalie.
– Pas de foyer parenchymateux visible.
Conclusion : Épanchement pleural gauche de faible abondance.
Le radiologue
Docteur CHAN Vanna""")
    assert (item.modality, item.body_part) == ("X-ray", "Chest")
    assert item.findings == "Cadre osseux sans anomalie. Pas de foyer parenchymateux visible."
    assert item.impression == "Épanchement pleural gauche de faible abondance."
    assert item.side is None


def test_khmer_report() -> None:
    item = one("""លទ្ធផលថតឆ្លុះ
ឈ្មោះអ្នកជំងឺ : សោម លក្ខិណា    អាយុ : ៤៧ ឆ្នាំ    ភេទ : ស្រី
ប្រភេទពិនិត្យ : អេកូសាស្ត្រ
ផ្នែក : ពោះ
មូលហេតុ
ពិនិត្យសុខភាពទូទៅ
លទ្ធផល
មានគ្រួសក្នុងថង់ទឹកប្រមាត់ ទំហំ 10 mm។ មិនមានទឹកក្នុងពោះទេ។
សន្និដ្ឋាន
គ្រួសក្នុងថង់ទឹកប្រមាត់។
ថ្ងៃទី០៤ ខែមេសា ឆ្នាំ២០២៥
វេជ្ជបណ្ឌិត គឹម ផល្លា""")
    assert (item.modality, item.body_part) == ("Ultrasound", "Abdomen")
    assert item.indication == "ពិនិត្យសុខភាពទូទៅ"
    assert item.findings == "មានគ្រួសក្នុងថង់ទឹកប្រមាត់ ទំហំ 10 mm។ មិនមានទឹកក្នុងពោះទេ។"
    assert item.impression == "គ្រួសក្នុងថង់ទឹកប្រមាត់។"


def test_report_without_headings_is_all_findings() -> None:
    item = one("""X-RAY RIGHT KNEE AP/LATERAL
Name : A B     Age : 40
Joint space is preserved with no fracture line seen.
Soft tissues : normal.
Dr. Chan""")
    assert (item.modality, item.body_part, item.side) == ("X-ray", "Knee", "right")
    assert (
        item.findings
        == "Joint space is preserved with no fracture line seen. Soft tissues : normal."
    )
    assert item.impression is None


def test_findings_after_an_indication_without_a_heading_are_marked() -> None:
    item = one("""ECHOGRAPHIE ABDOMINO-PELVIENNE
Indication : Douleurs
Foie : de taille normale, sans lésion focale.
Reins : pas de dilatation des cavités.
Au total : Examen normal.""")
    assert item.indication == "Douleurs"
    assert (
        item.findings
        == "Foie : de taille normale, sans lésion focale. Reins : pas de dilatation des cavités."
    )
    assert item.impression == "Examen normal."
    assert "section_unheaded" in item.fields["findings"].review_reasons


@pytest.mark.parametrize(
    ("title", "modality", "part", "side"),
    [
        ("CT SCAN OF THE BRAIN WITHOUT CONTRAST", "CT", "Brain", None),
        ("IRM DU GENOU GAUCHE", "MRI", "Knee", "left"),
        ("Compte rendu d'échographie pelvienne", "Ultrasound", "Pelvis", None),
        ("CXR (PA view)", "X-ray", "Chest", None),
        ("SCANNER THORACO-ABDOMINO-PELVIEN", "CT", "Chest, abdomen and pelvis", None),
        ("MAMMOGRAPHIE BILATERALE", "Mammography", "Breast", "bilateral"),
        ("ECHOCARDIOGRAPHIE DOPPLER", "Echocardiography", "Heart", None),
        ("UPPER GI ENDOSCOPY REPORT", "Endoscopy", "Upper GI tract", None),
        ("លទ្ធផលអេកូសាស្ត្រពោះ", "Ultrasound", "Abdomen", None),
        ("Exam: MRI Lumbar Spine      Date: 2025-01-02", "MRI", "Lumbar spine", None),
        ("Examination   Ultrasound Abdomen", "Ultrasound", "Abdomen", None),
    ],
)
def test_titles_and_labels(title: str, modality: str, part: str, side: str | None) -> None:
    item = one(f"{title}\nFINDINGS: Normal study.\nIMPRESSION: Normal.")
    assert (item.modality, item.body_part, item.side) == (modality, part, side)
    assert item.fields["modality"].raw is not None
    assert item.fields["modality"].raw in title


def test_modality_never_comes_from_the_text() -> None:
    item = one("""RADIOLOGY REPORT
FINDINGS
Compared with the CT scan of the chest, unchanged.
IMPRESSION
Stable.""")
    assert (item.modality, item.body_part) == (None, None)
    assert item.findings == "Compared with the CT scan of the chest, unchanged."


@pytest.mark.parametrize(
    "sentence",
    [
        "No focal lesion is seen.",
        "Pas d'épanchement pleural.",
        "Absence de calcul.",
        "មិនមានទឹកក្នុងពោះទេ។",
        "គ្មានគ្រួស។",
    ],
)
def test_negations_stay(sentence: str) -> None:
    item = one(f"Chest X-ray\nFindings: {sentence}\nConclusion: {sentence}")
    assert (item.findings, item.impression) == (sentence, sentence)


def test_two_examinations_of_one_page() -> None:
    first, second = found("""RADIOLOGY REPORT
Examination: Chest X-ray
Findings: Clear lungs.
Impression: Normal.
Examination: Abdominal ultrasound
Findings: Liver normal.
Impression: Normal scan.
Radiologist""")
    assert (first.modality, first.findings, first.impression) == (
        "X-ray",
        "Clear lungs.",
        "Normal.",
    )
    assert (second.modality, second.body_part, second.findings) == (
        "Ultrasound",
        "Abdomen",
        "Liver normal.",
    )


def test_section_goes_on_over_the_page_past_its_letterhead() -> None:
    first = page("""KV Hospital
CT ABDOMEN
Name: A B    Age: 40
Findings:
The liver is of normal size.""")
    second = page(
        """KV Hospital
Name: A B    Age: 40
No free fluid is seen.
Conclusion: Normal.""",
        number=2,
    )
    (item,) = find_imaging([first, second], frozenset()).items
    assert item.findings == "The liver is of normal size. No free fluid is seen."
    assert item.impression == "Normal."
    source = item.fields["findings"].source
    assert source is not None
    assert source.page == 1


def test_recommendation_and_comparison_are_left_to_others() -> None:
    text = """CT BRAIN
COMPARISON: MRI of May 2024.
FINDINGS: No bleeding.
IMPRESSION: Normal.
RECOMMENDATION: MRI if symptoms persist."""
    findings = find_imaging([page(text)], frozenset())
    assert findings.items[0].findings == "No bleeding."
    assert {index for _, index in findings.used} == {0, 2, 3}


@pytest.mark.parametrize(
    "text",
    [
        "LABORATORY REPORT\nGlucose   5.4   mmol/L\nConclusion: normal",
        "PRESCRIPTION\nPlan: Chest X-ray\nParacetamol 500 mg 1 tab TID",
        "Centre d'imagerie: Scanner - IRM - Echographie\nORDONNANCE\nParacétamol 500 mg",
        "LABORATORY AND ULTRASOUND CENTER\nGlucose   5.4   mmol/L",
        "",
    ],
)
def test_pages_of_other_kinds_have_none(text: str) -> None:
    pages = [page(text)] if text else []
    findings = find_imaging(pages, frozenset())
    assert (findings.items, findings.used) == ((), frozenset())


def test_rows_of_others_are_no_findings() -> None:
    text = "CHEST X-RAY\nFINDINGS\nLungs are clear.\nGlucose 5.4 mmol/L"
    (item,) = find_imaging([page(text)], frozenset({(1, 3)})).items
    assert item.findings == "Lungs are clear."


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("FINDlNGS", "findings"),
        ("Résultats", "findings"),
        ("លទ្ធផល / Findings", "findings"),
        ("សេចក្ដីសន្និដ្ឋាន", "impression"),
        ("សនិដាន", "impression"),
        ("Au total", "impression"),
        ("Motif", "indication"),
        ("Report date", None),
        ("Liver", None),
    ],
)
def test_headings_are_known_with_a_letter_misread(heading: str, section: str | None) -> None:
    assert section_of(heading) == section


def test_words_of_three_languages_have_one_english_name() -> None:
    assert {standard_modality(t) for t in ("Radiographie", "X-ray", "ថតកាំរស្មីអ៊ិច")} == {"X-ray"}
    assert {standard_region(t) for t in ("thorax", "Chest", "សួត", "pulmonaire")} == {"Chest"}
    assert standard_region("finding") is None


def test_every_text_is_on_the_page_word_for_word() -> None:
    text = " ".join(ENGLISH.split())
    item = one(ENGLISH)
    for name in ("findings", "impression", "technique", "indication"):
        assert getattr(item, name) in text
        assert item.fields[name].source is not None


# ------------------------------------------------------------------ properties

_TOKENS = [
    *"FINDINGS IMPRESSION: Conclusion Résultats : Indication Chest X-ray CT MRI IRM thorax".split(),
    *"no pas de sans normal 10 mm 3,5 cm Dr Sokha 12/03/2025 liver foie left gauche".split(),
    *"លទ្ធផល សន្និដ្ឋាន ពោះ មិនមាន អេកូសាស្ត្រ . ។ - Name: Age: Examination:".split(),
    "  ",
]
_lines = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=8).map(" ".join)
_texts = st.lists(_lines, min_size=1, max_size=10).map("\n".join)


@given(_texts)
def test_sections_hold_nothing_that_is_not_printed(text: str) -> None:
    words = set(text.split())
    for item in found(text) if text.strip() else ():
        for name in ("findings", "impression", "technique", "indication"):
            for word in (getattr(item, name) or "").split():
                assert any(word in printed for printed in words)


@given(_texts)
def test_no_row_is_used_twice_or_out_of_the_page(text: str) -> None:
    if text.strip():
        plain: PageText = page(text)
        used = find_imaging([plain], frozenset()).used
        assert all(number == 1 and 0 <= index < len(plain.rows) for number, index in used)


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_is_survived(text: str) -> None:
    items = found(text)
    assert not items or re.search(r"\w", text)


def test_interpretation_before_a_conclusion_is_what_was_seen() -> None:
    item = one("""COMPTE RENDU D'ÉLECTROCARDIOGRAMME
Interprétation
Rythme sinusal à 78/min. PR 160 ms.
Conclusion : ECG normal.""")
    assert item.findings == "Rythme sinusal à 78/min. PR 160 ms."
    assert item.impression == "ECG normal."


@pytest.mark.parametrize(
    ("text", "indication", "impression"),
    [
        ("Findings: Antral erythema, no ulcer.\nDiagnosis: Antral gastritis.", None,
         "Antral gastritis."),
        ("Diagnosis: Dyspepsia\nFindings: Antral erythema.\nConclusion: Gastritis.", "Dyspepsia",
         "Gastritis."),
    ],
)  # fmt: skip
def test_diagnosis_is_the_reason_before_the_findings_and_the_outcome_behind(
    text: str, indication: str | None, impression: str
) -> None:
    item = one(f"UPPER GI ENDOSCOPY REPORT\n{text}")
    assert (item.indication, item.impression) == (indication, impression)


@pytest.mark.parametrize(
    "closing",
    [
        "With kind regards,",
        "Yours sincerely,",
        "Bien confraternellement,",
        "Veuillez agréer, cher confrère, mes salutations",
        "Prochaine échographie : 27/06/2025",
        "Next appointment: 27/06/2025",
    ],
)
def test_closings_and_appointments_are_no_part_of_the_conclusion(closing: str) -> None:
    text = f"ABDOMINAL ULTRASOUND\nFindings: No stone.\nConclusion: Normal.\n{closing}\nDr. A Sok"
    assert one(text).impression == "Normal."


@pytest.mark.parametrize(
    ("title", "modality", "part"),
    [
        ("លទ្ធផលអេកូពោះ", "Ultrasound", "Abdomen"),
        ("ABDOMEN SANS PRÉPARATION", "X-ray", "Abdomen"),
    ],
)
def test_titles_that_are_like_a_heading_name_the_examination(
    title: str, modality: str, part: str
) -> None:
    item = one(f"{title}\nលទ្ធផល៖ ធម្មតា\nសន្និដ្ឋាន៖ ធម្មតា")
    assert (item.modality, item.body_part) == (modality, part)
    assert (item.findings, item.impression) == ("ធម្មតា", "ធម្មតា")


@pytest.mark.parametrize(
    ("labels", "modality", "part", "side"),
    [
        ("Examen réalisé : Scanner cérébral      Date : 04.05.2025", "CT", "Brain", None),
        ("Type : Radiographie      Région : Genou droit", "X-ray", "Knee", "right"),
        ("Exam performed: Sonography    Region examined: Abdomen", "Ultrasound", "Abdomen", None),
        ("ប្រភេទពិនិត្យ : អេកូសាស្ត្រ      តំបន់ពិនិត្យ : ពោះ", "Ultrasound", "Abdomen", None),
        ("ប្រភេទនៃការពិនិត្យ : ថតស្កេន (CT)\nផ្នែកដែលពិនិត្យ : ក្បាល", "CT", "Head", None),
    ],
)  # fmt: skip
def test_labels_on_one_line_or_two_name_modality_and_region(
    labels: str, modality: str, part: str, side: str | None
) -> None:
    item = one(f"{labels}\nLecture : Aspect normal.\nAvis : Normal.")
    assert (item.modality, item.body_part, item.side) == (modality, part, side)
    assert (item.findings, item.impression) == ("Aspect normal.", "Normal.")


LETTER = """Phnom Penh, le 12 mars 2025
Cher confrère,
Merci de m'avoir adressé ce patient pour une échographie abdominale.
Le foie est de taille normale, homogène.
Les deux reins sont sans dilatation.
Au total, échographie sans anomalie.
Bien confraternellement,
Dr ROS Sothea"""


def test_a_letter_to_a_colleague_is_a_report_whose_findings_are_for_review() -> None:
    item = one(LETTER)
    assert (item.modality, item.body_part) == ("Ultrasound", "Abdomen")
    assert item.findings == (
        "Le foie est de taille normale, homogène. Les deux reins sont sans dilatation."
    )
    assert item.fields["findings"].review_reasons == ("section_unheaded",)
    assert item.impression == "échographie sans anomalie."


def test_a_letter_that_says_no_examination_is_no_report() -> None:
    assert found("Cher confrère,\nJe vous adresse M. TEST pour avis.\nMerci de le recevoir.") == ()


@pytest.mark.parametrize("title", ["COMPTE RENDU", "Compte-rendu", "REPORT", "RÉSULTAT", "លទ្ធផល"])
def test_a_title_that_is_a_heading_leaves_the_examination_to_the_next_line(title: str) -> None:
    item = one(
        f"{title}\nSCANNER ABDOMINO-PELVIEN\nMotif\nDouleurs\nConstatations\n"
        "Foie de taille normale.\nAu total\nExamen normal.\nRadiologue\nDr. NUON Virak"
    )
    assert (item.modality, item.body_part) == ("CT", "Abdomen and pelvis")
    assert (item.indication, item.findings) == ("Douleurs", "Foie de taille normale.")
    assert item.impression == "Examen normal."


@pytest.mark.parametrize("last", ["Findings", "Findings    space with osteophytes."])
def test_a_heading_half_way_down_its_text_goes_before_it(last: str) -> None:
    lines = (
        ("X-RAY LUMBAR SPINE", 0),
        ("            Narrowing of the L4-L5 disc", 60),
        (last, 80),
        ("            in both views.", 100),
        ("Impression  Lumbar spondylosis.", 150),
    )
    rows = tuple(row(line, top=top) for line, top in lines)
    (item,) = find_imaging([PageText(1, 1200, 1600, rows)], frozenset()).items
    assert item.findings == f"Narrowing of the L4-L5 disc {last[12:]} in both views.".replace(
        "  ", " "
    )
    assert item.impression == "Lumbar spondylosis."


@pytest.mark.parametrize(
    "text",
    [
        "Rx Amoxicillin 500 mg\nTake after meals with plenty of water.\nAdvice: rest at home.",
        "MEDICAL CERTIFICATE\nChest X-ray: normal\nConclusion: fit for work.",
        "REFERRAL\nReason for request: CT scan of the brain\nHistory: headache for two weeks.\n"
        "Please perform the examination and send the report.",
        "រោគវិនិច្ឆ័យ៖ គ្រួសតម្រងនោម (អេកូពោះ)\nណែនាំ៖ ផឹកទឹកឱ្យបានច្រើន",
    ],
)
def test_examinations_asked_for_or_told_of_elsewhere_are_no_reports(text: str) -> None:
    assert found(f"MEKONG CLINIC\nPatient: SOK Dara   Age: 45\n{text}") == ()

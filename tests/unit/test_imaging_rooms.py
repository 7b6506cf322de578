"""Where the sections of an imaging report end: at who signs, at the next title, at a paragraph."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, PageText, Row
from medicord_ocr.schema import Imaging
from medicord_ocr.structure import understand
from medicord_ocr.structure.imaging.find import find_imaging
from tests.pages import page, row


def items(text: str) -> tuple[Imaging, ...]:
    return find_imaging([page(text)], frozenset()).items


@pytest.mark.parametrize(
    "signer",
    ["Interpreting physician", "Consultant radiologist", "Médecin radiologue", "Reading Doctor"],
)
def test_who_signs_is_no_line_of_the_impression(signer: str) -> None:
    (item,) = items(f"X-RAY CHEST\nFINDINGS\nClear lungs.\nIMPRESSION\nNormal study.\n{signer}")
    assert item.impression == "Normal study."


def test_sentence_that_sends_to_a_specialist_is_one_of_the_impression() -> None:
    (item,) = items("X-RAY KNEE\nFINDINGS\nGap.\nIMPRESSION\nTear.\nRefer to orthopedic surgeon")
    assert item.impression == "Tear. Refer to orthopedic surgeon"


def test_line_right_of_the_middle_of_the_text_ends_it() -> None:
    (item,) = items(f"""X-RAY CHEST
FINDINGS
The lungs are clear, the heart is of normal size, no effusion is seen.
IMPRESSION
Normal study.
{" " * 60}Sreymom KIM""")
    assert item.impression == "Normal study."


def test_text_goes_on_beside_the_letters_of_a_stamp() -> None:
    (item,) = items(f"""OBSTETRIC ULTRASOUND
RESULT
Single live fetus in cephalic presentation, of good growth.
{" " * 55}A  K
Placenta is posterior.
CONCLUSION
Normal.
{" " * 50}Maly KIM


Open from 7 to 17, also on Sunday""")
    assert item.findings is not None
    assert item.findings.endswith("of good growth. Placenta is posterior.")
    assert item.impression == "Normal."


@pytest.mark.parametrize(
    ("title", "modality", "part"),
    [
        ("Non-contrast CT of the brain", "CT", "Brain"),
        ("Transthoracic echocardiography", "Echocardiography", "Heart"),
        ("2D ECHOCARDIOGRAM", "Echocardiography", "Heart"),
        ("លទ្ធផលពិនិត្យអេកូសាស្ត្រពោះ", "Ultrasound", "Abdomen"),
        ("លទ្ធផលអេកូ ពោះ", "Ultrasound", "Abdomen"),
    ],
)
def test_title_of_a_second_examination_begins_it(title: str, modality: str, part: str) -> None:
    first, second = items(f"""CHEST X-RAY
FINDINGS
The lungs are clear.
CONCLUSION
Normal study.
{title}
FINDINGS
No stone.
CONCLUSION
Normal.""")
    assert (first.impression, second.impression) == ("Normal study.", "Normal.")
    assert (second.modality, second.body_part) == (modality, part)


@pytest.mark.parametrize(
    ("line", "modality", "part"),
    [
        ("ថតសូត", "X-ray", "Chest"),
        ("ការថតកាំរស្មី ទ្រួង", "X-ray", "Chest"),
        ("ប្រភេទពិនិត្យៈ អេកូសាស្ត្រ ពោះ", "Ultrasound", "Abdomen"),
    ],
)
def test_examination_is_known_though_a_vowel_or_the_colon_is_another(
    line: str, modality: str, part: str
) -> None:
    (item,) = items(f"{line}\nលទ្ធផល\nធម្មតា។\nសន្និដ្ឋាន\nធម្មតា។")
    assert (item.modality, item.body_part) == (modality, part)


def test_procedure_names_what_is_examined_and_heads_how() -> None:
    (item,) = items("""IMAGING REPORT
Procedure   : Echocardiography Heart
Procedure :
Parasternal views.
Observations
LVEF: 62 %
Opinion
Normal function.""")
    assert (item.modality, item.body_part) == ("Echocardiography", "Heart")
    assert (item.technique, item.findings) == ("Parasternal views.", "LVEF: 62 %")


def test_heading_in_two_languages_ends_at_the_gap_before_a_colon_of_its_text() -> None:
    (item,) = items("""IRM DU GENOU DROIT
Findings / លទ្ធផល   Ligaments: continus
Conclusion   Normale.""")
    assert item.findings == "Ligaments: continus"


def test_rows_under_a_heading_of_results_that_are_none_stay_findings() -> None:
    text = """លទ្ធផលពិនិត្យអេកូសាស្ត្រពោះ
លទ្ធផល :
ថ្លើម: ទំហំធម្មតា
លំពែង: ធម្មតា
សេចក្តីសន្និដ្ឋាន:
អេកូពោះធម្មតា។"""
    (item,) = understand([page(text)]).categories.imaging
    assert item.findings == "ថ្លើម: ទំហំធម្មតា លំពែង: ធម្មតា"


def _spaced(*lines: tuple[str, int]) -> PageText:
    rows = tuple(row(text, top=top) for text, top in lines)
    return PageText(number=1, width=1600, height=1600, rows=rows)


def test_findings_without_a_heading_begin_where_a_sentence_ends_a_paragraph() -> None:
    document = _spaced(
        ("CT BRAIN", 40),
        ("Protocol", 120),
        ("Multidetector CT.", 170),
        ("The ventricles are normal. Paranasal sinuses are clear. There is a focus", 230),
        ("in the right basal ganglia.", 280),
        ("Diagnosis:", 360),
        ("Bleeding.", 410),
    )
    (item,) = find_imaging([document], frozenset()).items
    assert item.technique == "Multidetector CT."
    assert item.findings is not None
    assert item.findings.startswith("The ventricles are normal.")


def test_findings_without_a_heading_begin_below_a_short_line() -> None:
    (item,) = items("""ECHOGRAPHIE PELVIENNE
1. INDICATION
Métrorragies
Utérus antéversé de 78 x 42 mm. Endomètre fin, mesuré à 6 mm. Ovaires normaux.
2. Synthèse
Échographie pelvienne normale.""")
    assert (item.indication, item.impression) == ("Métrorragies", "Échographie pelvienne normale.")
    assert item.findings is not None
    assert item.findings.startswith("Utérus")
    assert "section_unheaded" in item.fields["findings"].review_reasons


def test_diagnosis_behind_an_indication_is_the_outcome() -> None:
    (item,) = items("CT BRAIN\nIndication\nHeadache\nDiagnosis:\nAge related atrophy.")
    assert (item.indication, item.impression) == ("Headache", "Age related atrophy.")


def test_khmer_sentences_without_a_heading_are_findings_from_the_first_on() -> None:
    (item,) = items("""ប្រភេទថត: អេកូសាស្ត្រ ពោះ
លំពែងធម្មតា។
តម្រងនោមទាំងពីរធម្មតា។
សេចក្តីសន្និដ្ឋាន :
គ្រួសតម្រងនោមខាងឆ្វេង។""")
    assert item.findings == "លំពែងធម្មតា។ តម្រងនោមទាំងពីរធម្មតា។"


def _celled(text: str, top: int, cell: Box) -> Row:
    plain = row(text, top=top)
    first, *rest = plain.segments
    return Row((replace(first, cell=cell), *rest), table=0)


def test_heading_in_a_cell_heads_no_text_of_the_cell_above() -> None:
    rows = (
        row("X-RAY CHEST", top=40),
        _celled("Findings      Lungs   clear", 100, Box(0, 90, 150, 170)),
        row("              Bones   normal", top=140),
        _celled("Conclusion    Pneumonia.", 175, Box(0, 172, 150, 210)),
    )
    document = PageText(number=1, width=1200, height=1600, rows=rows)
    (item,) = find_imaging([document], frozenset()).items
    assert (item.findings, item.impression) == ("Lungs clear Bones normal", "Pneumonia.")

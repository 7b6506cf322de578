"""Prescribed drugs: what is printed, from tables, lists and paragraphs, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.khmer import digits
from medicord_ocr.structure.prescriptions.drugs import known
from medicord_ocr.structure.prescriptions.find import find_prescriptions
from medicord_ocr.structure.prescriptions.table import find_tables
from tests.pages import page
from tests.prescribed import CORE, core, found, slots

# ------------------------------------------------------------------ lists

NUMBERED = """Medical Prescription
Patient: John Doe
Prescribed Medicines:
1. Paracetamol 500mg - Take 2 times daily - 5 days
2. Amoxicillin 250mg - Take 3 times daily - 7 days
3. Vitamin C 1000mg - Take once daily - 30 days
Dr. John Smith
License: MD-12345"""


def test_numbered_list_with_directions_beside() -> None:
    assert core(NUMBERED) == [
        ("Paracetamol 500mg", None, "2 times daily", "5 days"),
        ("Amoxicillin 250mg", None, "3 times daily", "7 days"),
        ("Vitamin C 1000mg", None, "once daily", "30 days"),
    ]


def test_patient_doctor_and_licence_rows_are_not_used() -> None:
    used = find_prescriptions([page(NUMBERED)], frozenset()).used
    assert {index for _, index in used} == {0, 2, 3, 4, 5}


def test_drugs_first_then_a_paragraph_that_names_them() -> None:
    text = """Dr John Smith, M.D
Name: Maria Sharapova      Date: 5/11/2022
Address: 9 tennis court, new Russia, DC
Prednisone 20 mg
Lialda 2.4 gram
Directions:
Prednisone, Taper 5 mg every 3 days,
Finish in 2.5 weeks
Lialda - take 2 pill everyday for 1 month
Refill: 2 times"""
    assert core(text) == [
        ("Prednisone 20 mg", None, "Taper 5 mg every 3 days", "Finish in 2.5 weeks"),
        ("Lialda 2.4 gram", "2 pill", "everyday", "1 month"),
    ]


def test_directions_of_the_only_drug_need_not_name_it() -> None:
    text = """Name: Virat Kohli      Date: 2/05/2022
Omeprazole 40 mg
Directions:  Use two tablets daily for three months
Refill: 3 times"""
    assert core(text) == [("Omeprazole 40 mg", "two tablets", "daily", "three months")]


def test_directions_that_may_belong_to_two_drugs_belong_to_none() -> None:
    text = """Rx
Omeprazole 40 mg
Amoxicillin 500 mg
Directions: one tablet twice daily for 5 days"""
    assert core(text) == [
        ("Omeprazole 40 mg", None, None, None),
        ("Amoxicillin 500 mg", None, None, None),
    ]


def test_french_list_with_directions_below() -> None:
    text = """Laboratoire d'Analyses Médicales Angkor
ORDONNANCE
Nom et prénom : PRAK LEAKHENA   Âge : 47 ans   Sexe : Féminin
– Cetirizine 10 mg
1 comprimé une fois par jour, avant les repas, pendant 7
jours
– Augmentin 1 g
1 comprimé 2 fois par jour, après les repas, pendant 8 jours
Conseils : Boire beaucoup d'eau pendant 3 jours.
Signature"""
    first, second = found(text)
    assert [getattr(first, name) for name in (*CORE, "meal")] == [
        "Cetirizine 10 mg",
        "1 comprimé",
        "une fois par jour",
        "7 jours",
        "avant les repas",
    ]
    assert second.duration == "8 jours"


def test_khmer_list() -> None:
    text = """វេជ្ជបញ្ជា
១- Amlodipine 5mg
លេបម្តង ½ គ្រាប់ ១ថ្ងៃ ១ដង ក្រោយបាយ រយៈពេល 1 ខែ
២- ប៉ារ៉ាសេតាមុល 500mg ១០គ្រាប់
ព្រឹក១ ថ្ងៃ១ ល្ងាច១ ៥ ថ្ងៃ
ភ្នំពេញ ថ្ងៃទី០២ ខែមីនា ឆ្នាំ២០២៤"""
    first, second = found(text)
    assert (first.dosage, first.frequency, first.duration) == ("½ គ្រាប់", "១ថ្ងៃ ១ដង", "1 ខែ")
    assert first.meal == "ក្រោយបាយ"
    assert (second.quantity, second.dosage, second.duration) == ("១០គ្រាប់", "១", "៥ ថ្ងៃ")
    assert slots(second) == {"morning": "១", "noon": "១", "evening": "១"}


def test_labels_before_each_field() -> None:
    text = """MEDICAL PRESCRIPTION
Medication: Aspirin 81 mg
Dosage: 1 tablet
Frequency: once daily
Duration: 30 days
Prescribed by: Dr. Socheat"""
    assert core(text) == [("Aspirin 81 mg", "1 tablet", "once daily", "30 days")]


def test_two_drugs_on_one_row_are_two_items() -> None:
    text = """Rx
1. Paracetamol 500mg 1 tab TID     2. Amoxicillin 500mg 1 cap BID"""
    assert core(text) == [
        ("Paracetamol 500mg", "1 tab", "TID", None),
        ("Amoxicillin 500mg", "1 cap", "BID", None),
    ]


def test_unknown_name_with_strength_is_a_drug() -> None:
    assert core("Rx\nFoobarol 20mg 1 tab BID 5 days") == [
        ("Foobarol 20mg", "1 tab", "BID", "5 days")
    ]


def test_unknown_name_by_its_number_among_drugs_is_marked() -> None:
    items = found("Rx\n1. Paracetamol 500 mg 1 tab TID\n2. Foobarol 1 tab BID 5 days")
    assert items[1].medication == "Foobarol"
    assert "unknown_drug" in items[1].fields["medication"].review_reasons
    assert items[1].needs_review


def test_numbered_line_whose_name_was_not_read_is_kept_and_marked() -> None:
    text = """Rx
1. Paracetamol 500 mg
1 tablet TID for 5 days
2. F  40mg
1 tablet OD for 10 days"""
    assert core(text) == [
        ("Paracetamol 500 mg", "1 tablet", "TID", "5 days"),
        (None, "1 tablet", "OD", "10 days"),
    ]
    assert found(text)[1].fields["medication"].review_reasons == ("unread_name",)


def test_form_before_the_strength_is_part_of_the_name_after_it_is_the_form() -> None:
    inside, after = found(
        "Rx\nCarbocisteine sirop 5 % 1 spoon TID\nIbuprofène 400 mg cp 1 cp x 3/j"
    )
    assert (inside.medication, inside.drug, inside.strength) == (
        "Carbocisteine sirop 5 %",
        "Carbocisteine",
        "5 %",
    )
    assert (after.medication, after.form, after.dosage) == ("Ibuprofène 400 mg", "cp", "1 cp")


@pytest.mark.parametrize(
    ("line", "medication", "strength"),
    [
        ("Amoxicillin 250mg/5ml syrup 5ml TDS", "Amoxicillin 250mg/5ml", "250mg/5ml"),
        ("Bactrim 400/80 mg 2 cp x 2/j", "Bactrim 400/80 mg", "400/80 mg"),
        ("Penicillin V 1 000 000 UI 1 cp x 4/j", "Penicillin V 1 000 000 UI", "1 000 000 UI"),
        ("Vitamin B1 250 mg 1 tab OD", "Vitamin B1 250 mg", "250 mg"),
        ("Augmentin 625 1 tab BD", "Augmentin 625", None),
        ("Lantus 12 UI le soir", "Lantus", None),
        ("Prednisolone 0,5 g 1 cp/j", "Prednisolone 0,5 g", "0,5 g"),
    ],
)
def test_strengths(line: str, medication: str, strength: str | None) -> None:
    (item,) = found(f"Rx\n{line}")
    assert (item.medication, item.strength) == (medication, strength)


def test_number_without_unit_after_a_name_is_neither_dose_nor_strength() -> None:
    (item,) = found("Rx\nAmlodipine 5 OD")
    assert (item.medication, item.dosage, item.strength) == ("Amlodipine", None, None)
    assert item.fields["dosage"].raw == "5"
    assert item.fields["dosage"].review_reasons == ("ambiguous_sig",)


# ------------------------------------------------------------------ what is none


@pytest.mark.parametrize(
    "text",
    [
        """LABORATORY REPORT
Treatment: Metformin 500 mg twice daily
Antibiotic     Result
Amoxicillin    S
Ceftriaxone    R
Glucose   5.4   mmol/L   3.9-5.6""",
        """Hôpital Calmette
Vitamin B12   : 494   pg/mL   (197 – 771)
Vitamin D     : 57.8  ng/mL   (30.0 – 100.0)
Calcium       : 2.44  mmol/L
Magnesium     : 0.85  mmol/L   (0.66 – 1.07)""",
        """RADIOLOGY REPORT
Indication: on Prednisolone 20 mg daily
FINDINGS
Normal.""",
        """MEDICAL REPORT
The patient was given ibuprofen 400 mg three times daily for two weeks.""",
        """Patient Medical Record
Name: Jerry Lucas
Medications: none
Weight 60 kg
Height 170 cm""",
    ],
)
def test_reports_and_forms_have_no_prescriptions(text: str) -> None:
    findings = find_prescriptions([page(text)], frozenset())
    assert findings.items == ()
    assert findings.used == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        "Diagnosis : Acute bronchitis 2 days",
        "Date : 12/03/2025",
        "Refill: 2 times",
        "Dr. Aspirin Sok",
        "Allergies: Penicillin 500 mg",
        "#15 Eo, Rue 113, Phnom Penh",
        "Weight 60 kg",
        "Next visit after 2 weeks",
        "សូមយកវេជ្ជបញ្ជានេះមកវិញ ១ ដង",
        "ភ្នំពេញ ថ្ងៃទី០២ ខែមីនា ឆ្នាំ២០២៤",
    ],
)
def test_footers_addresses_dates_and_diagnoses_are_never_drugs(line: str) -> None:
    text = f"PRESCRIPTION\n1. Paracetamol 500 mg 1 tab TID 5 days\n{line}"
    assert core(text) == [("Paracetamol 500 mg", "1 tab", "TID", "5 days")]


def test_rows_of_others_are_never_drugs() -> None:
    text = "Rx\nParacetamol 500 mg 1 tab TID\nAmoxicillin 500 mg 1 cap TID"
    items = find_prescriptions([page(text)], frozenset({(1, 2)})).items
    assert [item.medication for item in items] == ["Paracetamol 500 mg"]


def test_mixed_page_prescribes_only_below_its_title() -> None:
    text = """DISCHARGE SUMMARY
LABORATORY RESULTS
Calcium   2.37   mmol/L   2.15 - 2.55
Vitamin D 30 mg 2 times daily
DISCHARGE MEDICATION
1. Amoxicillin 500 mg : 2 capsules 3 times daily, 5 days"""
    assert core(text) == [("Amoxicillin 500 mg", "2 capsules", "3 times daily", "5 days")]


def test_nothing_is_filled_in() -> None:
    (item,) = found("PRESCRIPTION\nParacetamol 500 mg")
    filled = {name for name, value in item.model_dump().items() if value not in (None, False, {})}
    assert filled == {"medication", "drug", "strength", "confidence", "fields"}


# ------------------------------------------------------------------ doubt and provenance


def test_look_alikes_are_for_review_and_others_are_not() -> None:
    prednisone, paracetamol = found("Rx\nPrednisone 20 mg 1 tab OD\nParacetamol 500 mg 1 tab TID")
    assert "look_alike" in prednisone.fields["medication"].review_reasons
    assert prednisone.needs_review
    assert not paracetamol.needs_review


@pytest.mark.parametrize(
    ("printed", "cut"),
    [
        ("Amoxicillin 500 mg", False),
        ("Amoxicillin500mg", False),
        ("Amoxicillin 500", False),
        ("Amoxicillin 1 g/125 mg", False),
        ("Coversyl plus 5/1.25", False),
        ("Amoxicillin 50O mg", True),
        ("Amoxicillin S00 mg", True),
        ("Amoxicillin 500mq", True),
        ("Amoxicillin 500 rng", True),
        ("Bisoprolol 2 .5 mg", True),
    ],
)
def test_strength_of_which_a_part_was_not_read_is_for_review(printed: str, cut: bool) -> None:
    (item,) = found(f"Rx\n1. {printed}     1 tab TID     5 days")
    assert (item.dosage, item.frequency, item.duration) == ("1 tab", "TID", "5 days")
    assert ("unread_amount" in item.fields["medication"].review_reasons) == cut


def test_name_one_letter_off_is_kept_as_printed_and_marked() -> None:
    (item,) = found("Rx\nParacetamo1 500 mg 1 tab TID")
    assert item.medication == "Paracetamo1 500 mg"
    assert "near_name" in item.fields["medication"].review_reasons
    assert item.fields["medication"].confidence < 0.75


def test_poorly_read_words_are_for_review() -> None:
    text = "Rx\nParacetamol 500 mg 1 tab TID"
    (item,) = find_prescriptions([page(text, confidence=0.5)], frozenset()).items
    assert item.needs_review
    assert item.confidence == pytest.approx(0.5)


def test_every_field_has_a_box_on_the_page_that_covers_its_words() -> None:
    (item,) = found("Rx\n1. Paracetamol 500 mg     1 tab TID     5 days")
    assert set(CORE) <= item.fields.keys()
    boxes = {name: info.source.box for name, info in item.fields.items() if info.source}
    assert boxes["medication"] == (36, 80, 252, 110)
    assert boxes["duration"][0] > boxes["frequency"][2] > boxes["dosage"][2]


# ------------------------------------------------------------------ properties

_TOKENS = [
    *"1 2 3 10 500 ½ x - / . , : % # 1. 2. 12/03/2025 012-345-678".split(),
    *"tab cp ml drops OD BID TID daily fois par jour matin soir pendant for days jours".split(),
    *"Rx Prescription Ordonnance Directions: Sig: Dr Sokha Phnom Penh Street Name: Age".split(),
    *"Hello World Result Glucose mmol/L Diagnosis fever គ្រាប់ ដង ថ្ងៃ ព្រឹក វេជ្ជបញ្ជា".split(),
    "  ",
]
_lines = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=8).map(" ".join)
_texts = st.lists(_lines, min_size=1, max_size=8).map("\n".join)


@given(_texts)
def test_no_drug_without_a_name_or_strength_that_says_so(text: str) -> None:
    items = found(text) if text.strip() else ()
    told = [
        bool(item.strength or item.form or known((item.drug or "?").split()[0])) for item in items
    ]
    for item, sure in zip(items, told, strict=True):
        reasons = item.fields["medication"].review_reasons
        marked = bool({"unknown_drug", "unread_name"} & set(reasons))
        assert sure or (marked and (any(told) or find_tables(page(text))))


@given(_texts.map(lambda text: f"Rx\nParacetamol 500 mg {text}"))
def test_no_number_that_is_not_on_the_page(text: str) -> None:
    printed = set(re.findall(r"\d+", digits(text)))
    for item in found(text):
        values = item.model_dump(exclude={"fields", "confidence", "schedule"}).values()
        shown = " ".join(str(value) for value in values if value is not None)
        assert set(re.findall(r"\d+", digits(shown))) <= printed


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_is_survived_and_yields_no_drug(text: str) -> None:
    assert found(text) == ()


def test_a_code_gives_no_dosage_but_a_schedule() -> None:
    text = """PRESCRIPTION
1. Amoxicillin 500 mg   1-0-1   7 days"""
    (item,) = find_prescriptions([page(text)], frozenset()).items
    assert (item.dosage, item.frequency) == (None, "1-0-1")
    assert item.schedule is not None
    assert (item.schedule.morning, item.schedule.evening) == ("1", "1")


def test_page_without_a_title_prescribes_where_drug_after_drug_is_directed() -> None:
    text = """Clinique Toul Svay
1. Ciflox 500 mg
1 cp x 2/j pdt 7 j
2. Voltarène 50 mg
1 cp matin et soir pdt 5 j
3. Maalox
1 sachet x 3/j"""
    assert [item.medication for item in found(text)] == ["Ciflox 500 mg", "Voltarène 50 mg",
                                                         "Maalox"]  # fmt: skip
    assert found("Clinique Toul Svay\nMaalox") == ()


def test_name_whose_strength_may_follow_it_is_for_review() -> None:
    (item,) = found("Rx\nAmlodipine 5 OD for 5 days")
    assert item.medication == "Amlodipine"
    assert "ambiguous_sig" in item.fields["medication"].review_reasons


def test_a_dash_behind_a_dose_is_no_part_of_it() -> None:
    (item,) = found("Rx\nCetirizine 10 mg   1 គ្រាប់-")
    assert item.dosage == "1 គ្រាប់"


def test_two_columns_of_drugs_keep_their_own_directions() -> None:
    text = """Prescription
1. Cefixime 200 mg          4. Loratadine 10 mg
   1 cap BD x 5 days           1 tab OD x 5 days
2. Paracetamol 500 mg       5. Vitamin C 1000 mg
   2 tabs q6h PRN              1 tab daily x 10 days
3. Bromhexine 8 mg
   1 tab TID x 5 days
Drink plenty of water every day, and come back after one week"""
    assert [row[1:] for row in core(text)] == [
        ("1 cap", "BD", "5 days"),
        ("1 tab", "OD", "5 days"),
        ("2 tabs", "q6h", None),
        ("1 tab", "daily", "10 days"),
        ("1 tab", "TID", "5 days"),
    ]

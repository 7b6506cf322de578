from __future__ import annotations

import pytest

from medicord_ocr.page import Box, PageText, Row, Segment, Word
from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.header.find import HeaderFindings, find_header
from tests.pages import page, row


def header(text: str) -> HeaderFindings:
    return find_header([page(text)])


def value(field: HeaderField | None) -> str | None:
    return field.value if field else None


def doctor(text: str, kind: str | None) -> HeaderField | None:
    return header(text).header_of(kind).doctor


@pytest.mark.parametrize(
    ("text", "kind", "name", "role"),
    [
        ("Requested by : Prof. TEP Bunthoeun", "lab", "Prof. TEP Bunthoeun", "requester"),
        ("Prescripteur : Dr LONG Rithy", "lab", "Dr LONG Rithy", "prescriber"),
        ("អ្នកស្នើសុំ : វេជ្ជបណ្ឌិត យឹម សុផល", "lab", "វេជ្ជបណ្ឌិត យឹម សុផល", "requester"),
        ("វេជ្ជបណ្ឌិតស្នើសុំ : យឹម សុផល", "lab", "យឹម សុផល", "requester"),
        ("Prescribed by\n\nDr PEN Visal", "prescription", "Dr PEN Visal", "prescriber"),
        ("Dr. HENG Ly\nRadiologist", "imaging", "Dr. HENG Ly", "letterhead"),
        ("Dr John Smith, M.D\nName: X", "prescription", "Dr John Smith, M.D", "letterhead"),
        ("Physician : SOK Dara", "lab", "SOK Dara", "prescriber"),
        ("Médecin : Dr KIM Sok   Date : 20/01/2026", "lab", "Dr KIM Sok", "prescriber"),
        ("Doctor: Prof. Dr. NGUON Vibol", "lab", "Prof. Dr. NGUON Vibol", "prescriber"),
        ("Dr.SOK Dara", "prescription", "Dr.SOK Dara", "letterhead"),
        ("Dr..Sok Dara", "prescription", "Dr..Sok Dara", "letterhead"),
        ("Dr . Sok Dara", "prescription", "Dr . Sok Dara", "letterhead"),
        ("SOK Dara, MD", "prescription", "SOK Dara, MD", "signatory"),
        ("Requested by: Dr. Socheat", "lab", "Dr. Socheat", "requester"),
        ("Physician   : SOK Dara   Date: 1/2/26", "lab", "SOK Dara", "prescriber"),
        ("Sur prescription du Dr TAING Kheng", "lab", "Dr TAING Kheng", "requester"),
        ("PhyeinianDr. Ny Chandara", "lab", "Dr. Ny Chandara", "prescriber"),
        ("Doctor in charge:.Dr. TRAN Minh", "lab", "Dr. TRAN Minh", "prescriber"),
        ("’ Dr. KHOEM Sivutha", "prescription", "Dr. KHOEM Sivutha", "letterhead"),
        ("Consultant: Dr. (Mrs.) SAM Sreymao", "lab", "Dr. (Mrs.) SAM Sreymao", "prescriber"),
        ("Ordonnance du Dr PAL Sambath", "prescription", "Dr PAL Sambath", "signatory"),
    ],
)
def test_doctors_are_named_with_title_and_role(text: str, kind: str, name: str, role: str) -> None:
    field = doctor(text, kind)
    assert field is not None
    assert (field.value, field.role) == (name, role)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("lab", "Dr LONG Rithy"), ("imaging", "Dr CHEA Vanna"), (None, "Dr CHEA Vanna")],
)
def test_the_kind_of_document_decides_whom_it_is_about(kind: str | None, name: str) -> None:
    text = "Requested by : Dr LONG Rithy" + "\n" * 8 + "Signature\nDr CHEA Vanna"
    assert value(doctor(text, kind)) == name


@pytest.mark.parametrize(
    "text",
    [
        "Patient : SOK Dara",
        "Diclofenac DR 75 mg",
        "Omeprazole DR Capsule",
        "Requested by: Emergency ward",
        "Requested by : OPD",
        "Dear Dr. Sok, thank you for referring",
        "Clinique Dr. SOK Dara",
        "Patient du Dr PAL Sambath",
        "Patient name : Dr. LAY Sophorn   Sex: M",
        "Glucose 5.0\n\nអ្នកវិភាគ\n\nអ៊ុំ សុភា",
        "Cabinet Docteur CHEA",
        "Doctor : ..............",
        "វេជ្ជបណ្ឌិត",
        "គ្រូពេទ្យព្យាបាល",
        "Sunset Dr. 12",
    ],
)
def test_patients_drugs_and_facilities_are_no_doctors(text: str) -> None:
    assert doctor(f"{text}\nAge: 45", "lab") is None


def test_two_names_in_one_role_are_marked() -> None:
    field = doctor("Requested by: Dr SOK Dara\nRequested by: Dr CHEA Vanna", "lab")
    assert field is not None
    assert "doctors_disagree" in field.review_reasons


def test_one_doctor_under_two_titles_is_one() -> None:
    field = doctor("Docteur CHEA Vanna\nRadiologue" + "\n" * 9 + "Dr CHEA Vanna", "imaging")
    assert field is not None
    assert not field.needs_review


def test_a_misread_title_behind_a_label_is_mended_and_marked() -> None:
    field = doctor("Requested by : Or SOM Bunthoeun", "lab")
    assert field is not None
    assert (field.value, field.needs_review) == ("Dr SOM Bunthoeun", True)


def test_a_label_that_is_a_title_with_a_full_stop_is_no_part_of_the_name() -> None:
    field = doctor("Ordering Dr.: Or. HAK Bora", "lab")
    assert field is not None
    assert (field.value, field.needs_review) == ("Dr. HAK Bora", True)


def test_one_signatory_in_two_scripts_is_taken_in_latin() -> None:
    field = doctor("Glucose 5.0\n\n\nDr. CHAN Sopheap\nវេជ្ជ. ចាន់ សុភាព", "prescription")
    assert field is not None
    assert (field.value, field.needs_review) == ("Dr. CHAN Sopheap", False)


@pytest.mark.parametrize("label", ["Chef de service : Dr PRUM Sothea", "Director: Dr PRUM Sothea"])
def test_who_heads_the_place_is_shown_for_review_and_after_who_signed(label: str) -> None:
    field = doctor(label, "imaging")
    assert field is not None
    assert field.needs_review
    assert value(doctor(f"{label}\n\n\n\n\n\n\nDr NHEAN Rithya", "imaging")) == "Dr NHEAN Rithya"


def test_who_asked_for_pictures_is_shown_for_review() -> None:
    field = doctor("Demandé par : Dr KEM Vireak", "imaging")
    assert field is not None
    assert (field.value, field.needs_review) == ("Dr KEM Vireak", True)


def test_a_list_of_doctors_prescribes_nothing() -> None:
    text = "Our doctors\nDr. HANG Vitou\nDr. SOUM Kanika\n\n\n\n\n\nPrescriber:\nDr. SOUM Kanika"
    assert value(doctor(text, "prescription")) == "Dr. SOUM Kanika"


def test_a_name_under_who_gives_the_prescription_is_the_doctor() -> None:
    found = doctor("Paracetamol 500mg\n\n\nអ្នកចេញវេជ្ជបញ្ជា\n\nហ៊ុន សុផល", "prescription")
    assert value(found) == "ហ៊ុន សុផល"
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize(
    ("line", "name"),
    [("Or THONG Saroeun", "Dr THONG Saroeun"), ("HENG Dr. ROEUN Phally", "Dr. ROEUN Phally")],
)
def test_a_name_behind_a_misread_title_or_a_stamp_is_shown_for_review(line: str, name: str) -> None:
    found = doctor(f"Paracetamol 500mg\n\n\n\n\n\n{line}", "prescription")
    assert value(found) == name
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize("line", ["OR Sokunthea", "or four or five", "seen Dr. Sok Dara"])
def test_other_lines_with_or_and_dr_name_no_doctor(line: str) -> None:
    assert doctor(f"Paracetamol 500mg\n\n\n\n\n\n{line}", "prescription") is None


def test_a_doctor_of_a_laboratory_s_letterhead_is_shown_for_review() -> None:
    found = doctor("LABORATOIRE DU LAC\nDr. Henri MARTIN\nNom : X   Age : 44 ans", "lab")
    assert value(found) == "Dr. Henri MARTIN"
    assert found is not None
    assert found.needs_review


def test_spaces_of_typed_print_do_not_cut_the_name() -> None:
    words = []
    for text, x0, x1 in (("Doctor:", 166, 299), ("Dr", 391, 434), ("HENG", 458, 547)):
        words.append(Word(text, Box(x0, 343, x1, 367), 0.99, ()))
    words.append(Word("Chivoan", Box(571, 343, 727, 367), 0.99, ()))
    typed = Row(tuple(Segment((word,), word.box) for word in words))
    found = find_header([PageText(1, 1654, 2339, (typed,))]).header_of("lab").doctor
    assert value(found) == "Dr HENG Chivoan"


def test_a_name_under_a_signature_s_label_goes_before_who_asked_for_pictures() -> None:
    text = "Referred by: Dr LIM Heng\n\nFindings: normal.\n\nSonographer\n\nCHAN Sophal"
    assert value(doctor(text, "imaging")) == "CHAN Sophal"


def test_a_name_that_breaks_off_in_letters_misread_is_marked() -> None:
    field = doctor("អ្នកស្នើសុំ : វេជ្ជបណ្ឌិត កែវ Ag)", "lab")
    assert field is not None
    assert "cut_name" in field.review_reasons


def test_the_days_label_behind_a_khmer_name_is_no_part_of_it() -> None:
    field = doctor("អ្នកស្នើសុំ : វេជ្ជបណ្ឌិត ងួន ចាន់ថា ថ្ងៃប្រមូលសំណាក", "lab")
    assert value(field) == "វេជ្ជបណ្ឌិត ងួន ចាន់ថា"


@pytest.mark.parametrize(
    ("name", "cut"),
    [("Dr. SOM", True), ("Docteur BUN L", True), ("Dr. SOM Channary", False)],
)
def test_a_latin_name_of_one_word_or_with_one_letter_at_its_end_is_marked(
    name: str, cut: bool
) -> None:
    field = doctor(f"Requested by: {name}", "lab")
    assert field is not None
    assert ("cut_name" in field.review_reasons) is cut


@pytest.mark.parametrize(
    "names",
    [
        "Dr. OUK Monirath          វេជ្ជបណ្ឌិត អ៊ុក មុនីរ័ត្ន",
        "វេជ្ជបណ្ឌិត អ៊ុក មុនីរ័ត្ន          Dr. OUK Monirath",
    ],
)
def test_doctor_of_a_letterhead_in_two_scripts_is_taken_in_latin(names: str) -> None:
    text = f"""{names}
Cardiologue
Aspégic 100 mg : 1 sachet par jour"""
    found = doctor(text, "prescription")
    assert value(found) == "Dr. OUK Monirath"
    assert found is not None
    assert not found.needs_review


@pytest.mark.parametrize("name", ["វេជ្ជ. ហេង សុខា", "ឱសថការី អ៊ុក សុភាព"])
def test_short_and_pharmacists_titles_in_khmer_are_titles(name: str) -> None:
    text = f"មន្ទីរពិសោធន៍\n\n\n\n\n\nGlucose   5.0   mmol/L\n\n\n                    {name}"
    assert value(doctor(text, None)) == name


def test_title_that_stands_close_behind_its_label_is_a_title() -> None:
    text = "Nom : PEN Bopha\nPrescripteur:Pr SIM Kunthea\n\nLe biologiste\nDocteur KIM Bopha"
    assert value(doctor(text, "lab")) == "Pr SIM Kunthea"


def test_a_name_goes_on_in_the_line_below_and_is_shown_for_review() -> None:
    found = doctor("Name: X\nDoctor: Dr. VONG\n        Sokchea\nDate: 29-May-2025", "lab")
    assert value(found) == "Dr. VONG Sokchea"
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize(
    "below", ["Pathologist", "Test  Result  Unit", "Biologist", "Date: 1/2/25"]
)
def test_a_profession_or_a_heading_below_a_name_is_no_part_of_it(below: str) -> None:
    assert value(doctor(f"Name: X\n\nDr. VONG\n{below}", "lab")) == "Dr. VONG"


def test_a_label_in_the_middle_of_a_line_names_the_doctor() -> None:
    found = doctor("Name: Lun Chantha Sex: M Doctor: Sarah Brown, MD   Date: 17.07.2025", "lab")
    assert value(found) == "Sarah Brown, MD"


@pytest.mark.parametrize("label", ["Authorized by", "Pathologist", "Reported by"])
def test_a_signatory_known_by_a_degree_stands_behind_a_label(label: str) -> None:
    found = doctor(f"Name: X\n\n{label} : Kong Sothea, M.D.", "lab")
    assert value(found) == "Kong Sothea, M.D."
    assert found is not None
    assert found.role == "signatory"


def test_a_doctor_beside_the_name_of_the_facility_is_a_doctor() -> None:
    found = doctor("Docteur SENG Vuthy      CLINIQUE SEREY\nCardiologue", "prescription")
    assert value(found) == "Docteur SENG Vuthy"


def test_a_name_wrapped_in_the_cell_of_a_table_goes_on_below() -> None:
    text = "Source: Toul Svay     Requester: Dr. Uk   Code: SS-\nFamily Clinic         Rithysak"
    found = doctor(f"{text}            8812", "lab")
    assert value(found) == "Dr. Uk Rithysak"


@pytest.mark.parametrize("label", ["Doctor's signature", "គ្រូពេទ្យព្យាបាល", "Le médecin", "វេជ្ជបណ្ឌិត"])
@pytest.mark.parametrize("name", ["KONG Sophal", "ជា លក្ខិណា"])
def test_a_name_beneath_its_label_is_shown_for_review(label: str, name: str) -> None:
    found = doctor(f"Name: X\nAmlodipine 5 mg\n\n{label}\n\n\n\n{name}", "prescription")
    assert value(found) == name
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize(
    "text",
    [
        "Referring doctor   Sample taken",
        "Referred by: Midwife CHOU Sokny",
        "វេជ្ជបញ្ជា\n\nចំនួន ព្រឹក",
        "To: Dr. Pen Rithear, Calmette Hospital",
        "Patient's signature\n\n\nKONG Sophal",
        "ហត្ថលេខាអ្នកជំងឺ\n\n\nជា លក្ខិណា",
        "Doctor\n\nPhnom Penh",
    ],
)
def test_headings_addressees_and_who_else_signs_are_no_doctors(text: str) -> None:
    assert doctor(f"Name: X\n\n\n\n{text}", "prescription") is None


def test_the_khmer_word_for_a_physician_is_a_title_before_a_name() -> None:
    found = doctor("Name: X\n\n\nអ្នកចេញវេជ្ជបញ្ជា\n\nគ្រូពេទ្យ ម៉ែន សុភ័ក្រ", "prescription")
    assert value(found) == "គ្រូពេទ្យ ម៉ែន សុភ័ក្រ"
    assert doctor("Name: X\n\n\nគ្រូពេទ្យ វះកាត់ ទូទៅ", "prescription") is None


def test_professions_in_the_letterhead_do_not_dispute_who_signed() -> None:
    text = "Dr PRUM Sitha\nDr KAO Veasna\nMédecins radiologues" + "\n" * 20 + "Dr KAO Veasna"
    found = doctor(text, "imaging")
    assert value(found) == "Dr KAO Veasna"
    assert found is not None
    assert not found.needs_review


def test_a_label_s_name_before_a_degree_that_is_not_known_is_a_name() -> None:
    assert value(doctor("Prescriber's name: Oeur Chanrith, MA", "prescription")) == "Oeur Chanrith"


def test_a_wrapped_name_goes_on_past_rows_of_other_columns() -> None:
    rows = (
        row("Requesting physician: Ass. Prof. Ky", top=0),
        row(" " * 50 + "Hospital: Sen", top=20),
        row("Santy", top=40),
    )
    found = find_header([PageText(1, 1200, 1600, rows)]).header_of("lab").doctor
    assert value(found) == "Ass. Prof. Ky Santy"


def test_a_titled_doctor_goes_before_a_name_known_by_its_place_alone() -> None:
    text = "Name: X\n\nDr HAK Sinuon\n" + "\n" * 9 + "Signature\n\nKONG Sophal"
    assert value(doctor(text, "prescription")) == "Dr HAK Sinuon"


def test_a_prescriber_and_another_who_signed_are_in_doubt() -> None:
    text = "Médecin traitant : Dr POV Kimsan" + "\n" * 12 + "Dr THACH Mealea"
    found = doctor(text, "prescription")
    assert found is not None
    assert "doctors_disagree" in found.review_reasons


def test_a_misread_title_under_a_label_is_mended() -> None:
    found = doctor("Name: X\n\nPrescribed by\n\n\nOr LY Vanna", "prescription")
    assert value(found) == "Dr LY Vanna"


def test_spaces_of_large_print_do_not_cut_a_name() -> None:
    segments = []
    for text, x0, x1 in (("Dr.", 1023, 1130), ("KAO", 1176, 1349), ("Phirum", 1391, 1691)):
        box = Box(x0, 194, x1, 251)
        segments.append(Segment((Word(text, box, 0.95, ()),), box))
    rows = (Row(tuple(segments)), row("Name: X", top=300), row("Paracetamol 500 mg", top=400))
    found = find_header([PageText(1, 2718, 3794, rows)]).header_of("prescription").doctor
    assert value(found) == "Dr. KAO Phirum"

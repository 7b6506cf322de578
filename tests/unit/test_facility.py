from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, PageText, Row, Segment, Word, bounding
from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.header.find import HeaderFindings, find_header
from tests.pages import page, row


def header(text: str) -> HeaderFindings:
    return find_header([page(text)])


def value(field: HeaderField | None) -> str | None:
    return field.value if field else None


@pytest.mark.parametrize(
    ("text", "facility"),
    [
        ("Calmette Hospital\nNo. 3, Monivong Blvd", "Calmette Hospital"),
        ("មន្ទីរពេទ្យកាល់ម៉ែត\nCalmette Hospital", "Calmette Hospital"),
        ("មន្ទីរពេទ្យកាល់ម៉ែត Calmette Hospital", "Calmette Hospital"),
        ("ព្រះរាជាណាចក្រកម្ពុជា\nក្រសួងសុខាភិបាល\nមណ្ឌលសុខភាពព្រែកព្នៅ", "មណ្ឌលសុខភាពព្រែកព្នៅ"),
        ("Ministry of Health\nHealth Center Prek Pnov", "Health Center Prek Pnov"),
        ("មជ្ឈមណ្ឌលវេជ្ជសាស្ត្រអង្គរ\nTel: 014 228 369", "មជ្ឈមណ្ឌលវេជ្ជសាស្ត្រអង្គរ"),
        ("Referred from: Calmette Hospital\nBIOTECH LAB", "BIOTECH LAB"),
        ("Institut Pasteur du Cambodge\nLaboratoire de Biologie", "Institut Pasteur du Cambodge"),
        ("Sok Heng Polyclinic  Tel: 012 345 678", "Sok Heng Polyclinic"),
        ("Sok Heng Polyclinic Tel 023 12 12 12", "Sok Heng Polyclinic"),
        ("MEDICARE CLINIC\nTel: 012 345 678", "MEDICARE CLINIC"),
        ("Clinique Dr. SOK Dara, No. 12, Street 5", "Clinique Dr. SOK Dara"),
        ("LABORATOIRE D'ANALYSES MÉDICALES\nANGKOR", "LABORATOIRE D'ANALYSES MÉDICALES ANGKOR"),
        ("Groupe Médical Tonlé\nCabinet de radiologie", "Groupe Médical Tonlé"),
        ("Health Poste Andong Tuek", "Health Poste Andong Tuek"),
        ("Ruessei Keo Referral Hospital\nTel: 012 345 678", "Ruessei Keo Referral Hospital"),
        ("Khantha Polyclinic\nTel: 012 345 678", "Khantha Polyclinic"),
        ("Takeo Diagnostics | Taphul Rd, Siem Reap | 063 555 666", "Takeo Diagnostics"),
        ("Takeo Diagnostics lab@takeo.example", "Takeo Diagnostics"),
        ("SOK HENG CLINIC #12 St. 271 Phnom Penh", "SOK HENG CLINIC"),
        ("SOK HENG CLINIC 012 345 678", "SOK HENG CLINIC"),
        ("SOK HENG CLINIC (Tel: 012 345 678)", "SOK HENG CLINIC"),
        ("SOK HENG CLINIC www.sokheng.com", "SOK HENG CLINIC"),
        ("គ្លីនិក សុខហេង - ផ្លូវ 271 ភ្នំពេញ", "គ្លីនិក សុខហេង"),
        ("Kampot Provincial Hospital - Laboratory Department", "Kampot Provincial Hospital"),
        ("Health facility   : Kampot Provincial Hospital", "Kampot Provincial Hospital"),
        ("SOK HENG MEDICAL SERVICE CO., LTD", "SOK HENG MEDICAL SERVICE CO., LTD"),
        ("មណ្ឌលថែទាំសុខភាព សុខហេង", "មណ្ឌលថែទាំសុខភាព សុខហេង"),
        ("SokhaMedicalLaboratory, No. 21, Street 107", "SokhaMedicalLaboratory"),
        ("Reaksmey Clinic, Battambang", "Reaksmey Clinic"),
        ("Provincial Hospital, Takeo", "Provincial Hospital, Takeo"),
        ("GENOMED   Tel: 023 222 909", "GENOMED"),
        ("ORCHID CENTRE\nMao Blvd. · A member of Sunway Medical Group", "ORCHID CENTRE"),
        (
            "TAKEO LABORATORY   Referring facility:\n" + " " * 19 + "Bakan Hospital",
            "TAKEO LABORATORY",
        ),
        (":    HÔPITAL DE BAKAN", "HÔPITAL DE BAKAN"),
        ("Phum Thmey Maternity Clinic\nTel: 012 345 678", "Phum Thmey Maternity Clinic"),
        ("ROYAL PHNOM PENH\nHOSPITAL", "ROYAL PHNOM PENH HOSPITAL"),
        ("Facility : Calmette Hospital", "Calmette Hospital"),
        ("មន្ទីរពេទ្យ ៖ កាល់ម៉ែត", "មន្ទីរពេទ្យ កាល់ម៉ែត"),
        ("ឱសថស្ថាន សុខភាពល្អ\nPharmacy Sokpheap Laor", "Pharmacy Sokpheap Laor"),
    ],
)
def test_the_letterhead_names_the_facility(text: str, facility: str) -> None:
    found = header(f"{text}\nName: SOK Dara   Sex: M")
    assert value(found.header.facility) == facility.replace("៖ ", "")


@pytest.mark.parametrize(
    "text",
    [
        "LABORATORY REPORT",
        "លទ្ធផលមន្ទីរពិសោធន៍",
        "ព្រះរាជាណាចក្រកម្ពុជា\nជាតិ សាសនា ព្រះមហាក្សត្រ\nក្រសួងសុខាភិបាល",
        "មន្ទីរសុខាភិបាលខេត្តកំពត",
        "Hospital No: 12345",
        "Patient Medical Record\nTel: 012 345 678",
        "MEDICARE\nHEALTH INSURANCE CLAIM FORM",
        "Department of Laboratory",
        "#12, near Calmette Hospital, Phnom Penh",
        "Phum Kandal near Takmao Referral Hospital",
        "Dr. PHAN Sothea\nUniversité Paris-Descartes\nTel: 012 345 678",
        "RECEIVED\nTel: 012 345 678",
        "ROYAL GOVERNMENT OF CAMBODIA\nTel: 012 345 678",
        "ប្រភពសំណាក : មន្ទីរពេទ្យកាល់ម៉ែត",
        "Requested by: Calmette Hospital",
        "Dr John Smith, M.D\n2 Non-Important Street,",
    ],
)
def test_titles_senders_and_addresses_are_no_facilities(text: str) -> None:
    assert header(f"{text}\nName: SOK Dara   Sex: M").header.facility is None


@pytest.mark.parametrize("read", ["មន្ទីរេពទ្យកាល់ែម៉ត", "មន្ទីរពេទ្យកាល់ម៉ែត", "មន្ទីរពទេ្យកាលម់ែត៉"])
def test_a_known_name_in_visual_order_is_mended(read: str) -> None:
    assert value(header(read).header.facility) == "មន្ទីរពេទ្យកាល់ម៉ែត"


def test_an_unknown_name_in_visual_order_is_marked() -> None:
    field = header("មន្ទីរេពទ្យសុខេសរី").header.facility
    assert field is not None
    assert field.needs_review


def test_a_name_far_down_the_page_is_not_the_letterhead() -> None:
    lines = ["LABORATORY REPORT", *["Glucose  5.8  mmol/L"] * 30, "Calmette Hospital"]
    assert header("\n".join(lines)).header.facility is None


def test_wide_spaces_of_large_letters_do_not_cut_the_name() -> None:
    line = row("ពហុព្យាបាល    សុខហេង", top=40)
    first, second = line.segments
    near = Segment(
        tuple(
            type(w)(w.text, w.box._replace(x0=first.box.x1 + 20), w.confidence, w.readings)
            for w in second.words
        ),
        second.box._replace(x0=first.box.x1 + 20),
    )
    found = find_header([PageText(1, 1200, 1600, (Row((first, near)),))])
    assert value(found.header.facility) == "ពហុព្យាបាល សុខហេង"


def test_a_wide_space_of_khmer_print_does_not_cut_the_name() -> None:
    words = []
    for text, x0, x1 in (("ពហុព្យាបាល", 737, 887), ("សុខហេង", 947, 1061)):
        box = Box(x0, 253, x1, 307)
        words.append(Segment((Word(text, box, 0.95, ()),), box))
    found = find_header([PageText(1, 1809, 2449, (Row(tuple(words)),))])
    assert value(found.header.facility) == "ពហុព្យាបាល សុខហេង"


def test_specks_above_a_sheet_do_not_push_its_letterhead_down() -> None:
    specks = [row(" " * 10 * i + "- e  7", top=20 * i) for i in range(14)]
    lines = [row("Sovanna Dynasty Clinic", top=320), row("Name: SOK Dara   Sex: M", top=400)]
    found = find_header([PageText(1, 1200, 1600, (*specks, *lines))])
    assert value(found.header.facility) == "Sovanna Dynasty Clinic"


@pytest.mark.parametrize(
    ("text", "facility"),
    [
        ("CHILDREN'S HOPE FOUNDATION\nPoipet Community Clinic", "Poipet Community Clinic"),
        ("Sok Heng Laboratory\nHospital: Calmette Hospital", "Calmette Hospital"),
    ],
)
def test_a_name_above_the_facility_s_is_shown_for_review(text: str, facility: str) -> None:
    found = header(f"{text}\nName: X").header.facility
    assert value(found) == facility
    assert found is not None
    assert found.review_reasons == ("facilities_disagree", "low_confidence")


def test_large_print_is_larger_than_the_print_beside_it_not_than_rows() -> None:
    def line(text: str, top: int, height: int) -> Segment:
        words = row(text, top=top).segments[0].words
        tall = tuple(replace(w, box=w.box._replace(y1=top + height)) for w in words)
        return Segment(tall, bounding([word.box for word in tall]))

    brand = Row((line("CareNow Telehealth", 100, 44),))
    mail = Row((line("support@carenow.example", 160, 30),))
    rows = [Row((line("one", 300 + t, 30), line("two", 312 + t, 30))) for t in range(0, 400, 80)]
    found = find_header([PageText(1, 1200, 1600, (brand, mail, *rows))])
    assert value(found.header.facility) == "CareNow Telehealth"


def test_a_slogan_in_small_letters_is_shown_for_review() -> None:
    found = header("The best hospital in Cambodia\nName: SOK Dara").header.facility
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize(("name", "cut"), [("ily Clinic", True), ("khema clinic", False)])
def test_a_name_that_begins_inside_a_word_is_shown_for_review(name: str, cut: bool) -> None:
    found = header(f"{name}\nTel: 012 345 678\nName: SOK Dara").header.facility
    assert value(found) == name
    assert found is not None
    assert ("cut_name" in found.review_reasons) is cut


def test_a_framed_letterhead_of_several_lines_is_no_one_name() -> None:
    lines = ("Hôpital Franco-Khmer", "Service de Biologie", "Chef de service : Dr OUM Samol")
    words = [
        word
        for top, line in enumerate(lines)
        for segment in row(line, top=40 * top).segments
        for word in segment.words
    ]
    cell = Segment(tuple(words), bounding([word.box for word in words]))
    found = find_header([PageText(1, 1200, 1600, (Row((cell,)),))])
    assert value(found.header.facility) == "Hôpital Franco-Khmer"


def test_a_circumflex_read_as_a_figure_is_put_right() -> None:
    assert value(header("H6pital KV").header.facility) == "Hôpital KV"


def test_letters_set_far_apart_do_not_cut_the_name() -> None:
    words = []
    for text, x0, x1 in (("CLINICAL", 171, 480), ("LABORATORY", 522, 966)):
        box = Box(x0, 245, x1, 282)
        words.append(Segment((Word(text, box, 0.95, ()),), box))
    above = row(" " * 15 + "PROVIDENCE", top=200)
    found = find_header([PageText(1, 2479, 3508, (above, Row(tuple(words))))])
    assert value(found.header.facility) == "PROVIDENCE CLINICAL LABORATORY"


def test_letters_of_a_narrow_word_are_as_far_apart_as_those_beside_it() -> None:
    words = []
    for text, x0, x1 in (("MEDICAL", 1163, 1420), ("CLINIC", 1461, 1658)):
        box = Box(x0, 289, x1, 318)
        words.append(Segment((Word(text, box, 0.95, ()),), box))
    above = row(" " * 100 + "RAFFLESIA", top=240)
    found = find_header([PageText(1, 2829, 4000, (above, Row(tuple(words))))])
    assert value(found.header.facility) == "RAFFLESIA MEDICAL CLINIC"


def test_letters_read_one_by_one_are_words() -> None:
    lefts = (874, 962, 1053, 1142, 1231, 1320, 1471, 1558, 1644, 1715, 1803, 1865)
    letters = []
    for letter, left in zip("NAGARACLINIC", lefts, strict=True):
        box = Box(left, 162, left + (18 if letter == "I" else 36), 198)
        letters.append(Segment((Word(letter, box, 0.95, ()),), box))
    found = find_header([PageText(1, 2834, 4010, (Row(tuple(letters)),))])
    assert value(found.header.facility) == "NAGARA CLINIC"


def test_spaces_of_letters_set_far_apart_are_wider_than_a_letter() -> None:
    words = []
    for text, x0, x1 in (("ANGKOR", 550, 895), ("DIAGNOSTIC", 967, 1510), ("CENTER", 1581, 1901)):
        box = Box(x0, 144, x1, 182)
        words.append(Segment((Word(text, box, 0.95, ()),), box))
    found = find_header([PageText(1, 2479, 3508, (Row(tuple(words)),))])
    assert value(found.header.facility) == "ANGKOR DIAGNOSTIC CENTER"


@pytest.mark.parametrize(
    ("text", "facility"),
    [
        ("BIOMEKONG TOTAL CARE\nNo. 118, Street 271, Phnom Penh", "BIOMEKONG TOTAL CARE"),
        ("HORMONE & IMMUNOLOGY\na member of Delta Labs Group", "HORMONE & IMMUNOLOGY"),
        ("Marie Stopes Reproductive Health\nTel: 012 111 222", "Marie Stopes Reproductive Health"),
        ("LABORATOIRE     NOKOR TEP\nAnalyses médicales", "LABORATOIRE NOKOR TEP"),
        ("Hospital: Sre Ambel", "Sre Ambel"),
        ("Cabinet de biologie\n12 rue 108, Phnom Penh - Tél 023 999 000", "Cabinet de biologie"),
        ("Nephro Care Takeo\nDialysis and kidney clinic, Takeo", "Nephro Care Takeo"),
    ],
)
def test_a_name_without_a_keyword_is_shown_for_review(text: str, facility: str) -> None:
    found = header(f"{text}\nName: SOK Dara   Sex: M").header.facility
    assert value(found) == facility
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize(
    "text",
    [
        "Your health, our mission\nTel: 012 345 678",
        "HAEMATOLOGY\nTel: 012 345 678",
        "Docteur OUK Monirath\nBiologiste médical, diplômé de la Faculté de Lyon\nTel: 012 345 678",
        "SOK DARA\nName: SOK Dara",
    ],
)
def test_slogans_sections_and_people_are_no_facilities(text: str) -> None:
    assert header(f"{text}\nName: SOK Dara   Sex: M").header.facility is None


def test_a_name_in_small_letters_behind_its_keyword_is_a_name() -> None:
    found = header("Angkor Wat\nLaboratoire de biologie médicale Sokha\nNom: SOK Dara")
    assert value(found.header.facility) == "Laboratoire de biologie médicale Sokha"


def test_a_facility_with_its_telephone_at_the_foot_is_shown_for_review() -> None:
    text = "LABORATORY REPORT\nName: SOK Dara   Sex: M" + "\n" * 34
    found = header(f"{text}Sovannaphum Polyclinic - 88 National Road 6 - Tel 063 000 222")
    facility = found.header.facility
    assert value(facility) == "Sovannaphum Polyclinic"
    assert facility is not None
    assert facility.needs_review


def test_a_sender_with_its_own_name_does_not_label_what_stands_beside_it() -> None:
    found = header("Specimen from: Calmette Hospital   Laboratoire Biotech\nName: SOK Dara")
    assert value(found.header.facility) == "Laboratoire Biotech"


@pytest.mark.parametrize(
    ("text", "facility"),
    [
        ("PHNOM PENH\nHEART & VASCULAR CLINIC", "PHNOM PENH HEART & VASCULAR CLINIC"),
        ("INTERNATIONAL MEDICAL\nCENTER OF SAMBOUR", "INTERNATIONAL MEDICAL CENTER OF SAMBOUR"),
        ("LABORATOIRE BIOMEDICAL\nKEP", "LABORATOIRE BIOMEDICAL KEP"),
        ("mediTEST\nLaboratoire d'analyses médicales", "mediTEST"),
        ("PHNOM PENH\nCARDIAC & VASCULAR\nINSTITUTE", "PHNOM PENH CARDIAC & VASCULAR INSTITUTE"),
        ("មន្ទីរពេទ្យបង្អែក\nស្រុកបារាយណ៍", "មន្ទីរពេទ្យបង្អែក ស្រុកបារាយណ៍"),
        ("គ្លីនិក\nសុខហេង\nទូរស័ព្ទ 012 111 222", "គ្លីនិក សុខហេង"),
        ("Hôpital de l'Amitié et\nSolidarité", "Hôpital de l'Amitié et Solidarité"),
    ],
)
def test_a_name_over_two_lines_is_whole_and_shown_for_review(text: str, facility: str) -> None:
    found = header(f"{text}\nName: SOK Dara   Sex: M").header.facility
    assert value(found) == facility
    assert found is not None
    assert found.needs_review


@pytest.mark.parametrize(
    "text",
    [
        "SAMBOUR CLINIC\nPHNOM PENH",
        "SAMBOUR CLINIC\nMEDICAL LABORATORY",
        "LABORATORY REPORT\nSAMBOUR CLINIC",
        "KINGDOM OF CAMBODIA\nSAMBOUR CLINIC",
        "UNIVERSITY OF TONLE SAP\nSAMBOUR CLINIC",
    ],
)
def test_places_titles_and_departments_are_no_part_of_the_name(text: str) -> None:
    found = header(f"{text}\nName: SOK Dara   Sex: M").header.facility
    assert value(found) == "SAMBOUR CLINIC"


@pytest.mark.parametrize("text", ["AXADEIN□", "Hospital ☑   Clinic ☐", "[_] Medical center"])
def test_choices_of_a_form_are_no_facility(text: str) -> None:
    read = header(f"{text}\nBIRTH DATE\nAddress: Street 51, Phnom Penh\nName: SOK Dara   Sex: M")
    assert read.header.facility is None


def test_a_laboratory_at_the_foot_is_shown_for_review() -> None:
    text = "LABORATORY REPORT\nName: SOK Dara   Sex: M" + "\n" * 34
    found = header(f"{text}Rithy Diagnostic Laboratory · #12, Street 271 · Tel: 012 345 210")
    assert value(found.header.facility) == "Rithy Diagnostic Laboratory"

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.header.find import HeaderFindings, find_header
from tests.pages import page

KV = """\
KV HOSPITAL                                   មន្ទីរពេទ្យ ខេវី
Name : SOK DARA            Requested : 19/01/2026 08:10
Age : 45 Y                 Collected : 19/01/2026 08:20
Gender : Male              Report date : 20/01/2026 09:00
Requested By : Dr. CHAN Sophea
BIOCHIMISTRY
Glucose : 5.8 mmol/L (3.9 5.6) H"""
CAMLIS = """\
ព្រះរាជាណាចក្រកម្ពុជា
ជាតិ សាសនា ព្រះមហាក្សត្រ
មន្ទីរពេទ្យបង្អែកខេត្តបាត់ដំបង
លទ្ធផលមន្ទីរពិសោធន៍
លេខអ្នកជំងឺ : 12345      ប្រភពសំណាក : មន្ទីរពេទ្យបង្អែកស្រុកមោងឫស្សី
ឈ្មោះ : សុខ ដារ៉ា          ភេទ : ប្រុស
អាយុ : 45 ឆ្នាំ            លេខទូរស័ព្ទ : 012 345 678
ជីវគីមី   អ្នកស្នើសុំ: វេជ្ជបណ្ឌិត ចាន់ សុភា  ថ្ងៃប្រមូលសំណាក: 20-Jan-2026 08:15
ឈ្មោះតេស្ត    លទ្ធផល   ខ្នាត   តំលៃយោង
Glucose   5.8   mmol/L   3.9 - 5.6
ថ្ងៃចេញលទ្ធផលដំបូង : 21-Jan-2026      ថ្ងៃពិសោធន៍ចុងក្រោយ : 22-Jan-2026"""
ORDONNANCE = """\
CABINET MÉDICAL Dr SOK Dara
Médecine générale
12, rue Pasteur, Phnom Penh
Phnom Penh, le 3 février 2026
M. CHAN Bora, 45 ans
ORDONNANCE
Paracétamol 500 mg : 1 cp 3 fois par jour pendant 5 jours
Prochain rendez-vous : 10/02/2026"""
KHMER_RX = """\
មន្ទីរពេទ្យបង្អែកខេត្តកំពត
វេជ្ជបញ្ជា
ឈ្មោះអ្នកជំងឺ ចាន់ ម៉ាលី   អាយុ ៣២ ឆ្នាំ   ភេទ ស្រី
Paracetamol 500mg   10គ្រាប់  1  1  1
កំពត ថ្ងៃទី២០ ខែមករា ឆ្នាំ២០២៦
គ្រូពេទ្យព្យាបាល

វេជ្ជបណ្ឌិត សុខ ដារ៉ា"""
SCAN = """\
ROYAL PHNOM PENH HOSPITAL
Department of Radiology
CT SCAN REPORT
Patient Name: SOK DARA      HN: 123456
DOB: 12/03/1980     Sex: Male
Referring Physician: Dr. LIM Kosal     Exam Date: 15/01/2026
FINDINGS
No hemorrhage. Compared with CT of 12/01/2025.
IMPRESSION
Normal CT of the brain.
Reported by: Dr. Tep Vuthy, Radiologist      Reported on: 16/01/2026 10:22"""
ECHO = """\
POLYCLINIQUE AURORE
Docteur CHEA Vanna
Radiologue
Phnom Penh, le 15 mars 2026
ÉCHOGRAPHIE ABDOMINALE
Nom : KIM SOPHEAP    Age : 40 ans   Sexe : F
Médecin prescripteur : Dr LONG Rithy
Foie de taille normale.
CONCLUSION : examen normal.
                                      Dr CHEA Vanna"""
COLUMNS = """\
Central Medical Laboratory
LABORATORY TEST REPORT
Patient ID   Name   Age/Sex   Collected   Received   Reported
A-123   SOK DARA   45/M   19/01/2026   19/01/2026   20/01/2026
Referred by   Dr. Chan Sophea"""
PASTEUR = """\
INSTITUT PASTEUR DU CAMBODGE
Laboratoire de Biologie Médicale
5, Bd Monivong - BP 983 - Phnom Penh    Tél : (855) 23 426 009
Patient : M. SOK DARA        Né le : 12/03/1980       Sexe : M
Médecin : Dr CHAN Sophea
Prélèvement du 18/02/2026 à 07h30       Résultats du 19/02/2026"""


def header(text: str) -> HeaderFindings:
    return find_header([page(text)])


def value(field: HeaderField | None) -> str | None:
    return field.value if field else None


@pytest.mark.parametrize(
    ("text", "kind", "date", "facility", "doctor", "sex"),
    [
        (KV, "lab", "2026-01-20", "KV HOSPITAL", "Dr. CHAN Sophea", "M"),
        (
            CAMLIS,
            "lab",
            "2026-01-21",
            "មន្ទីរពេទ្យបង្អែកខេត្តបាត់ដំបង",
            "វេជ្ជបណ្ឌិត ចាន់ សុភា",
            "M",
        ),
        (
            ORDONNANCE,
            "prescription",
            "2026-02-03",
            "CABINET MÉDICAL Dr SOK Dara",
            None,
            "M",
        ),
        (
            KHMER_RX,
            "prescription",
            "2026-01-20",
            "មន្ទីរពេទ្យបង្អែកខេត្តកំពត",
            "វេជ្ជបណ្ឌិត សុខ ដារ៉ា",
            "F",
        ),
        (SCAN, "imaging", "2026-01-16", "ROYAL PHNOM PENH HOSPITAL", "Dr. Tep Vuthy", "M"),
        (ECHO, "imaging", "2026-03-15", "POLYCLINIQUE AURORE", "Dr CHEA Vanna", "F"),
        (COLUMNS, "lab", "2026-01-20", "Central Medical Laboratory", "Dr. Chan Sophea", "M"),
        (PASTEUR, "lab", "2026-02-19", "INSTITUT PASTEUR DU CAMBODGE", "Dr CHAN Sophea", "M"),
    ],
    ids=["kv", "camlis", "ordonnance", "khmer_rx", "scan", "echo", "columns", "pasteur"],
)
def test_headers_of_usual_layouts(
    text: str, kind: str, date: str, facility: str, doctor: str | None, sex: str | None
) -> None:
    found = header(text)
    of_kind = found.header_of(kind)
    assert value(of_kind.report_date) == date
    assert value(of_kind.facility) == facility
    assert value(of_kind.doctor) == doctor
    assert found.sex == sex


# ------------------------------------------------------------------ report date


def dated(*lines: str) -> HeaderField | None:
    return header("\n".join(lines)).header.report_date


@pytest.mark.parametrize(
    "lines",
    [
        ("Report date : 20/01/2026", "Collected : 19/01/2026"),
        ("Date of birth: 15/03/1980", "Date: 20/01/2026", "Printed on: 21/01/2026"),
        ("Valid until 31/12/2026", "Date : 20-Jan-2026"),
        ("Né(e) le : 15/03/1980   Compte rendu du : 20/01/2026", "Reçu le : 19/01/2026"),
        ("ថ្ងៃខែឆ្នាំកំណើត : 15/03/1980", "ថ្ងៃចេញលទ្ធផល : ថ្ងៃទី២០ ខែមករា ឆ្នាំ២០២៦"),
        ("ថ្ងៃទទួលសំណាក : 19-Jan-2026   ថ្ងៃចេញលទ្ធផល : 20-Jan-2026",),
        ("Sample received 19/01/2026   Validated by Dr X 20/01/2026",),
        ("Next appointment: 27/01/2026", "Phnom Penh, 20 January 2026"),
        ("Examens   Résultats 20/01/2026   Antériorité 26/09/2023",),
        ("LMP: 15/11/2025   EDD: 22/08/2026   Exam date: 20/01/2026",),
        ("Report date", "20/01/2026"),
        ("Report date :   20/01/2026 10:15",),
        ("ភ្នំពេញ ថ្ងៃទី២០ ខែមករា ឆ្នាំ២០២៦", "ថ្ងៃណាត់ : 27/01/2026"),
        ("Reportdate:20/01/2026", "C0llected: 19/01/2026"),
    ],
)
def test_the_reports_date_is_chosen_among_others(lines: tuple[str, ...]) -> None:
    field = dated(*lines)
    assert value(field) == "2026-01-20"
    assert field is not None
    assert not field.needs_review


@pytest.mark.parametrize(
    "line",
    [
        "Date of birth : 15/03/1980",
        "DOB 15/03/1980",
        "Né le 15/03/1980",
        "ថ្ងៃខែឆ្នាំកំណើត : 15/03/1980",
        "Next visit : 27/01/2026",
        "Valid until : 27/01/2026",
        "Rendez-vous le 27/01/2026",
        "ថ្ងៃណាត់ : 27/01/2026",
        "Compared with the CT of 27/01/2025",
    ],
)
def test_dates_of_birth_validity_and_follow_up_are_never_the_reports(line: str) -> None:
    assert dated("Name: X Y", line) is None


def test_a_sampling_date_alone_is_shown_but_is_no_report_date() -> None:
    field = dated("Collected : 19/01/2026", "Received : 20/01/2026")
    assert field is not None
    assert (field.value, field.kind, field.raw) == (None, "collected", "19/01/2026")
    assert field.review_reasons[0] == "no_report_date"


def test_an_ambiguous_date_is_day_first_and_marked() -> None:
    field = dated("Dr John Smith, M.D", "Name: Maria   Date: 5/11/2022")
    assert field is not None
    assert (field.value, field.needs_review) == ("2022-11-05", True)
    assert "ambiguous_date" in field.review_reasons


def test_another_date_written_alike_settles_the_order() -> None:
    clear = dated("DOB: 25/03/1980", "Date: 05/11/2022")
    other_notation = dated("DOB: 25-03-1980", "Date: 05/11/2022")
    assert clear is not None
    assert not clear.needs_review
    assert other_notation is not None
    assert other_notation.needs_review


def test_an_impossible_date_has_no_value() -> None:
    field = dated("Report date: 12/25/2026", "Collected: 19/01/2026")
    assert field is not None
    assert (field.value, field.raw, field.needs_review) == (None, "12/25/2026", True)


def test_a_report_before_its_sampling_is_marked() -> None:
    field = dated("Collected: 19/01/2026", "Report date: 18/01/2026")
    assert field is not None
    assert "date_conflict" in field.review_reasons


def test_two_report_dates_are_marked() -> None:
    field = dated("Report date: 18/01/2026", "Report date: 19/01/2026")
    assert field is not None
    assert "dates_disagree" in field.review_reasons


def test_a_printing_date_stands_in_but_is_marked() -> None:
    field = dated("Imprimé le 20/01/2026", "Prélevé le 19/01/2026")
    assert field is not None
    assert (field.value, field.kind, field.needs_review) == ("2026-01-20", "printed", True)


# ------------------------------------------------------------------ patient


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Sex: F", "F"),
        ("Sexe : Féminin", "F"),
        ("Sexe : H", "M"),
        ("Genre : F", "F"),
        ("ភេទ : ស្រី", "F"),
        ("ភេទៈ ស្រី", "F"),
        ("ភេទ/Gender : Male", "M"),
        ("Age/Sex : 45 Y / M", "M"),
        ("Age / Sexe   45 ans / F", "F"),
        ("SOK Dara · Female · 63 years", "F"),
        ("45Y/M", "M"),
        ("ឈ្មោះ : ម៉ៅ ធីតាអាយុ : ៥៩ ឆ្នាំភេទ : ស្រី", "F"),
        ("Nom : Mme KEO Sreyleak   Age : 46 ans", "F"),
        ("M. HUOT Vannak, 55 ans, le 03/02/2026", "M"),
        ("Patient: Mr. ROS Piseth", "M"),
        ("ឈ្មោះ: លោកស្រី សុខ ចាន់", "F"),
        ("ឈ្មោះ: លោក សុខ ចាន់", "M"),
        ("Patient : M. X   Sexe : F", None),
        ("Requested by: Mrs. SOK", None),
        ("Name: M Sokha", None),
        ("Sex: M / F", None),
        ("Sex: ☐ M ☐ F", None),
        ("Sex:", None),
        ("ប្រភេទ : ស្រី", None),
        ("Sex: M\nSex: F", None),
        ("Sex: Male\nRBC  5.1  Male 4.50-5.90 Female 4.00-5.20", "M"),
        ("Sex hormone binding globulin 45 nmol/L M", None),
        ("Name: Female Sophea", None),
        ("H: 7,0 - 13,0   F: 5,0 - 11,0", None),
    ],
)
def test_the_patients_sex_is_what_is_printed_once(text: str, sex: str | None) -> None:
    assert header(text).sex == sex


def test_rows_of_patient_and_letterhead_are_told_apart_from_content() -> None:
    found = header(SCAN)
    assert {r for _, r in found.patient_rows} == {3, 4}
    assert {r for _, r in found.letterhead_rows} == {0}
    assert {r for _, r in found.used} == {0, 3, 4, 5, 10}


# ------------------------------------------------------------------ any text

WORDS = st.sampled_from(
    "Dr Prof. វេជ្ជបណ្ឌិត Hospital មន្ទីរពេទ្យ Report date : 20/01/2026 12/25/2026 Name Sex F M ភេទ "
    "by Requested SOK Dara ថ្ងៃទី២០ ខែមករា ឆ្នាំ២០២៦ , . ៖ 5.8 mmol/L េ ្".split(" ")
)
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=8).map("  ".join), max_size=8)


@settings(deadline=None)
@given(LINES, st.sampled_from(["lab", "prescription", "imaging", None]))
def test_any_page_has_a_header_of_its_own_words(lines: list[str], kind: str | None) -> None:
    read = page("\n".join(lines))
    found = find_header([read]).header_of(kind)
    for field in (found.report_date, found.facility, found.doctor):
        if field is not None and field.source is not None:
            x0, y0, x1, y1 = field.source.box
            assert 0 <= x0 < x1 <= read.width
            assert 0 <= y0 < y1 <= read.height
    if found.doctor is not None and found.doctor.value is not None:
        assert set(found.doctor.value.split()) <= {*" ".join(lines).split()}


@settings(deadline=None)
@given(st.text(max_size=200))
def test_random_text_never_raises(text: str) -> None:
    made = page(text)
    rows = {(made.number, i) for i in range(len(made.rows))}
    assert find_header([made]).used <= rows


def test_no_pages_have_an_empty_header() -> None:
    found = find_header([])
    assert found.header.model_dump() == {"report_date": None, "facility": None, "doctor": None}
    assert found.used == frozenset()

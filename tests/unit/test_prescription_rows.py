"""Rows and headings of prescription tables that go on in a second line, and their times of day."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from medicord_ocr.page import Box, PageText, Row
from medicord_ocr.structure.prescriptions.find import find_prescriptions
from medicord_ocr.structure.prescriptions.headings import heading_of, headings_of, sub_headings
from tests.pages import row
from tests.prescribed import core, found, slots


def test_names_that_go_on_below_in_a_numbered_table_are_whole() -> None:
    text = """ORDONNANCE
No   Désignation      Matin   Midi   Soir   Observations
1    Clopidogrel      1/2            1/2    après le
     75 mg tab                              repas
2    Enalapril 10                    1
     mg tab
3    Isoniazid 300    1
     mg tab
Prochain rendez-vous: 18/09/2026"""
    items = found(text)
    assert [item.strength for item in items] == ["75 mg", "10 mg", "300 mg"]
    assert [slots(item) for item in items] == [
        {"morning": "1/2", "evening": "1/2"},
        {"evening": "1"},
        {"morning": "1"},
    ]


def test_what_stands_below_a_table_elsewhere_is_no_line_of_a_cell() -> None:
    text = """ORDONNANCE
No   Désignation        Matin   Midi   Soir
1    Enalapril 10 mg    1              1
          ថ្ងៃ ០៧/០៧
Le médecin"""
    (item,) = found(text)
    assert slots(item) == {"morning": "1", "evening": "1"}


def test_cells_read_as_one_are_parted_where_their_headings_begin() -> None:
    text = """PRESCRIPTION
No   Drug               Dose   Frequency       Duration
1    Metformin 500 mg   1 tab  every 8         14 days
                               hours
2    Cefixime 200 mg    1 cap  3 times         5 days
                               a day"""
    text = text.replace("1 tab  every", "1 tab every ").replace("1 cap  3 times", "1 cap 3 times ")
    text = text.replace("Dose   Frequency ", "Dose  Frequency  ").replace("   hours", "  hours")
    text = text.replace("   a day", "  a day")
    assert core(text) == [
        ("Metformin 500 mg", "1 tab", "every 8 hours", "14 days"),
        ("Cefixime 200 mg", "1 cap", "3 times a day", "5 days"),
    ]


def test_second_lines_of_headings_are_no_drug() -> None:
    text = """វេជ្ជបញ្ជា
ល.រ   ឈ្មោះឱសថ និង       ទម្រង់     ចំនួនក្នុង     ចំនួនដង      រយៈពេល
      កម្លាំង                       មួយដង                     ប្រើ
1     Loperamide 2 mg    គ្រាប់     1 គ្រាប់      ៣ដង/ថ្ងៃ    ៥ ថ្ងៃ"""
    assert core(text) == [("Loperamide 2 mg", "1 គ្រាប់", "៣ដង/ថ្ងៃ", "៥ ថ្ងៃ")]


def test_hours_under_the_times_of_day_head_the_same_columns() -> None:
    text = """វេជ្ជបញ្ជា
ល.រ    មុខថ្នាំ           ផ្លូវ   ព្រឹក    ថ្ងៃ     ល្ងាច
                          ប្រើ    7h       12h      18h
1      Diazepam 5 mg      PO      1        -        2"""
    (item,) = found(text)
    assert item.medication == "Diazepam 5 mg"
    assert item.route == "PO"
    assert slots(item) == {"morning": "1", "evening": "2"}


@pytest.mark.parametrize(
    ("heads", "columns"),
    [
        ("Matin  Midi  Après-midi", ["morning", "noon", "evening"]),
        ("Matin  Midi  Après-midi  Soir", ["morning", "noon", "evening", "night"]),
        ("Morning  Noon  Afternoon  Night", ["morning", "noon", "evening", "night"]),
        ("Matin  Après-midi  Soir", ["morning", "noon", "evening"]),
        ("ព្រឹក  ថ្ងៃត្រង់  ល្ងាច  ថ្ងៃ", ["morning", "noon", "evening", "other"]),
        ("M  N  E  B", ["morning", "noon", "evening", "night"]),
    ],
)
def test_times_of_day_follow_one_another(heads: str, columns: list[str]) -> None:
    assert [h.column for h in headings_of(row(heads))] == columns


def test_initials_of_times_stand_under_their_heading() -> None:
    text = """PRESCRIPTION
No   Description        Total   Time to take
                                M     N     E
1    Aspirin 81 mg      4       ½     -     ½"""
    (item,) = found(text)
    assert slots(item) == {"morning": "½", "evening": "½"}
    assert [h.column for h in sub_headings(row("M  N  E")) or ()] == ["morning", "noon", "evening"]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("Medicine name & strength", "drug"),
        ("Médicament et dosage", "drug"),
        ("ឈ្មោះឱសថ និងកម្រិតប្រើ", "drug"),
        ("Dose and duration", "sig"),
        ("ព្រឹក 7h", "morning"),
        ("Patient and age", None),
    ],
)
def test_headings_joined_by_and_or_with_an_hour(text: str, column: str | None) -> None:
    assert heading_of(text) == column


def test_lines_with_a_label_follow_the_drug_above() -> None:
    text = """វេជ្ជបញ្ជា
១. Mebendazole (500 mg)
ដូស: ១ គ្រាប់
ចំនួនដង: ១ថ្ងៃ២ដង
រយៈពេលប្រើ: ១៤ ថ្ងៃ"""
    assert core(text)[0][1:] == ("១ គ្រាប់", "១ថ្ងៃ២ដង", "១៤ ថ្ងៃ")


def test_a_strength_in_brackets_behind_the_form_belongs_to_the_name() -> None:
    (item,) = found(
        "PRESCRIPTION\n1. Paracetamol syrup (120mg/5ml)\n5 ml 3 times a day for 3 day(s)"
    )
    assert (item.strength, item.dosage, item.duration) == ("120mg/5ml", "5 ml", "3 day(s)")


def test_a_heading_over_the_times_of_day_is_none_of_them() -> None:
    text = """PRESCRIPTION
No   Drug                Posologie                 Period
                         Morn. Noon Eve. Night
1    Captopril 25 mg     1     -    2    -         5 days"""
    text = text.replace("Morn. Noon Eve. Night", "Morn.  Noon  Eve.  Night")
    text = text.replace("1     -    2    -   ", "1      -     2     -")
    (item,) = found(text)
    assert slots(item) == {"morning": "1", "evening": "2"}
    assert item.duration == "5 days"


def test_times_of_day_in_a_row_of_drugs_are_no_headings() -> None:
    text = """PRESCRIPTION
Drug                  Dose        Frequency        Duration
Prednisolone 5mg      1/2 tab     3 times daily    15 days
Spironolactone 25mg   1 tab       matin  soir      15 days
Carbocisteine 5%      5 ml        3 times daily    3 days"""
    assert [name for name, *_ in core(text)] == [
        "Prednisolone 5mg",
        "Spironolactone 25mg",
        "Carbocisteine 5%",
    ]


def test_a_name_under_its_form_is_the_drug_of_that_number() -> None:
    text = """ORDONNANCE
No   Produits      Matin   Soir   Nb de jours
1    Tab.          2       2      10
     Spasfon                      jours
     80mg"""
    (item,) = found(text)
    assert (item.drug, item.strength, item.duration) == ("Spasfon", "80mg", "10 jours")


def test_a_unit_under_its_number_is_the_strength_of_the_drug() -> None:
    text = """PRESCRIPTION
Drug                  Dose      Duration
Metronidazole 250     2 tab     5 days
mg
Multivitamin          1 tab     10 days"""
    assert [(i.medication, i.strength) for i in found(text)] == [
        ("Metronidazole 250 mg", "250 mg"),
        ("Multivitamin", None),
    ]


def test_a_khmer_nought_is_no_dose() -> None:
    text = """វេជ្ជបញ្ជា
No   Drug                Morning   Noon   Evening
1    Tramadol 50 mg      ១         ០      ១"""
    (item,) = found(text)
    assert item.dosage == "១"


def test_a_quantity_on_the_line_of_the_drug_is_no_part_of_the_dose_below() -> None:
    text = """ORDONNANCE
1) Furosémide 40 mg                                    x 20
   ½ comprimé une fois par jour - 5 j
2) Cetirizine 10 mg                                    N° 15
   1/2 cp 1 fois/j - 5 jours
3) Esomeprazole 40 mg                                  #20
   1 ½ cp matin et soir pendant 7 jours"""
    assert [c[1] for c in core(text)] == ["½ comprimé", "1/2 cp", "1 ½ cp"]


def test_a_unit_alone_below_its_number_does_not_end_the_table() -> None:
    text = """ORDONNANCE
Médicament          Matin      Midi       Soir     Qté
Aspirine 81 mg                 1                   30
                               comp.
Cetirizine 10 mg    1 cp                  1 cp     20"""
    assert [slots(item) for item in found(text)] == [
        {"noon": "1 comp."},
        {"morning": "1 cp", "evening": "1 cp"},
    ]


def test_a_number_of_days_has_the_word_of_its_heading_without_its_brackets() -> None:
    text = """PRESCRIPTION
No   Drug                 Dose     Frequency     Duration (days)
1    Metformin 500 mg     1 tab    TID           14"""
    assert core(text)[0][3] == "14 days"
    columns = (0, 6, 30, 44, 58)
    text = "\n".join(
        _at(columns, *cells)
        for cells in (
            ("វេជ្ជបញ្ជា",),
            ("ល.រ", "មុខថ្នាំ", "ពេលព្រឹក", "ល្ងាច", "រយៈពេល"),
            ("", "Treatment", "AM", "Evening", "Duration (days)"),
            ("1", "Metformin 500 mg", "1", "1", "7"),
        )
    )
    assert core(text)[0][3] == "7 days"


def _at(columns: tuple[int, ...], *cells: str) -> str:
    """A line with its cells at those columns."""
    line = ""
    for at, cell in zip(columns, cells, strict=False):
        line = line.ljust(at) + cell
    return line


@pytest.mark.parametrize("label", ["ថ្ងៃណាត់ជួប", "ថ្ងៃជួបពេទ្យ", "មកពិនិត្យឡើងវិញ"])
def test_the_next_appointment_is_no_drug(label: str) -> None:
    text = f"""វេជ្ជបញ្ជា
ល.រ   ឈ្មោះថ្នាំ            ការប្រើប្រាស់
1    Vitamine C 500mg   ម្តង 1 គ្រាប់ ព្រឹក-ល្ងាច រយៈពេល 3 ថ្ងៃ
{label} : 03-Apr-2025"""
    assert [item.medication for item in found(text)] == ["Vitamine C 500mg"]


def test_a_narrow_heading_over_the_times_of_day_is_no_column() -> None:
    columns = (0, 5, 27, 37, 46, 55, 64, 76)
    lines = (
        _at((0, 5, 27, 53, 76), "No", "Drug", "Total", "Usage", "Duration"),
        _at(columns, "", "", "", "Morn.", "Midday", "Evening", "Bedtime"),
        _at(columns, "1", "Salbutamol 4 mg", "15 tabs", "/", "2", "2", "/", "10 days"),
    )
    (item,) = found("\n".join(("PRESCRIPTION", *lines)))
    assert slots(item) == {"noon": "2", "evening": "2"}


def _celled(line: Row, edges: list[int], top: int, bottom: int, table: int) -> Row:
    cells = [Box(a, top, b, bottom) for a, b in itertools.pairwise(edges)]
    segments = tuple(
        replace(segment, cell=next(c for c in cells if c.x0 <= segment.box.centre < c.x1))
        for segment in line.segments
    )
    return Row(segments, table=table)


def test_ruled_headings_of_two_heights_head_one_table() -> None:
    """Times below a heading over them begin further right, and so are a table of their own."""
    outer, edges = [0, 60, 360, 960, 1200], [0, 60, 360, 560, 760, 960, 1200]
    columns = (0, 6, 35, 52, 69, 85)
    cells = ("1", "Losartan 50 mg", "-", "-", "1", "5")
    headed = _at((0, 6, 50), "N°", "Médicament", "Posologie")
    times = _at(columns, "", "", "Matin", "Midi", "Soir", "Jours")
    rows = (
        row("Diagnostic: Bronchite", top=40),
        _celled(row(headed, top=100), outer, 90, 200, 0),
        _celled(row(times, top=150), edges, 140, 200, 1),
        _celled(row(_at(columns, *cells), top=210), edges, 200, 250, 0),
    )
    page = PageText(number=1, width=1300, height=1600, rows=(row("ORDONNANCE", top=0), *rows))
    (item,) = find_prescriptions([page], frozenset()).items
    assert slots(item) == {"evening": "1"}
    assert item.duration == "5 Jours"


def test_headings_said_again_in_another_language_head_no_second_table() -> None:
    """What the second line says of a heading that is not known is taken, what it lacks stays."""
    columns = (0, 5, 30, 40, 52, 62, 72)
    lines = (
        _at(columns, "No", "What to buy", "Quantity", "AM", "Noon", "Even.", "Night"),
        _at(columns, "", "ឈ្មោះឱសថ", "បិមាណ", "", "ig", "ល្ងាច", "មុនគេង"),
        _at(columns, "1", "Augmentin 1 g", "14", "-", "1 tablet", "-", "1 tablet"),
    )
    (item,) = found("\n".join(("PRESCRIPTION", *lines)))
    assert item.medication == "Augmentin 1 g"
    assert slots(item) == {"noon": "1 tablet", "night": "1 tablet"}


@pytest.mark.parametrize(
    ("heads", "columns"),
    [
        ("Matin   អសៀលល   Soir   Nuit", ["morning", "noon", "evening", "night"]),
        ("អសៀលល   Midi   Soir   Nuit", ["morning", "noon", "evening", "night"]),
        ("Matin   Midi   Soir   អសៀលល", ["morning", "noon", "evening", "night"]),
    ],
)
def test_a_time_of_day_that_was_not_read_is_known_by_its_place(
    heads: str, columns: list[str]
) -> None:
    below = sub_headings(row(heads))
    assert below is not None
    assert [heading.column for heading in below] == columns


@pytest.mark.parametrize(
    "heads", ["Matin   អសៀលល   ខៀវ   Nuit", "អសៀលល   Soir", "Amlodipine   Soir"]
)
def test_times_of_day_with_more_that_was_not_read_are_not_guessed_at(heads: str) -> None:
    assert sub_headings(row(heads)) is None


def test_an_amount_beside_a_sign_for_nothing_is_two_cells_and_not_given() -> None:
    text = """ORDONNANCE
No   Désignation        Matin   Midi   Soir
1    Enalapril 10 mg    - 1     1      1"""
    (item,) = found(text)
    assert "unread_amount" in item.fields["schedule"].review_reasons


def test_a_half_is_one_amount_however_it_was_read() -> None:
    text = """ORDONNANCE
No   Désignation        Matin   Midi   Soir
1    Enalapril 10 mg    ½       1/2    1/2"""
    (item,) = found(text)
    assert item.dosage in ("½", "1/2")


def test_times_a_day_without_how_many_are_doubtful_and_no_duration() -> None:
    (item,) = found("វេជ្ជបញ្ជា\n1. Loratadine 10mg ១ គ្រាប់ មួយថ្ងៃ ដង 30 ថ្ងៃ")
    assert "cut_direction" in item.fields["frequency"].review_reasons
    assert item.duration == "30 ថ្ងៃ"


@pytest.mark.parametrize(
    ("printed", "doubted"),
    [
        ("Doliprane 19", True),
        ("Augmentin ig", True),
        ("Ibuprofène 400.mg", True),
        ("Doliprane 1g", False),
        ("Amoxicillin 500", False),
    ],
)
def test_a_strength_whose_unit_or_figure_was_misread_is_for_review(
    printed: str, doubted: bool
) -> None:
    text = f"""PRESCRIPTION
No   Drug              Dose     Frequency   Duration
1    {printed:<16}  1 tab    TID         5 days"""
    (item,) = found(text)
    assert item.medication is not None
    assert printed.startswith(item.medication)
    assert ("unread_amount" in item.fields["medication"].review_reasons) is doubted


def test_an_amount_between_times_of_day_under_an_unread_heading_is_for_review() -> None:
    text = """PRESCRIPTION
Treatment           Morn.        Evcuing      Night
Tramadol 50 mg      1 capsule    1 capsule    /"""
    (item,) = found(text)
    assert "unread_amount" in item.fields["schedule"].review_reasons


def test_a_speck_behind_an_amount_is_no_part_of_it() -> None:
    text = """ORDONNANCE
No   Désignation        Matin     Midi      Soir
1    Enalapril 10 mg    1.        1         1 :
2    Aspirine 81 mg     1 comp.             1 comp."""
    first, second = found(text)
    assert (first.dosage, slots(first)) == ("1", {"morning": "1", "noon": "1", "evening": "1"})
    assert slots(second) == {"morning": "1 comp.", "evening": "1 comp."}


def test_an_amount_before_the_times_of_day_that_may_be_the_mornings_is_for_review() -> None:
    text = """PRESCRIPTION
Drug               ពេលត្រក       Midi          Soir         Days
Amlodipine 5 mg    2 tabs        -             2 tabs       10 days"""
    (item,) = found(text)
    assert "unread_amount" in item.fields["schedule"].review_reasons


def test_a_heading_over_the_times_of_day_among_other_lines_is_no_column() -> None:
    columns = (0, 22, 34, 48, 58, 70)
    lines = (
        _at(columns, "ឱសថ", "ចំនួន", "", "របៀបប្រើ", "", "ចំនួនថ្ងៃ"),
        _at(columns, "", "", "", "", "", "No. of days"),
        _at(columns, "Drug name", "Qty", "ពេលព្រឹក", "ល្ងាច", "ពេលយប់", ""),
        _at(columns, "", "", "AM", "Even.", "Night", ""),
        _at(columns, "Augmentin 1g", "15", "1 cp", "1 cp", "1 cp", "3"),
    )
    (item,) = found("\n".join(("PRESCRIPTION", *lines)))
    assert slots(item) == {"morning": "1 cp", "evening": "1 cp", "night": "1 cp"}

"""Prescription tables: ruled and unruled, grids by time of day, headings in three languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, PageText, Row
from medicord_ocr.structure.prescriptions.find import find_prescriptions
from medicord_ocr.structure.prescriptions.headings import heading_of
from tests.pages import page
from tests.prescribed import CORE, core, found, slots


def test_table_with_headings() -> None:
    text = """PRESCRIPTION / វេជ្ជបញ្ជា
Diagnosis : Acute bronchitis
No   Drug                  Dose        Frequency        Duration    Qty
1    Metformin 500 mg      1 tablet    3 times daily    1 month     90
2    Multivitamine         1 tablet    twice daily      15 days     30
3    Foobarol              1 tablet    x 3              5 days      9
4    Domperidone 10 mg     2 x 3       OD               5 days      9
Advice : Return after 7 days with this prescription.
Dr PEN Visal"""
    assert core(text) == [
        ("Metformin 500 mg", "1 tablet", "3 times daily", "1 month"),
        ("Multivitamine", "1 tablet", "twice daily", "15 days"),
        ("Foobarol", "1 tablet", "x 3", "5 days"),
        ("Domperidone 10 mg", None, "OD", "5 days"),
    ]
    items = found(text)
    assert [item.quantity for item in items] == ["90", "30", "9", "9"]
    assert items[3].fields["dosage"].raw == "2 x 3"
    assert items[3].fields["dosage"].review_reasons == ("ambiguous_sig",)


GRID = """វេជ្ជបញ្ជា
ឈ្មោះអ្នកជំងឺ : ម៉ៅ ធីតា    អាយុ : ៥៩ ឆ្នាំ   ភេទ : ស្រី
ល.រ   ឈ្មោះឱសថ             ចំនួន       ព្រឹក      ថ្ងៃត្រង់     ល្ងាច       យប់        ផ្សេងៗ
                                        (6-8)     (11-12)      (05-06)     (08-10)
1     Cetirizine 10 mg     5 គ្រាប់                                         1 គ្រាប់    មុនបាយ
2     Omeprazole 20 mg     28 គ្រាប់    1 គ្រាប់      -            2 គ្រាប់
3     Metronidazole 250 mg  42 គ្រាប់   2 គ្រាប់   2 គ្រាប់     2 គ្រាប់       -       ក្រោយបាយ
ការណែនាំ : សូមមកពិនិត្យឡើងវិញក្រោយ៧ថ្ងៃ។"""


def test_grid_by_time_of_day_fills_the_schedule() -> None:
    first, second, third = found(GRID)
    assert slots(first) == {"night": "1 គ្រាប់"}
    assert slots(second) == {"morning": "1 គ្រាប់", "evening": "2 គ្រាប់"}
    assert slots(third) == {"morning": "2 គ្រាប់", "noon": "2 គ្រាប់", "evening": "2 គ្រាប់"}
    assert [item.dosage for item in (first, second, third)] == ["1 គ្រាប់", None, "2 គ្រាប់"]
    assert [item.meal for item in (first, second, third)] == ["មុនបាយ", None, "ក្រោយបាយ"]
    assert {item.frequency for item in (first, second, third)} == {None}
    assert {item.duration for item in (first, second, third)} == {None}


def test_hours_name_a_column_whose_heading_was_not_read() -> None:
    misread = GRID.replace("ព្រឹក", "{fin ").replace("ល្ងាច", "ANG  ")
    assert [slots(item) for item in found(misread)] == [slots(item) for item in found(GRID)]


def test_unreadable_amount_in_the_grid_is_marked_not_dropped() -> None:
    text = """Rx
Drug                 Morning   Noon   Evening
Salbutamol 4 mg      » tab            1 tab"""
    (item,) = found(text)
    assert slots(item) == {"evening": "1 tab"}
    assert item.dosage is None
    assert "unread_amount" in item.fields["schedule"].review_reasons


def test_columns_of_initials_are_times_of_day() -> None:
    text = """ORDONNANCE
Médicaments               M        M       S       C       Durée
Metformine 850 mg         1        0       1               3 mois"""
    (item,) = found(text)
    assert slots(item) == {"morning": "1", "noon": "0", "evening": "1"}
    assert (item.dosage, item.duration) == ("1", "3 mois")


def test_ruled_table_keeps_every_row_and_wrapped_cells() -> None:
    text = """No   Drug                  Dose        Frequency        Duration
1    Amoxicilline +        1 cp        2 fois/j         8 j
     acide clavulanique 1g
2    Paracetamol 500mg     1 cp        3 fois/j         5 j"""
    ruled = _ruled(page(text), bounds=[0, 60, 324, 468, 670, 900])
    items = find_prescriptions([ruled], frozenset()).items
    assert [item.medication for item in items] == [
        "Amoxicilline + acide clavulanique 1g",
        "Paracetamol 500mg",
    ]
    assert [item.frequency for item in items] == ["2 fois/j", "3 fois/j"]


def _ruled(plain: PageText, bounds: list[int]) -> PageText:
    """The page with every segment in the cell of a grid with these vertical rulings."""
    rows = []
    for row in plain.rows:
        cells = []
        for segment in row.segments:
            column = max(i for i, x in enumerate(bounds) if x <= segment.box.x0)
            cell = Box(bounds[column], row.box.y0 - 5, bounds[column + 1], row.box.y1 + 5)
            cells.append(replace(segment, cell=cell))
        rows.append(replace(row, segments=tuple(cells), table=0))
    return replace(plain, rows=tuple(rows))


def test_ruled_table_goes_on_over_the_page_without_its_heading() -> None:
    bounds = [0, 60, 324, 468, 670]
    first = _ruled(page("No   Drug                  Dose        Frequency\n"
                        "1    Paracetamol 500mg     1 cp        3 fois/j"), bounds)  # fmt: skip
    second = _ruled(page("2    Foobarol              2 cp        2 fois/j", number=2), bounds)
    items = find_prescriptions([first, second], frozenset()).items
    assert [(i.medication, i.dosage) for i in items] == [
        ("Paracetamol 500mg", "1 cp"),
        ("Foobarol", "2 cp"),
    ]
    assert items[1].fields["medication"].source is not None
    assert items[1].fields["medication"].source.page == 2


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("ឈ្មោះឱសថ", "drug"),
        ("Posologie", "sig"),
        ("Qté", "quantity"),
        ("ថ្ងៃត្រង់ (11-12)", "noon"),
        ("ឈ្មោះថ្នាំ / Drug name", "drug"),
        ("Frequancy", "frequency"),
        ("Result", None),
        ("Glucose", None),
    ],
)
def test_headings(text: str, column: str | None) -> None:
    assert heading_of(text) == column


def test_bare_numbers_under_days_are_days() -> None:
    text = """PRESCRIPTION
Drug                    Dose      Frequency      Days     Qty
Amoxicillin 500 mg      1 cap     three daily    7        21"""
    (item,) = find_prescriptions([page(text)], frozenset()).items
    assert item.duration == "7 Days"
    assert item.quantity == "21"


def test_row_whose_name_was_not_read_is_no_part_of_the_drug_above() -> None:
    text = """PRESCRIPTION
No   Drug                  Dose        Frequency        Duration    Qty
1    Domperidone 10 mg     1 tablet    TID              3 days      9
2    - 400 mg              2 tablets   BID              5 days      20
3    Cetirizine 10 mg      1 tablet    OD               7 days      7"""
    assert core(text) == [
        ("Domperidone 10 mg", "1 tablet", "TID", "3 days"),
        (None, "2 tablets", "BID", "5 days"),
        ("Cetirizine 10 mg", "1 tablet", "OD", "7 days"),
    ]
    unread = found(text)[1]
    assert (unread.strength, unread.needs_review) == ("400 mg", True)
    assert unread.fields["medication"].review_reasons == ("unread_name",)
    assert all(unread.fields[name].needs_review for name in CORE)


def test_column_whose_heading_was_not_read_is_known_by_its_directions() -> None:
    text = """PRESCRIPTION
No   Drug                  Dose        F. J 1           Duration    Qty
1    Domperidone 10 mg     1 tablet    TID              3 days      9"""
    assert core(text) == [("Domperidone 10 mg", "1 tablet", "TID", "3 days")]


TICKED = """PRESCRIPTION
Medicine              Dose      Morning   Noon   Evening   Night   Duration
Metronidazole 250mg   2 tabs    ✓         ✓      ✓                 7 days
Amitriptyline 25mg    1 tab                                ✓       30 days"""


def test_ticks_under_times_of_day_stand_for_the_dose_of_the_row() -> None:
    first, second = found(TICKED)
    assert slots(first) == {"morning": "2 tabs", "noon": "2 tabs", "evening": "2 tabs"}
    assert slots(second) == {"night": "1 tab"}
    assert (first.dosage, second.dosage) == ("2 tabs", "1 tab")


def test_ticks_without_a_dose_stay_ticks_and_give_no_dose() -> None:
    without = TICKED.replace("Dose", "    ").replace("2 tabs", "      ").replace("1 tab", "     ")
    first, second = found(without)
    assert slots(first) == {"morning": "✓", "noon": "✓", "evening": "✓"}
    assert (first.dosage, second.dosage) == (None, None)


def test_a_tick_beside_an_amount_is_not_read_as_either() -> None:
    first, _ = found(TICKED.replace("✓         ✓ ", "✓         2 "))
    assert "unread_amount" in first.fields["schedule"].review_reasons
    assert slots(first) == {"noon": "2"}


def test_times_of_day_whose_ruled_cells_were_taken_for_another_table_head_their_columns() -> None:
    text = """វេជ្ជបញ្ជា
No   Drug                   Usage                          Duration
                            Morning   Noon   Evening
1    Amoxicillin 500mg      1         2      1             7 days"""
    plain = page(text)
    title, head, times, drug = plain.rows

    def ruled(row: Row, table: int, y0: int, y1: int) -> Row:
        return replace(
            row,
            table=table,
            segments=tuple(
                replace(s, cell=Box(s.box.x0 - 5, y0, s.box.x1 + 5, y1)) for s in row.segments
            ),
        )

    head = ruled(head, 0, 70, 155)
    number, name, usage, duration = head.segments
    usage = replace(usage, cell=Box(331, 70, 650, 115))  # over the three times of day
    head = replace(head, segments=(number, name, usage, duration))
    rows = (title, head, ruled(drug, 0, 155, 195), ruled(times, 1, 115, 155))
    (item,) = find_prescriptions([replace(plain, rows=rows)], frozenset()).items
    assert slots(item) == {"morning": "1", "noon": "2", "evening": "1"}


def test_headings_that_wrap_are_read_whole() -> None:
    text = """វេជ្ជបញ្ជា
No  ឈ្មោះឱសថ            កម្រិតប្រើ     ចំនួនដងក្នុង     រយៈ
                                    មួយថ្ងៃ       ពេល     សម្គាល់
1   Losartan 50 mg     1 គ្រាប់     មួយថ្ងៃ ១ដង    ១ ខែ    ក្រោយ
                                                      អាហារ
2   Cetirizine 10mg    1 គ្រាប់     មួយថ្ងៃ ១ដង    ៧ ថ្ងៃ    មុន
                                                      អាហារ"""
    assert core(text) == [
        ("Losartan 50 mg", "1 គ្រាប់", "មួយថ្ងៃ ១ដង", "១ ខែ"),
        ("Cetirizine 10mg", "1 គ្រាប់", "មួយថ្ងៃ ១ដង", "៧ ថ្ងៃ"),
    ]


def test_lines_of_a_cell_stay_with_what_stands_beside_them_in_the_middle() -> None:
    text = """PRESCRIPTION
No  Drug               Dose       Frequency       Duration
    Domperidone 10                per day
4                      1 tab                      5 days
    mg                            3 times
                                  morning and
5   Metformin 500mg    2 tabs                     1 month
                                  evening"""
    plain = page(text)
    tops = [40, 80, 120, 138, 160, 200, 218, 240]
    rows = [
        replace(
            row,
            segments=tuple(
                replace(
                    s,
                    box=s.box._replace(y0=y, y1=y + 30),
                    words=tuple(replace(w, box=w.box._replace(y0=y, y1=y + 30)) for w in s.words),
                )
                for s in row.segments
            ),
        )
        for row, y in zip(plain.rows, tops, strict=True)
    ]
    first, second = find_prescriptions([replace(plain, rows=tuple(rows))], frozenset()).items
    assert (first.medication, first.dosage, first.duration) == ("Domperidone 10 mg", "1 tab",
                                                                "5 days")  # fmt: skip
    assert (second.medication, second.dosage) == ("Metformin 500mg", "2 tabs")
    assert second.frequency == "morning and evening"


def test_amount_under_a_heading_that_was_not_read_is_no_dose() -> None:
    text = """PRESCRIPTION
Medicine              Xywz      Morning   Noon   Evening   Night
Azithromycin 500mg    3 caps    1                               """
    (item,) = found(text)
    assert (item.dosage, slots(item)) == ("1", {"morning": "1"})
    (item,) = found(text.replace("caps    1", "caps     "))
    assert item.dosage is None


@pytest.mark.parametrize("heading", ["ចំនួន", "ចនួន", "ចំន្ួន"])
def test_khmer_heading_is_known_by_its_consonants(heading: str) -> None:
    assert heading_of(heading) == "quantity"


def test_first_line_of_a_heading_may_stand_above_the_others() -> None:
    item, *_ = found("""PRESCRIPTION
                                                        Durée du
No   Médicament           Matin      Midi      Soir
                                                        traitement
1    Augmentin 1g         1 cp       /         1 cp     7 jours
2    Azithromycin 500mg   1 cp       /         /        3 jours""")
    assert slots(item) == {"morning": "1 cp", "evening": "1 cp"}
    assert item.duration == "7 jours"

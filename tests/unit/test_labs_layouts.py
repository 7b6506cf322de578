"""Less common rows of laboratory reports: what is the result, and what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, PageText, Row, Segment
from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.find import find_lab_results
from tests.pages import page, row


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def rows(text: str, sex: str | None = None) -> list[tuple[object, ...]]:
    """Name, value, unit, range and abnormal of each result."""
    return [
        (r.test_name, r.value, r.unit, r.reference_range, r.abnormal) for r in results(text, sex)
    ]


def ruled(lines: list[list[str]], edges: list[int]) -> PageText:
    """A ruled table: one row a line, cells between the edges; None where a cell is empty."""
    made = []
    for i, line in enumerate(lines):
        segments = []
        for x0, x1, text in zip(edges, edges[1:], line, strict=False):
            if text:
                plain = page(text).rows[0].segments
                words = tuple(
                    replace(w, box=Box(w.box.x0 + x0 + 8, 60 * i, w.box.x1 + x0 + 8, 60 * i + 30))
                    for s in plain
                    for w in s.words
                )
                box = Box(words[0].box.x0, 60 * i, words[-1].box.x1, 60 * i + 30)
                segments.append(Segment(words, box, Box(x0, 60 * i - 10, x1, 60 * i + 50)))
        made.append(Row(tuple(segments), table=0))
    return PageText(1, edges[-1] + 50, 60 * len(lines) + 100, tuple(made))


def test_second_result_in_other_units_is_a_second_unit_not_the_value() -> None:
    found = rows("""
Test             Result           Reference     Result         Reference
Glucose          5.8 mmol/L       3.9-5.6       104 mg/dL      70-100
""")
    assert found == [("Glucose", 5.8, "mmol/L", "3.9-5.6", True)]


def test_count_below_a_share_is_the_same_cells_result() -> None:
    found = results("""
Examens                        Résultats     Unités     Valeurs de référence
Polynucléaires neutrophiles    55,0          %          45 - 75
                               3,96          G/L        1,80 - 7,50
""")
    assert [(r.test_name, r.value, r.loinc) for r in found] == [
        ("Polynucléaires neutrophiles", 55.0, "770-8"),
        ("Polynucléaires neutrophiles", 3.96, "751-8"),
    ]


def test_the_same_again_in_other_units_is_no_second_row() -> None:
    found = rows("""
Examens              Résultats     Unités     Valeurs de référence
Glycémie à jeun      0,95          g/L        0,70 - 1,10
soit                 5,27          mmol/L     3,89 - 6,11
""")
    assert [row[:3] for row in found] == [("Glycémie à jeun", 0.95, "g/L")]


def test_control_beside_the_patient_is_not_the_result() -> None:
    found = rows("""
HEMOSTASE                      Patient     Témoin     Valeurs normales
Taux de prothrombine (TP)      85 %        100 %      70 - 100 %
TCA                            32 s        30 s       Ratio < 1,20
""")
    assert found == [
        ("Taux de prothrombine (TP)", 85.0, "%", "70 - 100", False),
        ("TCA", 32.0, "s", "Ratio < 1,20", None),
    ]


def test_results_within_a_sentence() -> None:
    found = rows("Laboratory results: WBC 12.5 G/L, Hb 10.2 g/dL, CRP 45 mg/L.")
    assert [row[:3] for row in found] == [
        ("WBC", 12.5, "G/L"),
        ("Hb", 10.2, "g/dL"),
        ("CRP", 45.0, "mg/L"),
    ]


def test_range_beside_a_name_of_two_lines() -> None:
    # The value stands between the two lines of its row: a row of its own, half beside each.
    header = row("Examens               Résultats   Unités    Valeurs de référence", top=0)
    upper = row("Créatinine                                  H: 7,0 - 13,0", top=100)
    middle = row("                      8,5         mg/L", top=118)
    lower = row("enzymatique                                 F: 5,0 - 11,0", top=136)
    made = PageText(1, 1200, 800, (header, upper, middle, lower))
    [result] = find_lab_results([made], sex="F").results
    assert (result.test_name, result.value) == ("Créatinine enzymatique", 8.5)
    assert result.reference_range == "5,0 - 11,0"
    assert result.fields["reference_range"].raw == "H: 7,0 - 13,0 F: 5,0 - 11,0"


def test_ruled_table_keeps_every_row() -> None:
    found = find_lab_results(
        [
            ruled(
                [
                    ["Test", "Result", "Unit", "Range"],
                    ["CBC", "", "", ""],
                    ["White blood cells", "7.2", "10^9/L", "4.0-10.0"],
                    ["Unheard of", "12", "", ""],
                    ["HGB", "118", "g/L", "120-150"],
                ],
                [0, 400, 600, 800, 1000],
            )
        ]
    ).results
    assert [(r.test_name, r.value, r.section) for r in found] == [
        ("White blood cells", 7.2, "CBC"),
        ("Unheard of", 12.0, "CBC"),
        ("HGB", 118.0, "CBC"),
    ]


def test_value_with_a_stray_mark_in_its_cell_is_kept_for_review() -> None:
    table = [["Test", "Result", "Unit", "Range"], ["Urea", "4.2 ស", "mmol/L", "2.5-7.5"]]
    [result] = find_lab_results([ruled(table, [0, 400, 600, 800, 1000])]).results
    assert result.value == 4.2
    assert result.fields["value"].needs_review


def test_what_is_expected_is_never_certain_as_the_result() -> None:
    text = """HBsAg              Positive      Negative
Anti-HCV           Negative      Negative
Urine Glucose      ++            Negative
HIV                              Negative"""
    found = find_lab_results([page(text)]).results
    assert [(r.test_name, r.value, r.reference_range) for r in found] == [
        ("HBsAg", "Positive", "Negative"),
        ("Anti-HCV", "Negative", "Negative"),
        ("Urine Glucose", "++", "Negative"),
        ("HIV", "Negative", None),
    ]
    assert [r.fields["value"].needs_review for r in found] == [False, False, False, True]


def test_a_row_whose_name_was_not_read_is_no_second_result_of_the_test_above() -> None:
    found = rows("""
Test           Result   Unit      Normal range
Potassium      4.1      mmol/L    3.5 - 5.1
               7.45     10^9/L    4.0 - 10.0
Total protein  74       g/L       64 - 83
""")
    assert [row[:2] for row in found] == [("Potassium", 4.1), ("Total protein", 74.0)]


def test_a_flag_read_together_with_the_unit_is_a_flag() -> None:
    found = rows("""
Test       Result   Unit          Normal range
Glucose    8.09     Highmmol/L    3.5 - 5.1
""")
    assert found[0][:3] == ("Glucose", 8.09, "mmol/L")


def test_a_count_by_field_is_no_range_before_the_value() -> None:
    found = rows("""
URINE
Leukocytes    2-4     /HPF
Erythrocytes  0-2     /HPF
""")
    assert [row[1] for row in found] == ["2-4", "0-2"]


def test_control_of_a_coagulation_test_is_no_result_of_the_patient() -> None:
    text = (
        "HÉMOSTASE\nTCA patient : 34,2 s   (25 - 36)\nTCA témoin : 30,1 s\nINR : 1,05   (0,9 - 1,2)"
    )
    assert [(r.test_name, r.value) for r in results(text)] == [("TCA patient", 34.2), ("INR", 1.05)]


def test_result_and_range_of_a_cell_whose_ruling_was_not_found_are_told_apart() -> None:
    text = """Test         Result           Reference
HBsAg        Negative         Negative
Anti-HCV     Positive         Negative"""
    plain = page(text)
    head, first, second = (
        replace(r, table=0, segments=tuple(replace(s, cell=s.box) for s in r.segments))
        for r in plain.rows
    )
    name, value, reference = second.segments
    box = value.box.union(reference.box)
    both = Segment(value.words + reference.words, box, box._replace(x1=plain.width))
    merged = replace(second, segments=(name, both))
    found = find_lab_results([replace(plain, rows=(head, first, merged))]).results
    assert [(r.value, r.reference_range) for r in found] == [
        ("Negative", "Negative"),
        ("Positive", "Negative"),
    ]


@pytest.mark.parametrize("gap", [16, 17, 19])
def test_thousands_space_of_a_wide_type_parts_no_number(gap: int) -> None:
    whole = page("Test     Result     Unit     Range\nWBC      3 538      /mm³     4000 - 10000")
    wbc = whole.rows[1]
    cell = wbc.segments[1]
    first, second = cell.words
    x0 = first.box.x1 + gap
    moved = replace(second, box=Box(x0, second.box.y0, x0 + second.box.width, second.box.y1))
    cells = (wbc.segments[0], replace(cell, words=(first, moved)), *wbc.segments[2:])
    rows = (whole.rows[0], replace(wbc, segments=cells))
    [result] = find_lab_results([replace(whole, rows=rows)]).results
    assert result.value == 3538


@pytest.mark.parametrize(
    "printed",
    ["1.00 - 1. 1.90", "1.00 - 1. 90", "1.00 - 1.9O", "1.00 - 1.S", "1 - 19O"],
)
def test_range_whose_end_was_read_in_pieces_has_no_bounds(printed: str) -> None:
    text = f"Test     Result     Unit       Range\nHDL      1.06       mmol/L     {printed}"
    [result] = find_lab_results([page(text)]).results
    assert result.abnormal is None
    assert result.fields["reference_range"].needs_review


def test_numbers_of_the_rows_are_no_second_result_beside_days() -> None:
    found = rows("""
#    Analyte            02-01-2024    02-01-2025    Normal values    Units
1    Red blood cells    4.31          4.42          4.00 - 5.50      10^6/µL
2    Hematocrit         41.0          40.7          36.0 - 46.0      %
3    MCV                88.1          90.2          80.0 - 100.0     fL
""")
    assert [row[:2] for row in found] == [
        ("Red blood cells", 4.42),
        ("Hematocrit", 40.7),
        ("MCV", 90.2),
    ]


def test_result_in_words_over_two_lines_around_its_name_is_whole() -> None:
    [aspect, ph] = rows("""
Examen                  Résultat         Unité     Normales
                        Légèrement
Aspect
                        trouble
pH                      6,0                        5,0 - 8,0
""")
    assert aspect[:2] == ("Aspect", "Légèrement trouble")
    assert ph[:2] == ("pH", 6.0)


def test_second_line_of_a_result_in_words_below_its_row_is_for_review() -> None:
    [aspect] = results("""
Examen                  Résultat         Unité     Normales
Aspect                  Légèrement
                        trouble
""")
    assert aspect.value in {"Légèrement trouble", None} or aspect.fields["value"].needs_review


def test_neither_a_word_of_the_name_nor_a_power_is_the_result() -> None:
    found = results("""
Test                       15/01/2024    xqw       Unit      Reference
(Red blood cells)          4.41          4.36      103/µL    4.00 - 5.20
White blood cells          14.1          7.7       109/L     4.0 - 10.0
""")
    assert [r.value for r in found] == [None, None]


def test_method_below_a_name_is_no_part_of_it() -> None:
    text = """
Analyse               Résultat     Unité       Valeurs de référence
Hémoglobine  Cytométrie en flux    12,5        g/dL        12,0 - 16,0
Acide urique  Enzymatique          250         µmol/L      142 - 339
"""
    assert [row[0] for row in rows(text.replace("Analyse    ", "Analyse                 "))] == [
        "Hémoglobine",
        "Acide urique",
    ]


def test_unit_and_end_of_the_range_on_a_second_line_complete_the_result() -> None:
    found = rows("""
Test          Result       Reference
WBC           5.9          4.0 to 10.0
              10^9/L
RBC           4.57         4.00 to
              10^12/L      5.20
""")
    assert [row[1:4] for row in found] == [
        (5.9, "10^9/L", "4.0 to 10.0"),
        (4.57, "10^12/L", "4.00 to 5.20"),
    ]


def test_line_in_words_between_two_results_makes_both_doubtful() -> None:
    color, appearance = results("""
Test          Result       Reference
Color         Pale
              yellow
Appearance    Turbid
""")
    assert color.fields["value"].needs_review
    assert appearance.fields["value"].needs_review

"""Headings and columns of laboratory tables: what stands where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, Row, Segment, bounding
from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.find import find_lab_results
from medicord_ocr.structure.labs.headings import role_of
from medicord_ocr.structure.stacked import stacked
from tests.pages import page, row


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def rows(text: str, sex: str | None = None) -> list[tuple[object, ...]]:
    """Name, value, unit, range and abnormal of each result."""
    return [
        (r.test_name, r.value, r.unit, r.reference_range, r.abnormal) for r in results(text, sex)
    ]


def _moved_up(segment: Segment, by: int) -> Segment:
    def moved(box: Box) -> Box:
        return Box(box.x0, box.y0 - by, box.x1, box.y1 - by)

    words = tuple(replace(word, box=moved(word.box)) for word in segment.words)
    return replace(segment, words=words, box=moved(segment.box))


def test_susceptibility_by_columns_of_crosses() -> None:
    found = rows("""
Antibiotique       S         I         R
Oxacilline                             X
Vancomycine        X
Gentamicine                  X
""")
    assert [row[:2] for row in found] == [
        ("Oxacilline", "R"),
        ("Vancomycine", "S"),
        ("Gentamicine", "I"),
    ]


def test_results_of_several_days_give_the_last_day() -> None:
    found = rows("""
Test          10/11/2025    20/01/2026    15/12/2025    Unit      Ref. range
Sodium        141           138           140           mmol/L    135-145
Urea          6.1           9.5 H         8.0           mmol/L    2.5-7.5
""")
    assert [row[:2] for row in found] == [("Sodium", 138.0), ("Urea", 9.5)]


def test_low_and_high_in_columns_are_one_range() -> None:
    [result] = results("""
Test name        Value      Unit      Low       High      Flag
Hemoglobin       12.5       g/dL      13.0      17.0      L
""")
    assert (result.reference_range, result.abnormal, result.flag_printed) == (
        "13.0 - 17.0",
        True,
        "L",
    )


def test_ranges_of_men_and_women_in_columns_need_the_sex() -> None:
    text = """
Test             Result     Unit      Male         Female
Hemoglobin       12.5       g/dL      13.0-17.0    12.0-15.0
"""
    assert [rows(text, sex=sex)[0][4] for sex in ("M", "F", None)] == [True, False, None]


@pytest.mark.parametrize(
    ("earlier", "present"),
    [
        ("Previous", "Latest"),
        ("Last visit", "Today"),
        ("Old result", "Result"),
        ("Prior (12.03.24)", "Result"),
        ("12/03/2024", "05/09/2025"),
        ("12-Mar-2024", "05-Sep-2025"),
        ("12 Mar 2024", "05 Sep 2025"),
        ("Mar 2024", "Sep 2025"),
        ("Result of 12/03/2024", "Result of 05/09/2025"),
        ("Antérieur", "Actuel"),
        ("លទ្ធផលមុន", "លទ្ធផល"),
    ],
)
def test_an_earlier_result_in_the_first_column_is_not_the_result(
    earlier: str, present: str
) -> None:
    found = rows(f"""
Test          {earlier:24}{present:24}Unit       Reference range
Glucose       5.2                     6.9                     mmol/L     3.9 - 6.1
Urea          4.1                     5.0                     mmol/L     2.5 - 7.1
""")
    assert [row[:3] for row in found] == [("Glucose", 6.9, "mmol/L"), ("Urea", 5.0, "mmol/L")]


@pytest.mark.parametrize("headings", [("1st", "2nd"), ("Result of 12/03/2024", "05/09/2025")])
def test_two_columns_that_could_both_be_the_result_give_none(headings: tuple[str, str]) -> None:
    found = rows(f"""
Test          {headings[0]:24}{headings[1]:24}Unit       Reference range
Glucose       5.2                     6.9                     mmol/L     3.9 - 6.1
Urea          4.1                     5.0                     mmol/L     2.5 - 7.1
""")
    assert [row[1] for row in found] == [None, None]


@pytest.mark.parametrize(
    ("earlier", "present"),
    [
        ("", "Result"),  # the earlier results' heading was not read
        ("Previous", ""),
        ("Previous", "05/09/2025"),
        ("Phihr nesull", "Result"),
        ("Phihr result", "Résultat du jour"),
    ],
)
@pytest.mark.parametrize("names", ["Test", "Pakameker"])
def test_headings_lost_in_reading_leave_the_result_that_the_others_tell(
    names: str, earlier: str, present: str
) -> None:
    found = rows(f"""
{names:14}{earlier:24}{present:24}Unit       Reference range
Glucose       5.2                     6.9                     mmol/L     3.9 - 6.1
Urea          4.1                     5.0                     mmol/L     2.5 - 7.1
""")
    assert [row[:3] for row in found] == [("Glucose", 6.9, "mmol/L"), ("Urea", 5.0, "mmol/L")]


@pytest.mark.parametrize(
    ("earlier", "present"),
    [("", "05/09/2025"), ("12/03/2024", ""), ("Pniob result", "05/09/2025"), ("P 12/03/24", "")],
)
def test_headings_lost_in_reading_leave_no_result_where_none_tells(
    earlier: str, present: str
) -> None:
    found = rows(f"""
Test          {earlier:24}{present:24}Unit       Reference range
Glucose       5.2                     6.9                     mmol/L     3.9 - 6.1
Urea          4.1                     5.0                     mmol/L     2.5 - 7.1
""")
    assert [row[1] for row in found] == [None, None]


@pytest.mark.parametrize(
    "line",
    [
        "{name} : {value} {unit} ({range})",
        "{name} -> {value} {unit} (normal range {range})",
        "{name} = {value} {unit} [{range}]",
        "{name} ({unit})   {value}   {range}",
        "{name}   {range}   {value} {unit}",
        "{name} ({range} {unit}) : {value}",
        "{name} result is {value} {unit} (N: {range})",
        "{name}\n     Result: {value} {unit}     {range}",
        "{name}\n     {value} {unit}     {range}",
    ],
)
def test_results_in_lines_without_columns(line: str) -> None:
    tests = [
        ("Hemoglobin", "12.5", "g/dL", "12.0-16.0"),
        ("White blood cells", "7.8", "10^9/L", "4.0-10.0"),
        ("Creatinine", "95", "µmol/L", "62-106"),
    ]
    printed = (line.format(name=n, value=v, unit=u, range=r) for n, v, u, r in tests)
    found = rows("HEMATOLOGY\n" + "\n".join(printed))
    assert [(row[1], row[2], row[3]) for row in found] == [(float(v), u, r) for _, v, u, r in tests]


def test_germ_beside_its_heading_is_the_result_of_the_culture() -> None:
    text = """URINE CULTURE
Organism: Escherichia coli
Antibiotic       Susceptibility
Ampicillin       R
Ceftriaxone      S"""
    assert [(r.test_name, r.value) for r in results(text)] == [
        ("Organism", "Escherichia coli"),
        ("Ampicillin", "R"),
        ("Ceftriaxone", "S"),
    ]


def test_a_ruling_read_between_two_headings_does_not_make_them_one() -> None:
    found = results(
        """
Test Specimen | Method   Result   Reference
HBs       Serum    ELISA  NEG      NEG
HIV       Serum    ELISA  NR       NR
"""
    )
    assert [(r.test_name, r.value, r.reference_range) for r in found] == [
        ("HBs", "NEG", "NEG"),
        ("HIV", "NR", "NR"),
    ]


@pytest.mark.parametrize("number", ["ល.រ", "xyz"])
@pytest.mark.parametrize("heading", ["តម្លៃ", "លទ្ធផលពិសោធន៍", "qwk"])
def test_headings_of_the_result_that_few_reports_use_or_that_were_not_read(
    number: str, heading: str
) -> None:
    found = rows(f"""
{number}    ការវិភាគ    {heading}    ខ្នាត       តម្លៃគោល
1      GGT         101          IU/L      10 - 55
2      LIP         34           U/L       13 - 60
""")
    assert found == [
        ("GGT", 101.0, "IU/L", "10 - 55", True),
        ("LIP", 34.0, "U/L", "13 - 60", False),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        """
                              លទ្ធផលពិសោធន៍    Unit      Reference x
លរ    ឈ្មោះតេស្ត | Analyte    Result                    Interval""",
        """
xy    Analyte                                            Reference range
                              Result           Unit""",
    ],
)
def test_two_lines_of_one_header_are_not_two_tables(lines: str) -> None:
    whole = page(f"""{lines}
1     MCV                     90.0             fL        80.0-100.0
2     MCH                     29.1             pg        27.0-32.0
""")
    first, second, *others = whole.rows
    near = replace(second, segments=tuple(_moved_up(s, 20) for s in second.segments))
    found = find_lab_results([replace(whole, rows=(first, near, *others))]).results
    assert [(r.test_name, r.value, r.unit, r.reference_range) for r in found] == [
        ("MCV", 90.0, "fL", "80.0-100.0"),
        ("MCH", 29.1, "pg", "27.0-32.0"),
    ]


def test_date_with_its_name_above_the_headings_is_no_heading() -> None:
    found = rows("""
Date: 12/03/2025
Test                 Result       Unit        Reference range
Hemoglobin           12.5         g/dL        12.0 - 16.0
Strange factor       4.2          ng/mL       1.0 - 5.0
""")
    assert [row[:2] for row in found] == [("Hemoglobin", 12.5), ("Strange factor", 4.2)]


def test_a_figure_read_before_the_headings_leaves_them_a_header() -> None:
    found = rows("""
១ ប្រភេទពិសោធន៍     ខ្នាត       តម្លៃធម្មតា     លទ្ធផល
HbA1c               %           4.0-6.0         5.2
D-Bil               µmol/L      < 5.1           1.6
""")
    assert [row[:4] for row in found] == [
        ("HbA1c", 5.2, "%", "4.0-6.0"),
        ("D-Bil", 1.6, "µmol/L", "< 5.1"),
    ]


def test_of_a_bound_and_a_figure_without_headings_neither_is_the_result() -> None:
    [result] = results("D-Bil     µmol/L     < 5.1     1.6")
    assert result.value is None
    assert result.fields["value"].needs_review


def test_two_columns_of_figures_below_one_unread_heading_give_no_result() -> None:
    found = rows("""
Test       xqw Vztyuqp zzk        Reference        Unit
WBC        2.1       5.5          4.0 - 10.0       10^9/L
RBC        4.91      5.31         4.00 - 5.20      10^12/L
""")
    assert [(row[0], row[1]) for row in found] == [("WBC", None), ("RBC", None)]


@pytest.mark.parametrize("previous", ["Rés. précédent 17/07/24", "Rés. antérieur 17/07/24"])
def test_a_day_beside_an_earlier_result_in_short_is_the_present_one(previous: str) -> None:
    found = rows(f"""
Examen          {previous}     17/07/25     Réf.              Unité
GB              8,96                        11,22        4,00 à 10,00      G/L
GR              4,30                        6,51         3,90 à 5,30       T/L
""")
    assert [row[:2] for row in found] == [("GB", 11.22), ("GR", 6.51)]


def test_results_below_the_heading_of_the_unit_are_results() -> None:
    found = rows("""
Test         xqw Units         Reference
WBC          5.1 10^9/L        4.0 - 10.0
HGB          119 g/L           130 - 170
""")
    assert [row[:3] for row in found] == [("WBC", 5.1, "10^9/L"), ("HGB", 119.0, "g/L")]


def test_results_below_the_unit_beside_those_of_a_day_are_left_out() -> None:
    found = rows("""
Test         24/01/2024     xqw Units         Reference
WBC          3.4            5.1 10^9/L        4.0 - 10.0
HGB          137            119 g/L           130 - 170
""")
    assert [row[:2] for row in found] == [("WBC", None), ("HGB", None)]


def test_heading_in_two_languages_stands_over_the_figures_below_its_first_word() -> None:
    found = rows("""
Test          Previous      | តម្លៃ / Observed | ឯកតា / UOM       Reference
WBC           14.4            6.6               10^9/L            4.0-10.0
MCV           95.5            84.3              fL                80.0-100.0
""")
    assert [row[:3] for row in found] == [("WBC", 6.6, "10^9/L"), ("MCV", 84.3, "fL")]


def test_title_of_headings_words_is_no_line_of_the_header_below_it() -> None:
    found = rows("""
                                RESULTATS D'ANALYSES
  Paramètre             |       Unités         Valeurs normales      Valeur
Densité                                       1,005 ~ 1,030         1,022
Leucocytes                                    Négatif               Négatif
INR                                           0,80 ~ 1,20           0,99
""")
    assert [row[:2] for row in found] == [
        ("Densité", 1.022),
        ("Leucocytes", "Négatif"),
        ("INR", 0.99),
    ]


def test_stroke_between_two_languages_read_as_a_figure_is_no_figure() -> None:
    found = rows("""
ប្រភេទវិភាគ Parameter    ឯកតា Unit     តម្លៃយោង Reference Range    លទ្ធផល 1 Patient result
White blood cells       10^9/L        4.00-11.00                 5.14
Ferritin                ng/mL         30-400                     245
""")
    assert [row[:3] for row in found] == [
        ("White blood cells", 5.14, "10^9/L"),
        ("Ferritin", 245.0, "ng/mL"),
    ]


def test_cells_run_together_over_two_lines_part_by_columns() -> None:
    """The rulings between a value and a range on two lines around it were not found."""
    whole = page("""
Test               Result     Unit         Reference
Red blood cells
                                         :  Men : 4.50 - 5.90
                   5.18       10^12/L
                                            Women : 4.00 - 5.20
""")
    header, name, *lines = whole.rows
    words = tuple(word for line in lines for segment in line.segments for word in segment.words)
    cell = Box(220, name.box.y0, 1000, lines[-1].box.y1)
    one = Row((*name.segments, Segment(words, bounding([w.box for w in words]), cell)), table=0)
    ruled = replace(whole, rows=(replace(header, table=0), one))
    [result] = find_lab_results([ruled], sex="M").results
    assert (result.value, result.unit, result.reference_range) == (5.18, "10^12/L", "4.50 - 5.90")


def test_result_of_a_rapid_test_is_no_header_of_positive_and_negative() -> None:
    found = rows("""
Examination                       Patient result    Biological Ref. Interval
HIV 1+2 antibody                  Non-reactive      Non-reactive
Malaria rapid test                Positive          Negative
Triglycerides                     59                40 - 150
""")
    assert [row[:2] for row in found] == [
        ("HIV 1+2 antibody", "Non-reactive"),
        ("Malaria rapid test", "Positive"),
        ("Triglycerides", 59.0),
    ]


def test_stain_before_a_heading_is_no_label() -> None:
    found = rows("""
Analyse               Résultats          : Intervalle de référence
Anti-VHC              Réactif            Non réactif
ASLO                  292 IU/mL          < 200
""")
    assert [row[:4] for row in found] == [
        ("Anti-VHC", "Réactif", None, "Non réactif"),
        ("ASLO", 292.0, "IU/mL", "< 200"),
    ]


def test_figures_set_to_the_right_below_headings_set_to_the_left_keep_their_column() -> None:
    found = rows("""
Analyse               Résultats                     Intervalle de référence
Ag HBs                                    Négatif                   Négatif
Widal TH                                    1/320                    < 1/80
FR                                      6,9 IU/mL                    < 14,0
ASLO                                    292 IU/mL                     < 200
""")
    assert [row[1:4] for row in found] == [
        ("Négatif", None, "Négatif"),
        ("1/320", None, "< 1/80"),
        (6.9, "IU/mL", "< 14,0"),
        (292.0, "IU/mL", "< 200"),
    ]


def test_result_in_a_header_read_as_one_with_an_unread_word_is_one_column() -> None:
    found = rows("""
Test                 Patient result nim Unit             Reference
Free T4 (FT4)        1.39                 ng/dL          0.93 - 1.70
Ferritin             227                  ng/mL          13 - 150
""")
    assert [row[1:3] for row in found] == [(1.39, "ng/dL"), (227.0, "ng/mL")]


def test_rows_with_a_text_for_each_heading_say_where_the_columns_are() -> None:
    """Two figures stand below the next heading, set to the right."""
    found = rows("""
Test Name                    Result          Prior        Units          Reference
Anti-HBs                                   8.7         12.2        mIU/mL              > 10.0
Free T4                                   15.5         19.9        pmol/L         12.0 - 22.0
Free T3                                    5.8          2.5        pmol/L           3.1 - 6.8
Cortisol (8 AM)                            371          417        nmol/L           171 - 536
""")
    assert [row[1:4] for row in found] == [
        (8.7, "mIU/mL", "> 10.0"),
        (15.5, "pmol/L", "12.0 - 22.0"),
        (5.8, "pmol/L", "3.1 - 6.8"),
        (371.0, "nmol/L", "171 - 536"),
    ]


def test_column_of_flags_that_is_empty_takes_no_ranges_set_to_the_right() -> None:
    found = rows("""
Test             Result     Unit       Reference               xqwz
CHOL             4.46       mmol/L                       < 5.20
LDL              2.94       mmol/L                       < 3.40
CEA              2.5        ng/mL                         < 5.0
CA 125           81.9       U/mL                         < 35.0
""")
    assert [row[3] for row in found] == ["< 5.20", "< 3.40", "< 5.0", "< 35.0"]


def test_specimen_again_and_again_is_no_name() -> None:
    found = rows("""
Specimen    xqwz              Result       Unit       Reference
Serum       HBsAg             Negative                Negative
Serum       ASO               98           IU/mL      < 200
Serum       Fibrinogen        274          mg/dL      200 - 400
Serum       K+                4.1          mmol/L     3.5 - 5.1
""")
    assert [row[0] for row in found] == ["HBsAg", "ASO", "Fibrinogen", "K+"]


def test_line_of_a_heading_that_reaches_over_the_next_by_a_stroke_is_its_own() -> None:
    upper = row("Tests    Previous        Patient    Unit")
    lower = row("         (12/03/2025)", top=40)
    day = lower.segments[0]
    wider = replace(day, box=Box(day.box.x0, day.box.y0, upper.segments[2].box.x0 + 4, day.box.y1))
    whole = stacked([upper, replace(lower, segments=(wider,))])
    assert whole is not None
    assert [segment.text for segment in whole.segments] == [
        "Tests",
        "Previous (12/03/2025)",
        "Patient",
        "Unit",
    ]


def test_earlier_result_below_the_units_heading_is_not_taken_for_the_result() -> None:
    """The columns slipped: what is below the earlier result's heading may be the result."""
    [result, *_] = results("""
Test         Result    Prior     Units        Reference
Anti-HBs               8.7       12.2 mIU/mL  > 10.0
""")
    assert result.value is None


def test_second_line_of_a_header_that_says_nothing_new_is_no_header() -> None:
    found = rows("""
Specimen   Tests              Result       Unit         Reference Interval
                              Result(s)    of measure Reference Interval
Serum      Free T4 (FT4)      1.34         ng/dL        0.93 - 1.70
Serum      HDL cholesterol    78           mg/dL        > 50
""")
    assert [row[:4] for row in found] == [
        ("Free T4 (FT4)", 1.34, "ng/dL", "0.93 - 1.70"),
        ("HDL cholesterol", 78.0, "mg/dL", "> 50"),
    ]


def test_results_partly_below_an_unread_heading_are_one_column() -> None:
    found = rows("""
Test                          xqzw           Reference
ALP                  74 U/L                  35 - 105
Bilirubin            1.7 umol/L              3.4 - 20.5
AMY                  14 U/L                  28 - 100
LDL                  2.26 mmol/L             < 3.40
Chol                 3.93 mmol/L             < 5.20
""")
    assert [row[:2] for row in found[:3]] == [("ALP", 74.0), ("Bilirubin", 1.7), ("AMY", 14.0)]


def test_heading_with_a_figure_for_its_first_letter_is_known() -> None:
    assert role_of("៧ទ្ធផល") == "value"


def test_two_headings_in_one_cell_head_two_columns() -> None:
    """The ruling between the two was not found: their words stand far apart."""
    plain = page("""Test name      Reference            Unit      Result
Uric acid      2.6-6.0              mg/dL     4.0
Chloride       96-108               mEq/L     102""")
    name, reference, unit, result = plain.rows[0].segments
    cell = Box(reference.box.x0, reference.box.y0, unit.box.x1, unit.box.y1)
    both = Segment((*reference.words, *unit.words), cell, cell)
    head = Row((replace(name, cell=name.box), both, replace(result, cell=result.box)), table=0)
    below = [
        replace(r, table=0, segments=tuple(replace(s, cell=s.box) for s in r.segments))
        for r in plain.rows[1:]
    ]
    found = find_lab_results([replace(plain, rows=(head, *below))]).results
    assert [(r.value, r.unit, r.reference_range) for r in found] == [
        (4.0, "mg/dL", "2.6-6.0"),
        (102.0, "mEq/L", "96-108"),
    ]

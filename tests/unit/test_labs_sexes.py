"""Ranges by sex in the cells and lines of reports: what is put together, and what is not."""

from __future__ import annotations

import pytest

from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.columns import Column
from medicord_ocr.structure.labs.find import find_lab_results
from medicord_ocr.structure.labs.table import Table, cell_of, cells_of
from tests.pages import page, row

HEADER = "Analyse              Résultat     Unité     Valeurs de référence\n"


def results(text: str, sex: str | None = None) -> list[LabResult]:
    return list(find_lab_results([page(text)], sex=sex).results)


def ranges(text: str, sex: str | None = "F") -> list[tuple[str | None, bool | None, bool]]:
    """The whole range of each result; for the sex, whether it is abnormal, and in doubt."""
    return [
        (whole.reference_range, r.abnormal, r.fields["reference_range"].needs_review)
        for whole, r in zip(results(text), results(text, sex), strict=True)
    ]


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("Homme : 13 à 17", "Femme : 12 à 16 g/dL", "Homme : 13 à 17 Femme : 12 à 16"),
        ("Homme : 13 à 17 g/dL", "Femme : 12 à 16 g/dL", "Homme : 13 à 17 Femme : 12 à 16"),
        ("H 13-17", "F 12-16", "H 13-17 F 12-16"),
        ("M 13-17 g/dL", "F 12-16 g/dL", "M 13-17 F 12-16"),
        ("13-17 (H)", "12-16 (F)", "13-17 (H) 12-16 (F)"),
        ("13-17 H", "12-16 F", "13-17 H 12-16 F"),
        ("13-17 M", "12-16 F", "13-17 M 12-16 F"),
        ("13-17 Male", "12-16 Female", "13-17 Male 12-16 Female"),
        ("Femme : 12 - 16 Homme :", "13 - 17", "Femme : 12 - 16 Homme : 13 - 17"),
        ("Femme  12 - 16 Homme :", "13 - 17", "Femme 12 - 16 Homme : 13 - 17"),
    ],
)
def test_lines_of_a_cell_are_one_range(first: str, second: str, whole: str) -> None:
    text = f"{HEADER}Hémoglobine          12,5         g/dL      {first}\n{' ' * 44}{second}"
    assert ranges(text) == [(whole, False, False)]


def test_line_above_a_result_is_not_put_to_the_result_before() -> None:
    text = f"""{HEADER}
Leucocytes           6,2          G/L       4,0 - 10,0
                                            Homme : 4,5 - 5,9
Globules rouges      4,3          T/L
                                            Femme : 4,0 - 5,2
                                            Homme : 13 - 17
Hémoglobine          12,5         g/dL
                                            Femme : 12 - 16
"""
    assert ranges(text) == [
        ("4,0 - 10,0", False, False),
        ("Homme : 4,5 - 5,9 Femme : 4,0 - 5,2", False, False),
        ("Homme : 13 - 17 Femme : 12 - 16", False, False),
    ]


def test_half_on_the_line_below_is_found_without_columns() -> None:
    text = """
Hémoglobine ......... 12,5 g/dL      H : 13 - 17
                                     F : 12 - 16
Créatinine .......... 70 µmol/L      H : 62 - 106
                                     F : 44 - 80
"""
    assert ranges(text) == [
        ("H : 13 - 17 F : 12 - 16", False, False),
        ("H : 62 - 106 F : 44 - 80", False, False),
    ]


def test_range_by_sex_stands_on_the_line_below_its_result() -> None:
    text = """
Hémoglobine          12,5         g/dL
Valeurs de référence : Hommes : 13 - 17 g/dL / Femmes : 12 - 16 g/dL
Créatinine           70           µmol/L
Valeurs de référence : Hommes : 62 - 106 µmol/L / Femmes : 44 - 80 µmol/L
"""
    assert ranges(text) == [
        ("Hommes : 13 - 17 / Femmes : 12 - 16", False, False),
        ("Hommes : 62 - 106 / Femmes : 44 - 80", False, False),
    ]


def test_letter_before_one_range_is_a_sex_in_doubt() -> None:
    text = f"{HEADER}Hémoglobine          12,5         g/dL      H 13-17"
    assert ranges(text) == [("H 13-17", None, True)]
    assert ranges(text, "M") == [("H 13-17", True, True)]


ROWS = """
Hémoglobine    12.5     g/dL      13.0-17.0         12.0-16.0
Leucocytes     7.5      G/L       4.0-10.0          4.0-10.0
"""


@pytest.mark.parametrize(
    "headings",
    [
        """
Analyse        Résultat Unité     Homme             Femme""",
        """
Analyse        Résultat Unité     Normales H        Normales F""",
        """
Analyse        Résultat Unité     Valeurs normales
                                  Homme             Femme""",
        """
                                       Valeurs normales
Analyse        Résultat Unité     Homme             Femme""",
        """
Analyse        Résultat Unité     Valeurs normales  Valeurs normales
                                  (hommes)          (femmes)""",
        """
Test           Result   Unit            Reference range
                                  M                 F""",
    ],
)
def test_sexes_have_a_column_each(headings: str) -> None:
    assert ranges(headings + ROWS) == [
        ("M: 13.0-17.0 F: 12.0-16.0", False, False),
        ("4.0-10.0", False, False),
    ]


@pytest.mark.parametrize("cell", ["13.0-17.0         12.0-16.0", "13.0-17.0  Autres :"])
def test_one_of_several_ranges_of_a_cell_is_not_chosen(cell: str) -> None:
    text = f"{HEADER}Hémoglobine          12,5         g/dL      {cell}"
    assert ranges(text) == [(" ".join(cell.split()), None, True)]


@pytest.mark.parametrize(
    "headings", ["", "Analyse                                         Résultat    Unité\n"]
)
def test_range_in_brackets_behind_the_name_is_no_value(headings: str) -> None:
    text = f"""{headings}
Vitesse de sédimentation (H : < 15 F : < 20)    8           mm/h
Créatinine (H : 62-106 F : 44-80 µmol/L)        70          µmol/L
VGM (80-100)                                    90          fL
"""
    assert [(r.value, r.reference_range) for r in results(text, "F")] == [
        (8, "< 20"),
        (70, "44-80"),
        (90, "80-100"),
    ]


def test_khmer_letters_and_a_colon_read_twice_tell_the_sexes() -> None:
    text = f"""{HEADER}
Globules rouges      4,3          T/L       ប : ៤,៥ - ៥,៩ ស : ៤,០ - ៥,២
Hémoglobine          12,5         g/dL      H: 13 - 17 F : : 12 - 16
"""
    assert [(r.reference_range, r.abnormal) for r in results(text, "F")] == [
        ("4,0 - 5,2", False),
        ("12 - 16", False),
    ]


@pytest.mark.parametrize(
    "cell", ["F : 3,80 - 4,80 M : 13,0 - 17,0", "M : 4,5 - 5,5 F : 3,8 - 4,8 M : 13 - 17"]
)
def test_ranges_of_two_rows_are_not_one_by_sex(cell: str) -> None:
    text = f"{HEADER}Globules rouges      4,3          T/L       {cell}"
    assert [review for _, _, review in ranges(text, None)] == [True]


def test_lines_around_and_flag_like_letters_without_columns() -> None:
    text = """
                                     H : 13 - 17
Hémoglobine          12,5 g/dL
                                     F : 12 - 16
                                     H : 62 - 106
Créatinine           70 µmol/L
                                     F : 44 - 80
Ferritine            20 ng/mL        30 - 400 (H)
                                     15 - 150 (F)
"""
    assert ranges(text) == [
        ("H : 13 - 17 F : 12 - 16", False, False),
        ("H : 62 - 106 F : 44 - 80", False, False),
        ("30 - 400 (H) 15 - 150 (F)", False, False),
    ]


def test_line_of_a_sex_and_age_is_not_put_to_a_plain_range() -> None:
    text = f"""{HEADER}
Leucocytes           6,2          G/L       4,0 - 10,0
                                            Femme adulte : 15 - 150
Ferritine            100          ng/mL
                                            Homme adulte : 30 - 400
"""
    assert ranges(text) == [
        ("4,0 - 10,0", False, False),
        ("Femme adulte : 15 - 150 Homme adulte : 30 - 400", None, False),
    ]


def test_colon_read_twice_is_one() -> None:
    text = f"{HEADER}Hémoglobine          12,5         g/dL      Masc :  : 13 - 17 Fém : : 12 - 16"
    assert ranges(text) == [("Masc : 13 - 17 Fém : 12 - 16", False, False)]


def test_figures_of_the_next_column_are_no_thousands_of_a_range() -> None:
    text = f"{HEADER}Sodium               139          mmol/L    136 - 145  166"
    assert ranges(text) == [("136 - 145", False, False)]
    text = f"{HEADER}Plaquettes           250000       /mm3      150 000 - 400 000"
    assert ranges(text) == [("150 000 - 400 000", False, False)]


def test_prior_result_joined_to_a_range_stays_in_its_column() -> None:
    text = """
Analyse              Résultat     Unité     Normales                                 Antériorité
Hémoglobine          12,5         g/dL      Homme : 13,0 - 17,0 - Femme : 12,0 - 16  12,1
Hématocrite          38,5         %         Homme : 40,0 - 52,0 - Femme : 36,0 - 47, 39,2
Globules rouges      4,5          T/L       Homme : 4,50 - 5,90 - Femme : 4,00 - 5,2 4,41
Ferritine            20           ng/mL     Homme : 30,5 - 400 - Femme : 15,5 - 150, 21,4
Gamma GT             33           U/L       Homme : inférieur à 55 - Femme : moins d 45
"""
    found = [r.reference_range or "" for r in results(text, "F")]
    assert found[0] == "12,0 - 16"
    assert "45" not in found[-1]


@pytest.mark.parametrize(
    "printed",
    [
        "Hommes : 13-17 ; Femmes : 12-16 ; Enfants : 11-14",
        "Enfant : 11-14 H : 13-17 F : 12-16",
    ],
)
def test_range_for_children_beside_those_of_the_sexes_leaves_no_bounds(printed: str) -> None:
    assert ranges(f"Hémoglobine : 12,5 g/dL  {printed}") == [(printed, None, False)]


def test_vowel_that_readers_lose_is_in_the_range() -> None:
    text = f"{HEADER}Hémoglobine          12,5         g/dL      ប្រស : 13 - 17 ស្រី : 12 - 16"
    assert ranges(text) == [("ប្រុស : 13 - 17 ស្រី : 12 - 16", False, False)]


def test_range_behind_a_name_in_its_cell_is_no_part_of_it() -> None:
    text = """
Analyse                                                   Résultat    Unité
Créatinine VN : Femmes : 44 - 80 / Hommes : 62 - 106      70          µmol/L
Hémoglobine Réf. : 12 - 16                                12,5        g/dL
CA 15-3                                                   20          U/mL
"""
    assert [(r.test_name, r.reference_range) for r in results(text, "F")] == [
        ("Créatinine", "44 - 80"),
        ("Hémoglobine", "12 - 16"),
        ("CA 15-3", None),
    ]


def test_column_for_children_beside_those_of_the_sexes_is_not_the_range() -> None:
    text = """
Analyse             Résultat   Unité    Homme         Femme        Enfant
Hémoglobine         12,5       g/dL     13,0 - 17,0   12,0 - 16,0  11,0 - 14,0
PSA                 1,2        ng/mL    < 4,0         -            -
Leucocytes          7,5        G/L      4,0 - 10,0    4,0 - 10,0   5,0 - 15,0
"""
    assert ranges(text) == [
        ("M: 13,0 - 17,0 F: 12,0 - 16,0", False, False),
        ("M: < 4,0", None, True),
        ("4,0 - 10,0", False, False),
    ]


def test_heading_of_the_range_of_one_sex_is_that_of_the_range() -> None:
    text = """
Paramètre     Résultat   Unité     Valeurs de référence (Femme)
Hémoglobine   12,5       g/dL      12,0 - 16,0
"""
    assert ranges(text) == [("12,0 - 16,0", False, False)]


def test_line_for_the_newborn_stays_with_its_result() -> None:
    text = f"""{HEADER}
Hémoglobine          12,5         g/dL      H : 13 à 17 g/dl
                                            F : 12 à 16 g/dl
                                            NN : 14 à 20 g/dl
Créatinine           70           µmol/L    H : 62 à 106
                                            F : 44 à 80
"""
    assert ranges(text) == [
        ("H : 13 à 17 F : 12 à 16 NN : 14 à 20", None, False),
        ("H : 62 à 106 F : 44 à 80", False, False),
    ]


def test_line_below_a_name_runs_on_below_the_columns_beside_it() -> None:
    text = """
Analyse              Résultat     Unité
Hémoglobine          12,5         g/dL
VN : F : 12 - 16 H : 13 - 17 Enfants : 11 - 14
Plaquettes           250          G/L
VN : 150 - 400
"""
    assert ranges(text) == [
        ("F : 12 - 16 H : 13 - 17 Enfants : 11 - 14", None, False),
        ("150 - 400", False, False),
    ]


@pytest.mark.parametrize("unread", ["H (aduite) : : 13 à 17", "H : i inférieur à 17", "H: !3 - 17"])
def test_sex_before_an_unread_range_is_no_flag(unread: str) -> None:
    [result] = results(f"Hémoglobine          12,5 g/dL      {unread}", "F")
    assert (result.value, result.flag_printed, result.abnormal) == (12.5, None, None)


def test_line_for_children_without_columns_takes_the_bounds_away() -> None:
    text = """
Hémoglobine          12,5 g/dL       13 - 17 (H)
                                     12 - 16 (F)
                                     Enfants : 11 - 14
Ferritine            20 ng/mL        15 - 150
"""
    assert ranges(text) == [
        ("13 - 17 (H) 12 - 16 (F) Enfants : 11 - 14", None, False),
        ("15 - 150", False, False),
    ]


def test_unit_behind_a_range_that_is_misread_is_no_other_unit() -> None:
    text = f"{HEADER}Acide urique         250          µmol/L    F : 142-339 H : 202-416 pmol/L"
    assert ranges(text) == [("F : 142-339 H : 202-416", False, False)]


@pytest.mark.parametrize("printed", ["(150 à 400)", "(Adulte H :  40 à 52 F :  36 à 47)"])
def test_edge_of_a_column_cuts_no_brackets(printed: str) -> None:
    edge = 12.0 * (13 + len(printed.split()[0]))  # behind the first word
    columns = (Column("value", 0, edge), Column("range", edge, 2000))
    table = Table(columns, (), (0,), None, ())
    cells = cells_of(row(f"278 G/L      {printed}"), table)
    assert cell_of(cells, "value").text == "278 G/L"
    assert cell_of(cells, "range").text == printed


def test_strokes_on_a_line_between_are_no_part_of_a_range() -> None:
    text = f"""{HEADER}
Corps cétoniques     ++                     Négatif
oo                                          a
pH                   5,7                    5,0 - 8,0
"""
    assert [r.reference_range for r in results(text)] == ["Négatif", "5,0 - 8,0"]


def test_signature_below_the_last_row_is_no_line_of_its_range() -> None:
    text = (
        HEADER
        + """Hémoglobine          16,0         g/dL      Homme : 13,0-17,0 Femme : 12,0-15,0
                                            Signature
"""
    )
    assert ranges(text) == [("Homme : 13,0-17,0 Femme : 12,0-15,0", True, False)]


def test_french_h_read_as_the_khmer_letter_is_of_men() -> None:
    text = HEADER + "Prolactine           12,0         ng/mL     អ:[4,0-15,2] F : [4,8-23,3]\n"
    [result] = results(text, "F")
    assert (result.reference_range, result.abnormal) == ("4,8-23,3", False)

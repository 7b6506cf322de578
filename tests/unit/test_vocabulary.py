"""The vocabulary of tests, and the closed tables of their units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr.structure.labs.units import _skeleton, find_unit, is_unit, ucum_of, unit_key
from medicord_ocr.structure.labs.vocabulary import choose_test, find_tests, lab_tests, respelled


def keys(name: str) -> set[str]:
    match = find_tests(name)
    return {test.key for test in match.tests} if match else set()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Hematocrit", "hct"),
        ("HÉMATOCRITE", "hct"),
        ("អេម៉ូក្លូប៊ីន", "hgb"),
        ("K+", "potassium"),
        ("γ-GT", "ggt"),
        ("β-hCG", "beta_hcg"),
        ("T.P.", "pt_pct"),
        ("ALAT (SGPT)", "alt"),
        ("Créatinine sérique", "creatinine"),
        ("1. Triglycérides ........ :", "triglycerides"),
        ("អ៊ុយរ៉េ (Urea)", "urea"),
        ("Urea / អ៊ុយរ៉េ", "urea"),
        ("HCT-Hematokrit", "hct"),
        ("VS 1ère heure", "esr"),
        ("CA 15-3", "ca15_3"),
        ("Vitamin B12", "vit_b12"),
        ("Neutrophils (%)", "neut_pct"),
        ("Lymphocytes #", "lymph_abs"),
        ("Calcium (ionized)", "ca_ionized"),
        ("Blood sugar (PP)", "glucose_pp"),
        ("cHCO3-(P,st)", "bicarbonate"),
    ],
)
def test_names_of_three_languages_are_found(name: str, key: str) -> None:
    assert key in keys(name)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("C1-", "Cl-"),
        ("HbAlc", "HbA1c"),
        ("HbAic", "HbA1c"),
        ("Bl2", "B12"),
        ("LDI", "LDI"),
        ("T5", "T5"),
    ],
)
def test_letters_read_for_figures_are_put_right_in_known_names(read: str, printed: str) -> None:
    assert respelled(read) == printed


def test_machine_behind_a_name_changes_nothing() -> None:
    assert keys("WBC (Sysmex)") == keys("WBC")


@pytest.mark.parametrize("name", ["LDI", "FT8", "WBD", "K9", "CA 16-3", "T5"])
def test_short_names_and_numbers_match_exactly_only(name: str) -> None:
    assert find_tests(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "AST/ALT ratio",
        "LDL/HDL",
        "Non-LDL cholesterol",
        "Clearance of urea",
        "Hemoglobin (fetal)",
        "Protein S",
        "Taux de prothrombine (TP) 85 % 100 % 70",
        "Phone",
        "",
    ],
)
def test_names_that_only_hold_a_known_one_are_not_it(name: str) -> None:
    assert find_tests(name) is None


def test_long_names_are_found_through_a_misread_letter() -> None:
    match = find_tests("Triglycerldes")
    assert match is not None
    assert not match.exact
    assert {test.key for test in match.tests} == {"triglycerides"}


def test_khmer_names_are_found_through_lost_and_swapped_marks() -> None:
    assert keys("អេម៉ូកូប៊ឺន") == {"hgb"}
    assert keys("អេម៉ាតូក្រីត") == {"hct"}
    # The same Khmer word before HDL and LDL: the Latin letters decide.
    assert keys("កូឡេស្តេរុល HDL (HDL cholesterol)") == {"hdl"}
    assert keys("កូឡេស្តេរុល LDL") == {"ldl"}


def test_near_names_of_two_tests_are_neither() -> None:
    # As near to directe as to indirecte once two letters are lost.
    assert find_tests("Bilirubine dirct") is None or keys("Bilirubine dirct") == {"bili_direct"}
    assert "bili_direct" not in keys("Bilirubine indirecte")


def chosen(name: str, unit: str | None, *, urine: bool | None = None, words: bool = False) -> str:
    match = find_tests(name)
    assert match is not None
    test = choose_test(match, unit=unit, urine=urine, in_words=words)
    return test.key if test else ""


def test_unit_decides_between_tests_of_one_name() -> None:
    assert chosen("Neutrophils", "%") == "neut_pct"
    assert chosen("Neutrophils", "10^9/L") == "neut_abs"
    assert chosen("TP", "%") == "pt_pct"
    assert chosen("TP", "g/L") == "protein_total"
    assert chosen("PCT", "ng/mL") == "procalcitonin"
    assert chosen("PCT", "%") == "plateletcrit"


def test_section_decides_between_blood_and_urine() -> None:
    assert chosen("Glucose", "mmol/L") == "glucose"
    assert chosen("Glucose", "mmol/L", urine=True) == "u_glucose"
    assert chosen("Leucocytes", None, words=True) == "u_leuk"


def test_undecided_names_choose_no_test() -> None:
    assert chosen("Neutrophils", None) == ""


# ---------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("key", "read", "unit"),
    [
        ("wbc", "1049/L", "10^9/L"),
        ("wbc", "10°/L", "10^9/L"),
        ("wbc", "109/L", "10^9/L"),
        ("wbc", "10A9/L", "10^9/L"),
        ("rbc", "10'2/L", "10^12/L"),
        ("wbc", "10/µL", "10^3/µL"),
        ("rbc", "10/µL", "10^6/µL"),
        ("creatinine", "pmol/L", "µmol/L"),
        ("glucose", "mg/d1", "mg/dL"),
        ("glucose", "mmoI/L", "mmol/L"),
        ("hgb", "gldL", "g/dL"),
        ("alt", "UIL", "U/L"),
        ("alt", "1U/L", "IU/L"),
        ("tsh", "pIU/mL", "µIU/mL"),
        ("neut_pct", "Yo", "%"),
    ],
)
def test_misread_units_are_repaired_where_one_is_possible(key: str, read: str, unit: str) -> None:
    found = find_unit(lab_tests()[key].units, read)
    assert found is not None
    assert (found.text, found.repaired) == (unit, True)


@pytest.mark.parametrize(
    ("key", "read"),
    [("glucose", "nmol/L"), ("hgb", "mg/L"), ("wbc", "mmol/L"), ("ferritin", "/L"), ("alt", "")],
)
def test_units_that_the_test_does_not_carry_are_none(key: str, read: str) -> None:
    assert find_unit(lab_tests()[key].units, read) is None


def test_giga_and_gram_are_told_apart() -> None:
    assert ucum_of("G/L") == "10*9/L"
    assert ucum_of("g/L") == "g/L"


def test_printed_unit_is_kept() -> None:
    found = find_unit(lab_tests()["wbc"].units, "x10³/µL")
    assert found is not None
    assert (found.text, found.unit.ucum, found.repaired) == ("x10³/µL", "10*3/uL", False)


def test_units_of_one_test_stay_apart_when_misread() -> None:
    # The strokes that readers confuse never make one unit of a test out of another.
    for test in lab_tests().values():
        for one in test.units:
            for other in test.units:
                same = unit_key(one.printed) == unit_key(other.printed)
                if one.factor != other.factor and not same and "10^" not in one.printed:
                    assert _skeleton(unit_key(one.printed)) != _skeleton(unit_key(other.printed)), (
                        test.key
                    )


def test_every_unit_finds_itself() -> None:
    for test in lab_tests().values():
        for unit in test.units:
            found = find_unit(test.units, unit.printed)
            assert found is not None, (test.key, unit.printed)
            assert (found.unit.factor, found.repaired) == (unit.factor, False)


def check_digit(number: str) -> int:
    """LOINC's (mod 10, Luhn): every second figure from the right is doubled."""
    doubled = [int(c) * (2 - i % 2) for i, c in enumerate(reversed(number))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10


def test_loinc_codes_have_their_check_digit() -> None:
    codes = {u.loinc for test in lab_tests().values() for u in test.units}
    codes |= {test.loinc for test in lab_tests().values()}
    assert len(codes) > 190
    for code in codes - {None}:
        number, digit = str(code).split("-")
        assert check_digit(number) == int(digit), code


@given(st.text(max_size=20))
def test_any_text_can_be_looked_up(text: str) -> None:
    match = find_tests(text)
    assert match is None or match.tests
    assert is_unit(text) in {True, False}
    found = find_unit(lab_tests()["glucose"].units, text)
    assert found is None or found.unit in lab_tests()["glucose"].units


@pytest.mark.parametrize(
    ("name", "partly"),
    [("កូឡេស្តេរ៉ុល LOL", True), ("Blood urea |.ibuye", True), ("Glucose (machine)", False)],
)
def test_a_name_beside_strange_words_is_known_in_part(name: str, partly: bool) -> None:
    match = find_tests(name)
    assert match is not None
    assert match.partly is partly

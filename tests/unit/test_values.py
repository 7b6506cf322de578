"""Values and reference ranges as printed: what they mean, and that printing them loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr.structure.labs.numbers import decimal_mark, number_readings, read_number
from medicord_ocr.structure.labs.plain_ranges import Range
from medicord_ocr.structure.labs.qualitative import finding_of
from medicord_ocr.structure.labs.ranges import match_range, parse_range
from medicord_ocr.structure.labs.values import flag_direction, parse_value

KHMER = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("5.8", None, 5.8),
        ("5,8", ".", 5.8),  # a comma before one digit is a misread point, or French
        ("7 500", None, 7500),
        ("4 850 000", None, 4850000),
        ("1,234", ".", 1234),
        ("1,234", ",", 1.234),
        ("0,005", ".", 0.005),
        ("1.234,5", None, 1234.5),
        ("250.000", ",", 250000),
        ("1,234,567", None, 1234567),
        ("2.345", None, 2.345),
    ],
)
def test_decimal_marks_and_thousands(text: str, mark: str | None, number: float) -> None:
    assert read_number(text, mark) == number  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "5.8.2", "11,.2", "12 34", "O.5", "1 2345", "012 345 678"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert number_readings(text) == ()


def test_ambiguous_thousands_keep_both_readings() -> None:
    assert set(number_readings("1,234")) == {1234.0, 1.234}


def test_decimal_mark_needs_unambiguous_numbers() -> None:
    assert decimal_mark(["5,8", "0,95", "12"]) == ","
    assert decimal_mark(["5.8", "12"]) == "."
    assert decimal_mark(["1,234", "12 500"]) is None
    assert decimal_mark(["5,8", "7.2"]) is None


@given(st.floats(0, 99999, allow_nan=False), st.sampled_from(".,"), st.integers(1, 2))
def test_printed_decimals_read_back(number: float, mark: str, places: int) -> None:
    text = f"{number:.{places}f}".replace(".", mark)
    assert read_number(text) == float(f"{number:.{places}f}")


@given(st.integers(0, 10**12))
def test_khmer_digits_read_as_latin_ones(number: int) -> None:
    khmer, latin = parse_value(str(number).translate(KHMER)), parse_value(str(number))
    assert khmer is not None
    assert khmer == latin
    assert khmer.output == number


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "kind", "output"),
    [
        ("5,8", "number", 5.8),
        ("-2.5", "number", -2.5),
        (": 12", "number", 12.0),
        ("< 0,5", "bounded", "<0,5"),
        (">1000", "bounded", ">1000"),
        ("1/160", "titre", "1/160"),
        ("1:80", "titre", "1:80"),
        ("<1/80", "titre", "<1/80"),
        ("2-4", "interval", "2-4"),
        ("++", "graded", "++"),
        ("(+)", "graded", "(+)"),
        ("3+", "graded", "3+"),
        ("±", "graded", "±"),
        ("+/-", "graded", "+/-"),
        ("10^5", "power", "10^5"),
        ("1.2 x 10^5", "power", "1.2 x 10^5"),
        ("5.0 ± 0.2", "power", "5.0 ± 0.2"),
        ("Trace", "words", "Trace"),
        ("Négatif", "words", "Négatif"),
        ("Non réactif (0,12)", "words", "Non réactif (0,12)"),
        ("Jaune clair", "words", "Jaune clair"),
        ("A Rh +", "words", "A Rh +"),
        ("អវិជ្ជមាន", "words", "អវិជ្ជមាន"),
        ("Pending", "pending", None),
        ("Rejected", "pending", None),
        ("en cours", "pending", None),
    ],
)
def test_value_forms(text: str, kind: str, output: float | str | None) -> None:
    value = parse_value(text)
    assert value is not None
    assert (value.kind, value.output) == (kind, output)


@pytest.mark.parametrize(
    "text",
    [
        "20/01/2026",
        "08:15",
        "20-Jan-2026",
        "11,.2",
        "5.8.2",
        "1O.5",
        "g/dL",
        "Sok Dara",
        "",
        "7 8 9",
    ],
)
def test_what_is_no_value_is_none(text: str) -> None:
    assert parse_value(text) is None


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("វិជ្ជមាន", "positive"),
        ("អវិជ្ជមាន", "negative"),
        ("Réactif", "positive"),
        ("Non réactif", "negative"),
        ("NON-REACTIVE", "negative"),
        ("NR", "negative"),
        ("Absence", "negative"),
        ("Not detected", "negative"),
        ("Detected", "positive"),
        ("Faiblement positif", None),
        ("Positif, douteux", None),
        ("Normal", "normal"),
        ("Jaune", None),
    ],
)
def test_negation_comes_first(text: str, finding: str | None) -> None:
    assert finding_of(text) == finding


@pytest.mark.parametrize(
    ("flag", "direction"),
    [
        ("H", "high"),
        ("(L)", "low"),
        ("HH", "high"),
        ("↑", "high"),
        ("↓↓", "low"),
        ("*", "abnormal"),
        ("Élevé", "high"),
        ("Bas", "low"),
        ("ទាប", "low"),
        ("N", "normal"),
        ("mg", None),
    ],
)
def test_flags(flag: str, direction: str | None) -> None:
    assert flag_direction(flag) == direction


def decimals(low: float = 0, high: float = 9999) -> st.SearchStrategy[str]:
    numbers = st.decimals(low, high, places=1) | st.decimals(low, high, places=2)
    return numbers.map(str) | st.integers(int(low), int(high)).map(str)


printed_values = st.one_of(
    decimals(),
    st.tuples(st.sampled_from(["<", ">", "≤", "≥", "<=", "< "]), decimals()).map("".join),
    st.integers(2, 5120).map(lambda n: f"1/{n}"),
    st.tuples(st.integers(0, 20), st.integers(20, 60)).map(lambda p: f"{p[0]}-{p[1]}"),
    st.sampled_from(["+", "++", "+++", "(+)", "2+", "±", "Trace", "Négatif", "វិជ្ជមាន", "Nil"]),
)


@given(printed_values, st.sampled_from(".,"))
def test_values_printed_and_parsed_again_are_the_same(text: str, mark: str) -> None:
    value = parse_value(text.replace(".", mark))
    assert value is not None
    assert parse_value(str(value)) == value


# ---------------------------------------------------------------- ranges


@pytest.mark.parametrize(
    ("text", "low", "high", "strict"),
    [
        ("3.9–5.6", 3.9, 5.6, False),
        ("3.9 - 5.6", 3.9, 5.6, False),
        ("(3.9-5.6)", 3.9, 5.6, False),
        ("[3,9 – 5,6]", 3.9, 5.6, False),
        ("0 à 5", 0, 5, False),
        ("4 000 - 10 000", 4000, 10000, False),
        ("150,000 - 400,000", 150000, 400000, False),
        ("< 5", None, 5, True),
        ("<5.2", None, 5.2, True),
        ("≤ 40", None, 40, False),
        ("≥ 1.0", 1.0, None, False),
        ("Up to 40", None, 40, False),
        ("Jusqu'à 40", None, 40, False),
        ("N: 3.9-5.6", 3.9, 5.6, False),
        ("(3.9  5.6)", 3.9, 5.6, False),
        ("៣.៩ - ៥.៦", 3.9, 5.6, False),
    ],
)
def test_range_forms(text: str, low: float | None, high: float | None, strict: bool) -> None:
    found = parse_range(text)
    assert found is not None
    assert (found.low, found.high, found.strict) == (low, high, strict)


@pytest.mark.parametrize(
    "text",
    [
        "H: 13,0 - 17,0 F: 12,0 - 16,0",
        "M 13.0-17.0 / F 12.0-16.0",
        "Male: 13.0-17.0; Female: 12.0-16.0",
        "13.0-17.0 (M), 12.0-16.0 (F)",
        "(H : 13,0 - 17,0 F : 12,0 - 16,0)",
        "ប្រុស: ១៣.០-១៧.០ ស្រី: ១២.០-១៦.០",
        "បុរស : 13.0-17.0 ស្ត្រី : 12.0-16.0",
        "បុរស: 13.0-17.0 ស្រ្រីៈ 12.0-16.0",
        "បុរស: 13.0-17.0 ស្ត្តៈ 12.0-16.0",
        "H.: 13,0-17,0 F.: 12,0-16,0",
        "M:13.0-17.0,F:12.0-16.0",
        "Male:13.0-17.0,Female:12.0-16.0",
        "H : 13,0 à 17,0 - F : 12,0 à 16,0",
        "H – 13,0 à 17,0 F – 12,0 à 16,0",
        "(H : 13,0-17,0) (F : 12,0-16,0)",
        "Masc. : 13,0-17,0 Fém. : 12,0-16,0",
        "Chez l'homme : 13,0-17,0 Chez la femme : 12,0-16,0",
        "13,0 - 17,0 chez l'homme, 12,0 - 16,0 chez la femme",
        "V.N. (H) 13,0-17,0 (F) 12,0-16,0",
    ],
)
def test_range_by_sex_holds_only_for_that_sex(text: str) -> None:
    found = parse_range(text)
    assert found is not None
    man, woman = found.for_sex("M"), found.for_sex("F")
    assert man is not None
    assert woman is not None
    assert (man.low, man.high, woman.low, woman.high) == (13, 17, 12, 16)
    assert found.for_sex(None) is None


@pytest.mark.parametrize(
    "text",
    [
        "Homme 13 à 17 g/dL Femme 12 à 16 g/dL",
        "Homme 13 à 17 Femme 12 à 16 g/dL",
        "Homme 13 à 17g/dL Femme 12 à 16g/dL",
        "Homme 13 à 17 g/100 mL Femme 12 à 16 g/100 mL",
    ],
)
def test_units_are_no_part_of_a_range_by_sex(text: str) -> None:
    found = match_range(text, 0)
    assert found is not None
    assert found[0].text == "Homme 13 à 17 Femme 12 à 16"
    assert "Femme" not in text[found[1] :]


@pytest.mark.parametrize(
    "text",
    [
        "H (adulte) : 13-17 F (adulte) : 12-16",
        "Adulte H : 13-17 F : 12-16",
        "Homme > 15 ans : 13-17 Femme > 15 ans : 12-16",
        "M (>18y): 13-17 F (>18y): 12-16",
    ],
)
def test_range_by_sex_and_age_keeps_its_text_without_bounds(text: str) -> None:
    found = match_range(text, 0)
    assert found is not None
    assert found[1] == len(text)
    assert found[0].text == text
    assert [(sex, part.bounded) for sex, part in found[0].by_sex] == [("M", False), ("F", False)]


def test_h_in_brackets_behind_one_range_is_a_flag_as_likely_as_a_sex() -> None:
    assert match_range("3,9 - 6,1 (H)", 0) == (Range("3,9 - 6,1", 3.9, 6.1), 9)


@pytest.mark.parametrize("text", ["(H : 30 - 400 / F :", "Homme: 13-17 Femme: -", "H: 4-6 F: 3 à"])
def test_half_of_a_range_by_sex_is_none(text: str) -> None:
    assert parse_range(text) is None
    assert match_range(text, 0) is None


def test_range_of_an_unknown_condition_keeps_its_text_without_bounds() -> None:
    found = parse_range("Adulte: 3,5-5,0 Enfant: 4,0-6,0")
    assert found == Range("Adulte: 3,5-5,0 Enfant: 4,0-6,0")


def test_range_in_words() -> None:
    found = parse_range("Négatif")
    assert found is not None
    assert found.expected == "Négatif"


@pytest.mark.parametrize("text", ["", "mmol/L", "5.8", "see comment", "12/05/2026", "G.0 - 90.0"])
def test_what_is_no_range_is_none(text: str) -> None:
    assert parse_range(text) is None


def test_impossible_range_is_known_as_such() -> None:
    found = parse_range("39 - 5.6")
    assert found is not None
    assert not found.possible


printed_ranges = st.one_of(
    st.tuples(decimals(0, 50), st.sampled_from(["-", " - ", "–", " – ", " à "]), decimals(51)).map(
        "".join
    ),
    st.tuples(st.sampled_from(["<", "< ", "≤ ", ">", "≥ ", "Up to "]), decimals()).map("".join),
    st.integers(2, 640).map(lambda n: f"< 1/{n}"),
    st.sampled_from(["Négatif", "Negative", "Absence", "H: 13-17 F: 12-16", "M: 4.5-5.9"]),
)


@given(printed_ranges)
def test_ranges_printed_and_parsed_again_are_the_same(text: str) -> None:
    found = parse_range(text)
    assert found is not None
    assert parse_range(str(found)) == found
    assert parse_range(f"({text})") == found


@given(st.text(max_size=60))
def test_any_text_can_be_parsed(text: str) -> None:
    value, found = parse_value(text), parse_range(text)
    assert value is None or value.text
    assert found is None or found.text

"""What counts as the same text, and what must not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.evaluate import fold
from medicord_ocr.evaluate.reading import reading_errors
from medicord_ocr.evaluate.statistics import auroc, bootstrap, calibration, risk_coverage, wilson

# The first example loads the vocabulary or khnormal, and machines have other work.
UNHURRIED = settings(deadline=None)
FORMS: list[Callable[[str], object]] = [
    fold.words, fold.compact, fold.unit, fold.bounds, fold.sig, fold.medication, fold.assay,
    fold.person, fold.place, fold.modality, fold.region, fold.reading, fold.numbers,
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        (fold.unit, "10^9/L", "10⁹/L"),
        (fold.unit, "x10^9/L", "× 10⁹ / l"),
        (fold.unit, "10*3/µL", "x10³/uL"),
        (fold.unit, "µmol/L", "μmol/l"),
        (fold.unit, "mg/dL", "MG/DL"),
        (fold.unit, "/mm³", "/mm3"),
        (fold.unit, "(g/L)", "g/l"),
        (fold.bounds, "3.9–5.6", "3,9 - 5,6"),
        (fold.bounds, "3,90 à 5,60", "3.9-5.6"),
        (fold.bounds, "< 5.20", "<5,2"),
        (fold.bounds, "<= 5", "≤5"),
        (fold.bounds, "(៣,៩ – ៥,៦)", "3.9-5.6"),
        (fold.bounds, "150 000 - 400 000", "150000-400000"),
        (fold.bounds, "H : 13,0 - 17,0 / F : 12,0 - 16,0", "H: 13.0-17.0 F: 12.0-16.0"),
        (fold.sig, "½ គ្រាប់", "1/2 គ្រាប់"),
        (fold.sig, "១ គ្រាប់", "1គ្រាប់"),
        (fold.sig, "for 5 days", "5 Days."),
        (fold.sig, "pendant 5 jours", "5 jours"),
        (fold.medication, "Paracétamol 500 mg", "1) PARACETAMOL 500mg tab"),
        (fold.medication, "Amoxicillin (500 mg)", "Amoxicillin 500 mg"),
        (fold.medication, "Amoxicillin500mg", "Amoxicillin 500 mg"),
        (fold.medication, "Carbocisteine sirop 5 %", "Carbocisteine 5%"),
        (fold.person, "Dr. TEP Bunthoeun, M.D", "Prof Tep BUNTHOEUN"),
        (fold.person, "វេជ្ជបណ្ឌិត សុខ ដារ៉ា", "សុខដារ៉ា"),
        (fold.modality, "Échographie", "ULTRASOUND"),
        (fold.modality, "Radiographie", "X-Ray"),
        (fold.region, "thorax", "Chest"),
        (fold.region, "abdominale", "ABDOMEN"),
        (fold.assay, "RDW-CV", "rdw cv"),
    ],
)
def test_one_thing_in_two_notations_is_the_same(
    form: Callable[[str], object], one: str, other: str
) -> None:
    assert form(one) == form(other)


@pytest.mark.parametrize(
    ("form", "one", "other"),
    [
        (fold.unit, "G/L", "g/L"),
        (fold.unit, "10^9/L", "109/L"),
        (fold.unit, "10^9/L", "1049/L"),
        (fold.unit, "10^9/L", "10^6/L"),
        (fold.unit, "µmol/L", "pmol/L"),
        (fold.unit, "mmol/L", "µmol/L"),
        (fold.unit, "mg/dL", "mg/L"),
        (fold.bounds, "150,000", "150"),
        (fold.bounds, "3.9-5.6", "39-56"),
        (fold.bounds, "< 5", "≤ 5"),
        (fold.bounds, "< 5", "> 5"),
        (fold.bounds, "1.5-2.5", "1.5 2.5"),
        (fold.bounds, "H : 13-17 / F : 12-16", "H : 12-16 / F : 13-17"),
        (fold.sig, "1/2 tab", "12 tab"),
        (fold.sig, "1 tablet", "2 tablets"),
        (fold.medication, "Vitamin B1 250 mg", "Vitamin B12 50 mg"),
        (fold.medication, "Aspirin 81 mg", "Aspirin 810 mg"),
        (fold.medication, "Prednisone 5 mg", "Prednisolone 5 mg"),
        (fold.medication, "Omeprazole 20 mg", "Omeprazole"),
        (fold.modality, "CT scan", "MRI"),
        (fold.region, "Right knee", "Left knee"),
        (fold.region, "Chest", "Abdomen"),
        (fold.assay, "NEUT%", "NEUT#"),
        (fold.assay, "Free T3", "Free T4"),
    ],
)
def test_what_changes_the_meaning_is_not_folded(
    form: Callable[[str], object], one: str, other: str
) -> None:
    assert form(one) != form(other)


@pytest.mark.parametrize(
    ("expected", "got", "same"),
    [
        (5.8, 5.8, True),
        (138, 138.0, True),
        (5.8, "5,80", True),
        (12500, "12 500", True),
        (5.8, 58, False),
        ("Négatif", "NEGATIF", True),
        ("អវិជ្ជមាន", "វិជ្ជមាន", False),
        ("<0.5", "< 0,5", True),
        ("<0.5", 0.5, False),
        ("1/160", "1/16", False),
        ("++", "+++", False),
    ],
)
def test_values_are_equal_as_numbers_or_as_texts(
    expected: float | str, got: float | str, same: bool
) -> None:
    assert fold.same_value(expected, got) is same


@UNHURRIED
@given(st.text(max_size=40))
def test_every_form_takes_any_text(text: str) -> None:
    for form in FORMS:
        assert form(text) == form(text)


@UNHURRIED
@given(st.floats(0.001, 9999, allow_nan=False), st.floats(0.001, 9999, allow_nan=False))
def test_ranges_are_equal_only_with_equal_ends(low: float, high: float) -> None:
    printed = f"{low:.2f} - {high:.2f}"
    assert fold.bounds(printed) == fold.bounds(printed.replace(".", ",").replace(" - ", "–"))
    assert fold.bounds(printed) != fold.bounds(f"{low + 0.01:.2f} - {high:.2f}")


def test_character_errors_do_not_depend_on_reading_order() -> None:
    expected = "Glucose 5.8 mmol/L\nUrea 4.2 mmol/L\nSodium 140 mmol/L"
    turned = "\n".join(reversed(expected.split("\n")))
    assert reading_errors(expected, turned).with_spaces[0] == 0


def test_two_columns_read_as_one_line_have_no_error() -> None:
    columns = "Name : SOK DARA\nSex : Male\nRequested by : Dr. LY Virak\nPatient ID : 333567\n"
    columns += "Collected : 31-Oct-2025\nReport date : 02-Nov-2025"
    left, right = columns.split("\n")[:3], columns.split("\n")[3:]
    across = "\n".join(f"{a}  {b}" for a, b in zip(left, right, strict=True))
    assert reading_errors(columns, across).characters[0] == 0


def test_a_paragraph_wrapped_otherwise_has_no_error_but_its_breaks() -> None:
    text = "No pleural effusion is seen. The heart size is normal. The bony thorax is intact."
    errors = reading_errors(f"FINDINGS\n{text}", "FINDINGS\n" + text.replace(". ", ".\n"))
    assert errors.characters[0] == 0


def test_spaces_count_only_where_they_are_meant_to() -> None:
    errors = reading_errors("គ្លុយកូស 5.8", "គ្លុយ កូស5.8")
    assert errors.characters == (0, len("គ្លុយកូស5.8"))
    assert errors.with_spaces[0] == 2
    assert errors.clusters == (0, 4)


def test_a_wrong_mark_spoils_one_khmer_cluster() -> None:
    errors = reading_errors("កាល់ម៉ែត", "កាល់ម៉ត")
    assert errors.characters[0] == 1
    assert errors.clusters == (1, 4)


def test_text_that_was_not_read_is_all_wrong_and_no_more() -> None:
    assert reading_errors("abc", "").characters == (3, 3)
    assert reading_errors("abc", "xyz" * 9).characters == (3, 3)
    assert reading_errors("", "xyz").characters == (0, 0)


@UNHURRIED
@given(st.text(max_size=60), st.text(max_size=60))
def test_reading_errors_are_at_most_the_length(expected: str, got: str) -> None:
    errors = reading_errors(expected, got)
    for wrong, length in (errors.characters, errors.with_spaces, errors.clusters):
        assert 0 <= wrong <= length
    assert reading_errors(expected, expected).with_spaces[0] == 0


def test_wilson_bounds_are_those_of_the_textbooks() -> None:
    # Newcombe 1998, table I: 81 of 263 and 0 of 20.
    assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


def test_bootstrap_needs_two_contents_and_is_the_same_every_time() -> None:
    assert bootstrap([(1, 4)]) is None
    sums = [(0, 10), (1, 10), (3, 10), (0, 5)]
    assert bootstrap(sums) == bootstrap(sums)
    low, high = bootstrap(sums) or (1, 0)
    assert 0 <= low < 4 / 35 < high <= 0.3


def test_calibration_is_perfect_where_confidence_is_the_share_right() -> None:
    judged = [(0.75, i % 4 != 0) for i in range(400)]
    found = calibration(judged)
    assert found["ece"] == pytest.approx(0.0, abs=1e-9)
    assert sum(part["count"] for part in found["bins"]) == 400
    assert found["auroc"] == 0.5


def test_auroc_counts_pairs_in_order_and_ties_half() -> None:
    assert auroc([(0.9, True), (0.1, False)]) == 1.0
    assert auroc([(0.1, True), (0.9, False)]) == 0.0
    assert auroc([(0.5, True), (0.5, False)]) == 0.5
    assert auroc([(0.5, True)]) is None


def test_risk_counts_what_is_wrong_of_the_surest_and_takes_reviews_last() -> None:
    judged = [(0.9, True, True), (0.9, True, False), (0.8, True, True), (0.99, False, False)]
    assert risk_coverage(judged) == [(0.5, 0.5), (0.75, 0.33333), (1.0, 0.5)]
    assert risk_coverage([]) == []

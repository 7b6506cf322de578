"""The definitions of the metrics, on small ground truths made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from medicord_ocr.evaluate import Report
from medicord_ocr.evaluate.matching import assay_similarity
from medicord_ocr.schema import Header, HeaderField, Imaging
from tests.truths import GLUCOSE, UREA, counts, document, drug, lab, measuring, truth


@pytest.fixture
def measure(tmp_path: Path) -> Callable[..., Report]:
    return measuring(tmp_path)


def test_a_wrong_value_is_wrong_and_its_row_still_found(measure: Callable[..., Report]) -> None:
    got = document(lab(("Glucose", 58, "mmol/L", "3.9-5.6", True)), lab(UREA))
    report = measure(a=(truth(GLUCOSE, UREA), got))
    assert counts(report, "labs.row_recall") == (2, 2)
    assert counts(report, "labs.value") == (1, 2)
    assert counts(report, "labs.unit") == (2, 2)


def test_a_missing_row_counts_as_wrong_in_every_field(measure: Callable[..., Report]) -> None:
    qualitative = ("HBsAg", "Negative", None, None, None)
    report = measure(a=(truth(GLUCOSE, qualitative), document(lab(GLUCOSE))))
    for name in ("row_recall", "value", "unit", "range", "abnormal"):
        assert counts(report, f"labs.{name}") == (1, 2)


def test_an_extra_row_is_counted_over_predicted_rows(measure: Callable[..., Report]) -> None:
    extra = lab(("Page", 1, None, None, None))
    report = measure(a=(truth(GLUCOSE), document(lab(GLUCOSE), extra)))
    assert counts(report, "labs.extra_rows") == (1, 2)
    assert counts(report, "labs.value") == (1, 1)


def test_a_field_that_is_not_on_the_page_is_invented_when_filled(
    measure: Callable[..., Report],
) -> None:
    expected = truth(("Glucose", 5.8, None, None, None), possible_doctor=None)
    got = document(lab(("Glucose", 5.8, "mmol/L", None, None)), doctor="Dr Sok")
    report = measure(a=(expected, got))
    assert counts(report, "invented_fields") == (2, 4)
    assert counts(report, "labs.unit") == (0, 1)
    assert counts(report, "labs.range") == (1, 1)
    assert counts(report, "header.doctor") == (0, 1)


def test_a_field_that_the_truth_does_not_mention_is_not_scored(
    measure: Callable[..., Report],
) -> None:
    expected = truth(GLUCOSE, possible_report_date="2026-01-20")
    got = document(lab(GLUCOSE), report_date="2026-01-20", facility="Calmette Hospital")
    report = measure(a=(expected, got))
    assert report.metrics["header.facility"].value is None
    assert counts(report, "header.report_date") == (1, 1)


def test_only_accepted_wrong_values_are_silent_errors(measure: Callable[..., Report]) -> None:
    wrong = ("Glucose", 58, "mmol/L", "3.9-5.6", True)
    cases = {
        "accepted": lab(wrong),
        "unsure": lab(wrong, confidence=0.74),
        "review": lab(wrong, review=True),
    }
    report = measure(**{n: (truth(GLUCOSE), document(row)) for n, row in cases.items()})
    assert counts(report, "silent_error_rate") == (1, 4)
    assert counts(report, "coverage") == (4, 12)
    (error,) = (e for d in report.documents for e in d.silent_errors)
    assert (error.metric, error.row, error.expected, error.got) == (
        "labs.value", "Glucose", 5.8, 58,
    )  # fmt: skip


def test_every_accepted_value_of_an_invented_row_is_a_silent_error(
    measure: Callable[..., Report],
) -> None:
    extra = lab(("Room", 12, "m", None, None))
    report = measure(a=(truth(GLUCOSE), document(lab(GLUCOSE), extra)))
    assert counts(report, "silent_error_rate") == (2, 6)
    assert counts(report, "coverage") == (4, 4)


def test_without_provenance_a_header_counts_as_accepted(measure: Callable[..., Report]) -> None:
    expected = {"categories": {}, "possible_report_date": "2026-01-20"}
    report = measure(a=(expected, document(report_date="2026-01-02")))
    assert counts(report, "silent_error_rate") == (1, 1)


def test_a_header_for_review_is_no_silent_error(measure: Callable[..., Report]) -> None:
    field = HeaderField(
        raw=None, confidence=0.9, source=None, needs_review=True, value="2026-01-02"
    )
    got = document(report_date="2026-01-02").model_copy(
        update={"header": Header(report_date=field)}
    )
    report = measure(a=({"categories": {}, "possible_report_date": "2026-01-20"}, got))
    assert counts(report, "silent_error_rate") == (0, 0)
    assert counts(report, "header.report_date") == (0, 1)


def test_a_failed_document_misses_all_that_is_on_it(measure: Callable[..., Report]) -> None:
    expected = truth(GLUCOSE, UREA, possible_doctor=None, raw_text="Glucose 5.8")
    report = measure(good=(expected, document(lab(GLUCOSE), lab(UREA), text="Glucose 5.8")),
                     bad=(expected, None))  # fmt: skip
    assert counts(report, "labs.row_recall") == (2, 4)
    assert counts(report, "labs.value") == (2, 4)
    assert counts(report, "header.doctor") == (1, 2)
    assert report.metrics["cer"].value == 0.5
    failed, passed = report.documents
    assert (failed.error or "").startswith("internal (KeyError at truths.py:")
    assert passed.error is None
    assert counts(report, "seconds_per_page")[1] == 1


def test_repeats_of_one_content_do_not_narrow_the_bound(measure: Callable[..., Report]) -> None:
    def bound(ids: list[str]) -> tuple[int, float]:
        cases = {
            f"d{i}": (truth(GLUCOSE, meta={"content_id": c}), document(lab(GLUCOSE)))
            for i, c in enumerate(ids)
        }
        found = measure(**cases).metrics["silent_error_rate"]
        assert found.value == 0.0
        assert found.denominator == 4 * len(ids)
        assert found.high is not None
        return found.distinct, found.high

    repeated, apart = bound(["x"] * 10), bound([str(i) for i in range(10)])
    assert (repeated[0], apart[0]) == (4, 40)
    assert repeated[1] > apart[1]


def test_the_bound_is_wide_where_errors_gather_in_one_document(
    measure: Callable[..., Report],
) -> None:
    bad = document(lab(("Glucose", 99, "g/L", "1-2", False)))
    cases = {f"d{i}": (truth(GLUCOSE), document(lab(GLUCOSE))) for i in range(9)}
    found = measure(**cases, d9=(truth(GLUCOSE), bad)).metrics["silent_error_rate"]
    assert found.value == 0.1
    # Wilson over 40 values would say 0.04-0.23; one document in ten says 0-0.3.
    assert found.low == 0.0
    assert found.high is not None
    assert found.high >= 0.3


def test_one_test_in_per_cent_and_absolute_is_told_apart_by_its_unit(
    measure: Callable[..., Report],
) -> None:
    share = ("Neutrophils", 55.0, "%", "40-70", False)
    absolute = ("Neutrophils", 3.2, "10^9/L", "2-7", False)
    report = measure(a=(truth(share, absolute), document(lab(absolute), lab(share))))
    assert counts(report, "labs.value") == (2, 2)


def test_synonyms_are_one_test_and_neighbours_are_not() -> None:
    assert assay_similarity("Hémoglobine", "HGB") > 0.9
    assert assay_similarity("អ៊ុយរ៉េ (Urea)", "Urea") > 0.9
    assert assay_similarity("HDL cholesterol", "LDL cholesterol") == 0.0
    assert assay_similarity("Free T3", "Free T4") == 0.0
    assert assay_similarity("Unlisted marker", "Unlisted rnarker") > 0.7
    assert assay_similarity("Zqx", "Zqy") == 0.0


def test_medication_needs_drug_and_strength(measure: Callable[..., Report]) -> None:
    rows = [{"medication": m, "dosage": "1 tablet", "frequency": None, "duration": "5 days"}
            for m in ("Amoxicillin 500 mg", "Aspirin 81 mg", "Cefixime 200 mg")]  # fmt: skip
    expected = {"categories": {"prescriptions": rows}}
    got = document(
        prescriptions=(
            drug("1. Amoxicilline 500mg caps", dosage="1 tablet", duration="5 days"),
            drug("Aspirin 810 mg", dosage="1 tablet", duration="x 5 days"),
            drug("Ceftriaxone 1 g"),
        )
    )
    report = measure(a=(expected, got))
    assert counts(report, "rx.row_recall") == (2, 3)
    assert counts(report, "rx.medication") == (0, 3)
    assert counts(report, "rx.dosage") == (2, 3)
    assert counts(report, "rx.frequency") == (2, 3)
    assert counts(report, "rx.duration") == (2, 3)
    assert counts(report, "rx.extra_rows") == (1, 3)


def test_findings_are_right_up_to_a_few_letters_but_not_with_another_number(
    measure: Callable[..., Report],
) -> None:
    findings = "Multiple gallstones, the largest measuring 12 mm. Spleen is normal in size."
    row = {"modality": "Ultrasound", "body_part": "Right knee", "findings": findings,
           "impression": None}  # fmt: skip
    for read, right in (
        (findings.replace("Spleen", "Splcen"), 1),
        (findings.replace("12", "17"), 0),
        (findings[:40], 0),
    ):
        item = Imaging(modality="US", body_part="knee", side="right", findings=read,
                       impression=None, confidence=0.9)  # fmt: skip
        report = measure(a=({"categories": {"imaging": [row]}}, document(imaging=(item,))))
        assert counts(report, "imaging.findings") == (right, 1)
        assert counts(report, "imaging.modality") == (1, 1)
        assert counts(report, "imaging.body_part") == (1, 1)


def test_the_other_side_is_another_body_part(measure: Callable[..., Report]) -> None:
    row = {"modality": "MRI", "body_part": "Genou droit", "findings": None, "impression": None}
    for side, right in (("right", 1), ("left", 0), (None, 0)):
        item = Imaging(modality="IRM", body_part="Knee", side=side, findings=None,
                       impression=None, confidence=0.9)  # fmt: skip
        report = measure(a=({"categories": {"imaging": [row]}}, document(imaging=(item,))))
        assert counts(report, "imaging.body_part") == (right, 1)


def test_headers_fold_titles_and_know_the_other_printed_names(
    measure: Callable[..., Report],
) -> None:
    expected = {
        "categories": {},
        "possible_facility": "Calmette Hospital",
        "possible_facility_aliases": ["មន្ទីរពេទ្យកាល់ម៉ែត"],
        "possible_doctor": "វេជ្ជបណ្ឌិត សុខ ដារ៉ា",
    }
    got = document(facility="មន្ទីរពេទ្យ កាល់ម៉ែត", doctor="សុខដារ៉ា")
    report = measure(a=(expected, got))
    assert counts(report, "header.facility") == (1, 1)
    assert counts(report, "header.doctor") == (1, 1)
    report = measure(a=(expected, document(facility="Calmette", doctor="Dr Sok Dara")))
    assert counts(report, "header.facility") == (0, 1)
    assert counts(report, "header.doctor") == (0, 1)

from __future__ import annotations

from dataclasses import replace

from medicord_ocr.structure import understand
from medicord_ocr.structure.doubt import DESERVED
from tests.pages import page

REPORT = """Calmette Hospital
LABORATORY REPORT   Report date : 20 January 2026
Test                Result      Unit      Reference
Glucose             5.2         mmol/L    3.9 - 5.6
Sodium              140         mmol/L    135 - 145"""


def test_every_field_of_a_page_of_low_resolution_is_for_review() -> None:
    poor = replace(page(REPORT), warnings=("low_resolution: letters are 7 pixels high",))
    found = understand([poor])
    assert len(found.categories.lab_results) == 2
    for item in found.categories.lab_results:
        assert item.needs_review
        for info in item.fields.values():
            assert info.source is None or "low_resolution" in info.review_reasons
    assert found.header.report_date is not None
    assert "low_resolution" in found.header.report_date.review_reasons


def test_other_warnings_and_good_pages_leave_fields_alone() -> None:
    good = understand([replace(page(REPORT), warnings=("no_text: none",))])
    assert good == understand([page(REPORT)])
    assert not any(item.needs_review for item in good.categories.lab_results)


UNKNOWN = """LABORATORY REPORT
Test                Result      Unit      Reference
Glucose             5.2         mmol/L    3.9 - 5.6
Zzyqx               140         mmol/L    135 - 145"""


def test_doubt_lowers_the_confidence_of_the_field_and_of_its_item() -> None:
    known, unknown = understand([page(UNKNOWN)]).categories.lab_results
    assert known.confidence == 0.95
    info = unknown.fields["value"]
    assert "test_unknown" in info.review_reasons
    assert info.confidence == DESERVED["test_unknown"]
    assert "low_confidence" in info.review_reasons
    assert unknown.confidence <= info.confidence


def test_confidence_says_at_most_what_the_worst_reason_deserves() -> None:
    for item in understand([page(UNKNOWN)]).categories.lab_results:
        for info in item.fields.values():
            deserved = [DESERVED.get(code, 1.0) for code in info.review_reasons]
            assert info.confidence <= min(deserved, default=1.0)

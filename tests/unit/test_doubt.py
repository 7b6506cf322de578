from __future__ import annotations

from dataclasses import replace

from medicord_ocr.structure import understand
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

"""Which of a document's dates is the report's."""

from __future__ import annotations

import pytest

from medicord_ocr.structure.header.find import find_header
from tests.pages import page


@pytest.mark.parametrize(
    "line",
    [
        "ថ្ងៃទី១២ ខែវិច្ឆិកា ឆ្នាំ២០២៥",
        "Date In: 11/11/2025   Date Out: 12/11/2025",
        "Collected: 11/11/2025  Received: 11/11/2025  Reported: 12/11/2025",
    ],
)
def test_the_date_below_the_patient_s_age_is_the_report_s(line: str) -> None:
    found = find_header([page(f"Name: Ly Da   Sex: M   Age: 20\n{line}")]).header.report_date
    assert found is not None
    assert found.value == "2025-11-12"


def test_a_date_below_the_heading_of_a_column_is_of_its_kind() -> None:
    found = find_header(
        [page("Name    Date of birth   Date reported\nLy Da   01/02/1990      12/11/2025")]
    )
    assert found.header.report_date is not None
    assert found.header.report_date.value == "2025-11-12"


def test_a_date_behind_an_unknown_place_on_the_right_is_that_of_signing() -> None:
    text = "Name: Ly Da\n" + " " * 60 + "ចំការលើ ថ្ងៃទី២១ ខែកក្កដា ឆ្នាំ២០២៥"
    found = find_header([page(text)]).header.report_date
    assert found is not None
    assert (found.value, found.kind, found.needs_review) == ("2025-07-21", "issued", False)


def test_a_date_whose_year_stands_on_the_line_below_is_read() -> None:
    text = "Name: Ly Da\n" + " " * 60 + "ភ្នំពេញ ថ្ងៃទី១៣ ខែវិច្ឆិកា\n" + " " * 66 + "ឆ្នាំ២០២៤"
    found = find_header([page(text)]).header.report_date
    assert found is not None
    assert (found.value, found.kind) == ("2024-11-13", "issued")

"""Columns of times of day, however they are headed: initials, hours, bedtime."""

from __future__ import annotations

import pytest

from tests.prescribed import found, slots


def test_bedtime_column_headed_by_sleep_is_the_night() -> None:
    (item,) = found(
        """
ឈ្មោះថ្នាំ              ព្រឹក      ថ្ងៃ      ល្ងាច      គេង
Diazepam 5mg                                           1
"""
    )
    assert (item.dosage, slots(item)) == ("1", {"night": "1"})


@pytest.mark.parametrize("headings", ["M      N      E      B", "M      A      E      N"])
def test_fourth_initial_is_the_night(headings: str) -> None:
    (item,) = found(
        f"""
Drug                        {headings}
Amitriptyline 25 mg         -      -      -      ½
"""
    )
    assert slots(item) == {"night": "½"}


def test_initials_that_leave_two_readings_are_no_times() -> None:
    # M, E, N: the last may be noon or night, so nothing is said of when.
    for item in found(
        """
Rx
Drug                        M      E      N      Days
Losartan 50 mg              1      -      1      30
"""
    ):
        assert item.schedule is None


@pytest.mark.parametrize(
    "headings",
    [
        "8 AM       12 PM       6 PM       10 PM",
        "8h         12h         18h        22h",
        "08:00      12:00       18:00      21:00",
    ],
)
def test_columns_headed_by_hours_are_times_of_day(headings: str) -> None:
    (item,) = found(
        f"""
Medicine                    Days       {headings}
Cotrimoxazole 960 mg        5          1                      1
"""
    )
    assert slots(item) == {"morning": "1", "evening": "1"}


def test_hours_that_do_not_ascend_are_no_times() -> None:
    # 6h, 12h, 6h on a twelve-hour clock: which of them is the evening is not printed.
    for item in found(
        """
Rx
Medicine                    Dose       6h         12h        6h
Cotrimoxazole 960 mg        1 tab      1                     1
"""
    ):
        assert item.schedule is None


def test_code_written_with_plus_signs_is_no_dose() -> None:
    (item,) = found("Ordonnance\n- Inexium 40 mg : 1+0+0 x 28 j\n")
    assert (item.dosage, item.frequency, item.duration) == (None, "1+0+0", "28 j")


@pytest.mark.parametrize(
    "headings",
    [
        "Breakfast Lunch    Dinner   Bedtime",
        "Petit déj Déjeuner  Dîner   Coucher",
    ],
)
def test_meals_are_times_of_day(headings: str) -> None:
    item, *_ = found(f"""PRESCRIPTION
No   Name of drug           {headings}   Duration
1    Paracetamol 500 mg        2         2      2        2          5 days""")
    assert slots(item) == {"morning": "2", "noon": "2", "evening": "2", "night": "2"}


def test_amount_below_a_heading_not_read_makes_the_times_doubtful() -> None:
    item, *_ = found("""PRESCRIPTION
No   Drug                   xqzw       Noon       Evening     Duration
1    Paracetamol 500 mg     2          2          2           5 days""")
    assert slots(item) == {"noon": "2", "evening": "2"}
    assert "unread_amount" in item.fields["schedule"].review_reasons

"""Directions that are easily taken for others: days, most of a day, infusions, courses."""

from __future__ import annotations

import pytest

from tests.unit.test_sig import read, said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1 tablet on Mondays and Thursdays",
            {"dosage": "1 tablet", "frequency": "on Mondays and Thursdays"},
        ),
        ("1 cp le lundi", {"dosage": "1 cp", "frequency": "le lundi"}),
        ("1 tab Mon/Wed/Fri", {"dosage": "1 tab", "frequency": "Mon/Wed/Fri"}),
        ("1 tab in the sun", {"dosage": "1 tab"}),
        ("1 pessary PV HS for 7 nights",
         {"dosage": "1 pessary", "frequency": "HS", "route": "PV", "duration": "7 nights"}),
    ],
)  # fmt: skip
def test_days_of_the_week_and_nights(text: str, expected: dict[str, str]) -> None:
    assert said(read(text)) == expected


def test_other_days_with_another_dose_leave_no_certain_frequency() -> None:
    sig = read("1 tablet on Mon/Wed/Fri and ½ tablet on other days")
    assert sig.dosage is None or "ambiguous_sig" in sig.doubts["dosage"]
    assert "ambiguous_sig" in sig.doubts["frequency"]


def test_nights_in_the_duration_are_counted() -> None:
    assert said(read("7 nights")) == {"duration": "7 nights"}


def test_infusion_has_neither_its_volume_as_dose_nor_its_hours_as_duration() -> None:
    sig = read("in 500 ml D5W over 6 hours")
    assert (sig.dosage, sig.duration) == (None, None)


@pytest.mark.parametrize(("text", "days"), [("1 TDS 7/7", "7/7"), ("1 BD pc 2/52", "2/52")])
def test_days_and_weeks_as_a_fraction_are_a_duration(text: str, days: str) -> None:
    assert read(text).text("duration") == days


def test_khmer_tablets_a_day_are_no_duration() -> None:
    sig = read("លេប ១ថ្ងៃ ១គ្រាប់ រយៈពេល ១០ថ្ងៃ")
    assert (sig.text("dosage"), sig.text("duration")) == ("១គ្រាប់", "១០ថ្ងៃ")
    assert "daily_total" in read("លេប ១ថ្ងៃ ២គ្រាប់").doubts["dosage"]


def test_days_behind_bedtime_are_a_duration_and_no_amount_at_noon() -> None:
    # Columns read as one: bedtime, 30 days, 30 tablets handed out.
    sig = read("១គ្រាប់ មុនចូលគេង ៣០ថ្ងៃ ៣០គ្រាប់")
    assert (sig.text("dosage"), sig.text("duration")) == ("១គ្រាប់", "៣០ថ្ងៃ")
    assert set(sig.schedule) <= {"night"}


def test_days_behind_a_morning_dose_are_a_duration() -> None:
    sig = read("1 គ្រាប់ ពេលព្រឹក, 5 ថ្ងៃ")
    assert (sig.text("frequency"), sig.text("duration")) == ("ពេលព្រឹក", "5 ថ្ងៃ")


def test_amounts_at_noon_stay_amounts() -> None:
    assert read("ព្រឹក១ ថ្ងៃ១ ល្ងាច១").times() == {"morning": "១", "noon": "១", "evening": "១"}


@pytest.mark.parametrize(
    "text", ["1 tab if pain, max 4/day", "1 cp si douleur, sans dépasser 4 fois par jour"]
)
def test_most_of_a_day_is_no_frequency(text: str) -> None:
    assert read(text).frequency is None


@pytest.mark.parametrize("often", ["en prise unique", "as a single dose", "dose unique"])
def test_single_dose(often: str) -> None:
    assert read(f"1 ampoule {often}").text("frequency") == often


def test_course_by_weeks_is_kept_whole_and_marked() -> None:
    sig = read("week 1: 1 tab OD; week 2: 1 tab BD")
    assert sig.dosage is None
    assert sig.text("frequency") == "week 1: 1 tab OD; week 2: 1 tab BD"
    assert "tapering" in sig.doubts["frequency"]

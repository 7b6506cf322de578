from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.structure.dates import find_dates

EN = "January February March April May June July August September October November December".split()
FR = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
KM = "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ".split()
KHMER_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31))
NUMERIC = ["{d:02d}/{m:02d}/{y}", "{d}/{m}/{y}", "{d:02d}-{m:02d}-{y}", "{d:02d}.{m:02d}.{y}"]
NAMED = [
    "{d} {en} {y}",
    "{d:02d}-{mon}-{y}",
    "{d:02d} {mon} {y}",
    "{en} {d}, {y}",
    "{d} {fr} {y}",
    "le {d} {fr} {y}",
    "{y}-{m:02d}-{d:02d}",
    "ថ្ងៃទី{d} ខែ{km} ឆ្នាំ{y}",
    "ថ្ងៃទី {d} ខែ {km} ឆ្នាំ {y}",
    "ថ្ងៃទី{d:02d} ខែ{m:02d} ឆ្នាំ{y}",
    "{d} {km} {y}",
]


def written(day: date, form: str) -> str:
    names = {"en": EN, "fr": FR, "km": KM}
    parts = {key: months[day.month - 1] for key, months in names.items()}
    return form.format(d=day.day, m=day.month, y=day.year, mon=parts["en"][:3], **parts)


def values(text: str) -> list[str | None]:
    return [found.value for found in find_dates(text)]


@settings(deadline=None)
@given(DAYS, st.sampled_from(NAMED))
def test_a_date_with_a_clear_order_reads_back_without_doubt(day: date, form: str) -> None:
    (found,) = find_dates(written(day, form))
    assert (found.value, found.ambiguous, found.reasons) == (day.isoformat(), False, ())


@settings(deadline=None)
@given(DAYS, st.sampled_from(NUMERIC))
def test_a_numeric_date_is_day_first_and_marked_when_it_could_be_month_first(
    day: date, form: str
) -> None:
    (found,) = find_dates(written(day, form))
    unsure = day.day <= 12 and day.day != day.month
    assert found.value == day.isoformat()
    assert found.ambiguous is unsure
    assert found.reasons == (("ambiguous_date",) if unsure else ())


@settings(deadline=None)
@given(DAYS, st.sampled_from([*NUMERIC, *NAMED]))
def test_khmer_digits_mean_the_same(day: date, form: str) -> None:
    latin = written(day, form)
    assert values(latin.translate(KHMER_DIGITS)) == values(latin)


@settings(deadline=None)
@given(DAYS, st.sampled_from([*NUMERIC, *NAMED]), st.sampled_from(["", "Date: ", "ថ្ងៃ ", "á "]))
def test_offsets_are_those_of_the_date(day: date, form: str, before: str) -> None:
    text = f"{before}{written(day, form)} 08:15"
    (found,) = find_dates(text)
    assert values(text[found.start : found.end]) == [day.isoformat()]
    assert text[found.end :] == " 08:15"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_random_text_never_raises_and_offsets_stay_inside(text: str) -> None:
    for found in find_dates(text):
        assert 0 <= found.start < found.end <= len(text)


@settings(deadline=None)
@given(st.text(alphabet="0123456789/-. :oOlI|ថ្ងៃទីខែឆ្នាំ", max_size=40))
def test_text_made_of_pieces_of_dates_yields_only_real_days(text: str) -> None:
    for found in find_dates(text):
        assert found.value is None or date.fromisoformat(found.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1er août 2025", "2025-08-01"),
        ("Phnom Penh, le 26 mars 2025", "2025-03-26"),
        ("20-Jan-2026 08:15", "2026-01-20"),
        ("ភ្នំពេញ ថ្ងៃទី២០ ខែមករា ឆ្នាំ២០២៦", "2026-01-20"),
        ("ថ្ងៃអង្គារ ទី20 ខែមករា ឆ្នាំ2026", "2026-01-20"),
        ("ថ្ងៃទី..20..ខែ..01..ឆ្នាំ..2026", "2026-01-20"),
        ("ថ្ងៃទី១៤ ខែកុម្ភះ ឆ្នាំ២០២៦", "2026-02-14"),
        ("2026/01/20", "2026-01-20"),
        ("15th of March 2025", "2025-03-15"),
        ("11/11/2022", "2022-11-11"),
    ],
)
def test_notations_seen_on_documents(text: str, value: str) -> None:
    (found,) = find_dates(text)
    assert (found.value, found.reasons) == (value, ())


@pytest.mark.parametrize("text", ["12/25/2026", "31/02/2026", "00/01/2026", "2026-13-01"])
def test_an_impossible_date_has_no_value_and_says_so(text: str) -> None:
    (found,) = find_dates(text)
    assert (found.value, found.reasons) == (None, ("impossible_date",))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # The year turned on 26 April 2021 at the earliest, on 22 May 2024 at the latest.
        ("20/01/2569", "2026-01-20"),
        ("24/04/2569", "2026-04-24"),
        ("ថ្ងៃទី២០ ខែមិថុនា ព.ស. ២៥៦៩", "2025-06-20"),
        ("31 December 2569", "2025-12-31"),
    ],
)
def test_buddhist_era_years_are_converted_where_their_turn_is_not_near(
    text: str, value: str
) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize("text", ["25/04/2569", "ថ្ងៃទី២០ ខែឧសភា ព.ស. ២៥៦៩", "31/05/2569"])
def test_buddhist_era_years_near_their_turn_have_no_value(text: str) -> None:
    (found,) = find_dates(text)
    assert (found.value, found.reasons) == (None, ("ambiguous_date",))


def test_a_lunar_date_is_none_but_the_solar_one_beside_it_is_found() -> None:
    lunar = "ថ្ងៃពុធ ១៥កើត ខែបុស្ស ឆ្នាំរោង ឆស័ក ព.ស.២៥៦៨"
    assert find_dates(lunar) == []
    assert values(f"{lunar} ត្រូវនឹងថ្ងៃទី១៨ ខែមីនា ឆ្នាំ២០២៦") == ["2026-03-18"]


@pytest.mark.parametrize(
    "text",
    [
        "1-0-1",
        "1-1-1-0",
        "3.9-5.6",
        "3.90 - 5.60 mmol/L",
        "012-345-678",
        "023 456 789",
        "1/160",
        "1/40/80",
        "(6-8) (11-12)",
        "120/80",
        "12/01/2026/0045",
        "10^9/L 4.0 - 10.0",
        "2 x 3",
        "May 2026",
        "ខែមករា ឆ្នាំ២០២៦",
    ],
)
def test_other_numbers_are_no_dates(text: str) -> None:
    assert find_dates(text) == []


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        ("2O/01/2026", "2026-01-20", "repaired_date"),
        ("20/l1/2026", "2026-11-20", "repaired_date"),
        ("20.07 2018", "2018-07-20", "repaired_date"),
        ("20 Janury 2026", "2026-01-20", "repaired_date"),
        ("09-0ct-2024", "2024-10-09", "repaired_date"),
        ("25-Ju1-2024", "2024-07-25", "repaired_date"),
        ("20/01/26", "2026-01-20", "two_digit_year"),
        ("20-01-26", "2026-01-20", "two_digit_year"),
        ("ថ្ងៃទី09 ខែវិច្ឆិកា ឆ្នាំ២០២៥", "2025-11-09", "mixed_digits"),
    ],
)
def test_a_date_that_was_mended_is_marked(text: str, value: str, reason: str) -> None:
    (found,) = find_dates(text)
    assert found.value == value
    assert reason in found.reasons


def test_several_dates_come_in_reading_order() -> None:
    text = "Collected 19/01/2026 07:30  Received 19/01/2026  Reported 20-Jan-2026"
    assert values(text) == ["2026-01-19", "2026-01-19", "2026-01-20"]


@pytest.mark.parametrize(
    ("text", "value", "reasons"),
    [
        ("12-III-2025", "2025-03-12", ()),
        ("4 / VII / 1972", "1972-07-04", ()),
        ("le 3 XII 2024", "2024-12-03", ()),
        ("12-Ill-2025", "2025-03-12", ("repaired_date",)),
        ("ថ្ងៃទី១៣ ខែម៉ីន្នា ឆ្នាំ២០២៥", "2025-03-13", ("repaired_date",)),
    ],
)
def test_roman_months_and_khmer_ones_that_lost_their_marks_are_read(
    text: str, value: str, reasons: tuple[str, ...]
) -> None:
    (found,) = find_dates(text)
    assert (found.value, found.reasons) == (value, reasons)


@pytest.mark.parametrize("text", ["1 x 2000 mg", "5-IIII-2025", "ថ្ងៃទី១៣ ខែមាឃ ឆ្នាំ២០២៥"])
def test_doses_figures_that_are_no_number_and_lunar_months_are_no_dates(text: str) -> None:
    assert find_dates(text) == []


@pytest.mark.parametrize("text", ["Report date :.14 November 2025", "Date : -14/11/2025"])
def test_stain_before_a_date_is_no_part_of_it(text: str) -> None:
    assert [found.value for found in find_dates(text)] == ["2025-11-14"]

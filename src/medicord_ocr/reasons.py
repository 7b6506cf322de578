"""What the review reasons of fields mean, in words for people."""

from __future__ import annotations

#: By code (``review_reasons``): what is doubtful, as the end of "look at it because …".
REASONS: dict[str, str] = {
    "low_confidence": "it was not read with certainty",
    "readers_disagree": "the readers read it differently",
    "single_reading": "one reader read it, and no other confirmed it",
    "low_resolution": "the letters of this page are too small",
    "value_missing": "no value was found in this row",
    "value_unreadable": "the value cannot be read",
    "implausible_value": "the value is not plausible for this test",
    "ambiguous_number": "comma or point may part decimals or thousands",
    "mixed_digits": "Khmer and other digits are mixed",
    "cross_check": "it does not agree with other values of the page",
    "flag_conflict": "the printed mark and the reference range contradict each other",
    "unit_unknown": "this unit is not known for this test",
    "range_unreadable": "the reference range cannot be read",
    "range_conflict": "the reference range makes no sense",
    "test_unknown": "the name of the test is not known",
    "test_unsure": "the name of the test is close to a known one, but not the same",
    "doubtful_name": "the name of the drug is not certain",
    "unread_name": "the name cannot be read",
    "unknown_drug": "the name of the drug is not known",
    "look_alike": "another drug has a name that looks like this one",
    "near_name": "the name is close to a known one, but not the same",
    "unread_amount": "an amount cannot be read",
    "ambiguous_sig": "the direction can be understood in more than one way",
    "cut_direction": "part of the direction is missing",
    "confusable_abbreviation": "the abbreviation has two meanings",
    "daily_total": "it may be the amount of a whole day",
    "section_unheaded": "no heading says which section this is",
    "ambiguous_date": "day and month may be the other way round",
    "two_digit_year": "the year has two digits",
    "repaired_date": "a digit of the date was not read with certainty",
    "impossible_date": "there is no such date",
    "unlabelled_date": "nothing says which date this is",
    "printed_date": "it is the date of printing",
    "no_report_date": "the page has other dates, but none of the report",
    "dates_disagree": "the page has several dates that could be meant",
    "date_conflict": "the dates of the page contradict each other",
    "doctors_disagree": "the page has several names that could be meant",
    "cut_name": "part of the name is missing",
    "llm_corrected": "a language model changed it",
    "llm_rejected": "what a language model proposed was not accepted",
}


def in_words(code: str) -> str:
    """What a review reason means; the code itself, spaced, where it has no words yet."""
    return REASONS.get(code, code.replace("_", " "))

"""Directions for use: slots in any order, in three languages, nothing that is not printed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr.khmer import digits
from medicord_ocr.structure.line import join, line_of
from medicord_ocr.structure.prescriptions.sig import Sig, parse_sig
from medicord_ocr.structure.prescriptions.sig_repair import mend
from tests.pages import row

FIELDS = ("dosage", "frequency", "duration", "quantity", "route", "meal", "as_needed")


def read(text: str, *, eye: bool = False) -> Sig:
    line = line_of(1, row(text)) if text.strip() else join(1, [])
    return parse_sig(line, eye=eye)


def said(sig: Sig) -> dict[str, str]:
    return {name: text for name in FIELDS if (text := sig.text(name)) is not None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1 tablet twice daily for 5 days",
            {"dosage": "1 tablet", "frequency": "twice daily", "duration": "5 days"},
        ),
        (
            "Take 1 to 2 tablets by mouth every 4-6 hours as needed",
            {
                "dosage": "1 to 2 tablets",
                "frequency": "every 4-6 hours",
                "route": "by mouth",
                "as_needed": "as needed",
            },
        ),
        (
            "½ tablet OD 10 days",
            {"dosage": "½ tablet", "frequency": "OD", "duration": "10 days"},
        ),
        (
            "2 tablets every 6 hours before meals for 3 days",
            {
                "dosage": "2 tablets",
                "frequency": "every 6 hours",
                "meal": "before meals",
                "duration": "3 days",
            },
        ),
        (
            "Use two tablets daily for three months",
            {"dosage": "two tablets", "frequency": "daily", "duration": "three months"},
        ),
        (
            "1 comprimé une fois par jour, avant les repas, pendant 7 jours",
            {
                "dosage": "1 comprimé",
                "frequency": "une fois par jour",
                "meal": "avant les repas",
                "duration": "7 jours",
            },
        ),
        (
            "1cp x 3/j x 5j si douleur",
            {"dosage": "1cp", "frequency": "3/j", "duration": "5j", "as_needed": "si douleur"},
        ),
        ("1 x 3/j", {"dosage": "1", "frequency": "3/j"}),
        (
            "1 c. à s. toutes les 8 heures pdt 5 jours",
            {"dosage": "1 c. à s.", "frequency": "toutes les 8 heures", "duration": "5 jours"},
        ),
        (
            "លេបម្តង ½ គ្រាប់ ១ថ្ងៃ ១ដង ក្រោយបាយ រយៈពេល 1 ខែ",
            {
                "dosage": "½ គ្រាប់",
                "frequency": "១ថ្ងៃ ១ដង",
                "meal": "ក្រោយបាយ",
                "duration": "1 ខែ",
            },
        ),
        (
            "១ គ្រាប់ ៣ ដង ក្នុងមួយថ្ងៃ ៥ ថ្ងៃ",
            {"dosage": "១ គ្រាប់", "frequency": "៣ ដង ក្នុងមួយថ្ងៃ", "duration": "៥ ថ្ងៃ"},
        ),
        (
            "រៀងរាល់ 8 ម៉ោងម្តង ម្តង 2 គ្រាប់",
            {"dosage": "2 គ្រាប់", "frequency": "រៀងរាល់ 8 ម៉ោងម្តង"},
        ),
        ("5 ml TID x 7/7", {"dosage": "5 ml", "frequency": "TID", "duration": "7/7"}),
    ],
)
def test_slots_are_read_as_printed(text: str, expected: dict[str, str]) -> None:
    assert said(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "quantity"),
    [("#20", "20"), ("B/1", "B/1"), ("Qté: 20", "20"), ("N° 20", "20"), ("1 boîte", "1 boîte")],
)
def test_what_is_handed_out_is_no_dose(text: str, quantity: str) -> None:
    assert said(read(text)) == {"quantity": quantity}


def test_count_beside_a_dose_is_the_quantity() -> None:
    assert said(read("20 tab 1 tab x 3/j")) == {
        "dosage": "1 tab",
        "frequency": "3/j",
        "quantity": "20 tab",
    }


@pytest.mark.parametrize("text", ["2 x 3", "2x3"])
def test_two_numbers_times_each_other_fill_no_slot(text: str) -> None:
    sig = read(text)
    assert said(sig) == {}
    assert sig.doubts == {"frequency": ("ambiguous_sig",), "dosage": ("ambiguous_sig",)}
    kept = sig.doubtful["frequency"]
    assert sig.line.printed(kept.start, kept.end) == text


def test_dose_times_bare_number_keeps_the_dose_alone() -> None:
    sig = read("1 tab x 3")
    assert said(sig) == {"dosage": "1 tab"}
    assert sig.doubts["frequency"] == ("ambiguous_sig",)


@pytest.mark.parametrize("text", ["1 drop OD in the eye", "1 goutte OD", "collyre 1 fl OD"])
def test_od_beside_eye_drops_is_no_frequency(text: str) -> None:
    sig = read(text)
    assert sig.frequency is None
    assert "ambiguous_sig" in sig.doubts["frequency"]


def test_od_of_an_eye_drug_is_no_frequency() -> None:
    assert read("1 OD 5 days", eye=True).frequency is None
    assert read("1 tab OD 5 days").text("frequency") == "OD"


@pytest.mark.parametrize("text", ["1 tab QD", "1 tab q.o.d."])
def test_error_prone_abbreviations_are_marked(text: str) -> None:
    assert "confusable_abbreviation" in read(text).doubts["frequency"]


def test_amount_of_a_whole_day_is_marked() -> None:
    assert read("6 គ្រាប់ ក្នុង 1 ថ្ងៃ").doubts["dosage"] == ("daily_total",)
    assert read("3 cp par jour").doubts["dosage"] == ("daily_total",)
    assert "dosage" not in read("1 cp par jour").doubts


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("1-0-1", {"morning": "1", "noon": "0", "evening": "1"}),
        ("½-0-½-1", {"morning": "½", "noon": "0", "evening": "½", "night": "1"}),
        ("ព្រឹក1គ្រាប់ ល្ងាច1គ្រាប់", {"morning": "1គ្រាប់", "evening": "1គ្រាប់"}),
        ("ព្រឹក ១ ថ្ងៃ ១ ល្ងាច ២", {"morning": "១", "noon": "១", "evening": "២"}),
        ("1 cp matin, 2 cp soir", {"morning": "1 cp", "evening": "2 cp"}),
        ("10 UI matin et soir", {"morning": "10 UI", "evening": "10 UI"}),
        ("6 cp matin 1 soir 2", {"morning": "1", "evening": "2"}),
    ],
)
def test_amounts_by_time_of_day(text: str, schedule: dict[str, str]) -> None:
    assert read(text).times() == schedule


def test_code_gives_no_dose_but_times_do() -> None:
    assert said(read("1-0-1 x 5 days")) == {"frequency": "1-0-1", "duration": "5 days"}
    assert said(read("1 tab 1-0-1")) == {"dosage": "1 tab", "frequency": "1-0-1"}
    assert read("ព្រឹក1គ្រាប់ ល្ងាច1គ្រាប់").text("dosage") == "1គ្រាប់"


def test_evening_at_bedtime_is_one_intake() -> None:
    sig = read("1 cp le soir au coucher")
    assert (sig.text("frequency"), sig.times()) == ("le soir au coucher", {})


@pytest.mark.parametrize("text", ["012-345-678", "12-01-2026", "1-2", "15/02/2025", "ថ្ងៃទី២៧"])
def test_dates_phones_and_ranges_are_no_directions(text: str) -> None:
    assert said(read(text)) == {}


def test_day_is_a_duration_a_rate_a_time_or_a_date() -> None:
    assert read("៥ ថ្ងៃ").text("duration") == "៥ ថ្ងៃ"
    assert read("មួយថ្ងៃ ៣ដង").text("frequency") == "មួយថ្ងៃ ៣ដង"
    assert read("ព្រឹក ១ ថ្ងៃ ១").times() == {"morning": "១", "noon": "១"}
    assert said(read("ថ្ងៃទី ៥")) == {}


def test_course_in_steps_is_kept_as_written() -> None:
    text = "8 tabs daily x 3 days then 4 tabs daily x 3 days"
    sig = read(text)
    assert said(sig) == {"frequency": text}
    assert sig.doubts == {"frequency": ("tapering",)}


def test_taper_is_kept_as_written() -> None:
    sig = read("Taper 5 mg every 3 days, Finish in 2.5 weeks")
    assert said(sig) == {"frequency": "Taper 5 mg every 3 days", "duration": "Finish in 2.5 weeks"}


def test_amount_that_was_not_read_is_marked() -> None:
    sig = read("% tablet once daily")
    assert sig.dosage is None
    assert "dosage" in sig.doubtful


def test_lost_vowel_of_a_khmer_word_is_put_right_and_told() -> None:
    words = row("លេប ១ គ្រាប រយៈពេល ៧ ថ្ង").segments[0].words
    line = join(1, [[words]], mend)
    sig = parse_sig(line)
    assert said(sig) == {"dosage": "១ គ្រាប់", "duration": "៧ ថ្ងៃ"}
    assert sig.dosage is not None
    assert line.is_mended(sig.dosage.start, sig.dosage.end)
    assert line.span(sig.dosage.start, sig.dosage.end).text == "១ គ្រាប"


@pytest.mark.parametrize("word", ["ប្រាំ", "បី", "ដប់", "កន្លះ", "មួយ", "Amoxicillin", "សុខា"])
def test_numbers_and_names_are_never_put_right(word: str) -> None:
    assert mend(word) == word


# ------------------------------------------------------------------ properties

_ENGLISH = {
    "dosage": ["1 tablet", "2 capsules", "½ tablet", "5 ml", "one sachet", "10 drops"],
    "frequency": ["twice daily", "3 times a day", "every 8 hours", "BID", "q6h", "at bedtime"],
    "duration": ["5 days", "2 weeks", "1 month", "three months"],
}
_FRENCH = {
    "dosage": ["1 comprimé", "2 gélules", "1 c. à s.", "½ cp", "10 gouttes"],
    "frequency": ["2 fois par jour", "3x/j", "toutes les 6 heures", "matin et soir"],
    "duration": ["5 jours", "1 mois", "2 semaines", "10 j"],
}
_KHMER = {
    "dosage": ["១ គ្រាប់", "½ គ្រាប់", "2 ស្លាបព្រា", "១ កញ្ចប់"],
    "frequency": ["១ថ្ងៃ ២ដង", "មួយថ្ងៃ 3 ដង", "រៀងរាល់ 8 ម៉ោងម្តង"],
    "duration": ["៧ ថ្ងៃ", "1 ខែ", "២ សប្តាហ៍"],
}
_BEFORE = {id(_ENGLISH): "for ", id(_FRENCH): "pendant ", id(_KHMER): "រយៈពេល "}


@st.composite
def printed_sigs(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    language = draw(st.sampled_from([_ENGLISH, _FRENCH, _KHMER]))
    slots = {name: draw(st.sampled_from(words)) for name, words in language.items()}
    order = draw(st.permutations(list(slots)))
    before = _BEFORE[id(language)]
    parts = [before + slots[name] if name == "duration" else slots[name] for name in order]
    return ", ".join(parts), slots


@given(printed_sigs())
def test_parse_of_print_gives_the_slots_back(case: tuple[str, dict[str, str]]) -> None:
    text, slots = case
    found = said(read(text))
    assert {name: found.get(name) for name in slots} == slots


_TOKENS = [
    *"1 2 3 10 20 ½ 1/2 x X - / , . ( ) : # % ០ ១ ២".split(),
    *"tab tablet cp comprimé ml mg gouttes drops OD BID TID q8h daily fois jour /j j par".split(),
    *"pendant for days jours matin soir morning night then puis si besoin prn eye PO IM".split(),
    *"គ្រាប់ ដង ថ្ងៃ ព្រឹក ល្ងាច រយៈពេល ក្នុង មួយ ពីរ លេប ម្តង ខែ".split(),
    *"Paracetamol Dr Sokha 12/01/2026 012-345-678 one two".split(),
]


@given(st.lists(st.sampled_from(_TOKENS), max_size=14).map(" ".join))
def test_no_number_that_is_not_printed(text: str) -> None:
    sig = read(text)
    printed = re.findall(r"\d+", digits(text))
    for shown in [*said(sig).values(), *sig.times().values()]:
        for number in re.findall(r"\d+", digits(shown)):
            assert number in printed


@given(st.lists(st.sampled_from(_TOKENS), max_size=14).map(" ".join))
def test_every_field_is_a_stretch_of_the_text(text: str) -> None:
    sig = read(text)
    whole = " ".join(text.split())
    assert all(shown in whole for shown in [*said(sig).values(), *sig.times().values()])


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    sig = read(text)
    assert 0.0 <= sig.unclaimed <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "1 cap morning-emng",
        "1 គ្រាប់ ព្រឹក-ណួច",
        "1 tab ព្រឹក និង",
        "1 cp matin et xyr",
        "1 tab twice daily and",
    ],
)
def test_direction_that_goes_on_in_letters_not_understood_is_marked(text: str) -> None:
    sig = read(text)
    assert sig.frequency is not None
    assert "cut_direction" in sig.doubts["frequency"]


@pytest.mark.parametrize(
    "text",
    ["- 1 cap morning and evening", "1 គ្រាប់ ព្រឹក-ល្ងាច", "1 tab twice daily after meals",
     "លេប១គ្រាប់ ១ថ្ងៃ៣ដង", "1 cp x 3/j x 5 j - repas"],
)  # fmt: skip
def test_direction_that_is_whole_is_not_marked_as_cut(text: str) -> None:
    sig = read(text)
    assert "cut_direction" not in sig.doubts.get("frequency", ())


def test_supply_is_no_step_of_a_course() -> None:
    sig = read("one capsule twice a day for 4 weeks, then one daily. Supply 56 capsules.")
    assert sig.text("frequency") == "one capsule twice a day for 4 weeks, then one daily"


@pytest.mark.parametrize("text", ["1 dose-poids x 3/j", "1 neb q6h", "2 pulv. x 4/j"])
def test_dose_by_weight_nebule_and_spray_are_amounts(text: str) -> None:
    sig = read(text)
    assert sig.text("dosage") == " ".join(text.split()[:2])
    assert not sig.doubts


def test_volume_that_is_sold_is_no_dose_beside_the_bottles_that_are_given() -> None:
    assert read("500 ml : 2 flacons / 24h en IV").text("dosage") == "2 flacons"


def test_slow_injection_is_a_route() -> None:
    sig = read("1 amp IVL x 1/j")
    assert (sig.text("dosage"), sig.text("route")) == ("1 amp", "IVL")


@pytest.mark.parametrize("text", ["1cp×2/j×7j", "1cpx2/jx7j", "1 cp × 2/j × 7j"])
def test_multiplication_signs_part_directions_printed_as_one_word(text: str) -> None:
    sig = read(text)
    assert said(sig) == {"dosage": text[: text.index("p") + 1], "frequency": "2/j",
                         "duration": "7j"}  # fmt: skip


@pytest.mark.parametrize(
    "text", ["1 cp matin et soir, AR 1 fois", "1 cp matin et soir, à renouveler 2 fois"]
)
def test_how_often_it_is_renewed_is_not_how_often_it_is_taken(text: str) -> None:
    sig = read(text)
    assert sig.text("frequency") == "matin et soir"
    assert not sig.doubts


def test_code_with_several_dashes_is_one() -> None:
    assert read("1---0---1 x 30 days").times() == {"morning": "1", "noon": "0", "evening": "1"}


@pytest.mark.parametrize("text", ["1 sachet in 50 ml water TID", "ម្តង 1កញ្ចប់ លាយទឹក 50ml ថ្ងៃ 3ដង"])
def test_what_a_powder_is_mixed_with_is_no_dose(text: str) -> None:
    assert read(text).text("dosage") in ("1 sachet", "1កញ្ចប់")


@pytest.mark.parametrize("text", ["1 tab 5 days/week", "1 cp 5 jours par semaine"])
def test_days_a_week_are_no_duration(text: str) -> None:
    sig = read(text)
    assert (sig.text("frequency"), sig.text("duration")) == (text[text.index("5") :], None)

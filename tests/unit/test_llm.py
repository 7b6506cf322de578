"""What a language model may be shown, and what of its answers may be used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr.errors import SettingsError
from medicord_ocr.llm.allowed import allowed, figures
from medicord_ocr.llm.masking import MASK, identifying_words, masked
from medicord_ocr.options import Correction, Options, on_this_machine
from medicord_ocr.settings import Settings, load_settings
from tests.pages import page

LOCAL = {"LLM_ENABLED": "true", "LLM_PROVIDER": "openai", "LLM_MODEL": "m",
         "LLM_BASE_URL": "http://127.0.0.1:11434/v1"}  # fmt: skip


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Options:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings().options()


# ---------------------------------------------------------------- settings


def test_it_is_off_unless_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    rest = {name: value for name, value in LOCAL.items() if name != "LLM_ENABLED"}
    assert settings(monkeypatch, **rest).correction is None


def test_a_server_on_this_machine_needs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    made = settings(monkeypatch, **LOCAL).correction
    assert made == Correction("openai", "m", "http://127.0.0.1:11434/v1", None, 30.0)
    assert made is not None
    assert made.local


@pytest.mark.parametrize(
    "variables",
    [
        {"LLM_PROVIDER": "gemini", "GEMINI_API_KEY": "k"},
        {"LLM_PROVIDER": "openai", "OPENAI_API_KEY": "k"},
        {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "http://192.168.1.20:8080/v1"},
        {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "https://localhost.example.org/v1"},
        {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "http://0.0.0.0:8080/v1"},
        {"LLM_PROVIDER": "openai", "LLM_BASE_URL": "http://127.1:8080/v1"},
    ],
)
def test_a_server_elsewhere_is_refused_until_it_is_allowed(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match="LLM_ALLOW_REMOTE"):
        settings(monkeypatch, LLM_ENABLED="true", LLM_MODEL="m", **variables)
    made = settings(monkeypatch, LLM_ALLOW_REMOTE="true").correction
    assert made is not None
    assert not made.local


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"LLM_MODEL": ""}, "LLM_MODEL"),
        ({"LLM_BASE_URL": "", "LLM_ALLOW_REMOTE": "true"}, "OPENAI_API_KEY"),
        ({"LLM_BASE_URL": "localhost:11434"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "file:///etc/passwd"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://127.0.0.1:x/v1"}, "LLM_BASE_URL"),
        ({"LLM_BASE_URL": "http://127.0.0.1@example.org/v1"}, "LLM_BASE_URL"),
        ({"LLM_PROVIDER": "other"}, "LLM_PROVIDER"),
        ({"LLM_TIMEOUT_SECONDS": "0"}, "LLM_TIMEOUT_SECONDS"),
    ],
)
def test_a_bad_setting_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        settings(monkeypatch, **(LOCAL | variables))


def test_keys_are_in_no_repr_and_no_fingerprint() -> None:
    one = Options(correction=Correction("openai", "m", "https://a.example/v1", "s3cret"))
    other = replace(one, correction=replace(one.correction, key="an0ther"))  # type: ignore[type-var]
    assert one.fingerprint() == other.fingerprint() != Options().fingerprint()
    assert "s3cret" not in repr(one)
    assert "s3cret" not in repr(Settings(openai_api_key="s3cret", gemini_api_key="s3cret"))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert on_this_machine(host)


@pytest.mark.parametrize(
    "host", [None, "", "10.0.0.1", "localhost.", "127.0.0.1.example", "2130706433", "::", "fe80::1"]
)
def test_whatever_a_name_server_could_answer_is_not(host: str | None) -> None:
    assert not on_this_machine(host)


# ---------------------------------------------------------------- identifiers

BLOCK = page(
    "CENTRAL LABORATORY\n"
    "Patient name: SOK Dara      Sex: F     Age: 45\n"
    "Patient ID: HN204518        DOB: 03/05/1980\n"
    "Address: No 12, Sangkat Toul Kork     Phone: 012 345 678\n"
    "ឈ្មោះអ្នកជំងឺ៖ ចាន់ សុភា\n"
    "Glucose    5.8    mmol/L    3.9 - 5.6"
)
WORDS = identifying_words([BLOCK])


@pytest.mark.parametrize(
    "text",
    [
        "Mrs Dara was fasting",
        "Seen with SOK DARA today",
        "S0K Darra fasting",  # the name with a letter misread
        "Sample of 03/05/1980",
        "born 3 May 1980",
        "Call 012 345 678",
        "+855 12 345 678",
        "mail sok.dara@example.org",
        "HN204518",
        "aged 45 years",
        "អាយុ ៤៥ ឆ្នាំ",
        "ព្យាបាលចាន់សុភា",  # Khmer without spaces
        "Sangkat Toul Kork",
        "Patient name: KEO Sophal",
        "M. KEO Sophal, toux",
        "លោក កែវ សុផល ក្អក",
    ],
)
def test_what_tells_who_the_patient_is_is_masked_and_can_be_put_back(text: str) -> None:
    hidden = masked(text, WORDS)
    for secret in ("dara", "sok", "1980", "345", "204518", "45 years", "keo", "sophal", "kork"):
        assert secret not in hidden.text.casefold()
    for secret in ("៤៥", "សុភា", "សុផល"):
        assert secret not in hidden.text
    assert MASK in hidden.text
    assert hidden.restored(hidden.text) == text


@pytest.mark.parametrize(
    "text",
    ["5.8", "3.9 - 5.6", "0.5-10", "1/160", "250 000", "mmol/L", "Fasting glucose", "1 tablet",
     "No focal lesion of the liver.", "Absence d'épanchement pleural.", "2 fois par jour"],
)  # fmt: skip
def test_medical_text_is_left_readable(text: str) -> None:
    assert masked(text, WORDS).text == text


@given(st.text(max_size=60))
def test_masking_can_always_be_undone(text: str) -> None:
    hidden = masked(text, WORDS)
    assert hidden.restored(hidden.text) == text


def test_an_answer_with_other_masks_cannot_be_put_back() -> None:
    hidden = masked("Mrs Dara was fasting", WORDS)
    assert hidden.restored("was fasting") is None
    assert hidden.restored(f"{MASK} {hidden.text}") is None


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("answer", "readings", "repair"),
    [
        ("11.8", ["118", "11.8"], False),
        ("Non réactif", ["Non réactif", "Non réactit"], False),
        ("Hôpital Modèle", ["H6pital Modele"], True),
        ("Paracetamol 500 mg", ["Paracetam0l 500 mg"], True),
        ("Absence d'épanchement", ["Absenee d'épanchement"], True),
    ],
)
def test_a_reading_or_one_with_letters_put_right_is_used(
    answer: str, readings: list[str], repair: bool
) -> None:
    assert allowed(answer, readings, repair=repair)


@pytest.mark.parametrize(
    ("answer", "readings"),
    [
        ("1.18", ["118", "11.8"]),  # a number that no reader saw
        ("8.11", ["118", "11.8"]),
        ("11.8 mg", ["11.8"]),
        ("Paracetamol 50 mg", ["Paracetamol 500 mg"]),
        ("Paracetamol 5OO mg", ["Paracetamol 500 mg"]),
        ("Paracetamol ៥00 mg", ["Paracetamol 500 mg"]),
        ("Paracetamol mg", ["Paracetamol 500 mg"]),
        ("Paracetamol 500 g", ["Paracetamol 500 mg"]),
        ("Paracetamol five mg", ["Paracetamol 500 mg"]),
        ("Vitamine B12 forte", ["Vitamine B6 forte"]),
        ("Vitamine B forte", ["Vitamine B6 forte"]),
        ("10^9 cells", ["1049 cells"]),
        ("10⁹ cells", ["109 cells"]),
        ("épanchement pleural", ["Pas d'épanchement pleural"]),  # a negation lost
        ("Sans lésion visible", ["Avec lésion visible"]),
        ("left kidney", ["right kidney"]),
        ("Symmetric chest", ["Asymmetric chest"]),
        ("Hypertension", ["Hypotension"]),
        ("Amlodipine 5 mg", ["Amiodarone 5 mg"]),
        ("<0,50 strongly", ["0,50 strongly"]),
        ("", ["118"]),
    ],
)
def test_what_no_reader_read_is_not_used(answer: str, readings: list[str]) -> None:
    assert allowed(answer, readings, repair=True) is None


def test_amounts_may_only_be_chosen() -> None:
    assert allowed("1 tablet daily", ["1 tab1et daily"], repair=False) is None


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_no_figure_comes_out_that_was_not_read(answer: str, readings: list[str]) -> None:
    source = allowed(answer, readings, repair=True)
    if source is not None:
        assert figures(answer) <= figures(source)


words = st.text("abeilnorst0158", min_size=1, max_size=9)


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_a_repair_keeps_every_word_and_every_number(read: list[str], data: Any) -> None:
    answer = [data.draw(st.sampled_from([word, word[::-1], word + "a", "12"])) for word in read]
    if allowed(" ".join(answer), [" ".join(read)], repair=True):
        assert len(answer) == len(read)
        numbers = [[w for w in text if w.isdigit()] for text in (answer, read)]
        assert numbers[0] == numbers[1]

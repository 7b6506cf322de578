"""Options of a run: what users write, and what a fingerprint tells apart."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr.errors import UsageError
from medicord_ocr.options import STAGES, Correction, Options, parse_languages, parse_pages

page_numbers = st.integers(min_value=1, max_value=9_999_999)
codes = st.from_regex(r"[a-z]{3}(_[a-z]{1,8})?", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("1", (1,)),
        ("1-3,5", (1, 2, 3, 5)),
        ("5,1-3", (1, 2, 3, 5)),
        ("2,2,1-2", (1, 2)),
        (" 4 - 6 , 9 ", (4, 5, 6, 9)),
        ("7-7", (7,)),
    ],
)
def test_page_lists_are_sorted_and_each_page_once(text: str, pages: tuple[int, ...]) -> None:
    assert parse_pages(text) == pages


@pytest.mark.parametrize(
    "text",
    ["", ",", "0", "1,", "0-3", "3-1", "-3", "1-", "a", "1.5", "1-2-3", "1;2", "១", "1-9999999"],
)
def test_what_is_no_page_list_is_refused_and_shown(text: str) -> None:
    with pytest.raises(UsageError, match=r"not a list of pages.*Write it like 1-3,5") as caught:
        parse_pages(text)
    assert f"'{text}'" in str(caught.value)


@given(st.lists(page_numbers, min_size=1))
def test_any_pages_written_out_come_back(numbers: list[int]) -> None:
    assert parse_pages(",".join(map(str, numbers))) == tuple(sorted(set(numbers)))


@given(page_numbers, st.integers(min_value=0, max_value=500))
def test_a_range_holds_both_ends_and_all_between(first: int, length: int) -> None:
    last = min(first + length, 9_999_999)
    assert parse_pages(f"{first}-{last}") == tuple(range(first, last + 1))


@given(st.text(alphabet="0123456789-, ", max_size=12))
def test_page_lists_are_either_refused_or_sorted_from_one(text: str) -> None:
    try:
        pages = parse_pages(text)
    except UsageError:
        return
    assert list(pages) == sorted(set(pages))
    assert pages[0] >= 1


@given(st.lists(codes, min_size=1, max_size=5), st.sampled_from("+,"))
def test_languages_keep_their_order_of_weight(languages: list[str], joint: str) -> None:
    assert parse_languages(joint.join(languages)) == tuple(dict.fromkeys(languages))


@pytest.mark.parametrize(
    "text", ["", "+", "khmer eng", "kh", "../eng", "khm+ENG", "-l eng", "eng\n"]
)
def test_what_is_no_list_of_languages_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a list of languages"):
        parse_languages(text)


CHANGES = {
    "languages": ("eng",),
    "engine": "tesseract",
    "forced": frozenset({"deskew"}),
    "forbidden": frozenset({"deskew"}),
    "pages": (1,),
    "fallback": "none",
    "line_threshold": 0.5,
    "correction": Correction("openai", "m", "http://127.0.0.1/v1"),
}
#: They decide whether a document is read, or are covered by the versions of the engines.
NO_MATTER = {"password", "max_bytes", "max_pages", "max_pixels", "tesseract_cmd", "tessdata"}


@pytest.mark.parametrize("name", CHANGES)
def test_the_fingerprint_tells_options_apart_that_change_the_outcome(name: str) -> None:
    changed = replace(Options(), **{name: CHANGES[name]})
    assert changed.fingerprint() != Options().fingerprint()


def test_the_fingerprints_of_different_changes_differ_from_one_another() -> None:
    prints = {replace(Options(), **{name: value}).fingerprint() for name, value in CHANGES.items()}
    assert len(prints) == len(CHANGES)


def test_the_fingerprint_leaves_limits_and_password_out() -> None:
    other = Options(password="p", max_bytes=1, max_pages=1, max_pixels=1, tessdata="/x")
    assert other.fingerprint() == Options().fingerprint()


def test_every_option_either_changes_the_fingerprint_or_is_known_not_to() -> None:
    assert {field.name for field in fields(Options)} == set(CHANGES) | NO_MATTER


def test_the_fingerprint_follows_the_versions_of_the_engines() -> None:
    assert Options().fingerprint("tesseract 5.3") != Options().fingerprint("tesseract 5.5")


@given(st.permutations(STAGES))
def test_the_fingerprint_does_not_depend_on_the_order_of_a_set(stages: list[str]) -> None:
    print_ = Options(forced=frozenset(stages)).fingerprint()
    assert print_ == Options(forced=frozenset(STAGES)).fingerprint()
    assert len(print_) == 16
    assert int(print_, 16) >= 0


@given(st.text(min_size=6))
def test_the_password_is_in_no_text_of_the_options(password: str) -> None:
    options = Options(password=password)
    assert repr(options) == repr(Options())
    assert "password" not in f"{options} {options!s}"


def test_a_stage_runs_as_measured_unless_forced_or_forbidden() -> None:
    measured = Options()
    forced = Options(forced=frozenset({"clahe"}))
    forbidden = Options(forced=frozenset({"clahe"}), forbidden=frozenset({"clahe"}))
    assert [o.runs("clahe", True) for o in (measured, forced, forbidden)] == [True, True, False]
    assert [o.runs("clahe", False) for o in (measured, forced, forbidden)] == [False, True, False]

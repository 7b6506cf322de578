"""The tree of errors: codes, exit codes, sentences, and the way between processes."""

import pickle
import re
from collections.abc import Iterator

import pytest

from medicord_ocr import errors
from medicord_ocr.errors import EncryptedInput, MedicordError, UnreadableInput


def below(kind: type[MedicordError]) -> Iterator[type[MedicordError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from below(child)


KINDS = [kind for kind in below(MedicordError) if kind.__module__ == errors.__name__]


def test_the_drawing_of_the_tree_is_the_tree() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +(\d)", errors.__doc__ or ""))
    assert drawn == {kind.__name__: str(kind.exit_code) for kind in KINDS[1:]}


def test_the_drawing_tells_the_http_status_of_each() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +\d +(\d{3})", errors.__doc__ or ""))
    assert drawn == {kind.__name__: str(kind.http_status) for kind in KINDS[1:]}


@pytest.mark.parametrize(
    ("name", "exit_code"),
    [
        ("MedicordError", 1),
        ("UsageError", 2),
        ("SettingsError", 2),
        ("MissingDependency", 3),
        ("UnreadableInput", 4),
        ("UnsupportedInput", 4),
        ("EncryptedInput", 5),
        ("LimitExceeded", 6),
        ("OutputError", 7),
        ("EngineError", 8),
    ],
)
def test_exit_codes_are_those_of_the_contract(name: str, exit_code: int) -> None:
    assert getattr(errors, name).exit_code == exit_code


def test_codes_are_stable_words_and_belong_to_one_class_each() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z]+(\.[a-z_]+)?", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_comes_whole_out_of_another_process(kind: type[MedicordError]) -> None:
    error = kind("it broke", hint="Mend it", source="a.pdf", page=3, code="some.thing")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert (copy.message, copy.hint, copy.source, copy.page, copy.code) == (
        "it broke",
        "Mend it",
        "a.pdf",
        3,
        "some.thing",
    )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MedicordError("it broke"), "it broke."),
        (MedicordError("it broke", hint="Mend it"), "it broke. Mend it"),
        (UnreadableInput("it is cut off", source="a.pdf"), "a.pdf: it is cut off."),
        (UnreadableInput("it is cut off", page=3), "page 3: it is cut off."),
        (
            EncryptedInput("it is locked", source="a.pdf", page=3, hint="Open it"),
            "a.pdf, page 3: it is locked. Open it",
        ),
    ],
)
def test_the_sentence_says_where_what_and_what_to_do(error: MedicordError, sentence: str) -> None:
    assert str(error) == sentence


def test_a_finer_code_is_the_errors_own_and_not_its_classs() -> None:
    assert UnreadableInput("x", code="input.truncated").code == "input.truncated"
    assert UnreadableInput("x").code == "input.unreadable"


def test_only_a_failing_engine_is_worth_another_try() -> None:
    assert [kind.__name__ for kind in KINDS if kind.retryable] == ["EngineError"]

from __future__ import annotations

import pytest

from medicord_ocr.engines import Readers, open_readers
from medicord_ocr.errors import MissingDependency, UsageError
from medicord_ocr.models import KHMER, installed
from medicord_ocr.options import Options
from medicord_ocr.readers import easyocr

needs_khmer = pytest.mark.skipif(not installed(KHMER), reason="the Khmer model is not installed")


def names(readers: Readers) -> list[str | None]:
    """Who reads first, second, third, Khmer, and Khmer numbers again."""
    kinds = (
        readers.latin,
        readers.second,
        readers.third,
        readers.khmer,
        readers.khmer_second,
    )
    return [reader and reader.name.partition(" ")[0] for reader in kinds]


@pytest.fixture
def without_easyocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(easyocr, "find_spec", lambda name: None)


@needs_khmer
@pytest.mark.parametrize(
    ("fallback", "second", "third"),
    [
        ("auto", "khmer-ctc", "pp-ocrv6"),
        ("khmer", "khmer-ctc", None),
        ("paddleocr", "pp-ocrv6", None),
        ("none", None, None),
    ],
)
def test_fallback_that_is_named_reads_second(
    fallback: str, second: str | None, third: str | None
) -> None:
    readers = open_readers(Options(fallback=fallback))
    assert names(readers)[1:3] == [second, third]
    assert readers.warnings == ()


@pytest.mark.parametrize("fallback", ["paddleocr", "none"])
def test_khmer_is_left_to_tesseract_where_the_fallback_cannot_read_it(fallback: str) -> None:
    readers = open_readers(Options(fallback=fallback))
    assert readers.khmer is not None
    assert "khmer" in readers.khmer.scripts
    assert readers.khmer.name.startswith("tesser")
    assert readers.khmer_second is None


@needs_khmer
def test_khmer_network_reads_latin_numbers_again_where_it_is_named() -> None:
    readers = open_readers(Options(languages=("eng",), fallback="khmer"))
    assert names(readers)[1:] == ["khmer-ctc", None, None, None]


@pytest.mark.usefixtures("without_easyocr")
def test_missing_fallback_is_a_warning_and_tesseract_reads_on() -> None:
    readers = open_readers(Options(fallback="easyocr"))
    assert readers.second is None
    assert len(readers.warnings) == 1
    assert "EasyOCR is not installed" in readers.warnings[0]


@pytest.mark.usefixtures("without_easyocr")
def test_engine_that_is_asked_for_and_missing_is_an_error_with_the_command() -> None:
    with pytest.raises(MissingDependency) as caught:
        open_readers(Options(engine="easyocr", languages=("eng",)))
    assert "pip install" in (caught.value.hint or "")


def test_engine_that_cannot_read_khmer_refuses_it() -> None:
    with pytest.raises(UsageError) as caught:
        open_readers(Options(engine="paddleocr"))
    assert "cannot read Khmer" in caught.value.message
    assert "--lang" in (caught.value.hint or "")


@needs_khmer
@pytest.mark.parametrize(
    ("engine", "languages", "name"),
    [("khmer", ("khm", "eng"), "khmer-ctc"), ("paddleocr", ("eng",), "pp-ocrv6")],
)
def test_engine_that_is_asked_for_reads_alone(
    engine: str, languages: tuple[str, ...], name: str
) -> None:
    readers = open_readers(Options(engine=engine, languages=languages, fallback="auto"))
    assert names(readers) == [name, None, None, None, None]

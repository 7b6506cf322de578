"""Readers that are missing, damaged or half-written: a sentence, and the others read on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medicord_ocr.models import KHMER, installed, model_file
from medicord_ocr.readers.paddle import MODEL, model_path
from tests.command import environment, run

pytestmark = [pytest.mark.faults, pytest.mark.slow]
SAMPLE = Path(__file__).parents[2] / "samples" / "lab_khmer_english.png"
needs_khmer = pytest.mark.skipif(not installed(KHMER), reason="the Khmer model is not installed")
#: Hides a module from the import system of a new process, as if it were not installed.
HIDING = """
from importlib.machinery import PathFinder
found = PathFinder.find_spec
def hidden(name, path=None, target=None):
    return None if name == {name!r} else found(name, path, target)
PathFinder.find_spec = hidden
"""


@pytest.fixture
def extract(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    def extracted(*folders: Path, **variables: str) -> dict[str, Any]:
        env = environment(*folders, **variables)
        result = run("extract", SAMPLE, cwd=tmp_path, env=env)
        assert (result.code, "Traceback" in result.err) == (0, False)
        document: dict[str, Any] = json.loads(result.out)
        assert len(document["categories"]["lab_results"]) > 5
        return document

    return extracted


def sentences(document: dict[str, Any]) -> str:
    return " ".join(w["message"] for w in document["warnings"] if w["code"] == "second_reader")


def values(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows = document["categories"]["lab_results"]
    return [row["fields"]["value"] for row in rows if row["value"] is not None]


def hiding(folder: Path, name: str) -> Path:
    folder.joinpath("sitecustomize.py").write_text(HIDING.format(name=name))
    return folder


def test_without_the_khmer_model_the_others_read(
    extract: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    document = extract(MEDICORD_MODELS=str(tmp_path))
    assert "'khmer' is not installed" in sentences(document)
    assert "models install khmer" in sentences(document)
    assert {e["name"] for e in document["engines"]} > {"pp-ocrv6"}


@needs_khmer
def test_half_written_khmer_model_is_not_used(
    extract: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    whole = model_file(KHMER)
    half = whole.read_bytes()[: whole.stat().st_size // 2]
    (tmp_path / whole.name).write_bytes(half)
    shutil.copy(whole.with_suffix(".sha256"), tmp_path)
    document = extract(MEDICORD_MODELS=str(tmp_path))
    assert "'khmer' is damaged" in sentences(document)
    assert "khmer-ctc" not in {e["name"] for e in document["engines"]}


def test_without_onnxruntime_no_number_is_certain(
    extract: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    document = extract(hiding(tmp_path, "onnxruntime"))
    assert "onnxruntime" in sentences(document)
    assert all(e["name"].startswith("tesser") for e in document["engines"])
    figures = [v for v in values(document) if any(c.isdigit() for c in v["raw"])]
    assert figures
    assert all(v["needs_review"] for v in figures)
    assert any("single_reading" in v["review_reasons"] for v in figures)


@needs_khmer
def test_damaged_model_of_the_third_reader_is_not_used(
    extract: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    models = tmp_path / "rapidocr" / "models"
    models.mkdir(parents=True)
    (tmp_path / "rapidocr" / "__init__.py").touch()
    (models / MODEL).write_bytes(model_path().read_bytes()[:1_000_000])
    document = extract(tmp_path)
    assert f"{MODEL} of rapidocr is damaged" in sentences(document)
    assert not all(v["needs_review"] for v in values(document))


def test_fallback_that_is_not_installed_is_told_and_tesseract_reads(
    extract: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    document = extract(hiding(tmp_path, "easyocr"), OCR_FALLBACK_ENGINE="easyocr")
    assert "EasyOCR is not installed" in sentences(document)
    assert "pip install" in sentences(document)


def test_engine_that_is_asked_for_and_not_installed_ends_with_the_command(tmp_path: Path) -> None:
    env = environment(hiding(tmp_path, "easyocr"))
    result = run("extract", SAMPLE, "--engine", "easyocr", "--lang", "eng", cwd=tmp_path, env=env)
    assert (result.code, result.out) == (3, "")
    assert "pip install" in result.err
    assert "Traceback" not in result.err

"""The easyocr extra at work; ``make test-easyocr`` runs these where it is installed."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

pytest.importorskip("easyocr", reason="the easyocr extra is not installed", exc_type=ImportError)

from medicord_ocr.engines import open_readers
from medicord_ocr.errors import MissingDependency, UsageError
from medicord_ocr.options import Options
from medicord_ocr.readers import easyocr
from tests.command import environment, run
from tests.pictures import blank, write

pytestmark = [pytest.mark.easyocr, pytest.mark.integration]
SAMPLES = Path(__file__).parents[2] / "samples"


def test_lines_are_read_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refused)
    reader = easyocr.EasyOcrReader()
    (words,) = reader.read([write(blank(700, 76), "Creatinine 88", 20, 14)])
    assert [word.text for word in words] == ["Creatinine", "88"]


def test_khmer_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError) as caught:
        open_readers(Options(engine="easyocr", languages=("khm", "eng")))
    assert "'easyocr' cannot read Khmer" in caught.value.message
    assert "--lang" in (caught.value.hint or "")


def test_as_fallback_it_bears_numbers_out_and_reads_no_khmer(tmp_path: Path) -> None:
    sample = SAMPLES / "lab_khmer_english.png"
    result = run("extract", sample, cwd=tmp_path, env=environment(OCR_FALLBACK_ENGINE="easyocr"))
    assert result.code == 0, result.err
    document = json.loads(result.out)
    rows = document["categories"]["lab_results"]
    certain = [row["fields"]["value"] for row in rows if not row["fields"]["value"]["needs_review"]]
    assert len(certain) >= len(rows) / 2
    readers = {reading["reader"] for info in certain for reading in info["readings"]}
    assert "easyocr" in readers
    assert any("ក" <= letter <= "៹" for letter in document["raw_text"])


def test_damaged_weights_are_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = easyocr.find_weights().read_bytes()
    (tmp_path / easyocr.WEIGHTS).write_bytes(whole[: len(whole) // 2])
    monkeypatch.setenv("MEDICORD_MODELS", str(tmp_path))
    with pytest.raises(MissingDependency, match="damaged"):
        easyocr.EasyOcrReader()


def test_weights_are_taken_from_the_models_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / easyocr.WEIGHTS).write_bytes(easyocr.find_weights().read_bytes())
    monkeypatch.setenv("MEDICORD_MODELS", str(tmp_path))
    assert easyocr.find_weights().parent == tmp_path

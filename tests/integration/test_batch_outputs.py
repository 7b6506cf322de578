"""What a batch makes of its records, by the real command."""

import csv
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.command import Result, run
from tests.pdfs import Page, pdf, text

pytestmark = pytest.mark.integration

Command = Callable[..., Result]


@pytest.fixture
def batch(tmp_path: Path) -> Command:
    folder = tmp_path / "in" / "2019"
    folder.mkdir(parents=True)
    layer = text(72, 700, "Fasting Glucose 5.8 mmol/L") + text(72, 680, "Urea 4.2 mmol/L")
    (folder / "report.pdf").write_bytes(pdf(Page(layer)))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    return partial(run, "batch", "in", "-o", "out.jsonl", "--jobs", "1", cwd=tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_tables_hold_every_record_and_are_private(batch: Command, tmp_path: Path) -> None:
    result = batch("--format", "csv", "--format", "xlsx")
    assert result.code == 9, result.err
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["source"] for row in rows} == {"2019/report.pdf", "2019/broken.pdf"}
    assert {row["value"] for row in rows if row["kind"] == "lab"} == {"5.8", "4.2"}
    book = load_workbook(tmp_path / "out.xlsx")
    assert book["Lab results"].max_row == 3
    assert book["Documents"].max_row == 3
    assert {mode(tmp_path / name) for name in ("out.jsonl", "out.csv", "out.xlsx")} == {0o600}

    # A run that reads nothing makes them again, of the records that are there.
    (tmp_path / "out.csv").unlink()
    assert "2 were read before" in batch("--format", "csv").err
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").count("\n") == len(rows) + 1

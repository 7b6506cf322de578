"""What a batch makes of its records, by the real command."""

import base64
import csv
import io
import re
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PIL import Image

from tests.command import Result, run
from tests.pdfs import Page, pdf, text

pytestmark = pytest.mark.integration

SAMPLES = Path(__file__).parents[2] / "samples"
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


def test_report_shows_what_needs_review_beside_its_cutting(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    # Its day and month may be the other way round; the name is one that HTML would take for a tag.
    layer = text(72, 700, "Fasting Glucose 5.8 mmol/L") + text(72, 740, "Report date: 05/06/2025")
    (folder / "<script>alert(1) & co.pdf").write_bytes(pdf(Page(layer)))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    result = run(
        "batch", "in", "-o", "out.jsonl", "--report", "report.html", "--jobs", "1", cwd=tmp_path
    )
    assert result.code == 9, result.err
    page = (tmp_path / "report.html").read_text("utf-8")
    assert mode(tmp_path / "report.html") == 0o600
    assert "Day and month can be read in two ways." in page
    assert "input.unreadable" in page or "input.corrupt" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page

    # Nothing is fetched: every address is in the page itself.
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|@import|url\(", page)
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources)
    cutting = Image.open(io.BytesIO(base64.b64decode(sources[0].partition(",")[2])))
    assert cutting.convert("L").getextrema()[0] < 100, "the date is printed in black"


def test_report_shows_cuttings_of_turned_pictures_upright(tmp_path: Path) -> None:
    sample = Image.open(SAMPLES / "lab_khmer_english.png")
    (tmp_path / "in").mkdir()
    sample.resize((sample.width // 3, sample.height // 3)).rotate(90, expand=True).save(
        tmp_path / "in" / "small.png"
    )
    result = run(
        "batch", "in", "-o", "out.jsonl", "--report", "r.html", "--jobs", "1", cwd=tmp_path
    )
    assert result.code == 0, result.err
    page = (tmp_path / "r.html").read_text("utf-8")
    cuttings = re.findall(r'src="data:image/jpeg;base64,([^"]+)" alt="[^"]*, value"', page)
    assert len(cuttings) > 5, "letters so small are all for review"
    for cutting in cuttings:
        picture = Image.open(io.BytesIO(base64.b64decode(cutting)))
        assert picture.width > picture.height, "a number lies along its line"


def test_report_is_made_where_a_document_has_gone_since(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(pdf(Page(text(72, 740, "Report date: 05/06/2025"))))
    (folder / "b.pdf").write_bytes(pdf(Page(text(72, 700, "Urea 4.2 mmol/L"))))
    batch = partial(run, "batch", "in", "-o", "out.jsonl", "--jobs", "1", cwd=tmp_path)
    assert batch().code == 0
    (folder / "a.pdf").unlink()
    assert batch("--report", "report.html").code == 0
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "the document cannot be shown here any more" in page
    assert "2025-06-05" in page

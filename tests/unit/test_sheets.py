"""Workbooks, read back by another library than the one that writes them."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from medicord_ocr.cli import sheets
from medicord_ocr.cli.formats import record_writer
from medicord_ocr.cli.output import open_output
from medicord_ocr.cli.outputs import places
from medicord_ocr.errors import OutputError, UsageError
from medicord_ocr.schema import (
    ErrorModel,
    FieldInfo,
    Header,
    HeaderField,
    Prescription,
    Record,
    Schedule,
)
from medicord_ocr.table import COLUMNS
from tests.unit.test_output import document, lab, record


def workbook(path: Path, *records: Record) -> Any:
    with open_output(path) as output, record_writer("xlsx", output) as write:
        for one in records:
            write(one.model_dump_json().encode() + b"\n")
    return load_workbook(path)


def cells(book: Any, sheet: str, row: int = 2) -> dict[str, Any]:
    """The cells of a row by the column's name."""
    return dict(zip((c.value for c in book[sheet][1]), book[sheet][row], strict=True))


def values(book: Any, sheet: str, row: int = 2) -> dict[str, Any]:
    return {name: cell.value for name, cell in cells(book, sheet, row).items()}


def field(raw: str, **given: Any) -> FieldInfo:
    return FieldInfo.model_validate(
        {"raw": raw, "confidence": 0.9, "source": None, "needs_review": False, **given}
    )


def filled(cell: Any) -> bool:
    return cell.fill.fill_type == "solid"


def test_each_kind_of_result_has_its_sheet(tmp_path: Path) -> None:
    drug = Prescription(
        medication="Aspirin 81 mg", dosage="1 tablet", frequency=None, duration=None,
        confidence=0.9, schedule=Schedule(morning="1"),
    )  # fmt: skip
    image: dict[str, Any] = dict.fromkeys(("body_part", "findings", "impression"))
    image |= {"modality": "X-ray", "confidence": 0.7}
    found = document(
        lab_results=[lab(test_name="Glucose", value=5.8, abnormal=True)],
        prescriptions=[drug], imaging=[image], other=[{"text": "note", "confidence": 0.6}],
    )  # fmt: skip
    book = workbook(tmp_path / "a.xlsx", record(found))
    assert book.sheetnames == ["Lab results", "Prescriptions", "Imaging", "Other", "Documents"]
    assert [values(book, name)["source"] for name in book.sheetnames] == ["a.png"] * 5
    assert values(book, "Lab results")["abnormal"] is True
    assert values(book, "Prescriptions")["morning"] == "1"
    assert values(book, "Imaging")["modality"] == "X-ray"
    assert values(book, "Other")["text"] == "note"
    assert values(book, "Documents")["facility"] == "Calmette Hospital"


def test_every_column_of_the_csv_is_on_some_sheet() -> None:
    shown = {column for _, _, columns in sheets._SHEETS for column in columns}
    assert shown == set(COLUMNS) - {"kind"}


def test_an_input_that_failed_is_among_the_documents(tmp_path: Path) -> None:
    error = ErrorModel(code="input.encrypted", message="it is locked.")
    book = workbook(tmp_path / "a.xlsx", record(None, error))
    row = values(book, "Documents")
    assert (row["status"], row["errors"]) == ("failed", "input.encrypted: it is locked.")
    assert book["Lab results"].max_row == 1


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1"])
def test_text_stays_text_whatever_it_looks_like(tmp_path: Path, text: str) -> None:
    cell = cells(
        workbook(tmp_path / "a.xlsx", record(document(lab_results=[lab(test_name=text)]))),
        "Lab results",
    )["test_name"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)
    with ZipFile(tmp_path / "a.xlsx") as book:
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]


def test_control_characters_do_not_break_the_workbook(tmp_path: Path) -> None:
    found = document(lab_results=[lab(test_name="a\x00b\x1bc<&>")])
    assert values(workbook(tmp_path / "a.xlsx", record(found)), "Lab results")["test_name"] == (
        "a b c<&>"
    )


@pytest.mark.parametrize(("value", "raw"), [(5.2, "5.20"), (42.0, "42"), (0.5, "0,500")])
def test_numbers_are_numbers_and_show_the_digits_that_were_printed(
    tmp_path: Path, value: float, raw: str
) -> None:
    found = document(lab_results=[lab(value=value, fields={"value": field(raw)})])
    cell = cells(workbook(tmp_path / "a.xlsx", record(found)), "Lab results")["value"]
    assert cell.value == value
    places = -Decimal(raw.replace(",", ".")).as_tuple().exponent  # type: ignore[operator]
    assert cell.number_format == (f"0.{'0' * places}" if places else "General")


def test_what_needs_review_is_coloured_and_nothing_else(tmp_path: Path) -> None:
    doubtful = field("x", needs_review=True, review_reasons=("unit_unknown",))
    item = lab(
        test_name="Urea", value=4.2, needs_review=True,
        fields={"unit": doubtful, "value": field("4.2"), "test_name": field("Urea")},
    )  # fmt: skip
    date = HeaderField(value="2026-01-20", **doubtful.model_dump())
    found = document(lab_results=[item, lab(test_name="Glucose")])
    found = found.model_copy(update={"header": Header(report_date=date)})
    book = workbook(tmp_path / "a.xlsx", record(found))
    coloured = {name for name, cell in cells(book, "Lab results").items() if filled(cell)}
    assert coloured == {"unit", "needs_review", "review_reasons", "report_date"}
    assert {name for name, cell in cells(book, "Lab results", 3).items() if filled(cell)} == {
        "report_date"
    }


def test_a_doubtful_amount_by_time_of_day_is_coloured(tmp_path: Path) -> None:
    drug = Prescription(
        medication="A", dosage=None, frequency=None, duration=None, confidence=0.4,
        needs_review=True, schedule=Schedule(morning="1"),
        fields={"schedule": field("1", needs_review=True)},
    )  # fmt: skip
    book = workbook(tmp_path / "a.xlsx", record(document(prescriptions=[drug])))
    assert filled(cells(book, "Prescriptions")["morning"])


def test_more_rows_than_a_sheet_holds_go_on_on_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_ROWS", 3)
    names = ["a", "b", "c", "d", "e"]
    found = document(lab_results=[lab(test_name=name) for name in names])
    book = workbook(tmp_path / "a.xlsx", record(found))
    pages = [name for name in book.sheetnames if name.startswith("Lab")]
    shown = [row[3].value for page in pages for row in list(book[page].rows)[1:]]
    assert (pages, shown) == (["Lab results", "Lab results 2", "Lab results 3"], names)


def test_text_beyond_what_a_cell_holds_is_cut_and_says_so(tmp_path: Path) -> None:
    book = workbook(
        tmp_path / "a.xlsx",
        record(document(other=[{"text": "x" * 40_000, "confidence": 0.9}])),
    )
    text = values(book, "Other")["text"]
    assert (len(text), text[-2:]) == (32_767, "x…")


def test_the_former_workbook_stands_when_a_new_one_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")

    def broken(*_: object) -> None:
        raise OSError(28, "no room")

    monkeypatch.setattr(sheets.Sheets, "finish", broken)
    with pytest.raises(OutputError, match="no room"):
        workbook(path, record(document()))
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


def test_tables_stand_beside_the_records() -> None:
    where = places(Path("x/a.jsonl"), ["csv", "xlsx"])
    assert where.records == Path("x/a.jsonl")
    assert where.tables == {"csv": Path("x/a.csv"), "xlsx": Path("x/a.xlsx")}
    assert places(Path("a.jsonl"), ["jsonl"]).tables == {}


def test_an_output_named_like_a_table_is_one_and_the_records_stand_beside_it() -> None:
    where = places(Path("a.xlsx"), [])
    assert (where.records, where.tables) == (Path("a.jsonl"), {"xlsx": Path("a.xlsx")})


def test_an_unknown_format_of_records_is_refused() -> None:
    with pytest.raises(UsageError, match="pdf"):
        places(Path("a.jsonl"), ["pdf"])


def test_the_workbook_of_an_empty_batch_opens(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx")
    assert book["Documents"].max_row == 1

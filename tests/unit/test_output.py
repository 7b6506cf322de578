"""Where results go, and in what shape: whole or not at all, and harmless to who opens them."""

import csv
import fcntl
import io
import json
import os
import stat
from io import RawIOBase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr import table
from medicord_ocr.batch.records import record_line
from medicord_ocr.batch.schedule import Finished
from medicord_ocr.batch.units import Job
from medicord_ocr.cli import formats
from medicord_ocr.cli.output import Output, open_output
from medicord_ocr.errors import OutputError
from medicord_ocr.options import Options
from medicord_ocr.schema import (
    Categories,
    Document,
    ErrorModel,
    FieldInfo,
    Header,
    HeaderField,
    Imaging,
    LabResult,
    OtherText,
    Prescription,
    Record,
    Schedule,
    Source,
    Warning_,
)


def lab(**given: object) -> LabResult:
    values = dict.fromkeys(("test_name", "value", "unit", "reference_range", "abnormal"))
    return LabResult.model_validate({**values, "confidence": 0.9, **given})


def document(*, raw_text: str = "text", **categories: object) -> Document:
    return Document(
        raw_text=raw_text,
        average_confidence=0.9,
        pages=1,
        file_type="png",
        extracted_at=None,
        categories=Categories.model_validate(categories),
        possible_report_date="2026-01-20",
        possible_facility="Calmette Hospital",
        possible_doctor=None,
    )


def record(of: Document | None, *errors: ErrorModel, source: str = "a.png") -> Record:
    return Record(
        source=source,
        sha256=None,
        status="failed" if errors else "ok",
        document=of,
        errors=errors,
        options="f",
    )


def rows(of: Record) -> list[dict[str, str]]:
    text = (table.csv_head() + table.record_csv(of)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


# ---------------------------------------------------------------- files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    with open_output(tmp_path / "out.json") as output:
        output.write(b"one ")
        output.write(b"two")
    assert (tmp_path / "out.json").read_bytes() == b"one two"
    assert stat.S_IMODE((tmp_path / "out.json").stat().st_mode) == 0o600
    assert names(tmp_path) == ["out.json"]


def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    target.chmod(0o644)
    with open_output(target) as output:
        output.write(b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    with open_output(target) as output:
        output.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_run_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, fault: type[BaseException]
) -> None:
    target = tmp_path / "out.json"
    target.write_bytes(b"old")
    with pytest.raises(fault), open_output(target) as output:  # noqa: PT012
        output.write(b"half of the n")
        raise fault
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["out.json"]


def test_a_link_keeps_pointing_at_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "out.json"
    link.symlink_to(tmp_path / "real" / "out.json")
    with open_output(link) as output:
        output.write(b"new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "out.json").read_bytes() == b"new"


def test_what_a_killed_run_left_is_swept_by_the_next(tmp_path: Path) -> None:
    left = [tmp_path / ".out [1].json.abc.part", tmp_path / ".out [1].json.xyz.part"]
    other = tmp_path / ".other.json.abc.part"
    for file in (*left, other):
        file.write_bytes(b"half")
    with open_output(tmp_path / "out [1].json") as output:
        output.write(b"new")
    assert names(tmp_path) == [other.name, "out [1].json"]


def test_the_unfinished_file_of_a_run_that_still_runs_is_not_swept(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    with open_output(target) as first:
        first.write(b"first")
        with open_output(target) as second:
            second.write(b"second")
        assert target.read_bytes() == b"second"
    assert target.read_bytes() == b"first"


def test_an_unfinished_file_that_another_process_holds_is_not_swept(tmp_path: Path) -> None:
    held = tmp_path / ".out.json.abc.part"
    with held.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with open_output(tmp_path / "out.json") as output:
            output.write(b"new")
        assert held.exists()


@pytest.mark.parametrize("name", ["ខ្មែរ" * 20 + ".json", "a" * 250])
def test_long_names_leave_room_for_the_unfinished_files(tmp_path: Path, name: str) -> None:
    name = name.encode()[:255].decode("utf-8", "ignore")
    with open_output(tmp_path / name) as output:
        output.write(b"new")
    assert names(tmp_path) == [name]


def test_a_folder_a_missing_folder_and_a_file_for_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    places = {
        tmp_path: "is a folder",
        tmp_path / "none" / "out.json": "No such file or directory",
        tmp_path / "file" / "out.json": "Not a directory",
    }
    for place, reason in places.items():
        with pytest.raises(OutputError, match=reason) as caught, open_output(place):
            pass
        assert caught.value.exit_code == 7
    assert names(tmp_path) == ["file"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_output_error() -> None:
    with (
        pytest.raises(OutputError, match="No space left"),
        open_output(Path("/dev/full")) as output,
    ):
        output.write(b"x")


def test_a_device_is_written_to_and_not_replaced() -> None:
    with open_output(Path(os.devnull)) as output:
        output.write(b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


class Narrow(RawIOBase):
    """Takes three bytes at a time."""

    def __init__(self) -> None:
        self.taken = b""

    def write(self, data: object) -> int:
        part = bytes(memoryview(data)[:3])  # type: ignore[arg-type]
        self.taken += part
        return len(part)


@given(st.binary())
def test_everything_is_written_though_a_call_takes_only_a_part(data: bytes) -> None:
    stream = Narrow()
    Output(stream, "x").write(data)
    assert stream.taken == data


# ---------------------------------------------------------------- JSON and text


def test_json_is_one_line_or_indented_and_keeps_khmer_as_it_is() -> None:
    compact = formats.document_json(document(raw_text="ឈ្មោះ\nx"), pretty=False)
    pretty = formats.document_json(document(raw_text="ឈ្មោះ\nx"), pretty=True)
    assert compact.count(b"\n") == 1
    assert pretty.count(b"\n") > 10
    assert json.loads(compact) == json.loads(pretty)
    assert "ឈ្មោះ" in compact.decode()


def test_a_record_is_one_line_whatever_it_holds() -> None:
    read = document(raw_text="a\nb\r\u2028c").model_dump_json(exclude={"timings_ms"}).encode()
    finished = Finished(Job(1, "a\nb", Path("a"), Options()), read)
    line = record_line(finished, None, "0")
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line)["document"]["raw_text"] == "a\nb\r\u2028c"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_cannot_steer_a_terminal(text: str) -> None:
    out = formats.document_text(document(raw_text=text)).decode()
    assert all(c in "\n\t" or not (ord(c) < 32 or 127 <= ord(c) < 160) for c in out)
    assert out.endswith("\n")


def test_texts_of_several_inputs_stand_under_their_names() -> None:
    out = formats.record_text(record(document(raw_text="one\ntwo"), source="b.pdf")).decode()
    assert out == "==> b.pdf <==\none\ntwo\n\n"


@pytest.mark.parametrize("of", ["document", "record"])
def test_the_schema_is_json_and_describes_the_model(of: str) -> None:
    schema = json.loads(formats.schema_json(of))  # type: ignore[arg-type]
    assert schema["title"].lower() == of
    assert schema["type"] == "object"


# ---------------------------------------------------------------- CSV


def test_csv_has_a_row_for_the_document_and_one_for_each_item() -> None:
    found = document(
        lab_results=[lab(test_name="Glucose", value=5.8, unit="mmol/L", abnormal=True)],
        prescriptions=[
            Prescription(
                medication="Aspirin", dosage=None, frequency=None, duration=None, confidence=0.8
            )
        ],
        imaging=[
            Imaging(
                modality="X-ray", body_part=None, findings="a\nb", impression=None, confidence=0.7
            )
        ],
        other=[OtherText(text="note", confidence=0.6)],
    )
    shown = rows(record(found))
    assert [row["kind"] for row in shown] == [
        "document",
        "lab",
        "prescription",
        "imaging",
        "other",
    ]
    assert {row["source"] for row in shown} == {"a.png"}
    assert {row["facility"] for row in shown} == {"Calmette Hospital"}
    assert {row["doctor"] for row in shown} == {""}
    assert (shown[1]["test_name"], shown[1]["value"], shown[1]["abnormal"]) == (
        "Glucose",
        "5.8",
        "true",
    )
    assert shown[3]["findings"] == "a\nb"


def test_every_field_of_every_kind_of_item_has_a_column() -> None:
    for model in (LabResult, Prescription, Imaging, OtherText):
        fields = set(model.model_fields) - {"fields", "schedule"}
        assert fields <= set(table.COLUMNS)
    assert set(Schedule.model_fields) <= set(table.COLUMNS)


def test_amounts_by_time_of_day_and_codes_are_in_the_csv() -> None:
    given = dict.fromkeys(("medication", "dosage", "frequency", "duration"))
    drug = Prescription(
        **given, confidence=0.8, schedule=Schedule(morning="1", night="½"), as_needed=False
    )
    result = lab(test_name="Glucose", value=5.8, loinc="2345-7", ucum="mmol/L", flag_printed="H")
    shown = rows(record(document(lab_results=[result], prescriptions=[drug])))
    assert (shown[1]["loinc"], shown[1]["ucum"], shown[1]["flag_printed"]) == (
        "2345-7",
        "mmol/L",
        "H",
    )
    assert [shown[2][time] for time in ("morning", "noon", "evening", "night")] == [
        "1",
        "",
        "",
        "½",
    ]
    assert shown[2]["as_needed"] == "false"


@pytest.mark.parametrize(("value", "raw"), [(5.2, "5.20"), (42.0, "42"), (0.5, "0,50"), (7.0, "?")])
def test_the_csv_has_the_digits_that_were_printed(value: float, raw: str) -> None:
    field = FieldInfo(raw=raw, confidence=0.9, source=None, needs_review=False)
    row = rows(record(document(lab_results=[lab(value=value, fields={"value": field})])))[1]
    assert row["value"] == raw.replace(",", ".").replace("?", "7")


def test_the_row_of_the_document_tells_what_it_is_and_what_is_doubtful_in_its_header() -> None:
    date = HeaderField(
        value="2026-01-20",
        raw="20/01/26",
        confidence=0.6,
        source=None,
        needs_review=True,
        review_reasons=("two_digit_year",),
    )
    warning = Warning_(code="low_resolution", message="scan again", page=1)
    found = document().model_copy(
        update={"header": Header(report_date=date), "warnings": (warning,), "document_type": "lab"}
    )
    (row,) = rows(record(found))
    assert (row["document_type"], row["file_type"], row["pages"]) == ("lab", "png", "1")
    assert (row["needs_review"], row["review_reasons"]) == ("true", "two_digit_year")
    assert row["warnings"] == "low_resolution: scan again"


def test_a_failed_input_is_in_the_csv_with_its_reason() -> None:
    error = ErrorModel(code="input.encrypted", message="it is locked.")
    (row,) = rows(record(None, error))
    assert (row["kind"], row["status"], row["errors"]) == (
        "document",
        "failed",
        "input.encrypted: it is locked.",
    )


def test_what_to_review_and_where_is_in_the_csv() -> None:
    field = FieldInfo(
        raw="x",
        confidence=0.4,
        source=Source(page=2, box=(0, 0, 1, 1)),
        needs_review=True,
        review_reasons=("low_confidence", "unit_unknown"),
    )
    item = lab(needs_review=True, fields={"value": field, "unit": field})
    row = rows(record(document(lab_results=[item])))[1]
    assert (row["page"], row["needs_review"]) == ("2", "true")
    assert row["review_reasons"] == "low_confidence unit_unknown"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "=cmd|' /C calc'!A0", "\n=1"],
)
def test_a_cell_that_a_spreadsheet_would_run_is_led_by_an_apostrophe(text: str) -> None:
    row = rows(record(document(lab_results=[lab(test_name=text)])))[1]
    assert row["test_name"].startswith("'")


def test_numbers_stay_numbers_also_below_zero() -> None:
    row = rows(record(document(lab_results=[lab(value=-2.5)])))[1]
    assert row["value"] == "-2.5"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_text_gives_a_formula_or_breaks_the_rows(text: str) -> None:
    shown = rows(record(document(lab_results=[lab(test_name=text, value=text)]), source=text))
    assert len(shown) == 2
    for cell in (shown[1]["test_name"], shown[1]["value"], shown[0]["source"]):
        assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\n", "\r"))

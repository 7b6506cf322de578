"""The real command on real files: streams, exit codes, formats, and bad inputs made here."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from medicord_ocr import __version__
from medicord_ocr.options import STAGES
from medicord_ocr.schema import Document, Record
from medicord_ocr.settings import Settings
from tests.command import COMMAND, Result, environment, run
from tests.pdfs import Page, pdf, text

pytestmark = pytest.mark.integration

Command = Callable[..., Result]
#: A page with a sound text layer, which is read without an engine.
LAYER = Page(text(72, 700, "Fasting Glucose 5.8 mmol/L") + text(72, 680, "Urea 4.2 mmol/L"))


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return partial(run, cwd=tmp_path)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(LAYER))
    return path


def only_sentence(result: Result) -> str:
    """The one line on standard error, of a run that gave no data at all."""
    assert result.out == ""
    assert result.err.startswith("medicord-ocr: error: ")
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err
    return result.err


# ---------------------------------------------------------------- one document


def test_one_document_is_one_line_of_json_of_the_contract(command: Command, report: Path) -> None:
    result = command("extract", report)
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    document = Document.model_validate_json(result.out)
    assert document.file_type == "pdf"
    assert document.pages == 1
    assert "Fasting Glucose 5.8 mmol/L" in document.raw_text
    assert json.loads(result.out)["extracted_at"].endswith("Z")
    assert isinstance(document.extracted_at, datetime)


def test_standard_input_gives_what_the_file_gives(command: Command, report: Path) -> None:
    piped = json.loads(command("extract", "-", input=report.read_bytes()).out)
    named = json.loads(command("extract", report).out)
    for document in (piped, named):
        del document["timings_ms"], document["extracted_at"]
    assert piped == named


def test_a_picture_is_read_and_its_stages_can_be_seen(command: Command, tmp_path: Path) -> None:
    Image.new("RGB", (800, 400), "white").save(tmp_path / "a.png")
    result = command("extract", "a.png", "--engine", "fake", "--debug-dir", "seen")
    assert result.code == 0
    assert "pictures of patient data" in result.err
    pictures = list((tmp_path / "seen").iterdir())
    assert pictures
    assert stat.S_IMODE((tmp_path / "seen").stat().st_mode) == 0o700
    assert {stat.S_IMODE(picture.stat().st_mode) for picture in pictures} == {0o600}


def test_pages_choose_what_is_read(command: Command, tmp_path: Path) -> None:
    pages = [Page(text(72, 700, f"Page number {word}")) for word in ("one", "two", "three")]
    (tmp_path / "a.pdf").write_bytes(pdf(*pages))
    raw = json.loads(command("extract", "a.pdf", "--pages", "2-3").out)["raw_text"]
    assert "two" in raw
    assert "three" in raw
    assert "one" not in raw


def test_every_stage_can_be_forced_and_forbidden(command: Command, tmp_path: Path) -> None:
    Image.new("L", (400, 200), 255).save(tmp_path / "a.png")
    flags = [f"--{stage}" for stage in STAGES]
    for given in (flags, [flag.replace("--", "--no-") for flag in flags]):
        assert command("extract", "a.png", "--engine", "fake", *given).code == 0
    help_text = command("extract", "--help").out
    assert all(f"{flag} / --no-{flag[2:]}" in help_text for flag in flags)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_an_output_file_is_private_and_standard_output_silent(
    command: Command, report: Path, tmp_path: Path
) -> None:
    result = command("extract", report, "-o", "out.json")
    assert (result.code, result.out, result.err) == (0, "", "")
    assert stat.S_IMODE((tmp_path / "out.json").stat().st_mode) == 0o600
    Document.model_validate_json((tmp_path / "out.json").read_bytes())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.json", "report.pdf"]


def test_text_and_csv_of_one_document(command: Command, report: Path) -> None:
    assert "Urea 4.2 mmol/L" in command("extract", report, "--format", "text").out
    rows = list(csv.DictReader(io.StringIO(command("extract", report, "--format", "csv").out)))
    assert rows[0]["kind"] == "document"
    assert {row["source"] for row in rows} == {str(report)}


def test_fhir_of_one_document_is_a_bundle_with_the_digits_that_were_printed(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "a.pdf").write_bytes(
        pdf(Page(text(72, 700, "Fasting Glucose 5.20 mmol/L 3.90 - 6.10")))
    )
    result = command("extract", "a.pdf", "--format", "fhir")
    assert result.code == 0
    assert result.out.count("\n") == 1
    assert json.loads(result.out)["resourceType"] == "Bundle"
    assert '"valueQuantity":{"value":5.20,' in result.out
    assert '"title":"a.pdf"' in result.out


# ---------------------------------------------------------------- several documents


def test_fhir_of_several_is_a_bundle_a_line_also_of_what_failed(
    command: Command, report: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"no PDF at all")
    result = command("extract", report, "bad.pdf", "--format", "fhir")
    assert result.code == 9
    good, bad = (json.loads(line)["entry"] for line in result.out.splitlines())
    assert "Observation" in {entry["resource"]["resourceType"] for entry in good}
    assert [entry["resource"]["resourceType"] for entry in bad] == [
        "DocumentReference",
        "OperationOutcome",
    ]


def test_a_folder_gives_a_record_a_line_and_exit_code_9_when_one_fails(
    command: Command, report: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "good.pdf").write_bytes(report.read_bytes())
    (folder / "bad.pdf").write_bytes(b"no PDF at all")
    (folder / "notes.txt").write_text("left out")
    result = command("extract", "in")
    records = [Record.model_validate_json(line) for line in result.out.splitlines()]
    assert result.code == 9
    assert [(r.source, r.status) for r in records] == [
        ("bad.pdf", "failed"),
        ("sub/good.pdf", "ok"),
    ]
    assert records[0].errors[0].code.startswith("input.")
    assert records[1].document is not None
    assert len({r.options for r in records}) == 1
    assert "bad.pdf: " in result.err
    assert "2 documents: 1 read, 1 failed" in result.err


def test_several_good_inputs_end_with_0(command: Command, report: Path, tmp_path: Path) -> None:
    (tmp_path / "b.pdf").write_bytes(pdf(LAYER, LAYER))
    result = command("extract", report, "b.pdf", "-q")
    assert (result.code, result.err) == (0, "")
    assert [json.loads(line)["document"]["pages"] for line in result.out.splitlines()] == [1, 2]


def test_a_record_names_the_content_it_is_of(command: Command, report: Path) -> None:
    import hashlib

    (line,) = command("extract", report, "--format", "jsonl").out.splitlines()
    record = json.loads(line)
    assert record["sha256"] == hashlib.sha256(report.read_bytes()).hexdigest()
    assert record["document"]["timings_ms"] == record["timings_ms"]


# ---------------------------------------------------------------- bad inputs


def png(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and holds next to nothing of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def cut_jpeg() -> bytes:
    data = io.BytesIO()
    Image.effect_noise((600, 400), 60).save(data, "JPEG")
    return data.getvalue()[: len(data.getvalue()) // 2]


def many_pages() -> bytes:
    return pdf(*[Page(b"")] * 10_000)


BAD = {
    "empty.jpg": (lambda: b"", 4),
    "text.pdf": (lambda: b"Dear doctor, this is no PDF.\n" * 50, 4),
    "cut.jpg": (cut_jpeg, 4),
    "zeros.png": (lambda: b"\0" * 5000, 4),
    "two_gigapixels.png": (lambda: png(50_000, 40_000), 6),
    "many_pages.pdf": (many_pages, 6),
    "high.pdf": (lambda: pdf(Page(media="0 0 612 2147483648")), 6),
    "locked.pdf": (lambda: pdf(LAYER, password="boran"), 5),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_with_its_exit_code(
    command: Command, tmp_path: Path, name: str
) -> None:
    content, code = BAD[name]
    (tmp_path / name).write_bytes(content())
    result = command("extract", name)
    assert result.code == code
    assert name in only_sentence(result)


def test_a_missing_file_is_unreadable_input(command: Command) -> None:
    result = command("extract", "missing.pdf")
    assert result.code == 4
    assert "missing.pdf" in only_sentence(result)


def test_the_limit_of_bytes_holds_for_files_and_standard_input(
    command: Command, report: Path, tmp_path: Path
) -> None:
    data = report.read_bytes() + b"\0" * 1024 * 1024
    (tmp_path / "large.pdf").write_bytes(data)
    env = environment(CLI_MAX_FILE_SIZE_MB="1")
    assert command("extract", "large.pdf", env=env).code == 6
    piped = command("extract", "-", env=env, input=data)
    assert piped.code == 6
    assert "1 MB" in only_sentence(piped)


def test_a_password_opens_what_is_encrypted(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(LAYER, password="boran"))
    (tmp_path / "pass").write_text("boran\n")
    result = command("extract", "a.pdf", "--password-file", "pass")
    assert result.code == 0
    assert "Fasting Glucose" in json.loads(result.out)["raw_text"]
    wrong = command("extract", "a.pdf", "--password", "dara")
    assert wrong.code == 5
    assert "dara" not in only_sentence(wrong)
    assert "does not open" in wrong.err


# ---------------------------------------------------------------- usage and settings


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["extract", "a.png", "--pages", "0"], "list of pages"),
        (["extract", "a.png", "--lang", "khmer eng"], "list of languages"),
        (["extract", "a.png", "--engine", "magic"], "engine 'magic'"),
        (["extract", "a.png", "--format", "docx"], "format"),
        (["extract", "a.png", "--jobs", "0"], "jobs"),
        (["extract", "a.png", "--password", "x", "--password-file", "y"], "--password-file"),
        (["extract", "a.png", "--password-file", "none"], "password file none"),
        (["extract", "-", "-"], "only once"),
        (["extract"], "Usage"),
        (["extrac"], "extract"),
        ([], "Usage"),
        (["schema", "nothing"], "document"),
        (["evaluate", ".", "--min", "labs.value"], "labs.row_recall=0.9"),
        (["evaluate", ".", "--min", "labs.nothing=1"], "labs.nothing"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(
    command: Command, arguments: list[str], says: str
) -> None:
    result = command(*arguments)
    assert result.code == 2
    assert says in result.err + result.out
    assert "Traceback" not in result.err


def test_a_bad_setting_ends_with_2_and_names_the_variable(
    command: Command, report: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MAX_PAGES=many\n")
    result = command("extract", report)
    assert result.code == 2
    assert "MAX_PAGES is set to 'many'" in only_sentence(result)


def test_a_language_that_is_not_installed_ends_with_3_and_how_to_install_it(
    command: Command, tmp_path: Path
) -> None:
    Image.new("L", (400, 200), 255).save(tmp_path / "a.png")
    result = command("extract", "a.png", "--lang", "xyz")
    assert result.code == 3
    assert "xyz" in only_sentence(result)


def test_a_missing_program_ends_with_3(command: Command, tmp_path: Path) -> None:
    Image.new("L", (400, 200), 255).save(tmp_path / "a.png")
    result = command("extract", "a.png", env=environment(TESSERACT_CMD=str(tmp_path / "none")))
    assert result.code == 3
    assert "none is not installed" in only_sentence(result)


# ---------------------------------------------------------------- streams


def closing(stream: str, *arguments: str | Path, cwd: Path) -> tuple[int, str, str]:
    """Exit code and what the other streams got, where the shell closed one (``1>&-``)."""
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {stream}', "sh", *COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_closed_streams_do_no_harm(report: Path, tmp_path: Path) -> None:
    code, _, err = closing("1>&-", "extract", report, cwd=tmp_path)
    assert (code, err.count("\n")) == (7, 1)
    assert "standard output is closed" in err
    assert closing("1>&-", "extract", report, "-o", "out.json", cwd=tmp_path) == (0, "", "")
    Document.model_validate_json((tmp_path / "out.json").read_bytes())
    assert closing("2>&-", "extract", "missing.pdf", cwd=tmp_path) == (4, "", "")
    code, out, _ = closing("0<&- 2>&-", "extract", report, cwd=tmp_path)
    assert code == 0
    Document.model_validate_json(out)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments", [["extract", "report.pdf"], ["schema"], ["doctor"], ["--help"], ["--version"]]
)
@pytest.mark.usefixtures("report")
def test_a_full_disk_is_one_sentence_and_exit_code_7(
    command: Command, arguments: list[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        result = command(*arguments, stdout=full)
    assert result.code == 7
    assert "No space left" in only_sentence(result)


@pytest.mark.skipif(os.name != "posix", reason="Windows has other pipes")
@pytest.mark.parametrize("arguments", [["schema"], ["--help"], ["extract", "report.pdf"]])
@pytest.mark.usefixtures("report")
def test_a_reader_that_goes_away_is_no_reason_to_speak(
    command: Command, arguments: list[str]
) -> None:
    end, start = os.pipe()
    os.close(end)
    with os.fdopen(start, "wb") as pipe:
        result = command(*arguments, stdout=pipe)
    assert result.code != 0
    assert result.err == ""


def on_a_terminal(
    cwd: Path, *arguments: str, typed: Sequence[str] = (), **variables: str
) -> tuple[int, str]:
    """Exit code and what a person sees, both streams on one terminal.

    Args:
        cwd: working folder.
        arguments: of the command.
        typed: answers to questions for a password.
        variables: of the environment.
    """
    import pty

    answers = list(typed)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["setsid", "--ctty", "--wait", *COMMAND, *arguments],
        cwd=cwd,
        env=environment(**({"TERM": "xterm-256color"} | variables)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        seen, asked = b"", 0
        with suppress(OSError):  # how Linux says that the other side is closed
            while part := os.read(ours, 65536):
                seen += part
                if answers and seen.count(b"Password of") > asked:
                    asked += 1
                    os.write(ours, answers.pop(0).encode())
        process.wait(timeout=60)
    os.close(ours)
    return process.returncode, seen.decode()


needs_terminal = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("setsid") is None,
    reason="needs a pseudo-terminal, and setsid of util-linux",
)


@needs_terminal
def test_a_terminal_gets_colour_unless_it_wants_none(tmp_path: Path) -> None:
    assert "\x1b[31merror:" in on_a_terminal(tmp_path, "extract", "missing.pdf")[1]
    assert "\x1b" not in on_a_terminal(tmp_path, "extract", "missing.pdf", NO_COLOR="1")[1]
    assert "\x1b[3" in on_a_terminal(tmp_path, "doctor")[1]
    assert "\x1b[3" not in on_a_terminal(tmp_path, "doctor", NO_COLOR="1")[1]


@needs_terminal
def test_a_terminal_gets_indented_json(report: Path, tmp_path: Path) -> None:
    code, seen = on_a_terminal(tmp_path, "extract", str(report))
    assert code == 0
    assert seen.startswith('{\r\n  "raw_text"')
    assert "\x1b" not in seen


@needs_terminal
def test_a_terminal_shows_how_far_a_batch_is(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.pdf").write_bytes(pdf(LAYER))
    (tmp_path / "in" / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1")
    code, seen = on_a_terminal(tmp_path, *arguments, COLUMNS="100", LINES="30")
    assert code == 9
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
    assert re.search(r"[0-3]/4 documents", shown)
    assert re.search(r"pages, [0-9.]+ pages a second, \d failed or partial", shown)
    # The display is gone at the end; sentences stay.
    assert seen.count("broken.pdf: ") == 1
    assert "4 of 4 documents have their record" in shown
    quiet = on_a_terminal(tmp_path, *arguments, "--force", "-q")[1]
    assert "documents" not in quiet


@needs_terminal
def test_a_person_is_asked_for_the_password_until_it_is_right(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(LAYER, password="boran"))
    extract = ("extract", "a.pdf", "-o", "out.json")
    code, seen = on_a_terminal(tmp_path, *extract, typed=["dara\n", "boran\n"])
    assert (code, seen.count("Password of a.pdf:")) == (0, 2)
    assert "does not open" in seen
    assert "dara" not in seen
    assert "boran" not in seen
    Document.model_validate_json((tmp_path / "out.json").read_bytes())


@needs_terminal
def test_no_answer_to_the_question_for_the_password_is_exit_code_5(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(LAYER, password="boran"))
    code, seen = on_a_terminal(tmp_path, "extract", "a.pdf", typed=["\x04"])
    assert code == 5
    assert "needs a password" in seen


def test_pipes_get_no_colour(command: Command) -> None:
    assert "\x1b" not in command("doctor").out
    assert "\x1b" not in command("extract", "missing.pdf").err


@pytest.mark.skipif(sys.platform != "linux", reason="such names exist on Linux")
def test_a_file_name_cannot_steer_the_terminal(command: Command) -> None:
    result = command("extract", "a\x1b[2J\nmedicord-ocr: ok.pdf")
    assert "\\x1b[2J\\n" in only_sentence(result)


# ---------------------------------------------------------------- the other commands


def test_version_is_the_packages(command: Command) -> None:
    assert command("--version").out == f"medicord-ocr {__version__}\n"


def test_help_names_the_commands_the_settings_and_the_exit_codes(command: Command) -> None:
    out = command("--help", env=environment(COLUMNS="200")).out
    for name in ("extract", "evaluate", "schema", "doctor", "--version", "--install-completion"):
        assert name in out
    assert [name.upper() for name in Settings.model_fields if name.upper() not in out] == []
    assert "10 below a threshold" in out


@pytest.mark.parametrize("name", ["extract", "evaluate", "schema", "doctor"])
def test_every_command_helps(command: Command, name: str) -> None:
    result = command(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert "Usage: medicord-ocr" in result.out


@pytest.mark.parametrize("arguments", [["--help"], ["extract", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    """It is to answer within 0.3 s; ``benchmarks/bench_cli.py`` measures it."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines()}
    heavy = {"numpy", "cv2", "PIL", "pydantic", "pydantic_settings", "rich", "joblib"}
    assert "medicord_ocr.cli.app" in imported
    assert imported & heavy == set()


def test_completion_for_bash_is_shown(command: Command) -> None:
    env = environment(_MEDICORD_OCR_COMPLETE="source_bash")
    assert "medicord-ocr" in command(env=env).out


@pytest.mark.parametrize(("arguments", "title"), [([], "Document"), (["record"], "Record")])
def test_schema_describes_what_extract_writes(
    command: Command, arguments: list[str], title: str
) -> None:
    schema = json.loads(command("schema", *arguments).out)
    model = {"Document": Document, "Record": Record}[title]
    assert schema["title"] == title
    assert set(schema["properties"]) == set(model.model_fields)


def test_doctor_tells_what_is_there_and_which_engine_reads(command: Command) -> None:
    result = command("doctor", "--json")
    found = json.loads(result.out)
    assert result.code == (0 if found["ready"] else 3)
    names = {check["name"] for check in found["checks"]}
    assert {
        "tesserocr",
        "tesseract program",
        "pypdfium2",
        "poppler",
        "language khm",
        "model khmer",
    } <= names
    for check in found["checks"]:
        assert (check["state"] == "ok") == (check["fix"] is None)
    assert ("Documents are read by tesseract" in command("doctor").out) == found["ready"]
    assert bool(found["engines"]) == found["ready"]


def test_doctor_tells_what_is_missing_and_the_command_for_it(command: Command) -> None:
    result = command("doctor", env=environment(DEFAULT_LANGUAGES="khm+xyz"))
    assert result.code == 3
    assert "missing" in result.out
    assert "xyz" in result.out
    assert "Documents cannot be read yet" in result.out


def test_doctor_says_that_tesseract_cmd_is_slower(command: Command) -> None:
    out = command("doctor", env=environment(TESSERACT_CMD="tesseract")).out
    assert "TESSERACT_CMD is set" in out
    assert "slower" in out


# ---------------------------------------------------------------- evaluate


@pytest.fixture
def truths(report: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "truths"
    folder.mkdir()
    (folder / "one.pdf").write_bytes(report.read_bytes())
    truth = {
        "categories": {
            "lab_results": [
                {
                    "test_name": "No such test",
                    "value": 1,
                    "unit": "g/L",
                    "reference_range": None,
                    "abnormal": None,
                }
            ],
            "prescriptions": [],
            "imaging": [],
            "other": [],
        },
        "possible_report_date": None,
        "possible_facility": None,
        "possible_doctor": None,
    }
    (folder / "one.json").write_text(json.dumps(truth))
    return folder


def test_evaluate_shows_a_table_and_writes_the_report(
    command: Command, truths: Path, tmp_path: Path
) -> None:
    result = command("evaluate", truths, "--json", "report.json", "--jobs", "1")
    assert result.code == 0
    assert "labs.row_recall" in result.out
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["metrics"]["labs.row_recall"]["value"] == 0
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o600


def test_evaluate_below_a_threshold_ends_with_10_and_says_which(
    command: Command, truths: Path
) -> None:
    result = command("evaluate", truths, "--min", "labs.row_recall=90%", "--format", "json", "-q")
    assert result.code == 10
    assert json.loads(result.out)["metrics"]["labs.row_recall"]["value"] == 0
    assert result.err.startswith("medicord-ocr: error: labs.row_recall is 0.0000, below")


def test_evaluate_above_a_maximum_ends_with_10(command: Command, truths: Path) -> None:
    held = command("evaluate", truths, "--max", "labs.row_recall=0.5")
    broken = command("evaluate", truths, "--max", "seconds_per_page=0")
    assert (held.code, broken.code) == (0, 10)


def test_evaluate_of_a_folder_without_ground_truth_ends_with_2(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert command("evaluate", "empty").code == 2

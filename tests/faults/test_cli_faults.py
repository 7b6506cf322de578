"""What the command does when reading goes wrong in every way, or is told to stop."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.command import COMMAND, Result, run
from tests.faults.pipeline_stand_in import SECRET, environment_of, picture

pytestmark = pytest.mark.faults

Command = Callable[..., Result]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment that puts the stand-in into the command and the processes that it starts."""
    return environment_of(tmp_path)


@pytest.fixture
def command(tmp_path: Path, variables: dict[str, str]) -> Command:
    return partial(run, cwd=tmp_path, env=variables)


def put(folder: Path, name: str, says: str) -> str:
    picture(folder / name, says)
    return name


def test_it_ends_its_processes_where_no_other_program_is_installed(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    # loky called pgrep (absent from a minimal Debian), failed, and left the command waiting.
    put(tmp_path, "a.png", "fine")

    done = run("extract", "a.png", cwd=tmp_path, env=variables | {"PATH": str(tmp_path)})

    assert done.code == 0, done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("says", "code", "sentence"),
    [
        ("limit", 6, "it has too many pages."),
        ("locked x", 5, "it is encrypted. Give its password"),
        ("crash", 8, "the process that read it crashed (SIGSEGV)."),
        ("killed", 8, "the process that read it crashed (SIGKILL)."),
        ("exit", 1, "internal fault: SystemExit"),
        ("fault", 1, "internal fault: ValueError at "),
        ("end", 1, "internal fault: EOFError at "),
        ("pipe", 1, "internal fault: BrokenPipeError at "),
        ("memory", 1, "there is not enough memory."),
        ("import", 3, "the Python package no_such_package is not installed"),
    ],
)
def test_each_failure_has_its_exit_code_and_one_sentence(
    command: Command, tmp_path: Path, says: str, code: int, sentence: str
) -> None:
    result = command("extract", put(tmp_path, "a.png", says))
    assert result.code == code
    assert result.out == ""
    assert result.err.startswith("medicord-ocr: error: a.png, page 1: " + sentence)
    assert result.err.count("\n") == 1


def test_no_message_of_an_unforeseen_exception_is_shown(command: Command, tmp_path: Path) -> None:
    """It may quote the document."""
    (tmp_path / "in").mkdir()
    for says in ("fault", "end", "pipe", "memory"):
        put(tmp_path / "in", f"{says}.png", says)
    result = command("extract", "-v", "in")
    assert result.code == 9
    assert not [word for word in SECRET.split() if word in result.err + result.out]


def test_verbose_tells_the_way_to_an_internal_fault(command: Command, tmp_path: Path) -> None:
    result = command("extract", "-v", put(tmp_path, "a.png", "fault"))
    assert "raise ValueError(SECRET)" in result.err
    assert "Traceback" not in result.err
    assert not [word for word in SECRET.split() if word in result.err]


def test_nothing_but_data_reaches_standard_output(command: Command, tmp_path: Path) -> None:
    result = command("extract", put(tmp_path, "a.png", "fine"))
    assert json.loads(result.out)["raw_text"] == "fine"
    assert result.out.count("\n") == 1
    assert "printed by a library" in result.err
    assert "printed below Python" in result.err


def test_what_libraries_print_does_not_get_into_an_output_file(
    command: Command, tmp_path: Path
) -> None:
    result = command("extract", put(tmp_path, "a.png", "fine"), "-o", "/dev/stdout")
    assert json.loads(result.out)["raw_text"] == "fine"


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_one_bad_input_of_several_harms_no_other(
    command: Command, tmp_path: Path, jobs: str
) -> None:
    (tmp_path / "in").mkdir()
    for name, says in {
        "1.png": "fine",
        "2.png": "crash",
        "3.png": "fine",
        "4.png": "fault",
        "5.png": "killed",
        "6.png": "locked x",
        "7.png": "fine",
    }.items():
        put(tmp_path / "in", name, says)
    result = command("extract", "in", "--jobs", jobs)
    records = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 9
    assert [(r["source"], r["status"]) for r in records] == [
        ("1.png", "ok"),
        ("2.png", "failed"),
        ("3.png", "ok"),
        ("4.png", "failed"),
        ("5.png", "failed"),
        ("6.png", "failed"),
        ("7.png", "ok"),
    ]
    assert [e["code"] for r in records for e in r["errors"]] == [
        "engine.crashed",
        "internal",
        "engine.crashed",
        "input.encrypted",
    ]
    assert all(r["sha256"] and r["options"] and r["schema_version"] == 1 for r in records)
    assert "7 documents: 3 read, 4 failed" in result.err


def test_a_page_that_fails_costs_the_document_that_page_alone(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    picture(tmp_path / "in" / "1.tif", "crash", "second", "fault", "fourth", "limit")
    picture(tmp_path / "in" / "2.tif", "first", "second")
    picture(tmp_path / "in" / "3.tif", "crash", "killed")
    result = command("extract", "in", "--jobs", "2")
    partial, whole, nothing = (json.loads(line) for line in result.out.splitlines())
    assert result.code == 9
    assert partial["status"] == "partial"
    assert partial["document"]["raw_text"] == "second\n\nfourth"
    assert [page["page"] for page in partial["document"]["quality"]] == [2, 4]
    assert [(e["code"], e["page"]) for e in partial["errors"]] == [
        ("engine.crashed", 1),
        ("internal", 3),
        ("input.over_limit", 5),
    ]
    assert (whole["status"], whole["document"]["raw_text"]) == ("ok", "first\n\nsecond")
    assert (nothing["status"], nothing["document"]) == ("failed", None)
    assert [e["page"] for e in nothing["errors"]] == [1, 2]


def test_a_failed_single_input_is_a_record_where_records_are_asked_for(
    command: Command, tmp_path: Path
) -> None:
    result = command("extract", put(tmp_path, "a.png", "limit"), "--format", "jsonl")
    record = json.loads(result.out)
    assert (result.code, record["status"], record["document"]) == (9, "failed", None)
    assert record["errors"][0] == {
        "code": "input.over_limit",
        "message": "it has too many pages.",
        "stage": "intake",
        "page": 1,
        "retryable": False,
    }


def test_quiet_says_errors_and_nothing_else(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "a.png", "limit")
    result = command("extract", "-q", "a.png", put(tmp_path, "b.png", "limit"))
    assert result.err == (
        "medicord-ocr: error: a.png, page 1: it has too many pages.\n"
        "medicord-ocr: error: b.png, page 1: it has too many pages.\n"
    )


def test_the_old_output_stands_when_reading_fails(command: Command, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old")
    result = command("extract", put(tmp_path, "a.png", "fault"), "-o", "out.json")
    assert result.code == 1
    assert (tmp_path / "out.json").read_text() == "old"
    assert not list(tmp_path.glob(".out*"))


def test_a_password_opens_from_the_option_and_from_a_file(command: Command, tmp_path: Path) -> None:
    put(tmp_path, "a.png", "locked ពាក្យ")
    (tmp_path / "pass").write_text("ពាក្យ\r\nanother line\n", "utf-8")
    assert command("extract", "a.png", "--password", "ពាក្យ").code == 0
    assert command("extract", "a.png", "--password-file", "pass").code == 0
    wrong = command("extract", "a.png", "--password", "wrong-one")
    assert wrong.code == 5
    assert "wrong-one" not in wrong.err


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that nobody has waited for yet is dead all the same.
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


@contextmanager
def started_command(
    *arguments: str, cwd: Path, env: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """The command while it runs, in a group of processes of its own; gone after the block."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize(
    ("number", "code", "sentence"),
    [(signal.SIGINT, 130, "interrupted."), (signal.SIGTERM, 143, "terminated.")],
)
def test_a_signal_ends_it_at_once_with_its_processes(
    tmp_path: Path,
    variables: dict[str, str],
    several: bool,
    number: signal.Signals,
    code: int,
    sentence: str,
) -> None:
    started = tmp_path / "started"
    put(tmp_path, "a.png", f"wait {started}")
    (tmp_path / "out.json").write_text("old")
    inputs = ["a.png", put(tmp_path, "b.png", "limit")] if several else ["a.png"]
    with started_command(
        "extract", *inputs, "-q", "-o", "out.json", cwd=tmp_path, env=variables
    ) as process:
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        worker = int(started.read_text())
        # Ctrl-C reaches all processes of the terminal; SIGTERM the one that is meant.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == code
    assert out == b""
    assert err.decode() == f"medicord-ocr: {sentence}\n"
    assert wait_for(lambda: not alive(worker))
    assert (tmp_path / "out.json").read_text() == "old"
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no parent to watch for")
def test_no_process_works_on_when_the_command_is_killed(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    started = tmp_path / "started"
    put(tmp_path, "a.png", f"wait {started}")
    with started_command("extract", "a.png", cwd=tmp_path, env=variables) as process:
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        process.kill()
        process.communicate(timeout=20)
    assert wait_for(lambda: not alive(int(started.read_text())), seconds=5)

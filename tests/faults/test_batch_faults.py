"""What a batch does when reading goes wrong in every way, is killed, or is told to stop."""

import json
import os
import random
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.command import Result, run
from tests.faults.pipeline_stand_in import SECRET, environment_of, picture
from tests.faults.test_cli_faults import alive, started_command, wait_for

pytestmark = pytest.mark.faults

#: How often one archive is killed at random: 20 times by ``make soak``.
KILLS = int(os.environ.get("SOAK_KILLS", "4"))

Command = Callable[..., Result]


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment that puts the stand-in into the command and the processes that it starts."""
    return environment_of(tmp_path)


@pytest.fixture
def batch(tmp_path: Path, variables: dict[str, str]) -> Command:
    (tmp_path / "in").mkdir()
    return partial(
        run, "batch", "in", "-o", "out.jsonl", "--jobs", "2", cwd=tmp_path, env=variables
    )


def put(tmp_path: Path, **says: str) -> None:
    for name, text in says.items():
        picture(tmp_path / "in" / f"{name}.png", text)


def records(tmp_path: Path) -> dict[str, Any]:
    """The records by source; no source may have two."""
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    assert len({record["source"] for record in found}) == len(found)
    return {record["source"].partition(".")[0]: record for record in found}


def codes(tmp_path: Path) -> dict[str, list[str]]:
    return {name: [e["code"] for e in r["errors"]] for name, r in records(tmp_path).items()}


def texts(tmp_path: Path) -> dict[str, str | None]:
    return {
        name: r["document"] and r["document"]["raw_text"] for name, r in records(tmp_path).items()
    }


def test_whatever_a_page_does_harms_no_other(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="fine", b="crash", c="good", d="killed", e="slow 60", f="fault", g="exit",
        h="well", i="locked x", j="memory")  # fmt: skip
    result = batch("--page-timeout", "8")
    assert result.code == 9, result.err
    assert codes(tmp_path) == {
        "a": [], "b": ["engine.crashed"], "c": [], "d": ["engine.crashed"],
        "e": ["engine.timeout"], "f": ["internal"], "g": ["internal"], "h": [],
        "i": ["input.encrypted"], "j": ["internal"],
    }  # fmt: skip
    read = {name: text for name, text in texts(tmp_path).items() if text is not None}
    assert read == {"a": "fine", "c": "good", "h": "well"}
    assert records(tmp_path)["e"]["errors"][0]["retryable"]
    assert result.out == ""
    assert not [word for word in SECRET.split() if word in result.err]


def test_a_page_that_eats_memory_is_ended_before_the_machine_suffers(
    batch: Command, tmp_path: Path, variables: dict[str, str]
) -> None:
    put(tmp_path, a="eat", b="fine")
    result = batch()
    assert codes(tmp_path) == {"a": ["engine.out_of_memory"], "b": []}
    assert "GB of memory" in result.err


def test_pages_that_hang_crash_or_fail_cost_a_document_nothing_else(
    batch: Command, tmp_path: Path
) -> None:
    picture(tmp_path / "in" / "a.tif", "one", "slow 60", "three", "killed", "five")
    result = batch("--page-timeout", "8")
    record = records(tmp_path)["a"]
    assert (result.code, record["status"]) == (9, "partial")
    assert record["document"]["raw_text"] == "one\n\nthree\n\nfive"
    assert [(e["code"], e["page"]) for e in record["errors"]] == [
        ("engine.timeout", 2),
        ("engine.crashed", 4),
    ]


def test_repeated_deaths_leave_fewer_processes_and_are_told(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="killed", b="killed b", c="killed c", d="killed d", e="fine")
    result = batch()
    assert "going on with 1 at a time" in result.err
    assert texts(tmp_path)["e"] == "fine"


def test_a_second_run_reads_only_what_is_new_or_changed(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="fine", b="old", c="fault")
    assert batch().code == 9
    first = (tmp_path / "out.jsonl").read_bytes()
    again = batch()
    assert again.code == 9
    assert "3 were read before" in again.err
    assert (tmp_path / "out.jsonl").read_bytes() == first

    put(tmp_path, b="new", d="more")
    assert "2 were read before" in batch().err
    assert texts(tmp_path) == {"a": "fine", "b": "new", "c": None, "d": "more"}


def test_other_options_read_everything_again(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="fine")
    batch()
    before = records(tmp_path)["a"]["options"]
    assert "0 were read before" not in batch("--no-deskew").err
    assert records(tmp_path)["a"]["options"] != before


def test_what_failed_is_tried_again_only_when_asked(batch: Command, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png", f"once {tmp_path / 'marker'}")
    picture(tmp_path / "in" / "b.tif", "first", f"once {tmp_path / 'other'}")
    assert batch().code == 9
    assert codes(tmp_path) == {"a": ["engine.crashed"], "b": ["engine.crashed"]}
    assert batch().code == 9
    assert batch("--retry-failed").code == 0
    assert {r["status"] for r in records(tmp_path).values()} == {"ok"}


def test_force_reads_everything_again(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="fine", b="fine too")
    batch()
    assert "2 pages read" in batch("--force").err
    assert len(records(tmp_path)) == 2


def test_one_content_is_read_once_and_recorded_for_each_path(
    batch: Command, tmp_path: Path
) -> None:
    put(tmp_path, a="same", b="same", c="same", d="fault", e="fault")
    result = batch()
    assert "1 pages read" in result.err
    assert texts(tmp_path) == {"a": "same", "b": "same", "c": "same", "d": None, "e": None}
    put(tmp_path, f="same")
    assert "0 pages read" in batch().err
    assert texts(tmp_path)["f"] == "same"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "sigterm"]
)
def test_a_signal_finishes_the_pages_in_flight_and_the_next_run_goes_on(
    batch: Command, tmp_path: Path, variables: dict[str, str], number: signal.Signals, code: int
) -> None:
    started = tmp_path / "started"
    put(tmp_path, a=f"wait {started} 2", b="b", c="c", d="d", e="e")
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1")
    with started_command(*arguments, cwd=tmp_path, env=variables) as process:
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        worker = int(started.read_text())
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert list(records(tmp_path)) == ["a"], err
    assert records(tmp_path)["a"]["status"] == "ok"
    assert wait_for(lambda: not alive(worker))
    assert batch().code == 0
    assert sorted(records(tmp_path)) == ["a", "b", "c", "d", "e"]


def test_a_second_ctrl_c_stops_at_once(tmp_path: Path, variables: dict[str, str]) -> None:
    (tmp_path / "in").mkdir()
    started = tmp_path / "started"
    put(tmp_path, a="fine", b=f"wait {started}")
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1")
    with started_command(*arguments, cwd=tmp_path, env=variables) as process:
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        os.killpg(process.pid, signal.SIGINT)
        assert wait_for(lambda: b"once more" in os.read(process.stderr.fileno(), 1000))  # type: ignore[union-attr]
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=10)
    assert process.returncode == 130
    assert list(records(tmp_path)) == ["a"]
    assert wait_for(lambda: not alive(int(started.read_text())))


def test_a_killed_run_leaves_whole_lines_and_the_next_one_goes_on(
    batch: Command, tmp_path: Path, variables: dict[str, str]
) -> None:
    started = tmp_path / "started"
    put(tmp_path, a="a", b="b", c=f"wait {started} 3", d="d")
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1")
    with started_command(*arguments, cwd=tmp_path, env=variables) as process:
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        process.kill()
        process.communicate(timeout=20)
    assert wait_for(lambda: not alive(int(started.read_text())), seconds=10)
    with (tmp_path / "out.jsonl").open("ab") as file:
        file.write(b'{"schema_version":1,"source":"torn')
    result = batch()
    assert "2 were read before" in result.err
    assert texts(tmp_path) == {"a": "a", "b": "b", "c": f"wait {started} 3", "d": "d"}


def test_killed_at_random_moments_it_ends_with_the_records_of_an_undisturbed_run(
    batch: Command, tmp_path: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "in" / "sub").mkdir()
    for n in range(60):
        picture(
            tmp_path / "in" / ("sub" if n % 2 else ".") / f"{n}.png", f"page {n} of the archive"
        )
    picture(tmp_path / "in" / "long.tif", *(f"leaf {n} of many" for n in range(40)))
    picture(tmp_path / "in" / "bad.png", "fault")
    moments = random.Random(20)
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "2")
    for _ in range(KILLS):
        with started_command(*arguments, cwd=tmp_path, env=variables) as process:
            with suppress(subprocess.TimeoutExpired):
                # A start takes about a second; some are killed in it, some have long ended.
                process.wait(moments.uniform(0.3, 3.0))
            process.kill()
            process.communicate(timeout=20)
    assert batch().code == 9
    assert batch("-o", "undisturbed.jsonl").code == 9

    def comparable(name: str) -> dict[str, Any]:
        lines = (tmp_path / name).read_bytes().splitlines()
        found = {(record := json.loads(line))["source"]: record for line in lines}
        assert len(found) == len(lines) == 62
        for record in found.values():
            record.pop("timings_ms")
            for key in ("timings_ms", "extracted_at"):
                (record["document"] or {}).pop(key, None)
        return found

    assert comparable("out.jsonl") == comparable("undisturbed.jsonl")


def test_watching_goes_on_with_what_appears_until_it_is_stopped(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    (tmp_path / "in").mkdir()
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1", "--watch", "--format", "csv")
    with started_command(*arguments, cwd=tmp_path, env=variables) as process:
        out = tmp_path / "out.jsonl"
        put(tmp_path, a="first leaf")
        assert wait_for(lambda: out.exists() and out.read_bytes().count(b"\n") == 1, seconds=20)
        put(tmp_path, b="other leaf")
        (tmp_path / "in" / ".copying.png").write_bytes(b"half of a file")
        assert wait_for(lambda: out.read_bytes().count(b"\n") == 2, seconds=20)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert texts(tmp_path) == {"a": "first leaf", "b": "other leaf"}
    assert b"2 of 2 documents" in err
    assert b"leaf" not in err
    assert (tmp_path / "out.csv").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_stops_it_cleanly(batch: Command, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=128k tmpfs {disk} 2>/dev/null") != 0:
        pytest.skip("this system does not let us mount a small disk")
    try:
        for n in range(200):
            picture(tmp_path / "in" / f"{n}.png", f"page {n} " * 20)
        result = batch("-o", "disk/out.jsonl")
        assert result.code == 7, result.err
        assert result.err.splitlines()[-1].startswith("medicord-ocr: error: cannot write to ")
        data = (disk / "out.jsonl").read_bytes()
        assert data.endswith(b"\n")
        assert all(json.loads(line)["status"] == "ok" for line in data.splitlines())
    finally:
        os.system(f"umount {disk}")


def test_a_folder_that_goes_away_in_the_middle_gives_a_record_for_every_input(
    batch: Command, tmp_path: Path, variables: dict[str, str]
) -> None:
    started = tmp_path / "started"
    put(tmp_path, a=f"wait {started} 2", b="b", c="c", d="d")
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1")
    with started_command(*arguments, cwd=tmp_path, env=variables) as process:
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        (tmp_path / "in").rename(tmp_path / "gone")
        process.communicate(timeout=30)
    assert process.returncode == 9
    found = codes(tmp_path)
    assert list(found) == ["a", "b", "c", "d"]
    assert found["d"] == ["input.unreadable"]


def test_an_unreadable_file_has_its_record(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="fine")
    (tmp_path / "in" / "b.pdf").symlink_to("nowhere.pdf")
    (tmp_path / "in" / "c.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    result = batch()
    assert result.code == 9
    assert codes(tmp_path) == {"a": [], "b": ["input.unreadable"], "c": ["input.unreadable"]}


def test_messages_for_machines_are_a_json_object_a_line(batch: Command, tmp_path: Path) -> None:
    put(tmp_path, a="fine", b="crash")
    events = [json.loads(line) for line in batch("--log-json").err.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds.count("document") == 2
    assert events[-1]["event"] == "summary"
    assert events[-1]["statuses"] == {"ok": 1, "failed": 1}
    assert events[-1]["errors"] == {"engine.crashed": 1}

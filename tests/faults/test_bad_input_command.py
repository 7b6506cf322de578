"""The real command on every broken, encrypted, huge and hostile file of ``../shared/badinput``."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from medicord_ocr.schema import Record
from tests.command import COMMAND, Result, environment, run

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SHARED = Path(__file__).parents[3] / "shared" / "badinput"
SAMPLES = Path(__file__).parents[2] / "samples"
#: Those of an archive: ``make soak`` has them all.
FOLDERS = ["pillow", "pypdfium2"]
if float(os.environ.get("SOAK", "0")) >= 1:
    FOLDERS += ["ocrmypdf", "paperless"]
#: Megabytes that all processes of a run may take together.
MEMORY = 1500
_SECONDS = 600


def measured(*arguments: str, cwd: Path) -> tuple[Result, float]:
    """What became of a run, and the megabytes that its processes took together at most."""
    with (cwd / "out").open("wb") as out, (cwd / "err").open("wb") as err:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        most, end = 0.0, time.monotonic() + _SECONDS
        while process.poll() is None and time.monotonic() < end:
            most = max(most, megabytes(process.pid))
            time.sleep(0.03)
        process.kill()
        code = process.wait()
    return Result(code, (cwd / "out").read_text(), (cwd / "err").read_text()), most


def megabytes(pid: int) -> float:
    taken = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                taken += one.memory_info().rss / 1024**2
    return taken


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/badinput is not here")
@pytest.mark.parametrize("folder", ["ocrmypdf", "paperless", "pillow", "pypdfium2"])
def test_every_bad_input_is_a_record_and_a_sentence_where_it_fails(
    folder: str, tmp_path: Path
) -> None:
    """Of one page each: ``test_bad_input_intake`` takes them all, and text is not at stake here."""
    paths = sorted(str(path) for path in (SHARED / folder).iterdir() if path.is_file())
    assert len(paths) > 10

    done, most = measured(
        "extract", "--engine", "fake", "--pages", "1", "--format", "jsonl", *paths, cwd=tmp_path
    )

    records = [Record.model_validate_json(line) for line in done.out.splitlines()]
    assert [record.source for record in records] == paths
    failed = [record for record in records if record.status == "failed"]
    assert {record.errors[0].code.partition(".")[0] for record in failed} <= {"input"}
    assert done.code == (9 if failed else 0)
    *lines, summary = done.err.splitlines()
    places = [line.partition(" error: ")[2].partition(": ")[0] for line in lines]
    assert [place.removesuffix(", page 1") for place in places] == [
        record.source for record in failed
    ]
    assert f"{len(records) - len(failed)} read, {len(failed)} failed" in summary
    assert most < MEMORY


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/badinput is not here")
def test_bad_input_in_an_archive_changes_no_record_of_a_good_file(tmp_path: Path) -> None:
    good, mixed = tmp_path / "good", tmp_path / "mixed"
    for folder in (good, mixed):
        shutil.copytree(SAMPLES, folder / "samples", ignore=shutil.ignore_patterns("*.json"))
    for name in FOLDERS:
        shutil.copytree(SHARED / name, mixed / "bad" / name)
    options = ("--engine", "fake", "--pages", "1", "--include", "*", "--jobs", "2")
    found = {}
    for folder in (good, mixed):
        done = run("batch", folder, "-o", f"{folder.name}.jsonl", *options, cwd=tmp_path)
        lines = (tmp_path / f"{folder.name}.jsonl").read_text("utf-8").splitlines()
        records = [Record.model_validate_json(line) for line in lines]
        found[folder.name] = {record.source: comparable(record) for record in records}
        assert len(found[folder.name]) == len(records)
        assert done.code == (9 if folder == mixed else 0), done.err[-2000:]
    assert len(found["good"]) == 4
    assert len(found["mixed"]) == 4 + sum(path.is_file() for path in mixed.glob("bad/*/*"))
    for source, record in found["good"].items():
        assert found["mixed"][source] == record
    failed = [record for record in found["mixed"].values() if record["status"] != "ok"]
    codes = {error["code"].partition(".")[0] for record in failed for error in record["errors"]}
    assert codes == {"input"}


def comparable(record: Record) -> dict[str, Any]:
    """A record without its times."""
    made = record.model_dump()
    made.pop("timings_ms")
    for name in ("timings_ms", "extracted_at"):
        (made["document"] or {}).pop(name, None)
    return made

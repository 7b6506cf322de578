"""Searchable PDFs when something goes wrong: with their folder, the library, a name, a worker."""

import json
import os
import stat
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.command import Result, run
from tests.faults.pipeline_stand_in import environment_of, picture
from tests.faults.test_cli_faults import started_command
from tests.redis_server import RedisServer

pytestmark = pytest.mark.faults

Command = Callable[..., Result]
KILLED = """
import os, signal, medicord_ocr.searchable
medicord_ocr.searchable.make_searchable = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment that puts the stand-in into the command and the processes that it starts."""
    (tmp_path / "in").mkdir()
    return environment_of(tmp_path)


@pytest.fixture
def batch(tmp_path: Path, variables: dict[str, str]) -> Command:
    arguments = ("batch", "in", "-o", "out.jsonl", "--jobs", "1", "--searchable-pdf", "pdf")
    return partial(run, *arguments, cwd=tmp_path, env=variables)


def records(tmp_path: Path) -> dict[str, Any]:
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    return {record["source"]: record for record in map(json.loads, lines)}


def text_of(path: Path) -> list[int]:
    """How many words the text of each page has."""
    with pikepdf.open(path) as pdf:
        assert pdf.check_pdf_syntax() == []
        contents = [page.obj.get("/Contents") for page in pdf.pages]
        return [content.read_bytes().count(b"Tj") if content else 0 for content in contents]


def test_pages_that_could_not_be_read_are_shown_without_text(
    batch: Command, tmp_path: Path
) -> None:
    picture(tmp_path / "in" / "a.tif", "one", "killed", "three more words")
    assert batch().code == 9
    assert records(tmp_path)["a.tif"]["status"] == "partial"
    assert text_of(tmp_path / "pdf" / "a.tif.pdf") == [1, 0, 3]


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_read(
    batch: Command, tmp_path: Path
) -> None:
    picture(tmp_path / "in" / "a.png", "fine")
    (tmp_path / "pdf").write_text("a file")
    result = batch()
    assert result.code == 7
    assert "cannot write to pdf" in result.err
    assert not (tmp_path / "out.jsonl").exists()
    assert (tmp_path / "pdf").read_text() == "a file"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_stops_it_and_leaves_nothing_torn(batch: Command, tmp_path: Path) -> None:
    disk = tmp_path / "pdf"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k tmpfs {disk} 2>/dev/null") != 0:
        pytest.skip("this system does not let us mount a small disk")
    try:
        for n in range(40):
            picture(tmp_path / "in" / f"{n:02}.png", f"page {n} " * 20)
        result = batch()
        assert result.code == 7, result.err
        assert "cannot write to pdf/" in result.err.splitlines()[-1]
        made = sorted(path.name for path in disk.iterdir())
        assert made
        assert all(text_of(disk / name) for name in made)
        # Who has a record has a PDF.
        assert {f"{name}.pdf" for name in records(tmp_path)} == set(made)
    finally:
        os.system(f"umount {disk}")
    assert batch().code == 0
    assert len(list((tmp_path / "pdf").iterdir())) == 40


def test_what_stands_in_the_way_of_one_pdf_costs_no_other(batch: Command, tmp_path: Path) -> None:
    for name in ("a", "b"):
        picture(tmp_path / "in" / f"{name}.png", name)
    (tmp_path / "pdf" / "a.png.pdf").mkdir(parents=True)
    result = batch()
    assert result.code == 9
    found = records(tmp_path)
    assert [error["code"] for error in found["a.png"]["errors"]] == ["output.name"]
    assert found["a.png"]["document"]["raw_text"] == "a"
    assert found["b.png"]["status"] == "ok"
    assert text_of(tmp_path / "pdf" / "b.png.pdf") == [1]


def test_a_process_that_dies_over_a_pdf_costs_the_pdf_and_not_the_record(
    batch: Command, tmp_path: Path
) -> None:
    environment_of(tmp_path, KILLED)
    picture(tmp_path / "in" / "a.png", "fine")
    assert batch().code == 9
    record = records(tmp_path)["a.png"]
    assert (record["status"], record["document"]["raw_text"]) == ("partial", "fine")
    assert [error["code"] for error in record["errors"]] == ["engine.crashed"]
    environment_of(tmp_path)
    assert batch().code == 0
    assert text_of(tmp_path / "pdf" / "a.png.pdf") == [1]


def test_names_keep_apart_and_inside_of_the_folder(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    inside = tmp_path / "work"
    inside.mkdir()
    for name in ("scan.jpg", "scan.png"):
        picture(inside / name, name)
    picture(tmp_path / "in" / "scan.png", "above")
    paths = ("scan.jpg", "scan.png", "../in/scan.png", str(inside / "scan.png"))
    arguments = ("-o", "out.jsonl", "--jobs", "1", "--searchable-pdf", "pdf")
    result = run("batch", *paths, *arguments, cwd=inside, env=variables)
    assert result.code == 0, result.err
    made = {path.relative_to(inside / "pdf") for path in (inside / "pdf").rglob("*.pdf")}
    root = Path("_root", *(inside / "scan.png.pdf").parts[1:])
    assert made == {Path("scan.jpg.pdf"), Path("scan.png.pdf"), Path(".._/in/scan.png.pdf"), root}


def test_pdfs_inside_of_the_folder_are_not_read(batch: Command, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png", "fine")
    assert batch("--searchable-pdf", "in/pdf").code == 0
    result = batch("--searchable-pdf", "in/pdf")
    assert "1 were read before" in result.err
    assert list(records(tmp_path)) == ["a.png"]


def test_a_file_that_a_killed_run_left_is_removed(batch: Command, tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png", "fine")
    (tmp_path / "pdf").mkdir()
    (tmp_path / "pdf" / ".a.png.pdf.xyz.part").write_bytes(b"half")
    assert batch().code == 0
    assert [path.name for path in (tmp_path / "pdf").iterdir()] == ["a.png.pdf"]


def test_pdfs_of_what_workers_read_are_made_here(tmp_path: Path, variables: dict[str, str]) -> None:
    redis = RedisServer(tmp_path)
    picture(tmp_path / "in" / "a.png", "fine")
    picture(tmp_path / "in" / "b.tif", "one", "two")
    arguments = ("batch", "in", "-o", "out.jsonl", "--searchable-pdf", "pdf", "--broker", redis.url)
    with ExitStack() as workers:
        workers.callback(redis.stop)
        worker = ("worker", "--broker", redis.url, "--jobs", "1")
        workers.enter_context(started_command(*worker, cwd=tmp_path / "site", env=variables))
        result = run(*arguments, cwd=tmp_path, env=variables)
    assert result.code == 0, result.err
    assert text_of(tmp_path / "pdf" / "a.png.pdf") == [1]
    assert text_of(tmp_path / "pdf" / "b.tif.pdf") == [1, 1]
    assert stat.S_IMODE((tmp_path / "pdf").stat().st_mode) == 0o700
    assert not (tmp_path / "site" / "pdf").exists()

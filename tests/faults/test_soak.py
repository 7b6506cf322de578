"""Archives at scale: memory stays flat, and a second run is quick.

``make soak`` runs them whole; the suite runs a twentieth (SOAK is the share).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pypdfium2 as pdfium
import pytest
from PIL import Image

from tests.command import COMMAND, environment

pytestmark = pytest.mark.faults

SHARE = float(os.environ.get("SOAK", "0.05"))
SAMPLES = Path(__file__).parents[2] / "samples"
#: Bytes that the processes of a batch with two jobs may take together.
MOST = 1.6e9


def share(count: int) -> int:
    return max(2, round(count * SHARE))


def batch(folder: Path, *arguments: str) -> list[float]:
    """Run a batch with two jobs; gives the memory of its processes (PSS) once a second."""
    command = [*COMMAND, "batch", "in", "-o", "out.jsonl", "--jobs", "2", *arguments]
    taken = []
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stderr=stderr)
        root = psutil.Process(process.pid)
        while process.poll() is None:
            taken.append(memory(root))
            time.sleep(1)
    assert process.returncode == 0, (folder / "stderr").read_text()[-2000:]
    return taken


def memory(root: psutil.Process) -> float:
    """Bytes of the processes below this one and of itself, shared ones counted once."""
    found = 0.0
    try:
        for process in (root, *root.children(recursive=True)):
            found += process.memory_full_info().pss
    except psutil.Error:  # one has just ended
        pass
    return found


def assert_flat(taken: list[float]) -> None:
    """The last quarter is within 10 % of the first, both with all processes loaded."""
    assert max(taken) <= MOST
    steady = taken[len(taken) // 10 :]
    quarter = len(steady) // 4
    if quarter < 10:
        return  # a share of the archive: too few looks to compare
    first, last = statistics.median(steady[:quarter]), statistics.median(steady[-quarter:])
    print(f"memory: {first / 1e6:.0f} MB, then {last / 1e6:.0f}, at most {max(taken) / 1e6:.0f}")
    assert last <= 1.1 * first


def records(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "out.jsonl").read_bytes().splitlines()]


def copies(folder: Path, names: list[str], count: int) -> None:
    """So many documents of other contents: what follows the end of a picture is not looked at."""
    folder.mkdir()
    contents = [(Path(name).suffix, (SAMPLES / name).read_bytes()) for name in names]
    for number in range(count):
        suffix, data = contents[number % len(contents)]
        (folder / f"{number:05}{suffix}").write_bytes(data + b"\n%d\n" % number)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is shared")
def test_memory_stays_flat_over_an_archive_and_a_long_pdf(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    copies(folder, ["lab_khmer_english.png", "prescription_grid.jpg"], share(2000))
    page = tmp_path / "page.pdf"
    Image.open(SAMPLES / "prescription_grid.jpg").save(page, "PDF", resolution=200)
    with pdfium.PdfDocument(page) as one, pdfium.PdfDocument.new() as many:
        many.import_pages(one, [0] * share(600))
        many.save(folder / "long.pdf")
    taken = batch(tmp_path, "--engine", "fake")
    found = records(tmp_path)
    assert len(found) == share(2000) + 1
    assert {record["status"] for record in found} == {"ok"}
    assert_flat(taken)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is shared")
def test_memory_stays_flat_over_pages_that_are_really_read(tmp_path: Path) -> None:
    copies(tmp_path / "in", ["lab_khmer_english.png", "prescription_grid.jpg"], share(200))
    taken = batch(tmp_path)
    texts = {len(record["document"]["raw_text"]) for record in records(tmp_path)}  # type: ignore[index]
    assert len(texts) == 2, "each sample reads the same every time"
    assert_flat(taken)


def test_a_second_run_over_finished_records_is_quick(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    blank = tmp_path / "blank.png"
    Image.new("L", (60, 60), 255).save(blank)
    for number in range(share(10_000)):
        (folder / f"{number:05}.png").write_bytes(blank.read_bytes() + b"%d" % number)
    batch(tmp_path, "--engine", "fake")
    before = (tmp_path / "out.jsonl").read_bytes()
    start = time.monotonic()
    batch(tmp_path, "--engine", "fake")
    seconds = time.monotonic() - start
    print(f"second run over {share(10_000):,} records: {seconds:.1f} s")
    assert seconds < 10
    assert (tmp_path / "out.jsonl").read_bytes() == before

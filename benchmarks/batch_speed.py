"""Pages a second of ``batch``: the speed-up of two jobs, the parent's share, and OCRmyPDF.

``python -m benchmarks.batch_speed [--pages N] [--rounds N] [--ocrmypdf PROGRAM]``

All take the same pages, scans of the dev half of the corpus. The control is bare
``tesseract -l khm+eng``: its speed-up with two processes is the most that this machine gives.
Everything is measured turn about, and each figure is the median of the rounds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil
import pypdfium2 as pdfium
from PIL import Image

_PICTURES = frozenset({".png", ".jpg"})
_ENVIRONMENT = os.environ | {"OMP_THREAD_LIMIT": "1"}


@dataclass(frozen=True)
class Run:
    """One run: seconds of the wall clock, and the parent's share of the processors' time."""

    seconds: float
    parent: float = 0.0


def take_pages(folder: Path, count: int) -> list[Path]:
    """So many scans of one page of dev, spread over it, as pictures in a folder of their own."""
    from benchmarks.corpus.build import corpus

    scans = sorted(path for path in corpus("dev").glob("*_scan.*") if path.suffix in _PICTURES)
    taken = scans[:: max(1, len(scans) // count)][:count]
    return [Path(shutil.copy(path, folder)) for path in taken]


def tesseract(pages: list[Path], jobs: int) -> Run:
    """Bare Tesseract over the pages, so many processes at a time."""

    def read(page: Path) -> None:
        command = ["tesseract", str(page), "-", "-l", "khm+eng"]
        subprocess.run(command, env=_ENVIRONMENT, capture_output=True, check=True)

    start = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(read, pages))
    return Run(time.perf_counter() - start)


def batch(pages: list[Path], jobs: int) -> Run:
    """``medicord-ocr batch`` over the pages."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "medicord_ocr", "batch", str(pages[0].parent)]
        command += ["-o", f"{out}/out.jsonl", "--jobs", str(jobs), "-q"]
        start = time.perf_counter()
        process = subprocess.Popen(command)
        own = 0.0
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                used = watched.cpu_times()
                own = used.user + used.system
            except psutil.Error:
                break
            time.sleep(0.1)
        process.wait()
        seconds = time.perf_counter() - start
        if process.returncode:
            raise SystemExit("the batch failed")
    return Run(seconds, own / (seconds * jobs))


def ocrmypdf(program: str, book: Path, *more: str) -> Run:
    """OCRmyPDF over the same pages in one PDF, with two jobs."""
    with tempfile.TemporaryDirectory() as out:
        command = [program, "-l", "khm+eng", "--jobs", "2", "--force-ocr", *more]
        start = time.perf_counter()
        subprocess.run(
            [*command, str(book), f"{out}/out.pdf"],
            env=_ENVIRONMENT,
            capture_output=True,
            check=True,
        )
        return Run(time.perf_counter() - start)


def bind(pages: list[Path], target: Path) -> Path:
    """The pages in one PDF."""
    with pdfium.PdfDocument.new() as book:
        for page in pages:
            single = page.with_suffix(".pdf")
            Image.open(page).save(single, "PDF", resolution=200)
            with pdfium.PdfDocument(single) as one:
                book.import_pages(one)
            single.unlink()
        book.save(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ocrmypdf", help="program to compare with")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "pages"
        inside.mkdir()
        pages = take_pages(inside, given.pages)
        book = bind(pages, Path(folder) / "book.pdf")
        runs: dict[str, Callable[[], Run]] = {
            "tesseract, 1": lambda: tesseract(pages, 1),
            "tesseract, 2": lambda: tesseract(pages, 2),
            "batch, 1 job": lambda: batch(pages, 1),
            "batch, 2 jobs": lambda: batch(pages, 2),
        }
        if given.ocrmypdf:
            same = ("--deskew", "--rotate-pages")
            runs["OCRmyPDF, same work"] = lambda: ocrmypdf(given.ocrmypdf, book, *same)
            runs["OCRmyPDF, plain"] = lambda: ocrmypdf(given.ocrmypdf, book)
        taken: dict[str, list[Run]] = {name: [] for name in runs}
        for _ in range(given.rounds):
            for name, run in runs.items():
                taken[name].append(run())
    report(taken, len(pages))


def report(taken: dict[str, list[Run]], pages: int) -> None:
    """Print the medians and what follows from them."""
    median = {name: statistics.median(run.seconds for run in runs) for name, runs in taken.items()}
    for name, seconds in median.items():
        print(f"{name:22} {seconds:6.1f} s   {pages / seconds:.2f} pages a second")
    control = median["tesseract, 1"] / median["tesseract, 2"]
    ours = median["batch, 1 job"] / median["batch, 2 jobs"]
    print(f"speed-up of two: {ours:.2f}, bare Tesseract {control:.2f}, ratio {ours / control:.2f}")
    parent = statistics.median(run.parent for run in taken["batch, 2 jobs"])
    print(f"the parent's share of the processors' time: {100 * parent:.1f} %")
    for name in ("OCRmyPDF, same work", "OCRmyPDF, plain"):
        if name in median:
            print(f"{name}: we read {median[name] / median['batch, 2 jobs']:.2f} times as fast")


if __name__ == "__main__":
    main()

"""The readers that are measured, each in a process of its own: what they read, time, memory."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from benchmarks.lines.sheets import Line
from medicord_ocr.engines import open_readers
from medicord_ocr.errors import MissingDependency
from medicord_ocr.layout import Layout
from medicord_ocr.options import Options
from medicord_ocr.readers.base import Reader
from medicord_ocr.recognise import recognise

#: What the readers of one process agree on, beside the readers themselves.
COMBINATION = "combination"


def _tesseract(*languages: str) -> Callable[[], Reader]:
    def opened() -> Reader:
        from medicord_ocr.readers.tesseract import open_tesseract

        return open_tesseract(languages)

    return opened


def _paddle() -> Reader:
    from medicord_ocr.readers.paddle import PaddleReader

    return PaddleReader()


def _khmer() -> Reader:
    from medicord_ocr.readers.khmer_ctc import KhmerReader

    return KhmerReader()


def _easyocr() -> Reader:
    from medicord_ocr.readers.easyocr import EasyOcrReader

    return EasyOcrReader()


READERS: dict[str, Callable[[], Reader]] = {
    "tesseract eng": _tesseract("eng"),
    "tesseract khm+eng": _tesseract("khm", "eng"),
    "pp-ocrv6": _paddle,
    "khmer-ctc": _khmer,
    "easyocr": _easyocr,
}


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet under a condition, as the layout found it."""

    condition: str
    layout: Layout
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one reader made of all pages.

    Attributes:
        texts: for each page its lines in order, empty where nothing was read.
        seconds: of the processor, for each page.
        memory: MB of the process (proportional set size) that opening and reading added.
        lack: why it could not read, None where it did.
    """

    texts: tuple[tuple[str, ...], ...] = ()
    seconds: tuple[float, ...] = ()
    memory: float = 0.0
    lack: str | None = None


def measure(name: str, pages: Sequence[Page]) -> Outcome:
    """One reader over all pages, in a new process so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (name, tuple(pages)))


def _measured(name: str, pages: tuple[Page, ...]) -> Outcome:
    import cv2

    cv2.setNumThreads(1)
    before = _proportional_mb()
    try:
        read = _combined() if name == COMBINATION else _single(READERS[name]())
        read(pages[0])  # models are loaded at first use, and not timed
    except MissingDependency as error:
        return Outcome(lack=str(error))
    texts, seconds = [], []
    most = 0.0
    for page in pages:
        started = time.process_time()
        texts.append(tuple(read(page)))
        seconds.append(time.process_time() - started)
        most = max(most, _proportional_mb())
    return Outcome(tuple(texts), tuple(seconds), most - before)


def _single(reader: Reader) -> Callable[[Page], list[str]]:
    def read(page: Page) -> list[str]:
        there = [line.picture for line in page.lines if line.picture is not None]
        found = iter(reader.read(there))
        return [
            " ".join(word.text for word in next(found)) if line.picture is not None else ""
            for line in page.lines
        ]

    return read


def _combined() -> Callable[[Page], list[str]]:
    options = Options()
    readers = open_readers(options)

    def read(page: Page) -> list[str]:
        words = recognise(page.layout, readers, options)
        return [
            " ".join(word.text for stretch in line.stretches for word in words[stretch])
            for line in page.lines
        ]

    return read


def _proportional_mb() -> float:
    """Proportional set size of this process in MB; 0 where the system does not tell."""
    try:
        rollup = Path("/proc/self/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:")]
    return int(sizes[0]) / 1024 if sizes else 0.0

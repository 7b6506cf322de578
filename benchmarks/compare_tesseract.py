"""Seconds a page by stage, memory, and the ratio to bare ``tesseract -l khm+eng``, in one run.

``python -m benchmarks.compare_tesseract [DIR] [--documents N] [--rounds N] [--json FILE]``

Bare Tesseract gets the same page upright and with its rulings taken out, since it drops ruled
tables as they stand, and looks fast. That picture is made beforehand and costs it nothing; both
read turn about, each on one core. Times are of the wall clock; those of the processor stand
beside them, for machines that have other work.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.direction import read_as_it_stands, upside_down
from medicord_ocr.engines import Readers
from medicord_ocr.errors import MedicordError
from medicord_ocr.evaluate.truth import find_pairs, load
from medicord_ocr.intake import open_document
from medicord_ocr.layout import find_layout
from medicord_ocr.options import Options
from medicord_ocr.pipeline import extract, readers_for
from medicord_ocr.preprocess import half_turn, prepare

#: Stages in the order in which a page goes through them; orientation is a part of layout's cost.
STAGES = ("intake", "preprocess", "orientation", "layout", "recognise", "structure", "total")
#: What comes before recognition, and must cost less than a third of it.
BEFORE = ("preprocess", "orientation", "layout")


@dataclass
class Timing:
    """The times of one document, each the median of its rounds, per page.

    Attributes:
        source: how the page came about (scan, photo, digital …).
        pages: pages of the document.
        ours, bare: wall seconds a page of ``extract`` and of the tesseract program.
        ours_cpu, bare_cpu: processor seconds a page.
        stages: milliseconds a page.
    """

    name: str
    source: str
    dpi: float | None
    pages: int
    ours: float = 0.0
    bare: float = 0.0
    ours_cpu: float = 0.0
    bare_cpu: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)


def upright(path: Path, options: Options, readers: Readers) -> Iterator[NDArray[np.uint8]]:
    """The pages as bare Tesseract gets them: (H, W) uint8, upright, without rulings."""
    with open_document(path, options) as document:
        for page in document.pages():
            prepared = prepare(page.render(), page.dpi, options)
            if prepared.quality.x_height is None:
                yield prepared.image
                continue
            height = prepared.quality.x_height * prepared.scale
            layout = find_layout(prepared.image, height)
            kept = read_as_it_stands(layout, readers.latin, readers.khmer)
            if upside_down(layout, kept, readers.latin, readers.khmer):
                layout = find_layout(half_turn(prepared).image, height)
            yield layout.clean


def read_bare(pictures: Sequence[Path], languages: str) -> tuple[float, float]:
    """Wall and processor seconds of ``tesseract PICTURE - -l LANGUAGES tsv`` over the pictures."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for picture in pictures:
        subprocess.run(
            ["tesseract", str(picture), "-", "-l", languages, "tsv"],
            check=True,
            capture_output=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, cpu


def measure(path: Path, meta: dict[str, Any], options: Options, rounds: int) -> Timing:
    """Read one document by both, turn about."""
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    stages: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        pictures = []
        for i, picture in enumerate(upright(path, options, readers_for(options))):
            pictures.append(Path(scratch, f"{i}.png"))
            cv2.imwrite(str(pictures[-1]), picture)
        for _ in range(rounds):
            start, cpu = time.perf_counter(), time.process_time()
            document = extract(path, options)
            ours.append((time.perf_counter() - start, time.process_time() - cpu))
            stages.append(document.timings_ms)
            bare.append(read_bare(pictures, "+".join(options.languages)))
    pages = len(pictures)

    def middle(values: Sequence[float]) -> float:
        return statistics.median(values) / pages

    return Timing(
        name=path.name,
        source=str(meta.get("source") or "unknown"),
        dpi=meta.get("dpi"),
        pages=pages,
        ours=middle([wall for wall, _ in ours]),
        ours_cpu=middle([cpu for _, cpu in ours]),
        bare=middle([wall for wall, _ in bare]),
        bare_cpu=middle([cpu for _, cpu in bare]),
        stages={name: middle([s.get(name, 0.0) for s in stages]) for name in STAGES},
    )


def spread(values: Sequence[float]) -> str:
    """``median (least - most)``."""
    if not values:
        return ""
    return f"{statistics.median(values):.2f} ({min(values):.2f} - {max(values):.2f})"


def peak_mb() -> float:
    """Peak resident memory of this process in MB: all readers, and the pictures of one document."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def summary(timings: Sequence[Timing]) -> dict[str, Any]:
    """Medians over the documents: stages, ratios by source, memory."""
    by_source: dict[str, list[Timing]] = {}
    for timing in timings:
        by_source.setdefault(timing.source, []).append(timing)
    read = [t for t in timings if t.stages["recognise"] > 0]
    before = [(sum(t.stages[s] for s in BEFORE) / t.stages["recognise"], t.dpi) for t in read]
    return {
        "documents": len(timings),
        "pages": sum(t.pages for t in timings),
        "stages_ms": {
            name: statistics.median([t.stages[name] for t in read or timings]) for name in STAGES
        },
        "before_recognition": spread([share for share, _ in before]),
        "before_recognition_300_dpi": spread([s for s, dpi in before if dpi and dpi >= 300]),
        "ratio": {s: spread([t.ours / t.bare for t in ts]) for s, ts in by_source.items()},
        "ratio_cpu": {
            s: spread([t.ours_cpu / t.bare_cpu for t in ts]) for s, ts in by_source.items()
        },
        "ratio_of_pictures": spread([t.ours / t.bare for t in read]),
        "seconds_ours": spread([t.ours for t in timings]),
        "seconds_bare": spread([t.bare for t in timings]),
        "peak_mb": round(peak_mb()),
    }


def show(found: dict[str, Any]) -> None:
    """Print the summary as tables."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    stages = Table(title=f"{found['documents']} documents, {found['pages']} pages")
    stages.add_column("stage")
    stages.add_column("ms a page (median)", justify="right")
    for name, spent in found["stages_ms"].items():
        stages.add_row(name, f"{spent:.0f}")
    stages.add_row("before / recognise", found["before_recognition"])
    stages.add_row("the same from 300 dpi", found["before_recognition_300_dpi"])
    console.print(stages)
    ratios = Table(title="Against bare tesseract on the same pages: median (least - most)")
    for heading in ("source", "wall clock", "processor"):
        ratios.add_column(heading, justify="left" if heading == "source" else "right")
    for source in sorted(found["ratio"]):
        ratios.add_row(source, found["ratio"][source], found["ratio_cpu"][source])
    ratios.add_row("all that were read as pictures", found["ratio_of_pictures"], "")
    ratios.add_row("seconds a page, ours", found["seconds_ours"], "")
    ratios.add_row("seconds a page, bare", found["seconds_bare"], "")
    ratios.add_row("peak memory, ours", f"{found['peak_mb']} MB", "")
    console.print(ratios)


def main() -> int:
    """Compare over a folder, the dev half of the corpus by default."""
    parser = argparse.ArgumentParser(prog="benchmarks.compare_tesseract", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", help="documents with ground truth")
    parser.add_argument("--documents", type=int, default=14, help="spread evenly over the folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write all figures here too")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    options = Options()
    try:
        pairs = find_pairs(args.directory or _dev_half()).pairs
        count = max(1, min(args.documents, len(pairs)))
        chosen = [pairs[i * len(pairs) // count] for i in range(count)]
        extract(chosen[0].document, options)  # models are loaded once, and not timed
        timings = []
        for number, pair in enumerate(chosen, 1):
            meta = dict(load(pair.truth).meta)
            timings.append(measure(pair.document, meta, options, args.rounds))
            print(f"{number} of {count}: {pair.name}", file=sys.stderr)
    except MedicordError as error:
        print(f"benchmarks.compare_tesseract: {error}", file=sys.stderr)
        return error.exit_code
    found = summary(timings)
    if args.json:
        args.json.write_text(json.dumps({**found, "by_document": [asdict(t) for t in timings]}))
    show(found)
    return 0


def _dev_half() -> Path:
    from benchmarks.corpus.build import corpus

    return corpus("dev")


if __name__ == "__main__":
    sys.exit(main())

"""How reading holds out: the same documents under each degradation and strength.

``python -m benchmarks.stress [--only NAME,…] [--documents N] [--json FILE] [--keep DIR]``

Twelve documents of the dev half, of as many kinds of table, are printed at 200 dots an inch and
spoilt in one way at a time. Rows are those of lab results and prescriptions; values are lab values
and medications. Seconds are the processor's, a page. With ``--json`` results are added to those
that the file has, and the table shows all.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import cv2
import numpy as np
from PIL import Image

from benchmarks.corpus import plan, render, truth
from benchmarks.corpus.model import DocSpec
from benchmarks.stress.conditions import CONDITIONS, Condition, spoil
from medicord_ocr.errors import MedicordError
from medicord_ocr.evaluate.score import score
from medicord_ocr.evaluate.truth import Truth, load
from medicord_ocr.options import Options
from medicord_ocr.pipeline import extract
from medicord_ocr.schema import Document

#: One document of each, drawn from the middle of its family.
FAMILIES = (
    "dev_ruled",
    "dev_plain",
    "dev_zebra",
    "dev_two_panels",
    "dev_french_prior",
    "dev_camlis",
    "dev_km_digits",
    "dev_serology",
    "dev_rules",
    "dev_orders",
    "dev_rx_grid",
    "dev_rx_numbered",
)
ROWS = ("labs.row_recall", "rx.row_recall")
VALUES = ("labs.value", "rx.medication")


@dataclass(frozen=True)
class Outcome:
    """What became of the documents under one condition: counts, and seconds a page.

    Attributes:
        worst: the least row recall of one document (0-1), and ``at`` its name.
    """

    found: float
    rows: float
    right: float
    values: float
    silent: float
    accepted: float
    extra: float
    review: float
    seconds: float
    worst: float
    at: str


def chosen(count: int) -> list[DocSpec]:
    """The plans of the documents, undegraded."""
    specs = plan.documents("dev")
    picked = []
    for name in FAMILIES[:count]:
        mine = [spec for spec in specs if spec.family == name]
        picked.append(replace(mine[len(mine) // 2], degradations={}, rotation=0))
    return picked


def measure(
    condition: Condition, sheets: Sequence[tuple[str, Truth, object]], keep: Path | None
) -> Outcome:
    """Read all documents under one condition."""
    total = dict.fromkeys(("found", "rows", "right", "values", "silent", "accepted", "extra"), 0.0)
    review, expected, seconds, worst = 0.0, 0.0, [], (1.1, "")
    for number, (name, known, printed) in enumerate(sheets):
        data = spoil(condition, render.raster(printed, number, condition.dpi), number)
        if keep:
            (keep / f"{condition.slug}-{name}{condition.suffix}").write_bytes(data)
        start = time.process_time()
        document: Document | None
        try:
            document = extract(data, Options(), name=name)
        except MedicordError as error:
            print(f"{condition.name} {condition.strength}: {name}: {error}", file=sys.stderr)
            document = None
        seconds.append(time.process_time() - start)
        _, tallies = score(known, document)
        for key, names in (("found", ROWS), ("right", VALUES)):
            total[key] += sum(tallies[n].numerator for n in names if n in tallies)
        for key, names in (("rows", ROWS), ("values", VALUES)):
            total[key] += sum(tallies[n].denominator for n in names if n in tallies)
        total["silent"] += tallies["silent_error_rate"].numerator
        total["accepted"] += tallies["silent_error_rate"].denominator
        total["extra"] += sum(t.numerator for n, t in tallies.items() if n.endswith("extra_rows"))
        review += tallies["coverage"].numerator
        expected += tallies["coverage"].denominator
        rows = [tallies[n] for n in ROWS if n in tallies and tallies[n].denominator]
        recall = sum(t.numerator for t in rows) / max(1.0, sum(t.denominator for t in rows))
        worst = min(worst, (recall, name))
    return Outcome(
        **total,
        review=1 - review / max(1.0, expected),
        seconds=statistics.mean(seconds),
        worst=worst[0],
        at=worst[1],
    )


def print_sheets(specs: Sequence[DocSpec], folder: Path) -> list[tuple[str, Truth, object]]:
    """Name, ground truth and printed PDF of each document; the first page of each alone."""
    drawn = [(spec, truth.content_of(spec), truth.type_size(spec)) for spec in specs]
    pdf = folder / "stress.pdf"
    render.print_pdf(render.html_of(drawn), pdf)
    document = render.open_pdf(pdf, len(drawn))
    sheets: list[tuple[str, Truth, object]] = []
    for spec, content, _ in drawn:
        path = folder / f"{spec.family}.json"
        path.write_text(json.dumps(truth.truth_of(spec, content), ensure_ascii=False))
        sheets.append((spec.family, load(path), document))
    return sheets


def lines(outcomes: dict[str, dict[str, float | str]]) -> Iterator[str]:
    """The table as Markdown."""
    yield "| degradation | strength | row recall | worst document | value | silent errors | CPU s |"
    yield "|---|---|---|---|---|---|---|"
    for condition in CONDITIONS:
        if condition.slug not in outcomes:
            continue
        got = Outcome(**outcomes[condition.slug])  # type: ignore[arg-type]
        yield (
            f"| {condition.name} | {condition.strength} | {got.found / got.rows:.1%} "
            f"| {got.worst:.0%} | {got.right / got.values:.1%} "
            f"| {got.silent:.0f} of {got.accepted:.0f} | {got.seconds:.1f} |"
        )


def main() -> int:
    """Run the conditions and print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.stress", description=__doc__)
    parser.add_argument("--only", help="names of degradations, by commas")
    parser.add_argument("--documents", type=int, default=len(FAMILIES))
    parser.add_argument("--json", type=Path, help="results are kept here, and added to")
    parser.add_argument("--keep", type=Path, help="folder for the pictures that were read")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    Image.MAX_IMAGE_PIXELS = None
    np.seterr(all="ignore")
    only = set(args.only.split(",")) if args.only else None
    outcomes = json.loads(args.json.read_text()) if args.json and args.json.exists() else {}
    if args.keep:
        args.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        try:
            sheets = print_sheets(chosen(args.documents), Path(scratch))
        except render.MissingTool as error:
            print(f"benchmarks.stress: {error}", file=sys.stderr)
            return 3
        for condition in CONDITIONS:
            if only and condition.name not in only and condition.slug not in only:
                continue
            outcome = measure(condition, sheets, args.keep)
            outcomes[condition.slug] = asdict(outcome)
            note = f"{outcome.found / outcome.rows:.1%} worst {outcome.worst:.0%} {outcome.at}"
            print(f"{condition.slug}: {note}", file=sys.stderr, flush=True)
            if args.json:
                args.json.write_text(json.dumps(outcomes, indent=1))
    print("\n".join(lines(outcomes)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Errors, time and memory of every reader and of the combination, on lines whose text is known.

``python -m benchmarks.lines [--half dev|gate] [--count N] [--readers NAME,…] [--json FILE]``

CER is the share of characters that are wrong, without and with spaces (Khmer spacing is free);
cluster errors are those of Khmer syllables; ``exact`` is the share of lines without any error.
Texts and fonts of the gate half are for figures alone. Times are of the processor.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from benchmarks.lines.readers import COMBINATION, READERS, Outcome, Page, measure
from benchmarks.lines.sheets import CONDITIONS, KINDS, degraded, lines_of, sheets
from medicord_ocr import khmer
from medicord_ocr.evaluate import fold


@dataclass
class Errors:
    """Sums over lines; a line's errors are at most its length.

    Attributes:
        lines, exact: lines, and those without an error (spaces aside).
        characters, with_spaces, clusters: errors and length.
        seconds: of the processor.
    """

    lines: int = 0
    exact: int = 0
    characters: tuple[int, int] = (0, 0)
    with_spaces: tuple[int, int] = (0, 0)
    clusters: tuple[int, int] = (0, 0)
    seconds: float = 0.0

    def add(self, expected: str, got: str) -> None:
        """Count one line."""
        expected, got = fold.reading(expected), fold.reading(got)
        bare = expected.replace(" ", ""), got.replace(" ", "")
        self.lines += 1
        self.exact += bare[0] == bare[1]
        self.characters = _plus(self.characters, list(bare[0]), list(bare[1]))
        self.with_spaces = _plus(self.with_spaces, list(expected), list(got))
        self.clusters = _plus(self.clusters, *(_khmer_clusters(text) for text in bare))


def _plus(sums: tuple[int, int], expected: list[str], got: list[str]) -> tuple[int, int]:
    wrong = min(Levenshtein.distance(expected, got), len(expected))
    return sums[0] + wrong, sums[1] + len(expected)


def _khmer_clusters(text: str) -> list[str]:
    return [c for c in khmer.clusters(text) if khmer.has_khmer(c)]


def judge(pages: Sequence[Page], outcome: Outcome) -> dict[tuple[str, str], Errors]:
    """Errors by kind of line and condition; ``all`` is the sum over the conditions."""
    found: dict[tuple[str, str], Errors] = {}
    for page, texts, seconds in zip(pages, outcome.texts, outcome.seconds, strict=True):
        for condition in (page.condition, "all"):
            errors = found.setdefault((page.lines[0].kind, condition), Errors())
            errors.seconds += seconds
            for line, text in zip(page.lines, texts, strict=True):
                errors.add(line.text, text)
    return found


def _percent(sums: tuple[int, int]) -> str:
    return f"{100 * sums[0] / sums[1]:.2f}" if sums[1] else ""


def show(results: dict[str, tuple[Outcome, dict[tuple[str, str], Errors]]]) -> None:
    """Print a table for each kind of line, and one of time and memory."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=120)
    headings = ("CER %", "with spaces", "clusters %", "exact %", "ms a line")
    for kind in KINDS:
        table = Table(title=kind)
        for heading in ("condition", "reader", "lines", *headings):
            table.add_column(heading, justify="left" if heading == "reader" else "right")
        for condition in (*CONDITIONS, "all"):
            for name, (_, judged) in results.items():
                if (errors := judged.get((kind, condition))) is not None:
                    table.add_row(condition, name, *_cells(errors))
            table.add_section()
        console.print(table)
    memory = Table(title="Memory added by opening and reading, MB (proportional set size)")
    memory.add_column("reader")
    memory.add_column("MB", justify="right")
    for name, (outcome, _) in results.items():
        memory.add_row(name, outcome.lack or f"{outcome.memory:.0f}")
    console.print(memory)


def _cells(errors: Errors) -> tuple[str, ...]:
    return (
        str(errors.lines),
        _percent(errors.characters),
        _percent(errors.with_spaces),
        _percent(errors.clusters),
        f"{100 * errors.exact / errors.lines:.1f}",
        f"{1000 * errors.seconds / errors.lines:.0f}",
    )


def make_pages(half: str, count: int, conditions: Sequence[str]) -> list[Page]:
    """The sheets of a half under some conditions, prepared and laid out."""
    made = sheets(half, count)
    pages = []
    for condition in conditions:
        for sheet, picture in degraded(made, condition):
            layout, lines = lines_of(sheet, picture, CONDITIONS[condition][0])
            pages.append(Page(condition, layout, tuple(lines)))
    return pages


def main() -> int:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.lines", description=__doc__)
    parser.add_argument("--half", choices=("dev", "gate"), default="dev")
    parser.add_argument("--count", type=int, default=150, help="different texts of each kind")
    names = (*READERS, COMBINATION)
    parser.add_argument("--readers", default=",".join(names), help="joined by commas")
    parser.add_argument("--conditions", default=",".join(CONDITIONS), help="joined by commas")
    parser.add_argument("--json", type=Path, help="write all figures here too")
    args = parser.parse_args()
    wanted, conditions = args.readers.split(","), args.conditions.split(",")
    if unknown := {*wanted} - {*names} | {*conditions} - {*CONDITIONS}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    pages = make_pages(args.half, args.count, conditions)
    results = {}
    for name in wanted:
        print(f"{name}: {len(pages)} pages", file=sys.stderr)
        outcome = measure(name, pages)
        results[name] = (outcome, judge(pages, outcome) if outcome.lack is None else {})
    show(results)
    if args.json:
        args.json.write_text(json.dumps(_as_json(results), indent=1) + "\n")
    return 0


def _as_json(results: dict[str, tuple[Outcome, dict[tuple[str, str], Errors]]]) -> object:
    return {
        name: {
            "memory_mb": round(outcome.memory),
            "lack": outcome.lack,
            "errors": [
                {"kind": kind, "condition": condition, **asdict(errors)}
                for (kind, condition), errors in judged.items()
            ],
        }
        for name, (outcome, judged) in results.items()
    }


if __name__ == "__main__":
    sys.exit(main())

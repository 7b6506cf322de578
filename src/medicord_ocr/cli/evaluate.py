"""``medicord-ocr evaluate``: accuracy against ground truth, as a table, as JSON, as a gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from medicord_ocr.cli import messages
from medicord_ocr.cli.output import open_output
from medicord_ocr.cli.progress import progress
from medicord_ocr.cli.scratch import scratch
from medicord_ocr.cli.tables import rendered
from medicord_ocr.errors import UsageError

if TYPE_CHECKING:
    from medicord_ocr.evaluate import Report
    from medicord_ocr.options import Options

#: Exit code when a metric is on the wrong side of its limit (the contract's table).
BELOW_THRESHOLD = 10


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for.

    Attributes:
        directory: documents with their ground truth beside them.
        options: how to read them.
        minimum, maximum: limits as ``METRIC=X``.
        format: what goes to standard output.
        json_file: also takes the whole report.
        jobs: processes at a time, None for as many as there are cores.
        limit: at most so many documents.
    """

    directory: Path
    options: Options
    minimum: Sequence[str] = ()
    maximum: Sequence[str] = ()
    format: Literal["table", "json"] = "table"
    json_file: Path | None = None
    jobs: int | None = None
    limit: int | None = None


def run(request: Request) -> int:
    """Evaluate, show, and hold against the limits.

    Returns:
        The exit code: 0, or BELOW_THRESHOLD.

    Raises:
        MedicordError: nothing can be evaluated, or a limit names no metric.
    """
    from medicord_ocr.batch.pool import cores
    from medicord_ocr.cli.workers import start_ahead
    from medicord_ocr.evaluate import check, evaluate
    from medicord_ocr.evaluate.report import summarise

    minimum, maximum = _limits(request.minimum), _limits(request.maximum)
    check(summarise(()), minimum, maximum)  # an unknown metric is told before the work, not after
    jobs = request.jobs or cores()
    with scratch(), open_output(None) as output:
        with progress("documents") as show:
            if jobs > 1:
                start_ahead(jobs)
            report = evaluate(
                request.directory,
                request.options,
                jobs=jobs,
                progress=show,
                limit=request.limit,
            )
        if request.json_file is not None:
            with open_output(request.json_file) as file:
                file.write(_json(report))
        output.write(
            _json(report) if request.format == "json" else _tables(report, output.terminal)
        )
    failures = check(report, minimum, maximum)
    for failure in failures:
        messages.say(f"{failure}.", "error")
    return BELOW_THRESHOLD if failures else 0


def _tables(report: Report, terminal: bool) -> bytes:
    from medicord_ocr.evaluate import tables

    return rendered(tables(report), terminal=terminal)


def _json(report: Report) -> bytes:
    return json.dumps(report.to_json(), ensure_ascii=False, indent=2).encode() + b"\n"


def _limits(given: Sequence[str]) -> Mapping[str, float]:
    """``METRIC=X`` as numbers by name; X is a number, or per cent with its sign."""
    limits = {}
    for text in given:
        name, _, number = text.partition("=")
        try:
            share = number.strip().endswith("%")
            limits[name.strip()] = float(number.strip().rstrip("%")) / (100 if share else 1)
        except ValueError:
            raise UsageError(
                f"'{text}' is not a limit", hint="Write it like labs.row_recall=0.9"
            ) from None
    return limits

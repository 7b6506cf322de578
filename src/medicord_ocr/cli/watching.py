"""What a batch says while it works: a display on a terminal, lines or JSON elsewhere."""

from __future__ import annotations

import json as json_
import logging
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from medicord_ocr.batch.archive import Tally
from medicord_ocr.batch.units import Problem, Unit
from medicord_ocr.cli import messages

log = logging.getLogger(__name__)

#: Seconds between two lines of progress where there is no terminal.
_EVERY = 30.0
#: Units under way that a display names.
_SHOWN = 8


@contextmanager
def open_watcher(*, json: bool) -> Iterator[Lines]:
    """What fits standard error: JSON where asked for, a display on a terminal, else lines."""
    if json:
        yield JsonLines()
    elif messages.terminal() and log.isEnabledFor(logging.INFO):
        with Display() as display:
            yield display
    else:
        yield Lines()


class Lines:
    """Sentences on standard error."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def say(self, text: str) -> None:
        """A notice."""
        log.info("%s", text)

    def document(
        self, name: str, status: str, problems: tuple[Problem, ...], seconds: float
    ) -> None:
        """What went wrong with a document; of one that was read well, where -v asks for it."""
        for problem in problems:
            messages.say(str(problem.error(name)), "error")
        log.debug("%s: %s, %.1f s", name, status, seconds)

    def tick(self, tally: Tally, working: Iterable[Unit]) -> None:
        """A line of progress now and then."""
        now = time.monotonic()
        if now - self._said > _EVERY:
            self._said = now
            self.say(progress_line(tally))

    def summary(self, tally: Tally, output: Path) -> None:
        """What was done, at the end."""
        for line in summary_lines(tally, output):
            self.say(line)


class Display(Lines):
    """A display of how far it is at the foot of a terminal; sentences pass above it."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            MofNCompleteColumn(), "documents", BarColumn(), TimeRemainingColumn(), console=console
        )
        self._task = self._bar.add_task("documents", total=None)
        self._live = Live(console=console, transient=True, redirect_stdout=False)

    def __enter__(self) -> Display:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def tick(self, tally: Tally, working: Iterable[Unit]) -> None:
        """Show it anew."""
        from rich.console import Group
        from rich.text import Text

        self._bar.update(self._task, completed=tally.done, total=tally.total)
        lines = [progress_line(tally).partition(", ")[2], *map(_doing, islice(working, _SHOWN))]
        self._live.update(Group(self._bar, *(Text(line, no_wrap=True) for line in lines)))

    def summary(self, tally: Tally, output: Path) -> None:
        """What was done, where the display was."""
        self._live.stop()
        super().summary(tally, output)


def _doing(unit: Unit) -> str:
    """What a process is on."""
    page = f", page {unit.page}" if unit.kind == "page" else ""
    return f"  {messages.printable(unit.job.name)}{page}"


class JsonLines(Lines):
    """The same as one JSON object a line, for machines."""

    def say(self, text: str) -> None:
        """A notice."""
        self._write("notice", message=text)

    def document(
        self, name: str, status: str, problems: tuple[Problem, ...], seconds: float
    ) -> None:
        """Every document that has its record."""
        errors = [{"code": p.code, "page": p.page} for p in problems]
        self._write("document", source=name, status=status, seconds=seconds, errors=errors)

    def tick(self, tally: Tally, working: Iterable[Unit]) -> None:
        """Progress now and then."""
        now = time.monotonic()
        if now - self._said > _EVERY:
            self._said = now
            self._write("progress", **_figures(tally))

    def summary(self, tally: Tally, output: Path) -> None:
        """What was done, at the end."""
        slowest = [{"source": name, "seconds": round(s, 1)} for s, name in tally.slowest]
        self._write("summary", output=str(output), slowest=slowest, **_figures(tally))

    def _write(self, event: str, **more: Any) -> None:
        entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **more}
        sys.stderr.write(json_.dumps(entry, ensure_ascii=False) + "\n")
        sys.stderr.flush()


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "total": tally.total,
        "done": tally.done,
        "statuses": dict(tally.statuses),
        "unchanged": tally.unchanged,
        "copied": tally.copied,
        "errors": dict(tally.codes),
        "pages": tally.pages,
        "pages_a_second": round(tally.pages_a_second, 3),
        "review": tally.review,
        "values": tally.values,
    }


def progress_line(tally: Tally) -> str:
    """How far it is, in a line."""
    failed = tally.done - tally.statuses["ok"]
    return (
        f"{tally.done:,} of {tally.total:,} documents, {tally.pages:,} pages, "
        f"{tally.pages_a_second:.2f} pages a second, {failed:,} failed or partial"
    )


def summary_lines(tally: Tally, output: Path) -> Iterator[str]:
    """What was done, and what needs a person."""
    counts = ", ".join(f"{count:,} {status}" for status, count in sorted(tally.statuses.items()))
    yield f"{tally.done:,} of {tally.total:,} documents have their record in {output}: {counts}"
    if tally.unchanged or tally.copied:
        yield f"{tally.unchanged:,} were read before, {tally.copied:,} are copies of others"
    yield f"{tally.pages:,} pages read, {tally.pages_a_second:.2f} a second"
    for code, count in tally.codes.most_common():
        yield f"{count:,} × {code}"
    if tally.values:
        yield f"{tally.review:,} of {tally.values:,} values need review"
    if tally.slowest:
        yield "slowest: " + ", ".join(f"{name} ({s:.1f} s)" for s, name in tally.slowest)

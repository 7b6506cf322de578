"""An archive of documents into one file of records: what is new or changed is read, the rest kept.

The recipe of ``medicord-ocr batch``. One process writes, others read; a run that ends in any way
goes on where it was when it is started again.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import nlargest
from pathlib import Path
from typing import Any, Protocol

from medicord_ocr.batch.child import Ready
from medicord_ocr.batch.inputs import Input, state
from medicord_ocr.batch.journal import Journal
from medicord_ocr.batch.ledger import Entry, Ledger
from medicord_ocr.batch.records import digest, record_line, renamed
from medicord_ocr.batch.schedule import Finished, Schedule
from medicord_ocr.batch.units import Job, Outcome, Problem, Unit
from medicord_ocr.errors import OutputError
from medicord_ocr.options import Options
from medicord_ocr.searchable.places import copy, is_current, target_of

#: Records and seconds after which what was written is made safe against a power cut.
_SYNC_RECORDS, _SYNC_SECONDS = 64, 5.0
#: Documents begun at a time, for each process: enough that none waits for its next.
_AHEAD = 2
#: Slowest documents that the summary names.
_SLOWEST = 5


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        inputs: the documents; may go on for as long as they like (None: none at the moment).
        output: the file of records.
        options: how to read them.
        retry_failed: whether to read again what failed, or lacks a page.
        force: whether to read everything again.
        searchable: folder for the searchable PDFs, or None.
    """

    inputs: Iterable[Input | None]
    output: Path
    options: Options
    retry_failed: bool = False
    force: bool = False
    searchable: Path | None = None


@dataclass(slots=True)
class Tally:
    """What was done so far.

    Attributes:
        total: inputs that there are, as far as is known.
        statuses: inputs by the status of their record, of this run or an earlier one.
        unchanged: inputs that an earlier run had read.
        copied: inputs with the content of another.
        codes: errors by code, of this run.
        pages: pages read.
        review, values: values that need review, and all.
        slowest: seconds and name of the documents that took longest.
        started: when reading began, in seconds of ``time.monotonic``.
    """

    total: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    copied: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    review: int = 0
    values: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Inputs that have their record."""
        return self.statuses.total()

    @property
    def pages_a_second(self) -> float:
        """Pages read in a second, over the whole run."""
        return self.pages / max(1e-9, time.monotonic() - self.started)


class Watcher(Protocol):
    """Is told what happens, in the thread that called."""

    def document(
        self, name: str, status: str, problems: tuple[Problem, ...], seconds: float
    ) -> None:
        """A record was written."""

    def tick(self, tally: Tally, working: Iterable[Unit]) -> None:
        """Called about once a second, and whenever a unit was done."""


class Readers(Protocol):
    """Who reads: ``pool.Pool`` on this machine, or ``remote.Remote`` on several."""

    @property
    def jobs(self) -> int:
        """Units at a time."""

    @property
    def working(self) -> Mapping[Any, Unit]:
        """The units that are being done."""

    def start(self) -> Ready:
        """Be ready for units."""

    def outcomes(self, schedule: Schedule) -> Iterator[Outcome | None]:
        """What becomes of the units, as they are done; None now and then when there are none."""


class Archive:
    """One run over an archive.

    Args:
        request: what is asked for.
        pool: who reads.
        watcher: is told.
    """

    def __init__(self, request: Request, pool: Readers, watcher: Watcher) -> None:
        self._request = request
        self._pool = pool
        self._watcher = watcher
        self._schedule = Schedule()
        self._coming: Iterator[Input | None] = iter(request.inputs)
        self._exhausted = False
        self._jobs: dict[int, _Planned] = {}
        self._twins: dict[str, list[Input]] = {}
        self._number = self._came = 0
        self._unsafe = 0
        self._synced = time.monotonic()
        self.tally = Tally()

    def stop(self) -> None:
        """Begin nothing more; what is being read is finished and written. For a signal handler."""
        self._schedule.stop()

    def run(self) -> Tally:
        """Read what is new or changed, until there is nothing more or ``stop`` is called.

        Raises:
            OutputError: there is no room, or the place went away; nothing is torn.
            UsageError: the output is no file of records, or another run writes to it.
            MedicordError: the processes that read cannot be started.
        """
        with Journal(self._request.output) as journal, Ledger(journal) as ledger:
            self._run(journal, ledger)
        return self.tally

    def _run(self, journal: Journal, ledger: Ledger) -> None:
        self._journal, self._ledger = journal, ledger
        self._fingerprint = self._pool.start().fingerprint
        self.tally.started = time.monotonic()
        try:
            self._feed()
            self._watcher.tick(self.tally, ())
            for outcome in self._pool.outcomes(self._schedule):
                if outcome is not None:
                    _check_written(outcome)
                    self.tally.pages += outcome.page > 0 and outcome.problem is None
                    finished = self._schedule.take(outcome)
                    if finished is not None:
                        self._write(finished)
                self._feed()
                self._make_safe()
                self._watcher.tick(self.tally, list(self._pool.working.values()))
        finally:
            ledger.commit()
        ledger.tidy()

    def _make_safe(self) -> None:
        now = time.monotonic()
        if self._unsafe >= _SYNC_RECORDS or (self._unsafe and now - self._synced > _SYNC_SECONDS):
            self._ledger.commit()
            self._unsafe, self._synced = 0, now

    def _feed(self) -> None:
        """Begin documents, as many as are needed to keep every process busy."""
        while not self._exhausted and self._schedule.open < _AHEAD * self._pool.jobs:
            try:
                source = next(self._coming)
            except StopIteration:
                self._exhausted = True
                self._schedule.close()
                return
            if source is None:
                return
            self._plan(source)

    def _plan(self, source: Input) -> None:
        """Decide whether an input is to be read, and begin it where it is."""
        self._came += 1
        self.tally.total = max(self.tally.total, self._came)
        changed = state(source.path)
        known = self._ledger.get(source.name)
        if known is not None and known.options != self._fingerprint:
            known = None
        same_file = known is not None and changed is not None and known.changed == changed
        sha256 = (
            known.sha256
            if known is not None and same_file
            else digest(source.path, self._request.options.max_bytes)
        )
        fits = known is not None and known.sha256 == sha256 and self._drawn(known, changed)
        if known is not None and fits and self._settled(known):
            if not same_file:
                self._ledger.put(replace(known, changed=changed))
            self.tally.unchanged += 1
            self.tally.statuses[known.status] += 1
            return
        planned = _Planned(source, sha256, changed)
        if sha256 is not None:
            if sha256 in self._twins:
                self._twins[sha256].append(source)
                return
            twin = self._ledger.same(sha256, self._fingerprint)
            if twin and self._settled(twin) and self._drawn(twin, twin.changed):
                self._copy(twin, planned)
                return
            self._twins[sha256] = []
        self._number += 1
        self._jobs[self._number] = planned
        options, target = self._request.options, self._target(source.name)
        self._schedule.add(Job(self._number, source.name, source.path, options, None, target))

    def _target(self, name: str) -> Path | None:
        """The searchable PDF of an input, where they are wanted."""
        folder = self._request.searchable
        return target_of(folder, name) if folder is not None else None

    def _drawn(self, known: Entry, changed: str | None) -> bool:
        """Whether the searchable PDF of an input is there, where one is wanted.

        Args:
            known: the input.
            changed: what tells that its file is the one it was.
        """
        target = self._target(known.source)
        return target is None or known.status == "failed" or is_current(target, _time(changed))

    def _settled(self, known: Entry) -> bool:
        """Whether what is known of an input is good enough for this run."""
        if known.run == self._ledger.run:
            return True
        if self._request.force:
            return False
        return known.status == "ok" or not self._request.retry_failed

    def _write(self, finished: Finished) -> None:
        """The record of a document that was read, and of those that have the same content."""
        planned = self._jobs.pop(finished.job.number)
        line = record_line(finished, planned.sha256, self._fingerprint)
        self.tally.review += finished.review
        self.tally.values += finished.values
        self.tally.codes.update(problem.code for problem in finished.problems)
        seconds = finished.spent.get("total", 0.0) / 1000
        self.tally.slowest = nlargest(_SLOWEST, [*self.tally.slowest, (seconds, finished.job.name)])
        entry = self._append(line, planned, finished.status)
        self._watcher.document(finished.job.name, finished.status, finished.problems, seconds)
        for source in self._twins.pop(planned.sha256 or "", ()):
            self._copy(entry, _Planned(source, planned.sha256, state(source.path)))

    def _copy(self, twin: Entry, planned: _Planned) -> None:
        """The record of an input whose content another one has, and its searchable PDF."""
        problems = self._copy_drawn(twin, planned)
        line = renamed(self._journal.read(twin.start, twin.length), planned.source.name)
        self._append(line, planned, twin.status)
        self.tally.copied += 1
        self._watcher.document(planned.source.name, twin.status, problems, 0.0)

    def _copy_drawn(self, twin: Entry, planned: _Planned) -> tuple[Problem, ...]:
        made, target = self._target(twin.source), self._target(planned.source.name)
        if made is None or target is None or twin.status == "failed" or not made.exists():
            return ()
        try:
            copy(made, target, _time(planned.changed))
        except OutputError as error:
            if error.code == OutputError.code:
                raise
            return (Problem.of(error),)
        return ()

    def _append(self, line: bytes, planned: _Planned, status: str) -> Entry:
        # What changed while it was read is looked at again by the next run.
        now = state(planned.source.path)
        entry = Entry(
            planned.source.name,
            planned.sha256,
            self._fingerprint,
            status,
            self._journal.append(line),
            len(line),
            planned.changed if now == planned.changed else None,
            self._ledger.run,
        )
        self._ledger.put(entry)
        self._unsafe += 1
        self.tally.statuses[status] += 1
        return entry


@dataclass(frozen=True, slots=True)
class _Planned:
    """An input that is to have a new record."""

    source: Input
    sha256: str | None
    changed: str | None


def _time(changed: str | None) -> int:
    """The time of the last change in nanoseconds, 0 where it is not known."""
    return int(changed.split(".")[1]) if changed else 0


def _check_written(outcome: Outcome) -> None:
    """End the run where searchable PDFs cannot be written, as where records cannot be.

    Raises:
        OutputError: there is no room, or the folder went away.
    """
    problem = outcome.problem
    if outcome.kind == "searchable" and problem and problem.code == OutputError.code:
        raise problem.error("")

"""What is to be done next: documents become units, outcomes become finished documents."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field, replace

from medicord_ocr.batch.units import Job, Kind, Outcome, Problem, Unit


@dataclass(frozen=True, slots=True)
class Finished:
    """A document of which nothing is left to do.

    Attributes:
        job: the document.
        document: what was read, as JSON without its timings; None when nothing was.
        problems: what went wrong, by page.
        spent: milliseconds by stage.
        pages: how many were read.
        review, values: how many values need review, and how many there are.
    """

    job: Job
    document: bytes | None
    problems: tuple[Problem, ...] = ()
    spent: dict[str, float] = field(default_factory=dict)
    pages: int = 0
    review: int = 0
    values: int = 0

    @property
    def status(self) -> str:
        """``ok``, ``partial`` or ``failed``, as records have it."""
        if self.document is None:
            return "failed"
        return "partial" if self.problems else "ok"


@dataclass(slots=True)
class _Reading:
    """A document that is being read."""

    job: Job
    opened: Outcome | None = None
    made: Outcome | None = None
    pages: dict[int, bytes] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)
    spent: dict[str, float] = field(default_factory=dict)
    blamed: Problem | None = None


class Schedule:
    """Hands out units to several threads, and takes their outcomes in one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._ready: deque[Unit] = deque()
        self._reading: dict[int, _Reading] = {}
        self._closed = False
        self._stopped = False

    def add(self, job: Job) -> None:
        """A document to read."""
        with self._changed:
            self._reading[job.number] = _Reading(job)
            self._ready.append(Unit(job, "open"))
            self._changed.notify()

    def close(self) -> None:
        """Nothing will be added any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out nothing more; what was handed out may be finished. Safe in a signal handler."""
        self._stopped = True

    @property
    def open(self) -> int:
        """Documents that are added and not finished."""
        return len(self._reading)

    @property
    def done(self) -> bool:
        """Whether nothing is left to hand out, ever."""
        return self._stopped or (self._closed and not self._reading)

    def next(self, seconds: float) -> Unit | None:
        """The next unit; None when none turned up for so long, or nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self.done, seconds)
            return self._ready.popleft() if self._ready and not self.done else None

    def take(self, outcome: Outcome) -> Finished | None:
        """Go on from an outcome.

        Returns:
            The document, when it is finished by it.
        """
        with self._changed:
            reading = self._reading[outcome.number]
            for stage, spent in outcome.spent.items():
                reading.spent[stage] = reading.spent.get(stage, 0.0) + spent
            finished = _STEPS[outcome.kind](self, reading, outcome)
            if finished is not None:
                del self._reading[outcome.number]
            self._changed.notify_all()
            return finished

    def _opened(self, reading: _Reading, outcome: Outcome) -> Finished | None:
        problem = outcome.problem
        if outcome.document is not None:
            if outcome.read is not None:
                reading.pages[outcome.page] = outcome.read
            return self._when_made(reading, outcome, outcome)
        if outcome.lost and reading.blamed is None:
            # Its first page may be to blame: the others can still be read.
            reading.blamed = problem
            self._ready.appendleft(Unit(reading.job, "open", page=0))
            return None
        if not outcome.numbers:
            reading.problems[0] = replace(problem, page=None) if problem else _UNKNOWN
            return _finished(reading, outcome)
        reading.opened = outcome
        first, *rest = outcome.numbers
        self._keep(reading, first, outcome.read, reading.blamed or problem)
        # Pages of a document that is begun come before other documents: fewer are in memory.
        self._ready.extendleft(Unit(reading.job, "page", page=page) for page in reversed(rest))
        return self._when_read(reading, outcome)

    def _page(self, reading: _Reading, outcome: Outcome) -> Finished | None:
        self._keep(reading, outcome.page, outcome.read, outcome.problem)
        return self._when_read(reading, outcome)

    def _assembled(self, reading: _Reading, outcome: Outcome) -> Finished | None:
        if outcome.problem is not None:
            reading.problems[0] = outcome.problem
        assert reading.opened is not None
        return self._when_made(reading, outcome, reading.opened)

    def _when_made(self, reading: _Reading, outcome: Outcome, opened: Outcome) -> Finished | None:
        """The document is there, or never will be: the PDF is next, where one is wanted."""
        if outcome.document is None or reading.job.searchable is None:
            return _finished(reading, outcome)
        reading.made = outcome
        self._ready.appendleft(_of_pages(reading, "searchable", opened))
        return None

    def _searchable(self, reading: _Reading, outcome: Outcome) -> Finished | None:
        if outcome.problem is not None:
            reading.problems[0] = outcome.problem
        assert reading.made is not None
        return _finished(reading, reading.made)

    def _keep(
        self, reading: _Reading, page: int, read: bytes | None, problem: Problem | None
    ) -> None:
        if read is not None:
            reading.pages[page] = read
        else:
            reading.problems[page] = replace(problem or _UNKNOWN, page=page)

    def _when_read(self, reading: _Reading, outcome: Outcome) -> Finished | None:
        opened = reading.opened
        assert opened is not None
        if len(reading.pages) + len(reading.problems) < len(opened.numbers):
            return None
        if not reading.pages:
            return _finished(reading, outcome)
        self._ready.appendleft(_of_pages(reading, "assemble", opened))
        return None


_STEPS = {
    "open": Schedule._opened,
    "page": Schedule._page,
    "assemble": Schedule._assembled,
    "searchable": Schedule._searchable,
}
_UNKNOWN = Problem("EngineError", "it gave no result", None, None, "engine.failed")


def _of_pages(reading: _Reading, kind: Kind, opened: Outcome) -> Unit:
    """A unit that is about all pages that were read."""
    pages = tuple(reading.pages[page] for page in sorted(reading.pages))
    return Unit(
        reading.job,
        kind,
        pages=pages,
        page_count=opened.page_count,
        file_type=opened.file_type,
    )


def _finished(reading: _Reading, outcome: Outcome) -> Finished:
    return Finished(
        reading.job,
        outcome.document,
        tuple(reading.problems[page] for page in sorted(reading.problems)),
        {stage: round(spent, 1) for stage, spent in reading.spent.items()},
        len(reading.pages) or (outcome.document is not None),
        outcome.review,
        outcome.values,
    )

"""Processes that take turns at units, dealt out by joblib, each replaced when it has to be.

joblib's own processes (loky) cannot lose one task alone: a worker that dies fails the whole call,
and a time limit ends it. So joblib deals out turns to threads, and each turn has its unit done by a
process that belongs to that unit alone while it lasts (docs/design.md, "Processes that can be
killed").
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from medicord_ocr.batch.child import Child, Ready
from medicord_ocr.batch.schedule import Schedule
from medicord_ocr.batch.units import Outcome, Unit
from medicord_ocr.options import Options

log = logging.getLogger(__name__)

#: Bytes that a process may grow by, over what it takes with its readers loaded, before a fresh one
#: takes its place.
GROWTH = 512 * 1024**2
#: Bytes at which a process is killed, at most; less where the machine has less.
MEMORY_LIMIT = 4 * 1024**3
#: Least such limit: a page of 100 million pixels needs as much.
_LEAST_LIMIT = 1536 * 1024**2
#: Bytes of free memory for each process when their number is chosen.
EACH = 700 * 1024**2
#: Seconds that a turn waits for work before it gives the word back.
_TURN = 1.0
#: So many deaths within so many units take a process away.
_DEATHS, _WITHIN = 3, 12


def cores() -> int:
    """How many processes this machine, or its container, has cores for."""
    from joblib import cpu_count

    return int(cpu_count())


def default_jobs() -> int:
    """How many processes this machine, or its container, has cores and free memory for."""
    import psutil

    return max(1, min(cores(), int(psutil.virtual_memory().available // EACH)))


def worn(child: Child, memory: int) -> bool:
    """Whether a process has grown so much that a fresh one should take its place."""
    return child.ready is not None and memory - child.ready.memory > GROWTH


class Pool:
    """Processes that do units.

    Args:
        options: whose readers they load.
        jobs: how many, at least 1.
        seconds: that a page may take.
        mute: whether what libraries print in them is dropped; else it goes to standard error.

    Attributes:
        jobs: how many there are now: fewer after repeated deaths.
        working: the units that are being done, by an identity of the thread that waits for each.
    """

    def __init__(self, options: Options, jobs: int, seconds: float, *, mute: bool = False) -> None:
        import psutil

        self._options = options
        self._seconds = seconds
        self._mute = mute
        self.jobs = jobs
        share = int(0.8 * psutil.virtual_memory().total / jobs)
        self._memory_limit = max(_LEAST_LIMIT, min(MEMORY_LIMIT, share))
        self._places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        self._children: list[Child] = []
        self._recent: deque[bool] = deque(maxlen=_WITHIN)
        self._counting = threading.Lock()
        self._killed = False
        self.working: dict[int, Unit] = {}
        for _ in range(jobs):
            self._places.put(None)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> Ready:
        """Start the first process and wait until its readers are loaded.

        Raises:
            MedicordError: it cannot be started.
        """
        child = self._places.get() or self._new()
        self._places.put(child)
        return child.wait_ready()

    def outcomes(self, schedule: Schedule) -> Iterator[Outcome | None]:
        """What becomes of the units, as they are done; None now and then when there are none.

        Args:
            schedule: hands out the units; is to take the outcomes.

        Raises:
            MedicordError: processes cannot be started.
        """
        from joblib import Parallel, delayed

        def turns() -> Iterator[Any]:
            while not schedule.done:
                yield delayed(self._turn)(schedule)

        deal = Parallel(
            n_jobs=self.jobs,
            backend="threading",
            pre_dispatch=self.jobs,
            batch_size=1,
            return_as="generator_unordered",
        )
        yield from deal(turns())

    def kill(self) -> None:
        """End all processes now. Units that they worked on have the outcome of a crash."""
        self._killed = True
        for child in self._children:
            child.end()

    def _turn(self, schedule: Schedule) -> Outcome | None:
        unit = schedule.next(_TURN)
        return self.do(unit) if unit is not None else None

    def do(self, unit: Unit) -> Outcome:
        """Have one unit done, when there is a process for it.

        Raises:
            MedicordError: no process can be started.
        """
        child = self._places.get()
        try:
            if child is None or not child.alive:
                child = self._new()
            seconds = self._seconds
            if unit.local:
                seconds *= 1 + 0.1 * max(len(unit.pages), unit.page_count)
            self.working[threading.get_ident()] = unit
            outcome, memory = child.do(unit, seconds)
        except BaseException:
            self._places.put(None)
            raise
        finally:
            self.working.pop(threading.get_ident(), None)
        if worn(child, memory):
            child.end()
        if self._may_go_on(outcome):
            self._places.put(child)
        return outcome

    def call(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Any:
        """Have one of the processes call a function, when there is one for it.

        Args:
            function: of a module; it, the arguments and what it gives are pickled.
            arguments: for it.
            seconds: after which the process is killed.

        Raises:
            MedicordError: what the function raised; the process died, or cannot be started.
        """
        child = self._places.get()
        try:
            if child is None or not child.alive:
                child = self._new()
            return child.call(function, *arguments, seconds=seconds)
        finally:
            self._places.put(child)

    def _new(self) -> Child:
        child = Child(self._options, self._memory_limit, mute=self._mute)
        with self._counting:
            self._children = [other for other in self._children if other.alive] + [child]
        if self._killed:
            child.end()
        return child

    def _may_go_on(self, outcome: Outcome) -> bool:
        """Whether there are to be as many processes as before; says so when there are not."""
        timed_out = outcome.problem is not None and outcome.problem.code == "engine.timeout"
        with self._counting:
            self._recent.append(outcome.lost and not timed_out)
            if self._killed or self.jobs == 1 or sum(self._recent) < _DEATHS:
                return True
            self._recent.clear()
            self.jobs -= 1
        log.warning(
            "%d processes died within %d pages; going on with %d at a time",
            _DEATHS,
            _WITHIN,
            self.jobs,
        )
        return False

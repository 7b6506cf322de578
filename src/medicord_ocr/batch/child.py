"""A process that does one unit at a time and can be killed without harm to any other.

Only a process that can be killed has a time limit: Tesseract's own is not kept. Each has a pipe of
its own, so one that dies leaves no lock held and no message of another half read.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process, resource_tracker
from multiprocessing.connection import Connection
from typing import Any

from medicord_ocr.batch.units import Desk, Outcome, Problem, Unit
from medicord_ocr.errors import EngineError, MedicordError
from medicord_ocr.faults import as_medicord, log_trace
from medicord_ocr.options import Options

log = logging.getLogger(__name__)

#: The program's own log: what of it the children say is said by their parent.
LOGGER = "medicord_ocr"
#: Seconds that a process may take to load the readers.
START_LIMIT = 300.0
#: Seconds between two looks at the memory of a process that works.
_LOOK = 1.0
#: Others measured 10-30 times from one thread a process alone.
ONE_THREAD = dict.fromkeys(
    ("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
_starting = threading.Lock()


@dataclass(frozen=True, slots=True)
class Ready:
    """What a process says when its readers are loaded.

    Attributes:
        fingerprint: of the options and the engines.
        memory: bytes that it takes.
    """

    fingerprint: str
    memory: int


@dataclass(frozen=True, slots=True)
class _Said:
    """A line of a child's log."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class _Call:
    """A function to be called there."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def made(self) -> _Given:
        try:
            return _Given(self.function(*self.arguments))
        except (Exception, SystemExit) as error:  # a library that exits must not end us with a 0
            log_trace(error)
            return _Given(error=as_medicord(error))


@dataclass(frozen=True, slots=True)
class _Given:
    """What a call gave, or the error that it raised."""

    value: Any = None
    error: MedicordError | None = None


class Child:
    """The process, seen from its parent.

    Args:
        options: whose readers it loads before its first unit.
        memory_limit: bytes at which it is killed.
        mute: whether what libraries print in it is dropped; else it goes to standard error.
    """

    def __init__(self, options: Options, memory_limit: int, *, mute: bool = False) -> None:
        self._memory_limit = memory_limit
        self.ready: Ready | None = None
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        level = logging.getLogger(LOGGER).getEffectiveLevel()
        given = (theirs, options, level, mute)
        self._process = context.Process(target=_work, args=given, daemon=True)
        with _starting, interrupts_blocked():
            self._process.start()
        theirs.close()

    def wait_ready(self) -> Ready:
        """Wait until its readers are loaded.

        Raises:
            MedicordError: an engine or language data is missing.
            EngineError: it died, or took longer than START_LIMIT.
        """
        if self.ready is None:
            answer = self._answer(START_LIMIT)
            if isinstance(answer, MedicordError):
                self.end()
                raise answer
            if not isinstance(answer, Ready):
                self.end()
                raise EngineError(
                    "a process that reads documents could not be started",
                    hint="Free some memory, or give fewer --jobs",
                    code="engine.not_started",
                )
            self.ready = answer
        return self.ready

    def do(self, unit: Unit, seconds: float) -> tuple[Outcome, int]:
        """Have one unit done; a process that does not live to answer is gone afterwards.

        Args:
            unit: what to do.
            seconds: after which it is killed.

        Returns:
            The outcome, and the bytes of memory that the process takes.

        Raises:
            MedicordError: as ``wait_ready``.
        """
        self.wait_ready()
        answer: object = None
        with suppress(OSError):
            self._pipe.send(unit)
            answer = self._answer(seconds)
        if isinstance(answer, tuple):
            outcome, memory = answer
            return outcome, memory
        error = answer if isinstance(answer, MedicordError) else self._crashed()
        self.end()
        page = 0 if unit.local else unit.page
        problem = Problem.of(error, page or None)
        return Outcome(unit.job.number, unit.kind, page, problem, lost=True), 0

    def call(self, function: Callable[..., Any], *arguments: Any, seconds: float) -> Any:
        """Have it call a function; it is gone after a call that it does not live to answer.

        Args:
            function: of a module; it, the arguments and what it gives are pickled.
            arguments: for it.
            seconds: after which it is killed.

        Raises:
            MedicordError: what the function raised, or ``wait_ready``.
            EngineError: it was killed, or died.
        """
        self.wait_ready()
        answer: object = None
        with suppress(OSError):
            self._pipe.send(_Call(function, arguments))
            answer = self._answer(seconds)
        if isinstance(answer, _Given):
            if answer.error is not None:
                raise answer.error
            return answer.value
        error = answer if isinstance(answer, MedicordError) else self._crashed()
        self.end()
        raise error

    def _answer(self, seconds: float) -> object:
        """What it sends; an error when it has to be killed; None when it is dead."""
        end = time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            if left <= 0:
                return EngineError(
                    f"it took longer than {seconds:g} seconds",
                    hint="It may be damaged; batch gives more time with --page-timeout",
                    code="engine.timeout",
                )
            if self._pipe in connection.wait(
                [self._pipe, self._process.sentinel], min(left, _LOOK)
            ):
                try:
                    answer = self._pipe.recv()
                except (EOFError, OSError):
                    return None
                if not isinstance(answer, _Said):
                    return answer
                logging.getLogger(LOGGER).log(answer.level, "%s", answer.text)
            elif not self._process.is_alive():
                return None
            elif self.memory() > self._memory_limit:
                return EngineError(
                    f"it took more than {self._memory_limit / 1024**3:.1f} GB of memory",
                    hint="Scan it at a lower resolution, or give fewer --jobs",
                    code="engine.out_of_memory",
                )

    def memory(self) -> int:
        """Bytes that it takes, 0 when it is gone."""
        import psutil

        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid or 0

    @property
    def alive(self) -> bool:
        """Whether it can be given a unit."""
        return self._process.is_alive()

    def end(self) -> None:
        """End it, and the programs that it started, now; any thread may."""
        pid = self._process.pid
        if pid is not None and self._process.is_alive():
            with suppress(OSError):
                if sys.platform != "win32" and os.getpgid(pid) == pid:
                    os.killpg(pid, signal.SIGKILL)
            self._process.kill()
        self._process.join()

    def _crashed(self) -> EngineError:
        self._process.join(5)
        code = self._process.exitcode
        how = f" ({signal.Signals(-code).name})" if code is not None and code < 0 else ""
        return EngineError(
            f"the process that read it crashed{how}",
            hint="It may have run out of memory; read fewer pages of it at a time (--pages)",
            code="engine.crashed",
        )


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Let Ctrl-C wait; processes started in the block see none.

    It reaches every process of the terminal, and would end those that are just being started with
    a trace of their own.
    """
    if sys.platform == "win32":
        yield
        return
    # Python's own process that tracks semaphores takes the mask off when it is started.
    resource_tracker.ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _work(pipe: Connection, options: Options, level: int, mute: bool) -> None:
    """What the process does: load the readers, then a unit after the other."""
    _settle(pipe, level, mute)
    try:
        from medicord_ocr import pipeline

        pipeline.readers_for(options)
        ready: object = Ready(pipeline.fingerprint(options), _memory())
    except (Exception, SystemExit) as error:
        log_trace(error)
        ready = as_medicord(error)
    pipe.send(ready)
    desk = Desk()
    with suppress(EOFError, BrokenPipeError):
        while True:
            asked = pipe.recv()
            if isinstance(asked, _Call):
                pipe.send(asked.made())
            else:
                pipe.send((desk.do(asked), _memory()))


def _memory() -> int:
    import psutil

    return int(psutil.Process().memory_info().rss)


def _settle(pipe: Connection, level: int, mute: bool) -> None:
    """One thread, no signals but those that end it, nothing on standard output, our log sent on."""
    os.environ.update(ONE_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        os.setpgid(0, 0)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    if mute:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.dup2(2, 1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    logger = logging.getLogger(LOGGER)
    logger.setLevel(level)
    logger.propagate = False
    logger.addHandler(_Sender(pipe))
    if level > logging.DEBUG:
        faulthandler.disable()  # our parent tells of a crash in a sentence
    import cv2

    cv2.setNumThreads(1)


def _end_with_parent() -> None:
    """End this process when its parent is gone, so that no orphan works on."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


class _Sender(logging.Handler):
    """Sends log records to the parent, which alone speaks to the user."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__()
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            self._pipe.send(_Said(record.levelno, record.getMessage()))

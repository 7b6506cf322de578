"""Inputs read in processes of one thread each: one that crashes, or must stop, harms no other.

loky fails all that its pool was given when one of its processes dies. What was not finished then
is tried again, each alone in a process, so that only the input that crashes it gets the blame.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from medicord_ocr.cli import messages
from medicord_ocr.cli.inputs import Input
from medicord_ocr.cli.records import Task, attempt, failure, read, success
from medicord_ocr.errors import EngineError, MedicordError
from medicord_ocr.schema import Document, Record

#: Others measured 10-30 times from one thread a process alone.
_ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
#: Inputs handed out for each process, so that none waits for its next.
_AHEAD = 2
#: Seconds after which a process notices that the one that started it was killed.
_ORPHANED = 1.0

_Work = deque[tuple[Input, Task]]
_Running = tuple[Input, Task, Future[Record]]


def cores() -> int:
    """How many processes this machine, or its container, has room for."""
    from joblib import cpu_count

    return int(cpu_count())


def records(inputs: Sequence[Input], tasks: Sequence[Task], jobs: int) -> Iterator[Record]:
    """The record of each input, in their order.

    Args:
        inputs: what to read.
        tasks: how to read each of them.
        jobs: processes at a time, at least 1.
    """
    waiting: _Work = deque(zip(inputs, tasks, strict=True))
    while waiting:
        with _pool(jobs) as pool:
            unfinished = yield from _until_a_crash(pool, waiting, _AHEAD * jobs)
        for source, task, future in unfinished:
            whole = future.done() and future.exception() is None
            yield future.result() if whole else _attempt_alone(source, task)


def _until_a_crash(
    pool: Any, waiting: _Work, window: int
) -> Generator[Record, None, deque[_Running]]:
    """The records that come before a process dies; returns what was handed out and not yielded."""
    running: deque[_Running] = deque()
    while waiting or running:
        while waiting and len(running) < window:
            source, task = waiting.popleft()
            running.append((source, task, _submit(pool, source, task)))
        try:
            record = running[0][2].result()
        except BrokenExecutor:
            return running
        running.popleft()
        yield record
    return running


def _submit(pool: Any, source: Input, task: Task) -> Future[Record]:
    try:
        with _signals_held():
            future: Future[Record] = pool.submit(attempt, source, task)
    except BrokenExecutor as error:
        future = Future()
        future.set_exception(error)
    return future


def read_alone(source: Input, task: Task) -> Document:
    """Read one input in a process of its own.

    Raises:
        EngineError: the process crashed.
        MedicordError: the input cannot be read.
    """
    with _pool(1) as pool:
        try:
            with _signals_held():
                future: Future[Document] = pool.submit(read, source, task)
            return future.result()
        except BrokenExecutor:
            raise EngineError(
                "the process that read it crashed",
                hint="It may have run out of memory; read fewer pages of it at a time (--pages)",
                source=source.name,
                code="engine.crashed",
            ) from None


def _attempt_alone(source: Input, task: Task) -> Record:
    try:
        return success(source, task, read_alone(source, task))
    except MedicordError as error:
        return failure(source, task, error)


@contextmanager
def _pool(jobs: int) -> Iterator[Any]:
    """A pool of processes that are gone when the block ends, however it ends."""
    from joblib.externals.loky import ProcessPoolExecutor

    # Empty, this keeps loky from printing a trace for a crash that we tell in a sentence.
    silence = {} if messages.verbose() else {"PYTHONFAULTHANDLER": ""}
    with _signals_held():
        pool = ProcessPoolExecutor(
            jobs,
            initializer=_prepare,
            initargs=(messages.level(), os.getpid()),
            env=_ONE_THREAD | silence,
        )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def start_ahead(jobs: int) -> None:
    """Start the processes that joblib's next ``Parallel`` of as many jobs uses, ready as ours are.

    Args:
        jobs: at least 2; with one, joblib works in this process.
    """
    from joblib import Parallel, delayed

    with _signals_held():
        Parallel(n_jobs=jobs)(delayed(_prepare)(messages.level(), os.getpid()) for _ in range(jobs))


@contextmanager
def _signals_held() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the block ends; processes started in it see no Ctrl-C.

    It reaches every process of the terminal, and would end those that are just being started
    with a trace of their own.
    """
    held: list[int] = []
    handlers = [
        (number, signal.signal(number, lambda number, _frame: held.append(number)))
        for number in (signal.SIGINT, signal.SIGTERM)
    ]
    if sys.platform != "win32":
        # Python's own process that tracks semaphores takes the mask off when it is started.
        resource_tracker.ensure_running()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers:
            signal.signal(number, handler)
        if held:
            signal.raise_signal(held[0])


def _prepare(level: str, parent: int) -> None:
    """Set up a process: our log as the user wants it, one thread, gone when its parent is."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    messages.set_level(level)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    import cv2

    cv2.setNumThreads(1)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, so that no orphan works on.

    Windows keeps the number of a parent that is gone; loky's pipes end the process there.
    """
    while sys.platform == "win32" or os.getppid() == parent:
        time.sleep(_ORPHANED)
    os._exit(1)

"""Processes that read, each killable alone.

One that hangs, crashes or is not needed any more harms no other and is replaced.

Asyncio's side of the processes that batch has too. The event loop never waits for one: each has
a thread that waits for its answers.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from medicord_ocr.batch.child import Child
from medicord_ocr.batch.pool import GROWTH, MEMORY_LIMIT
from medicord_ocr.errors import MedicordError
from medicord_ocr.faults import as_medicord
from medicord_ocr.options import Options
from medicord_ocr.server.problems import Overdue

log = structlog.get_logger("medicord_ocr.server")

#: Seconds that a process may take to read its first page.
_LOAD = 300.0
#: Seconds before a process that cannot start is tried again.
_AGAIN = 5.0


@dataclass(order=True, slots=True)
class _Job:
    rank: tuple[int, int]
    function: Callable[..., Any] = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)
    timeout: float = field(compare=False)
    future: asyncio.Future[Any] = field(compare=False)


class Pool:
    """A number of processes that call functions for us.

    Args:
        size: how many.
        options: whose readers they load.
        prepare: called with the options in each, before its first call.
    """

    def __init__(self, size: int, options: Options, prepare: Callable[[Options], None]) -> None:
        self.size = size
        self.fault: MedicordError | None = None
        self._options, self._prepare = options, prepare
        self._waiting: list[_Job] = []
        self._more = asyncio.Condition()
        self._order = itertools.count()
        self._threads = ThreadPoolExecutor(size + 1, thread_name_prefix="pool")
        self._slots: list[asyncio.Task[None]] = []
        self._children: dict[int, Child] = {}
        self._loaded = False

    def start(self) -> None:
        """Start the processes; ``ready`` tells when they can be used."""
        self._slots = [asyncio.create_task(self._slot(number)) for number in range(self.size)]

    async def close(self) -> None:
        """End the processes; calls that wait fail."""
        for slot in self._slots:
            slot.cancel()
        await asyncio.gather(*self._slots, return_exceptions=True)
        for child in self._children.values():
            child.end()
        for job in self._waiting:
            job.future.cancel()
        self._threads.shutdown(wait=False)

    @property
    def ready(self) -> bool:
        """Whether calls are taken: one that comes while a process is replaced waits for it."""
        return self._loaded and self.fault is None

    @property
    def waiting(self) -> int:
        """Calls that no process has taken yet."""
        return sum(not job.future.done() for job in self._waiting)

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that live."""
        return [child.pid for child in self._children.values()]

    async def run(
        self, function: Callable[..., Any], *arguments: Any, timeout: float, urgent: bool
    ) -> Any:
        """Call a function in one of the processes.

        When this call is cancelled, the work is not begun, or its process is killed.

        Args:
            function: of a module; it and the arguments are pickled.
            arguments: for it.
            timeout: seconds of work after which the process is killed.
            urgent: before all that are not.

        Raises:
            MedicordError: what the function raised.
            Overdue: it took too long.
            EngineError: the process died.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        rank = (0 if urgent else 1, next(self._order))
        async with self._more:
            heapq.heappush(self._waiting, _Job(rank, function, arguments, timeout, future))
            self._more.notify()
        return await future

    async def _slot(self, number: int) -> None:
        """Keep one process alive and give it work."""
        while True:
            try:
                # What libraries print may quote what they read.
                start = partial(Child, self._options, MEMORY_LIMIT, mute=True)
                child = await self._in_thread(start)
            except OSError as error:  # there is no memory, or no number, for another process
                self.fault = as_medicord(error)
                log.error("worker.not_started", reason=os.strerror(error.errno or 0))
                await asyncio.sleep(_AGAIN)
                continue
            await self._use(number, child)

    async def _use(self, number: int, child: Child) -> None:
        """Give one process work until it has to be replaced."""
        self._children[number] = child
        try:
            if await self._load(child):
                self._loaded = True
                await self._work(child)
                log.warning("worker.replaced", pid=child.pid)
            else:
                await asyncio.sleep(_AGAIN)
        finally:
            # Not awaited: a slot that is cancelled must not leave its process behind.
            child.end()
            del self._children[number]

    async def _load(self, child: Child) -> bool:
        try:
            await self._in_thread(partial(child.call, self._prepare, self._options, seconds=_LOAD))
            self.fault = None
        except MedicordError as error:
            self.fault = error
            log.error("worker.not_loaded", code=error.code, reason=str(error))
        return self.fault is None

    async def _work(self, child: Child) -> None:
        """Give it calls until it has to be replaced."""
        most = child.memory() + GROWTH
        while child.alive and child.memory() < most:
            job = await self._next()
            call = partial(child.call, job.function, *job.arguments, seconds=job.timeout)
            answer = asyncio.ensure_future(self._in_thread(call))
            try:
                await asyncio.wait({answer, job.future}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not answer.done():  # nobody waits for it any more
                    child.end()
            _settle(job, *await asyncio.gather(answer, return_exceptions=True))

    async def _next(self) -> _Job:
        async with self._more:
            while True:
                while not self._waiting:
                    await self._more.wait()
                job = heapq.heappop(self._waiting)
                if not job.future.done():
                    return job

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)


def _settle(job: _Job, found: Any) -> None:
    """Hand on what came of a call."""
    if job.future.done():
        return
    if isinstance(found, MedicordError) and found.code == "engine.timeout":
        found = Overdue(
            "a page took too long to read", hint="Scan it again, or leave that page out"
        )
    if isinstance(found, BaseException):
        job.future.set_exception(found)
    else:
        job.future.set_result(found)

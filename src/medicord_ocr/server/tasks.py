"""Queued documents: what the API asks of a queue, and the one that needs no other program."""

from __future__ import annotations

import asyncio
import secrets
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import structlog

from medicord_ocr.errors import MedicordError
from medicord_ocr.faults import as_medicord
from medicord_ocr.options import Options
from medicord_ocr.server.problems import Busy, detail
from medicord_ocr.server.reading import Reading
from medicord_ocr.server.uploads import Upload

log = structlog.get_logger("medicord_ocr.server")

State = Literal["pending", "processing", "completed", "failed"]
#: Bytes of packed results kept at a time; above it new work is refused.
_RESULTS = 256 * 1024 * 1024
#: Seconds between looks for what expired.
_SWEEP = 5.0


@dataclass(slots=True)
class Task:
    """How a queued document stands.

    Attributes:
        owner: client that sent it.
        status: one of State.
        done, total: pages.
        result: JSON of the document, None before it is completed.
        error: code, detail and page, None unless it failed.
    """

    owner: str
    total: int
    status: State = "pending"
    done: int = 0
    result: bytes | None = None
    error: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A document to be read later.

    Attributes:
        upload: of which the queue disposes from now on.
        options: how to read it.
        pages: how many it has.
        pictures: add the picture of each page.
    """

    upload: Upload
    options: Options
    pages: int
    pictures: bool


class Queue(Protocol):
    """Takes documents, and tells how they stand."""

    async def start(self) -> None:
        """Make ready."""

    async def close(self) -> None:
        """Stop."""

    async def put(self, order: Order, owner: str) -> str:
        """Take a document; returns its task's id, which nobody can guess. Raises Busy."""

    async def get(self, task_id: str) -> Task | None:
        """How it stands; None when there is no such task, or it expired."""

    async def depth(self) -> int:
        """Documents that are not finished."""


def new_id() -> str:
    """An id of 192 random bits."""
    return secrets.token_urlsafe(24)


def failure(error: MedicordError) -> dict[str, Any]:
    """What a task says of its error."""
    return {"code": error.code, "detail": detail(error), "page": error.page}


def tell(task_id: str, task: Task) -> None:
    """Log how a task ended."""
    code = task.error["code"] if task.error else None
    log.info("task.finished", task_id=task_id, status=task.status, code=code)


class EmbeddedQueue:
    """Tasks in the memory of this process, read by its own pool when nothing urgent waits.

    Args:
        reading: reads them.
        capacity: documents that are not finished; more are refused.
        expire: seconds that a finished task is kept.
        saw: is given each document that was read, in another thread.
    """

    def __init__(
        self, reading: Reading, capacity: int, expire: float, saw: Callable[[bytes], None]
    ) -> None:
        self._reading = reading
        self._capacity = capacity
        self._expire = expire
        self._saw = saw
        self._tasks: dict[str, Task] = {}
        self._finished: dict[str, float] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._size = 0

    async def start(self) -> None:
        """Begin to forget what expires."""
        self._keep(asyncio.create_task(self._forget()))

    async def close(self) -> None:
        """Stop; what was not finished is lost, and its upload deleted."""
        for running in tuple(self._running):
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def put(self, order: Order, owner: str) -> str:
        """Take a document.

        Raises:
            Busy: too many wait, or results fill the memory meant for them.
        """
        if self._size >= _RESULTS:
            raise Busy("there is no room for another result", after=60)
        if await self.depth() >= self._capacity:
            raise Busy("too many documents are waiting", after=30)
        task_id, task = new_id(), Task(owner, order.pages)
        self._tasks[task_id] = task
        self._keep(asyncio.create_task(self._read(task_id, task, order)))
        return task_id

    async def get(self, task_id: str) -> Task | None:
        """How it stands."""
        task = self._tasks.get(task_id)
        if task is None or task.result is None:
            return task
        unpacked = zlib.decompress(task.result)
        return Task(task.owner, task.total, task.status, task.done, unpacked)

    async def depth(self) -> int:
        """Documents that are not finished."""
        return len(self._tasks) - len(self._finished)

    def _keep(self, running: asyncio.Task[None]) -> None:
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _read(self, task_id: str, task: Task, order: Order) -> None:
        def progress(done: int) -> None:
            task.status, task.done = "processing", done

        try:
            document = await self._reading.finish(
                order.upload.path,
                order.options,
                order.pages,
                pictures=order.pictures,
                urgent=False,
                progress=progress,
            )
            task.result = await asyncio.to_thread(self._packed, document)
            self._size += len(task.result)
            task.status = "completed"
        except Exception as error:
            task.status, task.error = "failed", failure(as_medicord(error))
        finally:
            order.upload.discard()
            self._finished[task_id] = time.monotonic() + self._expire
        tell(task_id, task)

    def _packed(self, document: bytes) -> bytes:
        self._saw(document)
        return zlib.compress(document, 1)

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(min(_SWEEP, self._expire))
            now = time.monotonic()
            for task_id in [name for name, end in self._finished.items() if end <= now]:
                del self._finished[task_id]
                self._size -= len(self._tasks.pop(task_id).result or b"")

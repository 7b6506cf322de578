"""Queued documents read by Celery workers: sent by the service, done by ``medicord-ocr worker``.

The message names the document alone. Its file lies in a folder that both share, under the
document's id, and never in Redis; how it stands is in the store.
"""

from __future__ import annotations

import asyncio
import math
import re
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from kombu.exceptions import OperationalError
from pydantic import TypeAdapter
from redis.exceptions import RedisError

from medicord_ocr.batch.child import Child
from medicord_ocr.batch.remote import DEAD, MISLAID, here, own_child, portable, told
from medicord_ocr.celery_app import VISIBILITY, make_app
from medicord_ocr.errors import EngineError, OutputError, UnreadableInput
from medicord_ocr.faults import as_medicord
from medicord_ocr.options import Options
from medicord_ocr.server import steps
from medicord_ocr.server.config import QueueSettings
from medicord_ocr.server.problems import Busy, Lost
from medicord_ocr.server.reading import crashed
from medicord_ocr.server.store import Open, Store
from medicord_ocr.server.tasks import Order, Task, failure, new_id, tell
from medicord_ocr.server.uploads import SUFFIX, no_room, sweep

if TYPE_CHECKING:
    from celery import Celery

log = structlog.get_logger("medicord_ocr.server")

TASK = "medicord_ocr.read_document"
QUEUE = "medicord-ocr-documents"
_ID = re.compile(r"[A-Za-z0-9_-]{32}")
#: Seconds between two looks for documents whose worker is gone.
_LOOK = 3.0
#: Attempts at a document whose workers are lost.
_ATTEMPTS = 2
#: Seconds that one whose worker was lost waits for another: it has failed two visibility timeouts
#: after that worker died, the minute that it takes to notice included.
_WAIT = 2 * VISIBILITY - 60.0
#: Seconds after which a file in the shared folder that belongs to no document is removed, and
#: between two looks for such.
_STRAY, _SWEEP = 3600.0, 60.0
_OPTIONS = TypeAdapter(Options)
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Shared:
    """What the service and its workers share.

    Attributes:
        broker: Redis that carries the messages.
        store: Redis that knows how documents stand.
        folder: private, for their files.
        expire: seconds that results are kept.
        page_timeout: seconds after which the process that reads a page is ended.
    """

    broker: str
    store: str
    folder: Path
    expire: int
    page_timeout: float

    def file(self, task_id: str) -> Path:
        """Where the file of a document lies."""
        if not _ID.fullmatch(task_id):
            raise UnreadableInput("the queue names no document")
        return self.folder / f"{task_id}{SUFFIX}"


def shared(settings: QueueSettings, broker: str) -> Shared:
    """What these settings share, by that broker.

    Raises:
        OutputError: the folder cannot be made.
    """
    assert settings.upload_dir is not None
    store = settings.celery_result_backend or settings.redis_url or broker
    folder = settings.upload_dir.absolute()
    _make_folder(folder)
    return Shared(
        broker, store, folder, settings.result_expire_seconds, settings.page_timeout_seconds
    )


def _make_folder(folder: Path) -> None:
    """Make the shared folder where it is not there, private to its user.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise OutputError(
            f"the folder for uploads, {folder}, cannot be used ({error.strerror})",
            hint="Set UPLOAD_DIR to a folder that the service and its workers may write to",
        ) from error


# ---------------------------------------------------------------- the side of the service


class CeleryQueue:
    """Documents that workers read; how they stand outlives this process.

    Args:
        shared: what workers have too.
        capacity: documents that are not finished; more are refused.
        saw: is given each document that was read, in another thread.

    Raises:
        MissingDependency: Celery is not installed.
        EngineError: Redis does not answer.
    """

    def __init__(self, shared: Shared, capacity: int, saw: Callable[[bytes], None]) -> None:
        self._shared = shared
        self._capacity = capacity
        self._saw = saw
        self._app = make_app(shared.broker)
        self._store = Store(shared.store, shared.expire)
        with told():
            self._store.ping()
        # Documents seen unfinished, put by us or before we started: where Redis loses them we know.
        self._known: dict[str, tuple[str, int]] = {}
        self._lost: dict[str, tuple[Task, float]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._swept = -math.inf

    async def start(self) -> None:
        """Begin to look after documents whose worker is gone."""
        self._looking = asyncio.create_task(self._look_after())

    async def close(self) -> None:
        """Stop looking; workers go on."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def put(self, order: Order, owner: str) -> str:
        """Take a document.

        Raises:
            Busy: too many wait, the disk is full, or Redis does not answer.
        """
        if await self.depth() >= self._capacity:
            raise Busy("too many documents are waiting", after=30)
        task_id = new_id()
        path = self._shared.file(task_id)
        try:
            await asyncio.to_thread(shutil.move, order.upload.path, path)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise no_room(error) from None
        said = {
            "options": _OPTIONS.dump_python(portable(order.options), mode="json"),
            "pages": order.pages,
            "pictures": order.pictures,
            "keep": order.upload.keep,
            "seconds": self._shared.page_timeout,
        }
        try:
            await self._ask(partial(self._store.add, task_id, owner, order.pages, said))
            await self._ask(partial(self._send, task_id, 1))
        except Busy:
            path.unlink(missing_ok=True)
            with suppress(Busy):
                await self._ask(partial(self._store.drop, task_id))
            raise
        self._known[task_id] = (owner, order.pages)
        return task_id

    async def get(self, task_id: str) -> Task | None:
        """How it stands."""
        found = await self._ask(partial(self._store.get, task_id))
        if found is not None:
            return found
        if task_id in self._known:
            self._lose(task_id)
        return self._lost[task_id][0] if task_id in self._lost else None

    async def depth(self) -> int:
        """Documents that are not finished."""
        return await self._ask(self._store.count)

    def _send(self, task_id: str, attempt: int) -> None:
        self._app.send_task(TASK, [task_id, attempt], queue=QUEUE)

    async def _ask(self, question: Callable[[], _R]) -> _R:
        """Ask Redis in another thread.

        Raises:
            Busy: it does not answer.
        """
        try:
            return await asyncio.to_thread(question)
        except (RedisError, OperationalError) as error:
            log.error("queue.unreachable", reason=type(error).__name__)
            raise Busy("the queue cannot be reached now", code="service.queue", after=10) from None

    def _lose(self, task_id: str) -> None:
        """Say that a document is gone from Redis: what waits for it shall not wait for ever."""
        owner, pages = self._known.pop(task_id)
        error = Lost("the queue lost the document", hint="Send it again", code="engine.queue")
        lost = Task(owner, pages, "failed", error=failure(error))
        self._lost[task_id] = (lost, time.monotonic() + self._shared.expire)
        self._shared.file(task_id).unlink(missing_ok=True)
        tell(task_id, lost)

    async def _look_after(self) -> None:
        while True:
            try:
                with suppress(Busy):
                    await self._look()
            except Exception as error:  # whoever waits would wait for ever
                log.error("fault", reason=as_medicord(error).message)
            now = time.monotonic()
            self._lost = {name: lost for name, lost in self._lost.items() if lost[1] > now}
            await asyncio.sleep(_LOOK)

    async def _look(self) -> None:
        """Look once at every document that is known to be unfinished.

        Raises:
            Busy: Redis does not answer.
        """
        unfinished = await self._ask(self._store.unfinished)
        for task_id in unfinished:
            if task_id not in self._known:
                await self._ask(partial(self._learn, task_id))
            await self._ask(partial(self._look_at, task_id))
        for task_id in [name for name in self._known if name not in unfinished]:
            status = await self._ask(partial(self._store.status, task_id))
            if status is None:
                self._lose(task_id)
            elif status in ("completed", "failed"):  # or it was put since we asked
                del self._known[task_id]
                await self._ask(partial(self._tell, task_id))
        if time.monotonic() - self._swept > _SWEEP:
            self._swept = time.monotonic()
            wanted = {f"{task_id}{SUFFIX}" for task_id in unfinished}
            await asyncio.to_thread(sweep, self._shared.folder, _STRAY, wanted)

    def _learn(self, task_id: str) -> None:
        """Know a document that another service, or an earlier run of this one, has put."""
        found = self._store.get(task_id)
        if found is not None:
            self._known[task_id] = (found.owner, found.total)

    def _tell(self, task_id: str) -> None:
        """Log and count a document that has ended, unless another service has."""
        if self._store.tell(task_id) and (task := self._store.get(task_id)) is not None:
            if task.result is not None:
                self._saw(task.result)
            tell(task_id, task)

    def _look_at(self, task_id: str) -> None:
        """Send a document out again whose worker, or message, is gone."""
        found = self._store.look(task_id)
        if found is None or found.alive:
            return
        age = time.time() - found.seen
        error = _given_up(found, age)
        if error is not None:
            if self._store.fail(task_id, found.attempt, failure(error)):
                self._shared.file(task_id).unlink(missing_ok=True)
            return
        mislaid = not found.begun and age > MISLAID and self._store.waiting(QUEUE) == 0
        if not (mislaid or (found.begun and age > DEAD)):
            return
        if self._store.again(task_id, found.attempt):
            self._send(task_id, found.attempt + 1)
            log.warning("task.again", task_id=task_id, attempt=found.attempt + 1)


def _given_up(found: Open, age: float) -> Lost | None:
    """Why a document that nobody works on is not tried (any longer).

    Args:
        found: how it stands.
        age: seconds since it went out or was taken.
    """
    if found.begun and age > DEAD and found.attempt >= _ATTEMPTS:
        return Lost(
            f"{_ATTEMPTS} workers that read it were lost",
            hint="It may take too much memory; send fewer pages of it",
        )
    if not found.begun and found.attempt > 1 and age > _WAIT:
        return Lost(
            "the worker that read it was lost, and no other took it",
            hint="Send it again when a worker runs",
        )
    return None


# ---------------------------------------------------------------- the side of the worker


def register(app: Celery, shared: Shared, defaults: Options) -> str:
    """Let a worker of this application read documents; tells the queue they come from.

    Args:
        app: the application.
        shared: what the service has too.
        defaults: of this machine: where its programs and language data are.
    """
    local = threading.local()
    store = Store(shared.store, shared.expire)

    @app.task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
    def read_document(task_id: str, attempt: int) -> None:
        path = shared.file(task_id)
        order = store.claim(task_id, attempt)
        if order is None:
            return
        with store.alive(task_id):
            try:
                options = here(_OPTIONS.validate_python(order["options"]), defaults)
                child = partial(own_child, local, options, mute=True)
                reading = _Reading(child, path, options, order)
                document = reading.document(partial(store.progress, task_id, attempt))
            except Exception as error:
                ended = store.fail(task_id, attempt, failure(as_medicord(error)))
            else:
                ended = store.complete(task_id, attempt, document)
        if ended and not order["keep"]:
            path.unlink(missing_ok=True)

    return QUEUE


@dataclass(frozen=True, slots=True)
class _Reading:
    """One document read by one process at a time, which ``child`` gives."""

    child: Callable[[], Child]
    path: Path
    options: Options
    order: dict[str, Any]

    def document(self, progress: Callable[[int], None]) -> bytes:
        """Its JSON, page by page."""
        seconds = float(self.order["seconds"])
        parts = []
        for number in range(1, int(self.order["pages"]) + 1):
            try:
                parts.append(self._page(number, seconds))
            except EngineError as error:
                if not crashed(error):
                    raise
                parts.append(self._page(number, seconds))
            progress(number)
        document: bytes = self.child().call(
            steps.put_together, parts, self.options, seconds=seconds * (1 + 0.1 * len(parts))
        )
        return document

    def _page(self, number: int, seconds: float) -> steps.Part:
        read = partial(steps.read_page, pictures=bool(self.order["pictures"]))
        part: steps.Part = self.child().call(read, self.path, self.options, number, seconds=seconds)
        return part

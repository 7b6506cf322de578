"""Documents read in the pool, page by page; and how many may be under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from medicord_ocr.errors import EngineError, MedicordError
from medicord_ocr.options import Options
from medicord_ocr.server import steps
from medicord_ocr.server.pool import Pool
from medicord_ocr.server.problems import Busy

#: Called with the number of pages that were read.
Progress = Callable[[int], None]


class Reading:
    """Reads uploads in processes of its own.

    Args:
        processes: how many.
        options: what they load their models for.
        page_timeout: seconds after which the process that reads a page is ended.
        capacity: requests under way, uploads included; more are refused.
    """

    def __init__(
        self, processes: int, options: Options, page_timeout: float, capacity: int
    ) -> None:
        self._pool = Pool(processes, options, steps.warm_up)
        self.capacity = capacity
        self.documents = 0
        self._timeout = page_timeout

    def start(self) -> None:
        """Start the processes; ``ready`` tells when they can be used."""
        self._pool.start()

    async def close(self) -> None:
        """End them, whatever they do."""
        await self._pool.close()

    @property
    def ready(self) -> bool:
        """Whether the models are loaded."""
        return self._pool.ready

    @property
    def fault(self) -> MedicordError | None:
        """Why they cannot be loaded."""
        return self._pool.fault

    @property
    def waiting(self) -> int:
        """Steps that no process has taken yet."""
        return self._pool.waiting

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes."""
        return self._pool.pids

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Room for one document.

        Raises:
            Busy: there is none, or no process is ready.
        """
        if self.documents >= self.capacity:
            after = max(1, min(60, self.documents // 2))
            raise Busy("too many documents are waiting", after=after)
        if not self.ready:
            raise Busy("the models are being loaded", code="service.not_ready")
        self.documents += 1
        try:
            yield
        finally:
            self.documents -= 1

    async def begin(
        self, path: Path, options: Options, *, whole: bool, pictures: bool
    ) -> steps.Begun:
        """A first look: see ``steps.begin``."""
        call = partial(steps.begin, whole=whole, pictures=pictures)
        begun: steps.Begun = await self._pool.run(
            call, path, options, timeout=self._timeout, urgent=True
        )
        return begun

    async def finish(
        self,
        path: Path,
        options: Options,
        pages: int,
        *,
        pictures: bool,
        urgent: bool,
        progress: Progress | None = None,
    ) -> bytes:
        """The document's JSON, its pages read by as many processes as are free.

        A page whose process dies is read once more where nobody waits: who waits is told.

        Args:
            path: of the upload.
            options: how to read it.
            pages: how many it has.
            pictures: add the picture of each page.
            urgent: somebody waits for it.
            progress: is told how many pages were read.
        """
        done = 0
        call = partial(steps.read_page, pictures=pictures)
        run = partial(self._pool.run, call, path, options, timeout=self._timeout, urgent=urgent)

        async def page(number: int) -> steps.Part:
            nonlocal done
            try:
                part: steps.Part = await run(number)
            except EngineError as error:
                if urgent or not crashed(error):
                    raise
                part = await run(number)
            done += 1
            if progress:
                progress(done)
            return part

        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(page(number + 1)) for number in range(pages)]
        except* MedicordError as errors:
            raise _first(errors) from None
        parts = [task.result() for task in tasks]
        document: bytes = await self._pool.run(
            steps.put_together, parts, options, timeout=self._timeout, urgent=urgent
        )
        return document


def crashed(error: EngineError) -> bool:
    """Whether the process that read is gone, for a reason that may not come again."""
    return error.code == "engine.crashed"


def _first(errors: BaseExceptionGroup[MedicordError]) -> MedicordError:
    found = errors.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found

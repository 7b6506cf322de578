"""``medicord-ocr batch``: an archive of documents into one file of records."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from medicord_ocr.batch import archive
from medicord_ocr.batch.inputs import (
    STANDARD_INPUT,
    Choice,
    Input,
    find_inputs,
    listed_paths,
)
from medicord_ocr.batch.pool import Pool, default_jobs
from medicord_ocr.batch.watch import watch as watching
from medicord_ocr.cli.faults import Stopped
from medicord_ocr.cli.outputs import Places, write_outputs
from medicord_ocr.cli.scratch import scratch
from medicord_ocr.cli.watching import open_watcher
from medicord_ocr.errors import UsageError
from medicord_ocr.options import Options
from medicord_ocr.searchable.places import check_folder

if TYPE_CHECKING:
    from medicord_ocr.batch.remote import Remote

#: Exit code when some inputs failed, or lack a page (the contract's table).
SOME_FAILED = 9
_STOPPING = b"medicord-ocr: finishing the pages in flight; once more stops at once\n"


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for.

    Attributes:
        paths: files, folders, ``-`` for a list of them on standard input.
        places: the file of records, and what is made of it.
        options: how to read them.
        jobs: processes at a time, None for as many as cores and free memory allow.
        page_timeout: seconds that a page may take.
        choice: which files of folders are taken.
        retry_failed, force: what to read again.
        log_json: whether messages are a JSON object a line.
        broker: Redis whose workers read, None to read on this machine.
        report: where an HTML page of what was done goes, None for none.
        watch: whether to go on with documents that appear, until stopped.
        searchable: folder for the searchable PDFs, None for none.
    """

    paths: Sequence[str]
    places: Places
    options: Options
    jobs: int | None
    page_timeout: float
    choice: Choice
    retry_failed: bool = False
    force: bool = False
    log_json: bool = False
    broker: str | None = None
    report: Path | None = None
    watch: bool = False
    searchable: Path | None = None


def run(request: Request) -> int:
    """Read what is new or changed.

    Returns:
        The exit code: 0, or SOME_FAILED.

    Raises:
        MedicordError: nothing can be read or written.
        Stopped: it was told to stop, and did.
    """
    choice = request.choice
    if request.searchable is not None:
        check_folder(request.searchable)
        choice = replace(choice, apart=request.searchable.resolve())
    coming = _Coming(_paths(request.paths), choice, watch=request.watch)
    output = request.places.records
    asked = archive.Request(
        coming.inputs,
        output,
        request.options,
        request.retry_failed,
        request.force,
        request.searchable,
    )
    with (
        scratch(),
        _readers(request) as pool,
        open_watcher(json=request.log_json) as watcher,
    ):
        if coming.left_out:
            watcher.say(f"{coming.left_out} files of other kinds left out")
        if request.watch:
            watcher.say("watching for documents (stop with Ctrl-C)")
        task = archive.Archive(asked, pool, watcher)
        task.tally.total = len(coming.paths)
        with _stopping(task, pool) as stops:
            tally = task.run()
        watcher.summary(tally, output)
        write_outputs(request.places)
        if request.report is not None:
            from medicord_ocr.cli.report import write_report

            local = pool if isinstance(pool, Pool) else pool.local
            write_report(output, request.report, coming.paths, request.options, local.call)
    if stops:
        raise Stopped(stops[0])
    return SOME_FAILED if tally.statuses.total() > tally.statuses["ok"] else 0


class _Coming:
    """The documents of a batch, all there are or as they come.

    Attributes:
        inputs: for the archive.
        paths: of those that came so far, by name.
        left_out: files of other kinds, of the first look.
    """

    def __init__(self, paths: Sequence[str], choice: Choice, *, watch: bool) -> None:
        self._paths, self._choice = paths, choice
        found = find_inputs(paths, choice, empty=watch)
        self.left_out = found.left_out
        self.paths = {source.name: source.path for source in found.found}
        self.inputs: Iterable[Input | None] = watching(self._look) if watch else found.found

    def _look(self) -> tuple[Input, ...]:
        found = find_inputs(self._paths, self._choice, empty=True).found
        self.paths.update({source.name: source.path for source in found})
        return found


@contextmanager
def _readers(request: Request) -> Iterator[Pool | Remote]:
    """Who reads; what is not yet read is left when the block ends."""
    jobs = request.jobs or default_jobs()
    local = 1 if request.broker is not None else jobs
    with Pool(request.options, local, request.page_timeout, mute=request.log_json) as pool:
        if request.broker is None:
            yield pool
            return
        from medicord_ocr.batch.remote import UNDER_WAY, Remote

        under_way = request.jobs or UNDER_WAY
        remote = Remote(pool, request.broker, under_way, request.page_timeout)
        try:
            yield remote
        finally:
            remote.kill()


def _paths(given: Sequence[str]) -> list[str]:
    """The paths, with those of a list on standard input in the place of ``-``."""
    paths: list[str] = []
    for path in given:
        if path != STANDARD_INPUT:
            paths.append(path)
            continue
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                "standard input is a terminal",
                hint="Send a list of paths to it: find … | medicord-ocr batch - -o OUT.jsonl",
            )
        paths.extend(listed_paths(sys.stdin.buffer))
    if not paths:
        raise UsageError("the list of paths is empty")
    return paths


@contextmanager
def _stopping(task: archive.Archive, pool: Pool | Remote) -> Iterator[list[int]]:
    """Let the first Ctrl-C or SIGTERM finish what is being read, and a second end it at once.

    Yields:
        The signals that came.
    """
    came: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            pool.kill()
            raise Stopped(number)
        task.stop()
        with suppress(OSError):  # not through the log: it may be what was interrupted
            os.write(2, _STOPPING)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Processes that read: what becomes of a page whose process dies, and of what libraries say."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from medicord_ocr.errors import EngineError
from medicord_ocr.options import Options
from medicord_ocr.server import pool
from medicord_ocr.server.pool import Pool
from medicord_ocr.server.reading import Reading


def pages_tried(
    monkeypatch: pytest.MonkeyPatch, *, urgent: bool, code: str, times: int
) -> tuple[bytes | None, list[int]]:
    """The document of three pages, of which the second goes wrong; and the pages that were run."""
    tried: list[int] = []

    async def run(call: Any, path: Any, options: Any, number: int = 0, **_: Any) -> Any:
        if not number:
            return b"{}"
        tried.append(number)
        if number == 2 and tried.count(2) <= times:
            raise EngineError("it went wrong", code=code)
        return number

    async def finished() -> bytes:
        reading = Reading(1, Options(), 1.0, 10)
        monkeypatch.setattr(reading._pool, "run", run)
        return await reading.finish(Path(), Options(), 3, pictures=False, urgent=urgent)

    try:
        return asyncio.run(finished()), sorted(tried)
    except EngineError:
        return None, sorted(tried)


@pytest.mark.parametrize(
    ("urgent", "code", "times", "tried", "read"),
    [
        (False, "engine.crashed", 1, [1, 2, 2, 3], True),
        (False, "engine.crashed", 2, [1, 2, 2, 3], False),
        (True, "engine.crashed", 1, [1, 2, 3], False),
        (False, "engine.timeout", 1, [1, 2, 3], False),
    ],
)
def test_a_page_whose_process_dies_is_read_once_more_where_nobody_waits(
    monkeypatch: pytest.MonkeyPatch,
    urgent: bool,
    code: str,
    times: int,
    tried: list[int],
    read: bool,
) -> None:
    found, seen = pages_tried(monkeypatch, urgent=urgent, code=code, times=times)
    assert (found is not None, seen) == (read, tried)


def test_a_process_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [OSError(errno.EAGAIN, "no more processes")] * 2
    start = pool.Child

    def started(*given: Any, **more: Any) -> pool.Child:
        if refusals:
            raise refusals.pop()
        return start(*given, **more)

    monkeypatch.setattr(pool, "Child", started)
    monkeypatch.setattr(pool, "_AGAIN", 0.2)

    async def read() -> list[bool]:
        processes = Pool(1, Options(engine="fake"), id)
        processes.start()
        try:
            await asyncio.sleep(0.1)
            before = processes.fault is not None
            assert await processes.run(abs, -1, timeout=60, urgent=True) == 1
            return [before, processes.ready]
        finally:
            await processes.close()

    assert asyncio.run(asyncio.wait_for(read(), 60)) == [True, True]


def test_what_libraries_print_while_they_read_is_not_in_the_log(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def printed() -> None:
        processes = Pool(1, Options(engine="fake"), id)
        processes.start()
        try:
            for stream in (1, 2):
                await processes.run(os.write, stream, b"Sovannara", timeout=60, urgent=True)
        finally:
            await processes.close()

    asyncio.run(printed())
    out, err = capfd.readouterr()
    assert "Sovannara" not in out + err


def test_warnings_of_libraries_are_not_in_the_log() -> None:
    program = (
        "import warnings; from medicord_ocr.server import logs; "
        "logs.configure(json=True, level='INFO'); warnings.warn('Sovannara')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")

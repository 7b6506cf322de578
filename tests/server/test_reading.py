"""Pages whose process dies: once more where nobody waits, and no more than that."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from medicord_ocr.errors import EngineError
from medicord_ocr.options import Options
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

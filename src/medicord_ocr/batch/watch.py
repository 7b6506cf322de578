"""Documents as they appear in folders, once nobody writes to them any more."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence

from medicord_ocr.batch.inputs import Input, state
from medicord_ocr.errors import MedicordError

log = logging.getLogger(__name__)

#: Seconds between two looks. A file that is the same at both is whole: scanners and copies over a
#: network write at least once a second.
EVERY = 2.0
#: Looks take this share of the time at most: a folder of 100,000 files on a network drive takes
#: seconds to go through.
_SHARE = 0.1


def watch(find: Callable[[], Sequence[Input]], every: float = EVERY) -> Iterator[Input | None]:
    """Every document that is there, was changed or appears, without end.

    Args:
        find: tells the documents that there are now. Where it fails after the first time, as when
            a network drive is away, the next look is waited for.
        every: seconds between two looks, at least.

    Yields:
        A document that did not change between two looks; None when there is none at the moment.

    Raises:
        MedicordError: the first look fails.
    """
    done: dict[str, str] = {}
    before: dict[str, str] = {}
    found = find()
    away = False
    while True:
        start = time.monotonic()
        now: dict[str, str] = {}
        for source in found:
            mark = state(source.path)
            if mark is None or done.get(source.name) == mark:
                continue
            if before.get(source.name) == mark:
                done[source.name] = mark
                yield source
            else:
                now[source.name] = mark
        before = now
        spent = time.monotonic() - start
        end = time.monotonic() + max(every, spent / _SHARE)
        while time.monotonic() < end:
            yield None
        try:
            found, away = find(), False
        except MedicordError as error:
            if not away:
                log.warning("%s; looking again", error)
            found, away = (), True

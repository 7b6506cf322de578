"""Several documents read at a time, given back in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from medicord_ocr.batch.pool import Pool
from medicord_ocr.batch.schedule import Finished, Schedule
from medicord_ocr.batch.units import Job

#: Seconds that a page may take unless the user says otherwise: sixty times what a dense page takes.
PAGE_TIMEOUT = 180.0
#: Documents begun ahead of the oldest that is not finished, for each process.
_AHEAD = 4


def read_documents(jobs: Iterable[Job], pool: Pool) -> Iterator[Finished]:
    """Read documents, several at a time.

    Args:
        jobs: the documents; their numbers count up by one.
        pool: who reads.

    Raises:
        MedicordError: the processes that read cannot be started.
    """
    schedule = Schedule()
    coming = iter(jobs)
    held: dict[int, Finished] = {}
    due: int | None = None
    window = _AHEAD * pool.jobs

    def feed() -> None:
        nonlocal due
        while schedule.open + len(held) < window:
            job = next(coming, None)
            if job is None:
                schedule.close()
                return
            due = job.number if due is None else due
            schedule.add(job)

    feed()
    for outcome in pool.outcomes(schedule):
        finished = schedule.take(outcome) if outcome is not None else None
        if finished is None:
            continue
        held[finished.job.number] = finished
        while due in held:
            yield held.pop(due)
            due += 1
        feed()

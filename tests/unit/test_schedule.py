"""Documents as units of work, whatever becomes of each."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from medicord_ocr.batch.schedule import Finished, Schedule
from medicord_ocr.batch.units import Job, Outcome, Problem, Unit
from medicord_ocr.options import Options

CRASH = Problem("EngineError", "it crashed", None, None, "engine.crashed")


def job(number: int = 0) -> Job:
    return Job(number, f"{number}.pdf", Path(f"{number}.pdf"), Options())


def outcome(unit: Unit, pages: int, bad: frozenset[int]) -> Outcome:
    """What a process would answer for a document of so many pages, some of which kill it."""
    number, kind = unit.job.number, unit.kind
    if kind == "assemble":
        return Outcome(number, kind, document=b"{%b}" % b",".join(unit.pages))
    if unit.page in bad:
        return Outcome(number, kind, unit.page, CRASH, lost=True)
    numbers = tuple(range(1, pages + 1)) if kind == "open" else ()
    if kind == "open" and unit.page == 0:
        return Outcome(number, kind, numbers=numbers)
    if pages == 1:
        return Outcome(number, kind, 1, numbers=numbers, document=b"{1}")
    return Outcome(number, kind, unit.page, numbers=numbers, read=b"%d" % unit.page)


def run(
    schedule: Schedule, pages: dict[int, int], bad: dict[int, frozenset[int]]
) -> list[Finished]:
    finished = []
    while (unit := schedule.next(0)) is not None:
        number = unit.job.number
        done = schedule.take(outcome(unit, pages[number], bad[number]))
        finished += [done] if done else []
    return finished


documents = st.lists(
    st.integers(1, 6).flatmap(
        lambda n: st.tuples(st.just(n), st.frozensets(st.integers(1, n), max_size=n))
    ),
    min_size=1,
    max_size=5,
)


@given(documents)
def test_every_document_is_finished_once_with_every_page_read_or_blamed(
    given_: list[tuple[int, frozenset[int]]],
) -> None:
    schedule = Schedule()
    for number in range(len(given_)):
        schedule.add(job(number))
    schedule.close()
    finished = run(
        schedule,
        {i: pages for i, (pages, _) in enumerate(given_)},
        {i: bad for i, (_, bad) in enumerate(given_)},
    )
    assert sorted(f.job.number for f in finished) == list(range(len(given_)))
    assert schedule.done
    for f in finished:
        pages, bad = given_[f.job.number]
        assert f.pages == pages - len(bad)
        assert [p.page for p in f.problems] == sorted(bad)
        good = [page for page in range(1, pages + 1) if page not in bad]
        expected = b"{%b}" % b",".join(b"%d" % page for page in good) if good else None
        assert f.document == expected


def test_a_document_that_cannot_even_be_opened_is_failed_without_a_page() -> None:
    schedule = Schedule()
    schedule.add(job())
    schedule.close()
    for _ in range(2):
        unit = schedule.next(0)
        assert unit is not None
        finished = schedule.take(Outcome(0, "open", unit.page, CRASH, lost=True))
    assert finished is not None
    assert finished.status == "failed"
    assert [p.page for p in finished.problems] == [None]


def test_nothing_is_handed_out_after_stop_but_what_is_out_is_taken() -> None:
    schedule = Schedule()
    schedule.add(job(0))
    schedule.add(job(1))
    unit = schedule.next(0)
    assert unit is not None
    schedule.stop()
    assert schedule.next(0) is None
    finished = schedule.take(outcome(unit, 1, frozenset()))
    assert finished is not None
    assert finished.status == "ok"

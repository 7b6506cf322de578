"""Units done by Celery workers on this or other machines that share the folder of documents.

A unit goes out as a task of the queue, its outcome comes back on a list of this run alone. While a
worker has a unit it renews a key; where that key is gone, the worker is, and the unit goes out once
more. What comes back twice is taken once; a task that its run no longer waits for is left undone.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from platform import node
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from medicord_ocr.batch.child import Child, Ready
from medicord_ocr.batch.pool import MEMORY_LIMIT, Pool, worn
from medicord_ocr.batch.schedule import Schedule
from medicord_ocr.batch.units import Outcome, Problem, Unit
from medicord_ocr.celery_app import make_app
from medicord_ocr.errors import EngineError, MedicordError, MissingDependency
from medicord_ocr.options import Options

if TYPE_CHECKING:
    from celery import Celery
    from pydantic import TypeAdapter
    from redis import Redis

log = logging.getLogger(__name__)

TASK = "medicord_ocr.read_unit"
QUEUE = "medicord-ocr-batch"
_KEYS = "medicord-ocr:batch:"
#: Seconds between two signs of life of a unit, and after which there must have been one.
BEAT, DEAD = 3, 12
#: Seconds that outcomes nobody fetched, and the tasks of a run that was killed, are kept.
_KEPT = 3600
#: Seconds after which a unit that no worker has, and that waits in no queue, is sent again.
MISLAID = 60.0
#: Seconds between two complaints that no worker answers.
_COMPLAIN = 60.0
#: Units under way where the user says nothing: enough for so many processes of workers.
UNDER_WAY = 16


@dataclass(frozen=True, slots=True)
class _Sent:
    """A unit that is under way."""

    unit: Unit
    at: float
    again: bool
    begun: bool = False


@cache
def _units() -> TypeAdapter[Unit]:
    from pydantic import TypeAdapter

    return TypeAdapter(Unit)


@cache
def _outcomes() -> TypeAdapter[Outcome]:
    from pydantic import TypeAdapter

    return TypeAdapter(Outcome)


def redis_client(url: str) -> Redis:
    """A client of Redis that notices when it is gone."""
    from redis import Redis

    return Redis.from_url(url, socket_keepalive=True, health_check_interval=30)


# ---------------------------------------------------------------- the side that sends


class Remote:
    """Takes the place of a pool: pages are read elsewhere; documents and PDFs are made here.

    Args:
        local: makes documents and PDFs, and knows the versions that workers must have.
        url: of Redis.
        jobs: units under way at a time.
        seconds: that a page may take.

    Attributes:
        jobs: as given.
        working: the units that a worker has.
    """

    def __init__(self, local: Pool, url: str, jobs: int, seconds: float) -> None:
        self.local = local
        self._app = make_app(url)
        self._redis = redis_client(url)
        self._seconds = seconds
        self._reply = f"{_KEYS}{uuid4().hex}"
        self._sent: dict[str, _Sent] = {}
        self._looked = self._heard = time.monotonic()
        self._fingerprint = ""
        self.jobs = jobs

    @property
    def working(self) -> dict[str, Unit]:
        """The units that a worker has, by the number under which they were sent."""
        return {key: sent.unit for key, sent in self._sent.items() if sent.begun}

    def start(self) -> Ready:
        """Load the readers here, and find Redis.

        Raises:
            MedicordError: readers are missing, or Redis does not answer.
        """
        with told():
            self._redis.ping()
        ready = self.local.start()
        self._fingerprint = ready.fingerprint
        return ready

    def outcomes(self, schedule: Schedule) -> Iterator[Outcome | None]:
        """What becomes of the units, as ``Pool.outcomes``.

        Raises:
            MedicordError: Redis went away, or a worker has other versions.
        """
        while not schedule.done or self._sent:
            while len(self._sent) < self.jobs and (unit := schedule.next(0)) is not None:
                if unit.local:
                    yield self.local.do(unit)
                else:
                    self._send(unit)
            if schedule.done:
                self._withdraw()
            with told():
                found = self._redis.brpop([self._reply], timeout=1)
            yield self._received(found[1]) if found else None
            yield from self._missed()

    def kill(self) -> None:
        """Wait for nothing more; what no worker has begun is not begun."""
        from redis.exceptions import RedisError

        self._sent.clear()
        with suppress(RedisError):
            self._redis.delete(_wanted(self._reply), self._reply)
        self.local.kill()

    def _send(self, unit: Unit, *, again: bool = False) -> None:
        key = uuid4().hex
        text = _units().dump_json(_portable(unit)).decode()
        arguments = [text, key, self._reply, self._seconds, self._fingerprint]
        with told():
            self._redis.sadd(_wanted(self._reply), key)
            self._redis.expire(_wanted(self._reply), _KEPT)
            self._app.send_task(TASK, arguments, task_id=key, queue=QUEUE)
        self._sent[key] = _Sent(unit, time.monotonic(), again)

    def _received(self, data: bytes | str) -> Outcome | None:
        """An outcome; None for one that came before, or a notice that a unit is begun."""
        self._heard = time.monotonic()
        text = data if isinstance(data, str) else data.decode()
        name, _, rest = text.partition(" ")
        if name not in self._sent:
            return None
        if not rest:
            self._sent[name] = replace(self._sent[name], begun=True, at=self._heard)
            return None
        outcome = _outcomes().validate_json(rest)
        unit = self._taken(name).unit
        problem = outcome.problem
        if problem is not None and problem.code == _OTHER_VERSION:
            raise problem.error(unit.job.name)
        # Only the number that it was sent with is trusted.
        return replace(outcome, number=unit.job.number, kind=unit.kind)

    def _missed(self) -> Iterator[Outcome]:
        """Send units again whose worker is gone; of those that were, the outcome of a crash."""
        now = time.monotonic()
        if now - self._looked < BEAT:
            return
        self._looked = now
        with told():
            self._redis.expire(_wanted(self._reply), _KEPT)
            waiting = self._redis.llen(QUEUE)
            gone = [key for key, sent in self._sent.items() if self._is_gone(key, sent, waiting)]
        for key in gone:
            sent = self._taken(key)
            if sent.again:
                error = EngineError(
                    "two workers that read it were lost",
                    hint="It may take too much memory; read it on its own",
                    code="engine.crashed",
                )
                page = sent.unit.page or None
                problem = Problem.of(error, page)
                job = sent.unit.job
                yield Outcome(job.number, sent.unit.kind, sent.unit.page, problem, lost=True)
            else:
                log.warning("a worker was lost; %s goes to another", sent.unit.job.name)
                self._send(sent.unit, again=True)
        if waiting and now - self._heard > _COMPLAIN:
            self._heard = now
            log.warning("no worker answers; start one with: medicord-ocr worker --broker URL")

    def _withdraw(self) -> None:
        """Wait no more for what no worker has begun: the run is to stop."""
        for key in [key for key, sent in self._sent.items() if not sent.begun]:
            self._taken(key)

    def _taken(self, key: str) -> _Sent:
        """What was sent under that key, which is wanted no more."""
        with told():
            self._redis.srem(_wanted(self._reply), key)
        return self._sent.pop(key)

    def _is_gone(self, key: str, sent: _Sent, waiting: Any) -> bool:
        age = time.monotonic() - sent.at
        if sent.begun:
            return age > DEAD and not self._redis.exists(f"{_KEYS}{key}")
        return age > MISLAID and waiting == 0


def _wanted(reply: str) -> str:
    """The set of the keys that a run waits for."""
    return f"{reply}:wanted"


def _portable(unit: Unit) -> Unit:
    """A unit as another machine can do it."""
    job = unit.job
    options = portable(job.options)
    return replace(unit, job=replace(job, path=job.path.absolute(), options=options))


def portable(options: Options) -> Options:
    """Options as another machine takes them: it has its own key of a language model."""
    if options.correction is None:
        return options
    return replace(options, correction=replace(options.correction, key=None))


@contextmanager
def told() -> Iterator[None]:
    """Let what Redis says be one of our errors."""
    from kombu.exceptions import OperationalError
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OperationalError) as error:
        raise EngineError(
            f"the queue cannot be reached ({type(error).__name__})",
            hint="Is Redis running, and its address right? A batch that is started again goes on",
            code="engine.queue",
        ) from error


# ---------------------------------------------------------------- the side that works

_OTHER_VERSION = "dependency.other_version"


def work(
    url: str,
    jobs: int,
    defaults: Options,
    register: Callable[[Celery], str] | None = None,
) -> signal.Signals | None:
    """Do units of any run until told to stop; what is begun is finished first.

    Args:
        url: of Redis.
        jobs: units at a time.
        defaults: of this machine: where its programs and language data are.
        register: lets the application do other things too, and tells the queue they come from.

    Returns:
        The signal that told it to stop.

    Raises:
        MissingDependency: Celery is not installed.
        EngineError: Redis does not answer.
    """
    app = make_app(url)
    from celery.signals import worker_shutting_down

    came: list[signal.Signals] = []

    def stopping(sig: str, **_: object) -> None:
        came.append(signal.Signals[sig])

    worker_shutting_down.connect(stopping)
    with told():
        redis_client(url).ping()
    _register(app, defaults)
    worker = app.Worker(
        concurrency=jobs,
        queues=[QUEUE, *([register(app)] if register else ())],
        hostname=f"medicord-ocr-{uuid4().hex[:8]}@{node()}",
        loglevel=log.getEffectiveLevel(),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return came[0] if came else None


def _register(app: Celery, defaults: Options) -> None:
    """Let a worker of this application do units.

    Args:
        app: the application.
        defaults: of this machine: where its programs and language data are.
    """
    local = threading.local()
    redis = redis_client(app.conf.broker_url)

    @app.task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
    def read_unit(text: str, key: str, reply: str, seconds: float, fingerprint: str) -> None:
        unit = _units().validate_json(text)
        unit = replace(unit, job=replace(unit.job, options=here(unit.job.options, defaults)))
        # What writes a file is never asked for: a queue could name any.
        if unit.local or not redis.sismember(_wanted(reply), key):
            return
        redis.lpush(reply, key)
        redis.expire(reply, _KEPT)
        with alive(redis, f"{_KEYS}{key}"):
            outcome = _do(local, unit, seconds, fingerprint)
            redis.lpush(reply, key.encode() + b" " + _outcomes().dump_json(outcome))
            redis.expire(reply, _KEPT)


def here(options: Options, defaults: Options) -> Options:
    """Options that came with this machine's programs and servers: a queue names none."""
    return replace(
        options,
        tesseract_cmd=defaults.tesseract_cmd,
        tessdata=defaults.tessdata,
        correction=defaults.correction if options.correction is not None else None,
    )


def _do(local: Any, unit: Unit, seconds: float, fingerprint: str) -> Outcome:
    """Have a unit done by the process of this thread."""
    try:
        child = own_child(local, unit.job.options)
        if child.wait_ready().fingerprint != fingerprint:
            raise MissingDependency(
                "a worker has other versions of the program, its engines or models",
                hint="Install the same on every machine; medicord-ocr doctor shows them",
                code=_OTHER_VERSION,
            )
        outcome, _ = child.do(unit, seconds)
    except MedicordError as error:
        problem = Problem.of(error, unit.page or None)
        return Outcome(unit.job.number, unit.kind, unit.page, problem)
    return outcome


def own_child(local: Any, options: Options, *, mute: bool = False) -> Child:
    """The process of this thread, a fresh one where it is gone, worn or has other options.

    Args:
        local: of the thread; keeps the process.
        options: whose readers it loads.
        mute: whether what libraries print in it is dropped.
    """
    child: Child | None = getattr(local, "child", None)
    if child is not None:
        if child.alive and local.options == options and not worn(child, child.memory()):
            return child
        child.end()
    local.child, local.options = Child(options, MEMORY_LIMIT, mute=mute), options
    made: Child = local.child
    return made


@contextmanager
def alive(redis: Redis, key: str) -> Iterator[None]:
    """Renew a key until the block ends."""
    from redis.exceptions import RedisError

    over = threading.Event()

    def beat() -> None:
        while not over.is_set():
            with suppress(RedisError):  # one that is missed is made up for by the next
                redis.set(key, b"", ex=DEAD)
            over.wait(BEAT)
        with suppress(RedisError):
            redis.delete(key)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()

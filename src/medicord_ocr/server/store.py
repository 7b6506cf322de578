"""How queued documents stand, in Redis: what the service and its workers both see.

A document has a number of its attempt. Who works on it renews a key; where that key is gone the
worker is, and the document goes out once more under the next number. What an earlier attempt still
says is not heard.
"""

from __future__ import annotations

import time
import zlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, get_args

import orjson

from medicord_ocr.batch.remote import alive, redis_client
from medicord_ocr.server.tasks import State, Task

_KEYS = "medicord-ocr:document:"
_OPEN = "medicord-ocr:documents"
#: Seconds that a document may be unfinished: nothing stays for ever, whatever goes wrong.
_UNFINISHED = 7 * 24 * 3600

#: Takes a document for one attempt: its order, or nothing where it is not to be done (again).
_CLAIM = """
if redis.call('hget', KEYS[1], 'attempt') ~= ARGV[1] then return nil end
if redis.call('hexists', KEYS[1], 'order') == 0 then return nil end
if redis.call('hsetnx', KEYS[1], 'begun' .. ARGV[1], ARGV[2]) == 0 then return nil end
redis.call('hset', KEYS[1], 'status', 'processing', 'done', 0, 'seen', ARGV[2])
return redis.call('hget', KEYS[1], 'order')
"""
#: Notes pages that were read, unless another attempt is the one that counts.
_PROGRESS = """
if redis.call('hget', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'done', ARGV[2])
return 1
"""
#: Lets one of several services tell of a document's end.
_TELL = """
if redis.call('exists', KEYS[1]) == 0 then return 0 end
return redis.call('hsetnx', KEYS[1], 'told', 1)
"""
#: Ends a document, unless another attempt is the one that counts.
_FINISH = """
if redis.call('hget', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
if redis.call('hdel', KEYS[1], 'order') == 0 then return 0 end
redis.call('hset', KEYS[1], 'status', ARGV[2], ARGV[3], ARGV[4])
redis.call('expire', KEYS[1], ARGV[5])
redis.call('srem', KEYS[2], ARGV[6])
return 1
"""
#: Begins the next attempt, once.
_AGAIN = """
if redis.call('hget', KEYS[1], 'attempt') ~= ARGV[1] then return 0 end
redis.call('hset', KEYS[1], 'attempt', ARGV[1] + 1, 'status', 'pending', 'seen', ARGV[2])
return 1
"""


@dataclass(frozen=True, slots=True)
class Open:
    """A document that is not finished.

    Attributes:
        attempt: counted from 1.
        begun: whether a worker took it in this attempt.
        seen: when it last went out or was taken, in seconds since 1970.
        alive: whether its worker lives.
    """

    attempt: int
    begun: bool
    seen: float
    alive: bool


class Store:
    """Documents in Redis; calls wait for it, and raise ``RedisError`` where it does not answer.

    Args:
        url: of Redis.
        expire: seconds that a finished document is kept.
    """

    def __init__(self, url: str, expire: int) -> None:
        self._redis = redis_client(url)
        self._expire = expire
        self._claim = self._redis.register_script(_CLAIM)
        self._progress = self._redis.register_script(_PROGRESS)
        self._tell = self._redis.register_script(_TELL)
        self._finish = self._redis.register_script(_FINISH)
        self._again = self._redis.register_script(_AGAIN)

    def ping(self) -> None:
        """See whether Redis answers."""
        self._redis.ping()

    def add(self, task_id: str, owner: str, total: int, order: dict[str, Any]) -> None:
        """Note a document, in its first attempt."""
        noted: dict[str | bytes, str | bytes | float] = {
            "owner": owner,
            "total": total,
            "done": 0,
            "status": "pending",
            "attempt": 1,
            "seen": time.time(),
            "order": orjson.dumps(order),
        }
        with self._redis.pipeline() as pipe:
            pipe.hset(_KEYS + task_id, mapping=noted)  # type: ignore[arg-type]
            pipe.expire(_KEYS + task_id, _UNFINISHED)
            pipe.sadd(_OPEN, task_id)
            pipe.execute()

    def drop(self, task_id: str) -> None:
        """Forget a document."""
        self._redis.delete(_KEYS + task_id)
        self._redis.srem(_OPEN, task_id)

    def get(self, task_id: str) -> Task | None:
        """How it stands; None where it is not known, or expired."""
        found: dict[bytes, bytes] = self._redis.hgetall(_KEYS + task_id)  # type: ignore[assignment]
        if b"owner" not in found:
            return None
        result, error = found.get(b"result"), found.get(b"error")
        return Task(
            found[b"owner"].decode(),
            int(found[b"total"]),
            _state(found[b"status"].decode()),
            int(found[b"done"]),
            zlib.decompress(result) if result else None,
            orjson.loads(error) if error else None,
        )

    def status(self, task_id: str) -> State | None:
        """Its status alone, without the result; None where it is not known, or expired."""
        found = self._redis.hget(_KEYS + task_id, "status")
        return _state(found.decode()) if isinstance(found, bytes) else None

    def unfinished(self) -> set[str]:
        """The documents that are not finished."""
        return {name.decode() for name in self._redis.smembers(_OPEN)}  # type: ignore[union-attr]

    def count(self) -> int:
        """How many are not finished."""
        return int(self._redis.scard(_OPEN))

    def look(self, task_id: str) -> Open | None:
        """How an unfinished document is worked on; None where it has expired or is finished."""
        key = _KEYS + task_id
        found: dict[bytes, bytes] = self._redis.hgetall(key)  # type: ignore[assignment]
        if b"order" not in found:
            self._redis.srem(_OPEN, task_id)
            return None
        attempt = int(found[b"attempt"])
        begun = b"begun%d" % attempt in found
        living = bool(self._redis.exists(_alive_key(task_id)))
        return Open(attempt, begun, float(found[b"seen"]), living)

    def claim(self, task_id: str, attempt: int) -> dict[str, Any] | None:
        """Take a document to work on it; None where it is not to be done, or is another's."""
        order = self._claim([_KEYS + task_id], [attempt, time.time()])
        return orjson.loads(order) if order else None

    def progress(self, task_id: str, attempt: int, done: int) -> None:
        """Note that so many pages are read, if this attempt still counts."""
        self._progress([_KEYS + task_id], [attempt, done])

    def tell(self, task_id: str) -> bool:
        """Whether it is ours to tell how a document ended: one of the services is to, once."""
        return bool(self._tell([_KEYS + task_id]))

    def alive(self, task_id: str) -> AbstractContextManager[None]:
        """Show, until the block ends, that it is worked on."""
        return alive(self._redis, _alive_key(task_id))

    def complete(self, task_id: str, attempt: int, document: bytes) -> bool:
        """Note the outcome; tells whether this attempt still counted."""
        return self._end(task_id, attempt, "completed", "result", zlib.compress(document, 1))

    def fail(self, task_id: str, attempt: int, error: dict[str, Any]) -> bool:
        """Note why it failed; tells whether this attempt still counted."""
        return self._end(task_id, attempt, "failed", "error", orjson.dumps(error))

    def _end(self, task_id: str, attempt: int, status: str, name: str, value: bytes) -> bool:
        arguments: list[Any] = [attempt, status, name, value, self._expire, task_id]
        return bool(self._finish([_KEYS + task_id, _OPEN], arguments))

    def again(self, task_id: str, attempt: int) -> bool:
        """Begin the attempt after this one; tells whether it is ours to send out."""
        return bool(self._again([_KEYS + task_id], [attempt, time.time()]))

    def waiting(self, queue: str) -> int:
        """Messages that no worker has taken."""
        return int(self._redis.llen(queue))


def _alive_key(task_id: str) -> str:
    return f"{_KEYS}{task_id}:alive"


def _state(text: str) -> State:
    assert text in get_args(State)
    return text  # type: ignore[return-value]

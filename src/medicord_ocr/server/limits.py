"""Sliding-window rate limits, in this process or in Redis for several."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from medicord_ocr.server.problems import TooMany

WINDOW = 60.0
#: The headers that say where a caller stands.
STANDING = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
#: Most windows kept; the one that was used longest ago goes first.
_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands.

    Attributes:
        limit: requests in a window.
        remaining: that are left of them.
        reset: seconds until there is more room.
        allowed: whether this one may go on.
    """

    limit: int
    remaining: int
    reset: float
    allowed: bool

    def headers(self) -> dict[str, str]:
        """``RateLimit-*`` (the IETF draft's three fields), and ``Retry-After`` when over."""
        seconds = str(max(1, math.ceil(self.reset)))
        found = dict(zip(STANDING, (str(self.limit), str(self.remaining), seconds), strict=True))
        return found if self.allowed else found | {"Retry-After": seconds}


class Limiter(Protocol):
    """Counts what a key did within the last minute."""

    async def hit(self, key: str, limit: int) -> Standing:
        """Count one, unless the limit is reached."""

    async def close(self) -> None:
        """Let go of its connections."""


class MemoryLimiter:
    """Windows of this process: a log of the last minute for each key, exact.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    async def hit(self, key: str, limit: int) -> Standing:
        """Count one, unless the limit is reached."""
        times = self._recent(key)
        allowed = len(times) < limit
        if allowed:
            times.append(self._clock())
        return self._standing(times, limit, allowed)

    async def close(self) -> None:
        """It has none."""

    def _recent(self, key: str) -> deque[float]:
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        if len(self._seen) > _KEYS:
            self._seen.popitem(last=False)
        start = self._clock() - WINDOW
        while times and times[0] <= start:
            times.popleft()
        return times

    def _standing(self, times: deque[float], limit: int, allowed: bool) -> Standing:
        reset = times[0] + WINDOW - self._clock() if times else 0.0
        return Standing(limit, max(0, limit - len(times)), reset, allowed)


#: Takes the window's times off, adds one where there is room; gives how many, the oldest, and
#: whether it was let in. Times are Redis's own, so that machines need not agree.
_HIT = """
local t = redis.call('time')
local now = t[1] * 1000000 + t[2]
redis.call('zremrangebyscore', KEYS[1], '-inf', now - ARGV[2])
local count = redis.call('zcard', KEYS[1])
local allowed = 0
if count < tonumber(ARGV[1]) then
    allowed = 1
    redis.call('zadd', KEYS[1], now, ARGV[3])
    redis.call('pexpire', KEYS[1], ARGV[2] / 1000)
    count = count + 1
end
local oldest = redis.call('zrange', KEYS[1], 0, 0, 'withscores')[2]
return {count, allowed, oldest and math.floor((oldest + ARGV[2] - now) / 1000) or 0}
"""


class RedisLimiter:
    """The same windows for every process that has this Redis.

    Where it does not answer, the windows of this process count until it does again.

    Args:
        url: of Redis.
    """

    def __init__(self, url: str) -> None:
        from redis.asyncio import Redis

        self._redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._script = self._redis.register_script(_HIT)
        self._here = MemoryLimiter()

    async def hit(self, key: str, limit: int) -> Standing:
        """Count one, unless the limit is reached."""
        from redis.exceptions import RedisError

        # Addresses and clients are nobody's business there.
        name = f"medicord-ocr:limit:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        arguments: list[Any] = [limit, int(WINDOW * 1e6), secrets.token_hex(8)]
        try:
            seen, allowed, wait = await self._script([name], arguments)
        except RedisError:
            return await self._here.hit(key, limit)
        return Standing(limit, max(0, limit - seen), wait / 1000, bool(allowed))

    async def close(self) -> None:
        """Let go of its connections."""
        await self._redis.aclose()


def too_many(standing: Standing) -> TooMany:
    """The refusal of a caller that is over its limit."""
    return TooMany(
        f"more than {standing.limit} requests within a minute",
        hint="Wait for the seconds that Retry-After says",
        headers=standing.headers(),
    )


def caller_address(host: str | None) -> str:
    """The address to count by: that of an IPv4 host, the /64 network of an IPv6 one."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)

"""Sliding-window rate limits, in this process."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from medicord_ocr.server.problems import TooMany

WINDOW = 60.0
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
        found = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": seconds,
        }
        return found if self.allowed else found | {"Retry-After": seconds}


class Limiter(Protocol):
    """Counts what a key did within the last minute."""

    async def hit(self, key: str, limit: int) -> Standing:
        """Count one, unless the limit is reached."""

    async def look(self, key: str, limit: int) -> Standing:
        """Where it stands, without counting."""


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

    async def look(self, key: str, limit: int) -> Standing:
        """Where it stands, without counting."""
        times = self._recent(key)
        return self._standing(times, limit, len(times) < limit)

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

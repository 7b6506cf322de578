"""The service under a crowd: ``python -m benchmarks.load [--clients N] [--seconds N] [--disturb]``.

Starts ``medicord-ocr serve`` on this machine, lets clients send mixed documents one after another,
and looks meanwhile at ``/health`` and at the memory of its processes. Every answer is compared with
what the same service says of the document when it is alone. Exit code 1 where something is wrong.

With ``--disturb`` a worker behind a Redis reads what is queued, and meanwhile the worker is killed,
then the service, then Redis, each started anew: requests may go unanswered, but every document that
was queued has to end, once: completed, or failed with a code that says why.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil
import pypdfium2 as pdfium

SAMPLES = Path(__file__).parents[1] / "samples"
_API = "/api/v1"
#: By design under load: full, or not read in time.
_DESIGNED = frozenset({503, 504})
#: Codes of a queued document whose workers, or whose queue, were lost.
_LOST = frozenset({"engine.crashed", "engine.queue"})
#: Times that a document may be begun, and seconds that a client waits for it.
_ATTEMPTS, _PATIENCE = 2, 600.0


@dataclass
class Seen:
    """What happened.

    Attributes:
        statuses: answers by status.
        wrong: what was answered otherwise than alone, or not as designed.
        seconds: of each document that was read at once.
        health: seconds of each answer of ``/health``.
        memory: bytes of the service's processes together, once a second.
        queued: documents that were queued, and how they ended.
        unanswered: requests that had no answer.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    queued: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0


class Site:
    """The real commands on this machine, each of which can be killed and started anew.

    Args:
        folder: where they write.
        secret: of the client.
        broker: whether a worker behind a Redis reads what is queued.
    """

    def __init__(self, folder: Path, secret: str, broker: bool) -> None:
        self._folder = folder
        ports = free_ports(2)
        self.address, self._ports = f"http://127.0.0.1:{ports[0]}", ports
        given = {"CLIENT_SECRET": secret, "JWT_SECRET_KEY": secrets.token_hex(32)}
        given |= {"RATE_LIMIT_PER_MINUTE": "100000", "TMPDIR": str(folder), "LOG_LEVEL": "INFO"}
        if broker:
            given["CELERY_BROKER_URL"] = f"redis://127.0.0.1:{ports[1]}/0"
            given["UPLOAD_DIR"] = str(folder / "uploads")
        self._variables = os.environ | given
        self._commands = {
            "redis": ["redis-server", "--port", str(ports[1]), "--save", "", "--dir", str(folder)],
            "serve": [sys.executable, "-m", "medicord_ocr", "serve", "--port", str(ports[0])],
            "worker": [sys.executable, "-m", "medicord_ocr", "worker", "--jobs", "1"],
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        for name in self._commands if broker else ["serve"]:
            self.start(name)

    def start(self, name: str) -> None:
        """Start one of them, without waiting for it (but for Redis)."""
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._commands[name],
                env=self._variables,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while name == "redis" and not listens(self._ports[1]):
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """Kill one of them, with no time to say anything, but not what it started."""
        self._running[name].kill()
        self._running[name].wait()

    def check(self) -> None:
        """End with what it said where the service has ended."""
        if self._running["serve"].poll() is not None:
            raise SystemExit(self.log("serve"))

    def log(self, name: str) -> str:
        """All that one of them has said."""
        return (self._folder / f"{name}.log").read_text()

    def memory(self) -> float:
        """Bytes of the service's processes, shared ones counted once."""
        parent = psutil.Process(self._running["serve"].pid)
        tree = [parent, *parent.children(recursive=True)]
        return float(sum(one.memory_full_info().pss for one in tree))

    def close(self) -> None:
        """End them all."""
        for name in reversed(self._running):
            self._running[name].terminate()
            self._running[name].wait(60)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in taken]


def listens(port: int) -> bool:
    """Whether somebody listens on it."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def documents(folder: Path) -> list[tuple[str, bytes]]:
    """Names and contents: three that are read at once, and one of twelve pages that is queued."""
    names = ("lab_digital.pdf", "prescription_grid.jpg", "lab_khmer_english.png")
    found = [(name, (SAMPLES / name).read_bytes()) for name in names]
    long = folder / "twelve.pdf"
    with pdfium.PdfDocument(SAMPLES / "lab_digital.pdf") as one, pdfium.PdfDocument.new() as many:
        many.import_pages(one, [0] * 12)
        many.save(long)
    return [*found, (long.name, long.read_bytes())]


def content(document: dict[str, Any]) -> Any:
    """What does not change from one reading to the next."""
    return document["raw_text"], document["categories"], document["header"]


async def read(client: httpx.AsyncClient, data: bytes, seen: Seen) -> Any:
    """One document sent and waited for; its content, or None where it was refused by design."""
    start = time.perf_counter()
    try:
        answer = await client.post(f"{_API}/ocr/extract", files={"file": data})
    except httpx.TransportError:
        seen.unanswered += 1
        await asyncio.sleep(1)
        return None
    seen.statuses[answer.status_code] += 1
    if answer.status_code in _DESIGNED:
        await asyncio.sleep(min(5, int(answer.headers.get("retry-after", "1"))))
        return None
    if answer.status_code == 200:
        seen.seconds.append(time.perf_counter() - start)
        return content(answer.json())
    if answer.status_code != 202:
        seen.wrong.append(f"status {answer.status_code}: {answer.text[:200]}")
        return None
    seen.queued["sent"] += 1
    ended = await followed(client, answer.headers["location"], seen)
    if ended is None:
        return None
    seen.queued[ended["status"]] += 1
    if ended["status"] == "completed":
        return content(ended["result"])
    if ended["error"]["code"] in _LOST:
        seen.queued[ended["error"]["code"]] += 1
    else:
        seen.wrong.append(f"a queued document failed: {ended['error']}")
    return None


async def followed(client: httpx.AsyncClient, place: str, seen: Seen) -> Any:
    """How a queued document ended; None where it is not known any more, or not in time."""
    end = time.monotonic() + _PATIENCE
    begun, done = 1, 0
    while time.monotonic() < end:
        await asyncio.sleep(1)
        try:
            answer = await client.get(place)
        except httpx.TransportError:
            seen.unanswered += 1
            continue
        if answer.status_code == 503:
            continue
        if answer.status_code != 200:
            seen.wrong.append(f"status {answer.status_code} of a queued document")
            return None
        task = answer.json()
        begun += task["progress"]["done"] < done
        done = task["progress"]["done"]
        if task["status"] in ("completed", "failed"):
            if begun > _ATTEMPTS:
                seen.wrong.append(f"a document was begun {begun} times")
            return task
    seen.wrong.append(f"a queued document was not finished in {_PATIENCE:.0f} s")
    return None


async def crowd(site: Site, given: argparse.Namespace) -> Seen:
    """All clients until the time is over, and those who watch."""
    seen, alone = Seen(), Seen()
    async with httpx.AsyncClient(
        base_url=site.address, timeout=120, limits=httpx.Limits(max_connections=None)
    ) as client:
        await ready(client, site)
        credentials = {"client_id": "medicord-flutter-app", "client_secret": given.secret}
        token = (await client.post(f"{_API}/auth/token", json=credentials)).json()
        client.headers["Authorization"] = f"Bearer {token['access_token']}"
        known = [(name, data, await read(client, data, alone)) for name, data in given.documents]
        end = time.monotonic() + given.seconds

        async def one(number: int) -> None:
            while time.monotonic() < end:
                # One in twelve is the long one.
                name, data, expected = known[3 if number % 12 == 11 else number % 3]
                got = await read(client, data, seen)
                if got is not None and got != expected:
                    seen.wrong.append(f"{name} was read otherwise than alone")
                number += 1

        clients = [asyncio.create_task(one(number)) for number in range(given.clients)]
        watchers = [
            asyncio.create_task(health(site.address, seen, given.disturb)),
            asyncio.create_task(memory(site, seen)),
        ]
        if given.disturb:
            await disturb(client, site, given.seconds / 4)
        await asyncio.gather(*clients)
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
    return seen


async def ready(client: httpx.AsyncClient, site: Site) -> None:
    """Wait until the service can read."""
    while True:
        site.check()
        with suppress(httpx.TransportError):
            if (await client.get("/ready")).status_code == 200:
                return
        await asyncio.sleep(0.2)


async def disturb(client: httpx.AsyncClient, site: Site, pause: float) -> None:
    """Kill each of them in turn, and start it anew."""
    for name in ("worker", "serve", "redis"):
        await asyncio.sleep(pause)
        await asyncio.to_thread(site.kill, name)
        await asyncio.sleep(1)
        await asyncio.to_thread(site.start, name)
        await ready(client, site)


async def health(address: str, seen: Seen, disturbed: bool) -> None:
    """Ask whether it lives, ten times a second, on a connection of its own."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        while True:
            start = time.perf_counter()
            try:
                answer = await client.get("/health")
                seen.health.append(time.perf_counter() - start)
                if answer.status_code != 200:
                    seen.wrong.append(f"/health: {answer.status_code}")
            except httpx.TransportError:
                if not disturbed:
                    seen.wrong.append("/health: no answer")
            await asyncio.sleep(0.1)


async def memory(site: Site, seen: Seen) -> None:
    """Look at its memory once a second."""
    while True:
        with suppress(psutil.Error):
            seen.memory.append(await asyncio.to_thread(site.memory))
        await asyncio.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--disturb", action="store_true")
    given = parser.parse_args()
    given.secret = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder:
        given.documents = documents(Path(folder))
        site = Site(Path(folder), given.secret, given.disturb)
        try:
            seen = asyncio.run(crowd(site, given))
        finally:
            site.close()
        left = list((Path(folder) / "uploads").glob("*"))
    if seen.unanswered and not given.disturb:
        seen.wrong.append(f"{seen.unanswered} requests had no answer")
    if left:
        seen.wrong.append(f"{len(left)} files are left in the folder for uploads")
    return report(seen)


def report(seen: Seen) -> int:
    """Print the figures; 1 where one is not as it should be."""
    p99 = statistics.quantiles(seen.health, n=100)[98]
    quarter = max(1, len(seen.memory) // 4)
    first = statistics.median(seen.memory[:quarter])
    last = statistics.median(seen.memory[-quarter:])
    print(f"answers by status: {dict(sorted(seen.statuses.items()))}")
    print(f"read at once: {len(seen.seconds)}, median {statistics.median(seen.seconds):.1f} s")
    print(f"unanswered: {seen.unanswered}; queued: {dict(seen.queued)}")
    print(f"/health: {len(seen.health)} times, 99 % within {1000 * p99:.0f} ms")
    print(f"memory: {first / 1e6:.0f} MB, then {last / 1e6:.0f}")
    for text in seen.wrong[:20]:
        print(f"wrong: {text}")
    return int(bool(seen.wrong) or p99 > 0.1 or last > 1.1 * first)


if __name__ == "__main__":
    raise SystemExit(main())

"""The service under a crowd: ``python -m benchmarks.load [--clients N] [--seconds N]``.

Starts ``medicord-ocr serve`` on this machine, lets clients send mixed documents one after another,
and looks meanwhile at ``/health`` and at the memory of its processes. Every answer is compared with
what the same service says of the document when it is alone. Exit code 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
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


@dataclass
class Seen:
    """What happened.

    Attributes:
        statuses: answers by status.
        wrong: what was answered otherwise than alone, or not as designed.
        seconds: of each document that was read at once.
        health: seconds of each answer of ``/health``.
        memory: bytes of the service's processes together, once a second.
        queued: documents that were queued, and done.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    queued: Counter[str] = field(default_factory=Counter)


@contextmanager
def service(folder: Path, secret: str) -> Iterator[tuple[str, psutil.Process]]:
    """The real command, and where it listens."""
    given = {"CLIENT_SECRET": secret, "JWT_SECRET_KEY": secrets.token_hex(32)}
    given |= {"RATE_LIMIT_PER_MINUTE": "100000", "TMPDIR": str(folder), "LOG_LEVEL": "WARNING"}
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "medicord_ocr", "serve", "--port", "0"],
            env=os.environ | given,
            cwd=folder,
            stderr=errors,
        )
    try:
        while not (found := re.search(r"(http://\S+:\d+) ", log.read_text())):
            if process.poll() is not None:
                raise SystemExit(log.read_text())
            time.sleep(0.05)
        yield found[1], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


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
    answer = await client.post(f"{_API}/ocr/extract", files={"file": data})
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
    place, done = answer.headers["location"], 0
    while True:
        await asyncio.sleep(1)
        task = (await client.get(place)).json()
        if task["progress"]["done"] < done:
            seen.wrong.append("progress went back")
        done = task["progress"]["done"]
        if task["status"] == "completed":
            seen.queued["done"] += 1
            return content(task["result"])
        if task["status"] == "failed":
            seen.wrong.append(f"a queued document failed: {task['error']}")
            return None


async def crowd(address: str, process: psutil.Process, given: argparse.Namespace) -> Seen:
    """All clients until the time is over, and those who watch."""
    seen, alone = Seen(), Seen()
    async with httpx.AsyncClient(
        base_url=address, timeout=120, limits=httpx.Limits(max_connections=None)
    ) as client:
        while (await client.get("/ready")).status_code != 200:
            await asyncio.sleep(0.2)
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
            asyncio.create_task(health(address, seen)),
            asyncio.create_task(memory(process, seen)),
        ]
        await asyncio.gather(*clients)
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
    return seen


async def health(address: str, seen: Seen) -> None:
    """Ask whether it lives, ten times a second, on a connection of its own."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        while True:
            start = time.perf_counter()
            answer = await client.get("/health")
            seen.health.append(time.perf_counter() - start)
            if answer.status_code != 200:
                seen.wrong.append(f"/health: {answer.status_code}")
            await asyncio.sleep(0.1)


async def memory(process: psutil.Process, seen: Seen) -> None:
    """Bytes of its processes, shared ones counted once."""
    while True:
        try:
            tree = [process, *process.children(recursive=True)]
            seen.memory.append(sum(one.memory_full_info().pss for one in tree))
        except psutil.Error:
            pass
        await asyncio.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    given.secret = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory() as folder:
        given.documents = documents(Path(folder))
        with service(Path(folder), given.secret) as (address, process):
            seen = asyncio.run(crowd(address, process, given))
    return report(seen)


def report(seen: Seen) -> int:
    """Print the figures; 1 where one is not as it should be."""
    p99 = statistics.quantiles(seen.health, n=100)[98]
    quarter = max(1, len(seen.memory) // 4)
    first = statistics.median(seen.memory[:quarter])
    last = statistics.median(seen.memory[-quarter:])
    print(f"answers by status: {dict(sorted(seen.statuses.items()))}")
    print(f"read at once: {len(seen.seconds)}, median {statistics.median(seen.seconds):.1f} s")
    print(f"queued: {seen.queued['sent']}, done {seen.queued['done']}")
    print(f"/health: {len(seen.health)} times, 99 % within {1000 * p99:.0f} ms")
    print(f"memory: {first / 1e6:.0f} MB, then {last / 1e6:.0f}")
    for text in seen.wrong[:20]:
        print(f"wrong: {text}")
    return int(bool(seen.wrong) or p99 > 0.1 or last > 1.1 * first)


if __name__ == "__main__":
    raise SystemExit(main())

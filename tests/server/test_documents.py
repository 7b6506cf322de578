"""Documents behind a real Redis, seen from the service; a worker is what the test does."""

from __future__ import annotations

import asyncio
import errno
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medicord_ocr.options import Options
from medicord_ocr.server import documents
from medicord_ocr.server.documents import CeleryQueue, Shared
from medicord_ocr.server.problems import Busy
from medicord_ocr.server.store import Store
from medicord_ocr.server.tasks import Order, Task
from medicord_ocr.server.uploads import SUFFIX, Upload
from tests.redis_server import RedisServer
from tests.server.service import document

FAILURE: dict[str, Any] = {"code": "engine.crashed", "detail": "lost", "page": None}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def store(redis: RedisServer) -> Store:
    return Store(redis.url, 60)


@pytest.fixture
def shared(tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Shared:
    """What a service shares, that looks often and is soon impatient."""
    for name, seconds in {"_LOOK": 0.05, "DEAD": 1.0, "_WAIT": 0.5}.items():
        monkeypatch.setattr(documents, name, seconds)
    folder = tmp_path / "uploads"
    folder.mkdir()
    return Shared(redis.url, redis.url, folder, 60, 10)


def ended(
    shared: Shared, work: Callable[[str], None], services: int = 1
) -> tuple[Task, list[bytes], list[Path]]:
    """How a document ends that is worked on so; what was counted of it, and what files stay."""
    counted: list[bytes] = []

    async def run() -> Task:
        queues = [CeleryQueue(shared, 10, counted.append) for _ in range(services)]
        for queue in queues:
            await queue.start()
        path = shared.folder.parent / f"sent{SUFFIX}"
        path.write_bytes(b"a document")
        order = Order(Upload(path), Options(), 3, False)
        task_id = await queues[0].put(order, "a client")
        await asyncio.to_thread(work, task_id)
        end = time.monotonic() + 20
        while True:
            found = await queues[0].get(task_id)
            if found is not None and found.status in ("completed", "failed"):
                break
            assert time.monotonic() < end, found
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)  # a few looks more
        for queue in queues:
            await queue.close()
        return found

    return asyncio.run(run()), counted, list(shared.folder.iterdir())


def test_a_document_is_taken_once_however_often_its_message_comes(store: Store) -> None:
    store.add("id", "a client", 3, {"pages": 3})
    assert store.claim("id", 1) == {"pages": 3}
    assert store.claim("id", 1) is None
    assert store.complete("id", 1, b"{}")
    assert not store.complete("id", 1, b"{}")
    assert store.claim("id", 1) is None


def test_a_document_that_failed_untaken_is_not_begun_afterwards(store: Store) -> None:
    store.add("id", "a client", 3, {"pages": 3})
    assert store.fail("id", 1, FAILURE)
    assert store.claim("id", 1) is None
    assert store.status("id") == "failed"


def test_an_attempt_that_counts_no_more_is_not_heard(store: Store) -> None:
    store.add("id", "a client", 3, {"pages": 3})
    store.claim("id", 1)
    store.progress("id", 1, 1)
    assert store.again("id", 1)
    store.progress("id", 1, 2)
    assert not store.complete("id", 1, b"{}")
    found = store.get("id")
    assert found is not None
    assert (found.status, found.done) == ("pending", 1)


def test_progress_on_a_document_that_redis_lost_leaves_nothing(
    store: Store, redis: RedisServer
) -> None:
    store.progress("id", 1, 2)
    assert not store.tell("id")
    assert list(redis.client.scan_iter()) == []


def test_a_document_that_a_worker_read_is_counted_once_by_all_services(
    shared: Shared, store: Store, capfd: pytest.CaptureFixture[str]
) -> None:
    def work(task_id: str) -> None:
        store.claim(task_id, 1)
        store.complete(task_id, 1, document(3))

    found, counted, _ = ended(shared, work, services=2)
    assert (found.status, found.result) == ("completed", document(3))
    assert counted == [document(3)]
    assert capfd.readouterr().out.count("task.finished") == 1


def test_a_document_whose_worker_was_lost_does_not_wait_for_another_for_ever(
    shared: Shared, store: Store
) -> None:
    def work(task_id: str) -> None:
        store.claim(task_id, 1)  # and is heard of no more

    found, counted, files = ended(shared, work)
    assert found.status == "failed"
    assert found.error is not None
    assert found.error["code"] == "engine.crashed"
    assert "no other took it" in found.error["detail"]
    assert (counted, files) == ([], [])


def test_the_file_of_a_document_that_redis_lost_is_removed(
    shared: Shared, redis: RedisServer
) -> None:
    def work(_: str) -> None:
        redis.client.flushall()

    found, _, files = ended(shared, work)
    assert found.error is not None
    assert (found.error["code"], files) == ("engine.queue", [])


def test_files_that_belong_to_nobody_are_removed(
    shared: Shared, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_STRAY", 0.0)
    (shared.folder / f"left{SUFFIX}").write_bytes(b"a document")

    def work(task_id: str) -> None:
        store.claim(task_id, 1)
        with store.alive(task_id):
            time.sleep(0.3)
            store.complete(task_id, 1, document(3))

    _, _, files = ended(shared, work)
    assert [path.stem for path in files if path.stem == "left"] == []


def test_a_document_that_the_shared_folder_has_no_room_for_is_to_come_again(
    shared: Shared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, path: Path) -> None:
        path.write_bytes(b"a part of")
        raise OSError(errno.ENOSPC, "text of the document")

    monkeypatch.setattr(shutil, "move", full)
    queue = CeleryQueue(shared, 10, lambda _: None)
    with pytest.raises(Busy):
        asyncio.run(queue.put(Order(Upload(tmp_path / "sent"), Options(), 3, False), "a client"))
    assert list(shared.folder.iterdir()) == []
    assert asyncio.run(queue.depth()) == 0


def test_one_fault_does_not_end_the_looking(
    shared: Shared, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [OSError(28, "text of the document")]
    look = CeleryQueue._look

    async def faulty(queue: CeleryQueue) -> None:
        if faults:
            raise faults.pop()
        await look(queue)

    monkeypatch.setattr(CeleryQueue, "_look", faulty)
    found, _, _ = ended(shared, lambda task_id: store.claim(task_id, 1) and None)
    assert (found.status, faults) == ("failed", [])

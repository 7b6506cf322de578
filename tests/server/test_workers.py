"""Documents that real Celery workers read behind a real Redis, for the real service."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.command import COMMAND, environment
from tests.faults.pipeline_stand_in import SECRET as TEXT
from tests.faults.pipeline_stand_in import environment_of, picture
from tests.faults.test_cli_faults import alive, started_command, wait_for
from tests.redis_server import RedisServer
from tests.server.service import (
    EXTRACT,
    SAMPLES,
    STATUS,
    Served,
    check_log,
    finished,
    problem,
    served,
)

pytestmark = pytest.mark.faults

LATER = {"Prefer": "respond-async"}


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path, password="a-long-password")
    yield server
    server.stop()


@pytest.fixture
def shared(tmp_path: Path, redis: RedisServer) -> dict[str, str]:
    """The settings that the service and its workers share."""
    return {"CELERY_BROKER_URL": redis.url, "UPLOAD_DIR": str(tmp_path / "uploads")}


@contextmanager
def worker(tmp_path: Path, shared: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A worker whose pages say what becomes of them."""
    variables = environment_of(tmp_path, **shared)
    with started_command("worker", "--jobs", "1", cwd=tmp_path, env=variables) as process:
        yield process
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
        check_log(log.decode(), {*TEXT.split(), "a-long-password"})


def send(service: Served, tmp_path: Path, *pages: str) -> str:
    """Queue a document whose pages say this; gives its task."""
    file = tmp_path / "document.tif"
    picture(file, *pages)
    answer = service.client.post(EXTRACT, files={"file": file.read_bytes()}, headers=LATER)
    assert answer.status_code == 202, answer.text
    found: str = answer.json()["task_id"]
    return found


def status(service: Served, task_id: str) -> dict[str, Any]:
    found: dict[str, Any] = service.client.get(f"{STATUS}/{task_id}").json()
    return found


def uploads(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "uploads").iterdir())


def test_a_queued_document_is_read_by_a_worker(
    tmp_path: Path, shared: dict[str, str], redis: RedisServer
) -> None:
    started = tmp_path / "started"
    with served(tmp_path, **shared) as service, worker(tmp_path, shared):
        task_id = send(service, tmp_path, "one", f"wait {started} 2", "three")
        assert wait_for(started.exists, seconds=30)
        assert status(service, task_id) == {
            "task_id": task_id,
            "status": "processing",
            "progress": {"done": 1, "total": 3},
            "result": None,
            "error": None,
        }
        # The file is in the shared folder alone, for its user alone.
        (file,) = uploads(tmp_path)
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        known = b"".join(redis.client.dump(key) or b"" for key in redis.client.scan_iter())
        assert file.read_bytes()[:100] not in known

        done = finished(service.client, task_id)
        assert done["status"] == "completed"
        assert done["progress"] == {"done": 3, "total": 3}
        assert done["result"]["pages"] == 3
        assert done["result"]["raw_text"].startswith("one")
        assert wait_for(lambda: uploads(tmp_path) == [])

        failed = finished(service.client, send(service, tmp_path, "fine", "fault", "fine"))
        assert failed["status"] == "failed"
        assert failed["error"]["code"] == "internal"
        assert not [word for word in TEXT.split() if word in str(failed)]
        assert wait_for(lambda: uploads(tmp_path) == [])


def test_in_production_a_worker_writes_json(tmp_path: Path, shared: dict[str, str]) -> None:
    variables = environment_of(tmp_path, **shared, APP_ENV="production")
    with (
        served(tmp_path, **shared) as service,
        started_command("worker", "--jobs", "1", cwd=tmp_path, env=variables) as process,
    ):
        done = finished(service.client, send(service, tmp_path, "one", "fault"))
        assert done["status"] == "failed"
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    events = [json.loads(line) for line in log.decode().splitlines()]
    assert [event.get("reason") for event in events] == ["waiting for documents", "terminated."]


def test_a_page_whose_process_dies_is_read_once_more(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    with served(tmp_path, **shared) as service, worker(tmp_path, shared):
        task_id = send(service, tmp_path, "one", f"once {tmp_path / 'marker'}", "three")
        done = finished(service.client, task_id)
        assert (done["status"], done["progress"]["done"]) == ("completed", 3)
        failed = finished(service.client, send(service, tmp_path, "one", "killed", "three"))
        assert (failed["status"], failed["error"]["code"]) == ("failed", "engine.crashed")
        assert wait_for(lambda: uploads(tmp_path) == [])


def test_a_document_of_a_worker_that_is_killed_goes_to_another_once(
    tmp_path: Path, shared: dict[str, str], redis: RedisServer
) -> None:
    started = tmp_path / "started"
    with served(tmp_path, **shared) as service:
        with worker(tmp_path, shared) as first:
            task_id = send(service, tmp_path, "one", f"wait {started} 4")
            assert wait_for(lambda: started.exists() and started.read_text() != "", seconds=30)
            reader = int(started.read_text())
            first.kill()
            assert wait_for(lambda: not alive(reader))
            assert status(service, task_id)["status"] == "processing"
        with worker(tmp_path, shared):
            assert finished(service.client, task_id)["status"] == "completed"
            assert int(started.read_text()) != reader
            assert service.log.read_text().count("task.again") == 1
            assert redis.client.llen("medicord-ocr-documents") == 0
        assert uploads(tmp_path) == []


def test_a_document_whose_workers_are_lost_again_fails(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    started = tmp_path / "started"
    with served(tmp_path, **shared) as service:
        task_id = send(service, tmp_path, f"wait {started} 60", "two")
        for _ in range(2):
            started.unlink(missing_ok=True)
            with worker(tmp_path, shared) as process:
                assert wait_for(started.exists, seconds=60)
                process.kill()
        done = finished(service.client, task_id)
        assert (done["status"], done["error"]["code"]) == ("failed", "engine.crashed")
        assert uploads(tmp_path) == []


def test_a_service_that_is_started_again_still_knows_its_tasks(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    started = tmp_path / "started"
    with worker(tmp_path, shared):
        with served(tmp_path, **shared) as service:
            task_id = send(service, tmp_path, f"wait {started} 4", "two")
            assert wait_for(started.exists, seconds=30)
            service.process.kill()
            service.process.wait()
        (tmp_path / "again").mkdir()
        with served(tmp_path / "again", **shared) as service:
            assert finished(service.client, task_id)["status"] == "completed"
            assert uploads(tmp_path) == []


def test_a_task_that_redis_lost_has_failed(
    tmp_path: Path, shared: dict[str, str], redis: RedisServer
) -> None:
    with served(tmp_path, **shared) as service:
        task_id = send(service, tmp_path, "one", "two")
        assert status(service, task_id)["status"] == "pending"
        redis.stop()
        problem(service.client.get(f"{STATUS}/{task_id}"), 503, "service.queue")
        answer = service.client.post(EXTRACT, files={"file": b"%PDF-"}, headers=LATER)
        assert answer.status_code in (422, 503)
        # What needs no queue is read as before.
        sample = (SAMPLES / "lab_digital.pdf").read_bytes()
        assert service.client.post(EXTRACT, files={"file": sample}).status_code == 200
        redis.start()
        done = finished(service.client, task_id)
        assert (done["status"], done["error"]["code"]) == ("failed", "engine.queue")
        assert service.client.get(f"{STATUS}/{'x' * 32}").status_code == 404


def test_a_service_that_is_started_again_knows_what_redis_loses_then(
    tmp_path: Path, shared: dict[str, str], redis: RedisServer
) -> None:
    with served(tmp_path, **shared) as service:
        task_id = send(service, tmp_path, "one", "two")
    (tmp_path / "again").mkdir()
    with served(tmp_path / "again", **shared) as service:
        assert status(service, task_id)["status"] == "pending"
        # It learns of the document at its first look, a moment after it has started.
        time.sleep(3)
        redis.stop()
        redis.start()
        done = finished(service.client, task_id)
        assert (done["status"], done["error"]["code"]) == ("failed", "engine.queue")


def test_the_rate_limit_holds_for_several_services_together(
    tmp_path: Path, shared: dict[str, str]
) -> None:
    limited = shared | {"RATE_LIMIT_PER_MINUTE": "3"}
    statuses = []
    (tmp_path / "other").mkdir()
    with served(tmp_path, **limited) as one, served(tmp_path / "other", **limited) as two:
        for number in range(4):
            service = (one, two)[number % 2]
            answer = service.client.post(EXTRACT, files={"file": b"no document"})
            statuses.append(answer.status_code)
    assert statuses == [415, 415, 415, 429]
    assert answer.headers["ratelimit-limit"] == "3"
    assert 0 < int(answer.headers["retry-after"]) <= 60


def test_a_worker_without_the_services_folder_is_told_by_the_service_alone(
    tmp_path: Path, redis: RedisServer
) -> None:
    service = subprocess.run(
        [*COMMAND, "serve", "--port", "0"],
        env=environment(CELERY_BROKER_URL=redis.url),
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert service.returncode == 2
    assert b"UPLOAD_DIR is not" in service.stderr


def test_the_service_does_not_start_without_its_redis(
    tmp_path: Path, shared: dict[str, str], redis: RedisServer
) -> None:
    redis.stop()
    start = time.monotonic()
    service = subprocess.run(
        [*COMMAND, "serve", "--port", "0"],
        env=environment(**shared),
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    redis.start()
    assert service.returncode == 8, service.stderr
    assert b"the queue cannot be reached" in service.stderr
    assert b"a-long-password" not in service.stderr
    assert time.monotonic() - start < 30

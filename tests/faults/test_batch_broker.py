"""A batch whose pages are read by real Celery workers behind a real Redis."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.command import run
from tests.faults.pipeline_stand_in import environment_of, picture
from tests.faults.test_cli_faults import alive, started_command, wait_for
from tests.redis_server import RedisServer

pytestmark = pytest.mark.faults

BATCH = ("batch", "in", "-o", "out.jsonl")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    found = RedisServer(tmp_path_factory.mktemp("redis"))
    yield found
    found.stop()


@pytest.fixture
def server(running: RedisServer) -> Redis:
    running.client.flushall()
    return running.client


@pytest.fixture
def broker(running: RedisServer, server: Redis) -> str:
    return running.url


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """An environment that puts the stand-in into workers, batches and their processes."""
    (tmp_path / "in").mkdir()
    return environment_of(tmp_path)


def records(tmp_path: Path) -> dict[str, Any]:
    """The records by source without their time; no source may have two."""
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert len({record["source"] for record in found}) == len(found)
    for record in found:
        for timed in (record, record["document"] or {}):
            timed.pop("timings_ms", None)
            timed.pop("extracted_at", None)
    return {record.pop("source"): record for record in found}


def test_workers_give_the_records_that_this_machine_gives(
    tmp_path: Path, broker: str, variables: dict[str, str]
) -> None:
    for name, says in {"a": "fine", "b": "good", "c": "fault", "d": "killed", "e": "good"}.items():
        picture(tmp_path / "in" / f"{name}.png", says)
    picture(tmp_path / "in" / "f.tif", "one", "two", "killed", "four")
    alone = run(*BATCH, cwd=tmp_path, env=variables)
    expected = records(tmp_path)
    for file in tmp_path.glob("out.jsonl*"):
        file.unlink()

    with ExitStack() as workers:
        for _ in range(2):
            arguments = ("worker", "--broker", broker, "--jobs", "1")
            workers.enter_context(started_command(*arguments, cwd=tmp_path, env=variables))
        result = run(*BATCH, "--broker", broker, cwd=tmp_path, env=variables)
    assert (result.code, alone.code) == (9, 9), result.err
    assert records(tmp_path) == expected
    assert "5 were read before" not in result.err
    again = run(*BATCH, "--broker", broker, cwd=tmp_path, env=variables)
    assert "6 were read before" in again.err


def test_a_page_of_a_worker_that_is_killed_goes_to_another_once(
    tmp_path: Path, broker: str, variables: dict[str, str], server: Redis
) -> None:
    started = tmp_path / "started"
    picture(tmp_path / "in" / "a.png", f"wait {started} 2")
    picture(tmp_path / "in" / "b.png", "fine")
    worker = ("worker", "--broker", broker, "--jobs", "1")
    with (
        started_command(*worker, cwd=tmp_path, env=variables) as first,
        started_command(*BATCH, "--broker", broker, cwd=tmp_path, env=variables) as batch,
    ):
        assert wait_for(lambda: started.exists() and started.read_text() != "")
        reader = int(started.read_text())
        first.kill()
        assert wait_for(lambda: not alive(reader))
        with started_command(*worker, cwd=tmp_path, env=variables) as second:
            _, err = batch.communicate(timeout=60)
            second.send_signal(signal.SIGTERM)
            second.communicate(timeout=20)
    assert batch.returncode == 0, err
    assert second.returncode == 143
    assert b"a worker was lost; a.png goes to another" in err
    assert {record["status"] for record in records(tmp_path).values()} == {"ok"}
    assert int(started.read_text()) != reader
    assert server.keys("medicord-ocr:batch:*") == []


def test_a_batch_that_is_stopped_waits_for_no_worker_and_leaves_it_nothing(
    tmp_path: Path, broker: str, variables: dict[str, str], server: Redis
) -> None:
    started = tmp_path / "started"
    picture(tmp_path / "in" / "a.png", f"wait {started} 60")
    with started_command(*BATCH, "--broker", broker, cwd=tmp_path, env=variables) as batch:
        assert wait_for(lambda: server.llen("medicord-ocr-batch") == 1)
        batch.send_signal(signal.SIGTERM)
        batch.communicate(timeout=20)
    assert batch.returncode == 143
    worker = ("worker", "--broker", broker, "--jobs", "1")
    with started_command(*worker, cwd=tmp_path, env=variables) as process:
        assert wait_for(lambda: server.llen("medicord-ocr-batch") == 0)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert not started.exists()


@pytest.mark.parametrize("command", [BATCH, ("worker",)], ids=["batch", "worker"])
def test_a_queue_that_does_not_answer_is_told(
    tmp_path: Path, variables: dict[str, str], command: tuple[str, ...]
) -> None:
    picture(tmp_path / "in" / "a.png", "fine")
    result = run(*command, "--broker", "redis://127.0.0.1:1/0", cwd=tmp_path, env=variables)
    assert result.code == 8
    assert "the queue cannot be reached" in result.err
    assert "Traceback" not in result.err

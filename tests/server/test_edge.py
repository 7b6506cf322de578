"""What every request passes: limits that slide, headers, ids, proxies; and the metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from medicord_ocr.server.api import POLLS
from medicord_ocr.server.limits import Limiter, MemoryLimiter, RedisLimiter, caller_address
from medicord_ocr.server.problems import Busy
from medicord_ocr.server.tasks import EmbeddedQueue
from tests.redis_server import RedisServer
from tests.server.service import (
    CLIENT,
    EXTRACT,
    PNG,
    STATUS,
    TOKEN,
    StandIn,
    problem,
    running,
    sign_in,
)

ORIGIN = "https://app.example.org"


def sent(client: TestClient, **headers: str) -> Any:
    return client.post(EXTRACT, files={"file": PNG}, headers=headers)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("service"), cors_origins=ORIGIN) as client:
        yield client


# ---------------------------------------------------------------- limits


class Clock:
    """Seconds that a test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_window_slides() -> None:
    clock = Clock()
    limiter = MemoryLimiter(clock)

    def hit() -> tuple[bool, int, float]:
        found = asyncio.run(limiter.hit("a", 2))
        return found.allowed, found.remaining, found.reset

    assert hit() == (True, 1, 60)
    clock.now += 40
    assert hit() == (True, 0, 20)
    assert hit() == (False, 0, 20)
    clock.now += 20  # the first one leaves, and the one that was refused was not counted
    assert hit() == (True, 0, 40)
    assert hit() == (False, 0, 40)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


def allowed(limiter: Limiter, key: str, times: int, limit: int) -> list[tuple[bool, int]]:
    async def hits() -> list[tuple[bool, int]]:
        found = [await limiter.hit(key, limit) for _ in range(times)]
        await limiter.close()
        assert all(0 < one.reset <= 60 for one in found)
        return [(one.allowed, one.remaining) for one in found]

    return asyncio.run(hits())


def test_redis_counts_as_memory_does(redis: RedisServer) -> None:
    for key in ("a", "b"):
        in_memory = allowed(MemoryLimiter(), key, 4, 3)
        assert allowed(RedisLimiter(redis.url), key, 4, 3) == in_memory
        assert in_memory == [(True, 2), (True, 1), (True, 0), (False, 0)]
    # It holds for the next process, which is told of no client or address there.
    assert allowed(RedisLimiter(redis.url), "a", 1, 3) == [(False, 0)]
    keys = list(redis.client.scan_iter())
    assert len(keys) == 2
    assert all(0 < redis.client.pttl(key) <= 60_000 for key in keys)


def test_without_its_redis_a_service_counts_by_itself(redis: RedisServer) -> None:
    limiter = RedisLimiter(redis.url)
    redis.stop()
    assert allowed(limiter, "a", 3, 2) == [(True, 1), (True, 0), (False, 0)]
    redis.start()


def test_every_answer_says_where_the_client_stands(tmp_path: Path) -> None:
    with running(tmp_path, rate_limit_per_minute=2) as client:
        sign_in(client)
        answers = [sent(client) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        for answer, left in zip(answers, ("1", "0", "0"), strict=True):
            assert answer.headers["ratelimit-limit"] == "2"
            assert answer.headers["ratelimit-remaining"] == left
            assert 0 < int(answer.headers["ratelimit-reset"]) <= 60
        assert "retry-after" not in answers[1].headers
        assert answers[2].headers["retry-after"] == answers[2].headers["ratelimit-reset"]
        # Asking after tasks has a limit of its own.
        answer = client.get(f"{STATUS}/none")
        assert answer.headers["ratelimit-limit"] == str(2 * POLLS)


def test_wrong_secrets_are_limited_for_one_client_and_for_all(tmp_path: Path) -> None:
    with running(tmp_path, rate_limit_per_minute=2) as client:

        def statuses(*names: str) -> list[int]:
            bodies = ({"client_id": name, "client_secret": "wrong"} for name in names)
            return [client.post(TOKEN, json=body).status_code for body in bodies]

        assert statuses(CLIENT, CLIENT, CLIENT) == [401, 401, 429]
        assert statuses(*"abcdef") == [401, 401, 401, 401, 401, 429]
        answer = client.post(TOKEN, json={"client_id": "z", "client_secret": "wrong"})
        assert int(problem_headers(answer)["retry-after"]) > 0


def problem_headers(answer: Any) -> Any:
    problem(answer, 429, "request.rate_limit")
    return answer.headers


def test_wrong_tokens_are_limited_and_valid_ones_are_not(tmp_path: Path) -> None:
    with running(tmp_path, rate_limit_per_minute=2) as client:
        wrong = {"Authorization": "Bearer wrong"}
        found = [client.get(f"{STATUS}/none", headers=wrong).status_code for _ in range(3)]
        assert found == [401, 401, 429]
        sign_in(client)
        assert client.get(f"{STATUS}/none").status_code == 404


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_addresses_are_counted_by_network(host: str | None, address: str) -> None:
    assert caller_address(host) == address


@pytest.mark.parametrize(("proxies", "second"), [("192.0.2.0/24", 200), ("198.51.100.1", 429)])
def test_proxies_are_believed_where_they_are_trusted(
    tmp_path: Path, proxies: str, second: int
) -> None:
    with running(tmp_path, rate_limit_per_minute=1, trusted_proxies=proxies) as client:
        sign_in(client)
        first = sent(client, **{"X-Forwarded-For": "203.0.113.1"})
        again = sent(client, **{"X-Forwarded-For": "203.0.113.2"})
        assert (first.status_code, again.status_code) == (200, second)


# ---------------------------------------------------------------- headers


@pytest.mark.parametrize("path", ["/", "/docs", "/health", "/openapi.json", "/none", EXTRACT])
def test_every_answer_has_the_headers_that_browsers_keep_to(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_where_clients_come_by_tls_they_are_to_stay_with_it(tmp_path: Path) -> None:
    with running(tmp_path, secure=True) as client:
        for path in ("/", "/none"):
            assert "max-age=" in client.get(path).headers["strict-transport-security"]


@pytest.mark.parametrize("given", ["a-request-of-the-app", "short", "x" * 65, "no spaces in it"])
def test_the_id_of_a_request_is_the_clients_where_it_is_one(client: TestClient, given: str) -> None:
    answer = client.get("/health", headers={"X-Request-ID": given})
    kept = answer.headers["x-request-id"] == given
    assert kept is (given == "a-request-of-the-app")
    assert len(answer.headers["x-request-id"]) >= 16


def test_a_web_page_of_a_named_origin_sees_all_that_it_needs(client: TestClient) -> None:
    answer = client.get("/none", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert set(exposed) == {
        "location",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "retry-after",
        "x-request-id",
    }
    answer = client.get("/none", headers={"Origin": "https://other.example.org"})
    assert "access-control-allow-origin" not in answer.headers


# ---------------------------------------------------------------- metrics


def test_metrics_are_for_who_has_their_token_and_guesses_are_limited(tmp_path: Path) -> None:
    with running(tmp_path, metrics_token="a token", rate_limit_per_minute=2) as client:

        def status(token: str) -> int:
            return client.get("/metrics", headers={"Authorization": token}).status_code

        assert status("Bearer a token") == 200
        assert [status(f"Bearer {n}") for n in range(3)] == [401, 401, 429]
        assert status("Bearer a token") == 200


def test_metrics_are_told_when_the_queue_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(_: EmbeddedQueue) -> int:
        raise Busy("the queue cannot be reached now")

    with running(tmp_path, StandIn()) as client:
        monkeypatch.setattr(EmbeddedQueue, "depth", unreachable)
        answer = client.get("/metrics")
        assert answer.status_code == 200
        assert "medicord_queue_depth NaN" in answer.text

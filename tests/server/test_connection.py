"""Clients that open a connection and say nothing, or too little, behind a real server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest

from medicord_ocr.server import connection, edge
from tests.server.service import EXTRACT, TOKEN, StandIn, listening, sign_in

HEAD = b"GET /health HTTP/1.1\r\nHost: test\r\n"


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(edge, "SMALL_SECONDS", 0.5)
    monkeypatch.setattr(edge, "_DRAIN_SECONDS", 0.1)
    with listening(tmp_path, StandIn(seconds=1.5)) as address:
        yield address


def connected(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=10)


def drip(client: socket.socket, seconds: float) -> None:
    """Send a byte now and then, which ends no head, until the server has ended the connection."""
    end = time.monotonic() + seconds
    client.settimeout(0.1)
    while time.monotonic() < end:
        try:
            client.sendall(b"x")
            if client.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except OSError:
            return
    raise AssertionError("the connection is still open")


def test_a_connection_without_a_request_is_ended(address: str) -> None:
    with closing(connected(address)) as client:
        start = time.monotonic()
        assert client.recv(1) == b""
        assert 0.4 < time.monotonic() - start < 5


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(address: str) -> None:
    with closing(connected(address)) as client:
        client.sendall(HEAD)
        drip(client, 5)


def test_nor_is_the_head_after_an_answer(address: str) -> None:
    with closing(connected(address)) as client:
        client.sendall(HEAD + b"\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        client.sendall(HEAD)
        drip(client, 5)


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01 no HTTP\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"]
)
def test_what_is_no_http_is_a_problem_too(address: str, sent: bytes) -> None:
    with closing(connected(address)) as client:
        client.sendall(sent)
        with client.makefile("rb") as stream:
            head, _, body = stream.read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"application/problem+json" in head
    found = json.loads(body)
    assert (found["status"], found["code"]) == (400, "request.invalid")


def test_a_document_may_take_longer_than_a_head(address: str) -> None:
    with httpx.Client(base_url=address) as client:
        sign_in(client)
        answer = client.post(EXTRACT, files={"file": b"\x89PNG\r\n\x1a\n" + bytes(2000)})
        assert answer.status_code == 200


def test_a_small_body_that_does_not_come_is_refused(address: str) -> None:
    head = f"POST {TOKEN} HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
    with closing(connected(address)) as client:
        client.sendall(f"{head}Content-Length: 3\r\n\r\n{{".encode())
        assert client.recv(4096).startswith(b"HTTP/1.1 400")

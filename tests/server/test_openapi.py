"""The service keeps to its OpenAPI document, whatever is sent: schemathesis over every route."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import jsonschema_rs
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server.service import EXTRACT, PNG, STATUS, TOKEN, listening, served, sign_in

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_EXAMPLES = hypothesis_settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The service with a stand-in that reads nothing, behind a real server."""
    folder = tmp_path_factory.mktemp("uploads")
    with listening(folder, rate_limit_per_minute=100_000) as address:
        yield address


@pytest.fixture(scope="module")
def document(address: str) -> Any:
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


@pytest.fixture(scope="module")
def token(address: str) -> str:
    with httpx.Client(base_url=address) as client:
        sign_in(client)
        return client.headers["Authorization"]


ROUTES = [
    ("GET", "/health"),
    ("GET", "/ready"),
    ("POST", TOKEN),
    ("POST", EXTRACT),
    ("GET", f"{STATUS}/{{task_id}}"),
    ("POST", "/api/v1/ocr/convert"),
]


def test_every_documented_route_is_tried(document: Any) -> None:
    found = [operation.ok() for operation in document.get_all_operations()]
    assert sorted((one.method.upper(), one.path) for one in found) == sorted(ROUTES)


@pytest.mark.parametrize("signed_in", [True, False], ids=["with a token", "without"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_whatever_is_sent_is_answered_as_documented(
    document: Any, token: str, method: str, path: str, signed_in: bool
) -> None:
    headers = {"Authorization": token} if signed_in else {}

    @_EXAMPLES
    @given(document[path][method].as_strategy())
    def answered(case: Any) -> None:
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=_CHECKS)
        if "/ocr/" in path and not signed_in:
            assert answer.status_code == 401

    answered()


@pytest.mark.integration
def test_whatever_is_sent_to_be_read_is_answered_as_documented(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """With the real service: pictures of any size and content, whole and broken."""
    with served(tmp_path_factory.mktemp("service"), "--workers", "1") as service:
        address = str(service.client.base_url).rstrip("/")
        headers = {"Authorization": service.client.headers["Authorization"]}
        document = schemathesis.openapi.from_url(f"{address}/openapi.json")

        @_EXAMPLES
        @given(document[EXTRACT]["POST"].as_strategy())
        def answered(case: Any) -> None:
            case.validate_response(case.call(headers=headers), checks=_CHECKS)

        answered()


def test_documents_and_tasks_are_of_the_documented_form(
    document: Any, address: str, token: str
) -> None:
    def send(**more: str) -> requests.Response:
        return requests.post(
            address + EXTRACT,
            files={"file": ("a.png", PNG)},
            data={"patient_id": "p1"},
            headers={"Authorization": token} | more,
            timeout=30,
        )

    read, queued = send(), send(Prefer="respond-async")
    assert (read.status_code, queued.status_code) == (200, 202)
    for answer in (read, queued):
        document[EXTRACT]["POST"].validate_response(answer)
    place, headers = address + queued.headers["Location"], {"Authorization": token}
    end = time.monotonic() + 10
    status = "pending"
    while status != "completed":
        assert time.monotonic() < end
        answer = requests.get(place, headers=headers, timeout=30)
        document[f"{STATUS}/{{task_id}}"]["GET"].validate_response(answer)
        status = answer.json()["status"]
    assert answer.json()["result"]["pages"] == 1


def described(address: str) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(f"{address}/openapi.json", timeout=30).json()
    return found


def test_pages_are_no_part_of_the_api(address: str) -> None:
    assert sorted(described(address)["paths"]) == sorted({path for _, path in ROUTES})


def test_every_answer_has_an_example_of_its_documented_form(address: str) -> None:
    document = described(address)
    tried = 0
    for path, methods in document["paths"].items():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                for media_type, content in response["content"].items():
                    assert "example" in content, (path, status, media_type)
                    schema = content["schema"] | {"components": document["components"]}
                    jsonschema_rs.validate(schema, content["example"])
                    if media_type == "application/problem+json":
                        assert content["example"]["status"] == int(status)
                    tried += 1
    assert tried > 30

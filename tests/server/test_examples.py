"""The OpenAPI document against the service: its refusals are real ones, its schema the CLI's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from medicord_ocr import Options, extract
from medicord_ocr.errors import EngineError
from medicord_ocr.schema import json_schema
from medicord_ocr.server import convert, uploads
from medicord_ocr.server.steps import begin
from tests.pdfs import Page, pdf
from tests.server.service import (
    CLIENT,
    EXTRACT,
    PNG,
    SAMPLES,
    STATUS,
    TOKEN,
    StandIn,
    running,
    sign_in,
)

CONVERT = "/api/v1/ocr/convert"
_PLACES = "src/medicord_ocr/server/examples.json"
EXAMPLES = json.loads((Path(__file__).parents[2] / _PLACES).read_text("utf-8"))
Asked = Callable[[TestClient], Any]


class Locked(StandIn):
    """Looks at what it is sent as the real one does."""

    async def begin(self, path: Path, options: Options, *, whole: bool, pictures: bool) -> Any:
        return begin(path, options, whole=whole, pictures=pictures)


def upload(content: bytes = PNG, **fields: str) -> Asked:
    return lambda client: client.post(EXTRACT, files={"file": content}, data=fields)


def conversion(**found: Any) -> Asked:
    return lambda client: client.post(CONVERT, params={"format": "csv"}, json=found)


def twice(ask: Asked, times: int = 2) -> Asked:
    return lambda client: [ask(client) for _ in range(times)][-1]


def question(client: TestClient) -> Any:
    return client.get(f"{STATUS}/{'x' * 32}")


def credentials(client: TestClient) -> Any:
    return client.post(TOKEN, json={"client_id": CLIENT, "client_secret": "wrong"})


def unnamed(client: TestClient) -> Any:
    return client.post(TOKEN, json={"client_id": CLIENT})


CRASH = EngineError("the process that read it crashed (SIGKILL)", code="engine.crashed")
#: How each refusal comes about: route, status, question; what the service is, and has.
REFUSALS: list[tuple[str, str, Asked, StandIn, dict[str, Any]]] = [
    (TOKEN, "400", unnamed, StandIn(), {}),
    (TOKEN, "401", credentials, StandIn(), {}),
    (TOKEN, "429", twice(credentials), StandIn(), {"rate_limit_per_minute": 1}),
    (EXTRACT, "400", upload(language_hint="deu"), StandIn(), {}),
    (EXTRACT, "413", upload(PNG + bytes(11 * 1024**2)), StandIn(), {}),
    (EXTRACT, "415", upload(b"plain text"), StandIn(), {}),
    (EXTRACT, "422", upload(pdf(Page(), password="a")), Locked(), {}),
    (EXTRACT, "429", twice(upload()), StandIn(), {"rate_limit_per_minute": 1}),
    (EXTRACT, "500", upload(), StandIn(error=CRASH), {}),
    (EXTRACT, "503", upload(), StandIn(capacity=0), {}),
    (EXTRACT, "504", upload(), StandIn(seconds=9), {"request_timeout_seconds": 0.1}),
    (CONVERT, "400", conversion(document={}), StandIn(), {}),
    (CONVERT, "413", conversion(document="x" * 11 * 1024**2), StandIn(), {}),
    (CONVERT, "415", lambda c: c.post(f"{CONVERT}?format=csv", content=b"x"), StandIn(), {}),
    (CONVERT, "429", twice(conversion(document={})), StandIn(), {"rate_limit_per_minute": 1}),
    (f"{STATUS}/{{task_id}}", "404", question, StandIn(), {}),
    (f"{STATUS}/{{task_id}}", "429", twice(question, 11), StandIn(), {"rate_limit_per_minute": 1}),
]


def example(path: str, status: str) -> dict[str, Any]:
    (methods,) = EXAMPLES[path].values()
    found: dict[str, Any] = methods[status]["application/problem+json"]
    return found


def check(answer: Any, path: str, status: str) -> None:
    expected = example(path, status)
    assert answer.status_code == int(status), answer.text
    assert answer.json() | {"request_id": expected["request_id"]} == expected


@pytest.mark.parametrize(
    ("path", "status", "ask", "reading", "given"),
    REFUSALS,
    ids=[f"{path.rpartition('v1/')[2]} {status}" for path, status, *_ in REFUSALS],
)
def test_the_example_of_a_refusal_is_what_the_service_says(
    path: str, status: str, ask: Asked, reading: StandIn, given: dict[str, Any], tmp_path: Path
) -> None:
    with running(tmp_path, reading, **given) as client:
        if path != TOKEN:
            sign_in(client)
        check(ask(client), path, status)


@pytest.mark.parametrize("path", [EXTRACT, CONVERT])
def test_the_example_of_a_slow_request_is_what_the_service_says(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: Any) -> Any:
        raise TimeoutError

    monkeypatch.setattr(convert, "_body", slow)
    monkeypatch.setattr(uploads._Form, "read", slow)
    with running(tmp_path) as client:
        sign_in(client)
        ask = upload() if path == EXTRACT else conversion(document={})
        check(ask(client), path, "408")


@pytest.mark.parametrize("path", [EXTRACT, CONVERT, f"{STATUS}/{{task_id}}"])
def test_the_example_without_a_token_is_what_the_service_says(path: str, tmp_path: Path) -> None:
    (method,) = EXAMPLES[path]
    with running(tmp_path) as client:
        check(client.request(method, path), path, "401")


def test_the_example_of_a_service_that_loads_is_what_it_says(tmp_path: Path) -> None:
    with running(tmp_path, StandIn(is_ready=False)) as client:
        check(client.get("/ready"), "/ready", "503")


def test_the_example_of_a_document_is_one_that_was_read() -> None:
    """Shortened: of its text, and to one row with one of its fields."""
    shown = EXAMPLES[EXTRACT]["post"]["200"]["application/json"]
    read = json.loads(extract(SAMPLES / "lab_digital.pdf").model_dump_json())
    (row,), first = shown["categories"]["lab_results"], read["categories"]["lab_results"][0]
    assert {name: row[name] for name in row if name != "fields"} == {
        name: first[name] for name in row if name != "fields"
    }
    assert row["fields"].items() <= first["fields"].items()
    for name in ("document_type", "file_type", "possible_facility", "possible_report_date"):
        assert shown[name] == read[name]


def test_the_schema_of_a_document_is_the_command_lines(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        schemas = client.get("/openapi.json").json()["components"]["schemas"]
    text = json.dumps(json_schema("document")).replace("#/$defs/", "#/components/schemas/")
    expected = json.loads(text, object_hook=without_null)
    for name, schema in expected["$defs"].items():
        assert schemas[name] == schema, name
    found = schemas["Extracted"]
    for name in ("patient_id", "page_pictures"):
        del found["properties"][name]
    assert found["properties"] == expected["properties"]
    assert found["required"] == expected["required"]


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A part of a schema as FastAPI shows it: without what is null."""
    return {k: v for k, v in schema.items() if v is not None}

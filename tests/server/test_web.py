"""The page, Swagger UI and their files; and the conversion that the page asks for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from medicord_ocr.cli import formats
from medicord_ocr.cli.output import open_output
from medicord_ocr.schema import Record
from medicord_ocr.server.web import assets
from medicord_ocr.structure.doubt import DESERVED
from tests.command import run
from tests.server.service import SAMPLES, document, problem, running, sign_in

CONVERT = "/api/v1/ocr/convert"
STATIC = files("medicord_ocr.server").joinpath("web", "static")
OURS = sorted(file.name for file in STATIC.iterdir())
SWAGGER = ["swagger-ui-bundle.js", "swagger-ui.css"]
#: Names, not addresses: browsers do not ask for them.
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("service"), max_file_size_mb=1) as client:
        yield client


@pytest.fixture
def signed_in(client: TestClient) -> Iterator[TestClient]:
    sign_in(client)
    yield client
    del client.headers["Authorization"]


class Markup(HTMLParser):
    """What could be inline or elsewhere: attributes of all elements, and what scripts hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in ("script", "style") and data.strip():
            self.inline.append(data)


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_is_its_files_and_nothing_inline(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    markup = Markup(answer.text)
    assert markup.inline == []
    for tag, name, value in markup.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name != "style", tag
        if name in ("src", "href") and value != "docs":
            assert client.get(f"/{value}").status_code == 200, value
            assert value.startswith("static/")


def test_the_policy_lets_the_page_run_only_files_of_this_server(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'; " in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy
    # Swagger UI sets styles by itself; it may not run scripts that are no files either.
    policy = client.get("/docs").headers["content-security-policy"]
    assert "script-src 'self'; style-src 'self' 'unsafe-inline'" in policy


def test_a_form_whose_script_did_not_come_puts_no_secret_into_an_address(
    client: TestClient,
) -> None:
    forms = [
        value
        for tag, name, value in Markup(client.get("/").text).attributes
        if (tag, name) == ("form", "method")
    ]
    assert forms == ["post", "post"]


def test_every_file_is_served_with_its_type(client: TestClient) -> None:
    types = {"js": "text/javascript", "css": "text/css", "json": "application/json"}
    for name in [*OURS, *SWAGGER]:
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200, name
        expected = types.get(name.rpartition(".")[2], "image/svg+xml")
        assert answer.headers["content-type"].partition(";")[0] == expected
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert sorted(assets()) == sorted([*OURS, *SWAGGER])


def test_a_file_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/page.css")
    again = client.get("/static/page.css", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    changed = client.get("/static/page.css", headers={"If-None-Match": '"another"'})
    assert changed.content == first.content


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fapi.py", "%2e%2e/%2e%2e/api.py", ""])
def test_nothing_else_is_served(client: TestClient, name: str) -> None:
    problem(client.get(f"/static/{name}"), 404, "request.not_found")


@pytest.mark.parametrize("path", ["/", "/docs", *(f"/static/{name}" for name in OURS)])
def test_nothing_of_ours_names_another_server(client: TestClient, path: str) -> None:
    text = client.get(path).text
    for namespace in NAMESPACES:
        text = text.replace(namespace, "")
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+|@import|url\(", text) == []


def test_swagger_ui_is_not_told_of_another_server(client: TestClient) -> None:
    assert "validatorUrl: null" in client.get("/static/docs.js").text
    places = re.findall(r"url\(\s*[\"']?(\w+:|/)", client.get("/static/swagger-ui.css").text)
    assert set(places) == {"data:"}
    assert client.get("/openapi.json").json()["openapi"].startswith("3.1")


def test_the_pages_are_no_part_of_the_api(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert [path for path in paths if path == "/" or path.startswith(("/docs", "/static"))] == []
    assert CONVERT in paths


# ---------------------------------------------------------------- what the page says


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(assets()[f"{language}.json"].content)
    return found


def test_both_languages_say_the_same_things() -> None:
    english, khmer = texts("en"), texts("km")
    assert list(english) == list(khmer)
    for key, text in english.items():
        holes = re.compile(r"\{\w+\}")
        assert sorted(holes.findall(text)) == sorted(holes.findall(khmer[key])), key
        assert re.search("[ក-៿]", khmer[key]) or text == khmer[key], key


def test_every_text_that_is_asked_for_is_there_and_no_other(client: TestClient) -> None:
    page = client.get("/").text
    scripts = "".join(
        STATIC.joinpath(name).read_text("utf-8") for name in OURS if name[-3:] == ".js"
    )
    asked = set(re.findall(r'data-(?:text|label)="([^"]+)"', page))
    asked |= set(re.findall(r'(?:put|made|label)\([^,\n]+, "([a-z_]+)"', scripts))
    asked |= set(re.findall(r'announce\("([a-z_]+)"', scripts))
    asked |= {f"error.{code}" for code in re.findall(r'code: "([a-z_]+)"', scripts)}
    assert asked - set(texts("en")) == set()
    told = {"no_script", "true", "false"}  # by the template alone, and of a value by its own name
    single = {key for key in texts("en") if "." not in key} - told - asked
    assert [key for key in single if f'"{key}"' not in scripts] == []


def test_reasons_for_review_are_in_plain_words_of_both_languages() -> None:
    contract = "low_confidence readers_disagree single_reading implausible_value unit_unknown "
    contract += "range_conflict flag_conflict ambiguous_date low_resolution llm_corrected"
    wanted = {f"reason.{code}" for code in (*DESERVED, *contract.split())}
    assert wanted <= {key for key in texts("en") if key.startswith("reason.")}
    assert texts("en").keys() == texts("km").keys()


# ---------------------------------------------------------------- conversion


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """A real document, as the command line's record."""
    folder = tmp_path_factory.mktemp("read")
    result = run("extract", SAMPLES / "lab_digital.pdf", "--format", "jsonl", cwd=folder)
    assert result.code == 0, result.err
    return Record.model_validate_json(result.out)


def body(record: Record) -> dict[str, Any]:
    assert record.document is not None
    document = record.document.model_dump(mode="json")
    return {"document": document, "source": record.source, "sha256": record.sha256}


def test_csv_is_that_of_the_command_line(
    signed_in: TestClient, record: Record, tmp_path: Path
) -> None:
    with (
        open_output(tmp_path / "out.csv") as output,
        formats.record_writer("csv", output) as write,
    ):
        write(record.model_dump_json().encode())
    answer = signed_in.post(CONVERT, params={"format": "csv"}, json=body(record))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content == (tmp_path / "out.csv").read_bytes()
    assert answer.headers["cache-control"] == "no-store"


def test_fhir_is_that_of_the_command_line(signed_in: TestClient, record: Record) -> None:
    answer = signed_in.post(CONVERT, params={"format": "fhir"}, json=body(record))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.content == formats.record_fhir(record)


def test_a_document_converts_as_it_was_answered(signed_in: TestClient) -> None:
    """With ``patient_id`` and pictures in it, which no table and no Bundle holds."""
    found = json.loads(document(1)) | {"patient_id": "p-4711", "page_pictures": ["data:x"]}
    for format in ("csv", "fhir"):
        answer = signed_in.post(CONVERT, params={"format": format}, json={"document": found})
        assert answer.status_code == 200
        assert b"p-4711" not in answer.content


def test_conversion_needs_a_token(client: TestClient) -> None:
    answer = client.post(CONVERT, params={"format": "csv"}, json={"document": {}})
    problem(answer, 401, "request.unauthenticated")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"[]",
        b'{"document": {}}',
        b'{"document": null, "source": "a"}',
        b'{"document": {"raw_text": "secret words"}, "more": 1}',
        b'{"document": {"secret name": 1}}',
        b'{"secret name": 1}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_document_is_refused_without_a_word_of_it(
    signed_in: TestClient, sent: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = signed_in.post(CONVERT, params={"format": "csv"}, content=sent, headers=headers)
    assert "secret" not in problem(answer, 400, "request.invalid")["detail"]


def test_a_date_beyond_the_calendar_is_refused(signed_in: TestClient) -> None:
    found = json.loads(document(1)) | {"extracted_at": "0001-01-01T00:00:00+14:00"}
    answer = signed_in.post(CONVERT, params={"format": "fhir"}, json={"document": found})
    problem(answer, 400, "request.invalid")


@pytest.mark.parametrize("format", ["xlsx", ""])
def test_another_format_is_refused(signed_in: TestClient, format: str) -> None:
    found = {"document": json.loads(document(1))}
    answer = signed_in.post(CONVERT, params={"format": format}, json=found)
    problem(answer, 400, "request.invalid")


def test_another_media_type_is_refused(signed_in: TestClient) -> None:
    answer = signed_in.post(CONVERT, params={"format": "csv"}, data={"document": "x"})
    problem(answer, 415, "request.media_type")


def test_a_body_over_the_limit_is_refused(signed_in: TestClient) -> None:
    found = json.loads(document(1)) | {"page_pictures": ["x" * 1024 * 1024]}
    answer = signed_in.post(CONVERT, params={"format": "csv"}, json={"document": found})
    problem(answer, 413, "input.over_limit")


def test_conversions_are_counted(tmp_path: Path) -> None:
    with running(tmp_path, rate_limit_per_minute=2) as client:
        sign_in(client)
        found = {"document": json.loads(document(1))}
        answers = [client.post(CONVERT, params={"format": "csv"}, json=found) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        problem(answers[-1], 429, "request.rate_limit")

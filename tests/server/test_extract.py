"""Documents through the API: what is taken, what is refused, and that nothing of it stays."""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from medicord_ocr.errors import EncryptedInput, EngineError, MedicordError, UnreadableInput
from medicord_ocr.server import uploads
from tests.server.service import (
    EXTRACT,
    PNG,
    SECRET,
    STATUS,
    StandIn,
    document,
    finished,
    problem,
    running,
    sign_in,
)


def sent(client: Any, content: bytes = PNG, name: str = "scan.png", **fields: str) -> Any:
    """The answer to an upload."""
    return client.post(EXTRACT, files={"file": (name, content)}, data=fields)


def test_a_picture_comes_back_as_its_document(tmp_path: Path) -> None:
    reading = StandIn()
    with running(tmp_path, reading) as client:
        sign_in(client)
        answer = sent(client)
        assert (answer.status_code, answer.content) == (200, document(1))
        assert reading.contents == [PNG]
        assert list(tmp_path.iterdir()) == []


def test_the_patients_id_is_sent_back_and_kept_nowhere(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        sign_in(client)
        assert sent(client, patient_id='ABC "1" ខ្មែរ').json()["patient_id"] == 'ABC "1" ខ្មែរ'
        assert "patient_id" not in sent(client).json()
        assert "ABC" not in client.get("/metrics").text


def test_without_a_token_nothing_is_taken(tmp_path: Path) -> None:
    reading = StandIn()
    with running(tmp_path, reading) as client:
        problem(sent(client), 401, "request.unauthenticated")
    assert reading.seen == []


@pytest.mark.parametrize(("pages", "status"), [(1, 200), (5, 200), (6, 202)])
def test_a_pdf_of_more_than_five_pages_is_queued(tmp_path: Path, pages: int, status: int) -> None:
    with running(tmp_path, StandIn(pages=pages, file_type="pdf")) as client:
        sign_in(client)
        answer = sent(client, b"%PDF-1.4 " + bytes(2000), patient_id="p1")
        assert answer.status_code == status
        assert answer.json()["patient_id"] == "p1"
        if status == 202:
            body = answer.json()
            assert answer.headers["location"] == f"{STATUS}/{body['task_id']}"
            assert body["status"] == "pending"
            assert set(body) == {"task_id", "status", "message", "patient_id"}
            found = finished(client, body["task_id"])
            assert found["progress"] == {"done": pages, "total": pages}
            assert found["result"]["pages"] == pages
            assert found["error"] is None
        assert list(tmp_path.iterdir()) == []


def test_a_queued_document_is_counted_as_one_that_was_waited_for(tmp_path: Path) -> None:
    with running(tmp_path, StandIn(pages=6, file_type="pdf")) as client:
        sign_in(client)
        finished(client, sent(client, b"%PDF-1.4 " + bytes(2000)).json()["task_id"])
        metrics = client.get("/metrics").text
        assert "medicord_pages_total 6.0" in metrics
        assert 'medicord_documents_total{document_type="none",file_type="png"} 1.0' in metrics


def test_a_picture_of_many_pages_is_read_at_once(tmp_path: Path) -> None:
    with running(tmp_path, StandIn(pages=6, file_type="tiff")) as client:
        sign_in(client)
        answer = sent(client, b"II*\x00" + bytes(2000))
        assert (answer.status_code, answer.json()["pages"]) == (200, 6)


def test_a_client_may_ask_for_the_queued_way(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        sign_in(client)
        client.headers["Prefer"] = "respond-async"
        answer = sent(client)
        assert answer.status_code == 202
        assert finished(client, answer.json()["task_id"])["result"]["pages"] == 1


def test_a_task_is_its_clients_alone(tmp_path: Path) -> None:
    from medicord_ocr.server.auth import hashed

    file = tmp_path / "clients.json"
    file.write_text(f'[{{"client_id": "other", "secret_hash": "{hashed(SECRET)}"}}]')
    with running(tmp_path, StandIn(pages=6, file_type="pdf"), clients_file=file) as client:
        sign_in(client)
        task_id = sent(client, b"%PDF-1.4 " + bytes(2000)).json()["task_id"]
        assert len(task_id) >= 32
        sign_in(client, "other")
        problem(client.get(f"{STATUS}/{task_id}"), 404, "task.not_found")
        problem(client.get(f"{STATUS}/{task_id[:-1]}"), 404, "task.not_found")
        sign_in(client)
        assert finished(client, task_id)["status"] == "completed"


def test_results_expire(tmp_path: Path) -> None:
    reading = StandIn(pages=6, file_type="pdf")
    with running(tmp_path, reading, result_expire_seconds=1) as client:
        sign_in(client)
        task_id = sent(client, b"%PDF-1.4 " + bytes(2000)).json()["task_id"]
        finished(client, task_id)
        end = time.monotonic() + 20
        while client.get(f"{STATUS}/{task_id}").status_code == 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        problem(client.get(f"{STATUS}/{task_id}"), 404, "task.not_found")


def test_a_queued_document_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    class Fails(StandIn):
        async def finish(self, *_: Any, **__: Any) -> bytes:
            raise EngineError("the process that read it crashed", page=3, code="engine.crashed")

    with running(tmp_path, Fails(pages=6, file_type="pdf")) as client:
        sign_in(client)
        task_id = sent(client, b"%PDF-1.4 " + bytes(2000)).json()["task_id"]
        found = finished(client, task_id)
        assert (found["status"], found["result"]) == ("failed", None)
        assert (found["error"]["code"], found["error"]["page"]) == ("engine.crashed", 3)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (EncryptedInput("it needs a password", source="a name"), 422, "input.encrypted"),
        (UnreadableInput("it is corrupt"), 422, "input.unreadable"),
        (EngineError("it crashed", code="engine.crashed"), 500, "engine.crashed"),
        (MedicordError("internal fault"), 500, "internal"),
        (ZeroDivisionError("text of the document"), 500, "internal"),
    ],
)
def test_what_cannot_be_read_is_a_problem(
    tmp_path: Path, error: BaseException, status: int, code: str
) -> None:
    with running(tmp_path, StandIn(error=error)) as client:
        sign_in(client)
        found = problem(sent(client), status, code)
        assert "text of the document" not in str(found)
        assert "a name" not in str(found)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"plain text, called a picture", 415, "input.unsupported"),
        (b"GIF89a" + bytes(2000), 415, "input.unsupported"),
        (b"PK\x03\x04" + bytes(2000), 415, "input.unsupported"),
        (PNG + bytes(1024 * 1024), 413, "input.over_limit"),
        (PNG + bytes(40 * 1024 * 1024), 413, "input.over_limit"),
    ],
)
def test_what_is_not_taken_is_refused_before_it_is_read(
    tmp_path: Path, content: bytes, status: int, code: str
) -> None:
    reading = StandIn()
    with running(tmp_path, reading, max_file_size_mb=1) as client:
        sign_in(client)
        problem(sent(client, content), status, code)
        assert reading.seen == []
        assert list(tmp_path.iterdir()) == []


def test_an_upload_that_the_disk_has_no_room_for_is_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "text of the document")

    monkeypatch.setattr(uploads._Form, "_data", full)
    with running(tmp_path) as client:
        sign_in(client)
        answer = sent(client)
        problem(answer, 503, "service.busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert list(tmp_path.iterdir()) == []


def test_an_upload_of_exactly_the_limit_is_taken(tmp_path: Path) -> None:
    with running(tmp_path, max_file_size_mb=1) as client:
        sign_in(client)
        assert sent(client, PNG.ljust(1024 * 1024, b"\0")).status_code == 200


def test_a_body_without_a_length_is_cut_off_at_the_limit(tmp_path: Path) -> None:
    def endless() -> Any:
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n' + PNG
        for _ in range(40):
            yield bytes(1024 * 1024)

    with running(tmp_path, max_file_size_mb=1) as client:
        sign_in(client)
        headers = {"content-type": "multipart/form-data; boundary=b"}
        problem(client.post(EXTRACT, content=endless(), headers=headers), 413, "input.over_limit")
        assert list(tmp_path.iterdir()) == []


def test_types_that_are_not_wanted_are_refused(tmp_path: Path) -> None:
    with running(tmp_path, allowed_extensions="pdf") as client:
        sign_in(client)
        problem(sent(client), 415, "input.unsupported")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.png", "x" * 300, "..", "a\x7fb.png"])
def test_names_that_are_paths_or_too_long_are_refused(tmp_path: Path, name: str) -> None:
    with running(tmp_path) as client:
        sign_in(client)
        problem(sent(client, name=name), 400, "request.file_name")
        assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        sign_in(client)
        assert sent(client, name="លទ្ធផល.exe").status_code == 200


def part(name: str, value: bytes = b"x", more: bytes = b"") -> bytes:
    head = f'--b\r\ncontent-disposition: form-data; name="{name}"'.encode()
    return head + more + b"\r\n\r\n" + value + b"\r\n"


FILE = part("file", PNG, b'; filename="a.png"')
FORMS: dict[str, bytes] = {
    "empty": b"",
    "no parts": b"--b--\r\n",
    "not a form": b"\x00\x01\x02" * 100,
    "cut off": FILE,
    "no file": part("language_hint", b"khm") + b"--b--\r\n",
    "two files": FILE + FILE + b"--b--\r\n",
    "a field twice": FILE + part("patient_id") * 2 + b"--b--\r\n",
    "an unknown field": FILE + part("other") + b"--b--\r\n",
    "a thousand parts": FILE + part("patient_id") * 1000 + b"--b--\r\n",
    "a long value": FILE + part("patient_id", b"x" * 300) + b"--b--\r\n",
    "no UTF-8": FILE + part("patient_id", b"\xff") + b"--b--\r\n",
    "control characters": FILE + part("patient_id", b"a\r\nb\x1b[0m") + b"--b--\r\n",
    "a long header": b"--b\r\nx: " + b"y" * 9000 + b"\r\n\r\n\r\n--b--\r\n",
    "many headers": b"--b\r\n" + b"x: y\r\n" * 100 + b"\r\n\r\n--b--\r\n",
    "no name": b"--b\r\ncontent-disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    "encoded": b"--b\r\ncontent-transfer-encoding: base64\r\n" + FILE[5:] + b"--b--\r\n",
    "a bad hint": FILE + part("language_hint", b"deu") + b"--b--\r\n",
    "a hint that is none": FILE + part("language_hint", b"../khm") + b"--b--\r\n",
    "pictures of another kind": FILE + part("pictures", b"yes") + b"--b--\r\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_malformed_form_is_refused(tmp_path: Path, name: str) -> None:
    reading = StandIn()
    with running(tmp_path, reading) as client:
        sign_in(client)
        headers = {"content-type": "multipart/form-data; boundary=b"}
        answer = client.post(EXTRACT, content=FORMS[name], headers=headers)
        problem(answer, 400, "request.invalid")
        assert reading.seen == []
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "media", [None, "application/json", "multipart/form-data", "multipart/mixed; boundary=b"]
)
def test_another_media_type_is_refused(tmp_path: Path, media: str | None) -> None:
    with running(tmp_path) as client:
        sign_in(client)
        headers = {"content-type": media} if media else {}
        answer = client.post(EXTRACT, content=FILE + b"--b--\r\n", headers=headers)
        problem(answer, 415, "request.media_type")


@pytest.mark.parametrize(
    ("hint", "languages"),
    [
        ("", ("khm", "eng")),
        ("eng", ("eng",)),
        ("eng+khm", ("khm", "eng")),
        ("khm+eng+fra", ("khm", "eng", "fra")),
    ],
)
def test_the_language_hint_chooses_languages(
    tmp_path: Path, hint: str, languages: tuple[str, ...]
) -> None:
    reading = StandIn()
    with running(tmp_path, reading) as client:
        sign_in(client)
        assert sent(client, language_hint=hint).status_code == 200
        assert reading.seen[0][1].languages == languages


def test_a_document_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    reading = StandIn(seconds=30)
    with running(tmp_path, reading, request_timeout_seconds=0.1) as client:
        sign_in(client)
        found = problem(sent(client), 504, "request.timeout")
        assert "Prefer: respond-async" in found["detail"]
        assert reading.stopped == 1
        assert list(tmp_path.iterdir()) == []


def test_a_full_service_says_when_to_come_again(tmp_path: Path) -> None:
    reading = StandIn(seconds=2, capacity=1)
    with running(tmp_path, reading) as client:
        sign_in(client)
        first = threading.Thread(target=sent, args=(client,))
        first.start()
        end = time.monotonic() + 10
        while not reading.seen and time.monotonic() < end:
            time.sleep(0.01)
        answer = sent(client)
        problem(answer, 503, "service.busy")
        assert int(answer.headers["retry-after"]) >= 1
        first.join()
        assert sent(client).status_code == 200


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    reading = StandIn(pages=6, file_type="pdf", seconds=0.2)
    with running(tmp_path, reading, queue_size=1) as client:
        sign_in(client)
        pdf = b"%PDF-1.4 " + bytes(2000)
        task_id = sent(client, pdf).json()["task_id"]
        answer = sent(client, pdf)
        problem(answer, 503, "service.busy")
        assert int(answer.headers["retry-after"]) >= 1
        assert finished(client, task_id)["status"] == "completed"
        assert sent(client, pdf).status_code == 202
    assert list(tmp_path.iterdir()) == []  # also that of the task that was under way


def test_before_the_models_are_loaded_it_is_not_ready(tmp_path: Path) -> None:
    reading = StandIn(is_ready=False)
    with running(tmp_path, reading) as client:
        sign_in(client)
        assert client.get("/health").json()["status"] == "healthy"
        problem(client.get("/ready"), 503, "service.not_ready")
        problem(sent(client), 503, "service.not_ready")
        reading.is_at_fault = MedicordError("no data", code="dependency.missing")
        problem(client.get("/ready"), 503, "dependency.missing")
        reading.is_ready = True
        assert client.get("/ready").status_code == 200
        assert sent(client).status_code == 200


def test_what_a_crash_left_is_swept_at_the_start(tmp_path: Path) -> None:
    (tmp_path / f"left{uploads.SUFFIX}").write_bytes(b"a patient's document")
    (tmp_path / "not ours").write_bytes(b"")
    with running(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["not ours"]


def test_uploads_are_readable_by_the_service_alone(tmp_path: Path) -> None:
    modes: list[int] = []

    class Looks(StandIn):
        async def begin(self, path: Path, *given: Any, **more: Any) -> Any:
            modes.append(path.stat().st_mode & 0o777)
            return await super().begin(path, *given, **more)

    with running(tmp_path, Looks()) as client:
        sign_in(client)
        assert sent(client).status_code == 200
    assert modes == [0o600]


def test_a_request_that_is_abandoned_is_not_worked_on(tmp_path: Path) -> None:
    """At the seam of ASGI, where a client that goes away is a message."""
    reading = StandIn(seconds=30)
    with running(tmp_path, reading) as client:
        sign_in(client)
        body = FILE + b"--b--\r\n"
        messages = [
            {"type": "http.request", "body": body, "more_body": False},
            {"type": "http.disconnect"},
        ]
        said: list[Any] = []

        async def receive() -> Any:
            if len(messages) == 1:
                while not reading.seen:
                    await asyncio.sleep(0.01)
            return messages.pop(0)

        async def send(message: Any) -> None:
            said.append(message)

        headers = {
            "authorization": client.headers["authorization"],
            "content-type": "multipart/form-data; boundary=b",
            "content-length": str(len(body)),
        }
        scope = {
            "type": "http",
            "method": "POST",
            "path": EXTRACT,
            "raw_path": EXTRACT.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "server": ("test", 80),
            "client": ("192.0.2.1", 1),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        }
        assert client.portal is not None
        client.portal.call(client.app, scope, receive, send)
        assert [message.get("status") for message in said] == [499, None]
        assert reading.stopped == 1
        assert list(tmp_path.iterdir()) == []

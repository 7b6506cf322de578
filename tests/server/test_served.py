"""The real command on real documents: what it answers, survives and leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from medicord_ocr import Options, extract
from medicord_ocr.cli.serve import _listening
from medicord_ocr.server.config import Bind
from tests.pdfs import Page, pdf, text
from tests.server.service import EXTRACT, SAMPLES, STATUS, Served, finished, problem, served

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("service"), "--workers", "1") as service:
        yield service


def sent(service: Served, path: Path, **fields: str) -> Any:
    with path.open("rb") as file:
        return service.client.post(EXTRACT, files={"file": (path.name, file)}, data=fields)


def twelve_pages(folder: Path) -> Path:
    """A PDF of twelve pages, each with a result of its own."""
    path = folder / "twelve.pdf"
    pages = (Page(text(72, 700, f"Glucose 5.{number} mmol/L 3.9 - 5.6")) for number in range(12))
    path.write_bytes(pdf(*pages))
    return path


def core(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what differs from run to run."""
    return {k: v for k, v in document.items() if k not in ("extracted_at", "timings_ms")}


@pytest.mark.parametrize("name", ["lab_digital.pdf", "prescription_grid.jpg"])
def test_the_api_gives_the_document_that_extract_gives(service: Served, name: str) -> None:
    answer = sent(service, SAMPLES / name)
    assert answer.status_code == 200
    expected = json.loads(extract(SAMPLES / name).model_dump_json())
    assert core(answer.json()) == core(expected)


def test_a_document_read_page_by_page_is_the_one_that_extract_gives(
    service: Served, tmp_path: Path
) -> None:
    path = twelve_pages(tmp_path)
    answer = sent(service, path)
    assert answer.status_code == 202
    task_id = answer.json()["task_id"]
    seen = set()
    while True:
        found = service.client.get(f"{STATUS}/{task_id}").json()
        seen.add((found["status"], found["progress"]["done"]))
        assert found["progress"]["total"] == 12
        if found["status"] == "completed":
            break
        assert found["status"] in ("pending", "processing")
    assert len(seen) > 2, "progress is shown while it is read"
    expected = json.loads(extract(path, Options()).model_dump_json())
    assert core(found["result"]) == core(expected)
    assert len(found["result"]["categories"]["lab_results"]) == 12


def test_pictures_are_the_pages_that_the_boxes_are_in(service: Served) -> None:
    answer = sent(service, SAMPLES / "prescription_grid.jpg", pictures="1").json()
    (picture,) = answer["page_pictures"]
    assert picture.startswith("data:image/jpeg;base64,")


def test_two_pages_are_read_at_once_and_put_together(service: Served, tmp_path: Path) -> None:
    path = tmp_path / "two.pdf"
    path.write_bytes(pdf(*(Page(text(72, 700, f"Sodium 13{n} mmol/L")) for n in range(2))))
    assert sent(service, path).json()["pages"] == 2


def test_an_encrypted_pdf_is_told_by_its_code(service: Served, tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdf(Page(), password="secret"))
    problem(sent(service, path), 422, "input.encrypted")


def test_a_queued_document_outlives_the_process_that_reads_it(
    service: Served, tmp_path: Path
) -> None:
    path = twelve_pages(tmp_path)
    task_id = sent(service, path).json()["task_id"]
    while service.client.get(f"{STATUS}/{task_id}").json()["progress"]["done"] == 0:
        time.sleep(0.01)
    (reader,) = (p for p in psutil.Process(service.process.pid).children() if _reads(p))
    os.kill(reader.pid, signal.SIGKILL)
    found = finished(service.client, task_id)
    assert found["status"] == "completed", found
    assert len(found["result"]["categories"]["lab_results"]) == 12


def test_a_process_that_is_killed_is_replaced(service: Served, tmp_path: Path) -> None:
    """The one request that it worked on fails; the queued one after it is answered."""
    answers: list[Any] = []
    sample = SAMPLES / "lab_khmer_english.png"
    first = threading.Thread(target=lambda: answers.append(sent(service, sample)))
    first.start()
    (reader,) = (p for p in psutil.Process(service.process.pid).children() if _reads(p))
    time.sleep(0.5)
    os.kill(reader.pid, signal.SIGKILL)
    first.join()
    problem(answers[0], 500, "engine.crashed")
    # The next one waits for the process that takes its place.
    assert service.client.get("/ready").status_code == 200
    assert sent(service, SAMPLES / "lab_digital.pdf").status_code == 200


def _reads(process: psutil.Process) -> bool:
    return any("spawn_main" in part for part in process.cmdline())


def test_nothing_of_a_document_is_logged_or_left(service: Served) -> None:
    answer = sent(service, SAMPLES / "lab_khmer_english.png", patient_id="patient-4711")
    words = {word for word in answer.json()["raw_text"].split() if len(word) >= 5}
    log = service.log.read_text()
    assert "request" in log
    assert [word for word in words if word in log] == []
    for secret in ("patient-4711", "lab_khmer_english", "correct horse", "eyJ"):
        assert secret not in log
    assert [path for path in service.temporary.rglob("*") if path.suffix == ".upload"] == []


def test_it_ends_when_asked_and_leaves_nothing(tmp_path: Path) -> None:
    service = Served(tmp_path)
    children = psutil.Process(service.process.pid).children(recursive=True)
    assert service.stop() == 143
    assert list(service.temporary.iterdir()) == []
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_an_address_that_is_taken_is_said_so(service: Served, tmp_path: Path) -> None:
    from tests.command import run

    port = str(service.client.base_url.port)
    result = run("serve", "--port", port, cwd=tmp_path)
    assert (result.code, result.out) == (2, "")
    assert f"port {port}" in result.err


def test_production_does_not_start_with_what_is_weak(tmp_path: Path) -> None:
    from tests.command import environment, run

    result = run("serve", cwd=tmp_path, env=environment(APP_ENV="production"))
    assert result.code == 2
    assert "CLIENT_SECRET" in result.err
    assert "Traceback" not in result.err


def test_in_production_every_line_is_json(tmp_path: Path) -> None:
    strong = {
        "APP_ENV": "production",
        "DEBUG": "false",
        "CLIENT_SECRET": "Xq7w-9rTz_41bnPQ",
        "CORS_ORIGINS": "none",
    }
    service = Served(tmp_path, "--behind-proxy", **strong)
    service.client.get("/health/none")
    assert service.stop() == 143
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    events = [line["event"] for line in lines]
    assert events == ["message", "started", "request", "stopped", "message"]
    assert lines[0]["reason"].startswith("http://127.0.0.1:")
    assert lines[-1]["reason"] == "terminated."


def test_secrets_are_drawn_in_development_and_printed_once(tmp_path: Path) -> None:
    service = Served(tmp_path, CLIENT_SECRET="", JWT_SECRET_KEY="")
    try:
        assert service.log.read_text().count("CLIENT_SECRET=") == 1
    finally:
        service.stop()


def test_hash_secret_prints_what_the_clients_file_takes(tmp_path: Path) -> None:
    from medicord_ocr.server.auth import Clients
    from tests.command import run
    from tests.server.service import settings

    result = run("serve", "--hash-secret", cwd=tmp_path, input=b"the clinic's own\n")
    file = tmp_path / "clients.json"
    file.write_text(json.dumps([{"client_id": "clinic", "secret_hash": result.out.strip()}]))
    assert Clients(settings(clients_file=file)).knows("clinic", "the clinic's own")


def test_answers_do_not_wait_for_the_client_to_acknowledge_their_head() -> None:
    with _listening(Bind(port=0)) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

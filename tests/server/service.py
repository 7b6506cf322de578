"""The service as tests use it: with a stand-in that reads nothing, or as the real command."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import uvicorn
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from medicord_ocr.cli.serve import configuration
from medicord_ocr.errors import MedicordError
from medicord_ocr.options import Options
from medicord_ocr.server.app import create_app
from medicord_ocr.server.config import Bind, ServiceSettings, checked
from medicord_ocr.server.reading import Progress, Reading
from medicord_ocr.server.steps import Begun
from tests.command import COMMAND, environment

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
SECRET = "correct horse battery staple"
KEY = "0123456789abcdefghijklmnopqrstuvwxyz"
CLIENT = "medicord-flutter-app"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(2000)
EXTRACT = "/api/v1/ocr/extract"
TOKEN = "/api/v1/auth/token"
STATUS = "/api/v1/ocr/status"


class StandIn(Reading):
    """Reads nothing: a document of ``pages`` pages, after ``seconds``, or an error."""

    def __init__(self, **given: Any) -> None:
        super().__init__(1, Options(), 1.0, given.pop("capacity", 10))
        self.pages = 1
        self.file_type: Any = "png"
        self.seconds = 0.0
        self.error: BaseException | None = None
        self.seen: list[tuple[Path, Options]] = []
        self.contents: list[bytes] = []
        self.stopped = 0
        self.is_ready = True
        self.is_at_fault: MedicordError | None = None
        vars(self).update(given)

    def start(self) -> None: ...

    async def close(self) -> None: ...

    @property
    def ready(self) -> bool:
        return self.is_ready

    @property
    def fault(self) -> MedicordError | None:
        return self.is_at_fault

    async def begin(self, path: Path, options: Options, *, whole: bool, pictures: bool) -> Begun:
        self.seen.append((path, options))
        self.contents.append(path.read_bytes())
        await self._work()
        read = whole and self.pages == 1
        return Begun(self.file_type, self.pages, document(1) if read else None)

    async def finish(
        self,
        path: Path,
        options: Options,
        pages: int,
        *,
        pictures: bool,
        urgent: bool,
        progress: Progress | None = None,
    ) -> bytes:
        for number in range(pages):
            await self._work()
            if progress:
                progress(number + 1)
        return document(pages)

    async def _work(self) -> None:
        if self.error is not None:
            raise self.error
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.stopped += 1
            raise


def document(pages: int) -> bytes:
    """A whole document, in the form of the contract, that is not about anybody."""
    text = (SAMPLES / "lab_khmer_english.json").read_text("utf-8")
    truth = json.loads(text)["categories"]["lab_results"][0]
    row = {"confidence": 0.5, "fields": {}, "needs_review": False}
    names = ("test_name", "value", "unit", "reference_range", "abnormal")
    row |= {name: truth[name] for name in names}
    from medicord_ocr.schema import Document

    return (
        Document.model_validate(
            {
                "raw_text": "what Sovannara was told",
                "average_confidence": 0.5,
                "pages": pages,
                "file_type": "png",
                "extracted_at": "2026-01-02T03:04:05Z",
                "categories": {"lab_results": [row]},
                "possible_report_date": None,
                "possible_facility": None,
                "possible_doctor": None,
            }
        )
        .model_dump_json()
        .encode()
    )


def settings(**given: Any) -> ServiceSettings:
    """Settings of a service for tests, in development."""
    given = {"client_secret": SECRET, "jwt_secret_key": KEY, "rate_limit_per_minute": 1000} | given
    return checked(ServiceSettings(_env_file=None, **given), Bind())  # type: ignore[call-arg]


def words_of(text: str) -> set[str]:
    """Words by which a text would be known: with a capital before a small letter, or no ASCII.

    Others (address, status, 5e6b7) are in logs by right, or by chance in ids.
    """
    return {word for word in text.split() if len(word) >= 5 and _TELLING.search(word)}


_TELLING = re.compile(r"[A-Z].*[a-z]|[^\x00-\x7f]")


def check_log(log: str, known: set[str]) -> None:
    """Nothing is in a log that is nobody's business: secrets, tokens, and what is known besides."""
    found = [word for word in (SECRET, KEY, "eyJ", *known) if word in log]
    assert not found, found


@contextmanager
def logged() -> Iterator[None]:
    """Hold what a service in this process logs against what it must not."""
    with capture_logs() as events:
        yield
    check_log(str(events), {"Sovannara", "text of the document"})


@contextmanager
def running(folder: Path, reading: Reading | None = None, **given: Any) -> Iterator[TestClient]:
    """A client of the service, in this process.

    Args:
        folder: for uploads.
        reading: reads the documents, by default a stand-in.
        given: settings, and ``secure``.
    """
    secure = bool(given.pop("secure", False))
    app = create_app(settings(**given), folder, reading or StandIn(), secure=secure)
    with (
        logged(),
        TestClient(app, raise_server_exceptions=False, client=("192.0.2.1", 1234)) as client,
    ):
        yield client


@contextmanager
def listening(folder: Path, reading: Reading | None = None, **given: Any) -> Iterator[str]:
    """The address of the service in this process, behind a real server.

    Args:
        folder: for uploads.
        reading: reads the documents, by default a stand-in.
        given: settings.
    """
    app = create_app(settings(**given), folder, reading or StandIn())
    with logged(), socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(configuration(app, Bind()))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def sign_in(client: httpx.Client, client_id: str = CLIENT, secret: str = SECRET) -> None:
    """Let the client carry a token from now on."""
    answer = client.post(TOKEN, json={"client_id": client_id, "client_secret": secret})
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer, which is to be of that status and code."""
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    found: dict[str, Any] = answer.json()
    assert (found["status"], found["code"]) == (status, code), found
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


def finished(client: httpx.Client, task_id: str, seconds: float = 60) -> dict[str, Any]:
    """How a task ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found: dict[str, Any] = client.get(f"{STATUS}/{task_id}").json()
        if found["status"] in ("completed", "failed"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"not finished: {found}")


class Served:
    """The real command, serving on this machine; its log is held against what it must not hold.

    Attributes:
        client: of it, signed in.
        process: of the command.
        temporary: its temporary folder.
        log: file of its standard error.
    """

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.log = folder / "stderr"
        given = {
            "CLIENT_SECRET": SECRET,
            "JWT_SECRET_KEY": KEY,
            "RATE_LIMIT_PER_MINUTE": "10000",
            "TMPDIR": str(self.temporary),
        }
        with self.log.open("ab") as stderr:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", "0", *arguments],
                cwd=folder,
                env=environment(**(given | variables)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )
        # What browsers and others send are samples.
        self._known = {name for path in SAMPLES.iterdir() for name in (path.stem, *_words(path))}
        hooks = {"response": [self._note]}
        self.client = httpx.Client(base_url=self._address(), timeout=120, event_hooks=hooks)

    def _note(self, answer: httpx.Response) -> None:
        """Remember what an answer holds that is not to be logged."""
        answer.read()
        if answer.headers.get("content-type") == "application/json":
            found = answer.json()
            read = found.get("result") or found
            self._known |= words_of(str(read.get("raw_text", "")))
            self._known |= {found["patient_id"]} if "patient_id" in found else set()

    def _address(self) -> str:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            found = re.findall(r"(https?://\S+:\d+) \(stop", self.log.read_text())
            if found:
                return str(found[-1])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def wait_ready(self, seconds: float = 120) -> None:
        """Wait until documents can be read, then sign in."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.client.get("/ready").status_code == 200:
                    sign_in(self.client)
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def wait_idle(self, seconds: float = 300) -> None:
        """Wait until no document is under way."""
        end = time.monotonic() + seconds
        while "medicord_queue_depth 0.0" not in self.client.get("/metrics").text:
            assert time.monotonic() < end, "documents are still under way"
            time.sleep(0.1)

    def stop(self) -> int:
        """Ask it to end, and give its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()
            self.client.close()
            check_log(self.log.read_text("utf-8"), self._known)


def _words(path: Path) -> set[str]:
    """Words of a sample, where it is the truth about one."""
    return (
        words_of(json.loads(path.read_text("utf-8"))["raw_text"])
        if path.suffix == ".json"
        else set()
    )


@contextmanager
def served(folder: Path, *arguments: str, **variables: str) -> Iterator[Served]:
    """The real command, ready and signed in."""
    service = Served(folder, *arguments, **variables)
    try:
        service.wait_ready()
        yield service
    finally:
        service.stop()

"""Broken, encrypted, huge and hostile files of ``../shared/badinput`` sent to the real service."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from medicord_ocr import errors
from medicord_ocr.schema import Record
from tests.command import run
from tests.server.service import EXTRACT, Served, finished, problem, served

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SHARED = Path(__file__).parents[3] / "shared" / "badinput"
#: Of these folders pages are small; ``make soak`` takes all.
FOLDERS = ["pillow", "pypdfium2"]
if float(os.environ.get("SOAK", "0")) >= 1:
    FOLDERS += ["ocrmypdf", "paperless"]
#: Statuses by the code of the error, as the command line has it.
STATUSES = {
    kind.code: kind.http_status
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.MedicordError)
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    with served(folder, MAX_FILE_SIZE_MB="100", MAX_PAGES="2000") as found:
        yield found


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/badinput is not here")
@pytest.mark.parametrize("folder", FOLDERS)
def test_bad_input_is_refused_as_on_the_command_line_and_leaves_nothing(
    folder: str, service: Served, tmp_path: Path
) -> None:
    paths = sorted(str(path) for path in (SHARED / folder).iterdir() if path.is_file())
    assert len(paths) > 10
    done = run("extract", "--engine", "fake", "--format", "jsonl", *paths, cwd=tmp_path)
    expected = [Record.model_validate_json(line) for line in done.out.splitlines()]
    for path, record in zip(paths, expected, strict=True):
        answer = service.client.post(EXTRACT, files={"file": Path(path).read_bytes()})
        if answer.status_code == 202:
            task = finished(service.client, answer.json()["task_id"], seconds=300)
            code = (task["error"] or {}).get("code")
        elif answer.status_code == 200:
            code = None
        else:
            code = answer.json()["code"]
            problem(answer, STATUSES[code], code)
        wanted = record.errors[0].code if record.errors else None
        assert code == wanted, f"{path}: {answer.text[:300]}"
    assert service.client.get("/health").status_code == 200
    service.wait_idle()
    left = [path for path in service.temporary.rglob("*") if path.is_file()]
    assert [path.name for path in left if path.name != ".lock"] == []

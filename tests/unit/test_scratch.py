"""The private folder of a run."""

import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from medicord_ocr.cli.scratch import PREFIX, scratch


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("TMPDIR", raising=False)
    return tmp_path


def test_everything_temporary_of_the_block_is_private_and_gone_after_it(base: Path) -> None:
    with scratch() as folder:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            assert folder in Path(file.name).parents
        subprocess.run([sys.executable, "-c", "import tempfile; tempfile.mkdtemp()"], check=True)
        assert len(list(folder.glob("tmp*"))) == 2
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.parent == base
    assert list(base.iterdir()) == []
    assert tempfile.gettempdir() == str(base)
    assert "TMPDIR" not in os.environ


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_it_is_gone_after_a_fault_too(base: Path, fault: type[BaseException]) -> None:
    with pytest.raises(fault), scratch() as folder:  # noqa: PT012
        (folder / "page.ppm").write_bytes(b"x")
        raise fault
    assert list(base.iterdir()) == []


def test_what_a_killed_run_left_is_swept_and_what_still_runs_is_not(base: Path) -> None:
    code = (
        "import sys, time\n"
        "from medicord_ocr.cli.scratch import scratch\n"
        "with scratch() as folder:\n"
        "    print(folder, flush=True)\n"
        "    time.sleep(60)\n"
    )
    home = Path(__file__).parents[2] / "src"
    env = os.environ | {"TMPDIR": str(base), "PYTHONPATH": str(home)}
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        folders = [Path(process.stdout.readline().strip()) for process in running]  # type: ignore[union-attr]
        assert all(folder.is_dir() for folder in folders)
        running[0].kill()
        running[0].wait(timeout=10)
        with scratch():
            assert [folder.exists() for folder in folders] == [False, True]
    finally:
        for process in running:
            process.kill()
            process.communicate(timeout=10)


def test_a_folder_without_a_lock_is_swept_only_when_it_is_old(base: Path) -> None:
    young, old = base / f"{PREFIX}young", base / f"{PREFIX}old"
    for folder in (young, old):
        folder.mkdir()
        (folder / "page.ppm").write_bytes(b"x")
    os.utime(old, (time.time() - 2 * 24 * 3600,) * 2)
    with scratch():
        assert young.exists()
        assert not old.exists()


def test_a_link_with_such_a_name_leads_to_no_harm(base: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("x")
    os.utime(precious, (0, 0))
    (base / f"{PREFIX}link").symlink_to(precious)
    with scratch():
        pass
    assert (precious / "file").exists()

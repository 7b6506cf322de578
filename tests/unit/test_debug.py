"""The pictures of each stage: private, and no harm to the folder that they are put into."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from medicord_ocr.debug import tracer
from medicord_ocr.errors import OutputError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(folder: Path) -> Path:
    tracer(folder, 1)("grayscale", np.zeros((4, 4), np.uint8))
    return folder / "p001-01-grayscale.png"


@pytest.mark.parametrize("there", [False, True])
def test_a_new_or_empty_folder_becomes_private(tmp_path: Path, there: bool) -> None:
    folder = tmp_path / "seen"
    if there:
        folder.mkdir(mode=0o755)
    picture = write(folder)
    assert (mode(folder), mode(picture)) == (0o700, 0o600)


def test_a_folder_that_holds_other_things_keeps_its_mode(tmp_path: Path) -> None:
    # --debug-dir /tmp, as root, shut everybody else out of /tmp.
    tmp_path.chmod(0o755)
    (tmp_path / "other").touch()
    picture = write(tmp_path)
    assert (mode(tmp_path), mode(picture)) == (0o755, 0o600)


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "seen").touch()
    with pytest.raises(OutputError, match="stages cannot be written"):
        tracer(tmp_path / "seen", 1)

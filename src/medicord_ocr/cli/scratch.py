"""A private folder for everything temporary of a run, gone at its end whatever happens.

Libraries put copies and pictures of documents into the temporary folder, and a process that is
killed cannot remove them. So each run has a folder of its own (0700), which the process that reads
nothing removes; what a run leaves that was itself killed, the next run sweeps.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from medicord_ocr.errors import OutputError
from medicord_ocr.locks import held, remove_free

#: Temporary folders of ours begin with this, those of runs and those that the library makes.
PREFIX = "medicord-ocr-"
_LOCK = ".lock"
#: Seconds after which a folder without a lock belongs to no one: a program that uses the library.
_ABANDONED = 24 * 3600


@contextmanager
def scratch() -> Iterator[Path]:
    """The folder, which is the temporary folder of this process and its children in the block.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        base = Path(tempfile.gettempdir())
        sweep(base)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        lock = held(folder / _LOCK)
    except OSError as error:
        raise OutputError(
            f"there is no room for temporary files ({os.strerror(error.errno or 0)})",
            hint="Free some, or set TMPDIR to a folder that can be written to",
        ) from error
    try:
        with _temporary(folder):
            yield folder
    finally:
        lock.close()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Let it be the temporary folder, of the processes that are started too."""
    before, variable = tempfile.tempdir, os.environ.get("TMPDIR")
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop("TMPDIR")
        if variable is not None:
            os.environ["TMPDIR"] = variable


def sweep(base: Path) -> None:
    """Remove what runs left that were killed; what other users left is theirs."""
    for folder in base.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.is_dir() and not folder.is_symlink() and _free(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _free(folder: Path) -> bool:
    """Whether nobody works in it. Raises OSError when somebody does, or it is not ours."""
    about = folder.stat()
    if hasattr(os, "getuid") and about.st_uid != os.getuid():
        return False
    lock = folder / _LOCK
    if not lock.exists():
        return time.time() - about.st_mtime > _ABANDONED
    remove_free(lock)
    return True

"""Locks that end with the process that holds them, however it ends: what is left is then free.

Windows needs none: there a file that a process has open can be neither removed nor renamed.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

_UNFINISHED = ".part"


def hold(number: int) -> None:
    """Lock an open file until it is closed, against other processes that ask for it.

    Args:
        number: the file's descriptor.

    Raises:
        OSError: another process holds it, or the file system has no locks.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)


def held(path: Path) -> BinaryIO:
    """A new file that is held for as long as it has its name and is open.

    Raises:
        OSError: it cannot be made.
    """
    if sys.platform == "win32":
        return path.open("wb")
    new = path.with_name(f"{path.name}-new")
    file = new.open("wb")
    with suppress(OSError):  # a file system without locks: nothing is swept there either
        hold(file.fileno())
        new.rename(path)
    return file


def remove_free(path: Path) -> None:
    """Remove a file that no process holds.

    Raises:
        OSError: one does, or it cannot be removed.
    """
    if sys.platform == "win32":
        path.unlink()
        return
    with path.open("rb+") as file:
        hold(file.fileno())
        path.unlink()


def begin_beside(target: Path) -> tuple[int, Path]:
    """A private file beside a target, to be moved into its place: its descriptor and its path.

    It is held until it is closed. Those of earlier runs with this target that were killed are
    removed, but not one of a run that still goes on.

    Raises:
        OSError: it cannot be made.
    """
    prefix = f".{target.name[:50]}."  # short, since names are limited in bytes
    for left in target.parent.glob(f"{escape(prefix)}*{_UNFINISHED}"):
        with suppress(OSError):
            remove_free(left)
    number, name = tempfile.mkstemp(_UNFINISHED, prefix, target.parent)
    with suppress(OSError):  # a file system without locks: nothing is swept there either
        hold(number)
    return number, Path(name)

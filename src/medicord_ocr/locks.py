"""Locks that end with the process that holds them, however it ends: what is left is then free.

Windows needs none: there a file that a process has open can be neither removed nor renamed.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


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

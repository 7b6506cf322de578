"""Locks that end with the process that holds them, however it ends: what is left is then free."""

from __future__ import annotations

import sys


def hold(number: int) -> None:
    """Lock an open file until it is closed, against other processes that ask for it.

    Windows needs no lock: there an open file cannot be removed.

    Args:
        number: the file's descriptor.

    Raises:
        OSError: another process holds it, or the file system has no locks.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)

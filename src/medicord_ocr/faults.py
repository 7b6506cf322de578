"""What was not foreseen, as one of our errors: its type and its place in the code, never its text.

The message of an exception may quote the document that was being read.
"""

from __future__ import annotations

import errno
import logging
import os
import traceback
from pathlib import Path

from medicord_ocr.errors import MedicordError, MissingDependency, OutputError

log = logging.getLogger(__name__)

_PACKAGE = Path(__file__).resolve().parent
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def as_medicord(error: BaseException) -> MedicordError:
    """The error itself, or one of ours that says its type and place but not its message."""
    if isinstance(error, MedicordError):
        return error
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return OutputError(f"cannot write ({os.strerror(error.errno)})")
    if isinstance(error, ImportError) and not (error.name or "").startswith("medicord_ocr"):
        return MissingDependency(
            f"the Python package {error.name} is not installed, or does not load",
            hint="medicord-ocr doctor shows what is missing and how to install it",
        )
    if isinstance(error, MemoryError):
        hint = "Close other programs, or read fewer pages at a time (--pages, --jobs 1)"
        return MedicordError("there is not enough memory", hint=hint)
    return MedicordError(
        f"internal fault: {type(error).__name__} at {place(error)}",
        hint="Please report it with this line; -v shows how it came about",
    )


def place(error: BaseException) -> str:
    """The innermost line of our own code that the error passed through, as ``file.py:12``."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _PACKAGE in Path(frame.filename).parents]
    last = (ours or list(frames))[-1] if frames else None
    return f"{_short(last.filename)}:{last.lineno}" if last else "an unknown place"


def _short(filename: str) -> str:
    path = Path(filename)
    return path.relative_to(_PACKAGE).as_posix() if _PACKAGE in path.parents else path.name


def log_trace(error: BaseException) -> None:
    """Log for debugging the calls that led here, cause first: places, source lines, no values."""
    if not log.isEnabledFor(logging.DEBUG):
        return
    if error.__cause__ is not None:
        log_trace(error.__cause__)
    for frame in traceback.extract_tb(error.__traceback__):
        log.debug("  %s:%s %s: %s", _short(frame.filename), frame.lineno, frame.name, frame.line)
    log.debug("  %s", type(error).__name__)

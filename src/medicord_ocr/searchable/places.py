"""Where the searchable PDFs go, and whether one is there: what a batch asks for every input."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from medicord_ocr.errors import OutputError
from medicord_ocr.locks import begin_beside

#: Bytes that a file's name may have on the file systems of today.
_LONGEST_NAME = 255
#: Nanoseconds by which file systems round the times of files (FAT: two seconds).
_ROUNDING = 2_000_000_000
#: What goes wrong with one name, and not with the next.
_OF_THE_NAME = frozenset(
    (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)
)
_ROOT = "_root"
#: Parts of a name that mean something else here, and those that take their place.
_TAKEN = re.compile(rf"(\.\.|{_ROOT})_*")


def target_of(folder: Path, name: str) -> Path:
    """Where the PDF of an input goes: ``sub/scan.jpg`` to ``FOLDER/sub/scan.jpg.pdf``.

    Never outside of the folder; two inputs never have one place.

    Args:
        folder: of the PDFs.
        name: of the input, as records have it.
    """
    path = PurePosixPath(name.replace("\\", "/") if os.name == "nt" else name)
    parts = [part + "_" if _TAKEN.fullmatch(part) else part for part in path.parts]
    if path.is_absolute():
        parts[0] = _ROOT
    *above, last = parts
    return folder.joinpath(*above, _short(f"{last}.pdf"))


def _short(name: str) -> str:
    """The name, its end replaced by a hash of it where it is too long."""
    data = os.fsencode(name)
    if len(data) <= _LONGEST_NAME:
        return name
    mark = f"~{hashlib.sha256(data).hexdigest()[:16]}.pdf"
    return data[: _LONGEST_NAME - len(mark)].decode("utf-8", "ignore") + mark


def is_current(target: Path, time: int) -> bool:
    """Whether the PDF of an input is there and made of it as it is now: they have one time.

    Args:
        target: the PDF.
        time: of the last change of the input, in nanoseconds.
    """
    try:
        return abs(target.stat().st_mtime_ns - time) <= _ROUNDING
    except (OSError, ValueError):
        return False


def check_folder(folder: Path) -> None:
    """Make the folder of the PDFs where it is not there, and see that it can be written to.

    Raises:
        OutputError: it cannot be.
    """
    try:
        _make_folder(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _not_writable(folder, error) from error


def copy(made: Path, target: Path, time: int) -> None:
    """Copy the PDF of an input for another one with the same content.

    Args:
        made: the PDF that is there.
        target: as for ``replacing``.
        time: as for ``replacing``.

    Raises:
        OutputError: it cannot be written; what was there before stays.
    """
    with replacing(target, time) as file, made.open("rb") as original:
        shutil.copyfileobj(original, file, 1 << 20)


@contextmanager
def replacing(target: Path, time: int) -> Iterator[BinaryIO]:
    """A private file that takes the place of the target when the block ends well.

    Args:
        target: the PDF; its folder is made where it is not there.
        time: of the last change of the input, in nanoseconds, which becomes its own.

    Raises:
        OutputError: it cannot be written, or the block raised OSError; the target is as it was.
            With the code ``output.name`` where that is about this one name alone.
    """
    unfinished: Path | None = None
    try:
        _make_folder(target.parent)
        number, unfinished = begin_beside(target)
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fsync(number)
        os.utime(unfinished, ns=(time, time))
        unfinished.replace(target)
    except OSError as error:
        raise _not_writable(target, error) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, private to the user; one that is there keeps its mode."""
    for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _not_writable(path: Path, error: OSError) -> OutputError:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    code = "output.name" if error.errno in _OF_THE_NAME else None
    return OutputError(f"cannot write to {path} ({reason})", code=code)

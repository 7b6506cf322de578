"""What the PATHs of a command line mean: files, folders, standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from medicord_ocr.errors import LimitExceeded, UnreadableInput, UnsupportedInput, UsageError

STANDARD_INPUT = "-"
#: Most bytes of standard input, which is held in memory; a file is not.
STANDARD_INPUT_BYTES = 256 * 1024 * 1024
#: Names that documents go by. A file named on its own is read whatever its name is.
SUFFIXES = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp"})
#: How the content of a document begins, for files in folders whose names do not tell.
_BEGINNINGS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")


@dataclass(frozen=True, slots=True)
class Input:
    """One document to read.

    Attributes:
        name: as messages and records show it: relative to its folder where one was given.
        path: the file, or None when ``data`` holds what standard input gave.
        data: the content itself.
    """

    name: str
    path: Path | None
    data: bytes = b""

    @property
    def content(self) -> Path | bytes:
        """What the pipeline takes."""
        return self.data if self.path is None else self.path


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that was asked for.

    Attributes:
        found: the documents, in the order given; those of a folder by name.
        left_out: how many files of the folders do not look like documents.
        several: whether the answer is records: several paths, or a folder.
    """

    found: tuple[Input, ...]
    left_out: int
    several: bool


def find_inputs(paths: Sequence[str], max_bytes: int) -> Inputs:
    """The documents that the paths name; folders are searched through, hidden files left out.

    Args:
        paths: files and folders, ``-`` for standard input.
        max_bytes: most that is read from standard input.

    Raises:
        UsageError: standard input is named twice, or is a terminal.
        UnreadableInput: a folder cannot be listed, or standard input is closed.
        UnsupportedInput: there is no document in the folders given.
        LimitExceeded: standard input holds more than that, or 256 MB.
    """
    if paths.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input (-) can be read only once")
    found: list[Input] = []
    left_out = 0
    for path in paths:
        if path == STANDARD_INPUT:
            found.append(Input(STANDARD_INPUT, None, _standard_input(max_bytes)))
        elif Path(path).is_dir():
            files = list(_walk(Path(path)))
            documents = [file for file in files if _looks_like_document(file)]
            left_out += len(files) - len(documents)
            for file in documents:
                name = file.relative_to(path) if len(paths) == 1 else file
                found.append(Input(_name(name), file))
        else:
            found.append(Input(_name(Path(path)), Path(path)))
    if not found:
        raise UnsupportedInput(
            f"no documents in {', '.join(paths)}",
            hint=f"Names of documents end in {', '.join(sorted(SUFFIXES))}",
        )
    unique = {(file.name, file.path): file for file in found}
    several = len(paths) > 1 or Path(paths[0]).is_dir()
    return Inputs(tuple(unique.values()), left_out, several)


def _walk(folder: Path) -> Iterator[Path]:
    """The files below a folder that are not hidden; links to folders are not followed."""

    def refuse(error: OSError) -> None:
        raise UnreadableInput(
            f"the folder cannot be listed ({os.strerror(error.errno or 0)})",
            source=str(error.filename),
        )

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield Path(parent, name)


def _looks_like_document(file: Path) -> bool:
    if file.suffix.lower() in SUFFIXES:
        return True
    try:
        if not file.is_file():  # a pipe would keep us waiting
            return False
        with file.open("rb") as stream:
            return stream.read(8).startswith(_BEGINNINGS)
    except OSError:
        return False


def _name(path: Path) -> str:
    """The path as UTF-8 with forward slashes; bytes of a name that are not UTF-8 are replaced."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")


def _standard_input(max_bytes: int) -> bytes:
    if sys.stdin is None:
        raise UnreadableInput("standard input is closed")
    if sys.stdin.isatty():
        raise UsageError(
            "standard input is a terminal", hint="Send a file to it: medicord-ocr extract - < FILE"
        )
    limit = min(max_bytes, STANDARD_INPUT_BYTES)
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        raise LimitExceeded(
            f"standard input holds more than {limit // 1024**2} MB",
            hint="Name the file instead; CLI_MAX_FILE_SIZE_MB is the limit of files",
        )
    return data

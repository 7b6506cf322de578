"""What the PATHs of a command line mean: files, folders, standard input, lists of paths."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO

from medicord_ocr.errors import LimitExceeded, UnreadableInput, UnsupportedInput, UsageError

STANDARD_INPUT = "-"
#: Bytes copied at a time.
_BLOCK = 1 << 20
#: Names that documents go by. A file named on its own is read whatever its name is.
SUFFIXES = frozenset({".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp"})
#: How the content of a document begins, for files in folders whose names do not tell.
_BEGINNINGS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")


@dataclass(frozen=True, slots=True)
class Input:
    """One document to read.

    Attributes:
        name: as messages and records show it: relative to its folder where one was given.
        path: the file.
    """

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that was asked for.

    Attributes:
        found: the documents, in the order given; those of a folder by name.
        left_out: how many files of the folders do not look like documents, or are links to
            files outside of their folder.
        several: whether the answer is records: several paths, or a folder.
    """

    found: tuple[Input, ...]
    left_out: int
    several: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files of a folder are taken, by patterns such as ``*.pdf`` and ``2019/*``.

    A pattern with a slash is held against the path below the folder, one without against the
    name; capital and small letters are the same. What is included by a pattern is taken even where
    it does not look like a document, so that it has a record.

    Attributes:
        include: where there are any, one must match.
        exclude: none may match.
        apart: folder of outputs, whose files are no inputs; resolved.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    apart: Path | None = None

    def takes(self, file: Path, folder: Path) -> bool:
        """Whether a file below a folder is taken."""
        if self.apart is not None and self.apart in file.resolve().parents:
            return False
        path = file.relative_to(folder).as_posix().lower()
        name = path.rpartition("/")[2]

        def matches(patterns: tuple[str, ...]) -> bool:
            return any(fnmatch(path if "/" in p else name, p.lower()) for p in patterns)

        if matches(self.exclude):
            return False
        return matches(self.include) if self.include else _looks_like_document(file)


def find_inputs(
    paths: Sequence[str],
    choice: Choice = Choice(),
    *,
    standard_input: Callable[[], Path] | None = None,
    empty: bool = False,
) -> Inputs:
    """The documents that the paths name; folders are searched through, hidden files left out.

    Args:
        paths: files and folders; ``-`` where ``standard_input`` is given.
        choice: which files of folders are taken.
        standard_input: stores a document that comes from there, and tells where.
        empty: whether there may be none.

    Raises:
        UsageError: standard input is named twice.
        UnreadableInput: a folder cannot be listed.
        UnsupportedInput: there is no document in the folders given.
    """
    if paths.count(STANDARD_INPUT) > 1 and standard_input is not None:
        raise UsageError("standard input (-) can be read only once")
    found: list[Input] = []
    left_out = 0
    for path in paths:
        if path == STANDARD_INPUT and standard_input is not None:
            found.append(Input(STANDARD_INPUT, standard_input()))
        elif Path(path).is_dir():
            folder = Path(path)
            files = list(_walk(folder))
            documents = [file for file in files if _is_within(file, folder)]
            documents = [file for file in documents if choice.takes(file, folder)]
            left_out += len(files) - len(documents)
            for file in documents:
                name = file.relative_to(path) if len(paths) == 1 else file
                found.append(Input(shown(name), file))
        else:
            found.append(Input(shown(Path(path)), Path(path)))
    if not found and not empty:
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


def _is_within(file: Path, folder: Path) -> bool:
    """Whether a file is no link to somewhere outside of its folder."""
    return not file.is_symlink() or file.resolve().is_relative_to(folder.resolve())


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


def shown(path: Path) -> str:
    """The path as UTF-8 with forward slashes; bytes of a name that are not UTF-8 are replaced."""
    return os.fsencode(path.as_posix()).decode("utf-8", "replace")


def state(path: Path) -> str | None:
    """What tells that a file is the one it was: any change of its content changes this too.

    None where there is no such file.
    """
    try:
        about = path.stat()
    except (OSError, ValueError):  # ValueError: a NUL character in the path
        return None
    return f"{about.st_size}.{about.st_mtime_ns}.{about.st_ctime_ns}"


def store_standard_input(folder: Path, max_bytes: int) -> Path:
    """Store the document that comes from standard input in a private folder.

    Raises:
        UsageError: standard input is a terminal.
        UnreadableInput: it is closed.
        LimitExceeded: it holds more than that.
    """
    if sys.stdin is None:
        raise UnreadableInput("standard input is closed")
    if sys.stdin.isatty():
        raise UsageError(
            "standard input is a terminal", hint="Send a file to it: medicord-ocr extract - < FILE"
        )
    target = folder / "standard-input"
    size = 0
    with target.open("xb") as file:
        while block := sys.stdin.buffer.read(_BLOCK):
            size += len(block)
            if size > max_bytes:
                raise LimitExceeded(
                    f"standard input holds more than {max_bytes // 1024**2} MB",
                    hint="CLI_MAX_FILE_SIZE_MB is the limit",
                )
            file.write(block)
    return target


def listed_paths(stream: BinaryIO) -> list[str]:
    """The paths of a list: one a line, or parted by NUL as ``find -print0`` writes them."""
    data = stream.read()
    parts = data.split(b"\0") if b"\0" in data else data.splitlines()
    return [os.fsdecode(part) for part in parts if part.strip()]

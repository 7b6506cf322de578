"""The file of records: whole lines, appended by one process, safe on disk in steps."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

from medicord_ocr.errors import OutputError, UsageError
from medicord_ocr.locks import hold

#: How every line begins (the contract's section 4).
_BEGINNING = b'{"schema_version":'
_BLOCK = 1 << 16


class Journal:
    """An open file of records, locked against other runs.

    What a killed run left of a line is cut off when it is opened.

    Args:
        path: the file, made where it is not there; only its owner can read it.

    Attributes:
        path: the file itself, where ``path`` was a link.
        end: bytes in whole lines.

    Raises:
        UsageError: it is no file of records, or another run writes to it.
        OutputError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(os.path.realpath(path))
        if self.path.exists() and not self.path.is_file():
            raise OutputError(f"{path} is not a regular file", hint="Name a file with -o FILE")
        try:
            self._file = self._open(self.path, os.O_CREAT)
        except OSError as error:
            raise self._failure(error) from error
        try:
            hold(self._file.fileno())
        except BlockingIOError:
            self._file.close()
            raise UsageError(f"another run writes to {path}", hint="Wait for it to end") from None
        except OSError:
            pass  # a file system without locks
        self.end = self._repair()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @staticmethod
    def _open(path: Path, flags: int) -> FileIO:
        flags |= os.O_RDWR | getattr(os, "O_BINARY", 0)
        file = FileIO(os.open(path, flags, 0o600), "rb+")
        with suppress(OSError):  # one that was there before may be open to others
            path.chmod(0o600)
        return file

    def _repair(self) -> int:
        """Cut off what follows the last line end; tells where that is."""
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(0)
        head = self._file.read(len(_BEGINNING)) or b""
        if not _BEGINNING.startswith(head):
            self._file.close()
            raise UsageError(
                f"{self.path} is there already and is no file of records",
                hint="Name another file with -o FILE",
            )
        end = size
        while end > 0:
            start = max(0, end - _BLOCK)
            block = self.read(start, end - start)
            found = block.rfind(b"\n")
            if found >= 0:
                end = start + found + 1
                break
            end = start
        if end < size:
            self.cut(end)
        return end

    def cut(self, end: int) -> None:
        """Drop everything from there on.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            self._file.truncate(end)
        except OSError as error:
            raise self._failure(error) from error
        self.end = end

    def read(self, start: int, length: int) -> bytes:
        """The bytes of one line, or of any other stretch."""
        self._file.seek(start)
        parts = []
        while length > 0 and (part := self._file.read(length)):
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def lines(self, start: int) -> Iterator[tuple[int, bytes]]:
        """The lines from there on, each with where it begins."""
        rest, begin = b"", start
        while start < self.end:
            block = self.read(start, min(_BLOCK, self.end - start))
            start += len(block)
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield begin, line + b"\n"
                begin += len(line) + 1

    def append(self, line: bytes) -> int:
        """Write a line at the end; tells where it begins.

        Raises:
            OutputError: there is no room; nothing of the line stays.
        """
        start = self.end
        try:
            self._file.seek(start)
            rest = memoryview(line)
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(start)
            raise self._failure(error) from error
        self.end = start + len(line)
        return start

    def sync(self) -> None:
        """Wait until what was written would survive a power cut.

        Raises:
            OutputError: the disk says no.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._failure(error) from error

    def keep(self, lines: Iterable[tuple[int, int]]) -> None:
        """Keep these lines alone, by start and length, in a file that takes the place of this one.

        Raises:
            OutputError: there is no room; the file is as it was.
        """
        number, name = -1, ""
        try:
            number, name = tempfile.mkstemp(".part", f".{self.path.name[:50]}.", self.path.parent)
            with FileIO(number, "wb") as new:
                for start, length in lines:
                    rest = memoryview(self.read(start, length))
                    while rest:
                        rest = rest[new.write(rest) or 0 :]
                os.fsync(number)
            fresh = self._open(Path(name), 0)
            with suppress(OSError):
                hold(fresh.fileno())
            if os.name == "nt":  # there an open file cannot be replaced
                self._file.close()
            Path(name).replace(self.path)
        except OSError as error:
            with suppress(OSError):
                Path(name).unlink()
            raise self._failure(error) from error
        self._file.close()
        self._file = fresh
        self.end = self._file.seek(0, os.SEEK_END)

    def _failure(self, error: OSError) -> OutputError:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return OutputError(f"cannot write to {self.path} ({reason})")

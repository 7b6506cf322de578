"""Where results go: standard output kept clean, or a file that is whole or not there.

Files are written beside their target and renamed into place, readable by their owner alone.
A run that was killed leaves its unfinished file behind; the next run with that target sweeps it.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO, RawIOBase
from pathlib import Path

from medicord_ocr.errors import OutputError
from medicord_ocr.locks import begin_beside


class Output:
    """A place for bytes whose failures are ours.

    Args:
        stream: takes the bytes, unbuffered: what could not be written is not tried again later.
        name: how messages call it.
        terminal: whether a person looks at it.
    """

    def __init__(self, stream: RawIOBase, name: str, *, terminal: bool = False) -> None:
        self._stream = stream
        self._name = name
        self.terminal = terminal

    def write(self, data: bytes) -> None:
        """Write all of it, now.

        Raises:
            OutputError: the disk is full, or the place went away.
            SystemExit: the program that reads from us has stopped reading; nobody to tell.
        """
        rest = memoryview(data)
        try:
            while rest:
                written = self._stream.write(rest)
                if written is None:  # a terminal or pipe that its other user made non-blocking
                    select.select([], [self._stream], [])
                rest = rest[written or 0 :]
        except BrokenPipeError:
            raise SystemExit(OutputError.exit_code) from None
        except OSError as error:
            raise _not_writable(self._name, error) from error


@contextmanager
def open_output(target: Path | None) -> Iterator[Output]:
    """The file to write to, or standard output where there is none.

    Either way nothing else reaches standard output inside the block: what libraries print there,
    in Python or below it, goes to standard error.

    Args:
        target: replaced in one step when the block ends; kept as it was when the block raises.
            Devices and pipes are written to directly.

    Raises:
        OutputError: it cannot be written.
    """
    if target is None:
        with _standard_output() as output:
            if output is None:
                raise OutputError("standard output is closed", hint="Name a file with -o FILE")
            yield output
        return
    special = target.exists() and not target.is_file() and not target.is_dir()
    # The file first: it may be /dev/stdout.
    with _device(target) if special else _replacing(target) as file, _standard_output():
        yield file


@contextmanager
def _standard_output() -> Iterator[Output | None]:
    """Standard output for us alone; None when it is closed."""
    if sys.__stdout__ is None:
        yield None
        return
    terminal = sys.stdout.isatty()
    sys.stdout.flush()
    number = sys.stdout.fileno()
    ours = os.dup(number)
    os.dup2(2, number)
    try:
        with FileIO(ours, "wb", closefd=False) as stream:
            yield Output(stream, "standard output", terminal=terminal)
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
        os.dup2(ours, number)
        os.close(ours)


@contextmanager
def _device(target: Path) -> Iterator[Output]:
    try:
        stream = FileIO(target, "wb")
    except OSError as error:
        raise _not_writable(str(target), error) from error
    with stream:
        yield Output(stream, str(target))


@contextmanager
def _replacing(target: Path) -> Iterator[Output]:
    """A file beside the target that takes its place, and its name, when the block ends well."""
    target = Path(os.path.realpath(target))
    if target.is_dir():
        raise OutputError(f"{target} is a folder", hint="Name a file with -o FILE")
    try:
        number, unfinished = begin_beside(target)
    except OSError as error:
        raise _not_writable(str(target), error) from error
    try:
        with FileIO(number, "wb") as stream:
            yield Output(stream, str(target))
            try:
                os.fsync(number)
            except OSError as error:
                raise _not_writable(str(target), error) from error
        _rename(unfinished, target)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _rename(unfinished: Path, target: Path) -> None:
    try:
        unfinished.replace(target)
    except OSError as error:
        raise _not_writable(str(target), error) from error


def _not_writable(name: str, error: OSError) -> OutputError:
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return OutputError(f"cannot write to {name} ({reason})")

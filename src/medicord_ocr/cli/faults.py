"""From what went wrong to one sentence and an exit code.

Nothing that is printed here can hold document text: of an unforeseen exception only its type and
the place in the code are shown, never its message.
"""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from medicord_ocr.cli import messages
from medicord_ocr.errors import OutputError
from medicord_ocr.faults import as_medicord, log_trace

_STOPS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class Stopped(BaseException):
    """SIGINT or SIGTERM arrived. No Exception, so that nothing on the way takes it for a fault."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def reporting() -> Iterator[None]:
    """Map whatever leaves the block to a sentence on standard error and an exit code.

    Raises:
        SystemExit: always when the block raised, with the code of the contract.
    """
    _start()
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, where it can still fail in a sentence
    except BrokenPipeError:
        _forget_output()
        raise SystemExit(OutputError.exit_code) from None
    except Stopped as stop:
        _ignore_signals()
        messages.say(f"{_STOPS[signal.Signals(stop.number)]}.")
        raise SystemExit(128 + stop.number) from None
    except Exception as error:
        _ignore_signals()
        _forget_output()
        fault = as_medicord(error)
        if fault is not error:
            log_trace(error)
        messages.say(str(fault), "error")
        raise SystemExit(fault.exit_code) from None


def _start() -> None:
    """Make the process safe to work in: whole standard streams, signals as exceptions, no leaks."""
    _open_standard_streams()
    for number in _STOPS:
        signal.signal(number, _stop)
    os.umask(0o077)
    # Other packages' plugins must not see documents; and looking for them takes 0.04 s.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if not sys.warnoptions:
        # Libraries warn about inputs and about themselves; what matters to the user we say.
        warnings.simplefilter("ignore")
        os.environ.setdefault("PYTHONWARNINGS", "ignore")
    if sys.platform != "win32":
        import resource

        # A core file would hold pictures and text of patients.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _open_standard_streams() -> None:
    """Point closed standard streams at nothing; ``sys.__stdout__`` still tells that one was closed.

    Otherwise the next file that is opened takes the number 1, and what a library prints ends in
    it; and libraries flush the streams without asking whether there are any.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the processes we start too
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)


def _forget_output() -> None:
    """Drop what standard output still holds: Python would try to write it once more at the end.

    That fails again where it failed before, with a trace and exit code 120.
    """
    nothing = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):
        os.dup2(nothing, sys.stdout.fileno())
        sys.stdout.flush()
    os.close(nothing)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def _ignore_signals() -> None:
    """A second Ctrl-C changes nothing: the program only says its sentence and exits."""
    for number in _STOPS:
        signal.signal(number, signal.SIG_IGN)

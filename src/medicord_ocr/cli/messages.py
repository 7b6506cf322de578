"""What the program says to the person at the terminal: sentences on standard error, no data."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Callable

PROGRAM = "medicord-ocr"
LOGGER = "medicord_ocr"
_COLOURS = {"error": "31", "critical": "31", "warning": "33", "debug": "2"}
_diverted: list[Callable[[str, str], None]] = []
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def say(text: str, kind: str = "") -> None:
    """Print one line, with ``kind`` (``error``, ``warning`` …) in front where there is one.

    Nobody is told when it cannot be printed: there is nowhere left to tell it.
    """
    if _diverted:
        _diverted[-1](printable(text), kind)
        return
    label = f"{kind}:" if kind else ""
    if kind in _COLOURS and coloured():
        label = f"\x1b[{_COLOURS[kind]}m{label}\x1b[0m"
    try:
        line = " ".join(filter(None, (f"{PROGRAM}:", label, printable(text))))
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def divert(to: Callable[[str, str], None]) -> None:
    """Hand over what is said from now on, text and kind, rather than print it."""
    _diverted.append(to)


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters (of file names) are escaped."""
    return _CONTROL.sub(lambda m: m.group().encode("unicode_escape").decode(), text)


def coloured() -> bool:
    """Whether standard error is a terminal that wants colour (https://no-color.org)."""
    return terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr.isatty()


def verbose() -> bool:
    """Whether ``-v`` was given, or LOG_LEVEL is DEBUG."""
    return logging.getLogger(LOGGER).isEnabledFor(logging.DEBUG)


def set_level(level: str) -> None:
    """Let the program's own log through to standard error from this level on.

    Only our own loggers: what other libraries log at a low level may hold document text.
    """
    logger = logging.getLogger(LOGGER)
    logger.setLevel(level)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(_Handler())


def level() -> str:
    """The level that ``set_level`` set, by name."""
    return logging.getLevelName(logging.getLogger(LOGGER).level)


class _Handler(logging.Handler):
    """Log records as sentences; notices (INFO) without a label."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = "" if record.levelno == logging.INFO else record.levelname.lower()
        say(record.getMessage(), kind)

"""Every way in which the product can fail, as one tree.

::

    MedicordError
    ├── UsageError              2   400  usage.*
    │   └── SettingsError       2   500  settings.invalid
    ├── MissingDependency       3   503  dependency.*
    ├── InputError              4   422  input.*
    │   ├── UnreadableInput     4   422  input.unreadable
    │   ├── UnsupportedInput    4   415  input.unsupported
    │   ├── EncryptedInput      5   422  input.encrypted
    │   └── LimitExceeded       6   422  input.over_limit
    ├── OutputError             7   500  output.not_writable
    └── EngineError             8   500  engine.*

Each error says what happened, to which file and page, and what to do about it.
A message never carries text read from a document: it may end in a log.
"""

from __future__ import annotations

from typing import ClassVar


class MedicordError(Exception):
    """Base of all errors that the product raises on purpose.

    Args:
        message: what happened, one sentence without a full stop; no document text.
        hint: what the user can do about it, or None.
        source: the input it happened to, as the user named it.
        page: page number counted from 1, or None when it is about the whole input.
        code: a stable code finer than the class's own (``input.unreadable`` …).
    """

    code: str = "internal"
    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        source: str | None = None,
        page: int | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.source = source
        self.page = page
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        place = self.source or ""
        if self.page is not None:
            place = f"{place}, page {self.page}" if place else f"page {self.page}"
        text = f"{place}: {self.message}" if place else self.message
        return f"{text}. {self.hint}" if self.hint else f"{text}."

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions with keyword arguments do not survive pickling between processes unaided.
        fields = {"hint": self.hint, "source": self.source, "page": self.page, "code": self.code}
        return (_rebuild, (type(self), self.message, fields))


def _rebuild(kind: type[MedicordError], message: str, fields: dict[str, object]) -> MedicordError:
    return kind(message, **fields)  # type: ignore[arg-type]


class UsageError(MedicordError):
    """The command line or the request asks for something impossible."""

    code = "usage.invalid"
    exit_code = 2
    http_status = 400


class SettingsError(UsageError):
    """A setting (environment or ``.env``) has a bad value; the message names the variable."""

    code = "settings.invalid"
    http_status = 500


class MissingDependency(MedicordError):
    """A program, language data or model that the run needs is not installed."""

    code = "dependency.missing"
    exit_code = 3
    http_status = 503


class InputError(MedicordError):
    """The input cannot be turned into pages."""

    code = "input.invalid"
    exit_code = 4
    http_status = 422


class UnreadableInput(InputError):
    """The input is of a known type but empty, truncated or corrupt, or cannot be opened."""

    code = "input.unreadable"


class UnsupportedInput(InputError):
    """The input's content is of none of the supported types."""

    code = "input.unsupported"
    http_status = 415


class EncryptedInput(InputError):
    """The PDF needs a password, or the one given is wrong."""

    code = "input.encrypted"
    exit_code = 5


class LimitExceeded(InputError):
    """The input is over a limit of bytes, pages or pixels."""

    code = "input.over_limit"
    exit_code = 6


class OutputError(MedicordError):
    """An output cannot be written."""

    code = "output.not_writable"
    exit_code = 7


class EngineError(MedicordError):
    """A reader crashed, or took longer than its time."""

    code = "engine.failed"
    exit_code = 8
    retryable = True

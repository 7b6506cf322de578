"""Uploads: multipart streamed to a private file, checked as it comes, gone whatever happens."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import time
from collections.abc import AsyncIterator, Container
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import structlog
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from medicord_ocr.errors import UnsupportedInput
from medicord_ocr.intake.filetype import HEAD, FileType, detect_type, unsupported
from medicord_ocr.server.problems import BadRequest, Busy, TooLarge, TooSlow, WrongMedia

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

log = structlog.get_logger("medicord_ocr.server")

SUFFIX = ".upload"
#: Bytes that the form may have around its file: boundaries, headers and the small fields.
_AROUND = 16 * 1024
#: Parts of a form, bytes of a small field's value, of a file's name.
_PARTS, _VALUE, _NAME = 8, 256, 255
_BAD_NAME = re.compile(r"[/\\\x00-\x1f\x7f]")
#: Seconds without a byte, and for the whole: 10 MB over a slow phone line take 200 s at 50 kB/s.
_SILENCE, WHOLE = 30.0, 300.0


@dataclass(slots=True)
class Upload:
    """A file that came, in our folder until it is discarded.

    Attributes:
        path: of the file, readable by us alone.
        fields: the form's other fields.
        keep: leave the file where it is.
    """

    path: Path
    fields: dict[str, str] = field(default_factory=dict)
    keep: bool = False

    def discard(self) -> None:
        """Remove the file; to be called whatever happens, and any number of times."""
        if not self.keep:
            with suppress(FileNotFoundError):
                self.path.unlink()


def sweep(folder: Path, older_than: float, wanted: Container[str] = ()) -> int:
    """Remove uploads that a crash left behind.

    Args:
        folder: of the uploads.
        older_than: seconds since they were last written.
        wanted: names of those that stay.

    Returns:
        How many were removed.
    """
    removed = 0
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            if path.name not in wanted and time.time() - path.stat().st_mtime >= older_than:
                path.unlink()
                removed += 1
    return removed


async def receive(
    request: Request, folder: Path, limit: int, types: frozenset[FileType], names: frozenset[str]
) -> Upload:
    """The form of a request, its file on disk.

    Args:
        request: whose body was not read yet.
        folder: private.
        limit: most bytes of the file.
        types: of file that are taken.
        names: of the other fields that are taken.

    Raises:
        TooLarge, UnsupportedInput, BadRequest, WrongMedia, TooSlow: it is refused; nothing is left.
        Busy: it cannot be written.
        ClientDisconnect: nobody waits any more; nothing is left.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit + _AROUND:
        raise _too_large(limit)
    path = folder / f"{secrets.token_hex(16)}{SUFFIX}"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            form = _Form(request, file, limit, types, names)
            try:
                async with asyncio.timeout(WHOLE):
                    await form.read(request.stream())
            except TimeoutError:
                raise TooSlow("the upload took too long", hint="Send it again") from None
    except OSError as error:
        path.unlink(missing_ok=True)
        raise no_room(error) from None
    except BaseException:
        path.unlink()
        raise
    return Upload(path, form.fields)


def no_room(error: OSError) -> Busy:
    """The refusal of an upload that cannot be written: mostly the disk is full, until others go."""
    log.error("upload.not_kept", reason=os.strerror(error.errno or 0))
    return Busy("there is no room for the upload", after=30)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"the file has more than {limit / 1024**2:,.0f} MB",
        hint="Scan it with fewer dots an inch, or send fewer pages",
    )


class _Form:
    """One multipart form as it comes in."""

    def __init__(
        self,
        request: Request,
        file: BinaryIO,
        limit: int,
        types: frozenset[FileType],
        names: frozenset[str],
    ) -> None:
        media, parameters = parse_options_header(request.headers.get("content-type"))
        if media != b"multipart/form-data" or not parameters.get(b"boundary"):
            raise WrongMedia("the body is not multipart/form-data", hint="Send a form with `file`")
        self.fields: dict[str, str] = {}
        self._file, self._limit, self._types, self._names = file, limit, types, names
        self._head = bytearray()
        self._size = self._parts = self._all = 0
        self._seen_file = self._complete = False
        self._part = ""
        self._header = [bytearray(), bytearray()]
        self._headers: dict[str, bytes] = {}
        self._value = bytearray()
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }
        try:
            self._parser = MultipartParser(parameters[b"boundary"], callbacks)
        except FormParserError:
            raise _malformed() from None

    async def read(self, body: AsyncIterator[bytes]) -> None:
        """Take it all.

        Raises:
            as ``receive``.
        """
        chunks = aiter(body)
        while True:
            async with asyncio.timeout(_SILENCE):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            self._all += len(chunk)
            if self._all > self._limit + _AROUND:
                raise _too_large(self._limit)
            try:
                self._parser.write(chunk)
            except FormParserError:
                raise _malformed() from None
        if not self._complete:
            raise _malformed()
        if not self._seen_file:
            raise BadRequest("the form has no `file`", hint="Send the document in the field `file`")
        self._check_type()

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _PARTS:
            raise BadRequest(f"the form has more than {_PARTS} parts")
        self._headers = {}
        self._value = bytearray()

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.decode("latin1").lower()] = bytes(value)
        self._header = [bytearray(), bytearray()]

    def _headers_finished(self) -> None:
        kind, parameters = parse_options_header(self._headers.get("content-disposition"))
        if kind != b"form-data" or b"name" not in parameters:
            raise _malformed()
        if "content-transfer-encoding" in self._headers:
            raise BadRequest("parts of a form cannot have a transfer encoding")
        self._part = parameters[b"name"].decode("utf-8", "replace")
        if self._part == "file":
            if self._seen_file:
                raise BadRequest("the form has more than one `file`", hint="Send one document")
            self._seen_file = True
            _check_name(parameters.get(b"filename", b""))
        elif self._part not in self._names or self._part in self.fields:
            known = ", ".join(f"`{name}`" for name in sorted(self._names))
            raise BadRequest(
                "the form has a field that is not known, or has one twice",
                hint=f"It takes `file`, {known}",
            )

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part != "file":
            self._value += data[start:end]
            if len(self._value) > _VALUE:
                raise BadRequest(f"`{self._part}` has more than {_VALUE} bytes")
            return
        self._size += end - start
        if self._size > self._limit:
            raise _too_large(self._limit)
        if len(self._head) < HEAD:
            self._head += data[start : min(end, start + HEAD)]
            if len(self._head) >= HEAD:
                self._check_type()
        self._file.write(data[start:end])

    def _end(self) -> None:
        if self._part == "file":
            return
        try:
            text = self._value.decode("utf-8")
        except UnicodeDecodeError:
            raise BadRequest(f"`{self._part}` is not UTF-8") from None
        if _BAD_VALUE.search(text):
            raise BadRequest(f"`{self._part}` holds control characters")
        self.fields[self._part] = text

    def _finish(self) -> None:
        self._complete = True

    def _check_type(self) -> None:
        if not self._size:
            return  # intake says that it is empty
        head = bytes(self._head[:HEAD])
        kind = detect_type(head)
        if kind is None:
            raise unsupported(head, "")
        if kind not in self._types:
            raise UnsupportedInput(f"{kind} is not taken here", hint="See ALLOWED_EXTENSIONS")


_BAD_VALUE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _check_name(name: bytes) -> None:
    text = name.decode("utf-8", "replace")
    if len(name) > _NAME or _BAD_NAME.search(text) or text in (".", ".."):
        raise BadRequest(
            "the name of the file is too long, or holds a path or control characters",
            hint="Send the name alone, without folders; the type is told by the content",
            code="request.file_name",
        )


def _malformed() -> BadRequest:
    return BadRequest("the form is malformed or ends too early")


__all__ = ["SUFFIX", "ClientDisconnect", "Upload", "receive", "sweep"]

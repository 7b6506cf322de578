"""A finished document as one line of JSON (the contract's section 4)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from medicord_ocr.batch.schedule import Finished
from medicord_ocr.batch.units import Problem

#: The stage that the errors of each family come from.
_STAGES = {"input": "intake", "dependency": "load", "engine": "recognise", "output": "output"}


def record_line(finished: Finished, sha256: str | None, fingerprint: str) -> bytes:
    """The record of one input, with a line end.

    Args:
        finished: what became of it.
        sha256: of its content, in hex; None when it cannot be read.
        fingerprint: of the options and engine versions.
    """
    name = finished.job.name
    # What the process that read it wrote goes in as it is: this process has others to feed.
    document = orjson.Fragment(document_json(finished)) if finished.document else None
    record = {
        "schema_version": 1,
        "source": name,
        "sha256": sha256,
        "status": finished.status,
        "document": document,
        "errors": [_error(problem, name) for problem in finished.problems],
        "timings_ms": finished.spent,
        "options": fingerprint,
    }
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def document_json(finished: Finished) -> bytes:
    """The document of an input that was read, with the timings of all its pages, as JSON."""
    document = finished.document or b"{}"
    return b'%b,"timings_ms":%b}' % (document[:-1], orjson.dumps(finished.spent))


def _error(problem: Problem, name: str) -> dict[str, object]:
    error = problem.error(name)
    return {
        "code": error.code,
        "message": f"{error.message}. {error.hint}" if error.hint else f"{error.message}.",
        "stage": _STAGES.get(error.code.partition(".")[0]),
        "page": error.page,
        "retryable": error.retryable,
    }


def renamed(line: bytes, name: str) -> bytes:
    """The record of another input with the same content."""
    record = orjson.loads(line)
    record["source"] = name
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)


def digest(path: Path, max_bytes: int) -> str | None:
    """The SHA-256 of a file in hex; None when it cannot be read or is over the limit."""
    try:
        if not path.is_file() or path.stat().st_size > max_bytes:
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):  # ValueError: a NUL character in the path
        return None

"""One input as one record: what was read, or why it was not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from medicord_ocr.cli.faults import as_medicord, say_trace
from medicord_ocr.cli.inputs import Input
from medicord_ocr.errors import MedicordError
from medicord_ocr.options import Options
from medicord_ocr.schema import Document, ErrorModel, Record

#: The stage that the errors of each family come from.
_STAGES = {"input": "intake", "dependency": "load", "engine": "recognise", "output": "output"}


@dataclass(frozen=True, slots=True)
class Task:
    """How the inputs of one run are read; goes to the processes that read them.

    Attributes:
        options: of the run.
        fingerprint: of the options and engine versions, as records show it.
        debug_dir: folder for the pictures of each stage, or None.
    """

    options: Options
    fingerprint: str
    debug_dir: Path | None = None


def read(source: Input, task: Task) -> Document:
    """Read one input.

    Raises:
        MedicordError: it cannot be read; what was not foreseen is ours by then, without values.
    """
    try:
        from medicord_ocr import pipeline

        return pipeline.extract(
            source.content, task.options, name=source.name, debug_dir=task.debug_dir
        )
    except (Exception, SystemExit) as error:  # a library that exits must not end us with a 0
        say_trace(error)
        raise as_medicord(error) from None


def attempt(source: Input, task: Task) -> Record:
    """Read one input; whatever goes wrong with it becomes a record."""
    try:
        return success(source, task, read(source, task))
    except MedicordError as error:
        return failure(source, task, error)


def success(source: Input, task: Task, document: Document) -> Record:
    """The record of an input that was read."""
    return Record(
        source=source.name,
        sha256=digest(source, task.options.max_bytes),
        status="ok",
        document=document,
        timings_ms=document.timings_ms,
        options=task.fingerprint,
    )


def failure(source: Input, task: Task, error: MedicordError) -> Record:
    """The record of an input that could not be read."""
    problem = ErrorModel(
        code=error.code,
        message=f"{error.message}. {error.hint}" if error.hint else f"{error.message}.",
        stage=_STAGES.get(error.code.partition(".")[0]),
        page=error.page,
        retryable=error.retryable,
    )
    return Record(
        source=source.name,
        sha256=digest(source, task.options.max_bytes),
        status="failed",
        document=None,
        errors=(problem,),
        options=task.fingerprint,
    )


def digest(source: Input, max_bytes: int) -> str | None:
    """The SHA-256 of the content in hex; None when it cannot be read or is over the limit."""
    if source.path is None:
        return hashlib.sha256(source.data).hexdigest()
    try:
        if not source.path.is_file() or source.path.stat().st_size > max_bytes:
            return None
        with source.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None

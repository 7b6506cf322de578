"""``medicord-ocr extract``: documents in, JSON out."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from getpass import getpass
from pathlib import Path
from types import MappingProxyType

from medicord_ocr.cli import formats, messages
from medicord_ocr.cli.formats import Format
from medicord_ocr.cli.inputs import Input, find_inputs
from medicord_ocr.cli.output import Output, open_output
from medicord_ocr.cli.progress import progress
from medicord_ocr.cli.records import Task, success
from medicord_ocr.cli.scratch import scratch
from medicord_ocr.cli.workers import cores, read_alone, records
from medicord_ocr.errors import EncryptedInput, UsageError
from medicord_ocr.options import ENGINES, STAGES, Options, parse_languages, parse_pages
from medicord_ocr.schema import Document, Record
from medicord_ocr.settings import Settings

log = logging.getLogger(__name__)

#: Exit code when some inputs of several failed (the contract's table).
SOME_FAILED = 9
#: How often a wrong password may be corrected.
_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for.

    Attributes:
        paths: files, folders, ``-``.
        options: how to read them.
        format: of the output, None for JSON or records, whichever fits.
        output: file to write, None for standard output.
        debug_dir: folder for the pictures of each stage.
        jobs: processes at a time, None for as many as there are cores.
    """

    paths: Sequence[str]
    options: Options
    format: Format | None = None
    output: Path | None = None
    debug_dir: Path | None = None
    jobs: int | None = None


def run_options(
    settings: Settings,
    *,
    languages: str | None = None,
    pages: str | None = None,
    engine: str = "auto",
    password: str | None = None,
    password_file: Path | None = None,
    stages: Mapping[str, object] = MappingProxyType({}),
) -> Options:
    """The options of a run from the command line.

    Args:
        settings: what holds where the command line is silent.
        languages: as ``parse_languages`` takes them.
        pages: as ``parse_pages`` takes them.
        engine: one of ENGINES.
        password: of encrypted PDFs, or None.
        password_file: a file whose first line is the password.
        stages: by name, forced (True), forbidden (False) or neither; may hold other names.

    Raises:
        UsageError: what is asked for is not possible.
    """
    if engine not in ENGINES:
        raise UsageError(
            f"there is no engine '{engine}'", hint=f"Choose {' or '.join(ENGINES[:2])}"
        )
    if password is not None and password_file is not None:
        raise UsageError("both --password and --password-file are given", hint="Give one")
    if password_file is not None:
        password = _first_line(password_file)
    return settings.options(
        languages=parse_languages(languages) if languages is not None else None,
        pages=parse_pages(pages) if pages is not None else None,
        engine=engine,
        password=password,
        forced=frozenset(stage for stage in STAGES if stages.get(stage) is True),
        forbidden=frozenset(stage for stage in STAGES if stages.get(stage) is False),
    )


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"the password file {file} cannot be read ({reason})") from None


def run(request: Request) -> int:
    """Read the documents and write what was read.

    Returns:
        The exit code: 0, or SOME_FAILED.

    Raises:
        MedicordError: nothing can be read, or a single document cannot, or nothing written.
    """
    inputs = find_inputs(request.paths, request.options.max_bytes)
    if inputs.left_out:
        log.info("%s of other kinds left out", _count(inputs.left_out, "file"))
    if request.debug_dir is not None:
        log.warning("%s will hold pictures of patient data; remove it after use", request.debug_dir)
    with scratch(), open_output(request.output) as output:
        if inputs.several or request.format == "jsonl":
            return _write_records(inputs.found, request, output)
        _write_one(inputs.found[0], request, output)
    return 0


def _write_one(source: Input, request: Request, output: Output) -> None:
    task = Task(request.options, "", request.debug_dir)
    document = _read_asking(source, task)
    for warning in document.warnings:
        page = f"page {warning.page}: " if warning.page else ""
        log.warning("%s%s", page, warning.message)
    if request.format == "csv":
        output.write(formats.csv_head() + formats.record_csv(success(source, task, document)))
    elif request.format == "fhir":
        record = success(source, task, document)
        output.write(formats.record_fhir(record, pretty=output.terminal))
    elif request.format == "text":
        output.write(formats.document_text(document))
    else:
        output.write(formats.document_json(document, pretty=output.terminal))


def _read_asking(source: Input, task: Task) -> Document:
    """Read one input; where it is encrypted and a person is there, ask for the password."""
    questions = _QUESTIONS if task.options.password is None and _person_is_there() else 0
    while True:
        try:
            return read_alone(source, task)
        except EncryptedInput as error:
            if questions == 0:
                raise
            if questions < _QUESTIONS:
                log.warning("%s", error.message)
            password = _ask(source, error)
        questions -= 1
        task = replace(task, options=replace(task.options, password=password))


def _ask(source: Input, refusal: EncryptedInput) -> str:
    try:
        return getpass(f"Password of {messages.printable(source.name)}: ", sys.stderr)
    except EOFError:
        raise refusal from None


def _person_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and messages.terminal()


def _write_records(inputs: Sequence[Input], request: Request, output: Output) -> int:
    """One record an input, in their order, each written as soon as it is there."""
    from medicord_ocr.pipeline import fingerprint

    mark = fingerprint(request.options)
    tasks = [
        Task(request.options, mark, _folder(request.debug_dir, number, source))
        for number, source in enumerate(inputs, 1)
    ]
    jobs = min(request.jobs or cores(), len(inputs))
    failed = 0
    output.write(formats.csv_head() if request.format == "csv" else b"")
    # No bar among the records where both are on one terminal.
    with progress("documents", wanted=not output.terminal) as show:
        show(0, len(inputs))
        for done, record in enumerate(records(inputs, tasks, jobs), 1):
            output.write(_RENDER[request.format or "jsonl"](record))
            failed += record.status == "failed"
            for error in record.errors:
                messages.say(f"{record.source}: {error.message}", "error")
            show(done, len(inputs))
    count = _count(len(inputs), "document")
    log.info("%s: %d read, %d failed", count, len(inputs) - failed, failed)
    return SOME_FAILED if failed else 0


#: Several documents in the format json are records too: a line each can be read as it comes.
_RENDER: dict[Format, Callable[[Record], bytes]] = {
    "json": formats.record_line,
    "jsonl": formats.record_line,
    "text": formats.record_text,
    "fhir": formats.record_fhir,
    "csv": formats.record_csv,
}


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _folder(debug_dir: Path | None, number: int, source: Input) -> Path | None:
    """A folder of its own for the pictures of each of several inputs."""
    return debug_dir / f"{number:04}-{Path(source.name).stem}" if debug_dir else None

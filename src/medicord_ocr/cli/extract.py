"""``medicord-ocr extract``: documents in, JSON out."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from getpass import getpass
from pathlib import Path
from types import MappingProxyType

from medicord_ocr.batch.inputs import Input, find_inputs, store_standard_input
from medicord_ocr.batch.pool import Pool, default_jobs
from medicord_ocr.batch.reading import PAGE_TIMEOUT, read_documents
from medicord_ocr.batch.records import digest, document_json, record_line
from medicord_ocr.batch.units import Job
from medicord_ocr.cli import formats, messages
from medicord_ocr.cli.formats import Format
from medicord_ocr.cli.output import Output, open_output
from medicord_ocr.cli.progress import progress
from medicord_ocr.cli.scratch import scratch
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
            f"there is no engine '{engine}'", hint=f"Choose one of {', '.join(ENGINES[:-1])}"
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
    with scratch() as folder, open_output(request.output) as output:
        if request.format == "xlsx" and output.terminal:
            raise UsageError("a workbook is not for a terminal", hint="Name a file with -o FILE")
        inputs = find_inputs(
            request.paths,
            standard_input=lambda: store_standard_input(folder, request.options.max_bytes),
        )
        if inputs.left_out:
            log.info("%s of other kinds left out", _count(inputs.left_out, "file"))
        if request.debug_dir is not None:
            log.warning(
                "%s will hold pictures of patient data; remove it after use", request.debug_dir
            )
        if inputs.several or request.format == "jsonl":
            return _write_records(inputs.found, request, output)
        _write_one(inputs.found[0], request, output)
    return 0


def _write_one(source: Input, request: Request, output: Output) -> None:
    document = _read_asking(source, request)
    for warning in document.warnings:
        page = f"page {warning.page}: " if warning.page else ""
        log.warning("%s%s", page, warning.message)
    if request.format in ("csv", "xlsx"):
        with formats.record_writer(request.format, output) as write:
            write(_record(source, document, request).model_dump_json().encode())
    elif request.format == "fhir":
        record = _record(source, document, request)
        output.write(formats.record_fhir(record, pretty=output.terminal))
    elif request.format == "text":
        output.write(formats.document_text(document))
    else:
        output.write(formats.document_json(document, pretty=output.terminal))


def _read_asking(source: Input, request: Request) -> Document:
    """Read one input; where it is encrypted and a person is there, ask for the password."""
    questions = _QUESTIONS if request.options.password is None and _person_is_there() else 0
    job = Job(0, source.name, source.path, request.options, request.debug_dir)
    with Pool(request.options, request.jobs or default_jobs(), PAGE_TIMEOUT) as pool:
        while True:
            try:
                return _read_one(job, pool)
            except EncryptedInput as error:
                if questions == 0:
                    raise
                if questions < _QUESTIONS:
                    log.warning("%s", error.message)
                password = _ask(source, error)
            questions -= 1
            job = replace(job, options=replace(job.options, password=password))


def _read_one(job: Job, pool: Pool) -> Document:
    """Read one document, all its pages or none: there is no record that could tell of a gap."""
    (finished,) = read_documents([job], pool)
    for problem in finished.problems:
        raise problem.error(job.name)
    return Document.model_validate_json(document_json(finished))


def _ask(source: Input, refusal: EncryptedInput) -> str:
    try:
        return getpass(f"Password of {messages.printable(source.name)}: ", sys.stderr)
    except EOFError:
        raise refusal from None


def _person_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and messages.terminal()


def _write_records(inputs: Sequence[Input], request: Request, output: Output) -> int:
    """One record an input, in their order, each written as soon as it is there."""
    options = request.options
    jobs = [
        Job(number, source.name, source.path, options, _folder(request.debug_dir, number, source))
        for number, source in enumerate(inputs, 1)
    ]
    failed = 0
    # No bar among the records where both are on one terminal.
    with (
        Pool(options, request.jobs or default_jobs(), PAGE_TIMEOUT) as pool,
        progress("documents", wanted=not output.terminal) as show,
        formats.record_writer(request.format, output) as write,
    ):
        show(0, len(inputs))
        fingerprint = pool.start().fingerprint
        for done, finished in enumerate(read_documents(jobs, pool), 1):
            sha256 = digest(finished.job.path, options.max_bytes)
            write(record_line(finished, sha256, fingerprint))
            failed += finished.status != "ok"
            for problem in finished.problems:
                messages.say(str(problem.error(finished.job.name)), "error")
            show(done, len(inputs))
    count = _count(len(inputs), "document")
    log.info("%s: %d read, %d failed", count, len(inputs) - failed, failed)
    return SOME_FAILED if failed else 0


def _record(source: Input, document: Document, request: Request) -> Record:
    sha256 = digest(source.path, request.options.max_bytes)
    return Record(source=source.name, sha256=sha256, status="ok", document=document, options="")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _folder(debug_dir: Path | None, number: int, source: Input) -> Path | None:
    """A folder of its own for the pictures of each of several inputs."""
    return debug_dir / f"{number:04}-{Path(source.name).stem}" if debug_dir else None

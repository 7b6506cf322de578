"""Documents and records as bytes in the formats of ``extract``; ``sheets`` has the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, get_args

from medicord_ocr.table import CONTROL, csv_head, record_csv

if TYPE_CHECKING:
    from medicord_ocr.cli.output import Output
    from medicord_ocr.schema import Document, Record

Format = Literal["json", "jsonl", "text", "fhir", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)


def document_json(document: Document, *, pretty: bool) -> bytes:
    """One document as JSON, on one line or indented, with a line end."""
    return document.model_dump_json(indent=2 if pretty else None).encode() + b"\n"


def document_text(document: Document) -> bytes:
    """What was read, without control characters, with a line end."""
    return CONTROL.sub("", document.raw_text).rstrip("\n").encode() + b"\n"


def record_text(record: Record) -> bytes:
    """The text of one input of several, under a line with its name."""
    text = document_text(record.document) if record.document else b""
    return f"==> {CONTROL.sub('', record.source)} <==\n".encode() + text + b"\n"


def record_fhir(record: Record, *, pretty: bool = False) -> bytes:
    """One input as an R4 Bundle, on one line or indented; what was not read as its failure."""
    from medicord_ocr import fhir

    if record.document is None:
        made = fhir.failure(record)
    else:
        made = fhir.bundle(record.document, name=record.source, sha256=record.sha256)
    return fhir.bundle_json(made, pretty=pretty) + b"\n"


@contextmanager
def record_writer(format: Format | None, output: Output) -> Iterator[Callable[[bytes], None]]:
    """What takes the lines of records and writes them in a format.

    As json a record is a line too: a line each can be read as it comes.

    Raises:
        OutputError: it cannot be written.
    """
    if format == "xlsx":
        from medicord_ocr.cli.sheets import open_workbook

        with open_workbook(output) as sheets:
            yield lambda line: sheets.add(_parsed(line))
        return
    output.write(csv_head() if format == "csv" else b"")
    render = _RENDER.get(format) if format else None
    yield lambda line: output.write(render(_parsed(line)) if render else line)


def _parsed(line: bytes) -> Record:
    from medicord_ocr.schema import Record

    return Record.model_validate_json(line)


def schema_json(name: Literal["document", "record"]) -> bytes:
    """The JSON Schema of the document or the record, indented."""
    import json

    from medicord_ocr.schema import json_schema

    return json.dumps(json_schema(name), indent=2, ensure_ascii=False).encode() + b"\n"


_RENDER: dict[Format, Callable[[Record], bytes]] = {
    "text": record_text,
    "fhir": record_fhir,
    "csv": record_csv,
}

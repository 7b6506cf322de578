"""Documents and records as bytes in the formats of ``extract``; ``sheets`` has the workbook.

CSV has one row for each document (``kind`` is ``document``; its review is that of the header) and
one for each of its results, prescriptions, imaging reports and other texts. Numbers have the digits
that were printed. Cells that a spreadsheet would take for a formula
are led by an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from medicord_ocr.cli.output import Output
    from medicord_ocr.schema import Document, FieldInfo, Item, Record

Format = Literal["json", "jsonl", "text", "fhir", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)

COLUMNS = (
    "source",
    "kind",
    "page",
    "section",
    "test_name",
    "value",
    "unit",
    "reference_range",
    "abnormal",
    "flag_printed",
    "loinc",
    "ucum",
    "medication",
    "drug",
    "strength",
    "form",
    "dosage",
    "frequency",
    "morning",
    "noon",
    "evening",
    "night",
    "meal",
    "as_needed",
    "duration",
    "route",
    "quantity",
    "modality",
    "body_part",
    "side",
    "technique",
    "indication",
    "findings",
    "impression",
    "text",
    "confidence",
    "needs_review",
    "review_reasons",
    "report_date",
    "facility",
    "doctor",
    "document_type",
    "file_type",
    "pages",
    "sha256",
    "status",
    "warnings",
    "errors",
)
_KINDS = {
    "lab_results": "lab",
    "prescriptions": "prescription",
    "imaging": "imaging",
    "other": "other",
}
#: What spreadsheets take for the start of a formula, full-width forms too (OWASP, CSV injection).
FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
#: A terminal obeys these; text layers of PDF files may hold them.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


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


def csv_head() -> bytes:
    """The names of the columns."""
    return _csv_rows([COLUMNS])


def record_csv(record: Record) -> bytes:
    """The rows of one input: the document's own, then one for each of its items."""
    return _csv_rows([[_cell(row.get(name)) for name in COLUMNS] for row in _rows(record)])


def _rows(record: Record) -> Iterator[dict[str, Any]]:
    document = record.document
    head: dict[str, Any] = {"source": record.source}
    if document is not None:
        head |= {
            "report_date": document.possible_report_date,
            "facility": document.possible_facility,
            "doctor": document.possible_doctor,
        }
    yield head | document_row(record)
    for category, kind in _KINDS.items():
        for item in getattr(document.categories, category) if document else ():
            yield head | {"kind": kind} | item_row(item)


def document_row(record: Record) -> dict[str, Any]:
    """What a table says of a document as a whole, by column."""
    made: dict[str, Any] = {
        "kind": "document",
        "sha256": record.sha256,
        "status": record.status,
        "errors": "; ".join(f"{error.code}: {error.message}" for error in record.errors),
    }
    if (document := record.document) is not None:
        header = [info for _, info in document.header if info is not None]
        made |= {
            "confidence": document.average_confidence,
            "needs_review": any(info.needs_review for info in header),
            "review_reasons": _reasons(header),
            "document_type": document.document_type,
            "file_type": document.file_type,
            "pages": document.pages,
            "warnings": "; ".join(f"{w.code}: {w.message}" for w in document.warnings),
        }
    return made


def item_row(item: Item) -> dict[str, Any]:
    """What a table says of an item, by column; numbers with the digits as printed."""
    from medicord_ocr.structure.labs.printed import field_texts, printed_decimal

    made = item.model_dump(exclude={"fields"})
    made |= made.pop("schedule", None) or {}
    if isinstance(value := made.get("value"), float) and isfinite(value):
        made["value"] = printed_decimal(value, field_texts(item, "value"))
    pages = [info.source.page for info in item.fields.values() if info.source]
    return made | {
        "page": min(pages, default=None),
        "review_reasons": _reasons(item.fields.values()),
    }


def _reasons(fields: Iterable[FieldInfo]) -> str:
    return " ".join(dict.fromkeys(reason for info in fields for reason in info.review_reasons))


def _cell(value: object) -> object:
    """Numbers as they are, truth as true and false, text with no formula in it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = CONTROL.sub(" ", value)
        return f"'{text}" if FORMULA.match(text.lstrip(" ")) else text
    return value


def _csv_rows(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


_RENDER: dict[Format, Callable[[Record], bytes]] = {
    "text": record_text,
    "fhir": record_fhir,
    "csv": record_csv,
}

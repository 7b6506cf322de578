"""Records as the rows of a table, and as CSV.

CSV has one row for each document (``kind`` is ``document``; its review is that of the header) and
one for each of its results, prescriptions, imaging reports and other texts. Numbers have the digits
that were printed. Cells that a spreadsheet would take for a formula are led by an apostrophe.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medicord_ocr.schema import FieldInfo, Item, Record

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
    from medicord_ocr.schema import LabResult
    from medicord_ocr.structure.labs.printed import printed_value

    made = item.model_dump(exclude={"fields"})
    made |= made.pop("schedule", None) or {}
    if isinstance(item, LabResult):
        made["value"] = printed_value(item)
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

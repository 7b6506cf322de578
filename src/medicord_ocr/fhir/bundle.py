"""One document as one Bundle of type ``collection``, its resources referring to one another.

The patient is a Patient without identity. Names and identifiers of the patient, and the whole
text of the page, are not part of the Bundle.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from medicord_ocr.fhir.figures import page_mark
from medicord_ocr.fhir.medications import medication_statement
from medicord_ocr.fhir.observations import (
    imaging_observations,
    imaging_service,
    lab_observation,
    other_observation,
)
from medicord_ocr.fhir.terms import (
    LOINC,
    SERVICE_SECTION,
    Json,
    absent,
    coding,
    concept,
    doubt_marks,
    printable,
    shown,
)
from medicord_ocr.schema import Document, FieldInfo, HeaderField, Imaging, Record

_SPACE = UUID("6f5d3c2e-7a0b-5d1c-9e57-0b6a4f0c9d11")
_LAB = coding(LOINC, "11502-2", "Laboratory report")
_STUDY = coding(LOINC, "18748-4", "Diagnostic imaging study")
_PRESCRIPTION = coding(LOINC, "57833-6", "Prescription for medication")
_TYPES = {"lab": _LAB, "imaging": _STUDY, "prescription": _PRESCRIPTION}
_MEDIA = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
}
#: Kinds of date that say nothing of when the document was made.
_UNDATED = frozenset({"printed"})


@dataclass
class _Entries:
    """The resources of a Bundle; their URLs are the same each time a document is read."""

    key: str
    made: list[Json] = field(default_factory=list)

    def add(self, resource: Json) -> Json:
        """Add a resource and give the reference to it."""
        url = f"urn:uuid:{uuid5(_SPACE, f'{self.key}/{len(self.made)}')}"
        self.made.append({"fullUrl": url, "resource": resource})
        return {"reference": url}


def bundle(document: Document, *, name: str | None = None, sha256: str | None = None) -> Json:
    """One document as an R4 Bundle.

    Args:
        document: what was read.
        name: of the file, as the title of the attachment.
        sha256: of its content in hex, as the identifier of the document.

    Returns:
        the Bundle; decimals are ``Decimal`` with the digits that were printed, to be written by
        ``bundle_json``. The page's digits are searched in ``fields``.
    """
    document = Document.model_validate(printable(document.model_dump()))
    content = document.model_dump_json(exclude={"timings_ms", "extracted_at"})
    entries = _Entries(sha256 or hashlib.sha256(content.encode()).hexdigest())
    patient = entries.add({"resourceType": "Patient", "name": [absent()]})
    source = _source(document.file_type, printable(name), sha256)
    source |= {"subject": patient} | _instant("date", document.extracted_at)
    if document.document_type in _TYPES:
        source["type"] = concept(_TYPES[document.document_type])
    reference = entries.add(source)
    issuers = _issuers(document, entries)
    if authors := [issuer for role, issuer in issuers.items() if role in _AUTHORS]:
        source["author"] = authors
    related = [issuer for role, issuer in issuers.items() if role not in _AUTHORS]
    related += _reports(document, entries, patient, reference, issuers)
    for item in document.categories.prescriptions:
        statement = medication_statement(item, patient, reference)
        entries.add(statement | _asserted(document) | _informed(issuers))
    for other in document.categories.other:
        if other.text:
            entries.add(other_observation(other, patient, reference))
    if related:
        source["context"] = {"related": related}
    if document.warnings:
        issues = [_issue("warning", w.code, w.message, w.page) for w in document.warnings]
        entries.add({"resourceType": "OperationOutcome", "issue": issues})
    return _bundle(entries, document.extracted_at)


def failure(record: Record) -> Json:
    """The Bundle of an input that was not read: its DocumentReference and what went wrong."""
    entries = _Entries(record.sha256 or record.source)
    entries.add(_source(None, printable(record.source), record.sha256))
    issues = [_issue("error", e.code, e.message, None) for e in record.errors]
    if issues:
        entries.add({"resourceType": "OperationOutcome", "issue": issues})
    return _bundle(entries, None)


def bundle_json(made: Json, *, pretty: bool = False) -> bytes:
    """A Bundle as JSON with its decimals digit by digit, on one line or indented, no line end."""
    import orjson

    option = orjson.OPT_INDENT_2 if pretty else None
    return orjson.dumps(made, default=_digits, option=option)


def _digits(value: object) -> Any:
    import orjson

    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError


def _bundle(entries: _Entries, timestamp: datetime | None) -> Json:
    head: Json = {"resourceType": "Bundle", "type": "collection"}
    return head | _instant("timestamp", timestamp) | {"entry": entries.made}


def _instant(name: str, moment: datetime | None) -> Json:
    if moment is None:
        return {}
    return {name: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _source(file_type: str | None, name: str | None, sha256: str | None) -> Json:
    """The document itself; R4's ``hash`` is SHA-1, so the SHA-256 identifies it (RFC 6920)."""
    attachment: Json = {"contentType": _MEDIA[file_type]} if file_type else {}
    if name:
        attachment["title"] = name
    made: Json = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": attachment or absent()}],
    }
    if sha256:
        digest = base64.urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
        made["masterIdentifier"] = {
            "system": "urn:ietf:rfc:3986",
            "value": f"ni:///sha-256;{digest}",
        }
    return made


#: Who made the document; whoever asked for it, or stands in the letterhead, is only related.
_AUTHORS = frozenset({"facility", "prescriber", "signatory"})


def _issuers(document: Document, entries: _Entries) -> dict[str, Json]:
    """References to the facility (``facility``) and to the doctor (by role)."""
    issuers: dict[str, Json] = {}
    facility, doctor = document.header.facility, document.header.doctor
    if document.possible_facility:
        organization = {"resourceType": "Organization", **_marks("facility", facility)}
        issuers["facility"] = entries.add(organization | {"name": document.possible_facility})
    if document.possible_doctor:
        person = {"resourceType": "Practitioner", **_marks("doctor", doctor)}
        role = (doctor.role if doctor else None) or "doctor"
        issuers[role] = entries.add(person | {"name": [{"text": document.possible_doctor}]})
    return issuers


def _marks(name: str, info: HeaderField | None) -> Json:
    return doubt_marks({name: info} if info else {})


def _reports(
    document: Document, entries: _Entries, patient: Json, source: Json, issuers: dict[str, Json]
) -> Iterable[Json]:
    """References to a DiagnosticReport of the laboratory and one for each examination."""
    results, head = document.categories.lab_results, _report(document, patient, issuers)
    if results:
        mark = page_mark(results)
        made = [lab_observation(item, mark, patient, source) for item in results]
        report = _dated({}, document) | head
        report |= {
            "category": [concept(coding(SERVICE_SECTION, "LAB", "Laboratory"))],
            "code": concept(_LAB),
            "result": [entries.add(observation) for observation in made],
        }
        yield entries.add(report)
    for item in document.categories.imaging:
        found = imaging_observations(item, patient, source)
        report = _examination(item, document) | head
        if found:
            report["result"] = [entries.add(observation) for observation in found]
        yield entries.add(report)


def _report(document: Document, patient: Json, issuers: dict[str, Json]) -> Json:
    made: Json = {
        "resourceType": "DiagnosticReport",
        "status": "preliminary",
        "subject": patient,
    }
    if "facility" in issuers:
        made["performer"] = [issuers["facility"]]
    if "signatory" in issuers:
        made["resultsInterpreter"] = [issuers["signatory"]]
    return made | _date("effectiveDateTime", document)


def _examination(item: Imaging, document: Document) -> Json:
    named = " ".join(part for part in (item.modality, item.body_part, item.side) if part)
    made: Json = {"code": concept(_STUDY, text=named or None)}
    if category := imaging_service(item):
        made["category"] = category
    if item.impression:
        made["conclusion"] = item.impression
    names = ("modality", "body_part", "side", "impression")
    return _dated(shown(item.fields, names), document) | made


def _dated(fields: dict[str, FieldInfo], document: Document) -> Json:
    """The marks of a report whose own fields, or whose date, are doubtful."""
    date = document.header.report_date
    if date is not None and _date("effectiveDateTime", document):
        fields = {**fields, "report_date": date}
    return doubt_marks(fields)


def _date(name: str, document: Document) -> Json:
    date = document.header.report_date
    if not document.possible_report_date or (date and date.kind in _UNDATED):
        return {}
    return {name: document.possible_report_date}


def _asserted(document: Document) -> Json:
    """The date of a prescription, where it is not in doubt: the statement has marks of its own."""
    date = document.header.report_date
    return {} if date is None or date.needs_review else _date("dateAsserted", document)


def _informed(issuers: dict[str, Json]) -> Json:
    return {"informationSource": issuers["prescriber"]} if "prescriber" in issuers else {}


def _issue(severity: str, code: str, message: str, page: int | None) -> Json:
    place = f"page {page}: " if page else ""
    return {
        "severity": severity,
        "code": "incomplete" if severity == "error" else "informational",
        "details": {"text": code},
        "diagnostics": f"{place}{printable(message)}",
    }

"""Code systems, codings and the marks of doubt (https://hl7.org/fhir/R4/terminologies.html)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from medicord_ocr.schema import FieldInfo

Json = dict[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
INTERPRETATION = f"{_TERMINOLOGY}/v3-ObservationInterpretation"
OBSERVATION_CATEGORY = f"{_TERMINOLOGY}/observation-category"
SERVICE_SECTION = f"{_TERMINOLOGY}/v2-0074"
ABSENT_REASON = f"{_TERMINOLOGY}/data-absent-reason"
#: Integrity confidence, a security label of R4 (https://hl7.org/fhir/R4/security-labels.html).
_CONFIDENCE = f"{_TERMINOLOGY}/v3-ObservationValue"
_ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
#: The system of the review reasons in ``meta.tag``; their codes are those of the JSON document.
REVIEW_REASON = "urn:x-medicord-ocr:review-reason"
#: What a FHIR string may not hold.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def coding(system: str, code: str, display: str | None = None) -> Json:
    """One code of a code system."""
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(*codings: Json, text: str | None = None) -> Json:
    """A CodeableConcept of codes, the text as printed, or both; absent where there is neither."""
    made: Json = {"coding": list(codings)} if codings else {}
    if text:
        made["text"] = text
    return made or absent()


def absent() -> Json:
    """What stands for an element that R4 requires and the page does not give."""
    return {"extension": [{"url": _ABSENT_EXTENSION, "valueCode": "unknown"}]}


def doubt_marks(fields: Mapping[str, FieldInfo], needs_review: bool = False) -> Json:
    """``meta`` of a resource with doubtful fields, empty where there are none.

    Args:
        fields: those that the resource shows.
        needs_review: whether it is in doubt whatever its fields say.

    Returns:
        the label UNCERTREL (uncertain reliability), and each reason once as a tag.
    """
    doubtful = [info for info in fields.values() if info.needs_review]
    if not doubtful and not needs_review:
        return {}
    reasons = dict.fromkeys(reason for info in doubtful for reason in info.review_reasons)
    security = coding(_CONFIDENCE, "UNCERTREL", "uncertain reliability")
    tags = {"tag": [coding(REVIEW_REASON, reason) for reason in reasons]} if reasons else {}
    return {"meta": {"security": [security]} | tags}


def doubt_notes(fields: Mapping[str, FieldInfo]) -> list[Json]:
    """Annotations for people: which fields are doubtful, why, and what each reader read."""
    return [
        {"text": f"To be checked: {name} ({', '.join(info.review_reasons)}){_place(info)}"}
        for name, info in fields.items()
        if info.needs_review
    ]


def _place(info: FieldInfo) -> str:
    read = "; ".join(f"{reading.reader} read “{reading.text}”" for reading in info.readings)
    page = f", page {info.source.page}" if info.source else ""
    return f"{page}: {read}" if read else page


def shown(fields: Mapping[str, FieldInfo], names: Iterable[str]) -> dict[str, FieldInfo]:
    """Those of the fields that are named."""
    return {name: fields[name] for name in names if name in fields}


def printable(value: Any) -> Any:
    """The same with its strings as FHIR allows them: no control characters, no space around."""
    if isinstance(value, str):
        return _CONTROL.sub("", value).strip()
    if isinstance(value, dict):
        return {name: printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [printable(part) for part in value]
    return value

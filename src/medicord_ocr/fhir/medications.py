"""Prescriptions as MedicationStatements: the directions as text, timing only where it is certain.

Whether the patient takes the drug is not on the page, so the status is ``unknown``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from medicord_ocr.fhir.terms import UCUM, Json, concept, doubt_marks, doubt_notes
from medicord_ocr.schema import FieldInfo, Prescription
from medicord_ocr.structure.line import alternatives, fold_line, khmer_pattern
from medicord_ocr.structure.prescriptions.sig_patterns import FORM

#: Times of day as R4's EventTiming (https://hl7.org/fhir/R4/valueset-event-timing.html).
_WHEN = {"morning": "MORN", "noon": "NOON", "evening": "EVE", "night": "NIGHT"}
_COUNTS = {
    1: "1 once une un one មួយ",
    2: "2 twice deux two ពីរ",
    3: "3 thrice trois three បី",
    4: "4 quatre four បួន",
}
_COUNT_OF = {fold_line(word): count for count, words in _COUNTS.items() for word in words.split()}
_COUNT = f"(?P<count>{alternatives(*_COUNT_OF)})"
_TIMES, _DAY = khmer_pattern("ដង"), khmer_pattern("ថ្ងៃ")
_IN_A = alternatives("ក្នុងមួយ", "ក្នុង១", "ក្នុង", "មួយ", "1")
_DAILY = (
    re.compile(
        rf"{_COUNT}\s?(?:times?|x|fois)?\s?(?:(?:a|per|each|every|par)\s|/)\s?(?:day|jour|j)"
    ),
    re.compile(rf"{_COUNT}\s?(?:times?\s)?daily"),
    re.compile(rf"{_COUNT}\s?{_TIMES}\s?(?:/|{_IN_A})?\s?{_DAY}"),
    re.compile(rf"(?:{_IN_A})?\s?{_DAY}\s?{_COUNT}\s?{_TIMES}"),
)
#: Abbreviations without their points; OD is not one of them: it is an eye as well.
_LATIN = {"bid": 2, "bd": 2, "bds": 2, "tid": 3, "tds": 3, "qid": 4, "qds": 4, "daily": 1}
_EVERY_HOURS = re.compile(
    r"(?:(?:every|toutes les|q)\s?|/\s?)(?P<hours>[1-9]\d?)\s?(?:h|hrs?|hours?|heures?)"
)
_BEDTIME = frozenset({"at bedtime", "au coucher"})
_SPANS = {
    "d": "day days jour jours j d ថ្ងៃ",
    "wk": "week weeks semaine semaines សប្តាហ៍ សប្ដាហ៍ អាទិត្យ",
    "mo": "month months mois ខែ",
}
_UNIT_OF = {fold_line(word): unit for unit, words in _SPANS.items() for word in words.split()}
_DURATION = re.compile(
    rf"(?:x|for|pendant|pdt|{alternatives('រយៈពេល', 'ក្នុងរយៈពេល')})?\s?"
    rf"(?P<number>\d{{1,3}})\s?(?P<unit>{alternatives(*_UNIT_OF)})"
)
_AMOUNT = re.compile(rf"(?P<number>\d{{1,4}}(?:[.,]\d{{1,2}})?)\s?(?P<unit>{FORM}|mc?g|µg|g)?")


def medication_statement(item: Prescription, subject: Json, source: Json) -> Json:
    """One drug of a prescription.

    Args:
        item: the drug.
        subject: reference to the patient.
        source: reference to the document.
    """
    made: Json = {
        "resourceType": "MedicationStatement",
        **doubt_marks(item.fields, item.needs_review),
        "status": "unknown",
        "medicationCodeableConcept": concept(text=item.medication or item.drug),
        "subject": subject,
        "derivedFrom": [source],
    }
    notes = doubt_notes(item.fields)
    if item.quantity:
        notes.append({"text": f"Quantity as printed: {item.quantity}"})
    if notes:
        made["note"] = notes
    if dosages := _dosages(item):
        made["dosage"] = dosages
    return made


def _dosages(item: Prescription) -> list[Json]:
    """The directions whole as text; amounts by time of day as one Dosage for each amount."""
    common: Json = {"text": text} if (text := _directions(item)) else {}
    if item.meal:
        common["additionalInstruction"] = [{"text": item.meal}]
    if item.as_needed is not None:
        common["asNeededBoolean"] = item.as_needed
    if item.route:
        common["route"] = {"text": item.route}
    timed = _by_time_of_day(item) or _by_frequency(item)
    return [common | part for part in timed] if timed else [common] if common else []


def _schedule(item: Prescription) -> dict[str, str]:
    times = item.schedule.model_dump() if item.schedule else {}
    return {time: amount for time, amount in times.items() if amount}


def _directions(item: Prescription) -> str:
    schedule = _schedule(item)
    times = ", ".join(f"{time} {amount}" for time, amount in schedule.items())
    dosage = None if item.dosage in schedule.values() else item.dosage
    parts = (dosage, item.frequency, times, item.duration, item.route, item.meal)
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _by_time_of_day(item: Prescription) -> list[Json]:
    schedule = _schedule(item)
    if not schedule or not _certain(item.fields, "schedule"):
        return []
    by_amount: dict[str, list[str]] = {}
    for time, amount in schedule.items():
        by_amount.setdefault(amount, []).append(_WHEN[time])
    if not all(_amount(amount) for amount in by_amount) or _contradicts(item, len(schedule)):
        return []
    return [_dosage(item, {"when": when}, amount) for amount, when in by_amount.items()]


def _contradicts(item: Prescription, times: int) -> bool:
    """Whether a frequency beside the times of day does not say that many times a day."""
    return bool(item.frequency) and repeat_of(item.frequency or "") != _daily(times)


def _by_frequency(item: Prescription) -> list[Json]:
    repeat = repeat_of(item.frequency) if item.frequency else None
    if repeat is None or _schedule(item) or not _certain(item.fields, "frequency"):
        return []
    amount = item.dosage if _certain(item.fields, "dosage") else None
    return [_dosage(item, repeat, amount)]


def _dosage(item: Prescription, repeat: Json, amount: str | None) -> Json:
    bounds = _bounds(item)
    made: Json = {"timing": {"repeat": ({"boundsDuration": bounds} if bounds else {}) | repeat}}
    if amount and (dose := _amount(amount)):
        made["doseAndRate"] = [{"doseQuantity": dose}]
    return made


def _bounds(item: Prescription) -> Json | None:
    if not item.duration or not _certain(item.fields, "duration"):
        return None
    match = _DURATION.fullmatch(fold_line(item.duration).strip(" ()."))
    if match is None:
        return None
    unit = _UNIT_OF[match["unit"].replace(" ", "")]
    return {"value": Decimal(match["number"]), "system": UCUM, "code": unit}


def _amount(text: str) -> Json | None:
    """``1 tablet``, ``2,5 ml``, ``1``: a number and what is counted, folded; else None."""
    match = _AMOUNT.fullmatch(fold_line(" ".join(text.split())))
    if match is None:
        return None
    number: Json = {"value": Decimal(match["number"].replace(",", "."))}
    return number | ({"unit": match["unit"]} if match["unit"] else {})


def repeat_of(frequency: str) -> Json | None:
    """A printed frequency as R4's ``Timing.repeat``, None where it does not say just that.

    Times a day, hours between, and bedtime; ranges, weeks and conditions stay text.
    """
    folded = fold_line(frequency).strip(" .()")
    if times := _LATIN.get(folded.replace(".", "")):
        return _daily(times)
    if folded in _BEDTIME:
        return {"when": ["HS"]}
    if match := _EVERY_HOURS.fullmatch(folded):
        return {"frequency": 1, "period": Decimal(match["hours"]), "periodUnit": "h"}
    for pattern in _DAILY:
        if match := pattern.fullmatch(folded):
            return _daily(_COUNT_OF[match["count"].replace(" ", "")])
    return None


def _daily(times: int) -> Json:
    return {"frequency": times, "period": Decimal(1), "periodUnit": "d"}


def _certain(fields: Mapping[str, FieldInfo], name: str) -> bool:
    info = fields.get(name)
    return info is not None and info.source is not None and not info.needs_review

"""Which fields are asked about, and what becomes of an item when one of them is corrected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medicord_ocr.llm.masking import MASK, Masked, masked
from medicord_ocr.schema import Categories, FieldInfo, Item, ReadingModel
from medicord_ocr.structure.fields import item_confidence
from medicord_ocr.structure.labs.numbers import Mark, decimal_mark
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.values import parse_value

#: Review reason of a field that was corrected.
CORRECTED = "llm_corrected"
#: Two readers that differ have no more (recognise); a model that chose is not a third that read.
_CEILING = 0.5
#: Most fields and characters of one question.
MAX_FIELDS, MAX_CHARACTERS = 100, 20_000
#: Fields by category that are asked about; True where letters may be put right. Amounts, units,
#: ranges and results may only be chosen among the readings.
FIELDS: dict[str, dict[str, bool]] = {
    "lab_results": {"test_name": True, "value": False, "unit": False, "reference_range": False},
    "prescriptions": {"medication": True, "dosage": False, "frequency": False, "duration": False},
    "imaging": {"findings": True, "impression": True, "technique": True, "indication": True},
    "other": {"text": True},
}
#: What is set to null with a field, since it was made from what that field said before.
_DERIVED = {
    "test_name": ("loinc",),
    "value": ("abnormal",),
    "unit": ("ucum", "abnormal"),
    "reference_range": ("abnormal",),
    "medication": ("drug", "strength", "form"),
}


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A field to be asked about.

    Attributes:
        category, index, name: where it stands in the document.
        readings: all that was read of it, the raw text first, masked; at least one.
        context: other fields of its row by name, without those that had to be masked.
        repair: whether letters may be put right.
    """

    category: str
    index: int
    name: str
    readings: tuple[Masked, ...]
    context: dict[str, str]
    repair: bool


def doubtful_fields(categories: Categories, words: frozenset[str]) -> list[Doubtful]:
    """The fields for review that the model can do something about, up to the limits.

    Args:
        categories: of the document.
        words: that identify the patient.
    """
    found: list[Doubtful] = []
    characters = 0
    for field in _all(categories, words):
        texts = (*(reading.text for reading in field.readings), *field.context.values())
        characters += sum(map(len, texts))
        if len(found) == MAX_FIELDS or characters > MAX_CHARACTERS:
            break
        found.append(field)
    return found


def _all(categories: Categories, words: frozenset[str]) -> Iterator[Doubtful]:
    mark = _mark(categories)
    for category, names in FIELDS.items():
        for index, item in enumerate(getattr(categories, category)):
            for name, repair in names.items():
                info = item.fields.get(name)
                if info is None or not info.needs_review or not _is_raw(item, name, info, mark):
                    continue
                readings = _readings(info, words)
                if readings and (repair or len(readings) > 1):
                    context = _context(item, names, name, words)
                    yield Doubtful(category, index, name, readings, context, repair)


def _is_raw(item: Item, name: str, info: FieldInfo, mark: Mark | None) -> bool:
    """Whether the field is what was read, so that another reading can stand in its place."""
    value = getattr(item, name)
    if not info.raw or value is None:
        return False
    raw = " ".join(info.raw.split())
    if name == "value":
        parsed = parse_value(raw, mark)
        return parsed is not None and parsed.output == value
    if name == "reference_range":
        printed = parse_range(raw, mark)
        return printed is not None and value in (raw, printed.text)
    return bool(" ".join(value.split()) == raw)


def _readings(info: FieldInfo, words: frozenset[str]) -> tuple[Masked, ...]:
    """The raw text and, where a reading is of just that stretch, the others, each once."""
    texts = [" ".join(reading.text.split()) for reading in info.readings]
    raw = " ".join((info.raw or "").split())
    texts = [raw, *texts] if raw in texts else [raw]
    found: dict[str, Masked] = {}
    for text in texts:
        reading = masked(text, words)
        if reading.text not in ("", MASK):
            found.setdefault(reading.text, reading)
    return tuple(found.values())


def _context(
    item: Item, names: dict[str, bool], asked: str, words: frozenset[str]
) -> dict[str, str]:
    shown = {name: getattr(item, name) for name in names if name != asked}
    texts = {name: str(value) for name, value in shown.items() if value is not None}
    return {name: text for name, text in texts.items() if not masked(text, words).hidden}


def _mark(categories: Categories) -> Mark | None:
    infos = (
        item.fields.get(name)
        for item in categories.lab_results
        for name in ("value", "reference_range")
    )
    return decimal_mark(info.raw for info in infos if info and info.raw)


def apply(categories: Categories, field: Doubtful, text: str, reader: str) -> Categories | None:
    """The content with one field corrected; None where the text is no such field.

    Args:
        categories: of the document.
        field: which field.
        text: what it is to say; where that is what it says already, nothing changes.
        reader: how the correction signs.
    """
    items: tuple[Item, ...] = getattr(categories, field.category)
    item = items[field.index]
    info = item.fields[field.name]
    if text == " ".join((info.raw or "").split()):
        return categories
    value: float | str | None = text
    if field.name == "value":
        parsed = parse_value(text, _mark(categories))
        value = parsed.output if parsed and parsed.other is None else None
    if field.name == "reference_range" and parse_range(text, _mark(categories)) is None:
        return None
    if value is None:
        return None
    made = _corrected(item, field.name, value, text, reader)
    whole = (*items[: field.index], made, *items[field.index + 1 :])
    return categories.model_copy(update={field.category: whole})


def _corrected(item: Item, name: str, value: float | str, text: str, reader: str) -> Item:
    fields = dict(item.fields)
    reading = ReadingModel(reader=reader, text=text)
    info = _marked(fields[name])
    fields[name] = info.model_copy(update={"readings": (*info.readings, reading)})
    update: dict[str, Any] = {name: value}
    for derived in _DERIVED.get(name, ()):
        if getattr(item, derived) is not None and not _still_said(item, derived, text):
            update[derived] = None
            if derived in fields:
                fields[derived] = _marked(fields[derived])
    confidence, review = item_confidence(fields)
    update |= {"fields": fields, "confidence": confidence, "needs_review": review}
    return item.model_copy(update=update)


def _still_said(item: Item, derived: str, text: str) -> bool:
    """Whether the corrected name of a drug still has its part in it."""
    part = getattr(item, derived)
    return isinstance(part, str) and derived not in {"loinc", "ucum"} and part in text


def _marked(info: FieldInfo) -> FieldInfo:
    reasons = dict.fromkeys((*info.review_reasons, CORRECTED))
    return info.model_copy(
        update={
            "confidence": min(info.confidence, _CEILING),
            "needs_review": True,
            "review_reasons": tuple(reasons),
        }
    )

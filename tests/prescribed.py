"""What is found on a prescription of plain text, for tests."""

from __future__ import annotations

from medicord_ocr.schema import Prescription
from medicord_ocr.structure.prescriptions.find import find_prescriptions
from tests.pages import page

CORE = ("medication", "dosage", "frequency", "duration")


def found(text: str) -> tuple[Prescription, ...]:
    return find_prescriptions([page(text)], frozenset()).items


def core(text: str) -> list[tuple[str | None, ...]]:
    return [tuple(getattr(item, name) for name in CORE) for item in found(text)]


def slots(item: Prescription) -> dict[str, str]:
    assert item.schedule is not None
    return {k: v for k, v in item.schedule.model_dump().items() if v is not None}

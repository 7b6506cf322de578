"""Small documents and their ground truths made by hand, for the tests of evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from medicord_ocr.evaluate import Report, evaluate
from medicord_ocr.options import Options
from medicord_ocr.schema import Categories, Document, FieldInfo, Imaging, LabResult, Prescription

GLUCOSE = ("Glucose", 5.8, "mmol/L", "3.9-5.6", True)
UREA = ("Urea", 4.2, "mmol/L", "2.5-7.5", False)
LAB_FIELDS = ("test_name", "value", "unit", "reference_range", "abnormal")

Fields = dict[str, Any]


def lab(row: tuple[Any, ...], *, confidence: float = 0.9, review: bool = False) -> LabResult:
    info = FieldInfo(raw=None, confidence=confidence, source=None, needs_review=review)
    return LabResult(
        **dict(zip(LAB_FIELDS, row, strict=True)),
        confidence=confidence,
        needs_review=review,
        fields=dict.fromkeys(LAB_FIELDS, info),
    )


def drug(medication: str, *, confidence: float = 0.9, **fields: str | None) -> Prescription:
    sig = {"dosage": None, "frequency": None, "duration": None, **fields}
    return Prescription(medication=medication, **sig, confidence=confidence)  # type: ignore[arg-type]


def document(
    *labs: LabResult,
    prescriptions: tuple[Prescription, ...] = (),
    imaging: tuple[Imaging, ...] = (),
    text: str = "",
    **header: str | None,
) -> Document:
    names = ("report_date", "facility", "doctor")
    return Document(
        raw_text=text,
        average_confidence=0.9,
        pages=1,
        file_type="png",
        extracted_at=None,
        categories=Categories(lab_results=labs, prescriptions=prescriptions, imaging=imaging),
        **{f"possible_{name}": header.get(name) for name in names},  # type: ignore[arg-type]
    )


def truth(*labs: tuple[Any, ...], **more: Any) -> Fields:
    rows = [dict(zip(LAB_FIELDS, row, strict=True)) for row in labs]
    return {"categories": {"lab_results": rows, "prescriptions": [], "imaging": []}, **more}


def from_map(documents: Mapping[str, Document], path: Path, options: Options) -> Document:
    return documents[path.name]


def measuring(folder: Path) -> Callable[..., Report]:
    """Measure documents against truths given as ``name=(truth, document)``; None fails."""

    def run(jobs: int = 1, **cases: tuple[Fields, Document | None]) -> Report:
        documents = {}
        for name, (expected, got) in cases.items():
            (folder / f"{name}.png").write_bytes(b"")
            (folder / f"{name}.json").write_text(json.dumps(expected), encoding="utf-8")
            if got is not None:
                documents[f"{name}.png"] = got
        return evaluate(folder, Options(), extract=partial(from_map, documents), jobs=jobs)

    return run


def counts(report: Report, name: str) -> tuple[float, float]:
    return report.metrics[name].numerator, report.metrics[name].denominator

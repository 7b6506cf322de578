"""Results, sections of imaging reports and other texts as Observations."""

from __future__ import annotations

from medicord_ocr.fhir.figures import interpretation, reference_range, value_element
from medicord_ocr.fhir.terms import (
    LOINC,
    OBSERVATION_CATEGORY,
    SERVICE_SECTION,
    Json,
    coding,
    concept,
    doubt_marks,
    doubt_notes,
    shown,
)
from medicord_ocr.schema import Imaging, LabResult, OtherText
from medicord_ocr.structure.labs.numbers import Mark

#: LOINC of the sections of imaging reports, those of DICOM PS3.20.
_SECTIONS = {
    "findings": coding(LOINC, "18782-3", "Radiology Study observation (narrative)"),
    "impression": coding(LOINC, "19005-8", "Radiology Imaging study [Impression] (narrative)"),
    "technique": coding(LOINC, "55111-9", "Current imaging procedure descriptions Document"),
    "indication": coding(LOINC, "18785-6", "Radiology Reason for study (narrative)"),
}
_COMMENT = coding(LOINC, "48767-8", "Annotation comment [Interpretation] Narrative")
#: Where R4's diagnostic service sections name the modality; the others are plain radiology.
_SERVICES = {
    "X-ray": ("RX", "Radiograph"),
    "CT": ("CT", "CAT Scan"),
    "MRI": ("NMR", "Nuclear Magnetic Resonance"),
    "Ultrasound": ("RUS", "Radiology Ultrasound"),
    "Echocardiography": ("CUS", "Cardiac Ultrasound"),
    "ECG": ("EC", "Electrocardiac (e.g., EKG, EEC, Holter)"),
    "Scintigraphy": ("NMS", "Nuclear Medicine Scan"),
    "Mammography": ("RAD", "Radiology"),
    "PET-CT": ("NMS", "Nuclear Medicine Scan"),
    "DEXA": ("RAD", "Radiology"),
    "Fluoroscopy": ("RAD", "Radiology"),
}


def _observation(subject: Json, source: Json) -> Json:
    return {
        "resourceType": "Observation",
        "status": "preliminary",
        "subject": subject,
        "derivedFrom": [source],
    }


def lab_observation(item: LabResult, mark: Mark | None, subject: Json, source: Json) -> Json:
    """One row of a laboratory report.

    Args:
        item: the row.
        mark: the decimal mark of its document, None when unknown.
        subject: reference to the patient.
        source: reference to the document.
    """
    codes = [coding(LOINC, item.loinc)] if item.loinc else []
    category = [concept(coding(OBSERVATION_CATEGORY, "laboratory", "Laboratory"))]
    if item.section:
        category.append(concept(text=item.section))
    made = _observation(subject, source) | doubt_marks(item.fields, item.needs_review)
    made |= {"category": category, "code": concept(*codes, text=item.test_name)}
    made |= value_element(item, mark)
    optional = {
        "interpretation": interpretation(item, mark),
        "referenceRange": reference_range(item, mark),
        "note": doubt_notes(item.fields),
    }
    return made | {name: value for name, value in optional.items() if value}


def imaging_observations(item: Imaging, subject: Json, source: Json) -> list[Json]:
    """One Observation for each section that an imaging report has."""
    made = []
    for name, code in _SECTIONS.items():
        text = getattr(item, name)
        if text:
            category = [concept(coding(OBSERVATION_CATEGORY, "imaging", "Imaging"))]
            info = shown(item.fields, [name])
            section = _observation(subject, source) | doubt_marks(info)
            section |= {"category": category, "code": concept(code), "valueString": text}
            notes = doubt_notes(info)
            made.append(section | ({"note": notes} if notes else {}))
    return made


def other_observation(item: OtherText, subject: Json, source: Json) -> Json:
    """A comment, advice or diagnosis of the document."""
    made = _observation(subject, source) | doubt_marks(item.fields, item.needs_review)
    made |= {"code": concept(_COMMENT), "valueString": item.text}
    notes = doubt_notes(item.fields)
    return made | ({"note": notes} if notes else {})


def imaging_service(item: Imaging) -> list[Json]:
    """The category of an imaging report; none where its modality has no code."""
    known = _SERVICES.get(item.modality or "")
    return [concept(coding(SERVICE_SECTION, *known))] if known else []

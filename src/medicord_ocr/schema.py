"""The document and the batch record as pydantic models: what users and the app parse.

Names and types are fixed by the contract; additions are optional fields only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
FileType = Literal["pdf", "jpeg", "png", "tiff", "bmp"]
DocumentType = Literal["lab", "prescription", "imaging", "mixed"]
#: Confidence below which a field is marked for review (SPEC 7's silent-error threshold).
REVIEW_BELOW = 0.75


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReadingModel(_Model):
    """What one reader read."""

    reader: str
    text: str


class Source(_Model):
    """Where on the document a field stands."""

    page: Annotated[int, Field(ge=1)]
    box: tuple[int, int, int, int] = Field(
        description="x0, y0, x1, y1 in pixels of the upright page raster (see page_sizes)"
    )


class FieldInfo(_Model):
    """How a field came about, and whether a person should look at it."""

    raw: str | None = Field(description="the text as it was read, before any interpretation")
    readings: tuple[ReadingModel, ...] = Field(
        default=(), description="what each reader read there, the one that was taken first"
    )
    confidence: Confidence
    source: Source | None
    needs_review: bool
    review_reasons: tuple[str, ...] = ()


class HeaderField(FieldInfo):
    """A header field: the same, with its value and what it is."""

    value: str | None
    kind: str | None = Field(default=None, description="of a date: which one it is")
    role: str | None = Field(default=None, description="of a doctor: prescriber, signatory, …")


class Item(_Model):
    """What the items of all categories share."""

    confidence: Confidence = Field(description="the least of its non-null fields")
    needs_review: bool = False
    fields: dict[str, FieldInfo] = Field(default_factory=dict)


class LabResult(Item):
    """One row of a laboratory report."""

    test_name: str | None
    value: float | str | None
    unit: str | None
    reference_range: str | None
    abnormal: bool | None
    loinc: str | None = None
    ucum: str | None = None
    flag_printed: str | None = None
    section: str | None = None


class Schedule(_Model):
    """Amounts by time of day, each as printed."""

    morning: str | None = None
    noon: str | None = None
    evening: str | None = None
    night: str | None = None


class Prescription(Item):
    """One drug of a prescription."""

    medication: str | None
    dosage: str | None
    frequency: str | None
    duration: str | None
    drug: str | None = None
    strength: str | None = None
    form: str | None = None
    route: str | None = None
    meal: str | None = None
    as_needed: bool | None = None
    quantity: str | None = None
    schedule: Schedule | None = None


class Imaging(Item):
    """One imaging examination."""

    modality: str | None
    body_part: str | None
    findings: str | None
    impression: str | None
    side: str | None = None
    technique: str | None = None
    indication: str | None = None


class OtherText(Item):
    """Medical content of no other category."""

    text: str


class Categories(_Model):
    """The medical content by kind."""

    lab_results: tuple[LabResult, ...] = ()
    prescriptions: tuple[Prescription, ...] = ()
    imaging: tuple[Imaging, ...] = ()
    other: tuple[OtherText, ...] = ()


class Header(_Model):
    """Who issued the document and when, with where it was read."""

    report_date: HeaderField | None = None
    facility: HeaderField | None = None
    doctor: HeaderField | None = None


class PageQuality(_Model):
    """What was measured on one page."""

    page: Annotated[int, Field(ge=1)]
    dpi: float | None
    skew: float
    rotation: Literal[0, 90, 180, 270]
    sharpness: float | None
    noise: float | None
    x_height: float | None
    text_source: Literal["layer", "ocr", "mixed"]
    stages: tuple[str, ...]
    source_size: tuple[int, int] | None = Field(
        default=None, description="width and height in pixels of the page's picture in the file"
    )
    to_source: tuple[float, ...] | None = Field(
        default=None,
        description="3 × 3 numbers, row by row: the homography from pixels of the upright page "
        "raster to those of the picture; null where they are the same",
    )


class Engine(_Model):
    """A reader that took part, with all that decides what it reads."""

    name: str
    version: str
    models: dict[str, str] = Field(default_factory=dict)


class Warning_(_Model):
    """Something that the reader of the document should know."""

    code: str
    message: str
    page: int | None = None


class Document(_Model):
    """One document as structured data (the contract's section 3)."""

    raw_text: str
    average_confidence: Confidence
    pages: Annotated[int, Field(ge=0)]
    file_type: FileType
    extracted_at: datetime | None
    categories: Categories
    possible_report_date: str | None
    possible_facility: str | None
    possible_doctor: str | None
    header: Header = Header()
    document_type: DocumentType | None = None
    page_sizes: tuple[tuple[int, int], ...] = ()
    engines: tuple[Engine, ...] = ()
    languages: tuple[str, ...] = ()
    quality: tuple[PageQuality, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    timings_ms: dict[str, float] = Field(default_factory=dict)


class ErrorModel(_Model):
    """One error of a batch record."""

    code: str
    message: str
    stage: str | None = None
    page: int | None = None
    retryable: bool = False


class Record(_Model):
    """One line of a batch: what became of one input (the contract's section 4)."""

    schema_version: Literal[1] = 1
    source: str
    sha256: str | None
    status: Literal["ok", "partial", "failed", "skipped"]
    document: Document | None
    errors: tuple[ErrorModel, ...] = ()
    timings_ms: dict[str, float] = Field(default_factory=dict)
    options: str = Field(description="fingerprint of the options and engine versions")


def json_schema(name: Literal["document", "record"]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document or of the batch record."""
    model: type[BaseModel] = Document if name == "document" else Record
    return model.model_json_schema(mode="serialization")

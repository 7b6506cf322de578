"""The records that the generator passes on: truth items, pages, the plan of a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.corpus.people import Facility, Person

Value = float | int | str | None
HALVES = ("dev", "gate")


@dataclass
class LabItem:
    """Ground truth of one laboratory row; texts are as printed."""

    test_name: str
    value: Value
    unit: str | None
    reference_range: str | None
    abnormal: bool | None
    alternatives: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """The row in SPEC 3's core fields (plus the other ways to print its range, if any)."""
        row: dict[str, object] = {
            "test_name": self.test_name,
            "value": self.value,
            "unit": self.unit,
            "reference_range": self.reference_range,
            "abnormal": self.abnormal,
        }
        if self.alternatives:
            row["reference_range_alternatives"] = self.alternatives
        return row


@dataclass
class RxItem:
    """Ground truth of one prescribed medicine; texts are as printed."""

    medication: str
    dosage: str | None = None
    frequency: str | None = None
    duration: str | None = None
    schedule: dict[str, str | None] | None = None

    def as_json(self) -> dict[str, object]:
        """The medicine in SPEC 3's core fields (plus its time-of-day schedule, if printed)."""
        row: dict[str, object] = {
            "medication": self.medication,
            "dosage": self.dosage,
            "frequency": self.frequency,
            "duration": self.duration,
        }
        if self.schedule is not None:
            row["schedule"] = self.schedule
        return row


@dataclass
class ImagingItem:
    """Ground truth of one imaging report; texts are as printed."""

    modality: str
    body_part: str | None
    findings: str | None
    impression: str | None
    technique: str | None = None
    indication: str | None = None

    def as_json(self) -> dict[str, object]:
        """The report in SPEC 3's core fields, with technique and indication."""
        return dict(self.__dict__)


@dataclass
class Truth:
    """Everything that the page prints and that an extractor should find."""

    labs: list[LabItem] = field(default_factory=list)
    rx: list[RxItem] = field(default_factory=list)
    imaging: list[ImagingItem] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    report_date: date | None = None
    facility: str | None = None
    facility_aliases: list[str] = field(default_factory=list)
    doctor: str | None = None


@dataclass(frozen=True)
class Fonts:
    """Font family names of one document: Latin body, Khmer body, Khmer title."""

    latin: str
    khmer: str
    title: str


@dataclass
class Ctx:
    """What a template gets: its random stream, half and fonts; who and where, if not drawn."""

    rng: Random
    half: str
    fonts: Fonts
    kind: str = "lab"
    person: Person | None = None
    place: Facility | None = None
    truth: Truth = field(default_factory=Truth)


@dataclass(frozen=True)
class Content:
    """A rendered template: the HTML of each page's inside, the paper, and the truth."""

    pages: list[str]
    truth: Truth
    paper: str = "A4"


Template = Callable[[Ctx], Content]


@dataclass(frozen=True)
class Family:
    """A template family: one layout, one set of labels, in one half only."""

    name: str
    kind: str
    half: str
    languages: tuple[str, ...]
    template: Template
    fonts: tuple[str, ...]
    docs: int
    multipage: bool = False


@dataclass(frozen=True)
class DocSpec:
    """The plan of one document: family, fonts, source and how it is degraded."""

    index: int
    family: str
    half: str
    fonts: Fonts
    source: str
    container: str
    dpi: int
    rotation: int
    degradations: dict[str, float]
    seed: str
    ci: bool = False

    @property
    def name(self) -> str:
        """The file name without its extension."""
        return f"{self.index:03d}_{self.family}_{self.source}"

"""What a batch did and what needs a person, as one HTML page that needs nothing else.

It is made of all records of the file, of this run and of those before it. Pictures are cut out of
the documents anew, in a process that can be killed.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medicord_ocr import __version__
from medicord_ocr.batch.crops import Place, cut_out
from medicord_ocr.batch.units import holds_value
from medicord_ocr.cli.output import open_output
from medicord_ocr.errors import MedicordError
from medicord_ocr.options import Options
from medicord_ocr.reasons import in_words
from medicord_ocr.schema import Document, FieldInfo, Item, LabResult, Record, Schedule
from medicord_ocr.structure.labs.printed import printed_value

if TYPE_CHECKING:
    from jinja2 import Template

#: Most values and failed documents that one page shows: with pictures about 20 MB, which a browser
#: still opens. The tables of --format have them all.
MOST = 2000
#: Bars of the chart of confidence.
_BARS = 20
#: Seconds that cutting out of one document may take.
_SECONDS = 120.0
_KINDS = {
    "lab_results": "Lab result",
    "prescriptions": "Prescription",
    "imaging": "Imaging",
    "other": "Other",
}
#: The field that names an item.
_NAMES = {"lab_results": "test_name", "prescriptions": "medication", "imaging": "body_part"}

#: Calls ``cut_out`` in another process.
CutOut = Callable[..., list[bytes | None]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A value that needs review.

    Attributes:
        source: name of its document.
        kind: what it is part of: ``Lab result``, ``Header`` …
        item: the test, drug or part of the body; empty for none.
        name: of the field, in words.
        value: as it was understood; None for null.
        info: how it came about.
        place: where it stands; None where that is not known.
    """

    source: str
    kind: str
    item: str
    name: str
    value: str | None
    info: FieldInfo
    place: Place | None

    @property
    def reasons(self) -> list[str]:
        """Why a person should look at it, in words."""
        return [in_words(code) for code in self.info.review_reasons]


@dataclass(slots=True)
class Figures:
    """What all records say together.

    Attributes:
        statuses: documents by status.
        pages: pages read.
        accepted, review: values by confidence, a figure a bar; those accepted and for review.
        reasons: values for review by reason.
        failed: records with errors, at most MOST.
        doubts: values for review, at most MOST.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    accepted: list[int] = field(default_factory=lambda: [0] * _BARS)
    review: list[int] = field(default_factory=lambda: [0] * _BARS)
    reasons: Counter[str] = field(default_factory=Counter)
    failed: list[Record] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Count one record in."""
        self.statuses[record.status] += 1
        if record.errors and len(self.failed) < MOST:
            self.failed.append(record.model_copy(update={"document": None}))
        if record.document is None:
            return
        self.pages += record.document.pages
        for found in _values(record.source, record.document):
            self._count(found)

    def _count(self, found: Doubt) -> None:
        bar = min(_BARS - 1, int(found.info.confidence * _BARS))
        if not found.info.needs_review:
            self.accepted[bar] += 1
            return
        self.review[bar] += 1
        self.reasons.update(found.info.review_reasons)
        if len(self.doubts) < MOST:
            self.doubts.append(found)


def write_report(
    records: Path,
    target: Path,
    sources: Mapping[str, Path],
    options: Options,
    call: CutOut,
) -> None:
    """Make the page.

    Args:
        records: the file of records.
        target: of the page; replaced in one step, only its owner can read it.
        sources: the files of this run's inputs, by name; others are shown without pictures.
        options: that documents were read with.
        call: calls a function in a process that can be killed.

    Raises:
        OutputError: it cannot be written; what was there before stays.
    """
    figures = Figures()
    with records.open("rb") as lines:
        for line in lines:
            figures.add(Record.model_validate_json(line))
    with open_output(target) as output:
        for part in _template().generate(
            **_shown(figures, _documents(figures, sources, options, call))
        ):
            output.write(part.encode())


def _values(source: str, document: Document) -> Iterator[Doubt]:
    """Every field of a document that holds a value, or should."""
    back = {quality.page: quality.to_source for quality in document.quality}

    def found(kind: str, item: str, name: str, value: str | None, info: FieldInfo) -> Doubt:
        at = info.source
        place = Place(at.page, at.box, back.get(at.page)) if at else None
        return Doubt(source, kind, item, name.replace("_", " "), value, info, place)

    for name, info in document.header:
        if info is not None and holds_value(info):
            yield found("Header", "", name, info.value, info)
    for category, kind in _KINDS.items():
        for item in getattr(document.categories, category):
            title = getattr(item, _NAMES.get(category, ""), None) or ""
            for name, info in item.fields.items():
                if holds_value(info):
                    yield found(kind, title, name, _text(item, name), info)


def _text(item: Item, name: str) -> str | None:
    """A field as a person would write it."""
    value: Any = getattr(item, name, None)
    if isinstance(item, LabResult) and name == "value":
        value = printed_value(item)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Schedule):
        return ", ".join(f"{time} {amount}" for time, amount in value if amount is not None)
    return None if value is None else str(value)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A value for review with its cutting as a data URL, None where there is none."""

    doubt: Doubt
    picture: str | None


def _documents(
    figures: Figures, sources: Mapping[str, Path], options: Options, call: CutOut
) -> Iterator[tuple[str, list[_Shown]]]:
    """The values for review, document by document, so that one document's pictures are kept."""
    for source, group in groupby(figures.doubts, key=lambda doubt: doubt.source):
        doubts = sorted(group, key=_where)
        places = [doubt.place for doubt in doubts if doubt.place]
        cuttings = iter(_cuttings(sources.get(source), options, places, call))
        yield (
            source,
            [
                _Shown(doubt, _url(next(cuttings, None)) if doubt.place else None)
                for doubt in doubts
            ],
        )


def _where(doubt: Doubt) -> tuple[int, int, int]:
    return (doubt.place.page, doubt.place.box[1], doubt.place.box[0]) if doubt.place else (0, 0, 0)


def _cuttings(
    path: Path | None, options: Options, places: Sequence[Place], call: CutOut
) -> list[bytes | None]:
    if path is None or not places:
        return []
    try:
        return call(cut_out, path, options, places, seconds=_SECONDS)
    except MedicordError:  # the file went away, or is one that crashes what opens it
        return []


def _url(cutting: bytes | None) -> str | None:
    if cutting is None:
        return None
    return "data:image/jpeg;base64," + base64.b64encode(cutting).decode()


def _shown(figures: Figures, documents: Iterable[tuple[str, list[_Shown]]]) -> dict[str, Any]:
    """What the template is given."""
    style = _file("report.css")
    highest = max(1, *(a + r for a, r in zip(figures.accepted, figures.review, strict=True)))
    return {
        "style": style,
        "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        "version": __version__,
        "made": datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M"),
        "figures": figures,
        "values": sum(figures.accepted) + sum(figures.review),
        "for_review": sum(figures.review),
        "reasons": [(in_words(code), count) for code, count in figures.reasons.most_common()],
        "bars": [
            (bar / _BARS, (bar + 1) / _BARS, a, r, 100 * a / highest, 100 * r / highest)
            for bar, (a, r) in enumerate(zip(figures.accepted, figures.review, strict=True))
        ],
        "documents": documents,
        "left_out": sum(figures.review) - len(figures.doubts),
        "failed_left_out": figures.statuses.total() - figures.statuses["ok"] - len(figures.failed),
    }


def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_file("report.html"))


def _file(name: str) -> str:
    return files("medicord_ocr.cli").joinpath(name).read_text("utf-8")

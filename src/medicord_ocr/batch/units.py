"""Units of work: a document opened, a page read, pages put together; and doing one of them.

A document of one page is one unit. Of a longer one the first unit tells its pages, each page is a
unit, and the last unit makes the document of them. A searchable PDF, where one is wanted, is a
unit of its own: whatever becomes of it, the document has its record. Units and outcomes are plain
values that go to another process, or as JSON to another machine.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from medicord_ocr import errors
from medicord_ocr.errors import MedicordError
from medicord_ocr.faults import as_medicord, log_trace
from medicord_ocr.options import Options
from medicord_ocr.schema import Document, FieldInfo, FileType

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from medicord_ocr.intake import SourceDocument
    from medicord_ocr.page import PageText
    from medicord_ocr.pipeline import PagesRead

Kind = Literal["open", "page", "assemble", "searchable"]
#: How bytes stand in the JSON that goes to another machine.
_BASE64 = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}


@dataclass(frozen=True, slots=True)
class Job:
    """One document to read.

    Attributes:
        number: that tells it from the others of its run.
        name: as messages and records show it.
        path: the file.
        options: how to read it.
        debug_dir: folder for the pictures of each stage, or None.
        searchable: the searchable PDF to make of it, or None.
    """

    number: int
    name: str
    path: Path
    options: Options
    debug_dir: Path | None = None
    searchable: Path | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work on a document.

    Attributes:
        job: the document.
        kind: ``open``: tell the pages, and read the first; ``page``: read one; ``assemble``: make
            the document; ``searchable``: make the PDF.
        page: its number, counted from 1. Of ``open``: 0 when no page is to be read.
        pages: of ``assemble`` and ``searchable``: what was read, as outcomes gave it, in order.
        page_count, file_type: of the file, for the same.
    """

    __pydantic_config__: ClassVar = _BASE64
    job: Job
    kind: Kind
    page: int = 1
    pages: tuple[bytes, ...] = ()
    page_count: int = 0
    file_type: FileType = "pdf"

    @property
    def local(self) -> bool:
        """Whether it is about what was read, and done where that was put together."""
        return self.kind in ("assemble", "searchable")


@dataclass(frozen=True, slots=True)
class Problem:
    """An error of ours as a plain value.

    Attributes:
        kind: name of its class.
        message, hint, page, code: as the error has them.
    """

    kind: str
    message: str
    hint: str | None
    page: int | None
    code: str

    @classmethod
    def of(cls, error: MedicordError, page: int | None = None) -> Problem:
        """That error, of that page where it names none itself."""
        return cls(type(error).__name__, error.message, error.hint, error.page or page, error.code)

    def error(self, source: str) -> MedicordError:
        """The error again, to be raised."""
        kind: type[MedicordError] = getattr(errors, self.kind)
        return kind(self.message, hint=self.hint, source=source, page=self.page, code=self.code)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a unit.

    Attributes:
        number: of the document.
        kind: of the unit.
        page: that was read, or was to be; 0 for none.
        problem: what went wrong, or None.
        lost: whether the process that worked on it is gone.
        numbers, page_count, file_type: of ``open``: the pages to read, those in the file, its type.
        read: the page, packed; None where ``document`` has it and no PDF is made of it.
        document: the whole document as JSON.
        review: how many of its values need review.
        values: how many it has.
        spent: milliseconds by stage.
    """

    __pydantic_config__: ClassVar = _BASE64
    number: int
    kind: Kind
    page: int = 0
    problem: Problem | None = None
    lost: bool = False
    numbers: tuple[int, ...] = ()
    page_count: int = 0
    file_type: FileType = "pdf"
    read: bytes | None = None
    document: bytes | None = None
    review: int = 0
    values: int = 0
    spent: dict[str, float] = field(default_factory=dict)


class Desk:
    """Where units are done, in the process that calls: keeps the document of the last one open."""

    def __init__(self) -> None:
        self._kept = ExitStack()
        self._job: Job | None = None
        self._document: SourceDocument | None = None

    def do(self, unit: Unit) -> Outcome:
        """Do one unit; what goes wrong is in the outcome, without values of the document."""
        page = 0 if unit.local else unit.page
        outcome = Outcome(unit.job.number, unit.kind, page)
        start = time.perf_counter()
        try:
            match unit.kind:
                case "open":
                    outcome = self._open(unit, outcome)
                case "page":
                    outcome = self._page(unit, outcome)
                case "assemble":
                    outcome = _assemble(unit, outcome)
                case "searchable":
                    self._searchable(unit)
        except (Exception, SystemExit) as error:  # a library that exits must not end us with a 0
            log_trace(error)
            self.clear()
            outcome = replace(outcome, problem=Problem.of(as_medicord(error)))
        total = 1000 * (time.perf_counter() - start)
        return replace(outcome, spent={**outcome.spent, "total": total})

    def clear(self) -> None:
        """Close the document that is still open."""
        self._kept.close()
        self._job = self._document = None

    def _opened(self, job: Job) -> SourceDocument:
        if self._document is None or job != self._job:
            from medicord_ocr.intake import open_document

            self.clear()
            opening = open_document(job.path, job.options, name=job.name)
            self._document = self._kept.enter_context(opening)
            self._job = job
        return self._document

    def _open(self, unit: Unit, outcome: Outcome) -> Outcome:
        document = self._opened(unit.job)
        told = replace(
            outcome,
            numbers=document.numbers,
            page_count=document.page_count,
            file_type=document.file_type,
        )
        if unit.page == 0:
            return told
        first = replace(unit, page=document.numbers[0])
        told = self._page(first, replace(told, page=first.page))
        if told.problem is None and len(told.numbers) == 1:
            self.clear()
        return told

    def _page(self, unit: Unit, outcome: Outcome) -> Outcome:
        """Its page read; of a document of one page, the document made of it."""
        from medicord_ocr import pipeline

        job = unit.job
        clock = pipeline.Clock()
        try:
            document = self._opened(job)
            with clock.stage("load"):
                readers = pipeline.readers_for(job.options)
            with clock.stage("intake"):
                page = document.read(unit.page)
            text = pipeline.read_page(page, readers, job.options, clock, job.debug_dir)
            if len(document.numbers) > 1:
                return replace(outcome, read=pack(text), spent=clock.spent)
            part = pipeline.PagesRead(document.file_type, document.page_count, (text,), clock.spent)
            if job.searchable is not None:
                outcome = replace(outcome, read=pack(text))
            return _made(part, job.options, outcome)
        except (Exception, SystemExit) as error:
            log_trace(error)
            problem = Problem.of(as_medicord(error), unit.page)
            return replace(outcome, problem=problem, spent=clock.spent)

    def _searchable(self, unit: Unit) -> None:
        from medicord_ocr.searchable import make_searchable

        job = unit.job
        assert job.searchable is not None
        pages = [unpack(page) for page in unit.pages]
        password = job.options.password
        make_searchable(job.path, self._opened(job), pages, job.searchable, password=password)
        self.clear()


def _assemble(unit: Unit, outcome: Outcome) -> Outcome:
    from medicord_ocr import pipeline

    pages = tuple(unpack(page) for page in unit.pages)
    part = pipeline.PagesRead(unit.file_type, unit.page_count, pages, {})
    return _made(part, unit.job.options, outcome)


def _made(part: PagesRead, options: Options, outcome: Outcome) -> Outcome:
    from medicord_ocr import pipeline

    document = pipeline.assemble([part], options)
    needed = [info.needs_review for info in fields_of(document)]
    return replace(
        outcome,
        document=document.model_dump_json(exclude={"timings_ms"}).encode(),
        review=sum(needed),
        values=len(needed),
        spent=document.timings_ms,
    )


def fields_of(document: Document) -> Iterator[Any]:
    """The fields of a document that hold a value, or should: of the header, then of every item."""
    header = document.header
    found = [header.report_date, header.facility, header.doctor]
    for category in ("lab_results", "prescriptions", "imaging", "other"):
        for item in getattr(document.categories, category):
            found.extend(item.fields.values())
    return (info for info in found if info is not None and holds_value(info))


def holds_value(info: FieldInfo) -> bool:
    """Whether a field is there on the page, or a person should look whether it is."""
    return info.raw is not None or info.needs_review


@cache
def _pages() -> TypeAdapter[PageText]:
    from pydantic import TypeAdapter

    from medicord_ocr.page import PageText

    return TypeAdapter(PageText)


def pack(page: PageText) -> bytes:
    """A page as compressed JSON: about a tenth of what it takes as objects."""
    import orjson

    return zlib.compress(orjson.dumps(page, default=list), 1)


def unpack(data: bytes) -> PageText:
    """The page that ``pack`` packed."""
    return _pages().validate_json(zlib.decompress(data))

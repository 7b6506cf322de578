"""One document, from file to JSON: intake → preprocess → layout → recognise → structure."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # read once, when the first engine is loaded

from medicord_ocr import __version__, debug, schema
from medicord_ocr.direction import Kept, read_as_it_stands, upside_down
from medicord_ocr.engines import Readers, open_readers
from medicord_ocr.errors import MedicordError
from medicord_ocr.intake import FileType, SourceDocument, SourcePage, open_document
from medicord_ocr.layout import Layout, find_layout
from medicord_ocr.options import Options
from medicord_ocr.page import PageText, Quality, Row
from medicord_ocr.preprocess import Prepared, Trace, grayscale, half_turn, prepare
from medicord_ocr.recognise import recognise
from medicord_ocr.rows import arrange, arrange_words, merge_rows, moved_rows
from medicord_ocr.structure import understand

#: Height of small letters in pixels of the source below which values go silently wrong: that of
#: 10.5 point print at 110 dpi (15 of 39 values were wrong at 90 dpi).
LOW_X_HEIGHT = 8.5
#: Mean confidence of a page's words below which little of it is text that can be read: photographs
#: of streets, people and drawings have 0.30-0.52, the worst page of dev or photo of a report 0.70.
ILLEGIBLE = 0.6
#: Is given a page's number and its upright raster, (H, W) grey or (H, W, 3) BGR, uint8.
Show = Callable[[int, debug.Picture], None]
#: Stages that would move a region of a page against its text layer.
_MOVING = frozenset({"perspective", "orientation", "deskew"})


@dataclass
class Clock:
    """Milliseconds spent in each stage, added up over the pages."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside under ``name``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add({name: 1000 * (time.perf_counter() - start)})

    def add(self, spent: Mapping[str, float]) -> None:
        """Add what was spent elsewhere."""
        for name, milliseconds in spent.items():
            self.spent[name] = self.spent.get(name, 0.0) + milliseconds


@lru_cache(maxsize=4)
def _readers(options: Options) -> Readers:
    return open_readers(options)


def readers_for(options: Options) -> Readers:
    """The readers of these options, loaded once in this process.

    Raises:
        MissingDependency: when an engine or language data that is asked for is not installed.
    """
    return _readers(
        Options(
            languages=options.languages,
            engine=options.engine,
            fallback=options.fallback,
            tesseract_cmd=options.tesseract_cmd,
            tessdata=options.tessdata,
        )
    )


def fingerprint(options: Options) -> str:
    """What decides the outcome of a run, as 16 hex digits: options, program, engines, models."""
    engines = readers_for(options).info()
    return options.fingerprint(__version__, *(repr(engine) for engine in engines))


@dataclass(frozen=True, slots=True)
class PagesRead:
    """Pages of one document as they were read, before anything is made of them.

    Attributes:
        file_type: of the document, by content.
        page_count: pages in the file, whatever was read of them.
        pages: those that were read.
        spent: milliseconds by stage.
    """

    file_type: FileType
    page_count: int
    pages: tuple[PageText, ...]
    spent: dict[str, float]


def extract(
    source: Path | bytes,
    options: Options | None = None,
    *,
    name: str | None = None,
    debug_dir: Path | None = None,
) -> schema.Document:
    """Read one document.

    Args:
        source: path or content of a PDF, JPEG, PNG, TIFF or BMP.
        options: how to read it.
        name: what messages call it; the path where there is one.
        debug_dir: folder for each stage's picture (patient data), made private.

    Raises:
        MedicordError: when it cannot be read; see ``errors`` for which.
    """
    options = options or Options()
    return assemble([read_pages(source, options, name=name, debug_dir=debug_dir)], options)


def read_pages(
    source: Path | bytes,
    options: Options,
    *,
    name: str | None = None,
    debug_dir: Path | None = None,
    show: Show | None = None,
) -> PagesRead:
    """Read the pages that ``options.pages`` selects; ``assemble`` makes a document of them.

    Args:
        source: as for ``extract``.
        options: as for ``extract``.
        name: as for ``extract``.
        debug_dir: as for ``extract``.
        show: is given each page's upright raster.

    Raises:
        MedicordError: when one of them cannot be read.
    """
    clock = Clock()
    with clock.stage("total"):
        with clock.stage("load"):
            readers = readers_for(options)
        with open_document(source, options, name=name) as document:
            pages = tuple(_read_pages(document, readers, options, clock, debug_dir, show))
    return PagesRead(document.file_type, document.page_count, pages, clock.spent)


def assemble(parts: Sequence[PagesRead], options: Options) -> schema.Document:
    """The document that its pages make, in the order given, wherever they were read.

    Args:
        parts: at least one; together, each page once.
        options: that they were read with.
    """
    readers = readers_for(options)
    clock = Clock()
    pages = [page for part in parts for page in part.pages]
    with clock.stage("total"), clock.stage("structure"):
        meaning = understand(pages)
    for part in parts:
        clock.add(part.spent)
    mean = _confidence([row for page in pages for row in page.rows])
    header = meaning.header
    document = schema.Document(
        raw_text="\n\n".join(page.text for page in pages),
        average_confidence=round(mean, 4),
        pages=len(pages),
        file_type=parts[0].file_type,
        extracted_at=datetime.now(UTC).replace(microsecond=0),
        categories=meaning.categories,
        possible_report_date=header.report_date.value if header.report_date else None,
        possible_facility=header.facility.value if header.facility else None,
        possible_doctor=header.doctor.value if header.doctor else None,
        header=header,
        document_type=meaning.document_type,
        page_sizes=tuple((page.width, page.height) for page in pages),
        engines=_engines(readers, pages),
        languages=options.languages,
        quality=tuple(_quality(page) for page in pages),
        warnings=(
            *(schema.Warning_(code="second_reader", message=text) for text in readers.warnings),
            *(_warning(page, text) for page in pages for text in page.warnings),
        ),
        timings_ms={key: round(value, 1) for key, value in clock.spent.items()},
    )
    if options.correction is None:
        return document
    from medicord_ocr.llm import corrected

    return corrected(document, pages, options.correction)


def _confidence(rows: Sequence[Row]) -> float:
    """Mean confidence of the words, 0.0 when there are none."""
    words = [word for row in rows for segment in row.segments for word in segment.words]
    return sum(word.confidence for word in words) / len(words) if words else 0.0


def _engines(readers: Readers, pages: list[PageText]) -> tuple[schema.Engine, ...]:
    if all(page.quality.text_source == "layer" for page in pages):
        return ()
    return tuple(
        schema.Engine(name=info.name, version=info.version, models=info.models)
        for info in readers.info()
    )


def _quality(page: PageText) -> schema.PageQuality:
    q = page.quality
    return schema.PageQuality.model_validate(
        {"page": page.number, **{name: getattr(q, name) for name in Quality.__slots__}}
    )


def _warning(page: PageText, text: str) -> schema.Warning_:
    code, _, message = text.partition(": ")
    return schema.Warning_(code=code, message=message, page=page.number)


def _read_pages(
    document: SourceDocument,
    readers: Readers,
    options: Options,
    clock: Clock,
    debug_dir: Path | None,
    show: Show | None,
) -> Iterator[PageText]:
    """The pages one after another, one picture in memory at a time."""
    pages = document.pages()
    while True:
        with clock.stage("intake"):
            page = next(pages, None)
        if page is None:
            return
        try:
            yield read_page(page, readers, options, clock, debug_dir, show)
        except MedicordError as error:
            error.page = error.page or page.number
            error.source = error.source or document.name
            raise


def read_page(
    page: SourcePage,
    readers: Readers,
    options: Options,
    clock: Clock | None = None,
    debug_dir: Path | None = None,
    show: Show | None = None,
) -> PageText:
    """Read one page: its text layer where that is sound, its picture elsewhere.

    Args:
        page: from intake.
        readers: from ``readers_for``.
        options: how to read it.
        clock: adds up the time of each stage.
        debug_dir: folder for each stage's picture.
        show: is given the upright raster that the boxes are in.

    Returns:
        Rows in reading order, with boxes in pixels of the upright raster.
    """
    clock = clock or Clock()
    trace = debug.tracer(debug_dir, page.number) if debug_dir else None
    if not page.layer:
        with clock.stage("intake"):
            picture = page.render()
        return _read_picture(picture, page, readers, options, clock, trace, show)
    with clock.stage("intake"):
        picture = page.render()
    if show:
        show(page.number, picture)
    with clock.stage("layout"):
        layer = arrange_words(page.layer, grayscale(picture))
    if not page.unread:
        quality = Quality(dpi=page.dpi, text_source="layer")
        return PageText(page.number, page.width, page.height, layer, quality)
    rows: list[Row] = list(layer)
    still = replace(options, forbidden=options.forbidden | _MOVING)
    quality = Quality(dpi=page.dpi)
    for box in page.unread:
        with clock.stage("preprocess"):
            part = prepare(picture[box.y0 : box.y1, box.x0 : box.x1], page.dpi, still, trace=trace)
        found, _ = _read_prepared(part, readers, options, clock, trace)
        rows.extend(moved_rows(found, box.x0, box.y0, 1 / part.scale))
        quality = part.quality
    quality = replace(quality, dpi=page.dpi, text_source="mixed", source_size=None, to_source=None)
    return PageText(page.number, page.width, page.height, merge_rows(rows), quality)


def _read_picture(
    picture: debug.Picture,
    page: SourcePage,
    readers: Readers,
    options: Options,
    clock: Clock,
    trace: Trace | None,
    show: Show | None,
) -> PageText:
    with clock.stage("preprocess"):
        prepared = prepare(picture, page.dpi, options, trace=trace)
    rows, prepared = _read_prepared(prepared, readers, options, clock, trace)
    if show:
        show(page.number, prepared.image)
    height, width = prepared.image.shape
    return PageText(
        page.number, width, height, rows, prepared.quality, _warnings(prepared.quality, rows)
    )


def _read_prepared(
    prepared: Prepared,
    readers: Readers,
    options: Options,
    clock: Clock,
    trace: Trace | None,
) -> tuple[tuple[Row, ...], Prepared]:
    """Rows of a prepared picture; and the picture, turned if it lay upside down."""
    if prepared.quality.x_height is None:
        return (), prepared
    layout = _layout(prepared, clock)
    kept: Kept = {}
    if options.runs("orientation", True):
        with clock.stage("recognise"):  # what is read here is not read again
            kept = read_as_it_stands(layout, readers.latin, readers.khmer)
        with clock.stage("orientation"):
            turned = upside_down(layout, kept, readers.latin, readers.khmer)
        if turned:
            prepared, kept = half_turn(prepared), {}
            layout = _layout(prepared, clock)
    if trace:
        trace("layout", debug.drawn(layout))
    with clock.stage("recognise"):
        read = recognise(layout, readers, options, kept)
    with clock.stage("layout"):
        rows = arrange(layout, read)
    if trace:
        trace("rows", debug.drawn(layout, rows))
    return rows, prepared


def _layout(prepared: Prepared, clock: Clock) -> Layout:
    with clock.stage("layout"):
        return find_layout(prepared.image, (prepared.quality.x_height or 0) * prepared.scale)


def _warnings(quality: Quality, rows: tuple[Row, ...]) -> tuple[str, ...]:
    found = []
    if not rows:
        found.append("no_text: no text was found on this page")
    elif _confidence(rows) < ILLEGIBLE:
        found.append(
            "illegible: next to nothing on this page can be read; it may be no document, "
            "or a picture too blurred or dark"
        )
    if rows and quality.x_height is not None and quality.x_height < LOW_X_HEIGHT:
        found.append(
            f"low_resolution: small letters are only {quality.x_height:.0f} pixels high; "
            "values may be misread, scan again with more dots an inch if you can"
        )
    return tuple(found)

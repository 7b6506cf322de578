"""The report's date among those of birth, sampling, reception, printing and validity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medicord_ocr.page import Box, PageText, Row
from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.dates import (
    AMBIGUOUS,
    IMPOSSIBLE,
    MIXED_DIGITS,
    REPAIRED,
    TWO_DIGIT_YEAR,
    FoundDate,
    find_dates,
    mixed_digits,
)
from medicord_ocr.structure.fields import RowRef, Span, field_info
from medicord_ocr.structure.labels import PLACES, date_kind, terms
from medicord_ocr.structure.line import Line, fold_line, join

#: Kinds of date that may stand as the report's, the best first. ``issued`` is the date beside
#: the place of signing (``Phnom Penh, le …``), ``date`` one that is only called date.
REPORT_KINDS = (
    "report",
    "validated",
    "issued",
    "examination",
    "visit",
    "date",
    "unlabelled",
    "printed",
)
#: Steps of the specimen on its way. None of them is the report's date: where there is no other
#: date, the best of them is shown as raw text with its kind, and the value stays null.
SPECIMEN_KINDS = ("analysed", "collected", "received", "requested")
#: Review reasons of the report's date.
DATES_DISAGREE, DATE_CONFLICT = "dates_disagree", "date_conflict"
UNLABELLED, PRINTED, NO_REPORT_DATE = "unlabelled_date", "printed_date", "no_report_date"

_DOUBTFUL_KINDS = {"unlabelled": UNLABELLED, "printed": PRINTED}
_PHRASE = re.compile(r"\s{2,}|[:;៖|]+")
_WORDS = re.compile("[a-z]{3}|[\u1780-\u17b3].?[\u1780-\u17d3]")
# A label with its own value is no heading of what stands below it: « Age: 20 ».
_OWN_VALUE = re.compile(r"[:៖]\s*[^\s:៖]")
_YEAR = re.compile("(?:ឆ្[\u1780-\u17d3]{1,4} ?)?[12][0-9]{3}(?!\\d)")
_BLANK = " .,-_/()[]"
_NUMBERS = re.compile(r"(\d{1,2})\s?([/.-])\s?\d{1,2}\s?\2\s?\d{4}")
_COMPARED = terms(r"compared|compare|comparison|comparaison|comparatif|versus", "ប្រៀបធៀប")
# Words of a label at most: a longer phrase before a date is running text.
_LABEL_WORDS = 7
#: Words of the place of signing at most, and the share of the page from which its line begins.
_PLACE_WORDS, _SIGNED_FROM = 4, 0.35
_CEILINGS = {PRINTED: 0.7, AMBIGUOUS: 0.9, REPAIRED: 0.7, TWO_DIGIT_YEAR: 0.7, UNLABELLED: 0.7}


@dataclass(frozen=True, slots=True)
class Dated:
    """A date of the page and what its label says that it is.

    Attributes:
        date: the date; its offsets count in the folded text of its row.
        kind: a key of ``labels.DATE_KINDS``, ``issued`` or ``unlabelled``.
        span: its words.
        raw: its text as read.
        row: where it stands.
    """

    date: FoundDate
    kind: str
    span: Span
    raw: str
    row: RowRef


def find_dated(pages: Sequence[PageText], lines: Sequence[Sequence[Line]]) -> list[Dated]:
    """All dates of the pages with their kinds, in reading order.

    Args:
        pages: the pages.
        lines: for each page the lines of its rows.
    """
    return [
        dated
        for page, of_page in zip(pages, lines, strict=True)
        for index, line in enumerate(of_page)
        for dated in (*_row_dates(page, index, line), *_wrapped_dates(page, index))
    ]


def _wrapped_dates(page: PageText, index: int) -> Iterator[Dated]:
    """Dates that end a stretch of a row without their year, which begins the stretch below."""
    below = page.rows[index + 1].segments if index + 1 < len(page.rows) else ()
    row = page.rows[index]
    for at, segment in enumerate(row.segments):
        year = next((s for s in below if s.box.overlap_x(segment.box)), None)
        if year is None or not _YEAR.match(fold_line(year.text)):
            continue
        line = join(page.number, [[segment.words], [year.words]])
        before = "  ".join(s.text for s in row.segments[:at])
        for found in find_dates(line.folded):
            if found.start < line.folded.index("\n") < found.end:
                label = f"{fold_line(before)}  {line.folded[: found.start]}"
                kind = _kind(label) or _alone_kind(line, found)
                span, raw = line.span(found.start, found.end), line.printed(found.start, found.end)
                yield Dated(found, kind, span, raw, (page.number, index))


def _row_dates(page: PageText, index: int, line: Line) -> Iterator[Dated]:
    floor = 0
    for found in find_dates(line.folded):
        span = line.span(found.start, found.end)
        if span.words:
            label = line.folded[floor : found.start]
            kind = _kind(label) or _kind_above(page, index, span.box)
            if _COMPARED.within(label):
                kind = "other"
            if kind is None and (_alone(line, found) or _signed_beside(page, line, found)):
                kind = _alone_kind(line, found)
            if kind is None:
                kind = "other" if _in_prose(line, found) else "unlabelled"
            raw = line.printed(found.start, found.end)
            yield Dated(found, kind, span, raw, (page.number, index))
        floor = found.end


def _kind(before: str) -> str | None:
    """The kind of a date from what stands before it on its row."""
    phrases = [phrase.strip(_BLANK) for phrase in _PHRASE.split(before)]
    for phrase in [phrase for phrase in reversed(phrases) if phrase][:2]:
        if len(phrase.split()) > _LABEL_WORDS:
            return None
        kind = date_kind(phrase)
        if kind in (None, "date") and PLACES.within(phrase):
            return "issued"
        if kind is not None:
            return kind
    return None


def _kind_above(page: PageText, index: int, box: Box) -> str | None:
    """The kind of a date from the heading of its column, at most two rows up."""
    for row in reversed(page.rows[max(0, index - 2) : index]):
        for segment in _above(row, box):
            heading = len(segment.split()) <= _LABEL_WORDS and not _OWN_VALUE.search(segment)
            if segment and heading and not find_dates(segment):
                kind = date_kind(segment)
                if kind is not None:
                    return kind
    return None


def _above(row: Row, box: Box) -> Iterator[str]:
    if row.box.y1 > box.middle:
        return
    for segment in row.segments:
        least = min(segment.box.width, box.width)
        if segment.box.overlap_x(box) >= 0.4 * least:
            yield segment.text


def _in_prose(line: Line, found: FoundDate) -> bool:
    """Whether words stand before and behind the date: then it is a date in a sentence."""
    before = _PHRASE.split(line.folded[: found.start])[-1]
    behind = _PHRASE.split(line.folded[found.end :])[0]
    return len(before.split()) >= 2 and len(behind.split()) >= 2


def _alone(line: Line, found: FoundDate) -> bool:
    """Whether the row holds nothing but the date."""
    rest = line.folded[: found.start] + line.folded[found.end :]
    return _WORDS.search(rest) is None


def _signed_beside(page: PageText, line: Line, found: FoundDate) -> bool:
    """Whether a date ends a short line on the right, as behind the place of signing."""
    before, after = line.folded[: found.start], line.folded[found.end :]
    right = bool(line.words) and line.words[0].box.x0 > _SIGNED_FROM * page.width
    few = len(before.split()) <= _PLACE_WORDS and not re.search(r"[\d:;៖]|\s\s", before)
    return right and few and _WORDS.search(after) is None


def _alone_kind(line: Line, found: FoundDate) -> str:
    """A date that fills a row is the letter's own when it is written out in words."""
    written = _WORDS.search(line.folded[found.start : found.end])
    return "issued" if written else "unlabelled"


def report_date(dated: Sequence[Dated]) -> HeaderField | None:
    """The report's date as a header field, None where no date of the document can be it.

    An impossible or unsure date is a field without value. A date that contradicts another
    of the document is marked: ``dates_disagree`` (two values of the chosen kind),
    ``date_conflict`` (before birth or sampling).
    """
    for kind in REPORT_KINDS:
        found = [d for d in dated if d.kind == kind]
        if found and not (kind == "unlabelled" and _values(found) > 1):
            return _field(_best(found), _doubts(found, dated))
    for kind in SPECIMEN_KINDS:
        found = [d for d in dated if d.kind == kind]
        if found:
            return _field(found[0], (NO_REPORT_DATE,), valued=False)
    return None


def _values(found: Sequence[Dated]) -> int:
    return len({d.date.value for d in found if d.date.value})


def _best(found: Sequence[Dated]) -> Dated:
    """The first of the dates, or one of the same value that is printed less ambiguously."""
    alike = [d for d in found if d.date.value == found[0].date.value]
    return min(alike, key=lambda d: len(d.date.reasons))


def _day_first(best: Dated, dated: Sequence[Dated]) -> bool:
    """Whether another date of the document, written alike, shows that the day stands first."""
    written = _NUMBERS.match(best.raw)
    alike = [
        (other.date, match)
        for other in dated
        if (match := _NUMBERS.match(other.raw)) and written and match[2] == written[2]
    ]
    impossible = any(IMPOSSIBLE in date.reasons for date, _ in alike)
    shown = any(date.value and not date.reasons and int(match[1]) > 12 for date, match in alike)
    return shown and not impossible


def _doubts(found: Sequence[Dated], dated: Sequence[Dated]) -> tuple[str, ...]:
    best = _best(found)
    doubts = list(best.date.reasons)
    if mixed_digits(best.raw):
        doubts.append(MIXED_DIGITS)
    if AMBIGUOUS in doubts and best.date.value and _day_first(best, dated):
        doubts.remove(AMBIGUOUS)
    if _values(found) > 1:
        doubts.append(DATES_DISAGREE)
    if best.kind in _DOUBTFUL_KINDS:
        doubts.append(_DOUBTFUL_KINDS[best.kind])
    earlier = [
        d.date.value
        for d in dated
        if d.kind in ("birth", "collected", "received", "requested") and not d.date.reasons
    ]
    value = best.date.value
    if value and any(day is not None and day > value for day in earlier):
        doubts.append(DATE_CONFLICT)
    return tuple(doubts)


def _field(chosen: Dated, doubts: tuple[str, ...], *, valued: bool = True) -> HeaderField:
    ceiling = min([0.98, *(_CEILINGS.get(reason, 0.6) for reason in doubts)])
    info = field_info(chosen.span, reasons=doubts, ceiling=ceiling, raw=chosen.raw)
    value = chosen.date.value if valued else None
    return HeaderField(**dict(info), value=value, kind=chosen.kind)

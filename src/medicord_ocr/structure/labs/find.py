"""Laboratory results: every row of a report that states one, each field with its provenance."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from medicord_ocr.page import PageText
from medicord_ocr.schema import REVIEW_BELOW, FieldInfo, LabResult
from medicord_ocr.structure.fields import LAYER_READERS, RowRef, Span, field_info, item_confidence
from medicord_ocr.structure.labs.checks import arrows_as_digits, cross_checked, mixed_digits
from medicord_ocr.structure.labs.entries import Entry, Scan
from medicord_ocr.structure.labs.judge import Judged, judge
from medicord_ocr.structure.labs.loose import scan_lines
from medicord_ocr.structure.labs.numbers import Mark, decimal_mark
from medicord_ocr.structure.labs.parts import Part
from medicord_ocr.structure.labs.scan import scan_table
from medicord_ocr.structure.labs.sections import is_other_specimen
from medicord_ocr.structure.labs.table import Table, continued, find_tables
from medicord_ocr.structure.labs.units import clean_unit, ucum_of
from medicord_ocr.structure.labs.values import clean, flag_direction
from medicord_ocr.structure.labs.vocabulary import respelled


@dataclass(frozen=True, slots=True)
class LabFindings:
    """The laboratory results of a document.

    Attributes:
        results: in reading order.
        used: the rows that became results or belong to their tables (headers, section titles);
            comments and notes between results are not among them.
        known: numbers of the pages most of whose results are tests of the vocabulary.
    """

    results: tuple[LabResult, ...]
    used: frozenset[RowRef]
    known: frozenset[int] = frozenset()

    def without(self, pages: Collection[int]) -> LabFindings:
        """The results of all pages but some."""
        kept = tuple(result for result in self.results if page_of(result) not in pages)
        used = frozenset(ref for ref in self.used if ref[0] not in pages)
        return LabFindings(kept, used, self.known.difference(pages))


def page_of(result: LabResult) -> int | None:
    """The page that a result was read from, counted from 1."""
    sources = (info.source for info in result.fields.values())
    return next((source.page for source in sources if source is not None), None)


def find_lab_results(pages: Sequence[PageText], *, sex: str | None = None) -> LabFindings:
    """All laboratory results of a document.

    Args:
        pages: its pages, in order.
        sex: ``"M"`` or ``"F"`` where the document says it; without it a range that is printed
            by sex decides nothing.

    Returns:
        the results, and which rows they used up. Never raises on any text.
    """
    found: list[tuple[PageText, Entry]] = []
    used: set[RowRef] = set()
    last: tuple[PageText, Table, Scan] | None = None
    for page in pages:
        scans, last = _scan_page(page, last)
        for scan in scans:
            used.update((page.number, row) for row in scan.used)
            found.extend((page, entry) for entry in scan.entries)
    judged = cross_checked([judge(entry, sex) for _, entry in found])
    judged = arrows_as_digits(mixed_digits(judged))
    bold = _bold_tells(judged)
    ordered = sorted(
        zip((page.number for page, _ in found), judged, strict=True),
        key=lambda pair: (pair[0], pair[1].entry.rows[0]),
    )
    results = tuple(_result(number, result, sex, bold=bold) for number, result in ordered)
    return LabFindings(results, frozenset(used), _known_pages(ordered))


def _known_pages(judged: Iterable[tuple[int, Judged]]) -> frozenset[int]:
    told: dict[int, list[bool]] = {}
    for number, result in judged:
        match = result.entry.draft.match
        known = result.test is not None and match is not None and match.exact
        told.setdefault(number, []).append(known)
    return frozenset(number for number, known in told.items() if 2 * sum(known) > len(known))


def _scan_page(
    page: PageText, before: tuple[PageText, Table, Scan] | None
) -> tuple[list[Scan], tuple[PageText, Table, Scan] | None]:
    """The scans of a page's tables and of its other rows, and the table that may go on."""
    mark = _page_mark(page)
    tables = find_tables(page)
    scans: list[Scan] = []
    first = min((row for table in tables for row in table.header), default=len(page.rows))
    if before is not None and first > 0:
        table = continued(before[1], before[0], page, first)
        scan = scan_table(page, table, mark, before[2])
        scans.append(scan)
        before = (page, table, scan) if scan.entries and not tables else None
    for table in tables:
        scan = scan_table(page, table, mark)
        scans.append(scan)
        before = (page, table, scan)
    taken = {row for scan in scans for row in scan.used}
    scans.append(scan_lines(page, taken, mark))
    return scans, before


def _page_mark(page: PageText) -> Mark | None:
    return decimal_mark(
        clean(word.text) for row in page.rows for s in row.segments for word in s.words
    )


def _bold_tells(results: Sequence[Judged]) -> bool:
    """Whether bold print marks some values of the document and not others."""
    shades = [_is_bold(result.entry.draft.value_part) for result in results]
    return True in shades and False in shades


def _is_bold(part: Part | None) -> bool | None:
    shades = {word.bold for word in part.words} if part else set()
    return shades.pop() if len(shades) == 1 else None


def _result(number: int, judged: Judged, sex: str | None, *, bold: bool) -> LabResult:
    draft, value = judged.entry.draft, judged.value
    output = value.output if value else None
    flag = draft.flag if draft.flag and flag_direction(draft.flag.text) else None
    abnormal, abnormal_part = _abnormal(judged, flag, bold)
    unit = (
        (judged.unit.text if judged.unit else clean_unit(draft.unit.text)) if draft.unit else None
    )
    infos = {
        "test_name": _info(number, draft.name, judged, "test_name"),
        "value": _info(number, draft.value_part, judged, "value", known=output is not None),
        "unit": _info(number, draft.unit, judged, "unit", known=unit is not None),
        "reference_range": _info(number, draft.range_part, judged, "reference_range"),
        "abnormal": _info(number, abnormal_part, judged, "abnormal", known=abnormal is not None),
    }
    if judged.abnormal is not None:
        own = judged.reasons.get("abnormal", ())
        inputs = infos["value"], infos["reference_range"]
        infos["abnormal"] = _as_sure_as(infos["abnormal"], own, *inputs)
    infos = _under_name(judged, infos)
    confidence, review = item_confidence(infos)
    return LabResult(
        test_name=respelled(draft.name.text),
        value=output,
        unit=unit,
        reference_range=_range_text(judged, sex),
        abnormal=abnormal,
        loinc=_loinc(judged),
        ucum=_ucum(judged),
        flag_printed=flag.text if flag else None,
        section=judged.entry.section,
        confidence=confidence,
        needs_review=review,
        fields=infos,
    )


def _as_sure_as(info: FieldInfo, own: tuple[str, ...], *inputs: FieldInfo) -> FieldInfo:
    """A computed field: as sure and as doubtful as what it is computed from, and its own doubts.

    Words on whose meaning readers agree are no doubt in the inputs, and so none in it.
    """
    reasons = dict.fromkeys((*own, *(c for i in inputs for c in i.review_reasons)))
    confidence = min(i.confidence for i in inputs)
    return _changed(info, confidence, tuple(reasons))


def _under_name(judged: Judged, infos: dict[str, FieldInfo]) -> dict[str, FieldInfo]:
    """All fields for review where the name is so doubtful that the result may be another test's.

    A long name that stands in the vocabulary to the letter bears itself out; one of which a part
    is strange does not: the total cholesterol that « កូឡេស្តេរ៉ុល LOL » begins with is none.
    """
    draft = judged.entry.draft
    if draft.match is None and _is_misread(judged):
        return _doubted(infos, "test_unknown")
    match = draft.match
    whole = match is not None and match.exact and not match.partly
    confirmed = whole and len(draft.name.text) > 3
    if confirmed or infos["test_name"].confidence >= REVIEW_BELOW:
        return infos
    return _doubted(infos, "test_unsure")


def _is_misread(judged: Judged) -> bool:
    """Whether an unknown name with a figure may be a known one misread.

    Of such names that were read from pictures of the development corpus without doubt, 3 of 5
    were (``MCHC et``). A text layer says what is printed; and susceptibilities stand beside
    names of antibiotics, which are not in the vocabulary.
    """
    value, name = judged.value, judged.entry.draft.name
    worded = value is not None and value.kind in {"words", "graded", "pending"}
    return not worded and any(w.readings[0].reader not in LAYER_READERS for w in name.words)


def _doubted(infos: dict[str, FieldInfo], code: str) -> dict[str, FieldInfo]:
    return {
        name: info
        if info.source is None
        else _changed(info, info.confidence, (*info.review_reasons, code))
        for name, info in infos.items()
    }


def _changed(info: FieldInfo, confidence: float, reasons: tuple[str, ...]) -> FieldInfo:
    """Provenance with another confidence and other reasons, ``low_confidence`` as it follows."""
    kept = [code for code in dict.fromkeys(reasons) if code != "low_confidence"]
    if 0 < confidence < REVIEW_BELOW:
        kept.append("low_confidence")
    if tuple(kept) == info.review_reasons and round(confidence, 4) == info.confidence:
        return info
    return info.model_copy(
        update={
            "confidence": round(confidence, 4),
            "needs_review": bool(kept),
            "review_reasons": tuple(kept),
        }
    )


def _range_text(judged: Judged, sex: str | None) -> str | None:
    """The range as printed; of one by sex the patient's own, where the sex is known."""
    if judged.range is not None:
        mine = judged.range.for_sex(sex) if judged.range.possible else None
        return (mine or judged.range).text
    part = judged.entry.draft.range_part
    return part.text if part else None


def _abnormal(judged: Judged, flag: Part | None, bold: bool) -> tuple[bool | None, Part | None]:
    """Whether the result is abnormal, and the words that say so."""
    draft = judged.entry.draft
    if judged.abnormal is not None:
        words = (draft.value_part.words if draft.value_part else ()) + (
            draft.range_part.words if draft.range_part else ()
        )
        return judged.abnormal, Part("", words)
    if flag is not None:
        return flag_direction(flag.text) != "normal", flag
    if bold and _is_bold(draft.value_part):
        return True, draft.value_part
    return None, None


def _info(
    number: int, part: Part | None, judged: Judged, name: str, *, known: bool = True
) -> FieldInfo:
    reasons = judged.reasons.get(name, ())
    if part is None:
        return field_info(None, reasons=reasons)
    ceiling = judged.ceilings.get(name, 1.0)
    info = field_info(
        Span(number, part.words),
        reasons=reasons,
        ceiling=ceiling,
        sure=judged.sure.get(name, 0.0) if known else 0.0,
        raw=part.text or None,
    )
    if not known:
        # There is no value, so no confidence in one; a result not yet there needs no review.
        return _changed(info, 0.0, reasons)
    return info


def _loinc(judged: Judged) -> str | None:
    """The code of the test in its unit, where both are certain."""
    test, value = judged.test, judged.value
    if test is not None and test.urine and is_other_specimen(judged.entry.section):
        return None
    if test is None or (judged.entry.draft.match and not judged.entry.draft.match.exact):
        return None
    if value is not None and value.kind in {"words", "graded", "titre"}:
        return test.loinc if test.ucum is None else None
    if test.ucum is None:
        return None
    if judged.unit is not None:
        return judged.unit.unit.loinc
    return test.loinc if test.unitless and judged.entry.draft.unit is None else None


def _ucum(judged: Judged) -> str | None:
    """The UCUM code of the printed unit, where it is certain."""
    if judged.unit is not None:
        return judged.unit.unit.ucum
    unit = judged.entry.draft.unit
    return ucum_of(unit.text) if unit and judged.test is None else None

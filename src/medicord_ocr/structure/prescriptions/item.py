"""From a drug's words to the prescription: each field as printed, with where it stands.

A field that the page does not print stays None. What can be read in two ways stays None too,
with the text as ``raw`` and the reason for review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from medicord_ocr.khmer import digits
from medicord_ocr.page import Word
from medicord_ocr.schema import REVIEW_BELOW, FieldInfo, Prescription, Schedule
from medicord_ocr.structure.fields import LAYER_READERS, Span, field_info, item_confidence
from medicord_ocr.structure.line import Line
from medicord_ocr.structure.prescriptions.entry import Entry, cell_of, taken, with_strength
from medicord_ocr.structure.prescriptions.headings import TIME_COLUMNS, Column
from medicord_ocr.structure.prescriptions.medication import Medication, is_cut
from medicord_ocr.structure.prescriptions.sig import Part, Sig, parse_sig
from medicord_ocr.structure.prescriptions.sig_patterns import (
    AMOUNT_IN_GRID,
    DOUBLED,
    EYE,
    FORM,
    RANGE,
)
from medicord_ocr.structure.prescriptions.table import is_blank

#: Fields in the order of the contract; the first four are there even when null.
CORE = ("medication", "dosage", "frequency", "duration")
_FIELDS = (*CORE, "drug", "strength", "form", "route", "meal", "as_needed", "quantity", "schedule")
# The most that the name deserves when it is one letter off a known one, or known by its place
# alone: both below REVIEW_BELOW, since a misread name is what harms most.
_CEILINGS = {"near_name": 0.7, "place": 0.7}
#: The most that a name deserves which is in no vocabulary and was read from a picture: of 8 such
#: names before a strength, on dev and on documents made to test it, 5 were misread.
UNKNOWN_READ = 0.7
#: What a cell's text deserves where its column says what it is but the grammar does not know it.
_UNPARSED = 0.7
#: Columns that may hold a whole day's amounts as a code or in words.
_CODED: tuple[Column, ...] = ("sig", "frequency", "dose", "quantity")
_NUMBER_ALONE = re.compile(rf"\s*{RANGE}\s*")
_LEADING_AMOUNT = re.compile(rf"\s*(?P<v>{RANGE}(?:\s?{FORM})?)\s")
_TIMES_ALONE = re.compile(rf"\s*(?:x\s?{RANGE}|{RANGE}\s?x|x\s?\d{{1,2}})\s*")
# An amount as it stands at a time of day.
_SMALL_AMOUNT = re.compile(rf"(?<![\d/.,-])(?:[1-9]|[½¼¾]|1/2)\s?(?:{FORM})(?![a-z])")
# An amount beside a sign for nothing: two cells read as one.
_SEVERAL = re.compile(r"\s*[-–—_=/|]+\s")
_SPECK = re.compile(r"(?<=[\d½¼¾])[\s.:]+$")
_BARE = re.compile(r"(?<![\d/.,])\d{1,2}$")
_CODE = re.compile(r"[\d½¼¾/.,]+(?:[-–—+]{1,3}[\d½¼¾/.,]+){2,3}")
# A mark under a time of day: the dose of the row is taken then.
_TICK = re.compile(r"\s*[✓✔√☑vx*+]\s*")


@dataclass(frozen=True, slots=True)
class _Found:
    """A printed text and its words; ``mended`` when the text is not letter by letter as read."""

    text: str
    span: Span
    mended: bool = False


def _found(line: Line, part: Part | None = None) -> _Found:
    """A stretch of a line, or all of it."""
    start, end = (part.start, part.end) if part else (0, len(line.folded))
    # A dash behind a word is a stroke; behind a figure there may have been another one.
    text = re.sub(r"(?<=[^\s\d½¼¾\-–—])[\s\-–—]+$", "", line.printed(start, end).strip(" ,;:|"))
    return _Found(text, line.span(start, end), line.is_mended(start, end))


@dataclass(slots=True)
class _Draft:
    """Fields as they come: the first to give one wins.

    ``every`` are reasons that hold for each field from then on.
    """

    values: dict[str, str] = field(default_factory=dict)
    info: dict[str, FieldInfo] = field(default_factory=dict)
    every: tuple[str, ...] = ()

    def put(
        self, name: str, found: _Found, reasons: Iterable[str] = (), ceiling: float = 1.0
    ) -> None:
        if not found.text or name in self.values:
            return
        reasons = (*reasons, *self.every, *(("repaired",) if found.mended else ()))
        raw = None if found.mended else found.text
        self.values[name] = found.text
        self.info[name] = field_info(found.span, reasons=reasons, ceiling=ceiling, raw=raw)

    def doubt(self, name: str, raw: str, reason: str) -> None:
        if name not in self.values and name not in self.info:
            self.info[name] = field_info(None, reasons=(reason,), raw=raw)


def prescription(entry: Entry) -> Prescription:
    """The prescription of one drug."""
    draft = _Draft()
    entry = with_strength(entry)
    _put_medication(draft, entry)
    name = draft.info.get("medication")
    if entry.medication.evidence != "name" and name and name.confidence < REVIEW_BELOW:
        draft.every = ("doubtful_name",)  # a dose is worth nothing without knowing of what
    _put_cells(draft, entry)
    eye = EYE.search(entry.line.folded) is not None
    sigs = [taken(entry, parse_sig(line, start, eye=eye)) for line, start in entry.directions]
    if "note" in entry.cells:
        sigs.append(parse_sig(entry.cells["note"], eye=eye))
    schedule, unread = _grid(entry)
    if not schedule and not unread:
        schedule = _schedule_in_cells(entry)
    for sig in sigs:
        _put_sig(draft, sig)
        if not schedule and not unread:
            schedule = {slot: _found(sig.line, part) for slot, part in sig.schedule.items()}
    # A code (1-0-1) says when and is the frequency: how much of what is not printed.
    frequency = draft.values.get("frequency")
    coded = frequency is not None and _CODE.fullmatch("".join(frequency.split())) is not None
    _put_schedule(draft, schedule, unread, _doubtful_blanks(entry), coded=coded)
    _put_loose(draft, entry)
    return _finished(draft, schedule)


def _schedule_in_cells(entry: Entry) -> dict[str, _Found]:
    """The amounts by time of day that a cell with directions gives (1-0-1)."""
    for column in _CODED:
        cell = cell_of(entry, column)
        sig = parse_sig(cell) if cell is not None else None
        if sig is not None and sig.schedule:
            return {slot: _found(sig.line, part) for slot, part in sig.schedule.items()}
    return {}


def _finished(draft: _Draft, schedule: Mapping[str, _Found]) -> Prescription:
    values = draft.values
    info = {name: draft.info.get(name) for name in _FIELDS}
    fields = {n: i or field_info(None) for n, i in info.items() if i is not None or n in CORE}
    confidence, needs_review = item_confidence(fields)
    return Prescription(
        **{name: values.get(name) for name in (*CORE, "drug", "strength", "form")},
        route=values.get("route"),
        meal=values.get("meal"),
        as_needed=True if "as_needed" in values else None,
        quantity=values.get("quantity"),
        schedule=Schedule(**{slot: found.text for slot, found in schedule.items()})
        if schedule
        else None,
        confidence=confidence,
        needs_review=needs_review,
        fields=fields,
    )


# ------------------------------------------------------------------ the drug


def _printed(line: Line, start: int, end: int) -> str:
    text = line.printed(start, end)
    if text.count("(") > text.count(")"):
        closing = line.printed(start, end + 1)
        text = closing if closing.endswith(")") else text
    return text.strip(" ,;:-–|")


def _put_medication(draft: _Draft, entry: Entry) -> None:
    line, found = entry.line, entry.medication
    if found.evidence == "unread":
        raw = line.printed(0, found.rest)
        draft.doubt("medication", raw, "unread_name")
        if found.strength is not None:
            draft.put(
                "strength", _Found(_printed(line, *found.strength), line.span(*found.strength))
            )
        return
    reasons, ceiling = _name_reasons(found), _CEILINGS.get(found.evidence, 1.0)
    if found.evidence == "strength" and not _is_printed(line.span(found.start, found.end)):
        reasons, ceiling = (*reasons, "unknown_drug"), UNKNOWN_READ
    name = _printed(line, found.start, found.end)
    span = line.span(found.start, found.end)
    strength = cell_of(entry, "strength")
    if found.strength is None and strength is not None:
        apart = _found(strength)
        name, span = f"{name} {apart.text}", Span(span.page, (*span.words, *apart.span.words))
        draft.put("strength", apart)
    # « Doliprane 19 » is what 1g is read as.
    bare = found.strength is None and _BARE.search(name) and not _is_printed(span)
    if bare or is_cut(line, found):
        reasons = (*reasons, "unread_amount")
    draft.put("medication", _Found(name, span), reasons, ceiling)
    at = (found.start, found.drug_end)
    drug = _Found(_printed(line, *at), line.span(*at))
    draft.put("drug", drug, reasons, ceiling)
    for key, part in (("strength", found.strength), ("form", found.form)):
        if part is not None:
            draft.put(key, _Found(_printed(line, *part).strip("()"), line.span(*part)))


def _is_printed(span: Span) -> bool:
    """Whether the letters are those of a document's text layer, not read from a picture."""
    return all(word.readings[0].reader in LAYER_READERS for word in span.words)


def _name_reasons(found: Medication) -> tuple[str, ...]:
    reasons = []
    if found.match is not None and found.match.drug.look_alike:
        reasons.append("look_alike")
    if found.loose is not None:
        reasons.append("ambiguous_sig")  # the number behind it may be its strength
    if found.evidence == "near_name":
        reasons.append("near_name")
    elif found.evidence == "place":
        reasons.append("unknown_drug")
    return tuple(reasons)


def _put_loose(draft: _Draft, entry: Entry) -> None:
    # "Amlodipine 5 OD": five milligrams or five tablets.
    loose = entry.medication.loose
    if loose is not None:
        draft.doubt("dosage", entry.line.printed(*loose), "ambiguous_sig")
        draft.doubt("strength", entry.line.printed(*loose), "ambiguous_sig")


# ------------------------------------------------------------------ directions


def _put_sig(draft: _Draft, sig: Sig) -> None:
    for name in ("dosage", "frequency", "duration", "quantity", "route", "meal", "as_needed"):
        part: Part | None = getattr(sig, name)
        if part is not None:
            draft.put(name, _found(sig.line, part), sig.doubts.get(name, ()))
        elif name in sig.doubtful:
            draft.doubt(name, _found(sig.line, sig.doubtful[name]).text, "ambiguous_sig")


def _put_schedule(
    draft: _Draft,
    schedule: Mapping[str, _Found],
    unread: list[_Found],
    blank: tuple[Word, ...],
    *,
    coded: bool,
) -> None:
    if unread:
        text = unread[0].text
        draft.doubt("dosage", text, "unread_amount")
        if not schedule:
            draft.doubt("schedule", text, "unread_amount")
    if not schedule:
        return
    words = tuple(word for found in schedule.values() for word in found.span.words) + blank
    span = Span(next(iter(schedule.values())).span.page, tuple(dict.fromkeys(words)))
    reasons = ("unread_amount",) if unread else ()
    often = draft.info.get("frequency")
    if often is not None and "cut_direction" in often.review_reasons:
        reasons = (*reasons, "cut_direction")
    draft.info["schedule"] = field_info(span, reasons=(*reasons, *draft.every))
    amounts = {_amount(found.text): found for found in schedule.values()}
    amounts = {
        text: found
        for text, found in amounts.items()
        if digits(text) != "0" and not _TICK.fullmatch(text.lower())
    }
    if len(amounts) == 1 and not unread and not coded:
        draft.put("dosage", next(iter(amounts.values())))


def _amount(text: str) -> str:
    """An amount as it is compared: 1/2 is ½, however it was read."""
    return re.sub(r"(?<![\d/])([13])/([24])(?![\d/])", _sign, "".join(text.split()))


def _sign(fraction: re.Match[str]) -> str:
    return {"1/2": "½", "1/4": "¼", "3/4": "¾"}.get(fraction.group(), fraction.group())


# ------------------------------------------------------------------ table cells


def _grid(entry: Entry) -> tuple[dict[str, _Found], list[_Found]]:
    """The amounts under the times of day, and what stands there but is no amount."""
    schedule: dict[str, _Found] = {}
    unread = []
    times = {column: line for column in TIME_COLUMNS if (line := cell_of(entry, column))}
    if times and all(_TICK.fullmatch(line.folded) for line in times.values()):
        return {column: _ticked(entry, line) for column, line in times.items()}, []
    # Below a heading that was not read it may stand at a time of day.
    other = cell_of(entry, "other") if times else None
    if other is not None and _may_be_time(entry, other):
        unread.append(_found(other))
    for column, line in times.items():
        amount = AMOUNT_IN_GRID.search(line.folded) and not _SEVERAL.match(line.folded)
        if amount and not DOUBLED.search(line.folded):
            found = _found(line)
            # A speck behind a figure is no decimal point.
            schedule[column] = replace(found, text=_SPECK.sub("", found.text))
        else:
            unread.append(_found(line))
    return schedule, unread


def _may_be_time(entry: Entry, other: Line) -> bool:
    """Whether what stands below a heading that was not read may be an amount at a time of day.

    It is a figure alone, several amounts, one between times of day, or one before them of the form
    that is taken then, where nothing stands below the morning.
    """
    amounts = list(_SMALL_AMOUNT.finditer(other.folded))
    if AMOUNT_IN_GRID.fullmatch(other.folded) or len(amounts) > 1:
        return True
    cells = {column: entry.cells[column] for column in TIME_COLUMNS if column in entry.cells}
    starts = [line.words[0].box.x0 for line in cells.values() if line.words]
    if not amounts or not starts:
        return False
    at = other.span(*amounts[0].span()).words[0].box.x0
    form = amounts[0].group().lstrip("0123456789½¼¾/ ")
    alike = any(line.folded.endswith(form) for line in cells.values())
    return at < max(starts) and (at > min(starts) or ("morning" not in cells and alike))


def _doubtful_blanks(entry: Entry) -> tuple[Word, ...]:
    """Signs for nothing at a time of day that may be a figure: one reader read one."""
    lines = [entry.cells[column] for column in TIME_COLUMNS if column in entry.cells]
    words = [word for line in lines if is_blank(line.text) for word in line.words]
    return tuple(
        word
        for word in words
        if word.confidence < REVIEW_BELOW and any(r.text.isdigit() for r in word.readings)
    )


def _ticked(entry: Entry, tick: Line) -> _Found:
    """The dose of a row as the amount at a time that is only ticked, else the tick itself."""
    mark, dose = _found(tick), cell_of(entry, "dose")
    if dose is None:
        return mark
    amount = _found(dose)
    words = (*amount.span.words, *mark.span.words)
    return _Found(amount.text, Span(tick.page, words), amount.mended)


_NAMED: tuple[tuple[Column, str], ...] = (
    ("dose", "dosage"), ("frequency", "frequency"), ("duration", "duration"),
)  # fmt: skip
_PLAIN: tuple[tuple[Column, str], ...] = (
    ("quantity", "quantity"), ("route", "route"), ("meal", "meal"), ("form", "form"),
)  # fmt: skip


def _put_cells(draft: _Draft, entry: Entry) -> None:
    eye = EYE.search(entry.line.folded) is not None
    for column, name in _NAMED:
        line = cell_of(entry, column)
        if line is not None:
            _put_cell(draft, line, name, eye=eye)
    for column, name in _PLAIN:
        line = cell_of(entry, column)
        if line is not None and not (column == "quantity" and _put_both(draft, line, eye=eye)):
            draft.put(name, _found(line))
    line = cell_of(entry, "sig")
    if line is not None:
        _put_sig(draft, parse_sig(line, eye=eye))
    line = cell_of(entry, "other")  # its heading was not read: only what is nothing but directions
    sig = parse_sig(line, eye=eye) if line is not None else None
    # An amount alone may as well be what is to be dispensed.
    alone = sig is None or not (sig.frequency or sig.duration)
    if sig is not None and sig.directs and sig.unclaimed == 0 and not alone:
        _put_sig(draft, sig)


def _put_both(draft: _Draft, line: Line, *, eye: bool) -> bool:
    """Puts what a quantity's cell holds where it runs into the directions beside it."""
    amount = _LEADING_AMOUNT.match(line.folded)
    sig = parse_sig(line, amount.end(), eye=eye) if amount else None
    if amount is None or sig is None or not (sig.frequency or sig.duration or sig.schedule):
        return False
    draft.put("quantity", _found(line, Part("quantity", *amount.span("v"))))
    _put_sig(draft, sig)
    return True


def _put_cell(draft: _Draft, line: Line, name: str, *, eye: bool) -> None:
    """A cell whose column says which field it is; other slots in it fill theirs."""
    sig = parse_sig(line, eye=eye)
    amounts = [part for part in sig.parts if part.slot in ("mass", "container")]
    alone = _NUMBER_ALONE.fullmatch(line.folded)
    if name == "frequency":
        alone = alone or _TIMES_ALONE.fullmatch(line.folded)
    if getattr(sig, name) is not None:
        _put_sig(draft, sig)
        return
    if alone:
        # Days, weeks or months: a heading that says which has added its word.
        draft.put(name, _found(line), ("ambiguous_sig",) if name == "duration" else ())
    elif name == "dosage" and amounts:
        draft.put(name, _found(line, amounts[0]))
    elif name in sig.doubtful:
        draft.doubt(name, _found(line).text, "ambiguous_sig")
    elif not sig.directs and sig.unclaimed > 0:
        draft.put(name, _found(line), ceiling=_UNPARSED)
    _put_sig(draft, sig)

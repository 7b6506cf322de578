"""Prescriptions written as lines: a drug, its directions beside or below it, one after another.

Also drugs first and then a paragraph of directions that names them again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from medicord_ocr.page import PageText, Segment, Word
from medicord_ocr.structure.fields import RowRef
from medicord_ocr.structure.line import Line, join
from medicord_ocr.structure.prescriptions.columns import begins_drug
from medicord_ocr.structure.prescriptions.entry import Entry
from medicord_ocr.structure.prescriptions.lines import directions_at, is_stop, is_title
from medicord_ocr.structure.prescriptions.medication import (
    Medication,
    begins_with_strength,
    list_number,
    parse_medication,
    unknown_medication,
    unread_medication,
)
from medicord_ocr.structure.prescriptions.sig import Sig, parse_sig
from medicord_ocr.structure.prescriptions.sig_repair import mend

#: Share of the letters of a line below a drug that may be no direction, and the line still is one.
UNCLAIMED = 0.5
#: Words after a drug's name with no direction among them from which the line is a sentence.
_PROSE_WORDS = 4

_Words = Sequence[Word]
# More than the number of a list before it: enough for a drug of its own to stand there.
_SAYING = re.compile(r"[^\W\d_]{3}|[\u1780-\u17b3]")


@dataclass(slots=True)
class _Stretch:
    """Rows of one page that are read as one stretch, from a folded offset of the first on."""

    start: int
    rows: list[_Words]
    refs: list[RowRef]

    def line(self) -> Line:
        return join(self.refs[0][0], [[words] for words in self.rows], mend)


@dataclass(slots=True)
class _Open:
    """A drug whose directions may still follow."""

    medication: Medication
    first: Line
    stretches: list[_Stretch] = field(default_factory=list)

    def directs(self) -> bool:
        return any(parse_sig(part.line(), part.start).directs for part in self.stretches)

    def says_enough(self) -> bool:
        """Whether so much is said as an unknown name needs: without a number more than a dose."""
        if self.medication.number is not None:
            return self.directs()
        sigs = [parse_sig(part.line(), part.start) for part in self.stretches]
        counted = any(sig.dosage or sig.schedule for sig in sigs)
        return counted and any(sig.frequency or sig.duration or sig.schedule for sig in sigs)

    def awaits_strength(self) -> bool:
        """Whether nothing but a name was read, so that its strength may stand on the next row."""
        alone = len(self.stretches) == 1 and len(self.stretches[0].rows) == 1
        return alone and self.medication.strength is None and not self.directs()

    def entry(self) -> Entry:
        lines = [(part.line(), part.start) for part in self.stretches]
        rows = tuple(ref for part in self.stretches for ref in part.refs)
        whole = parse_medication(lines[0][0]) if self.medication.strength is None else None
        if whole is not None and whole.strength is not None and whole.match is not None:
            # The strength stands on the next row.
            lines[0] = (lines[0][0], whole.rest)
            return Entry(lines[0][0], whole, tuple(lines), rows=rows)
        return Entry(self.first, self.medication, tuple(lines), rows=rows)


@dataclass(slots=True)
class DrugList:
    """Reads the rows of a page from top to bottom.

    Attributes:
        page: the page.
        cue: whether something on the page says that it prescribes; without it a drug needs
            directions beside it.
        opened: the drugs so far.
        used: rows that are titles or headings of directions.
    """

    page: PageText
    cue: bool
    opened: list[_Open] = field(default_factory=list)
    used: set[RowRef] = field(default_factory=set)
    _current: _Open | None = None
    _directing: bool = False

    def add(self, index: int, segments: Sequence[Segment]) -> None:
        """Reads these segments of the row of that index."""
        ref = (self.page.number, index)
        pieces = _pieces(self.page.number, segments)
        if not pieces:
            self._current = None
        for words in pieces:
            self._read(ref, words)

    def _read(self, ref: RowRef, words: _Words) -> None:
        line = join(self.page.number, [[words]], mend)
        begin = directions_at(line)
        if begin is not None:
            self._directions(ref, words, line, begin)
            return
        if is_title(line):
            self.used.add(ref)
        if self._drug(ref, words, line, 0):
            return
        unknown = self._unknown(ref, words, line)
        if unknown is not None and unknown.says_enough():
            self.opened.append(unknown)
            self._current = unknown
        elif not self._follow(ref, words, line):
            self._current = unknown  # one of the drugs only once directions follow

    def close(self) -> None:
        """What comes next belongs to no drug so far."""
        self._current = None

    def entries(self) -> list[Entry]:
        """The drugs, in the order of the page."""
        return [opened.entry() for opened in self.opened]

    def _directions(self, ref: RowRef, words: _Words, line: Line, begin: int) -> None:
        self._directing = True
        directs = parse_sig(line, begin).directs
        drug = self._drug(ref, words, line, begin)
        if drug or directs or not line.folded[begin:].strip():
            self.used.add(ref)  # else it is advice: "Instructions: no smoking"
        if drug or not directs:
            return
        waiting = [opened for opened in self.opened if not opened.directs()]
        if len(waiting) == 1:  # with more of them nobody can tell whose directions these are
            waiting[0].stretches.append(_Stretch(begin, [words], [ref]))
            self._current = waiting[0]
        else:
            self._current = None

    def _drug(self, ref: RowRef, words: _Words, line: Line, begin: int) -> bool:
        found = _medication(line, begin)
        if found is None:
            found = self._by_number(line) if not begin else None
        if found is None:
            return False
        sig = parse_sig(line, found.rest)
        known = self._named(found, sig)
        if known is not None:
            known.stretches.append(_Stretch(found.rest, [words], [ref]))
            self._current = known
            return True
        if not _accepts(found, sig, self.cue):
            return False
        opened = _Open(found, line, [_Stretch(found.rest, [words], [ref])])
        self.opened.append(opened)
        self._current = opened
        return True

    def _by_number(self, line: Line) -> Medication | None:
        """An unknown name with directions, as the next number of a list of drugs."""
        number = list_number(line)
        if not self.cue or number is None or number != self._next_number():
            return None
        found = parse_medication(line, placed=True)
        if found is None:
            unread = unread_medication(line)
            listed = number > 1 or parse_sig(line, unread.rest).directs
            return unread if listed and unread.strength is not None else None
        if is_title(line.part(found.start, found.end)):
            return None
        sig = parse_sig(line, found.rest)
        return found if sig.directs and sig.unclaimed <= UNCLAIMED else None

    def _next_number(self) -> int | None:
        """The number of the next drug of the list, None where the last has none."""
        last = self.opened[-1].medication.number if self.opened else 0
        return None if last is None else last + 1

    def _unknown(self, ref: RowRef, words: _Words, line: Line) -> _Open | None:
        """A name of no vocabulary between drugs, with directions beside it or nothing more."""
        found = unknown_medication(line)
        if not self.cue or found is None or is_title(line):
            return None
        numbered = found.number is not None
        waits = self._current is not None and not self._current.directs()
        if found.number != self._next_number() if numbered else waits:
            return None
        opened = _Open(found, line, [_Stretch(found.rest, [words], [ref])])
        more = parse_sig(line, found.rest).unclaimed > 0 and _SAYING.search(line.folded, found.rest)
        return None if more and not opened.says_enough() else opened

    def _named(self, found: Medication, sig: Sig) -> _Open | None:
        """The drug of the list above that a line of directions names again."""
        if not self._directing or not (sig.directs or sig.parts):
            return None
        for opened in self.opened:
            if not opened.directs() and _same(opened, found, sig.line):
                return opened
        return None

    def _follow(self, ref: RowRef, words: _Words, line: Line) -> bool:
        """Whether a row goes on with the current drug, which then has it."""
        if self._current is None or not self._goes_on(words, line):
            return False
        stretch = self._current.stretches[-1]
        stretch.rows.append(words)
        stretch.refs.append(ref)
        if self._current not in self.opened and self._current.says_enough():
            self.opened.append(self._current)
        return True

    def _goes_on(self, words: _Words, line: Line) -> bool:
        """Whether a line says how the current drug is used, alone or with the line before it."""
        sig = parse_sig(line)
        said = sig.directs or sig.meal or sig.as_needed or sig.quantity or sig.route
        begins = bool(sig.parts) and sig.parts[0].start == 0
        if said and (sig.unclaimed <= UNCLAIMED or (begins and sig.dosage and sig.frequency)):
            return True
        if self._current is None:
            return False
        if self._current.awaits_strength() and begins_with_strength(line):
            return True
        stretch = self._current.stretches[-1]
        before = stretch.line()
        both = _Stretch(stretch.start, [*stretch.rows, words], stretch.refs).line()
        parts = parse_sig(both, stretch.start).parts  # pendant 5 / jours
        return any(part.start < len(before.folded) < part.end for part in parts)


def _medication(line: Line, begin: int) -> Medication | None:
    if not begin:
        return parse_medication(line)
    rest = line.part(begin, len(line.folded))
    found = parse_medication(rest)
    if found is None:
        return None
    # Offsets of the part count from where it begins on the line.
    shift = line.folded.find(rest.folded[:12], max(0, begin - 1))
    if shift < 0 or not line.folded.startswith(rest.folded.split("\n")[0][:40], shift):
        return None
    move = [None if part is None else (part[0] + shift, part[1] + shift)
            for part in (found.strength, found.form, found.loose)]  # fmt: skip
    return replace(
        found,
        start=found.start + shift,
        end=found.end + shift,
        drug_end=found.drug_end + shift,
        rest=found.rest + shift,
        strength=move[0],
        form=move[1],
        loose=move[2],
    )


def _same(opened: _Open, found: Medication, line: Line) -> bool:
    first, second = opened.medication.match, found.match
    if first is not None and second is not None:
        return first.drug.generic == second.drug.generic
    name = opened.first.folded[opened.medication.start : opened.medication.drug_end]
    return name.strip() == line.folded[found.start : found.drug_end].strip()


def _pieces(page: int, segments: Sequence[Segment]) -> list[_Words]:
    """The words of a row, cut before each further drug: side by side, or one after another."""
    words = _until_stop(page, segments)
    starts = {id(segment.words[0]) for segment in segments}
    cuts = [0]
    for at in range(1, len(words)):
        apart = id(words[at]) in starts or words[at - 1].text.endswith((".", ";"))
        if words[at - 1].text.endswith(","):  # a name, or the next drug of a running list
            apart = parse_sig(join(page, [[words[cuts[-1] : at]]])).frequency is not None
        said = any(_SAYING.search(word.text) for word in words[cuts[-1] : at])
        if said and apart and begins_drug(page, words[at : at + 8]):
            cuts.append(at)
    return [words[a:b] for a, b in zip(cuts, [*cuts[1:], len(words)], strict=True) if a < b]


def _until_stop(page: int, segments: Sequence[Segment]) -> _Words:
    """The words of a row up to a segment that belongs to the patient's block or a footer.

    Gaps are not kept: what stands beside a drug belongs to it, however wide the gap.
    """
    kept: list[Word] = []
    for segment in segments:
        if is_stop(join(page, [[segment.words]]).folded):
            break
        kept += segment.words
    return kept


def _accepts(found: Medication, sig: Sig, cue: bool) -> bool:
    rest = re.findall(r"[^\W_]+", sig.line.folded[found.rest :])
    listed = cue and found.number is not None and found.strength is not None
    prose = not sig.directs and sig.unclaimed > UNCLAIMED and len(rest) >= _PROSE_WORDS
    if prose and not listed:
        return False
    said = found.strength is not None or sig.directs
    if found.match is not None and found.match.drug.needs_more and not cue:
        return found.strength is not None
    if found.evidence == "name" and found.match is not None:
        plain = found.number is not None or not found.match.drug.needs_more
        return said or (cue and plain)
    if found.evidence == "near_name":
        return said or (cue and found.number is not None)
    return cue or sig.directs

"""One examination of an imaging report as it is read: its sections, and what it is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from medicord_ocr.page import Word, bounding
from medicord_ocr.structure.fields import RowRef, Span
from medicord_ocr.structure.imaging.lines import Examined, may_be_finding, without_bullet
from medicord_ocr.structure.imaging.words import Section
from medicord_ocr.structure.line import Line

#: Line pitch against the least of a section, its heading's line with it, from which a new paragraph
#: begins; and where a sentence ends there and another begins.
_PARAGRAPH, _SENTENCE_PARAGRAPH = 1.25, 1.15
#: Share of the way to the page's last word that a line takes whose text goes on in the next one.
_FILLED = 0.75
#: Sections that say what was seen.
_TELLING: frozenset[Section] = frozenset(("findings", "impression"))
#: Sections before the findings.
_BEFORE: frozenset[Section] = frozenset(("indication", "technique", "comparison"))


def row_below(ref: RowRef) -> RowRef:
    """The row below another."""
    return ref[0], ref[1] + 1


def _ends(text: str) -> bool:
    return text.endswith((".", "។", ";"))


@dataclass(slots=True)
class Text:
    """The text of a section as it grows, line after line."""

    lines: list[str] = field(default_factory=list)
    words: list[tuple[int, tuple[Word, ...]]] = field(default_factory=list)
    rows: list[RowRef] = field(default_factory=list)
    #: Top of the heading's line above the text, in pixels; 0 where it stands beside it.
    heading: int = 0

    def add(self, line: Line, start: int, ref: RowRef) -> None:
        """Takes a line from a folded offset on."""
        text = without_bullet(line.printed(start, len(line.folded)))
        if text:
            self.lines.append(text)
            self.words.append((line.page, line.slice_words(start, len(line.folded))))
            self.rows.append(ref)

    def cut(self, at: int) -> Text:
        """Takes the lines from ``at`` on out, as a text of their own."""
        rest = Text(self.lines[at:], self.words[at:], self.rows[at:])
        del self.lines[at:], self.words[at:], self.rows[at:]
        return rest

    def paragraph(self) -> int | None:
        """The first line that stands further from the one above than lines of text do."""
        tops = [min(word.box.y0 for word in words) for _, words in self.words]
        pitches = [below - above for above, below in pairwise(tops)]
        if not pitches or min(pitches) <= 0:
            return None
        least = min(pitches + [tops[0] - self.heading] * (0 < self.heading < tops[0]))
        for index, pitch in enumerate(pitches):
            above, line = self.lines[index : index + 2]
            led = line.endswith((":", "៖"))  # À l'étage thoracique :
            parted = _ends(above) and not line[:1].islower()
            if led or pitch > (_SENTENCE_PARAGRAPH if parted else _PARAGRAPH) * least:
                return index + 1
        return None

    def short_line(self, right: int) -> int | None:
        """The first line below one that ends long before the page's last word, so is complete."""
        boxes = [bounding([word.box for word in words]) for _, words in self.words]
        left = min((box.x0 for box in boxes), default=0)
        for index, box in enumerate(boxes[:-1]):
            complete = box.x1 - left < _FILLED * (right - left)
            if complete and not self.lines[index + 1][:1].islower():
                return index + 1
        return None

    def text(self) -> str | None:
        """All lines as one, None without any."""
        return " ".join(self.lines) or None

    def span(self) -> Span | None:
        """The words of the first page that it stands on: a source has one box on one page."""
        if not self.words:
            return None
        page = self.words[0][0]
        words = tuple(word for number, part in self.words if number == page for word in part)
        return Span(page, words)


@dataclass(slots=True)
class Exam:
    """One examination as it is read."""

    named: bool = False
    values: dict[str, tuple[str, Span, int]] = field(default_factory=dict)
    sections: dict[Section, Text] = field(default_factory=dict)
    prose: Text = field(default_factory=Text)
    rows: set[RowRef] = field(default_factory=set)
    unheaded: bool = False
    #: Where the last word of its page ends, in pixels.
    right: int = 0
    #: Rows before any section that are not known to be findings.
    pending: list[tuple[Line, RowRef]] = field(default_factory=list)

    def take(self, line: Line, found: Examined, ref: RowRef) -> None:
        """Keeps what a title or label names; a label outweighs a title."""
        self.named = self.named or found.modality is not None
        self.rows.add(ref)
        self.pending.clear()
        for name, value, at in (
            ("modality", found.modality, found.modality_at),
            ("body_part", found.body_part, found.body_part_at),
            ("side", found.side, found.side_at),
        ):
            if value is None or at is None:
                continue
            if name not in self.values or self.values[name][2] < found.weight:
                self.values[name] = (value, line.span(*at), found.weight)

    def adopt(self, above: RowRef | None = None) -> None:
        """Takes rows that may be findings for them: right above a row that is one, or all."""
        kept: list[tuple[Line, RowRef]] = []
        for line, ref in reversed(self.pending):
            if above is not None and row_below(ref) != above:
                break
            kept.append((line, ref))
            above = ref
        for line, ref in reversed([pair for pair in kept if may_be_finding(pair[0])]):
            self.prose.add(line, 0, ref)
            self.unheaded = True
        self.pending.clear()

    def meant(self, section: Section) -> Section:
        """The section that a heading opens here: some mean another one by their place.

        A diagnosis before all else is the reason for the examination, one behind it its outcome.
        An interpretation before the conclusion is what was seen.
        """
        if section == "diagnosis":
            begun = self.told() or any(text.lines for text in self.sections.values())
            return "impression" if begun else "indication"
        first = self.sections.get("impression")
        if section == "impression" and first and first.lines and not self.findings():
            self.sections["findings"] = self.sections.pop("impression")
        return section

    def findings(self) -> bool:
        """Whether the findings were begun, under a heading or without one."""
        return "findings" in self.sections or bool(self.prose.lines)

    def told(self) -> bool:
        """Whether there is anything of what was seen."""
        told = (self.sections[name].lines for name in _TELLING & self.sections.keys())
        return bool(self.prose.lines) or any(told)

    def find_unheaded(self) -> None:
        """Finds findings whose heading is missing or was not read: behind a short first section."""
        headed = self.sections.get("findings")
        if (headed and headed.lines) or self.prose.lines or not self.named:
            return
        if self.pending and "impression" in self.sections:
            self.adopt()
            return
        before = [name for name in self.sections if name in _BEFORE]
        text = self.sections[before[-1]] if before else Text()
        at = text.paragraph()
        if at is None and len(text.lines) > 1 and text.rows[0] in self.rows:
            first, second = text.lines[:2]  # said beside its heading, and not wrapped
            at = None if second[:1].islower() and first[-1:] not in ".:;" else 1
        if at is None and "impression" in self.sections:
            at = text.short_line(self.right)
        if at is None:
            return
        rest = text.cut(at)
        if len(rest.lines) > 1 and len(rest.lines[0].split()) == 1 and not _ends(rest.lines[0]):
            self.rows.update(rest.rows[:1])  # a heading that could not be read
            rest = rest.cut(1)
        self.prose = rest
        self.unheaded = True
        self.sections.pop("findings", None)  # « លទ្ធផលអេកូ ពោះ » is a title, too

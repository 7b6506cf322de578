"""Imaging reports: what was examined how, and the text of their sections, word for word.

Modality and body part come from the title or a label, never from the text ("compared with the
CT of May" is no CT). Sections keep their text as printed, negations and all; nothing is
summarised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from medicord_ocr.page import PageText, Word, bounding
from medicord_ocr.schema import FieldInfo, Imaging
from medicord_ocr.structure.fields import RowRef, field_info, item_confidence
from medicord_ocr.structure.imaging.exam import Exam, Text, row_below
from medicord_ocr.structure.imaging.lines import (
    Examined,
    examined,
    examined_in_letter,
    heading,
    is_imaging_title,
    is_patient,
    is_prose,
    is_salutation,
    is_sign_off,
    outcome,
    region_beside,
)
from medicord_ocr.structure.imaging.rows import letterhead, report_rows, without_specks
from medicord_ocr.structure.imaging.words import Section
from medicord_ocr.structure.line import Line, line_of

_CORE = ("modality", "body_part", "findings", "impression")
_SECTIONS: tuple[Section, ...] = ("findings", "impression", "technique", "indication")
_FIELDS = (*_CORE, "side", "technique", "indication")
#: Weight of a title that surely names an examination; a label weighs more.
_SURE = 2
#: Rows of results or drugs from which a page with a patient's block is of another document.
_OTHER_ROWS = 2
#: Share of the width from a text's left edge to the page's last word from which a line that begins
#: there is none of it.
_RIGHT = 0.5
#: Heights of a line that it stands below a text it does not go on with.
_FAR = 2.0
#: Sections that go into no field, and so are left to others.
_LEFT: frozenset[Section] = frozenset(("advice", "comparison"))
#: Sections whose text may name an examination that was asked for, not done.
_ASKING: frozenset[Section] = frozenset(("indication", "diagnosis", "advice", "comparison"))
#: Sections that follow the title of an examination.
_BEGINNING: frozenset[Section] = frozenset(("indication", "technique", "findings"))

#: The section that a line opens and the folded offset of its text, None where it opens none.
_Opened = tuple[Section, int] | None


@dataclass(frozen=True, slots=True)
class ImagingFindings:
    """The imaging examinations of a document and the rows that they were read from."""

    items: tuple[Imaging, ...]
    used: frozenset[RowRef]


@dataclass(slots=True)
class _Reader:
    """Reads rows from the first page to the last."""

    exams: list[Exam] = field(default_factory=list)
    title: bool = False
    #: Right edge of the page's text in pixels.
    _right: int = 0
    #: Whether the page is another document's, as far as it was read.
    _elsewhere: bool = False
    #: Whether a row that is none of the open text was passed over.
    _passed: bool = False
    _letter: bool = False
    _open: Text | None = None
    _label: RowRef | None = None
    _started: bool = False

    def row(
        self, line: Line, ref: RowRef, opened: _Opened, below: Section | None, *, free: bool
    ) -> None:
        """Takes a row, which is not ``free`` where it belongs to something else.

        ``opened`` is the section that it opens with where its text begins, ``below`` that of the
        row below.
        """
        if self._elsewhere and not is_imaging_title(line):
            named = examined(line, strict=True)
            if named is None or named.modality is None:
                return
        self._elsewhere = False
        if opened is not None and (not free or self._names(line, opened[0])):
            opened = None
        self._letter = self._letter or is_salutation(line)
        if self._letter and opened is None and self._of_letter(line, ref, free=free):
            return
        if opened is not None and self.exams:
            self._section(line, ref, *opened)
            return
        asked = opened is not None and opened[0] in _ASKING
        found = None if asked else self._examined(line, ref, below)
        if found is not None and (found.modality is not None or self.exams):
            self._examination(line, ref, found)
            return
        if is_imaging_title(line):
            self.title = True
            if not self.exams:
                self.exams.append(Exam())
            self.exams[-1].rows.add(ref)
        elif opened is not None and opened[0] != "diagnosis":
            self.exams.append(Exam())
            self._section(line, ref, *opened)
        elif self._open is not None:
            self._go_on(line, ref, free=free)
        elif free and self.exams and not self._started:
            self._unheaded(line, ref)

    def _names(self, line: Line, section: Section) -> bool:
        """Whether a line names an examination, though a section may be headed so.

        « Procedure : », on a page that has named nothing yet, or the title « លទ្ធផលអេកូ ពោះ » behind
        what was seen.
        """
        if section == "technique" and not (self.exams and self.exams[-1].named):
            found = examined(line)
            return found is not None and found.modality is not None and found.weight > _SURE
        told = bool(self.exams) and self.exams[-1].told()
        return section == "findings" and told and examined(line, strict=True) is not None

    def _unheaded(self, line: Line, ref: RowRef) -> None:
        """Takes a row before any section: the findings begin with it, or perhaps did above it."""
        exam = self.exams[-1]
        if is_patient(line) or is_sign_off(line):
            exam.pending.clear()
        elif not is_prose(line):
            exam.pending.append((line, ref))
        else:
            self._open = exam.prose
            exam.adopt(ref)
            exam.prose.add(line, 0, ref)

    def _of_letter(self, line: Line, ref: RowRef, *, free: bool) -> bool:
        """Takes the sentence of a letter that names the examination, or begins its outcome."""
        if not self.exams:
            told = examined_in_letter(line)
            if told is None:
                return False
            exam = Exam(unheaded=True)
            exam.take(line, told[0], ref)
            self.exams.append(exam)
            self._open, self._started = exam.prose, True
            if told[1] and free:
                exam.prose.add(line, 0, ref)
            return True
        start = outcome(line)
        if start is None or not free:
            return False
        self._section(line, ref, "impression", start)
        return True

    def new_page(self, page: PageText, *, of_another: bool) -> None:
        """What goes on over a page's end still goes on, unless another document begins there."""
        self._right = max((row.box.x1 for row in page.rows), default=0)
        self._elsewhere = of_another
        if of_another:
            self._open = None
        self._started = self._started and self._open is None

    def _examined(self, line: Line, ref: RowRef, below: Section | None) -> Examined | None:
        if self._open is None or self._untold():
            found = examined(line)
            if found is None and self._label is not None and ref == row_below(self._label):
                found = region_beside(line)
            return found
        # Inside a section only a title of its own kind begins the next examination, or one whose
        # sections begin right below.
        found = examined(line, strict=True)
        if found is None and below in _BEGINNING and "impression" in self.exams[-1].sections:
            found = examined(line)
            found = found if found is not None and found.body_part is not None else None
        if found is None or found.weight < _SURE:
            return None
        begins = self._open.lines and self.exams[-1].told()
        return found if begins or found.weight > _SURE else None

    def _untold(self) -> bool:
        """Whether all that was read is a heading, perhaps the page's title (« Compte rendu »)."""
        exam = self.exams[-1]
        return not exam.named and not any(text.lines for text in exam.sections.values())

    def _examination(self, line: Line, ref: RowRef, found: Examined) -> None:
        if self.exams and self._untold():
            self.exams[-1].sections.clear()
        if not self.exams or (self.exams[-1].told() and found.modality is not None):
            self.exams.append(Exam())
        self.exams[-1].take(line, found, ref)
        self.exams[-1].right = self._right
        self._label = ref if found.modality is not None else None
        self._open = None
        self._started = False

    def _section(self, line: Line, ref: RowRef, section: Section, start: int) -> None:
        exam = self.exams[-1]
        exam.right = self._right
        section = exam.meant(section)
        if section not in _LEFT:
            exam.rows.add(ref)
        text = exam.sections.setdefault(section, Text())
        text.add(line, start, ref)
        if not text.lines:
            text.heading = min(word.box.y0 for word in line.words)
        self._open = text
        self._started = True

    def _go_on(self, line: Line, ref: RowRef, *, free: bool) -> None:
        if self._open is None or is_patient(line):
            return
        if is_sign_off(line) or not free or self._is_parted(line):
            self._open = None
        elif self._stands_right(line):
            self._passed = True
        else:
            self._passed = False
            self._open.add(line, 0, ref)

    def _stands_right(self, line: Line) -> bool:
        """Whether a line begins right of the middle of the text that is open.

        Who signs does, and then nothing follows; so does a stamp, beside which the text goes on.
        """
        starts = [words[0].box.x0 for words in self._open_words(line.page)]
        if not starts:
            return False
        left = min(starts)
        return line.words[0].box.x0 - left > _RIGHT * (self._right - left)

    def _is_parted(self, line: Line) -> bool:
        """Whether a line stands far below the text that is open, and something between them."""
        ends = [word.box.y1 for words in self._open_words(line.page) for word in words]
        box = bounding([word.box for word in line.words])
        return self._passed and bool(ends) and box.y0 - max(ends) > _FAR * box.height

    def _open_words(self, page: int) -> list[tuple[Word, ...]]:
        text = self._open.words if self._open is not None else []
        return [words for number, words in text if number == page and words]


def find_imaging(
    pages: Sequence[PageText], taken: frozenset[RowRef], others: frozenset[RowRef] = frozenset()
) -> ImagingFindings:
    """The imaging examinations of a document, in the order of the page.

    Args:
        pages: the pages after reading; a section may go on from one to the next.
        taken: rows that belong to something else; they may name the examination, but are
            never part of a section.
        others: those of them that are results or drugs.

    Returns:
        what titles, labels and headings open; nothing on pages without them.
    """
    reader = _Reader()
    before: set[str] = set()
    for page in pages:
        reader.new_page(page, of_another=_is_of_another(page, others))
        repeated = letterhead(page, before) if before else 0
        rows = [(i, cleared) for i, row in report_rows(page) if (cleared := without_specks(row))]
        lines = [(i, line_of(page.number, row)) for i, row in rows if i >= repeated]
        opened = [heading(line) for _, line in lines]
        below = [opens and opens[0] for opens in opened[1:]] + [None]
        for (index, line), opens, next_opens in zip(lines, opened, below, strict=False):
            ref = (page.number, index)
            reader.row(line, ref, opens, next_opens, free=ref not in taken)
        before |= {row.text for row in page.rows}
    for exam in reader.exams:
        exam.find_unheaded()
    exams = [exam for exam in reader.exams if _is_report(exam, reader.title)]
    used = frozenset(ref for exam in exams for ref in _rows(exam))
    return ImagingFindings(tuple(_imaging(exam) for exam in exams), used)


def _is_of_another(page: PageText, others: frozenset[RowRef]) -> bool:
    """Whether a page begins a laboratory report or a prescription: it says whose, and has rows."""
    rows = [index for index in range(len(page.rows)) if (page.number, index) in others]
    if len(rows) < _OTHER_ROWS:
        return False
    head = [line_of(page.number, row) for row in page.rows[: rows[_OTHER_ROWS - 1]]]
    return any(map(is_patient, head))


def _is_report(exam: Exam, title: bool) -> bool:
    if exam.named:
        return exam.told() or any(name not in _LEFT for name in exam.sections)
    return title and exam.told()


def _rows(exam: Exam) -> Iterable[RowRef]:
    yield from exam.rows
    for section, text in exam.sections.items():
        if section not in _LEFT:
            yield from text.rows
    if "findings" not in exam.sections:
        yield from exam.prose.rows


def _imaging(exam: Exam) -> Imaging:
    texts: dict[str, str] = {}
    fields: dict[str, FieldInfo] = {}
    for name, (value, span, _) in exam.values.items():
        texts[name] = value
        fields[name] = field_info(span)
    for section in _SECTIONS:
        part = exam.sections.get(section)
        if section == "findings" and part is None:
            part = exam.prose
        text = part.text() if part is not None else None
        if part is not None and text is not None:
            texts[section] = text
            guessed = section == "findings" and exam.unheaded
            reasons = ("section_unheaded",) if guessed else ()
            fields[section] = field_info(part.span(), reasons=reasons, raw=text)
    ordered = {
        name: fields.get(name) or field_info(None)
        for name in _FIELDS
        if name in fields or name in _CORE
    }
    confidence, needs_review = item_confidence(ordered)
    return Imaging(
        **{name: texts.get(name) for name in _FIELDS},
        confidence=confidence,
        needs_review=needs_review,
        fields=ordered,
    )

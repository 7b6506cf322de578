"""Medical content of no other category: comments, diagnoses, advice, notes.

A heading makes it one (``Comment:``, ``Diagnostic``, ``ការណែនាំ``); its text is what follows on
the row and on the rows under it. Sentences without a heading are kept too, marked for review.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from medicord_ocr.khmer import has_khmer
from medicord_ocr.page import PageText, Row, Segment, Word
from medicord_ocr.schema import OtherText
from medicord_ocr.structure.fields import RowRef, Span, field_info, item_confidence
from medicord_ocr.structure.header.patient import patient_labels
from medicord_ocr.structure.labels import Folded, terms
from medicord_ocr.structure.titles import title_kind

_HEADINGS = terms(
    r"(?:lab(?:oratory)? |clinical |general |doctor s |medical )?"
    r"(?:comments?|remarks?|notes?|advices?|recommendations?|instructions?|interpretations?"
    r"|opinions?|diagnos[ie]s|impressions?|conclusions?|history|information|details?|findings)"
    r"(?: and advice| to patient)?"
    r"|commentaires?|remarques?|observations?|conseils?|recommandations?"
    r"|diagnostics?(?: .{1,12})?|interpretation|avis|conclusion|nb|n b|dx"
    r"|(?:provisional|final|principal|discharge) diagnos[ie]s"
    r"|chief complaints?|complaints?|symptoms?|antecedents|allerg(?:y|ies|ie)|motif(?: .{1,20})?"
    r"|renseignements cliniques|clinical (?:info|information)|indications?|follow ?up|plan"
    r"|hypothese diagnostique|comment|remark|diagnosis|commentaire|conseils|remarque|advice",
    "កំណត់សម្គាល់|កំណត់ចំណាំ|សម្គាល់|ចំណាំ|រោគវិនិច្ឆ័យ|រោគវិនិច្ឆយ|ការណែនាំ|ណែនាំ|ដំបូន្មាន|មតិយោបល់|យោបល់"
    "|សន្និដ្ឋាន|សេចក្តីសន្និដ្ឋាន|ប្រវត្តិជំងឺ|អាការៈ|រោគសញ្ញា|មូលហេតុ|បញ្ជាក់",
)
_COLON = re.compile(r"[:;៖]")
_HEADING_WORDS = 5
# Consonants of a Khmer heading from which one of them may be misread, and the ratio that leaves.
_LONG_BONES, _BONES_RATIO = 6, 80
# Printed on every sheet of a facility, and about no patient.
_BOILERPLATE = terms(
    r"computer generated|electronically|electronic signature|no signature|thank you|thanks|merci"
    r"|please bring|bring this|confidential\w*|relate only|copyright|page \d+|end of report"
    r"|fin (?:du|de) rapport|www|http|https|e ?mail|tel|phone|hotline|fax|open(?:ing)?|accredited"
    r"|street|blvd|boulevard|sangkat|khan|rue|no part of|reproduced|signature",
    "សូមអរគុណ|សូមយក|ទូរស័ព្ទ|ផ្លូវ|សង្កាត់|ហត្ថលេខា",
)
_SENTENCE_WORDS = 4
_FOOTER = 0.94
#: The most that a sentence without a heading deserves: nothing says that it is a comment.
_UNHEADED = 0.7
# A paragraph goes on where the next row is no further below than these heights of its text.
_ROW_GAP = 1.3
# Share of the text's width that a line takes before it wraps.
_FULL_LINE = 0.7
_SPECKS = re.compile(r"([.។])(?: .){1,2}$")
_LISTED = re.compile(r"\s*(?:[0-9០-៩]{1,2}\s?[-.)/]|[-–•*])")


@dataclass(frozen=True, slots=True)
class _Paragraph:
    words: tuple[Word, ...]
    text: str
    headed: bool


def find_other(
    pages: Sequence[PageText],
    taken: frozenset[RowRef],
    header: frozenset[RowRef] = frozenset(),
    *,
    sentences: bool = True,
) -> tuple[OtherText, ...]:
    """Medical content of no other category, one item a paragraph, in reading order.

    Args:
        pages: the pages.
        taken: rows that lab results, prescriptions and imaging were taken from.
        header: rows of the letterhead, the patient's block and the signature: of them only
            what stands under a heading of its own is content.
        sentences: whether sentences without a heading count; on a page of no known kind they
            are as likely a form's small print.
    """
    return tuple(
        _item(page, paragraph)
        for page in pages
        for paragraph in _paragraphs(page, taken, header)
        if sentences or paragraph.headed
    )


def _item(page: PageText, paragraph: _Paragraph) -> OtherText:
    ceiling = 0.95 if paragraph.headed else _UNHEADED
    info = field_info(Span(page.number, paragraph.words), ceiling=ceiling, raw=paragraph.text)
    confidence, review = item_confidence({"text": info})
    return OtherText(
        text=paragraph.text, confidence=confidence, needs_review=review, fields={"text": info}
    )


def _paragraphs(
    page: PageText, taken: frozenset[RowRef], header: frozenset[RowRef]
) -> Iterator[_Paragraph]:
    done: set[int] = set()
    for index, row in enumerate(page.rows):
        if (page.number, index) in taken or index in done:
            continue
        headed = _headed(page, index, row, taken | header)
        if headed:
            for paragraph, rows in headed:
                done.update(rows)
                if paragraph.text:
                    yield paragraph
        elif (page.number, index) not in header:
            sentence, rows = _sentence(page, index, taken | header)
            done.update(rows)
            if sentence is not None:
                yield sentence


def _headed(
    page: PageText, index: int, row: Row, closed: frozenset[RowRef]
) -> list[tuple[_Paragraph, range]]:
    """The paragraphs under headings that stand on a row, with the rows that they take."""
    found = []
    segments = row.segments
    for i, segment in enumerate(segments):
        value = _value(segment)
        if value is None:
            continue
        words, text = value
        for other in segments[i + 1 :]:
            if _is_label(other):
                break
            words += other.words
            text += f" {other.text}"
        rows = range(index, index + 1)
        if i == 0 or not text.strip(" :;៖"):
            rows = _following(page, index, segment, closed, blank=not text.strip(" :;៖"))
            for below in rows[1:]:
                words += tuple(w for s in page.rows[below].segments for w in s.words)
                text += " " + " ".join(s.text for s in page.rows[below].segments)
        found.append((_Paragraph(words, _clean(text), True), rows))
    return found


def _clean(text: str) -> str:
    """The text without the specks that were read as letters behind its last full stop."""
    return _SPECKS.sub(r"\1", " ".join(text.strip(" :;៖").split()))


def _value(segment: Segment) -> tuple[tuple[Word, ...], str] | None:
    """What a segment says behind its heading, None where it has no heading."""
    text = segment.text
    colon = _COLON.search(text)
    label = text[: colon.start()] if colon else text
    if len(label.split()) > _HEADING_WORDS or not _is_heading(label):
        return None
    if colon is None:
        return (), ""
    start, words = 0, []
    for word in segment.words:
        if start + len(word.text) > colon.end() and not _COLON.fullmatch(word.text):
            words.append(word)
        start += len(word.text) + 1
    return tuple(words), text[colon.end() :].strip()


def _is_heading(label: str) -> bool:
    folded = Folded.of(label)
    if has_khmer(label):
        return any(
            folded.bones.startswith(term)
            or (len(term) >= _LONG_BONES and fuzz.ratio(folded.bones, term) >= _BONES_RATIO)
            for term in _HEADINGS.khmer
        )
    if _HEADINGS.latin.fullmatch(folded.text):
        return True
    return len(folded.text.split()) == 1 and _HEADINGS.within(folded)


def _is_label(segment: Segment) -> bool:
    """Whether a segment begins a field of its own."""
    colon = _COLON.search(segment.text)
    return colon is not None and 0 < len(segment.text[: colon.start()].split()) <= 3


def _following(
    page: PageText, index: int, heading: Segment, closed: frozenset[RowRef], *, blank: bool
) -> range:
    """The rows from a heading's own to the last of its paragraph."""
    end = index + 1
    last = page.rows[index].box
    while end < len(page.rows) and (page.number, end) not in closed:
        row = page.rows[end]
        gap = row.box.y0 - last.y1
        first = end == index + 1
        far = gap > _ROW_GAP * max(1, min(last.height, row.box.height)) * (2 if first else 1)
        aside = row.box.x0 > heading.box.x1 + 10 * heading.box.height
        if far or aside or _ends(row) or (not blank and not _wraps(page, end - 1, row)):
            break
        last = row.box
        end += 1
    return range(index, end)


def _ends(row: Row) -> bool:
    """Whether a row begins something else: a field, a heading, a title, a table."""
    return (
        len(row.segments) > 2
        or any(_is_label(s) or _value(s) is not None or title_kind(s.text) for s in row.segments)
        or patient_labels(row.text.lower()) > 0
    )


def _wraps(page: PageText, above: int, row: Row) -> bool:
    """Whether a row goes on with the text above, which must then reach the right margin."""
    upper = page.rows[above]
    right = max(other.box.x1 for other in page.rows)
    left = min(other.box.x0 for other in page.rows)
    full = upper.box.x1 >= left + _FULL_LINE * (right - left)
    ended = upper.text.rstrip().endswith((".", "។"))
    return full and not ended and _LISTED.match(row.text) is None


def _sentence(
    page: PageText, index: int, closed: frozenset[RowRef]
) -> tuple[_Paragraph | None, range]:
    """A paragraph of whole sentences without a heading."""
    row = page.rows[index]
    if not _is_prose(row) or row.box.y0 > _FOOTER * page.height:
        return None, range(index, index + 1)
    end = index + 1
    while end < len(page.rows) and (page.number, end) not in closed:
        below, above = page.rows[end], page.rows[end - 1]
        if (
            above.text.rstrip().endswith((".", "។"))
            or below.box.y0 - above.box.y1 > _ROW_GAP * below.box.height
            or _ends(below)
            or len(below.segments) > 1
        ):
            break
        end += 1
    rows = page.rows[index:end]
    segments = [_main_segment(row) for row in rows]
    text = " ".join(segment.text for segment in segments)
    if not text.rstrip().endswith((".", "។")) or _BOILERPLATE.within(text, fuzzy=False):
        return None, range(index, index + 1)
    words = tuple(word for segment in segments for word in segment.words)
    return _Paragraph(words, " ".join(text.split()), False), range(index, end)


def _is_prose(row: Row) -> bool:
    segment = _main_segment(row)
    words = [word.text for word in segment.words]
    letters = [word for word in words if sum(char.isalpha() for char in word) >= 2]
    khmer = has_khmer(segment.text)
    enough = len(segment.text) >= 15 if khmer else len(letters) >= _SENTENCE_WORDS
    most = len(segment.text) >= 0.7 * len(row.text)
    return len(row.segments) <= 2 and most and enough and len(letters) >= 0.6 * len(words)


def _main_segment(row: Row) -> Segment:
    return max(row.segments, key=lambda segment: len(segment.text))

"""From words to fields: raw text, readings, confidence, source and review reasons.

Every field of the document is made here, so that confidence and review mean one thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from medicord_ocr.agreement import same
from medicord_ocr.khmer import canonical
from medicord_ocr.page import Box, PageText, Row, Segment, Word, bounding
from medicord_ocr.schema import REVIEW_BELOW, FieldInfo, ReadingModel, Source

#: Names of readers of text that was not read from a picture: what they say is printed.
LAYER_READERS = frozenset({"layer", "text-layer", "text_layer"})
#: Page number (from 1) and index of a row in ``PageText.rows``.
RowRef = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one page that a field was taken from, in reading order; may be empty.

    Attributes:
        page: page number counted from 1.
        words: the words, whole; a field made of a part of a word still names the word.
    """

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The box of all words. Raises ValueError when there are none."""
        return bounding([word.box for word in self.words])


def span_of(page: PageText, part: Row | Segment | Iterable[Word]) -> Span:
    """The span of a row, a segment or some words of a page."""
    if isinstance(part, Row):
        words = tuple(word for segment in part.segments for word in segment.words)
    elif isinstance(part, Segment):
        words = part.words
    else:
        words = tuple(part)
    return Span(page.number, words)


def field_info(
    span: Span | None,
    *,
    reasons: Iterable[str] = (),
    ceiling: float = 1.0,
    sure: float = 0.0,
    raw: str | None = None,
) -> FieldInfo:
    """The provenance of one field.

    Args:
        span: the words that the field was taken from, None or empty when it is null.
        reasons: review codes that the structure found (``implausible_value`` …).
        ceiling: 0-1, the most that the interpretation deserves, whatever the words' confidence.
        sure: 0-1, the least that the field deserves (under the ceiling) since readers agree on
            what it means, whatever their letters.
        raw: the text as read where it is a part of the words, else None.

    Returns:
        confidence is the least of the words' and the ceiling (0 for a null field);
        it is marked for review when there is a reason, it is below REVIEW_BELOW, or its words
        are in doubt (``reading_doubts``).
    """
    found = tuple(dict.fromkeys(reasons))
    if span is None or not span.words:
        return FieldInfo(
            raw=raw, confidence=0.0, source=None, needs_review=bool(found), review_reasons=found
        )
    confidence = min(ceiling, *(word.confidence for word in span.words))
    if sure > confidence:
        confidence = min(ceiling, sure)
    else:
        found = tuple(dict.fromkeys((*found, *reading_doubts(span.words))))
    if confidence < REVIEW_BELOW and "low_confidence" not in found:
        found = (*found, "low_confidence")
    box = span.box
    return FieldInfo(
        raw=raw if raw is not None else span.text,
        readings=_readings(span),
        confidence=round(max(0.0, confidence), 4),
        source=Source(page=span.page, box=(box.x0, box.y0, box.x1, box.y1)),
        needs_review=bool(found),
        review_reasons=found,
    )


def _readings(span: Span) -> tuple[ReadingModel, ...]:
    return tuple(
        ReadingModel(reader=reader, text=text) for reader, text in readings_of(span.words).items()
    )


def readings_of(words: Sequence[Word], *, of_all: bool = False) -> dict[str, str]:
    """What each reader read of some words, by its name.

    A reader that cut the line into other words has its whole reading at each of ours: it is
    given once.

    Args:
        words: of one field, in reading order.
        of_all: leave out readers that did not read every word.
    """
    found: dict[str, str] = {}
    for reader in dict.fromkeys(r.reader for word in words for r in word.readings):
        texts: list[str] = []
        read, before = 0, None
        for word in words:
            text = " ".join(r.text for r in word.readings if r.reader == reader)
            read += bool(text)
            if text and (text != before or text == word.text):
                texts.append(text)
            before = text
        if read == len(words) or not of_all:
            found[reader] = " ".join(texts)
    return found


def reading_doubts(words: Iterable[Word]) -> tuple[str, ...]:
    """Review codes for what the readers made of some words.

    Whether they agree is in a word's confidence (``agreement``); the codes say why it is low.

    Returns:
        ``readers_disagree`` where several read a word and no two read it as it was taken;
        ``single_reading`` where a number was read by one alone.
    """
    found = dict.fromkeys(code for word in words if (code := _reading_doubt(word)))
    return tuple(found)


def _reading_doubt(word: Word) -> str | None:
    readers = {r.reader for r in word.readings}
    if word.confidence >= REVIEW_BELOW or readers & LAYER_READERS:
        return None
    if len(readers) < 2:
        return "single_reading" if any(c.isdigit() for c in word.text) else None
    taken = same(word.text)
    alike = {r.reader for r in word.readings if same(canonical(r.text)) == taken}
    return None if len(alike) > 1 else "readers_disagree"


def item_confidence(fields: Mapping[str, FieldInfo]) -> tuple[float, bool]:
    """An item's confidence (the least of its non-null fields) and whether it needs review."""
    known = [info.confidence for info in fields.values() if info.source is not None]
    return (min(known) if known else 0.0), any(info.needs_review for info in fields.values())

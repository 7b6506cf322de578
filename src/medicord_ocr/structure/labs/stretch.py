"""A run of words as one text that still knows which word each character came from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medicord_ocr.page import Row, Segment, Word
from medicord_ocr.structure.labs.values import clean


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words and their text: one space between words, two between segments.

    Attributes:
        words: in reading order.
        starts: where each word begins in ``text``.
        text: cleaned for parsing (canonical Khmer, digits 0-9).
    """

    words: tuple[Word, ...]
    starts: tuple[int, ...]
    text: str

    def between(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that have a character in ``text[start:end]``, white space aside."""
        part = self.text[start:end]
        start += len(part) - len(part.lstrip())
        end -= len(part) - len(part.rstrip())
        if end <= start:
            return ()
        first = max(0, bisect_right(self.starts, start) - 1)
        return self.words[first : bisect_right(self.starts, end - 1)]

    def after(self, start: int) -> Stretch:
        """The stretch from the word at or behind a place of the text."""
        first = next((i for i, place in enumerate(self.starts) if place >= start), len(self.words))
        if first == len(self.words):
            return Stretch((), (), "")
        begin = self.starts[first]
        starts = tuple(place - begin for place in self.starts[first:])
        return Stretch(self.words[first:], starts, self.text[begin:])


def stretch_of(groups: Iterable[Sequence[Word]]) -> Stretch:
    """The stretch of some groups of words (of segments, or their parts in a column)."""
    words: list[Word] = []
    starts: list[int] = []
    text = ""
    for group in groups:
        for place, word in enumerate(group):
            shown = clean(word.text)
            # Read twice where two stretches of a line touch: « Femme : » « : 4,0 - 5,2 ».
            if not shown or (shown == ":" and text.endswith(":")):
                continue
            near = place > 0 and not (words and _apart(words[-1], word))
            gap = "" if not text else " " if near else "  "
            starts.append(len(text) + len(gap))
            text += gap + shown
            words.append(word)
    return Stretch(tuple(words), tuple(starts), text)


def _apart(left: Word, right: Word) -> bool:
    """Whether two figures of a segment are two numbers, not one with a thousands space.

    That space is up to 0.58 of a figure's height in wide types (Verdana, DejaVu Sans).
    """
    if not (left.text[-1:].isdigit() and right.text[:1].isdigit()):
        return False
    height = max(left.box.height, right.box.height)
    return right.box.x0 - left.box.x1 > 0.65 * height or left.box.overlap_y(right.box) == 0


def stretch_of_row(row: Row) -> Stretch:
    """The stretch of a whole row."""
    return stretch_of(segment.words for segment in row.segments)


def joined(first: Stretch, second: Stretch) -> Stretch:
    """Two stretches as one, as if on one line; words of a wrapped cell."""
    if not first.words or not second.words:
        return first if first.words else second
    begin = len(first.text) + 1
    return Stretch(
        first.words + second.words,
        first.starts + tuple(place + begin for place in second.starts),
        f"{first.text} {second.text}",
    )


def segment_groups(segments: Iterable[Segment], left: float, right: float) -> list[list[Word]]:
    """The words of segments whose centre is between two x, one group a segment."""
    groups = ([w for w in segment.words if left <= w.box.centre < right] for segment in segments)
    return [group for group in groups if group]

"""One reading out of several of the same stretch, and how sure it is.

Readers that fail differently and agree are right: of 659 stretches of dev with digits on which
Tesseract and the Khmer network agree, PP-OCRv6 read 7 otherwise, and none of those was a value
that the two had wrong. Where they differ, a third reader decides between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from medicord_ocr.khmer import canonical
from medicord_ocr.page import Reading, Word
from medicord_ocr.readers.base import ReadWord

#: Confidence of agreement, of two readers against a third, the most of readers that differ, and
#: the factor of a number that one reader read alone. Of the fields of dev read so (240 documents)
#: 99.3 % of 5,989, 98.9 % of 1,485, 91 % of 178 and 96 % of 46 were right; the last two are set
#: under what is accepted, whatever dev says: what differs there may be a value.
AGREED, MAJORITY, DIFFER, ALONE = 0.99, 0.98, 0.7, 0.7
#: A second reader that is this sure (0-1) replaces the first where they differ.
SURE = 0.9
#: Least width of a word, in its heights: Tesseract's boxes of single wide-set figures are slits.
_NARROWEST = 0.5
_TORN = re.compile(r"\d [.,]|[.,] \d")
_FRACTION = re.compile("[½¼¾]")
_LIKE_FRACTION = re.compile("12|14|34")
_CHINESE = re.compile("[\u2e80-\ufeff]")
_KHMER = re.compile("[\u1780-\u17ff]")
# Tesseract has no µ, and reads a u for it.
_SAME = str.maketrans("–—−‐μµ’‘“”×⁄", "----uu''\"\"x/")
_BARRED = str.maketrans("≤≥", "<>")


class Line(NamedTuple):
    """What one reader read on a stretch; None where it was not asked."""

    name: str
    words: tuple[ReadWord, ...] | None

    @property
    def text(self) -> str:
        """All of it, folded as ``same`` does."""
        return same(canonical(joined(self.words or ())))


def same(text: str) -> str:
    """Text without what two readings may differ in and still agree: dashes, quotes, spaces."""
    folded = unicodedata.normalize("NFC", text).translate(_SAME)
    return "".join(folded.split())


def joined(words: Sequence[ReadWord]) -> str:
    """The words without spaces."""
    return "".join(word.text for word in words)


def weakest(words: Sequence[ReadWord]) -> float:
    """The least confidence of the words."""
    return min(word.confidence for word in words)


def mean(words: Sequence[ReadWord]) -> float:
    """Mean confidence of the letters, 0.0 when there are none."""
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def alone(line: Line) -> list[Word]:
    """What one reader read that nobody checked: its numbers are never certain."""
    return [
        Word(
            canonical(word.text),
            word.box,
            word.confidence * (ALONE if any(c.isdigit() for c in word.text) else 1.0),
            (Reading(line.name, word.text),),
        )
        for word in line.words or ()
        if canonical(word.text)
    ]


def agree(first: Line, second: Line, third: Line) -> list[Word]:
    """One reading out of two, or of three where the two differ.

    Args:
        first: one that read the stretch.
        second: another.
        third: decides between them; its words are None where it was not asked. Where it was
            asked although they agree, it must agree too.
    """
    return [_without_fraction(word, first.name) for word in _agreed(first, second, third)]


def _agreed(first: Line, second: Line, third: Line) -> list[Word]:
    alike = bool(first.words) and first.text == second.text
    if alike and (not third.words or third.text == first.text):
        return _whole(first, second, AGREED)
    if third.words is None:
        return merge(first, second)
    if _sees_bar(third, first, second):
        return _whole(third, third, MAJORITY, first, second)
    if alike:
        return merge(first, third)
    if third.words and third.text == second.text:
        return _whole(third, second, MAJORITY, first)
    if third.words and third.text == first.text:
        return _whole(third, first, MAJORITY, second)
    return merge(first, third, second)


def _without_fraction(word: Word, first: str) -> Word:
    """The word, in doubt where it may be a ½, ¼ or ¾: half a tablet is not twelve, nor one.

    The network and PP-OCRv6 agree on 12 for 2 of 69 pictures of ½, on 14 for 4 of ¼ and on 34 for
    3 of ¾, Tesseract on none; of 138 of 12 and 14 it read all but six. No reader made a ½ of what
    was none.
    """
    heard = {text for r in word.readings if r.reader == first for text in r.text.split()}
    halved = word.text.isdigit() and any(_FRACTION.search(r.text) for r in word.readings)
    if halved or (_LIKE_FRACTION.fullmatch(word.text) and word.text not in heard):
        return replace(word, confidence=min(DIFFER, word.confidence))
    return word


def _sees_bar(third: Line, first: Line, second: Line) -> bool:
    """Whether the third reader is sure of a ≤ where another read the same figures behind a <.

    Tesseract has no ≤ and the network often sees < in it. Of ten bounds of dev and our own
    documents that were read so all were ≤, and the third made none of 90 printed < to ≤.
    """
    if not third.words or weakest(third.words) < SURE or third.text in {first.text, second.text}:
        return False
    return third.text.translate(_BARRED) in {first.text, second.text}


def _whole(one: Line, other: Line, confidence: float, *against: Line) -> list[Word]:
    """Two lines of one text: the one with more words, as readers lose spaces.

    In wide-set figures they invent them: there, the one with fewer.
    """
    a, b = one.words or (), other.words or ()
    more, fewer = (b, a) if len(b) > len(a) else (a, b)
    torn = _TORN.search(" ".join(word.text for word in more))
    words = fewer if torn else more
    names = dict.fromkeys((one.name, other.name))
    dissent = tuple(Reading(line.name, _spaced(line.words or ())) for line in against)
    return [
        _word(w, confidence, (*(Reading(name, w.text) for name in names), *dissent)) for w in words
    ]


def merge(first: Line, second: Line, third: Line | None = None) -> list[Word]:
    """Two readings as one, word for word: groups of words that stand over each other.

    Args:
        first: one of them.
        second: the other.
        third: a reading whose text decides for either where their words differ.
    """
    heard = {same(canonical(word.text)) for word in (third.words or ())} if third else set()

    def all_heard(words: Sequence[ReadWord]) -> bool:
        return all(same(canonical(word.text)) in heard for word in words)

    merged: list[Word] = []
    for mine, theirs in groups(first.words or (), second.words or ()):
        theirs = [word for word in theirs if not _CHINESE.search(word.text)]
        if not mine:
            # What one reader alone saw is kept where it is sure: Tesseract loses short words.
            if theirs and weakest(theirs) >= SURE:
                merged.extend(alone(Line(second.name, tuple(theirs))))
            continue
        if not theirs:
            merged.extend(alone(Line(first.name, tuple(mine))))
            continue
        a, b = _spaced(mine), _spaced(theirs)
        one, other = Line(first.name, tuple(mine)), Line(second.name, tuple(theirs))
        if one.text == other.text:
            merged.extend(_whole(one, other, AGREED if not third or all_heard(mine) else MAJORITY))
        elif third and all_heard(mine) != all_heard(theirs) and not _FRACTION.search(a + b):
            chosen, against = (one, other) if all_heard(mine) else (other, one)
            merged.extend(_whole(chosen, Line(third.name, chosen.words), MAJORITY, against))
        elif _has_khmer(mine) and not any(c.isdigit() for c in a):
            # Khmer words: Tesseract's is the weaker reading (docs/design.md, "Who reads what").
            merged.extend(alone(one))
        else:
            merged.extend(_differing(mine, theirs, Reading(first.name, a), Reading(second.name, b)))
    return merged


def _spaced(words: Sequence[ReadWord]) -> str:
    return " ".join(word.text for word in words)


def _has_khmer(words: Sequence[ReadWord]) -> bool:
    return bool(_KHMER.search(joined(words)))


def _differing(
    mine: Sequence[ReadWord], theirs: Sequence[ReadWord], a: Reading, b: Reading
) -> list[Word]:
    """Words where two readers differ: the second's where it is sure and surer, both kept."""
    take_second = not _has_khmer(mine) and (
        weakest(theirs) >= SURE or weakest(theirs) > weakest(mine)
    )
    words, order = (theirs, (b, a)) if take_second else (mine, (a, b))
    return [
        _word(
            w,
            min(DIFFER, w.confidence),
            order if len(words) == 1 else (Reading(order[0].reader, w.text), order[1]),
        )
        for w in words
    ]


def _word(word: ReadWord, confidence: float, readings: tuple[Reading, ...]) -> Word:
    text = canonical(word.text)
    return Word(text or word.text, word.box, confidence, readings)


def groups(
    first: Sequence[ReadWord], second: Sequence[ReadWord]
) -> list[tuple[list[ReadWord], list[ReadWord]]]:
    """Words of two readings in groups that stand for one another, left to right.

    As many words in both are pairs in their order: boxes of short words are too loose to go by.
    Otherwise words that share width are a group.
    """
    if len(first) == len(second):
        return [([a], [b]) for a, b in zip(first, second, strict=True)]
    marked = sorted(
        [(w, 0) for w in first] + [(w, 1) for w in second], key=lambda pair: pair[0].box.x0
    )
    groups: list[tuple[list[ReadWord], list[ReadWord]]] = []
    end = -1
    for word, which in marked:
        shared, width = end - word.box.x0, max(word.box.width, _NARROWEST * word.box.height)
        if not groups or shared < 0.35 * min(width, end - _start(groups[-1])):
            groups.append(([], []))
            end = word.box.x1
        groups[-1][which].append(word)
        end = max(end, int(word.box.x0 + width))
    return groups


def _start(group: tuple[list[ReadWord], list[ReadWord]]) -> int:
    return min(word.box.x0 for words in group for word in words)

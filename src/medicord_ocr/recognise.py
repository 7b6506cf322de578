"""Which reader reads which line.

Every stretch is read by Tesseract in the Latin script first, which is quick. Whatever it is unsure
of, and whatever does harm when it is wrong (a digit, a sign, a result), is read by the Khmer
network, which reads both scripts: a value is certain only where two readers agree. PP-OCRv6 decides
where they do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from medicord_ocr.agreement import (
    DIFFER,
    MAJORITY,
    SURE,
    Line,
    agree,
    alone,
    groups,
    joined,
    mean,
    merge,
    same,
    weakest,
)
from medicord_ocr.direction import Kept
from medicord_ocr.engines import Readers
from medicord_ocr.ink import Gray
from medicord_ocr.khmer import canonical, has_khmer
from medicord_ocr.layout import Layout, Stretch
from medicord_ocr.options import Options
from medicord_ocr.page import Box, Reading, Word
from medicord_ocr.readers import strokes
from medicord_ocr.readers.base import Reader, ReadWord
from medicord_ocr.readers.fractions import NAME as FRACTIONS
from medicord_ocr.readers.fractions import may_be_fraction, read_fraction
from medicord_ocr.stretches import crop, placed

#: A reader of Latin script alone that is this sure of all its words, where they fill the stretch,
#: is taken to read Latin script: of 359 stretches of dev that the Khmer network read as Khmer it
#: was this sure of 43, and 10 of those were filled.
SURE_LATIN = 0.75
#: Similarity (0-1) of two Latin readings that shows a stretch to be Latin.
ALIKE = 0.6
#: Khmer letters of a word, and its confidence, from which the Khmer network has read Khmer. Of 861
#: doubtful stretches of dev 150 held such a word, and all of them were Khmer.
KHMER_LETTERS, KHMER_SURE = 3, 0.4
#: Stretches of Khmer figures, not Latin ones by any reading, that show a page to have them. Pages
#: of dev without Khmer figures had none.
KHMER_FIGURES = 2
#: Letters of the shortest plain word that needs no second reading where the first is sure; shorter
#: ones may be Khmer figures (Tesseract is 0.97 sure of « mo ig » for ៣០ ថ្ងៃ).
PLAIN = 4
_KHMER = re.compile("[\u1780-\u17ff]")
_KHMER_DIGIT = re.compile("[\u17e0-\u17e9]")
_KHMER_LETTER = re.compile("[\u1780-\u17d3]")
_FIGURE_OR_SIGN = re.compile(r"[0-9០-៩+<>≤≥/%]")
# Signs that two readers have agreed on for another: < for ≤, % for the half of « 1½ tab ».
_UNSURE_SIGN = re.compile(r"[<>≤≥]|%\w|^[1-9]%$")
# The sign of a bound, or what is read for ≤.
_SIGN = re.compile("[<>≤≥]=?|=")
#: What results in words begin with, in English and French: they are read twice, as numbers are.
_RESULT = re.compile(
    r"neg|nég|pos|react|réact|non|not|detect|détect|trace|rare|nil|abs|pres|prés|norm|abn|indet|indét"
    r"|equiv|équiv|seen|high|low|haut|bas|clear|clair|turbid|trouble|sterile|stérile|resist|résist"
    r"|sens|inter|pend|reject",
    re.IGNORECASE,
)

Read = dict[int, tuple[ReadWord, ...]]


@dataclass(frozen=True, slots=True)
class _Page:
    """The stretches of a page, their pictures, and what was read of them already."""

    stretches: Sequence[Stretch]
    crops: Sequence[Gray]
    kept: Kept

    def read(self, reader: Reader | None, which: Sequence[int]) -> Read:
        """What a reader reads of some stretches, none twice."""
        if reader is None:
            return {}
        known = self.kept.get(reader.name, {})
        read = {i: known[self.stretches[i]] for i in which if self.stretches[i] in known}
        rest = [i for i in which if i not in read]
        read |= zip(rest, reader.read([self.crops[i] for i in rest]), strict=True)
        return {i: read[i] for i in which}


def recognise(
    layout: Layout, readers: Readers, options: Options, kept: Kept | None = None
) -> dict[Stretch, tuple[Word, ...]]:
    """Read all stretches of a page.

    Args:
        layout: where the text stands.
        readers: who reads.
        options: ``line_threshold`` decides what goes to the reader of Khmer.
        kept: what the readers have read of them already.

    Returns:
        The words of each stretch from left to right, boxes in pixels of the page.
    """
    stretches = list(layout.stretches)
    crops = [crop(layout, stretch.box) for stretch in stretches]
    page = _Page(stretches, crops, kept or {})
    first = page.read(readers.latin, range(len(crops)))
    # Tesseract takes Khmer for Latin words with confidences up to 0.85.
    limit = max(options.line_threshold, SURE) if readers.khmer else options.line_threshold
    doubtful = {i for i, words in first.items() if not words or weakest(words) < limit}
    wanted = [i for i, words in first.items() if i in doubtful or _needs_second(words)]
    second = page.read(readers.second, wanted)
    differ = [i for i in wanted if not _settled(first[i], second.get(i, ()))]
    third = page.read(readers.third, differ)
    khmer = _khmer(readers, page, wanted, doubtful, second, third)
    khmer, unclear = _without_lookalikes(khmer, first, third if readers.third else second)
    again = [i for i, words in khmer.items() if _needs_khmer_second(words, options.line_threshold)]
    khmer_second = page.read(readers.khmer_second, again)
    bounded = [i for i, words in khmer.items() if _is_bounded(joined(words))]
    signs = page.read(readers.third, bounded) if bounded else {}
    read: dict[Stretch, tuple[Word, ...]] = {}
    for i, stretch in enumerate(stretches):
        lines = (
            _line(readers.latin, first.get(i)),
            _line(readers.second, second.get(i)),
            _line(readers.third, third.get(i)),
            _line(readers.khmer, khmer.get(i)),
            _line(readers.khmer_second, khmer_second.get(i)),
        )
        decided = _decide(*lines)
        if i in signs:
            decided = _with_signs(decided, _line(readers.third, signs[i]))
        if readers.second is not None:
            decided = [_with_stroke(crops[i], _with_fraction(crops[i], word)) for word in decided]
        words = [placed(layout, stretch.box, word) for word in decided]
        if i in unclear or layout.is_cut(stretch.box):
            words = [_doubted(word) for word in words]
        read[stretch] = tuple(words)
    return read


def _line(reader: Reader | None, words: tuple[ReadWord, ...] | None) -> Line:
    return Line(reader.name if reader else "", words)


def _khmer(
    readers: Readers,
    page: _Page,
    wanted: Sequence[int],
    doubtful: set[int],
    second: Read,
    third: Read,
) -> Read:
    """What the reader of Khmer makes of the stretches that may be Khmer.

    A reader of Latin script alone knows that from what it cannot read, Tesseract does not. On a
    page with Khmer digits all numbers may be: readers of Latin script agree on ១១០ as 990.
    """
    latin = third if readers.khmer is readers.second else second
    foreign = [
        i
        for i in sorted(doubtful)
        if _reads_khmer(second.get(i, ())) or not _sure(latin.get(i, ()), page.stretches[i].box)
    ]
    if readers.khmer is readers.second:
        khmer = {i: second[i] for i in foreign if i in second}
        return dict(second) if _any_khmer_digit(khmer) else khmer
    khmer = page.read(readers.khmer, foreign)
    if _any_khmer_digit(khmer):
        khmer |= page.read(readers.khmer, [i for i in wanted if i not in khmer])
    return khmer


def _any_khmer_digit(read: Read) -> bool:
    return any(_KHMER_DIGIT.search(word.text) for words in read.values() for word in words)


def _without_lookalikes(khmer: Read, first: Read, latin: Read) -> tuple[Read, set[int]]:
    """Khmer readings without Latin figures taken for Khmer ones: 9 looks like ១, % like ១6.

    A page with Khmer figures shows them where the readers of Latin script do not agree. Where it
    does so once only, the stretches that could be either are the second part of the answer.
    """
    figures = {i for i, words in khmer.items() if _KHMER_DIGIT.search(joined(words))}
    agreed = {i for i in figures if first[i] and _latin(first[i], latin.get(i, khmer[i]))}
    shown = [i for i in figures - agreed if weakest(khmer[i]) >= SURE]
    if len(shown) >= KHMER_FIGURES:
        return khmer, set()
    either = {i for i in agreed if not _KHMER.search(_KHMER_DIGIT.sub("", joined(khmer[i])))}
    left = {i: words for i, words in khmer.items() if i not in either}
    return left, either if shown else set()


def _latin(first: Sequence[ReadWord], other: Sequence[ReadWord]) -> bool:
    """Whether figures are Latin: two readers agree on them, or the one that there is, is sure."""
    if _any_khmer_digit({0: tuple(other)}):
        return weakest(first) >= SURE
    return same(joined(first)) == same(joined(other))


def _settled(first: Sequence[ReadWord], second: Sequence[ReadWord]) -> bool:
    """Whether no third reading is needed: both read the same, or the second read Khmer.

    Tesseract knows neither ≤ nor ½: what the two may agree on for them is read once more.
    """
    alike = bool(first) and same(canonical(joined(first))) == same(canonical(joined(second)))
    return (alike and not _UNSURE_SIGN.search(joined(first))) or _reads_khmer(second)


def _reads_khmer(words: Sequence[ReadWord]) -> bool:
    """Whether there is a word that is Khmer beyond doubt."""
    return any(
        len(_KHMER_LETTER.findall(word.text)) >= KHMER_LETTERS and word.confidence >= KHMER_SURE
        for word in words
    )


def _decide(first: Line, second: Line, third: Line, khmer: Line, khmer_second: Line) -> list[Word]:
    """One reading out of those that there are of a stretch."""
    if khmer.words and _is_khmer(khmer, first, second):
        return merge(khmer, khmer_second) if khmer_second.words else alone(khmer)
    if second.words is None:
        return alone(first)
    if khmer.words and khmer.name != second.name and khmer.text == second.text:
        return merge(khmer, second)
    return agree(first, second, third)


def _doubted(word: Word) -> Word:
    """A word as doubtful as what readers differ on."""
    return replace(word, confidence=min(word.confidence, DIFFER))


def _is_bounded(text: str) -> bool:
    """Whether a text in Khmer figures has the sign of a bound, or what is read for one."""
    return bool(_KHMER_DIGIT.search(text) and _SIGN.search(text))


def _with_signs(words: list[Word], latin: Line) -> list[Word]:
    """Words in Khmer figures with their bounds as the reader of Latin script has them.

    The readers of Khmer know no ≤: both read < or = for it.
    """
    shown = joined(latin.words or ())
    theirs = _SIGN.findall(shown)
    mine = [sign for word in words for sign in _SIGN.findall(word.text)]
    signs = iter(theirs if len(theirs) == len(mine) else mine)
    unsure = theirs != mine
    found = []
    for word in words:
        text = _SIGN.sub(lambda _: next(signs), word.text)
        if unsure and _SIGN.search(text):
            readings = (*word.readings, Reading(latin.name, shown))
            word = _doubted(replace(word, text=text, readings=readings))
        found.append(word)
    return found


def _with_stroke(picture: Gray, word: Word) -> Word:
    """A word as the stroke that it is where the readers of lines made a figure of it.

    In a grid of doses it stands for none. One by its slant alone, or by what one reader made of it
    alone, is as doubtful as what readers differ on: on two sheets two readers read 1 for six of
    them, and no 1 of either half was ever read as a stroke.
    """
    if word.text not in strokes.LOOKALIKES:
        return word
    read = any(r.text in ("/", "\\", "|") for r in word.readings)
    seen = strokes.stroke_at(picture, word.box)
    if seen is None or (seen == "possible" and not read):
        return _doubted(word) if read and word.text == "1" else word
    readings = (Reading(strokes.NAME, strokes.SIGN), *word.readings)
    if not read:
        return _doubted(replace(word, readings=readings))
    stroke = replace(word, text=strokes.SIGN, readings=readings)
    if seen == "possible":
        return _doubted(stroke)
    return replace(stroke, confidence=max(word.confidence, MAJORITY))


def _with_fraction(picture: Gray, word: Word) -> Word:
    """A word as the fraction that it is where the readers of lines made something else of it.

    It stays as doubtful as what readers read differently.
    """
    if not may_be_fraction(word.text, doubtful=word.confidence <= DIFFER):
        return word
    sign = read_fraction(picture, word.box)
    # The sign that is taken for % is ½; ¾ is what % looks like on a coarse picture.
    if sign is None or sign == word.text or (word.text == "%" and sign != "½"):
        return word
    readings = (Reading(FRACTIONS, sign), *word.readings)
    return _doubted(replace(word, text=sign, readings=readings))


def _has_khmer(words: Sequence[ReadWord]) -> bool:
    return any(has_khmer(word.text) for word in words)


def _is_khmer_word(text: str) -> bool:
    """Whether a word is Khmer and not a Latin one with a letter misread (``Eozinofi៕``).

    Signs tell nothing: ``<០.៦`` is as Khmer as ``០៦``. But a lone figure is one with the sign of a
    bound alone: ``-១`` is a misread ``-1`` as often.
    """
    khmer = len(_KHMER.findall(text))
    letters = sum(c.isalnum() or bool(_KHMER.match(c)) for c in text)
    alone = _KHMER_DIGIT.fullmatch(text.lstrip("<>≤≥‹› "))
    return khmer > 2 or 2 * khmer > letters > 1 or bool(alone)


def _is_khmer(khmer: Line, first: Line, second: Line) -> bool:
    """Whether a stretch is Khmer: the Khmer reader read Khmer letters or digits.

    Tesseract, where it stands in for that reader, also finds them in Latin print: there, two
    Latin readers that read nearly the same outweigh it, and it must be as sure as they are.
    """
    words = khmer.words or ()
    if not any(_is_khmer_word(word.text) for word in words):
        return False
    if not khmer.name.startswith("tesseract"):
        return True
    alike = _alike(first.words or (), second.words or ())
    return not alike and mean(words) > mean(first.words or ()) - 0.15


def _needs_second(words: Sequence[ReadWord]) -> bool:
    """Whether a stretch holds what harms when it is wrong: a digit, a sign, a result, a letter."""
    text = joined(words)
    longest = max((len(word.text) for word in words), default=0)
    plain = longest >= PLAIN and text.isalpha() and not _RESULT.match(text)
    return bool(_FIGURE_OR_SIGN.search(text)) or (len(text) <= 12 and not plain)


def _needs_khmer_second(words: Sequence[ReadWord], threshold: float) -> bool:
    """Whether Khmer is to be read once more: it holds what harms, or the first reader doubts it."""
    return _has_khmer(words) and (_needs_second(words) or weakest(words) < threshold)


def _sure(words: Sequence[ReadWord], stretch: Box) -> bool:
    """Whether a reading accounts for all of a stretch: Khmer letters are junk to it, or nothing."""
    read = sum(word.box.width for word in words)
    return bool(words) and weakest(words) >= SURE_LATIN and read >= 0.7 * stretch.width


def _alike(first: Sequence[ReadWord], second: Sequence[ReadWord]) -> bool:
    """Whether two Latin readers read nearly the same where the first doubts: never on Khmer."""
    if not first or not second:
        return False
    for mine, theirs in groups(first, second):
        if mine and weakest(mine) >= SURE:
            continue
        a, b = same(joined(mine)), same(joined(theirs))
        if min(len(a), len(b)) < 2 or Levenshtein.normalized_similarity(a, b) < ALIKE:
            return False
    return True

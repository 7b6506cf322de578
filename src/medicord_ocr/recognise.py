"""Which reader reads which line, and how sure the outcome is.

Every stretch is read by Tesseract in the Latin script first, which is quick. What it cannot read
well goes to the reader of Khmer. Whatever holds a digit or a short result is read once more by a
reader that fails differently: a value is certain only where two readers agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from medicord_ocr.errors import MissingDependency
from medicord_ocr.ink import Gray
from medicord_ocr.khmer import canonical, has_khmer
from medicord_ocr.layout import Layout, Stretch
from medicord_ocr.options import Options
from medicord_ocr.page import Box, Reading, Word
from medicord_ocr.readers.base import EngineInfo, Reader, ReadWord
from medicord_ocr.readers.tesseract import open_tesseract

#: Paper left around a stretch, in x-heights: less cuts marks off, more pulls neighbours in.
MARGIN = 0.35
#: Confidence of agreement, of readers that differ, and of a number that one reader read alone.
AGREED, DIFFER, ALONE = 0.98, 0.5, 0.7
#: A second reader that is this sure (0-1) replaces the first where they differ.
SURE = 0.9
#: A second reader that is this sure of all its words, where they fill the stretch, is taken to read
#: Latin script: of 359 stretches of dev that the Khmer network read as Khmer it was this sure of
#: 43, and 10 of those were filled.
SURE_LATIN = 0.75
#: Similarity (0-1) of two Latin readings that shows a stretch to be Latin.
ALIKE = 0.6
#: Least width of a word, in its heights: Tesseract's boxes of single wide-set figures are slits.
_NARROWEST = 0.5
_TORN = re.compile(r"\d [.,]|[.,] \d")
#: Stretches of Khmer figures, not Latin ones by any reading, that show a page to have them. Pages
#: of dev without Khmer figures had none.
KHMER_FIGURES = 2
_CHINESE = re.compile("[\u2e80-\ufeff]")
_KHMER = re.compile("[\u1780-\u17ff]")
_KHMER_DIGIT = re.compile("[\u17e0-\u17e9]")
_SAME = str.maketrans("–—−‐μ’‘“”×⁄", "----µ''\"\"x/")


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers of one process, models loaded once.

    Attributes:
        latin: reads every stretch first.
        second: reads Latin numbers and what ``latin`` is unsure of; None when not installed.
        khmer: reads what is not Latin; None when no Khmer language is asked for.
        khmer_second: reads Khmer numbers once more; None when there is none.
        warnings: what is missing, a sentence each.
    """

    latin: Reader
    second: Reader | None = None
    khmer: Reader | None = None
    khmer_second: Reader | None = None
    warnings: tuple[str, ...] = ()

    def info(self) -> tuple[EngineInfo, ...]:
        """What takes part, in the order in which it reads."""
        used = (self.latin, self.second, self.khmer, self.khmer_second)
        return tuple(reader.info() for reader in used if reader is not None)


def open_readers(options: Options) -> Readers:
    """The readers that the options ask for.

    Raises:
        MissingDependency: when Tesseract or the data of a language is not there; any other
            reader that is missing is a warning only.
    """
    if options.engine == "fake":
        from medicord_ocr.readers.fake import FakeReader

        return Readers(FakeReader())

    def tesseract(languages: tuple[str, ...]) -> Reader:
        return open_tesseract(languages, command=options.tesseract_cmd, tessdata=options.tessdata)

    both = tesseract(options.languages)
    latin = tuple(lang for lang in options.languages if lang != "khm")
    first = tesseract(latin) if latin else both
    mixed = both if "khmer" in both.scripts else None
    if options.engine == "tesseract":
        return Readers(first, None, mixed)
    second, lack = _optional(_open_paddle)
    khmer, lack_khmer = _optional(_open_khmer) if mixed else (None, ())
    if khmer is None:
        khmer, mixed = mixed, None
    return Readers(first, second, khmer, mixed, lack + lack_khmer)


def _optional(open_reader: Callable[[], Reader]) -> tuple[Reader | None, tuple[str, ...]]:
    try:
        return open_reader(), ()
    except MissingDependency as error:
        return None, (str(error),)


def _open_paddle() -> Reader:
    from medicord_ocr.readers.paddle import PaddleReader

    return PaddleReader()


def _open_khmer() -> Reader:
    from medicord_ocr.readers.khmer_ctc import KhmerReader

    return KhmerReader()


def same(text: str) -> str:
    """Text without what two readings may differ in and still agree: dashes, quotes, spaces."""
    folded = unicodedata.normalize("NFC", text).translate(_SAME)
    return "".join(folded.split())


def recognise(
    layout: Layout, readers: Readers, options: Options
) -> dict[Stretch, tuple[Word, ...]]:
    """Read all stretches of a page.

    Args:
        layout: where the text stands.
        readers: who reads.
        options: ``line_threshold`` decides what goes to the reader of Khmer.

    Returns:
        The words of each stretch from left to right, boxes in pixels of the page.
    """
    stretches = list(layout.stretches)
    crops = [_crop(layout, stretch.box) for stretch in stretches]
    first = _read(readers.latin, crops, range(len(crops)))
    # Tesseract takes Khmer for Latin words with confidences up to 0.85.
    limit = max(options.line_threshold, SURE) if readers.khmer else options.line_threshold
    doubtful = {i for i, words in first.items() if not words or _weakest(words) < limit}
    # The second reader knows Latin script from what it cannot read, Tesseract does not.
    wanted = [i for i, words in first.items() if i in doubtful or _needs_second(words)]
    second = _read(readers.second, crops, wanted)
    foreign = [i for i in sorted(doubtful) if not _sure(second.get(i, ()), stretches[i].box)]
    khmer = _read(readers.khmer, crops, foreign)
    if any(_KHMER_DIGIT.search(word.text) for words in khmer.values() for word in words):
        # Readers of Latin script agree on ១១០ as 990: where there are Khmer digits, all are asked.
        khmer |= _read(readers.khmer, crops, [i for i in wanted if i not in khmer])
    khmer, unclear = _without_lookalikes(khmer, first, second)
    numbers = [i for i, words in khmer.items() if _has_khmer(words) and _needs_second(words)]
    khmer_second = _read(readers.khmer_second, crops, numbers)
    read: dict[Stretch, tuple[Word, ...]] = {}
    for i, stretch in enumerate(stretches):
        readings = [
            _Line(_name(readers.latin), first[i]),
            _Line(_name(readers.second), second.get(i)),
            _Line(_name(readers.khmer), khmer.get(i)),
            _Line(_name(readers.khmer_second), khmer_second.get(i)),
        ]
        corner = _corner(layout, stretch.box)
        words = [_moved(word, corner) for word in _decide(*readings)]
        if i in unclear:
            words = [replace(word, confidence=min(word.confidence, DIFFER)) for word in words]
        read[stretch] = tuple(words)
    return read


def _without_lookalikes(
    khmer: dict[int, tuple[ReadWord, ...]],
    latin: dict[int, tuple[ReadWord, ...]],
    second: dict[int, tuple[ReadWord, ...]],
) -> tuple[dict[int, tuple[ReadWord, ...]], set[int]]:
    """Khmer readings without Latin figures taken for Khmer ones: 9 looks like ១, % like ១6.

    A page with Khmer figures shows them where the readers of Latin script do not agree. Where it
    does so once only, the stretches that could be either are the second part of the answer.
    """
    figures = {i for i, words in khmer.items() if _KHMER_DIGIT.search(_joined(words))}
    agreed = {i for i in figures if _joined(latin[i]) and _same_words(latin[i], second.get(i))}
    shown = [i for i in figures - agreed if _weakest(khmer[i]) >= SURE]
    if len(shown) >= KHMER_FIGURES:
        return khmer, set()
    either = {i for i in agreed if not _KHMER.search(_no_digits(khmer[i]))}
    left = {i: words for i, words in khmer.items() if i not in either}
    return left, either if shown else set()


def _joined(words: Sequence[ReadWord]) -> str:
    return "".join(word.text for word in words)


def _no_digits(words: Sequence[ReadWord]) -> str:
    return _KHMER_DIGIT.sub("", _joined(words))


def _same_words(a: Sequence[ReadWord], b: Sequence[ReadWord] | None) -> bool:
    return b is not None and same(_joined(a)) == same(_joined(b))


class _Line(NamedTuple):
    """What one reader read on a stretch; None where it was not asked."""

    name: str
    words: tuple[ReadWord, ...] | None


def _decide(latin: _Line, second: _Line, khmer: _Line, khmer_second: _Line) -> list[Word]:
    """One reading out of those that there are of a stretch."""
    if khmer.words and _is_khmer(khmer, latin, second):
        if khmer_second.words:
            return _merge(khmer, khmer_second)
        return _alone(khmer)
    if second.words is None:
        return _alone(latin)
    if khmer.words and _text(khmer) == _text(second):
        return _merge(khmer, second)
    return _merge(latin, second)


def _text(line: _Line) -> str:
    return same(_joined(line.words or ()))


def _has_khmer(words: Sequence[ReadWord]) -> bool:
    return any(has_khmer(word.text) for word in words)


def _is_khmer_word(text: str) -> bool:
    """Whether a word is Khmer and not a Latin one with a letter misread (``Eozinofi៕``)."""
    khmer = len(_KHMER.findall(text))
    return khmer > 2 or 2 * khmer > len(text) > 1 or bool(_KHMER_DIGIT.fullmatch(text))


def _is_khmer(khmer: _Line, latin: _Line, second: _Line) -> bool:
    """Whether a stretch is Khmer: the Khmer reader read Khmer letters or digits.

    Tesseract, where it stands in for that reader, also finds them in Latin print: there, two
    Latin readers that read nearly the same outweigh it, and it must be as sure as they are.
    """
    words = khmer.words or ()
    if not any(_is_khmer_word(word.text) for word in words):
        return False
    if not khmer.name.startswith("tesseract"):
        return True
    alike = _alike(latin.words or (), second.words or (), SURE)
    return not alike and _mean(words) > _mean(latin.words or ()) - 0.15


def _read(
    reader: Reader | None, crops: Sequence[Gray], which: Sequence[int] | range
) -> dict[int, tuple[ReadWord, ...]]:
    if reader is None:
        return {}
    return dict(zip(which, reader.read([crops[i] for i in which]), strict=True))


def _margin(layout: Layout) -> int:
    return int(MARGIN * layout.x_height)


def _corner(layout: Layout, box: Box) -> tuple[int, int]:
    margin = _margin(layout)
    return max(0, box.x0 - margin), max(0, box.y0 - margin)


def _crop(layout: Layout, box: Box) -> Gray:
    margin = _margin(layout)
    x0, y0 = _corner(layout, box)
    return np.ascontiguousarray(layout.clean[y0 : box.y1 + margin, x0 : box.x1 + margin])


def _weakest(words: Sequence[ReadWord]) -> float:
    return min(word.confidence for word in words)


def _mean(words: Sequence[ReadWord]) -> float:
    letters = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / letters if letters else 0.0


def _needs_second(words: Sequence[ReadWord]) -> bool:
    """Whether a stretch holds what harms when it is wrong: a digit, a sign, a short result."""
    text = "".join(word.text for word in words)
    return len(text) <= 12 or bool(re.search(r"[0-9+<>≤≥/%]", text))


def _sure(words: Sequence[ReadWord], stretch: Box) -> bool:
    """Whether a reading accounts for all of a stretch: Khmer letters are junk to it, or nothing."""
    read = sum(word.box.width for word in words)
    return bool(words) and _weakest(words) >= SURE_LATIN and read >= 0.7 * stretch.width


def _alike(first: Sequence[ReadWord], second: Sequence[ReadWord], threshold: float) -> bool:
    """Whether two Latin readers read nearly the same where the first doubts: never on Khmer."""
    if not first or not second:
        return False
    for mine, theirs in _groups(first, second):
        if mine and _weakest(mine) >= threshold:
            continue
        a, b = (same("".join(w.text for w in words)) for words in (mine, theirs))
        if min(len(a), len(b)) < 2 or Levenshtein.normalized_similarity(a, b) < ALIKE:
            return False
    return True


def _name(reader: Reader | None) -> str:
    return reader.name if reader else ""


def _alone(line: _Line) -> list[Word]:
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


def _merge(first: _Line, second: _Line) -> list[Word]:
    """Two readings of one stretch as one: groups of words that stand over each other."""
    merged: list[Word] = []
    for mine, theirs in _groups(first.words or (), second.words or ()):
        theirs = [word for word in theirs if not _CHINESE.search(word.text)]
        if not mine:
            # What one reader alone saw is kept where it is sure: Tesseract loses short words.
            if theirs and _weakest(theirs) >= SURE:
                merged.extend(_alone(_Line(second.name, tuple(theirs))))
            continue
        if not theirs:
            merged.extend(_alone(_Line(first.name, tuple(mine))))
            continue
        a = " ".join(word.text for word in mine)
        b = " ".join(word.text for word in theirs)
        readings = (Reading(first.name, a), Reading(second.name, b))
        if same(canonical(a)) == same(canonical(b)):
            # The one with more words: readers lose spaces, they invent them in wide-set figures.
            more, fewer = (theirs, mine) if len(theirs) > len(mine) else (mine, theirs)
            torn = _TORN.search(" ".join(word.text for word in more))
            merged.extend(_agreed(fewer if torn else more, readings))
        elif _has_khmer(mine) and not any(c.isdigit() for c in a):
            # Khmer words: Tesseract's is the weaker reading (docs/design.md, "Who reads what").
            merged.extend(_alone(_Line(first.name, tuple(mine))))
        else:
            merged.extend(_differing(mine, theirs, *readings))
    return merged


def _agreed(words: Sequence[ReadWord], whole: tuple[Reading, Reading]) -> list[Word]:
    if len(words) == 1:
        return [_word(words[0], AGREED, whole)]
    return [_word(w, AGREED, tuple(Reading(r.reader, w.text) for r in whole)) for w in words]


def _differing(
    mine: Sequence[ReadWord], theirs: Sequence[ReadWord], a: Reading, b: Reading
) -> list[Word]:
    """Words where two readers differ: the second's where it is sure and surer, both kept."""
    take_second = not _has_khmer(mine) and (
        _weakest(theirs) >= SURE or _weakest(theirs) > _weakest(mine)
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


def _groups(
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


def _moved(word: Word, corner: tuple[int, int]) -> Word:
    x, y = corner
    box = Box(word.box.x0 + x, word.box.y0 + y, word.box.x1 + x, word.box.y1 + y)
    return replace(word, box=box)


#: Lines that the direction of a page is judged from, at most how wide (in their heights), and how
#: much better the other way must read. All 126 pictures of the dev half were turned right.
DIRECTION_LINES, DIRECTION_WIDTH, DIRECTION_MARGIN = 5, 12.0, 0.12
#: Mean confidence of letters (0-1) from which a page stands as it should, and below which it is not
#: Latin print. Chosen from the lines of one page: 0.9 and above for Latin print, 0-0.6 for Khmer.
LEGIBLE, ILLEGIBLE = 0.75, 0.6


def upside_down(layout: Layout, readers: Readers) -> bool:
    """Whether the page reads better turned by 180°: a few lines read both ways.

    Lines are read upright first; only where they read badly are they turned. Where neither way
    reads well the page stays as it is.
    """
    wide = [s for s in layout.stretches if 3 < s.box.width / max(1, s.box.height) < DIRECTION_WIDTH]
    wide = sorted(wide, key=lambda s: -s.box.width)[:DIRECTION_LINES]
    if len(wide) < 2:
        return False
    crops = [_crop(layout, stretch.box) for stretch in wide]
    upright = _legibility(readers.latin, crops)
    if upright > LEGIBLE:
        return False
    turned = [np.ascontiguousarray(crop[::-1, ::-1]) for crop in crops]
    other = _legibility(readers.latin, turned)
    mixed = readers.khmer_second or readers.khmer
    if max(upright, other) < ILLEGIBLE and mixed is not None:
        upright, other = _legibility(mixed, crops[:3]), _legibility(mixed, turned[:3])
    return other > upright + DIRECTION_MARGIN


def _legibility(reader: Reader, crops: Sequence[Gray]) -> float:
    """Mean over lines of the mean confidence of their letters."""
    return float(np.mean([_mean(words) for words in reader.read(crops)]))

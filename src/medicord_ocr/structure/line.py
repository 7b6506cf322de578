"""A line of words with a copy folded for matching, and the way back from it to the words.

Grammars match the folded copy; what they find is printed from the text as it was read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from medicord_ocr.khmer import canonical, clusters, digits, has_khmer
from medicord_ocr.page import Row, Word
from medicord_ocr.structure.fields import Span

#: Between words, segments of a row, and rows: all of them white space to a grammar.
WORD_GAP, SEGMENT_GAP, ROW_GAP = " ", "  ", "\n"
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−―", "-"),
        **dict.fromkeys("×✕✖╳", "x"),
        **dict.fromkeys("’‘`´ʼ", "'"),
        **dict.fromkeys("“”«»„", '"'),
        **dict.fromkeys("•●▪■◦‣►▶", "*"),
        **dict.fromkeys("\u00a0\u2009\u202f", " "),
        "œ": "oe",
        "æ": "ae",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "μ": "µ",
    }
)

# A multiplication sign between two parts of a direction, printed as one word.
_GLUED = re.compile(r"\d[a-z]{1,5}\.?x\d")


@lru_cache(maxsize=4096)
def _fold_cluster(piece: str) -> str:
    piece = digits(canonical(piece))
    if has_khmer(piece):
        return piece
    plain = unicodedata.normalize("NFD", piece.casefold())
    plain = "".join(char for char in plain if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", plain).translate(_LETTERS)


def fold_line(text: str) -> str:
    """The text as the grammars of this package see it.

    Lower case, accents off, Khmer in canonical order, digits 0-9, one dash, one multiplication
    sign (``x``). Unlike :func:`medicord_ocr.khmer.fold` it keeps punctuation and spaces, since
    ``1-0-1`` and ``2 x/j`` are made of them.
    """
    if text.isascii():
        return text.lower()
    return "".join(_fold_cluster(piece) for piece in clusters(text))


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one page that are read as one stretch of text.

    Attributes:
        page: page number counted from 1.
        words: in reading order; may be empty.
        text: the words with WORD_GAP, SEGMENT_GAP or ROW_GAP between them.
        folded: ``text`` through :func:`fold_line`. All offsets of a grammar count in it.
        mended: indices of words whose text was put right, so that ``text`` is not as read.
    """

    page: int
    words: tuple[Word, ...]
    text: str
    folded: str
    _word_at: tuple[int, ...]
    _text_at: tuple[int, ...]
    mended: frozenset[int] = frozenset()

    def slice_words(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that folded offsets ``start`` to ``end`` touch, whole."""
        indices = dict.fromkeys(i for i in self._word_at[start:end] if i >= 0)
        return tuple(self.words[i] for i in indices)

    def span(self, start: int, end: int) -> Span:
        """The span of :meth:`slice_words`."""
        return Span(self.page, self.slice_words(start, end))

    def printed(self, start: int, end: int) -> str:
        """The text as read at folded offsets ``start`` to ``end``, white space made single."""
        if start >= end:
            return ""
        last = self._text_at[end] if end < len(self._text_at) else len(self.text)
        return " ".join(self.text[self._text_at[start] : last].split())

    def is_mended(self, start: int, end: int) -> bool:
        """Whether any word at folded offsets ``start`` to ``end`` was put right."""
        return bool(self.mended) and not self.mended.isdisjoint(self._word_at[start:end])

    def part(self, start: int, end: int) -> Line:
        """The words that folded offsets ``start`` to ``end`` touch, as a line of their own."""
        words = self.slice_words(start, end)
        return join(self.page, [[words]]) if words else join(self.page, [])


def join(
    page: int,
    rows: Iterable[Iterable[Sequence[Word]]],
    mend: Callable[[str], str] | None = None,
) -> Line:
    """A line from rows of segments of words.

    Args:
        page: page number counted from 1.
        rows: for each row its segments, for each segment its words.
        mend: puts the text of a word right; the words themselves stay as read.
    """
    words: list[Word] = []
    text: list[str] = []
    folded: list[str] = []
    word_at: list[int] = []
    text_at: list[int] = []
    mended: set[int] = set()
    at = 0
    for gap, word in _spaced(rows):
        shown = mend(word.text) if mend else word.text
        if shown != word.text:
            mended.add(len(words))
        for index, pieces in ((-1, [(gap, gap)] if gap else []), (len(words), _pieces(shown))):
            for piece, seen in pieces:
                text.append(piece)
                folded.append(seen)
                word_at += [index] * len(seen)
                text_at += [at] * len(seen)
                at += len(piece)
        words.append(word)
    return Line(
        page,
        tuple(words),
        "".join(text),
        "".join(folded),
        tuple(word_at),
        tuple(text_at),
        frozenset(mended),
    )


def _spaced(rows: Iterable[Iterable[Sequence[Word]]]) -> Iterator[tuple[str, Word]]:
    """Each word with the gap before it, none before the first."""
    gap = ""
    for row in rows:
        for segment in row:
            for word in segment:
                yield gap, word
                gap = WORD_GAP
            gap = SEGMENT_GAP if gap else ""
        gap = ROW_GAP if gap else ""


def _pieces(text: str) -> list[tuple[str, str]]:
    if text.isascii():
        folded = text.lower()
        pieces = list(zip(text, folded, strict=True))
    else:
        pieces = [(piece, _fold_cluster(piece)) for piece in clusters(text)]
        folded = "".join(seen for _, seen in pieces)
    if "x" in folded and _GLUED.search(folded):  # 1cp×2/j×7j
        pieces = [(piece, " x " if seen == "x" else seen) for piece, seen in pieces]
    return pieces


def line_of(page: int, *rows: Row) -> Line:
    """A line from whole rows of a page."""
    return join(page, [[segment.words for segment in row.segments] for row in rows])


def khmer_pattern(word: str) -> str:
    """A regular expression for a Khmer word in folded text, free spaces between its syllables.

    OCR puts spaces anywhere into Khmer, whose own spacing is free.
    """
    return r"\s?".join(re.escape(piece) for piece in clusters(fold_line(word)))


def alternatives(*words: str) -> str:
    """A regular expression for any of the words, the longest first.

    Words with Khmer go through :func:`khmer_pattern`; others are patterns as they stand.
    """
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(khmer_pattern(word) if has_khmer(word) else word for word in ordered)

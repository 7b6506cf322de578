"""What a model's answer may be: one of the readings, or a reading with letters put right.

The model is not trusted: text on the page may tell it what to say. So every figure and every sign
of an answer must stand in one and the same reading, and a repair may change one letter a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from medicord_ocr.structure.line import fold_line

#: Words shorter than this are left alone: « pas », « non », ``no``, ``left`` carry the meaning.
_REPAIRABLE = 5
# A figure that a reader saw inside a Latin word (H6pital); none that is a number of its own.
_MISREAD = re.compile(r"(?<=[A-Za-zÀ-ÿ])[0-9](?=[A-Za-zÀ-ÿ])")


def allowed(answer: str, readings: Iterable[str], *, repair: bool) -> str | None:
    """The reading that an answer was made from, None when it must not be used.

    Args:
        answer: the model's, white space made single.
        readings: what was read of the field.
        repair: whether letters may be put right; without it the answer must be a reading.
    """
    for reading in readings:
        if answer == reading:
            return reading
    for reading in readings if repair else ():
        if _is_repair(answer, reading) and not figures(answer) - figures(reading):
            return reading
    return None


def figures(text: str) -> set[str]:
    """All runs of figures of a text: digits of any script, superscripts and fractions."""
    runs = "".join(char if unicodedata.category(char)[0] == "N" else " " for char in text)
    return set(runs.split())


def _is_repair(answer: str, reading: str) -> bool:
    mine, read = answer.split(), reading.split()
    if len(mine) != len(read):
        return False
    return all(a == b or _same_word(a, b) for a, b in zip(mine, read, strict=True))


def _same_word(answer: str, read: str) -> bool:
    """Whether a word is another with at most one letter changed, and no figure or sign."""
    if figures(answer) or figures(_MISREAD.sub("", read)) or _signs(answer) != _signs(read):
        return False
    mine, theirs = fold_line(answer), fold_line(read)
    if min(len(mine), len(theirs)) < _REPAIRABLE or mine[0] != theirs[0]:
        return False
    return Levenshtein.distance(mine, theirs) <= 1


def _signs(word: str) -> str:
    return "".join(char for char in word if unicodedata.category(char)[0] in "PS")

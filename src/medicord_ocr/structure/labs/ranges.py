"""Reference ranges as printed: two-sided, one-sided, by sex, in classes, in words.

A range that holds for a condition which the page's patient may not meet (an age, a phase) keeps
its text and no bounds.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.plain_ranges import AGE, TO, Range, match_plain, pair_of
from medicord_ocr.structure.labs.qualitative import is_qualitative, phrases
from medicord_ocr.structure.labs.sexed_ranges import is_lettered, match_sex_behind, match_sexed
from medicord_ocr.structure.labs.units import is_unit
from medicord_ocr.structure.labs.values import clean

_LABEL = re.compile(
    r"(?i:(?:n|nl|v\.?\s?[nru]\.?|ref(?:\.? (?:range|values?))?\.?|réf\.?|normale?s?|norme|range|"
    r"(?:normal|référence|reference)(?:\s+(?:range|values?|interval))?|"
    r"valeurs?\s+(?:normales?|usuelles?|de\s+référence)|desirable|optimal|souhaitable|recommended|"
    r"recommandée?)\s*[:.=]\s*|(?:n|v\.?\s?[nru]\.?)\s+(?=[<>≤≥\d(\[HM♂])|"
    r"(?:normal|reference|valeurs? normales?)(?:\s+(?:range|values?))?\s+"
    r"|តម្លៃយោង\s*[:៖]?\s*)"
)
_CONDITION = re.compile(
    rf"(?:[<>≤≥]\s?)?\d{{1,3}}(?:\s?(?:{AGE})?{TO}\d{{1,3}})?(?:st|nd|rd|er|e|ème)?\s?(?:{AGE})[^\d<>≤≥:=]{{0,16}}[:=]\s?"
    r"|(?=[^\d<>≤≥]*[^\W\d_]{2})[^\d<>≤≥:=]{2,28}(?:\d{1,2}[^\d<>≤≥:=]{1,12}){0,2}[:=]\s?"
)
_SEPARATOR = re.compile(r"\s*[;,/|]?\s*")
# The name of a class of values, before its bounds or behind them (``< 40 : Low``).
_CLASS_BEFORE = re.compile(r"(?=[^\d<>≤≥]*[^\W\d_]{3})[^\d<>≤≥:=;()\[\]]{3,28}")
_CLASS_BEHIND = re.compile(r"\s?[:=(–-]?\s?(?P<name>[^\W\d_]{3}[^\d<>≤≥:=;,|()]{0,25})\)?")
# The class that is the reference of a list of them; optimal is not, where near optimal follows.
_NORMAL_CLASS = re.compile(
    r"(?i:desirable|normale?|acceptable|souhaitable|sufficien\w+|suffisante?|negati\w+|négati\w+|"
    r"non[- ]?(?:diab\w+|reacti\w+|réacti\w+))|ធម្មតា"
)
_BRACKETS = {"(": ")", "[": "]", "{": "}"}


@lru_cache(maxsize=1024)
def parse_range(text: str, mark: Mark | None = None, *, column: bool = True) -> Range | None:
    """The reference range that a whole text is, None when it is none.

    Args:
        text: a cell such as ``3,9 – 5,6``, ``(< 5.2)``, ``H: 13-17 F: 12-16``, ``Négatif``;
            a unit behind it must have been taken off.
        mark: the decimal mark of the page where it is known.
        column: whether it stands under a heading that says so, where two numbers apart
            (``4.18  5.48``, the dash a drawing or lost) are a range too.
    """
    # Two spaces between figures part numbers; one may part thousands.
    apart = re.split(r"(?<=\d)\s{2,}(?=\d)", clean(text))
    text = _unwrapped("  ".join(" ".join(part.split()) for part in apart).strip(" :;|"))
    if not text:
        return None
    found = match_range(text, 0, mark)
    if found and not text[found[1] :].strip(" .;|)"):
        return found[0]
    if column and (pair := pair_of(text, mark)):
        return pair
    if classed := _conditional(text, mark):
        return classed
    # A single letter is a blood group or a piece of a ruling, nothing that is expected.
    worded = any(len(phrase) > 1 for phrase in phrases(text) or ())
    return Range(text, expected=text) if worded else None


def match_range(text: str, start: int, mark: Mark | None = None) -> tuple[Range, int] | None:
    """The range in figures that begins at a place of a text, and where it ends."""
    if (sexed := match_sexed(text, start, mark)) and not is_lettered(sexed[0]):
        return sexed
    if start < len(text) and text[start] in _BRACKETS:
        return _bracketed(text, start, mark)
    label = _LABEL.match(text, start)
    if label and label.end() > start:
        return match_range(text, label.end(), mark)
    plain = match_plain(text, start, mark)
    behind = match_sex_behind(text, start, plain, mark) if plain else None
    return behind if behind and not is_lettered(behind[0]) else plain


def _bracketed(text: str, start: int, mark: Mark | None) -> tuple[Range, int] | None:
    end = text.find(_BRACKETS[text[start]], start)
    if end < 0:  # not read, or read as a letter
        return (
            None if text[start + 1 : start + 2] in _BRACKETS else match_range(text, start + 1, mark)
        )
    inner = text[start + 1 : end]
    found = match_range(inner.strip(), 0, mark)
    rest = inner.strip()[found[1] :].strip(" .;") if found else ""
    if found and (not rest or is_unit(rest)):
        return found[0], end + 1
    pair = pair_of(inner.strip(), mark)
    return (pair, end + 1) if pair else None


def _unwrapped(text: str) -> str:
    while text and text[0] in _BRACKETS and text.find(_BRACKETS[text[0]]) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _conditional(text: str, mark: Mark | None) -> Range | None:
    """``Adulte: 3,5-5,0 Enfant: 4-6``, ``< 40 : Low >= 60 : High``: a list of classes.

    Kept as printed. It has the bounds of the one class that is called normal, if there is one.
    """
    for before in (_CONDITION, _CLASS_BEFORE, None):
        classes = _classes(text, mark, before=before)
        normal = [(name, found) for name, found in classes if _NORMAL_CLASS.fullmatch(name)]
        if len(normal) == 1 and not normal[0][1].by_sex:
            name, found = normal[0]
            return replace(found, text=text, expected=name if is_qualitative(name) else None)
        # A colon says that one alone is a class: « < 40 : Low » is no bound and no flag.
        if len(classes) > 1 or (classes and ":" in text):
            return Range(text)
    return None


def _classes(
    text: str, mark: Mark | None, *, before: re.Pattern[str] | None
) -> list[tuple[str, Range]]:
    """The classes that a whole text lists: their names before their bounds, or behind them.

    Empty where any of the text is no part of such a list; units are no names.
    """
    found: list[tuple[str, Range]] = []
    place = 0
    while place < len(text):
        name = before.match(text, place) if before else None
        ranged = match_range(text, name.end() if name else place, mark)
        if ranged is None or (before and name is None):
            return []
        place = ranged[1]
        if before is None and (name := _CLASS_BEHIND.match(text, place)):
            place = name.end()
        if name is None or is_unit(name.group().strip(" :=-(")):
            return []
        printed = name["name"] if before is None else name.group()
        found.append((printed.strip(" :=.-"), ranged[0]))
        separator = _SEPARATOR.match(text, place)
        place = separator.end() if separator else place
    return found

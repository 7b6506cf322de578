"""Reference ranges as printed: two-sided, one-sided, by sex, in words.

``H:`` before a range is *homme* (and ``F:`` *femme*), not a high flag. A range that holds for a
condition which the page's patient may not meet (an age, a phase) keeps its text and no bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from medicord_ocr.structure.labs.numbers import NUMBER, Mark, number_readings
from medicord_ocr.structure.labs.qualitative import is_qualitative, phrases
from medicord_ocr.structure.labs.units import is_unit
from medicord_ocr.structure.labs.values import BOUND, BOUNDS, DASH, clean

Sex = Literal["M", "F"]

_TO = (
    rf"(?:(?:\s{{0,2}}{DASH}){{1,2}}\s{{0,2}}"
    r"|\s{0,2}(?:à|a|to|au|ដល់|đến|÷|→|\.{2,3}|…|(?<=\s)[·•](?=\s)|[<≤]\s?[A-Za-z]\s?[<≤])\s{0,2})"
)
_UP_TO = (
    r"(?i:up\s?to|jusqu['’]?\s?à|jusqu['’]?\s?a|inf(?:érieure?|erieure?)?\.?(?:\s?à|\s?a)?|moins\s+de|less\s+than(?:\s+or\s+equal\s+to)?|<\s?à|"
    r"under|below|max(?:imum)?\s?[.:]?|until)|តិចជាង|ក្រោម|រហូតដល់"
)
_FROM = (
    r"(?i:sup(?:érieure?|erieure?)?\.?(?:\s?à|\s?a)?|plus\s+de|>\s?à|(?:more|greater)\s+than(?:\s+or\s+equal\s+to)?|over|above|"
    r"min(?:imum)?\s?[.:]?|at\s+least|from|à\s+partir\s+de)|លើសពី|ច្រើនជាង"
)
# What may follow a bound: no more of its number, read apart (« 1. 90 ») or misread (« 16.O »).
_STOP = r"(?!\d|[.,]\w|[.,]\s{1,2}\d|[OISBl](?!\w)|\s?[/:]\d)"
# Years and months of life; what stands before them says for whom a range holds.
_AGE = (
    r"(?i:years?|yrs?|y(?:\.?o)?|months?|mos?|weeks?|wks?|ans?|mois|semaines?|jours?|trimest\w+)(?![^\W\d_])"
    r"|ឆ្នាំ|ខែ|សប្តាហ៍"
)
_OF_AGE = re.compile(rf"\s?(?:{_AGE})")
_TITRE = rf"(?:{BOUND}\s?)?1\s?[/:]\s?(?P<titre>[1-9]\d{{0,5}}){_STOP}"
# « From 3.9 to 6.1 », « between 3.9 and 6.1 »: the first word is no bound by itself.
_BETWEEN = rf"(?i:from|between|entre|de|du|ចាប់ពី|ចន្លោះ)\s?:?\s?(?P<least>{NUMBER})"
_AND = rf"(?:{_TO}|\s?(?i:and|et|និង)\s?)(?P<most>{NUMBER}){_STOP}"
_SIMPLE = re.compile(
    rf"(?P<low>[-−+]?{NUMBER}){_TO}(?P<high>[-−+]?{NUMBER}){_STOP}"
    rf"|{_BETWEEN}{_AND}"
    rf"|(?P<orequal>[<>])\s?(?:ou|or)\s?=\s?(?P<edge>{NUMBER}){_STOP}"
    rf"|{_TITRE}"
    rf"|(?P<bound>{BOUND})\s{{0,2}}(?P<one>{NUMBER}){_STOP}"
    rf"|(?P<upto>{_UP_TO})\s?:?\s?(?P<top>{NUMBER}){_STOP}"
    rf"|(?P<from>{_FROM})\s?:?\s?(?P<bottom>{NUMBER}){_STOP}"
)
# Two numbers parted by white space alone are a range only where brackets say so, or a column.
_PAIR = re.compile(
    rf"(?P<low>\d+(?:[.,]\d+)?)(?:\s{{1,40}}|\s?;\s?)(?P<high>\d+(?:[.,]\d+)?){_STOP}"
)
_SEX = (
    r"(?P<male>(?i:hommes?|males?|masculin|men|man)(?![\w])|[HM](?![\w'’])|ប្រុ?ស|♂)"
    r"|(?P<female>(?i:femmes?|females?|féminin|feminin|women|woman)(?![\w])|[FW](?![\w'’])|ស្រី|♀)"
)
_SEXED = re.compile(rf"[(\[]?\s?(?:{_SEX})\s?[)\]]?\s?(?P<colon>[:=.៖ៈ])?\s{{0,3}}")
_SEX_BEHIND = re.compile(rf"\s?(?P<open>[(\[])?\s?(?:{_SEX})\s?[)\]]?")
_UNIT_BEHIND = re.compile(r"\s?([^\s;,]{1,8})\s?[;,/]?\s?")
_LABEL = re.compile(
    r"(?i:(?:n|vn|vr|nl|v\.?\s?u\.?|ref(?:\.? (?:range|values?))?|réf|normale?s?|norme|range|"
    r"(?:normal|référence|reference)(?:\s+(?:range|values?|interval))?|"
    r"valeurs?\s+(?:normales?|usuelles?|de\s+référence)|desirable|optimal|souhaitable|recommended|"
    r"recommandée?)\s*[:.=]\s*|n\s+(?=[<>≤≥\d])|"
    r"(?:normal|reference|valeurs? normales?)(?:\s+(?:range|values?))?\s+"
    r"|តម្លៃយោង\s*[:៖]?\s*)"
)
_CONDITION = re.compile(
    rf"(?:[<>≤≥]\s?)?\d{{1,3}}(?:\s?(?:{_AGE})?{_TO}\d{{1,3}})?(?:st|nd|rd|er|e|ème)?\s?(?:{_AGE})[^\d<>≤≥:=]{{0,16}}[:=]\s?"
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


@dataclass(frozen=True, slots=True)
class Range:
    """A reference range as printed.

    Attributes:
        text: as printed, Khmer digits as 0-9, without brackets, label and unit around it.
        low, high: bounds, None where open or where no single range holds.
        strict: whether the bounds themselves are outside (``< 5``).
        titre: whether the bounds are denominators of titres (``< 1/80``).
        expected: the result that is normal, in words, else None.
        by_sex: the range of each sex, where the page prints them apart.
    """

    text: str
    low: float | None = None
    high: float | None = None
    strict: bool = False
    titre: bool = False
    expected: str | None = None
    by_sex: tuple[tuple[Sex, Range], ...] = ()

    def __str__(self) -> str:
        return self.text

    @property
    def bounded(self) -> bool:
        """Whether there is a bound on either side."""
        return self.low is not None or self.high is not None

    @property
    def possible(self) -> bool:
        """Whether no low bound is above its high bound."""
        mine = self.low is None or self.high is None or self.low <= self.high
        return mine and all(part.possible for _, part in self.by_sex)

    def for_sex(self, sex: str | None) -> Range | None:
        """The range that holds for a patient of this sex, None where that cannot be said."""
        if not self.by_sex:
            return self
        return next((part for which, part in self.by_sex if which == sex), None)

    def side(self, number: float) -> Literal["low", "in", "high"]:
        """Where a number stands; a strict bound is outside."""
        if self.low is not None and (number < self.low or (self.strict and number == self.low)):
            return "low"
        if self.high is not None and (number > self.high or (self.strict and number == self.high)):
            return "high"
        return "in"


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
    text = _unwrapped(" ".join(clean(text).split()).strip(" :;|"))
    if not text:
        return None
    found = match_range(text, 0, mark)
    if found and not text[found[1] :].strip(" .;|)"):
        return found[0]
    if column and (pair := _PAIR.fullmatch(text)) and (made := _pair(pair, mark)):
        return made
    if classed := _conditional(text, mark):
        return classed
    # A single letter is a blood group or a piece of a ruling, nothing that is expected.
    worded = any(len(phrase) > 1 for phrase in phrases(text) or ())
    return Range(text, expected=text) if worded else None


def match_range(text: str, start: int, mark: Mark | None = None) -> tuple[Range, int] | None:
    """The range in figures that begins at a place of a text, and where it ends."""
    if start < len(text) and text[start] in _BRACKETS:
        bracketed = _bracketed(text, start, mark)
        if bracketed or not _SEXED.match(text, start):
            return bracketed
    label = _LABEL.match(text, start)
    if label and label.end() > start:
        return match_range(text, label.end(), mark)
    sexed = _match_sexed(text, start, mark)
    if sexed:
        return sexed
    match = _SIMPLE.match(text, start)
    made = _simple(match, mark) if match else None
    if match is None or made is None or _OF_AGE.match(text, match.end()):
        return None
    trailing = _trailing_sex(text, match, made, mark)
    return trailing or (made, match.end())


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
    if pair := _PAIR.fullmatch(inner.strip()):
        made = _pair(pair, mark)
        return (made, end + 1) if made else None
    return None


def _unwrapped(text: str) -> str:
    while text and text[0] in _BRACKETS and text.find(_BRACKETS[text[0]]) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _simple(match: re.Match[str], mark: Mark | None) -> Range | None:
    text = re.sub(rf"({DASH})\s?{DASH}", r"\1", " ".join(match.group().split()))
    text = re.sub(r" [·•] ", " - ", text)  # how a dash in small print is read
    if match["titre"]:
        bound = BOUNDS.get(text[: text.index("1")].strip(), "≤")
        return _one_sided(text, float(match["titre"]), bound, titre=True)
    if match["low"] or match["least"]:
        ends = (match["low"] or match["least"], match["high"] or match["most"])
        low, high = (_pick(end, mark) for end in ends)
        return None if low is None or high is None else Range(text, low, high)
    printed = match["one"] or match["top"] or match["bottom"] or match["edge"]
    number = _pick(printed, mark)
    if number is None:
        return None
    if match["one"]:
        return _one_sided(text, number, BOUNDS[match["bound"]])
    below = match["top"] or match["orequal"] == "<"
    return _one_sided(text, number, "≤" if below else "≥")


def _one_sided(text: str, number: float, bound: str, *, titre: bool = False) -> Range:
    strict = bound in "<>"
    if bound in "<≤":
        return Range(text, None, number, strict, titre)
    return Range(text, number, None, strict, titre)


def _pick(text: str, mark: Mark | None) -> float | None:
    readings = number_readings(text.lstrip("-−+"), mark)
    return (-readings[0] if text[0] in "-−" else readings[0]) if readings else None


def _pair(match: re.Match[str], mark: Mark | None) -> Range | None:
    low, high = _pick(match["low"], mark), _pick(match["high"], mark)
    if low is None or high is None or low >= high:
        return None
    return Range(f"{match['low']} - {match['high']}", low, high)


def _match_sexed(text: str, start: int, mark: Mark | None) -> tuple[Range, int] | None:
    """``H: 13-17 F: 12-16``: a sex before each range."""
    parts: list[tuple[Sex, Range]] = []
    place = end = start
    while label := _SEXED.match(text, place):
        found = _one_range(text, label.end(), mark)
        if found is None:
            break
        parts.append(("M" if label["male"] else "F", found[0]))
        end = found[1]
        place = _behind_unit(text, end)
    if parts and label and _is_other_sex(label, parts):
        return None
    # One letter before one range is a flag as likely as a sex, unless a colon follows it.
    if len(parts) == 1 and not re.match(r"[(\[]?\s?(?:\w\s?[)\]]?\s?[:=]|\S{2})", text[start:]):
        return None
    return (_of_sexes(text[start:end], parts), end) if parts else None


def _behind_unit(text: str, place: int) -> int:
    """The place behind a separator, or behind the unit that is printed with each sex's range."""
    unit = _UNIT_BEHIND.match(text, place)
    if unit and is_unit(unit[1]) and _SEXED.match(text, unit.end()):
        return unit.end()
    separator = _SEPARATOR.match(text, place)
    return separator.end() if separator else place


def _one_range(text: str, start: int, mark: Mark | None) -> tuple[Range, int] | None:
    """The range behind a sex, in brackets or not."""
    if text[start : start + 1] in _BRACKETS:
        return _bracketed(text, start, mark)
    match = _SIMPLE.match(text, start)
    made = _simple(match, mark) if match else None
    return (made, match.end()) if match and made else None


def _is_other_sex(label: re.Match[str], parts: list[tuple[Sex, Range]]) -> bool:
    """Whether a label before what is no range is the other sex's: half of a range is none.

    ``H`` behind the range of women alone may be a flag.
    """
    sex: Sex = "M" if label["male"] else "F"
    return sex not in {known for known, _ in parts} and (sex == "F" or bool(label["colon"]))


def _trailing_sex(
    text: str, first: re.Match[str], made: Range, mark: Mark | None
) -> tuple[Range, int] | None:
    """``13-17 (M), 12-16 (F)``: a sex in brackets behind each range."""
    parts: list[tuple[Sex, Range]] = []
    match: re.Match[str] | None = first
    part: Range | None = made
    end = first.end()
    bracketed = True
    while match and part:
        label = _SEX_BEHIND.match(text, match.end())
        if label is None:
            break
        bracketed = bracketed and label["open"] is not None
        parts.append(("M" if label["male"] else "F", part))
        end = label.end()
        separator = _SEPARATOR.match(text, end)
        match = _SIMPLE.match(text, separator.end() if separator else end)
        part = _simple(match, mark) if match else None
    # One letter behind one range is a flag as likely as a sex.
    told = parts and (bracketed or {sex for sex, _ in parts} == {"M", "F"})
    return (_of_sexes(text[first.start() : end], parts), end) if told else None


def _of_sexes(text: str, parts: list[tuple[Sex, Range]]) -> Range:
    whole = Range(" ".join(text.split()), by_sex=tuple(parts))
    # Twice the same sex: an age or a phase tells them apart, and we do not know it.
    return whole if len({sex for sex, _ in parts}) == len(parts) else replace(whole, by_sex=())


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

"""Reference ranges in figures: one of two bounds, or of one, as it is printed anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from medicord_ocr.structure.labs.numbers import NUMBER, Mark, number_readings
from medicord_ocr.structure.labs.values import BOUND, BOUNDS, DASH

Sex = Literal["M", "F"]

TO = (
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
# What may follow a bound: no more of its number, read apart (« 1. 90 ») or misread (« 16.O »),
# but the sex of the next range (« M:13-18,F:12-16 »).
_STOP = r"(?!\d|[.,](?![HMFW]\W|[^\W\d_]{3})\w|[.,]\s{1,2}\d|[OISBl](?!\w)|\s?[/:]\d)"
#: Years and months of life; what stands before them says for whom a range holds.
AGE = (
    r"(?i:years?|yrs?|y(?:\.?o)?|months?|mos?|weeks?|wks?|ans?|mois|semaines?|jours?|trimest\w+)(?![^\W\d_])"
    r"|ឆ្នាំ|ខែ|សប្តាហ៍"
)
_OF_AGE = re.compile(rf"\s?(?:{AGE})")
_TITRE = rf"(?:{BOUND}\s?)?1\s?[/:]\s?(?P<titre>[1-9]\d{{0,5}}){_STOP}"
# « From 3.9 to 6.1 », « between 3.9 and 6.1 »: the first word is no bound by itself.
_BETWEEN = rf"(?i:from|between|entre|de|du|ចាប់ពី|ចន្លោះ)\s?:?\s?(?P<least>{NUMBER})"
_AND = rf"(?:{TO}|\s?(?i:and|et|និង)\s?)(?P<most>{NUMBER}){_STOP}"
_SIMPLE = re.compile(
    rf"(?P<low>[-−+]?{NUMBER}){TO}(?P<high>[-−+]?{NUMBER}){_STOP}"
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


def match_plain(text: str, start: int, mark: Mark | None) -> tuple[Range, int] | None:
    """The range of one or two bounds that begins at a place of a text, and where it ends."""
    match = _SIMPLE.match(text, start)
    made = _made(match, mark) if match else None
    if match is None or made is None or _OF_AGE.match(text, match.end()):
        return None
    return made, match.end()


def pair_of(text: str, mark: Mark | None) -> Range | None:
    """The range that a whole text of two numbers apart is, None where it is none."""
    match = _PAIR.fullmatch(text)
    return _pair(match, mark) if match else None


def _made(match: re.Match[str], mark: Mark | None) -> Range | None:
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

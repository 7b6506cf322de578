"""Dates in running text, English, French and Khmer, day first.

Cambodia writes the day first, whatever the language; a month by its name settles the order.
Where day and month could change places the value is day first and marked ``ambiguous_date``;
an impossible date (``12/25/2026``) is an error to show, not a date to mend. Lunar dates
(កើត, រោច) name no month of the solar year and are not found.

Buddhist-era years (over 2400) turn on the day after Visak Bochea, which fell between 26 April
(2021) and 22 May (2024): 543 is taken off before 25 April, 544 from 1 June, and between them
there is no value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Levenshtein

from medicord_ocr.khmer import clusters
from medicord_ocr.structure.labels import skeleton
from medicord_ocr.structure.line import fold_line

#: Review reasons of a date, beside SPEC's ``ambiguous_date``.
AMBIGUOUS, IMPOSSIBLE = "ambiguous_date", "impossible_date"
TWO_DIGIT_YEAR, REPAIRED = "two_digit_year", "repaired_date"
#: Khmer and Latin digits in one date: one of them was misread (១ looks like 9 to a Latin reader).
MIXED_DIGITS = "mixed_digits"

_MONTHS = (
    "january janvier jan janv មករា",
    "february fevrier feb fev febr fevr កុម្ភៈ កុម្ភះ កុម្ភ",
    "march mars mar មីនា មិនា",
    "april avril apr avr មេសា",
    "may mai ឧសភា",
    "june juin jun មិថុនា",
    "july juillet jul juil កក្កដា",
    "august aout aug សីហា",
    "september septembre sep sept កញ្ញា",
    "october octobre oct តុលា",
    "november novembre nov វិច្ឆិកា",
    "december decembre dec ធ្នូ",
)
_LUNAR = "បុស្ស មាឃ ផល្គុន ចេត្រ ពិសាខ ជេស្ឋ អាសាឍ ស្រាពណ៍ ភទ្របទ អស្សុជ កត្តិក មិគសិរ".split()
_MONTH = {fold_line(name): i for i, names in enumerate(_MONTHS, 1) for name in names.split()}
_NOT_MONTHS = frozenset(fold_line(name) for name in _LUNAR)
_DOUBLED = re.compile(r"(.)\1+")


def _bones(name: str) -> str:
    """The consonants of a Khmer month, doubled ones once."""
    return _DOUBLED.sub(r"\1", skeleton(name))


# No two months are alike in these, nor like a lunar month.
_BONES = {_bones(name): i for name, i in _MONTH.items() if name > "z"}
# Names long enough to be recognised with a letter misread; abbreviations are matched exactly.
_LONG_NAMES = tuple(name for name in _MONTH if len(name) >= 4 and name not in {"janv", "juil"})

_GAP = r"[\s.,:_…]{0,6}"
_ERA = r"(?:(?P<be>ព\s?\.?\s?ស\s?\.?|b\.?e\.?)|គ\s?\.?\s?ស\s?\.?)?"
# The word for year, or what is left of it: no other word with ឆ្ stands before a year.
_YEAR = "ឆ្[\u1780-\u17d3]{1,4}"
# A stain may stand behind a label's colon: « Date :.14 November ».
_ALONE = r"(?:(?<![\d/.,-])|(?<=:[.-])|(?<=[^\d\s] [.-])|(?<=: [.-]))"
# A time may follow a dash; any other number behind a separator makes it a code, not a date.
_END = r"(?!\d)(?![/.-](?!\d{1,2}[:h])\d)"
_NUMERIC = re.compile(
    rf"{_ALONE}(?P<d>\d{{1,2}})\s?(?P<s>[/.-])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?(?P<y>\d{{4}}){_END}"
)
_ISO = re.compile(
    rf"{_ALONE}(?P<y>\d{{4}})(?P<s>[/.-])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}}){_END}"
)
_SHORT_YEAR = re.compile(
    rf"{_ALONE}(?:(?P<d>\d\d?)/(?P<m>\d\d?)/|(?P<d2>\d\d)(?P<s>[.-])(?P<m2>\d\d)(?P=s))"
    rf"(?P<y>\d\d)(?![\d,]){_END}"
)
# The same with letters that are read for digits and separators lost or changed.
_NOISY = re.compile(
    r"(?<![\w/.,-])(?P<d>[0-9ol|]{1,2})\s?[/.,-]\s?(?P<m>[0-9ol|]{1,2})(?:\s?[/.,-]\s?|\s)"
    rf"(?P<y>[12][0-9ol|]{{3}})(?![a-z]){_END}"
)
_DAY_MONTH_NAME = re.compile(
    rf"{_ALONE}(?P<d>\d{{1,2}})\s?(?:(?:er|st|nd|rd|th)\b)?(?:[\s./,-]{{0,3}}|\s(?:of|de)\s)"
    rf"(?P<n>[a-z0][a-z0-9]{{2,9}})\.?[\s./,'-]{{0,3}}(?P<y>\d{{4}}|\d\d){_END}"
)
_MONTH_NAME_DAY = re.compile(
    rf"(?<![a-z])(?P<n>[a-z0][a-z0-9]{{2,9}})\.?\s{{0,2}}(?P<d>\d{{1,2}})\s?(?:st|nd|rd|th)?"
    rf"\s?,?\s{{0,2}}(?P<y>\d{{4}}){_END}"
)
_KHMER = re.compile(
    rf"(?:ថ្ងៃ\s?)?(?:ទី{_GAP})?(?<!\d)(?P<d>\d\d?|\d \d(?=\s?ខែ)){_GAP}(?:ខែ{_GAP})?"
    rf"(?:(?<=ខែ)(?P<m0>\d\d?)|(?P<m>\d\d?)|(?P<n>[\u1780-\u17d3][\u1780-\u17d3 ]{{1,14}}?))"
    rf"{_GAP}(?:{_YEAR}{_GAP})?{_ERA}{_GAP}(?P<y>\d ?\d ?\d ?\d){_END}"
)
# A month in Roman figures, of which I is read as l, 1 or a bar; ``1 x 2000`` is a dose.
_ROMAN = re.compile(
    rf"{_ALONE}(?P<d>\d{{1,2}})\s?(?P<s>[\s/.-])\s?(?!x\s)(?P<r>(?=[l1|]*[ivx]|[l1|]{{3}})[ivxl1|]{{1,4}})"
    rf"\s?(?P=s)\s?(?P<y>\d{{4}}){_END}"
)
_ROMANS = {r: i for i, r in enumerate("i ii iii iv v vi vii viii ix x xi xii".split(), 1)}
_CONFUSED = str.maketrans("ol|", "011")


@dataclass(frozen=True, slots=True)
class FoundDate:
    """One date in a text.

    Attributes:
        value: ISO 8601 (``2026-01-20``), None where the date is impossible or its year unsure.
        start, end: offsets in the text that was searched.
        ambiguous: day and month are both 12 or less and differ, and nothing says which is which.
        reasons: review codes; empty when the date is clear.
    """

    value: str | None
    start: int
    end: int
    ambiguous: bool
    reasons: tuple[str, ...]


def find_dates(text: str) -> list[FoundDate]:
    """All dates of the text in reading order, none overlapping another. Never raises.

    A two-digit year is of 1950-2049. Dates outside 1900-2100 are taken for something else.
    """
    if not any(char.isdigit() for char in text):
        return []
    folded, at = _folded(text)
    found: list[FoundDate] = []
    for date_ in _candidates(folded):
        if all(date_.end <= other.start or other.end <= date_.start for other in found):
            found.append(date_)
    found.sort(key=lambda d: d.start)
    return [_placed(date_, text, at) for date_ in found]


def _placed(found: FoundDate, text: str, at: list[int]) -> FoundDate:
    start, end = at[found.start], at[found.end]
    mixed = (MIXED_DIGITS,) if mixed_digits(text[start:end]) else ()
    return FoundDate(found.value, start, end, found.ambiguous, (*found.reasons, *mixed))


def month_of(name: str) -> int | None:
    """The month (1-12) of this name in English, French or Khmer, short or long; None for others."""
    return _MONTH.get(fold_line(name))


def mixed_digits(text: str) -> bool:
    """Whether a text as read has digits of both scripts."""
    return any("0" <= c <= "9" for c in text) and any("០" <= c <= "៩" for c in text)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as the patterns see it, and for each of its offsets the one in ``text``."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    pieces, at, position = [], [], 0
    for cluster in clusters(text):
        piece = fold_line(cluster)
        pieces.append(piece)
        at += [position] * len(piece)
        position += len(cluster)
    return "".join(pieces), [*at, len(text)]


def _candidates(text: str) -> Iterator[FoundDate]:
    """Dates by every pattern, the surest pattern first."""
    for match in _KHMER.finditer(text):
        month, repaired = _month(match)
        if month is not None:
            day, era = match["d"].replace(" ", ""), match["be"] is not None
            repaired = repaired or " " in match["d"] + match["y"]
            yield from _found(match, int(day), month, (REPAIRED,) if repaired else (), era=era)
    for match in _ROMAN.finditer(text):
        figures = match["r"].translate(str.maketrans("l1|", "iii"))
        if figures in _ROMANS:
            reasons = () if figures == match["r"] else (REPAIRED,)
            yield from _found(match, int(match["d"]), _ROMANS[figures], reasons)
    for pattern in (_ISO, _NUMERIC):
        for match in pattern.finditer(text):
            day, month = int(match["d"]), int(match["m"])
            ambiguous = pattern is _NUMERIC and max(day, month) <= 12 and day != month
            yield from _found(match, day, month, (AMBIGUOUS,) if ambiguous else ())
    for pattern in (_DAY_MONTH_NAME, _MONTH_NAME_DAY):
        for match in pattern.finditer(text):
            month, repaired = _month(match)
            if month is not None:
                reasons = (REPAIRED,) if repaired else ()
                yield from _found(match, int(match["d"]), month, reasons)
    yield from _doubtful(text)


def _doubtful(text: str) -> Iterator[FoundDate]:
    """Dates with a two-digit year, or with characters misread: only where they are possible."""
    for match in _SHORT_YEAR.finditer(text):
        day, month = int(match["d"] or match["d2"]), int(match["m"] or match["m2"])
        yield from (d for d in _found(match, day, month, _doubts(day, month)) if d.value)
    for match in _NOISY.finditer(text):
        day, month = (int(match[part].translate(_CONFUSED)) for part in "dm")
        reasons = (*_doubts(day, month), REPAIRED)
        yield from (d for d in _found(match, day, month, reasons) if d.value)


def _doubts(day: int, month: int) -> tuple[str, ...]:
    return (AMBIGUOUS,) if max(day, month) <= 12 and day != month else ()


def _month(match: re.Match[str]) -> tuple[int | None, bool]:
    """The month of a match (1-12, or whatever number stands there), and whether it was mended."""
    groups = match.groupdict()
    number = groups.get("m") or groups.get("m0")
    if number:
        # A number is a month only when it is called one.
        return (int(number), False) if "ខែ" in match.group() else (None, False)
    name = match["n"].replace(" ", "")
    if name in _MONTH:
        return _MONTH[name], False
    name = name.translate(str.maketrans("0156", "olse"))
    if name in _MONTH:
        return _MONTH[name], True
    if name in _NOT_MONTHS:
        return None, False
    if (bones := _bones(name)) in _BONES:
        return _BONES[bones], True
    if len(name) < 4:
        return None, False
    allowed = 2 if len(name) >= 7 else 1
    near = {
        _MONTH[known]
        for known in _LONG_NAMES
        if Levenshtein.distance(name, known, score_cutoff=allowed) <= allowed
    }
    return (near.pop(), True) if len(near) == 1 else (None, False)


def _found(
    match: re.Match[str], day: int, month: int, reasons: tuple[str, ...], *, era: bool = False
) -> Iterator[FoundDate]:
    """The date of a match, unless its year says that it is something else."""
    printed = match["y"].translate(_CONFUSED).replace(" ", "")
    year = int(printed)
    if len(printed) == 2:
        year += 2000 if year < 50 else 1900
        reasons = (*reasons, TWO_DIGIT_YEAR)
    known: int | None = year
    if 2400 <= year <= 2700 or era:
        known = _common_era(year, month, day)
        if known is None:
            reasons = (*reasons, AMBIGUOUS)
    if known is not None and not 1900 <= known <= 2100:
        return
    value = None if known is None else _iso(known, month, day)
    if known is not None and value is None:
        reasons = (IMPOSSIBLE,)
    ambiguous = AMBIGUOUS in reasons
    yield FoundDate(value, match.start(), match.end(), ambiguous, tuple(dict.fromkeys(reasons)))


def _common_era(year: int, month: int, day: int) -> int | None:
    """The year of the common era of a date in the Buddhist era, None between the two."""
    if (month, day) < (4, 25):
        return year - 543
    return year - 544 if month >= 6 else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None

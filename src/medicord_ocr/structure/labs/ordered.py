"""A row of a report read in order, without columns.

A known test's name, then the number after it, its unit, its range, its flag. A number behind the
range is a prior result; of two before it neither is known to be the present one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from medicord_ocr.khmer import has_khmer
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.organisms import is_organism
from medicord_ocr.structure.labs.parts import (
    Draft,
    Part,
    clean_name,
    cut,
    part_of,
    unit_in_name,
)
from medicord_ocr.structure.labs.plain_ranges import Range
from medicord_ocr.structure.labs.ranges import match_range, parse_range
from medicord_ocr.structure.labs.stretch import Stretch
from medicord_ocr.structure.labs.units import find_unit, is_unit, looks_like_unit
from medicord_ocr.structure.labs.values import FLAG, Value, match_value, parse_value
from medicord_ocr.structure.labs.vocabulary import Match, find_tests

_SKIP = re.compile(
    r"(?:[\s:;|=…_,→]|-{1,2}>|=>|(?:is|of)\b"
    r"|(?i:result(?:at|s)?|résultats?|value|valeur|លទ្ធផល)\s?(?=[:=]|is\b))+"
)
# A plus or minus that stands alone behind a value is an analyser's mark of high or low.
_BETWEEN = re.compile(r"\s*[:;|,]?\s*(?:[+-](?=\s+[\[(]))?\s*")
_IN_BRACKETS = re.compile(r"[(\[]\s?([^()\[\]]{1,16}?)\s?[)\]]")
_TOKENS = re.compile(r"[^\s()\[\]:;|]+(?: [^\s()\[\]:;|]+){0,3}")
_LONGEST_WORDS = 8
# A colon with more behind it, or a line longer than any name, is a name and its value already.
# So is a range in brackets.
_NOT_IN_NAME = re.compile(
    r"[:=]\s*\S|.{70}|[<>≤≥]|\d[.,]\d|\s\d+\s+\S*/|[(\[]\s?\d+\s?[-–]\s?\d+\s?(?:[)\]]|\S+/)"
)
# A name never ends in a negation: that is the first word of a result (``Not seen``).
_NEGATED = re.compile(r"(?:^|\s)(?:not|non|no|none|pas|sans|aucune?|never)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows a name: the fields found in order, and where they end."""

    value: Value | None = None
    value_part: Part | None = None
    unit: Part | None = None
    range: Range | None = None
    range_part: Part | None = None
    flag: Part | None = None
    end: int = 0


def read_tail(
    stretch: Stretch, start: int, mark: Mark | None, match: Match | None, *, in_cell: bool = False
) -> Tail | None:
    """Value, unit, range and flag in the order that they are printed, None without a value.

    Args:
        stretch: the row, or a cell of it.
        start: where the name has ended.
        mark: the page's decimal mark.
        match: what the name can mean, for its units.
        in_cell: whether it is the cell of a value's column; elsewhere a result may be in words, and
            the figure beside it be another result.
    """
    text = stretch.text
    place = skipped(text, start)
    tail = Tail()
    for _ in range(3):  # a flag, the unit, or the range may come before the value
        place, tail = _before(stretch, place, tail, mark, match)
    found = match_value(text, place, mark)
    if found and _sound_end(text, found[1], found[0], match):
        part = part_of(stretch, place, found[1])
        tail = replace(tail, value=found[0], value_part=part, end=found[1])
    elif not in_cell and (read := _words_value(stretch, place) or _organism(stretch, place)):
        tail = replace(tail, value=read[0], value_part=read[1], end=read[2])
    else:
        return None
    if not in_cell:
        tail = _with_rival(stretch, tail, mark, match)
    tail = read_behind(stretch, tail, mark, match)
    return tail if tail.value else replace(tail, flag=None)  # it may be the other figure's


def _with_rival(stretch: Stretch, tail: Tail, mark: Mark | None, match: Match | None) -> Tail:
    """The tail without its value where a second figure follows in a cell of its own.

    Without a heading nothing tells the present result from the one before it. A figure with
    another unit is the same result once more (a count beside a share). What is bounded may be the
    range, before the result.
    """
    if tail.value is None or tail.value_part is None:
        return tail
    if tail.value.kind not in {"number", "bounded"}:
        return tail
    text, place = stretch.text, tail.end
    if behind := _take_flag(stretch, skipped(text, place), tail):
        place = behind.end
    first = skipped(text, place)
    unit = unit_end(text, first, match)
    start = skipped(text, unit or place)
    rival = match_value(text, start, mark)
    if text[start - 2 : start] != "  " or rival is None or rival[0].kind != "number":
        return tail
    if match_range(text, start, mark) or not _sound_end(text, rival[1], rival[0], match):
        return tail
    behind_rival = skipped(text, rival[1])
    if unit and text[first:unit] != text[behind_rival : unit_end(text, behind_rival, match)]:
        return tail
    second = part_of(stretch, start, rival[1])
    both = Part(f"{tail.value_part.text} {second.text}", tail.value_part.words + second.words)
    return replace(tail, value=None, value_part=both, end=rival[1])


def skipped(text: str, place: int) -> int:
    """The place behind separators and dotted leaders."""
    match = _SKIP.match(text, place)
    place = match.end() if match else place
    leader = re.compile(r"\.{2,}[\s:]*").match(text, place)
    return leader.end() if leader else place


def _before(
    stretch: Stretch, place: int, tail: Tail, mark: Mark | None, match: Match | None
) -> tuple[int, Tail]:
    text = stretch.text
    if tail.range is None and (first := _range_first(stretch, place, tail, mark, match)):
        return first
    flag = FLAG.match(text, place)
    if flag and tail.flag is None and re.match(r"\s*\S", text[flag.end() :]):
        found = replace(tail, flag=part_of(stretch, place, flag.end()))
        return skipped(text, flag.end()), found
    end = unit_end(text, place, match)
    if end and tail.unit is None and not text[place].isdigit():
        found = replace(tail, unit=part_of(stretch, place, end))
        return skipped(text, end), found
    return place, tail


def _range_first(
    stretch: Stretch, place: int, tail: Tail, mark: Mark | None, match: Match | None
) -> tuple[int, Tail] | None:
    """A range before the value: in brackets, or of two numbers in a column of its own.

    ``Glucose (3.9-6.1 mmol/L) : 5.4``, ``Glucose   3.9-6.1   5.4 mmol/L``. A number must
    follow: else it is a result such as ``2-4`` a field.
    """
    text = stretch.text
    inner = place + (text[place : place + 1] in "([" and place < len(text))
    found = match_range(text, inner, mark)
    if found is None or (inner == place and (found[0].low is None or found[0].high is None)):
        return None
    end, unit = found[1], None
    if inner > place:
        gap = len(text[end:]) - len(text[end:].lstrip())
        if unit_last := unit_end(text, end + gap, match):
            unit, end = part_of(stretch, end + gap, unit_last), unit_last
        closed = re.compile(r"\s?[)\]]").match(text, end)
        if closed is None:
            return None
        end = closed.end()
    elif text[end : end + 2] != "  ":
        return None
    after = skipped(text, end)
    value = match_value(text, after, mark)
    if value is None or value[0].kind not in ("number", "bounded"):
        return None
    part = part_of(stretch, inner, found[1])
    return after, replace(tail, range=found[0], range_part=part, unit=tail.unit or unit)


def _sound_end(text: str, end: int, value: Value, match: Match | None) -> bool:
    """Whether a figure ends where a value can: at a space, a unit, a flag or a bracket."""
    if end >= len(text) or not (text[end].isalnum() or text[end] in "°'’"):
        return True
    token = re.match(r"[^\s()\[\]]+", text[end:])
    glued = token.group() if token else ""
    return (
        bool(FLAG.fullmatch(glued))
        or _is_unit_of(glued, match)
        or (value.kind == "number" and is_unit(glued.rstrip(".,;")))
    )


def _words_value(stretch: Stretch, place: int) -> tuple[Value, Part, int] | None:
    """A result in words that begins here: the longest run of result words of the segment."""
    text = stretch.text
    stop = text.find("  ", place)
    stop = len(text) if stop < 0 else stop
    ends = [m.end() for m in re.finditer(r"\S+", text[place:stop])][:_LONGEST_WORDS]
    for end in reversed(ends):
        shown = text[place : place + end]
        value = parse_value(shown.rstrip(" .;,"))
        if value is not None and value.kind in {"words", "pending"}:
            return value, part_of(stretch, place, place + end), place + end
    return None


def _organism(stretch: Stretch, place: int) -> tuple[Value, Part, int] | None:
    """A germ that begins here, with what is said of it up to the next gap."""
    text = stretch.text
    stop = text.find("  ", place)
    stop = len(text) if stop < 0 else stop
    if not is_organism(text[place:stop]) or len(text[place:stop].split()) > _LONGEST_WORDS:
        return None
    part = part_of(stretch, place, stop)
    return Value("words", part.text), part, stop


def read_behind(stretch: Stretch, tail: Tail, mark: Mark | None, match: Match | None) -> Tail:
    """The unit, range and flag behind a value, each once, in any order."""
    text, place = stretch.text, tail.end
    while place < len(text):
        between = _BETWEEN.match(text, place)
        place = between.end() if between else place
        step = (
            _take_range(stretch, place, tail, mark)
            or _take_unit(stretch, place, tail, match)
            or _take_flag(stretch, place, tail)
            or _take_unread(stretch, place, tail, mark)
            or _take_sign(stretch, place, tail, match)
        )
        if step is None:
            break
        tail = step
        place = tail.end
    return tail


def _take_range(stretch: Stretch, place: int, tail: Tail, mark: Mark | None) -> Tail | None:
    if tail.range is not None:
        return None
    text = stretch.text
    found = match_range(text, place, mark)
    if found is None and (bracket := re.compile(r"[(\[]([^)\]]{2,40})[)\]]").match(text, place)):
        worded = parse_range(bracket[1], mark)
        found = (worded, bracket.end()) if worded and worded.expected else None
    if found is None and tail.value and tail.value.kind in {"words", "graded", "titre"}:
        read = _words_value(stretch, place) if text[max(0, place - 2) : place] == "  " else None
        if read and read[0].kind == "words":
            found = (Range(read[0].text, expected=read[0].text), read[2])
    if found is None or (
        text[found[1] :][:1].isalnum() and not is_unit(text[found[1] :].split()[0])
    ):
        return None
    return replace(tail, range=found[0], range_part=part_of(stretch, place, found[1]), end=found[1])


def _take_unit(stretch: Stretch, place: int, tail: Tail, match: Match | None) -> Tail | None:
    if tail.unit is not None:
        return None
    bracketed = _IN_BRACKETS.match(stretch.text, place)
    if bracketed and is_unit(bracketed[1]):
        return replace(tail, unit=part_of(stretch, *bracketed.span(1)), end=bracketed.end())
    if not (end := unit_end(stretch.text, place, match)):
        return None
    return replace(tail, unit=part_of(stretch, place, end), end=end)


def _take_flag(stretch: Stretch, place: int, tail: Tail) -> Tail | None:
    flag = FLAG.match(stretch.text, place)
    end = flag.end() if flag else glued_flag(stretch.text, place, None)
    if tail.flag is not None or end is None:
        return None
    return replace(tail, flag=part_of(stretch, place, end), end=end)


def _take_unread(stretch: Stretch, place: int, tail: Tail, mark: Mark | None) -> Tail | None:
    """A short text that cannot be read, where the unit would stand before a range."""
    unread = re.compile(r"[^\s\d()<>≤≥]{1,8}(?=\s{2,}(\S.*))").match(stretch.text, place)
    if unread is None or tail.unit is not None or tail.range is not None:
        return None
    if match_range(stretch.text, unread.start(1), mark) is None:
        return None
    return replace(tail, unit=part_of(stretch, place, unread.end()), end=unread.end())


def _take_sign(stretch: Stretch, place: int, tail: Tail, match: Match | None) -> Tail | None:
    """A sign or two in a cell between value and unit, which stand for no field: ▲ read as A."""
    text = stretch.text
    sign = re.compile(r"[^\s\d()<>≤≥]{1,2}(?=\s{2,}\S)").match(text, place)
    if sign is None or tail.unit is not None or text[place - 2 : place] != "  ":
        return None
    if unit_end(text, skipped(text, sign.end()), match) is None:
        return None
    return replace(tail, end=sign.end())


def unit_end(text: str, place: int, match: Match | None) -> int | None:
    """Where the unit that begins at a place of a text ends, None when there is none."""
    tokens = _TOKENS.match(text, place)
    if tokens is None:
        return None
    run = tokens.group()
    ends = [m.end() for m in re.finditer(r"\S+", run)]
    for count, end in reversed(list(enumerate(ends, 1))):
        shown = run[:end].rstrip(".,")
        known = is_unit(shown) if count > 1 else _is_unit_of(shown, match)
        if known and not shown.isdigit():
            return place + end
    glued = re.match(r"(?:%|[^\W\d]{1,5}/[^\W\d]{1,3})(?=\d)", run)
    return place + glued.end() if glued and is_unit(glued.group()) else None


def glued_flag(text: str, place: int, match: Match | None) -> int | None:
    """Where a flag in words ends that reading joined to the unit behind it: ``Highmmol/L``."""
    word = re.compile(r"High|Low|Haut|Bas|Élevé|Normal", re.IGNORECASE).match(text, place)
    return word.end() if word and unit_end(text, word.end(), match) else None


def _is_unit_of(text: str, match: Match | None) -> bool:
    """Whether a token is a unit, or a misreading of a unit that the test may carry."""
    if is_unit(text):
        return True
    if text == "S" and match is not None:  # seconds, read as a capital
        return any(test.ucum == "s" for test in match.tests)
    if match is None or not (looks_like_unit(text) or re.fullmatch(r"[A-Za-zµ]{3,7}", text)):
        return False
    return "/" in text and any(find_unit(test.units, text) for test in match.tests)


def read_line(stretch: Stretch, mark: Mark | None) -> Iterator[Draft]:
    """The results of a row without columns: each a known name and what follows it.

    Two panels side by side, or results listed in one line, give several.
    """
    found = _next_result(stretch, 0, mark)
    if found is None and (label := re.match(r"[^:\d]{3,40}[:：]\s+", stretch.text)):
        found = _next_result(stretch, label.end(), mark)  # « Laboratory results: WBC 12.5 … »
    while found is not None:
        draft, place = found
        yield draft
        found = _next_result(stretch, place, mark) if place < len(stretch.text) else None


def _next_result(stretch: Stretch, start: int, mark: Mark | None) -> tuple[Draft, int] | None:
    """The first result from a place on: the longest known name that a value follows."""
    text = stretch.text
    begin = skipped(text, start)
    places = [m.end() for m in re.finditer(r"[:=]\s*|\s+|\.{3,}", text[begin:])]
    for place in reversed(places):
        place += begin
        shown = text[begin:place].strip()
        if not shown or _NOT_IN_NAME.search(shown) or not _can_start(text, place):
            continue
        if _NEGATED.search(shown) or _holds_result(shown) or _in_range(text, begin, place, mark):
            continue
        name = clean_name(cut(stretch, begin, place))
        match = find_tests(name.text) if name.text else None
        tail = read_tail(stretch, place, mark, match) if match else None
        if match and tail:
            return _draft(name, match, tail), tail.end
    return None


def _in_range(text: str, begin: int, place: int, mark: Mark | None) -> bool:
    """Whether a place is inside brackets that hold a range: ``VS (H : < 15 F : < 20)  8``."""
    opened = (begin + m.end() for m in re.finditer(r"[(\[]", text[begin:place]))
    ranges = (match_range(text, start, mark) for start in opened)
    return any(found is not None and found[1] >= place for found in ranges)


def _holds_result(name: str) -> bool:
    """Whether a cell of what would be a name is a result: ``Urine glucose   ++`` before a range."""
    values = (parse_value(cell) for cell in re.split(r"\s{2,}", name)[1:])
    return any(v is not None and (v.kind == "graded" or v.finding is not None) for v in values)


def _can_start(text: str, place: int) -> bool:
    """Whether a value, or a flag or unit before one, may begin here."""
    rest = text[place : place + 24].lstrip(" :=.…*")
    return bool(rest) and (
        rest[0].isdigit() or rest[0] in "<>≤≥+±(↑↓-*" or rest[0].isalpha() or has_khmer(rest)
    )


def _draft(name: Part, match: Match | None, tail: Tail) -> Draft:
    return Draft(
        name=name,
        match=match,
        value=tail.value,
        value_part=tail.value_part,
        unit=tail.unit or unit_in_name(name),
        range=tail.range,
        range_part=tail.range_part,
        flag=tail.flag,
        basis="vocabulary",
    )

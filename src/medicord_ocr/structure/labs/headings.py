"""Header rows of laboratory tables: which column holds what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from medicord_ocr.khmer import fold, has_khmer
from medicord_ocr.page import Box, Row, Segment, Word, bounding
from medicord_ocr.structure.dates import find_dates, month_of
from medicord_ocr.structure.labs.heading_words import (
    EARLIER,
    FILLERS,
    HEADING_WORDS,
    PRESENT,
    QUALIFIERS,
    VISIT,
    Role,
)

# A header word misread by a letter or two; shorter ones are too near to others.
_FUZZY_FROM = 6
_FUZZY_AT_LEAST = 84.0
#: Words of a heading that is not known; more are a sentence.
_UNKNOWN_WORDS = 4
# Heights of a word that two headings in one cell stand apart at least.
_TWO_CELLS = 3.0
_FIGURE = re.compile(r"[<>≤≥]?[\d០-៩]{1,4}(?:[.,][\d០-៩]+)?")
# How the stroke between two languages is read.
_STROKES = frozenset("1lI|!7")
_SUSCEPTIBILITIES: frozenset[Role] = frozenset({"susceptible", "intermediate", "resistant"})
_MONTH_YEAR = re.compile(r"([^\W\d_]{3,9})\.?[\s-]{1,2}((?:19|20)\d\d)(?!\d)")
# 15/02/26: in a heading no birthday.
_SHORT_DAY = re.compile(r"(?<!\d)(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|1[0-2])[/.-](\d\d)(?![\d/.-])")
_CLOCK = re.compile(r"\d{1,2}[:h]\d{2}")
#: A date as year, month and day (0 where only the month is printed).
Day = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """A column heading found on a row.

    Attributes:
        role: what the column holds; ``aside`` for columns that are no part of a result.
        box: the ink of its words.
        cell: the ruled cell around it, if any.
        date: the day in the heading, where there is one.
        known: whether the heading was understood; where it was not, what stands below may tell.
        whole: whether all its words were; « Phior result » is not what « result » is.
    """

    role: Role
    box: Box
    cell: Box | None
    date: Day | None = None
    known: bool = True
    whole: bool = True


@cache
def _roles() -> dict[str, Role]:
    return {
        folded: role
        for role, words in HEADING_WORDS.items()
        for text in words.split(";")
        if (folded := fold(text))
    }


@cache
def _sex_words() -> frozenset[str]:
    return frozenset(phrase for phrase, role in _roles().items() if role in ("male", "female"))


@cache
def _long() -> tuple[str, ...]:
    return tuple(phrase for phrase in _roles() if len(phrase) >= _FUZZY_FROM)


@lru_cache(maxsize=4096)
def role_of(text: str) -> Role | None:
    """What a column headed with this text holds, None when it is no heading that we know."""
    folded = fold(text)
    if has_khmer(folded):
        folded = folded.replace("7", "ល")  # ៧ is drawn like it
    if folded in _roles():
        return _roles()[folded]
    spaceless = folded.replace(" ", "")
    spaced_out = len(spaceless) > 3 and len(folded) > 1.6 * len(spaceless)  # R E S U L T
    if (spaced_out or has_khmer(folded)) and spaceless in _roles():
        return _roles()[spaceless]
    if len(folded) < _FUZZY_FROM or _sex_words() & set(folded.split()):
        return None
    best = process.extractOne(folded, _long(), scorer=fuzz.ratio, score_cutoff=_FUZZY_AT_LEAST)
    return _roles()[best[0]] if best else None


@cache
def _single_words() -> frozenset[str]:
    return frozenset(word for phrase in _roles() for word in phrase.split()) | FILLERS


def is_header_like(row: Row) -> bool:
    """Whether a row has nothing but words of headings, or pieces of them on a further line."""
    row = _mended(row)
    if any(_says_more(segment.text) for segment in row.segments):
        return False
    texts = [_dated(segment.text)[0] for segment in row.segments]
    return any(text.strip(" ()-") for text in texts) and all(
        role_of(text) is not None
        or _bilingual(text) is not None
        or all(word in _single_words() for part in text.split() for word in fold(part).split())
        for text in texts
    )


def _says_more(text: str) -> bool:
    """Whether something stands behind a colon: « Date : 12/03/2025 » heads no column."""
    # What stands before all words is a stain.
    return re.search(r"\w.*[:៖]\s*\S", _CLOCK.sub(" ", text)) is not None


def has_days_only(row: Row) -> bool:
    """Whether a row has nothing but days: the last line of headings that say when."""
    dated = [_dated(segment.text) for segment in row.segments]
    return all(day is not None and not rest.strip(" ()-:") for rest, day in dated)


def header_labels(row: Row) -> tuple[Label, ...]:
    """The column headings of a row, left to right; empty when it is no header of a lab table.

    A header has headings of two kinds, one of them the result or the range, or the name and
    the unit, and little else; one that speaks of drugs is a prescription's.
    """
    labels: list[Label] = []
    known = words = 0
    row = _parted(_mended(row))
    undated = [_dated(segment.text)[0].split() for segment in row.segments]
    if len(undated[0]) > 1 and len(undated[0][0]) == 1:
        del undated[0][0]  # « N° » before the names, read as a figure
    if any(_FIGURE.fullmatch(word) for texts in undated for word in texts):
        return ()
    both = len(set().union(*(sexes_of(segment.text) for segment in row.segments))) == 2
    for segment in row.segments:
        found, used = _segment_labels(segment, by_sex=both)
        labels.extend(found or _unknown(segment))
        known += used
        words += _words_in(_dated(segment.text)[0])
    labels = _settled(labels)
    roles = {label.role for label in labels if label.known}
    if "drug" in roles or known < 0.5 * words:
        return ()
    enough = (
        ("value" in roles and roles & {"name", "unit", "range", "previous"})
        or ("range" in roles and roles & {"name", "unit"})
        or {"name", "unit"} <= roles
        or ("name" in roles and len(roles & _SUSCEPTIBILITIES) >= 2)
        or ({"positive", "negative"} <= roles and any(x.role == "name" and x.whole for x in labels))
    )
    # Headings stand apart: a sentence of such words is one segment of them all.
    apart = len(row.segments) > 1 or (len(labels) >= 3 and known == words)
    return tuple(labels) if enough and apart else ()


def _parted(row: Row) -> Row:
    """The row with two headings in one cell apart: the ruling between them was not found."""
    segments = [part for segment in row.segments for part in _headings_in_cell(segment)]
    return replace(row, segments=tuple(segments))


def _headings_in_cell(segment: Segment) -> list[Segment]:
    cell = segment.cell
    if cell is None:
        return [segment]
    for i in range(1, len(segment.words)):
        left, right = segment.words[:i], segment.words[i:]
        gap = right[0].box.x0 - left[-1].box.x1
        if gap <= _TWO_CELLS * right[0].box.height:
            continue
        roles = [role_of(" ".join(word.text for word in part)) for part in (left, right)]
        if None not in roles and roles[0] != roles[1]:
            middle = left[-1].box.x1 + gap // 2
            cells = cell._replace(x1=middle), cell._replace(x0=middle)
            return [
                Segment(part, bounding([word.box for word in part]), half)
                for part, half in zip((left, right), cells, strict=True)
            ]
    return [segment]


def _mended(row: Row) -> Row:
    """The row with what is read as a figure or a stroke put right: signs of headings.

    The I between S and R, and the stroke between a heading's two languages.
    """
    if not any(word.text in _STROKES for s in row.segments for word in s.words):
        return row
    letters = {"1": "I", "l": "I", "|": "I"} if {"S", "R"} <= {s.text for s in row.segments} else {}
    segments = []
    for segment in row.segments:
        words = list(segment.words)
        if segment.text in letters:
            words[0] = replace(words[0], text=letters[segment.text])
        for i in range(1, len(words) - 1):
            if words[i].text in _STROKES and has_khmer(words[i - 1].text):
                words[i] = replace(words[i], text="/")
        segments.append(replace(segment, words=tuple(words)))
    return replace(row, segments=tuple(segments))


def _settled(labels: list[Label]) -> list[Label]:
    """Headings whose meaning hangs on the others beside them."""
    roles = [label.role for label in labels]
    meant: dict[Role, Role] = {}
    if roles.count("drug") == 1 and {"value", "range"} <= set(roles):
        meant["drug"] = "name"  # the drugs that are looked for in urine
    if roles.count("bound") == 2:
        meant["bound"] = "range"  # low and high apart are the two ends of one range
    else:
        meant["bound"] = "flag"
    if "value" not in roles and {"name", "flag"} <= set(roles) and all(x.known for x in labels):
        meant["flag"] = "value"  # an antibiogram's result is its interpretation
    # The patient's result beside a control's.
    tested = {"subject", "control"} <= set(roles) and "value" not in roles
    meant["subject"], meant["control"] = ("value" if tested else "aside"), "aside"
    if not {"male", "female"} <= set(roles):
        meant["male"] = meant["female"] = "aside"
    else:  # the range's heading stands over both
        labels = [label for label in labels if label.role != "range"]
    if len(_SUSCEPTIBILITIES & set(roles)) < 2:
        meant.update(dict.fromkeys(_SUSCEPTIBILITIES, "aside"))
    if not {"positive", "negative"} <= set(roles) or "value" in roles:
        meant["positive"] = meant["negative"] = "aside"
    settled = [replace(label, role=meant.get(label.role, label.role)) for label in labels]
    return _first_value_only(_latest(settled))


def _latest(labels: list[Label]) -> list[Label]:
    """Results of several days side by side: the last day's is the result.

    A result without a day beside one with a day is the present one. A day alone says nothing.
    """
    dated = [x for x in labels if x.date and (x.role in ("value", "previous") or not x.known)]
    values = [label for label in labels if label.role == "value"]
    if any(label.whole for label in values):
        dated = [label for label in dated if label.whole]
        labels = [
            replace(x, role="aside", known=True) if x in values and not x.whole else x
            for x in labels
        ]
        values = [label for label in values if label.whole]
    if any(label.date is None and label.whole for label in values):
        days = [label for label in dated if label.role == "value" or not label.known]
        return [replace(x, role="previous", known=True) if x in days else x for x in labels]
    if len(dated) < 2:
        return labels
    last = max(label.date for label in dated if label.date)
    chosen = next(label for label in dated if label.date == last)
    if chosen.role == "previous" or (values and chosen not in values):
        at_odds = [*values, chosen]
        return [replace(x, role="aside", known=True) if x in at_odds else x for x in labels]
    return [
        replace(x, role="value" if x is chosen else "previous", known=True) if x in dated else x
        for x in labels
    ]


def _first_value_only(labels: list[Label]) -> list[Label]:
    """A second result further right is in other units, or a prior one; so is its range."""
    kept: list[Label] = []
    for label in labels:
        roles = [other.role for other in kept]
        again = label.role == "value" and "value" in roles[:-1] and "name" not in roles[1:]
        its_range = label.role == "range" and "previous" in roles and "range" in roles[:-1]
        if again or its_range:
            label = replace(label, role="previous")
        kept.append(label)
    return kept


def _segment_labels(segment: Segment, *, by_sex: bool = False) -> tuple[list[Label], int]:
    """The headings in a segment, and how many of its words they explain.

    Args:
        segment: of a row of headings.
        by_sex: whether the row speaks of both sexes.
    """
    words = [word for word in segment.words if fold(word.text) not in FILLERS]
    words = [word for word in words if fold(word.text)] or list(segment.words)
    if _says_more(segment.text) or not words:
        return [], 0
    if len(parts := after_dates(segment)) > 1:
        each = [_segment_labels(part, by_sex=by_sex) for part in parts]
        return [label for labels, _ in each for label in labels], sum(used for _, used in each)
    rest, date = _dated(segment.text)
    used = _words_in(rest)
    text = re.sub(r"\([^)]*\)?|\[[^\]]*\]?", " ", rest)
    bare = " ".join(word for word in fold(text).split() if word not in FILLERS)
    role = (
        _time_of(rest)
        or _time_of(text)
        or (_range_of_sex(rest) if by_sex else None)
        or role_of(text)
        or _bilingual(text)
        or role_of(bare)
        or _qualified(bare)
    )
    if role:
        return [Label(role, segment.box, segment.cell, date)], used
    if date and not rest.strip(" ()-:"):
        return [Label("aside", segment.box, segment.cell, date, known=False)], 0
    labels, found = _phrases(segment, words)
    if len(labels) == 1:
        labels = [replace(labels[0], box=segment.box)]
    return [replace(label, date=date, whole=found == used) for label in labels], found


def sexes_of(text: str) -> set[Role]:
    """The sexes that a heading speaks of; H is *homme* beside F."""
    roles = {"male" if word == "h" else role_of(word) for word in fold(text).split()}
    return {role for role in roles if role in ("male", "female")}


def _range_of_sex(text: str) -> Role | None:
    """``male`` or ``female`` for the heading of its range: ``Normales (hommes)``."""
    rest = " ".join(word for word in fold(text).split() if not sexes_of(word))
    sexes = sexes_of(text)
    return sexes.pop() if len(sexes) == 1 and rest and role_of(rest) == "range" else None


def _qualified(bare: str) -> Role | None:
    """The role of a heading whose other words only say whose or which: ``Patient Result``."""
    words = bare.split()
    kept = " ".join(word for word in words if word not in QUALIFIERS)
    role = role_of(kept) if 0 < len(kept.split()) < len(words) else None
    return role if role in ("value", "unit", "range") else None


def _words_in(text: str) -> int:
    """How many words of a heading say something."""
    return sum(1 for word in text.split() if fold(word) not in FILLERS | {""})


def after_dates(segment: Segment) -> list[Segment]:
    """A segment cut behind each of its dates: headings that stand close together."""
    parts: list[list[Word]] = [[]]
    for word in segment.words:
        if _dated(" ".join(w.text for w in parts[-1]))[1] and not _CLOCK.fullmatch(word.text):
            parts.append([])
        parts[-1].append(word)
    return [Segment(tuple(p), bounding([w.box for w in p]), segment.cell) for p in parts]


def _unknown(segment: Segment) -> list[Label]:
    """A column of its own for a heading that nothing is known of."""
    if not re.search(r"[^\W_]", segment.text) or len(segment.words) > _UNKNOWN_WORDS:
        return []
    return [Label("aside", segment.box, segment.cell, _dated(segment.text)[1], known=False)]


def _dated(text: str) -> tuple[str, Day | None]:
    """A heading without the day and the time in it, and the day."""
    plain = _CLOCK.sub(" ", text)
    found = find_dates(plain)
    if found and found[0].value:
        year, month, day = map(int, found[0].value.split("-"))
        return f"{plain[: found[0].start]} {plain[found[0].end :]}", (year, month, day)
    if short := _SHORT_DAY.search(plain):
        day, month, year = map(int, short.groups())
        return plain.replace(short.group(), " "), (2000 + year, month, day)
    match = _MONTH_YEAR.search(plain)
    month_number = month_of(match[1]) if match else None
    if match and month_number:
        return plain.replace(match.group(), " "), (int(match[2]), month_number, 0)
    return plain, None


def _time_of(text: str) -> Role | None:
    """``previous`` or ``value`` for a heading that says when its results are from."""
    words = set(fold(text).split()) - FILLERS
    if not words or len(words) > _UNKNOWN_WORDS:
        return None
    earlier, present = words & EARLIER, words & PRESENT
    if bool(earlier) == bool(present) or words - earlier - present - VISIT:
        return None
    return "previous" if earlier else "value"


def _bilingual(text: str) -> Role | None:
    """The role of a heading given in two languages: ``លទ្ធផល / Result``.

    One of them may be unread, but not ``Test Specimen | Method``, a ruling between two columns.
    """
    parts = [part for part in re.split(r"[/|\n]", text) if part.strip()]
    khmer = " ".join(word for word in text.split() if has_khmer(word))
    other = " ".join(word for word in text.split() if not has_khmer(word))
    for option in ([*parts] if len(parts) > 1 else []), ([khmer, other] if khmer and other else []):
        known = [role_of(part) or _qualified(fold(part)) for part in option]
        roles = set(known) - {None}
        unread = [
            w for part, role in zip(option, known, strict=True) if not role for w in part.split()
        ]
        if len(roles) == 1 and {role_of(word) for word in unread} <= {*roles, None}:
            return roles.pop()
    return None


def _phrases(segment: Segment, words: Sequence[Word]) -> tuple[list[Label], int]:
    """Headings that reading ran together: the longest known phrases, from the left.

    A word before one that is not known is its other language: « តម្លៃ / Observed ».
    """
    labels: list[Label] = []
    used = 0
    unread: Sequence[Word] = ()
    for role, part in _runs(words):
        if role is None:
            unread = part
            continue
        used += len(part)
        one = unread and "/" in _texts_between(segment, unread[0], part[0])
        box = bounding([word.box for word in ((*unread, *part) if one else part)])
        unread = ()
        if labels and labels[-1].role == role:
            box = labels.pop().box.union(box)
        labels.append(Label(role, box, segment.cell))
    return labels, used


def _texts_between(segment: Segment, first: Word, last: Word) -> list[str]:
    places = segment.words.index(first), segment.words.index(last)
    return [word.text for word in segment.words[places[0] + 1 : places[1]]]


def _runs(words: Sequence[Word]) -> Iterator[tuple[Role | None, Sequence[Word]]]:
    place = 0
    while place < len(words):
        for length in range(min(4, len(words) - place), 0, -1):
            part = words[place : place + length]
            text = " ".join(word.text for word in part)
            role = role_of(text) or (_qualified(fold(text)) if length > 1 else None)
            if role is None and length == 1 and len(words) > 1:
                role = role_of(part[0].text.split("/")[0])
            if role or length == 1:
                yield role, part
                place += length
                break

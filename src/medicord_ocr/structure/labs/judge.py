"""A result with its test, its unit, and what is doubtful about each of its fields.

Nothing here changes a value: a doubt is a reason on a field, and a person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from medicord_ocr.khmer import fold
from medicord_ocr.page import Word
from medicord_ocr.structure.fields import LAYER_READERS
from medicord_ocr.structure.labs.abnormal import is_abnormal
from medicord_ocr.structure.labs.agreement import (
    AGREED,
    SAME_TEST,
    name_agreed,
    range_agreed,
    unit_read,
    unit_texts,
    value_agreed,
)
from medicord_ocr.structure.labs.entries import Entry
from medicord_ocr.structure.labs.numbers import Mark, has_point
from medicord_ocr.structure.labs.organisms import is_organism
from medicord_ocr.structure.labs.parts import Draft
from medicord_ocr.structure.labs.plain_ranges import Range
from medicord_ocr.structure.labs.qualitative import is_qualitative
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.units import UnitMatch, find_unit, ucum_of
from medicord_ocr.structure.labs.values import Value, flag_direction, parse_value
from medicord_ocr.structure.labs.vocabulary import LabTest, choose_test, says_urine

# A range whose high bound is more than this many times its low one is wide: a value ten times
# too high may well be true there.
_NARROW = 10.0
# What a plausible number counts; its range counts less.
_PLAUSIBLE = 2
# Words that another follows in a result: « légèrement » of « légèrement trouble ».
_INCOMPLETE = frozenset(
    "slightly weakly strongly light dark pale deep legerement faiblement fortement tres leger "
    "legere not pas".split()
)
# What may be a thousand or three decimals.
_AMBIGUOUS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?![\d.,])")
# A decimal point and a decimal comma: no page prints both in one range.
_POINT, _COMMA = (
    re.compile(rf"(?<![\d.,])\d{{1,3}}[{sign}]\d{{1,2}}(?![\d.,]\d|\d)") for sign in ".,"
)
# Most confidence for a field in whose cell something else was read: always for review.
_BLEMISHED = 0.6
# Of the tests whose ranges are printed by sex men's and women's ends differ by at most 2.7
# (ferritin); testosterone alone goes further, and is for review.
_SEXES_APART = 3.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A result with what is known and doubted about it.

    Attributes:
        entry: what was read.
        value, range: with ambiguous thousands settled.
        test: the one test meant, None when unknown or several are possible.
        unit: its unit in the test's table.
        abnormal: computed from value and range, None where they do not allow it.
        reasons: review codes by field name.
        ceilings: the most confidence that the reading of a field deserves, by field name.
        sure: the least confidence that a field deserves, since readers agree on its meaning.
    """

    entry: Entry
    value: Value | None
    range: Range | None
    test: LabTest | None
    unit: UnitMatch | None
    abnormal: bool | None = None
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ceilings: Mapping[str, float] = field(default_factory=dict)
    sure: Mapping[str, float] = field(default_factory=dict)

    @property
    def own(self) -> float | None:
        """The value in the test's own unit, None where it is no number or not convertible."""
        if self.value is None or self.value.kind != "number" or self.unit is None:
            return None
        factor = self.unit.unit.factor
        return None if factor is None else self.value.numbers[0] * factor

    def doubted(self, code: str, *names: str) -> Judged:
        """The same with a reason more on some fields."""
        reasons = dict(self.reasons)
        for name in names:
            reasons[name] = tuple(dict.fromkeys((*reasons.get(name, ()), code)))
        return replace(self, reasons=reasons)

    def capped(self, name: str, ceiling: float) -> Judged:
        """The same with a field's confidence limited."""
        return replace(
            self, ceilings={**self.ceilings, name: min(ceiling, self.ceilings.get(name, 1.0))}
        )


def judge(entry: Entry, sex: str | None) -> Judged:
    """A result with its test, its unit, whether it is abnormal, and what is doubtful about it."""
    draft = entry.draft
    urine = True if says_urine(draft.name.text) else entry.urine
    test = _test(draft, urine)
    read = unit_read(draft.unit, test) if test and draft.unit else None
    unit = read[0] if read else None
    value, ranged = _settled(draft, entry.mark, test, unit)
    if value is not None and _is_stray(value, test):
        value = None
    judged = Judged(entry, value, ranged, test, unit)
    judged = _unit_doubts(judged)
    judged = _value_doubts(judged)
    judged = _range_doubts(judged, sex)
    judged = replace(judged, abnormal=is_abnormal(value, ranged, sex))
    judged = _flag_doubts(judged, sex)
    return replace(judged, sure=_sureness(draft, entry.mark, read[1] if read else None))


def _test(draft: Draft, urine: bool | None) -> LabTest | None:
    """The one test meant; of a unit that was read in two ways, the way that is one of its own."""
    if draft.match is None:
        return None
    texts = unit_texts(draft.unit) if draft.unit else ()
    carried = (t for t in texts if any(find_unit(test.units, t) for test in draft.match.tests))
    unit = next(carried, texts[0] if texts else None)
    return choose_test(draft.match, unit=unit, urine=urine, in_words=draft.in_words)


def _is_stray(value: Value, test: LabTest | None) -> bool:
    """Whether a letter or two, a result elsewhere (blood groups), stands for misread figures."""
    numeric = test is not None and test.ucum is not None
    return numeric and value.kind == "words" and value.finding is None and len(value.text) <= 2


def _sureness(draft: Draft, mark: Mark | None, unit: float | None) -> dict[str, float]:
    """Confidence of the fields on whose meaning two readers agree, whatever their letters."""
    sure = {}
    if name_agreed(draft.name):
        sure["test_name"] = SAME_TEST
    if draft.value_part and value_agreed(draft.value_part, mark):
        sure["value"] = AGREED
    if draft.range_part and range_agreed(draft.range_part, mark):
        sure["reference_range"] = AGREED
    if unit is not None:
        sure["unit"] = unit
    return sure


# ---------------------------------------------------------------- ambiguous thousands


def _settled(
    draft: Draft, mark: Mark | None, test: LabTest | None, unit: UnitMatch | None
) -> tuple[Value | None, Range | None]:
    """Value and range read with the decimal mark under which they make sense together."""
    if draft.value is None or draft.value.kind not in {"number", "bounded"}:
        return draft.value, draft.range
    printed = f"{draft.value.text} {draft.range.text if draft.range else ''}"
    if not _AMBIGUOUS.search(printed):
        return draft.value, draft.range
    options: dict[tuple[float, ...], tuple[Value, Range | None]] = {}
    marks: tuple[Mark | None, ...] = (mark, ".", ",")
    for option in dict.fromkeys(marks):
        value = parse_value(draft.value.text, option)
        ranged = parse_range(draft.range.text, option) if draft.range else None
        if value is not None:
            bounds = (ranged.low or 0.0, ranged.high or 0.0) if ranged else ()
            options.setdefault((*value.numbers, *bounds), (value, ranged or draft.range))
    ranked = [
        (_sense(value, ranged, test, unit), value, ranged) for value, ranged in options.values()
    ]
    best = max(score for score, _, _ in ranked)
    if mark is not None and ranked[0][0] >= _PLAUSIBLE:
        best = ranked[0][
            0
        ]  # what the page's own mark says; that it is far from its range is illness
    return next((value, ranged) for score, value, ranged in ranked if score == best)


def _sense(value: Value, ranged: Range | None, test: LabTest | None, unit: UnitMatch | None) -> int:
    """How well a reading of the marks makes sense: plausible, and of its range's size."""
    number = value.numbers[0]
    score = _PLAUSIBLE if _plausible(number, test, unit) else 0
    if ranged is None or not ranged.bounded:
        return score
    return score + int(_near(number, ranged))


def _near(number: float, ranged: Range) -> bool:
    """Whether a number is of the size of its range's bounds."""
    low, high = ranged.low, ranged.high
    return (high is None or number <= 30 * high) and (low is None or number >= low / 30)


def _plausible(number: float, test: LabTest | None, unit: UnitMatch | None) -> bool:
    if test is None or test.low is None or test.high is None:
        return True
    if unit is None:
        return True if not test.unitless else test.low <= number <= test.high
    factor = unit.unit.factor
    return factor is None or test.low <= number * factor <= test.high


# ---------------------------------------------------------------- single fields


def _unit_doubts(judged: Judged) -> Judged:
    unit_text = judged.entry.draft.unit.text if judged.entry.draft.unit else None
    if unit_text is None:
        return judged
    if judged.unit is None:
        known = ucum_of(unit_text) is not None and judged.test is None
        return judged if known else judged.doubted("unit_unknown", "unit")
    if not judged.unit.repaired:
        return judged
    # The only unit that it can be, and the value makes sense in it; still not what was read.
    sensible = (
        judged.value is None
        or not judged.value.numbers
        or _plausible(judged.value.numbers[0], judged.test, judged.unit)
    )
    return judged.capped("unit", 0.85 if sensible else 0.5)


def _value_doubts(judged: Judged) -> Judged:
    draft, value = judged.entry.draft, judged.value
    # Right as far as it goes, but something else was read in its cell.
    for name in draft.blemished:
        judged = judged.capped(name, _BLEMISHED)
    if draft.basis == "aligned":
        for name in ("test_name", "value", "unit", "reference_range"):
            judged = judged.capped(name, 0.7)
    if value is None:
        return judged.doubted("value_unreadable" if draft.value_part else "value_missing", "value")
    if value.kind in {"number", "bounded"}:
        if not _plausible(value.numbers[0], judged.test, judged.unit):
            judged = judged.doubted("implausible_value", "value")
        if value.other is not None and _either(judged, value):
            judged = judged.doubted("ambiguous_number", "value")
        # « 04 » is what a stamp has left of 104.
        if value.kind == "number" and (re.match(r"0\d", value.text) or _lost_point(judged, value)):
            judged = judged.doubted("implausible_value", "value")
    if value.kind == "words" and _is_unknown(value, draft):
        judged = judged.doubted("implausible_value", "value")
    numeric = judged.test is not None and judged.test.ucum is not None
    if numeric and judged.test and value.kind in {"interval", "titre"}:
        fitting = judged.test.per_field if value.kind == "interval" else judged.test.titred
        judged = judged if fitting else judged.doubted("implausible_value", "value")
    return judged


def _is_unknown(value: Value, draft: Draft) -> bool:
    """Whether words that were read from a picture are none that results are made of, or no whole.

    Two readers agreed on « igus » for វិជ្ជមាន; in 4,600 rows nothing else certain was such a text.
    """
    if fold(value.text) in _INCOMPLETE:
        return True
    words = draft.value_part.words if draft.value_part else ()
    seen = any(word.readings[0].reader not in LAYER_READERS for word in words)
    return seen and not is_qualitative(value.text) and not is_organism(value.text)


def _either(judged: Judged, value: Value) -> bool:
    """Whether both readings of ``1,234`` would do, and nothing on the page says which.

    What other numbers of the page say is not enough where the range says otherwise.
    """
    if value.other is None or not _plausible(value.other, judged.test, judged.unit):
        return False
    ranged = judged.range
    if judged.entry.mark is not None:
        if ranged is None or not ranged.bounded:
            return False
        return _near(value.other, ranged) and not _near(value.numbers[0], ranged)
    if ranged is None or not ranged.bounded:
        return True
    return (ranged.side(value.other) == "in") == (ranged.side(value.numbers[0]) == "in")


def _lost_point(judged: Judged, value: Value) -> bool:
    """Whether the value would sit in its range had it a decimal point that reading lost.

    ``118`` for a range of ``11-15``. Where the range prints no point either and is wide or
    one-sided, a value of ten times its bound is common illness, and no sign of a lost point.
    """
    ranged, part = judged.range, judged.entry.draft.value_part
    if ranged is None or ranged.high is None or part is None or has_point(value.text):
        return False
    if all(w.readings[0].reader in LAYER_READERS for w in part.words):
        return False  # no point is lost in text that was not read from a picture
    number, low, high = value.numbers[0], ranged.low or 0.0, ranged.high
    if number <= high or not any(low <= number / 10**k <= high for k in (1, 2, 3)):
        return False
    if has_point(ranged.text):
        return True
    return low > 0 and high / low <= _NARROW and not _agreed(part.words)


def _agreed(words: Sequence[Word]) -> bool:
    """Whether two readers read the same."""
    return all(len({r.reader for r in word.readings if r.text == word.text}) >= 2 for word in words)


def _range_doubts(judged: Judged, sex: str | None) -> Judged:
    draft, ranged = judged.entry.draft, judged.range
    if ranged is None:
        unread = draft.range_part is not None or "range" in draft.blemished
        return judged.doubted("range_unreadable", "reference_range") if unread else judged
    # Of a range for one sex alone, and not the patient's, the other half may not have been found.
    halved = len(ranged.by_sex) == 1 and ranged.for_sex(sex) is None
    if halved or not ranged.possible or _sexes_at_odds(ranged):
        return judged.doubted("range_conflict", "reference_range")
    if _POINT.search(ranged.text) and _COMMA.search(ranged.text):
        judged = judged.doubted("range_conflict", "reference_range")
    mine = ranged.for_sex(sex) or ranged
    ends = [end for end in (mine.low, mine.high) if end]
    if judged.test and not mine.titre and any(not _plausible_end(e, judged) for e in ends):
        judged = judged.doubted("range_conflict", "reference_range")
    if mine.low and mine.low < 0 and not (judged.test and (judged.test.low or 0) < 0):
        # The sign is a piece of a ruling where the test is never below nought.
        judged = judged.doubted("range_conflict", "reference_range")
    if (
        mine.low
        and mine.low > 0
        and mine.high
        and judged.value
        and judged.value.kind == "number"
        and has_point(judged.value.text)
        and not has_point(ranged.text)
        and mine.high / mine.low <= 4
        and judged.value.numbers[0] < mine.low / 3
        and any(mine.low <= judged.value.numbers[0] * 10**k <= mine.high for k in (1, 2))
    ):
        judged = judged.doubted("range_conflict", "reference_range", "value")
    return judged


def _sexes_at_odds(ranged: Range) -> bool:
    """Whether the ranges of men and women are too far apart: they are of two rows."""
    ends = [part.high or part.low or 0 for _, part in ranged.by_sex]
    return len(ends) == 2 and max(ends) > _SEXES_APART * min(ends)


def _plausible_end(end: float, judged: Judged) -> bool:
    """Whether a bound is within the test's plausible limits; low ends may be below them."""
    test, unit = judged.test, judged.unit
    if test is None or test.high is None or unit is None or unit.unit.factor is None:
        return True
    return end * unit.unit.factor <= test.high


def _flag_doubts(judged: Judged, sex: str | None) -> Judged:
    flag = judged.entry.draft.flag
    direction = flag_direction(flag.text) if flag else None
    if direction is None or judged.abnormal is None:
        return judged
    agrees = judged.abnormal == (direction != "normal")
    ranged = judged.range.for_sex(sex) if judged.range else None
    if agrees and direction in {"high", "low"} and ranged and judged.value and judged.value.numbers:
        agrees = ranged.side(judged.value.numbers[0]) == direction
    return judged if agrees else judged.doubted("flag_conflict", "value", "abnormal")

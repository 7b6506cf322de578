"""Whether a result is outside its reference range, as far as value and range allow to say."""

from __future__ import annotations

from medicord_ocr.structure.labs.plain_ranges import Range
from medicord_ocr.structure.labs.qualitative import finding_of
from medicord_ocr.structure.labs.values import Value

# ---------------------------------------------------------------- abnormal


def is_abnormal(value: Value | None, printed: Range | None, sex: str | None) -> bool | None:
    """Whether a value is outside its range, None where value and range do not allow to say.

    Args:
        value: the result.
        printed: its reference range; by sex, the one of ``sex`` holds.
        sex: ``"M"``, ``"F"``, or None when the page does not say.
    """
    ranged = printed.for_sex(sex) if printed and printed.possible else None
    if value is None or ranged is None:
        return None
    if ranged.expected is not None and not (ranged.bounded and value.numbers):
        return _unexpected(value, ranged.expected)
    if not ranged.bounded:
        return None
    if ranged.titre != (value.kind == "titre"):
        return None
    if value.kind == "interval":
        sides = {ranged.side(number) for number in value.numbers}
        return None if len(sides) > 1 else sides != {"in"}
    if not value.numbers:
        return None
    side = ranged.side(value.numbers[0])
    if value.bound is None:
        return side != "in"
    return _bounded_abnormal(value, ranged)


def _bounded_abnormal(value: Value, ranged: Range) -> bool | None:
    """``<0.5`` with ``< 5`` is in; with ``0.3-5`` it may be either."""
    number = value.numbers[0]
    if value.bound in {"<", "≤"}:
        if ranged.low is not None and ranged.low > 0:
            return True if number <= ranged.low else None
        return False if ranged.high is not None and number <= ranged.high else None
    if ranged.high is not None:
        return True if number >= ranged.high else None
    return False if ranged.low is not None and number >= ranged.low else None


def _unexpected(value: Value, expected: str) -> bool | None:
    if value.text.casefold() == expected.casefold():
        return False
    mine, normal = value.finding or finding_of(value.text), finding_of(expected)
    if mine is None and normal == "negative" and value.text.casefold().strip(".") == "r":
        mine = "positive"  # R for reactive, where NR is expected; elsewhere R is resistant
    if mine is None or normal is None:
        return None
    if {mine, normal} <= {"negative", "normal"}:
        return False
    return mine != normal

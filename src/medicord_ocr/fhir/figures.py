"""Values, units, ranges and flags of results as R4 writes them.

Its decimals carry their precision (https://hl7.org/fhir/R4/datatypes.html#decimal), so they have
the digits that were printed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import Decimal

from medicord_ocr.fhir.terms import (
    ABSENT_REASON,
    INTERPRETATION,
    LOINC,
    UCUM,
    Json,
    coding,
    concept,
)
from medicord_ocr.khmer import fold
from medicord_ocr.schema import LabResult
from medicord_ocr.structure.labs.numbers import NUMBER, Mark, decimal_mark, number_readings
from medicord_ocr.structure.labs.plain_ranges import Range
from medicord_ocr.structure.labs.printed import field_texts, printed_decimal
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.values import Value, clean, flag_direction, parse_value

_NUMBER = re.compile(NUMBER)
_COMPARATORS = {"<": "<", ">": ">", "≤": "<=", "≥": ">="}
# Answers of LOINC, for results that say exactly this; others (reactive, no growth) stay text.
_POSITIVE = coding(LOINC, "LA6576-8", "Positive")
_NEGATIVE = coding(LOINC, "LA6577-6", "Negative")
_ANSWERS = {
    fold(word): answer
    for words, answer in (
        ("positive positif វិជ្ជមាន", _POSITIVE),
        ("negative négative negatif négatif អវិជ្ជមាន", _NEGATIVE),
    )
    for word in words.split()
}


def page_mark(items: Iterable[LabResult]) -> Mark | None:
    """The decimal mark that the printed values and ranges of some results use."""
    names = ("value", "reference_range")
    return decimal_mark(
        text for item in items for name in names for text in field_texts(item, name)
    )


def value_element(item: LabResult, mark: Mark | None) -> Json:
    """``value[x]`` of a result, or ``dataAbsentReason`` where it has no value.

    Args:
        item: the result.
        mark: the decimal mark of its page, None when unknown: then what can be two numbers
            (``<1,234``) is given as text.
    """
    value = item.value
    if value is None or value == "":
        unknown = coding(ABSENT_REASON, "unknown", "Unknown")
        raw = item.fields["value"].raw if "value" in item.fields else None
        return {"dataAbsentReason": concept(unknown, text=raw)}
    if isinstance(value, str):
        return _text_element(value, item, mark)
    if not math.isfinite(value):
        return {"valueString": str(value)}
    return {"valueQuantity": _quantity(printed_decimal(value, field_texts(item, "value")), item)}


def _text_element(text: str, item: LabResult, mark: Mark | None) -> Json:
    value = parse_value(text, mark)
    if value is None or value.other is not None or "power" in value.kind:
        return {"valueString": text}
    numbers = [printed_decimal(number, [text]) for number in value.numbers]
    match value.kind:
        case "words" | "graded":
            answer = _ANSWERS.get(fold(text))
            return {"valueCodeableConcept": concept(*([answer] if answer else []), text=text)}
        case "bounded" if value.bound:
            compared = {"comparator": _COMPARATORS[value.bound]}
            return {"valueQuantity": compared | _quantity(numbers[0], item)}
        case "titre" if value.bound is None:
            sides = {"numerator": {"value": Decimal(1)}, "denominator": {"value": numbers[0]}}
            return {"valueRatio": sides}
        case "interval" if _unambiguous(text, mark):
            low, high = (_quantity(number, item) for number in numbers)
            return {"valueRange": {"low": low, "high": high}}
    return {"valueString": text}


def _quantity(number: Decimal, item: LabResult) -> Json:
    made: Json = {"value": number}
    if item.unit:
        made["unit"] = item.unit
    if item.ucum:
        made |= {"system": UCUM, "code": item.ucum}
    return made


def _unambiguous(text: str, mark: Mark | None) -> bool:
    """Whether each number of a text can be read in one way only."""
    found = _NUMBER.findall(clean(text))
    return mark is not None or all(len(number_readings(number)) == 1 for number in found)


def reference_range(item: LabResult, mark: Mark | None) -> list[Json]:
    """The range as printed; its bounds too where they hold for everybody.

    R4's bounds are inclusive, so ``< 5.2`` has its text alone, as have ranges by sex or age.
    """
    text = item.reference_range
    if not text:
        return []
    made: Json = {"text": text}
    parsed = parse_range(text, mark)
    if parsed and _has_bounds(parsed) and _unambiguous(text, mark):
        for name, bound in (("low", parsed.low), ("high", parsed.high)):
            if bound is not None:
                made[name] = _quantity(printed_decimal(bound, [text]), item)
    return [made]


def _has_bounds(parsed: Range) -> bool:
    plain = not (parsed.strict or parsed.titre or parsed.by_sex)
    return plain and parsed.bounded and parsed.possible


def interpretation(item: LabResult, mark: Mark | None) -> list[Json]:
    """H, L, A or N by ``abnormal``; its direction where range and printed flag do not differ."""
    if item.abnormal is None:
        return []
    code = "N" if not item.abnormal else _direction(item, mark)
    return [concept(coding(INTERPRETATION, code), text=item.flag_printed)]


def _direction(item: LabResult, mark: Mark | None) -> str:
    codes = {"high": "H", "low": "L", "in": "A"}
    flag = codes.get(flag_direction(item.flag_printed or "") or "")
    side = codes.get(_side(item, mark) or "")
    found = {code for code in (flag, side) if code}
    return found.pop() if len(found) == 1 else "A"


def _side(item: LabResult, mark: Mark | None) -> str | None:
    parsed = parse_range(item.reference_range, mark) if item.reference_range else None
    numbers = _numbers(item.value, mark)
    if parsed is None or len(numbers) != 1 or parsed.titre or not parsed.bounded:
        return None
    return parsed.side(numbers[0])


def _numbers(value: float | str | None, mark: Mark | None) -> tuple[float, ...]:
    if isinstance(value, float):
        return (value,)
    parsed: Value | None = parse_value(value, mark) if value else None
    return parsed.numbers if parsed and parsed.kind == "bounded" else ()

"""Where two readers differ in letters and agree in meaning.

``umol/L`` and ``μmol/L``, ``4.00-—11.00`` and ``4.00 - 11.00``, ``5,8`` and ``5.8`` are one unit,
one range, one value. What both readings mean alike is as sure as two readings that are alike;
and of two readings that differ, a unit may be taken from the one that is a unit of the test.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from medicord_ocr.structure.fields import readings_of
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.parts import Part
from medicord_ocr.structure.labs.ranges import parse_range
from medicord_ocr.structure.labs.units import LabUnit, UnitMatch, find_unit
from medicord_ocr.structure.labs.values import clean, parse_value
from medicord_ocr.structure.labs.vocabulary import LabTest, find_tests

#: Confidence of a field on whose meaning two readers agree; a little less than letter for letter
#: (none of 1,485 fields of dev without another doubt was wrong).
AGREED = 0.98
#: The same where only one of them read a unit of the test, and the other nothing that is one.
ONE_UNIT = 0.85
#: The same for a name: both mean the test, though not all of what is printed was read.
SAME_TEST = 0.85


def reader_texts(part: Part) -> tuple[str, ...]:
    """What each reader read of a part's words, those readers only that read all of them."""
    return tuple(readings_of(part.words, of_all=True).values())


def _one_meaning(part: Part, meaning: Callable[[str], Hashable | None]) -> bool:
    texts = set(reader_texts(part))
    if len(texts) < 2:
        return False  # one reading, or letter for letter the same: the words say how sure that is
    meanings = {meaning(text) for text in texts}
    return len(meanings) == 1 and None not in meanings


def value_agreed(part: Part, mark: Mark | None) -> bool:
    """Whether readers that differ read the same result."""

    def meaning(text: str) -> Hashable | None:
        value = parse_value(text, mark)
        return (value.kind, value.numbers, value.bound) if value and value.numbers else None

    return _one_meaning(part, meaning)


def range_agreed(part: Part, mark: Mark | None) -> bool:
    """Whether readers that differ read the same bounds."""

    def meaning(text: str) -> Hashable | None:
        found = parse_range(text, mark)
        return (
            (found.low, found.high, found.strict, found.titre) if found and found.bounded else None
        )

    return _one_meaning(part, meaning)


def name_agreed(part: Part) -> bool:
    """Whether readers that differ read a name of the same tests."""

    def meaning(text: str) -> Hashable | None:
        match = find_tests(text)
        return match.tests if match and match.exact else None

    return _one_meaning(part, meaning)


def unit_texts(part: Part) -> tuple[str, ...]:
    """The readings of a unit, the chosen one first; that alone where it is a piece of a word."""
    whole = clean(" ".join(word.text for word in part.words))
    return tuple(dict.fromkeys((part.text, *(reader_texts(part) if whole == part.text else ()))))


def unit_read(part: Part, test: LabTest) -> tuple[UnitMatch, float | None] | None:
    """The unit of a test that the readers read, and how sure it is where they bear it out.

    Returns:
        None when no reading is a unit of the test, or the readings are different units of it;
        the second is None where the words' own confidence stands.
    """
    texts = unit_texts(part)
    matches = [find_unit(test.units, text) for text in texts]
    found = [match for match in matches if match]
    if not found or len({_measure(match.unit) for match in found}) > 1:
        return None
    best = next((match for match in found if not match.repaired), found[0])
    if len(texts) < 2:
        return best, None
    if all(matches):
        return best, AGREED
    return best, None if best.repaired else ONE_UNIT


def _measure(unit: LabUnit) -> tuple[float | None, str | None]:
    return unit.factor, unit.loinc

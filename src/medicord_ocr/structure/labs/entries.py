"""What the reading of a page's rows gives, and what makes a row a result without a header.

What a row needs to be taken for a result:

* under a header, a known test and a value; or an unknown name whose value has a unit or a range;
  or an unknown name with a value among rows that are results;
* elsewhere, a known test and a unit, range or word that fits it;
* elsewhere, among such rows, an unknown name whose value stands in their column, with its unit
  and range: kept, but always for review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medicord_ocr.khmer import fold
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.parts import Draft
from medicord_ocr.structure.labs.sections import is_noise, urine_section
from medicord_ocr.structure.labs.stretch import Stretch
from medicord_ocr.structure.labs.table import Cells
from medicord_ocr.structure.labs.units import find_unit, is_unit
from medicord_ocr.structure.labs.vocabulary import LabTest, choose_test

_LONGEST_NAME = 9
_COUNTED_IN_POWERS = frozenset({"colony_count", "culture", "u_culture", "hiv_vl", "hbv_dna"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A draft result with where it stands.

    Attributes:
        draft: its fields as read.
        rows: indices of its rows in the page's rows, the first one first.
        section: the title that it stands under, as printed, else None.
        urine: whether that section is about urine, None when it does not say.
        mark: the decimal mark of its page or table.
    """

    draft: Draft
    rows: tuple[int, ...]
    section: str | None
    urine: bool | None
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Scan:
    """What a table or a page gave: results, and rows that are part of their table."""

    entries: tuple[Entry, ...] = ()
    used: frozenset[int] = frozenset()
    section: str | None = None
    urine: bool | None = None


@dataclass(slots=True)
class State:
    """Where the reading of a table has come to."""

    section: str | None = None
    urine: bool | None = None
    waiting: tuple[int, Stretch] | None = None
    range_above: tuple[int, Cells] | None = None
    value_above: tuple[int, Cells, bool] | None = None


def enter(state: State, title: str) -> None:
    """Go on under a section title."""
    state.section = title
    urine = urine_section(title)
    state.urine = state.urine if urine is None else urine


def evidence(draft: Draft) -> int:
    """How much besides its value says that an unknown name is a test: unit, range, words."""
    unit = draft.unit is not None and is_unit(draft.unit.text)
    bounded = draft.range is not None
    worded = draft.value is not None and draft.value.kind in {"words", "graded", "titre"}
    if worded and draft.value and len(letter := fold(draft.value.text)) == 1:
        worded = letter in {"s", "i", "r"}  # others are a blood group's, or pieces of rulings
    return int(unit) + int(bounded) + int(worded and not bounded and draft.unit is None)


def fits(draft: Draft, urine: bool | None) -> bool:
    """Whether a known name's result is one that this test can have, without a header to say so."""
    if draft.match is None or draft.value_part is None:
        return False
    if is_noise(draft.name.text) or len(draft.name.words) > _LONGEST_NAME:
        return False
    unit = draft.unit.text if draft.unit else None
    test = choose_test(draft.match, unit=unit, urine=urine, in_words=draft.in_words)
    tests = (test,) if test else draft.match.tests
    kind = draft.value.kind if draft.value else "number"
    if kind in {"number", "bounded"}:
        return _fitting_number(draft, tests, unit)
    if kind == "interval":
        carried = unit is not None and any(find_unit(t.units, unit) for t in tests)
        return any(t.per_field for t in tests) and (carried or urine is True)
    if kind == "titre":
        return any(t.titred or t.ucum is None for t in tests)
    if kind == "duration":
        return any(t.ucum in {"min", "s"} for t in tests)
    if kind == "power":
        return any(t.key in _COUNTED_IN_POWERS for t in tests)
    worded = any(t.ucum is None or t.per_field for t in tests)
    return kind == "pending" or worded or draft.range is not None


def _fitting_number(draft: Draft, tests: Sequence[LabTest], unit: str | None) -> bool:
    """A number with a unit of the test, or its range; one that has no unit, where plausible."""
    if unit is not None and any(find_unit(test.units, unit) for test in tests):
        return True
    if len(draft.name.text) < 2 or (unit is not None and is_unit(unit)):
        return False
    if draft.range is not None and (draft.range.bounded or draft.range.by_sex):
        return True
    if draft.value is None:
        return any(test.unitless for test in tests)
    number = draft.value.numbers[0]
    return any(
        test.unitless and test.low is not None and test.low <= number <= (test.high or number)
        for test in tests
    )

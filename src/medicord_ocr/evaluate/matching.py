"""Which predicted row is which row of the ground truth.

Rows are matched one to one by name, so that the sum of the similarities is greatest; among
rows of one name (a differential in per cent and absolute) unit, value and range decide, then
the order on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from rapidfuzz.distance import Levenshtein

from medicord_ocr.evaluate import fold
from medicord_ocr.schema import Imaging, LabResult, Prescription

#: Names up to this many letters match only exactly: LDI is as near to LDH as to LDL.
SHORT_NAME = 5
#: Least similarity (0-1, Levenshtein over the longer) of longer names that are one name.
NAME_SIMILARITY = 0.8
# What equal names, names of one test, and near names are worth, so that the better always wins.
_SYNONYM, _PART, _NEAR = 0.95, 0.92, 0.9
_DIGITS = re.compile(r"\d+")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")

Match = dict[int, int]
Item = TypeVar("Item")


def match_labs(expected: Sequence[Mapping[str, Any]], got: Sequence[LabResult]) -> Match:
    """Index of the predicted lab row for each ground-truth row that was found."""

    def agree(row: Mapping[str, Any], item: LabResult) -> tuple[bool, ...]:
        unit, bounds, value = row.get("unit"), row.get("reference_range"), row.get("value")
        return (
            bool(unit and item.unit) and fold.unit(unit or "") == fold.unit(item.unit or ""),
            value is not None and item.value is not None and fold.same_value(value, item.value),
            bool(bounds) and fold.bounds(bounds or "") == fold.bounds(item.reference_range or ""),
        )

    return _match(
        expected,
        got,
        lambda row, item: assay_similarity(row.get("test_name"), item.test_name),
        agree,
    )


def match_prescriptions(
    expected: Sequence[Mapping[str, Any]], got: Sequence[Prescription]
) -> Match:
    """Index of the predicted medicine for each ground-truth row whose drug was found."""

    def agree(row: Mapping[str, Any], item: Prescription) -> tuple[bool, ...]:
        names = ("dosage", "frequency", "duration")
        pairs = [(row.get(name), getattr(item, name)) for name in names]
        return (
            fold.medication(row["medication"])[1] == fold.medication(item.medication or "")[1],
            *(bool(a and b) and fold.sig(a or "") == fold.sig(b or "") for a, b in pairs),
        )

    return _match(
        expected,
        got,
        lambda row, item: drug_similarity(row.get("medication"), item.medication),
        agree,
    )


def match_imaging(expected: Sequence[Mapping[str, Any]], got: Sequence[Imaging]) -> Match:
    """Index of the predicted examination for each of the ground truth with anything in common."""

    def similarity(row: Mapping[str, Any], item: Imaging) -> float:
        modality = _same(fold.modality, row.get("modality"), item.modality)
        part = _same(fold.region, row.get("body_part"), item.body_part)
        texts = [text_similarity(row.get(n), getattr(item, n)) for n in ("findings", "impression")]
        return 0.4 * modality + 0.2 * part + sum(0.2 * t for t in texts if t >= 0.5)

    return _match(expected, got, similarity, lambda row, item: ())


def _same(form: Callable[[str], object], a: str | None, b: str | None) -> bool:
    return bool(a and b) and form(a or "") == form(b or "")


def text_similarity(a: str | None, b: str | None) -> float:
    """0-1: Levenshtein similarity of two texts without spaces, over the longer; 0 for a null."""
    if not a or not b:
        return 0.0
    forms = [fold.words(text).replace(" ", "") for text in (a, b)]
    return float(Levenshtein.normalized_similarity(*forms))


def assay_similarity(expected: str | None, got: str | None) -> float:
    """0-1: how surely two printed names are one test, 0 where they are not.

    1 for equal names; less for two names of one test in the vocabulary, for one of two names
    printed together (``Urea`` of ``អ៊ុយរ៉េ (Urea)``), and least for a misread long name. Names
    of different tests, and names that differ in their digits (T3, T4), never match.
    """
    a, b = fold.assay(expected or ""), fold.assay(got or "")
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    known = _tests(expected or ""), _tests(got or "")
    if known[0].keys & known[1].keys:
        return _SYNONYM
    if known[0].exact and known[1].exact:
        return 0.0
    if b in _parts(expected or "") or a in _parts(got or ""):
        return _PART
    return _near(a, b)


def drug_similarity(expected: str | None, got: str | None) -> float:
    """0-1: how surely two medications are one drug, whatever the strength."""
    a, b = (fold.medication(text or "")[0] for text in (expected, got))
    if not a or not b:
        return 0.0
    return 1.0 if a == b else _near(a, b)


def _near(a: str, b: str) -> float:
    if min(len(a), len(b)) <= SHORT_NAME or _DIGITS.findall(a) != _DIGITS.findall(b):
        return 0.0
    similarity = float(Levenshtein.normalized_similarity(a, b))
    return _NEAR * similarity if similarity >= NAME_SIMILARITY else 0.0


def _parts(name: str) -> set[str]:
    """What stands outside and inside the brackets of a name in two languages."""
    inside = _IN_BRACKETS.findall(name)
    if not inside:
        return set()
    return {fold.assay(part) for part in (_IN_BRACKETS.sub(" ", name), *inside)} - {""}


@dataclass(frozen=True, slots=True)
class _Known:
    """Keys of the tests that a name can mean, and whether it is their name to the letter."""

    keys: frozenset[str]
    exact: bool


@cache
def _tests(name: str) -> _Known:
    """What the vocabulary makes of a printed test name."""
    from medicord_ocr.structure.labs.vocabulary import find_tests

    match = find_tests(name)
    if match is None:
        return _Known(frozenset(), False)
    return _Known(frozenset(test.key for test in match.tests), match.exact)


def _match(
    expected: Sequence[Mapping[str, Any]],
    got: Sequence[Item],
    similarity: Callable[[Mapping[str, Any], Item], float],
    agree: Callable[[Mapping[str, Any], Item], tuple[bool, ...]],
) -> Match:
    """Match by similarity, then by what agrees, then by the order on the page."""
    scores = []
    for i, row in enumerate(expected):
        line = []
        for j, item in enumerate(got):
            score = similarity(row, item)
            if score > 0:
                apart = abs((i + 0.5) / len(expected) - (j + 0.5) / len(got))
                score += 0.002 * sum(agree(row, item)) + 0.0005 * (1 - apart)
            line.append(score)
        scores.append(line)
    return assign(scores)


def assign(scores: Sequence[Sequence[float]]) -> Match:
    """The one-to-one assignment with the greatest sum; pairs that score 0 are left apart.

    The Hungarian method with potentials, O(n² m) (Kuhn 1955; Jonker and Volgenant 1987).

    Args:
        scores: n rows of m scores, each at least 0.

    Returns:
        column by row.
    """
    if not scores or not scores[0]:
        return {}
    if len(scores) > len(scores[0]):
        turned = assign([list(column) for column in zip(*scores, strict=True)])
        return {row: column for column, row in turned.items()}
    rows, columns = len(scores), len(scores[0])
    of_row, of_column = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner = [0] * (columns + 1)
    for row in range(1, rows + 1):
        _augment(row, scores, owner, of_row, of_column)
    return {
        owner[j] - 1: j - 1
        for j in range(1, columns + 1)
        if owner[j] and scores[owner[j] - 1][j - 1] > 0
    }


def _augment(
    row: int,
    scores: Sequence[Sequence[float]],
    owner: list[int],
    of_row: list[float],
    of_column: list[float],
) -> None:
    """Give one more row a column along the cheapest augmenting path (indexes count from 1)."""
    columns = len(of_column) - 1
    least, came_from = [float("inf")] * (columns + 1), [0] * (columns + 1)
    done = [False] * (columns + 1)
    owner[0], at = row, 0
    while owner[at]:
        done[at] = True
        here, step, after = owner[at], float("inf"), 0
        for j in range(1, columns + 1):
            if done[j]:
                continue
            cost = -scores[here - 1][j - 1] - of_row[here] - of_column[j]
            if cost < least[j]:
                least[j], came_from[j] = cost, at
            if least[j] < step:
                step, after = least[j], j
        for j in range(columns + 1):
            if done[j]:
                of_row[owner[j]] += step
                of_column[j] -= step
            else:
                least[j] -= step
        at = after
    while at:
        owner[at] = owner[came_from[at]]
        at = came_from[at]

"""Rates with their 95 % bounds, and how well confidences say what is right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: 97.5th percentile of the normal distribution: two-sided bounds of 95 %.
Z = 1.959964
#: Resamplings of the bootstrap, and its seed: the same report for the same documents.
RESAMPLINGS, SEED = 1000, 7
BINS = 10


@dataclass(frozen=True, slots=True)
class Tally:
    """What one document adds to a metric.

    Attributes:
        numerator, denominator: counts (or seconds and pages).
        values: names, unique within the document's content, of what the denominator counts;
            empty where these are not separate values (characters, seconds).
    """

    numerator: float
    denominator: float
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Metric:
    """A rate over all documents with its 95 % bound.

    Attributes:
        value: numerator / denominator, None where the denominator is 0.
        low, high: the wider of two 95 % intervals: Wilson's (1927) over distinct values, in which
            one value under several degradations counts once, and the percentile bootstrap over
            contents (Efron 1979), since values of one page fail together. None where unknown.
        distinct: how many distinct values there are, 0 where values are not separate.
        contents: how many distinct contents have any.
    """

    value: float | None
    numerator: float
    denominator: float
    low: float | None
    high: float | None
    distinct: int
    contents: int

    def to_json(self) -> dict[str, float | int | None]:
        """All attributes, rounded to what is meant."""

        def rounded(x: float | None) -> float | None:
            return None if x is None else round(x, 6)

        return {
            "value": rounded(self.value),
            "numerator": round(self.numerator, 3),
            "denominator": round(self.denominator, 3),
            "low": rounded(self.low),
            "high": rounded(self.high),
            "distinct": self.distinct,
            "contents": self.contents,
        }


def metric(tallies: Iterable[tuple[str, Tally]]) -> Metric:
    """Sum up what documents add, each given with the name of its content."""
    sums: dict[str, list[float]] = {}
    distinct: set[tuple[str, str]] = set()
    for content, tally in tallies:
        if tally.denominator <= 0:
            continue
        total = sums.setdefault(content, [0.0, 0.0])
        total[0] += tally.numerator
        total[1] += tally.denominator
        distinct.update((content, value) for value in tally.values)
    numerator, denominator = (sum(s[i] for s in sums.values()) for i in (0, 1))
    value = numerator / denominator if denominator else None
    bounds = [bootstrap([(s[0], s[1]) for s in sums.values()])]
    if value is not None and distinct:
        bounds.append(wilson(value, len(distinct)))
    known = [b for b in bounds if b is not None]
    low = min(b[0] for b in known) if known else None
    high = max(b[1] for b in known) if known else None
    return Metric(value, numerator, denominator, low, high, len(distinct), len(sums))


def wilson(rate: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a rate (0-1) over ``count`` (≥ 1) independent values."""
    centre = (rate + Z * Z / (2 * count)) / (1 + Z * Z / count)
    spread = rate * (1 - rate) / count + Z * Z / (4 * count * count)
    half = Z * math.sqrt(max(0.0, spread)) / (1 + Z * Z / count)
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(sums: Sequence[tuple[float, float]]) -> tuple[float, float] | None:
    """Percentile 95 % interval of Σ numerator / Σ denominator, contents drawn with replacement.

    Args:
        sums: numerator and denominator (> 0) of each content.

    Returns:
        None for fewer than two contents.
    """
    if len(sums) < 2:
        return None
    drawn = _draws(len(sums)) @ np.asarray(sums, np.float64)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], (2.5, 97.5))
    return float(low), float(high)


@cache
def _draws(count: int) -> NDArray[np.float64]:
    """(RESAMPLINGS, count) float64: how often each content is drawn."""
    rng = np.random.default_rng(SEED)
    return rng.multinomial(count, [1 / count] * count, size=RESAMPLINGS).astype(np.float64)


def calibration(judged: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    """How confidences (0-1) relate to being right.

    Returns:
        ``count``; ``bins`` of equal mass, each with its count, mean confidence and share right;
        ``ece``, the expected calibration error over these bins (Naeini 2015); ``auroc``, the
        chance that a right value has the higher confidence than a wrong one. The last two are
        None where there is nothing to say.
    """
    ordered = sorted(judged, key=lambda pair: pair[0])
    bins = [
        {
            "count": len(part),
            "confidence": round(sum(c for c, _ in part) / len(part), 4),
            "right": round(sum(r for _, r in part) / len(part), 4),
        }
        for part in _equal_parts(ordered)
    ]
    total = len(ordered)
    apart = sum(b["count"] * abs(b["confidence"] - b["right"]) for b in bins)
    return {
        "count": total,
        "bins": bins,
        "ece": round(apart / total, 4) if total else None,
        "auroc": auroc(judged),
    }


def risk_coverage(judged: Sequence[tuple[float, bool, bool]]) -> list[tuple[float, float]]:
    """The share that is wrong of the surest values, as more and more are taken (El-Yaniv 2010).

    Args:
        judged: of each value its confidence (0-1), whether it needs no review, and whether it is
            right; those that need review come last.

    Returns:
        Points (coverage, risk), both 0-1, one for each step of confidence.
    """
    ordered = sorted(judged, key=lambda value: (not value[1], -value[0]))
    points, wrong = [], 0
    for taken, (confidence, accepted, right) in enumerate(ordered, 1):
        wrong += not right
        last = taken == len(ordered) or ordered[taken][:2] != (confidence, accepted)
        if last:
            points.append((round(taken / len(ordered), 4), round(wrong / taken, 5)))
    return points


def _equal_parts(ordered: Sequence[tuple[float, bool]]) -> list[Sequence[tuple[float, bool]]]:
    edges = [round(i * len(ordered) / BINS) for i in range(BINS + 1)]
    parts = [ordered[a:b] for a, b in pairwise(edges)]
    return [part for part in parts if part]


def auroc(judged: Sequence[tuple[float, bool]]) -> float | None:
    """Area under the ROC curve by the rank sum, ties counted half; None with one class only."""
    right = sum(r for _, r in judged)
    wrong = len(judged) - right
    if not right or not wrong:
        return None
    confidences = np.array([c for c, _ in judged])
    _, inverse, counts = np.unique(confidences, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    total = float(ranks[np.array([r for _, r in judged], bool)].sum())
    return round((total - right * (right + 1) / 2) / (right * wrong), 4)

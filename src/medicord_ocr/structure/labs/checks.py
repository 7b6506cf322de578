"""What makes results doubtful together: arithmetic that fails, digits of two scripts."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from medicord_ocr.page import Word
from medicord_ocr.structure.fields import LAYER_READERS
from medicord_ocr.structure.labs.judge import Judged

# How far computed and printed indices may differ before a figure is taken for misread. Analysers
# measure MCV and compute Hct; rounding of two-digit figures gives up to 5 %.
_TOLERANCE = 0.10
# Least share of numbers with Khmer digits for which a page is taken to be printed in them.
_KHMER_SHARE = 0.25

_Identity = tuple[tuple[str, ...], Callable[..., bool]]


def _close(printed: float, computed: float, slack: float = 0.0) -> bool:
    return math.isclose(printed, computed, rel_tol=_TOLERANCE, abs_tol=slack)


_IDENTITIES: tuple[_Identity, ...] = (
    (("mcv", "hct", "rbc"), lambda mcv, hct, rbc: rbc > 0 and _close(mcv, 10 * hct / rbc)),
    (("mch", "hgb", "rbc"), lambda mch, hgb, rbc: rbc > 0 and _close(mch, 10 * hgb / rbc)),
    (("mchc", "hgb", "hct"), lambda mchc, hgb, hct: hct > 0 and _close(mchc, 100 * hgb / hct)),
    (("hgb", "hct"), lambda hgb, hct: hgb > 0 and 2.2 <= hct / hgb <= 4.2),
    (("bili_direct", "bili_total"), lambda direct, total: direct <= total * 1.02),
    (
        ("bili_indirect", "bili_direct", "bili_total"),
        lambda indirect, direct, total: _close(total, direct + indirect, 1.0),
    ),
    (
        ("globulin", "protein_total", "albumin"),
        lambda globulin, total, albumin: _close(globulin, total - albumin, 1.0),
    ),
    (("albumin", "protein_total"), lambda albumin, total: albumin <= total),
    (("hdl", "chol_total"), lambda hdl, total: hdl <= total),
    (("ldl", "chol_total"), lambda ldl, total: ldl <= total),
    (("psa_free", "psa"), lambda free, total: free <= total),
    *(
        (
            (f"{cell}_abs", f"{cell}_pct", "wbc"),
            lambda absolute, share, wbc: _close(absolute, wbc * share / 100, 0.15),
        )
        for cell in ("neut", "lymph", "mono", "eos", "baso")
    ),
)
_DIFFERENTIAL = ("neut_pct", "lymph_pct", "mono_pct", "eos_pct", "baso_pct")
_MORE_CELLS = ("mid_pct", "ig_pct")


def cross_checked(results: Sequence[Judged]) -> list[Judged]:
    """The results of one document with those marked that cannot be right together.

    Of the figures of a relation that fails, those are marked that no holding relation clears,
    and of these the ones that most failing relations share: a misread RBC breaks both MCV and
    MCH. All are marked where every one is cleared. A test that stands twice takes no part.
    """
    places: dict[str, list[int]] = {}
    for i, result in enumerate(results):
        if result.test is not None and result.own is not None:
            places.setdefault(result.test.key, []).append(i)
    known = {key: found[0] for key, found in places.items() if len(found) == 1}
    figures = {key: results[i].own or 0.0 for key, i in known.items()}
    held, failed = _relations(figures)
    cleared = {key for keys in held if len(keys) > 2 for key in keys}
    blame = Counter(key for keys in failed for key in keys if key not in cleared)
    marked = list(results)
    for keys in failed:
        worst = max((blame[key] for key in keys), default=0)
        for key in (key for key in keys if blame[key] == worst):
            marked[known[key]] = marked[known[key]].doubted("cross_check", "value")
    return marked


def _relations(figures: Mapping[str, float]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    held: list[tuple[str, ...]] = []
    failed: list[tuple[str, ...]] = []
    for keys, holds in _IDENTITIES:
        if all(key in figures for key in keys):
            (held if holds(*(figures[key] for key in keys)) else failed).append(keys)
    shares = tuple(key for key in _DIFFERENTIAL if key in figures)
    more = sum(figures.get(key, 0.0) for key in _MORE_CELLS)
    if len(shares) == len(_DIFFERENTIAL):
        total = sum(figures[key] for key in shares)
        fine = 97.0 <= total <= 103.0 or 97.0 <= total + more <= 103.0
        (held if fine else failed).append(shares)
    return held, failed


def arrows_as_digits(results: Sequence[Judged]) -> list[Judged]:
    """The results of one document with those marked whose last digit may be an arrow misread.

    ``55↑`` is read as 551: where all high values, two at least, end in a one, that is hardly
    chance.
    """
    high: list[int] = []
    for i, result in enumerate(results):
        value, ranged = result.value, result.range
        if value is not None and value.kind == "number" and ranged is not None and ranged.bounded:
            high += [i] if ranged.side(value.numbers[0]) == "high" else []
    if len(high) < 2 or not all(_may_end_in_arrow(results[i]) for i in high):
        return list(results)
    marked = list(results)
    for i in high:
        marked[i] = marked[i].doubted("implausible_value", "value", "abnormal")
    return marked


def _may_end_in_arrow(result: Judged) -> bool:
    part = result.entry.draft.value_part
    if part is None or not re.search(r"\d1$", part.text):
        return False
    return any(word.readings[0].reader not in LAYER_READERS for word in part.words)


def mixed_digits(results: Sequence[Judged]) -> list[Judged]:
    """The results of a document printed in Khmer digits, with those marked that were read in 0-9.

    Readers that know no Khmer read its digits as Latin ones that look like them (១ as 9), and
    agree on it. Numbers in both scripts side by side are the sign of it.
    """
    parts = [part for r in results for part in (r.entry.draft.value_part, r.entry.draft.range_part)]
    scripts = [_digit_script(part.words) for part in parts if part]
    khmer = sum("khmer" in script for script in scripts)
    if khmer < _KHMER_SHARE * sum(bool(script) for script in scripts) or not khmer:
        return list(results)
    marked = []
    for result in results:
        draft = result.entry.draft
        for name, part in (("value", draft.value_part), ("reference_range", draft.range_part)):
            if part and "latin" in _digit_script(part.words):
                result = result.doubted("mixed_digits", name)
        marked.append(result)
    return marked


def _digit_script(words: Sequence[Word]) -> set[str]:
    """Which digits the words hold; a nought is drawn alike in both scripts and tells nothing."""
    text = "".join(word.text for word in words)
    found = {"khmer"} if re.search("[១-៩]", text) else set()
    return found | ({"latin"} if re.search("[1-9]", text) else set())

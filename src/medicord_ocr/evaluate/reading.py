"""Character and cluster errors of what was read, line by line, whatever the reading order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from medicord_ocr import khmer
from medicord_ocr.evaluate import fold

#: Least similarities (0-1, without spaces) of two lines that may be one line read; the pairing
#: that explains most is taken. Above 1 no line is paired with a whole line.
LINE_SIMILARITIES = (1.1, 0.9, 0.7, 0.5)
#: Least likeness (0-1, rapidfuzz partial ratio) of a line and a stretch of text that is it.
PART_SIMILARITY = 0.7


@dataclass(frozen=True, slots=True)
class ReadingErrors:
    """Errors against the ground truth, each as (errors, length); errors are at most the length.

    Attributes:
        characters: without spaces, since Khmer spacing is free.
        with_spaces: single spaces count as characters.
        clusters: Khmer orthographic syllables.
    """

    characters: tuple[int, int]
    with_spaces: tuple[int, int]
    clusters: tuple[int, int]


def reading_errors(expected: str, got: str) -> ReadingErrors:
    """Compare two texts line by line (:func:`fold.reading` of each).

    Lines are paired by likeness, the likest first. A line without a partner is looked for within
    what is left of the other text: two columns may be read as one line, and a paragraph may be
    wrapped otherwise. What is then left on both sides is compared as one text. Reading order is
    not what these rates measure.
    """
    lines = _lines(expected), _lines(got)
    likeness = _likeness(*lines)
    pairings = [_paired(*lines, likeness, least) for least in LINE_SIMILARITIES]
    pairs = min(pairings, key=lambda pairs: _sum(pairs, _characters))
    return ReadingErrors(
        characters=_sum(pairs, _characters),
        with_spaces=_sum(pairs, list),
        clusters=_sum(pairs, _khmer_clusters),
    )


def _lines(text: str) -> list[str]:
    return [line for line in map(fold.reading, text.splitlines()) if line]


def _characters(text: str) -> list[str]:
    return list(text.replace(" ", ""))


def _khmer_clusters(text: str) -> list[str]:
    return [c for c in khmer.clusters(text) if khmer.has_khmer(c)]


def _likeness(expected: list[str], got: list[str]) -> list[tuple[float, int, int]]:
    """Similarity, index, index of all lines alike at all, the likest first, then the nearest."""
    bare = [[line.replace(" ", "") for line in lines] for lines in (expected, got)]
    least = LINE_SIMILARITIES[-1]
    likeness = [
        (similarity, i, j)
        for i, a in enumerate(bare[0])
        for j, b in enumerate(bare[1])
        if (similarity := Levenshtein.normalized_similarity(a, b, score_cutoff=least)) > 0
    ]
    return sorted(likeness, key=lambda x: (-x[0], abs(x[1] - x[2]), x[1]))


def _paired(
    expected: list[str], got: list[str], likeness: list[tuple[float, int, int]], least: float
) -> list[tuple[str, str]]:
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for similarity, i, j in likeness:
        if similarity >= least and i not in partner and j not in taken:
            partner[i] = j
            taken.add(j)
    pairs = [(expected[i], got[j]) for i, j in partner.items()]
    lines = [line for i, line in enumerate(expected) if i not in partner]
    text = " ".join(line for j, line in enumerate(got) if j not in taken)
    return [*pairs, *_found_within(lines, text)]


def _found_within(lines: list[str], text: str) -> list[tuple[str, str]]:
    """Each line with the stretch of the text that is most like it, the longest first."""
    pairs, missing = [], []
    for line in sorted(lines, key=len, reverse=True):
        at = fuzz.partial_ratio_alignment(line, text, score_cutoff=100 * PART_SIMILARITY)
        if at is None or len(line) > len(text):
            missing.append(line)
            continue
        pairs.append((line, text[at.dest_start : at.dest_end]))
        text = " ".join(f"{text[: at.dest_start]} {text[at.dest_end :]}".split())
    return [*pairs, (" ".join(line for line in lines if line in missing), text)]


def _sum(pairs: list[tuple[str, str]], parts: Callable[[str], list[str]]) -> tuple[int, int]:
    cut = [(parts(a), parts(b)) for a, b in pairs]
    length = sum(len(a) for a, _ in cut)
    return min(sum(Levenshtein.distance(a, b) for a, b in cut), length), length

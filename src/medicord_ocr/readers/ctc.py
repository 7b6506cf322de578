"""Connectionist temporal classification (Graves et al. 2006): from class scores to words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medicord_ocr.page import Box
from medicord_ocr.readers.base import ReadWord


def decode(
    scores: NDArray[np.float32], characters: Sequence[str], blanks: int, box: Box
) -> tuple[ReadWord, ...]:
    """Greedy decoding to words.

    Args:
        scores: (T, C) float32 probabilities.
        characters: C strings, those of blank classes empty.
        blanks: classes below this are blank.
        box: where the T steps stand, side by side from its left to its right edge.

    Returns:
        Words from left to right; a word's confidence is the least of its characters'.
    """
    best = scores.argmax(axis=1)
    changed = np.concatenate(([True], best[1:] != best[:-1])) & (best >= blanks)
    step = box.width / max(1, len(best))
    words: list[ReadWord] = []
    letters: list[tuple[str, int, float]] = []
    for t in [*np.flatnonzero(changed).tolist(), -1]:
        text = characters[best[t]] if t >= 0 else " "
        if text.strip():
            letters.append((text, t, float(scores[t, best[t]])))
        elif letters and (t < 0 or text):
            words.append(_word(letters, step, box))
            letters = []
    return tuple(words)


def _word(letters: list[tuple[str, int, float]], step: float, box: Box) -> ReadWord:
    left = box.x0 + int(letters[0][1] * step)
    right = min(box.x1, max(left + 1, box.x0 + int((letters[-1][1] + 1) * step)))
    text = "".join(letter for letter, _, _ in letters)
    return ReadWord(text, Box(left, box.y0, right, box.y1), min(p for _, _, p in letters))

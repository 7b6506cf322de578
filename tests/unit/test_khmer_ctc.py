from __future__ import annotations

import numpy as np
import pytest

from medicord_ocr.readers.khmer_ctc import _within_ink

#: Classes: blank, a consonant, a vowel that is written before it.
MARKS = np.array([False, False, True])


@pytest.mark.parametrize(("last", "kept"), [(1, 0), (2, 2)])
def test_of_what_is_read_behind_the_last_ink_vowels_are_kept_and_letters_are_not(
    last: int, kept: int
) -> None:
    line = np.full((48, 100), 255, np.uint8)
    line[10:40, 5:70] = 0
    scores = np.full((10, 3), 0.01, np.float32)
    scores[:, 0] = 0.9
    scores[4] = (0.01, 0.99, 0.0)
    scores[8] = 0.0
    scores[8, last] = 1.0
    read = _within_ink(scores, line, MARKS).argmax(axis=1)
    assert read[4] == 1
    assert read[8] == kept

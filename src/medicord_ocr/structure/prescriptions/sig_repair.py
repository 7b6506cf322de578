"""Khmer words of directions that were read with a mark lost or doubled.

OCR drops the vowel or sign of short Khmer words (ថ្ង for ថ្ងៃ, គ្រាប for គ្រាប់). Such a word is
taken for the one word of the closed list below that it can be; numbers and names are never
touched, and whoever shows the word marks it for review.
"""

from __future__ import annotations

import re
from functools import cache

from medicord_ocr.khmer import canonical, has_khmer

_WORDS = (
    "ថ្ងៃ ថ្ងៃត្រង់ ព្រឹក ល្ងាច យប់ ដង ខែ សប្តាហ៍ អាទិត្យ ម៉ោង នាទី ម្តង រយៈពេល រាល់ រៀងរាល់ ក្នុង គ្រាប់ គ្រាប់ស្រោប "
    "កាប់ស៊ុល កញ្ចប់ ដប អំពូល ស្លាបព្រា ស្លាបព្រាកាហ្វេ ស្លាបព្រាបាយ តំណក់ បន្ទះ ប្រអប់ លេប លេបម្តង ញ៉ាំ ពិសា លាប "
    "ចាក់ បន្តក់ មុនបាយ ក្រោយបាយ ពេលបាយ មុនអាហារ ក្រោយអាហារ ពេលអាហារ មុន ក្រោយ ពេល បាយ អាហារ ពេលឈឺ "
    "ពេលក្តៅ មុនចូលគេង សរុប"
).split()
#: Numbers and words that a repair must not reach, since they mean something else.
_OTHERS = "មួយ ពីរ បី បួន ប្រាំ ដប់ កន្លះ គ្រប់ ដល់ ឈឺ ក្តៅ ឆ្នាំ ទី និង ឬ ធ្វើ រៀល ព្រា ព្រាកា ព្រាកាហ្វេ កាហ្វេ".split()
_MARKS = re.compile("[\u17b4-\u17d1\u17d3\u17dd]")
_RUN = re.compile("[\u1780-\u17d3\u17dd]+")
#: Letters and marks from which one may be wrong; shorter words only lose or gain marks.
_LONG = 6
_LONGEST = 20


@cache
def _lexicon() -> tuple[frozenset[str], dict[str, list[str]]]:
    words = [canonical(word) for word in _WORDS]
    bones: dict[str, list[str]] = {}
    for word in words:
        bones.setdefault(_MARKS.sub("", word), []).append(word)
    return frozenset(words) | {canonical(word) for word in _OTHERS}, bones


def mend(text: str) -> str:
    """A word of the page with each Khmer run that can be only one word of the list put right."""
    return _RUN.sub(lambda run: _mended(run.group()), text) if has_khmer(text) else text


def _mended(run: str) -> str:
    from rapidfuzz.distance import Levenshtein

    known, bones = _lexicon()
    plain = canonical(run)
    if plain in known or not 2 <= len(plain) <= _LONGEST:
        return run
    alike = bones.get(_MARKS.sub("", plain), [])
    near = [word for word in alike if Levenshtein.distance(word, plain) <= 2]
    if not near and len(plain) >= _LONG:
        near = [word for word in known if len(word) >= _LONG and _one_off(word, plain)]
    return near[0] if len(near) == 1 else run


def _one_off(word: str, plain: str) -> bool:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(word, plain, score_cutoff=1) <= 1

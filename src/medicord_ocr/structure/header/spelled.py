"""Words whose letters are set so far apart that each was read as a word of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median

from medicord_ocr.page import Reading, Segment, Word, bounding
from medicord_ocr.structure.fields import readings_of

#: Letters in a row that are no initials.
_FEWEST = 4
#: Gap between two words, in gaps between letters (2.1 in ``N A G A R A   C L I N I C``).
_SPACE = 1.6


def spelled(segments: Sequence[Segment]) -> list[Segment]:
    """The segments of a row, with each run of single letters made one segment of whole words."""
    found: list[Segment] = []
    for single, run in groupby(segments, key=_is_spelled):
        parts = list(run)
        letters = [word for part in parts for word in part.words]
        if single and len(letters) >= _FEWEST:
            words = tuple(_words(letters))
            found.append(Segment(words, bounding([part.box for part in parts])))
        else:
            found.extend(parts)
    return found


def _is_spelled(segment: Segment) -> bool:
    return all(len(word.text) == 1 and word.text.isupper() for word in segment.words)


def _words(letters: Sequence[Word]) -> Iterator[Word]:
    gaps = [after.box.x0 - before.box.x1 for before, after in pairwise(letters)]
    usual = max(1.0, median(gaps))
    ends = [i for i, gap in enumerate(gaps, 1) if gap > _SPACE * usual]
    for start, end in pairwise((0, *ends, len(letters))):
        word = letters[start:end]
        text = "".join(letter.text for letter in word)
        box = bounding([letter.box for letter in word])
        read = readings_of(word, of_all=True).items()
        readings = tuple(Reading(reader, part.replace(" ", "")) for reader, part in read)
        yield Word(text, box, min(letter.confidence for letter in word), readings)

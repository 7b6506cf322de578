"""Which candidate is the facility, and the other lines that its name goes over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from medicord_ocr.khmer import fold, has_khmer, script_of
from medicord_ocr.page import Box, PageText, Segment, Word, bounding
from medicord_ocr.structure.header.doctor_names import after_title
from medicord_ocr.structure.header.facility import (
    Place,
    is_name,
    is_no_name,
    keyword_weight,
    text_of,
    widened,
)
from medicord_ocr.structure.header.facility_words import GENERIC
from medicord_ocr.structure.labels import PLACES
from medicord_ocr.structure.titles import title_kind

# Gap, in heights of the text, up to which a name stands behind its keyword (a logo between).
_SAME_LINE = 8.0
#: Lines of a name: the gap, and the least height of the smaller, in heights of the larger.
_LEADING, _ALIKE = 1.2, 0.6
#: Signs of a Khmer name without its keyword; a slogan has more.
_KHMER_NAME = 25
#: Lines that a name may go over.
_MOST_LINES = 3
_PARTICLES = frozenset("of the and for de des du d la le les et a & -".split())


def choose_place(page: PageText, places: Sequence[Place]) -> Place | None:
    """The facility among the candidates: by keyword, then named, then the topmost.

    Of a name in both scripts the Latin one is taken, where it is as strong.
    """
    if not places:
        return None
    wide = [place if place.named else _joined(page, place) for place in places]
    best = max(wide, key=lambda place: (place.named, min(place.weight, 6), -place.row))
    latin = [
        place
        for place in wide
        if script_of(place.text) == "latin"
        and place.named
        and (place.weight >= 6 or place.weight >= best.weight)
    ]
    if script_of(best.text) != "latin" and latin:
        best = min(latin, key=lambda place: (abs(place.row - best.row), place.row))
    best = replace(best, rival=any(_rivals(place, best) for place in places))
    if not best.named or best.weight == 7:
        return best
    return _over_lines(page, best, -1) or _over_lines(page, best, 1) or best


def _rivals(place: Place, best: Place) -> bool:
    """Whether another name stands above the chosen one: a foundation and its clinic."""
    own = set(place.words) <= set(best.words)
    above = place.row < best.row and place.named and place.weight > 1 and not own
    return above and script_of(place.text) == script_of(best.text)


def _over_lines(page: PageText, place: Place, step: int) -> Place | None:
    """A name with the parts of it on the lines above (step -1) or below (1), in like print.

    In small letters only a line that ends in a particle goes on: « Hôpital de l'Amitié et ».
    """
    own = [
        (number, line)
        for number, row in enumerate(page.rows)
        if (line := tuple(w for s in widened(row).segments for w in s.words if w in place.words))
    ]
    whole, (row, line) = place, own[0 if step < 0 else -1]
    for _ in range(_MOST_LINES - len(own)):
        part = _next_part(page, row, line, step)
        if part is None:
            break
        row, line = part
        words = line + whole.words if step < 0 else whole.words + line
        whole = replace(whole, words=words, joined=True)
    return None if whole is place else whole


def _next_part(
    page: PageText, row: int, line: tuple[Word, ...], step: int
) -> tuple[int, tuple[Word, ...]] | None:
    """The line of a name next to one of its lines, with the index of its row."""
    box = bounding([word.box for word in line])
    for number, segment in _neighbours(page, row, box, step):
        lines = (segment.words, line) if step < 0 else (line, segment.words)
        if _goes_on(box, segment.box, lines) and _is_part(segment, above=step < 0):
            return number, segment.words
    return None


def _goes_on(own: Box, other: Box, lines: tuple[Sequence[Word], Sequence[Word]]) -> bool:
    """Whether the second of two lines goes on with the first: near, in line, alike in print."""
    height = max(own.height, other.height)
    near = max(own.y0 - other.y1, other.y0 - own.y1) < _LEADING * height
    alike = min(own.height, other.height) >= _ALIKE * height
    in_line = min(abs(own.x0 - other.x0), abs(own.centre - other.centre)) <= height
    capitals = all(text_of(words).isupper() for words in lines)
    return near and alike and in_line and (capitals or fold(lines[0][-1].text) in _PARTICLES)


def _is_part(segment: Segment, *, above: bool) -> bool:
    """Whether a line can be a part of a name: capitals, and no keyword as strong as its own."""
    weight = keyword_weight(segment.text)[0]
    place = PLACES.latin.fullmatch(fold(segment.text)) is not None
    nobody = after_title(segment.words, 0) is None
    kind = 0 < weight <= 3 and fold(segment.words[-1].text) in GENERIC  # INTERNATIONAL MEDICAL
    named = is_name(segment) or (kind and not is_no_name(segment.text))
    return named and nobody and (above or not (place or weight))


def _joined(page: PageText, place: Place) -> Place:
    """A line that only says what kind of place it is, with the name on the line beside it."""
    box = bounding([word.box for word in place.words])
    for segment in widened(page.rows[place.row]).segments:
        apart = segment.box.x0 - box.x1
        if 0 < apart < _SAME_LINE * box.height and is_name(segment):
            return replace(place, words=(*place.words, *segment.words), named=True, joined=True)
    below = [s for _, s in _neighbours(page, place.row, box, 1) if _is_khmer_name(s, box)]
    if has_khmer(place.text) and below:
        return replace(place, words=(*place.words, *below[0].words), named=True, joined=True)
    first = fold(place.words[0].text)
    steps = (-1, 1) if first not in GENERIC or _ends_name(place) else (1, -1)
    for step in steps:
        for _, segment in _neighbours(page, place.row, box, step):
            if is_name(segment):
                words = (segment.words, place.words) if step < 0 else (place.words, segment.words)
                return replace(place, words=(*words[0], *words[1]), named=True, joined=True)
    return place


def _is_khmer_name(segment: Segment, above: Box) -> bool:
    """Whether a line right below a Khmer keyword is the name: no sentence, address or title."""
    text, box = segment.text, segment.box
    near = box.y0 - above.y1 < _LEADING * box.height and box.height >= _ALIKE * above.height
    plain = script_of(text) == "khmer" and not re.search(r"[\d០-៩:៖«»!?។]", text)
    other = is_no_name(text) or keyword_weight(text)[0] or title_kind(text)
    return near and plain and not other and len(text) <= _KHMER_NAME


def _neighbours(page: PageText, index: int, box: Box, step: int) -> list[tuple[int, Segment]]:
    """What stands right above (step -1) or below (1) a box, past rows that leave it free.

    With the index of its row.
    """
    for number in range(index + step, len(page.rows) if step > 0 else -1, step):
        segments = widened(page.rows[number]).segments
        found = [(number, segment) for segment in segments if segment.box.overlap_x(box)]
        if found:
            return found
    return []


def _ends_name(place: Place) -> bool:
    """Whether it is the English order, with the name before the keyword."""
    return fold(place.words[-1].text) in {
        "hospital",
        "clinic",
        "laboratory",
        "center",
        "polyclinic",
    }

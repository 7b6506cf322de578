"""Facilities that stand where or as the letterhead's keywords do not say.

Some letterheads name the place without a word for what it is (a laboratory's brand, a charity),
some print it at the foot of the page. Both are shown for review only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from medicord_ocr.khmer import fold, has_khmer
from medicord_ocr.page import PageText, Row, Segment
from medicord_ocr.structure.header.doctor_names import DEGREE, after_title
from medicord_ocr.structure.header.facility import (
    Place,
    has_capital,
    is_choice,
    is_no_name,
    keyword_weight,
    places_of_row,
    widened,
)
from medicord_ocr.structure.header.facility_words import AFFILIATED
from medicord_ocr.structure.header.letterhead import is_letterhead, letterhead_rows
from medicord_ocr.structure.header.patient import patient_labels
from medicord_ocr.structure.titles import title_kind

#: Share of the page's height, from its lower edge, that holds the foot of the page.
_FOOT = 0.12
#: Rows below a name in which its address or telephone number follows.
_CONTACT_ROWS = 3
#: Height of a name printed large, in median heights of the page's segments.
_LARGE = 1.25
#: Least weight of a keyword at the foot: a hospital, a cabinet, a laboratory.
_FOOT_WEIGHT = 4
#: The same for a line that only says what kind of place it is.
_PLAIN_WEIGHT = 4
#: Words of a name on the first line in print like any other; two may be a person's.
_FIRST_WORDS = 3
_FEWEST_LETTERS, _MOST_WORDS = 6, 8
_PARTICLES = frozenset("of the and for de des du la le les et d l a au aux in".split())


def unlabelled_place(page: PageText, best: Place | None) -> Place | None:
    """The facility where no line of the letterhead names one by its keyword, else None.

    Args:
        page: the first page.
        best: the choice among the lines with a keyword.
    """
    if best is not None and best.named:
        return _above_description(page, best)
    return _at_foot(page) or next(_brands(page), None) or _plain(page, best)


def _plain(page: PageText, best: Place | None) -> Place | None:
    """A line above an address that only says what kind of place it is, in several words.

    « Cabinet de biologie médicale » is all the name that some letterheads print.
    """
    if best is None or best.weight < _PLAIN_WEIGHT or len(best.words) < _FIRST_WORDS:
        return None
    contact = _has_contact(page, best.row + 1, _CONTACT_ROWS - 1)
    return replace(best, named=True, unlabelled=True) if contact else None


def _above_description(page: PageText, best: Place) -> Place | None:
    """A name above a line that only describes it (``Dialysis and kidney clinic, Takeo``)."""
    if not _is_description(best):
        return None
    names = (
        Place(segment.words, index, 2, named=True, unlabelled=True)
        for index in range(best.row - 1, max(-1, best.row - 3), -1)
        for segment in widened(page.rows[index]).segments
        if _may_be_name(segment)
    )
    return next(names, replace(best, unlabelled=True))


def _is_description(place: Place) -> bool:
    """Whether a line is no name: its words have no capitals, but for the first one."""
    if AFFILIATED.search(fold(place.text)):
        return True
    words = [word.text for word in place.words if fold(word.text) not in _PARTICLES]
    if place.weight == 7 or has_khmer(place.text) or len(words) < 3:
        return False
    if place.words[0].text[:1].islower():
        return True
    if keyword_weight(words[0])[0]:
        return False  # « Laboratoire de biologie médicale … », a name in French
    if words[0][:1].islower():
        return True  # « The best hospital in Cambodia »
    return words[0][:1].isupper() and all(word[:1].islower() for word in words[1:3])


def _at_foot(page: PageText) -> Place | None:
    """A facility with its address or telephone number at the foot of the page."""
    top = (1 - _FOOT) * page.height
    for index, row in enumerate(page.rows):
        if row.box.y0 < top or not _has_contact(page, index, 1):
            continue
        for place in places_of_row(row, index):
            if place.named and place.weight >= _FOOT_WEIGHT:
                return replace(place, unlabelled=True)
    return None


def _has_contact(page: PageText, index: int, below: int) -> bool:
    return any(is_letterhead(row) for row in page.rows[index : index + below + 1])


def _brands(page: PageText) -> Iterator[Place]:
    """Lines of the letterhead that can be a name alone, the largest print first."""
    usual = median(s.box.height for row in page.rows for s in row.segments) if page.rows else 0
    found: list[tuple[float, int, Place]] = []
    for index in letterhead_rows(page):
        row = widened(page.rows[index])
        if _begins_report(row):
            break
        if is_choice(row):
            continue
        contact = _has_contact(page, index, _CONTACT_ROWS)
        for segment in row.segments:
            large = segment.box.height >= _LARGE * usual
            first = index == 0 and len(segment.words) >= _FIRST_WORDS
            if _may_be_name(segment) and contact and (large or first or _stands_out(segment)):
                place = Place(segment.words, index, 2, named=True, unlabelled=True)
                found.append((-segment.box.height if large else 0.0, index, place))
    yield from (place for _, _, place in sorted(found, key=lambda item: item[:2]))


def _begins_report(row: Row) -> bool:
    """Whether the letterhead ends here: the patient's block or the document's title."""
    return any(
        patient_labels(segment.text.lower()) or title_kind(segment.text) for segment in row.segments
    )


def _stands_out(segment: Segment) -> bool:
    return segment.text.isupper() or all(word.bold is True for word in segment.words)


def _may_be_name(segment: Segment) -> bool:
    """Whether a line can be a proper name: capitals, no figures, labels, titles or sentences."""
    text, words = segment.text, segment.words
    if has_khmer(text) or len(words) > _MOST_WORDS or re.search(r"[\d:@/\"“«?!]|\.$", text):
        return False
    if sum(char.isalpha() for char in text) < _FEWEST_LETTERS or is_no_name(text):
        return False
    if after_title(words, 0) is not None or any(DEGREE.fullmatch(word.text) for word in words):
        return False
    return all(
        has_capital(word.text) or fold(word.text) in _PARTICLES or not word.text[:1].isalpha()
        for word in words
    )

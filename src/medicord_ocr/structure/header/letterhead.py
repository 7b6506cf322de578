"""Which rows of a page may be its letterhead, and what only a letterhead has."""

from __future__ import annotations

from medicord_ocr.page import PageText, Row
from medicord_ocr.structure.header.facility_words import ADDRESS, CONTACT, OFFICIAL

#: Share of the page's height, and rows, that a letterhead may take.
_LETTERHEAD, _LETTERHEAD_ROWS = 0.28, 12
#: Letters of a row that is no specks, and the confidence of their words: on 5 of 20 photos up to 12
#: rows of specks with fewer stood above the letterhead.
_LETTERS, _SURE = 4, 0.5


def letterhead_rows(page: PageText) -> range:
    """Indices of the rows that may be the letterhead: the top of the page, above the patient.

    Specks that were read on the desk around a sheet are no rows of it.
    """
    written = [(index, row.box.y0) for index, row in enumerate(page.rows) if _is_written(row)]
    if not written:
        return range(0)
    bottom = min(y0 for _, y0 in written) + _LETTERHEAD * page.height
    last = [index for index, y0 in written[:_LETTERHEAD_ROWS] if y0 <= bottom]
    return range(last[-1] + 1 if last else 0)


def _is_written(row: Row) -> bool:
    sure = [word for s in row.segments for word in s.words if word.confidence >= _SURE]
    return sum(char.isalnum() for word in sure for char in word.text) >= _LETTERS


def is_letterhead(row: Row) -> bool:
    """Whether a row can only be of a letterhead: address, telephone, kingdom, ministry."""
    return any(
        ADDRESS.match(segment.text.lower())
        or CONTACT.search(segment.text)
        or OFFICIAL.within(segment.text, fuzzy=False)
        for segment in row.segments
    )

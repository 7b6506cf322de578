"""Takes out of a text what tells who the patient is, and puts it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from medicord_ocr.khmer import has_khmer
from medicord_ocr.page import PageText
from medicord_ocr.structure.header.patient import patient_labels, patient_rows
from medicord_ocr.structure.line import alternatives, fold_line, line_of

MASK = "[MASKED]"
#: A name is known again with one letter in five misread; shorter words must be the same.
_ALIKE, _LONG = 80, 4
# Words that say something of their own wherever they stand; short family names (Im, Or) stay.
_COMMON = frozenset("no non not of de du la le les et and the in to sans pas".split())
_TOKEN = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u1780-\u17d3]|['’-](?=[^\W\d_]))+|\d{4,}")
_PATTERNS = re.compile(
    "|".join(
        (
            re.escape(MASK),
            r"[\w.+-]+@[\w-]+\.[\w.-]+",
            # dates, of birth among them; telephone and other long numbers
            r"(?<![\d.,])\d{1,4}\s?(?P<sign>[/.-])\s?\d{1,2}\s?(?P=sign)\s?\d{2,4}(?!\d|[.,]\d)",
            r"(?<!\d)\d{1,2}[\s/.-]+[^\W\d_]{3,10}\.?[\s/.-]+(?:19|20)\d\d(?!\d)",
            r"(?:\+\s?)?(?:\d[\s().-]{0,2}){6,}\d(?![.,]?\d)",
            r"\b[A-Z]{1,4}[-/]?\d{4,}\b",
            # ages
            r"(?i:\b\d{1,3}\s?(?:y/?o|yrs?|years?(?:\s?old)?|ans)\b)",
            r"(?:អាយុ\s?)?\d{1,3}\s?ឆ្នាំ",
            # titles with the names behind them
            r"(?:(?<!\w)(?:Mr|Mrs|Ms|Miss|Mme|Mlle|M|Mister|Madame|Monsieur|Patiente?)\b\.?\s?:?\s*"
            r"[A-ZÀ-Ý][\w'’-]+(?:\s+[A-ZÀ-Ý][\w'’-]+){0,3})",
            r"(?:លោកស្រី|លោក|អ្នកស្រី|កញ្ញា|អ្នកជំងឺ(?:ឈ្មោះ)?)\s*[\u1780-\u17d3]+(?:\s[\u1780-\u17d3]+){0,2}",
        )
    )
)
_ADDRESS = re.compile(
    r"(?<![a-z])(?:street|st\.|road|rd\.|village|commune|district|province|sangkat|khan|krong|phum"
    r"|khum|srok|rue|quartier|boulevard|bd\.|address|adresse|house no|tel|phone|telephone)(?![a-z])"
    r"|"
    + alternatives("ភូមិ", "ឃុំ", "សង្កាត់", "ខណ្ឌ", "ស្រុក", "ខេត្ត", "ផ្ទះលេខ", "ផ្លូវ", "អាសយដ្ឋាន", "ទូរស័ព្ទ")
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without identifiers.

    Attributes:
        text: with MASK where they stood.
        hidden: what stood there, in order.
    """

    text: str
    hidden: tuple[str, ...] = ()

    def restored(self, text: str) -> str | None:
        """Another text with the identifiers put back; None when it has not as many masks."""
        parts = text.split(MASK)
        if len(parts) != len(self.hidden) + 1:
            return None
        return "".join(part + hid for part, hid in zip(parts, (*self.hidden, ""), strict=True))


def identifying_words(pages: Sequence[PageText]) -> frozenset[str]:
    """Folded words and long numbers of the patient's block, labels among them."""
    lines = [[line_of(page.number, row) for row in page.rows] for page in pages]
    rows = {(page, index) for page, index in patient_rows(lines)}
    found = frozenset(
        fold_line(token)
        for of_page in lines
        for index, line in enumerate(of_page)
        if (line.page, index) in rows
        for word in line.words
        for text in (word.text, *(reading.text for reading in word.readings))
        for token in _TOKEN.findall(text)
    )
    return found - _COMMON


def masked(text: str, words: frozenset[str]) -> Masked:
    """A text with everything masked that identifies, or may.

    Args:
        text: of one field.
        words: from ``identifying_words``.

    Returns:
        masked whole where it has a label of the patient's block or an address.
    """
    folded = fold_line(text)
    if patient_labels(folded) or _ADDRESS.search(folded):
        return Masked(MASK, (text,))
    places = [match.span() for match in _PATTERNS.finditer(text)]
    for match in _TOKEN.finditer(text):
        if _identifies(fold_line(match.group()), words):
            places.append(match.span())
    shown, hidden, at = "", [], 0
    for start, end in _joined(places):
        shown += text[at:start] + MASK
        hidden.append(text[start:end])
        at = end
    return Masked(shown + text[at:], tuple(hidden))


def _identifies(token: str, words: frozenset[str]) -> bool:
    if token in words:
        return True
    if len(token) < _LONG:
        return False
    long = [word for word in words if len(word) >= _LONG]
    if has_khmer(token) and any(word in token for word in long):  # no spaces between its words
        return True
    return any(fuzz.ratio(token, word) >= _ALIKE for word in long)


def _joined(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places in order, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined

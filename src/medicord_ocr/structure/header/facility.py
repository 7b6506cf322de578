"""The facility on the letterhead, in Khmer, English or French.

The letterhead is the top of the first page. Kingdom, motto, ministry and document titles are
no facilities, nor is who sent the specimen. A name is kept as it is printed; Khmer that was
read in visual order (ornate fonts) is mended only where exactly one known name fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from medicord_ocr.khmer import fold, has_khmer, impossible_order, script_of
from medicord_ocr.page import PageText, Row, Segment, Word, bounding
from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.fields import RowRef, Span, field_info
from medicord_ocr.structure.header.facility_names import (
    bare_name,
    known_name,
    mended_ceiling,
    mended_keyword,
    without_tail,
)
from medicord_ocr.structure.header.facility_words import (
    ADDRESS,
    AFFILIATED,
    CHOICE,
    FACILITY_LABEL,
    FACILITY_LABEL_BONES,
    GENERIC,
    KEYWORDS,
    KHMER_GENERIC,
    NO_FACILITY,
    NUMBERED,
    OFFICIAL,
    PERSON,
    SECTION,
    SENDER,
)
from medicord_ocr.structure.header.letterhead import letterhead_rows
from medicord_ocr.structure.header.patient import patient_labels
from medicord_ocr.structure.header.spelled import spelled
from medicord_ocr.structure.labels import PLACES, first_within, skeleton

# Gap between segments, in widths of a letter, that a space of spaced letters may have (1.1 in
# capitals set as wide apart as they are high, 1.22 at 110 dpi).
_SPACED = 1.3
# Letters that take more than _PITCH of their height are set apart, and so are their words: by up
# to _APART of a letter (1.25-1.35 in eight prints of Carlito, where columns stand three apart).
_PITCH, _APART = 1.25, 1.6
# The same in Khmer print, in heights (of its capitals' kind 1.05-1.14 on dev, where two columns
# stand at least five apart).
_KHMER_SPACE = 1.5
#: What parts a name from what else its line says.
_PARTING = "|•·●"
_RUN_TOGETHER = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Place:
    """A candidate for the facility.

    Attributes:
        words: its words, of one page.
        row: index of its row on page 1.
        weight: 3-6 by keyword, 7 for a known name, 2 for none, 1 for one that a line names beside
            the facility (« a member of Delta Labs Group »).
        named: whether it says more than what kind of place it is.
        fuzzy: whether its keyword was recognised with letters misread.
        joined: whether its name stands on the line beside its keyword.
        unlabelled: whether it has no keyword, or stands at the foot of the page.
        mended: the known spelling where the reading was in visual order, else None.
        rival: whether another name with a keyword stands above it.
    """

    words: tuple[Word, ...]
    row: int
    weight: int
    named: bool
    fuzzy: bool = False
    joined: bool = False
    unlabelled: bool = False
    mended: str | None = None
    rival: bool = False

    @property
    def text(self) -> str:
        """The name as printed, without what follows it on its line."""
        if self.mended is not None:
            return self.mended
        return bare_name(text_of(self.words))


def find_places(page: PageText) -> list[Place]:
    """All candidates for the facility in the letterhead of a page, in reading order."""
    places: list[Place] = []
    below_patient = False
    for index in letterhead_rows(page):
        row = page.rows[index]
        of_row = [p for p in places_of_row(row, index) if not _is_sender(page, p)]
        below_patient = below_patient or _is_patient(row)
        # Below the patient's name there are senders and wards rather than the letterhead.
        places += of_row if not (below_patient and places) else []
    return places


def _is_sender(page: PageText, place: Place) -> bool:
    """Whether a label right above says that the place sent the specimen."""
    box = bounding([word.box for word in place.words])
    above = page.rows[place.row - 1] if place.row else None
    return above is not None and any(
        segment.text.rstrip().endswith((":", "៖")) and SENDER.within(segment.text)
        for segment in above.segments
        if segment.box.overlap_x(box) and box.y0 - segment.box.y1 < box.height
    )


def places_of_row(row: Row, index: int) -> list[Place]:
    """The candidates on one row."""
    row = widened(row)
    if is_choice(row):
        return []
    row = replace(row, segments=tuple(part for s in row.segments for part in _parts(s)))
    return [place for i in range(len(row.segments)) for place in _of_segment(row, i, index)]


def is_choice(row: Row) -> bool:
    """Whether a row offers the choices of a form, each with a box to be ticked."""
    return any(CHOICE.search(segment.text) for segment in row.segments)


def widened(row: Row) -> Row:
    """The row with segments joined that only the wide spaces of large letters part.

    The lines of a cell, which is one segment, are parted: a framed letterhead is no one name.
    """
    joined: list[Segment] = []
    for segment in (line for part in spelled(row.segments) for line in _lines(part)):
        last = joined[-1] if joined else None
        both = (last, segment) if last else (segment,)
        letter = sum(s.box.width for s in both) / max(1, sum(len(s.text) for s in both))
        height = segment.box.height
        khmer = last is not None and script_of(last.text) == script_of(segment.text) == "khmer"
        apart = _APART if letter > _PITCH * height else _SPACED
        space = max(_KHMER_SPACE * height if khmer else height, apart * letter)
        level = last is not None and last.box.overlap_y(segment.box) > 0.5 * height
        if last and level and segment.box.x0 - last.box.x1 <= space:
            joined[-1] = Segment(last.words + segment.words, last.box.union(segment.box))
        else:
            joined.append(segment)
    return replace(row, segments=tuple(joined))


def _parts(segment: Segment) -> Iterator[Segment]:
    """What upright strokes and dots part: « Angkor Clinic | Radiology · CT »."""
    marks = [i for i, word in enumerate(segment.words) if word.text.strip(_PARTING) == ""]
    for start, end in pairwise((-1, *marks, len(segment.words))):
        words = segment.words[start + 1 : end]
        if words:
            yield replace(segment, words=words, box=bounding([word.box for word in words]))


def _lines(segment: Segment) -> Iterator[Segment]:
    """The lines of a segment, which has several where it is a cell."""
    starts, line = [0], segment.words[0].box
    for at, word in enumerate(segment.words):
        if word.box.x0 < line.x1 and word.box.y0 > line.middle:
            starts.append(at)
            line = word.box
        line = line.union(word.box)
    for start, end in pairwise((*starts, len(segment.words))):
        words = segment.words[start:end]
        yield replace(segment, words=words, box=bounding([word.box for word in words]))


def _is_patient(row: Row) -> bool:
    return any(patient_labels(segment.text.lower()) for segment in row.segments)


def _of_segment(row: Row, i: int, index: int) -> Iterator[Place]:
    segment = row.segments[i]
    words = _without_tail(segment.words)
    text = text_of(words)
    before = row.segments[i - 1].text if i else ""
    label, _, value = text.partition(":") if ":" in text else text.partition("៖")
    if value.strip():
        # Forms align their colons: « Health facility   : Kampot Hospital ».
        if not _is_facility_label(label if label.strip() else before):
            return
        # The Khmer keyword is a part of the name, and its colon often a vowel misread.
        if keyword_weight(value)[0] or not has_khmer(label):
            words = words[_words_of(words, len(label) + 1) :]
    elif re.search(r"\w\W*[:៖]\s*$", before) and not _is_facility_label(before):
        return
    # « Specimen from: Calmette Hospital » says nothing of what stands beside it.
    open_label = not re.search(r"[:៖]\s*\S", before)
    if (open_label and SENDER.within(before)) or SENDER.latin.match(fold(text)):
        return
    found = [place for part in _by_script(words) if (place := _place(part, index))]
    if not found and value.strip() and not has_khmer(text) and is_name(Segment(words, segment.box)):
        found = [Place(words, index, 3, named=True, unlabelled=True)]  # « Hospital: Sre Ambel »
    yield from found


def _without_tail(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words up to the address or telephone number behind a name."""
    return words[: max(1, len(without_tail(text_of(words)).split()))]


def _is_facility_label(label: str) -> bool:
    if has_khmer(label):
        return skeleton(label) in FACILITY_LABEL_BONES
    return FACILITY_LABEL.fullmatch(fold(label)) is not None


def _words_of(words: Sequence[Word], characters: int) -> int:
    """How many words the first characters of their text take."""
    taken = 0
    for count, word in enumerate(words):
        if taken >= characters:
            return count
        taken += len(word.text) + 1
    return len(words)


def _by_script(words: tuple[Word, ...]) -> list[tuple[Word, ...]]:
    """The words in one piece, or in two where both scripts name a facility."""
    runs: list[list[Word]] = []
    last = "none"
    for word in words:
        script = script_of(word.text)
        if not runs or (script != last and "none" not in (script, last)):
            runs.append([])
        runs[-1].append(word)
        last = script if script != "none" else last
    parts = [tuple(run) for run in runs]
    if len(parts) == 2 and all(keyword_weight(text_of(part))[0] for part in parts):
        return parts
    return [words]


def text_of(words: Sequence[Word]) -> str:
    """The words joined by spaces."""
    return " ".join(word.text for word in words)


def keyword_weight(text: str) -> tuple[int, bool]:
    """Weight of the best keyword, 0 for none, and whether letters of it were misread.

    Words may have been run together (``SokhaMedicalLaboratory``).
    """
    return first_within(_RUN_TOGETHER.sub(" ", text), KEYWORDS) or (0, False)


def _place(words: tuple[Word, ...], row: int) -> Place | None:
    words = _without_town(words)
    text = text_of(words)
    folded = fold(text)
    if ADDRESS.match(folded) or ADDRESS.match(text.lower()) or NUMBERED.search(folded):
        return None
    if PERSON.match(folded) or re.search("[@©]", text):
        return None
    known, mended = known_name(text)
    weight, fuzzy = (7, False) if known else keyword_weight(text)
    if not weight or (not known and NO_FACILITY.within(text, fuzzy=False)):
        return None
    weight = 1 if AFFILIATED.search(folded) else weight
    named = known or _latin_named(folded) or _khmer_named(text)
    if mended is None and has_khmer(text):
        mended = mended_keyword(bare_name(text))
    return Place(words, row, weight, named, fuzzy, mended=mended)


def _without_town(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """A name without the town behind its comma, but not ``Provincial Hospital, Takeo``."""
    end = max((i for i, word in enumerate(words, 1) if word.text.endswith(",")), default=0)
    in_town = PLACES.latin.fullmatch(fold(text_of(words[end:])))
    return words[:end] if in_town and _latin_named(fold(text_of(words[:end]))) else words


def _latin_named(folded: str) -> bool:
    """Whether a folded Latin line says more than what kind of place it is."""
    rest = [word for word in folded.split() if word not in GENERIC and not word.isdigit()]
    return any(len(word) >= 2 and not has_khmer(word) for word in rest)


def _khmer_named(text: str) -> bool:
    """Whether a Khmer line says more than what kind of place it is."""
    bones = skeleton(text)
    for term in (*(t for words in KEYWORDS.values() for t in words.khmer), *KHMER_GENERIC):
        bones = bones.replace(term, "", 1)
    return has_khmer(text) and sum(char.isalpha() for char in bones) >= 2


def is_name(segment: Segment) -> bool:
    """Whether a segment can be a proper name without a word for what kind of place it is."""
    text = segment.text
    return (
        len(segment.words) <= 4
        and not re.search(r"[\d:@/]", text)
        and script_of(text) == "latin"
        and all(has_capital(word.text) or len(word.text) <= 3 for word in segment.words)
        and not NO_FACILITY.within(text)
        and not SECTION.within(text)
        and not ADDRESS.match(text.lower())
        and not ("," in text and PLACES.latin.fullmatch(fold(text.rpartition(",")[2])))
        and PERSON.match(fold(text)) is None
        and not keyword_weight(text)[0]
    )


def has_capital(text: str) -> bool:
    """Whether a word is written as names are: ``Sokha``, ``mediTEST``."""
    return any(char.isupper() for char in text)


def is_no_name(text: str) -> bool:
    """Whether a line is a title, a section's, an address or another part of a letterhead."""
    return (
        NO_FACILITY.within(text)
        or SECTION.latin.fullmatch(fold(text)) is not None
        or OFFICIAL.within(text, fuzzy=False)
        or ADDRESS.match(text.lower()) is not None
        or PERSON.match(fold(text)) is not None
    )


def facility_field(page: PageText, place: Place | None) -> HeaderField | None:
    """The facility as a header field, None where no name is printed."""
    if place is None or not place.named:
        return None
    span = Span(page.number, _name_words(place))
    reasons = ["facilities_disagree"] if place.rival else []
    reasons += ["cut_name"] if _begins_inside(span.words) else []
    doubtful = reasons or place.joined or place.unlabelled
    if impossible_order(place.text) or (place.mended and place.weight < 7):
        # A vowel of the name may have been read with the wrong consonant just as well.
        reasons.append("impossible_khmer")
    ceiling = 0.98 if place.weight == 7 else 0.95
    if place.fuzzy:
        ceiling = 0.8
    if place.mended is not None:
        ceiling = min(ceiling, mended_ceiling(place.mended, span.text))
    if doubtful:
        ceiling = 0.6
    info = field_info(span, reasons=reasons, ceiling=ceiling)
    return HeaderField(**dict(info), value=place.text)


def _begins_inside(words: Sequence[Word]) -> bool:
    """Whether a name begins with the end of a word: « ily Clinic », of Family Clinic."""
    first = words[0].text
    return first.isalpha() and first.islower() and any(has_capital(word.text) for word in words)


def _name_words(place: Place) -> tuple[Word, ...]:
    """The words of the name, without those of the address after it."""
    if place.mended is not None:
        return place.words
    kept = place.text.replace(" ", "")
    count, taken = 0, ""
    while count < len(place.words) and len(taken) < len(kept):
        taken += place.words[count].text.replace("៖", "")
        count += 1
    return place.words[:count]


def facility_row(places: Sequence[Place], page: PageText) -> frozenset[RowRef]:
    """The rows that the candidates stand on."""
    return frozenset((page.number, place.row) for place in places)

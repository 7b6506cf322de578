"""The doctor: prescriber, requester or signatory, with the title as printed; never the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from medicord_ocr.khmer import has_khmer
from medicord_ocr.page import PageText, Row, Segment, Word, bounding
from medicord_ocr.structure.header.doctor_names import (
    DEGREE,
    GLUED,
    NOT_NAMES,
    after_name,
    after_title,
    bare,
    is_stop,
    khmer_glued,
    misread_title,
)
from medicord_ocr.structure.header.facility import keyword_weight, widened
from medicord_ocr.structure.header.patient import patient_labels
from medicord_ocr.structure.header.roles import (
    HEADS,
    NAMING,
    OTHERS,
    SIGNING,
    Role,
    role_of,
)
from medicord_ocr.structure.labels import PLACES
from medicord_ocr.structure.titles import title_kind

# A label and the value behind it without a space between them, but not a time of day.
_GLUED_LABEL = re.compile(r"[^:៖\d]{2,}[:៖][.,'’]*(?=[^\W\d])")
# The same with a title behind it, the colon lost: « PhysicianDr. ».
_GLUED_TITLE = re.compile(r"\w{3,}[a-z](?=(?:D[Rr]|Pr|Prof)\.$)")
# Whom a letter is for.
_ADDRESSEE = re.compile(r"(?:^|\s)(?:to|attn|attention|dear|à|à l'attention de)\s?[:.]?\s*$")
_WHO = "អ្នក"  # who gives a prescription (វេជ្ជបញ្ជា) is no title of one
_LINKS, _OF = frozenset("by par".split()), frozenset("of du de".split())


@dataclass(frozen=True, slots=True)
class Doctor:
    """A doctor named on a page.

    Attributes:
        page: page number counted from 1.
        words: title, name and degrees, in reading order.
        row: index of the row.
        role: what the doctor did, from the label or, without one, from the place on the page.
        titled: whether a title is printed; without one the label alone says that it is a doctor.
        title: the title where its word was misread, else None.
        cut: whether a word follows that may be the rest of the name, misread.
        unsure: whether only its place under a label shows that it is a name, or a title that was
            misread; whether its label is that of who heads the place; whether a stamp lies on it.
    """

    page: int
    words: tuple[Word, ...]
    row: int
    role: Role
    titled: bool = True
    title: str | None = None
    cut: bool = False
    unsure: bool = False

    @property
    def text(self) -> str:
        """Title and name as printed."""
        texts = [word.text for word in self.words]
        if self.title is not None:
            texts[0] = self.title
        return " ".join(texts).strip(" ,;:-")


def find_doctors(
    page: PageText,
    letterhead: range,
    block: range = range(0),
    taken: frozenset[Word] = frozenset(),
) -> list[Doctor]:
    """All doctors named on a page, in reading order.

    Args:
        page: the page.
        letterhead: rows in which a doctor without a label is the letterhead's.
        block: rows of the patient's block; a doctor without a label there is the requester.
        taken: words that are no doctor's name (those of the facility's).
    """
    found: list[Doctor] = []
    usual = median(row.box.height for row in page.rows) if page.rows else 0
    for index, row in enumerate(page.rows):
        # Spaces of large and of typed print are as wide as gaps between columns of other print; in
        # Khmer of the page's usual size such a gap is one.
        large = row.box.height > _LARGE * usual
        row = widened(row) if large or not any(has_khmer(s.text) for s in row.segments) else row
        default: Role = "letterhead" if index in letterhead else "signatory"
        default = "requester" if index in block else default
        found += _titled(page, index, row, default)
        found += _labelled(page, index, row)
        found += _with_degree(page, index, row)
        found += _misread(page, index, row) if index not in block else ()
        found += _beneath(page, index, row)
    return [doctor for doctor in found if taken.isdisjoint(doctor.words)]


def _titled(page: PageText, index: int, row: Row, default: Role) -> Iterator[Doctor]:
    row = _labels_apart(row)
    words = [word for segment in row.segments for word in segment.words]
    starts = _segment_starts(row)
    at = before_from = 0
    while at < len(words):
        end = after_title(words, at)
        stamped = end is not None and _stamped(words, at, starts)
        if end is None or not (stamped or _may_start(words, at, starts)):
            at += 1
            continue
        stop = after_name(words, end, starts, begun=GLUED.match(words[end - 1].text) is not None)
        stop = max(stop, end) if khmer_glued(words[end - 1].text) else stop
        if stop > end or GLUED.match(words[end - 1].text) or khmer_glued(words[end - 1].text):
            named = tuple(words[at:stop])
            before = " ".join(word.text for word in words[before_from:at])
            at = max(stop, end)
            if _ADDRESSEE.search(before.lower()) or _is_patient(before, row):
                continue
            role = _place_role(page, index, named, before, default)
            doubtful = stamped or (default == "letterhead" and HEADS.within(before))
            cut = _cut(words, stop, starts)
            if stop == len(words) or stop in starts:
                more = _next_line(page, index, named)
                named, cut = (*named, *more), cut or bool(more)
            before_from = stop  # a doctor's title is no label of the next doctor's
            yield Doctor(page.number, named, index, role, cut=cut, unsure=doubtful)
        else:
            at = end


def _stamped(words: Sequence[Word], at: int, starts: frozenset[int]) -> bool:
    """Whether a stamp over a signature may be what stands before the title."""
    before = words[max(start for start in starts if start <= at) : at]
    text = " ".join(word.text for word in before)
    few = 0 < len(before) <= _STAMP_WORDS and text.isupper()
    return few and not (role_of(text) or keyword_weight(text)[0] or OTHERS.within(text))


def _is_patient(before: str, row: Row) -> bool:
    """Whether the label before a titled name is the patient's: a doctor may be one.

    « Name: » alone stands under a signature as well.
    """
    label = re.search(r"([^:៖]+)[:៖]\W*$", before.lower())
    if label is None or not patient_labels(label[0]) or role_of(label[1]) is not None:
        return False
    labels = sum(patient_labels(segment.text.lower()) for segment in row.segments)
    return labels > 1 or OTHERS.within(label[1])


def _next_line(page: PageText, index: int, named: tuple[Word, ...]) -> tuple[Word, ...]:
    """The rest of a name of one word, alone on the line below: ``Dr. VONG`` / ``Sokchea``."""
    names = named[(after_title(named, 0) or 0) :]
    if len(names) != 1 or GLUED.match(named[0].text) or index + 1 >= len(page.rows):
        return ()
    segments = page.rows[index].segments
    own = next((s.box for s in segments if names[0] in s.words), names[0].box)
    lower = (row.segments for row in page.rows[index + 1 :])
    below = next((row for row in lower if any(s.box.overlap_x(own) for s in row)), ())
    if len(below) > 2 and not _wrapped(page.rows[index], below):
        return ()  # a table's headings
    for segment in below:
        starts = (own.x0, named[0].box.x0, names[0].box.x0)
        height = names[0].box.height
        aligned = any(abs(segment.box.x0 - x0) <= height for x0 in starts)
        near = segment.box.y0 - names[0].box.y1 < height
        words = segment.words
        if aligned and near and after_name(words, 0, frozenset({0}), begun=False) == len(words):
            return words if len(words) <= 2 and role_of(segment.text) is None else ()
    return ()


def _wrapped(row: Row, below: Sequence[Segment]) -> bool:
    """Whether all of a row goes on with the cells above it."""
    return all(
        any(abs(cell.box.x0 - segment.box.x0) <= segment.box.height for cell in row.segments)
        for segment in below
    )


def _cut(words: Sequence[Word], at: int, starts: frozenset[int]) -> bool:
    """Whether the word behind a name may be the rest of it: neither known nor a number."""
    if at >= len(words) or at in starts or words[at - 1].text.endswith(","):
        return False
    text = words[at].text
    known = bare(text) in NOT_NAMES or role_of(text) is not None or is_stop(text)
    return not known and text[0] not in "([-–:;|/.," and not text[0].isdigit()


def _labels_apart(row: Row) -> Row:
    """The row, words that hold a label and its value (``Prescripteur:Pr``) made two."""
    parts = [[piece for word in s.words for piece in _pieces(word)] for s in row.segments]
    changed = (replace(s, words=tuple(p)) for s, p in zip(row.segments, parts, strict=True))
    return replace(row, segments=tuple(changed))


def _pieces(word: Word) -> Iterator[Word]:
    label = _GLUED_LABEL.match(word.text) or _GLUED_TITLE.match(word.text)
    if label is None:
        yield word
        return
    x = word.box.x0 + round(word.box.width * label.end() / len(word.text))
    yield replace(
        word, text=label[0].rstrip(".,'’"), box=word.box._replace(x1=max(x, word.box.x0 + 1))
    )
    rest = word.box._replace(x0=min(x, word.box.x1 - 1))
    yield replace(word, text=word.text[label.end() :], box=rest)


def _segment_starts(row: Row) -> frozenset[int]:
    starts, count = set(), 0
    for segment in row.segments:
        starts.add(count)
        count += len(segment.words)
    return frozenset(starts)


def _may_start(words: Sequence[Word], at: int, starts: frozenset[int]) -> bool:
    """A title starts a segment or follows a label; inside a sentence it names somebody else."""
    if at in starts:
        return True
    before = words[at - 1].text
    if before.endswith((":", ";", "៖", "-", "–", "|", "/", ",")) or bare(before) in _LINKS:
        return True
    if at - 1 in starts and not any(char.isalnum() for char in before):
        return True  # a speck
    if bare(before) in _OF and title_kind(" ".join(word.text for word in words[: at - 1])):
        return True  # « Ordonnance du Dr »
    return role_of(" ".join(word.text for word in words[max(0, at - 4) : at])) is not None


def _place_role(
    page: PageText, index: int, words: Sequence[Word], before: str, default: Role
) -> Role:
    """The role of a titled name: by its label, else by where it stands."""
    phrases = [part for part in re.split(r"\s{2,}|[:;៖|]", before) if re.search(r"\w", part)]
    for phrase in reversed(phrases[-2:]):
        role = role_of(phrase)
        if role is not None:
            return role
    role = _role_near(page, index, words, above=default == "letterhead")
    if role is not None:
        return role
    return "signatory" if default == "letterhead" and phrases else default


# Words of a stamp that are read on the line of the signature below it.
_STAMP_WORDS = 2
# Height of large print, in median heights of the page's rows.
_LARGE = 1.25
# Lines above and below a name, in heights of its own, in which its label may stand.
_LABEL_ABOVE, _LABEL_BELOW = 7.0, 2.5
_LABEL_WORDS = 5


def _role_near(page: PageText, index: int, words: Sequence[Word], *, above: bool) -> Role | None:
    """The role that a label above the name, or right below it, names.

    A profession below a name of the letterhead says nothing of who signed: only what is above
    counts there, but for the facility's name.
    """
    box = bounding([word.box for word in words])
    for step, reach in ((-1, _LABEL_ABOVE),) if above else ((-1, _LABEL_ABOVE), (1, _LABEL_BELOW)):
        other = index + step
        while 0 <= other < len(page.rows):
            row = page.rows[other]
            distance = box.y0 - row.box.y1 if step < 0 else row.box.y0 - box.y1
            if distance > reach * box.height:
                break
            for segment in row.segments:
                if segment.box.overlap_x(box) and len(segment.words) <= _LABEL_WORDS:
                    if _names_somebody(segment):
                        return None
                    role = role_of(segment.text)
                    if role is not None and not (above and keyword_weight(segment.text)[0]):
                        return role
            other += step
    return None


def _names_somebody(segment: Segment) -> bool:
    return after_title(segment.words, 0) is not None


def _labelled(page: PageText, index: int, row: Row) -> Iterator[Doctor]:
    """Names without a title beside a label that only a doctor has."""
    row = _at_labels(row)
    for i, segment in enumerate(row.segments):
        text = segment.text
        label, colon, value = text.replace("៖", ":").partition(":")
        words = segment.words
        if not colon:
            continue
        own = len(label.split())
        label = label if own or not i else row.segments[i - 1].text  # « Physician   : SOK Dara »
        if value.strip():
            words = tuple(words[own:])
            words = tuple(word for word in words if word.text not in ":៖")
        elif i + 1 < len(row.segments):
            words = row.segments[i + 1].words
        role = role_of(label) if len(label.split()) <= _LABEL_WORDS else None
        if role not in NAMING or not words or after_title(words, 0) is not None:
            continue
        title = misread_title(words[0])
        end = after_name(words, 1 if title else 0, frozenset({0}), begun=False)
        least = 2 if title else 1
        whole = end == len(words) or words[end].text[:1] in "(,-" or words[end - 1].text[-1:] == ","
        if least < end <= least + 3 and whole and not OTHERS.within(words[0].text):
            yield Doctor(page.number, tuple(words[:end]), index, role, title is not None, title)


def _beneath(page: PageText, index: int, row: Row) -> Iterator[Doctor]:
    """A name alone in the space for a signature under its label, without a title."""
    for label in row.segments:
        role = role_of(label.text) if len(label.words) <= _LABEL_WORDS else None
        named = len(label.words) > 1 and _names_somebody(label)
        titled = title_kind(label.text) and not label.text.startswith(_WHO)
        if role not in SIGNING or OTHERS.within(label.text) or titled or named:
            continue
        for number, below in enumerate(page.rows[index + 1 :], index + 1):
            if below.box.y0 - label.box.y1 > _LABEL_ABOVE * label.box.height:
                break
            near = [s for s in below.segments if s.box.overlap_x(label.box)]
            if near and _is_whole_name(near[0]):
                title = misread_title(near[0].words[0])
                yield Doctor(page.number, near[0].words, number, role, False, title, unsure=True)
            if near:
                break


def _is_whole_name(segment: Segment) -> bool:
    """Whether a segment is a name of two to four words and nothing else."""
    words = segment.words
    whole = after_name(words, 0, frozenset({0}), begun=False) == len(words)
    known = PLACES.within(segment.text) or role_of(segment.text) or keyword_weight(segment.text)[0]
    return 2 <= len(words) <= 4 and whole and not known and not _names_somebody(segment)


def _misread(page: PageText, index: int, row: Row) -> Iterator[Doctor]:
    """Names of several words behind what a title is misread as, alone: ``Or THONG Saroeun``."""
    for segment in row.segments:
        title, words = misread_title(segment.words[0]), segment.words
        end = after_name(words, 1, frozenset({0}), begun=False)
        whole = end == len(words) or words[end - 1].text.endswith(",")
        if title and not words[0].text[0].islower() and whole and 3 <= end <= 4:
            role = _place_role(page, index, words[:end], "", "signatory")
            yield Doctor(page.number, words[:end], index, role, False, title, unsure=True)


def _at_labels(row: Row) -> Row:
    """The row cut before labels of one word that follow others: ``Sex: M Doctor: Sarah Brown``."""
    segments = []
    for segment in row.segments:
        cuts = [0]
        for i, word in enumerate(segment.words):
            if i and word.text.endswith((":", "៖")) and role_of(word.text) in NAMING:
                cuts.append(i)
        for start, end in pairwise((*cuts, len(segment.words))):
            words = segment.words[start:end]
            box = segment.box if len(cuts) == 1 else bounding([word.box for word in words])
            segments.append(Segment(words, box, segment.cell))
    return replace(row, segments=tuple(segments))


def _with_degree(page: PageText, index: int, row: Row) -> Iterator[Doctor]:
    """Names that only a degree behind them shows to be a doctor's (``SOK Dara, MD``)."""
    before = ""
    for segment in row.segments:
        colons = [i for i, word in enumerate(segment.words) if word.text.endswith((":", "៖"))]
        start = colons[-1] + 1 if colons else 0
        before += " ".join(word.text for word in segment.words[:start])
        words = segment.words[start:]
        end = after_name(words, 0, frozenset({0}), begun=False)
        degrees = [word for word in words[:end] if DEGREE.fullmatch(word.text)]
        if degrees and end - len(degrees) >= 2 and after_title(words, 0) is None:
            named = tuple(words[:end])
            role = _place_role(page, index, named, before, "signatory")
            yield Doctor(page.number, named, index, role)
        before += segment.text + "  "

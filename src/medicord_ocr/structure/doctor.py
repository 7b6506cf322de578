"""The doctor: prescriber, requester or signatory, with the title as printed; never the patient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from medicord_ocr.khmer import clusters, fold, has_khmer
from medicord_ocr.page import PageText, Row, Segment, Word, bounding
from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.fields import RowRef, Span, field_info
from medicord_ocr.structure.labels import Folded, Terms, skeleton, terms

Role = Literal["requester", "prescriber", "signatory", "letterhead", "performer"]
#: Roles by the kind of document, the best first (medical/patterns.md, section 7).
PREFERENCE: dict[str | None, tuple[Role, ...]] = {
    "lab": ("requester", "prescriber", "signatory", "letterhead", "performer"),
    None: ("signatory", "prescriber", "requester", "letterhead", "performer"),
    "prescription": ("prescriber", "signatory", "letterhead", "requester", "performer"),
    "imaging": ("signatory", "prescriber", "letterhead", "performer", "requester"),
}

_ROLES: dict[Role, Terms] = {
    "requester": terms(
        r"requested by|request by|requester|requesting|requested|ordered by|ordering|order by"
        r"|referr(?:ed|ing)(?: by| doctor| physician)?|referring|referred|ref(?: by| dr| doctor)"
        r"|refer by|demandeur|demande par|demande|sent by|adresse par|clinician",
        "អ្នកស្នើសុំ|អ្នកស្នើរសុំ|ស្នើសុំ|ស្នើដោយ",
    ),
    "signatory": terms(
        r"radiologist|radiologue|reported by|reporting|read by|lu par|interpreted by|interprete par"
        r"|signed|signature|signataire|sonographer|sonologist|echographist|operateur|operator"
        r"|biologist|biologiste|pathologist|validated|validated by|valide par|verified|verified by"
        r"|authori[sz]ed|approved|certified|checked|supervisor|laboratory|laboratoire|head of"
        r"|chief|chef|director|directeur",
        "វិភាគ|ត្រួតពិនិត្យ|ហត្ថលេខា|អនុម័ត|ពិនិត្យដោយ|អ្នកអាន|ប្រធាន",
    ),
    "performer": terms(
        r"performed by|performed|technician|technicien|technologist|analy[sz]ed by|tested by|staff"
        r"|collected by|printed by|received by",
        "បុគ្គលិក|អ្នកធ្វើ|អ្នកប្រមូល",
    ),
    "prescriber": terms(
        r"prescriber|prescribed|prescribed by|prescripteur|prescrit par|medecin|treating|attending"
        r"|physician|doctor|docteur|dr|practitioner|consultant|surgeon|medecin traitant",
        "គ្រូពេទ្យ|វេជ្ជបណ្ឌិត|អ្នកចេញវេជ្ជបញ្ជា|អ្នកព្យាបាល",
        exact=("docteur",),
    ),
}
# Roles whose label alone, without a title, makes what stands beside it a doctor's name.
_NAMING: tuple[Role, ...] = ("requester", "prescriber")

# In Khmer the title and the name may be one word, and the title may be the label itself.
_KHMER_TITLES = tuple(
    skeleton(word)
    for word in (
        "សាស្ត្រាចារ្យវេជ្ជបណ្ឌិត",
        "លោកស្រីវេជ្ជបណ្ឌិត",
        "លោកវេជ្ជបណ្ឌិត",
        "វេជ្ជបណ្ឌិត",
        "សាស្ត្រាចារ្យ",
        "វបណ្ឌិត",
        "វប",
    )
)
_KHMER_MISTER = frozenset(skeleton(word) for word in ("លោក", "លោកស្រី", "អ្នកស្រី", "ឯកឧត្តម"))
_KHMER_LABEL = tuple(
    skeleton(word)
    for word in ("ព្យាបាល", "ស្នើ", "ចេញ", "ប្រចាំការ", "ពិនិត្យ", "វិភាគ", "ទទួល", "ឯកទេស", "ជំនាញ")
)
_TITLES = frozenset("dr dre drs docteur doctor doctoresse prof professor professeur pr".split())
# What "Dr" is misread as; believed only behind a doctor's label, and marked.
_MISREAD = frozenset({"or", "0r", "ir", "br", "ur", "bt", "dt"})
_ASIDE = frozenset("assoc assist asst associate assistant".split())
_LINKS = frozenset("by par".split())
# "Dr.SOK" and "DrSok": a title and the beginning of the name in one word.
_GLUED = re.compile(r"(?:(?:[Dd][Rr]|[Pp]rof|PROF|P[rR])[.,](?=[^\W\d_]{2})|Dr(?=[A-Z][a-z]))")
_DEGREE = re.compile(
    r"(?:m\.? ?d|ph\.? ?d|d\.e\.s|m\.?b\.?b\.?s|m\.sc|d\.u|mph|facs|facc)\.?,?", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*[.,]?")
_NOT_NAMES = frozenset(
    "date tel phone signature patient name age sex gender department dept service ward clinic"
    " hospital laboratory cardiologist cardiologue radiologist radiologue gynecologist specialist"
    " specialiste pediatrician pediatre surgeon chirurgien biologist biologiste address license"
    " licence order cabinet pharmacist general and et on at le du de the in for of to tablet"
    " capsule page printed report result drug opd ipd emergency icu unit external internal"
    " lab medicine surgery no code id room consultation urgence urgences pediatrie maternite"
    " medecine chirurgie self walk cash direct none nil unknown".split()
)
_MOST_NAMES = 5


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
    """

    page: int
    words: tuple[Word, ...]
    row: int
    role: Role
    titled: bool = True
    title: str | None = None
    cut: bool = False

    @property
    def text(self) -> str:
        """Title and name as printed."""
        texts = [word.text for word in self.words]
        if self.title is not None:
            texts[0] = self.title
        return " ".join(texts).strip(" ,;:-")


def role_of(label: str) -> Role | None:
    """The role that a label names, None where it names none."""
    folded = Folded.of(label)
    if not folded.text:
        return None
    for fuzzy in (False, True):
        for role, words in _ROLES.items():
            if words.within(folded, fuzzy=fuzzy):
                return role
    return None


def find_doctors(
    page: PageText,
    letterhead: range,
    block: range = range(0),
    taken: frozenset[RowRef] = frozenset(),
) -> list[Doctor]:
    """All doctors named on a page, in reading order.

    Args:
        page: the page.
        letterhead: rows in which a doctor without a label is the letterhead's.
        block: rows of the patient's block; a doctor without a label there is the requester.
        taken: rows whose names are not doctors' (the facility's own row).
    """
    found: list[Doctor] = []
    for index, row in enumerate(page.rows):
        if (page.number, index) not in taken:
            default: Role = "letterhead" if index in letterhead else "signatory"
            default = "requester" if index in block else default
            found += _titled(page, index, row, default)
            found += _labelled(page, index, row)
            found += _with_degree(page, index, row)
    return found


def _titled(page: PageText, index: int, row: Row, default: Role) -> Iterator[Doctor]:
    words = [word for segment in row.segments for word in segment.words]
    starts = _segment_starts(row)
    at = 0
    while at < len(words):
        end = _after_title(words, at)
        if end is None or not _may_start(words, at, starts):
            at += 1
            continue
        stop = _after_name(words, end, starts, begun=_GLUED.match(words[end - 1].text) is not None)
        stop = max(stop, end) if _khmer_glued(words[end - 1].text) else stop
        if stop > end or _GLUED.match(words[end - 1].text) or _khmer_glued(words[end - 1].text):
            named = tuple(words[at:stop])
            before = " ".join(word.text for word in words[:at])
            role = _place_role(page, index, named, before, default)
            cut = _cut(words, stop, starts)
            yield Doctor(page.number, named, index, role, cut=cut)
        at = max(stop, end)


def _cut(words: Sequence[Word], at: int, starts: frozenset[int]) -> bool:
    """Whether the word behind a name may be the rest of it: neither known nor a number."""
    if at >= len(words) or at in starts or words[at - 1].text.endswith(","):
        return False
    text = words[at].text
    known = _bare(text) in _NOT_NAMES or role_of(text) is not None or _is_stop(text)
    return not known and text[0] not in "([-–:;|/.," and not text[0].isdigit()


def _is_stop(text: str) -> bool:
    bones = skeleton(text)
    return has_khmer(text) and any(bones.startswith(label) for label in _KHMER_STOP)


def _segment_starts(row: Row) -> frozenset[int]:
    starts, count = set(), 0
    for segment in row.segments:
        starts.add(count)
        count += len(segment.words)
    return frozenset(starts)


def _bare(text: str) -> str:
    text = text.strip(".,;:()")
    return text.lower() if text.isascii() else fold(text)


def _after_title(words: Sequence[Word], at: int) -> int | None:
    """Index behind the titles that start at a word, None where there is no title, or a label."""
    end = at
    while end < len(words) and (_bare(words[end].text) in _ASIDE or _mister(words[end].text)):
        end += 1
    first = end
    while end < len(words) and _is_title(words[end].text):
        end += 1
    if end == first:
        return None
    following = words[end].text if end < len(words) else ""
    return None if following[:1] in (":", "៖") else end


def _mister(text: str) -> bool:
    return has_khmer(text) and skeleton(text) in _KHMER_MISTER


def _is_title(text: str) -> bool:
    if text.endswith((":", "៖")) and _bare(text) != "dr":
        return False  # "Doctor:" is a label, "Dr:" a full stop misread
    if has_khmer(text):
        rest = _after_khmer_title(text)
        return rest is not None and not rest.startswith(_KHMER_LABEL)
    return _bare(text) in _TITLES or _GLUED.match(text) is not None


def _after_khmer_title(text: str) -> str | None:
    """The skeleton of what follows a Khmer title in its word, None where there is no title."""
    bones = skeleton(text)
    for title in _KHMER_TITLES:
        if bones.startswith(title) and (len(title) > 3 or len(bones) == len(title)):
            return bones[len(title) :]
    return None


def _khmer_glued(text: str) -> bool:
    """Whether a Khmer word is a title and a name in one."""
    rest = _after_khmer_title(text) if has_khmer(text) else None
    return rest is not None and len(rest) >= 2 and not rest.startswith(_KHMER_LABEL)


def _may_start(words: Sequence[Word], at: int, starts: frozenset[int]) -> bool:
    """A title starts a segment or follows a label; inside a sentence it names somebody else."""
    if at in starts:
        return True
    before = words[at - 1].text
    if before.endswith((":", ";", "៖", "-", "–", "|", "/", ",")) or _bare(before) in _LINKS:
        return True
    return role_of(" ".join(word.text for word in words[max(0, at - 4) : at])) is not None


def _after_name(words: Sequence[Word], at: int, starts: frozenset[int], *, begun: bool) -> int:
    """Index behind the name that starts at a word, the same index where there is none."""
    end, khmer = at, None
    while end < len(words) and end - at < _MOST_NAMES:
        text = words[end].text
        if end in starts and (end > at or begun or _far(words, end)):
            break
        if _DEGREE.fullmatch(text) and (end > at or begun):
            end += 1
            continue
        if not _is_name(text) or (khmer is not None and khmer != has_khmer(text)):
            break
        khmer = has_khmer(text)
        end += 1
        degree_follows = end < len(words) and _DEGREE.fullmatch(words[end].text) is not None
        if text.endswith(",") and not degree_follows:
            break
    letters = sum(len(clusters(word.text)) for word in words[at:end])
    return end if letters >= 2 else at


def _far(words: Sequence[Word], at: int) -> bool:
    gap = words[at].box.x0 - words[at - 1].box.x1
    return gap > 4 * words[at].box.height


def _is_name(text: str) -> bool:
    if has_khmer(text):
        return (
            not any(char.isdigit() for char in text) and text[0] not in "។៖" and not _is_stop(text)
        )
    return (
        _NAME.fullmatch(text) is not None
        and text[0].isupper()
        and _bare(text) not in _NOT_NAMES
        and not _is_title(text)
    )


_KHMER_STOP = tuple(
    skeleton(word)
    for word in (
        "ថ្ងៃទី",
        "ហត្ថលេខា",
        "កាលបរិច្ឆេទ",
        "ទូរស័ព្ទ",
        "លេខ",
        "អាយុ",
        "ភេទ",
        "ផ្នែក",
        "ឯកទេស",
        "ជំនាញ",
    )
)


def _place_role(
    page: PageText, index: int, words: Sequence[Word], before: str, default: Role
) -> Role:
    """The role of a titled name: by its label, else by where it stands."""
    phrases = [part for part in re.split(r"\s{2,}|[:;៖|]", before) if part.strip(" .-–,")]
    for phrase in reversed(phrases[-2:]):
        role = role_of(phrase)
        if role is not None:
            return role
    role = _role_near(page, index, words)
    if role is not None:
        return role
    return "signatory" if default == "letterhead" and phrases else default


# Lines above and below a name, in heights of its own, in which its label may stand.
_LABEL_ABOVE, _LABEL_BELOW = 7.0, 2.5
_LABEL_WORDS = 5


def _role_near(page: PageText, index: int, words: Sequence[Word]) -> Role | None:
    """The role that a label above the name, or right below it, names."""
    box = bounding([word.box for word in words])
    for step, reach in ((-1, _LABEL_ABOVE), (1, _LABEL_BELOW)):
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
                    if role is not None:
                        return role
            other += step
    return None


def _names_somebody(segment: Segment) -> bool:
    return _after_title(segment.words, 0) is not None


def _labelled(page: PageText, index: int, row: Row) -> Iterator[Doctor]:
    """Names without a title beside a label that only a doctor has."""
    for i, segment in enumerate(row.segments):
        text = segment.text
        label, colon, value = text.replace("៖", ":").partition(":")
        words = segment.words
        if not colon:
            continue
        if value.strip():
            words = tuple(words[len(label.split()) :])
            words = tuple(word for word in words if word.text not in ":៖")
        elif i + 1 < len(row.segments):
            words = row.segments[i + 1].words
        role = role_of(label) if len(label.split()) <= _LABEL_WORDS else None
        if role not in _NAMING or not words or _after_title(words, 0) is not None:
            continue
        title = _misread_title(words[0])
        end = _after_name(words, 1 if title else 0, frozenset({0}), begun=False)
        least = 2 if title else 1
        if least < end <= least + 3 and (end == len(words) or words[end].text[:1] in "(,-"):
            yield Doctor(page.number, tuple(words[:end]), index, role, title is not None, title)


def _misread_title(word: Word) -> str | None:
    """The title that a word was meant to be: another reader's, or the likeliest."""
    if _bare(word.text) not in _MISREAD:
        return None
    readings = [r.text for r in word.readings if _bare(r.text) in _TITLES]
    return readings[0] if readings else "Dr." if word.text.endswith(".") else "Dr"


def _with_degree(page: PageText, index: int, row: Row) -> Iterator[Doctor]:
    """Names that only a degree behind them shows to be a doctor's (``SOK Dara, MD``)."""
    before = ""
    for segment in row.segments:
        words = segment.words
        end = _after_name(words, 0, frozenset({0}), begun=False)
        degrees = [word for word in words[:end] if _DEGREE.fullmatch(word.text)]
        if degrees and end - len(degrees) >= 2 and _after_title(words, 0) is None:
            named = tuple(words[:end])
            role = _place_role(page, index, named, before, "signatory")
            yield Doctor(page.number, named, index, role)
        before += segment.text + "  "


def choose_doctor(doctors: Sequence[Doctor], document_type: str | None) -> Doctor | None:
    """The doctor that the kind of document is about: see PREFERENCE."""
    order = PREFERENCE.get(document_type, PREFERENCE[None])
    for role in order:
        of_role = [doctor for doctor in doctors if doctor.role == role]
        if of_role:
            # Who signs does so at the end; everybody else is named at the beginning.
            titled = [doctor for doctor in of_role if doctor.titled] or of_role
            return titled[-1] if role == "signatory" else titled[0]
    return None


def _untitled(doctor: Doctor) -> str:
    """The folded name without titles and degrees: one doctor may be named in several ways."""
    kept = [
        word.text
        for word in doctor.words
        if not (_is_title(word.text) or _mister(word.text) or _DEGREE.fullmatch(word.text))
        or _GLUED.match(word.text)
        or _khmer_glued(word.text)
    ]
    text = " ".join(_GLUED.sub("", word) for word in kept)
    return skeleton(text) if has_khmer(text) else fold(text)


def doctor_field(doctors: Sequence[Doctor], document_type: str | None) -> HeaderField | None:
    """The doctor as a header field, None where none is named.

    Two names in the chosen role are marked ``doctors_disagree``.
    """
    chosen = choose_doctor(doctors, document_type)
    if chosen is None:
        return None
    names = {_untitled(doctor) for doctor in doctors if doctor.role == chosen.role}
    reasons = ["doctors_disagree"] if len(names) > 1 else []
    reasons += ["cut_name"] if chosen.cut else []
    ceiling = 0.6 if reasons else 0.95 if chosen.titled else 0.8
    ceiling = min(ceiling, 0.7) if chosen.title is not None else ceiling
    info = field_info(Span(chosen.page, chosen.words), reasons=reasons, ceiling=ceiling)
    return HeaderField(**dict(info), value=chosen.text, role=chosen.role)

"""Which of the doctors named on a document is the one that it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from medicord_ocr.khmer import has_khmer
from medicord_ocr.schema import HeaderField
from medicord_ocr.structure.fields import LAYER_READERS, Span, field_info
from medicord_ocr.structure.header.doctor import Doctor
from medicord_ocr.structure.header.doctor_names import untitled
from medicord_ocr.structure.header.roles import PREFERENCE

#: Roles that seldom are of the document's doctor, by its kind: who asked for pictures signs no
#: report of them (the one given so, among 67, was wrong), and the letterhead of a laboratory names
#: its biologist.
_DOUBTFUL = frozenset({("imaging", "requester"), ("lab", "letterhead")})
#: Rows from a name within which it may be printed in the other script as well.
_BESIDE = 2


def choose_doctor(doctors: Sequence[Doctor], document_type: str | None) -> Doctor | None:
    """The doctor that the kind of document is about: see PREFERENCE."""
    order = PREFERENCE.get(document_type, PREFERENCE[None])
    for unsure, role in product((False, True), order):
        doubtful = (document_type, role) in _DOUBTFUL
        of_role = [d for d in doctors if d.role == role and (d.unsure or doubtful) == unsure]
        if of_role:
            # Who signs does so at the end; everybody else is named at the beginning.
            titled = [doctor for doctor in of_role if doctor.titled] or of_role
            best = titled[-1] if role == "signatory" else titled[0]
            # Of a name in both scripts the Latin one, as of the facility.
            latin = [d for d in titled if not has_khmer(d.text) and _other_script(d, best)]
            return latin[0] if has_khmer(best.text) and latin else best
    return None


def _other_script(doctor: Doctor, other: Doctor) -> bool:
    """Whether two names can be one in both scripts: beside each other or on a letterhead."""
    near = doctor.page == other.page and abs(doctor.row - other.row) <= _BESIDE
    differ = has_khmer(doctor.text) != has_khmer(other.text)
    return differ and (near or doctor.role == other.role == "letterhead")


def _disputed(doctors: Sequence[Doctor], chosen: Doctor, document_type: str | None) -> bool:
    """Whether another doctor may be meant as well: one in the same role, or who signed.

    One doctor may be named in both scripts.
    """
    roles = {chosen.role, "signatory"} if document_type == "prescription" else {chosen.role}
    of_role = [doctor for doctor in doctors if doctor.role in roles]
    other_script = {untitled(d.words) for d in of_role if _other_script(d, chosen)}
    names = {untitled(d.words) for d in of_role if not _other_script(d, chosen)}
    return len(names) > 1 or len(other_script) > 1


def _is_part(doctor: Doctor) -> bool:
    """Whether a Latin name that was read from a picture has one word, or one letter at its end.

    On 550 documents of both halves and made at random the two that were given so were
    the beginnings of names.
    """
    words = [word for word in untitled(doctor.words).split() if re.search(r"\w", word)]
    seen = any(r.reader not in LAYER_READERS for word in doctor.words for r in word.readings)
    initial = bool(words) and len(words[-1]) == 1 and not doctor.text.endswith(".")
    return seen and not has_khmer(doctor.text) and (len(words) == 1 or initial)


def doctor_field(doctors: Sequence[Doctor], document_type: str | None) -> HeaderField | None:
    """The doctor as a header field, None where none is named.

    Two names in the chosen role are marked ``doctors_disagree``.
    """
    chosen = choose_doctor(doctors, document_type)
    if chosen is None:
        return None
    reasons = ["doctors_disagree"] if _disputed(doctors, chosen, document_type) else []
    reasons += ["cut_name"] if chosen.cut or _is_part(chosen) else []
    doubtful = chosen.unsure or (document_type, chosen.role) in _DOUBTFUL
    ceiling = 0.6 if reasons or doubtful else 0.95 if chosen.titled else 0.8
    ceiling = min(ceiling, 0.7) if chosen.title is not None else ceiling
    info = field_info(Span(chosen.page, chosen.words), reasons=reasons, ceiling=ceiling)
    return HeaderField(**dict(info), value=chosen.text, role=chosen.role)

"""What a doctor did for a document, by the words that label the name."""

from __future__ import annotations

import re
from typing import Literal

from medicord_ocr.khmer import fold
from medicord_ocr.structure.labels import Terms, first_within, terms

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
        r"|refer by|demandeur|demande par|demande|sent by|adresse par|clinician"
        r"|sur prescription|a la demande",
        "អ្នកស្នើសុំ|អ្នកស្នើរសុំ|ស្នើសុំ|ស្នើដោយ",
    ),
    "performer": terms(
        r"performed by|performed|technician|technicien|technologist|analy[sz]ed by|tested by|staff"
        r"|collected by|printed by|received by",
        "បុគ្គលិក|អ្នកធ្វើ|អ្នកប្រមូល|អ្នកវិភាគ|វិភាគដោយ",
    ),
    "signatory": terms(
        r"radiologist|radiologue|reported by|reporting|read by|lu par|interpreted by|interprete par"
        r"|signed|signature|signataire|sonographer|sonologist|echographist|operateur|operator"
        r"|biologist|biologiste|pathologist|validated|validated by|valide par|verified|verified by"
        r"|authori[sz]ed|approved|certified|checked|supervisor|laboratory|laboratoire|head of"
        r"|chief|chef|director|directeur",
        "វិភាគ|ត្រួតពិនិត្យ|ហត្ថលេខា|អនុម័ត|ពិនិត្យដោយ|អ្នកអាន|ប្រធាន",
    ),
    "prescriber": terms(
        r"prescriber|prescribed|prescribed by|prescripteur|prescrit par|medecin|treating|attending"
        r"|physician|doctor|docteur|dr|practitioner|consultant|surgeon|medecin traitant",
        "គ្រូពេទ្យ|វេជ្ជបណ្ឌិត|អ្នកចេញវេជ្ជបញ្ជា|អ្នកព្យាបាល",
        exact=("docteur",),
    ),
}
#: Roles under whose label a name stands, and who else signs a document.
SIGNING: tuple[Role, ...] = ("signatory", "prescriber")
OTHERS = terms(
    r"patient|nurse|infirmiere?|cashier|caissiere?|sage femme|midwife|client|relative|guardian"
    r"|family|department|laboratory|laboratoire|report|page",
    "អ្នកជំងឺ|គិលានុបដ្ឋាក|បេឡា|ឆ្មប|សាច់ញាតិ",
)
_LIST = re.compile(r"\b(?:doctors|docteurs|physicians|medecins|surgeons|chirurgiens)\b")
#: Who heads a place and is named on its letterhead, whoever saw the patient.
HEADS = terms(r"director|directeur|head of|chief|chef|president|manager", "ប្រធាន|នាយក")
#: Roles whose label alone, without a title, makes what stands beside it a doctor's name.
NAMING: tuple[Role, ...] = ("requester", "prescriber")


def role_of(label: str) -> Role | None:
    """The role that a label names, None where it names none: « Our doctors » heads a list."""
    if _LIST.search(fold(label)):
        return None
    found = first_within(label, _ROLES)
    return found[0] if found else None

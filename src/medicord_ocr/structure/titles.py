"""What kind of document it is, by its titles and headings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from medicord_ocr.page import PageText
from medicord_ocr.structure.fields import RowRef
from medicord_ocr.structure.labels import Folded, Terms, terms

Kind = Literal["lab", "prescription", "imaging"]

#: Words of a heading at most: a title stands on a short line of its own.
_TITLE_WORDS = 8
_TITLES: dict[Kind, Terms] = {
    "lab": terms(
        r"(?:laboratory|lab|medical|blood|test|analysis|biology) (?:test )?(?:report|results?)"
        r"|laboratory (?:investigations?|examinations?)|results? of (?:analysis|tests?)"
        r"|(?:resultats?|bulletin|rapport|compte rendu|fiche) (?:d |de |des |du )?"
        r"(?:analyses?|laboratoire|biologie|examens? biologiques?)(?: .*)?|hemogram(?:me)?(?: .*)?"
        r"|(?:complete )?blood count|numeration formule sanguine|antibiogram(?:me)?",
        # ន្ធ is what ornate ទ្ធ is read as.
        "លទ្ធផលមន្ទីរពិសោធន៍|លទ្ធផលពិនិត្យឈាម|លទ្ធផលវិភាគ|លទ្ធផលពិសោធន៍|លន្ធផលមន្ទីរ|លន្ធផលពិនិត្យ",
    ),
    "prescription": terms(
        r"(?:medical |drug )?prescriptions?|ordonnance(?: medicale)?|rx|discharge medications?"
        r"|prescribed medic\w+",
        "វេជ្ជបញ្ជា",
    ),
    "imaging": terms(
        r"(?:radiology|radiological|imaging|x ?ray|ultrasound|ultrasonography|sonography|ct|mri"
        r"|mammography|echocardiography|endoscopy) (?:scan )?(?:report|examination"
        r"|results?|findings)"
        r"|compte rendu (?:de |d |du )?(?:radio\w*|echo\w*|scanner|tdm|irm|mammo\w*|imagerie"
        r"|fibro\w*)(?: .*)?"
        r"|(?:radiographie|echographie|scanner|irm|tdm|mammographie|echocardiographie"
        r"|ultrasound|mri|ct scan|chest x ?ray|x ?ray|cxr)(?: .*)?"
        r"|(?:.* )?(?:x ?ray|ultrasound|scan|echocardiogra(?:phy|m)|mammogra(?:phy|m)|endoscopy)"
        r"(?: (?:report|examination|results?))?",
        "លទ្ធផលថត|លន្ធផលថត|លទ្ធផលអេកូ|ថតឆ្លុះ|ថតកាំរស្មី|អេកូសាស្ត្រ",
    ),
}


def title_kinds(pages: Sequence[PageText]) -> tuple[Kind, ...]:
    """The kinds of document that short lines of the pages name as titles, in reading order."""
    found: dict[Kind, None] = {}
    for page in pages:
        for row in page.rows:
            for segment in row.segments:
                kind = title_kind(segment.text)
                if kind is not None:
                    found[kind] = None
    return tuple(found)


def title_rows(pages: Sequence[PageText], *kinds: Kind) -> frozenset[RowRef]:
    """The rows that are titles of such kinds of document."""
    return frozenset(
        (page.number, index)
        for page in pages
        for index, row in enumerate(page.rows)
        if any(title_kind(segment.text) in kinds for segment in row.segments)
    )


def title_kind(text: str) -> Kind | None:
    """The kind of document that a line names as its title, None where it is no title.

    A Latin title is the whole line; a Khmer one may have other words around it.
    """
    if len(text.split()) > _TITLE_WORDS or text.rstrip().endswith((".", "។")):
        return None
    folded = Folded.of(text)
    for kind, words in _TITLES.items():
        if words.latin.fullmatch(folded.text) or any(t in folded.bones for t in words.khmer):
            return kind
    parts = text.split("/")
    return title_kind(parts[0]) if len(parts) == 2 else None


def main_kind(pages: Sequence[PageText]) -> Kind | None:
    """The kind of document where its titles name one only, else None."""
    kinds = title_kinds(pages)
    return kinds[0] if len(kinds) == 1 else None

"""The last word on every field: doubts of its whole page, and what doubts are worth.

A confidence is the chance that the field is right, so what the structure found doubtful about it
counts as well as how it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from medicord_ocr.page import PageText
from medicord_ocr.schema import REVIEW_BELOW, Categories, FieldInfo, Header, Item
from medicord_ocr.structure.fields import item_confidence

#: Page warnings that put every value of the page in doubt.
DOUBTFUL_PAGES = frozenset({"low_resolution"})
#: The most that a field for review deserves, by reason: the share that was right of the fields of
#: dev with it (240 documents, 9,163 fields), one right and one wrong added (Laplace): 19 of 74 for
#: ``test_unknown``, 2 of 20, 2 of 19, 68 of 79, 8 of 11, 0 of 4, 0 of 3, 0 of 2, 3 of 4. Values
#: that are not plausible were right on dev, whose truths are drawn without regard to sense.
DESERVED = {
    "test_unknown": 0.26,
    "range_unreadable": 0.14,
    "unit_unknown": 0.14,
    "test_unsure": 0.85,
    "doubtful_name": 0.69,
    "cut_direction": 0.17,
    "range_conflict": 0.2,
    "ambiguous_sig": 0.25,
    "unread_amount": 0.67,
    "implausible_value": 0.7,
}
_I = TypeVar("_I", bound=Item)
_F = TypeVar("_F", bound=FieldInfo)


def weigh_doubts(
    categories: Categories, header: Header, pages: Sequence[PageText]
) -> tuple[Categories, Header]:
    """The same content, every field as sure as its doubts allow.

    Fields of doubtful pages are marked for review with the page's warning.

    Args:
        categories: as found.
        header: as found.
        pages: their ``warnings`` start with a code; those of DOUBTFUL_PAGES count.
    """
    codes = {
        page.number: code
        for page in pages
        for code in (text.partition(":")[0] for text in page.warnings)
        if code in DOUBTFUL_PAGES
    }
    weighed = Categories(
        lab_results=tuple(_item(item, codes) for item in categories.lab_results),
        prescriptions=tuple(_item(item, codes) for item in categories.prescriptions),
        imaging=tuple(_item(item, codes) for item in categories.imaging),
        other=tuple(_item(item, codes) for item in categories.other),
    )
    fields = {name: getattr(header, name) for name in Header.model_fields}
    return weighed, header.model_copy(
        update={name: info and _field(info, codes) for name, info in fields.items()}
    )


def _item(item: _I, codes: dict[int, str]) -> _I:
    fields = {name: _field(info, codes) for name, info in item.fields.items()}
    if fields == item.fields:
        return item
    confidence, review = item_confidence(fields)
    return item.model_copy(
        update={"fields": fields, "confidence": confidence, "needs_review": review}
    )


def _field(info: _F, codes: dict[int, str]) -> _F:
    page = codes.get(info.source.page) if info.source else None
    reasons = dict.fromkeys((*info.review_reasons, *([page] if page else ())))
    confidence = min(info.confidence, *(DESERVED.get(code, 1.0) for code in reasons), 1.0)
    if 0 < confidence < REVIEW_BELOW:
        reasons["low_confidence"] = None
    if tuple(reasons) == info.review_reasons and confidence == info.confidence:
        return info
    return info.model_copy(
        update={
            "confidence": confidence,
            "needs_review": True,
            "review_reasons": tuple(reasons),
        }
    )

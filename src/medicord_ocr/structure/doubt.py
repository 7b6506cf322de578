"""Doubts that hold for a whole page, put on every field that was read from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from medicord_ocr.page import PageText
from medicord_ocr.schema import Categories, FieldInfo, Header, Item

#: Page warnings that put every value of the page in doubt.
DOUBTFUL_PAGES = frozenset({"low_resolution"})
_I = TypeVar("_I", bound=Item)


def mark_doubtful_pages(
    categories: Categories, header: Header, pages: Sequence[PageText]
) -> tuple[Categories, Header]:
    """The same content, fields of doubtful pages marked for review with the page's warning.

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
    if not codes:
        return categories, header
    marked = Categories(
        lab_results=tuple(_item(item, codes) for item in categories.lab_results),
        prescriptions=tuple(_item(item, codes) for item in categories.prescriptions),
        imaging=tuple(_item(item, codes) for item in categories.imaging),
        other=tuple(_item(item, codes) for item in categories.other),
    )
    fields = {name: getattr(header, name) for name in Header.model_fields}
    return marked, header.model_copy(
        update={name: info and _field(info, codes) for name, info in fields.items()}
    )


def _item(item: _I, codes: dict[int, str]) -> _I:
    fields = {name: _field(info, codes) for name, info in item.fields.items()}
    review = any(info.needs_review for info in fields.values())
    return item.model_copy(update={"fields": fields, "needs_review": review})


def _field(info: FieldInfo, codes: dict[int, str]) -> FieldInfo:
    code = codes.get(info.source.page) if info.source else None
    if code is None or code in info.review_reasons:
        return info
    return info.model_copy(
        update={"needs_review": True, "review_reasons": (*info.review_reasons, code)}
    )

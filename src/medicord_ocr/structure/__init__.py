"""What the rows of a document mean: lab results, prescriptions, imaging, header, the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from medicord_ocr.page import PageText
from medicord_ocr.schema import Categories, DocumentType, Header

if TYPE_CHECKING:
    from medicord_ocr.structure.fields import RowRef
    from medicord_ocr.structure.labs.find import LabFindings

__all__ = ["Understanding", "understand"]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a document says.

    Attributes:
        categories: its medical content by kind.
        header: who issued it and when.
        document_type: by what was found, else by its titles; None where neither tells.
    """

    categories: Categories
    header: Header
    document_type: DocumentType | None


def understand(pages: Sequence[PageText]) -> Understanding:
    """The meaning of the pages of one document.

    Each row is used once: the header and the patient's block first, then lab results,
    prescriptions and imaging; ``other`` is what is left and medical.

    Args:
        pages: in order; may be none.
    """
    # Imported here so that one room (its vocabulary, say) can be used without all the others.
    from medicord_ocr.structure.doubt import weigh_doubts
    from medicord_ocr.structure.header.find import find_header
    from medicord_ocr.structure.imaging.find import find_imaging
    from medicord_ocr.structure.labs.find import find_lab_results
    from medicord_ocr.structure.other import find_other
    from medicord_ocr.structure.prescriptions.find import find_prescriptions
    from medicord_ocr.structure.titles import main_kind, title_rows

    header = find_header(pages)
    labs = find_lab_results(pages, sex=header.sex)
    if labs.results and not any(result.loinc for result in labs.results):
        # Measures of an echography, or volumes of drugs: none of them is surely a test.
        prescribed = find_prescriptions(pages, frozenset()).used & labs.used
        labs = labs.without({ref[0] for ref in prescribed} | _measured(pages, labs))
    # Prescriptions tell a laboratory report by the rows taken, hence only the laboratory's.
    taken = _on_pages_with_results(labs) - title_rows(pages, "prescription", "imaging")
    prescriptions = find_prescriptions(pages, taken)
    medical = taken | prescriptions.used
    imaging = find_imaging(pages, medical | header.used, medical)
    medical |= imaging.used
    categories = Categories(
        lab_results=labs.results, prescriptions=prescriptions.items, imaging=imaging.items
    )
    kind = _document_type(categories) or main_kind(pages)
    other = find_other(pages, medical, header.used, sentences=kind is not None)
    categories = categories.model_copy(update={"other": other})
    categories, marked = weigh_doubts(categories, header.header_of(kind), pages)
    return Understanding(categories, marked, kind)


def _measured(pages: Sequence[PageText], labs: LabFindings) -> set[int]:
    """The pages of a document of pictures whose rows are what was measured on them."""
    from medicord_ocr.structure.titles import main_kind

    if main_kind(pages) != "imaging":
        return set()
    return {p.number for p in pages if p.number not in labs.known or main_kind([p]) == "imaging"}


def _on_pages_with_results(labs: LabFindings) -> frozenset[RowRef]:
    """The rows of laboratory tables, but for those of pages that have no result.

    Section titles, and rows under a heading « Result », are taken even where none follows.
    """
    from medicord_ocr.structure.labs.find import page_of

    numbers = set(map(page_of, labs.results))
    return frozenset(ref for ref in labs.used if ref[0] in numbers)


def _document_type(categories: Categories) -> DocumentType | None:
    """What kind of document has such content, None where it has none."""
    found: list[DocumentType] = []
    if categories.lab_results:
        found.append("lab")
    if categories.prescriptions:
        found.append("prescription")
    if categories.imaging:
        found.append("imaging")
    if len(found) > 1:
        return "mixed"
    return found[0] if found else None

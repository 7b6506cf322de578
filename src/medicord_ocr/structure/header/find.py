"""Who issued the document, when, about whom: the letterhead and the patient's block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medicord_ocr.page import PageText, Row
from medicord_ocr.schema import Header
from medicord_ocr.structure.fields import RowRef
from medicord_ocr.structure.header.choose import choose_place
from medicord_ocr.structure.header.doctor import Doctor, find_doctors
from medicord_ocr.structure.header.doctor_choice import doctor_field
from medicord_ocr.structure.header.facility import (
    Place,
    facility_field,
    find_places,
)
from medicord_ocr.structure.header.letterhead import is_letterhead, letterhead_rows
from medicord_ocr.structure.header.patient import patient_rows, patient_sex
from medicord_ocr.structure.header.report_date import SPECIMEN_KINDS, Dated, find_dated, report_date
from medicord_ocr.structure.header.unlabelled import unlabelled_place
from medicord_ocr.structure.line import Line, line_of
from medicord_ocr.structure.titles import main_kind, title_kind


@dataclass(frozen=True, slots=True)
class HeaderFindings:
    """What the head and the foot of a document say.

    Attributes:
        header: report date, facility and doctor.
        used: rows that hold nothing but such fields; no medical content is in them.
        sex: of the patient, where the document prints it.
        patient_rows: rows of the patient's block.
        letterhead_rows: rows from the top of the first page to the patient's block, but for
            the document's title.
        doctors: everyone named as one; which of them the header shows depends on the kind of
            document, by its titles here, and by its content in :meth:`header_of`.
    """

    header: Header
    used: frozenset[RowRef]
    sex: str | None
    patient_rows: frozenset[RowRef]
    letterhead_rows: frozenset[RowRef]
    doctors: tuple[Doctor, ...] = ()

    def header_of(self, kind: str | None) -> Header:
        """The header with the doctor whom that kind of document is about."""
        return self.header.model_copy(update={"doctor": doctor_field(self.doctors, kind)})


def find_header(pages: Sequence[PageText]) -> HeaderFindings:
    """The header of a document.

    Args:
        pages: its pages in order; may be none.
    """
    lines = [[line_of(page.number, row) for row in page.rows] for page in pages]
    dated = find_dated(pages, lines)
    places = find_places(pages[0]) if pages else []
    patient = patient_rows(lines)
    about = {d.row for d in dated if d.kind in ("birth", *SPECIMEN_KINDS)}
    doctors = _doctors(pages, places, patient | about)
    place = choose_place(pages[0], places) if pages else None
    place = (unlabelled_place(pages[0], place) or place) if pages else None
    header = Header(
        report_date=report_date(dated),
        facility=facility_field(pages[0], place) if pages else None,
        doctor=doctor_field(doctors, main_kind(pages)),
    )
    letterhead = _letterhead(pages, places, patient)
    used = letterhead | patient | _rows_of(lines, dated, doctors)
    return HeaderFindings(header, used, patient_sex(lines), patient, letterhead, tuple(doctors))


def _doctors(
    pages: Sequence[PageText], places: Sequence[Place], about: frozenset[RowRef]
) -> list[Doctor]:
    """The doctors of all pages; a facility named after one (``Cabinet Dr X``) is none.

    Args:
        pages: the pages.
        places: candidates for the facility, on the first page.
        about: rows about the patient and the specimen.
    """
    found: list[Doctor] = []
    for page in pages:
        first = page is pages[0]
        taken = frozenset(word for p in places for word in p.words) if first else frozenset()
        rows = [row for number, row in about if number == page.number]
        block = range(min(rows), max(rows) + 2) if rows else range(0)
        head = letterhead_rows(page) if first else range(0)
        if block:
            head = range(min(head.stop, block.start))
        found += find_doctors(page, head, block, taken)
    return found


def _letterhead(
    pages: Sequence[PageText], places: Sequence[Place], patient: frozenset[RowRef]
) -> frozenset[RowRef]:
    """The letterhead of the first page: its first row to the last that can only be its own.

    What stands between it and the patient's block is the document's title, well read or not.
    """
    if not pages:
        return frozenset()
    page = pages[0]
    first = min((row for number, row in patient if number == page.number), default=len(page.rows))
    rows = [index for index in letterhead_rows(page) if index < first]
    own = {place.row for place in places}
    last = max((i for i in rows if i in own or is_letterhead(page.rows[i])), default=-1)
    return frozenset(
        (page.number, index) for index in rows if index <= last and not _titled(page.rows[index])
    )


def _titled(row: Row) -> bool:
    return any(title_kind(segment.text) for segment in row.segments)


def _rows_of(
    lines: Sequence[Sequence[Line]], dated: Sequence[Dated], doctors: Sequence[Doctor]
) -> frozenset[RowRef]:
    """Rows that a labelled date or a doctor fills to a good part."""
    words: dict[RowRef, int] = {}
    for found in dated:
        if found.kind not in ("other", "unlabelled"):
            words[found.row] = words.get(found.row, 0) + len(found.span.words) + 3
    for doctor in doctors:
        key = (doctor.page, doctor.row)
        words[key] = words.get(key, 0) + len(doctor.words) + 3
    lengths = {
        (line.page, index): len(line.words)
        for of_page in lines
        for index, line in enumerate(of_page)
    }
    return frozenset(row for row, count in words.items() if lengths[row] <= count + 2)

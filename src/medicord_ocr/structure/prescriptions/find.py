"""Prescribed drugs of a document: which pages prescribe, their tables, their lines.

A drug is only looked for where the page says that it prescribes (a title, Rx, a table headed
with drugs and how to take them), or where directions stand beside a drug's name on a page that
is no other report. Antibiotics of an antibiogram, treatments that a report's clinical
information mentions, footers and diagnoses are no prescriptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from medicord_ocr.page import PageText, Row, bounding
from medicord_ocr.schema import Prescription
from medicord_ocr.structure.fields import RowRef
from medicord_ocr.structure.line import join, line_of
from medicord_ocr.structure.prescriptions.columns import in_columns
from medicord_ocr.structure.prescriptions.entry import Entry, table_entry, unread_entry
from medicord_ocr.structure.prescriptions.headings import TIME_COLUMNS, Column
from medicord_ocr.structure.prescriptions.item import prescription
from medicord_ocr.structure.prescriptions.lines import (
    is_lab_row,
    is_other_report,
    is_stop,
    is_sum,
    is_title,
)
from medicord_ocr.structure.prescriptions.listed import DrugList
from medicord_ocr.structure.prescriptions.medication import brand_above, parse_medication
from medicord_ocr.structure.prescriptions.sig import parse_sig
from medicord_ocr.structure.prescriptions.table import (
    Table,
    TableRow,
    counted,
    find_tables,
    goes_on_heading,
    merged_rows,
    table_row,
)
from medicord_ocr.structure.titles import title_kinds

#: Columns that say how a drug is taken.
_DIRECTING: tuple[Column, ...] = ("dose", "frequency", "duration", "sig", *TIME_COLUMNS)
#: Rows of laboratory results from which a page without a title is a report.
_REPORT_ROWS = 3
# Heights of its text that a further line of a cell may stand below the line above; and where it has
# no drug, or drugs are numbered and it is not.
_LINE_GAP, _NUMBERED_GAP = 0.6, 1.2
# Heights of a text that its next line may begin, or have its middle, beside it.
_ALIGNED = 0.5
# Heights of the taller of two texts side by side that one may stand lower: half a line.
_HALF_LINE = 0.7


@dataclass(frozen=True, slots=True)
class PrescriptionFindings:
    """The prescriptions of a document and the rows that they were read from."""

    items: tuple[Prescription, ...]
    used: frozenset[RowRef]


@dataclass(slots=True)
class _Found:
    entries: list[Entry] = field(default_factory=list)
    used: set[RowRef] = field(default_factory=set)
    table: Table | None = None


def find_prescriptions(pages: Sequence[PageText], taken: frozenset[RowRef]) -> PrescriptionFindings:
    """The prescribed drugs of a document, in the order of the page.

    Args:
        pages: the pages after reading.
        taken: rows that belong to something else (laboratory tables); never drugs.

    Returns:
        what is printed and nothing else; empty where no page prescribes.
    """
    items: list[Prescription] = []
    used: set[RowRef] = set()
    before: _Found | None = None
    for page in pages:
        found = _on_page(page, taken, before)
        items += [prescription(entry) for entry in found.entries]
        if found.entries:
            used |= found.used | {ref for entry in found.entries for ref in entry.rows}
            before = found
        else:
            before = None
    return PrescriptionFindings(tuple(items), frozenset(used))


def _on_page(page: PageText, taken: frozenset[RowRef], before: _Found | None) -> _Found:
    lines = [line_of(page.number, row) for row in page.rows]
    free = [(page.number, i) not in taken for i in range(len(lines))]
    titles = [i for i, line in enumerate(lines) if free[i] and is_title(line)]
    rows = max(free.count(False), sum(map(is_lab_row, lines)))
    imaging = not titles and "imaging" in title_kinds([page])
    titled = imaging or any(map(is_other_report, lines))
    report = titled or rows >= _REPORT_ROWS
    tables = [table for table in find_tables(page) if free[table.first]]
    tables = tables or ([] if titled else _continued(page, before))
    cue = bool(titles or tables or (before is not None and not report))
    found = _Found()
    first = min(titles + [table.first for table in tables]) if report and cue else 0
    inside = _read_tables(page, tables, free, found)
    open_rows = range(max(first, 0), len(lines))
    listing = [None if i in inside or not free[i] else i for i in open_rows]
    drugs = _listed(page, listing, cue)
    if not cue and not report and _prescribes(drugs.entries()):
        cue = True
        drugs = _listed(page, listing, cue)
    listed = _supported(drugs.entries(), cue, bool(found.entries))
    if report and not cue:
        listed = [entry for entry in listed if _complete(entry)]
        drugs.used.clear()
    found.entries = sorted(found.entries + listed, key=lambda entry: entry.rows[0])
    found.used |= drugs.used
    return found


def _listed(page: PageText, rows: Sequence[int | None], cue: bool) -> DrugList:
    """The drugs of the rows of a page that stand in no table; None for rows that are taken."""
    drugs = DrugList(page, cue)
    for index, segments in in_columns(page, rows):
        if index is None:
            drugs.close()
        else:
            drugs.add(index, segments)
    return drugs


def _prescribes(listed: Sequence[Entry]) -> bool:
    """Whether a page without a title prescribes: known drugs, one after another, each directed."""
    named = [entry for entry in listed if entry.medication.evidence == "name"]
    return len(named) > 1 and all(map(_directs, named))


def _supported(listed: list[Entry], cue: bool, tabled: bool) -> list[Entry]:
    """The drugs of a list that something other than their place vouches for."""
    named = [entry for entry in listed if entry.medication.match is not None]
    if cue:  # so does a form with directions, there
        named += [e for e in listed if e.medication.form is not None and _directs(e)]
    if not cue and not any(_directs(entry) for entry in named):
        return []
    numbered = tabled or any(entry.medication.number is not None for entry in named)
    directed = tabled or any(map(_directs, named))

    def vouched(entry: Entry) -> bool:
        if entry.medication.evidence not in ("place", "unread"):
            return True
        return numbered if entry.medication.number is not None else directed

    return list(filter(vouched, listed))


def _complete(entry: Entry) -> bool:
    """Whether a line prescribes by itself, in a report that announces no treatment."""
    if entry.medication.match is None or entry.medication.strength is None:
        return False
    sigs = [parse_sig(line, start) for line, start in entry.directions]
    return any(sig.dosage and (sig.frequency or sig.duration) for sig in sigs)


def _directs(entry: Entry) -> bool:
    sigs = [parse_sig(line, start) for line, start in entry.directions]
    return any(sig.dosage or sig.frequency or sig.duration for sig in sigs)


# ------------------------------------------------------------------ tables


def _continued(page: PageText, before: _Found | None) -> list[Table]:
    """A ruled table of the page before that goes on here without its heading."""
    if before is None or before.table is None or before.table.ruled is None:
        return []
    for index, row in enumerate(page.rows):
        if row.table is not None:
            return [Table(before.table.headings, index - 1, index - 1, row.table)]
    return []


def _read_tables(page: PageText, tables: list[Table], free: list[bool], found: _Found) -> set[int]:
    inside: set[int] = set()
    for number, table in enumerate(tables):
        until = tables[number + 1].first if number + 1 < len(tables) else len(page.rows)
        grouped = _grouped(page, table, until, free)
        entries = [_entry(page, table, rows) for rows in grouped]
        if all(entry.medication.evidence == "unread" for entry in entries):
            continue
        heading = {*range(max(table.first, 0), table.last + 1), *table.beside}
        inside |= heading | {row.index for rows in grouped for row in rows}
        found.entries += entries
        found.used |= {(page.number, index) for index in heading}
        found.table = table
    return inside


def _grouped(page: PageText, table: Table, until: int, free: list[bool]) -> list[list[TableRow]]:
    """The rows of a table, those that go on with the drug above them together with it."""
    groups: list[list[TableRow]] = []
    inside = []
    for index in range(table.last + 1, until):
        if index in table.beside:
            continue
        if not free[index] or (table.ruled is not None and page.rows[index].table != table.ruled):
            break
        inside.append(index)
    for band in _bands(page, inside) if table.ruled is None else [[index] for index in inside]:
        rows = [table_row(page, index, table) for index in band]
        cells = rows[0] if len(rows) == 1 else merged_rows(page.number, rows)
        wrapped = bool(groups) and _wraps(page, groups[-1], cells, band[0])
        if table.ruled is None and not wrapped and _ends(cells, _first(page, band[0]), page.number):
            if not groups and goes_on_heading(page, table, band[0]):
                continue
            break
        drug = cells.text("drug").lower()
        if is_stop(drug) or is_sum(drug):
            continue
        if _begins(cells, table, groups):
            groups.append(rows)
        elif groups and any(cells.text(c) for c in cells.cells if c != "number"):
            groups[-1] += rows
    return groups


def _wraps(page: PageText, group: Sequence[TableRow], row: TableRow, index: int) -> bool:
    """Whether a row is the next line of cells of the drug above, and names none itself."""
    columns = {column for other in group for column in other.cells}
    filled = {column for column in row.cells if row.text(column)}
    above, below = page.rows[group[-1].index].box, page.rows[index].box
    gap = (below.y0 - above.y1) / min(above.height, below.height)
    if not filled <= columns or is_stop(_first(page, index)):
        return False
    if gap < _LINE_GAP and "drug" not in filled:
        return True
    # Where drugs are numbered, texts without a number go on with one, if further down; so do texts
    # of other columns without a drug.
    numbered = bool(group[0].text("number")) and "number" not in filled
    far = numbered or "drug" not in filled or _completes(group, row, filled)
    near = gap < (_NUMBERED_GAP if far else _LINE_GAP)
    return near and all(_under(group, row, column) for column in filled)


def _completes(group: Sequence[TableRow], row: TableRow, filled: set[Column]) -> bool:
    """Whether a text is, with the name above it, a drug with its strength: 250 mg in two lines."""
    name = merged_rows(0, group).cells.get("drug")
    if filled != {"drug"} or name is None:
        return False
    above = parse_medication(name)
    whole = parse_medication(merged_rows(0, [*group, row]).cells["drug"])
    return bool(above and whole and above.strength is None and whole.strength)


def _under(group: Sequence[TableRow], row: TableRow, column: Column) -> bool:
    """Whether a text begins where its column's text above does, or stands under its middle."""
    above = next(other.cells[column] for other in group if column in other.cells)
    first, second = (
        bounding([word.box for word in line.words]) for line in (above, row.cells[column])
    )
    reach = _ALIGNED * first.height
    return abs(first.x0 - second.x0) <= reach or abs(first.centre - second.centre) <= reach


def _first(page: PageText, index: int) -> str:
    return join(page.number, [[page.rows[index].segments[0].words]]).folded


def _bands(page: PageText, indices: Sequence[int]) -> list[list[int]]:
    """Rows that a person sees as one: lines of a cell, and what stands beside them half as high.

    Lines of text are further apart than they are tall; what stands half a line lower, and above
    or below nothing, is beside what was read as the row before.
    """
    bands: list[list[int]] = []
    for index in indices:
        if bands and _beside([page.rows[i] for i in bands[-1]], page.rows[index]):
            bands[-1].append(index)
        else:
            bands.append([index])
    return bands


def _beside(band: Sequence[Row], row: Row) -> bool:
    last = band[-1].box
    low, high = sorted((row.box.height, last.height))
    # One text above a row is the first of its cell's lines; one below may be a stain.
    upper = len(band) == len(band[0].segments) == 1
    reach = max(low, _HALF_LINE * high) if upper else low
    near = 0 <= row.box.middle - last.middle < reach
    shared = (
        a.box.overlap_x(b.box) for other in band for a in other.segments for b in row.segments
    )
    return near and not any(shared)


def _ends(row: TableRow, first: str, page: int) -> bool:
    if is_stop(first):
        return True
    filled = [column for column in row.cells if row.text(column)]
    if len(filled) > 1:
        return False
    entry = table_entry(row.cells, (page, row.index))
    if entry is not None and entry.medication.evidence != "place":
        return False
    sigs = [parse_sig(line) for line in row.cells.values()]
    return not any(sig.parts and sig.unclaimed < 1 for sig in sigs)


def _begins(row: TableRow, table: Table, groups: list[list[TableRow]]) -> bool:
    """Whether a row begins a drug, rather than going on with the one above."""
    entry = table_entry(row.cells, (0, row.index))
    if entry is None:
        return _is_unread(row, table, groups)
    numbered = any(rows[0].text("number") for rows in groups)
    if numbered and table.has("number"):
        if row.text("number"):
            return True
        unnamed = bool(groups) and table_entry(merged_rows(0, groups[-1]).cells, (0, 0)) is None
        return not unnamed and entry.medication.evidence in ("name", "near_name") and _says(row)
    if groups and table.ruled is None and not _says(row):
        above = merged_rows(0, [*groups[-1], row]).cells["drug"]
        return entry.medication.evidence != "place" and brand_above(above) is None
    return entry.medication.evidence != "place" or _says(row)


def _is_unread(row: TableRow, table: Table, groups: list[list[TableRow]]) -> bool:
    """Whether a row is a drug of its own though its name was not read.

    Joined to the row above it would give that drug the directions of another.
    """
    said = [column for column in row.cells if column in _DIRECTING and row.text(column)]
    if table.has("number") and row.text("number"):
        return bool(said)
    again = [c for c in said if groups and any(above.text(c) for above in groups[-1])]
    return table.ruled is not None and len(again) > 1


def _says(row: TableRow) -> bool:
    return any(row.text(column) for column in row.cells if column not in ("drug", "number"))


def _entry(page: PageText, table: Table, rows: list[TableRow]) -> Entry:
    cells = counted(page.number, merged_rows(page.number, rows), table).cells
    first = (page.number, rows[0].index)
    entry = table_entry(cells, first) or unread_entry(cells, first)
    refs = tuple((page.number, row.index) for row in rows)
    return Entry(entry.line, entry.medication, entry.directions, entry.cells, refs)

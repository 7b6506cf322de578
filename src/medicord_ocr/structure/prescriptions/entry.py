"""A drug as it was found on the page, before its fields are made: a line, or a table's row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from medicord_ocr.structure.fields import RowRef
from medicord_ocr.structure.line import Line, join
from medicord_ocr.structure.prescriptions.headings import TIME_COLUMNS, Column
from medicord_ocr.structure.prescriptions.medication import (
    STRENGTH,
    Medication,
    parse_medication,
    unread_medication,
)
from medicord_ocr.structure.prescriptions.sig import Sig, parse_sig
from medicord_ocr.structure.prescriptions.sig_patterns import AMOUNT_IN_GRID
from medicord_ocr.structure.prescriptions.table import is_blank

#: Columns that may say how many units of a form are taken, beside the one headed as the dose.
_SAYING: tuple[Column, ...] = ("sig", "frequency", "note")
_VOLUME = re.compile(r"[\d.,\s]+(?:ml|cc)")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was found of one drug before its fields are made.

    Attributes:
        line: the line that names it.
        medication: where on that line.
        directions: lines with its directions, each with the folded offset where to begin.
        cells: the cells of its table row by column, empty outside tables.
        rows: the rows of the page that it was read from.
    """

    line: Line
    medication: Medication
    directions: tuple[tuple[Line, int], ...] = ()
    cells: Mapping[Column, Line] = field(default_factory=dict)
    rows: tuple[RowRef, ...] = ()


def cell_of(entry: Entry, column: Column) -> Line | None:
    """A cell of the drug's row, None where there is none or only a dash."""
    line = entry.cells.get(column)
    return None if line is None or is_blank(line.text) else line


def with_strength(entry: Entry) -> Entry:
    """The entry with its dose column as its strength, where that is what the column holds.

    ``Dosage``, ``កម្រិត`` head strengths as often as doses: 500 mg of a drug named without a
    strength is one where another column says how many are taken.
    """
    dose, medication = cell_of(entry, "dose"), entry.medication
    if dose is None or medication.strength is not None or "strength" in entry.cells:
        return entry
    insulin = medication.match is not None and medication.match.drug.generic.startswith("insulin")
    if insulin or STRENGTH.fullmatch(dose.folded.strip()) is None:
        return entry
    lines = [line for name in _SAYING if (line := cell_of(entry, name)) is not None]
    times = [line for slot in TIME_COLUMNS if (line := cell_of(entry, slot)) is not None]
    amounts = any(
        AMOUNT_IN_GRID.search(line.folded) for line in times
    )  # under a tick the dose is one
    if not amounts and not any(map(_counts, lines)):
        return entry
    cells = dict(entry.cells)
    cells["strength"] = cells.pop("dose")
    return replace(entry, cells=cells)


def _counts(line: Line) -> bool:
    """Whether a cell says how many units of a form are taken."""
    sig = parse_sig(line)
    return any(part.slot == "dosage" for part in sig.parts) and sig.dosage is not None


def taken(entry: Entry, sig: Sig) -> Sig:
    """The directions beside a drug's name without a volume, where a column says what is taken.

    ``Sérum physiologique unidose 5 ml`` under the drug is how it is sold.
    """
    said = cell_of(entry, "dose") or cell_of(entry, "sig")
    volume = sig.dosage and _VOLUME.fullmatch(sig.line.folded, sig.dosage.start, sig.dosage.end)
    return replace(sig, dosage=None) if said is not None and volume else sig


def table_entry(cells: Mapping[Column, Line], ref: RowRef) -> Entry | None:
    """The drug of a table's row, None where its cell names none."""
    line = cells.get("drug")
    medication = parse_medication(line, placed=True) if line is not None else None
    if line is None or medication is None:
        return None
    return Entry(line, medication, ((line, medication.rest),), cells, (ref,))


def unread_entry(cells: Mapping[Column, Line], ref: RowRef) -> Entry:
    """The drug of a table's row whose name was not read: what is said of it must not be lost."""
    line = cells.get("drug") or join(ref[0], [])
    return Entry(line, unread_medication(line), (), cells, (ref,))

"""What a batch makes of its file of records when it ends: tables for a spreadsheet.

They hold every record of that file, of this run and of those before it, and are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from medicord_ocr.cli.formats import record_writer
from medicord_ocr.cli.output import open_output
from medicord_ocr.errors import UsageError

Table = Literal["csv", "xlsx"]
TABLES: tuple[Table, ...] = get_args(Table)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a batch writes.

    Attributes:
        records: the file of records.
        tables: the tables that are made of it.
    """

    records: Path
    tables: dict[Table, Path]


def places(output: Path, formats: Sequence[str]) -> Places:
    """Where the records and their tables go: beside one another, told apart by their suffix.

    Args:
        output: the file of records, or of a table: the records are then in NAME.jsonl beside it.
        formats: of tables that are wanted as well; ``jsonl`` is written whatever they are.

    Raises:
        UsageError: there is no such format.
    """
    for unknown in set(formats) - {"jsonl", *TABLES}:
        raise UsageError(f"there is no format '{unknown}' of records", hint="Choose csv or xlsx")
    own = output.suffix.lower().removeprefix(".")
    wanted = {*formats, own}
    tables = {
        table: output if table == own else output.with_suffix(f".{table}")
        for table in TABLES
        if table in wanted
    }
    return Places(output.with_suffix(".jsonl") if own in TABLES else output, tables)


def write_outputs(where: Places) -> None:
    """Make the tables of all records.

    Raises:
        OutputError: one cannot be written; what was there before stays.
    """
    if not where.tables:
        return
    with ExitStack() as stack:
        write = [
            stack.enter_context(record_writer(table, stack.enter_context(open_output(path))))
            for table, path in where.tables.items()
        ]
        with where.records.open("rb") as lines:
            for line in lines:
                for add in write:
                    add(line)

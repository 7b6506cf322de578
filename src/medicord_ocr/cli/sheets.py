"""Records as an Excel workbook: a sheet for each kind of result, what needs review in colour.

Text is never a formula: it is stored as text, and where it looks like one the cell carries Excel's
own mark for that (the apostrophe that Excel shows in the formula bar alone), so that it stays text
when the cell is edited. Rows are written as they come; nothing but the present one is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from io import RawIOBase
from typing import TYPE_CHECKING, Any

from medicord_ocr.errors import OutputError
from medicord_ocr.table import CONTROL, FORMULA, document_row, item_row

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from medicord_ocr.cli.output import Output
    from medicord_ocr.schema import FieldInfo, Record

#: Excel's limits: rows of a sheet, and characters of a cell.
_ROWS, _CHARACTERS = 1_048_576, 32_767
_HEADER = ("report_date", "facility", "doctor")
_DOUBT = ("confidence", "needs_review", "review_reasons", *_HEADER)
#: The sheets, in order: the category of the document, the sheet's name, its columns.
_SHEETS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "lab_results",
        "Lab results",
        tuple(
            "source page section test_name value unit reference_range abnormal flag_printed loinc "
            "ucum".split()
        )
        + _DOUBT,
    ),
    (
        "prescriptions",
        "Prescriptions",
        tuple(
            "source page medication drug strength form dosage frequency morning noon evening night "
            "meal as_needed duration route quantity".split()
        )
        + _DOUBT,
    ),
    (
        "imaging",
        "Imaging",
        tuple(
            "source page modality body_part side technique indication findings impression".split()
        )
        + _DOUBT,
    ),
    ("other", "Other", ("source", "page", "text", *_DOUBT)),
    (
        "",
        "Documents",
        (
            *"source status document_type file_type pages".split(),
            *_DOUBT,
            *"warnings errors sha256".split(),
        ),
    ),
)
#: Columns whose field goes by another name.
_FIELD = dict.fromkeys(("morning", "noon", "evening", "night"), "schedule")
#: Characters that columns are wide; the others 14.
_WIDTHS = {
    **dict.fromkeys(("source", "facility", "test_name", "medication", "doctor"), 28),
    **dict.fromkeys(("findings", "impression", "text", "errors", "warnings"), 60),
    **dict.fromkeys(("page", "pages", "side", "abnormal"), 9),
}
#: Fill of what needs review: told by the column needs_review as well, not by colour alone.
_REVIEW = "#FFE699"


@contextmanager
def open_workbook(output: Output) -> Iterator[Sheets]:
    """A workbook that is written to the output when the block ends.

    Raises:
        OutputError: it cannot be written.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import XlsxWriterException

    # Temporary files are those of the run (scratch), which only its user can read.
    book = Workbook(_Stream(output), {"constant_memory": True, "use_zip64": True})
    try:
        sheets = Sheets(book)
        yield sheets
        sheets.finish()
        book.close()
    except (OSError, XlsxWriterException) as error:
        raise OutputError(
            "there is no room for the workbook",
            hint="Free some, or set TMPDIR to a folder that can be written to",
        ) from error
    finally:
        for sheet in book.worksheets():  # left open where the block raised
            sheet.row_data_fh.close()


class _Stream(RawIOBase):
    """An output as the stream that a ZIP archive is written to, from its start to its end."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        whole = bytes(data)
        self._output.write(whole)
        return len(whole)


class Sheets:
    """The sheets of one workbook.

    Args:
        book: open, in constant memory.
    """

    def __init__(self, book: Workbook) -> None:
        self._sheets = {
            category: _Sheet(book, name, columns) for category, name, columns in _SHEETS
        }

    def add(self, record: Record) -> None:
        """A row for the document, and one for each of its items."""
        document = record.document
        head: dict[str, Any] = {"source": record.source}
        doubtful: set[str] = set()
        if document is not None:
            head |= {name: getattr(document, f"possible_{name}") for name in _HEADER}
            doubtful = _doubtful({n: getattr(document.header, n) for n in _HEADER})
        self._sheets[""].add(head | document_row(record), doubtful)
        for category in ("lab_results", "prescriptions", "imaging", "other") if document else ():
            for item in getattr(document and document.categories, category):
                self._sheets[category].add(head | item_row(item), doubtful | _doubtful(item.fields))

    def finish(self) -> None:
        """Give every sheet its filter. No rows are added after that."""
        for sheet in self._sheets.values():
            sheet.finish()


def _doubtful(fields: Mapping[str, FieldInfo | None]) -> set[str]:
    return {name for name, info in fields.items() if info is not None and info.needs_review}


class _Sheet:
    """One kind of rows, on as many sheets as they need."""

    def __init__(self, book: Workbook, name: str, columns: tuple[str, ...]) -> None:
        self._book, self._name, self._columns = book, name, columns
        self._formats: dict[tuple[Any, ...], Format] = {}
        self._count = 0
        self._begin()

    def _begin(self) -> None:
        self._count += 1
        name = self._name if self._count == 1 else f"{self._name} {self._count}"
        self._sheet: Worksheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 1)
        for index, column in enumerate(self._columns):
            self._sheet.set_column(index, index, _WIDTHS.get(column, 14))
        for index, column in enumerate(self._columns):
            self._sheet.write_string(0, index, column, self._format(bold=True, bottom=1))
        self._next = 1

    def finish(self) -> None:
        """Let people filter what is there."""
        self._sheet.autofilter(0, 0, max(1, self._next - 1), len(self._columns) - 1)

    def add(self, row: Mapping[str, Any], doubtful: set[str]) -> None:
        """A row.

        Args:
            row: values by column; others are left out.
            doubtful: fields that need review.
        """
        if self._next >= _ROWS:
            self.finish()
            self._begin()
        for index, column in enumerate(self._columns):
            review = _FIELD.get(column, column) in doubtful
            if column in ("needs_review", "review_reasons"):
                review = bool(row.get("needs_review"))
            self._write(index, row.get(column), {"bg_color": _REVIEW} if review else {})
        self._next += 1

    def _write(self, column: int, value: object, look: dict[str, Any]) -> None:
        place = self._next, column
        if value is None or value == "":
            if look:
                self._sheet.write_blank(*place, None, self._format(**look))
        elif isinstance(value, bool):
            self._sheet.write_boolean(*place, value, self._format(**look))
        elif isinstance(value, (int, float, Decimal)):
            self._sheet.write_number(*place, value, self._format(**look, **_digits(value)))
        else:
            text = CONTROL.sub(" ", str(value))
            if FORMULA.match(text.lstrip(" ")):
                look = {**look, "quote_prefix": True}
            if len(text) > _CHARACTERS:
                text = f"{text[: _CHARACTERS - 1]}…"
            self._sheet.write_string(*place, text, self._format(**look))

    def _format(self, **look: Any) -> Format | None:
        """A format, made once: Excel has room for 64,000."""
        if not look:
            return None
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]


def _digits(value: float | Decimal) -> dict[str, str]:
    """The number format that shows as many decimals as were printed."""
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    if not isinstance(exponent, int) or not -15 <= exponent < 0:
        return {}
    return {"num_format": f"0.{'0' * -exponent}"}

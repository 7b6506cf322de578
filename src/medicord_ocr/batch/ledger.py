"""What the file of records holds, in SQLite beside it: which input, its content, where its line is.

The file of records is the truth. The ledger can be removed: it is made again from that file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import orjson

from medicord_ocr.batch.journal import Journal
from medicord_ocr.errors import OutputError

SUFFIX = ".ledger"
#: Changes whenever the tables do: a ledger of another form is made again.
_FORM = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one input.

    Attributes:
        source: its name.
        sha256: of its content, None when it could not be read.
        options: fingerprint of the options that it was read with.
        status: of its record.
        start, length: of its line in the file of records, in bytes.
        changed: size and times of the file when it was read; None when it is to be looked at again.
        run: number of the run that wrote it.
    """

    source: str
    sha256: str | None
    options: str
    status: str
    start: int
    length: int
    changed: str | None = None
    run: int = 0


_NAMES = [field.name for field in fields(Entry)]
_TABLES = f"""
CREATE TABLE entry (source TEXT PRIMARY KEY, {", ".join(_NAMES[1:])}) WITHOUT ROWID;
CREATE INDEX content ON entry (sha256, options);
CREATE TABLE state (run INTEGER, end INTEGER);
INSERT INTO state VALUES (0, 0);
PRAGMA user_version = {_FORM};
"""


class Ledger:
    """The ledger of one file of records, brought up to date when it is opened.

    Args:
        journal: the file of records.

    Attributes:
        run: number of this run.

    Raises:
        OutputError: it cannot be written.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._path = journal.path.with_name(journal.path.name + SUFFIX)
        with _told(self._path):
            self._base = self._opened()
            self.run = self._state()[0] + 1
            self._end = self._state()[1]
            self._catch_up()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()  # what was not committed is found again in the file of records

    def _opened(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        with suppress(OSError):
            self._path.chmod(0o600)
        base = sqlite3.connect(self._path)
        try:
            base.execute("PRAGMA synchronous = NORMAL")
            if base.execute("PRAGMA user_version").fetchone()[0] == _FORM:
                base.execute("SELECT run, end FROM state").fetchone()
                return base
        except sqlite3.DatabaseError:
            pass
        base.close()
        self._path.unlink()
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        base = sqlite3.connect(self._path)
        base.executescript(_TABLES)
        return base

    def _state(self) -> tuple[int, int]:
        run, end = self._base.execute("SELECT run, end FROM state").fetchone()
        return int(run), int(end)

    def _catch_up(self) -> None:
        """Take in what the file of records has more, or all of it where the two do not fit."""
        if not self._fits():
            self._base.execute("DELETE FROM entry")
            self._end = 0
        for start, line in self._journal.lines(self._end):
            try:
                record = orjson.loads(line)
                known = [record[name] for name in ("source", "sha256", "options", "status")]
            except (ValueError, TypeError, KeyError):
                continue  # a disk that lost power can hold anything; it goes at the next tidying
            source, sha256, options, status = known
            self.put(Entry(source, sha256, options, status, start, len(line)))

    def _fits(self) -> bool:
        if self._end > self._journal.end:
            return False
        last = self._base.execute(
            "SELECT source, start, length FROM entry ORDER BY start DESC LIMIT 1"
        ).fetchone()
        if last is None:
            return self._end == 0
        try:
            record = orjson.loads(self._journal.read(last[1], last[2]))
        except ValueError:
            return False
        return bool(record.get("source") == last[0])

    def get(self, source: str) -> Entry | None:
        """What is known of an input."""
        return self._one("source = ?", source)

    def same(self, sha256: str, options: str) -> Entry | None:
        """An input with that content, read with those options; the latest where there are several.

        Those that were read well come first.
        """
        return self._one(
            "sha256 = ? AND options = ? ORDER BY status = 'ok' DESC, run DESC", sha256, options
        )

    def _one(self, condition: str, *values: object) -> Entry | None:
        question = f"SELECT {', '.join(_NAMES)} FROM entry WHERE {condition} LIMIT 1"
        with _told(self._path):
            row = self._base.execute(question, values).fetchone()
        return Entry(*row) if row else None

    def put(self, entry: Entry) -> None:
        """Note an input, in place of what was known of it."""
        marks = ", ".join("?" * len(_NAMES))
        with _told(self._path):
            self._base.execute(f"INSERT OR REPLACE INTO entry VALUES ({marks})", astuple(entry))
        self._end = max(self._end, entry.start + entry.length)

    def commit(self) -> None:
        """Make it last, after the file of records was made to.

        Raises:
            OutputError: it cannot be written.
        """
        with _told(self._path):
            self._journal.sync()
            self._base.execute("UPDATE state SET run = ?, end = ?", (self.run, self._end))
            self._base.commit()

    def tidy(self) -> None:
        """Drop lines that others took the place of from the file of records.

        Raises:
            OutputError: there is no room for it.
        """
        with _told(self._path):
            kept = self._base.execute("SELECT source, start, length FROM entry ORDER BY start")
            lines = [(source, start, length) for source, start, length in kept]
            if sum(length for _, _, length in lines) == self._journal.end:
                return
            self._journal.keep((start, length) for _, start, length in lines)
            begin = 0
            for source, _, length in lines:
                self._base.execute("UPDATE entry SET start = ? WHERE source = ?", (begin, source))
                begin += length
            self._end = begin
            self.commit()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Let what SQLite and the disk say be one of our errors."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = os.strerror(number) if number else str(error)
        raise OutputError(f"cannot write to {path} ({reason})") from error

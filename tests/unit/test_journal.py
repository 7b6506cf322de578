"""The file of records is whole at any moment, and the ledger says what is in it."""

import json
import stat
from pathlib import Path

import pytest

from medicord_ocr.batch.journal import Journal
from medicord_ocr.batch.ledger import SUFFIX, Entry, Ledger
from medicord_ocr.errors import OutputError, UsageError


def line(source: str, *, sha256: str = "0", status: str = "ok", options: str = "o") -> bytes:
    record = {"schema_version": 1, "source": source, "sha256": sha256, "status": status}
    return json.dumps({**record, "options": options}, separators=(",", ":")).encode() + b"\n"


def put(journal: Journal, ledger: Ledger, source: str, sha256: str = "0") -> None:
    data = line(source, sha256=sha256)
    ledger.put(Entry(source, sha256, "o", "ok", journal.append(data), len(data), "1.2.3", 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.mark.parametrize("torn", [b'{"schema_ver', b"{", line("b")[:-1], line("b")[:-1] * 900])
def test_half_a_line_is_cut_off_when_it_is_opened(path: Path, torn: bytes) -> None:
    path.write_bytes(line("a") + torn)
    with Journal(path) as journal:
        journal.append(line("c"))
    assert path.read_bytes() == line("a") + line("c")


def test_half_a_first_line_leaves_an_empty_file(path: Path) -> None:
    path.write_bytes(b'{"schema_version":1,"sou')
    with Journal(path):
        assert path.read_bytes() == b""


@pytest.mark.parametrize("content", [b"%PDF-1.4\n", b"a note", b'{"a": 1}\n'])
def test_a_file_that_is_not_ours_is_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(UsageError, match="no file of records"):
        Journal(path)
    assert path.read_bytes() == content


def test_two_runs_cannot_write_to_one_file(path: Path) -> None:
    with Journal(path), pytest.raises(UsageError, match="another run"):
        Journal(path)
    with Journal(path):
        pass


def test_only_the_owner_can_read_what_is_written(path: Path) -> None:
    path.touch(0o644)
    with Journal(path) as journal, Ledger(journal):
        pass
    for file in (path, path.with_name(path.name + SUFFIX)):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        Journal(tmp_path)


def test_what_was_written_and_not_committed_is_found_again(path: Path) -> None:
    with Journal(path) as journal, Ledger(journal) as ledger:
        put(journal, ledger, "a", "1")
        ledger.commit()
        put(journal, ledger, "b", "2")  # and the power goes
    with Journal(path) as journal, Ledger(journal) as ledger:
        assert ledger.run == 2
        known = {source: ledger.get(source) for source in ("a", "b")}
        assert ledger.same("2", "o") == known["b"]
    assert known["a"] == Entry("a", "1", "o", "ok", 0, len(line("a")), "1.2.3", 1)
    assert known["b"] == Entry("b", "2", "o", "ok", len(line("a")), len(line("b")), None, 0)


@pytest.mark.parametrize("harm", ["removed", "nonsense", "of another file"])
def test_a_ledger_that_does_not_fit_is_made_again(path: Path, harm: str) -> None:
    with Journal(path) as journal, Ledger(journal) as ledger:
        for source in "abc":
            put(journal, ledger, source)
        ledger.commit()
    if harm == "removed":
        path.with_name(path.name + SUFFIX).unlink()
    elif harm == "nonsense":
        path.with_name(path.name + SUFFIX).write_bytes(b"no database" * 1000)
    else:
        path.write_bytes(line("xyz") + line("c", sha256="9") + line("b") + line("d"))
    expected = {"a", "b", "c"} if harm != "of another file" else {"xyz", "b", "c", "d"}
    with Journal(path) as journal, Ledger(journal) as ledger:
        assert {s for s in ("a", "b", "c", "d", "xyz") if ledger.get(s)} == expected


def test_tidying_keeps_the_latest_line_of_each_input(path: Path) -> None:
    with Journal(path) as journal, Ledger(journal) as ledger:
        for source, sha256 in (("a", "1"), ("b", "1"), ("a", "2"), ("c", "1")):
            put(journal, ledger, source, sha256)
        ledger.tidy()
        kept = line("b", sha256="1") + line("a", sha256="2") + line("c", sha256="1")
        assert path.read_bytes() == kept
        put(journal, ledger, "d")
        ledger.commit()
    with Journal(path) as journal, Ledger(journal) as ledger:
        entry = ledger.get("a")
        assert entry is not None
        assert journal.read(entry.start, entry.length) == line("a", sha256="2")
        assert ledger.get("d") is not None


def test_lines_that_power_loss_spoilt_go_at_the_next_tidying(path: Path) -> None:
    path.write_bytes(line("a") + b"\0" * 40 + b"\n" + line("b"))
    with Journal(path) as journal, Ledger(journal) as ledger:
        ledger.tidy()
    assert path.read_bytes() == line("a") + line("b")

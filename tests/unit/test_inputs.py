"""What paths on a command line mean."""

import os
import sys
from pathlib import Path

import pytest

from medicord_ocr.batch.inputs import find_inputs
from medicord_ocr.errors import UnsupportedInput, UsageError


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    for name in ("b.pdf", "a.JPG", "sub/c.tiff", "sub/deep/d.Png", ".hidden.png", ".git/e.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "notes.txt").write_text("no document")
    (tmp_path / "scan0001").write_bytes(b"%PDF-1.4\n")
    return tmp_path


def found(*paths: str) -> list[str]:
    return [source.name for source in find_inputs(paths).found]


def test_a_folder_gives_its_documents_below_it_by_name(archive: Path) -> None:
    assert found(str(archive)) == ["a.JPG", "b.pdf", "scan0001", "sub/c.tiff", "sub/deep/d.Png"]


def test_hidden_files_and_other_kinds_are_left_out_and_counted(archive: Path) -> None:
    inputs = find_inputs([str(archive)])
    assert inputs.left_out == 1
    assert inputs.several
    assert not any(".git" in source.name or "hidden" in source.name for source in inputs.found)


def test_a_hidden_folder_that_is_named_is_searched(archive: Path) -> None:
    assert found(str(archive / ".git")) == ["e.png"]


def test_a_file_that_is_named_is_taken_whatever_its_name(archive: Path) -> None:
    inputs = find_inputs([str(archive / "notes.txt")])
    assert [source.path for source in inputs.found] == [archive / "notes.txt"]
    assert not inputs.several


def test_a_file_that_is_not_there_is_an_input_all_the_same() -> None:
    """So that of several inputs it becomes a failed record."""
    assert found("missing.pdf") == ["missing.pdf"]


def test_names_tell_two_folders_apart(archive: Path) -> None:
    names = found(str(archive / "sub"), str(archive / ".git"), str(archive / "b.pdf"))
    assert names == [
        f"{archive.as_posix()}/{name}"
        for name in ("sub/c.tiff", "sub/deep/d.Png", ".git/e.png", "b.pdf")
    ]


def test_a_file_named_twice_is_read_once(archive: Path) -> None:
    assert len(found(str(archive / "b.pdf"), str(archive / "b.pdf"))) == 1


def test_a_folder_without_documents_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(UnsupportedInput, match=r"no documents in .*\.pdf"):
        find_inputs([str(tmp_path)])


def test_links_to_folders_are_not_followed(archive: Path) -> None:
    (archive / "sub" / "loop").symlink_to(archive)
    assert len(found(str(archive))) == 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_in_a_folder_does_not_keep_us_waiting(archive: Path) -> None:
    os.mkfifo(archive / "pipe")
    assert "pipe" not in found(str(archive))


@pytest.mark.skipif(sys.platform != "linux", reason="names of other bytes exist on Linux")
def test_a_name_that_is_not_utf8_is_still_a_name(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"r\xe9sultat.pdf")).write_bytes(b"x")
    inputs = find_inputs([str(tmp_path)])
    assert inputs.found[0].name.encode() == "r\ufffdsultat.pdf".encode()
    assert inputs.found[0].path is not None
    assert inputs.found[0].path.read_bytes() == b"x"


def test_standard_input_is_read_once_only() -> None:
    with pytest.raises(UsageError, match="only once"):
        find_inputs(["-", "-"], standard_input=Path)

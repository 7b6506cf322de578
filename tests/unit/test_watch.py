"""Documents that appear in folders."""

from pathlib import Path

import pytest

from medicord_ocr.batch.inputs import Input
from medicord_ocr.batch.watch import watch
from medicord_ocr.errors import UnreadableInput


class Folder:
    """A folder as ``watch`` sees it; ``before`` is done before each look but the first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.looks = 0

    def __call__(self) -> tuple[Input, ...]:
        self.looks += 1
        return tuple(Input(file.name, file) for file in sorted(self.path.iterdir()))


def names(coming: object, looks: int, folder: Folder) -> list[str]:
    """What comes until the folder was looked at so often more."""
    end = folder.looks + looks
    found = []
    for source in coming:  # type: ignore[attr-defined]
        if source is not None:
            found.append(source.name)
        elif folder.looks >= end:
            break
    return found


def test_a_file_comes_once_it_is_the_same_at_two_looks(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "a").write_bytes(b"whole")
    coming = watch(folder, every=0.01)
    assert names(coming, 3, folder) == ["a"]
    growing = tmp_path / "b"
    for size in range(1, 4):
        growing.write_bytes(b"x" * size)
        assert names(coming, 1, folder) == []
    assert names(coming, 2, folder) == ["b"]
    assert names(coming, 3, folder) == []


def test_a_file_that_was_changed_comes_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "a").write_bytes(b"first")
    coming = watch(folder, every=0.01)
    assert names(coming, 3, folder) == ["a"]
    (tmp_path / "a").write_bytes(b"second one")
    assert names(coming, 3, folder) == ["a"]


def test_a_folder_that_is_away_for_a_time_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a").write_bytes(b"whole")
    folder = Folder(tmp_path)
    failing = [False]

    def find() -> tuple[Input, ...]:
        found = folder()
        if failing[0]:
            raise UnreadableInput("the folder cannot be listed")
        return found

    coming = watch(find, every=0.01)
    assert names(coming, 3, folder) == ["a"]
    failing[0] = True
    assert names(coming, 3, folder) == []
    assert len(caplog.records) == 1, "said once, not at every look"
    failing[0] = False
    (tmp_path / "b").write_bytes(b"new")
    assert names(coming, 4, folder) == ["b"]


def test_what_cannot_be_listed_at_the_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(watch(Folder(tmp_path / "none"), every=0.01))

"""Ground truth: ``NAME.json`` beside ``NAME.ext``, in the document's own core fields.

A field that the truth gives as null is not on the page; one that the truth does not mention at
all is not scored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medicord_ocr.errors import UnreadableInput, UsageError

#: File name endings of documents, compared without case.
DOCUMENT_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".pdf", ".tif", ".tiff", ".bmp"})
_CATEGORIES = ("lab_results", "prescriptions", "imaging")


@dataclass(frozen=True, slots=True)
class Truth:
    """What stands on one document.

    Attributes:
        labs, prescriptions, imaging: rows in page order as field name to value; None where the
            truth does not speak of the category.
        header: ``report_date``, ``facility``, ``doctor``, those that the truth mentions.
        aliases: other printed forms of the facility.
        raw_text: everything printed, in reading order, or None.
        meta: what is known of the document (kind, source, dpi, …); may be empty.
        content: documents with the same content (one page under several degradations) share it.
    """

    labs: tuple[Mapping[str, Any], ...] | None
    prescriptions: tuple[Mapping[str, Any], ...] | None
    imaging: tuple[Mapping[str, Any], ...] | None
    header: Mapping[str, str | None]
    aliases: tuple[str, ...]
    raw_text: str | None
    meta: Mapping[str, Any]
    content: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A document and the file of its ground truth; ``name`` is relative to the folder."""

    name: str
    document: Path
    truth: Path


@dataclass(frozen=True, slots=True)
class Folder:
    """The pairs of a folder in order of name, and sentences on what has no partner."""

    pairs: tuple[Pair, ...]
    problems: tuple[str, ...]


def find_pairs(directory: Path) -> Folder:
    """The documents below a folder that have ground truth beside them; hidden ones are left out.

    Raises:
        UsageError: when the folder is none, or holds no such document.
    """
    if not directory.is_dir():
        raise UsageError(f"'{directory}' is not a folder")
    files = sorted(p for p in directory.rglob("*") if p.is_file() and not _hidden(p, directory))
    documents = [p for p in files if p.suffix.lower() in DOCUMENT_SUFFIXES]
    truths = {p.with_suffix(""): p for p in files if p.suffix.lower() == ".json"}
    pairs, problems = [], []
    for path in documents:
        name = path.relative_to(directory).as_posix()
        truth = truths.get(path.with_suffix(""))
        if truth is None:
            problems.append(f"{name} has no ground truth beside it")
        else:
            pairs.append(Pair(name, path, truth))
    used = {pair.truth for pair in pairs}
    for truth in (t for t in truths.values() if t not in used):
        # Other JSON (an index, a manifest) may lie in the folder too.
        if "categories" in _object(truth):
            problems.append(f"{truth.relative_to(directory).as_posix()} has no document beside it")
    if not pairs:
        raise UsageError(
            f"'{directory}' holds no document with ground truth",
            hint="Put NAME.json beside NAME.pdf, NAME.jpg, …",
        )
    return Folder(tuple(pairs), tuple(problems))


def _hidden(path: Path, directory: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(directory).parts)


def _object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnreadableInput("this is not a JSON file", source=str(path)) from error
    return data if isinstance(data, dict) else {}


def load(path: Path) -> Truth:
    """Read a file of ground truth.

    Raises:
        UnreadableInput: when it is not JSON, or not ground truth.
    """
    data = _object(path)
    categories, meta = data.get("categories"), data.get("meta") or {}
    if not isinstance(categories, dict) or not isinstance(meta, dict):
        raise UnreadableInput("this is not ground truth: it has no categories", source=str(path))
    labs, prescriptions, imaging = (_rows(categories, name, path) for name in _CATEGORIES)
    names = ("report_date", "facility", "doctor")
    return Truth(
        labs=labs,
        prescriptions=prescriptions,
        imaging=imaging,
        header={n: data[f"possible_{n}"] for n in names if f"possible_{n}" in data},
        aliases=tuple(data.get("possible_facility_aliases") or ()),
        raw_text=data.get("raw_text"),
        meta=meta,
        content=str(meta.get("content_id") or path.with_suffix("")),
    )


def _rows(
    categories: Mapping[str, Any], name: str, path: Path
) -> tuple[Mapping[str, Any], ...] | None:
    rows = categories.get(name)
    if rows is None:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableInput(f"'{name}' is not a list of rows", source=str(path))
    return tuple(rows)

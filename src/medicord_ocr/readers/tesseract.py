"""Tesseract, in this process through tesserocr, or as a program through pytesseract.

Both give the same TSV columns, which one function parses. The two are not the same version of
Tesseract, and so not the same words: the version is part of ``info``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from medicord_ocr.errors import EngineError, MissingDependency
from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray, Reader, ReadWord, Script, model_digest

#: Where distributions put the language data, newest first; TESSDATA_PREFIX comes before.
TESSDATA_PLACES = (
    "/usr/share/tesseract-ocr/*/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
    r"C:\Program Files\Tesseract-OCR\tessdata",
)
#: The resolution that line pictures are said to have: their letters are scaled to what 300 dpi
#: print has, and without it Tesseract guesses one from each line anew.
LINE_DPI = 300
#: Seconds after which one run of the tesseract program over a page's lines is given up.
PROGRAM_TIMEOUT = 120
_TEXT_COLUMN = 11


def find_tessdata(prefix: str | None = None) -> Path:
    """The folder of the language data.

    Args:
        prefix: the folder that the settings name, or None to look where distributions put it.

    Raises:
        MissingDependency: when there is none.
    """
    places = [prefix] if prefix else [os.environ.get("TESSDATA_PREFIX"), *TESSDATA_PLACES]
    for place in filter(None, places):
        root = Path(place)
        whole = "*" not in place
        for found in [root] if whole else sorted(root.parents[1].glob("*/tessdata"), reverse=True):
            for folder in (found, found / "tessdata"):
                if any(folder.glob("*.traineddata")):
                    return folder
    raise MissingDependency(
        f"no Tesseract language data in {prefix}" if prefix else "no Tesseract language data found",
        hint="Install tesseract-ocr, tesseract-ocr-eng and tesseract-ocr-khm, or set "
        "TESSDATA_PREFIX to the folder that holds eng.traineddata",
        code="dependency.language_data",
    )


def require_languages(tessdata: Path, languages: Sequence[str]) -> None:
    """Check that the data of each language is there.

    Raises:
        MissingDependency: naming those that are not, and the packages that hold them.
    """
    missing = [lang for lang in languages if not (tessdata / f"{lang}.traineddata").is_file()]
    if missing:
        packages = " ".join(f"tesseract-ocr-{lang.replace('_', '-')}" for lang in missing)
        raise MissingDependency(
            f"no Tesseract language data for {', '.join(missing)}",
            hint=f"Install it: sudo apt-get install {packages}",
            code="dependency.language_data",
        )


def open_tesseract(
    languages: Sequence[str], *, command: str | None = None, tessdata: str | None = None
) -> Reader:
    """A Tesseract reader: in process, or the program.

    The program is used where ``command`` names one, or tesserocr is not installed.

    Args:
        languages: Tesseract codes in order of weight.
        command: path or name of a tesseract program, None for tesserocr.
        tessdata: folder of the language data, None to look for it.

    Raises:
        MissingDependency: when neither can be had, or the data of a language is missing.
    """
    folder = find_tessdata(tessdata)
    require_languages(folder, languages)
    if command is None and find_spec("tesserocr") is not None:
        return TesseractLibrary(tuple(languages), folder)
    return TesseractProgram(tuple(languages), folder, command or "tesseract")


def _scripts(languages: Sequence[str]) -> frozenset[Script]:
    khmer = any(lang in {"khm", "script/Khmer", "Khmer"} for lang in languages)
    return frozenset({"khmer", "latin"}) if khmer else frozenset({"latin"})


def _models(tessdata: Path, languages: Sequence[str]) -> dict[str, str]:
    return {lang: model_digest(tessdata / f"{lang}.traineddata") for lang in languages}


def parse_tsv(tsv: str) -> list[tuple[int, ReadWord]]:
    """The words of Tesseract's TSV, each with the number of its text line.

    Args:
        tsv: rows of twelve tab-separated columns, with or without the heading row.

    Returns:
        Line number (counted over the page) and word, in Tesseract's order; confidences 0-1.
    """
    words: list[tuple[int, ReadWord]] = []
    line, seen = -1, None
    for row in tsv.splitlines():
        cells = row.split("\t", _TEXT_COLUMN)
        if len(cells) <= _TEXT_COLUMN or cells[0] != "5":
            continue
        if (key := tuple(cells[1:5])) != seen:
            line, seen = line + 1, key
        left, top, width, height = (int(cell) for cell in cells[6:10])
        confidence = min(1.0, max(0.0, float(cells[10]) / 100))
        for text, box in _parts(
            cells[_TEXT_COLUMN].strip(), Box(left, top, left + width, top + height)
        ):
            words.append((line, ReadWord(text, box, confidence)))
    return words


def _parts(text: str, box: Box) -> list[tuple[str, Box]]:
    """A word that holds spaces (Tesseract gives such for Khmer) as several, by their length."""
    if not text or not any(c.isspace() for c in text):
        return [(text, box)] if text else []
    step = box.width / len(text)
    return [
        (
            m.group(),
            Box(int(box.x0 + m.start() * step), box.y0, int(box.x0 + m.end() * step), box.y1),
        )
        for m in re.finditer(r"\S+", text)
    ]


class TesseractLibrary:
    """Tesseract's LSTM in this process, models loaded once (tesserocr)."""

    def __init__(self, languages: tuple[str, ...], tessdata: Path) -> None:
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        self._languages, self._tessdata = languages, tessdata
        self.name = "tesseract-" + "+".join(languages)
        self.scripts = _scripts(languages)
        self._api: Any = None

    def info(self) -> EngineInfo:
        """Version of the linked libtesseract, and hashes of the language data."""
        import tesserocr

        version = tesserocr.tesseract_version().split()[1]
        return EngineInfo(self.name, version, _models(self._tessdata, self._languages))

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """Each line by itself in single-line mode."""
        api = self._ready()
        found = []
        for line in lines:
            height, width = line.shape
            try:
                api.SetImageBytes(np.ascontiguousarray(line).tobytes(), width, height, 1, width)
                api.SetSourceResolution(LINE_DPI)
                tsv = api.GetTSVText(0)
            except RuntimeError as error:
                raise EngineError(f"{self.name} failed on a line", hint=None) from error
            found.append(tuple(word for _, word in parse_tsv(tsv)))
        return found

    def _ready(self) -> Any:
        if self._api is None:
            import tesserocr

            try:
                self._api = tesserocr.PyTessBaseAPI(
                    path=str(self._tessdata),
                    lang="+".join(self._languages),
                    psm=tesserocr.PSM.SINGLE_LINE,
                    oem=tesserocr.OEM.LSTM_ONLY,
                    # Layout has turned dark bars round: trying doubtful lines inverted takes a
                    # tenth of the time and changed 4 of 311 stretches of dev, none for the better.
                    variables={"tessedit_do_invert": "0"},
                )
            except RuntimeError as error:
                raise MissingDependency(
                    f"Tesseract cannot load {'+'.join(self._languages)}",
                    hint=f"Check the language data in {self._tessdata}: medicord-ocr doctor",
                ) from error
        return self._api


class TesseractProgram:
    """The tesseract program, one run for all the lines of a page (pytesseract).

    A process start costs more than reading a line, so the lines are stacked on one tall picture
    and the words are given back to the line on whose band they stand.
    """

    def __init__(self, languages: tuple[str, ...], tessdata: Path, command: str) -> None:
        if shutil.which(command) is None:
            raise MissingDependency(
                f"the program {command} is not installed",
                hint="Install it: sudo apt-get install tesseract-ocr; or pip install tesserocr",
            )
        self._languages, self._tessdata, self._command = languages, tessdata, command
        self.name = "tesseract-" + "+".join(languages)
        self.scripts = _scripts(languages)

    def info(self) -> EngineInfo:
        """Version that the program prints, and hashes of the language data."""
        printed = subprocess.run(
            [self._command, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
        words = (printed.stdout or printed.stderr).split()
        version = words[1] if len(words) > 1 else "unknown"
        return EngineInfo(self.name, version, _models(self._tessdata, self._languages))

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """All lines in one run in single-block mode."""
        if not lines:
            return []
        import pytesseract
        from PIL import Image

        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        pytesseract.pytesseract.tesseract_cmd = self._command
        page, tops = stack(lines)
        options = f'--tessdata-dir "{self._tessdata}" --psm 6 --oem 1 --dpi {LINE_DPI}'
        try:
            tsv = pytesseract.image_to_data(
                Image.fromarray(page),
                lang="+".join(self._languages),
                config=options,
                timeout=PROGRAM_TIMEOUT,
            )
        except (RuntimeError, pytesseract.TesseractError) as error:
            raise EngineError(
                f"{self._command} failed or took over {PROGRAM_TIMEOUT} s",
                code="engine.timeout" if "timeout" in str(error) else "engine.failed",
            ) from error
        return _unstack([word for _, word in parse_tsv(tsv)], lines, tops)


def stack(lines: Sequence[Gray]) -> tuple[Gray, list[int]]:
    """Line pictures one below the other on white: the (H, W) picture, and the top of each."""
    gap = 30
    height = sum(line.shape[0] + gap for line in lines) + gap
    page = np.full((height, max(line.shape[1] for line in lines) + 2 * gap), 255, np.uint8)
    tops, y = [], gap
    for line in lines:
        page[y : y + line.shape[0], gap : gap + line.shape[1]] = line
        tops.append(y)
        y += line.shape[0] + gap
    return page, tops


def _unstack(
    words: list[ReadWord], lines: Sequence[Gray], tops: list[int]
) -> list[tuple[ReadWord, ...]]:
    gap = tops[0]
    found: list[list[ReadWord]] = [[] for _ in lines]
    for word in words:
        i = max(0, int(np.searchsorted(tops, word.box.middle)) - 1)
        box = word.box
        moved = Box(box.x0 - gap, box.y0 - tops[i], box.x1 - gap, box.y1 - tops[i])
        found[i].append(word._replace(box=moved))
    return [tuple(sorted(line, key=lambda word: word.box.x0)) for line in found]

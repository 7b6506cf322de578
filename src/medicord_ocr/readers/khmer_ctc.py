"""Khmer (and Latin) lines read by the CTC network of smart-kh-ocr on onnxruntime.

The model file is made by ``medicord-ocr models install khmer``; see ``khmer_graph``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import EngineError, MissingDependency
from medicord_ocr.models import KHMER, install_hint, require
from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray, ReadWord, Script, model_digest
from medicord_ocr.readers.ctc import decode
from medicord_ocr.readers.khmer_graph import HEIGHT, OFFSET, STEPS, STRIDE
from medicord_ocr.readers.onnx import open_session

#: Widest piece of a line in pixels at HEIGHT; wider lines are cut at gaps in the ink.
WIDEST = STRIDE * STEPS
# Khmer vowels and signs that are written about a letter.
_MARK = re.compile("[\u17b6-\u17d1]")


class KhmerReader:
    """The Khmer network, loaded at first use, one thread.

    Raises:
        MissingDependency: when the model or onnxruntime is not installed, or the file damaged.
    """

    name = "khmer-ctc"
    scripts: frozenset[Script] = frozenset({"khmer", "latin"})

    def __init__(self) -> None:
        if find_spec("onnxruntime") is None:
            raise MissingDependency(
                "the Khmer reader needs onnxruntime", hint="Install it: pip install onnxruntime"
            )
        self._path = require(KHMER)
        self._session: Any = None
        self._characters: list[str] = []
        self._marks: NDArray[np.bool_] = np.zeros(0, np.bool_)

    def info(self) -> EngineInfo:
        """Version of the package the weights come from, and the hash of the model."""
        about = f"{KHMER.version} (onnxruntime {version('onnxruntime')})"
        return EngineInfo(self.name, about, {self._path.name: model_digest(self._path)})

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """Each line by itself, long ones in pieces."""
        session = self._ready()
        found = []
        for line in lines:
            words: list[ReadWord] = []
            for x0, x1 in pieces(line):
                picture = _input(line[:, x0:x1])
                try:
                    scores = session.run(None, {"x": picture})[0][0]
                except Exception as error:
                    raise EngineError(f"{self.name} failed on a line") from error
                box = Box(x0, 0, x1, line.shape[0])
                kept = _within_ink(scores, line[:, x0:x1], self._marks)
                words.extend(decode(kept, self._characters, OFFSET, box))
            found.append(tuple(words))
        return found

    def _ready(self) -> Any:
        if self._session is None:
            session = open_session(self._path, hint=install_hint(KHMER))
            meta = session.get_modelmeta().custom_metadata_map
            self._characters = meta["characters"].split("\x1f")
            self._marks = np.array([bool(_MARK.fullmatch(c)) for c in self._characters])
            self._session = session
        return self._session


def pieces(line: Gray) -> list[tuple[int, int]]:
    """Where to cut a line so that no piece is wider than the network takes.

    Args:
        line: (H, W) uint8, dark on light.

    Returns:
        Left and right edges in pixels, side by side over the whole width. A cut falls into the
        middle of the widest gap of the piece's last third; where there is none, into its
        lightest column.
    """
    height, width = line.shape
    most = int(WIDEST * height / HEIGHT)
    dark = np.count_nonzero(line < _middle(line), axis=0)
    cuts, start = [0], 0
    while width - start > most:
        window = dark[start + 2 * most // 3 : start + most]
        cuts.append(start + 2 * most // 3 + _gap(window))
        start = cuts[-1]
    return list(zip(cuts, [*cuts[1:], width], strict=True))


def _gap(dark: NDArray[np.intp]) -> int:
    """Middle of the longest run without ink, else the column with the least."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], (dark == 0).astype(np.int8), [0]))))
    runs = [(int(b - a), int(a + b) // 2) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return max(max(runs)[1] if runs else int(np.argmin(dark)), 1)


def _middle(line: Gray) -> float:
    low, high = np.percentile(line, (2, 80))
    return float(low + high) / 2


def _input(line: Gray) -> NDArray[np.float32]:
    """(1, 1, HEIGHT, W) float32 in -1 to 1; W a multiple of STRIDE, as wide as the text is.

    The network was trained on pictures filled up to 640 pixels, which takes thrice as long and
    reads no better but for a stray last letter (see ``_within_ink``).
    """
    height, width = line.shape
    width = max(2, round(HEIGHT * width / height / STRIDE)) * STRIDE
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_LINEAR
    small = cv2.resize(line, (min(width, WIDEST), HEIGHT), interpolation=method)
    return (small.astype(np.float32) / 127.5 - 1.0)[None, None]


def _within_ink(
    scores: NDArray[np.float32], line: Gray, marks: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Scores with all steps blank that begin right of the last ink: a letter there is made up.

    A vowel or sign is not, since it stands on or before its letter: of eight of them on seven
    documents, all surer than 0.99, each was printed (the last of ``ថ្ងៃ``), and no letter was.
    """
    inked = np.flatnonzero((line < _middle(line)).any(axis=0))
    end = (int(inked[-1]) + 1) / line.shape[1] if inked.size else 0.0
    kept = scores.copy()
    behind = kept[int(np.ceil(end * len(scores))) :]
    made_up = ~marks[behind.argmax(axis=1)]
    behind[made_up] = 0.0
    behind[made_up, 0] = 1.0
    return kept

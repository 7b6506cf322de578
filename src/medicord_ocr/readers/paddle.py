"""PP-OCRv6 recognition on onnxruntime, with the model file that the rapidocr package carries.

Latin script and digits only: none of its 18,708 characters is Khmer. Only the model file of the
package is used (Apache-2.0); the package itself is not imported.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from importlib.metadata import files, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import EngineError, MissingDependency
from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray, ReadWord, Script, model_digest
from medicord_ocr.readers.ctc import decode
from medicord_ocr.readers.onnx import open_session

MODEL = "PP-OCRv6_rec_small.onnx"
#: Height in pixels that the model reads lines at.
HEIGHT = 48
#: Widest picture given to it, in pixels: memory grows with the width.
WIDEST = 3200
_ANEW = "Install it anew: pip install --force-reinstall rapidocr"
#: Full-width signs, and the Chinese one and long vowel, that it gives for plain signs and dashes.
_PLAIN = str.maketrans("，：（）；＜＞％一ー", ",:();<>%--")


def model_path() -> Path:
    """The model file in the installed rapidocr package.

    Raises:
        MissingDependency: when rapidocr or onnxruntime is not installed, or the file is not there
            or damaged.
    """
    if find_spec("onnxruntime") is None or (spec := find_spec("rapidocr")) is None:
        raise MissingDependency(
            "the second reader needs onnxruntime and rapidocr",
            hint="Install them: pip install onnxruntime rapidocr",
        )
    path = Path(spec.origin or "").parent / "models" / MODEL
    if not path.is_file():
        raise MissingDependency(
            f"rapidocr does not hold {MODEL}", hint="Install it anew: pip install -U rapidocr"
        )
    if not _is_whole(path):
        raise MissingDependency(
            f"the model file {MODEL} of rapidocr is damaged", hint=_ANEW, code="dependency.model"
        )
    return path


def _is_whole(path: Path) -> bool:
    """Whether the model is the one that was installed, by the hash that the package's list has."""
    listed = next((f.hash for f in files("rapidocr") or () if f.name == MODEL and f.hash), None)
    if listed is None or listed.mode != "sha256":
        return True
    known = urlsafe_b64decode(listed.value + "=" * (-len(listed.value) % 4)).hex()
    return known.startswith(model_digest(path))


class PaddleReader:
    """PP-OCRv6's recognition model, loaded at first use, one thread."""

    name = "pp-ocrv6"
    scripts: frozenset[Script] = frozenset({"latin"})

    def __init__(self) -> None:
        self._path = model_path()
        self._session: Any = None
        self._characters: list[str] = []

    def info(self) -> EngineInfo:
        """Versions of the packages and the hash of the model."""
        about = f"{version('rapidocr')} (onnxruntime {version('onnxruntime')})"
        return EngineInfo(self.name, about, {MODEL: model_digest(self._path)})

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """Each line by itself: batches of padded lines were no faster on one thread."""
        session = self._ready()
        found = []
        for line in lines:
            try:
                scores = session.run(None, {"x": _input(line)})[0][0]
            except Exception as error:
                raise EngineError(f"{self.name} failed on a line") from error
            whole = Box(0, 0, line.shape[1], line.shape[0])
            words = decode(scores, self._characters, 1, whole)
            found.append(tuple(w._replace(text=w.text.translate(_PLAIN)) for w in words))
        return found

    def _ready(self) -> Any:
        if self._session is None:
            session = open_session(self._path, hint=_ANEW)
            meta = session.get_modelmeta().custom_metadata_map
            self._characters = ["", *meta["character"].split("\n"), " "]
            self._session = session
        return self._session


def _input(line: Gray) -> NDArray[np.float32]:
    """(1, 3, HEIGHT, W) float32 in -1 to 1, as the model was trained."""
    height, width = line.shape
    width = min(WIDEST, max(16, round(HEIGHT * width / height)))
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    small = cv2.resize(line, (width, HEIGHT), interpolation=method)
    scaled = small.astype(np.float32) / 127.5 - 1.0
    return np.repeat(scaled[None, None], 3, axis=1)

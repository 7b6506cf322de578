"""Draws fractions and what they are taken for, and trains the network that tells them apart.

``python -m benchmarks.fractions [WEIGHTS.npz]`` prints what it gets right on fonts that it was not
trained on, and writes the weights that :mod:`medicord_ocr.readers.fractions` reads.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from medicord_ocr.readers.fractions import BELIEVED, SIGNS, features, isolated

#: Fonts for judging alone.
HELD = frozenset(
    ("Caladea", "Lato", "TeX Gyre Termes", "Open Sans", "Khmer OS Siemreap", "Gentium Plus",
     "Roboto Condensed", "DejaVu Serif")
)  # fmt: skip
#: What is no fraction in one sign, the likeliest to be taken for one most often.
_OTHERS = (
    *("%" * 12), *("1½ 2½ 1¼ 1¾ ⅓ ⅔ 12 14 34 1/ V2 Ya Ye 72 1 2 5".split() * 2),
    *"»«¥&#/?*@$§xX", *"abcdefghkmnopqrstuvwxyzABCDEFGHKLMNOPRSTUVWXYZ0123456789",
    *"២៥៦១កខគងចបពមវសហអធផ",
)  # fmt: skip
_DECORATIVE = ("Muol", "Thin", "Hairline")
_TRAINED, _JUDGED = 26_000, 6_000
_HIDDEN, _ROUNDS, _BATCH = 24, 60, 128

Floats = NDArray[np.float32]


def main() -> None:
    """Train, judge and write."""
    fonts = _fonts()
    rng = Random(5)
    trained = _samples(rng, {name: fonts[name] for name in fonts if name not in HELD}, _TRAINED)
    judged = _samples(rng, {name: fonts[name] for name in fonts if name in HELD}, _JUDGED)
    weights = _train(*trained)
    _judge(weights, *judged)
    names = ("hidden", "hidden_bias", "out", "out_bias")
    if len(sys.argv) > 1:
        parts: dict[str, Any] = {
            n: w.astype(np.float16) for n, w in zip(names, weights, strict=True)
        }
        np.savez_compressed(Path(sys.argv[1]), **parts)


def _fonts() -> dict[str, list[str]]:
    """Files of the installed fonts with the signs, by family; Noto's many scripts left out."""
    command = ["fc-list", ":charset=00bd 00bc 00be 25", "file", "family", "style"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, list[str]] = {}
    for line in sorted(listed.splitlines()):
        path, _, names = line.partition(":")
        family = names.split(":")[0].strip().split(",")[0]
        noto = family.startswith("Noto") and family not in ("Noto Sans", "Noto Serif")
        if not noto and not any(word in line for word in _DECORATIVE):
            found.setdefault(family, []).append(path)
    return found


def _samples(
    rng: Random, fonts: dict[str, list[str]], count: int
) -> tuple[Floats, NDArray[np.int64]]:
    shapes: list[Floats] = []
    kinds: list[int] = []
    noise = np.random.default_rng(rng.randrange(1 << 30))
    while len(shapes) < count:
        family = rng.choice(sorted(fonts))
        kind = rng.choice((0, 0, 1, 2, 3, 3, 3))
        text = SIGNS[kind] if kind < len(SIGNS) else rng.choice(_OTHERS)
        if "\u1780" <= text <= "\u17ff" and not family.startswith("Khmer"):
            continue
        line, left, right = _drawn(rng, noise, rng.choice(fonts[family]), text)
        sign = isolated(line, left, right)
        if sign is not None:
            shapes.append(features(sign))
            kinds.append(kind)
    return np.array(shapes, np.float32), np.array(kinds)


def _drawn(
    rng: Random, noise: np.random.Generator, path: str, text: str
) -> tuple[Any, float, float]:
    """A scanned line with a sign between others, and the edges of its loose box in pixels."""
    size = rng.choice((18, 20, 22, 25, 28, 32, 36, 42))
    font = ImageFont.truetype(path, 2 * size)
    picture = Image.new("L", (12 * size, 5 * size), 255)
    pen = ImageDraw.Draw(picture)
    x, y = 3 * size + 4 * rng.random(), 3 * size + 4 * rng.random()
    ink, end = rng.choice((0, 0, 20, 50, 80)), x
    for sign in text if text[-1] in SIGNS else (text,):
        pen.text((end, y), sign, font=font, fill=ink, anchor="ls")
        end += font.getbbox(sign, anchor="ls")[2]  # 1½ without a gap, as of one ink
    if rng.random() < 0.8:
        after = rng.choice(("tab", "cp", "comp", "t", "g", "n"))
        at = (end + size * rng.uniform(0.45, 0.9), y)
        pen.text(at, after, font=font, fill=10, anchor="ls")
    if rng.random() < 0.5:
        before = x - size * rng.uniform(0.5, 1) - pen.textlength(":", font=font)
        pen.text((before, y), rng.choice(":-."), font=font, fill=10, anchor="ls")
    line = _scanned(rng, noise, np.array(picture), (6 * size, int(2.5 * size)))
    reach = 0.18 * size
    return line, x / 2 + rng.uniform(-reach, reach), end / 2 + rng.uniform(-reach, reach)


def _scanned(rng: Random, noise: np.random.Generator, ink: Any, size: tuple[int, int]) -> Any:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.uniform(-1.2, 1.2), 1)
    ink = cv2.warpAffine(ink, turn, (width, height), borderValue=255)
    thick = rng.random()
    if thick < 0.3:
        ink = (cv2.erode if thick < 0.15 else cv2.dilate)(ink, np.ones((2, 2), np.uint8))
    ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.4, 2.6))
    share = rng.choice((0.5, 0.5, 0.5, 0.42, 0.36, 0.28))
    ink = cv2.resize(ink, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.2:  # a fax
        ink = np.where(ink < rng.randint(120, 190), 0, 255).astype(np.uint8)
    grain = noise.normal(0, rng.choice((0, 3, 8, 14)), ink.shape)
    ink = np.clip(ink + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        _, coded = cv2.imencode(".jpg", ink, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(35, 80)])
        ink = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    return cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC)


def _train(shapes: Floats, kinds: NDArray[np.int64]) -> list[Floats]:
    """One hidden layer, cross entropy, Adam; noise on the shapes keeps it from learning pixels."""
    rng = np.random.default_rng(0)
    inputs, outputs = shapes.shape[1], len(SIGNS) + 1
    weights = [
        rng.normal(0, (2 / inputs) ** 0.5, (inputs, _HIDDEN)).astype(np.float32),
        np.zeros(_HIDDEN, np.float32),
        rng.normal(0, (2 / _HIDDEN) ** 0.5, (_HIDDEN, outputs)).astype(np.float32),
        np.zeros(outputs, np.float32),
    ]
    means = [np.zeros_like(w) for w in weights]
    squares = [np.zeros_like(w) for w in weights]
    step = 0
    for round_ in range(_ROUNDS):
        rate = 2e-3 * 0.5 ** (round_ // 15)
        for batch in np.array_split(rng.permutation(len(shapes)), len(shapes) // _BATCH):
            step += 1
            grain = rng.normal(0, 0.04, (len(batch), inputs)).astype(np.float32)
            slopes = _slopes(weights, shapes[batch] + grain, kinds[batch])
            for i, slope in enumerate(slopes):
                means[i] = 0.9 * means[i] + 0.1 * slope
                squares[i] = 0.999 * squares[i] + 0.001 * slope**2
                mean, square = means[i] / (1 - 0.9**step), squares[i] / (1 - 0.999**step)
                weights[i] -= (rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)
    return weights


def _forward(weights: list[Floats], shapes: Floats) -> tuple[Floats, Floats]:
    hidden = np.maximum(shapes @ weights[0] + weights[1], 0)
    scores = hidden @ weights[2] + weights[3]
    odds = np.exp(scores - scores.max(1, keepdims=True))
    return hidden, odds / odds.sum(1, keepdims=True)


def _slopes(weights: list[Floats], shapes: Floats, kinds: NDArray[np.int64]) -> list[Floats]:
    hidden, chances = _forward(weights, shapes)
    wrong = chances.copy()
    wrong[np.arange(len(kinds)), kinds] -= 1
    wrong /= len(kinds)
    back = (wrong @ weights[2].T) * (hidden > 0)
    return [
        shapes.T @ back + 1e-4 * weights[0],
        back.sum(0),
        hidden.T @ wrong + 1e-4 * weights[2],
        wrong.sum(0),
    ]


def _judge(weights: list[Floats], shapes: Floats, kinds: NDArray[np.int64]) -> None:
    chances = _forward(weights, shapes)[1]
    best, fraction = chances.argmax(1), kinds < len(SIGNS)
    for least in (0.9, 0.95, BELIEVED, 0.995):
        said = (chances.max(1) >= least) & (best < len(SIGNS))
        wrong = said & (best != kinds)
        found = (said & ~wrong).sum() / fraction.sum()
        print(
            f"from {least}: {said.sum()} taken for fractions, {wrong.sum()} wrongly "
            f"({(wrong & ~fraction).sum()} of {(~fraction).sum()} that are none), "
            f"{100 * found:.1f} % of the fractions found"
        )


if __name__ == "__main__":
    main()

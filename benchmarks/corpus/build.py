"""Making the corpus: print, degrade, write; cached by the generator's sources and fonts."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import gmtime
from typing import Any

import cv2
from PIL import Image

from benchmarks.corpus import degrade, plan, render, truth
from benchmarks.corpus.families import KHMER, LATIN, TITLE
from benchmarks.corpus.model import DocSpec

_SOURCES = Path(__file__).parent
_FIXED_TIME = gmtime(1_735_689_600)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _font_families() -> list[str]:
    halves = (LATIN, KHMER, TITLE)
    return sorted({name for group in halves for names in group.values() for name in names})


def installed_fonts() -> str:
    """The used font files with their versions, a line each; raises MissingTool."""
    if shutil.which("fc-list") is None:
        raise render.MissingTool("fc-list is not installed: apt-get install fontconfig")
    wanted = set(_font_families())
    done = subprocess.run(
        ["fc-list", ":", "family", "style", "fontversion"],
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [
        s
        for s in done.stdout.splitlines()
        if {n.strip() for n in s.split(":")[0].split(",")} & wanted
    ]
    found = {n.strip() for s in lines for n in s.split(":")[0].split(",")}
    if missing := sorted(wanted - found):
        packages = " ".join((_SOURCES / "apt-packages.txt").read_text().split())
        raise render.MissingTool(f"fonts missing: {', '.join(missing)}: apt-get install {packages}")
    return "\n".join(sorted(lines))


def fingerprint() -> str:
    """Hash of the generator's sources, data and fonts."""
    digest = hashlib.sha256(installed_fonts().encode())
    for path in sorted(p for p in _SOURCES.rglob("*") if p.suffix in (".py", ".tsv", ".css")):
        digest.update(path.relative_to(_SOURCES).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def seed_of(spec: DocSpec, page: int) -> int:
    """The seed of a page's degradations."""
    return int.from_bytes(hashlib.sha256(f"{spec.seed}/{page}".encode()).digest()[:6], "big")


def _jpeg_bytes(picture: render.Picture, quality: int, dpi: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi))
    return buffer.getvalue()


def _frames(pictures: Sequence[render.Picture], binary: bool) -> list[Image.Image]:
    mode = "1" if binary else "RGB"
    return [Image.fromarray(p).convert(mode, dither=Image.Dither.NONE) for p in pictures]


def save_pictures(pictures: Sequence[render.Picture], target: Path, spec: DocSpec) -> None:
    """Write page pictures in the container that `target`'s suffix says."""
    binary = "fax" in spec.degradations
    quality = int(spec.degradations.get("jpeg", 90))
    dpi = (spec.dpi, spec.dpi)
    if target.suffix == ".jpg":
        target.write_bytes(_jpeg_bytes(pictures[0], quality, spec.dpi))
    elif target.suffix == ".png":
        image = _frames(pictures, binary)[0]
        image.save(target, compress_level=3, dpi=dpi)
    elif target.suffix == ".tif":
        first, *rest = _frames(pictures, binary)
        first.save(
            target,
            save_all=True,
            append_images=rest,
            dpi=dpi,
            compression="group4" if binary else "tiff_lzw",
        )
    else:
        codes = [_jpeg_bytes(p, quality, spec.dpi) for p in pictures]
        opened: list[Image.Image] = [Image.open(io.BytesIO(c)) for c in codes]
        opened[0].save(
            target,
            "PDF",
            save_all=True,
            append_images=opened[1:],
            resolution=float(spec.dpi),
            creationDate=_FIXED_TIME,
            modDate=_FIXED_TIME,
        )


def _write(spec: DocSpec, document: Any, pages: Sequence[int], folder: Path) -> None:
    target = folder / f"{spec.name}.{spec.container}"
    if spec.source == "digital":
        render.save_pages(document, pages, target)
        return
    pictures = [
        degrade.degrade(
            render.raster(document, p, spec.dpi), spec.degradations, spec.rotation, seed_of(spec, i)
        )
        for i, p in enumerate(pages)
    ]
    save_pictures(pictures, target, spec)


def make(specs: Sequence[DocSpec], folder: Path) -> None:
    """Make documents and ground truth into `folder` (which exists)."""
    cv2.setNumThreads(1)
    drawn = [(s, truth.content_of(s), truth.type_size(s)) for s in specs]
    with tempfile.TemporaryDirectory() as scratch:
        pdf = Path(scratch, "corpus.pdf")
        _say(f"printing {len(specs)} documents")
        render.print_pdf(render.html_of(drawn), pdf)
        document = render.open_pdf(pdf, sum(len(c.pages) for _, c, _ in drawn))
        first = 0
        for number, (spec, content, _) in enumerate(drawn, 1):
            pages = range(first, first + len(content.pages))
            first += len(content.pages)
            _write(spec, document, pages, folder)
            text = json.dumps(truth.truth_of(spec, content), ensure_ascii=False, indent=1)
            (folder / f"{spec.name}.json").write_text(text + "\n", encoding="utf-8")
            if number % 20 == 0 or number == len(drawn):
                _say(f"{number}/{len(drawn)}")
        document.close()


def cache_root() -> Path:
    """``$XDG_CACHE_HOME/medicord-ocr/corpus``, by default under ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base, "medicord-ocr", "corpus")


def corpus(half: str, part: str | None = None, out: Path | None = None) -> Path:
    """The folder of a half (or of the gate's CI part), made where it is not there yet.

    It appears whole or not at all. Raises MissingTool, and FileExistsError where `out` is in use.
    """
    mark = fingerprint()
    target = out or cache_root() / mark / (f"{half}-{part}" if part else half)
    done = target / ".complete"
    if done.is_file() and done.read_text().strip() == mark:
        return target
    if target.exists() and any(target.iterdir()):
        raise FileExistsError(f"{target} holds something else: remove it or choose another --out")
    target.parent.mkdir(parents=True, exist_ok=True)
    specs = plan.ci_documents() if part == "ci" else plan.documents(half)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        make(specs, scratch)
        (scratch / ".complete").write_text(mark + "\n")
        scratch.chmod(0o755)
        if target.exists():
            target.rmdir()
        scratch.rename(target)
    except OSError:
        # Another process may have finished the same corpus first; its result is the same.
        if not done.is_file():
            raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target

"""HTML of many documents to one PDF through Chromium, and its pages as pictures."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

from benchmarks.corpus.model import Content, DocSpec

Picture = NDArray[np.uint8]
_DATA = Path(__file__).parent / "data"

# Type is made smaller, page by page, until nothing runs over its paper or its cell.
_FIT = """
for (const page of document.querySelectorAll('.page')) {
  const inner = page.querySelector('.in');
  let size = parseFloat(page.dataset.size);
  const over = () => inner.scrollHeight > inner.clientHeight + 1 ||
    [...inner.querySelectorAll('td,th')].some(c => c.scrollWidth > c.clientWidth + 1);
  inner.style.fontSize = size + 'px';
  while (size > 8 && over()) { size -= 0.25; inner.style.fontSize = size + 'px'; }
}
"""


class MissingTool(RuntimeError):
    """Chromium or a font is not installed; the message says what to install."""


def _page(spec: DocSpec, paper: str, inner: str, size: float) -> str:
    fonts = f"--la:'{spec.fonts.latin}';--km:'{spec.fonts.khmer}';--ti:'{spec.fonts.title}'"
    opening = f'<section class="page {paper} f-{spec.family}" data-size="{size}" style="{fonts}">'
    return f"{opening}{inner}</section>"


def html_of(documents: Sequence[tuple[DocSpec, Content, float]]) -> str:
    """One HTML of all pages; the float is a document's type size in CSS pixels."""
    sheets = (_DATA / "base.css", _DATA / "families.css")
    css = "".join(path.read_text(encoding="utf-8") for path in sheets)
    body = "".join(
        _page(spec, c.paper, inner, size) for spec, c, size in documents for inner in c.pages
    )
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>corpus</title><style>{css}"
        f"</style></head><body>{body}<script>{_FIT}</script></body></html>"
    )


def print_pdf(html: str, pdf: Path) -> None:
    """Print `html` to `pdf` with headless Chromium; raises MissingTool, CalledProcessError."""
    binary = next(
        (p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))),
        None,
    )
    if binary is None:
        raise MissingTool("chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "corpus.html")
        source.write_text(html, encoding="utf-8")
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-sync",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={pdf}",
        ]
        subprocess.run(
            [binary, *flags, source.as_uri()], check=True, capture_output=True, timeout=300
        )


def open_pdf(pdf: Path, pages: int) -> Any:
    """The printed PDF (pypdfium2.PdfDocument); ValueError unless it has `pages` pages."""
    document = pdfium.PdfDocument(pdf)
    if len(document) != pages:
        raise ValueError(f"{len(document)} pages printed, {pages} expected")
    return document


def raster(document: Any, page: int, dpi: int) -> Picture:
    """Page `page` (from 0) as an RGB picture, uint8 of shape (height, width, 3)."""
    bitmap = document[page].render(scale=dpi / 72, rev_byteorder=True)
    picture: Picture = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
    return picture


def save_pages(document: Any, pages: Sequence[int], target: Path) -> None:
    """Pages of the printed PDF as a PDF of their own, with its text layer."""
    part = pdfium.PdfDocument.new()
    part.import_pages(document, list(pages))
    part.save(target)
    part.close()

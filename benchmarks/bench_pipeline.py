"""Seconds of each stage on the ruled Khmer and English sample page (pytest-benchmark).

``python -m pytest benchmarks/bench_pipeline.py``; the whole over many pages, against bare
Tesseract, is ``python -m benchmarks.compare_tesseract``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from medicord_ocr.direction import read_as_it_stands, upside_down
from medicord_ocr.engines import Readers
from medicord_ocr.intake import SourcePage, open_document
from medicord_ocr.layout import Layout, Stretch, find_layout
from medicord_ocr.options import Options
from medicord_ocr.page import PageText, Word
from medicord_ocr.pipeline import extract, read_page, readers_for
from medicord_ocr.preprocess import Prepared, prepare
from medicord_ocr.recognise import recognise
from medicord_ocr.rows import arrange
from medicord_ocr.structure import understand

SAMPLE = Path(__file__).parents[1] / "samples" / "lab_khmer_english.png"
OPTIONS = Options()
#: A stage of seconds is run this often, a stage of milliseconds as pytest-benchmark decides.
SLOW = {"rounds": 3, "iterations": 1, "warmup_rounds": 1}


@pytest.fixture(scope="module")
def page() -> Iterator[SourcePage]:
    with open_document(SAMPLE, OPTIONS) as document:
        yield next(iter(document.pages()))


@pytest.fixture(scope="module")
def picture(page: SourcePage) -> NDArray[np.uint8]:
    return page.render()


@pytest.fixture(scope="module")
def prepared(picture: NDArray[np.uint8], page: SourcePage) -> Prepared:
    return prepare(picture, page.dpi, OPTIONS)


@pytest.fixture(scope="module")
def layout(prepared: Prepared) -> Layout:
    return find_layout(prepared.image, (prepared.quality.x_height or 0) * prepared.scale)


@pytest.fixture(scope="module")
def readers() -> Readers:
    return readers_for(OPTIONS)


@pytest.fixture(scope="module")
def read(layout: Layout, readers: Readers) -> dict[Stretch, tuple[Word, ...]]:
    return recognise(layout, readers, OPTIONS)


@pytest.fixture(scope="module")
def text(page: SourcePage, readers: Readers) -> PageText:
    return read_page(page, readers, OPTIONS)


def test_intake(benchmark: Any) -> None:
    def run() -> int:
        with open_document(SAMPLE, OPTIONS) as document:
            return sum(page.render().size for page in document.pages())

    assert benchmark(run) > 0


def test_preprocess(benchmark: Any, picture: NDArray[np.uint8], page: SourcePage) -> None:
    assert benchmark(prepare, picture, page.dpi, OPTIONS).quality.x_height is not None


def test_layout(benchmark: Any, prepared: Prepared) -> None:
    height = (prepared.quality.x_height or 0) * prepared.scale
    assert benchmark(find_layout, prepared.image, height).stretches


def test_orientation(benchmark: Any, layout: Layout, readers: Readers) -> None:
    kept = read_as_it_stands(layout, readers.latin, readers.khmer)
    given = (layout, kept, readers.latin, readers.khmer)
    assert not benchmark.pedantic(upside_down, given, **SLOW)


def test_recognise(benchmark: Any, layout: Layout, readers: Readers) -> None:
    assert benchmark.pedantic(recognise, (layout, readers, OPTIONS), **SLOW)


def test_arrange(benchmark: Any, layout: Layout, read: dict[Stretch, tuple[Word, ...]]) -> None:
    assert benchmark(arrange, layout, read)


def test_structure(benchmark: Any, text: PageText) -> None:
    assert benchmark(understand, [text]).categories.lab_results


def test_whole_page(benchmark: Any) -> None:
    assert benchmark.pedantic(extract, (SAMPLE, OPTIONS), **SLOW).categories.lab_results

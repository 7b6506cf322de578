"""``python -m benchmarks.corpus.samples DIR``: the four small documents of ``samples/``.

They use layouts of the dev half, with an invented patient and an invented hospital.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from random import Random

from benchmarks.corpus import build, degrade, render
from benchmarks.corpus.families import family
from benchmarks.corpus.model import Content, Ctx, DocSpec, Fonts
from benchmarks.corpus.people import Facility, Person
from benchmarks.corpus.truth import truth_of

_PERSON = Person("SAMPLE / គំរូ", "គំរូ / SAMPLE", "F", date(1980, 5, 14), "SAMPLE-001", "000 000 000")
_PLACE = Facility(
    "Sample Hospital",
    "មន្ទីរពេទ្យគំរូ",
    "Hôpital Modèle",
    "No. 0, Sample Street, Phnom Penh",
    "ផ្លូវគំរូ រាជធានីភ្នំពេញ",
)
_FONTS = Fonts("Liberation Sans", "Khmer OS Siemreap", "Khmer OS Muol Light")


@dataclass(frozen=True)
class Sample:
    """One sample: file name, family, source, degradations, and the rows it must have."""

    name: str
    family: str
    source: str
    container: str
    degradations: dict[str, float]
    rows: int = 1

    def spec(self) -> DocSpec:
        """The plan of the sample, at 200 dpi."""
        return DocSpec(
            0,
            self.family,
            "dev",
            _FONTS,
            self.source,
            self.container,
            200,
            0,
            self.degradations,
            f"sample/{self.name}",
        )


SAMPLES = (
    Sample("lab_khmer_english", "dev_ruled", "scan", "png", {"skew": 1.7}, rows=9),
    Sample("prescription_grid", "dev_rx_grid", "scan", "jpg", {"skew": -0.8, "jpeg": 80.0}, rows=4),
    Sample("imaging_french", "dev_img_fr", "scan", "pdf", {"skew": 0.6, "jpeg": 75.0}),
    Sample("lab_digital", "dev_plain", "digital", "pdf", {}, rows=10),
)


def _whole(content: Content, rows: int) -> bool:
    """Whether the page prints all that a sample should show."""
    t = content.truth
    header = t.report_date and t.facility and t.doctor
    full = all(i.unit and i.reference_range for i in t.labs if not isinstance(i.value, str))
    found = len(t.labs) + len(t.rx) + len(t.imaging)
    text = all(not isinstance(i.value, str) for i in t.labs)
    return bool(header and full and text and found >= rows)


def _draw(sample: Sample) -> Content:
    """The first content, by seed, that is whole."""
    fam = family(sample.family)
    for attempt in count():
        rng = Random(f"sample/{sample.name}/{attempt}")
        content = fam.template(Ctx(rng, "dev", _FONTS, fam.kind, _PERSON, _PLACE))
        if _whole(content, sample.rows):
            return content
    raise AssertionError("unreachable")


def _write(sample: Sample, content: Content, document: object, page: int, folder: Path) -> None:
    spec = sample.spec()
    target = folder / f"{sample.name}.{sample.container}"
    if sample.source == "digital":
        render.save_pages(document, [page], target)
    else:
        picture = render.raster(document, page, spec.dpi)
        done = degrade.degrade(picture, spec.degradations, 0, build.seed_of(spec, 0))
        build.save_pictures([done], target, spec)
    text = json.dumps(truth_of(spec, content), ensure_ascii=False, indent=1)
    target.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def make(folder: Path, samples: Sequence[Sample] = SAMPLES) -> None:
    """Write the samples and their ground truth into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = [_draw(s) for s in samples]
    drawn = [(s.spec(), c, 14.0) for s, c in zip(samples, contents, strict=True)]
    with tempfile.TemporaryDirectory() as scratch:
        pdf = Path(scratch, "samples.pdf")
        render.print_pdf(render.html_of(drawn), pdf)
        document = render.open_pdf(pdf, len(samples))
        for page, (sample, content) in enumerate(zip(samples, contents, strict=True)):
            _write(sample, content, document, page, folder)
        document.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="the documents of samples/")
    parser.add_argument("folder", type=Path)
    make(parser.parse_args().folder)

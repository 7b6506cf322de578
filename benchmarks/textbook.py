"""The plain textbook pipeline, measured like ours so that the distance is seen.

Grayscale → Hough deskew → fastNlMeansDenoising → CLAHE → adaptive threshold → Tesseract
``khm+eng`` → a regular expression a line. PDFs are rendered with pdf2image at 300 dpi.

``python -m benchmarks.textbook DIR [--limit N] [--jobs N] [--json FILE]``: denoising alone takes
about ten seconds a page, so ``--limit`` takes documents spread evenly over the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from medicord_ocr.errors import MedicordError
from medicord_ocr.evaluate import evaluate, tables
from medicord_ocr.options import Options
from medicord_ocr.schema import (
    REVIEW_BELOW,
    Categories,
    Document,
    FieldInfo,
    FileType,
    Header,
    HeaderField,
    Imaging,
    LabResult,
    Prescription,
)

DPI = 300
_TYPES: dict[str, FileType] = {
    ".pdf": "pdf", ".png": "png", ".bmp": "bmp", ".tif": "tiff", ".tiff": "tiff"
}  # fmt: skip
_RESULT = re.compile(
    r"^(?P<name>[^\d:<>]*[^\W\d][^:<>]*?)\s*:?\s+(?P<value>[<>]?\s?\d+(?:[.,]\d+)?|neg\w*|pos\w*)"
    r"(?:\s+[HL*](?=\s|$))?"
    r"(?:\s+(?P<unit>[^\s\d(<>-][^\s(<>]*|10\S+))?"
    r"(?:\s+\(?(?P<range>\d+(?:[.,]\d+)?\s*[-–]\s*\d+(?:[.,]\d+)?|[<>≤≥]\s?\d+(?:[.,]\d+)?)\)?)?"
    r"(?:\s+\S+)?$",
    re.IGNORECASE,
)
_DRUG = re.compile(
    r"^(?:\d{1,2}\s*[.)/-]\s*|[-–•]\s*)?"
    r"(?P<drug>[A-Z][\w .+-]*?\s*\d+(?:[.,]\d+)?\s*(?:mg|g|ml|UI|%))",
    re.IGNORECASE,
)
_DOSE = re.compile(r"(?:\d|½)+\s*(?:tab\w*|cap\w*|comprim\w*|cp|gélules?|sachets?|គ្រាប់)", re.I)
_FREQUENCY = re.compile(
    r"\b(?:(?:once|twice|\d times) (?:daily|a day)|OD|BID|TID|QID|\d fois par jour|\d\s?x\s?/\s?j)",
    re.IGNORECASE,
)
_DURATION = re.compile(r"\d+\s*(?:days?|jours?|ថ្ងៃ|months?|mois|ខែ)\b", re.IGNORECASE)
_DATE = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\b")
_BIRTH = re.compile(r"birth|naissance|né|dob", re.IGNORECASE)
_DOCTOR = re.compile(r"\b(?:Dr|Docteur|Prof|Pr)\b\.?\s+[^\W\d]+(?:\s+[^\W\d]+)*")
_FACILITY = re.compile(
    r"hospital|clini|hôpital|laborato|centre|center|cabinet|polyclinic|មន្ទីរ", re.IGNORECASE
)
_MODALITY = re.compile(
    r"x-?ray|ultrasound|ct scan|mri|radiographie|échographie|scanner|irm", re.IGNORECASE
)
_HEADING = re.compile(r"^(findings|results?|résultats?|impression|conclusion)\s*:?\s*", re.I)


@dataclass(frozen=True)
class Line:
    """A line as Tesseract gives it: its text and the mean confidence (0-1) of its words."""

    text: str
    confidence: float


def pictures(path: Path) -> Iterator[NDArray[np.uint8]]:
    """The pages as (H, W, 3) uint8 BGR."""
    if path.suffix.lower() == ".pdf":
        from pdf2image import convert_from_path, pdfinfo_from_path

        for page in range(1, pdfinfo_from_path(str(path))["Pages"] + 1):
            for image in convert_from_path(str(path), DPI, first_page=page, last_page=page):
                yield np.asarray(image.convert("RGB"))[:, :, ::-1]
        return
    from PIL import Image, ImageSequence

    with Image.open(path) as opened:
        for frame in ImageSequence.Iterator(opened):
            yield np.asarray(frame.convert("RGB"))[:, :, ::-1]


def clean(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The five stages of the textbooks: (H, W, 3) BGR in, (H, W) black and white out."""
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    edges = cv2.Canny(gray, 50, 150)
    lines = cv2.HoughLinesP(edges, 1, np.pi / 180, 200, minLineLength=200, maxLineGap=20)
    angles = [] if lines is None else [
        float(np.degrees(np.arctan2(y1 - y0, x1 - x0))) for x0, y0, x1, y1 in lines.reshape(-1, 4)
    ]  # fmt: skip
    angles = [angle for angle in angles if abs(angle) < 45]
    if angles:
        height, width = gray.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(np.median(angles)), 1.0)
        gray = cv2.warpAffine(gray, turn, (width, height), borderValue=255)
    gray = cv2.fastNlMeansDenoising(gray, None, 10, 7, 21)
    gray = cv2.createCLAHE(clipLimit=2.0, tileGridSize=(8, 8)).apply(gray)
    black = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 31, 10
    )
    return np.asarray(black, np.uint8)


def read(picture: NDArray[np.uint8], languages: tuple[str, ...]) -> list[Line]:
    """The lines that Tesseract finds."""
    import pytesseract

    data = pytesseract.image_to_data(
        picture, lang="+".join(languages), output_type=pytesseract.Output.DICT
    )
    words: dict[tuple[int, int, int], list[tuple[str, float]]] = {}
    for i, text in enumerate(data["text"]):
        if text.strip():
            key = (data["block_num"][i], data["par_num"][i], data["line_num"][i])
            words.setdefault(key, []).append((text, float(data["conf"][i]) / 100))
    return [
        Line(" ".join(t for t, _ in line), sum(c for _, c in line) / len(line))
        for line in words.values()
    ]


def textbook_extract(path: Path, options: Options) -> Document:
    """A document by the textbook pipeline."""
    pages = [read(clean(picture), options.languages) for picture in pictures(path)]
    lines = [line for page in pages for line in page]
    header = _header(lines)
    return Document(
        raw_text="\n".join(line.text for line in lines),
        average_confidence=sum(li.confidence for li in lines) / len(lines) if lines else 0.0,
        pages=len(pages),
        file_type=_TYPES.get(path.suffix.lower(), "jpeg"),
        extracted_at=None,
        categories=Categories(
            lab_results=tuple(_labs(lines)),
            prescriptions=tuple(_prescriptions(lines)),
            imaging=tuple(_imaging(lines)),
        ),
        possible_report_date=header.report_date.value if header.report_date else None,
        possible_facility=header.facility.value if header.facility else None,
        possible_doctor=header.doctor.value if header.doctor else None,
        header=header,
    )


def _info(line: Line, names: tuple[str, ...]) -> dict[str, FieldInfo]:
    info = FieldInfo(
        raw=line.text,
        confidence=line.confidence,
        source=None,
        needs_review=line.confidence < REVIEW_BELOW,
    )
    return dict.fromkeys(names, info)


def _labs(lines: list[Line]) -> Iterator[LabResult]:
    for line in lines:
        match = _RESULT.match(line.text)
        if not match or not (match["unit"] or match["range"]) or _DRUG.match(line.text):
            continue
        printed = match["value"].replace(",", ".")
        value = float(printed) if re.fullmatch(r"\d+(?:\.\d+)?", printed) else match["value"]
        yield LabResult(
            confidence=line.confidence,
            fields=_info(line, ("test_name", "value", "unit", "reference_range", "abnormal")),
            test_name=match["name"].strip(),
            value=value,
            unit=match["unit"],
            reference_range=match["range"],
            abnormal=_abnormal(value, match["range"]),
        )


def _abnormal(value: float | str, bounds: str | None) -> bool | None:
    if bounds is None or isinstance(value, str):
        return None
    numbers = [float(n.replace(",", ".")) for n in re.findall(r"\d+(?:[.,]\d+)?", bounds)]
    if len(numbers) == 2:
        return not numbers[0] <= value <= numbers[1]
    return value > numbers[0] if bounds[0] in "<≤" else value < numbers[0]


def _prescriptions(lines: list[Line]) -> Iterator[Prescription]:
    for line, after in zip(lines, [*lines[1:], Line("", 0.0)], strict=True):
        match = _DRUG.match(line.text)
        if not match:
            continue
        text = f"{line.text[match.end() :]} {after.text}"
        found = [pattern.search(text) for pattern in (_DOSE, _FREQUENCY, _DURATION)]
        dosage, frequency, duration = (m.group() if m else None for m in found)
        yield Prescription(
            confidence=line.confidence,
            fields=_info(line, ("medication", "dosage", "frequency", "duration")),
            medication=match["drug"],
            dosage=dosage,
            frequency=frequency,
            duration=duration,
        )


def _imaging(lines: list[Line]) -> Iterator[Imaging]:
    sections: dict[str, list[Line]] = {"findings": [], "impression": []}
    current = None
    for line in lines:
        heading = _HEADING.match(line.text)
        if heading:
            word = heading[1].lower()
            current = "impression" if word in ("impression", "conclusion") else "findings"
        if current and line.text[heading.end() if heading else 0 :]:
            rest = line.text[heading.end() if heading else 0 :]
            sections[current].append(Line(rest, line.confidence))
    named = next((line for line in lines if _MODALITY.search(line.text)), None)
    modality = _MODALITY.search(named.text) if named else None
    if named is None or modality is None:
        return
    yield Imaging(
        confidence=named.confidence,
        fields=_info(named, ("modality", "body_part", "findings", "impression")),
        modality=modality.group(),
        body_part=(_MODALITY.sub("", named.text).strip(" :") or None),
        findings=" ".join(line.text for line in sections["findings"]) or None,
        impression=" ".join(line.text for line in sections["impression"]) or None,
    )


def _header(lines: list[Line]) -> Header:
    found: dict[str, HeaderField] = {}
    for line in lines:
        date, doctor = _DATE.search(line.text), _DOCTOR.search(line.text)
        if (
            date
            and int(date[2]) <= 12
            and not re.search(r"birth|naissance|né|dob", line.text, re.I)
        ):
            iso = f"{date[3]}-{int(date[2]):02d}-{int(date[1]):02d}"
            found.setdefault("report_date", _field(line, iso))
        if doctor:
            found.setdefault("doctor", _field(line, doctor.group()))
        if _FACILITY.search(line.text):
            found.setdefault("facility", _field(line, line.text))
    return Header(**found)


def _field(line: Line, value: str) -> HeaderField:
    info = _info(line, ("value",))["value"]
    return HeaderField(**{**dict(info), "value": value})


def main() -> int:
    """Evaluate a folder and print the tables; 0, or the exit code of what went wrong."""
    from rich.console import Console

    parser = argparse.ArgumentParser(prog="benchmarks.textbook", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--limit", type=int, help="so many documents, spread over the folder")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the whole report here too")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    note = Console(stderr=True)

    def progress(done: int, total: int) -> None:
        note.print(f"{done} of {total}", end="\r")

    try:
        report = evaluate(
            args.directory,
            Options(),
            extract=textbook_extract,
            jobs=args.jobs,
            limit=args.limit,
            progress=progress if note.is_terminal else None,
        )
    except MedicordError as error:
        note.print(f"benchmarks.textbook: {error}")
        return error.exit_code
    if args.json:
        args.json.write_text(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
    for table in tables(report):
        Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The searchable PDFs of a batch, as poppler and pdfium see them."""

import json
import os
import re
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator
from ctypes import byref, c_int
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

from tests import pdfs, pictures
from tests.command import Result, run

pytestmark = [pytest.mark.integration, pytest.mark.slow]

SAMPLES = Path(__file__).parents[2] / "samples"
Raster = NDArray[np.uint8]
#: Mean grey levels by which pdfium's picture of a page, at a quarter of its size, may differ:
#: it draws some pictures a pixel off.
SMOOTHED = 3
GARBAGE = "xqzv"
PASSWORD = "geheim"


def raster_of(name: str) -> Raster:
    return np.asarray(cv2.imread(str(SAMPLES / name)), np.uint8)


def scan_pdf(grey: Raster, *, extra: str = "", hidden: str = "", **more: Any) -> bytes:
    """A scanned page at 200 dpi, with hidden text where asked for."""
    height, width = grey.shape
    points = width * 0.36, height * 0.36
    scan = pdfs.Picture((0, 0, *points), width, height, grey.tobytes())
    over = pdfs.text(40, 300, hidden, mode=3) if hidden else b""
    media = f"0 0 {points[0]:.2f} {points[1]:.2f}"
    return pdfs.pdf(pdfs.Page(media=media, extra=extra, pictures=(scan,), over=over), **more)


def photographed(picture: Raster) -> Raster:
    """The sheet on a dark table, seen at an angle."""
    height, width = picture.shape[:2]
    sheet = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array(
        [[170, 150], [width + 60, 110], [width + 160, height + 130], [90, height + 190]], np.float32
    )
    matrix = cv2.getPerspectiveTransform(sheet, seen)
    size = (width + 300, height + 300)
    photo = cv2.warpPerspective(picture, matrix, size, borderValue=(60, 70, 80))
    return np.asarray(photo, np.uint8)


def fill(folder: Path) -> None:
    """The inputs: one of each kind."""
    (folder / "sub").mkdir(parents=True)
    for name in ("lab_khmer_english.png", "prescription_grid.jpg", "lab_digital.pdf"):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    (folder / "sub" / "copy.jpg").write_bytes((SAMPLES / "prescription_grid.jpg").read_bytes())
    (folder / "sub" / "broken.jpg").write_bytes(
        (SAMPLES / "prescription_grid.jpg").read_bytes()[:9000]
    )
    page = pictures.paragraph()
    table = pictures.ruled_table(pictures.LAB_ROWS)
    black_and_white = Image.fromarray(table).convert("1", dither=Image.Dither.NONE)
    resolution = {TiffImagePlugin.X_RESOLUTION: 300, TiffImagePlugin.Y_RESOLUTION: 300}
    Image.fromarray(page).save(
        folder / "pages.tif", save_all=True, append_images=[black_and_white], dpi=(300, 300),
        tiffinfo=resolution,
    )  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.rot90(raster_of("prescription_grid.jpg")[..., ::-1])
    Image.fromarray(np.ascontiguousarray(lying)).save(folder / "exif.jpg", quality=95, exif=exif)
    cv2.imwrite(str(folder / "sideways.png"), np.rot90(table))
    (folder / "turned.pdf").write_bytes(scan_pdf(np.rot90(table).copy(), extra="/Rotate 90"))
    (folder / "garbage.pdf").write_bytes(scan_pdf(table, hidden=GARBAGE))
    (folder / "locked.pdf").write_bytes(scan_pdf(page, password=PASSWORD))
    photo = photographed(raster_of("prescription_grid.jpg"))
    cv2.imwrite(str(folder / "photo.jpg"), photo, [cv2.IMWRITE_JPEG_QUALITY, 92])


@dataclass
class Made:
    """What the batch made."""

    home: Path
    records: dict[str, Any]

    def pdf(self, name: str) -> Path:
        return self.home / "pdf" / f"{name}.pdf"

    def document(self, name: str) -> Any:
        return self.records[name]["document"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = tmp_path_factory.mktemp("archive")
    fill(home / "in")
    (home / "password").write_text(PASSWORD)
    result = command(home)
    assert result.code == 9, result.err
    lines = (home / "out.jsonl").read_text().splitlines()
    return Made(home, {record["source"]: record for record in map(json.loads, lines)})


def command(home: Path, *, pdfs: bool = True) -> Result:
    more = ("--searchable-pdf", "pdf") if pdfs else ()
    arguments = ("-o", "out.jsonl", "--jobs", "2", "--password-file", "password")
    return run("batch", "in", *arguments, *more, cwd=home)


READ = (
    "lab_khmer_english.png", "prescription_grid.jpg", "sub/copy.jpg", "exif.jpg", "pages.tif",
    "sideways.png", "turned.pdf", "garbage.pdf", "locked.pdf", "photo.jpg", "lab_digital.pdf",
)  # fmt: skip
#: Those whose text was read from pictures.
PICTURES = tuple(name for name in READ if name != "lab_digital.pdf")


def poppler_text(path: Path) -> str:
    done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def pdfium_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def rendered(path: Path, number: int = 0, dpi: float = 72, password: str | None = None) -> Raster:
    page = pypdfium2.PdfDocument(path, password=password)[number]
    return np.asarray(page.render(scale=dpi / 72).to_numpy(), np.uint8)


@pytest.mark.parametrize("name", PICTURES)
def test_every_word_that_was_read_is_found(made: Made, name: str) -> None:
    words = Counter(made.document(name)["raw_text"].split())
    assert sum(words.values()) > 20
    for text in (poppler_text(made.pdf(name)), pdfium_text(made.pdf(name))):
        found = Counter(text.split())
        assert set(found) == set(words)
        # Two readings of one colon, one over the other, are one to both programs.
        assert {word for word in words if found[word] != words[word]} <= {":"}


def test_khmer_is_found_as_a_person_types_it(made: Made) -> None:
    for text in (poppler_text, pdfium_text):
        assert "មន្ទីរពេទ្យគំរូ" in text(made.pdf("lab_khmer_english.png"))
        assert "ព្រះរាជាណាចក្រកម្ពុជា" in text(made.pdf("photo.jpg"))
    page = pypdfium2.PdfDocument(made.pdf("lab_khmer_english.png"))[0].get_textpage()
    assert page.search("គ្រាប់ឈាមស").get_next() is not None


def shown_boxes(page: Any, size: tuple[int, int]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Every word that pdfium finds, with its box on a raster of the page as it is shown."""

    def device(x: float, y: float) -> tuple[int, int]:
        a, b = c_int(), c_int()
        assert pdfium.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, byref(a), byref(b))
        return a.value, b.value

    text = page.get_textpage()
    start = 0
    for part in text.get_text_range(errors="ignore").split(" "):
        word = part.strip()
        if word:
            at = start + part.index(word)
            boxes = [text.get_charbox(at + i) for i in range(len(word))]
            corners = [
                device(x, y)
                for left, low, right, top in boxes
                for x, y in ((left, low), (right, top))
            ]
            yield word, np.array([np.min(corners, axis=0), np.max(corners, axis=0)], np.float64)
        start += len(part) + 1


@pytest.mark.parametrize("name", PICTURES)
def test_words_lie_over_their_print(made: Made, name: str) -> None:
    for page in pypdfium2.PdfDocument(made.pdf(name)):
        picture = np.asarray(page.render(scale=200 / 72).to_numpy(), np.uint8)
        grey = picture if picture.ndim == 2 else picture[..., :3].min(axis=2)
        height, width = grey.shape[:2]
        inked = [
            (grey[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1] < 150).mean()
            for _, ((x0, y0), (x1, y1)) in shown_boxes(page, (width, height))
        ]
        assert len(inked) > 20
        # A hyphen in a box as high as its line has least.
        assert min(inked) > 0.01


@pytest.mark.parametrize("name", PICTURES)
def test_fields_lie_where_their_record_says(made: Made, name: str) -> None:
    record = made.document(name)
    document = pypdfium2.PdfDocument(made.pdf(name))
    words = {}
    for number, page in enumerate(document, 1):
        quality = record["quality"][number - 1]
        width, height = quality["source_size"]
        size = (height, width) if quality["rotation"] in (90, 270) else (width, height)
        words[number] = list(shown_boxes(page, size))
    fields = [
        field
        for category in ("lab_results", "prescriptions")
        for item in record["categories"][category]
        for field in item["fields"].values()
        if field["source"] and field["raw"]
    ]
    assert len(fields) > 3 or name in ("pages.tif", "locked.pdf")
    for field in fields:
        number, (x0, y0, x1, y1) = field["source"]["page"], field["source"]["box"]
        expected = on_shown([(x0, y0), (x1, y1)], record["quality"][number - 1])
        middle, reach = expected.mean(axis=0), np.abs(np.diff(expected, axis=0))[0] / 2 + 12
        near = [
            word
            for word, box in words[number]
            if (np.abs(box.mean(axis=0) - middle) <= reach).all()
        ]
        assert set(field["raw"].split()) & set(near), (field["raw"], near)


def on_shown(points: list[tuple[int, int]], quality: Any) -> NDArray[np.float64]:
    """Points of the upright page on the picture in the file, turned as the PDF shows it."""
    lifted = np.array([(x, y, 1) for x, y in points], np.float64)
    if quality["to_source"]:
        lifted = lifted @ np.reshape(quality["to_source"], (3, 3)).T
    x, y = (lifted[:, :2] / lifted[:, 2:]).T
    width, height = quality["source_size"]
    turned = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}
    return np.sort(np.stack(turned[quality["rotation"]], axis=1), axis=0)


def embedded(path: Path, number: int = 0) -> Raster:
    """The pixels of the picture that a page shows, grey or RGB."""
    with pikepdf.open(path) as pdf:
        (image,) = pdf.pages[number].get_images().values()
        picture = pikepdf.PdfImage(image).as_pil_image()
        return np.asarray(picture.convert("L") if picture.mode == "1" else picture, np.uint8)


def test_pictures_have_every_pixel_that_they_had(made: Made) -> None:
    lab = embedded(made.pdf("lab_khmer_english.png"))
    assert np.array_equal(lab[..., ::-1], raster_of("lab_khmer_english.png"))
    assert np.array_equal(embedded(made.pdf("pages.tif")), pictures.paragraph())
    table = np.where(pictures.ruled_table(pictures.LAB_ROWS) > 127, 255, 0)
    assert np.array_equal(embedded(made.pdf("pages.tif"), 1), table)


def test_pictures_look_as_they_did(made: Made) -> None:
    expected = {
        "lab_khmer_english.png": raster_of("lab_khmer_english.png"),
        "prescription_grid.jpg": raster_of("prescription_grid.jpg"),
        "exif.jpg": raster_of("prescription_grid.jpg"),
        "pages.tif": pictures.paragraph(),
    }
    for name, picture in expected.items():
        page = rendered(made.pdf(name), dpi=made.document(name)["quality"][0]["dpi"])[..., :3]
        assert page.shape[:2] == picture.shape[:2]
        other = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
        small, wanted = (
            cv2.resize(raster, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA).astype(int)
            for raster in (np.ascontiguousarray(page), other)
        )
        assert np.abs(small - wanted).mean() < SMOOTHED, name


@pytest.mark.parametrize("name", PICTURES)
def test_the_text_leaves_no_trace_on_the_page(made: Made, name: str, tmp_path: Path) -> None:
    bare = tmp_path / "bare.pdf"
    with pikepdf.open(made.pdf(name)) as pdf:
        for page in pdf.pages:
            page.contents_coalesce()
            content = page.obj.Contents.read_bytes()
            assert b"3 Tr" in content
            page.obj.Contents = pdf.make_stream(re.sub(rb"(?s)q BT 3 Tr.*?ET Q", b"", content))
        pdf.save(bare)
    assert poppler_text(bare).strip() == ""
    assert np.array_equal(rendered(bare, dpi=150), rendered(made.pdf(name), dpi=150))


def test_pages_of_a_pdf_look_as_they_did(made: Made) -> None:
    for name in ("turned.pdf", "garbage.pdf", "lab_digital.pdf", "locked.pdf"):
        before = rendered(made.home / "in" / name, dpi=100, password=PASSWORD)
        assert np.array_equal(rendered(made.pdf(name), dpi=100), before), name


def test_a_page_that_lay_on_its_side_is_shown_upright(made: Made) -> None:
    page = pypdfium2.PdfDocument(made.pdf("sideways.png"))[0]
    assert page.get_width() > page.get_height()
    assert made.document("sideways.png")["quality"][0]["rotation"] == page.get_rotation()


def test_pictures_are_not_compressed_again(made: Made) -> None:
    for name in ("prescription_grid.jpg", "exif.jpg"):
        with pikepdf.open(made.pdf(name)) as pdf:
            (image,) = pdf.pages[0].get_images().values()
            assert image.read_raw_bytes() == (made.home / "in" / name).read_bytes()
    with (
        pikepdf.open(made.pdf("turned.pdf")) as pdf,
        pikepdf.open(made.home / "in" / "turned.pdf") as before,
    ):
        (image,), (old,) = pdf.pages[0].get_images().values(), before.pages[0].get_images().values()
        assert image.read_raw_bytes() == old.read_raw_bytes()
    # Text and font of a page cost little beside it.
    jpeg = made.home / "in" / "prescription_grid.jpg"
    assert made.pdf("prescription_grid.jpg").stat().st_size < jpeg.stat().st_size + 8000


def test_text_that_was_hidden_and_wrong_is_gone(made: Made) -> None:
    assert GARBAGE in poppler_text(made.home / "in" / "garbage.pdf")
    for text in (poppler_text, pdfium_text):
        assert GARBAGE not in text(made.pdf("garbage.pdf"))


def test_a_text_layer_that_is_sound_stays_as_it_is(made: Made) -> None:
    for text in (poppler_text, pdfium_text):
        assert text(made.pdf("lab_digital.pdf")) == text(made.home / "in" / "lab_digital.pdf")


def test_files_are_sound_private_and_without_a_password(made: Made) -> None:
    files = [path for path in (made.home / "pdf").rglob("*") if path.is_file()]
    assert {path.relative_to(made.home / "pdf").as_posix() for path in files} == {
        f"{n}.pdf" for n in READ
    }
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pikepdf.open(path) as pdf:
            assert pdf.check_pdf_syntax() == []
            assert not pdf.is_encrypted
    for folder in (made.home / "pdf", made.home / "pdf" / "sub"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert made.pdf("sub/copy.jpg").read_bytes() == made.pdf("prescription_grid.jpg").read_bytes()


def test_a_second_run_makes_only_what_is_missing_or_old(made: Made) -> None:
    def numbers() -> dict[str, int]:
        return {path.name: path.stat().st_ino for path in (made.home / "pdf").rglob("*.pdf")}

    before = numbers()
    assert "12 were read before" in command(made.home).err
    assert numbers() == before

    made.pdf("lab_digital.pdf").unlink()
    made.pdf("sub/copy.jpg").unlink()
    changed = made.home / "in" / "turned.pdf"
    changed.write_bytes(scan_pdf(np.rot90(pictures.paragraph()).copy(), extra="/Rotate 90"))
    later = changed.stat().st_mtime_ns + 5_000_000_000
    os.utime(changed, ns=(later, later))
    # A run without PDFs takes note of what changed; the PDF is then of what was there before.
    assert command(made.home, pdfs=False).code == 9
    assert "9 were read before, 1 are copies" in command(made.home).err
    after = numbers()
    assert {name for name in before if after[name] != before[name]} == {
        "lab_digital.pdf.pdf", "copy.jpg.pdf", "turned.pdf.pdf",
    }  # fmt: skip
    assert "patient" in poppler_text(made.pdf("turned.pdf"))

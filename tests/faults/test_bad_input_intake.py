"""Broken, hostile and huge inputs: each ends in a page or in one of our errors, soon, and small."""

from __future__ import annotations

import subprocess
import sys
import time
import zlib
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medicord_ocr.errors import LimitExceeded, MedicordError
from medicord_ocr.intake import open_document
from medicord_ocr.options import Options
from tests.pdfs import Page, pdf, text

pytestmark = pytest.mark.faults

SHARED = Path(__file__).parents[3] / "shared" / "badinput"
#: Seconds that one input may take on a machine that does other things too, and megabytes.
TIME, MEMORY = 20.0, 1500

# Run apart, so that a crash of a decoder fails one input, and its memory is its own.
CHILD = """
import sys
from pathlib import Path
from medicord_ocr.errors import MedicordError
from medicord_ocr.intake import open_document
from medicord_ocr.options import Options

def read(path):
    with open_document(Path(path), Options()) as document:
        pages = document.pages()
        while True:
            try:
                page = next(pages, None)
                if page is None:
                    return
                assert page.render().shape[:2] == (page.height, page.width)
            except MedicordError as error:
                assert str(error).strip()

for path in sys.argv[1:]:
    try:
        read(path)
    except MedicordError as error:
        assert str(error).strip() and path in str(error), error
# Not ru_maxrss, which begins with what the process had that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024)
"""


def run(*paths: Path) -> tuple[int, str]:
    """Megabytes that the child took at most, and what it wrote to stderr."""
    command = [sys.executable, "-c", CHILD, *map(str, paths)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=TIME * max(1, len(paths)), check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout), done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/badinput is not here")
@pytest.mark.parametrize("folder", ["ocrmypdf", "paperless", "pillow", "pypdfium2"])
def test_every_bad_input_ends_in_pages_or_in_an_error(folder: str) -> None:
    paths = sorted(path for path in (SHARED / folder).iterdir() if path.is_file())
    assert len(paths) > 10
    megabytes, stderr = run(*paths)
    assert megabytes < MEMORY
    assert stderr == ""


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def huge_png(width: int, height: int) -> bytes:
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, 2, 0, 0, 0))
    pixels = zlib.compress(bytes(1000))
    parts = chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def huge_tiff(width: int, height: int) -> bytes:
    tags = {
        256: width, 257: height, 258: 8, 259: 1, 262: 1,
        273: 8, 277: 1, 278: height, 279: 100,
    }  # fmt: skip
    entries = b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in tags.items()
    )
    return b"II*\0\x08\0\0\0" + len(tags).to_bytes(2, "little") + entries + bytes(200)


def huge_bmp(width: int, height: int) -> bytes:
    head = b"".join(n.to_bytes(4, "little") for n in (40, width, height))
    return b"BM" + bytes(8) + (54).to_bytes(4, "little") + head + b"\1\0\x18\0" + bytes(24)


def huge_jpeg(width: int, height: int) -> bytes:
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    frame = b"\xff\xc0\0\x11\x08" + size + b"\3\1\x22\0\2\x11\1\3\x11\1"
    return b"\xff\xd8" + frame + b"\xff\xda\0\x0c\3\1\0\2\x11\3\x11\0\x3f\0" + b"\xff\xd9"


@pytest.mark.parametrize(
    "data",
    [huge_png(50_000, 40_000), huge_tiff(50_000, 40_000), huge_bmp(50_000, 40_000),
     huge_jpeg(50_000, 40_000), huge_png(2**31 - 1, 2**31 - 1)],
    ids=["png", "tiff", "bmp", "jpeg", "png of 4 exapixels"],
)  # fmt: skip
def test_two_gigapixels_are_refused_at_once(data: bytes) -> None:
    start = time.perf_counter()
    with pytest.raises(LimitExceeded, match="pixels"), open_document(data, Options()):
        pass
    assert time.perf_counter() - start < 1


def test_a_tiff_tile_larger_than_its_picture_is_refused(tmp_path: Path) -> None:
    tags = {
        256: 64, 257: 64, 258: 8, 259: 5, 262: 1,
        277: 1, 322: 60_000, 323: 60_000, 324: 8, 325: 100,
    }  # fmt: skip
    entries = b"".join(
        tag.to_bytes(2, "little") + b"\4\0\1\0\0\0" + value.to_bytes(4, "little")
        for tag, value in tags.items()
    )
    path = tmp_path / "tile.tif"
    path.write_bytes(b"II*\0\x08\0\0\0" + len(tags).to_bytes(2, "little") + entries + bytes(200))
    megabytes, _ = run(path)
    assert megabytes < 300


def test_a_pdf_of_ten_thousand_pages_is_refused_fast() -> None:
    document = pypdfium2.PdfDocument.new()
    for _ in range(10_000):
        document.new_page(595, 842)
    path_bytes = _saved(document)
    start = time.perf_counter()
    with pytest.raises(LimitExceeded, match="10,000 pages"), open_document(path_bytes, Options()):
        pass
    assert time.perf_counter() - start < 2
    with open_document(path_bytes, Options(pages=(9_999,))) as opened:
        assert next(opened.pages()).number == 9_999


def _saved(document: pypdfium2.PdfDocument) -> bytes:
    import io

    stream = io.BytesIO()
    document.save(stream)
    document.close()
    return stream.getvalue()


def test_a_pdf_that_lies_about_its_pages_is_not_believed() -> None:
    data = pdf(Page(text(72, 700, "one"))).replace(b"/Count 1", b"/Count 2000000000")
    with open_document(data, Options()) as opened:
        assert [page.layer[0].text for page in opened.pages()] == ["one"]


@pytest.mark.parametrize(
    "media", ["0 0 612 2147483648", "0 0 2147483648 2147483648", "0 0 14400 99999999"]
)
def test_a_page_of_two_billion_points_is_refused_at_once(media: str) -> None:
    start = time.perf_counter()
    data = pdf(Page(text(72, 700, "Urea"), media=media))
    with (
        open_document(data, Options()) as opened,
        pytest.raises(LimitExceeded, match="inches"),
    ):
        next(opened.pages())
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("media", ["0 0 3 3", "0 0 0.001 792", "0 0 1 1", "0 0 0 0", "612 792 0 0"])
def test_a_tiny_or_inverted_page_ends_well(media: str) -> None:
    with open_document(pdf(Page(text(0, 0, "Urea"), media=media)), Options()) as opened:
        page = next(opened.pages())
        assert page.render().shape[:2] == (page.height, page.width)


def test_a_page_of_too_many_letters_is_read_as_a_picture() -> None:
    lines = b"".join(text(1, 10 + 10 * i, "x" * 1000, size=0.5) for i in range(70))
    with open_document(pdf(Page(lines)), Options()) as opened:
        page = next(opened.pages())
    assert page.layer_verdict == "unsound:too-large"
    assert page.unread == ((0, 0, page.width, page.height),)


def test_forms_within_forms_without_end_are_left(tmp_path: Path) -> None:
    form = (
        b"99 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject "
        b"<< /Fm 99 0 R >> >> /Length 6 >>\nstream\n/Fm Do\nendstream\nendobj\nxref\n"
    )
    data = pdf(Page(b"/Fm Do")).replace(b"/XObject <<  >>", b"/XObject << /Fm 99 0 R >>")
    path = tmp_path / "loop.pdf"
    path.write_bytes(data.replace(b"xref\n", form, 1))
    megabytes, _ = run(path)
    assert megabytes < MEMORY


@pytest.mark.parametrize("name", ["note.pdf", "photo.jpg", "scan.tiff"])
def test_a_text_file_under_another_name_is_called_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Glucose 5.8 mmol/L\n", "utf-8")
    with pytest.raises(MedicordError, match="plain text") as caught, open_document(path, Options()):
        pass
    assert caught.value.exit_code == 4


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_pdf_with_bytes_changed_ends_in_pages_or_in_an_error(data: st.DataObject) -> None:
    whole = bytearray(pdf(Page(text(72, 700, "Glucose 5.8")), Page(text(72, 700, "Urea"))))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        with open_document(bytes(whole), Options(max_pixels=12_000_000)) as opened:
            for page in opened.pages():
                assert page.render().shape[:2] == (page.height, page.width)
    except MedicordError as error:
        ended = str(error)
    else:
        ended = "pages"
    assert ended.strip()

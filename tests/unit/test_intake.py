"""Files to pages: types, limits, passwords, orientation, sizes, one page at a time."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFile

from medicord_ocr.errors import (
    EncryptedInput,
    LimitExceeded,
    MissingDependency,
    UnreadableInput,
    UnsupportedInput,
    UsageError,
)
from medicord_ocr.intake import detect_type, open_document
from medicord_ocr.intake.source import SourcePage
from medicord_ocr.options import Options
from tests.pdfs import Page, Picture, pdf, text

ALL = Options()


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def pages(source: Path | bytes, options: Options = ALL) -> list[tuple[SourcePage, Any]]:
    with open_document(source, options) as document:
        return [(page, page.render()) for page in document.pages()]


def only(source: Path | bytes, options: Options = ALL) -> tuple[SourcePage, Any]:
    (found,) = pages(source, options)
    return found


def half_black(mode: str = "L", size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Left half black, right half white."""
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1]), fill=0)
    return image.convert(mode)


# ------------------------------------------------------------------ types


@pytest.mark.parametrize(
    ("form", "kind"),
    [("JPEG", "jpeg"), ("PNG", "png"), ("TIFF", "tiff"), ("BMP", "bmp"), ("PDF", "pdf")],
)
def test_type_is_known_by_content(form: str, kind: str) -> None:
    assert detect_type(saved(half_black(), form)[:1024]) == kind


def test_pdf_header_may_stand_behind_other_bytes() -> None:
    assert detect_type(b"\r\n" * 400 + b"%PDF-1.4") == "pdf"
    assert detect_type(b" " * 1020 + b"%PDF-1.4") is None


def test_text_that_begins_like_a_bmp_is_none() -> None:
    assert detect_type(b"BMI 23.4, weight 60 kg, height 160 cm") is None


@given(st.binary(max_size=2000))
def test_detect_type_never_raises(head: bytes) -> None:
    assert detect_type(head) in (None, "pdf", "jpeg", "png", "tiff", "bmp")


@given(
    st.binary(min_size=1, max_size=300),
    st.sampled_from([b"II*\0", b"MM\0+", b"BM", b"\xff\xd8\xff"]),
)
def test_garbage_behind_a_magic_number_is_an_input_error(data: bytes, magic: bytes) -> None:
    with pytest.raises((UnreadableInput, UnsupportedInput, LimitExceeded)):
        pages(magic + data)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"Dear doctor,\nthe results are ...", "plain text"),
        ("ឈ្មោះអ្នកជំងឺ".encode(), "plain text"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"PK\x03\x04" + bytes(40), "office document"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP"),
        (bytes(range(256)), "unknown type"),
    ],
)
def test_other_types_are_refused_by_name(data: bytes, what: str) -> None:
    with pytest.raises(UnsupportedInput, match=what), open_document(data, ALL):
        pass


# ------------------------------------------------------------------ documents


def test_document_tells_name_type_count_and_digest(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(saved(half_black(), "PNG"))
    with open_document(path, ALL) as document:
        assert (document.name, document.file_type, document.page_count) == (str(path), "png", 1)
        assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with open_document(path, ALL, name="scan 7") as document:
        assert document.name == "scan 7"


def test_bytes_and_file_give_the_same_pages(tmp_path: Path) -> None:
    data = pdf(Page(text(72, 700, "Urea 4.2")))
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    (one, raster), (other, same) = only(data), only(path)
    assert one.layer == other.layer
    assert np.array_equal(raster, same)


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "nul"])
def test_what_is_no_file_is_unreadable(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.pdf"
    if kind == "folder":
        path.mkdir()
    if kind == "empty":
        path.touch()
    if kind == "nul":
        path = tmp_path / "a\0b"
    with pytest.raises(UnreadableInput) as caught, open_document(path, ALL):
        pass
    assert caught.value.source == str(path)


def test_page_renders_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(half_black(), "PNG")
    loads: list[str | None] = []
    load = ImageFile.ImageFile.load

    def counting(self: ImageFile.ImageFile) -> Any:
        loads.append(self.format)
        return load(self)

    monkeypatch.setattr(ImageFile.ImageFile, "load", counting)
    with open_document(data, ALL) as document:
        page = next(document.pages())
        assert (page.width, page.height) == (40, 20)
        assert loads == []
        page.render()
        assert "PNG" in loads


def test_pages_are_made_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    get_page = pypdfium2.PdfDocument.get_page

    def counting(self: pypdfium2.PdfDocument, index: int) -> Any:
        made.append(index)
        return get_page(self, index)

    monkeypatch.setattr(pypdfium2.PdfDocument, "get_page", counting)
    with open_document(pdf(*[Page(text(72, 700, f"page {i}")) for i in range(5)]), ALL) as document:
        iterator = document.pages()
        assert made == []
        next(iterator).render()
        assert made == [0]
        next(iterator)
        assert made == [0, 1]


def test_render_after_closing_is_a_clear_fault() -> None:
    for data in (saved(half_black(), "PNG"), pdf(Page(text(72, 700, "Urea")))):
        with open_document(data, ALL) as document:
            page = next(document.pages())
        with pytest.raises(ValueError, match="closed"):
            page.render()


def test_page_can_be_rendered_twice() -> None:
    for data in (saved(half_black(), "TIFF"), pdf(Page(text(72, 700, "Urea")))):
        with open_document(data, ALL) as document:
            page = next(document.pages())
            assert np.array_equal(page.render(), page.render())


def test_an_error_belongs_to_its_page() -> None:
    document_bytes = pdf(Page(), Page(media="0 0 612 99999999"), Page(text(72, 700, "third")))
    with open_document(document_bytes, ALL) as document:
        iterator = document.pages()
        assert next(iterator).number == 1
        with pytest.raises(LimitExceeded) as caught:
            next(iterator)
        assert caught.value.page == 2
        assert [word.text for word in next(iterator).layer] == ["third"]


# ------------------------------------------------------------------ limits


def test_too_many_bytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse.pdf"
    with path.open("wb") as stream:
        stream.truncate(3 * 1024**3)
    start = time.perf_counter()
    with pytest.raises(LimitExceeded, match="MB"), open_document(path, ALL):
        pass
    assert time.perf_counter() - start < 1


def test_page_selection_is_kept_and_checked() -> None:
    data = pdf(*[Page(text(72, 700, f"n{i}")) for i in range(1, 6)])
    with open_document(data, Options(pages=(2, 5))) as document:
        assert document.page_count == 5
        assert [(p.number, p.layer[0].text) for p in document.pages()] == [(2, "n2"), (5, "n5")]
    with (
        pytest.raises(UsageError, match=r"page 6 .* 5 pages"),
        open_document(data, Options(pages=(6,))),
    ):
        pass


def test_page_limit_counts_the_pages_to_read() -> None:
    data = pdf(*[Page() for _ in range(5)])
    with pytest.raises(LimitExceeded, match="5 pages"), open_document(data, Options(max_pages=4)):
        pass
    with open_document(data, Options(max_pages=4, pages=(1, 2, 3))) as document:
        assert document.numbers == (1, 2, 3)


def test_picture_over_the_pixel_limit_is_refused() -> None:
    for form in ("PNG", "JPEG", "TIFF", "BMP"):
        data = saved(Image.new("L", (101, 100)), form)
        with (
            pytest.raises(LimitExceeded, match="pixels"),
            open_document(data, Options(max_pixels=10_000)),
        ):
            pass
        assert only(data, Options(max_pixels=10_100))[1].shape == (100, 101)


def test_pillows_own_limit_gives_way_to_ours_and_comes_back() -> None:
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, 50
    try:
        assert only(saved(half_black(), "PNG"))[1].shape == (20, 40)
        assert Image.MAX_IMAGE_PIXELS == 50
    finally:
        Image.MAX_IMAGE_PIXELS = before


def test_resolution_is_lowered_to_the_pixel_limit_and_said_so() -> None:
    page, raster = only(pdf(Page(text(72, 700, "Urea 4.2"))), Options(max_pixels=2_000_000))
    assert raster.shape[0] * raster.shape[1] <= 2_000_000
    assert page.dpi is not None
    assert 130 < page.dpi < 150
    assert abs(raster.shape[1] - 8.5 * page.dpi) < 2
    with pytest.raises(LimitExceeded, match="100 dpi"):
        only(pdf(Page()), Options(max_pixels=900_000))


@given(st.floats(1, 3000), st.floats(1, 3000), st.integers(10_000, 10**8))
def test_fitted_resolution_never_passes_the_limit(width: float, height: float, limit: int) -> None:
    from math import ceil

    from medicord_ocr.intake.sizes import fitted_dpi

    dpi = fitted_dpi(300, (width, height), limit, least=0.0, source="", page=1)
    assert 0 < dpi <= 300
    assert ceil(width * dpi / 72) * ceil(height * dpi / 72) <= limit


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG"])
def test_exif_orientation_is_undone(orientation: int, form: str) -> None:
    upright = np.zeros((48, 64), np.uint8)
    upright[:16, :32] = 255  # a white corner at the top left, unlike in any other turn
    undo: dict[int, Callable[[Any], Any]] = {
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: np.transpose,
        6: lambda a: np.rot90(a, 1),
        7: lambda a: np.rot90(a, 2).T,
        8: lambda a: np.rot90(a, -1),
    }
    stored = Image.fromarray(np.ascontiguousarray(undo[orientation](upright)))
    exif = Image.Exif()
    exif[274] = orientation
    page, raster = only(saved(stored, form, exif=exif))
    assert (page.width, page.height) == (64, 48)
    assert np.abs(raster.astype(int) - upright).mean() < 3


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_every_mode_keeps_black_black_and_white_white(mode: str) -> None:
    image = half_black("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image, np.uint16) * 257)
    _, raster = only(saved(image.convert(mode) if mode != "I;16" else image, "PNG"))
    grey = raster if raster.ndim == 2 else raster.mean(axis=2)
    assert grey[:, :18].max() <= 2
    assert grey[:, 22:].min() >= 253


def test_deep_grey_of_twelve_bits_is_not_dark() -> None:
    values = np.full((8, 8), 4095, np.uint16)
    values[:4] = 100
    _, raster = only(saved(Image.fromarray(values), "TIFF"))
    assert raster[7, 7] == 255
    assert raster[0, 0] < 10


def test_floating_point_tiff_with_nan_is_scaled() -> None:
    values = np.linspace(-1, 3, 64, dtype=np.float32).reshape(8, 8)
    values[3, 3] = np.nan
    _, raster = only(saved(Image.fromarray(values), "TIFF"))
    assert raster[7, 7] == 255
    assert raster[0, 0] == 0


def test_cmyk_jpeg_comes_out_in_colour() -> None:
    _, raster = only(saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"))
    blue, green, red = raster[8, 8]
    assert red > 180
    assert max(blue, green) < 90


def test_colours_are_blue_green_red() -> None:
    _, raster = only(saved(Image.new("RGB", (4, 4), (10, 20, 30)), "PNG"))
    assert raster[0, 0].tolist() == [30, 20, 10]


def test_transparency_lies_over_white() -> None:
    for image in (Image.new("RGBA", (4, 4), (0, 0, 0, 0)), Image.new("LA", (4, 4), (0, 0))):
        _, raster = only(saved(image, "PNG"))
        assert (raster == 255).all()


def test_fax_tiff_gets_square_pixels() -> None:
    fax = Image.new("1", (1728, 1100), 1)
    page, raster = only(saved(fax, "TIFF", compression="group4", dpi=(204, 98)))
    assert raster.shape == (round(1100 * 204 / 98), 1728)
    assert (page.width, page.height) == (raster.shape[1], raster.shape[0])
    assert page.dpi == 204


def test_tiff_pages_come_one_by_one() -> None:
    frames = [Image.new("L", (30 + i, 20), 40 * i) for i in range(4)]
    data = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    found = pages(data)
    assert [(p.number, p.width, int(r[0, 0])) for p, r in found] == [
        (i + 1, 30 + i, 40 * i) for i in range(4)
    ]
    assert [p.number for p, _ in pages(data, Options(pages=(3,)))] == [3]


def test_tiff_whose_pages_go_in_a_circle_ends() -> None:
    frames = [Image.new("L", (30, 20)) for _ in range(2)]
    data = bytearray(saved(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    first = struct.unpack_from("<I", data, 4)[0]
    second_link = first + 2 + 12 * struct.unpack_from("<H", data, first)[0]
    second = struct.unpack_from("<I", data, second_link)[0]
    struct.pack_into("<I", data, second + 2 + 12 * struct.unpack_from("<H", data, second)[0], first)
    assert len(pages(bytes(data))) == 2


@pytest.mark.parametrize(
    ("dpi", "size", "expected"),
    [
        (300, (2480, 3508), 300),
        (72, (4000, 3000), None),  # a phone's default
        (96, (800, 1100), 96),
        (5, (800, 1100), None),
        (30000, (800, 1100), None),
        (None, (800, 1100), None),
    ],
)
def test_resolution_is_believed_when_plausible(
    dpi: int | None, size: tuple[int, int], expected: float | None
) -> None:
    options = {"dpi": (dpi, dpi)} if dpi else {}
    data = saved(Image.new("1", size), "TIFF", compression="group4", **options)
    with open_document(data, ALL) as document:
        assert next(document.pages()).dpi == expected


def test_picture_page_is_unread_as_a_whole() -> None:
    page, _ = only(saved(half_black(), "PNG"))
    assert page.layer == ()
    assert page.unread == ((0, 0, 40, 20),)
    assert page.layer_verdict == "none"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "BMP"])
def test_truncated_picture_is_not_taken_for_the_whole(form: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 300), np.uint8)
    data = saved(Image.fromarray(noise), form)
    with pytest.raises(UnreadableInput) as caught:
        only(data[: len(data) // 2])
    assert caught.value.hint


def test_damaged_metadata_do_not_make_a_picture_unreadable() -> None:
    data = saved(half_black("RGB"), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff garbage")
    assert only(data)[1].shape == (20, 40, 3)


def test_a_huge_png_text_chunk_is_refused() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + crc.to_bytes(4, "big")

    data = saved(half_black(), "PNG")
    bomb = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9))
    with pytest.raises(UnreadableInput):
        only(data[:33] + bomb + data[33:])


def test_no_warning_of_pillow_gets_out(recwarn: pytest.WarningsRecorder) -> None:
    data = saved(half_black("P"), "PNG", transparency=b"\0\xff")
    only(data)
    only(saved(half_black(), "TIFF"))
    assert not list(recwarn)


# ------------------------------------------------------------------ PDF


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", ["", "/CropBox [50 500 400 792]"])
def test_pdf_raster_has_the_size_that_was_announced(rotation: int, crop: str) -> None:
    page, raster = only(pdf(Page(text(72, 700, "Urea"), extra=f"/Rotate {rotation} {crop}")))
    assert raster.shape == (page.height, page.width, 3)
    points = (350, 292) if crop else (612, 792)
    wide = points if rotation % 180 == 0 else points[::-1]
    assert abs(page.width - wide[0] * 300 / 72) <= 1
    assert abs(page.height - wide[1] * 300 / 72) <= 1


def scan(width: int, height: int, place: tuple[float, float, float, float]) -> Picture:
    rng = np.random.default_rng(1)
    return Picture(place, width, height, rng.integers(0, 255, width * height, np.uint8).tobytes())


@pytest.mark.parametrize(
    ("media", "pixels", "dpi", "raster"),
    [
        ("0 0 612 792", (1700, 2200), 200, (1700, 2200)),
        ("0 0 612 792", (5100, 6600), 400, (3400, 4400)),  # finer than is of use
        ("0 0 612 792", (612, 792), 72, (612, 792)),  # never blown up
        ("0 0 3000 4000", (3000, 4000), None, (3000, 4000)),  # a photo in a PDF of 42 × 56 inches
    ],
)
def test_scanned_page_is_rendered_at_its_own_resolution(
    media: str, pixels: tuple[int, int], dpi: float | None, raster: tuple[int, int]
) -> None:
    x1, y1 = (float(n) for n in media.split()[2:])
    data = pdf(Page(media=media, pictures=(scan(*pixels, (0, 0, x1, y1)),)))
    with open_document(data, ALL) as document:
        page = next(document.pages())
    assert page.dpi == (None if dpi is None else pytest.approx(dpi, rel=0.01))
    assert abs(page.width - raster[0]) <= 1
    assert abs(page.height - raster[1]) <= 1
    assert page.unread == ((0, 0, page.width, page.height),)


def test_image_in_a_pdf_over_the_pixel_limit_is_refused() -> None:
    data = pdf(Page(pictures=(scan(200, 100, (0, 0, 612, 792)),)))
    huge = data.replace(b"/Width 200 /Height 100", b"/Width 20000 /Height 90000")
    with pytest.raises(LimitExceeded, match="20,000"):
        only(huge)


def test_password_opens_what_is_encrypted() -> None:
    data = pdf(Page(text(72, 700, "Urea 4.2")), password="boran")
    page, _ = only(data, Options(password="boran"))
    assert [word.text for word in page.layer] == ["Urea", "4.2"]


def test_missing_and_wrong_password_are_told_apart() -> None:
    data = pdf(Page(text(72, 700, "Urea 4.2")), password="boran")
    messages = []
    for password in (None, "", "other"):
        with (
            pytest.raises(EncryptedInput) as caught,
            open_document(data, Options(password=password)),
        ):
            pass
        messages.append(caught.value.message)
        assert "boran" not in str(caught.value)
        assert "other" not in str(caught.value)
    assert messages[0] == messages[1]
    assert messages[0] != messages[2]


def test_owner_password_alone_does_not_lock_the_reader_out() -> None:
    page, _ = only(pdf(Page(text(72, 700, "Urea 4.2")), owner="chief"))
    assert len(page.layer) == 2


def test_pdf_that_was_cut_off_is_not_taken_for_the_whole() -> None:
    whole = pdf(Page(text(72, 700, "one")), Page(pictures=(scan(200, 200, (0, 0, 612, 700)),)))
    # With an early trailer, as in PDFs made for the web, readers mend what is left.
    data = whole.replace(b"\n2 0 obj", b"\ntrailer << /Root 1 0 R >>\n2 0 obj", 1)
    assert len(pypdfium2.PdfDocument(data[:-6000])) == 2
    with pytest.raises(UnreadableInput, match="ends early"), open_document(data[:-6000], ALL):
        pass


def test_pdf_behind_other_bytes_opens() -> None:
    page, _ = only(b"\n" * 500 + pdf(Page(text(72, 700, "Urea 4.2"))))
    assert len(page.layer) == 2


def test_page_without_area_is_unreadable() -> None:
    with pytest.raises(UnreadableInput, match="no area"):
        only(pdf(Page(extra="/CropBox [5000 6000 9000 9900]")))


# ------------------------------------------------------------------ poppler behind pdfium


@pytest.fixture
def no_pdfium(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise pypdfium2.PdfiumError("cannot", err_code=pypdfium2.raw.FPDF_ERR_FORMAT)

    monkeypatch.setattr("medicord_ocr.intake.pdf.pypdfium2.PdfDocument", fail)


@pytest.mark.usefixtures("no_pdfium")
@pytest.mark.parametrize("as_file", [True, False])
def test_poppler_stands_in_for_pdfium(tmp_path: Path, as_file: bool) -> None:
    data = pdf(Page(text(72, 700, "Urea", 40)), Page(extra="/Rotate 90 /CropBox [0 0 300 200]"))
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    with open_document(path if as_file else data, ALL) as document:
        assert document.page_count == 2
        rasters = [(page, page.render()) for page in document.pages()]
    (first, raster), (second, turned) = rasters
    assert (first.dpi, first.layer, first.unread) == (300, (), ((0, 0, 2550, 3300),))
    assert raster.shape == (3300, 2550, 3)
    assert raster.min() < 50
    assert turned.shape[:2] == (second.height, second.width) == (1250, 833)


@pytest.mark.usefixtures("no_pdfium")
def test_poppler_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    modes: list[tuple[int, int]] = []
    with open_document(pdf(Page()), ALL) as document:
        (folder,) = tmp_path.glob("medicord-ocr-*")
        (file,) = folder.iterdir()
        modes.append((folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777))
        next(document.pages())
    assert modes == [(0o700, 0o600)]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError), open_document(pdf(Page()), ALL):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_pdfium")
def test_poppler_asks_for_the_password_too() -> None:
    data = pdf(Page(text(72, 700, "Urea")), password="boran")
    for password in (None, "other"):
        with pytest.raises(EncryptedInput), open_document(data, Options(password=password)):
            pass
    assert only(data, Options(password="boran"))[1].shape[2] == 3


@pytest.mark.usefixtures("no_pdfium")
def test_missing_poppler_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingDependency, match="poppler-utils"), open_document(pdf(Page()), ALL):
        pass


def test_poppler_renders_what_pdfium_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise pypdfium2.PdfiumError("cannot")

    with open_document(pdf(Page(text(72, 700, "Urea", 40))), ALL) as document:
        page = next(document.pages())
        monkeypatch.setattr(pypdfium2.PdfPage, "render", fail)
        raster = page.render()
    assert raster.shape == (page.height, page.width, 3)
    assert raster.min() < 50
    assert [word.text for word in page.layer] == ["Urea"]

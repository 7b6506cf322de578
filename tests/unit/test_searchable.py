"""Searchable PDFs made of pages that are given, without reading any."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from medicord_ocr.errors import OutputError
from medicord_ocr.intake import open_document
from medicord_ocr.intake.frame import Frame
from medicord_ocr.options import Options
from medicord_ocr.page import Box, PageText, Quality, Reading, Row, Segment, Word
from medicord_ocr.searchable import make_searchable, overlay
from medicord_ocr.searchable.font import Codes
from medicord_ocr.searchable.pictures import picture_pdf
from medicord_ocr.searchable.places import is_current, target_of
from tests import pages, pdfs

OPTIONS = Options()
#: Of a page that shows a black bar at the top left, in the upright picture.
BAR = Box(20, 10, 120, 30)


def bar(mode: str = "L") -> Image.Image:
    """The page: 300 × 200 pixels, white but for the bar."""
    raster = np.full((200, 300), 255, np.uint8)
    raster[BAR.y0 : BAR.y1, BAR.x0 : BAR.x1] = 0
    return Image.fromarray(raster).convert(mode)


def page_of(*words: tuple[str, Box], reader: str = "test", **quality: object) -> PageText:
    """A page of 300 × 200 pixels with these words, each a row."""
    rows = tuple(
        Row((Segment((Word(text, box, 0.9, (Reading(reader, text),)),), box),))
        for text, box in words
    )
    return PageText(1, 300, 200, rows, Quality(**{"dpi": 100.0, **quality}))  # type: ignore[arg-type]


def made(path: Path, *texts: PageText, options: Options = OPTIONS) -> Path:
    target = path.with_name(f"{path.name}.out.pdf")
    with open_document(path, options) as document:
        make_searchable(path, document, texts, target, password=options.password)
    with pikepdf.open(target) as pdf:
        assert pdf.check_pdf_syntax() == []
    return target


def grey(path: Path, number: int = 0, dpi: float = 100) -> NDArray[np.uint8]:
    raster = np.asarray(pypdfium2.PdfDocument(path)[number].render(scale=dpi / 72).to_numpy())
    return np.asarray(raster if raster.ndim == 2 else raster[..., :3].mean(axis=2), np.uint8)


def word_on(path: Path, number: int = 0) -> tuple[str, NDArray[np.float64]]:
    """The only word of a page, and its box from the page's lower left corner in points."""
    text = pypdfium2.PdfDocument(path)[number].get_textpage()
    word = text.get_text_range().strip()
    boxes = np.array([text.get_charbox(i) for i in range(len(word))])
    return word, np.hstack([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_shown_upright_with_the_word_on_its_print(
    tmp_path: Path, orientation: int
) -> None:
    # As cameras store it: the picture that becomes the upright one by that orientation.
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = bar()
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = tmp_path / "a.jpg"
    stored.save(file, quality=95, exif=exif, dpi=(100, 100))
    target = made(file, page_of(("Glucose", BAR)))
    shown = grey(target)
    assert shown.shape == (200, 300)
    assert shown[12:28, 24:116].max() < 60
    assert np.delete(shown, slice(5, 35), axis=0).min() > 200
    word, box = word_on(target)
    assert word == "Glucose"
    assert box == pytest.approx(np.array([20, 170, 120, 190]) * 0.72, abs=0.3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
def test_pictures_of_every_mode_are_kept_without_loss(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "a.png"
    bar(mode).save(file, dpi=(100, 100))
    target = made(file, page_of(("Glucose", BAR)))
    with pikepdf.open(target) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        pixels = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("L"))
    assert np.array_equal(pixels, np.asarray(bar()))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_every_kind_has_its_colours(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "a.jpg"
    bar("RGB").convert(mode).save(file, quality=95, dpi=(100, 100))
    shown = grey(made(file, page_of(("Glucose", BAR))))
    assert shown[15:25, 30:110].max() < 60
    assert shown[60:].min() > 200


def test_many_pictures_are_put_together_in_order(tmp_path: Path) -> None:
    frames = []
    for number in range(7):
        raster = np.full((200, 300), 255, np.uint8)
        raster[20 * number : 20 * number + 20] = 0
        frames.append(Image.fromarray(raster))
    file = tmp_path / "a.tif"
    frames[0].save(file, save_all=True, append_images=frames[1:], dpi=(100, 100))
    with patch("medicord_ocr.searchable.pictures._IN_MEMORY", 1000):
        target = made(file)
    for number in range(7):
        assert grey(target, number)[20 * number + 10, 150] == 0
        assert grey(target, number)[(20 * number + 60) % 200, 150] == 255


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pages_of_a_pdf_that_are_cropped_and_turned_have_words_where_they_are_shown(
    tmp_path: Path, turn: int
) -> None:
    extra = f"/CropBox [50 100 350 300] /Rotate {turn}"
    content = b"0 g 70 270 100 20 re f\n"
    file = tmp_path / "a.pdf"
    file.write_bytes(pdfs.pdf(pdfs.Page(content, media="0 0 400 400", extra=extra)))
    # Where the bar is shown on a raster of one pixel a point.
    x0, y0, x1, y1 = 20, 10, 120, 30
    turned = {
        0: (x0, y0, x1, y1),
        90: (200 - y1, x0, 200 - y0, x1),
        180: (300 - x1, 200 - y1, 300 - x0, 200 - y0),
        270: (y0, 300 - x1, y1, 300 - x0),
    }
    text = page_of(("Glucose", Box(*turned[turn])))
    size = (200, 300) if turn in (90, 270) else (300, 200)
    text = PageText(1, *size, text.rows, text.quality)
    target = made(file, text)
    assert np.array_equal(grey(target), grey(file))
    document = pypdfium2.PdfDocument(target)[0].get_textpage()
    boxes = np.array([document.get_charbox(i) for i in range(7)])
    assert [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)] == pytest.approx(
        [70, 270, 170, 290], abs=2
    )


def test_only_words_that_were_read_from_the_picture_are_added(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdfs.pdf(pdfs.Page(pdfs.text(72, 700, "Glucose"))))
    layer = page_of(("Glucose", BAR), reader="text-layer", text_source="mixed")
    stamp = page_of(("5.8", Box(200, 100, 250, 120)), text_source="mixed")
    mixed = PageText(1, 300, 200, layer.rows + stamp.rows, stamp.quality)
    text = pypdfium2.PdfDocument(made(file, mixed))[0].get_textpage().get_text_range()
    assert sorted(text.split()) == ["5.8", "Glucose"]


def test_pages_that_share_their_resources_keep_their_own_text(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(300, 200))
        shared = pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary()))
        pdf.Root.Pages.Resources = shared
        for page in pdf.pages:
            del page.obj["/Resources"]
        pdf.save(file)
    target = made(file, page_of(("Glucose", BAR)))
    with pikepdf.open(target) as pdf:
        one, other = (page.obj.Resources.Font.keys() for page in pdf.pages)
        assert (len(one), len(other)) == (1, 0)
    assert word_on(target)[0] == "Glucose"


def test_hidden_text_goes_and_what_it_sets_stays(tmp_path: Path) -> None:
    content = (
        b"BT /F1 12 Tf 3 Tr 50 700 Td (wrong) Tj (more) ' 1 2 (last) \" ET\n"
        b"BT 50 600 Td 0 Tr (seen) Tj 3 Tr (partly) Tj ET\n"
    )
    file = tmp_path / "a.pdf"
    file.write_bytes(pdfs.pdf(pdfs.Page(content)))
    target = made(file, page_of(("Glucose", BAR)))
    text = pypdfium2.PdfDocument(target)[0].get_textpage().get_text_range()
    assert sorted(re.findall(r"[a-z]+", text.lower())) == ["glucose", "partly", "seen"]
    assert np.array_equal(grey(target), grey(file))


def test_what_qpdf_cannot_open_is_shown_as_pictures(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdfs.pdf(pdfs.Page(b"0 g 72 700 100 20 re f\n", media="0 0 612 792")))
    broken = pikepdf.PdfError("it is damaged")
    with patch.object(overlay, "overlaid_pdf", side_effect=broken):
        with open_document(file, Options()) as document:
            raster = document.read(1)
        text = PageText(1, raster.width, raster.height, page_of(("Glucose", BAR)).rows)
        target = file.with_name("out.pdf")
        with open_document(file, Options()) as document:
            make_searchable(file, document, [text], target)
    page = pypdfium2.PdfDocument(target)[0]
    assert page.get_size() == pytest.approx((612, 792), abs=0.3)
    assert word_on(target)[0] == "Glucose"
    assert grey(target)[120, 150] < 20


def test_an_encrypted_pdf_becomes_one_without_a_password(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(pdfs.pdf(pdfs.Page(pdfs.text(72, 700, "seen")), password="geheim"))
    target = made(file, page_of(("Glucose", BAR)), options=Options(password="geheim"))
    text = pypdfium2.PdfDocument(target)[0].get_textpage().get_text_range()
    assert sorted(text.split()) == ["Glucose", "seen"]


def test_a_pdf_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    bar().save(file)
    target = made(file, page_of(("Glucose", BAR)))
    before = target.read_bytes()
    with (
        patch("medicord_ocr.searchable.pictures.picture_pdf", wraps=picture_pdf) as drawing,
        open_document(file, Options()) as document,
    ):
        drawing.side_effect = OSError(28, "No space left on device")
        with pytest.raises(OutputError, match="No space"):
            make_searchable(file, document, [page_of()], target)
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", target.name]


def test_a_pdf_has_the_time_of_its_input(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    bar().save(file)
    target = made(file, page_of(("Glucose", BAR)))
    time = file.stat().st_mtime_ns
    assert is_current(target, time)
    assert not is_current(target, time + 3_000_000_000)
    assert not is_current(tmp_path / "other.pdf", time)


def test_characters_beyond_the_first_plane_have_codes_of_their_own() -> None:
    codes = Codes()
    assert codes.encode("ក𝛽") == b"1780E000"
    assert b"<1780> <1780>\n<E000> <D835DEFD>" in codes.to_unicode()


@given(
    st.sampled_from([0, 90, 180, 270]),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_placing_a_point_and_back_is_the_same_point(turn: int, point: tuple[float, float]) -> None:
    frame = Frame(-10, 20, 300, 500, turn)
    back = frame.unplaced(np.array([frame.place(*point)]))
    assert back[0] == pytest.approx(np.array(point))


names = st.lists(
    st.one_of(
        st.sampled_from(["..", "_root", ".._", "a", "a.pdf", "ក" * 90]),
        st.text("a._ក", min_size=1, max_size=4).filter(lambda part: part != "."),
    ),
    min_size=1,
    max_size=3,
).flatmap(lambda parts: st.sampled_from(["/".join(parts), "/" + "/".join(parts)]))


@given(names, names)
def test_two_inputs_never_have_one_place_and_none_is_outside(one: str, other: str) -> None:
    folder = Path("pdf")
    target = target_of(folder, one)
    assert ".." not in target.parts
    assert target.parts[0] == "pdf"
    assert all(len(part.encode()) <= 255 for part in target.parts[-1:])
    if Path(one) != Path(other):
        assert target != target_of(folder, other)


def test_the_words_of_a_line_share_its_height(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    bar().save(file, dpi=(100, 100))
    row = pages.row("Sodium 138 -", top=10).segments[0].words
    low = Word("-", Box(130, 22, 140, 25), 0.9, row[-1].readings)
    segment = Segment((*row[:-1], low), BAR)
    text = pypdfium2.PdfDocument(made(file, PageText(1, 300, 200, (Row((segment,)),))))[0]
    page = text.get_textpage()
    heights = {round(page.get_charbox(i)[3], 1) for i in (0, 7, 11)}
    assert page.get_text_range().strip() == "Sodium 138 -"
    assert len(heights) == 1


def test_words_that_touch_stay_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    bar().save(file, dpi=(100, 100))
    reading = (Reading("test", "a"),)
    words = [Word("a", Box(20, 10, 40, 30), 0.9, reading), Word("song", BAR, 0.9, reading)]
    words[1] = replace(words[1], box=Box(39, 10, 100, 30))
    row = Row((Segment(tuple(words), BAR),))
    target = made(file, PageText(1, 300, 200, (row,)))
    assert pypdfium2.PdfDocument(target)[0].get_textpage().get_text_range().split() == ["a", "song"]
    poppler = subprocess.run(["pdftotext", target, "-"], capture_output=True, check=True).stdout
    assert poppler.split() == [b"a", b"song"]

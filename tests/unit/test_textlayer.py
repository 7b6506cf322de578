"""The text layer: which words are sound, what is left to read, and where they stand."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from medicord_ocr.intake import open_document
from medicord_ocr.intake.frame import Frame
from medicord_ocr.intake.objects import Font, Run
from medicord_ocr.intake.shapes import Shape, misfits
from medicord_ocr.intake.source import SourcePage
from medicord_ocr.intake.textlayer import merged
from medicord_ocr.intake.words import build_words, judge
from medicord_ocr.khmer import canonical
from medicord_ocr.options import Options
from medicord_ocr.page import Box
from tests.pdfs import Page, Picture, actual, pdf, text

FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"


def read(*content: bytes, **page: object) -> SourcePage:
    data = pdf(Page(content=b"".join(content), **page))  # type: ignore[arg-type]
    with open_document(data, Options()) as document:
        return next(document.pages())


def words(page: SourcePage) -> list[str]:
    return [word.text for word in page.layer]


def raster(**page: object) -> tuple[SourcePage, np.ndarray]:
    with open_document(pdf(Page(**page)), Options()) as document:  # type: ignore[arg-type]
        found = next(document.pages())
        return found, found.render()


def printed(lines: list[str], size: tuple[int, int], height: int = 40) -> bytes:
    """A scan of lines of print, grey pixels row by row."""
    image = Image.new("L", size, 255)
    font = ImageFont.load_default(height)
    for i, line in enumerate(lines):
        ImageDraw.Draw(image).text((40, 30 + i * height * 2), line, fill=0, font=font)
    return image.tobytes()


REPORT = [
    text(72, 700, "Glucose"),
    text(250, 700, "5.8"),
    text(320, 700, "mmol/L"),
    text(72, 670, "Creatinine 88 µmol/L (62 - 106)"),
]


# ------------------------------------------------------------------ sound layers


def test_sound_layer_leaves_nothing_to_read() -> None:
    page = read(*REPORT)
    assert (page.layer_verdict, page.unread) == ("sound", ())
    assert words(page) == "Glucose 5.8 mmol/L Creatinine 88 µmol/L (62 - 106)".split()


def test_layer_words_say_who_read_them_and_how_sure() -> None:
    word = read(*REPORT).layer[0]
    assert [(r.reader, r.text) for r in word.readings] == [("text-layer", "Glucose")]
    assert word.confidence == 0.99


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("extra", ["", "/CropBox [40 500 500 780]", "/UserUnit 2"])
def test_boxes_hold_the_ink_of_their_words(rotation: int, extra: str) -> None:
    # The text is turned against the page's turn, so that it stands upright when shown.
    turns = {
        0: "1 0 0 1 100 700",
        90: "0 1 -1 0 300 600",
        180: "-1 0 0 -1 300 700",
        270: "0 -1 1 0 300 700",
    }
    content = f"BT /F1 30 Tf {turns[rotation]} Tm (Hb 14.2) Tj ET".encode()
    page, pixels = raster(content=content, extra=f"/Rotate {rotation} {extra}")
    assert words(page) == ["Hb", "14.2"]
    dark = pixels.min(axis=2) < 128
    for word in page.layer:
        box = word.box
        assert dark[box.y0 : box.y1, box.x0 : box.x1].mean() > 0.1
        dark[max(box.y0 - 3, 0) : box.y1 + 3, max(box.x0 - 3, 0) : box.x1 + 3] = False
    assert not dark.any()


def test_boxes_inside_a_form_are_where_they_are_drawn() -> None:
    content = b"q 2 0 0 2 -100 -700 cm /Fm Do Q"
    data = pdf(Page(content, pictures=()))
    form = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 612 792] /Matrix [1 0 0 1 20 10] "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> "
        b"/Length %d >>\nstream\n%s\nendstream"
    )
    shown = actual(100, 700, "mm", "ខ្មែរ", 20)
    data = data.replace(b"/XObject <<  >>", b"/XObject << /Fm 99 0 R >>")
    data = data.replace(
        b"xref\n", b"99 0 obj\n" + form % (len(shown), shown) + b"\nendobj\nxref\n", 1
    )
    with open_document(data, Options()) as document:
        page = next(document.pages())
        dark = page.render().min(axis=2) < 128
    assert words(page) == ["ខ្មែរ"]
    box = page.layer[0].box
    assert dark[box.y0 : box.y1, box.x0 : box.x1].sum() == dark.sum() > 100


def test_powers_stay_powers() -> None:
    page = read(text(72, 700, "10", 12), text(85.5, 705, "9", 8), text(90.5, 700, "/L", 12))
    assert words(page) == ["10⁹/L"]


def test_lowered_digits_are_plain() -> None:
    page = read(text(72, 700, "HbA", 12), text(95.4, 697, "1c", 8))
    assert words(page) == ["HbA1c"]


def test_ligatures_and_hyphens_are_spelt_out() -> None:
    run = Run(
        "eﬃcient\u00ad", (0, 0, 50, 10), 10, 10, Font("F", False), 1, False, False, True, True, True
    )
    assert [word.text for word in build_words([run])] == ["efficient-"]


def test_spaced_out_title_is_one_word() -> None:
    letters = [text(72 + 22 * i, 700, letter, 14) for i, letter in enumerate("ORDONNANCE")]
    assert words(read(*letters)) == ["ORDONNANCE"]


def test_headings_of_one_letter_are_no_spaced_out_word() -> None:
    letters = [text(72 + 26 * i, 700, letter, 14) for i, letter in enumerate("MNEB")]
    assert words(read(*letters)) == ["M", "N", "E", "B"]


def letter_by_letter(x: float, y: float, line: str, size: float = 10) -> bytes:
    """A line of Helvetica, every letter drawn by itself."""
    narrow = {"i": 222, "l": 222, "r": 333, "t": 278, "m": 833, "s": 500, "c": 500, "j": 222}
    narrow |= {",": 278, ":": 278, " ": 350}
    drawn = []
    for char in line:
        if char != " ":
            drawn.append(text(round(x, 2), y, char, size))
        x += size * narrow.get(char, 556) / 1000
    return b"".join(drawn)


def test_words_of_a_page_with_little_text_are_whole_though_pdfium_breaks_behind_each_letter() -> (
    None
):
    page = read(
        letter_by_letter(42, 780, "interne des"),
        letter_by_letter(450, 760, "Penh, le 12"),
        letter_by_letter(42, 740, "100 mg : 1 sachet par jour"),
        letter_by_letter(42, 725, "3 mois"),
    )
    assert words(page) == "interne des Penh, le 12 100 mg : 1 sachet par jour 3 mois".split()


def test_columns_of_single_letters_stay_apart() -> None:
    flags = [text(x, 700, flag) for x, flag in ((72, "H"), (172, "L"), (272, "H"), (372, "N"))]
    assert words(read(*flags)) == ["H", "L", "H", "N"]


@pytest.mark.parametrize(("name", "bold"), [("Helvetica-Bold", True), ("Helvetica", False)])
def test_bold_is_told_by_the_font(name: str, bold: bool) -> None:
    assert [word.bold for word in read(*REPORT, font=FONT % name).layer] == [bold] * 9


def test_blank_page_has_nothing_to_read() -> None:
    page = read()
    assert (page.layer, page.unread, page.layer_verdict) == ((), (), "none")


# ------------------------------------------------------------------ Khmer


def test_actual_text_stands_for_the_glyphs_it_spans() -> None:
    page = read(actual(72, 700, "abc", "ឈ្មោះ"), actual(92, 700, "de", "អ្នក"), text(130, 700, "5"))
    assert words(page) == ["ឈ្មោះអ្នក", "5"]


def test_actual_text_over_several_objects_is_taken_once() -> None:
    code = ("\ufeff" + "ម៉ែត").encode("utf-16-be").hex().encode()
    pieces = text(80, 700, "b") + text(72, 700, "a") + text(76, 706, "c")
    page = read(b"/Span << /ActualText <%s> >> BDC\n%sEMC\n" % (code, pieces))
    assert words(page) == ["ម៉ែត"]


def test_khmer_comes_in_canonical_order() -> None:
    typed = "ស្រ្តី"  # RO before TA
    assert words(read(actual(72, 700, "abc", typed))) == [canonical(typed)]
    assert canonical(typed) != typed


def test_impossible_khmer_is_left_to_ocr_and_digits_are_kept() -> None:
    visual = "េពទ្យ េឈ្មាះ"  # vowels before their consonants, as old producers write them
    page = read(actual(72, 700, "abcdefgh", visual), *REPORT)
    assert page.layer_verdict == "partial"
    assert words(page) == words(read(*REPORT))
    assert len(page.unread) == 1


def run_of(text_: str, x: float, y: float = 100, *, mapped: bool = True, font: str = "F") -> Run:
    box = (x, y - 10, x + 6 * len(text_), y)
    return Run(text_, box, y, 10, Font(font, False), 1, True, False, mapped, True, True)


def test_a_font_with_impossible_khmer_is_not_believed_in_its_other_khmer() -> None:
    good = [run_of("ឈាម", 100 * i) for i in range(9)]
    found = build_words([*good, run_of("េពទ្យ", 950), run_of("5.8", 1100)])
    judge(found)
    assert [word.fault for word in found] == ["khmer-order"] * 10 + [None]


def test_khmer_mark_drawn_on_its_own_joins_its_base() -> None:
    base = Run(
        "កម្ព", (0, 90, 24, 100), 100, 10, Font("K", False), 1, False, False, True, True, True
    )
    mark = base._replace(text="ុ", box=(18, 101, 21, 103), baseline=104, order=2)
    rest = base._replace(text="ជា", box=(25, 90, 35, 100), order=3, gap=True)
    assert [word.text for word in build_words([base, mark, rest])] == ["កម្ពុជា"]


def test_ones_drawn_apart_by_their_own_white_are_one_number() -> None:
    # Helvetica at 11.2 points: a figure is 6.2 wide, the ink of a 1 2.8 of them.
    inks = {"1": (1.1, 3.9), "5": (0.5, 5.7), ".": (0.9, 2.1)}
    for number in ("11.5", "1.15", "51"):
        runs, x = [], 0.0
        for i, letter in enumerate(number):
            left, right = inks[letter]
            box = (x + left, 90.0, x + right, 98.0)
            runs.append(run_of(letter, 0)._replace(box=box, size=11.2, order=i, space=i == 0))
            x += 3.1 if letter == "." else 6.2
        assert [word.text for word in build_words(runs)] == [number]


def test_ones_with_a_space_between_are_two_numbers() -> None:
    first, second = run_of("1", 0), run_of("1", 0)
    first = first._replace(box=(1.1, 90.0, 3.9, 98.0), size=11.2)
    second = second._replace(box=(10.4, 90.0, 13.2, 98.0), size=11.2, space=False)
    assert [word.text for word in build_words([first, second])] == ["1", "1"]


# ------------------------------------------------------------------ unsound layers


def test_glyphs_without_unicode_are_left_to_ocr() -> None:
    found = build_words(
        [
            run_of("a\x07b", 0, mapped=False),
            run_of("\ue123\ue124", 100),
            run_of("ok", 200, font="G"),
        ]
    )
    judge(found)
    assert [word.fault for word in found] == ["no-unicode", "no-unicode", None]


def test_symbol_font_gives_greek_and_signs() -> None:
    found = build_words([run_of("\uf06dmol", 0), run_of("\uf0b7", 90)])
    assert [word.text for word in found] == ["μmol"]  # the bullet is no word


@pytest.mark.parametrize("name", ["LimonS1", "Limon-R1", "ABC-TEXT-05", "Khek-Brey"])
def test_legacy_khmer_font_is_not_read_as_latin(name: str) -> None:
    page = read(*REPORT, font=FONT % name)
    assert page.layer_verdict == "unsound:legacy-font"
    assert page.layer == ()
    assert page.unread == ((0, 0, page.width, page.height),)


def test_khmer_by_latin_codes_is_known_by_its_letters() -> None:
    limon = "éf¶ExqñaMkMeNIt mnÞIreBTüxMu QµaHGñkCMgW GayuqñaM ePTRsI RKUeBTü elxTUrs½BÞ lT§pl"
    found = build_words([run_of(word, 200 * i) for i, word in enumerate(limon.split())])
    judge(found)
    assert {word.fault for word in found} == {"legacy-font"}


def test_units_and_abbreviations_are_not_taken_for_legacy_khmer() -> None:
    row = "HbA1c 6.1 % eGFR 88 mL/min/1.73m² pH 7.4 PaCO2 40 mmHg Ca²⁺ 2.4 mmol/L µg/dL Œdème à"
    found = build_words([run_of(word, 200 * i) for i, word in enumerate(row.split())])
    judge(found)
    assert {word.fault for word in found} == {None}


def test_sideways_text_is_left_to_ocr() -> None:
    page = read(*REPORT, b"BT /F1 12 Tf 0 1 -1 0 500 300 Tm (Printed by LIS 2.1) Tj ET")
    assert page.layer_verdict == "partial"
    assert "Printed" not in words(page)
    assert len(page.unread) == 1


@pytest.mark.parametrize(
    "content",
    [
        text(72, 600, "unseen", mode=3),
        b"1 g " + text(72, 600, "unseen") + b"0 g ",
        b"q 0 0 10 10 re W n " + text(72, 600, "unseen") + b"Q ",
        text(700, 600, "unseen"),
        text(72, 600, "unseen") + b"q 1 g 60 590 100 30 re f Q ",
    ],
    ids=["render mode 3", "white on white", "clipped", "off the page", "covered"],
)
def test_what_cannot_be_seen_is_dropped(content: bytes) -> None:
    page = read(*REPORT, content)
    assert "unseen" not in words(page)
    assert (page.layer_verdict, page.unread) == ("sound", ())


def test_white_print_on_a_dark_header_is_kept() -> None:
    header = b"q 0 0 0.4 rg 60 590 200 30 re f 1 g " + text(72, 600, "Result") + b"Q "
    assert "Result" in words(read(*REPORT, header))


# ------------------------------------------------------------------ scans and images


SCAN = Picture((0, 0, 612, 792), 850, 1100, printed(["Glucose 5.8 mmol/L"] * 8, (850, 1100)))


def test_ocr_layer_of_a_scan_is_not_trusted() -> None:
    page = read(text(72, 700, "Glocuse 5.8 mmo1/L", mode=3), pictures=(SCAN,))
    assert (page.layer, page.layer_verdict) == ((), "unsound:ocr-layer")
    assert page.unread == ((0, 0, page.width, page.height),)


def test_text_hidden_under_a_scan_is_not_trusted() -> None:
    page = read(text(72, 700, "Glocuse 5.8 mmo1/L"), pictures=(SCAN,))
    assert (page.layer, page.layer_verdict) == ((), "unsound:ocr-layer")


def test_a_stamp_over_a_scan_does_not_hide_the_scan() -> None:
    page = read(pictures=(SCAN,), over=text(72, 750, "RECEIVED 2026-01-20"))
    assert page.layer_verdict == "unsound:over-scan"
    assert page.unread == ((0, 0, page.width, page.height),)


def test_background_picture_without_print_leaves_the_layer_sound() -> None:
    gradient = np.tile(np.linspace(235, 255, 200, dtype=np.uint8), (260, 1))
    paper = Picture((0, 0, 612, 792), 200, 260, gradient.tobytes())
    page = read(pictures=(paper,), over=b"".join(REPORT))
    assert page.layer_verdict == "sound"
    assert len(page.layer) == 9


def test_scanned_body_under_a_digital_header_is_read() -> None:
    body = Picture(
        (50, 100, 500, 300), 1000, 600, printed(["Amoxicilline 500 mg 1 x 3"] * 5, (1000, 600))
    )
    page = read(*REPORT, pictures=(body,))
    assert page.layer_verdict == "partial"
    assert len(page.layer) == 9
    (box,) = page.unread
    scale = page.width / 612
    assert box == pytest.approx((50 * scale, 392 * scale, 550 * scale, 692 * scale), abs=2)


def test_photograph_in_a_report_is_not_read() -> None:
    rng = np.random.default_rng(3)
    smooth = Image.fromarray(rng.integers(0, 255, (12, 16), np.uint8)).resize((400, 300))
    page = read(*REPORT, pictures=(Picture((50, 100, 400, 300), 400, 300, smooth.tobytes()),))
    assert (page.layer_verdict, page.unread) == ("sound", ())


def test_rulings_and_filled_rows_are_not_read() -> None:
    grid = b"".join(b"60 %d 480 20 re S " % y for y in range(300, 700, 20))
    zebra = b"0.9 g 60 320 480 20 re f 0 g 60 200 480 60 re f "
    page = read(zebra, grid, *REPORT)
    assert (page.layer_verdict, page.unread) == ("sound", ())


def outlines(x: float, y: float, count: int) -> bytes:
    """Letters drawn as paths: n-like shapes."""
    return b"".join(
        b"%.1f %.1f m %.1f %.1f l %.1f %.1f l %.1f %.1f l S "
        % (x + 9 * i, y, x + 9 * i, y + 9, x + 9 * i + 6, y + 9, x + 9 * i + 6, y)
        for i in range(count)
    )


def test_page_of_outlined_letters_is_read_as_a_whole() -> None:
    page = read(*[outlines(72, 700 - 20 * i, 30) for i in range(10)])
    assert page.layer_verdict == "none"
    assert page.unread == ((0, 0, page.width, page.height),)


def test_outlined_line_beside_a_layer_is_read() -> None:
    page = read(*REPORT, outlines(72, 500, 20))
    assert page.layer_verdict == "partial"
    (box,) = page.unread
    scale = page.width / 612
    assert box.x0 <= 72 * scale
    assert box.x1 >= (72 + 9 * 20 - 3) * scale
    assert box.y0 <= (792 - 509) * scale <= (792 - 500) * scale <= box.y1


def test_filled_form_field_is_read_even_when_short() -> None:
    field = (
        "<< /Type /Annot /Subtype /FreeText /Rect [200 500 300 520] /F 4 /DA (/Helv 12 Tf 0 g) "
        "/Contents (12) /AP << /N %d 0 R >> >>"
    )
    data = pdf(Page(b"".join(REPORT), annotations=(field % 98,)))
    look = b"BT /F1 12 Tf 1 0 0 1 5 5 Tm (12) Tj ET"
    form = (
        b"98 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F1 "
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> /Length %d >>\n"
        b"stream\n%s\nendstream\nendobj\nxref\n"
    ) % (len(look), look)
    with open_document(data.replace(b"xref\n", form, 1), Options()) as document:
        page = next(document.pages())
    assert page.layer_verdict == "partial"
    scale = page.width / 612
    assert page.unread[0] == pytest.approx(
        (200 * scale, 272 * scale, 300 * scale, 292 * scale), abs=2
    )


# ------------------------------------------------------------------ the parts


def test_glyphs_that_contradict_their_characters_are_seen() -> None:
    # "Phone" that says "7+%-, as a subset font without a map does.
    wrong = [Shape('"', 0.7, 0), Shape("7", 0.7, 0), Shape("%", 0.5, 0), Shape("-", 0.5, 0)]
    right = [Shape("P", 0.7, 0), Shape("h", 0.7, 0), Shape(".", 0.1, 0), Shape("-", 0.3, 0.2)]
    assert misfits(wrong)
    assert not misfits(right)
    assert not misfits([Shape(".", 0.1, 0)] * 50)  # leaders of dots


BOXES = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.integers(0, 900), st.integers(0, 900)),
    *(st.integers(1, 200), st.integers(1, 60)),
)


@given(st.lists(BOXES, max_size=25), st.lists(BOXES, max_size=25))
def test_merging_covers_every_box_and_swallows_no_word(boxes: list[Box], taken: list[Box]) -> None:
    def within(word: Box, box: Box) -> bool:
        return box.x0 <= word.centre <= box.x1 and box.y0 <= word.middle <= box.y1

    page = Box(0, 0, 1000, 1000)
    done = merged(boxes, taken, page)
    assert len(done) <= len(boxes)
    for box in boxes:
        assert any(box.union(other) == other for other in done)
    for word in taken:
        if not any(within(word, box) for box in boxes):
            assert not any(within(word, box) for box in done)


@given(
    st.sampled_from([0, 90, 180, 270]),
    st.tuples(*[st.floats(-500, 500)] * 4).filter(lambda b: b[0] < b[2] and b[1] < b[3]),
)
def test_the_pages_own_box_is_placed_on_the_shown_page(
    rotation: int, box: tuple[float, float, float, float]
) -> None:
    frame = Frame(*box, rotation)
    width, height = frame.size
    assert frame.rect(*box) == pytest.approx((0, 0, width, height), abs=1e-6)


# ------------------------------------------------------------------ a real producer


LINES = (
    "មន្ទីរពេទ្យកាល់ម៉ែត ព្រះរាជាណាចក្រកម្ពុជា",
    "ឈ្មោះអ្នកជំងឺ: សុខ ចាន់ដារ៉ា អាយុ: ៤៥ ឆ្នាំ",
    "ថ្ងៃទី១៤ ខែកុម្ភៈ ឆ្នាំ២០២៦ លទ្ធផលពិសោធន៍ឈាម",
    "ជាតិស្ករក្នុងឈាម Glucose 5.8 mmol/L (3.9-5.6)",
    "អវិជ្ជមាន Négatif វិជ្ជមាន Positif",
    "លេបថ្នាំ ១គ្រាប់ ព្រឹក ល្ងាច ក្រោយអាហារ រយៈពេល ៧ ថ្ងៃ",
    "ស្ត្រី ខ្ញុំ កុំព្យូទ័រ ប៉ូលិស ស៊ី សៀវភៅ ត្រៀម កញ្ចប់ ឥឡូវ",
)


def has_font(family: str) -> bool:
    fonts = shutil.which("fc-list")
    if fonts is None:
        return False
    found = subprocess.run([fonts, family], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
@pytest.mark.parametrize(
    "family", ["Khmer OS Battambang", "Khmer OS Muol Light", "Noto Sans Khmer", "Khmer Busra"]
)
def test_khmer_printed_by_chromium_is_read_exactly(tmp_path: Path, family: str) -> None:
    if not has_font(family):
        pytest.skip(f"the font {family} is not installed")
    html, path = tmp_path / "a.html", tmp_path / "a.pdf"
    body = "".join(f"<p>{line}</p>" for line in LINES)
    html.write_text(f"<meta charset=utf-8><style>*{{font:14pt '{family}'}}</style>{body}", "utf-8")
    switches = "--headless --no-sandbox --disable-gpu --no-pdf-header-footer".split()
    command = ["chromium", *switches, f"--print-to-pdf={path}", str(html)]
    subprocess.run(command, capture_output=True, check=True, timeout=120, cwd=tmp_path)
    with open_document(path, Options()) as document:
        page = next(document.pages())
    assert (page.layer_verdict, page.unread) == ("sound", ())
    assert words(page) == [canonical(word) for line in LINES for word in line.split()]

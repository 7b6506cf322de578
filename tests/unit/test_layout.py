from __future__ import annotations

import re

import cv2
import numpy as np
import pytest

from medicord_ocr.ink import invert_bars
from medicord_ocr.layout import Layout, Stretch, find_layout, ruled_layout
from medicord_ocr.page import Box, Reading, Row, Word
from medicord_ocr.preprocess import x_height
from medicord_ocr.rows import arrange, arrange_words, merge_rows, moved_rows
from medicord_ocr.stretches import crop
from tests.pictures import LAB_ROWS, Gray, blank, paragraph, ruled_table, write


def layout_of(picture: Gray) -> Layout:
    height = x_height(picture)
    assert height is not None
    return find_layout(picture, height)


def rows_of(layout: Layout) -> tuple[Row, ...]:
    """Rows as if every stretch had been read as one word that names its corner."""
    read = {s: (_word(f"{s.box.x0},{s.box.y0}", s.box),) for s in layout.stretches}
    return arrange(layout, read)


def _word(text: str, box: Box) -> Word:
    return Word(text, box, 0.9, (Reading("test", text),))


@pytest.mark.parametrize("thickness", [1, 2, 3, 5])
def test_every_cell_of_a_ruled_table_is_found_with_its_text(thickness: int) -> None:
    layout = layout_of(ruled_table(LAB_ROWS, thickness=thickness))
    assert [len(cells) for cells in layout.rulings.cells] == [24]
    assert len({s.cell for s in layout.stretches}) == 24
    assert all(s.cell is not None for s in layout.stretches)


def test_tall_row_of_headings_above_a_title_keeps_its_cells() -> None:
    # The title has one cell, so the borders of the headings are short, and thick beside letters.
    page = ruled_table([LAB_ROWS[0]], line=190, thickness=7)
    page = ruled_table([["BIOCHEMISTRY"]], top=310, column=1320, thickness=7, picture=page)
    page = ruled_table(LAB_ROWS[1:], top=400, thickness=7, picture=page)
    [cells] = layout_of(page).rulings.cells
    assert len(cells) == 4 + 1 + 20


@pytest.mark.parametrize(("dash", "gap"), [(8, 8), (6, 9), (4, 4), (20, 8)])
def test_dashed_and_dotted_rulings_part_the_cells_and_go(dash: int, gap: int) -> None:
    page = ruled_table(LAB_ROWS)
    lines = ruled_table([[""] * 4] * len(LAB_ROWS)) < 128
    level = np.zeros_like(lines)
    for i in range(len(LAB_ROWS) + 1):
        level[118 + 90 * i : 123 + 90 * i] = True
    away = np.arange(max(page.shape)) % (dash + gap) >= dash
    page[lines & level & away[: page.shape[1]]] = 255
    page[lines & ~level & away[: page.shape[0], None]] = 255

    layout = layout_of(page)

    assert [len(row.segments) for row in rows_of(layout)] == [4] * len(LAB_ROWS)
    assert np.count_nonzero(lines & (layout.clean < 128)) < 0.05 * np.count_nonzero(
        lines & (page < 128)
    )


def test_ones_and_brackets_in_tight_columns_are_no_dashed_ruling() -> None:
    page = write(blank(), "Creatinine and urea, serum of one man", 100, 800)
    for i in range(12):
        page = write(page, "l", 100, 100 + 54 * i)
        page = write(page, "1.1", 300, 100 + 54 * i)
        page = write(page, "(1 - 11)", 600, 100 + 54 * i)
        page = write(page, "| i :", 1000, 100 + 54 * i)
    assert not layout_of(page).rulings.mask.any()


def test_edges_of_a_desk_around_a_table_take_none_of_its_cells() -> None:
    page = ruled_table(LAB_ROWS)
    cv2.line(page, (20, 20), (20, 900), 0, 3)
    cv2.line(page, (20, 20), (700, 20), 0, 3)
    layout = layout_of(page)
    assert [len(cells) for cells in layout.rulings.cells] == [4 * len(LAB_ROWS)]
    assert [len(row.segments) for row in rows_of(layout)] == [4] * len(LAB_ROWS)


def test_a_ruling_that_fades_in_places_parts_the_rows_there_too() -> None:
    page = ruled_table(LAB_ROWS, thickness=2)
    ruled = (page < 128).mean(axis=1) > 0.6
    for top in np.flatnonzero(ruled[1:] & ~ruled[:-1])[1:-1] + 1:
        for left in (120, 500):
            faded = page[top : top + 3, left : left + 60]
            faded[faded < 128] = 193
    rows = rows_of(layout_of(page))
    assert [len(row.segments) for row in rows] == [4] * 6


def test_a_ruling_that_is_faint_all_over_is_taken_out() -> None:
    page = blank(1600, 900)
    for i, (name, value) in enumerate(
        (("Fasting glucose", "5.6"), ("Urea nitrogen", "3.3"), ("Calcium", "2.41"))
    ):
        page = write(page, name, 60, 80 + 240 * i)
        page = write(page, value, 900, 80 + 240 * i)
        page = write(page, "mmol/L", 1200, 80 + 240 * i)
        page[220 + 240 * i :, 40:1500][:3] = 236
        for left in (60, 330, 420, 800, 1340):  # a piece of it here and there is as dark as print
            page[220 + 240 * i :, left : left + 40][:3] = 100
    layout = layout_of(page)
    assert len(layout.stretches) == 9
    assert all(
        (layout.rulings.mask[y - 4 : y + 8, 60:1480] > 0).any(axis=0).mean() > 0.9
        for y in (220, 460, 700)
    )


def test_ruled_table_keeps_every_row() -> None:
    rows = rows_of(layout_of(ruled_table(LAB_ROWS)))
    assert [len(row.segments) for row in rows] == [4] * 6
    assert {row.table for row in rows} == {0}


def test_cells_that_slant_on_curled_paper_are_cells_of_their_rows() -> None:
    page = ruled_table(LAB_ROWS, left=80, column=360, line=70)
    height, width = page.shape
    ys, xs = np.mgrid[:height, :width].astype(np.float32)
    curled = cv2.remap(
        page, xs, ys + 30 * np.sin(np.pi * xs / width), cv2.INTER_LINEAR, borderValue=255
    )
    layout = layout_of(np.asarray(curled, np.uint8))
    assert [len(cells) for cells in layout.rulings.cells] == [24]
    assert [len(row.segments) for row in rows_of(layout)] == [4] * 6
    assert len(layout.stretches) == 24


def test_lines_that_the_edge_of_the_picture_cuts_are_told_and_the_ground_is_none() -> None:
    page = paragraph()
    cut = np.ascontiguousarray(page[:, 300:])
    cut[900:1150, :90] = 40  # the ground beside the sheet
    layout = layout_of(cut)
    assert len(layout_of(page).stretches) == 14
    assert sum(layout.is_cut(stretch.box) for stretch in layout.stretches) >= 8
    assert all(stretch.box.height < 100 for stretch in layout.stretches)


def test_cells_boxed_one_by_one_are_a_table() -> None:
    page = blank()
    for i, row in enumerate(LAB_ROWS):
        for j, text in enumerate(row):
            left, top = 100 + j * 330, 120 + i * 90
            page = cv2.rectangle(page.copy(), (left, top), (left + 322, top + 82), 0, 2)
            page = write(page, text, left + 20, top + 18)
    rows = rows_of(layout_of(page))
    assert [len(row.segments) for row in rows] == [4] * 6


def test_thick_borders_of_two_rows_between_titles_across_are_rulings() -> None:
    page = ruled_table(LAB_ROWS[:2], top=210, thickness=7)
    for top, title in ((120, "CHEMISTRY"), (390, "HEMATOLOGY")):
        page = cv2.rectangle(page.copy(), (100, top), (1420, top + 90), 0, 7)
        page = write(page, title, 120, top + 20)
    rows = rows_of(layout_of(page))
    assert [len(row.segments) for row in rows] == [1, 4, 4, 1]
    assert all(segment.cell for row in rows[1:3] for segment in row.segments)


def test_rulings_are_gone_from_the_clean_picture_and_letters_are_not() -> None:
    picture = ruled_table(LAB_ROWS)
    layout = layout_of(picture)
    bare = blank()
    for i, row in enumerate(LAB_ROWS):
        for j, text in enumerate(row):
            bare = write(bare, text, 120 + j * 330, 140 + i * 90)
    ink = np.count_nonzero(bare < 128)
    assert np.count_nonzero((layout.clean < 128) & (bare > 200)) < 0.01 * ink
    assert np.count_nonzero((layout.clean > 200) & (bare < 128)) < 0.01 * ink


def test_a_letter_that_crosses_a_ruling_stays_whole() -> None:
    picture = ruled_table(LAB_ROWS)
    crossing = cv2.rectangle(picture.copy(), (180, 195), (190, 225), 0, -1)
    clean = layout_of(crossing).clean
    assert np.all(clean[199:222, 183:187] < 128)


def test_lines_of_prose_are_not_taken_for_rulings() -> None:
    page = blank(2200, 1000)
    for i in range(8):
        page = write(page, "minimum immune communication in common community " * 2, 60, 60 + 90 * i)
    layout = layout_of(page)
    assert np.count_nonzero(layout.rulings.mask) == 0
    assert layout.rulings.tables == ()


def test_borderless_columns_come_out_as_segments_of_one_row() -> None:
    page = blank()
    for i, row in enumerate(LAB_ROWS):
        for j, text in enumerate(row):
            page = write(page, text, 100 + j * 330, 100 + i * 80)
    rows = rows_of(layout_of(page))
    assert [len(row.segments) for row in rows] == [4] * 6


def test_a_dash_between_numbers_does_not_part_them() -> None:
    page = blank()
    for i in range(12):
        page = write(page, "3.5 - 5.1", 100, 60 + 80 * i)
    assert len(layout_of(page).stretches) == 12


def test_dots_that_lead_to_a_value_are_taken_out() -> None:
    page = blank()
    for i in range(8):
        page = write(page, "Glucose", 100, 100 + 90 * i)
        page = write(page, "5.84 mmol/L", 900, 100 + 90 * i)
        for x in range(300, 880, 26):
            page = cv2.circle(page.copy(), (x, 138 + 90 * i), 4, 0, -1)
    layout = layout_of(page)
    assert [len(row.segments) for row in rows_of(layout)] == [2] * 8
    assert all(s.box.width < 300 for s in layout.stretches)
    assert layout.clean[:, 300:880].min() > 200
    assert x_height(page) == pytest.approx(x_height(write(blank(), "Glucose" * 5, 100, 100)), 0.2)


def test_lines_that_touch_are_read_apart() -> None:
    page = blank()
    for i in range(10):
        page = write(page, "Creatinine mmol", 100, 100 + 40 * i)
        page = cv2.rectangle(page.copy(), (130, 110 + 40 * i), (133, 150 + 40 * i), 0, -1)
    assert len(rows_of(layout_of(page))) == 10


def test_narrow_mark_below_a_letter_is_on_the_picture_of_its_line() -> None:
    picture = write(blank(), "xxxx nnnn", 100, 100)
    foot = int(np.flatnonzero((picture < 128).any(axis=1))[-1])
    picture[foot + 7 : foot + 23, 120:125] = 0
    layout = find_layout(picture, 24.0)
    (stretch,) = layout.stretches
    assert stretch.box.y1 < foot + 7
    line = crop(layout, stretch.box)
    assert (line[-4:] < 128).any()
    assert (line[-1] > 128).all()


def test_brackets_below_one_another_are_no_ruling() -> None:
    page = blank(height=1600)
    for i in range(24):
        page = write(page, "Glucose", 100, 100 + 46 * i)
        page = write(page, "3.9 - 6.1", 800, 100 + 46 * i)
        for y in (100 + 46 * i, 141 + 46 * i):
            page = cv2.line(page.copy(), (780, y), (790, y), 0, 4)
        page = cv2.line(page, (780, 100 + 46 * i), (780, 145 + 46 * i), 0, 4)
    layout = layout_of(page)
    assert not cv2.countNonZero(layout.rulings.mask)


def test_a_line_that_parts_two_columns_is_a_ruling() -> None:
    page = blank()
    for i in range(12):
        page = write(page, "Glucose", 100, 100 + 80 * i)
        page = write(page, "3.9 - 6.1", 800, 100 + 80 * i)
    page = cv2.line(page, (700, 90), (700, 1100), 0, 3)
    assert cv2.countNonZero(layout_of(page).rulings.mask)


def columns() -> Gray:
    """A table without rulings: seventeen rows close to one another, five words in each."""
    page = blank()
    for i in range(17):
        words = ("Glucose", "11.8", "mmol/L", "3.9-5.6", "Serum")
        for j, text in enumerate(words):
            page = write(page, text, 80 + j * 310 + i % 3 * 20, 100 + i * 62)
    return page


def bent(picture: Gray, rise: float) -> Gray:
    """The page with its middle lower than its edges by ``rise`` pixels."""
    height, width = picture.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    ys -= rise * np.sin(np.pi * xs / width)
    return cv2.remap(picture, xs, ys, cv2.INTER_LINEAR, borderValue=255)


@pytest.mark.parametrize("rise", [-60, -30, 30, 60])
def test_rows_of_a_page_that_bulges_stay_together(rise: float) -> None:
    layout = layout_of(bent(columns(), rise))
    assert layout.bend[16] - layout.bend[0] == pytest.approx(rise, abs=0.35 * abs(rise))
    assert [len(row.segments) for row in rows_of(layout)] == [5] * 17


def test_lines_of_a_page_that_lies_flat_are_straight() -> None:
    assert layout_of(columns()).bend == ()
    assert layout_of(ruled_table(LAB_ROWS)).bend == ()


def test_two_tables_side_by_side_are_read_one_after_the_other() -> None:
    left = ruled_table([r[:2] for r in LAB_ROWS], left=60)
    both = ruled_table([r[2:] for r in LAB_ROWS], left=860, top=150, picture=left)
    rows = rows_of(layout_of(both))
    assert len(rows) == 12
    assert all(row.box.x1 < 800 for row in rows[:6])
    assert all(row.box.x0 > 800 for row in rows[6:])


def test_wrapped_cell_becomes_one_segment() -> None:
    page = ruled_table([["Name", "Result", "Unit"], ["", "5.1", "mmol/L"]], line=150, column=400)
    page = write(page, "Glucose in", 120, 280)
    page = write(page, "the blood", 120, 340)
    for i in range(4):
        page = write(page, "Some words below the table", 120, 600 + 90 * i)
    rows = [row for row in rows_of(layout_of(page)) if row.table is not None]
    assert len(rows) == 2
    assert len(rows[1].segments[0].words) == 2


def test_one_cell_of_many_lines_does_not_part_its_row() -> None:
    table = [["Name", "Dose", "Often", "Days"], ["", "1 tablet", "daily", "7 days"]]
    page = ruled_table(table, line=330, column=330)
    for i, text in enumerate(("Amoxicillin", "with potassium", "clavulanate", "625 mg")):
        page = write(page, text, 110, 440 + 60 * i)
    rows = [row for row in rows_of(layout_of(page)) if row.table is not None]
    assert [len(row.segments) for row in rows] == [4, 4]
    assert len(rows[1].segments[0].words) == 4


def test_white_text_on_a_dark_bar_is_found() -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    bar = 255 - write(blank(1400, 80), "Test Result Unit", 30, 15)
    page[120:200, 100:1500] = bar
    layout = layout_of(page)
    assert any(s.box.overlap_y(Box(0, 130, 1, 190)) > 20 for s in layout.stretches)
    assert layout.clean[160, 1400] > 200


def test_dark_bar_that_slants_leaves_its_text_alone() -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    bar = np.maximum(82, 255 - write(blank(1400, 80), "Test Result Unit", 30, 15))
    page[120:200, 100:1500] = bar
    turn = cv2.getRotationMatrix2D((800, 160), 0.3, 1.0)
    page = cv2.warpAffine(page, turn, page.shape[::-1], borderValue=255)
    layout = layout_of(page)
    bar_area = layout.clean[105:215, 80:1520]
    assert all(s.box.x1 < 900 for s in layout.stretches)
    assert np.median(bar_area) > 250
    assert np.mean(bar_area[:, 600:] < 200) < 0.002  # no frame of it is left


@pytest.mark.parametrize("ground", [20, 119, 140, 180, 200])
def test_light_text_on_a_bar_of_any_colour_is_made_dark(ground: int) -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    page[120:200, 100:1500] = np.maximum(
        ground, 255 - write(blank(1400, 80), "Test Result Unit", 30, 15)
    )
    bar = layout_of(page).clean[120:200, 100:1500]
    assert np.median(bar) > 250
    assert 0.02 < np.mean(bar < 80) < 0.2


@pytest.mark.parametrize(("ground", "dark"), [(51, 18), (75, 30)])
def test_light_text_on_an_uneven_dark_bar_is_made_dark(ground: int, dark: int) -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    bar = np.maximum(ground, 255 - write(blank(1400, 80), "Test Result Unit", 30, 15))
    bar[50:, :] = np.where(bar[50:, :] > ground, bar[50:, :], dark)
    page[120:200, 100:1500] = bar
    assert np.mean(layout_of(page).clean[120:200, 100:1500] > 200) > 0.5


@pytest.mark.parametrize("ground", [130, 180, 205])
def test_dark_text_on_a_shaded_row_stays_dark(ground: int) -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    page[120:200, 100:1500] = np.minimum(
        ground, write(blank(1400, 80), "Glucose 5.4 mmol/L", 30, 15)
    )
    assert invert_bars(page, 22.0) is page


@pytest.mark.parametrize("ground", [100, 130, 180, 205])
def test_blank_paper_in_shadow_is_no_bar(ground: int) -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    page[120:200, 100:1500] = ground
    assert invert_bars(page, 22.0) is page


def test_slits_between_bold_letters_are_no_text_on_a_bar() -> None:
    page = blank()
    for i in range(6):
        page = write(page, "Creatinine and urea", 120, 300 + 80 * i)
    page[120:200, 100:1500] = 140
    page[130:190, 110:1490:5] = page[130:190, 111:1490:5] = 240  # two of five columns are paper
    assert invert_bars(page, 22.0) is page


def test_no_two_stretches_hold_the_same_text() -> None:
    layout = layout_of(ruled_table(LAB_ROWS))
    for a in layout.stretches:
        for b in layout.stretches:
            shared = a.box.overlap_x(b.box) * a.box.overlap_y(b.box)
            assert a is b or shared < 0.2 * a.box.width * a.box.height


def test_words_of_a_text_layer_become_rows_and_segments() -> None:
    words = [
        _word("Fasting", Box(100, 100, 180, 130)),
        _word("glucose", Box(188, 100, 270, 130)),
        _word("5.8", Box(500, 102, 540, 132)),
        _word("Urea", Box(100, 150, 150, 180)),
    ]
    rows = arrange_words(words[::-1])
    assert [row.text for row in rows] == ["Fasting glucose  5.8", "Urea"]


def test_rows_of_a_region_are_put_where_it_lies() -> None:
    row = arrange_words([_word("x", Box(10, 20, 30, 60))])[0]
    (moved,) = moved_rows([row], 100, 200, 0.5)
    assert moved.box == Box(105, 210, 115, 230)
    assert merge_rows([moved, row])[0] == row


def test_stretches_without_words_make_no_rows() -> None:
    layout = layout_of(ruled_table(LAB_ROWS))
    assert arrange(layout, {}) == ()
    only = layout.stretches[0]
    assert isinstance(only, Stretch)
    assert len(arrange(layout, {only: (_word("a", only.box),)})) == 1


def _typed(text: str, *, y: int, pitch: int = 20) -> list[Word]:
    """Words of a line in print of one letter width, the ink a little narrower than its place."""
    return [
        _word(m.group(), Box(m.start() * pitch + 2, y, m.end() * pitch - 2, y + 26))
        for m in re.finditer(r"\S+", text)
    ]


def test_print_of_one_letter_width_parts_columns_at_two_spaces() -> None:
    lines = [
        "Total protein          77 g/L     64 - 83",
        "Alanine transferase    24 U/L     10 - 41",
        "Mean platelet volume   9.1 fL     7.5 - 11.5",
        "Requested by  Doctor Virak Prak",
    ]
    words = [w for i, line in enumerate(lines) for w in _typed(line, y=100 * i)]

    rows = arrange_words(words)

    assert [[s.text for s in row.segments] for row in rows] == [
        re.split(r"\s{2,}", line) for line in lines
    ]


def test_few_words_of_print_of_one_letter_width_are_one_text() -> None:
    [row] = arrange_words(_typed("Requested by Doctor Virak Prak", y=10))
    assert [segment.text for segment in row.segments] == ["Requested by Doctor Virak Prak"]


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("Glucose ........ 5.4", ["Glucose", "5.4"]),
        ("Glucose . . . . . 5.4", ["Glucose", "5.4"]),
        ("Glucose………5.4", ["Glucose", "5.4"]),
        ("Name ______", ["Name"]),
        ("10...20", ["10...20"]),
        ("etc… 5", ["etc…", "5"]),
    ],
)
def test_dots_that_lead_to_a_value_are_no_text(printed: str, parts: list[str]) -> None:
    rows = arrange_words(_typed(printed, y=10))

    assert [word.text for row in rows for s in row.segments for word in s.words] == parts


def test_a_line_of_dashes_is_no_row() -> None:
    assert arrange_words(_typed("------------", y=10)) == ()


def test_cells_drawn_on_the_page_hold_the_words_of_its_text_layer() -> None:
    picture = ruled_table([["Amlodipine", "14"], ["Aspirin", "7"]])
    layout = ruled_layout(picture, 14)
    assert layout is not None
    cells = layout.rulings.cells[0]
    words = []
    for number, cell in enumerate(cells):
        # Each cell holds two lines: what is wrapped in it belongs together.
        for line in (0, 1):
            y = cell.y0 + 4 + line * (cell.height // 2)
            words.append(_word(f"{number}{line}", Box(cell.x0 + 8, y, cell.x0 + 40, y + 14)))

    rows = arrange_words(words, picture)

    assert [row.text for row in rows] == ["00 01  10 11", "20 21  30 31"]


def test_cell_whose_ruling_was_not_found_parts_its_lines_by_their_rows() -> None:
    page = ruled_table(LAB_ROWS)
    page[295:306, 110:425] = 255  # between the second row and the third, in the first column
    layout = layout_of(page)
    rows = rows_of(layout)
    second = [row for row in rows if any(200 < s.box.middle < 300 for s in row.segments)]
    assert all(len(s.words) == 1 for row in second for s in row.segments)


def test_border_of_a_side_that_was_not_found_is_where_the_level_rulings_end() -> None:
    page = ruled_table(LAB_ROWS)
    page[110 : 130 + 90 * len(LAB_ROWS), 97:104] = 255
    for i in range(len(LAB_ROWS) + 1):
        page[119 + 90 * i : 122 + 90 * i, 97:104] = 0
    layout = layout_of(page)
    assert [len(cells) for cells in layout.rulings.cells] == [4 * len(LAB_ROWS)]


def test_dark_headings_above_a_table_of_thick_borders_are_made_light() -> None:
    page = blank()
    page[100:180, 100:1500] = np.maximum(51, 255 - write(blank(1400, 80), "Test Unit", 30, 15))
    for top in range(200, 900, 30):
        page[top : top + 9, 100:1500] = 0
    clean = invert_bars(page, 22.0)
    assert np.mean(clean[110:170, 110:1490] > 200) > 0.5
    assert np.array_equal(clean[200:900], page[200:900])


def test_word_without_ascenders_stays_on_the_line_of_a_bullet() -> None:
    words = [
        _word("*", Box(10, 100, 20, 112)),
        _word("Sinuses", Box(30, 100, 130, 131)),
        _word("are", Box(140, 110, 180, 131)),
        _word("clear.", Box(190, 100, 260, 131)),
    ]
    assert [row.text for row in arrange_words(words)] == ["* Sinuses are clear."]


def test_letter_that_reaches_down_to_the_next_line_does_not_join_the_two() -> None:
    words = [
        _word("a", Box(10, 100, 40, 130)),
        _word("deep", Box(50, 100, 90, 170)),
        _word("b", Box(10, 140, 40, 170)),
    ]
    assert [row.text for row in arrange_words(words)] == ["a deep", "b"]


def test_table_in_a_cell_of_another_is_read_in_its_place() -> None:
    page = ruled_table([["Label", "Text"]] * 2 + [["Last", "End"]], line=190, column=600)
    inner = ruled_table([["heart", "clear"]] * 2, top=330, column=250, left=800, picture=page)
    rows = rows_of(layout_of(inner))
    middles = [row.box.middle for row in rows]
    assert middles == sorted(middles)

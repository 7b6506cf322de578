"""What stands in another cell than its own: strengths, list numbers, directions, volumes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medicord_ocr.page import Box, Reading, Row, Segment
from medicord_ocr.structure import understand
from medicord_ocr.structure.prescriptions.find import find_prescriptions
from tests.pages import page
from tests.prescribed import core, found, slots


def test_strength_in_the_dose_column_of_a_grid_is_no_dose() -> None:
    (item,) = found(
        """
ឈ្មោះឱសថ          កម្រិត       ចំនួន      ព្រឹក      ល្ងាច
Metformin         850 mg      60        1         1
"""
    )
    assert (item.medication, item.strength) == ("Metformin 850 mg", "850 mg")
    assert (item.dosage, slots(item)) == ("1", {"morning": "1", "evening": "1"})


def test_strength_in_the_dose_column_beside_directions_is_no_dose() -> None:
    assert core(
        """
Produit                  Forme   Dosage      Mode d'emploi                    Nb de jours
Artéméther/Luméfantrine  cp      20/120 mg   4 cp x 2/j                       3
Paracétamol              cp      500 mg      1 cp toutes les 6 h si fièvre    3
"""
    ) == [
        ("Artéméther/Luméfantrine 20/120 mg", "4 cp", "2/j", "3 jours"),
        ("Paracétamol 500 mg", "1 cp", "toutes les 6 h", "3 jours"),
    ]


@pytest.mark.parametrize("drug", ["Metronidazole", "Metronidazole 250 mg"])
def test_mass_in_the_dose_column_stays_the_dose_where_nothing_else_is_one(drug: str) -> None:
    (item,) = found(
        f"""
Drug                     Dose        Frequency    Duration
{drug:<25}500 mg      q8h          5 days
"""
    )
    assert (item.medication, item.dosage) == (drug, "500 mg")


def test_mass_in_the_dose_column_is_what_is_taken_at_ticked_times() -> None:
    (item,) = found(
        """
Drug                 Dose       Morning    Noon    Evening
Metformin            500 mg     ✓                  ✓
"""
    )
    assert (item.medication, item.dosage) == ("Metformin", "500 mg")


def test_strength_on_the_row_below_the_name_belongs_to_it() -> None:
    assert core(
        """
ORDONNANCE
1/ HYDROCHLOROTHIAZIDE
   25 mg, comprimé sécable
   ½ comprimé le matin pendant 1 mois
2/ KARDEGIC 75 mg
   1 sachet par jour
"""
    ) == [
        ("HYDROCHLOROTHIAZIDE 25 mg", "½ comprimé", "le matin", "1 mois"),
        ("KARDEGIC 75 mg", "1 sachet", "par jour", None),
    ]


def test_list_number_in_a_column_without_heading_is_no_part_of_the_name() -> None:
    text = """Rx
      Medicine                  Dosage     Timing         Duration
1     Tab. Pantoprazole 40 mg   1-0-0      Before food    10 days
2     Cap. Vitamin D3 60000 IU  1 cap      After food     8 weeks"""
    first, second = found(text)
    assert (first.medication, first.frequency, slots(first)) == (
        "Pantoprazole 40 mg", "1-0-0", {"morning": "1", "noon": "0", "evening": "0"},
    )  # fmt: skip
    assert (second.medication, second.dosage) == ("Vitamin D3 60000 IU", "1 cap")


def test_directions_that_run_into_the_quantity_are_read() -> None:
    # The ruling between the columns was lost, and their words became one cell.
    (item,) = found("""ឈ្មោះឱសថ                 ចំនួន
Cefixime 100mg           20 លេប ១គ្រាប់ ព្រឹក ១គ្រាប់ ល្ងាច""")
    assert item.quantity == "20"
    assert item.dosage == "១គ្រាប់"
    assert slots(item) == {"morning": "១គ្រាប់", "evening": "១គ្រាប់"}


def test_volume_beside_the_drug_is_how_it_is_sold_where_a_column_directs() -> None:
    (item,) = found("""ORDONNANCE
Médicament                         Posologie                    Qté
Sérum physiologique unidose 5 ml   Lavage nasal 4 fois par jour  20""")
    assert (item.dosage, item.frequency) == (None, "4 fois par jour")


def test_volume_beside_the_drug_is_the_dose_where_no_column_says_one() -> None:
    (item,) = found("""Drug              Frequency     Duration
Gaviscon 10 ml    TID           7 days""")
    assert (item.dosage, item.frequency) == ("10 ml", "TID")


def test_labelled_quantity_is_no_second_dose() -> None:
    (item,) = found("""Ordonnance
1. Diosmectite 3 g
   Posologie : 1 sachet 3 fois par jour
   Quantité : 12 sachets""")
    assert (item.dosage, item.quantity) == ("1 sachet", "12 sachets")


@pytest.mark.parametrize("cell", ["½2", "1½2", "½ 4"])
def test_fraction_read_twice_is_no_amount(cell: str) -> None:
    (item,) = found(f"""Rx
Drug                 Morning   Noon   Evening
Glimepiride 2 mg     {cell}""")
    assert (item.dosage, item.schedule) == (None, None)
    assert "unread_amount" in item.fields["schedule"].review_reasons


def test_fraction_read_twice_is_no_dose_in_directions() -> None:
    (item,) = found("Rx\n1. Amlodipine 5 mg\n   1½2 tablet in the morning")
    assert item.dosage is None
    assert "ambiguous_sig" in item.fields["dosage"].review_reasons


def test_unknown_drug_that_was_read_from_a_picture_is_for_review() -> None:
    (item,) = found("Rx\n1. KCI 10 mEq once daily")
    assert item.medication == "KCI 10 mEq"
    assert item.fields["medication"].needs_review
    assert "unknown_drug" in item.fields["medication"].review_reasons


def test_unknown_drug_of_a_text_layer_is_what_is_printed() -> None:
    printed = page("Rx\n1. Foobarol 10 mg once daily")
    rows = tuple(
        replace(row, segments=tuple(
            replace(segment, words=tuple(
                replace(word, readings=(Reading("layer", word.text),)) for word in segment.words
            ))
            for segment in row.segments
        ))
        for row in printed.rows
    )  # fmt: skip
    (item,) = find_prescriptions([replace(printed, rows=rows)], frozenset()).items
    assert not item.fields["medication"].needs_review


def test_strength_with_a_unit_that_none_has_is_marked() -> None:
    # 75 µg read as 75 pg: the name alone would pass for all that is printed.
    (item,) = found("Ordonnance\n1/ LEVOTHYROX 75 pg\n   1 cp le matin")
    assert (item.dosage, item.strength) == ("1 cp", None)
    assert item.fields["medication"].needs_review
    assert item.fields["strength"].raw == "75 pg"


def test_days_in_a_khmer_heading_are_the_unit_of_its_column() -> None:
    (item,) = found("""ឈ្មោះឱសថ               ព្រឹក      ល្ងាច      ចំនួនថ្ងៃ
Amoxicillin 500mg      ១         ១         ៧""")
    assert item.duration == "៧ ថ្ងៃ"


@pytest.mark.parametrize(
    "line", ["3. Warfarin 2 mg: as per INR and clinic", "3. Insuline Lantus", "3. Calcium"]
)
def test_listed_drug_is_kept_though_nothing_known_directs_it(line: str) -> None:
    text = f"Ordonnance\n1. Aspirin 81 mg 1 cp/j\n2. Amlodipine 5 mg 1 cp/j\n{line}"
    assert len(found(text)) == 3


@pytest.mark.parametrize("verb", ["Apply", "Use", "Appliquer"])
def test_verb_before_the_drug_is_no_part_of_its_name(verb: str) -> None:
    (item,) = found(f"MEDICATIONS\n{verb} clotrimazole cream 1% twice daily for 2 weeks.")
    assert (item.medication, item.frequency) == ("clotrimazole cream 1%", "twice daily")


def test_numbered_directions_are_no_drug() -> None:
    assert core("""Rx
1. Amoxicillin 500 mg
2. Take 1 capsule three times daily
3. Ibuprofen 400 mg
4. Take 1 tablet twice daily""") == [
        ("Amoxicillin 500 mg", "1 capsule", "three times daily", None),
        ("Ibuprofen 400 mg", "1 tablet", "twice daily", None),
    ]


def test_advice_behind_directions_does_not_hide_them() -> None:
    (item,) = found("Rx\nBudesonide inhaler 200mcg\n  2 puffs BID, rinse mouth afterwards")
    assert (item.dosage, item.frequency) == ("2 puffs", "BID")


@pytest.mark.parametrize("price", ["12.50 USD", "$12.50", "5000 riels", "៥០០០ រៀល"])
def test_price_is_no_quantity(price: str) -> None:
    (item,) = found(f"Rx\n1. Amoxicillin 500mg\n   1 cap TID\nTotal: {price}")
    assert item.quantity is None


def test_running_list_is_cut_before_each_drug() -> None:
    text = (
        "Discharge medications: Paracetamol 500 mg 1 tab q6h PRN, ORS 1 sachet TID, "
        "Vitamin C 500 mg 1 tab OD x 7 days."
    )
    assert core(text) == [
        ("Paracetamol 500 mg", "1 tab", "q6h", None),
        ("ORS", "1 sachet", "TID", None),
        ("Vitamin C 500 mg", "1 tab", "OD", "7 days"),
    ]


def test_combination_with_a_comma_stays_one_drug() -> None:
    (item,) = found("Rx\n1. Amoxicillin 500 mg, clavulanic acid 125 mg 1 tab BD")
    assert item.frequency == "BD"


@pytest.mark.parametrize(
    "line", ["Stop Amlodipine 5 mg", "Avoid Ibuprofen 400 mg", "Arrêter Aspirine 75 mg"]
)
def test_drug_that_is_to_be_stopped_is_not_prescribed(line: str) -> None:
    assert [i.medication for i in found(f"Rx\n1. Losartan 50 mg 1 tab OD\n{line}")] == [
        "Losartan 50 mg"
    ]


def test_total_is_neither_a_drug_nor_part_of_a_quantity() -> None:
    items = found("""PRESCRIPTION
Drug                      Dose     Qty   Price    Total
Paracetamol 500 mg        1 tab    20    0.05     1.00
Amoxicillin 500 mg        1 cap    21    0.10     2.10
Total                                             3.10 USD""")
    assert [(i.medication, i.quantity) for i in items] == [
        ("Paracetamol 500 mg", "20"), ("Amoxicillin 500 mg", "21"),
    ]  # fmt: skip


def test_days_whose_last_vowel_was_lost_are_marked_as_put_right() -> None:
    (item,) = found("""ឈ្មោះឱសថ               ព្រឹក      ល្ងាច      ចំនួនថ្ង
Amoxicillin 500mg      ១         ១         ៧""")
    assert item.duration == "៧ ថ្ងៃ"
    assert item.fields["duration"].needs_review


def test_bare_number_under_a_duration_that_names_no_unit_is_marked() -> None:
    (item,) = found("""Drug                 Dose      Frequency    Duration
Amoxicillin 500 mg   1 cap     TID          7""")
    assert item.duration == "7"
    assert item.fields["duration"].needs_review


def test_colon_read_twice_hides_no_time_of_day() -> None:
    (item,) = found("Ordonnance\n1. Metformine 850 mg\n  Matin :  : 1 cp, Midi : 1 cp, Soir : 1 cp")
    assert slots(item) == {"morning": "1 cp", "noon": "1 cp", "evening": "1 cp"}


def test_time_of_day_without_its_amount_marks_the_others() -> None:
    (item,) = found("Ordonnance\n1. Metformine 850 mg\n  Matin : ?, Midi : 1 cp, Soir : 1 cp")
    assert item.fields["frequency"].needs_review
    assert item.fields["schedule"].needs_review


def test_instructions_that_direct_no_drug_are_other_content() -> None:
    text = """PRESCRIPTION
1. Losartan 50 mg 1 tab OD
Instructions: No smoking. Return if chest pain."""
    others = understand([page(text)]).categories.other
    assert [other.text for other in others] == ["No smoking. Return if chest pain."]


def test_only_when_needed_is_no_frequency() -> None:
    (item,) = found("""Medication           Dose       Frequency   Duration
Salbutamol 100 µg    2 puffs    PRN         long term""")
    assert (item.frequency, item.as_needed) == (None, True)


def test_amount_at_the_end_of_a_row_is_handed_out_beside_one_of_the_next_row() -> None:
    (item,) = found("""Rx
1. Esomeprazole 40 mg       14 tablets
   Morning: 1 tablet, 30 minutes before breakfast""")
    assert (item.dosage, item.quantity) == ("1 tablet", "14 tablets")


def test_number_of_days_in_short_heads_a_duration() -> None:
    (item,) = found("""Médicament           Matin   Soir   Nb jours
Glucophage 850 mg    1       1      30""")
    assert item.duration == "30 jours"


def test_ruling_read_as_a_stroke_is_no_part_of_a_cell() -> None:
    (item,) = found("""Medicine         Strength      Duration
Pyridoxine       |25 mg        6 months""")
    assert (item.medication, item.strength) == ("Pyridoxine 25 mg", "25 mg")


def test_first_line_of_a_cell_a_little_above_its_row_is_no_line_of_the_row_before() -> None:
    whole = page("""PRESCRIPTION
No   Drug                Dose      Duration     Frequency
4    Cetirizine 10mg     1 tab     7 days       at night
                                                in the
5    Furosemide 40mg     1 tab     15 days
                                                morning""")
    *rows, upper, row, lower = whole.rows
    top = upper.box.y0
    placed = [at(upper, top, 29), at(row, top + 22, 52), at(lower, top + 50, 43)]
    first, second = find_prescriptions([replace(whole, rows=(*rows, *placed))], frozenset()).items
    assert (first.frequency, second.frequency) == ("at night", "in the morning")


def at(row: Row, top: int, height: int) -> Row:
    """A row at another height of the page, its letters as tall as is said."""

    def moved(box: Box) -> Box:
        return Box(box.x0, top, box.x1, top + height)

    segments = (
        Segment(tuple(replace(w, box=moved(w.box)) for w in s.words), moved(s.box))
        for s in row.segments
    )
    return replace(row, segments=tuple(segments))

"""Names of drugs as they are printed: brands of no vocabulary, compounds, brand above content."""

from __future__ import annotations

import pytest

from tests.prescribed import core, found


def test_unknown_name_with_its_form_above_its_directions_is_a_drug_for_review() -> None:
    items = found(
        """Ordonnance
AMOXICILLINE 1 g, comprimé
1 comprimé matin et soir pendant 6 jours
RHINOZAL, solution pour pulvérisation nasale
2 pulvérisations 3 fois par jour pendant 5 jours"""
    )
    assert [item.medication for item in items] == ["AMOXICILLINE 1 g", "RHINOZAL"]
    assert items[1].dosage == "2 pulvérisations"
    assert "unknown_drug" in items[1].fields["medication"].review_reasons
    assert all(items[1].fields[name].needs_review for name in ("dosage", "frequency"))


def test_unknown_name_before_its_directions_is_a_drug_among_known_ones() -> None:
    text = """Rx
- Doliprane 500 mg : 1 cp x 3/j
- Nazomer spray nasal : 2 pulv. x 4/j
- Toplexil sirop : 1 càc matin et soir"""
    assert [row[:3] for row in core(text)][1] == ("Nazomer spray nasal", "2 pulv.", "4/j")


def test_unknown_name_of_a_numbered_list_needs_no_dose_below_it() -> None:
    text = """Rx
1) Terbinafine 1% cream
   Apply twice daily for 1 week
2) Dermosoft Moisturizing Lotion
   Apply to dry skin 3 times a day"""
    assert core(text)[1] == ("Dermosoft Moisturizing Lotion", None, "3 times a day", None)


@pytest.mark.parametrize(
    "line",
    [
        "Drink water 2 litres a day",
        "Repos strict 3 jours",
        "Contact us: 1 visit per month",
        "After meals 1 tab twice daily",
        "Then 1 tab daily",
    ],
)
def test_advice_among_drugs_is_no_drug(line: str) -> None:
    assert len(found(f"Rx\nParacetamol 500 mg 1 tab TID\n{line}")) == 1


def test_second_word_of_a_brand_belongs_to_it() -> None:
    text = """Rx
1. Systane Ultra - 1 drop 4 times a day
2. Novorapid FlexPen   6 units before each meal
3. Paracetamol Take 1 tablet daily"""
    assert [row[0] for row in core(text)] == ["Systane Ultra", "Novorapid FlexPen", "Paracetamol"]


@pytest.mark.parametrize("word", ["Boîte", "Usage", "Voie", "Pour"])
def test_word_before_more_words_is_no_part_of_a_brand(word: str) -> None:
    (item,) = found(f"Ordonnance\n1. Ventoline {word} externe 2 bouffées 3 fois par jour")
    assert item.medication == "Ventoline"


def test_drugs_joined_by_a_plus_are_one_medication() -> None:
    text = "Rx\n1. Losartan 50 mg + Hydrochlorothiazide 12.5 mg   1 tab OD"
    assert core(text) == [("Losartan 50 mg + Hydrochlorothiazide 12.5 mg", "1 tab", "OD", None)]


def test_strength_before_a_stroke_and_another_drug_is_read() -> None:
    text = "Rx\n1. Paracetamol 500 mg / Codeine 30 mg   1 tab TID"
    assert core(text)[0][0] == "Paracetamol 500 mg / Codeine 30 mg"


def test_content_below_a_brand_in_its_cell_is_not_its_name() -> None:
    text = """Medicine                         Dosage       Duration
1  TENSAR 40                     1-0-0        30 days
   Telmisartan 40 mg
2  PANZOL D                      1-0-0        14 days
   Pantoprazole 40 mg"""
    assert [row[0] for row in core(text)] == ["TENSAR 40", "PANZOL D"]


def test_micrograms_written_out_are_a_strength() -> None:
    assert core("Rx\nSalbutamol inhaler 100 micrograms  2 puffs QID")[0][0].endswith("micrograms")


def test_number_of_a_list_read_as_a_letter_is_no_part_of_the_name() -> None:
    text = "វេជ្ជបញ្ជា\nm. Motilium 10mg   15 គ្រាប់\nG. Multivitamine   10 គ្រាប់"
    assert [row[0] for row in core(text)] == ["Motilium 10mg", "Multivitamine"]


def test_number_behind_an_unknown_brand_is_part_of_it_and_no_dose() -> None:
    text = """Rx
T. Azilid 500   1+0+0   3 days
T. Omez 20   1+0+1   7 days
T. Montex LC   0+0+1   10 days"""
    names = [row[:2] for row in core(text)]
    assert names == [("Azilid 500", None), ("Omez 20", None), ("Montex LC", None)]


def test_names_joined_by_a_plus_are_one_medication() -> None:
    text = "Rx\n1. Dextromethorphan + Guaifenesin syrup   10 ml every 8 hours"
    assert core(text)[0][0] == "Dextromethorphan + Guaifenesin"


def test_khmer_word_for_the_form_before_a_name_is_no_direction() -> None:
    (item,) = found("វេជ្ជបញ្ជា\n5- ថ្នាំលាប Voltaren gel   លាប 2ដង/ថ្ងៃ")
    assert (item.medication, item.frequency) == ("Voltaren", "2ដង/ថ្ងៃ")


def test_strength_a_spray_is_one() -> None:
    text = "Rx\nFluticasone 50 mcg/spray nasal spray, 2 sprays daily"
    assert core(text)[0][:2] == ("Fluticasone 50 mcg/spray", "2 sprays")


def test_physiotherapy_below_drugs_is_no_drug() -> None:
    text = """Ordonnance
Médicament              Posologie              Durée
Levofloxacine 500 mg    1 comprimé le matin    5 jours
Kinésithérapie respiratoire : 10 séances, 2 fois par semaine"""
    assert len(found(text)) == 1


def test_total_with_a_mark_lost_is_no_drug_and_no_part_of_one() -> None:
    text = """ឈ្មោះឱសថ              ចំនួន        តម្លៃ       របៀបប្រើ
Decolgen              10 គ្រាប់     5,000      លេប 1គ្រាប់ 3ដង/ថ្ងៃ
សរប                               5,000"""
    assert [row[0] for row in core(text)] == ["Decolgen"]


def test_bracket_behind_a_name_is_part_of_it_unless_it_directs() -> None:
    text = """Medicine         Strength        Frequency
RHZE (4FDC)      150/75/400 mg   daily
Aspirin (1 tab)  75 mg           daily"""
    assert [row[0] for row in core(text)] == ["RHZE (4FDC) 150/75/400 mg", "Aspirin 75 mg"]


def test_number_before_a_khmer_verb_is_of_the_name_and_no_dose() -> None:
    text = "វេជ្ជបញ្ជា\n- Ambroxol 30 លេប ១គ្រាប់ ព្រឹក\nm)Motilium 10mg លេប ១គ្រាប់ ព្រឹក"
    assert [row[0] for row in core(text)] == ["Ambroxol 30", "Motilium 10mg"]


def test_page_of_unknown_brands_is_read_where_their_forms_say_that_they_are_drugs() -> None:
    text = """Rx
1. TAB CLOPIDAR A 75     0---1---0   x 30 days
2. TAB NIKORDIL 5        1---0---1   x 30 days"""
    assert core(text) == [
        ("CLOPIDAR A 75", None, "0---1---0", "30 days"),
        ("NIKORDIL 5", None, "1---0---1", "30 days"),
    ]
    assert all(item.fields["medication"].needs_review for item in found(text))


def test_route_behind_an_unknown_name_does_not_hide_it() -> None:
    text = """Ordonnance
PARACETAMOL 1000 mg : 1 comprimé matin et soir pendant 10 jours
LANSOLINE gel oral
1 cuillère à soupe le soir, pendant 15 jours"""
    assert core(text)[1][1:] == ("1 cuillère à soupe", "le soir", "15 jours")


def test_units_a_millilitre_are_a_strength() -> None:
    assert core("Rx\nInsulin 100 U/ml  18 units daily")[0][:2] == ("Insulin 100 U/ml", "18 units")


def test_known_name_that_needs_more_has_it_on_the_row_below() -> None:
    text = """MEDICATION
*CHLORPHENIRAMINE 4MG TAB
 1 TAB AT NIGHT (5 DAYS)
*MAGNESIUM TRISILICATE MIXTURE
 10 ML 3X DAILY (5 DAYS)"""
    assert core(text)[1] == ("MAGNESIUM TRISILICATE MIXTURE", "10 ML", "3X DAILY", "5 DAYS")


def test_route_that_heads_a_line_does_not_hide_the_drug() -> None:
    text = "Treatment plan:\nOral: Doxycycline 100 mg 1 cap daily x 6 weeks"
    assert core(text) == [("Doxycycline 100 mg", "1 cap", "daily", "6 weeks")]

"""Strengths that stand apart from the drug's name: in the dose column, on the next row."""

from __future__ import annotations

import pytest

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

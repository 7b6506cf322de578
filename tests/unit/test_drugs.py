"""Names of drugs: spellings, brands, names that are taken for one another."""

from __future__ import annotations

import pytest

from medicord_ocr.structure.prescriptions.drugs import known


@pytest.mark.parametrize(
    "pair",
    [
        "Amlodipine/Amiloride",
        "Celebrex/Celexa/Cerebyx",
        "Losartan/Losec/Lasix",
        "Metformin/Metronidazole",
        "Prednisone/Prednisolone",
        "Glibenclamide/Gliclazide/Glimepiride",
        "Cefixime/Cefuroxime/Cefotaxime",
        "Captopril/Carvedilol",
        "Dexamethasone/Diclofenac",
        "Tramadol/Trazodone",
        "Clarithromycin/Erythromycin/Azithromycin",
    ],
)
def test_confused_names_are_known_as_such(pair: str) -> None:
    drugs = [known(name) for name in pair.split("/")]
    assert all(drug is not None and drug.look_alike for drug in drugs)


@pytest.mark.parametrize(
    ("printed", "generic"),
    [
        ("Amoxicilline", "amoxicillin"),
        ("CIPROFLOXACINE", "ciprofloxacin"),
        ("Oméprazole", "omeprazole"),
        ("Acide folique", "folic acid"),
        ("Vit C", "ascorbic acid"),
        ("Amoxicilline + acide clavulanique", "amoxicillin + clavulanic acid"),
        ("Kinal", "paracetamol"),
        ("Glucose 6", None),
        ("Sokha", None),
    ],
)
def test_spellings_and_brands(printed: str, generic: str | None) -> None:
    drug = known(printed)
    assert (drug and drug.generic) == generic

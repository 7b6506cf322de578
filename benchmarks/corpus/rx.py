"""Prescribed medicines: doses, times of day, frequency and duration in three languages."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.corpus.dates import khmer_digits

_DATA = Path(__file__).parent / "data" / "drugs.tsv"
SLOTS = ("morning", "noon", "evening", "night")

# form -> (English words, French words, Khmer word): dev first, gate last.
_FORMS = {
    "tab": (("tablet", "tab"), ("comprimé", "cp"), "គ្រាប់"),
    "cap": (("capsule", "cap"), ("gélule", "gél"), "គ្រាប់"),
    "sachet": (("sachet", "sachet"), ("sachet", "sach"), "កញ្ចប់"),
    "syr": (("spoon", "tsp"), ("cuillère à café", "c à c"), "ស្លាបព្រា"),
}
_FREQ = {
    "en-words": {
        1: ("once daily", "every day"),
        2: ("twice daily", "2 times a day"),
        3: ("3 times daily", "three times a day"),
        4: ("every 6 hours", "4 times a day"),
    },
    "en-codes": {1: ("OD", "QD"), 2: ("BID", "BD"), 3: ("TID", "TDS"), 4: ("QID", "q6h")},
    "fr-words": {
        1: ("une fois par jour", "1 fois par jour"),
        2: ("2 fois par jour", "matin et soir"),
        3: ("3 fois par jour", "matin, midi et soir"),
        4: ("toutes les 6 heures", "4 fois par jour"),
    },
    "fr-codes": {
        1: ("1 x / j", "x 1/j"),
        2: ("2 x / j", "x 2/j"),
        3: ("3 x / j", "x 3/j"),
        4: ("4 x / j", "x 4/j"),
    },
    "km-words": {
        1: ("១ថ្ងៃ ១ដង", "មួយថ្ងៃម្តង"),
        2: ("១ថ្ងៃ ២ដង", "ព្រឹក-ល្ងាច"),
        3: ("១ថ្ងៃ ៣ដង", "ព្រឹក ថ្ងៃ ល្ងាច"),
        4: ("១ថ្ងៃ ៤ដង", "រៀងរាល់ ៦ ម៉ោងម្តង"),
    },
}
MEALS = {
    "en": ("after meals", "before meals"),
    "fr": ("après les repas", "avant les repas"),
    "km": ("ក្រោយបាយ", "មុនបាយ"),
}


@dataclass(frozen=True)
class Drug:
    """A medicine with what is usual for it."""

    name: str
    strength: str
    form: str
    doses: tuple[str, ...]
    times: tuple[int, ...]
    days: tuple[int, ...]

    def printed(self, compact: bool = False) -> str:
        """Name and strength, e.g. ``Paracetamol 500 mg`` (``500mg`` when compact)."""
        strength = self.strength.replace(" ", "") if compact else self.strength
        return f"{self.name} {strength}".strip()


@dataclass(frozen=True)
class Sig:
    """One prescription line in numbers: the medicine, its dose, times a day and days."""

    drug: Drug
    dose: str
    times: int
    days: int
    meal: int

    @property
    def quantity(self) -> int:
        """Units to dispense."""
        half = 0.5 if self.dose == "½" else float(self.dose)
        return max(1, round(half * self.times * self.days))

    def slots(self) -> dict[str, str | None]:
        """The dose by time of day; evening before night, as most do."""
        taken = {1: (0,), 2: (0, 2), 3: (0, 1, 2), 4: (0, 1, 2, 3)}[self.times]
        return {s: (self.dose if i in taken else None) for i, s in enumerate(SLOTS)}

    def code(self) -> str:
        """``1-0-1`` (morning-noon-evening), four numbers where there is a night dose."""
        values = [v or "0" for v in self.slots().values()]
        return "-".join(values if self.times == 4 else values[:3])


@cache
def drugs(half: str) -> tuple[Drug, ...]:
    """The half's medicines."""
    with _DATA.open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.reader(stream, delimiter="\t") if r[0] == half]
    return tuple(
        Drug(n, s, f, tuple(d.split()), tuple(map(int, t.split())), tuple(map(int, y.split())))
        for _, n, s, f, d, t, y in rows
    )


def sigs(rng: Random, half: str, count: int) -> list[Sig]:
    """`count` different medicines with doses."""
    chosen = rng.sample(drugs(half), count)
    return [
        Sig(d, rng.choice(d.doses), rng.choice(d.times), rng.choice(d.days), rng.randint(0, 3))
        for d in chosen
    ]


def _pick(pair: tuple[str, str], half: str) -> str:
    return pair[0 if half == "dev" else 1]


def dose_text(sig: Sig, lang: str, half: str, khmer: bool = True) -> str:
    """The amount per intake, e.g. ``2 tablets``, ``1 cp``, ``១ គ្រាប់``."""
    english, french, km = _FORMS[sig.drug.form]
    if lang == "km":
        return f"{khmer_digits(sig.dose) if khmer else sig.dose} {km}"
    word = _pick(english if lang == "en" else french, half)
    plural = sig.dose not in ("1", "½") and len(word) > 3
    return f"{sig.dose} {word}{'s' if plural and ' ' not in word else ''}"


def freq_text(sig: Sig, kind: str, half: str) -> str:
    """The frequency in words or codes (kind: en-words, en-codes, fr-words, fr-codes, km-words)."""
    return _pick(_FREQ[kind][sig.times], half)


def days_text(days: int, lang: str, khmer: bool = True) -> str:
    """The duration, e.g. ``5 days``, ``1 mois``, ``៧ ថ្ងៃ``; full months as months."""
    months, unit = days // 30, days % 30 == 0
    if lang == "en":
        return f"{months} month{'s' if months > 1 else ''}" if unit else f"{days} days"
    if lang == "fr":
        return f"{months} mois" if unit else f"{days} jours"
    text = f"{months} ខែ" if unit else f"{days} ថ្ងៃ"
    return khmer_digits(text) if khmer else text

"""Dates as they are printed in Cambodia, in English, French and Khmer."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

KM_DIGITS = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
_EN = (
    "January February March April May June July August September October November December".split()
)
_FR = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
).split()
_KM = "មករា កុម្ភៈ មីនា មេសា ឧសភា មិថុនា កក្កដា សីហា កញ្ញា តុលា វិច្ឆិកា ធ្នូ".split()


def khmer_digits(text: str) -> str:
    """`text` with its digits 0-9 in Khmer."""
    return text.translate(KM_DIGITS)


def printed(day: date, style: str) -> str:
    """`day` in one of the styles slash, dash, dot, mon, en, fr, km, kmd, iso, short."""
    d, m, y = day.day, day.month, day.year
    forms = {
        "slash": f"{d:02d}/{m:02d}/{y}",
        "dash": f"{d:02d}-{m:02d}-{y}",
        "dot": f"{d:02d}.{m:02d}.{y}",
        "iso": f"{y}-{m:02d}-{d:02d}",
        "mon": f"{d:02d}-{_EN[m - 1][:3]}-{y}",
        "monsp": f"{d:02d} {_EN[m - 1][:3]} {y}",
        "en": f"{d} {_EN[m - 1]} {y}",
        "enus": f"{_EN[m - 1]} {d}, {y}",
        "fr": f"{'1er' if d == 1 else d} {_FR[m - 1]} {y}",
        "km": khmer_digits(f"ថ្ងៃទី{d:02d} ខែ{_KM[m - 1]} ឆ្នាំ{y}"),
        "kmlat": f"ថ្ងៃទី {d:02d} ខែ {_KM[m - 1]} ឆ្នាំ {y}",
        "kmslash": khmer_digits(f"{d:02d}/{m:02d}/{y}"),
    }
    return forms[style]


def clock(rng: Random) -> str:
    """A time of the working day, e.g. ``08:15``."""
    return f"{rng.randint(6, 17):02d}:{rng.randint(0, 59):02d}"


def visit(rng: Random) -> tuple[date, date, date]:
    """Days of collection, receipt and report, in that order, of 2024-2026."""
    first = date(2024, 1, 8) + timedelta(days=rng.randint(0, 800))
    second = first + timedelta(days=rng.choice([0, 0, 1]))
    return first, second, second + timedelta(days=rng.choice([0, 1, 1, 2]))

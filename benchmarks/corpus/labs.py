"""Laboratory rows with plausible values, as a given style prints them.

`data/lab_facts.tsv` holds for each test its names and its unit variants `TAG:unit|decimals|range
[|range of women]` (tags: s SI, c conventional, f French, x old counts) or `q:KIND`, qualitative.
The ranges are the ordinary adult ones of hospital laboratories.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from benchmarks.corpus.dates import khmer_digits
from benchmarks.corpus.model import LabItem, Value

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Variant:
    """One unit of a test: range bounds (either may be None), of men and of women."""

    unit: str
    decimals: int
    male: tuple[float | None, float | None]
    female: tuple[float | None, float | None]


@dataclass(frozen=True)
class Fact:
    """A test: names a language and kind, variants by tag, or its qualitative kind."""

    key: str
    group: str
    names: dict[str, tuple[str, ...]]
    variants: dict[str, Variant]
    qual: str = ""


@dataclass(frozen=True)
class LabStyle:
    """How a laboratory prints: names, units, numbers, ranges and flags.

    names: en-abbr, en-full, en-both, fr-abbr, fr-full, km, km-en · units: order of tags to try ·
    between/below/above: patterns with {l} and {h} · flags: HL, star, arrow, words, none ·
    qual: en, fr, km, sign · sex_ranges: 0 none printed, else labels "M,F".
    """

    names: str = "en-full"
    units: str = "s"
    comma: bool = False
    khmer: bool = False
    thousands: str = ""
    between: str = "{l} - {h}"
    below: str = "< {h}"
    above: str = "> {l}"
    flags: str = "HL"
    qual: str = "en"
    sex_labels: tuple[str, str] | None = None
    no_range: float = 0.04
    abnormal: float = 0.25


@dataclass
class LabRow:
    """A row as printed, with its truth."""

    name: str
    value: str
    unit: str
    range: str
    flag: str
    prior: str
    item: LabItem
    range_lines: list[str] = field(default_factory=list)
    key: str = ""
    bounds: tuple[float | None, float | None] = (None, None)

    @property
    def abnormal(self) -> bool:
        """Whether the page may mark the row."""
        return bool(self.item.abnormal)


def _bounds(text: str) -> tuple[float | None, float | None]:
    if text[0] == "<":
        return None, float(text[1:])
    if text[0] == ">":
        return float(text[1:]), None
    low, high = text.split("-")
    return float(low), float(high)


def _variants(text: str) -> tuple[dict[str, Variant], str]:
    out: dict[str, Variant] = {}
    for part in text.split(";"):
        mark, _, body = part.partition(":")
        if mark == "q":
            return {}, body
        unit, decimals, male, *female = body.split("|")
        out[mark] = Variant(unit, int(decimals), _bounds(male), _bounds((female or [male])[0]))
    return out, ""


@cache
def facts() -> dict[str, Fact]:
    """All tests by key."""
    out: dict[str, Fact] = {}
    with (_DATA / "lab_facts.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        for key, group, ae, fe, af, ff, km, variants in (
            r for r in rows if not r[0].startswith("#")
        ):
            names = {"en-abbr": ae, "en-full": fe, "fr-abbr": af, "fr-full": ff, "km": km}
            split = {k: tuple(v.split(";")) for k, v in names.items() if v}
            out[key] = Fact(key, group, split, *_variants(variants))
    return out


def of_group(group: str) -> list[str]:
    """The keys of a group, in the order of the table."""
    return [f.key for f in facts().values() if f.group == group]


def _first(fact: Fact, half: str, kinds: tuple[str, ...]) -> str:
    for kind in kinds:
        if kind in fact.names:
            names = fact.names[kind]
            # The halves print different synonyms of one test where it has several.
            return names[0] if half == "dev" else names[-1]
    return next(iter(fact.names.values()))[0]


def name_of(fact: Fact, style: LabStyle, half: str) -> str:
    """The test's name as the style prints it."""
    lang, _, kind = style.names.partition("-")
    if lang == "km":
        english = _first(fact, half, ("en-full", "en-abbr"))
        if "km" not in fact.names:
            return _first(fact, half, ("en-abbr", "en-full"))
        return fact.names["km"][0] + (f" ({english})" if kind == "en" else "")
    if kind == "both":
        full = _first(fact, half, (f"{lang}-full", f"{lang}-abbr"))
        short = _first(fact, half, (f"{lang}-abbr", f"{lang}-full"))
        return full if short in full or "(" in full else f"{full} ({short})"
    other = "full" if kind == "abbr" else "abbr"
    return _first(fact, half, (f"{lang}-{kind}", f"{lang}-{other}"))


def number(x: float, decimals: int, style: LabStyle) -> str:
    """`x` as printed: decimals, thousands, comma, Khmer digits."""
    text = f"{x:,.{decimals}f}".replace(",", "\x00")
    text = text.replace(".", ",") if style.comma else text
    text = text.replace("\x00", style.thousands)
    return khmer_digits(text) if style.khmer else text


def _draw(rng: Random, low: float | None, high: float | None, abnormal: bool) -> float:
    if low is None and high is not None:
        return high * (rng.uniform(1.06, 2.4) if abnormal else rng.uniform(0.3, 0.92))
    if high is None and low is not None:
        return low * (rng.uniform(0.5, 0.94) if abnormal else rng.uniform(1.06, 1.9))
    assert low is not None
    assert high is not None
    width = high - low
    if not abnormal:
        return low + width * rng.betavariate(2.2, 2.2)
    if rng.random() < 0.6 or low <= 0:
        return high + width * rng.uniform(0.06, 0.9)
    return max(low - width * rng.uniform(0.06, 0.5), low * 0.5)


def _range_text(low: float | None, high: float | None, decimals: int, style: LabStyle) -> str:
    shown = {k: number(v, decimals, style) for k, v in (("l", low), ("h", high)) if v is not None}
    if low is None:
        return style.below.format(**shown)
    if high is None:
        return style.above.format(**shown)
    return style.between.format(**shown)


def _flag(style: LabStyle, abnormal: bool, high: bool) -> str:
    marks = {
        "HL": ("H", "L"),
        "star": ("*", "*"),
        "arrow": ("↑", "↓"),
        "words": ("High", "Low"),
        "mots": ("Élevé", "Bas"),
        "plus": ("+", "-"),
        "bold": ("", ""),
        "none": ("", ""),
    }[style.flags]
    return (marks[0] if high else marks[1]) if abnormal else ""


def _variant(fact: Fact, style: LabStyle) -> Variant:
    tags = [t for t in style.units if t in fact.variants] or list(fact.variants)
    return fact.variants[tags[0]]


def _quantity(rng: Random, fact: Fact, style: LabStyle, sex: str, name: str) -> LabRow:
    var = _variant(fact, style)
    low, high = var.male if sex == "M" else var.female
    # Beyond their range these two leave what a strip can show.
    wanted = rng.random() < style.abnormal and fact.key not in ("uph", "usg")
    value = round(_draw(rng, low, high, wanted), var.decimals)
    above = high is not None and value > high
    abnormal = above or (low is not None and value < low)
    if (low is None and value == high) or (high is None and value == low):
        value = round(_draw(rng, low, high, False), var.decimals)
        above = abnormal = False
    ranged = rng.random() >= style.no_range
    text = _range_text(low, high, var.decimals, style) if ranged else ""
    item = LabItem(
        name,
        value if var.decimals else int(value),
        var.unit or None,
        text or None,
        abnormal if ranged or (style.flags != "none" and abnormal) else None,
    )
    prior = number(_draw(rng, low, high, rng.random() < 0.2), var.decimals, style)
    row = LabRow(
        name,
        number(value, var.decimals, style),
        var.unit,
        text,
        _flag(style, abnormal, above),
        prior,
        item,
        [],
        fact.key,
        (low, high),
    )
    if style.sex_labels and text and var.male != var.female:
        pair = zip(style.sex_labels, (var.male, var.female), strict=True)
        row.range_lines = [f"{s} : {_range_text(*b, var.decimals, style)}" for s, b in pair]
        own = row.range_lines[0 if sex == "M" else 1]
        item.alternatives = [own, " / ".join(row.range_lines)]
    return row


_QUAL = {
    "en": ("Negative", "Positive", "Non-reactive", "Reactive"),
    "fr": ("Négatif", "Positif", "Non réactif", "Réactif"),
    "km": ("អវិជ្ជមាន", "វិជ្ជមាន", "អវិជ្ជមាន", "វិជ្ជមាន"),
    "sign": ("NEG", "POS", "NR", "R"),
}
_CHOICES = {
    "abo": (("A", "B", "O", "AB"), ("A", "B", "O", "AB")),
    "rh": (("Positive", "Positive", "Negative"), ("Positif", "Positif", "Négatif")),
    "color": (("Yellow", "Pale yellow", "Dark yellow"), ("Jaune", "Jaune clair", "Jaune foncé")),
    "clarity": (
        ("Clear", "Slightly turbid", "Turbid"),
        ("Limpide", "Légèrement trouble", "Trouble"),
    ),
}


def _qualitative(rng: Random, fact: Fact, style: LabStyle) -> tuple[Value, str, str, bool | None]:
    """Value, unit, reference and abnormality of a qualitative test."""
    neg, pos, nonreact, react = _QUAL[style.qual]
    bad = rng.random() < style.abnormal
    match fact.qual:
        case "neg":
            return (pos if bad else neg), "", neg, bad
        case "react":
            return (react if bad else nonreact), "", nonreact, bad
        case "strip":
            bad = rng.random() < style.abnormal + 0.1
            return (rng.choice(["+", "++", "+++", "1+", "2+"]) if bad else neg), "", neg, bad
        case "titre":
            value = rng.choice(["1/160", "1/320"]) if bad else rng.choice(["1/20", "1/40"])
            return value, "", "< 1/80", bad
        case "hpf":
            value = (
                rng.choice(["8-10", "10-15", "20-25"])
                if bad
                else rng.choice(["0-1", "0-2", "1-3", "2-4"])
            )
            return value, "/champ" if style.qual == "fr" else "/HPF", "< 5", bad
    english, french = _CHOICES[fact.qual]
    return rng.choice(french if style.qual == "fr" else english), "", "", None


def make_row(rng: Random, key: str, style: LabStyle, sex: str, half: str) -> LabRow:
    """One row of test `key` for a patient of `sex`."""
    fact = facts()[key]
    name = name_of(fact, style, half)
    if not fact.qual:
        return _quantity(rng, fact, style, sex, name)
    value, unit, ref, bad = _qualitative(rng, fact, style)
    if style.khmer and isinstance(value, str):
        value, ref = khmer_digits(value), khmer_digits(ref)
    if style.no_range >= 1 or rng.random() < style.no_range:
        ref, bad = "", None
    item = LabItem(name, value, unit or None, ref or None, bad)
    flag = _flag(style, bool(bad), True) if style.flags in ("star", "HL", "words") else ""
    flag = {"H": "*", "High": "Abnormal"}.get(flag, flag)
    return LabRow(name, str(value), unit, ref, flag, "", item, [], key)


@cache
def _sections() -> dict[str, tuple[list[str], dict[str, str]]]:
    """Groups and titles of each section."""
    with (_DATA / "sections.tsv").open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.reader(stream, delimiter="\t") if not r[0].startswith("#")]
    return {n: (g.split(), {"en": en, "fr": fr, "km": km}) for n, g, en, fr, km in rows}


def section_title(section: str, lang: str, half: str) -> str:
    """The printed title of a section in `lang`."""
    text = _sections()[section][1][lang]
    return text.split("|")[0 if half == "dev" else 1]


def _reset(row: LabRow, value: float, style: LabStyle) -> None:
    """Give a row with one decimal another value, and what follows from it."""
    low, high = row.bounds
    above = high is not None and value > high
    abnormal = above or (low is not None and value < low)
    row.item.value, row.value = value, number(value, 1, style)
    marked = style.flags != "none" and abnormal
    row.item.abnormal = abnormal if row.range or marked else None
    row.flag = _flag(style, abnormal, above)


def _balance(rows: list[LabRow], style: LabStyle) -> None:
    """Make the white cell differential add up to 100, or to less where parts are not printed."""
    parts = {r.key: r for r in rows if r.key in ("neut", "lymph", "mono", "eos", "baso")}
    if not {"neut", "lymph"} <= parts.keys():
        return
    small = sum(float(str(r.item.value)) for k, r in parts.items() if k not in ("neut", "lymph"))
    hidden = 3.0 * (5 - len(parts))
    neut = min(float(str(parts["neut"].item.value)), 88.0 - small)
    _reset(parts["neut"], round(neut, 1), style)
    _reset(parts["lymph"], round(100 - small - hidden - neut, 1), style)


def section_rows(
    rng: Random, section: str, count: int, style: LabStyle, sex: str, half: str
) -> list[LabRow]:
    """Up to `count` rows of a section, in the usual order."""
    keys = [k for g in _sections()[section][0] for k in of_group(g)]
    keep = sorted(rng.sample(range(len(keys)), min(count, len(keys))))
    if section in ("haem", "cbc", "urine"):
        keep = list(range(min(count, len(keys))))
    rows = [make_row(rng, keys[i], style, sex, half) for i in keep]
    unique: dict[str, LabRow] = {}
    for row in rows:
        unique.setdefault(row.name, row)
    _balance(list(unique.values()), style)
    return list(unique.values())

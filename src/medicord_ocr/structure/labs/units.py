"""Units of laboratory results: what each test may carry, OCR spellings of them, UCUM codes.

A general unit parser takes reading errors for units (``mg/d1`` a milligram per day, ``G/L`` gauss
per litre), so a unit is looked up in the closed table of its test, and repaired only where the
reading can come from exactly one of that test's units.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import Levenshtein

from medicord_ocr.khmer import canonical, digits

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUPER_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
# Strokes that readers take for one another or lose in small print; what is left tells the
# units of one test apart (held by a test over the whole table).
_CONFUSABLE = str.maketrans(
    {
        **dict.fromkeys("/|!1il\\[](){}.,'`’ -_", None),
        **dict.fromkeys("pyj", "u"),
        "q": "g",
        "9": "g",
    }
)
# What is read for « per microlitre », and for the I of international units.
_MISREAD = ((re.compile(r"/p[lL1I|]$"), "/µL"), (re.compile(r"^[1l|!](?=U/)"), "I"))
_PERCENT = frozenset({"yo", "o/o", "0/0", "°/o", "0/o", "%%", "%.", "9o", "9/o"})
_POWER = re.compile(
    r"^(?P<x>[x×*]?)1[o0](?P<exponent>[^/]{0,4})/(?P<per>[uypm][l1i|]|[l1i|]|mm.?|[ce]{0,2}mm)$"
)


@dataclass(frozen=True, slots=True)
class LabUnit:
    """A unit that a test may carry.

    Attributes:
        printed: one way it is printed.
        ucum: its UCUM code, None where there is none.
        factor: a value in it times this is in the test's own unit; None when not convertible.
        loinc: the code of the test in this unit.
    """

    printed: str
    ucum: str | None
    factor: float | None
    loinc: str | None


@dataclass(frozen=True, slots=True)
class UnitMatch:
    """A printed unit found in a test's table.

    Attributes:
        text: the unit as printed; where repaired, the table's spelling.
        unit: the table's entry.
        repaired: whether the reading had to be repaired.
    """

    text: str
    unit: LabUnit
    repaired: bool


@lru_cache(maxsize=4096)
def unit_key(text: str) -> str:
    """A spelling that is equal for equal units: ``x10³/µL``, ``10^3/ul`` and ``10E3 / µL``.

    Case is folded: ``G/L`` (10⁹/L) and ``g/L`` are told apart by the test that carries them.
    """
    text = digits(canonical(text)).replace("μ", "µ").replace("×", "x")
    text = _SUPER_RUN.sub(lambda m: "^" + m.group().translate(_SUPERSCRIPT), text)
    # Case folding makes a Greek mu of the micro sign.
    text = re.sub(r"\s+", "", text).casefold().replace("μ", "u").replace("mcg", "ug")
    text = re.sub(r"^[x*]?10(?:\*|e|\^)(?=\d)", "10^", text).replace("mm^3", "mm3")
    text = text.replace("m^2", "m2").replace("um^3", "um3").replace("ui/", "iu/").replace(",", ".")
    return text.replace("cu.mm", "mm3").replace("cumm", "mm3").replace("cmm", "mm3")


def clean_unit(text: str) -> str:
    """A unit as printed without the spaces that reading put around its strokes."""
    text = re.sub(r"\s*([/^])\s*", r"\1", " ".join(digits(canonical(text)).split()))
    text = re.sub(r"^([x×])\s*10", r"\g<1>10", text)
    return text.strip(" .:;,|()[]" if not re.search(r"[(\[]", text[1:-1]) else " .:;,|")


@cache
def _universe() -> dict[str, str]:
    """Key of every printed unit to its UCUM code."""
    rows = (files("medicord_ocr.structure") / "data" / "units.tsv").read_text("utf-8").splitlines()
    table: dict[str, str] = {}
    for row in rows[1:]:
        ucum, printed = row.split("\t")
        for text in (*printed.split(";"), ucum):
            table.setdefault(unit_key(text), ucum)
    return table


@cache
def ucum_of(text: str) -> str | None:
    """The UCUM code of a unit whatever the test, None when it is no unit that we know.

    ``G/L`` is 10*9/L only with a capital G.
    """
    if text.strip().startswith("g/") and unit_key(text) == "g/l":
        return "g/L"
    return _universe().get(unit_key(text))


def is_unit(text: str) -> bool:
    """Whether the text is a unit that some test may carry."""
    text = text.strip()
    # A capital S is a susceptibility, not a second.
    return bool(text) and text != "S" and unit_key(text) in _universe()


def looks_like_unit(text: str) -> bool:
    """Whether the text has the shape of a unit, known or not: letters around a stroke, a power."""
    text = text.strip()
    return bool(
        is_unit(text)
        or re.fullmatch(
            r"[x×]?\s?10\S{0,3}\s?/\s?\S{1,4}|(?=\S*[^\W\d_])\S{0,8}\s?/\s?\S{1,12}", text
        )
    )


def find_unit(units: Iterable[LabUnit], text: str) -> UnitMatch | None:
    """The unit of a test that a printed text stands for.

    Args:
        units: the test's closed table.
        text: as read.

    Returns:
        None when it is none of them, or when a misreading could be several of them.
    """
    table = tuple(units)
    shown, key = clean_unit(text), unit_key(clean_unit(text))
    if not key:
        return None
    exact = [unit for unit in table if unit_key(unit.printed) == key]
    if exact:
        return UnitMatch(shown, exact[0], repaired=False)
    same = {unit.ucum for unit in table if ucum_of(shown) and unit.ucum == ucum_of(shown)}
    if same:
        unit = next(unit for unit in table if unit.ucum in same)
        return UnitMatch(shown, unit, repaired=False)
    for pattern, meant in _MISREAD:
        spelled = pattern.sub(meant, shown)
        if spelled != shown and (match := find_unit(table, spelled)):
            return replace(match, repaired=True)
    percent = next((unit for unit in table if unit.printed == "%"), None)
    if percent and key in _PERCENT:
        return UnitMatch("%", percent, repaired=True)
    found = _power(table, key) or _only(_unlike(table, key), key, shown)
    return UnitMatch(found.printed, found, repaired=True) if found else None


def _unlike(table: tuple[LabUnit, ...], key: str) -> list[LabUnit]:
    """The units that a misreading can come from: all of them, or those one stroke away.

    A text that is a sound unit elsewhere is no misreading, but for µ read as p.
    """
    if key not in _universe():
        return list(table)
    swapped = {"u" + key[1:]} if key[0] == "p" else {"p" + key[1:]} if key[0] == "u" else set()
    return [unit for unit in table if unit_key(unit.printed) in swapped]


def _power(table: tuple[LabUnit, ...], key: str) -> LabUnit | None:
    """``1049/L``, ``10°/L`` or ``x103/uL``: the exponent misread, the rest decides."""
    match = _POWER.match(key)
    if match is None:
        return None
    litre = "l" if len(match["per"]) == 1 else "ml" if match["per"][0] == "m" else "ul"
    per = "mm3" if "mm" in match["per"] else litre
    options = [
        unit
        for unit in table
        if (stem := re.match(r"10\^(\d+)/(\w+)$", unit_key(unit.printed))) and stem[2] == per
    ]
    if len({unit.factor for unit in options}) != 1:
        return None
    crossed = [unit for unit in options if unit.printed[0] in "x×"]
    return (crossed if match["x"] and crossed else options)[0]


def _skeleton(key: str) -> str:
    return key.translate(_CONFUSABLE)


def _only(table: list[LabUnit], key: str, shown: str) -> LabUnit | None:
    """The one unit whose strokes agree with the reading, else the one a single stroke away."""
    mine = _skeleton(key)
    if not mine or not re.search(r"[^\W\d]|%", key):
        return None
    scores = [(Levenshtein.distance(mine, _skeleton(unit_key(u.printed))), u) for u in table]
    for allowed in (0, 1):
        if allowed and len(mine) < 4:
            return None
        near = [unit for score, unit in scores if score <= allowed]
        if near and len({(unit.factor, unit.loinc) for unit in near}) == 1:
            return min(near, key=lambda u: Levenshtein.distance(u.printed, shown))
        if near:
            return None
    return None

"""When two texts say the same: the forms that are compared, one for each kind of field.

All go through NFC, Khmer canonical order, Khmer digits as 0-9, one kind of dash, one kind of
micro sign, no zero-width characters, no case and no accents on Latin letters (capitals are
printed without them). Spaces do not count, except between two numbers. A decimal comma is a
decimal point and trailing zeros do not count, but ``150,000`` (three digits after the mark)
stays apart from ``150``. What may not be folded is what changes the meaning: digits, ``<``
against ``≤``, giga (``G/L``) against gram (``g/L``), ``10^9`` against ``109``.
"""

from __future__ import annotations

import math
import re
import unicodedata
from decimal import Decimal
from functools import cache

from medicord_ocr import khmer

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("‘’ʼ´`′", "'"),
        **dict.fromkeys("“”«»″", '"'),
        "µ": "μ",
        "×": "x",
        "⩽": "≤",
        "⩾": "≥",
        "½": " 1/2",
        "¼": " 1/4",
        "¾": " 3/4",
    }
)
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+(?![\d])")
_FREE_SPACE = re.compile(r"(?<!\d) | (?!\d)")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TEN_TO_THE = re.compile(
    r"(?:(?<!\d)(?<!\d )[x*] ?)?(?<!\d)10 ?(?:\*{1,2}|\^|e)?([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|(?<=[*^e])-?\d+)"
)
_BRACKETS = re.compile(r"^[(\[](.*)[)\]]$")
_ITEM_NUMBER = re.compile(r"^(?:r/|rx\b|\d{1,2}\s?[.)/-](?=\D)|[-•*])\s*[:.-]?\s*")
_GLUED_STRENGTH = re.compile(
    r"(?<=[a-z\u1780-\u17ff]{3})(?=\d+(?:[.,]\d+)?\s?(?:mg|g|ml|ui|iu|u|mcg|μg|%)(?![a-z]))"
)
_ENDS = " .,;:*"

# Words in front of a dose or a duration that say what it is, not how much.
_LEADS = (
    "take for during pendant pdt prendre duree duration dose posology posologie x រយៈពេល លេប ញ៉ាំ ពិសា"
).split()
# The form is a field of its own; as a part of the medication it is neither required nor wrong.
_FORMS = (
    "tab tabs tablet tablets cap caps capsule capsules cp cps cpr comp comprime comprimes gel "
    "gelule gelules sachet sachets syrup syr sirop susp suspension sol solution inj injection amp "
    "ampoule ampoules cream creme ointment pommade drops gouttes collyre spray inhaler suppo "
    "suppositoire suppositoires គ្រាប់ គ្រាប់ស្រោប កញ្ចប់ ទឹក អំពូល"
).split()
_TITLES = (
    "dr doctor docteur prof professor professeur pr md phd mr mrs ms mme ph d m "
    "សាស្ត្រាចារ្យ វេជ្ជបណ្ឌិត ឱសថការី លោកស្រី លោក អ្នកស្រី វ ប"
).split()


def reading(text: str) -> str:
    """What a character error rate compares: canonical, one kind of dash, space and digit.

    Case and accents count here, and single spaces are kept.
    """
    text = khmer.digits(khmer.canonical(text)).translate(_SIGNS)
    return " ".join(text.split())


def words(text: str) -> str:
    """The base of all other forms: ``reading`` without case and Latin accents."""
    return _plain(reading(text).casefold())


def _plain(text: str) -> str:
    if text.isascii():
        return text
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare).replace("œ", "oe").replace("æ", "ae")


def compact(text: str) -> str:
    """``words`` without spaces but between numbers, numbers in one form, no end punctuation."""
    text = words(text).strip(_ENDS)
    text = _THOUSANDS.sub(lambda m: m.group().replace(" ", ""), text)
    return _NUMBER.sub(_number, _FREE_SPACE.sub("", text))


def numbers(text: str) -> list[str]:
    """The numbers of a text in order, in one form."""
    return [_number(match) for match in _NUMBER.finditer(words(text))]


def _number(match: re.Match[str]) -> str:
    whole, _, part = match.group().replace(",", ".").partition(".")
    whole = whole.lstrip("0") or "0"
    # Three digits after the mark may be thousands: 150,000 is not 150.
    if len(part) != 3 or whole == "0":
        part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole


def same_value(expected: float | str, got: float | str) -> bool:
    """Whether two results are equal: as numbers where both are numbers, else as texts."""
    numbers = [_as_number(x) for x in (expected, got)]
    if numbers[0] is not None and numbers[1] is not None:
        return math.isclose(numbers[0], numbers[1], rel_tol=1e-9, abs_tol=1e-12)
    return _value(expected) == _value(got)


def _as_number(value: float | str) -> float | None:
    if isinstance(value, str):
        return None
    return float(value)


def _value(value: float | str) -> str:
    if isinstance(value, str):
        return bounds(value)
    return format(Decimal(str(value)).normalize(), "f")


def unit(text: str) -> str:
    """A unit: ``x10^9/L``, ``10⁹/L``, ``10*9/l`` are one, ``µL`` and ``uL``, ``mcg`` and ``µg``.

    ``G/L`` and ``g/L``, ``T/L`` and ``t/L`` stay apart: giga and gram differ by a thousand.
    """
    printed = _plain(reading(text)).replace(" ", "").strip(_ENDS.replace("*", ""))
    printed = _BRACKETS.sub(r"\1", printed)
    lower = printed.casefold()
    lower = _TEN_TO_THE.sub(_power, lower)
    lower = lower.translate(_SUPERSCRIPT).replace("μ", "u").replace("mcg", "ug")
    lower = re.sub(r"(?<!10)\^", "", lower)
    if printed[:2] in ("G/", "T/"):
        lower = printed[0] + lower[1:]
    return lower


def _power(match: re.Match[str]) -> str:
    return "10^" + match[1].translate(_SUPERSCRIPT)


def bounds(text: str) -> str:
    """A reference range or a bounded value: ``3,9 à 5,60`` is ``3.9-5.6``, ``<=`` is ``≤``.

    What parts the ranges of a list does not count: ``H: 13-17 / F: 12-16`` may be two lines.
    """
    form = compact(_TEN_TO_THE.sub(_power, words(text)))
    form = form.replace("<=", "≤").replace(">=", "≥").replace("~", "-")
    form = re.sub(r"(?<=\d)(?:to|a|ដល់)(?=\d)", "-", form)
    form = re.sub(r"(?<=\d)[/;,|](?=[^\W\d_]+:)", "", form)
    return _BRACKETS.sub(r"\1", form)


def sig(text: str) -> str:
    """A dosage, frequency or duration, without the word that only introduces it."""
    text = words(text).strip(_ENDS)
    parts = text.split(" ")
    while len(parts) > 1 and parts[0].strip(":") in _folded(*_LEADS):
        parts = parts[1:]
    return compact(" ".join(parts))


def medication(text: str) -> tuple[str, str]:
    """Drug and strength: ``1. Paracétamol 500 mg cp`` is ``("paracetamol", "500mg")``.

    The form of the drug is left out. The strength begins at the first number that does not
    belong to a name such as ``B12``, and is empty where none is printed.
    """
    text = _ITEM_NUMBER.sub("", words(text))
    text = _GLUED_STRENGTH.sub(" ", re.sub(r"[()\[\]]", " ", text))
    parts = [p for p in re.split(r"\s+|[,;:](?!\d)", text) if p]
    kept = [p for p in parts if p.strip(".-/") not in _folded(*_FORMS)] or parts
    at = next((i for i, p in enumerate(kept) if i and p[0].isdigit()), len(kept))
    drug = re.sub(r"[^\w+\u1780-\u17ff]", "", "".join(kept[:at]))
    return drug, compact(" ".join(kept[at:])).replace("μg", "ug").replace("mcg", "ug")


def assay(text: str) -> str:
    """A test's name: letters, digits, ``%``, ``#`` and ``+`` only."""
    return khmer.fold(text).replace(" ", "")


def person(text: str) -> str:
    """A doctor's name without titles, spaces and punctuation."""
    text = re.sub(r"[^\w\s\u1780-\u17ff]|_", " ", words(text))
    parts = [_without_khmer_title(p) for p in text.split() if p not in _folded(*_TITLES)]
    return "".join(parts)


def _without_khmer_title(part: str) -> str:
    # Khmer is written without spaces: the title and the name may be one word.
    for title in _folded(*_TITLES):
        if len(title) > 3 and khmer.has_khmer(title) and part.startswith(title):
            return _without_khmer_title(part[len(title) :])
    return part


def place(text: str) -> str:
    """A facility's name: letters and digits only."""
    return khmer.fold(text).replace(" ", "")


def modality(text: str) -> str:
    """An imaging modality: one name for its synonyms in the three languages."""
    from medicord_ocr.structure.imaging.words import standard_modality

    return compact(standard_modality(text) or text)


def region(text: str) -> tuple[str, frozenset[str]]:
    """A body part under one name for the three languages, and the sides that are named with it."""
    from medicord_ocr.structure.imaging.words import SIDES, standard_region
    from medicord_ocr.structure.line import fold_line

    folded = fold_line(text)
    sides = frozenset(name for pattern, name in SIDES if pattern.search(folded))
    return compact(standard_region(text) or text), sides


@cache
def _folded(*listed: str) -> frozenset[str]:
    """The listed words as ``words`` gives them: Khmer spelling differs before folding."""
    return frozenset(words(word) for word in listed)

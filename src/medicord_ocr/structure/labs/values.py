"""One result value as printed: a number, a bound, a titre, a count, pluses, words, or nothing yet.

Nothing is repaired here: what does not read as a value as it stands is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from medicord_ocr.khmer import canonical, digits
from medicord_ocr.structure.labs.numbers import NUMBER, Mark, number_readings
from medicord_ocr.structure.labs.qualitative import Finding, finding_of, is_pending, is_qualitative

Kind = Literal[
    "number", "bounded", "titre", "interval", "graded", "power", "duration", "words", "pending"
]
Direction = Literal["high", "low", "abnormal", "normal"]

DASH = r"[-‐‑‒–—−~]"
#: How a bound is printed, and what it means.
BOUNDS = {"<": "<", ">": ">", "≤": "≤", "≥": "≥", "<=": "≤", ">=": "≥", "=<": "≤", "=>": "≥"}
BOUND = "(?:<=|>=|=<|=>|<|>|≤|≥)"
# What may follow a number that is a whole value: not more digits, a date, a time or a titre.
_END = r"(?![\d⁰¹²³⁴⁵⁶⁷⁸⁹]|[.,:]\d|\s?[-/:]\d|-\w|\s?\^)"
_SIGNED = rf"(?:[-−](?=\d))?{NUMBER}"
_EXPONENT = r"(?:\s?\^\s?[-−]?\d{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "power",
        re.compile(
            rf"(?:{BOUND}\s?)?(?:{NUMBER}\s?[x×.*]\s?10{_EXPONENT}(?!\s?/)|10{_EXPONENT}"
            r"|\d+(?:[.,]\d+)?[eE][+-]?\d{1,2})" + _END
        ),
    ),
    ("power", re.compile(rf"{NUMBER}\s?±\s?{NUMBER}" + _END)),
    (
        "duration",
        re.compile(
            r"\d{1,3}\s?(?:min|mn|['’])\.?\s?\d{1,2}\s?(?:secondes?|seconds?|sec|s|''|[\"”″])(?!\w)"
        ),
    ),
    ("titre", re.compile(rf"(?:{BOUND}\s?)?(?<![\d/])1\s?[/:]\s?[1-9]\d{{0,5}}(?![\d/.,:]|-\w)")),
    ("bounded", re.compile(rf"{BOUND}\s?{NUMBER}" + _END)),
    ("interval", re.compile(rf"{NUMBER}\s?{DASH}\s?{NUMBER}" + _END)),
    (
        "graded",
        re.compile(
            r"\+\s?/?\s?[-–](?!\s?\d)|±|\(\s?\+{1,4}\s?\)|\+(?:\s?\+){0,3}(?!\s?\w)|[1-4]\s?\+{1}(?![\w+])|\+[1-4](?![\w.,])"
        ),
    ),
    ("number", re.compile(_SIGNED + _END)),
)
# A minus in brackets is a result; one without may stand for none.
_MINUS = re.compile(f"[(]\\s?{DASH}\\s?[)]")
_FLAG = r"\*{1,3}|[↑▲⬆⇧]{1,3}|[↓▼⬇⇩]{1,3}|!{1,2}"
_FLAG_LETTERS = r"HH|LL|H|L"
_FLAG_WORDS = (
    r"(?i:high|low|haut|bas|élevé|elevé|eleve|élevée|bass?e|abnormal|anormal|critical|critique)"
    r"|ខ្ពស់|ទាប|លើស|ខ្វះ"
)
_BRACKETED = rf"[(\[]\s?(?:{_FLAG}|{_FLAG_LETTERS}|{_FLAG_WORDS})\s?[)\]]"
# « H : », « H (adulte) : » is a sex, whether what stands behind it can be read or not.
_NO_SEX = r"(?!\s{0,2}(?:\([^()]{1,12}\)\s?)?[:=៖])"
FLAG = re.compile(
    rf"(?:{_BRACKETED}|{_FLAG}|(?:{_FLAG_LETTERS}|{_FLAG_WORDS})(?![\w%#'’.-]){_NO_SEX})"
)
_DIRECTIONS: dict[Direction, frozenset[str]] = {
    "high": frozenset("h hh high haut élevé elevé eleve élevée ខ្ពស់ លើស".split()),
    "low": frozenset("l ll b low bas base basse ទាប ខ្វះ".split()),
    "normal": frozenset("n normal normale ធម្មតា ok".split()),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A result as printed.

    Attributes:
        kind: ``number``; ``bounded`` (``<0.5``); ``titre`` (``1/160``); ``interval`` (``2-4``
            per field); ``graded`` (``++``); ``power`` (``10^5``, ``5 ± 1``);
            ``duration`` (``3 min 30 s``); ``words``;
            ``pending`` (the page says that there is no result).
        text: as printed, Khmer digits as 0-9, without the flag.
        numbers: of a number or bound one, of an interval its two ends, of a titre 1/N the N.
        bound: one of < > ≤ ≥, of a bounded value or titre.
        other: the second reading of an ambiguous number (``1,234``), else None.
        finding: of words and grades, what they say.
    """

    kind: Kind
    text: str
    numbers: tuple[float, ...] = ()
    bound: str | None = None
    other: float | None = None
    finding: Finding | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def output(self) -> float | str | None:
        """The value as the document gives it: a number, text, or None for pending."""
        if self.kind == "pending":
            return None
        return self.numbers[0] if self.kind == "number" else self.text


def clean(text: str) -> str:
    """Text ready for parsing: canonical, digits 0-9, of one length with its source words.

    Raises nothing. White space is kept: two spaces part segments.
    """
    return digits(canonical(text)).replace("\u00a0", " ").replace("\u202f", " ")


@lru_cache(maxsize=1024)
def parse_value(text: str, mark: Mark | None = None) -> Value | None:
    """The value that a whole text is, None when it is none.

    Args:
        text: a cell without flag and unit, such as ``5,8``, ``< 0.5``, ``Non réactif``.
        mark: the decimal mark of the page where it is known.
    """
    text = " ".join(clean(text).split()).strip(" :;|")
    found = match_value(text, 0, mark)
    if found and not text[found[1] :].strip(" .;|"):
        return found[0]
    if is_pending(text):
        return Value("pending", text)
    if _MINUS.fullmatch(text):
        return Value("words", text, finding="negative")
    if text and is_qualitative(text):
        return Value("words", text, finding=finding_of(text))
    return None


def match_value(text: str, start: int, mark: Mark | None = None) -> tuple[Value, int] | None:
    """The value in figures or pluses that begins at a place of a text, and where it ends.

    Words are not looked for: how many of them belong to a result only the whole cell says.
    """
    for kind, pattern in _PATTERNS:
        match = pattern.match(text, start)
        if match is None:
            continue
        value = _figures(kind, match.group(), mark)
        if value is not None:
            return value, match.end()
    return None


def _figures(kind: Kind, text: str, mark: Mark | None) -> Value | None:
    text = " ".join(text.split())
    if kind == "graded":
        positive = "+" in text and not re.search("[/-]", text)
        return Value(kind, text, finding="positive" if positive else None)
    if kind in {"power", "duration"}:
        return Value(kind, text)
    bound = next(
        (BOUNDS[b] for b in sorted(BOUNDS, key=len, reverse=True) if text.startswith(b)), None
    )
    body = text.lstrip("<>=≤≥ ")
    if kind == "titre":
        return Value(kind, text, (float(re.split("[/:]", body)[1]),), bound)
    if kind == "interval":
        return _interval(text, mark)
    sign = -1.0 if body[0] in "-−" else 1.0
    readings = number_readings(body.lstrip("-−"), mark)
    if not readings:
        return None
    other = sign * readings[1] if len(readings) > 1 else None
    printed = text.replace(" ", "") if kind == "bounded" and " " not in body else text
    return Value(kind, printed, (sign * readings[0],), bound, other)


def _interval(text: str, mark: Mark | None) -> Value | None:
    low, high = (number_readings(part, mark) for part in re.split(DASH, text, maxsplit=1))
    if not low or not high or low[0] > high[0]:
        return None
    return Value("interval", text, (low[0], high[0]))


def flag_direction(text: str) -> Direction | None:
    """What a printed flag (``H``, ``*``, ``↓``, ``Élevé``, ``N``) says, None when it is none."""
    core = clean(text).strip(" ()[].:").casefold()
    for direction, words in _DIRECTIONS.items():
        if core in words:
            return direction
    if re.fullmatch("[↑▲⬆⇧]+", core):
        return "high"
    if re.fullmatch("[↓▼⬇⇩]+", core):
        return "low"
    if core in {"a", "abnormal", "anormal", "critical", "critique"} or re.fullmatch(
        r"\*+|!+", core
    ):
        return "abnormal"
    return None

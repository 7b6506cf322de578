"""Numbers as they are printed: decimal points and commas, thousands, what is ambiguous.

``1,234`` is one thousand on an English page and one and a quarter on a French one. A number is
therefore read with the page's decimal mark where that is known, and all its readings are given
where it is not: the choice belongs to who knows the unit and the reference range.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

Mark = Literal[".", ","]

#: A number as printed, without sign; thousands may be parted by a single space.
NUMBER = r"(?:[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
_NUMBER = re.compile(NUMBER)
_CERTAIN_DECIMAL = re.compile(r"(?<![\d.,])(?:0([.,])\d+|\d+([.,])(?:\d{1,2}|\d{4,}))(?![\d.,])")
# Longer than any laboratory prints (a viral load of 10^11 has 12): an identifier, not a value.
_MAX_DIGITS = 13


def number_readings(text: str, mark: Mark | None = None) -> tuple[float, ...]:
    """All numbers that a printed text can mean, the likelier first; empty when it is none.

    Args:
        text: digits 0-9 with points, commas or thousands spaces, no sign.
        mark: the decimal mark of the page; None when unknown, where a point is taken for a
            decimal mark and a comma before three digits for thousands.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text) or sum(c.isdigit() for c in text) > _MAX_DIGITS:
        return ()
    spaced = " " in text
    text = text.replace(" ", "")
    marks = [c for c in text if c in ".,"]
    if not marks:
        return (float(text),)
    head, *groups = re.split("[.,]", text)
    thousands = 1 <= len(head) <= 3 and head[0] != "0" and all(len(g) == 3 for g in groups)
    if len(marks) > 1:
        return _many_marks(head, groups, marks)
    decimal = float(f"{head}.{groups[0]}")
    if spaced or not thousands:
        return (decimal,)
    whole = float(head + groups[0])
    is_decimal = marks[0] == mark if mark else marks[0] == "."
    return (decimal, whole) if is_decimal else (whole, decimal)


def _many_marks(head: str, groups: list[str], marks: list[str]) -> tuple[float, ...]:
    pairs = all(len(g) == 2 for g in groups[:-1]) and len(groups[-1]) == 3
    if pairs and set(marks) == {","} and 1 <= len(head) <= 2 and head[0] != "0":
        return (float(head + "".join(groups)),)  # 2,10,000: lakhs
    if not 1 <= len(head) <= 3 or head[0] == "0" or any(len(g) != 3 for g in groups[:-1]):
        return ()
    if len(set(marks)) == 1:
        return (float(head + "".join(groups)),) if len(groups[-1]) == 3 else ()
    if len(set(marks[:-1])) == 1 and marks[-1] != marks[0]:
        return (float(f"{head}{''.join(groups[:-1])}.{groups[-1]}"),)
    return ()


def read_number(text: str, mark: Mark | None = None) -> float | None:
    """The likeliest number that a printed text means, None when it is none."""
    readings = number_readings(text, mark)
    return readings[0] if readings else None


def decimal_mark(texts: Iterable[str]) -> Mark | None:
    """The decimal mark that some texts use, None when they use none or both.

    Only what can be nothing else counts: ``5,8`` and ``0,005`` do, ``1,234`` does not.
    One in ten of the other kind is forgiven, since readers take points for commas.
    """
    points = commas = 0
    for text in texts:
        for found in _CERTAIN_DECIMAL.finditer(text):
            if (found[1] or found[2]) == ".":
                points += 1
            else:
                commas += 1
    if points and commas * 9 <= points:
        return "."
    if commas and points * 9 <= commas:
        return ","
    return None


def has_point(text: str) -> bool:
    """Whether a printed number shows a decimal mark."""
    return re.search(r"\d[.,]\d", text) is not None

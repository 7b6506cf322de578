"""The digits of a number as they were printed: 5.20 stays 5.20, which a float does not keep.

They are looked up in what was read, by the number that they made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite

from medicord_ocr.schema import Item, LabResult
from medicord_ocr.structure.labs.numbers import NUMBER
from medicord_ocr.structure.labs.values import clean

_NUMBER = re.compile(NUMBER)


def printed_decimal(number: float, texts: Iterable[str]) -> Decimal:
    """A number with the digits of the text that it was read from.

    Args:
        number: finite.
        texts: where it may be printed, the likelier first; ``5,20`` gives 5.20.

    Returns:
        equal to ``number`` as a float; its shortest form where no text shows it.
    """
    for text in texts:
        for match in _NUMBER.finditer(clean(text)):
            for decimal in _decimals(match.group()):
                if float(decimal) == abs(number):
                    return decimal.copy_sign(Decimal(number))
    shortest = repr(int(number)) if number.is_integer() else repr(number)
    return Decimal(shortest)


def printed_value(item: LabResult) -> Decimal | float | str | None:
    """A result's value, a finite number with the digits as they were printed."""
    value = item.value
    if isinstance(value, float) and isfinite(value):
        return printed_decimal(value, field_texts(item, "value"))
    return value


def _decimals(printed: str) -> Iterator[Decimal]:
    """All that a printed number can be, with its digits."""
    printed = printed.replace(" ", "")
    head, *groups = re.split("[.,]", printed)
    if groups:
        yield Decimal(f"{head}{''.join(groups[:-1])}.{groups[-1]}")
    yield Decimal(head + "".join(groups))


def field_texts(item: Item, name: str) -> tuple[str, ...]:
    """What was read of a field: its raw text, then each reading."""
    info = item.fields.get(name)
    if info is None:
        return ()
    return ((info.raw,) if info.raw else ()) + tuple(reading.text for reading in info.readings)

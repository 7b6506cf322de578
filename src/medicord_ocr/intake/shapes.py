"""Whether a font's glyphs can be the characters that its text layer says they are.

A subset font without a Unicode map may come out as other characters altogether (``Phone`` as
``"7+%-``), and nothing in the file says so. But a full stop is low, a quotation mark is high,
a dash is flat and a capital is tall, in every Latin font.
"""

from __future__ import annotations

from typing import NamedTuple

_HIGH = frozenset("\"'“”‘’`^°*")
_LOW = frozenset(".,_")
_FLAT = frozenset("-–—−=~_")
_SMALL_CAPITALS = frozenset("bdhkl")
_TALL = frozenset("ABCDEFGHIKLMNOPRSTUVWXYZ%&/()[]")
_DIGITS = frozenset("0123456789")
#: Glyphs that must be known before a font is judged, and the share of misfits it may have.
#: 300 fonts of sound PDFs had up to 0.07; one without a map, 0.5.
_KNOWN, _MISFITS = 4, 0.2
#: Glyphs of a font that are looked at.
MOST = 200


class Shape(NamedTuple):
    """Highest and lowest ink of a character above its baseline, in any one unit of the font."""

    char: str
    top: float
    bottom: float


def misfits(shapes: list[Shape]) -> bool:
    """Whether the glyphs of a font contradict their characters.

    Args:
        shapes: of one font, in one unit; only Latin letters, digits and signs are judged.
    """
    tops = sorted(s.top for s in shapes if s.char.isalnum() and s.char.isascii())
    if not tops:
        return False  # leaders of dots: nothing to measure them by
    capital = tops[int(0.9 * (len(tops) - 1))]
    verdicts = [fits for s in shapes if (fits := _fits(s, capital)) is not None]
    return len(verdicts) >= _KNOWN and verdicts.count(False) > _MISFITS * len(verdicts)


def _fits(shape: Shape, capital: float) -> bool | None:
    """Whether one glyph fits its character, None where the character may be of any shape."""
    char, top, bottom = shape
    if char in _HIGH:
        return bottom > 0.15 * capital
    if char in _FLAT:
        return top - bottom < 0.65 * capital
    if char in _LOW:
        return top < 0.55 * capital
    if char in _TALL:
        return top > 0.72 * capital
    if char in _SMALL_CAPITALS:  # may be drawn as such
        return top > 0.6 * capital
    return top > 0.55 * capital if char in _DIGITS else None  # old-style digits are small

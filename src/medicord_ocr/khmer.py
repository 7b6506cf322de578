r"""Khmer text: canonical order, digits, zero-width characters, script runs, syllables.

Khmer marks can be typed and read in many orders that look the same. Everything that compares
Khmer text goes through :func:`canonical` (for showing) or :func:`fold` (for matching).

Python's ``\w`` leaves out the Khmer marks, so the character classes here are written out.
The order is that of SIL's khnormal (package ``khmerspell``, MIT), applied to Khmer runs only:
what normalises whole lines breaks numbers (``x10³`` to ``x103``). It also writes coeng DA as
coeng TA, which look alike, so that a vocabulary must be folded too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal

Script = Literal["khmer", "latin", "mixed", "none"]

_KHMER = "\u1780-\u17ff\u19e0-\u19ff"
_BASE = "\u1780-\u17a2\u17a5-\u17b3"
_DIGITS = {0x17E0 + value: str(value) for value in range(10)}
# Zero-width and bidirectional controls, the byte order mark and the two inherent Khmer vowels,
# none of which leaves ink. The soft hyphen stays: text layers print it as a hyphen.
_INVISIBLE = dict.fromkeys(
    [
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x206A),
        0xFEFF,
        0x17B4,
        0x17B5,
    ]
)
_HAS_KHMER = re.compile(f"[{_KHMER}]")
_RUN = re.compile("[\u1780-\u17dd]+")
# Syllables that khnormal leaves as they are (a property test holds the two together): base,
# robat, coengs other than DA with RO last, shifter, one vowel, signs. -u before a sign above is
# a shifter in disguise, hence its own branch. Most read text matches and needs no khnormal.
_SETTLED = re.compile(
    f"(?:[{_BASE}]\u17cc?"
    "(?:\u17d2[\u1780-\u1789\u178b-\u1799\u179b-\u17a2\u17a5-\u17b3])?"
    "(?:\u17d2[\u1780-\u1789\u178b-\u17a2\u17a5-\u17b3])?[\u17c9\u17ca]?"
    "(?:[\u17b6-\u17ba\u17bc-\u17c5]?[\u17c6\u17cb\u17cd-\u17d1]{0,2}"
    "|\u17bb[\u17c6\u17cb\u17cd-\u17cf\u17d1]{0,2})[\u17c7\u17c8]?"
    "|[\u17d4-\u17dc])+"
)
# A syllable as khnormal cuts it: a base and all marks up to the next.
_SYLLABLE = re.compile(f"(?<!\u17d2)[{_BASE}](?:\u17d2[{_BASE}]|[\u17b6-\u17d3\u17dd])*")
# khnormal reached a fixed point after two rounds on every string tried (random Khmer letters).
_ROUNDS = 6

_CLUSTER = re.compile(
    f"[{_BASE}](?:\u17d2[{_BASE}]|[\u17b4-\u17d1\u17d3\u17dd])*\u17d2?"
    "|[\u17b4-\u17d3\u17dd]+"
    "|.[\u0300-\u036f]*",
    re.DOTALL,
)
# A syllable as it may stand: a second vowel sign, a coeng after a vowel or at the end, or a
# mark with no base before it cannot be written by hand.
_POSSIBLE = re.compile(
    f"[{_BASE}][\u17cc\u17c9\u17ca]?(?:\u17d2[{_BASE}]){{0,3}}[\u17cc\u17c9\u17ca]?"
    "(?:[\u17b6-\u17c5]|\u17c1[\u17b6\u17b8]|\u17be\u17b6|\u17bb(?=[\u17d0\u17dd]))?"
    "[\u17c6-\u17d1\u17d3\u17dd]{0,3}"
)
_KHMER_SPACE = re.compile(f"(?<=[{_KHMER}]) (?=[{_KHMER}])")
# Everything but letters, marks, digits and "%#+": ASCII, Latin-1, general and Khmer punctuation.
_NOT_MATCHED = re.compile(
    "(?:[^0-9a-z%#+\u00aa-\uffff]|[\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7]"
    "|[\u1680\u2000-\u206f\u2212\u3000-\u3003\u17d4-\u17da])+"
)
_FOLDED_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "\u17a3": "\u17a2",
        "\u17a4": "\u17a2\u17b6",
        **{chr(0x2080 + value): str(value) for value in range(10)},
    }
)


def has_khmer(text: str) -> bool:
    """Whether there is any Khmer letter, mark, digit or sign in the text."""
    return not text.isascii() and _HAS_KHMER.search(text) is not None


def digits(text: str) -> str:
    """The text with Khmer digits (U+17E0..17E9) as 0-9, all else untouched."""
    return text if text.isascii() else text.translate(_DIGITS)


def canonical(text: str) -> str:
    """The text in one spelling: NFC, nothing invisible, Khmer marks in canonical order.

    Zero-width characters are taken out, the zero-width space too: it is a word break, but
    Khmer spacing is free and a word of the page holds no white space. Latin, numbers and
    white space stay as they are. Idempotent; never raises.
    """
    if text.isascii():
        return text
    for _ in range(_ROUNDS):
        settled = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
        settled = _RUN.sub(_settle, settled) if _HAS_KHMER.search(settled) else settled
        if settled == text:
            break
        text = settled
    return text


def _settle(run: re.Match[str]) -> str:
    text = run.group()
    if _SETTLED.fullmatch(text):
        return text
    return _SYLLABLE.sub(lambda match: _ordered(match.group()), text)


@lru_cache(maxsize=4096)
def _ordered(syllable: str) -> str:
    """One syllable in khnormal's order, which looks at no other syllable and costs 0.1-1 ms."""
    return syllable if _SETTLED.fullmatch(syllable) else _khnormal()(syllable)


@cache
def _khnormal() -> Callable[[str], str]:
    from khmerspell import khnormal  # only documents with unusual Khmer pay for it

    order: Callable[[str], str] = khnormal
    return order


def fold(text: str) -> str:
    """The text as vocabularies are matched: what is equal folded is the same word.

    Canonical order, digits 0-9 (subscripts too), case folded, accents off Latin letters;
    punctuation and white space become one space, and no space is left at the ends or between
    two Khmer characters. ``%``, ``#`` and ``+`` are kept, since they tell tests apart.
    For matching without regard to spaces, ``fold(text).replace(" ", "")``.
    Numbers lose their point and sign: never take a value from a folded text. Idempotent.
    """
    if not text.isascii():
        text = digits(canonical(text))
        plain = unicodedata.normalize("NFD", text.casefold())
        plain = "".join(c for c in plain if not "\u0300" <= c <= "\u036f")
        text = unicodedata.normalize("NFC", plain).translate(_FOLDED_LETTERS)
    text = _NOT_MATCHED.sub(" ", text.casefold()).strip()
    return text if text.isascii() else canonical(_KHMER_SPACE.sub("", text))


def script_runs(text: str) -> list[tuple[Script, str]]:
    """The text cut where the script changes: ``("khmer" | "latin" | "none", run)``.

    Every letter that is not Khmer counts as Latin. Digits 0-9, punctuation and white space have
    no script: they belong to the run before them, at the start to the run after; a text of
    nothing else is one run of ``"none"``. Joined together the runs are the text.
    """
    runs: list[tuple[Script, str]] = []
    start, current = 0, "none"
    for index, char in enumerate(text):
        script = _char_script(char)
        if script in ("none", current):
            continue
        if current != "none":
            runs.append(("khmer" if current == "khmer" else "latin", text[start:index]))
            start = index
        current = script
    if text:
        last: Script = "khmer" if current == "khmer" else "latin"
        runs.append((last if current != "none" else "none", text[start:]))
    return runs


def _char_script(char: str) -> Literal["khmer", "latin", "none"]:
    if _HAS_KHMER.match(char):
        return "khmer"
    return "latin" if char.isalpha() else "none"


def script_of(text: str) -> Script:
    """Which script the letters of the text are in: ``"mixed"`` for both, ``"none"`` for no letter.

    Every letter that is not Khmer counts as Latin; Khmer digits count as Khmer.
    """
    khmer = has_khmer(text)
    latin = any(c.isalpha() and not _HAS_KHMER.match(c) for c in text)
    if khmer and latin:
        return "mixed"
    return "khmer" if khmer else "latin" if latin else "none"


def clusters(text: str) -> list[str]:
    """The orthographic syllables of the text: what a Khmer reader would count as one sign.

    A Khmer base with its coengs, vowels and signs is one cluster; any other character, with
    its accents, is one; marks that have no base are a cluster of their own. Joined together
    the clusters are the text. Put both texts in canonical order before comparing clusters.
    """
    return [match.group() for match in _CLUSTER.finditer(text)]


def impossible_order(text: str) -> float:
    """Share (0-1) of the Khmer syllables that cannot be written: 0.0 where all can, or are none.

    Impossible are a vowel sign, sign or coeng with no base before it (text in visual order, as
    broken text layers and ornate fonts give it), two vowel signs on one base, and a coeng
    without its base. Give it the text as it was read: :func:`canonical` mends some of these.
    """
    if not has_khmer(text):
        return 0.0
    marked = [
        cluster
        for cluster in clusters(text.translate(_INVISIBLE))
        if "\u1780" <= cluster[0] <= "\u17d3" or cluster[0] == "\u17dd"
    ]
    bad = sum(_POSSIBLE.fullmatch(cluster) is None for cluster in marked)
    return bad / len(marked) if marked else 0.0

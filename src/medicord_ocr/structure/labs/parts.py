"""The pieces of a result row as they were read, before anything is made of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from medicord_ocr.page import Word
from medicord_ocr.structure.labs.plain_ranges import Range
from medicord_ocr.structure.labs.stretch import Stretch
from medicord_ocr.structure.labs.units import is_unit
from medicord_ocr.structure.labs.values import Value
from medicord_ocr.structure.labs.vocabulary import Match

Basis = Literal["columns", "vocabulary", "aligned"]
# Leaders, colons, and dashes that stand apart; the last point of « T.P. » belongs to it.
_BEHIND_NAME = re.compile(r"(?:[\s:;=…_|·,*]|(?<=\s)[-–—]+|\.(?<!\w\.\w\.))+$")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}\s?[.)]\s*|[-•*·–>▪◦►]+\s+|\d{1,2}\s{2,})(?=\S)")
# A method below the name, in the same cell; « Créatinine » over « enzymatique » is one name.
_METHOD = re.compile(
    r"\s+(?:method|méthode|methode|technique)\s?:"
    r"|\s{2,}(?=(?-i:[A-Z]))(?:enzymati|colorim[ée]tri|cytom[ée]tri|turbidim[ée]tri|n[ée]ph[ée]lom[ée]tri|(?:spectro)?photom[ée]tri|potentiom[ée]tri|immuno-?\w+i|"
    r"ch[ei]miluminescence|imp[ée]dance|e?clia\b|elisa\b|hexokinase|jaff[ée]\b|ifcc\b|"
    r"(?:god|chod|gpo)[- ]pap|uricase|urease|biuret).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A field's text and the words it came from."""

    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that may be a result.

    Attributes:
        name: as printed, without numbering and leaders.
        match: what the vocabulary makes of the name.
        value: None when there is none or it cannot be read; ``value_part`` says which.
        unit, flag: as read.
        range: the reference range; ``range_part`` alone when it cannot be read.
        basis: how the row was found to be one.
        blemished: fields (``value``, ``test_name`` …) in whose cells something
            else was read that is no text, such as a piece of a ruling; ``range`` where what
            stands in the range's cell is illegible.
    """

    name: Part
    match: Match | None
    value: Value | None = None
    value_part: Part | None = None
    unit: Part | None = None
    range: Range | None = None
    range_part: Part | None = None
    flag: Part | None = None
    basis: Basis = "columns"
    blemished: frozenset[str] = frozenset()

    @property
    def in_words(self) -> bool:
        """Whether the result is in words or pluses."""
        return self.value is not None and self.value.kind in {"words", "graded"}


def part_of(stretch: Stretch, start: int, end: int) -> Part:
    """The part of a stretch between two places of its text."""
    text = stretch.text[start:end]
    return Part(" ".join(text.split()), stretch.between(start, end))


def clean_name(stretch: Stretch) -> Part:
    """A printed name without numbering before and leaders behind it, and its words."""
    text = stretch.text
    text = _METHOD.split(text)[0]
    start = 0
    if (numbering := _NUMBERING.match(text)) and re.search(r"[^\W\d_]", text[numbering.end() :]):
        start = numbering.end()
    end = start + len(_BEHIND_NAME.sub("", text[start:]))
    if text[start:end].count("(") > text[start:end].count(")") and text[end:].startswith(")"):
        end += 1
    return part_of(stretch, start, end)


def cut(stretch: Stretch, start: int, end: int) -> Stretch:
    """The stretch between two places of its text."""
    words = stretch.between(start, end)
    first = stretch.words.index(words[0]) if words else 0
    starts = tuple(max(0, place - start) for place in stretch.starts[first : first + len(words)])
    return Stretch(words, starts, stretch.text[start:end])


def blemished(draft: Draft, *names: str) -> Draft:
    """The draft with blemishes on some more fields."""
    return replace(draft, blemished=draft.blemished | set(names))


def unit_in_name(name: Part) -> Part | None:
    """The unit that a name carries: ``Glucose (mmol/L)``, ``Glucose, mmol/L``."""
    for found in re.finditer(r"[(\[]([^)\]]+)[)\]]|,\s*(\S+/\S+|%)$", name.text):
        shown = found[1] or found[2]
        if is_unit(shown) and shown not in {"S", "s", "H", "h"}:
            words = tuple(
                w for w in name.words if w.text.strip("()[]") and w.text.strip("()[],") in shown
            )
            return Part(shown, words or name.words)
    return None

"""Words of a text layer from its runs, and which of them cannot be trusted."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from medicord_ocr.intake.frame import Rect
from medicord_ocr.intake.objects import Font, Run
from medicord_ocr.khmer import canonical, has_khmer, impossible_order

#: Gaps in font sizes that part two runs of a line which no white space parts. In Khmer the ink
#: of neighbouring syllables stands up to 0.35 apart (16 fonts printed by Chromium).
_GAP, _KHMER_GAP = 0.30, 0.50
#: What a 1 beside a figure adds: figures are as wide as one another, and its ink is narrow. That
#: of 11 lies 0.31 apart in TeX Gyre Heros (and Helvetica); a space between would make it 0.58.
_ONE_GAP = 0.06
#: The same where pdfium sees a gap too, whose eyes are made for Latin.
_KHMER_SEEN_GAP = 0.35
#: Share of a font's Khmer words that may be impossible or unmapped before none is believed.
#: Sound layers have none; the layers of WeasyPrint, which are wrong in every fourth letter,
#: show it in every second word.
_KHMER_BAD = 0.05
#: Share of a font's glyphs without Unicode before its other glyphs are not believed either.
_UNMAPPED = 0.30
#: Khmer shown by Latin codes: the share of a font's glyphs that are signs no language writes
#: inside words (Limon has about 0.2), or the share of its distinct longer words with a capital
#: after a small letter (Limon 0.7; a report has its eGFR and mmHg), of at least so many.
_ODD, _CAPITALS, _LEAST = 0.12, 0.5, 6
_ODD_SIGNS = frozenset("ÃÐÕÞßãðõþÝýÿ¡¢£¤¥¦§¨©ª¬®¯¶¸¹¼½¾¿×÷ƒ†‡‰‹›™")
_CAPITAL_INSIDE = re.compile(r"[a-zà-ÿ][A-ZÀ-ß]")
_LONGER = re.compile(r"[^\W\d_]{4,}")
#: Families of fonts that show Khmer by Latin codes, by their PostScript names.
_LEGACY = re.compile(r"limon|^abc[-_ ]|khek|baidok|duang|^fk[-_ ]|^truth", re.IGNORECASE)
#: Print of one letter width: steps from letter to letter that are alike, and their share (0.97-1
#: on text layers of dev in such print, at most 0.64 in other print).
_TYPED_ALIKE, _TYPED_SHARE, _TYPED_LEAST = 0.12, 0.8, 40
#: Letters that are spaced out for looks, such as a title's: how many at least, and the largest
#: difference in font sizes between their gaps.
_SPACED_LETTERS, _SPACED_EVENLY = 4, 0.35
#: From such gaps in font sizes they may be headings of columns (M, N, E, B stand 1.1 apart),
#: unless they are more letters than a day has times.
_SPACED_WIDE, _WIDE_LETTERS = 0.8, 6
#: Symbol's private-use codes (Adobe Symbol encoding at U+F000) that reports use.
_SYMBOLS = {
    0xF06D: "μ", 0xF061: "α", 0xF062: "β", 0xF067: "γ", 0xF0B0: "°", 0xF0B1: "±",
    0xF0B3: "≥", 0xF0A3: "≤", 0xF0B4: "×", 0xF02D: "−", 0xF0B5: "∝",
}  # fmt: skip
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_POWERS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_LIGATURES = {
    0xFB00 + i: text for i, text in enumerate(("ff", "fi", "fl", "ffi", "ffl", "ft", "st"))
}
# pdfium gives a hyphen at the end of a line as U+0002, or as a noncharacter.
_REPLACED = _LIGATURES | _SYMBOLS | dict.fromkeys((0x02, 0xAD, 0xFFFE), "-")
_KHMER_MARK = re.compile("[\u17b4-\u17d3\u17dd]")
_KHMER_LETTER = re.compile("[\u1780-\u17d3\u17dd]")


@dataclass(slots=True)
class LayerWord:
    """A word of the layer, still growing.

    Attributes:
        text: NFC, Khmer in canonical order once it is finished.
        box: of the ink in points as shown.
        font, size, baseline: of its largest run.
        order: place of its first run in the order of drawing.
        space: white space was drawn before it.
        mapped, upright, shown: hold for all of its runs.
        fault: why it cannot be trusted, None when it can.
    """

    text: str
    box: Rect
    font: Font
    size: float
    baseline: float
    order: int
    space: bool
    mapped: bool
    upright: bool
    shown: bool
    fault: str | None = None
    raw: str = field(default="")


def build_words(runs: list[Run]) -> list[LayerWord]:
    """Words in the order of drawing: runs joined unless white space, a gap or a line parts them."""
    words: list[LayerWord] = []
    pitch = _pitch(runs)
    before: Run | None = None
    for run in runs:
        text = run.text.translate(_REPLACED)
        parts = text.split()  # an ActualText may hold several words
        for i, part in enumerate(parts):
            box = _share(run.box, i, len(parts), run.upright)
            follows = before is not None and pitch is not None and _typed(before, run, pitch)
            if i == 0 and words and (follows or _continues(words[-1], run)):
                _join(words[-1], run, part)
            else:
                words.append(_begin(run, part, box))
        before = run
    words = _closed_up(words)
    for word in words:
        word.raw = word.text
        word.text = canonical(word.text) if has_khmer(word.text) else _nfc(word.text)
    return [word for word in words if word.text and not _is_bullet(word.raw)]


def _pitch(runs: list[Run]) -> float | None:
    """Font sizes from letter to letter in print of one width, each drawn by itself; else None."""
    letters = [(a, b) for a, b in pairwise(runs) if a.text.isalnum() and b.text.isalnum()]
    steps = [step for a, b in letters if (step := _step(a, b)) is not None]
    if len(steps) < _TYPED_LEAST:
        return None
    pitch = median(steps)
    alike = sum(abs(step - pitch) <= _TYPED_ALIKE * pitch for step in steps)
    return pitch if alike >= _TYPED_SHARE * len(steps) else None


def _step(run: Run, other: Run) -> float | None:
    """Font sizes between the middles of two letters on a line, None where a space is between."""
    if len(run.text) != 1 or len(other.text) != 1 or other.space or not other.upright:
        return None
    if run.size != other.size or abs(run.baseline - other.baseline) > 0.1 * run.size:
        return None
    step = (other.box[0] + other.box[2] - run.box[0] - run.box[2]) / 2 / max(run.size, 1.0)
    return step if 0 < step < 2 else None


def _typed(run: Run, other: Run, pitch: float) -> bool:
    """Whether two letters of such print follow each other; a space would be a pitch more."""
    step = _step(run, other)
    return step is not None and run.shown == other.shown and step <= (1 + 2 * _TYPED_ALIKE) * pitch


def _is_bullet(text: str) -> bool:
    """A sign of Wingdings and its like, which stands for itself: nothing to read there."""
    return len(text) == 1 and unicodedata.category(text) == "Co"


def _closed_up(words: list[LayerWord]) -> list[LayerWord]:
    """The words, letters that were spaced out for looks made one again."""
    closed: list[LayerWord] = []
    spaced: list[LayerWord] = []
    for word in [*words, None]:
        if word is not None and _goes_on(spaced, word):
            spaced.append(word)
            continue
        closed += [_one(spaced)] if _is_spaced(spaced) else spaced
        spaced = [] if word is None else [word]
    return closed


def _is_spaced(letters: list[LayerWord]) -> bool:
    if len(letters) < _SPACED_LETTERS:
        return False
    gap = letters[1].box[0] - letters[0].box[2]
    return gap < _SPACED_WIDE * letters[0].size or len(letters) >= _WIDE_LETTERS


def _goes_on(spaced: list[LayerWord], word: LayerWord) -> bool:
    if not spaced or word.space or not all(len(w.text) == 1 for w in (spaced[-1], word)):
        return False
    first, last = spaced[0], spaced[-1]
    alike = word.font == last.font and abs(word.size - last.size) < 0.01 * word.size
    on_line = word.upright and last.upright and abs(word.baseline - last.baseline) < 0.1 * word.size
    if not (alike and on_line and word.text.isalpha() and last.text.isalpha()):
        return False
    gap = word.box[0] - last.box[2]
    usual = spaced[1].box[0] - first.box[2] if len(spaced) > 1 else gap
    return 0 < gap < 1.5 * word.size and abs(gap - usual) < _SPACED_EVENLY * word.size


def _one(letters: list[LayerWord]) -> LayerWord:
    boxes = [letter.box for letter in letters]
    text = "".join(letter.text for letter in letters)
    box = boxes[0][0], min(b[1] for b in boxes), boxes[-1][2], max(b[3] for b in boxes)
    mapped = all(letter.mapped for letter in letters)
    return replace(letters[0], text=text, box=box, mapped=mapped)


def _begin(run: Run, text: str, box: Rect) -> LayerWord:
    return LayerWord(
        text=text,
        box=box,
        font=run.font,
        size=run.size,
        baseline=run.baseline,
        order=run.order,
        space=run.space or run.text[:1].isspace(),
        mapped=run.mapped,
        upright=run.upright,
        shown=run.shown,
    )


def _share(box: Rect, index: int, count: int, upright: bool) -> Rect:
    """The box of the index-th of several words of one run, as if all were as wide."""
    if count == 1 or not upright:
        return box
    step = (box[2] - box[0]) / count
    return box[0] + index * step, box[1], box[0] + (index + 0.9) * step, box[3]


def _continues(word: LayerWord, run: Run) -> bool:
    """Whether a run goes on with the word that was drawn before it."""
    if run.space or not (word.upright and run.upright) or run.shown != word.shown:
        return False
    size = max(word.size, run.size, 1.0)
    ahead = (run.box[0] - word.box[2]) / size
    apart = abs(run.baseline - word.baseline) / size
    if has_khmer(word.text[-1:]) and _KHMER_MARK.match(run.text):
        return -2 <= ahead <= _KHMER_GAP and apart <= 1  # marks are raised and lowered at will
    khmer = has_khmer(word.text[-1:]) or has_khmer(run.text[:1])
    after_power = word.text[-1:] in _POWERS
    if run.gap and not ((khmer or after_power) and ahead <= _KHMER_SEEN_GAP):
        return False
    if not -1 <= ahead <= (_KHMER_GAP if khmer else _gap(word.text[-1:], run.text[:1])):
        return False
    return apart <= (0.6 if run.size < 0.85 * word.size else 0.25)


def _gap(before: str, behind: str) -> float:
    """From how many font sizes on the ink of two characters on is parted."""
    if before.isdigit() and behind.isdigit():
        return _GAP + _ONE_GAP * (before == "1") + _ONE_GAP * (behind == "1")
    return _GAP


def _join(word: LayerWord, run: Run, text: str) -> None:
    raised = run.size < 0.85 * word.size and word.baseline - run.baseline > 0.15 * word.size
    if raised and run.text.strip("0123456789+-−") == "":
        text = text.translate(_SUPERSCRIPTS)  # 10⁹ is not 109
    word.text += text
    old, new = word.box, run.box
    word.box = min(old[0], new[0]), min(old[1], new[1]), max(old[2], new[2]), max(old[3], new[3])
    word.mapped = word.mapped and run.mapped
    if run.size > word.size:
        word.font, word.size, word.baseline = run.font, run.size, run.baseline


def _nfc(text: str) -> str:
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.replace("\u200b", "").replace("\ufeff", ""))


def judge(words: list[LayerWord], misfits: frozenset[str] = frozenset()) -> None:
    """Set the fault of every word that cannot be trusted, by itself or by its font.

    Faults: ``no-unicode`` (glyphs without Unicode, private-use or control characters),
    ``khmer-order`` (Khmer that cannot be written, or of a font where that is met),
    ``legacy-font`` (Khmer by Latin codes), ``wrong-unicode``, ``sideways``.

    Args:
        words: of one page.
        misfits: names of fonts whose glyphs contradict their characters (``wrong-unicode``).
    """
    for word in words:
        word.fault = _own_fault(word)
    by_font: dict[str, list[LayerWord]] = defaultdict(list)
    for word in words:
        by_font[word.font.name].append(word)
    for name, members in by_font.items():
        fault = "wrong-unicode" if name in misfits else _font_fault(name, members)
        for word in members:
            word.fault = word.fault or fault
        _judge_khmer(members)


def _own_fault(word: LayerWord) -> str | None:
    if not word.upright:
        return "sideways"
    if not word.mapped or any(map(_is_broken, word.raw)):
        return "no-unicode"
    return "khmer-order" if impossible_order(word.raw) else None


def _is_broken(char: str) -> bool:
    # Cn: not assigned, Co: private use, Cc: control, Cs: half of a surrogate pair.
    return char == "\ufffd" or unicodedata.category(char) in ("Cn", "Co", "Cc", "Cs")


def _font_fault(name: str, members: list[LayerWord]) -> str | None:
    if any(has_khmer(word.text) for word in members):
        return None  # shows Khmer by its own codes, whatever it is called
    if _LEGACY.search(name):
        return "legacy-font"
    glyphs = Counter("".join(word.raw for word in members))
    total = sum(glyphs.values())
    unmapped = sum(len(word.raw) for word in members if word.fault == "no-unicode")
    if unmapped > _UNMAPPED * total:
        return "no-unicode"
    odd = sum(count for char, count in glyphs.items() if char in _ODD_SIGNS)
    if odd > _ODD * total and len(members) >= _LEAST:
        return "legacy-font"
    longer = {text for word in members for text in _LONGER.findall(word.raw)}
    mixed = sum(_CAPITAL_INSIDE.search(text) is not None for text in longer)
    return "legacy-font" if mixed >= _LEAST and mixed > _CAPITALS * len(longer) else None


def mark_synthetic_bold(words: list[LayerWord]) -> None:
    """Call nameless fonts bold where they are few among named ones.

    Skia, which prints for Chromium, draws a bold that the font does not have (Khmer fonts have
    one weight) with a Type 3 font without a name. For its PDFs only: elsewhere, and where most
    of the page is nameless, nothing follows from it.
    """
    nameless = [word for word in words if not word.font.name]
    if sum(len(w.text) for w in nameless) < 0.4 * sum(len(w.text) for w in words):
        for word in nameless:
            word.font = word.font._replace(bold=True)


def _judge_khmer(members: list[LayerWord]) -> None:
    khmer = [word for word in members if _KHMER_LETTER.search(word.text)]
    bad = sum(word.fault in ("no-unicode", "khmer-order") for word in khmer)
    if bad > _KHMER_BAD * len(khmer):
        for word in khmer:
            word.fault = word.fault or "khmer-order"

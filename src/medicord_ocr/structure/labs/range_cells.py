"""The reference range of a row: what stands in its column, in further lines, or below the name."""

from __future__ import annotations

import re
from dataclasses import replace

from medicord_ocr.schema import REVIEW_BELOW
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.ordered import Tail, read_behind
from medicord_ocr.structure.labs.parts import Draft, Part, blemished, part_of
from medicord_ocr.structure.labs.plain_ranges import Range, Sex, match_plain
from medicord_ocr.structure.labs.qualitative import is_pending
from medicord_ocr.structure.labs.ranges import match_range, parse_range
from medicord_ocr.structure.labs.sexed_ranges import (
    is_lettered,
    is_of_children,
    match_sex_behind,
    match_sexed,
)
from medicord_ocr.structure.labs.stretch import Stretch, joined, stretch_of
from medicord_ocr.structure.labs.table import Cells, cell_of
from medicord_ocr.structure.labs.units import is_unit, unit_key

# Pieces of rulings around the text of a cell, as readers read them.
_STROKES = r"(?:(?:[|\\/_~'’`\"“”.,:;!\[\](){}]|[1lI](?!\S))+\s*|(?<=\s)[1lI|]+)*"
# What a line of a range has at least: bars and rulings are read as one letter or two.
_SAYS = re.compile(r"\d|[^\W\d_]{3}")
# A range whose joint stands on a line of its own, below its first figure.
_TO = re.compile(r"to|à|a|-|–|ដល់", re.IGNORECASE)
_FIGURE = re.compile(r"[(\[]?\s*[\d០-៩]+(?:[.,][\d០-៩]+)?")
# A range of a class up to its joint, its end on the next line.
_HALF = re.compile(r"[^\d<>]*[^\W\d_][^\d<>]*[\d.,\s]+(?:-|–|~|to|à)?\s*", re.IGNORECASE)
# A name with a bound behind it: one of the classes of values that a range lists.
_CLASS = re.compile(r"[^\W\d_]{3}[^\d<>≤≥]{0,12}[<>≤≥]?\s?\d")
# The same behind a range, or a name whose bound is on the next line; not a piece of a stamp.
_MORE = re.compile(rf"{_CLASS.pattern}|[^\W\d_]\s?[:=]")
# Confidence (0-1) that the words of a range of an unknown form must have: below it nothing is given
# rather than noise.
_LEGIBLE = 0.5


def range_fields(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft with what its range cell holds: the range, its unit, a flag, a prior result."""
    text = cell.text
    if not re.search(r"\w", text) or is_pending(text) or draft.range is not None:
        return draft  # a dash, or « N/A »: there is none
    found = parse_range(text, mark)
    if found:
        return replace(draft, range=found, range_part=part_of(cell, 0, len(text)))
    if halved := _lettered(draft, cell, mark):
        return halved
    tail = read_behind(cell, Tail(value=draft.value), mark, draft.match)
    if tail.range is None:
        if tail.flag and tail.end == len(text.rstrip()) and draft.flag is None:
            return replace(draft, flag=tail.flag)
        return _blemished_range(draft, cell, mark)
    # One of several, whose other forms we do not know, or not for whom they hold.
    if _MORE.search(text, tail.end) or _has_second(text, tail.end, mark):
        return replace(draft, range_part=part_of(cell, 0, len(text)))
    if (
        tail.unit and draft.unit and _is_other_unit(tail.unit.text, draft.unit.text)
    ):  # « Ratio < 1,20 » beside seconds: no bound of this value
        whole = part_of(cell, 0, len(text))
        return replace(draft, range=Range(whole.text), range_part=whole)
    of_value = draft.value is None or draft.value.kind != "duration"
    ranged = replace(
        draft,
        range=tail.range,
        range_part=tail.range_part,
        unit=draft.unit or (tail.unit if of_value else None) or _unit_in_brackets(cell, draft),
        flag=draft.flag or tail.flag,
    )
    # What was not read before it may have said for whom it holds.
    for_whom = draft.unit is not None and tail.unit is not None and not is_unit(tail.unit.text)
    return blemished(ranged, "reference_range") if for_whom else ranged


def _is_other_unit(text: str, of_value: str) -> bool:
    """Whether a unit is another than the value's, and not its µ read as p."""
    one, other = unit_key(text), unit_key(of_value)
    misread = one[:1] == "p" and other == "u" + one[1:]
    return is_unit(text) and one != other and not misread


def _has_second(text: str, end: int, mark: Mark | None) -> bool:
    """Whether a second range stands behind one, in no other unit."""
    place = end + len(text[end:]) - len(text[end:].lstrip(" ;,/|"))
    second = match_range(text, place, mark)
    return second is not None and not is_unit(text[second[1] :].strip(" .;)"))


def _lettered(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft | None:
    """The draft with one range beside a letter, a sex in doubt until the other's stands below."""
    found = match_sexed(cell.text, 0, mark)
    if found is None and (first := match_plain(cell.text, 0, mark)):
        found = match_sex_behind(cell.text, 0, first, mark)
        found = found if found and not re.search(r"H\W*$", found[0].text) else None  # a flag
    if found is None or not is_lettered(found[0]) or "  " in cell.text[: found[1]]:
        return None
    if (rest := cell.text[found[1] :].strip(" ()[]")) and not is_unit(rest):
        return None
    part = part_of(cell, 0, found[1])
    return blemished(replace(draft, range=found[0], range_part=part), "reference_range")


def _unit_in_brackets(cell: Stretch, draft: Draft) -> Part | None:
    """The unit behind a range, in its brackets: ``(3.9-6.1 mmol/L)``."""
    close = re.search(r"\s*[)\]]\s*$", cell.text)
    if close is None or draft.value is None or draft.value.kind not in {"number", "bounded"}:
        return None
    starts = (m.end() for m in re.finditer(r"(?<=\d)\s+(?=\D|10)", cell.text))
    end = close.start()
    place = next((start for start in starts if is_unit(cell.text[start:end])), None)
    return None if place is None else part_of(cell, place, end)


def _blemished_range(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft with the only range in a cell that has strokes of no meaning around it."""
    text = cell.text
    for start in (m.start() for m in re.finditer(r"(?:(?<=[\s|\\“\"])|^)[<>≤≥(\[\d]", text)):
        found = match_range(text, start, mark)
        around = text[:start] + (text[found[1] :] if found else "")
        if found and not re.search(r"\d\d|[.,]\d|[^\W\d_]{3}", around):
            part = part_of(cell, start, found[1])
            return blemished(replace(draft, range=found[0], range_part=part), "reference_range")
    if worded := re.fullmatch(rf"{_STROKES}(.*?){_STROKES}", text):
        inner = parse_range(worded[1], mark, column=False) if worded[1] != text else None
        if inner is not None and inner.expected and len(inner.expected) > 2:
            part = part_of(cell, worded.start(1), worded.end(1))
            return blemished(replace(draft, range=inner, range_part=part), "reference_range")
    whole = part_of(cell, 0, len(text))
    if draft.unit is None and is_unit(text):
        return replace(draft, unit=whole)
    # A range of a form that we do not know is kept as printed, but only where it was read well
    # and says something: bars and rulings are read as letters and single figures (``¥ a``).
    surely = min((word.confidence for word in whole.words), default=0.0)
    wanted = _LEGIBLE if re.search(r"\d", text) else REVIEW_BELOW
    says = surely >= wanted and re.search(r"[^\W\d_]{3}|\d\d|\d[.,]\d", text)
    return replace(draft, range_part=whole) if says else blemished(draft, "range")


def with_range(draft: Draft, cells: Cells, mark: Mark | None) -> Draft:
    """The draft with the range that the range column of another row holds."""
    return range_fields(draft, cell_of(cells, "range"), mark)


def with_range_below(draft: Draft, line: Stretch, mark: Mark | None) -> Draft | None:
    """The draft with the range that a line below its name says (``Ref: 4.0-5.6 %``).

    Of a range by sex the other half may stand there.
    """
    if draft.value is None:
        return None
    if draft.range and draft.range.by_sex and draft.range_part and is_of_children(line.text):
        whole = _below(draft.range_part, line)
        text = f"{draft.range.text} {' '.join(line.text.split())}"
        return replace(draft, range=Range(text), range_part=part_of(whole, 0, len(whole.text)))
    tail = read_behind(line, Tail(value=draft.value), mark, draft.match)
    known = tail.range is not None and (tail.range.bounded or tail.range.by_sex)
    if tail.range is None or not known or line.text[tail.end :].strip(" .)]"):
        return None
    if draft.range_part is not None:
        completes = draft.range is not None and _is_other_sex(draft.range, tail.range)
        whole = _below(draft.range_part, line)
        return _with_whole_range(draft, whole, mark) if completes else _sexed(draft, line, mark)
    return replace(
        draft, range=tail.range, range_part=tail.range_part, unit=draft.unit or tail.unit
    )


def with_range_line(draft: Draft, cells: Cells, mark: Mark | None) -> Draft | None:
    """The draft with a further line of its range (``F: 12-16`` below ``H: 13-17``).

    A line that names a class makes a range unknown which it cannot be read together with.
    """
    more = cell_of(cells, "range")
    if draft.range_part is None:
        return None
    if _TO.fullmatch(more.text) and _FIGURE.fullmatch(draft.range_part.text):
        whole = _below(draft.range_part, more)  # « 0.70 » over « to » over « 1.20 »
        return replace(draft, range=None, range_part=part_of(whole, 0, len(whole.text)))
    if not _SAYS.search(more.text):
        return None
    if found := _sexed(draft, more, mark):
        return found
    if _is_of_another_row(draft.range, more.text, mark):
        return None
    known = draft.range is not None and (draft.range.bounded or len(draft.range.by_sex) == 2)
    if known and not re.search(r"\d", more.text):
        return None  # « Signature »
    whole = _below(draft.range_part, more)
    if found := _with_whole_range(draft, whole, mark):
        return found
    if _CLASS.search(more.text) is None and _HALF.fullmatch(more.text) is None:
        return None
    return replace(draft, range=None, range_part=part_of(whole, 0, len(whole.text)))


def with_upper_range(draft: Draft, upper: Stretch, mark: Mark | None) -> Draft | None:
    """The draft with a line of its range that stands above it."""
    if draft.range_part is None or not _SAYS.search(upper.text):
        return None
    if _is_of_another_row(draft.range, upper.text, mark):
        return None
    return _with_whole_range(draft, joined(upper, stretch_of([draft.range_part.words])), mark)


def _below(part: Part, line: Stretch) -> Stretch:
    return joined(stretch_of([part.words]), line)


def _sexed(draft: Draft, line: Stretch, mark: Mark | None) -> Draft | None:
    """The draft whose flag is a sex, as the line below shows: « 13-17 (H) » over « 12-16 (F) »."""
    if draft.flag is None or draft.range_part is None:
        return None
    words = sorted(draft.range_part.words + draft.flag.words, key=lambda word: word.box.x0)
    found = _with_whole_range(draft, joined(stretch_of([words]), line), mark)
    return replace(found, flag=None) if found and found.range and found.range.by_sex else None


def _is_of_another_row(known: Range | None, line: str, mark: Mark | None) -> bool:
    """Whether a line is a range by sex which a known range cannot go on with.

    Where the lines of a cell stand around its result, the next row's first line is as near.
    """
    found = match_sexed(line, 0, mark)
    if known is None or found is None or known.bounded:
        return known is not None and found is not None
    again = known.by_sex and not _is_other_sex(known, found[0])
    return bool(again) and any(part.bounded for _, part in found[0].by_sex)  # else of another age


def _is_other_sex(known: Range, more: Range) -> bool:
    """Whether two ranges by sex are of different sexes."""
    sexes = [sex for sex, _ in (*known.by_sex, *more.by_sex)]
    return bool(known.by_sex and more.by_sex) and len(set(sexes)) == len(sexes)


def _with_whole_range(draft: Draft, whole: Stretch, mark: Mark | None) -> Draft | None:
    found = parse_range(whole.text, mark)
    # A unit behind the last of several lines.
    if found is None and (read := match_range(whole.text, 0, mark)):
        found = read[0] if is_unit(whole.text[read[1] :].strip(" ()[]")) else None
    if found is None:
        return None
    part = part_of(whole, 0, len(whole.text))
    kept = draft.blemished - {"reference_range"}
    return replace(draft, range=found, range_part=part, blemished=kept)


def range_of_sexes(draft: Draft, cells: Cells, mark: Mark | None) -> Draft:
    """The draft with the ranges of men and women that stand in a column each."""
    man, woman = cell_of(cells, "male"), cell_of(cells, "female")
    his, hers = parse_range(man.text, mark), parse_range(woman.text, mark)
    words = man.words + woman.words
    alone: tuple[Sex, Range] | None = None
    if his and not re.search(r"\w", woman.text):
        alone = ("M", his)
    elif hers and not re.search(r"\w", man.text):
        alone = ("F", hers)
    if alone:
        text = f"{alone[0]}: {alone[1].text}"
        return replace(draft, range=Range(text, by_sex=(alone,)), range_part=Part(text, words))
    if his is None or hers is None:
        shown = " ".join(f"{man.text} {woman.text}".split())
        unread = re.search(r"\d", shown) is not None  # of one sex alone, or not as we know them
        return replace(draft, range_part=Part(shown, words)) if unread else draft
    if replace(his, text="") == replace(hers, text=""):
        return replace(draft, range=his, range_part=Part(his.text, words))
    text = f"M: {his.text} F: {hers.text}"
    both = Range(text, by_sex=(("M", his), ("F", hers)))
    return replace(draft, range=both, range_part=Part(text, words))

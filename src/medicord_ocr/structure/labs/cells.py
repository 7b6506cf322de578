"""One row of a laboratory table as a draft result: what stands in its columns.

Reading runs columns together, splits them, and reads pieces of rulings as text; what is in the
wrong cell is known by what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from medicord_ocr.page import Word
from medicord_ocr.schema import REVIEW_BELOW
from medicord_ocr.structure.fields import reading_doubts
from medicord_ocr.structure.labs.heading_words import Role
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.ordered import (
    Tail,
    glued_flag,
    read_behind,
    read_line,
    read_tail,
    skipped,
    unit_end,
)
from medicord_ocr.structure.labs.parts import (
    Draft,
    Part,
    blemished,
    clean_name,
    cut,
    part_of,
    unit_in_name,
)
from medicord_ocr.structure.labs.qualitative import finding_of, is_pending
from medicord_ocr.structure.labs.ranges import Range, match_range, parse_range
from medicord_ocr.structure.labs.stretch import Stretch, joined, stretch_of
from medicord_ocr.structure.labs.table import Cells
from medicord_ocr.structure.labs.units import is_unit, looks_like_unit, unit_key
from medicord_ocr.structure.labs.values import FLAG, Value, flag_direction, parse_value
from medicord_ocr.structure.labs.vocabulary import find_tests

# Confidence (0-1) below which a short word in a cell of figures is taken for no text at all, as is
# one that readers differ on.
_BLEMISH = 0.6
_LONGEST_TEXT = 8
# Pieces of rulings around the text of a cell, as readers read them.
_STROKES = r"(?:(?:[|\\/_~'’`\"“”.,:;!\[\](){}]|[1lI](?!\S))+\s*|(?<=\s)[1lI|]+)*"
# Flags stand under their own heading, or as a remark.
_FLAG_ROLES: tuple[Role, ...] = ("flag", "aside")
# The same for a reference range of an unknown form: below it nothing is given rather than noise.
_LEGIBLE = 0.5


def read_cells(cells: Cells, mark: Mark | None) -> Draft | None:
    """The draft of a row whose words are told apart by columns; None without a name or a value.

    A value that is not in its column, since reading ran columns together, is looked for in the
    order of the row.
    """
    name_cell, flag = _split_flag(_stretch(cells, "name"))
    name = clean_name(name_cell)
    if not re.search(r"[^\W\d_]", name.text):
        return None
    match = find_tests(name.text)
    draft = _value_fields(Draft(name, match, flag=flag), _stretch(cells, "value"), mark)
    if draft.value_part is None:
        whole = _in_order(cells, mark)
        if whole:
            return _range_fields(whole, _stretch(cells, "range"), mark)
    if draft.value_part is None:
        draft = _susceptibility(draft, cells)
    draft = _unit_fields(draft, _stretch(cells, "unit"), mark)
    draft = _range_fields(draft, _stretch(cells, "range"), mark)
    if draft.range_part is None:
        draft = _range_of_sexes(draft, cells, mark)
    for role in _FLAG_ROLES:
        shown = _stretch(cells, role)
        if draft.flag is None and flag_direction(shown.text):
            draft = replace(draft, flag=part_of(shown, 0, len(shown.text)))
    if draft.unit is None:
        draft = replace(draft, unit=unit_in_name(name))
    return draft if draft.value_part or draft.unit or draft.range_part else None


def _susceptibility(draft: Draft, cells: Cells) -> Draft:
    """The draft with S, I or R, or positive or negative, by the one column with a cross."""
    roles: tuple[tuple[Role, str], ...] = (
        ("susceptible", "S"),
        ("intermediate", "I"),
        ("resistant", "R"),
        ("positive", "Positive"),
        ("negative", "Negative"),
    )
    marked = [(letter, shown) for role, letter in roles if (shown := _stretch(cells, role)).text]
    if len(marked) != 1 or not re.fullmatch(r"[xX×✓✔√+*●•■SIR]", marked[0][1].text.strip()):
        return draft
    letter, shown = marked[0]
    part = part_of(shown, 0, len(shown.text))
    value = Value("words", letter, finding=finding_of(letter))
    return replace(draft, value=value, value_part=part)


def _range_of_sexes(draft: Draft, cells: Cells, mark: Mark | None) -> Draft:
    """The draft with the ranges of men and women that stand in a column each."""
    man, woman = _stretch(cells, "male"), _stretch(cells, "female")
    his, hers = parse_range(man.text, mark), parse_range(woman.text, mark)
    if his is None or hers is None:
        return draft
    text = f"M: {his.text} F: {hers.text}"
    both = Range(text, by_sex=(("M", his), ("F", hers)))
    return replace(draft, range=both, range_part=Part(text, man.words + woman.words))


def _stretch(cells: Cells, role: Role) -> Stretch:
    return stretch_of(cells.get(role, ()))


def _split_flag(stretch: Stretch) -> tuple[Stretch, Part | None]:
    """A name and the flag that stands behind it, apart, before the value's column."""
    match = re.search(r"\s{2,}(?:H{1,2}|L{1,2}|\*{1,2}|↑|↓)$", stretch.text)
    if match is None or not match.start():
        return stretch, None
    kept = cut(stretch, 0, match.start())
    return kept, part_of(stretch, match.start(), match.end())


def _value_fields(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft with what its value cell holds."""
    text = cell.text.strip(" :;|")
    if not text:
        return draft
    if FLAG.fullmatch(text) and draft.flag is None:
        return replace(draft, flag=part_of(cell, 0, len(cell.text)))
    tail = read_tail(cell, 0, mark, draft.match, words=False)
    rest = cell.text[tail.end :].strip(" .:;|_") if tail else ""
    in_brackets = re.fullmatch(r"\([\d.,]+\s?[^()\d]{1,12}\)", rest) is not None
    a_unit = looks_like_unit(rest)
    if tail and (
        not rest or in_brackets or tail.unit or a_unit or _is_blemish(cell, tail.end, rest)
    ):
        found = replace(
            draft,
            value=tail.value,
            value_part=tail.value_part,
            unit=tail.unit,
            range=tail.range,
            range_part=tail.range_part,
            flag=tail.flag or draft.flag,
        )
        if a_unit and not tail.unit:
            place = cell.text.index(rest, tail.end)
            return replace(found, unit=part_of(cell, place, place + len(rest)))
        if in_brackets:
            return found  # the same in other units
        return blemished(found, "value") if rest else found
    return _overflowing(draft, cell, mark) or _worded_value(draft, cell, mark)


def _worded_value(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft with a result in words, a flag before or behind it, or with what cannot be read."""
    end = len(cell.text.rstrip())
    start = len(cell.text) - len(cell.text.lstrip(" :;|"))
    value = parse_value(cell.text[start:end], mark)
    flags = [] if value else [m for m in FLAG.finditer(cell.text, start) if m.end() == end]
    if flags and flags[-1].start() > start:
        place = flags[-1].start()
        value = parse_value(cell.text[start:place], mark)
        if value is not None:
            draft = replace(draft, flag=part_of(cell, place, end))
            end = place
    if value is None and _takes_text(draft, cell, start, end):
        value = Value("words", " ".join(cell.text[start:end].split()))
    return replace(draft, value=value, value_part=part_of(cell, start, end))


def _takes_text(draft: Draft, cell: Stretch, start: int, end: int) -> bool:
    """Whether any short text is a result of this test: an organism, a colour, a cell type."""
    words = cell.between(start, end)
    free = (
        draft.match is not None
        and draft.match.exact
        and all(test.ucum is None for test in draft.match.tests)
    )
    return (
        free
        and len(words) <= _LONGEST_TEXT
        and bool(re.match(r"[^\W\d_]{3}", cell.text[start:end]))
    )


def _overflowing(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft | None:
    """The draft of a row whose name runs on into the value's column: ``(MCH) 25.4``."""
    for place in cell.starts[1:]:
        tail = read_tail(cell, place, mark, draft.match, words=False)
        if tail is None or cell.text[tail.end :].strip(" .:;|_"):
            continue
        over = cut(cell, 0, place)
        name = clean_name(joined(stretch_of([draft.name.words]), over))
        match = find_tests(name.text)
        if match and match.exact:
            return _value_fields(replace(draft, name=name, match=match), cell.after(place), mark)
    return None


def _is_blemish(cell: Stretch, start: int, rest: str) -> bool:
    """Whether what is left of a cell is no text: pieces of a ruling, ink that no reader knows."""
    words = cell.between(start, len(cell.text))
    if not any(c.isdigit() for c in rest) and len(rest) <= 12:
        return True
    if re.fullmatch(r"\s{2,}[\d.,]+", cell.text[start:].rstrip(" .:;|_*")):
        return True  # the column beside it: a prior result without a heading
    doubtful = bool(words) and all(
        word.confidence < _BLEMISH or "readers_disagree" in reading_doubts((word,))
        for word in words
    )
    strokes = re.fullmatch(r"[\s|\\/_\-~'’`\"“”.,:;1lI!\[\](){}]{1,4}", rest) is not None
    return (doubtful and len(rest) <= 8) or (strokes and not re.search(r"[.,]\d|\d\d", rest))


def _in_order(cells: Cells, mark: Mark | None) -> Draft | None:
    """The row read in order, where its value column is empty."""
    groups: list[Sequence[Word]] = []
    roles: tuple[Role, ...] = ("name", "flag", "unit")
    for role in roles:
        groups.extend(cells.get(role, ()))
    groups.sort(key=lambda group: group[0].box.x0)
    found = next(read_line(stretch_of(groups), mark), None)
    if found is None or found.value is None or found.value.kind == "interval":
        return None
    return replace(found, basis="columns")


def _unit_fields(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft with what its unit cell holds: the unit, and what slipped into its column."""
    if not cell.text or draft.unit is not None:
        return draft
    text = cell.text
    start = len(text) - len(text.lstrip(" _|—–-"))
    if (
        draft.flag is None
        and (flag := FLAG.match(text, start))
        and text[flag.end() :][:1] in {"", " "}
    ):
        draft = replace(draft, flag=part_of(cell, start, flag.end()))
        start = skipped(text, flag.end())
    elif draft.flag is None and (end_of_flag := glued_flag(text, start, draft.match)):
        draft = replace(draft, flag=part_of(cell, start, end_of_flag))
        start = end_of_flag
    if not text[start:].strip():
        return draft
    end = unit_end(text, start, draft.match)
    if end is None:
        return _no_unit(draft, cell, start, mark)
    draft = replace(draft, unit=part_of(cell, start, end))
    if not text[end:].strip(" .:;|"):
        return draft
    behind = read_behind(cell.after(end), Tail(value=draft.value, unit=draft.unit), mark, None)
    if behind.range and draft.range is None:
        return replace(draft, range=behind.range, range_part=behind.range_part)
    return blemished(draft, "unit")


def _no_unit(draft: Draft, cell: Stretch, start: int, mark: Mark | None) -> Draft:
    """The draft with a unit cell that holds a range, or a unit that is not known."""
    rest = cut(cell, start, len(cell.text))
    found = parse_range(rest.text, mark, column=False) if draft.range is None else None
    figure = draft.value is not None and draft.value.kind in {"number", "bounded"}
    # Beside a figure a letter (``S``) is a unit misread, not the result expected.
    worded = found and found.expected and not (figure and len(found.expected) < 3)
    if found and (found.bounded or worded or found.by_sex):
        return replace(draft, range=found, range_part=part_of(rest, 0, len(rest.text)))
    if not re.search(r"[^\W\d_]|[%‰/]", rest.text):
        return draft
    return replace(draft, unit=part_of(rest, 0, len(rest.text)))


def _range_fields(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft with what its range cell holds: the range, its unit, a flag, a prior result."""
    text = cell.text
    if not re.search(r"\w", text) or is_pending(text) or draft.range is not None:
        return draft  # a dash, or « N/A »: there is none
    found = parse_range(text, mark)
    if found:
        return replace(draft, range=found, range_part=part_of(cell, 0, len(text)))
    tail = read_behind(cell, Tail(value=draft.value), mark, draft.match)
    if tail.range is None:
        if tail.flag and tail.end == len(text.rstrip()) and draft.flag is None:
            return replace(draft, flag=tail.flag)
        return _blemished_range(draft, cell, mark)
    other_unit = (
        tail.unit is not None
        and draft.unit is not None
        and unit_key(tail.unit.text) != unit_key(draft.unit.text)
        and is_unit(tail.unit.text)
    )
    if other_unit:  # « Ratio < 1,20 » beside seconds: no bound of this value
        whole = part_of(cell, 0, len(text))
        return replace(draft, range=Range(whole.text), range_part=whole)
    of_value = draft.value is None or draft.value.kind != "duration"
    return replace(
        draft,
        range=tail.range,
        range_part=tail.range_part,
        unit=draft.unit or (tail.unit if of_value else None) or _unit_in_brackets(cell, draft),
        flag=draft.flag or tail.flag,
    )


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
    return _range_fields(draft, _stretch(cells, "range"), mark)


def with_range_below(draft: Draft, line: Stretch, mark: Mark | None) -> Draft | None:
    """The draft with the range that a line below its name says (``Ref: 4.0-5.6 %``)."""
    if draft.range_part is not None or draft.value is None:
        return None
    tail = read_behind(line, Tail(value=draft.value), mark, draft.match)
    if tail.range is None or not tail.range.bounded or line.text[tail.end :].strip(" .)]"):
        return None
    return replace(
        draft, range=tail.range, range_part=tail.range_part, unit=draft.unit or tail.unit
    )


def with_range_line(draft: Draft, cells: Cells, mark: Mark | None) -> Draft | None:
    """The draft with a further line of its range (``F: 12-16`` below ``H: 13-17``)."""
    more = _stretch(cells, "range")
    if draft.range_part is None or not re.search(r"[^\W_]", more.text):
        return None
    return _with_whole_range(draft, joined(stretch_of([draft.range_part.words]), more), mark)


def with_upper_range(draft: Draft, upper: Stretch, mark: Mark | None) -> Draft | None:
    """The draft with a line of its range that stands above it."""
    if draft.range_part is None or not upper.text:
        return None
    return _with_whole_range(draft, joined(upper, stretch_of([draft.range_part.words])), mark)


def _with_whole_range(draft: Draft, whole: Stretch, mark: Mark | None) -> Draft | None:
    found = parse_range(whole.text, mark)
    if found is None:
        return None
    return replace(draft, range=found, range_part=Part(" ".join(whole.text.split()), whole.words))

"""One row of a laboratory table as a draft result: what stands in its columns.

Reading runs columns together, splits them, and reads pieces of rulings as text; what is in the
wrong cell is known by what it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from medicord_ocr.page import Word
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
from medicord_ocr.structure.labs.qualitative import finding_of
from medicord_ocr.structure.labs.range_cells import range_fields, range_of_sexes
from medicord_ocr.structure.labs.ranges import match_range, parse_range
from medicord_ocr.structure.labs.stretch import Stretch, joined, stretch_of
from medicord_ocr.structure.labs.table import Cells, cell_of
from medicord_ocr.structure.labs.units import is_unit, looks_like_unit
from medicord_ocr.structure.labs.values import (
    FLAG,
    Value,
    clean,
    flag_direction,
    match_value,
    parse_value,
)
from medicord_ocr.structure.labs.vocabulary import find_tests

# Confidence (0-1) below which a short word in a cell of figures is taken for no text at all, as is
# one that readers differ on.
_BLEMISH = 0.6
# And the most that words have which a pen's strokes behind a name were read as (9 of 9 on two
# photos; the names before them had 0.97 and more).
_STAIN = 0.7
_LONGEST_TEXT = 8
# A piece of the ruling before a name, as readers read it.
_STROKE = re.compile(r"[\d½|:;'’‘`+~=]{1,2}")
# A share before the count: « 62,0 % soit 4,22 ».
_SHARE = re.compile(r"\s*\d+(?:[.,]\d+)?\s?%\s*(?:soit|ou|or|=|:)?\s*(?=\d+(?:[.,]\d+)*\s*$)")
_POWER = re.compile(r"\s*10\S{0,2}\s?/")
# Flags stand under their own heading, or as a remark.
_FLAG_ROLES: tuple[Role, ...] = ("flag", "aside")


def read_cells(cells: Cells, mark: Mark | None) -> Draft | None:
    """The draft of a row whose words are told apart by columns; None without a name or a value.

    A value that is not in its column, since reading ran columns together, is looked for in the
    order of the row.
    """
    whole_name = cell_of(cells, "name")
    unstained = _without_stains(whole_name)
    name_cell, flag = _split_flag(unstained)
    name = clean_name(name_cell)
    if not re.search(r"[^\W\d_]", name.text):
        return None
    match = find_tests(name.text)
    value_cell = cell_of(cells, "value")
    counted = cell_of(cells, "unit").text not in {"", "%"}
    if counted and (share := _SHARE.match(value_cell.text)):
        value_cell = value_cell.after(share.end())  # the unit is that of the count behind it
    draft = _value_fields(Draft(name, match, flag=flag), value_cell, mark)
    if unstained is not whole_name:
        draft = blemished(draft, "test_name")
    if draft.value_part is None:
        whole = _in_order(cells, mark)
        if whole:
            whole = _unit_fields(whole, cell_of(cells, "unit"), mark)
            return range_fields(whole, cell_of(cells, "range"), mark)
    if draft.value_part is None:
        draft = _susceptibility(draft, cells)
    draft = _unit_fields(draft, cell_of(cells, "unit"), mark)
    draft = range_fields(draft, cell_of(cells, "range"), mark)
    if draft.range_part is None:
        draft = range_of_sexes(draft, cells, mark)
    for role in _FLAG_ROLES:
        shown = cell_of(cells, role)
        if draft.flag is None and flag_direction(shown.text):
            draft = replace(draft, flag=part_of(shown, 0, len(shown.text)))
    if draft.range_part is None:
        draft = _range_in_name(draft, name_cell, mark)
    if draft.unit is None:
        draft = replace(draft, unit=unit_in_name(name))
    return draft if draft.value_part or draft.unit or draft.range_part else None


def _without_stains(cell: Stretch) -> Stretch:
    """A known name without what a ruling before it or strokes of a pen over it were read as."""
    match = find_tests(clean_name(cell).text)
    if not cell.words or (match and match.exact):
        return cell
    if len(cell.words) > 1 and _STROKE.fullmatch(cell.words[0].text):
        rest = cell.after(cell.starts[1])
        match = find_tests(clean_name(rest).text)
        if match and match.exact:
            return rest
    if cell.words[-1].confidence > _STAIN:
        return cell
    for count in range(len(cell.words) - 1, 0, -1):
        word = cell.words[count]
        if word.confidence > _STAIN and re.search(r"\w", word.text):
            break
        head = cut(cell, 0, cell.starts[count])
        match = find_tests(clean_name(head).text)
        if head.words[-1].confidence > _STAIN and match and match.exact:
            return head
    return cell


def _range_in_name(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft:
    """The draft of a figure with the range behind its name: ``Hb (H: 13-17)``, ``Hb VN: 13-17``."""
    if draft.value is None or draft.value.kind not in {"number", "bounded"}:
        return draft
    for gap in re.finditer(r"(?<=\w)\s*(?=[(\[])|(?<=\S)\s+(?=[^\W\d_])", cell.text):
        found = match_range(cell.text, gap.end(), mark)
        rest = cell.text[found[1] :].strip(" :.") if found else ""
        if found and (not rest or is_unit(rest)):
            name = clean_name(cut(cell, 0, gap.start()))
            part = part_of(cell, gap.end(), found[1])
            match = find_tests(name.text)
            return replace(draft, name=name, match=match, range=found[0], range_part=part)
    return draft


def _susceptibility(draft: Draft, cells: Cells) -> Draft:
    """The draft with S, I or R, or positive or negative, by the one column with a cross."""
    roles: tuple[tuple[Role, str], ...] = (
        ("susceptible", "S"),
        ("intermediate", "I"),
        ("resistant", "R"),
        ("positive", "Positive"),
        ("negative", "Negative"),
    )
    marked = [(letter, shown) for role, letter in roles if (shown := cell_of(cells, role)).text]
    if len(marked) != 1 or not re.fullmatch(r"[xX×✓✔√+*●•■SIR]", marked[0][1].text.strip()):
        return draft
    letter, shown = marked[0]
    part = part_of(shown, 0, len(shown.text))
    value = Value("words", letter, finding=finding_of(letter))
    return replace(draft, value=value, value_part=part)


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
    tail = read_tail(cell, 0, mark, draft.match, in_cell=True)
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
        and bool(re.match(r"(?:[A-Z]\.\s?)?[^\W\d_]{3}", cell.text[start:end]))
    )


def _overflowing(draft: Draft, cell: Stretch, mark: Mark | None) -> Draft | None:
    """The draft of a row whose name runs on into the value's column: ``(MCH) 25.4``."""
    for place in cell.starts[1:]:
        tail = read_tail(cell, place, mark, draft.match, in_cell=True)
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
    """The row read in order, where its value column is empty, and no other has a figure."""
    groups: list[Sequence[Word]] = []
    name = min(word.box.x0 for group in cells.get("name", ()) for word in group)
    # A figure below an earlier result's heading may be the result, and that below the unit's
    # the earlier one.
    aside = [*cells.get("aside", ()), *cells.get("previous", ())]
    behind = [group for group in aside if group[0].box.x0 > name]
    if any(match_value(clean(group[0].text), 0) for group in behind):
        return None
    # « 10^9/L » is a unit, and no result; nor is its power read as 103.
    unit = cell_of(cells, "unit").text
    whole = is_unit(unit) or _POWER.match(unit) is not None
    roles: tuple[Role, ...] = ("name", "flag") if whole else ("name", "flag", "unit")
    for role in roles:
        groups.extend(cells.get(role, ()))
    groups.sort(key=lambda group: group[0].box.x0)
    found = next(read_line(stretch_of(groups), mark), None)
    if found is None or found.value is None or found.value.kind in {"interval", "words"}:
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

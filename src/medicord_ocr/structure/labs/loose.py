"""The results of rows that no table with a header holds, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from medicord_ocr.page import PageText, Row, bounding
from medicord_ocr.structure.labs.cells import read_cells
from medicord_ocr.structure.labs.entries import Entry, Scan, State, enter, evidence, fits
from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.ordered import read_line
from medicord_ocr.structure.labs.organisms import is_organism
from medicord_ocr.structure.labs.parts import Draft, Part, blemished, clean_name
from medicord_ocr.structure.labs.range_cells import with_range_below
from medicord_ocr.structure.labs.sections import is_comment, is_noise, is_title
from medicord_ocr.structure.labs.stretch import Stretch, joined, stretch_of_row
from medicord_ocr.structure.labs.table import Cells
from medicord_ocr.structure.labs.vocabulary import find_tests


def scan_lines(page: PageText, taken: Iterable[int], mark: Mark | None) -> Scan:
    """The results of the rows that no table holds."""
    skip = set(taken)
    state = State()
    strong: list[Entry] = []
    weak: list[Entry] = []
    used: set[int] = set()
    above: tuple[int, Stretch] | None = None
    for index, row in enumerate(page.rows):
        if index in skip:
            continue
        stretch = stretch_of_row(row)
        if (ranged := _ranged_below(page, strong, index, stretch)) is not None:
            strong[-1] = ranged
            continue
        if is_title(stretch.text) and not any(
            fits(draft, state.urine) for draft in read_line(stretch, mark)
        ):
            enter(state, " ".join(stretch.text.split()).strip(" :*-–•"))
            used.add(index)
            above = (index, stretch)
            continue
        drafts = list(read_line(stretch, mark))
        held: tuple[int, ...] = (index,)
        if not drafts and above is not None and _near(page.rows[above[0]], row):
            drafts = _below_name(above[1], stretch, mark)
            held = (above[0], index)
        elif above is not None and (lifted := _ranged_above(page, above, index, drafts, mark)):
            drafts, held = [lifted], (above[0], index)
        above = None if drafts else (index, stretch)
        for draft in drafts:
            entry = Entry(draft, held, state.section, state.urine, mark)
            if fits(draft, state.urine):
                (weak if _generic(draft) else strong).append(entry)
    if len(strong) >= 2 or (weak and state.section and len(strong) + len(weak) >= 2):
        strong = sorted([*strong, *weak], key=lambda entry: entry.rows)
    strong = sorted([*strong, *_aligned(page, skip, strong, mark)], key=lambda entry: entry.rows)
    strong = [_placed(entry, strong) for entry in strong]
    rows = {index for entry in strong for index in entry.rows}
    titles = {i for i in used if any(i < row <= i + 40 for row in rows)}
    return Scan(tuple(strong), frozenset(rows | titles), state.section, state.urine)


def _ranged_below(
    page: PageText, found: Sequence[Entry], index: int, line: Stretch
) -> Entry | None:
    """The last result with the range that alone stands on the line below it."""
    if not found or not _near(page.rows[found[-1].rows[-1]], page.rows[index]):
        return None
    last = found[-1]
    draft = with_range_below(last.draft, line, last.mark)
    return replace(last, draft=draft, rows=(*last.rows, index)) if draft else None


def _ranged_above(
    page: PageText,
    above: tuple[int, Stretch],
    index: int,
    found: Sequence[Draft],
    mark: Mark | None,
) -> Draft | None:
    """A result with the range of one sex that stands above it, the other's then below it."""
    if len(found) != 1 or found[0].range_part or not _near(page.rows[above[0]], page.rows[index]):
        return None
    draft = with_range_below(found[0], above[1], mark)
    return draft if draft and draft.range and len(draft.range.by_sex) == 1 else None


def _near(row: Row, below: Row) -> bool:
    return 0 < below.box.middle - row.box.middle < 2.5 * max(row.box.height, below.box.height)


def _below_name(name: Stretch, stretch: Stretch, mark: Mark | None) -> list[Draft]:
    """The result that stands on the line below its test's name."""
    match = find_tests(clean_name(name).text)
    if match is None or not match.exact:
        return []
    drafts = list(read_line(joined(name, stretch), mark))
    return drafts if len(drafts) == 1 and drafts[0].value_part else []


def _generic(draft: Draft) -> bool:
    """Whether the name is an everyday word (colour, blood, aspect) and its result only words."""
    if draft.match is None or draft.value is None or not draft.in_words:
        return False
    if is_organism(draft.value.text):
        return False
    return any(
        t.key.startswith("u_") or t.key in {"culture", "gram", "stool_ova"}
        for t in draft.match.tests
    )


def _placed(entry: Entry, all_: Sequence[Entry]) -> Entry:
    """The entry, its value in doubt where it stands below other ranges and below no other value.

    Where a result is not read, what comes next on its line is what is expected.
    """
    draft = entry.draft
    if draft.value_part is None or draft.range_part is not None:
        return entry
    box = bounding([word.box for word in draft.value_part.words])

    def below(parts: Iterable[Part | None]) -> bool:
        words = [word for part in parts if part for word in part.words]
        return any(word.box.x0 < box.x1 and box.x0 < word.box.x1 for word in words)

    others = [other.draft for other in all_ if other is not entry]
    if below(d.range_part for d in others) and not below(d.value_part for d in others):
        return replace(entry, draft=blemished(draft, "value"))
    return entry


def _aligned(
    page: PageText, skip: set[int], strong: Sequence[Entry], mark: Mark | None
) -> list[Entry]:
    """Unknown names between results, with value, unit and range where the results have them."""
    if len(strong) < 3:
        return []
    firsts = [e.draft.value_part.words[0].box for e in strong if e.draft.value_part]
    column = median(box.x0 for box in firsts)
    taken = {index for entry in strong for index in entry.rows}
    found = []
    for index in range(min(taken) + 1, max(taken)):
        row = page.rows[index]
        if index in skip or index in taken or len(row.segments) < 2 or is_comment(row.text):
            continue
        draft = _unknown(row, column, mark)
        if draft is not None:
            near = [e for e in strong if e.rows[0] < index]
            found.append(replace(near[-1], draft=draft, rows=(index,), mark=mark))
    return found


def _unknown(row: Row, column: float, mark: Mark | None) -> Draft | None:
    value = min(row.segments[1:], key=lambda s: abs(s.box.x0 - column))
    if abs(value.box.x0 - column) > 4 * row.box.height:
        return None
    place = row.segments.index(value)
    cells: Cells = {
        "name": [list(s.words) for s in row.segments[:place]],
        "value": [[w for s in row.segments[place:] for w in s.words]],
    }
    draft = read_cells(cells, mark)
    if draft is None or draft.match or draft.value is None or is_noise(row.text):
        return None
    return replace(draft, basis="aligned") if evidence(draft) == 2 else None

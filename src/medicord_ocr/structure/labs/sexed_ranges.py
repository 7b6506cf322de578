"""Reference ranges by sex: ``H: 13-17 F: 12-16``, ``13-17 (M), 12-16 (F)``, in three languages.

``H`` before a range is *homme* (and ``F`` *femme*), not a high flag.
"""

from __future__ import annotations

import re

from medicord_ocr.structure.labs.numbers import Mark
from medicord_ocr.structure.labs.plain_ranges import AGE, TO, Range, Sex, match_plain
from medicord_ocr.structure.labs.units import is_unit

_SEX = (
    r"(?P<male>(?i:hommes?|m[aâ]les?|masc(?:ulins?)?|men|man)\.?(?!\w)|[HM]\.?(?![\w'’])"
    # A French H is read as the Khmer letter.
    r"|ប្រុ?ស|បុរស|[បអ](?=\s?[:៖ៈ])|♂)"
    r"|(?P<female>(?i:femmes?|females?|f[ée]m(?:inins?)?|women|woman)\.?(?!\w)|[FW]\.?(?![\w'’])"
    r"|ស្[តរ](?:្[តរ])?(?:ី|(?=\s?[:៖ៈ]))"  # its letters are read for one another
    r"|ស(?=\s?[:៖])|នារី|♀)"
)
# A class beside those of men and women.
_CHILD = (
    r"(?i:enfants?|nourrissons?|nouveaux?[- ]n[ée]e?s?|nn(?!\w)|child(?:ren)?|infants?|newborns?)"
    r"|កុមារ|ទារក"
)
_WHOSE = r"(?i:(?:chez|pour|sexe)\s)?(?i:l['’]\s?|las?\s|les\s)?"
_GROWN = r"(?i:adultes?|adults?)"
_AGED = (
    rf"[(\[]?\s?(?:{_GROWN}|(?:[<>≤≥]\s?|(?i:de|dès|plus\sde|over)\s)?\d{{1,3}}"
    rf"(?:{TO}\d{{1,3}})?\s?(?:{AGE}))\s?[)\]]?"
)
_LABEL = re.compile(
    rf"(?P<open>[(\[])?\s?(?P<grown>{_GROWN}\s)?{_WHOSE}(?:{_SEX}|(?P<child>{_CHILD}))(?:\s?(?P<aged>{_AGED}))?"
    r"\s?(?P<close>[)\]])?\s?(?P<colon>[:=.៖ៈ](?:\s?[:៖])?)?(?:[-–](?=\s))?\s{0,3}"
)
_BEHIND = re.compile(rf"\s{{0,2}}(?P<open>[(\[])?\s?{_WHOSE}(?:{_SEX})\s?[)\]]?(?!\s?[:=៖])")
_SEPARATOR = re.compile(r"\s*(?:[;,/|]|[-–](?=\s)|(?:et|and|ou|or|និង)\b)?\s*")
_CLOSE = re.compile(r"\s?[)\]]")
_UNIT = re.compile(
    r"\s?(?P<open>[(\[])?(?P<unit>(?P<first>[^\s;,()\[\]]{1,12})(?: [^\s;,()\[\]]{1,5})?)"
    r"(?(open)[)\]])"
)


def match_sexed(text: str, start: int, mark: Mark | None) -> tuple[Range, int] | None:
    """The ranges that begin at a place of a text with a sex before each, and where they end.

    What holds for an age, which the patient may not be of, or stands beside a range for children,
    has no bounds. Units are no part of the range's text, and that behind the last one is left.
    """
    parts: list[tuple[Sex, Range]] = []
    units: list[tuple[int, int]] = []
    place = end = unit = start
    aged = False  # « Adulte H: 13-17 F: 12-16 »: said once, it holds for both
    while label := _LABEL.match(text, place):
        found = _one_range(text, label.end(), mark)
        if found is None or (len(parts) == 2 and not (label["aged"] or label["child"])):
            break  # the next row's, if it is not for another age
        units.append((end, unit))
        aged = aged or bool(label["grown"] or label["aged"] or label["child"])
        if not label["child"]:
            parts.append(("M" if label["male"] else "F", found[0]))
        end = found[1]
        unit = _unit_end(text, end)
        if label["open"] and not label["close"]:
            close = _CLOSE.match(text, unit)
            if close is None:
                return None  # a bracket around both
            units.append((end, unit))
            end = unit = close.end()
        separator = _SEPARATOR.match(text, unit)
        place = separator.end() if separator else unit
    if not parts or (label and _is_other_sex(label, parts)):
        return None
    if aged:
        parts = [(sex, Range(part.text)) for sex, part in parts]
    return _of_sexes(text, start, end, units, parts), end


def match_sex_behind(
    text: str, start: int, first: tuple[Range, int], mark: Mark | None
) -> tuple[Range, int] | None:
    """``13-17 (M), 12-16 (F)``: ranges with a sex behind each; the first one is known."""
    parts: list[tuple[Sex, Range]] = []
    units: list[tuple[int, int]] = []
    found: tuple[Range, int] | None = first
    end = start
    while found:
        unit = _unit_end(text, found[1])
        label = _BEHIND.match(text, unit)
        if label is None:
            break
        units.append((found[1], unit))
        parts.append(("M" if label["male"] else "F", found[0]))
        end = label.end()
        separator = _SEPARATOR.match(text, end)
        found = match_plain(text, separator.end() if separator else end, mark)
    return (_of_sexes(text, start, end, units, parts), end) if parts else None


def is_of_children(text: str) -> bool:
    """Whether a text is the class of children beside those of the sexes."""
    return re.match(rf"(?:{_CHILD})\s?[:=]?\s?(?:\D{{0,16}}\d)", text) is not None


def is_lettered(ranged: Range) -> bool:
    """Whether a letter alone says the sex of one range: it is as likely a flag.

    A colon behind it, or brackets around another letter than that of *high*, say more.
    """
    if len(ranged.by_sex) != 1:
        return False
    if label := _LABEL.match(ranged.text):
        return not label["colon"] and len(label["male"] or label["female"] or label["child"]) == 1
    return re.search(r"(?:(?<![\w(\[])[HMFW]|[(\[]\s?H\s?[)\]])\.?$", ranged.text) is not None


def _one_range(text: str, start: int, mark: Mark | None) -> tuple[Range, int] | None:
    """The range behind a sex, in brackets or not."""
    bracket = re.compile(r"[(\[]\s?([^()\[\]]+)[)\]]").match(text, start)
    if bracket is None:
        return match_plain(text, start, mark)
    inner = bracket[1].strip()
    found = match_plain(inner, 0, mark)
    rest = inner[found[1] :].strip(" .;") if found else ""
    return (found[0], bracket.end()) if found and (not rest or is_unit(rest)) else None


def _unit_end(text: str, place: int) -> int:
    """Where the unit ends that stands at a place of a text: that place where there is none."""
    match = _UNIT.match(text, place)
    if match is None:
        return place
    if is_unit(match["unit"]):
        return match.end()
    alone = match["open"] is None and is_unit(match["first"])
    return match.end("first") if alone else place


def _is_other_sex(label: re.Match[str], parts: list[tuple[Sex, Range]]) -> bool:
    """Whether a label before what is no range is the other sex's: half of a range is none.

    ``H`` behind the range of women alone may be a flag.
    """
    if label["child"]:
        return False
    sex: Sex = "M" if label["male"] else "F"
    return sex not in {known for known, _ in parts} and (sex == "F" or bool(label["colon"]))


def _of_sexes(
    text: str, start: int, end: int, units: list[tuple[int, int]], parts: list[tuple[Sex, Range]]
) -> Range:
    places = [start, *(place for unit in units for place in unit), end]
    kept = "".join(text[a:b] for a, b in zip(places[::2], places[1::2], strict=True))
    kept = kept.replace("ប្រស", "ប្រុស")  # readers lose the vowel
    # Twice the same sex: an age or a phase tells them apart, and we do not know it.
    apart = len({sex for sex, _ in parts}) == len(parts)
    return Range(" ".join(kept.split()), by_sex=tuple(parts) if apart else ())

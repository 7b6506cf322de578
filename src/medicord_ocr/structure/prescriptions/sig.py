"""Directions for use: how much, how often, how long, in whatever order they are printed.

The grammar claims stretches of a folded line for the slots of :mod:`.sig_patterns`. It reports
what is printed and nothing else: no slot has a default, numbers are never converted, and what
can be read in two ways (``2 x 3``, ``OD`` beside eye drops) fills no slot but leaves a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from medicord_ocr.structure.line import Line
from medicord_ocr.structure.prescriptions import sig_patterns as patterns
from medicord_ocr.structure.prescriptions.sig_patterns import Slot

#: A count that no single intake of a solid form has; so many are handed out, not taken at once.
HANDED_OUT = 10
#: From this count on, with nothing said about how to take it, it may be either.
_MAYBE_HANDED_OUT = 5
# A claimed stretch is overwritten with its slot's mark, which no pattern matches.
_MARKS: dict[Slot, str] = {slot: chr(0xE000 + i) for i, (slot, _) in enumerate(patterns.SLOTS)}
_OFTEN = "".join(_MARKS[slot] for slot in ("frequency", "time", "ambiguous"))
_MARKED = "[\ue000-\ue0ff]"
# A number right before how often it is taken is an amount: 1 x 3/j, 2 BD.
_BARE_DOSE = re.compile(rf"{patterns.NUMBER}(?=\s?(?:x\s?)?[{_OFTEN}])")
_NEXT_TO = re.compile(r"[\s,;:&+(/-]*(?:(?:and|et|x)\b|និង)?[\s,(]*")
# What joins a direction to the next part of it; backwards for what stands before it.
_GOES_ON = re.compile(r"\s?(?:[-–/&+]|និង|(?:and|et|ou|or)(?![a-z]))\s?|(?=[^\W_])")
_COMES_BEFORE = re.compile(r"\s?(?:[-–/&+]|ងិន|(?:dna|te|uo|ro)(?![a-z]))\s?|(?=[^\W_])")
# The same as the last that was read.
_DANGLING = re.compile(r"(?:-|\s?(?:និង|(?:and|et)(?![a-z])))\s*")
_LETTER = re.compile(r"[^\W\d_]|[\u1780-\u17d3]")
_COUNT = re.compile(r"\d+")
_SOLID = re.compile(r"(?:tab|cap|cp|comp|gel|pill|sach|t\b|គ្រាប់|កាប់|កញ្ចប់)")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a line that fills a slot: offsets in ``Line.folded``."""

    slot: Slot
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sig:
    """What a line says about how a drug is used; None where it does not say.

    Attributes:
        line: the line that the offsets of the parts count in.
        dosage, frequency, duration, quantity, route, meal: where each is printed.
        as_needed: where the line says that the drug is taken only when needed.
        schedule: amounts by ``morning``, ``noon``, ``evening``, ``night``, where printed.
        doubts: review codes by field, for fields that are printed doubtfully.
        doubtful: what was left out because it can be read in two ways, by field.
        parts: everything that was claimed, in the order of the line.
        unclaimed: share (0-1) of the letters that no slot claimed.
    """

    line: Line
    dosage: Part | None = None
    frequency: Part | None = None
    duration: Part | None = None
    quantity: Part | None = None
    route: Part | None = None
    meal: Part | None = None
    as_needed: Part | None = None
    schedule: Mapping[str, Part] = field(default_factory=dict)
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubtful: Mapping[str, Part] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    unclaimed: float = 1.0

    def text(self, name: str) -> str | None:
        """One of the fields as printed, white space made single; None where it is not printed."""
        part: Part | None = getattr(self, name)
        return self.line.printed(part.start, part.end) if part else None

    def times(self) -> dict[str, str]:
        """The schedule as printed."""
        return {slot: self.line.printed(p.start, p.end) for slot, p in self.schedule.items()}

    @property
    def directs(self) -> bool:
        """Whether there is anything about how much, how often or how long."""
        return any((self.dosage, self.frequency, self.duration, self.schedule, self.doubtful))


def parse_sig(line: Line, start: int = 0, *, eye: bool = False) -> Sig:
    """Reads the directions of a line from folded offset ``start`` on. Never raises.

    Args:
        line: the words.
        start: what stands before is not looked at (the name and strength of the drug).
        eye: the drug goes into an eye or ear, whatever the line says.
    """
    parts, left = _claim(line.folded, start)
    if eye or patterns.EYE.search(line.folded):
        parts = [_not_daily(line, part) for part in parts]
    parts.sort(key=lambda part: part.start)
    letters = len(_LETTER.findall(line.folded, start))
    unclaimed = len(_LETTER.findall(left)) / letters if letters else 1.0
    claimed = tuple(parts)
    if (stepped := _steps(line, claimed)) is not None:
        whole = Sig(line, parts=claimed, unclaimed=unclaimed, frequency=stepped)
        return _with_rest(_doubt(whole, "frequency", "tapering"), claimed)
    return _fill(line, claimed, unclaimed, left)


def _claim(folded: str, start: int) -> tuple[list[Part], str]:
    left = " " * start + folded[start:]
    parts: list[Part] = []
    for slot, pattern in patterns.SLOTS:
        for match in pattern.finditer(left):
            group = next((n for n in ("v", "v1", "v2") if match.groupdict().get(n)), None)
            begin, end = _trim(folded, *(match.span(group) if group else match.span()))
            parts.append(Part(slot, begin, end))
            left = left[: match.start()] + _MARKS[slot] * len(match[0]) + left[match.end() :]
    formed = any(part.slot == "dosage" for part in parts)
    for match in () if formed else _BARE_DOSE.finditer(left):
        begin, end = _trim(folded, *match.span())
        parts.append(Part("dosage", begin, end))
        left = left[: match.start()] + _MARKS["dosage"] * len(match[0]) + left[match.end() :]
    return parts, re.sub(_MARKED, " ", left)


def _trim(folded: str, start: int, end: int) -> tuple[int, int]:
    while start < end and folded[start].isspace():
        start += 1
    while end > start and folded[end - 1].isspace():
        end -= 1
    return start, end


def _not_daily(line: Line, part: Part) -> Part:
    # OD is oculus dexter too.
    if part.slot == "frequency" and patterns.OD.fullmatch(line.folded, part.start, part.end):
        return Part("ambiguous", part.start, part.end)
    return part


#: No days at all: the figure before the nought was not read.
_NOUGHT = re.compile(r"0(?![\d.,])")
_CORE = ("dosage", "mass", "frequency", "pairs", "duration", "time")


def _steps(line: Line, parts: tuple[Part, ...]) -> Part | None:
    """A course in steps (40 mg for 3 days, then 20 mg …): one stretch, kept as written."""
    core = [part for part in parts if part.slot in _CORE]
    begun = [part for part in core if part.slot not in ("duration", "time")]
    thens = _of(parts, "then")
    for then in thens:
        if any(part.end <= then.start for part in core) and any(p.start >= then.end for p in core):
            leads = [part.start for part in thens if part.end <= core[0].start]
            return Part("frequency", min([*leads, core[0].start]), core[-1].end)
    if _dosed_again(line, begun):
        return Part("frequency", core[0].start, core[-1].end)
    return None


def _dosed_again(line: Line, parts: Sequence[Part]) -> bool:
    """Whether how often is said of one dose, and then again of another."""
    doses = _of(parts, "dosage", "mass")
    often = [i for i, part in enumerate(parts) if part not in doses]
    apart = often and parts[0] in doses and _of(parts[often[0] : often[-1]], "dosage", "mass")
    return bool(apart) and len({_squeezed(line, part) for part in doses}) > 1


def _fill(line: Line, parts: tuple[Part, ...], unclaimed: float, left: str) -> Sig:
    sig = Sig(line, parts=parts, unclaimed=unclaimed)
    sig = _with_frequency(sig)
    sig = _with_dosage(sig)
    sig = _with_duration(sig)
    sig = _with_ambiguous(sig)
    sig = _with_schedule(sig)
    sig = _with_first_step(sig, left)
    return _with_cuts(_with_rest(sig, parts), left)


def _with_first_step(sig: Sig, left: str) -> Sig:
    """The directions with those marked before which a first step stands that was not understood.

    « Take 2 now, then 1 every 8 hours »: what follows is not all.
    """
    thens = _of(sig.parts, "then")
    if thens and re.search(r"\d", left[: thens[0].start]):
        for name in ("dosage", "frequency"):
            sig = _doubt(sig, name, "tapering") if getattr(sig, name) else sig
    return sig


def _with_cuts(sig: Sig, left: str) -> Sig:
    """The directions with those marked that go on in letters which were not understood.

    ``morning-emng`` was morning and evening: half a direction is a wrong one.
    """
    for name in ("dosage", "frequency", "duration"):
        part: Part | None = getattr(sig, name)
        if part is None:
            continue
        behind, before = sig.line.folded[part.end :], sig.line.folded[: part.start][::-1]
        if (
            _DANGLING.fullmatch(behind)
            or _goes_on(left[part.end :], behind, _GOES_ON)
            or _goes_on(left[: part.start][::-1], before, _COMES_BEFORE)
        ):
            sig = _doubt(sig, name, "cut_direction")
    return sig


def _goes_on(left: str, folded: str, joint: re.Pattern[str]) -> bool:
    """Whether a joint leads on, and behind it letters or figures stand that nothing claimed."""
    match = joint.match(folded)
    if match is None:
        return False
    first = folded[match.end() : match.end() + 1]
    return first.isalnum() and left[match.end() : match.end() + 1] == first


def _doubt(sig: Sig, name: str, reason: str) -> Sig:
    reasons = (*sig.doubts.get(name, ()), reason)
    return replace(sig, doubts={**sig.doubts, name: tuple(dict.fromkeys(reasons))})


def _leave_out(sig: Sig, name: str, part: Part) -> Sig:
    sig = replace(sig, doubtful={name: part, **sig.doubtful})
    return _doubt(sig, name, "ambiguous_sig")


def _of(parts: Iterable[Part], *slots: Slot) -> list[Part]:
    return [part for part in parts if part.slot in slots]


def _touch(line: Line, first: Part, second: Part) -> bool:
    return _NEXT_TO.fullmatch(line.folded, first.end, second.start) is not None


def _with_frequency(sig: Sig) -> Sig:
    often = _of(sig.parts, "frequency", "pairs", "time")
    counted = _of(often, "frequency", "pairs") or often
    if not counted:
        return sig
    start, end = counted[0].start, counted[0].end
    for part in often:  # what follows at once belongs to it: twice daily, morning and evening
        if part.start >= end and _touch(sig.line, Part("frequency", start, end), part):
            end = part.end
    for part in reversed(often):
        if part.end <= start and _touch(sig.line, part, Part("frequency", start, end)):
            start = part.start
    if sig.line.folded[start:end].count("(") > sig.line.folded[start:end].count(")"):
        end += sig.line.folded[end : end + 1] == ")"
    sig = replace(sig, frequency=Part("frequency", start, end))
    texts = {_squeezed(sig.line, part) for part in counted if not start <= part.start < end}
    if texts - {_squeezed(sig.line, part) for part in counted if start <= part.start < end}:
        sig = _doubt(sig, "frequency", "ambiguous_sig")
    apart = any(part.slot == "time" and not start <= part.start < end for part in often)
    if apart and _of(counted, "pairs"):  # a time of day whose amount was not understood
        sig = _doubt(sig, "frequency", "cut_direction")
    if patterns.TIMES_ALONE.fullmatch(sig.line.folded, start, end):
        sig = _doubt(sig, "frequency", "ambiguous_sig")
    if patterns.UNCOUNTED.fullmatch(sig.line.folded, start, end):
        sig = _doubt(sig, "frequency", "cut_direction")
    if any(patterns.CONFUSABLE.fullmatch(sig.line.folded, p.start, p.end) for p in counted):
        sig = _doubt(sig, "frequency", "confusable_abbreviation")
    return sig


def _squeezed(line: Line, part: Part) -> str:
    return "".join(line.folded[part.start : part.end].split())


def _with_dosage(sig: Sig) -> Sig:
    doses = _of(sig.parts, "dosage")
    near = [part for part in doses if _directed(sig, part)]
    # Beside amounts by time of day, an amount of its own is what is handed out.
    least = 1 if _of(sig.parts, "pairs") else HANDED_OUT
    handed = [part for part in doses if part not in near and _count(sig.line, part) >= least]
    doses = [part for part in doses if part not in handed]
    if not near:  # of 500 ml, 2 bottles a day: the volume is what it is sold in
        others = _of(sig.parts, "mass", "container")
        doses = [part for part in others if _directed(sig, part)] or doses
    texts = {_squeezed(sig.line, part) for part in doses}
    if len(texts) == 1:
        alone = not near and not sig.frequency and _count(sig.line, doses[0]) >= _MAYBE_HANDED_OUT
        sig = _leave_out(sig, "dosage", doses[0]) if alone else replace(sig, dosage=doses[0])
    elif len(near) == 1:
        sig = replace(sig, dosage=near[0])
    elif doses:
        sig = _leave_out(sig, "dosage", doses[0])
    sig = _with_quantity(sig, handed)
    if sig.dosage and sig.frequency and _is_total(sig, sig.dosage, sig.frequency):
        sig = _doubt(sig, "dosage", "daily_total")
    return sig


def _with_quantity(sig: Sig, handed: list[Part]) -> Sig:
    containers = [part for part in _of(sig.parts, "container") if part != sig.dosage]
    found = _of(sig.parts, "quantity") or handed or containers
    return replace(sig, quantity=found[0]) if found else sig


def _directed(sig: Sig, dose: Part) -> bool:
    """Whether a verb stands right before an amount, or how often right after it on its row."""
    before = [part for part in _of(sig.parts, "verb", "label") if part.end <= dose.start]
    if before and _touch(sig.line, before[-1], dose):
        return True
    after = _of(sig.parts, "frequency", "time", "ambiguous", "route", "meal")
    next_to = [part for part in after if part.start >= dose.end and _touch(sig.line, dose, part)]
    # What stands at the end of a row is handed out.
    ends = bool(next_to) and "\n" in sig.line.folded[dose.end : next_to[0].start]
    return bool(next_to) and not (ends and _count(sig.line, dose) >= _MAYBE_HANDED_OUT)


def _count(line: Line, part: Part) -> int:
    text = line.folded[part.start : part.end]
    found = _COUNT.search(text)
    return int(found[0]) if found and _SOLID.search(text) and "/" not in text else 0


def _is_total(sig: Sig, dose: Part, often: Part) -> bool:
    daily = re.fullmatch(patterns.DAILY_TOTAL, sig.line.folded[often.start : often.end], re.DOTALL)
    return daily is not None and _count(sig.line, dose) > 1


def _with_duration(sig: Sig) -> Sig:
    found = _of(sig.parts, "duration")
    if len({_squeezed(sig.line, part) for part in found}) == 1:
        sig = replace(sig, duration=found[0])
        nought = _NOUGHT.match(_squeezed(sig.line, found[0]))  # 30 behind a stamp
        return _doubt(sig, "duration", "cut_direction") if nought else sig
    return _leave_out(sig, "duration", found[0]) if found else sig


def _with_ambiguous(sig: Sig) -> Sig:
    for part in _of(sig.parts, "ambiguous"):
        if sig.frequency is None:
            sig = _leave_out(sig, "frequency", part)
        elif sig.duration is None:
            sig = _leave_out(sig, "duration", part)
        if sig.dosage is None and sig.line.folded[part.start].isdigit():
            sig = _leave_out(sig, "dosage", part)
    for part in _of(sig.parts, "unread"):
        if sig.dosage is None:
            sig = _leave_out(sig, "dosage", part)
    return sig


_SLOT_NAMES = ("morning", "noon", "evening", "night")


def _with_schedule(sig: Sig) -> Sig:
    for part in _of(sig.parts, "pairs", "frequency"):
        if part.slot == "pairs":
            schedule = _paired(sig.line, part)
        elif re.fullmatch(patterns.DASHED, sig.line.folded[part.start : part.end]):
            schedule = _dashed(sig.line, part)
        else:
            continue
        sig = replace(sig, schedule=schedule)
        amounts = [p for p in schedule.values() if _squeezed(sig.line, p) != "0"]
        if part.slot == "frequency":  # a code says when: how much of what is not printed
            continue
        if sig.dosage is None and len({_squeezed(sig.line, p) for p in amounts}) == 1:
            sig = replace(sig, dosage=amounts[0])
    if not sig.schedule and sig.dosage and not _of(sig.parts, "frequency"):
        times = [slot for part in _of(sig.parts, "time") for slot in _times_in(sig.line, part)]
        if not {"evening", "night"} <= set(times):  # "le soir au coucher" is one time
            sig = replace(sig, schedule=dict.fromkeys(times, sig.dosage))
    return sig


def _times_in(line: Line, part: Part) -> list[str]:
    found = patterns.ANY_TIME.finditer(line.folded, part.start, part.end)
    return [match.lastgroup for match in found if match.lastgroup]


def _paired(line: Line, part: Part) -> dict[str, Part]:
    """Amounts by time of day, from ``morning 1 evening 1`` or ``1 morning 1 evening``."""
    first = patterns.ANY_TIME.match(line.folded, part.start, part.end)
    leading = patterns.LEADING.match(line.folded, part.start, part.end)
    pattern = patterns.TIME_AMOUNT if first or leading else patterns.AMOUNT_TIME
    schedule: dict[str, Part] = {}
    for match in pattern.finditer(line.folded, part.start, part.end):
        named = patterns.ANY_TIME.match(match["t"])
        if named and named.lastgroup:
            start, end = _trim(line.folded, *match.span("a"))
            schedule.setdefault(named.lastgroup, Part("dosage", start, end))
    return schedule


def _dashed(line: Line, part: Part) -> dict[str, Part]:
    numbers = re.compile(r"½|\d+(?:[.,]5|/2)?").finditer(line.folded, part.start, part.end)
    return {s: Part("dosage", *n.span()) for s, n in zip(_SLOT_NAMES, numbers, strict=False)}


def _with_rest(sig: Sig, parts: tuple[Part, ...]) -> Sig:
    first = {slot: found[0] for slot in ("route", "meal", "prn") if (found := _of(parts, slot))}
    return replace(
        sig, route=first.get("route"), meal=first.get("meal"), as_needed=first.get("prn")
    )

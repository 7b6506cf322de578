"""A prescribed drug as it is printed at the start of a line: number, form, name, strength."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from medicord_ocr.structure.line import Line, alternatives, khmer_pattern
from medicord_ocr.structure.prescriptions.drugs import DrugMatch, match_at
from medicord_ocr.structure.prescriptions.sig import parse_sig
from medicord_ocr.structure.prescriptions.sig_patterns import DASHED, DRUG_FORM, FORM, TAKE_KHMER

#: Why a stretch of text is taken for a drug: a known name, a name one letter off, a strength
#: after a name, or only where it stands (a table column, a numbered list of drugs); the name of
#: an ``unread`` one cannot be made out, but there is a drug.
Evidence = Literal["name", "near_name", "strength", "place", "unread"]

_END = r"(?![a-z])"
_AMOUNT = r"(?:(?<!\S)\d{1,3}(?:[ .,]\d{3})+(?![0-9.,])|\d{1,7}(?:[.,]\d{1,4})?)"
_UNIT = (
    r"(?:(?:mg|mcg|µg|ug|micro(?:grams?|grammes?)|g|gr|grammes?|grams?|ui|iu|mui|miu|m ui|meq|mmol)"
    rf"{_END}|u(?=\s?/\s?ml)|%)"
)
_PER = (
    r"(?:ml|mg|g|doses?|puffs?|sprays?|actuations?|hours?|hr|h|cps?|cpr|tab(?:let)?s?|caps?|sachets?"
    rf"|gelules?|bouffees?|drops?|gouttes?|unidoses?|vials?|flacons?){_END}"
)
#: A strength: 500 mg, 0,5 g, 1 000 000 UI, 125mg/5ml, 500/125 mg, 2 %. A concentration in blood
#: (mg/dL, mmol/L) or a dose by weight or day (mg/kg, mg/j) is none.
STRENGTH = re.compile(
    rf"(?<![0-9.,])(?:{_AMOUNT}\s?{_UNIT}?\s?[/+-]\s?){{0,3}}{_AMOUNT}\s?{_UNIT}"
    rf"(?:\s?/\s?(?:\d{{1,4}}(?:[.,]\d+)?\s?)?{_PER})?(?!\s?/\s?[a-z]{{1,5}}{_END})(?![0-9])"
)
_INSULIN_DOSE = re.compile(rf"\d{{1,3}}\s?(?:ui|iu|u){_END}(?!\s?/)")
_NUMBERED = re.compile(
    r"[^\w\u1780-\u17ff]*(?:(?P<n>\d{1,2})(?:\s(?P=n))?(?:\s?[.)°:,\]]|\s?[-/](?!\s?\d)|\s(?!\s?"
    + FORM
    + r"))(?!\d)"
    r"|(?:[a-f]|[ivx]{1,4})\s?[).]|[*-](?=\s))\s*"
)
# A Khmer number of a list read as a letter: m. for ៣., G. for ៤.
_STRAY = re.compile(r"\W*[^\W\d]\s?[.)]\s*")
_RX = re.compile(r"\W*(?:r\s?[x/]|rp)\s?(?:[/:.]|(?=\s)|$)\s*")
_LABEL = re.compile(
    r"\W*(?:discharge |take[- ]home )?"
    r"(?:medications?|medicines?|drugs?|medicaments?|nom du medicament"
    rf"|{alternatives('ឈ្មោះឱសថ', 'ឈ្មោះថ្នាំ', 'ឱសថ', 'ថ្នាំ')})"
    r"(?:\s?names?)?(?:\s?\d{1,2})?\s?[:.\-]?\s+"
)
_ROUTE_LABEL = re.compile(r"(?:orale?|topical|locale?|per os|p\.?o|voie orale)\s?:\s*")
_VERB = re.compile(
    r"(?:take|give|start|add|continue|apply|use|inhale|instil+|inject|drink|prendre|donner|appliquer"
    r"|mettre|instiller|utiliser|continuer|poursuivre)\s+"
)
_FORMS_KHMER = alternatives("លាប", "គ្រាប់", "ទឹក", "បន្តក់", "ចាក់", "បាញ់", "ម្សៅ", "សុល")
_LEADING_FORM = re.compile(
    r"(?:tab(?:let)?s?|cap(?:sule)?s?|inj(?:ection)?|syr(?:up)?|syp|susp(?:ension)?|cream|drops?"
    r"|oint(?:ment)?|cps?|comp(?:rime)?|gel(?:ule)?|sol|amp|supp|inh(?:aler)?|neb|sirop|sachet|collyre|creme|pommade|gouttes?|spray|lotion"
    r"|eye drops?|ear drops?|ointment)"
    r"(?:\.\s?|\s+)(?=[a-z\u1780-\u17b3])|[tc]\.\s?(?=[a-z]{3})"
    rf"|(?:{khmer_pattern('ថ្នាំ')}\s?)?(?:{_FORMS_KHMER})\s?(?=[a-z])"
)
# Words of a brand behind the one that is known: Systane Ultra, where nothing else follows, and
# NovoRapid FlexPen. Before more words they may be anything (« Smecta Boîte de 30 sachets »).
_TAIL = re.compile(r" [a-z]{3,}(?![^\s,.:;)])(?P<last>(?: [a-z]{3,})?(?:\s{2,}|\s?[-–:(,]|\n|$))?")
_CAPITALS = re.compile(r"[A-Z][a-z]+[A-Z][a-z]+")
_MOST_TAIL = 2
_QUALIFIER = re.compile(
    r"(?:[\s-]?(?:forte|fort|plus|retard|lp|sr|xr|xl|mr|er|cr|la|duo|ds|junior|adultes?|enfants?"
    rf"|nourrissons?|codeine|effervescent|h|hct|mups|fc){_END})+"
)
_FORM_AFTER = re.compile(rf"\s*[(,-]?\s?(?P<f>{DRUG_FORM})\s?\)?(?!\s?/)")
_JOINED = re.compile(r"\s?[+/&]\s?(?P<v>[a-z]{4,})")
_PLUS = re.compile(r"\s?[+/&]\s?")
# A number behind a brand that no single intake has, and nothing that it could count.
_BRAND_NUMBER = re.compile(
    rf"[1-9]\d{{1,3}}(?![\d.,/+-])(?!\s?[-+/x]|\s?(?:{FORM}))|\d{{1,3}}(?=\s{{1,3}}{DASHED})"
)
_DESCRIBED = re.compile(rf",\s?{DRUG_FORM}")
_LOOSE = re.compile(
    r"\s?-?\s?(?P<v>\d{1,4}(?:[.,]\d{1,2})?(?:/\d{1,4}(?:[.,]\d{1,2})?)?)(?![0-9%])"
)
_LETTER = re.compile(r"(?<![a-z])[a-z]$")
# What may be the rest of a strength: a word glued to it; where it has no unit, also a figure, a
# short word behind one, or a unit whose figure was read as a letter (ig for 1g).
_GLUED = re.compile(r"(?<=[a-z0-9])[a-z0-9]+")
_LEFT_OVER = re.compile(
    r"\s?\(?[.,]?\d[\d.,/]*|(?<=\d)\s[a-z]{1,3}(?![a-z])|(?:\s[il|!]?|[.,]\s?)m?g(?![a-z])"
)
_NOT_STRENGTH = re.compile(
    rf"\s?(?:x|fois|times?|/|-|\+|[.,]\d|{FORM}|days?|weeks?|months?|jours?|j|sem|mois|h|[½¼¾]"
    rf"|mg|mcg|µg|g|µ?mol|mmol|meq|ng|pg|ui|iu|(?!{TAKE_KHMER})[\u1780-\u17ff])"
)
# A number with a unit that no strength has: 75 pg where 75 µg was printed.
_UNREAD_STRENGTH = re.compile(r"\s?-?\s?(?P<v>\d{1,4}(?:[.,]\d{1,2})?\s?[a-zµ]{1,3})(?![a-z0-9/])")
_FORM_ALONE = re.compile(rf"{FORM}|{DRUG_FORM}")
_BRACKET = re.compile(r"\s?\((?=[^()]*[a-z\u1780-\u17b3])[^()]{2,40}\)")
_PLAIN_NAME = re.compile(r"[a-z\u1780-\u17b3][^\s:;|=?!]*(?:\s[^\s:;|=?!]+){0,4}", re.DOTALL)
_LETTERS = re.compile(r"[a-z]{3}|[\u1780-\u17b3][^\s]{2}")
#: Most words of a name that is in no vocabulary: Physiomer spray nasal hypertonique.
_NAME_WORDS = 6
#: First words of lines with a measure that is no strength: vital signs and laboratory results.
_MEASURED = re.compile(
    r"(?:weight|poids|height|taille|temp\w*|spo2|sao2|bp|ta|hr|rr|pulse|pouls|glyc\w*|hb\w*|hct"
    r"|creatin\w*|urea|uree|blood|fbs|rbs|bmi|imc|age|total|dose|take|max\w*|protein\w*|glucose"
    rf"|albumin\w*|bilirubin\w*|cholesterol|hemoglobin\w*|wbc|rbc|plt|crp|tsh|result\w*){_END}"
)


@dataclass(frozen=True, slots=True)
class Medication:
    """Where a drug's name and strength stand on a line, as folded offsets.

    Attributes:
        start, end: the medication: name with its strength, and a form printed between them.
        drug_end: end of the name alone.
        strength: the strength, None where none is printed.
        form: the form where it is printed as the drug's own, before or after.
        rest: where the directions begin.
        evidence: why it is taken for a drug.
        match: the known name, None for others.
        number: its number in a list, None without one.
        loose: a number after the name with no unit, which may be strength or dose.
    """

    start: int
    end: int
    drug_end: int
    strength: tuple[int, int] | None
    form: tuple[int, int] | None
    rest: int
    evidence: Evidence
    match: DrugMatch | None = None
    number: int | None = None
    loose: tuple[int, int] | None = None


def parse_medication(line: Line, *, placed: bool = False) -> Medication | None:
    """The drug that a line begins with, or None.

    Args:
        line: the words of a row, or of a table's cell.
        placed: whether its place (a column headed "drug") already says that it is one.
    """
    brand = brand_above(line) if placed else None
    if brand is not None:
        return brand
    number, start = _number(line.folded)
    label = _LABEL.match(line.folded, start)
    if label is not None:
        start, number = label.end(), number or 0
    found = _medication_at(line, start, placed=placed, numbered=number is not None)
    leading = _LEADING_FORM.match(line.folded, start)
    if found is None and leading is not None:
        found = _medication_at(line, leading.end(), placed=False, numbered=True)
        found = found and replace(found, form=found.form or leading.span())
    stray = _STRAY.match(line.folded) if found is None or found.match is None else None
    if stray is not None and (match := match_at(line, stray.end(), near=False)) is not None:
        found = _known(line, match)
    if found is None and placed:
        found = _unnamed(line, leading.end() if leading else start)
        found = found and replace(found, form=leading.span() if leading else None)
    return replace(found, number=number) if found else None


def brand_above(line: Line) -> Medication | None:
    """The brand on the first row of a cell that names on the next what it is made of."""
    first, _, below = line.folded.partition("\n")
    match = match_at(line, len(first), near=False) if below else None
    if match is None or first.rstrip().endswith(tuple("+/-,&")):
        return None
    content = _known(line, match)
    brand = parse_medication(line.part(0, len(first)), placed=True)
    if content.strength is None or brand is None or brand.start > len(first):
        return None
    if brand.match is not None and brand.match.drug.generic != match.drug.generic:
        return None
    return replace(brand, rest=content.rest)


def unknown_medication(line: Line) -> Medication | None:
    """A proper name at the start of a line, of which nothing is a direction or a measure."""
    found = parse_medication(line, placed=True)
    if found is None or found.evidence not in ("place", "name", "near_name"):
        return None
    name = line.folded[found.start : found.end]
    letters = len(name.rstrip(" 0123456789"))
    parts = parse_sig(line, found.start).parts
    claimed = any(
        part.start < found.start + letters
        and (part.slot != "route" or part.start == found.start)  # LANSOYL gel oral
        for part in parts
    )
    named = len(name.split()) <= _NAME_WORDS and _is_name(line, found.start, found.end)
    return found if named and not claimed else None


def unread_medication(line: Line) -> Medication:
    """A drug whose place is known but whose name was not read: its strength, where there is one."""
    number, start = _number(line.folded)
    strength = _strength(line.folded, start, None)
    rest = strength[1] if strength else start
    return Medication(start, start, start, strength, None, rest, "unread", number=number)


def list_number(line: Line) -> int | None:
    """The number that a line begins with as an item of a list, None without one."""
    return _number(line.folded)[0]


def begins_with_strength(line: Line) -> bool:
    """Whether a line begins with a strength, or with a form and a strength: 25 mg, comprimé."""
    start = len(line.folded) - len(line.folded.lstrip(" -–(,"))
    form = _FORM_AFTER.match(line.folded, start)
    strength = STRENGTH.match(line.folded, start)
    if strength is None and form is not None:
        rest = line.folded[form.end() :]
        strength = STRENGTH.match(rest, len(rest) - len(rest.lstrip(" -–(,")))
    return strength is not None


def _number(folded: str) -> tuple[int | None, int]:
    start, number = 0, None
    for pattern in (_RX, _NUMBERED, _RX, _ROUTE_LABEL, _VERB):
        match = pattern.match(folded, start)
        if match:
            start = match.end()
            number = int(match["n"]) if match.groupdict().get("n") else number
    while start < len(folded) and not (folded[start].isalnum() or folded[start] in "(½"):
        start += 1
    return number, start


def _medication_at(line: Line, start: int, *, placed: bool, numbered: bool) -> Medication | None:
    leading = _LEADING_FORM.match(line.folded, start)
    name = leading.end() if leading else start
    match = match_at(line, name)
    if match is not None:
        found = _known(line, match)
        return replace(found, form=found.form or leading.span()) if leading else found
    strength = _strength(line.folded, name, None)
    if strength is None or strength[0] <= name:
        return None
    printed = line.folded[name : strength[0]]
    if not placed and not _is_name(line, name, strength[0], listed=numbered or leading is not None):
        return None
    end = name + len(printed.rstrip(" \n-,.("))
    if not _LETTERS.search(printed) or parse_sig(line.part(name, end)).directs:
        return None
    found = _finish(line, name, end, strength, "strength", None)
    return replace(found, form=found.form or leading.span()) if leading else found


def _is_name(line: Line, start: int, end: int, *, listed: bool = False) -> bool:
    text = line.folded[start:end].strip(" \n-,.(")
    first = line.printed(start, start + 1)
    proper = listed or first.isupper() or "\u1780" <= first <= "\u17ff"
    return bool(proper and _PLAIN_NAME.fullmatch(text) and not _MEASURED.match(text))


def _strength(folded: str, start: int, match: DrugMatch | None) -> tuple[int, int] | None:
    found = STRENGTH.search(folded, start)
    if found is None:
        return None
    insulin = match is not None and match.drug.generic.startswith("insulin")
    if insulin and _INSULIN_DOSE.fullmatch(found[0].rstrip()):
        return None
    return found.start(), found.end()


def _known(line: Line, match: DrugMatch) -> Medication:
    folded = line.folded
    evidence: Evidence = "name" if match.exact else "near_name"
    strength = _strength(folded, match.end, match)
    if strength and _belongs(line, match.end, strength[0]):
        return _finish(line, match.start, match.end, strength, evidence, match)
    end = match.end
    second = match_at(line, end, near=False)  # Insulin Mixtard
    if second is not None and not folded[end : second.start].strip():
        end = second.end
    for pattern in (_BRACKET, _QUALIFIER):
        more = pattern.match(folded, end)
        end = more.end() if more and not _claims(line, *more.span()) else end
    end = _with_tail(line, _with_joined(line, end))
    found = _finish(line, match.start, end, None, evidence, match)
    loose = _LOOSE.match(folded, end) if found.form is None else None
    if loose is None or _NOT_STRENGTH.match(folded, loose.end()):
        unread = _UNREAD_STRENGTH.match(folded, end) if found.form is None else None
        if unread is None or _claims(line, *unread.span("v")):
            return found
        return replace(found, rest=unread.end(), loose=unread.span("v"))
    after = folded[loose.end() :].lstrip(" ,-")
    if len(loose["v"]) > 1 or not after or after[0].isdigit() or after[0] in "½¼¾":
        found = _finish(line, match.start, loose.end("v"), None, evidence, match)
        return replace(found, drug_end=end)
    return replace(found, rest=loose.end(), loose=loose.span("v"))


def _with_joined(line: Line, end: int) -> int:
    """The end of a name with those that are joined to it by a plus or a stroke."""
    while (joined := _JOINED.match(line.folded, end)) and not _claims(line, *joined.span("v")):
        end = joined.end()
    return end


def _with_tail(line: Line, end: int) -> int:
    """The end of a name with the capitalised words right behind it that say nothing else."""
    for _ in range(_MOST_TAIL):
        tail = _TAIL.match(line.folded, end)
        if tail is None:
            break
        close = tail.end() - len(tail["last"] or "")
        word = line.printed(end + 1, close)
        if not (word[:1].isupper() if tail["last"] is not None else _CAPITALS.fullmatch(word)):
            break
        if _FORM_ALONE.match(line.folded[end + 1 : close]) or _claims(line, end, close):
            break
        end = close
    return end


def is_cut(line: Line, found: Medication) -> bool:
    """Whether a figure or letters that no direction claims go on where a drug's strength ends.

    ``50`` of « Amoxicillin 50O mg » is no strength, nor is « Bisoprolol 2 .5 mg » without one.
    A letter at its beginning may be a figure: « S00 mg ».
    """
    if found.strength and _LETTER.search(line.folded[found.drug_end : found.strength[0]]):
        return True
    if found.loose is not None or found.form is not None:
        return False
    left = _GLUED.match(line.folded, found.end)
    if left is None and found.strength is None:
        left = _LEFT_OVER.match(line.folded, found.end)
    return left is not None and not _claims(line, *left.span())


def _claims(line: Line, start: int, end: int) -> bool:
    """Whether a stretch is, or begins, a direction."""
    return any(part.start < end and part.end > start for part in parse_sig(line, start).parts)


def _belongs(line: Line, start: int, end: int) -> bool:
    """Whether what stands between a name and a strength is still the name of the drug."""
    between = line.folded[start:end]
    if len(between) > 40 or len(between.split()) > 5 or ":" in between:
        return False
    if not between.strip(" \n-,.()"):
        return True
    if not any(char.isalnum() for char in between):
        return not between.strip(" \n-,.()/|")
    inside = line.part(start, start + len(between.rstrip(" (")))  # not the strength's own word
    return not inside.words or not parse_sig(inside).directs


def _finish(
    line: Line,
    start: int,
    drug_end: int,
    strength: tuple[int, int] | None,
    evidence: Evidence,
    match: DrugMatch | None,
) -> Medication:
    if strength is not None and (whole := _combined(line, strength[1])) > strength[1]:
        strength, drug_end = (strength[0], whole), whole
    end = strength[1] if strength else drug_end
    after = _FORM_AFTER.match(line.folded, end)
    form = after.span("f") if after else None
    rest = after.end() if after else end
    return Medication(start, end, drug_end, strength, form, rest, evidence, match)


def _combined(line: Line, end: int) -> int:
    """The end of a strength with those of the other drugs that are joined to it by a plus."""
    while (plus := _PLUS.match(line.folded, end)) is not None:
        match = match_at(line, plus.end(), near=False)
        strength = STRENGTH.match(line.folded, match.end + 1) if match else None
        if match is None or match.start != plus.end() or strength is None:
            break
        end = strength.end()
    return end


def _unnamed(line: Line, start: int) -> Medication | None:
    """A drug known by its place alone: all up to the first direction."""
    sig = parse_sig(line, start)
    slots = ("dosage", "frequency", "duration", "quantity", "pairs", "time", "ambiguous")
    if any(part.slot in slots and part.start == start for part in sig.parts):
        return None  # a numbered line of directions
    stops = [part.start for part in sig.parts if part.slot in slots and part.start > start]
    rest = min(stops, default=len(line.folded))
    if rest < len(line.folded) and (number := _BRAND_NUMBER.match(line.folded, rest)):
        rest = number.end()  # Azithral 500: no dose has so many
    described = _DESCRIBED.search(line.folded, start, rest)
    end = described.start() if described else rest
    end = start + len(line.folded[start:end].rstrip(" \n-–:,;.("))
    name = line.folded[start:end]
    if not _LETTERS.search(name) or _FORM_ALONE.fullmatch(name):
        return None
    return Medication(start, end, end, None, None, rest if described else end, "place")

"""Headings of prescription tables: what each says its column holds, in three languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from medicord_ocr.khmer import digits, fold, has_khmer, script_runs
from medicord_ocr.page import Box, Row, Segment, Word, bounding
from medicord_ocr.structure.labels import skeleton

Column = Literal[
    "number", "drug", "strength", "form", "dose", "frequency", "duration", "quantity", "sig",
    "route", "meal", "note", "morning", "noon", "evening", "night", "other",
]  # fmt: skip
TIME_COLUMNS: tuple[Column, ...] = ("morning", "noon", "evening", "night")
#: Columns that say how a drug is taken.
SAYING: frozenset[Column] = frozenset(
    ("strength", "dose", "frequency", "duration", "quantity", "sig", "route", *TIME_COLUMNS)
)
#: Headings as printed; matched folded and without spaces, one wrong letter in six forgiven.
HEADINGS: Mapping[Column, str] = {
    "number": "ល.រ;លរ;No;N°;Nº;Nr;#;S/N;SN;Sr No;Sl No;Num;លេខរៀង",
    "drug": "ឈ្មោះឱសថ;ឈ្មោះថ្នាំ;ឱសថ;ថ្នាំ;ប្រភេទថ្នាំ;មុខថ្នាំ;ឈ្មោះឱសថ និងកម្រិត;បរិយាយ;ឱសថនិងកម្លាំង;"
    "ឈ្មោះឱសថ និងកម្លាំង;ឈ្មោះថ្នាំ និងកម្លាំង;"
    "Drug;Drugs;Drug name;Name of drug;Medicine;Medicines;Medicine name;Name of medicine;"
    "Medication;Medications;Medication name;Generic name;Treatment;Item;Drug and strength;"
    "Drug name and strength;Médicament;Médicaments;Nom du médicament;Désignation;Produit;"
    "Nom des médicaments;Traitement;Spécialité;Prescription;Rx;Name of medication;Brand name;"
    "Nom commercial;DCI;Description of drug;Drug description;Médicaments prescrits;Libellé",
    "strength": "Strength;Concentration;កម្លាំង;កំលាំង;Force",
    "form": "Unit;Unité;ឯកតា;Form;Forme;Type;Dosage form;Forme galénique;ទម្រង់;ទំរង់",
    "dose": "Dose;Dosage;Dose per intake;Amount;កម្រិត;កំរិត;កម្រិតប្រើ;កំរិតប្រើ;ដូស;Dose/prise;"
    "ម្តង;Per dose;Each dose;Dose each time;Dose per time;Unit dose;Dose par prise;"
    "Quantité par prise;ចំនួនក្នុងមួយដង;ក្នុងមួយដង;មួយដង;ចំនួនម្តង",
    "frequency": "Freq;Freq.;Frequency;Fréquence;Times/day;Times per day;Times a day;Fois/jour;"
    "Fois par jour;Prises;Prises/jour;ញឹកញាប់;ភាពញឹកញាប់;ចំនួនដង;ដង/ថ្ងៃ;ចំនួនដងក្នុងមួយថ្ងៃ;"
    "ចំនួនដង/ថ្ងៃ;ដងក្នុងមួយថ្ងៃ;Interval;Rythme;ប្រេកង់;How often;Nb prises;Nb de prises;"
    "Nbre de prises;Nombre de prises;Nb prises/jour;Prises par jour;Fréq;Schedule",
    "duration": "Duration;Durée;Days;No of days;Number of days;Jours;Nb de jours;Nb jours;"
    "Nbre de jours;Nombre de jours;"
    "Dur;Durée du traitement;Durée de traitement;Treatment duration;How long;Day(s);Jour(s);"
    "No days;រយៈពេលប្រើ;រយៈពេលព្យាបាល;រយៈពេល;រយះពេល;ចំនួនថ្ងៃ;Period;Length",
    "quantity": "Qty;Qty.;Quantity;Qté;Qté.;Quantité;Qte;Qnty;ចំនួន;បរិមាណ;ចំនួនសរុប;សរុប;Total;"
    "Total qty;Nb;Nombre;Disp;Dispense;Dispensed;Quantité totale;Number",
    "sig": "វិធីប្រើ;វិធីប្រើប្រាស់;របៀបប្រើ;របៀបប្រើប្រាស់;ការប្រើប្រាស់;ការណែនាំ;ការប្រើ;Usage;Use;"
    "Direction;Directions;Directions for use;Instruction;Instructions;How to use;How to take;"
    "Posologie;Mode d'emploi;Sig;Signa;Dosage and instructions;Dose and frequency;"
    "Posologie et durée;Administration;Dosage instructions;Instructions for use;Utilisation;Prise;"
    "របៀបលេប;វិធីលេប;ការលេប",
    "route": "Route;Voie;Voie d'administration;ផ្លូវ;ផ្លូវប្រើ",
    "meal": "Meal;Meals;Repas;Food;Before/after meal;អាហារ",
    "note": "ផ្សេងៗ;សម្គាល់;កំណត់សម្គាល់;Note;Notes;Remark;Remarks;Remarque;Remarques;Observation;"
    "Observations;Comment;Comments;Other;Others;Autres",
    "morning": "ព្រឹក;ពេលព្រឹក;Morning;Morn;Matin;Mat;AM;Breakfast;Petit déjeuner;Petit déj",
    "noon": "ថ្ងៃត្រង់;ថ្ងៃ;ពេលថ្ងៃ;រសៀល;Noon;Midday;Afternoon;Midi;Lunch;"
    "Déjeuner;Après-midi;Noontime",
    "evening": "ល្ងាច;ពេលល្ងាច;Evening;Even;Eve;Soir;PM;Dinner;Supper;Dîner",
    "night": "យប់;ពេលយប់;ពេលគេង;គេង;ចូលគេង;មុនគេង;ពេលចូលគេង;មុនចូលគេង;Night;Bedtime;At bedtime;Bed;Nuit;"
    "Coucher;Au coucher;HS",
}  # fmt: skip
# What joins two headings of one column: Drug & strength, Médicament et dosage.
_JOINED = re.compile(r"\s?&\s?|\s(?:and|et)\s|\s?និង\s?")
_BRACKETS = re.compile(r"\([^()]*\)?")
# The hour beside a time of day: ព្រឹក 7h, Matin 8h.
_AT_HOUR = re.compile(r"(?<![\d-])\d{1,2}\s?h(?:00|30)?(?![\w-])")
_HOURS = re.compile(r"\(?\s*\d{1,2}\s*h?\s*[-–]\s*\d{1,2}\s*h?\s*\)?")
# The hours that public hospitals print under the times of day (patterns.md section 1).
_SLOT_HOURS: tuple[tuple[re.Pattern[str], Column], ...] = (
    (re.compile(r"\(0?6-0?8\)"), "morning"),
    (re.compile(r"\(11-12\)"), "noon"),
    (re.compile(r"\((?:0?5-0?6|17-18)\)"), "evening"),
    (re.compile(r"\((?:0?8-10|20-22)\)"), "night"),
)
#: Times of day by the initials of their headings from left to right. A sequence that is not here
#: (M, E, N: two letters of it name two times each) is not guessed at.
_INITIALS: Mapping[str, tuple[Column, ...]] = {
    **dict.fromkeys(("mne", "mae", "mms"), TIME_COLUMNS[:3]),
    **dict.fromkeys(("mneb", "mnen", "mneh", "maeb", "maen", "mmsc", "mmsn", "mmsd"), TIME_COLUMNS),
}
_HOUR = re.compile(r"(?P<h>\d{1,2})\s?(?:(?:[:h]\s?00)?\s?(?P<half>am|pm)|h(?:eures?|00)?|:00)")
#: The last hour of each time of day, for columns headed with the hour of an intake.
_UNTIL: tuple[tuple[int, Column], ...] = (
    (10, "morning"), (14, "noon"), (19, "evening"), (23, "night"),
)  # fmt: skip
_KHMER_DAYS = re.compile("ថ្ងៃ?$")
_DAYS = re.compile(r"\W*(?:days|jours|ថ្ងៃ)\W*")
_NEAR_HEADING = 6
# Headings that may stand over the times of day.
_SPANNING: frozenset[Column] = frozenset(("sig", "dose", "frequency"))
#: Consonants that a Khmer heading must have to be known by them alone.
_CONSONANTS = 3
#: Longest heading in characters; no cell of that length is looked up.
_HEADING_LETTERS = 48


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: what it holds and the horizontal stretch its heading covers.

    ``unit`` is the heading's word for days where it is headed by one.
    """

    column: Column
    box: Box
    unit: Word | None = None


def known_columns(headings: Sequence[Heading]) -> set[Column]:
    """The columns that headings name."""
    return {heading.column for heading in headings} - {"other"}


def is_heading(headings: Sequence[Heading]) -> bool:
    """Whether headings are those of a table of drugs: a drug with how it is taken, or times."""
    kinds = {heading.column for heading in headings} - {"other"}
    saying = kinds & SAYING
    times = kinds & set(TIME_COLUMNS)
    if "drug" in kinds:
        return bool(saying)
    return len(times) >= 3 or (len(kinds) >= 3 and len(saying) >= 3)


def with_drug(headings: list[Heading]) -> list[Heading]:
    """The headings with the drug's own, where it could not be read."""
    if any(heading.column == "drug" for heading in headings):
        return headings
    # An unreadable heading over the first column that is not the number: the drug's own.
    for i, heading in enumerate(headings):
        if heading.column == "other":
            return [*headings[:i], Heading("drug", heading.box), *headings[i + 1 :]]
        if heading.column != "number":
            break
    return headings


def with_time_between(headings: list[Heading]) -> list[Heading]:
    """An unreadable heading between two times of day that leave one time between them.

    So is one at either end of four columns whose other three are the times that follow or precede.
    """
    ordered = sorted(headings, key=lambda heading: heading.box.x0)
    for left, middle, right in zip(ordered, ordered[1:], ordered[2:], strict=False):
        if middle.column == "other" and {left.column, right.column} <= set(TIME_COLUMNS):
            gap = TIME_COLUMNS.index(left.column), TIME_COLUMNS.index(right.column)
            if gap[1] - gap[0] == 2:
                ordered[ordered.index(middle)] = Heading(TIME_COLUMNS[gap[0] + 1], middle.box)
    columns = tuple(heading.column for heading in ordered)
    if columns == ("other", *TIME_COLUMNS[1:]):
        ordered[0] = replace(ordered[0], column=TIME_COLUMNS[0])
    if columns == (*TIME_COLUMNS[:-1], "other"):
        ordered[-1] = replace(ordered[-1], column=TIME_COLUMNS[-1])
    return ordered


def headings_of(row: Row) -> list[Heading]:
    """The headings of a row, from left to right; ``other`` where one is not known."""
    found: list[Heading] = []
    for segment in row.segments:
        found += _segment_headings(segment)
    return _clock(row, _initials(row, _in_order(_once(found))))


def _in_order(found: list[Heading]) -> list[Heading]:
    """The headings with a second one of noon, the afternoon's, as the time that follows.

    Morning, Noon, Afternoon, Evening are the four times of a day; what stands behind the evening
    or is one time too many is unknown (ថ្ងៃ also heads days).
    """
    times = [heading for heading in found if heading.column in TIME_COLUMNS]
    columns = [heading.column for heading in times]
    if columns.count("noon") < 2:
        return found
    again = columns.index("noon", columns.index("noon") + 1)
    moved: dict[Box, Column] = {times[again].box: "other"}
    if columns in (["morning", "noon", "noon"], ["morning", "noon", "noon", "night"]):
        moved = {times[again].box: "evening"}
    elif columns == ["morning", "noon", "noon", "evening"]:
        moved = {times[again].box: "evening", times[again + 1].box: "night"}
    return [replace(h, column=moved.get(h.box, h.column)) for h in found]


def _once(found: list[Heading]) -> list[Heading]:
    """The headings with those of further columns of quantities unknown: Qty, Price, Total."""
    quantities = [heading for heading in found if heading.column == "quantity"]
    return [
        replace(heading, column="other") if heading in quantities[1:] else heading
        for heading in found
    ]


def _initials(row: Row, found: list[Heading]) -> list[Heading]:
    """Columns headed M, N, E, N or M, M, S, C: times of day where three or more stand together."""
    letters = [segment.text.strip(". ").lower() for segment in row.segments]
    single = [i for i, text in enumerate(letters) if len(text) == 1 and text.isalpha()]
    times = _INITIALS.get("".join(letters[i] for i in single))
    if times is None or single != list(range(single[0], single[-1] + 1)):
        return found
    return _headed(row, found, dict(zip(single, times, strict=True)))


def _clock(row: Row, found: list[Heading]) -> list[Heading]:
    """Columns headed with hours (8 AM, 12 PM; 8h, 12h, 18h): times of day where all are plain."""
    hours = {i: at for i, s in enumerate(row.segments) if (at := hour(s.text)) is not None}
    times = {i: next(slot for last, slot in _UNTIL if at <= last) for i, at in hours.items()}
    in_order = list(hours.values()) == sorted(hours.values())
    if len(times) < 2 or not in_order or len(set(times.values())) < len(times):
        return found
    return _headed(row, found, times)


def hour(text: str) -> int | None:
    """The hour (0-23) that a heading names, None where it is none."""
    match = _HOUR.fullmatch(digits(text).strip().lower().replace(".", ""))
    if match is None:
        return None
    printed, half = int(match["h"]), match["half"]
    if half:
        return printed % 12 + (12 if half == "pm" else 0) if 1 <= printed <= 12 else None
    return printed if printed < 24 else None


def _headed(row: Row, found: list[Heading], times: Mapping[int, Column]) -> list[Heading]:
    """The headings with those segments of the row, by index, as times of day."""
    boxes = {i: row.segments[i].cell or row.segments[i].box for i in times}
    kept = [heading for heading in found if heading.box not in boxes.values()]
    return kept + [Heading(slot, boxes[i]) for i, slot in times.items()]


def _segment_headings(segment: Segment) -> list[Heading]:
    box = segment.cell or segment.box
    if segment.cell is None and len(segment.words) > 1:
        parts = _split_headings(segment.words)
        # One heading in two languages names one column.
        if len(known_columns(parts)) > 1:
            return parts
    whole = heading_of(segment.text)
    return [Heading(whole or "other", box, _unit(segment.words) if whole else None)]


def _unit(words: Sequence[Word]) -> Word | None:
    """The word for days in a heading: what the bare numbers under it count."""
    for word in words:
        if _DAYS.fullmatch(word.text.casefold()):
            return replace(word, text=word.text.strip("()[].,:"))
        if together := _KHMER_DAYS.search(word.text):  # ចំនួនថ្ងៃ, its last vowel often lost
            return replace(word, text=together[0])
    return None


def _split_headings(words: Sequence[Word]) -> list[Heading]:
    """Headings that stand so close that they were taken for one segment, each word accounted."""
    found: list[Heading] = []
    at = 0
    while at < len(words):
        for count in (3, 2, 1):
            part = words[at : at + count]
            text = " ".join(word.text for word in part)
            column = _aliases().get(_key(text)) if count > 1 else heading_of(text, near=False)
            if column is not None and len(part) == count:
                box = part[0].box.union(part[-1].box)
                found.append(Heading(column, box, _unit(part)))
                at += count
                break
        else:
            return []
    return found


def sub_headings(row: Row) -> list[Heading] | None:
    """The times of day (or their hours) under a heading, None where the row is none of that."""
    for timed in (_initials(row, []), _clock(row, [])):
        if len(timed) == len(row.segments):
            return timed
    found: list[Heading] = []
    for segment in row.segments:
        parts = _segment_headings(segment)
        beside = _HOURS.fullmatch(segment.text.strip()) or _is_bracket(segment.text)
        if not beside or all(part.column != "other" for part in parts):
            found += parts
    times = [heading for heading in found if heading.column in TIME_COLUMNS]
    unread = [heading for heading in found if heading.column == "other"]
    # One of them that was not read among the others: its place says which it is.
    if unread and (len(times) < 2 or len(times) + 1 < len(found)):
        return None
    return with_time_between(_in_order(found))


def _is_bracket(text: str) -> bool:
    return text.startswith("(") and text.endswith(")")


def merged_headings(headings: list[Heading], more: list[Heading]) -> list[Heading]:
    """Headings with those of a row below them in the place of the one that spans these."""
    kept = []
    for heading in headings:
        inside = [m for m in more if heading.box.x0 <= m.box.centre <= heading.box.x1]
        # Posology over morning: the heading of all the times, set to the left.
        timed = any(m.column in TIME_COLUMNS for m in inside) and heading.column in _SPANNING
        if len(inside) < 2 and not (timed or (inside and heading.column == "other")):
            kept.append(heading)
    known = {heading.column for heading in kept}
    # រយៈពេល over Duration (days)
    units = {m.column: m.unit for m in more if m.unit is not None}
    kept = [replace(h, unit=h.unit or units.get(h.column)) for h in kept]
    return kept + [heading for heading in more if heading.column not in known]


def without_spanning(headings: list[Heading]) -> list[Heading]:
    """The headings without the one over the times of day as a whole, however narrow it is."""
    times = [heading.box for heading in headings if heading.column in TIME_COLUMNS]
    if len(times) < 2:
        return headings
    across = bounding(times)
    return [
        h for h in headings if h.column not in _SPANNING or not across.x0 < h.box.centre < across.x1
    ]


def heading_of(text: str, *, near: bool = True) -> Column | None:
    """What a heading says its column holds, None where it is not known."""
    if len(text) > _HEADING_LETTERS:
        return None
    plain = _AT_HOUR.sub(" ", _BRACKETS.sub(" ", text))
    parts = dict.fromkeys([plain, *re.split(r"[/|\n]", plain)])
    if has_khmer(plain):
        parts |= dict.fromkeys(run for _, run in script_runs(plain))
    for part in parts:
        column = _aliases().get(_key(part))
        if column is not None:
            return column
    if (column := _joined(plain)) is not None:
        return column
    hours = digits(text).replace(" ", "").replace("–", "-")
    for pattern, slot in _SLOT_HOURS:
        if pattern.search(hours):
            return slot
    if has_khmer(text) and (column := _by_consonants(plain)):
        return column
    keys = dict.fromkeys(key for part in parts if len(key := _key(part)) >= _NEAR_HEADING)
    return next(filter(None, map(_near_heading, keys)), None) if near else None


def _joined(text: str) -> Column | None:
    """The column of two headings joined by « and »: the drug with its strength, or directions."""
    parts = _JOINED.split(text)
    columns = [_aliases().get(_key(part)) for part in parts]
    if len(parts) < 2 or None in columns:
        return None
    return "drug" if "drug" in columns else "sig"


def _by_consonants(text: str) -> Column | None:
    """The one column whose Khmer heading has these consonants: marks are lost first."""
    bones = skeleton(text)
    return _bones().get(bones) if len(bones) >= _CONSONANTS else None


@cache
def _bones() -> Mapping[str, Column | None]:
    """Columns by the consonants of their Khmer headings, None where two columns share them."""
    found: dict[str, Column | None] = {}
    for alias, column in _aliases().items():
        if has_khmer(alias):
            bones = skeleton(alias)
            found[bones] = column if found.get(bones, column) == column else None
    return found


def _near_heading(key: str) -> Column | None:
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    reach = 1 if len(key) < 10 else 2
    found = process.extract(
        key, _long_aliases(), scorer=Levenshtein.distance, score_cutoff=reach, limit=3
    )
    columns = {_aliases()[alias] for alias, _, _ in found}
    return columns.pop() if len(columns) == 1 else None


@cache
def _long_aliases() -> tuple[str, ...]:
    return tuple(alias for alias in _aliases() if len(alias) >= _NEAR_HEADING)


def _key(text: str) -> str:
    plain = text.strip(" .:").lower()
    if plain in ("n°", "nº", "#", "№", "s/n"):
        return "no"
    return fold(text).replace(" ", "")


@cache
def _aliases() -> Mapping[str, Column]:
    return {
        _key(alias): column
        for column, aliases in HEADINGS.items()
        for alias in aliases.split(";")
        if _key(alias)
    }

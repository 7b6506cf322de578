"""The laboratory tests that are known, and what a printed name can mean.

Names are matched folded. Short ones only exactly: ``LDI`` is as near to LDH as to LDL, ``FT8``
to FT3 as to FT4. One name often means several tests (``Neutrophils`` in % or absolute,
``Leucocytes`` of blood or urine, ``TP`` the prothrombin rate or the total protein): the unit and
the section decide (:func:`choose_test`), and where they do not, none is chosen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

from rapidfuzz import fuzz, process

from medicord_ocr.khmer import fold, has_khmer
from medicord_ocr.structure.labs.units import LabUnit, find_unit, is_unit

#: Longest name, without spaces, that is matched exactly only.
EXACT_UP_TO = 5
#: Least likeness (0-100, rapidfuzz ratio) of a longer name, and its distance to the next test.
#: Of 1,247 names read from 86 documents of the development corpus, 22 needed it; none went wrong.
FUZZY_AT_LEAST = 86.0
FUZZY_MARGIN = 6.0
_URINE_TESTS = frozenset({"microalbumin", "acr", "hcg_urine"})
_URINE = re.compile(
    r"\b(?:urines?|urinary|urinaires?|dipstick|bandelette|strip|culot|sediment)\b|ទឹកនោម"
)
# Words that make another test of a name that holds a known one.
_GUARDS = re.compile(
    r"\b(?:ratio|rapport|index|indice|non|anti|libre|free|ioni[sz]ed|ionise|clearance|clairance|"
    r"24 ?h|lcr|csf|ascite|ascites|pleural|pleurale|stool|selles|saturation|fraction|iso|"
    r"electrophoresis|electrophorese|temoin|controle?|normal)\b"
)
# Khmer vowels, signs and the coeng: what is not a consonant.
_MARKS = re.compile("[\u17b4-\u17d3\u17dd]")
_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]?")
# What, alone in brackets, makes another test of the name before it.
_KINDS = re.compile(
    r"direct|directe|indirect|indirecte|conjugated|conjuguee|total|totale|fetal|foetal|fetale|"
    r"post|pp|[12] ?h|[12] ?hours?|random|fasting|a? ?jeun|absolute|abs|a2|e|f|o|igg|igm|iga"
)
# A letter behind a name (protein S, hepatitis B) is a part of it.
_LETTERED = re.compile(r"[a-z]{4} [a-z]$")
# What readers take one another for, and in how many places of a name at most.
_CONFUSED = {"0": "O", "O": "0", "o": "0", "1": "lI", "l": "1I", "i": "1"}
_MOST_CONFUSED = 3
_LETTER_OF = {"0": "o", "1": "l", "5": "s"}
_DIGIT_IN_WORD = re.compile(r"(?<=[a-z])[015](?=[a-z])")
# Plasma or serum behind an analyser's short name: GOT-P.
_SPECIMEN = re.compile(r"([A-Z]{2,5}) ?- ?[PS]")
# Words around a name that change nothing: specimen, kind of figure.
_PADDING = re.compile(
    r"\b(?:serum|serique|seriques|sanguine?s?|sang|blood|plasma|plasmatique|level|levels|dosage|test|"
    r"taux de|taux d|dosage de|total count|quantitative|quantitatif|qualitative|qualitatif|whole|"
    r"veineux|veineuse|patiente?|malade|rapid|rapide|rdt|tdr|titre|titer|count|"
    r"numeration|en ligne)\b"
)


@dataclass(frozen=True, slots=True)
class LabTest:
    """A laboratory test.

    Attributes:
        key: our own short name.
        loinc: its code in its own unit, None where there is none.
        ucum: its own unit as UCUM code, None for tests answered in words.
        units: all units that it may carry, its own first.
        low, high: plausible limits in its own unit, wider than any reference range: outside
            them the reading or the unit is almost surely wrong. None when unknown.
    """

    key: str
    loinc: str | None
    ucum: str | None
    units: tuple[LabUnit, ...]
    low: float | None
    high: float | None

    @property
    def urine(self) -> bool:
        """Whether it is done on urine."""
        return self.key.startswith("u_") or self.key in _URINE_TESTS

    @property
    def unitless(self) -> bool:
        """Whether its result is a number that is printed without a unit."""
        return (
            self.ucum is not None
            and (self.ucum[0] == "{" or self.ucum == "[pH]")
            and ("/" not in self.ucum)
        )

    @property
    def per_field(self) -> bool:
        """Whether it is counted per microscope field, so that ``2-4`` is a result."""
        return self.ucum in {"/[HPF]", "/[LPF]"}

    @property
    def titred(self) -> bool:
        """Whether its result may be a titre (``1/160``)."""
        return self.key.startswith(("widal", "syphilis", "ana", "aso", "rf"))


@dataclass(frozen=True, slots=True)
class Match:
    """What a printed name can mean.

    Attributes:
        tests: the tests that bear this name; one or more.
        exact: whether the name is in the vocabulary as printed, or only like it.
        partly: whether more words stand beside those that are known, without a sign between.
    """

    tests: tuple[LabTest, ...]
    exact: bool
    partly: bool = False


@cache
def lab_tests() -> dict[str, LabTest]:
    """All known tests by key."""
    return {key: _test(key, rows[0]) for key, rows in _rows().items()}


@cache
def _rows() -> dict[str, list[list[str]]]:
    rows: dict[str, list[list[str]]] = defaultdict(list)
    for name in ("lab_tests.tsv", "lab_tests_added.tsv"):
        text = (files("medicord_ocr.structure") / "data" / name).read_text("utf-8")
        for line in text.splitlines()[1:]:
            fields = line.split("\t")
            rows[fields[0]].append(fields)
    return dict(rows)


def _test(key: str, row: list[str]) -> LabTest:
    loinc, ucum = row[1] or None, row[6] or None
    own = [LabUnit(_printed(ucum), ucum, 1.0, loinc)] if ucum else []
    more = [_alternative(text, ucum, loinc) for extra in _rows()[key] for text in _units(extra)]
    low, high = (float(text) if text else None for text in row[8:10])
    return LabTest(key, loinc, ucum, (*own, *more), low, high)


def _units(row: list[str]) -> Iterator[str]:
    for text in row[7].split(";"):
        # Notes on how a figure is printed are no units.
        if text and not text.startswith("printed") and "titre" not in text and text[:2] != "1:":
            yield text.replace(" (strip)", "")


def _alternative(text: str, ucum: str | None, loinc: str | None) -> LabUnit:
    from medicord_ocr.structure.labs.units import ucum_of

    printed, _, rest = text.partition("=")
    factor, _, code = rest.partition("@")
    number = float(factor) if re.fullmatch(r"[\d.]+", factor) else None
    own = ucum if number == 1.0 and ucum in {"U/L", "%", "mm/h"} else ucum_of(printed)
    return LabUnit(printed, own, number, code or (loinc if factor else None))


def _printed(ucum: str) -> str:
    """How a UCUM code is printed."""
    shown = ucum.replace("10*", "10^").replace("[IU]", "IU").replace("[arb'U]", "U")
    shown = shown.replace("[HPF]", "HPF").replace("[LPF]", "LPF").replace("{copies}", "copies")
    shown = shown.replace("mm[Hg]", "mmHg").replace("mosm", "mOsm").replace("(24.h)", "24h")
    shown = re.sub(r"^u(?=mol|g|IU|L)", "µ", shown.replace("/uL", "/µL"))
    shown = shown.replace("{1.73_m2}", "1.73m2").replace("{FEU}", " FEU").replace("{Hb}", " Hb")
    return re.sub(r"[\[{](\w+)[\]}]", r"\1", shown)


def _compact(folded: str) -> str:
    return folded.replace(" ", "")


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Folded name to the keys of the tests that bear it."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for key, rows in _rows().items():
        for row in rows:
            # « Calcium, ionized » and « antigen, free » are no other names of calcium, antigen.
            first = "" if re.search("ionized|free|second", row[2]) else row[2].split(",")[0]
            texts = ";".join((first, *row[3:6])).split(";")
            for folded in filter(None, (_greek(fold(text)) for text in texts)):
                for name in (folded, *_counted(key, folded)):
                    names[name][key] = None
    return {name: tuple(keys) for name, keys in names.items()}


def _counted(key: str, name: str) -> tuple[str, ...]:
    """How a name of the differential count says that it is a share, or absolute."""
    if set(name) & set("%#") or not key.endswith(("_pct", "_abs")):
        return ()
    signs = ("%",) if key.endswith("_pct") else ("#", "abs", "absolute", "absolu", "valeur absolue")
    return tuple(f"{name} {sign}" for sign in signs)


@cache
def _spaceless() -> dict[str, tuple[str, ...]]:
    """The same without spaces: ``RDW CV`` and ``RDWCV``, and Khmer, whose spacing is free."""
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for name, keys in _names().items():
        names[_compact(name)].update(dict.fromkeys(keys))
    return {name: tuple(keys) for name, keys in names.items()}


def _keys_of(folded: str) -> tuple[str, ...]:
    # With spaces first: « hémoglobine » is not hemoglobin E, nor protein S the proteins.
    if found := _names().get(folded):
        return found
    if _LETTERED.search(folded):
        return ()
    return _spaceless().get(_compact(folded)) or ()


@cache
def _long_names() -> tuple[str, ...]:
    return tuple(name for name in _spaceless() if len(name) > EXACT_UP_TO)


def _greek(folded: str) -> str:
    return (
        folded.replace("β", "beta").replace("α", "alpha").replace("γ", "gamma").replace("ß", "beta")
    )


@lru_cache(maxsize=4096)
def find_tests(name: str) -> Match | None:
    """The tests that a printed name can mean, None when it is none that we know.

    Tried in turn: the whole name; without its brackets (a machine, a specimen) and padding;
    the parts of a double name (``Glucose / ជាតិស្ករ``), which must agree; likeness.
    """
    text = re.sub(r"^\s*(?:\d{1,2}\s?[.)]|[-•*·–>+]+)\s*", "", name).strip(" .:;…_*|")
    for variant in _variants(text):
        if keys := _keys_of(variant):
            return _match(keys, exact=True)
    parts = _from_parts(text)
    if parts is not None:
        return parts if parts.tests else None
    if keys := _keys_of(_greek(fold(respelled(text)))):
        return _match(keys, exact=False)
    return _alike(text)


@lru_cache(maxsize=4096)
def respelled(name: str) -> str:
    """A name with letters that were read for figures, or figures for letters, as it is known.

    ``C1-`` is Cl-, ``HbAlc`` HbA1c. Names that are known as they are, or in no spelling, or in
    several that mean different tests, stay as they are; so do those of two letters.
    """
    if _keys_of(_greek(fold(name))):
        return name
    places = [i for i, c in enumerate(name) if c in _CONFUSED]
    if len(name) < 3 or not 0 < len(places) <= _MOST_CONFUSED:
        return name
    known = [text for text in _spellings(name, places) if _keys_of(_greek(fold(text)))]
    one = {_keys_of(_greek(fold(text))) for text in known}
    return known[0] if len(one) == 1 else name


def _spellings(name: str, places: Sequence[int]) -> Iterator[str]:
    for letters in product(*(name[i] + _CONFUSED[name[i]] for i in places)):
        spelled = list(name)
        for place, letter in zip(places, letters, strict=True):
            spelled[place] = letter
        yield "".join(spelled)


def _match(keys: Iterable[str], *, exact: bool) -> Match:
    return Match(tuple(lab_tests()[key] for key in keys), exact)


def _variants(text: str) -> Iterator[str]:
    """Foldings of a name, with less and less around it."""
    if specimen := _SPECIMEN.fullmatch(text):  # first: TG-P is not TGP
        yield _greek(fold(specimen[1]))
    folded = _greek(fold(text))
    yield folded
    bare = "" if _is_of_a_kind(text) else _BRACKETS.sub(" ", text)
    if bare:
        yield _greek(fold(bare))
    for part in (folded, _greek(fold(bare))):
        without = " ".join(_PADDING.sub(" ", _URINE.sub(" ", part)).split())
        if len(without) > 1 and not _GUARDS.search(part):
            yield without


def _is_of_a_kind(text: str) -> bool:
    """Whether the brackets behind a name make another test of it: ``(direct)``, ``(fetal)``."""
    inside = [fold(part) for part in _BRACKETS.findall(text)]
    return any(_KINDS.fullmatch(part) or _GUARDS.search(part) for part in inside)


def _from_parts(text: str) -> Match | None:
    """The tests that all known parts of a double name agree on; none when they do not.

    Returns:
        None when there are no known parts, or a name that guards against taking them.
    """
    if _GUARDS.search(fold(text)) or _is_of_a_kind(text):
        return None
    parts = [part for part in re.split(r"\s*[/|]\s*|\s+[-–—]\s+|[()\[\]]", text) if part.strip()]
    if len(parts) == 1 and (hyphen := re.fullmatch(r"([A-Za-z]{2,5})-([^\W\d]{4,})", text)):
        parts = [hyphen[1]]
    unparted = _scripts(text)
    parts.extend(unparted)
    known = [set(keys) for part in parts if (keys := _keys_of(_greek(fold(part))))]
    strange = [part for part in parts if not _keys_of(_greek(fold(part))) and not is_unit(part)]
    # A figure beside a name is a value already; in a machine's name it stands behind a letter.
    if not known or any(re.search(r"(?<![A-Za-z])\d", part) for part in strange):
        return None
    shared = set.intersection(*known)
    tests = tuple(test for key, test in lab_tests().items() if key in shared)
    partly = "|" in text or any(part in strange for part in unparted)
    return Match(tests, exact=True, partly=partly)


def _scripts(text: str) -> list[str]:
    """The Khmer and the other words of a name in two languages without a sign between them."""
    if not has_khmer(text) or re.search(r"[/|()\[\]]", text):
        return []
    khmer = " ".join(word for word in text.split() if has_khmer(word))
    other = " ".join(word for word in text.split() if not has_khmer(word))
    return [part for part in (khmer, other) if part.strip(" /()-")]


def _alike(text: str) -> Match | None:
    """The one test whose name is like enough, with a margin to the next; digits must agree."""
    mine = _compact(_greek(fold(_BRACKETS.sub(" ", text))))
    mine = _DIGIT_IN_WORD.sub(lambda found: _LETTER_OF[found.group()], mine)
    if _LETTERED.search(fold(text)):
        return None
    if len(mine) <= EXACT_UP_TO or _GUARDS.search(fold(text)) or _is_of_a_kind(text):
        return None
    near = process.extract(
        mine, _long_names(), scorer=fuzz.ratio, score_cutoff=FUZZY_AT_LEAST - FUZZY_MARGIN, limit=12
    )
    near = [found for found in near if _telling(found[0]) == _telling(mine)]
    if not near or near[0][1] < FUZZY_AT_LEAST:
        return _by_consonants(text)
    best = dict.fromkeys(_spaceless()[near[0][0]])
    for name, score, _ in near[1:] if near[0][1] < 100 else ():
        if near[0][1] - score >= FUZZY_MARGIN:
            break
        if not best.keys() & set(_spaceless()[name]):
            return None
        best.update(dict.fromkeys(_spaceless()[name]))
    return _match(best, exact=False)


@cache
def _skeletons() -> dict[str, tuple[str, ...]]:
    """Khmer names by their consonants alone."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for name, keys in _spaceless().items():
        if has_khmer(name) and len(skeleton := _MARKS.sub("", name)) >= EXACT_UP_TO:
            found[skeleton].update(dict.fromkeys(keys))
    return {skeleton: tuple(keys) for skeleton, keys in found.items()}


def _by_consonants(text: str) -> Match | None:
    """The one Khmer name with these consonants: readers lose and swap the marks around them."""
    skeleton = _MARKS.sub("", _compact(fold(text)))
    if not has_khmer(skeleton) or len(skeleton) < EXACT_UP_TO:
        return None
    near = process.extract(
        skeleton, list(_skeletons()), scorer=fuzz.ratio, score_cutoff=FUZZY_AT_LEAST, limit=4
    )
    near = [found for found in near if _telling(found[0]) == _telling(skeleton)]
    if not near or (len(near) > 1 and near[0][1] - near[1][1] < FUZZY_MARGIN):
        return None
    return _match(_skeletons()[near[0][0]], exact=False)


def _telling(name: str) -> str:
    """What must be the same in like names: figures, signs, and Latin letters in Khmer."""
    kept = "0123456789%#" + ("abcdefghijklmnopqrstuvwxyz" if has_khmer(name) else "")
    return "".join(c for c in name if c in kept)


def says_urine(text: str) -> bool:
    """Whether a name or a section title says that it is about urine."""
    return _URINE.search(fold(text)) is not None


def choose_test(
    match: Match, *, unit: str | None, urine: bool | None, in_words: bool
) -> LabTest | None:
    """The one test meant, as far as unit, section and kind of result say so.

    Args:
        match: the tests that bear the name.
        unit: the unit as printed, None when there is none.
        urine: whether the section is about urine, None when there is none that says.
        in_words: whether the result is in words or pluses.

    Returns:
        None where more than one is left.
    """
    tests = match.tests
    if urine is not None:
        tests = tuple(t for t in tests if t.urine == urine) or tests
    if unit:
        tests = _by_unit(tests, unit)
    elif in_words:
        tests = tuple(t for t in tests if t.ucum is None) or tests
    else:
        tests = tuple(t for t in tests if t.ucum is not None) or tests
    if len(tests) > 1 and urine is None:
        tests = tuple(t for t in tests if not t.urine) or tests
    if len(tests) > 1 and not unit:
        tests = tuple(t for t in tests if t.unitless) or tests
    return tests[0] if len(tests) == 1 else None


def _by_unit(tests: tuple[LabTest, ...], unit: str) -> tuple[LabTest, ...]:
    found = [(test, find_unit(test.units, unit)) for test in tests]
    exact = tuple(test for test, match in found if match and not match.repaired)
    return exact or tuple(test for test, match in found if match) or tests

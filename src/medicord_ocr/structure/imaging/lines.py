"""What lines of an imaging report are: the title, labels, headings, sign-off, prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from medicord_ocr.structure.imaging.words import (
    BODY_PARTS,
    MEASURE,
    MODALITIES,
    ORGANS,
    SIDES,
    STATE,
    Section,
    section_of,
)
from medicord_ocr.structure.line import Line, alternatives

_END = r"(?![a-z])"
# ៈ is typed, and read, for ៖. The colon is often lost; the gap to the value stays.
_COLON = r"(?:[:;៖]|ៈ(?=\s|$))"
_LABEL_SEPARATOR = rf"(?:\s*{_COLON}\s*|\s{{2,}})"
_EXAM_KHMER = alternatives(
    "ប្រភេទពិនិត្យ", "ប្រភេទនៃការពិនិត្យ", "ប្រភេទថត", "ការពិនិត្យ", "ការថត", "ប្រភេទ", "ប្រភេទរូបភាព",
    "ប្រភេទការថត", "វិធីពិនិត្យ", "មធ្យោបាយពិនិត្យ", "ឈ្មោះការពិនិត្យ",
)  # fmt: skip
_EXAM_LABEL = re.compile(
    r"(?:^|(?<=\s\s)|(?<=\n))\W*(?:(?:type of |name of )?(?:examination|exam|study|investigation)"
    r"(?: (?:performed|done|requested|ordered|type|name|description))?"
    r"|(?:type d'|nature de l')?examen(?: (?:realise|effectue|pratique|demande|prescrit))?"
    r"|type|acte|modality|modalite|procedure|imaging|ultrasound of"
    rf"|{_EXAM_KHMER})(?:\s?/\s?[a-z \u1780-\u17dd]{{3,24}})?{_LABEL_SEPARATOR}"
)
_REGION_KHMER = alternatives(
    "ផ្នែក", "ផ្នែកនៃរាងកាយ", "តំបន់", "សរីរាង្គ", "ផ្នែកពិនិត្យ", "ផ្នែកថត", "ផ្នែកដែលពិនិត្យ", "ផ្នែកដែលបានពិនិត្យ",
    "ផ្នែកដែលថត", "ផ្នែកត្រូវពិនិត្យ", "តំបន់ពិនិត្យ", "តំបន់ដែលពិនិត្យ", "តំបន់ថត", "សរីរាង្គពិនិត្យ",
    "សរីរាង្គដែលពិនិត្យ", "កន្លែងពិនិត្យ", "កន្លែងថត", "ទីតាំង",
)  # fmt: skip
_REGION_LABEL = re.compile(
    r"(?:^|(?<=\s\s)|(?<=\n))\W*(?:body part|body region|region|area|anatomy|site"
    r"|(?:body )?(?:part|area|region|organ)s? (?:examined|imaged|scanned|of interest)|part of body"
    r"|anatomical (?:region|area|site|part)|organ|location|body area|partie du corps|siege"
    r"|(?:partie|region|zone|organe)s?(?: anatomique)?(?: (?:examine|explore|etudie)e?s?)?"
    rf"|localisation|{_REGION_KHMER}"
    rf")(?:\s?/\s?[a-z \u1780-\u17dd]{{3,24}})?{_LABEL_SEPARATOR}"
)
_REPORT = re.compile(
    rf"(?<![a-z])(?:report|examination|exam|study|scan|results?|compte[- ]rendu|c\.?r\.?|rapport"
    rf"|resultats?|examen){_END}|{alternatives('លទ្ធផល', 'របាយការណ៍', 'ពិនិត្យ')}"
)
_TITLED = re.compile(rf"(?<![a-z])(?:report|rapport|compte[- ]rendu){_END}\W*$|^rapport{_END}")
#: What stands before findings and is none: dates of a pregnancy, the apparatus, vital signs.
_PREAMBLE = re.compile(
    r"\W*(?:lmp|ddr|edd|edc|dpa|ga|terme|age gestationnel|gravida|para|g\d|sonde|probe|transducer"
    r"|appareil|machine|device|operat\w+|premedication|sedation|ana?esthes\w+|quality|qualite"
    r"|bp|ta|hr|fc|bsa|bmi|imc)(?![a-z])"
)
_GENERIC = re.compile(
    r"(?:radiology|radiological|imaging|medical imaging) (?:report|results?|examination)"
    r"|(?:compte[- ]rendu|rapport|resultats?) (?:de |d'|du )?(?:l')?(?:radiolog\w*|imagerie"
    r"|(?:examen )?radiolog\w*|examen d'imagerie)|"
    + alternatives("លទ្ធផលថត", "លទ្ធផលថតឆ្លុះ", "របាយការណ៍ថត", "លទ្ធផលរូបភាព", "លទ្ធផលវិទ្យុសាស្ត្រ")
)
_FACILITY = re.compile(
    r"(?<![a-z])(?:hospital|hopital|clinic|clinique|polyclinic\w*|cent(?:re|er)|cabinet|departe?ment"
    r"|service|unit|laborato\w*|institut\w*|street|st\.|road|tel|phone|e-?mail|www|pharmac\w*|ltd"
    rf"|equipment|open|hours?){_END}|"
    + alternatives(
        "មន្ទីរពេទ្យ",
        "គ្លីនិក",
        "មជ្ឈមណ្ឌល",
        "មន្ទីរ",
        "ពហុព្យាបាល",
        "ផ្លូវ",
        "ទូរស័ព្ទ",
        "សេវា",
        "ផ្នែកវិទ្យុ",
    )
)
_NEGATION = re.compile(r"(?<![a-z])(?:no|not|pas|aucun\w*|compared|comparison|prior)" + _END)
# An outcome behind the examination's name: a letter says what another report told.
_OF_ANOTHER = re.compile(rf"[:៖]\s*(?:{STATE.pattern})")
_FILLER = re.compile(
    r"(?<![a-z])(?:the|of|de|du|des|la|le|les|l'|d'|a|and|et|with|without|avec|sans|view|views|pa|ap"
    r"|lateral|face|profil|plain|simple|standard|report|scan|examination|exam|study|result|results"
    r"|compte|rendu|resultats?|examen|doppler|c\+|contrast|injection|full|complete?|debout|couche"
    r"|upright|supine|right|left|droite?|gauche|both|bilateral|of|to|for|transabdominal"
    r"|transvaginal|endovaginale?|obstetrical|series|joint|transthoracic|transthoracique"
    rf"|transo?esophageal|two-dimensional|2d|m-mode|colou?r|couleur){_END}"
    rf"|{alternatives('លទ្ធផល', 'របាយការណ៍', 'ការពិនិត្យ', 'ពិនិត្យ', 'ការថត')}"
)
_KHMER_SIGN_OFF = alternatives(
    "ថ្ងៃទី", "ភ្នំពេញ", "គ្រូពេទ្យ", "វេជ្ជបណ្ឌិត", "អ្នកវិភាគ", "វិភាគដោយ", "ត្រួតពិនិត្យដោយ", "ហត្ថលេខា",
    "កាលបរិច្ឆេទ", "ឯកទេស", "ធ្វើនៅ", "រាជធានី",
)  # fmt: skip
_SIGN_OFF = re.compile(
    r"\W*(?:(?:the |le |la )?(?:radiologists?|radiologues?|sonographer|sonologist|echographiste"
    r"|endoscopist|endoscopiste|cardiolog(?:ist|ue)|gyn(?:a?e)?colog(?:ist|ue))"
    r"|(?:report|read|interpret|perform|examin)(?:ed|ation)? by|report(?:ing)? (?:doctor|physician)"
    r"|(?:lu|interprete|realise) par|signed|signature|signe|electronically|dr|docteur|doctor|prof"
    r"|professeur|physician|(?:le )?medecin|consultant|verified|valide|validated|approved|typed"
    r"|printed|imprime|page|date|thank|merci|fait a|(?:bien )?confraternellement|bien a vous"
    r"|(?:bien )?cordialement|(?:with )?(?:(?:kind|best|warm)(?:est)? )?regards|yours|sincerely"
    r"|(?:salutations|sentiments) (?:distingue|confraternel|respectueu)\w+|veuillez agreer"
    r"|prochaine?s? (?:echogra\w*|examen|controle|rendez-?vous|rdv)|rendez-?vous|rdv"
    r"|next (?:appointment|visit|scan|examination|ultrasound)|appointment"
    r"|technologist|technician|manipulat\w+|operator|phnom penh|tel|phone|address|adresse|e-?mail"
    rf"|www|http|disclaimer|this report){_END}"
    rf"|\W*(?:{_KHMER_SIGN_OFF})"
)
_KHMER_PATIENT = alternatives(
    "ឈ្មោះ", "ឈ្មោះអ្នកជំងឺ", "អាយុ", "ភេទ", "លេខកូដ", "លេខអ្នកជំងឺ", "អាសយដ្ឋាន", "អាស័យដ្ឋាន", "កាលបរិច្ឆេទ",
    "ថ្ងៃ", "បញ្ជូនដោយ", "អ្នកស្នើសុំ",
)  # fmt: skip
_PATIENT = re.compile(
    r"(?:^|\s\s)\W*(?:patient(?: name| id)?|name|nom(?: et prenom)?|prenom|age|sexe?|gender|genre"
    r"|d\.?o\.?b|date[^:]{0,20}|report date|ne\(?e?\)? le|id|hn|mrn|ref(?:erred|erring)?[^:]{0,16}"
    r"|requested[^:]{0,8}|prescri[^:]{0,10}|address|adresse|tel|phone|ward|room|code|n°[^:]{0,10}"
    r"|no\.?|accession[^:]{0,8}|examen du|doctor|medecin[^:]{0,12}|weight|poids"
    rf"|{_KHMER_PATIENT}"
    rf")(?:\s?{_COLON}|\s{{2,}})"
)
_NAMED = re.compile(r"(?<![a-z])(?:dr|docteur|doctor|prof|pr)(?:\.\s?|\s)[a-z]|វេជ្ជបណ្ឌិត")
#: How a letter to a colleague begins, and what in its sentences says what was seen.
_SALUTATION = re.compile(
    r"\W*(?:(?:mon |ma )?(?:cher|chere)s? (?:\w+ )?(?:confrere|consoeur|collegue|ami|docteur|dr)"
    r"|dear (?:colleague|doctor|dr|sir|madam))"
)
_SEEN = re.compile(
    r"(?<![a-z])(?:montr\w+|met en evidence|mettant en evidence|retrouve|objective|revele|visualise"
    r"|show(?:s|ed)|demonstrat\w+|reveal(?:s|ed))(?![a-z])"
)
_OUTCOME = re.compile(
    r"\W*(?:au total|en conclusion|en resume|pour conclure|in conclusion|in summary)(?:\s?,\s?|\s)"
)
# Who signs, however the words for it are put: interpreting physician, médecin radiologue.
_SIGNER = re.compile(
    r"\W*(?!.*\b(?:refer|consult(?!ant)|see|ask|advis|suggest|please|avis|adresser|voir))"
    r"(?:[a-z'-]+ ){0,3}(?:radiolog(?:ist|ue)|physician|doctor|medecin|docteur|sonographer"
    r"|specialist|specialiste|consultant|surgeon|chirurgien)(?: [a-z'-]+)?[^\w.]*"
)
_SIGN_WORDS = 6
# Characters of a stretch that is no word: a stamp's or a stain's.
_SPECK = 3
# Words or Khmer letters from which a line is a sentence; and fewer with a full stop.
_SENTENCE_WORDS, _SENTENCE_KHMER = 5, 14
_STOPPED_WORDS, _STOPPED_KHMER = 3, 6
_TITLE_WORDS = 10
_BULLET = re.compile(r"^[\W_]*[-–—•*▪●■·+»>][\s]+|^[-–—•*▪●■·]+")
_HEADING_WORDS = 5
_LETTER = re.compile(r"[a-z0-9\u1780-\u17b3]")


@dataclass(frozen=True, slots=True)
class Examined:
    """What a title or label says is examined: English words with folded offsets, or None."""

    modality: str | None = None
    modality_at: tuple[int, int] | None = None
    body_part: str | None = None
    body_part_at: tuple[int, int] | None = None
    side: str | None = None
    side_at: tuple[int, int] | None = None
    weight: int = 0


def examined(line: Line, *, strict: bool = False) -> Examined | None:
    """What a line names as the examination: a label's value, or a title; None for others.

    Args:
        line: the words of a row.
        strict: whether the line stands among the text of a report, where a title is one only
            when it names the body part and nothing else is on the line.
    """
    label = _EXAM_LABEL.search(line.folded)
    if label is not None:
        found = _named(line, label.end(), _value_end(line.folded, label.end()), weight=3)
        if found.modality is not None:
            return _with_region(line, found, label.end())
        value = line.folded[label.end() : _value_end(line.folded, label.end())]
        if found.body_part is not None and len(value.split()) <= _HEADING_WORDS:
            return _region(line, label.end(), label.end() + len(value))
    region = _REGION_LABEL.search(line.folded)
    if region is not None:
        return _region(line, region.end(), _value_end(line.folded, region.end()))
    return _title(line, strict=strict)


def is_salutation(line: Line) -> bool:
    """Whether a line begins a letter to a colleague."""
    return _SALUTATION.match(line.folded) is not None


def examined_in_letter(line: Line) -> tuple[Examined, bool] | None:
    """What a sentence of a letter says was examined, and whether it tells what was seen."""
    found = _named(line, 0, len(line.folded), weight=1)
    if found.modality is None or _NEGATION.search(line.folded):
        return None
    return found, _SEEN.search(line.folded) is not None


def outcome(line: Line) -> int | None:
    """Where the outcome begins that a sentence of a letter tells (« Au total, … »)."""
    match = _OUTCOME.match(line.folded)
    return match.end() if match else None


def _with_region(line: Line, found: Examined, start: int) -> Examined:
    """What is examined, and where a second label of the line says it, which part of the body."""
    label = _REGION_LABEL.search(line.folded, start)
    where = _region(line, label.end(), len(line.folded)) if label is not None else None
    if where is None or found.body_part is not None:
        return found
    return replace(where, modality=found.modality, modality_at=found.modality_at, weight=3)


def region_beside(line: Line) -> Examined | None:
    """A body part alone at the end of a row, after a label that could not be read."""
    gap = line.folded.rfind("  ")
    if gap < 0:
        return None
    value = line.folded[gap:].strip()
    if any(pattern.fullmatch(value) for pattern, _ in BODY_PARTS):
        return _region(line, gap + 2, len(line.folded))
    return None


def _value_end(folded: str, start: int) -> int:
    gap = re.compile(r"\s\s+(?=[^:;]{2,24}[:;៖])").search(folded, start)
    return gap.start() if gap else len(folded)


def _named(line: Line, start: int, end: int, *, weight: int) -> Examined:
    """What part of a line names, ួ and ូ taken for one another (ថតសូត, ទ្រួង) where that says more."""
    folded = line.folded
    found = _named_in(folded, start, end, weight)
    if found.modality is not None and found.body_part is not None:
        return found
    respelled = [folded.replace("ួ", "ូ"), folded.replace("ូ", "ួ")]
    others = [_named_in(text, start, end, weight) for text in respelled if text != folded]
    return max((found, *others), key=_says)


def _says(found: Examined) -> tuple[bool, bool]:
    return found.modality is not None, found.body_part is not None


def _named_in(folded: str, start: int, end: int, weight: int) -> Examined:
    for pattern, name, implied in MODALITIES:
        match = pattern.search(folded, start, end)
        if match is None:
            continue
        part, part_at = _body_part(folded, start, end, match.span())
        if part is None and implied is not None:
            part, part_at = implied, match.span()
        side, side_at = _side(folded, start, end)
        return Examined(name, match.span(), part, part_at, side, side_at, weight)
    part, part_at = _body_part(folded, start, end, None)
    return Examined(None, None, part, part_at, None, None, weight)


def _body_part(
    folded: str, start: int, end: int, modality: tuple[int, int] | None
) -> tuple[str | None, tuple[int, int] | None]:
    for pattern, name in BODY_PARTS:
        for match in pattern.finditer(folded, start, end):
            inside = modality and modality[0] <= match.start() and match.end() <= modality[1]
            if not inside:
                return name, match.span()
    return None, None


def _side(folded: str, start: int, end: int) -> tuple[str | None, tuple[int, int] | None]:
    searched = ((name, pattern.search(folded, start, end)) for pattern, name in SIDES)
    found = [(name, match.span()) for name, match in searched if match is not None]
    if len(found) == 2 and {name for name, _ in found} == {"right", "left"}:
        return "bilateral", (min(at[0] for _, at in found), max(at[1] for _, at in found))
    return found[0] if found else (None, None)


def _region(line: Line, start: int, end: int) -> Examined | None:
    part, at = _body_part(line.folded, start, end, None)
    side, side_at = _side(line.folded, start, end)
    if part is None:
        text = line.folded[start:end].rstrip()
        if not _LETTER.search(text) or len(text.split()) > _HEADING_WORDS or section_of(text):
            return None
        part, at = line.printed(start, start + len(text)), (start, start + len(text))
    return Examined(None, None, part, at, side, side_at, weight=4)


def _title(line: Line, *, strict: bool) -> Examined | None:
    folded = line.folded
    if len(folded.split()) > _TITLE_WORDS or folded.rstrip().endswith((".", "។", ",")):
        return None
    untitled = (_FACILITY, _NEGATION, _PATIENT, _OF_ANOTHER)
    if any(pattern.search(folded) for pattern in untitled) or _SIGN_OFF.match(folded):
        return None
    found = _named(line, 0, len(folded), weight=1)
    if found.modality_at is None or _several(folded):
        return None
    if found.body_part is None and folded[slice(*found.modality_at)] == "rx":
        return None  # Rx Amoxicillin
    # A heading may name the modality (ultrasound findings); with the body part it is a title.
    section = None if _TITLED.search(folded) else section_of(folded.split(":")[0])
    if found.body_part is None and section is not None:
        return None
    left = _FILLER.sub(" ", _blanked(folded, found))
    others = len(re.findall(r"[a-z\u1780-\u17b3]{3,}", left))
    reported = _REPORT.match(folded) is not None
    if others > (0 if strict else 5 if reported else 2) or (strict and found.body_part is None):
        return None
    sure = found.body_part is not None or _REPORT.search(folded) is not None
    return Examined(
        found.modality, found.modality_at, found.body_part, found.body_part_at,
        found.side, found.side_at, 2 if sure else 1,
    )  # fmt: skip


def _several(folded: str) -> bool:
    """Whether a line lists what a facility offers: scanner, IRM, échographie."""
    names = {name for pattern, name, _ in MODALITIES if pattern.search(folded)}
    return len(names - {"ECG"}) > 2 or (len(names) > 1 and bool(re.search(r"[,&•/-]", folded)))


def _blanked(folded: str, found: Examined) -> str:
    for at in (found.modality_at, found.body_part_at, found.side_at):
        if at is not None:
            folded = folded[: at[0]] + " " * (at[1] - at[0]) + folded[at[1] :]
    return folded


def is_imaging_title(line: Line) -> bool:
    """Whether a line is the title of an imaging report that names no modality."""
    short = len(line.folded.split()) <= _TITLE_WORDS
    return short and _GENERIC.search(line.folded) is not None and not _PATIENT.search(line.folded)


def heading(line: Line) -> tuple[Section, int] | None:
    """The section that a line opens and the folded offset of its text; None for other lines."""
    folded = line.folded
    bullet = re.match(r"[^a-z0-9\u1780-\u17b3]*(?:\d{1,2}[.)]\s*)?", folded)
    start = bullet.end() if bullet else 0
    for end, after in _heading_ends(line, start):
        if end - start >= 3 and len(folded[start:end].split()) <= _HEADING_WORDS:
            section = section_of(line.printed(start, end))
            if section is not None:
                return section, after
    return None


def _heading_ends(line: Line, start: int) -> list[tuple[int, int]]:
    """Where a heading may end and its text begin: a colon, a wide gap, the line's end."""
    folded = line.folded
    ends = []
    colon = re.compile(rf"\s?{_COLON}-?\s*").search(folded, start)
    if colon is not None:
        ends.append(colon.span())
    gap = re.compile(r"\s{2,}|\n").search(folded, start)
    if gap is not None:
        # Findings / លទ្ធផល  Liver: normal
        ends.insert(0 if "/" in folded[start : gap.start()] else len(ends), gap.span())
    stripped = folded.rstrip(" .-")
    ends.append((len(stripped), len(folded)))
    if len(folded) == len(line.text):
        capitals = re.compile(r"[A-ZÉÈ]{6,}(?=\s+(?!AND\b|ET\b|&)\S)").match(line.text, start)
        if capitals is not None:
            ends.append((capitals.end(), capitals.end() + 1))
    return ends


def is_sign_off(line: Line) -> bool:
    """Whether a line ends the report: a signature, a name with a title, a date, an address."""
    parts = _past_specks(line.folded)
    if any(_SIGN_OFF.match(part) or _SIGNER.fullmatch(part) for part in parts):
        return True
    return len(line.folded.split()) <= _SIGN_WORDS and _NAMED.search(line.folded) is not None


def _past_specks(folded: str) -> list[str]:
    """The text of a line, and of its second stretch where the first is no word."""
    first, *others = re.split(r"\s{2,}", folded.strip())
    return [first, others[0]] if others and len(first) < _SPECK else [first]


def is_patient(line: Line) -> bool:
    """Whether a line belongs to the patient's block."""
    return _PATIENT.search(line.folded) is not None


def is_prose(line: Line) -> bool:
    """Whether a line reads like a finding: a sentence, or an organ with what is seen of it."""
    folded = line.folded
    if is_patient(line) or is_sign_off(line) or _FACILITY.search(folded):
        return False
    khmer = len(re.findall(r"[\u1780-\u17b3]", folded))
    words = re.findall(r"[a-z]{2,}", folded)
    organ, colon, told = re.split(r"([:៖]|\s{2,}|$)", folded, maxsplit=1)
    if colon and any(pattern.search(organ) for pattern, _ in BODY_PARTS):
        said = MEASURE.search(told) or STATE.search(told)
        return len(words) > 2 or khmer > 6 or said is not None
    if ORGANS.search(organ) and (MEASURE.search(folded) or (colon and _LETTER.search(told))):
        return True
    if STATE.match(folded) and folded.rstrip().endswith((".", "។")):  # No fracture.
        return len(words) > 1
    stopped = folded.rstrip().endswith((".", "។"))
    least = _STOPPED_WORDS if stopped else _SENTENCE_WORDS
    told = len(words) >= least or khmer >= (_STOPPED_KHMER if stopped else _SENTENCE_KHMER)
    return told and ":" not in folded[:30]


def may_be_finding(line: Line) -> bool:
    """Whether a line that is not known for a finding has enough to it to be one."""
    folded = line.folded
    words = re.findall(r"[a-z]{2,}|[\u1780-\u17d3]{2,}", folded)
    if (
        (len(words) < 2 and not is_prose(line))
        or _FACILITY.search(folded)
        or _PREAMBLE.match(folded)
    ):
        return False
    # Stretches of a word or two without a figure are the headings of a table.
    stretches = re.split(r"\s{2,}", folded.strip())
    headings = len(stretches) > 1 and all(len(part.split()) < 3 for part in stretches)
    return not headings or re.search(r"[\d:]", folded) is not None


def without_bullet(text: str) -> str:
    """The text of a line without the mark of a list, or a colon left alone, before it."""
    return _BULLET.sub("", text, count=1).strip().lstrip(":;៖ ")

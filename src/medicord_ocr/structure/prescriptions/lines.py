"""What lines of a prescription are: titles, headings, and lines that are never a drug."""

from __future__ import annotations

import re

from medicord_ocr.structure.line import Line, alternatives

_END = r"(?![a-z])"
_TITLE = re.compile(
    rf"(?:^|(?<=\s))(?:prescriptions?|ordonnances?|rx|prescribed (?:medic\w+|drugs?)|medications?"
    r"|medicines?|traitements?|treatments?|take[- ]home (?:medic\w+|drugs?)"
    rf"|medicaments?(?: prescrits?)?){_END}"
    rf"|{alternatives('វេជ្ជបញ្ជា', 'វេជ្ជបញ្ជារ', 'ការព្យាបាល', 'ថ្នាំព្យាបាល')}"
)
_WHOLE_TITLE = re.compile(
    r"\W*(?:drugs?|drug therapy|therapy|therapeutics?|discharge drugs|therapeutique|remedes?"
    rf"|{alternatives('ឱសថ', 'ថ្នាំ', 'សំបុត្រពេទ្យ', 'ឱសថព្យាបាល', 'ឱសថត្រូវប្រើ', 'ថ្នាំត្រូវប្រើ')})\W*"
)
_RX = re.compile(r"[^a-z0-9]*(?:rx|r/|rp)(?:[^a-z]|$)|℞")
_NO_TITLE = re.compile(
    r"\b(?:prescribed by|prescripteur|with this|this prescription|cette ordonnance|en cours|allerg"
    r"|past|previous|antecedents?|history|no\b.*\bmedic)"
)
#: Most words of a title: a sentence that speaks of treatment is none.
_TITLE_WORDS = 6
_OTHER_REPORT = re.compile(
    r"\b(?:laboratory|lab|test|pathology|culture|radiology|imaging|ultrasound|ct|mri|x-?ray)\b"
    r".{0,12}\b(?:reports?|results?)\b|resultats? (?:d'analyses?|de laboratoire|biologiques?)"
    r"|compte[- ]rendu|bulletin d'analyses?|antibiogram\w*|antibiotic suscep\w*"
    r"|\b(?:findings|impression|reference range|valeurs? (?:de reference|usuelles?|normales?))\b"
    rf"|{alternatives('លទ្ធផល', 'តម្លៃយោង', 'តំលៃយោង')}"
)
_KHMER_STOP = alternatives(

    "អាយុ", "ភេទ", "អាស័យដ្ឋាន", "អាសយដ្ឋាន", "ទូរស័ព្ទ", "លេខទូរស័ព្ទ", "ថ្ងៃទី", "ថ្ងៃខែ", "កាលបរិច្ឆេទ",
    "រោគវិនិច្ឆ័យ", "គ្រូពេទ្យ", "វេជ្ជបណ្ឌិត", "សូមយក", "សូមមក", "អ្នកជំងឺ", "រាជធានី", "ហត្ថលេខា", "ណាត់",
    "ទម្ងន់", "លេខកូដ", "ប្រភេទបង់", "តាមចាប់", "មន្ទីរពេទ្យ", "គ្លីនិក", "ឱសថការី", "ការណែនាំ", "ណែនាំ",
    "ថ្ងៃណាត់", "ថ្ងៃជួប", "មកពិនិត្យ", "ឈប់", "កុំ", "ព្រះរាជាណាចក្រ", "ជាតិ សាសនា",
    "ភ្នំពេញ", "ធ្វើនៅ", "អាការៈ", "រោគសញ្ញា", "សម្គាល់",
)  # fmt: skip
_STOP = re.compile(
    r"(?:patient|name|nom|prenom|age|sex|sexe|gender|genre|address|adresse|addr|tel|telephone|phone"
    r"|mobile|fax|e-?mail|dates?|dob|d\.o\.b|birth|ne\(?e?\)? le|weight|poids|wt|height|taille"
    r"|bp|ta|temp|temperature|pulse|pouls|diagnos[ie]s|diagnostics?|dx|diag|allerg\w*|history"
    r"|antecedents?|refills?|repeats?|renouvel\w*|next (?:visit|appointment)|follow[- ]?up|return"
    r"|revenir|come back|review on|rendez[- ]vous|rdv|prochain\w*|appointment|signature|signed"
    r"|sign|stamp|cachet|doctor|doct?eur|drs?\.?|professeur|prof\.?|physician|prescriber"
    r"|prescribed by|prescripteur|medecin|attending|pharmac(?:y|ist|ie|ien)|licen[cs]e|reg\.? no"
    r"|page|amount|price|prix|clinic|clinique|hopital|hospital|cabinet|advices?|conseils?"
    r"|recommand\w*|recommend\w*|notes?|remar(?:k|que)s?|nb|complaints?|motif|symptoms?"
    r"|examination|examen|investigations?|lab|hn|id|code|room|ward|service|bed|insurance"
    r"|kine(?:sitherapie)?|physiotherapy|reeducation|pansements?|regime|diet|surveillance"
    rf"|stop(?:ped)?|avoid|discontinue|(?:do not|don't) (?:take|use|give)|no more|arreter|eviter"
    r"|ne (?:pas|plus) prendre"
    rf"|phnom penh|fait a|valid|valable|please bring|bring|merci){_END}"
    rf"|(?:{alternatives('ឈ្មោះ')})(?!\s?(?:{alternatives('ឱសថ', 'ថ្នាំ')}))"
    rf"|{_KHMER_STOP}"
)
_DIRECTIONS = re.compile(
    r"\W*(?:directions?(?: for use)?|sig(?:na)?|instructions?|how to (?:use|take)|posologie"
    rf"|mode d'emploi|{alternatives('វិធីប្រើ', 'វិធីប្រើប្រាស់', 'របៀបប្រើ', 'របៀបប្រើប្រាស់')})"
    r"\s?(?:[:.\-]\s*|\n|$)"
)
_SUM = re.compile(
    r"\W*(?:(?:grand |sub-?|sous-?)?total|amount|montant"
    rf"|{alternatives('សរុប', 'សរុបរួម')}){_END}.*"
)
_LAB_UNIT = re.compile(
    r"(?<![a-z])(?:[mµnp]?g|[mµnpu]?mol|[mµ]?eq|m?[iu]\.?u|ui|mui)\s?/\s?(?:d?l|ml)(?![a-z])"
    r"|10\s?\^?\s?\d{1,2}\s?/\s?[lµ]|mm/h"
)
_JUNK = re.compile(r"[^a-z0-9\u1780-\u17b3]*")


def is_title(line: Line) -> bool:
    """Whether a line says that prescribed drugs follow: Rx, Ordonnance, Discharge medication."""
    folded = line.folded
    if _NO_TITLE.search(folded):
        return False
    if _RX.match(folded) or _WHOLE_TITLE.fullmatch(folded):
        return True
    if not _TITLE.search(folded) or len(folded.split()) > _TITLE_WORDS:
        return False
    after = folded.split(":", 1)
    return len(after) < 2 or not after[1].strip()


def is_other_report(line: Line) -> bool:
    """Whether a line belongs to a laboratory or imaging report: its title, its headings."""
    return _OTHER_REPORT.search(line.folded) is not None


def is_lab_row(line: Line) -> bool:
    """Whether a line has a laboratory unit; syrups have mg/ml too, so one line proves nothing."""
    return _LAB_UNIT.search(line.folded) is not None


def is_stop(folded: str) -> bool:
    """Whether folded text starts like the patient's block, a footer, a diagnosis or advice."""
    start = _JUNK.match(folded)
    return _STOP.match(folded, start.end() if start else 0) is not None


def is_sum(folded: str) -> bool:
    """Whether folded text is the name of a table's last row: a total."""
    return _SUM.fullmatch(folded) is not None


def directions_at(line: Line) -> int | None:
    """Where the text after a heading "Directions:" begins, None where there is no such heading."""
    match = _DIRECTIONS.match(line.folded)
    return match.end() if match else None

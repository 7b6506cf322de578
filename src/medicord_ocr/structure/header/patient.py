"""The patient's block: which rows it is, and the sex that it prints."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medicord_ocr.structure.fields import RowRef
from medicord_ocr.structure.line import Line, alternatives

_NOT_AFTER = (
    r"(?<!test )(?<!drug )(?<!medicine )(?<!medication )(?<!product )(?<!doctor )"
    r"(?<!for )(?<!of )(?<!l')"  # normal for age
)
_LABEL = re.compile(
    rf"(?<![a-z0-9]){_NOT_AFTER}(?:"
    + alternatives(
        r"(?:patient'?s? |full |family |first |last )?name",
        r"patient",
        r"noms?(?: et prenoms?)?",
        r"prenoms?",
        r"nom du patient",
        r"age(?: ?/ ?(?:sexe?|gender|genre))?",
        r"(?:sexe?|gender|genre)(?: ?/ ?age)?",
        r"d\.?o\.?b\.?",
        r"date of birth",
        r"birth ?(?:date|day)",
        r"date de naissance",
        r"nee?(?:\(e\))? le",
        r"patient (?:id|no|code|number)",
        r"(?:hn|mrn|id|pid)(?: ?(?:no|number))?",
        r"n[°o]? ?dossier",
        "ឈ្មោះអ្នកជំងឺ",
        "ឈ្មោះ",
        "អាយុ",
        "ថ្ងៃខែឆ្នាំកំណើត",
        "ថ្ងៃកំណើត",
        "លេខអ្នកជំងឺ",
        "លេខកូដ",
    )
    + r"|(?<!ប្រ)ភេទ)\.?(?: ?/ ?[a-z]+)?(?: ?\([a-z/ ]{1,8}\))?(?=\s*[:;៖ៈ]|\s{2,}|\s*$)"
    # Without a colon only where it can be nothing else.
    + r"|(?:^|\s{2,})(?:"
    + alternatives("ឈ្មោះអ្នកជំងឺ", "អាយុ", r"age(?= \d)")
    + r"|(?<!ប្រ)ភេទ)(?=\s)"
)
_FEMALE = alternatives(r"female", r"feminin", r"femme", r"f", "ស្រី")
_MALE = alternatives(r"male", r"masculin", r"homme", r"m", r"h", "ប្រុស")
_AGE = r"\d{1,3} ?(?:y\.?o?|yrs?|years?(?: old)?|ans?|ឆ្នាំ|months?|mois|ខែ|days?|jours?)?"
_AGE_IN_YEARS = r"\d{1,3} ?(?:y\.?o?|yrs?|years?|ans?|ឆ្នាំ)(?![a-z])"
_LETTER = r"[a-z0-9\u1780-\u17d3]"
_SEX = re.compile(
    r"(?:(?<![a-z])(?:sexe?|gender|genre)|(?<!ប្រ)ភេទ)(?: ?/ ?(?:sexe?|gender|genre|age))?"
    rf"[\s:;៖ៈ./|-]*(?:{_AGE}[\s,/|.-]*)?(?:(?P<f>{_FEMALE})|(?P<m>{_MALE}))(?!{_LETTER})"
    rf"(?!\s*[/|,]?\s*(?:{_FEMALE}|{_MALE})(?!{_LETTER}))"
)
# Sex beside the age without a label: "Female · 63 years", "45Y/M", "M/45 ans".
_BESIDE_AGE = re.compile(
    r"(?<![a-z])(?:(?P<f>female|feminin|femme)|(?P<m>male|masculin|homme))\s?[·,;/|-]?\s{0,2}"
    rf"{_AGE}(?!{_LETTER}|\s?(?:[.,~–-]|to\b|à)\s?\d)"
    r"|\d{1,3} ?(?:y\.?o?|yrs?|years?|ans?)\s?[·,;/|-]\s?"
    rf"(?:(?P<f2>f|female|feminin|femme)|(?P<m2>m|h|male|masculin|homme))(?!{_LETTER})"
    r"|(?<![a-z])(?:(?P<f3>f)|(?P<m3>[mh]))\s?/\s?\d{1,3} ?(?:y\.?o?|yrs?|years?|ans?)(?![a-z])"
)
# Under the heading "Age/Sex" the value needs no words of its own.
_AGE_SEX = re.compile(
    r"(?:age ?/ ?(?:sexe?|gender|genre)|(?:sexe?|gender|genre) ?/ ?age|អាយុ ?/ ?ភេទ)"
)
_UNDER_AGE_SEX = re.compile(
    r"(?<![\d/])(?:\d{1,3} ?(?:y|ans?)?\s?/\s?(?:(?P<f>f)|(?P<m>[mh]))"
    r"|(?:(?P<f2>f)|(?P<m2>[mh]))\s?/\s?\d{1,3})(?![\w/])"
)
# Sex by the title before the patient's name: "Patient: Mr.", "Mme KEO Sreyleak, 46 ans".
_TITLE = (
    r"(?:(?P<f>mme|mlle|madame|mademoiselle|mrs|ms|miss|លោកស្រី|អ្នកស្រី|កញ្ញា)"
    r"|(?P<m>mr|m(?=\.)|monsieur|លោក(?!ស្រី)))(?![a-z])\.?\s"
)
_TITLED = re.compile(
    r"(?:(?<![a-z])(?:patiente?|(?:patient'?s? |full )?name|noms?(?: et prenoms?| du patient)?)"
    rf"|ឈ្មោះ(?:អ្នកជំងឺ)?)\s?[:;៖]\s*{_TITLE}"
    rf"|^\s*{_TITLE.replace('<f>', '<f2>').replace('<m>', '<m2>')}.{{3,40}}?[\s,]{_AGE_IN_YEARS}"
)
# Labels that belong to the patient only beside the block: the facility has them too.
_BESIDE = re.compile(
    r"(?<![a-z0-9])(?:"
    + alternatives(
        r"phone",
        r"tel(?:ephone)?",
        r"address",
        r"adresse",
        r"occupation",
        r"profession",
        r"nationality",
        r"nationalite",
        r"ward",
        r"bed",
        r"room",
        r"lit",
        r"chambre",
        r"insurance",
        r"(?:lab|sample|specimen|visit|ref|barcode)(?: ?(?:no|id|number|code))?",
        "អាសយដ្ឋាន",
        "អាស័យដ្ឋាន",
        "ទូរស័ព្ទ",
        "លេខទូរស័ព្ទ",
        "មុខរបរ",
        "សញ្ជាតិ",
        "លេខសំណាក",
        "ប្រភពសំណាក",
    )
    + r")[.°]?\s*[:;៖]"
)
#: How many rows from the block such a label may stand.
_BESIDE_ROWS = 2


def patient_labels(folded: str) -> int:
    """How many labels of a patient's block a folded row has."""
    return len(_LABEL.findall(folded))


def patient_rows(lines: Sequence[Sequence[Line]]) -> frozenset[RowRef]:
    """The rows of the patient's blocks: those with the patient's labels, and what is beside them.

    Args:
        lines: for each page the lines of its rows.
    """
    found: set[RowRef] = set()
    for of_page in lines:
        block = {
            index
            for index, line in enumerate(of_page)
            if patient_labels(line.folded) or _BESIDE_AGE.search(line.folded)
        }
        beside = {
            index
            for index, line in enumerate(of_page)
            if _BESIDE.search(line.folded)
            and any(abs(index - other) <= _BESIDE_ROWS for other in block)
        }
        found.update((of_page[index].page, index) for index in block | beside)
    return frozenset(found)


def patient_sex(lines: Sequence[Sequence[Line]]) -> str | None:
    """``"M"`` or ``"F"`` where the document prints the patient's sex, and prints only one."""
    seen = {
        "F" if any(value for key, value in match.groupdict().items() if key[0] == "f") else "M"
        for of_page in lines
        for above, line in zip((None, *of_page), of_page, strict=False)
        for pattern in (_SEX, _TITLED, _BESIDE_AGE, _UNDER_AGE_SEX)
        if pattern is not _UNDER_AGE_SEX or (above and _AGE_SEX.search(above.folded))
        for match in pattern.finditer(line.folded)
    }
    return seen.pop() if len(seen) == 1 else None

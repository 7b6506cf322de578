"""Results in words: negative, positive, normal, colours and amounts, in three languages.

អវិជ្ជមាន (negative) contains វិជ្ជមាន (positive) and « non réactif » contains « réactif »:
phrases are consumed whole from the left, the longest first, and a text counts only when every
word of it was consumed. Phrases are matched folded (:func:`medicord_ocr.khmer.fold`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from medicord_ocr.khmer import fold, has_khmer

Finding = Literal["negative", "positive", "normal"]

_NEGATIVE = """
negative; negatif; negative(-); negatifs; negatives; neg; non reactive; nonreactive;
non reactif; non reactifs; not reactive; absence; absent; absente; absents; nil; none;
not detected; undetected; undetectable; non detecte; non detectee; non detectable;
indetectable; not seen; none seen; not found; aucun; aucune; nr; n r; no growth;
no growth after 24h; no growth after 48h; sterile; pas de culture; culture sterile;
absence de germe; absence de germes; absence de culture; no mps seen; no mp seen;
no parasite seen; no parasites seen; no ova seen; non observe; non observee;
absence de parasite; absence de parasites; no afb seen; non vu; pas de parasite; pas vu;
not present; no bacteria; am tinh; អវិជ្ជមាន; គ្មាន; មិនមាន; រកមិនឃើញ; មិនឃើញ; មិនរកឃើញ;
អវិជ្ចមាន; គ្មានប្រតិកម្ម
"""
_POSITIVE = """
positive; positif; positifs; pos; reactive; reactif; reactifs; presence; present; presente;
detected; detecte; detectee; detectable; strongly positive; fortement positif; duong tinh;
seen; vu; observed; វិជ្ជមាន; វិជ្ចមាន; រកឃើញ; ឃើញ; ឃើញមាន; មានប្រតិកម្ម
"""
_NORMAL = "normal; norm; normale; normaux; normales; normally; usual; ធម្មតា; ប្រក្រតី"
# Words of a result that say neither: amounts, colours, doubt, blood groups, susceptibility.
_PLAIN = """
trace; traces; rare; rares; few; many; some; several; numerous; nombreux; nombreuses;
tres nombreux; quelques; moderate; modere; moderee; occasional; abundant; abondant;
abondants; abondante; plenty; full field; weak; weakly; faible; faiblement; weak positive;
weakly positive; faiblement positif; faible positif; doubtful; douteux; douteuse; equivocal;
borderline; limite; indeterminate; indetermine; ambiguous; yellow; light yellow; pale yellow;
dark yellow; straw; amber; orange; red; reddish; brown; green; colorless; colourless; milky;
clear; slightly; hazy; cloudy; turbid; bloody; light; dark; pale; deep; jaune; jaune clair;
jaune pale; jaune fonce; jaune citrin; citrin; paille; ambre; rouge; brun; brune; verdatre;
vert; rosé; rose; incolore; clair; claire; limpide; trouble; louche; hematique; laiteux;
legerement trouble; legerement; fonce; foncee; leger; legere; pâteuse; molle; dure; liquide;
soft; hard; formed; loose; watery; mucoid; purulent; muqueuse; a; b; ab; o; rh; rhesus; o+;
a+; b+; ab+; s; i; r; sdd; ns; sensible; susceptible; sensitive; resistant; resistante;
intermediate; intermediaire; យ៉ាងតិច; តិចតួច; តិច; ច្រើន; មធ្យម; លឿង; លឿងខ្ចី; លឿងចាស់; ថ្លា;
ល្អក់; ក្រហម; គ្មានពណ៌; មាន; ស្រាល
"""
_PENDING = """
pending; in progress; en cours; en attente; to follow; a suivre; rejected; rejete; rejetee;
not done; non fait; non faite; non realise; non realisee; not performed; not available;
non disponible; n a; na; nd; not established; not estab; non etabli; not applicable;
 qns; insufficient; insufficient sample; quantite insuffisante;
insuffisant; cancelled; canceled; annule; hemolyzed; haemolysed; hemolyse; clotted; coagule;
sample rejected; specimen rejected; awaited; awaiting; repeat sample; not received; non recu;
នៅរង់ចាំ; រង់ចាំ; កំពុងរង់ចាំ; បដិសេធ; មិនទាន់; មិនបានធ្វើ; មិនទាន់មាន
"""

_TITRE = re.compile(r"(?<=[^\W\d])[\s,:;=]*(?:\(\s?1\s?[/:]\s?\d{1,5}\s?\)|1\s?[/:]\s?\d{1,5})\s*$")


def _phrases(text: str) -> list[str]:
    return [folded for part in text.split(";") if (folded := fold(part))]


@cache
def _lexicon() -> dict[str, Finding | None]:
    lexicon: dict[str, Finding | None] = dict.fromkeys(_phrases(_PLAIN))
    lexicon.update(dict.fromkeys(_phrases(_NORMAL), "normal"))
    lexicon.update(dict.fromkeys(_phrases(_POSITIVE), "positive"))
    lexicon.update(dict.fromkeys(_phrases(_NEGATIVE), "negative"))
    return lexicon


@cache
def _pattern() -> re.Pattern[str]:
    longest = sorted(_lexicon(), key=len, reverse=True)
    choices = "|".join(
        re.escape(phrase) + ("" if has_khmer(phrase) else r"(?![0-9a-z])") for phrase in longest
    )
    return re.compile(rf"(?:{choices})")


@cache
def _pending() -> frozenset[str]:
    return frozenset(_phrases(_PENDING))


def is_pending(text: str) -> bool:
    """Whether the text says that there is no result: pending, rejected, not done."""
    return fold(text) in _pending()


def phrases(text: str) -> tuple[str, ...] | None:
    """The folded phrases that the text is made of, None when any of it is none of ours.

    Pluses (``Positive 2+``), numbers in brackets (the index of an immunoassay), and a titre
    behind the words (``Reactive 1:8``) are passed over.
    """
    rest = fold(_TITRE.sub("", re.sub(r"\(\s*[<>]?[\d.,]+[^()\d]{0,8}\)", " ", text)))
    found: list[str] = []
    rest = re.sub(r"(?<= )[1-4] ?\++", " ", rest)
    while rest := rest.lstrip(" +"):
        match = _pattern().match(rest)
        if match is None:
            return None
        found.append(match.group())
        rest = rest[match.end() :]
    return tuple(found) or None


def finding_of(text: str) -> Finding | None:
    """Whether a result in words is negative, positive or normal; None when it says neither.

    « faiblement positif » says neither: it is for the doctor, as is « positif, douteux ».
    """
    found = phrases(text)
    if not found:
        return None
    classes = {_lexicon()[phrase] for phrase in found if len(phrase) > 1}
    return classes.pop() if len(classes) == 1 else None


def is_qualitative(text: str) -> bool:
    """Whether the text is made of result words only."""
    return phrases(text) is not None

"""The words that label header fields: dates, patient, sender, doctor, in three languages.

Labels are matched on folded text (:func:`medicord_ocr.khmer.fold`), Latin ones as whole words,
Khmer ones by their consonants, since Khmer vowels are what OCR and ornate fonts lose first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Levenshtein

from medicord_ocr.khmer import fold

_K = TypeVar("_K")

#: Vowels, signs and the coeng sign: what a Khmer skeleton leaves out.
_MARKS = re.compile("[\u17b4-\u17d3\u17dd]")
#: Shortest Latin word and Khmer skeleton that are matched with letters misread.
_FUZZY_LATIN, _FUZZY_KHMER = 6, 6
#: Letters from which two of them may be misread.
_LONG_LATIN = 9
#: Least partial ratio (0-100) of a Khmer skeleton: one consonant of six to nine wrong.
_KHMER_RATIO = 84


def skeleton(text: str) -> str:
    """The Khmer consonants (and all else) of a text, folded and without spaces.

    What is left when a vowel was read before its consonant or as another one.
    """
    return _MARKS.sub("", fold(text)).replace(" ", "")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded once for many questions: itself and, of its Khmer, the skeleton."""

    text: str
    bones: str

    @classmethod
    def of(cls, text: str) -> Folded:
        """Fold a text."""
        folded = fold(text)
        return cls(folded, "" if folded.isascii() else _MARKS.sub("", folded).replace(" ", ""))


@dataclass(frozen=True, slots=True)
class Terms:
    """Words or phrases that mean one thing.

    Attributes:
        latin: pattern of whole words in folded Latin text; it matches nothing when empty.
        khmer: skeletons of Khmer terms, the longest first.
        long: Latin words long enough to be recognised with a letter misread.
    """

    latin: re.Pattern[str]
    khmer: tuple[str, ...]
    long: tuple[str, ...]

    def within(self, text: str | Folded, *, fuzzy: bool = True) -> bool:
        """Whether any of the terms is in the text.

        Args:
            text: any text, or a text folded once for many questions.
            fuzzy: whether long words may have a letter wrong (two from 9 letters on).
        """
        folded = text if isinstance(text, Folded) else Folded.of(text)
        if self.latin.search(folded.text) or any(term in folded.bones for term in self.khmer):
            return True
        return fuzzy and (self._like_khmer(folded.bones) or self._like_latin(folded.text))

    def _like_khmer(self, bones: str) -> bool:
        return len(bones) >= _FUZZY_KHMER and any(
            len(term) >= _FUZZY_KHMER and fuzz.partial_ratio(term, bones) >= _KHMER_RATIO
            for term in self.khmer
        )

    def _like_latin(self, folded: str) -> bool:
        return bool(self.long) and any(
            word.startswith(self.long)
            or process.extractOne(
                word,
                self.long,
                scorer=Levenshtein.distance,
                score_cutoff=2 if len(word) >= _LONG_LATIN else 1,
            )
            for word in folded.split()
            if len(word) >= _FUZZY_LATIN
        )


def terms(latin: str, khmer: str = "", *, exact: Iterable[str] = ()) -> Terms:
    """Terms from two lists divided by ``|``.

    Args:
        latin: patterns of folded words (no accents, no punctuation, single spaces).
        khmer: Khmer terms as they are spelled.
        exact: Latin words that must not be matched with a letter misread.
    """
    pattern = re.compile(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])" if latin else r"(?!)")
    kept = tuple(sorted({skeleton(t) for t in khmer.split("|") if t}, key=len, reverse=True))
    long = tuple(
        part
        for part in latin.split("|")
        if part.isalpha() and len(part) >= _FUZZY_LATIN and part not in set(exact)
    )
    return Terms(pattern, kept, long)


#: What a date is, the surest exclusion first: a label that says two things is of the first kind.
DATE_KINDS: dict[str, Terms] = {
    "birth": terms(
        r"d ?o ?b|birth(?: ?date| ?day)?|date of birth|born|naissance|ne e? ?le|nee? ?(?:e )?le|ddn"
        r"|age",
        "កំណើត|អាយុ",
    ),
    "other": terms(
        r"valid until|valid till|valable|validite|expir\w*|exp|next|appointment|rendez ?vous|rdv"
        r"|follow ?up|prochaine?|return|revenir|review|lmp|ddr|edd|dpa|due|terme|admission|admitted"
        r"|entree|hospitalise\w*|anteriorite|anterieure?|previous|prior|precedente?|last|until"
        r"|vaccin\w*|onset|debut|until|jusqu\w*|au",
        "ណាត់|ផុតកំណត់|ចូលពេទ្យ|ចូលសម្រាក|ពីមុន|លើកមុន",
    ),
    "printed": terms(
        r"printed|print|printout|impression|imprime|imprimee|edite|edition|tirage", "បោះពុម្ព|ព្រីន"
    ),
    "validated": terms(
        r"validated|validate|validation|valide|approved|approval|authori[sz]ed|authorized|verified|verification"
        r"|signed|released?|finali[sz]ed|final|completed",
        "អនុម័ត|ផ្ទៀងផ្ទាត់",
    ),
    "received": terms(
        r"received|reception|receipt|recu|registered|registration|enregistree?"
        r"|enregistrement|accession\w*|arrival|arrived|date in",
        "ទទួល|ចុះឈ្មោះ|ចុះបញ្ជី",
    ),
    "collected": terms(
        r"collected|collection|collect|sampled?|sampling|specimen|drawn?|prelevement|prelev\w*|taken"
        r"|echantillon",
        "ប្រមូល|យកសំណាក|យកឈាម|បូមឈាម|សំណាក",
    ),
    "requested": terms(r"request(?:ed)?|order(?:ed)?|demandee?|demande", "ស្នើសុំ|ស្នើរសុំ"),
    "report": terms(
        r"reported|report|reporting|result|results|resultat|resultats|issued?|compte ?rendu"
        r"|cr|rendu|delivr\w*|released|date out",
        "ចេញលទ្ធផល|លទ្ធផល|របាយការណ៍|ចេញវេជ្ជបញ្ជា",
    ),
    "examination": terms(
        r"examination|examined|examen|exam|study|scan|procedure|realisee?|effectue|performed|acquisition",
        "ពិនិត្យ|ថត",
    ),
    "analysed": terms(r"analy[sz]ed|analysis|analyse|tested|test(?:ing)?", "ពិសោធន៍|វិភាគ"),
    "visit": terms(
        r"visite?|consultation|consulted|prescription|prescri\w+|ordonnance|encounter|discharge|discharged|sortie|opd",
        "ពិគ្រោះ|វេជ្ជបញ្ជា|ចេញពីពេទ្យ|មកពិនិត្យ",
    ),
    "date": terms(r"dated?|day|tarih\w*|jour|le|du", "កាលបរិច្ឆេទ|ថ្ងៃ|ទី|ធ្វើនៅ"),
}

#: Places that stand before the date of signing (``Phnom Penh, le …``): provinces and cities.
PLACES = terms(
    r"phnom ?penh|p ?penh|pp|siem ?reap|battambang|kampong (?:cham|chhnang|speu|thom)|kampot|kandal"
    r"|kep|koh kong|kratie|mondulkiri|pailin|preah (?:sihanouk|vihear)|sihanouk ?ville|prey veng"
    r"|pursat|ratanakiri|stung treng|svay rieng|ta ?keo|ta ?khmau|tbo?ung khmum|oddar meanchey"
    r"|banteay meanchey|sisophon|poipet|fait a|done at",
    "ភ្នំពេញ|សៀមរាប|បាត់ដំបង|កំពង់ចាម|កំពង់ឆ្នាំង|កំពង់ស្ពឺ|កំពង់ធំ|កំពត|កណ្តាល|កោះកុង|ក្រចេះ|មណ្ឌលគិរី|ប៉ៃលិន"
    "|ព្រះសីហនុ|ព្រះវិហារ|ព្រៃវែង|ពោធិ៍សាត់|រតនគិរី|ស្ទឹងត្រែង|ស្វាយរៀង|តាកែវ|តាខ្មៅ|ត្បូងឃ្មុំ|ឧត្តរមានជ័យ"
    "|បន្ទាយមានជ័យ|ធ្វើនៅ",
)


def date_kind(label: str) -> str | None:
    """What the label of a date says that it is: a key of DATE_KINDS, None where it says nothing."""
    found = first_within(label, DATE_KINDS)
    return found[0] if found else None


def first_within(text: str, table: Mapping[_K, Terms]) -> tuple[_K, bool] | None:
    """The first key of a table whose terms a text holds, and whether letters of it were misread.

    Terms as printed go before any that are misread; None where the text holds none.
    """
    folded = Folded.of(text)
    if not folded.text:
        return None
    for fuzzy in (False, True):
        for key, words in table.items():
            if words.within(folded, fuzzy=fuzzy):
                return key, fuzzy
    return None

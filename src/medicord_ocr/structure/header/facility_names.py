"""Names of facilities: those known by name, and how a name read in visual order is mended."""

from __future__ import annotations

import re

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from medicord_ocr.khmer import canonical, fold, has_khmer
from medicord_ocr.structure.labels import skeleton

#: Names of facilities known by more than their keyword: medical/patterns.md, section 6.
KNOWN = (
    "Calmette Hospital|Hôpital Calmette|មន្ទីរពេទ្យកាល់ម៉ែត",
    "Khmer-Soviet Friendship Hospital|Hôpital de l'Amitié Khméro-Soviétique"
    "|មន្ទីរពេទ្យមិត្តភាពខ្មែរ-សូវៀត",
    "Kantha Bopha Hospital|Hôpital Kantha Bopha|មន្ទីរពេទ្យគន្ធបុប្ផា",
    "Jayavarman VII Hospital|មន្ទីរពេទ្យជ័យវរ្ម័នទី៧",
    "National Pediatric Hospital|Hôpital National Pédiatrique|មន្ទីរពេទ្យកុមារជាតិ",
    "National Maternal and Child Health Center|មជ្ឈមណ្ឌលជាតិគាំពារមាតា និងទារក",
    "Preah Kossamak Hospital|Hôpital Preah Kossamak|មន្ទីរពេទ្យព្រះកុសុមៈ",
    "Preah Ang Duong Hospital|Hôpital Preah Ang Duong|មន្ទីរពេទ្យព្រះអង្គឌួង",
    "Cho Ray Phnom Penh Hospital|មន្ទីរពេទ្យជោរៃភ្នំពេញ",
    "Royal Phnom Penh Hospital",
    "Sen Sok International University Hospital|មន្ទីរពេទ្យអន្តរជាតិសែនសុខ",
    "Sunrise Japan Hospital",
    "Embassy Medical Center",
    "Angkor Hospital for Children|មន្ទីរពេទ្យកុមារអង្គរ",
    "Sihanouk Hospital Center of Hope|មន្ទីរពេទ្យមជ្ឈមណ្ឌលសង្ឃឹមសីហនុ",
    "Institut Pasteur du Cambodge|Pasteur Institute of Cambodia|វិទ្យាស្ថានប៉ាស្ទ័រកម្ពុជា",
    "National Institute of Public Health|វិទ្យាស្ថានជាតិសុខភាពសាធារណៈ",
)
_KNOWN_NAMES = tuple(name for names in KNOWN for name in names.split("|"))
_KNOWN_FOLDED = tuple(fold(name).replace(" ", "") for name in _KNOWN_NAMES)
_KHMER_NAMES = tuple((skeleton(name), name) for name in _KNOWN_NAMES if has_khmer(name))
#: Letters of a known Latin name from which one may be misread.
_SHORTEST_LATIN = 12
#: Least ratio (0-100) of a Khmer skeleton to a known one (two consonants of eleven wrong), the
#: margin over the next name, and the consonants that a name must have for it.
_BONES_RATIO, _BONES_MARGIN, _SHORTEST_BONES = 81.0, 8.0, 8

_KHMER_KEYWORDS = tuple(
    "មន្ទីរពេទ្យ មណ្ឌលសុខភាព គ្លីនិក ពហុព្យាបាល មន្ទីរសម្រាកព្យាបាល វិទ្យាស្ថាន មន្ទីរពិសោធន៍ ឱសថស្ថាន មជ្ឈមណ្ឌល".split()
)
# What may follow the name on its line: an address, a telephone number, a web page.
_TAIL = re.compile(
    r"\s*(?:[,;|•·–-]|\s{2,})\s*(?:#|no?[.°] ?\d|n° ?\d|st\.? ?\d|street\b|rue\b|\d|tel\b|phone\b"
    r"|sangkat\b|khan\b|phum\b|www|http|national road|ផ្ទះ|ផ្លូវ|ភូមិ|សង្កាត់).*$"
    r"|\s+(?:\S+@\S|www\.|https?:|#\s?\d|addr(?:ess|esse)?\s*:|ទូរស័ព្ទ|អាសយដ្ឋាន).*$"
    r"|\s+(?:\+ ?855|0)[ -]?\d{2}[ -]?\d{3}.*$"
    r"|\s+\(?(?:t[eé]l(?:[eé]phone)?|phone|fax|h/p|hotline|e-?mail)\s*[.:/(+\d].*$"
    r"|\s+[–—-]\s+[^–—-]*\b(?:d[eé]part[ea]?ment|dept|service|unit|ward)\b.*$",
    re.IGNORECASE,
)
_CIRCUMFLEX = re.compile(r"(?<=([A-Za-zÀ-ÿ]))6(?=([A-Za-zÀ-ÿ]))")
_BEHIND_NAME = " ,;:|•·–-*"


def bare_name(text: str) -> str:
    """The name without an address, telephone number or punctuation behind it, on one line.

    A 6 between letters is an ô: no name has one there (``H6pital``).
    """
    text = _CIRCUMFLEX.sub(lambda m: "Ô" if m[1].isupper() and m[2].isupper() else "ô", text)
    return " ".join(_TAIL.sub("", text.replace("៖", "")).strip(_BEHIND_NAME).split())


def without_tail(text: str) -> str:
    """The text up to the address or telephone number behind a name."""
    return _TAIL.sub("", text)


def known_name(text: str) -> tuple[bool, str | None]:
    """Whether the text is a known facility's name; its spelling where it must be mended."""
    stripped = bare_name(text)
    folded = fold(stripped).replace(" ", "")
    if folded in _KNOWN_FOLDED:
        return True, None
    near = [
        name
        for name, known in zip(_KNOWN_NAMES, _KNOWN_FOLDED, strict=True)
        if len(known) >= _SHORTEST_LATIN and Levenshtein.distance(folded, known) <= 1
    ]
    if len(near) == 1 and not has_khmer(stripped):
        return True, near[0].upper() if stripped.isupper() else near[0]
    bones = skeleton(stripped)
    if not has_khmer(stripped) or len(bones) < _SHORTEST_BONES:
        return False, None
    ratios = sorted(
        ((fuzz.ratio(bones, known), name) for known, name in _KHMER_NAMES), reverse=True
    )
    (best, name), (second, _) = ratios[:2]
    if best < _BONES_RATIO or best - second < _BONES_MARGIN:
        return False, None
    return True, canonical(name)


def mended_keyword(text: str) -> str | None:
    """The text with its keyword as it is spelled, None where no keyword is in visual order."""
    whole = skeleton(text)
    for keyword in _KHMER_KEYWORDS:
        bones, marks = skeleton(keyword), _marks(keyword)
        if not whole.startswith(bones):
            continue
        for end in range(len(keyword), len(text) + 1):
            head = text[:end]
            if skeleton(head) == bones and _marks(head) == marks:
                rest = text[end:]
                # A vowel that starts the name can only be that of the consonant behind it.
                rest = re.sub(
                    "^( ?)([\u17c1-\u17c5])((?:[\u1780-\u17a2]\u17d2)*[\u1780-\u17a2])",
                    r"\1\3\2",
                    rest,
                )
                return canonical(keyword + rest) if head != keyword else None
    return None


def _marks(text: str) -> list[str]:
    return sorted(char for char in text if "\u17b6" <= char <= "\u17d3")


def mended_ceiling(mended: str, read: str) -> float:
    """The most that a mended name deserves, by what was changed."""
    if not has_khmer(mended):
        return 0.85
    if skeleton(mended) != skeleton(read):
        return 0.7
    return 0.95 if _marks(mended) == _marks(read) else 0.85

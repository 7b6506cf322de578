"""How doctors' titles and names look in Latin and Khmer, word by word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from medicord_ocr.khmer import clusters, fold, has_khmer
from medicord_ocr.page import Word
from medicord_ocr.structure.labels import skeleton

# In Khmer the title and the name may be one word, and the title may be the label itself.
_KHMER_TITLES = tuple(
    skeleton(word)
    for word in (
        "សាស្ត្រាចារ្យវេជ្ជបណ្ឌិត",
        "លោកស្រីវេជ្ជបណ្ឌិត",
        "លោកវេជ្ជបណ្ឌិត",
        "វេជ្ជបណ្ឌិត",
        "សាស្ត្រាចារ្យ",
        "វបណ្ឌិត",
        "វេជ្ជ",
        "វប",
        "ឱសថការី",
    )
)
# The word for a physician is a title only where it stands alone before a name.
_KHMER_PHYSICIAN = frozenset(skeleton(word) for word in ("គ្រូពេទ្យ", "លោកគ្រូពេទ្យ", "អ្នកស្រីគ្រូពេទ្យ"))
# What follows it, or another title, where they name a post and nobody.
_KHMER_POST = tuple(
    fold(word)
    for word in (
        "ព្យាបាល", "ស្នើ", "ចេញ", "ប្រចាំ", "ពិនិត្យ", "វិភាគ", "ទទួល", "ឯកទេស", "ជំនាញ", "វិទ្យុ", "វះកាត់",
        "កុមារ", "ទូទៅ", "សម្ភព", "រោគ", "បញ្ជូន", "មន្ទីរ", "ផ្នែក", "យាម", "អាន", "ថត", "អេកូ",
    )
)  # fmt: skip
_KHMER_MISTER = frozenset(skeleton(word) for word in ("លោក", "លោកស្រី", "អ្នកស្រី", "ឯកឧត្តម"))
_KHMER_LABEL = tuple(
    skeleton(word)
    for word in ("ព្យាបាល", "ស្នើ", "ចេញ", "ប្រចាំការ", "ពិនិត្យ", "វិភាគ", "ទទួល", "ឯកទេស", "ជំនាញ")
)
_TITLES = frozenset("dr dre drs docteur doctor doctoresse prof professor professeur pr".split())
# What "Dr" is misread as; believed only behind a doctor's label, and marked.
_MISREAD = frozenset({"or", "0r", "ir", "br", "ur", "bt", "dt"})
_ASIDE = frozenset("ass assoc assist asst associate assistant".split())
# How a doctor is addressed beside the title: "Dr. (Mrs.) SAM Sreymao".
_FORMS = frozenset("mrs mme ms miss mr".split())
#: "Dr.SOK" and "DrSok": a title and the beginning of the name in one word.
GLUED = re.compile(r"(?:(?:[Dd][Rr]|[Pp]rof|PROF|P[rR])[.,]{1,2}(?=[^\W\d_]{2})|Dr(?=[A-Z][a-z]))")
#: Degrees behind a name.
DEGREE = re.compile(
    r"(?:m\.? ?d|ph\.? ?d|d\.e\.s|m\.?b\.?b\.?s|m\.sc|d\.u|mph|facs|facc)\.?,?", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_]+(?:[-'’.][^\W\d_]+)*[.,]?")
#: Words with a capital that are no names (folded).
NOT_NAMES = frozenset(
    "date tel phone signature patient name age sex gender department dept service ward clinic"
    " hospital laboratory cardiologist cardiologue radiologist radiologue gynecologist specialist"
    " specialiste pediatrician pediatre surgeon chirurgien biologist biologiste address license"
    " licence order cabinet pharmacist general and et on at le du de the in for of to tablet"
    " capsule page printed report result drug opd ipd emergency icu unit external internal"
    " lab medicine surgery no code id room consultation urgence urgences pediatrie maternite"
    " pathologist pathologiste director directeur manager supervisor chief chef head test tests"
    " results resultat resultats examen examens analyse analyses investigation unit units value"
    " medecine chirurgie self walk cash direct none nil unknown".split()
)
_MOST_NAMES = 5
_KHMER_STOP = tuple(
    skeleton(word)
    for word in (
        "ថ្ងៃទី",
        "ថ្ងៃប្រមូល",
        "ថ្ងៃចេញ",
        "ថ្ងៃទទួល",
        "ថ្ងៃពិនិត្យ",
        "ថ្ងៃខែ",
        "ហត្ថលេខា",
        "កាលបរិច្ឆេទ",
        "ទូរស័ព្ទ",
        "លេខ",
        "អាយុ",
        "ភេទ",
        "ផ្នែក",
        "ឯកទេស",
        "ជំនាញ",
    )
)


def bare(text: str) -> str:
    """A word folded, without the punctuation around it."""
    text = text.strip(".,;:()")
    return text.lower() if text.isascii() else fold(text)


def after_title(words: Sequence[Word], at: int) -> int | None:
    """Index behind the titles that start at a word, None where there is no title, or a label."""
    end = at
    while end < len(words) and (bare(words[end].text) in _ASIDE or _mister(words[end].text)):
        end += 1
    first = end
    while end < len(words) and (
        is_title(words[end].text) or (end > first and bare(words[end].text) in _FORMS)
    ):
        end += 1
    if end == first:
        return None
    while end < len(words) and words[end].text in (".", ","):
        end += 1
    following = words[end].text if end < len(words) else ""
    post = fold(following).startswith(_KHMER_POST)
    return None if following[:1] in (":", "៖") or post else end


def _mister(text: str) -> bool:
    return has_khmer(text) and skeleton(text) in _KHMER_MISTER


def is_title(text: str) -> bool:
    """Whether a word is a doctor's title, alone or with the name in one word."""
    if text.endswith((":", "៖")) and text.lower() != "dr:":
        return False  # "Doctor:" and "Dr.:" are labels, "Dr:" has a full stop misread
    if has_khmer(text):
        rest = _after_khmer_title(text)
        return rest is not None and not rest.startswith(_KHMER_LABEL)
    post = text in ("doctor", "docteur", "professor", "professeur")  # "Referring doctor"
    return (bare(text) in _TITLES and not post) or GLUED.match(text) is not None


def _after_khmer_title(text: str) -> str | None:
    """The skeleton of what follows a Khmer title in its word, None where there is no title."""
    bones = skeleton(text)
    if bones in _KHMER_PHYSICIAN:
        return ""
    for title in _KHMER_TITLES:
        if bones.startswith(title) and (len(title) > 3 or len(bones) == len(title)):
            return bones[len(title) :]
    return None


def khmer_glued(text: str) -> bool:
    """Whether a Khmer word is a title and a name in one."""
    rest = _after_khmer_title(text) if has_khmer(text) else None
    return rest is not None and len(rest) >= 2 and not rest.startswith(_KHMER_LABEL)


def is_stop(text: str) -> bool:
    """Whether a Khmer word begins a label, not a name."""
    bones = skeleton(text)
    return has_khmer(text) and any(bones.startswith(label) for label in _KHMER_STOP)


def after_name(words: Sequence[Word], at: int, starts: frozenset[int], *, begun: bool) -> int:
    """Index behind the name that starts at a word, the same index where there is none."""
    end, khmer = at, None
    while end < len(words) and end - at < _MOST_NAMES:
        text = words[end].text
        if end in starts and (end > at or begun or _far(words, end)):
            break
        if DEGREE.fullmatch(text) and (end > at or begun):
            end += 1
            continue
        if not _is_name(text) or (khmer is not None and khmer != has_khmer(text)):
            break
        khmer = has_khmer(text)
        end += 1
        degree_follows = end < len(words) and DEGREE.fullmatch(words[end].text) is not None
        if text.endswith(",") and not degree_follows:
            break
    letters = sum(len(clusters(word.text)) for word in words[at:end])
    return end if letters >= 2 else at


def _far(words: Sequence[Word], at: int) -> bool:
    gap = words[at].box.x0 - words[at - 1].box.x1
    return gap > 4 * words[at].box.height


def _is_name(text: str) -> bool:
    if has_khmer(text):
        return (
            not any(char.isdigit() for char in text) and text[0] not in "។៖" and not is_stop(text)
        )
    return (
        _NAME.fullmatch(text) is not None
        and text[0].isupper()
        and bare(text) not in NOT_NAMES
        and not is_title(text)
    )


def misread_title(word: Word) -> str | None:
    """The title that a word was meant to be: another reader's, or the likeliest."""
    if bare(word.text) not in _MISREAD:
        return None
    readings = [r.text for r in word.readings if bare(r.text) in _TITLES]
    return readings[0] if readings else "Dr." if word.text.endswith(".") else "Dr"


def untitled(words: Sequence[Word]) -> str:
    """The folded name without titles and degrees: one doctor may be named in several ways."""
    kept = [
        word.text
        for word in words
        if not (is_title(word.text) or _mister(word.text) or DEGREE.fullmatch(word.text))
        or GLUED.match(word.text)
        or khmer_glued(word.text)
    ]
    text = " ".join(GLUED.sub("", word) for word in kept)
    return skeleton(text) if has_khmer(text) else fold(text)

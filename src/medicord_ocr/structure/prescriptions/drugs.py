"""Names of drugs, to recognise what is printed. A printed name is never replaced.

``data/drugs.tsv`` holds one generic a row with its English and French spellings and brands
(facts from general knowledge and from field notes on what is sold in Cambodia), the names that
are easily taken for another (patterns.md section 3, after the ISMP lists of confused names), and
whether a name needs more beside it because it also stands on laboratory reports.
"""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from medicord_ocr.khmer import fold, has_khmer
from medicord_ocr.structure.line import Line, fold_line

#: Letters that a name must have before one wrong letter is forgiven: shorter names are too
#: near to one another (DESIGN: exact up to 5, a margin above).
NEAR_LENGTH = 6
#: Points of rapidfuzz.fuzz.ratio (0-100) by which a near name must beat any other generic.
NEAR_MARGIN = 10.0
# Letters of each word of a near name: a stray sign beside a name is no part of it.
_NEAR_LETTERS = 3
_MOST_TOKENS = 7
_WORD = re.compile(r"[^\W_](?:[^\s,;:()]*[^\W_]|[\u17b6-\u17dd])*|[\u1780-\u17dd]+")
_NOT_IN_KEY = re.compile(r"[^a-z0-9\u1780-\u17dd]+")
_TOKEN = re.compile(r"[a-zµ]+|\d+|[\u1780-\u17dd]+")
_JOINED = re.compile(r"[-+/.&'(,]?")
_SEPARATED = re.compile(r"\s?(?:[-+/&,.']|\s|et\s|and\s|avec\s|\bn-)*\s?\(?")


@dataclass(frozen=True, slots=True)
class Drug:
    """A name in the vocabulary.

    Attributes:
        generic: the generic that it names.
        look_alike: whether it is easily taken for another drug.
        needs_more: whether it needs a strength or directions beside it to be a prescribed drug.
    """

    generic: str
    look_alike: bool
    needs_more: bool


@dataclass(frozen=True, slots=True)
class DrugMatch:
    """A name found on a line: folded offsets, the drug, and whether every letter agreed."""

    start: int
    end: int
    drug: Drug
    exact: bool


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    exact: Mapping[str, Drug]
    by_length: Mapping[int, tuple[str, ...]]


def _key(tokens: list[str]) -> str:
    # French and English names often differ by a final e alone: amoxicilline, omeprazol.
    tokens = ["vitamin" if token in ("vit", "vitamine") else token for token in tokens]
    return "".join(token.removesuffix("e") if len(token) >= 6 else token for token in tokens)


@cache
def _vocabulary() -> _Vocabulary:
    source = files("medicord_ocr.structure").joinpath("data/drugs.tsv").read_text("utf-8")
    exact: dict[str, Drug] = {}
    for row in csv.DictReader(io.StringIO(source), delimiter="\t"):
        look_alikes = set(row["look_alikes"].split(";"))
        names = [row["generic"], *row["spellings"].split(";"), *row["brands"].split(";")]
        for name in filter(None, names):
            drug = Drug(row["generic"], name in look_alikes, bool(row["needs_more"]))
            for plain in {fold_line(name), fold(name)}:
                key = _key(_TOKEN.findall(plain))
                look_alike = drug.look_alike or (key in exact and exact[key].look_alike)
                exact[key] = Drug(drug.generic, look_alike, drug.needs_more)
    by_length: dict[int, list[str]] = defaultdict(list)
    for key in exact:
        if len(key) >= NEAR_LENGTH:
            by_length[len(key)].append(key)
    return _Vocabulary(exact, {length: tuple(keys) for length, keys in by_length.items()})


def known(name: str) -> Drug | None:
    """The drug that a whole text names, letter by letter but for accents and a final e."""
    return _vocabulary().exact.get(_key(_TOKEN.findall(fold_line(name))))


def match_at(line: Line, start: int, *, near: bool = True) -> DrugMatch | None:
    """The longest drug name that begins at the first token at or after folded offset ``start``.

    Args:
        line: the words.
        start: where to look; only punctuation and white space are passed over.
        near: whether one wrong letter is forgiven in names of NEAR_LENGTH letters or more,
            where exactly one generic is that near.
    """
    tokens = _tokens_from(line.folded, start)
    if not tokens:
        return None
    exact = _vocabulary().exact
    for count in range(len(tokens), 0, -1):
        drug = exact.get(_key([token for token, _, _ in tokens[:count]]))
        if drug is not None and not _shouted(line, tokens, count):
            return DrugMatch(tokens[0][1], tokens[count - 1][2], drug, exact=True)
    return _near_at(line, start) if near else None


def _near_at(line: Line, start: int) -> DrugMatch | None:
    words = list(_WORD.finditer(line.folded, start))[:2]
    if not words or any(char.isalnum() for char in line.folded[start : words[0].start()]):
        return None
    for count in range(len(words), 0, -1):
        letters = [sum(char.isalpha() for char in word[0]) for word in words[:count]]
        if min(letters) < _NEAR_LETTERS:
            continue
        key = _key(_NOT_IN_KEY.sub(" ", " ".join(word[0] for word in words[:count])).split())
        drug = _near(key)
        if drug is not None:
            return DrugMatch(words[0].start(), words[count - 1].end(), drug, exact=False)
    return None


def _shouted(line: Line, tokens: list[tuple[str, int, int]], count: int) -> bool:
    """Whether a short abbreviation is not printed in capitals: SRO is a drug, sro is not."""
    start, end = tokens[0][1], tokens[count - 1][2]
    printed = line.printed(start, end)
    return end - start <= 3 and not has_khmer(printed) and printed != printed.upper()


def _tokens_from(folded: str, start: int) -> list[tuple[str, int, int]]:
    tokens: list[tuple[str, int, int]] = []
    for match in _TOKEN.finditer(folded, start):
        end = tokens[-1][2] if tokens else start
        between = folded[end : match.start()]
        gap = _JOINED if tokens and match[0].isdigit() else _SEPARATED
        if tokens and not gap.fullmatch(between):
            break
        if not tokens and any(char.isalnum() for char in between):
            break
        if tokens and "\n" in between and match[0].isdigit():
            break
        tokens.append((match[0], match.start(), match.end()))
        if len(tokens) == _MOST_TOKENS:
            break
    return tokens


def _near(key: str) -> Drug | None:
    if len(key) < NEAR_LENGTH or key.isdigit():
        return None
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import Levenshtein

    vocabulary = _vocabulary()
    choices = [
        name
        for length in (len(key) - 1, len(key), len(key) + 1)
        for name in vocabulary.by_length.get(length, ())
    ]
    scored = process.extract(key, choices, scorer=fuzz.ratio, score_cutoff=70, limit=8)
    if not scored:
        return None
    best = vocabulary.exact[scored[0][0]]
    if Levenshtein.distance(key, scored[0][0]) > 1:
        return None
    others = [score for name, score, _ in scored if vocabulary.exact[name].generic != best.generic]
    return best if not others or scored[0][1] - max(others) >= NEAR_MARGIN else None

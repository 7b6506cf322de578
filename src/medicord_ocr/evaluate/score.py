"""One document against its ground truth: every field judged, and what that adds to the metrics.

Definitions (the contract's section 7 leaves these open):

* A field accuracy is over all ground-truth rows, those that were not found included. Where the
  truth is null, null is right. A document that failed has found nothing, and nothing of it is
  right.
* A *value* is one of FIELDS: what the app shows. It is *accepted* when it is not null, not for
  review, and its confidence is at least REVIEW_BELOW; without provenance of its own the row's
  confidence holds, and without any it counts as accepted, since that is how it would be shown.
* A *silent error* is an accepted value that is wrong: another value, a value where the truth is
  null, or any value of a row that is none of the truth's.
* *Coverage* is the accepted among all values that the ground truth has.
* An *invented field* is a value where the truth of that row or header is null, over all nulls of
  the ground truth. Rows that match none are counted by ``extra_rows``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Levenshtein

from medicord_ocr.evaluate import fold, matching
from medicord_ocr.evaluate.reading import reading_errors
from medicord_ocr.evaluate.statistics import Tally
from medicord_ocr.evaluate.truth import Truth
from medicord_ocr.schema import REVIEW_BELOW, Document, FieldInfo, Imaging, Item, LabResult

#: Least similarity (0-1, Levenshtein) of names and texts that are right: one letter in ten may be
#: misread in a name that a person recognises. Numbers within a text must be the same.
SIMILAR = 0.9

Row = Mapping[str, Any]
Same = Callable[[Row, Any], bool]


@dataclass(frozen=True, slots=True)
class Judgement:
    """One field held against the truth.

    Attributes:
        metric: name of its accuracy, such as ``labs.value``.
        path: unique within the document's content, such as ``labs.3.value``.
        row: printed name of the row it belongs to, or None.
        expected, got: as in the truth and in the document; None is null.
        counterpart: False for a field of a predicted row that matches none.
        right: whether it is right.
        accepted: whether it would be shown as certain.
        confidence: 0-1, None where the field is null or says none.
    """

    metric: str
    path: str
    row: str | None
    expected: Any
    got: Any
    counterpart: bool
    right: bool
    accepted: bool
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """How a field is compared: its name in the schema, its metric, and when two are the same."""

    name: str
    metric: str
    same: Same


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of rows: the prefix of its metrics, its naming field, its rules."""

    prefix: str
    named_by: str
    match: Callable[[Sequence[Row], Sequence[Any]], matching.Match]
    rules: tuple[Rule, ...]


def _by(name: str, form: Callable[[str], Any]) -> Same:
    return lambda row, item: form(str(row[name])) == form(str(getattr(item, name)))


def _same_value(row: Row, item: LabResult) -> bool:
    return item.value is not None and fold.same_value(row["value"], item.value)


def _same_range(row: Row, item: LabResult) -> bool:
    printed = [row["reference_range"], *(row.get("reference_range_alternatives") or ())]
    return fold.bounds(item.reference_range or "") in [fold.bounds(text) for text in printed]


def _same_abnormal(row: Row, item: LabResult) -> bool:
    return row["abnormal"] is item.abnormal


def _same_region(row: Row, item: Imaging) -> bool:
    # The side is a field of its own: "Right knee" may be "knee" with the side "right".
    part, sides = fold.region(row["body_part"])
    got, got_sides = fold.region(f"{item.side or ''} {item.body_part}")
    return part == got and (not sides or sides == got_sides)


def _same_text(name: str) -> Same:
    def same(row: Row, item: Imaging) -> bool:
        expected, got = str(row[name]), str(getattr(item, name))
        numbers = [fold.numbers(text) for text in (expected, got)]
        return numbers[0] == numbers[1] and matching.text_similarity(expected, got) >= SIMILAR

    return same


def _same_schedule(row: Row, item: Any) -> bool:
    def slots(times: Mapping[str, Any]) -> dict[str, str]:
        forms = {time: fold.sig(str(dose)) for time, dose in times.items() if dose}
        return {time: dose for time, dose in forms.items() if dose not in ("", "0", "-")}

    return slots(row["schedule"]) == slots(item.schedule.model_dump())


LABS = Category(
    "labs",
    "test_name",
    matching.match_labs,
    (
        Rule("value", "labs.value", _same_value),
        Rule("unit", "labs.unit", _by("unit", fold.unit)),
        Rule("reference_range", "labs.range", _same_range),
        Rule("abnormal", "labs.abnormal", _same_abnormal),
    ),
)
PRESCRIPTIONS = Category(
    "rx",
    "medication",
    matching.match_prescriptions,
    (
        Rule("medication", "rx.medication", _by("medication", fold.medication)),
        Rule("dosage", "rx.dosage", _by("dosage", fold.sig)),
        Rule("frequency", "rx.frequency", _by("frequency", fold.sig)),
        Rule("duration", "rx.duration", _by("duration", fold.sig)),
        Rule("schedule", "rx.schedule", _same_schedule),
    ),
)
IMAGING = Category(
    "imaging",
    "modality",
    matching.match_imaging,
    (
        Rule("modality", "imaging.modality", _by("modality", fold.modality)),
        Rule("body_part", "imaging.body_part", _same_region),
        Rule("findings", "imaging.findings", _same_text("findings")),
        Rule("impression", "imaging.impression", _same_text("impression")),
    ),
)


def score(
    truth: Truth, document: Document | None
) -> tuple[tuple[Judgement, ...], dict[str, Tally]]:
    """Judge every field of a document, and count what it adds to each metric but the time.

    Args:
        truth: what is on the document.
        document: what was extracted, None when that failed.
    """
    judged: list[Judgement] = []
    tallies: dict[str, Tally] = {}
    found = document.categories if document else None
    for category, rows, items in (
        (LABS, truth.labs, found.lab_results if found else ()),
        (PRESCRIPTIONS, truth.prescriptions, found.prescriptions if found else ()),
        (IMAGING, truth.imaging, found.imaging if found else ()),
    ):
        if rows is None:
            continue
        match = category.match(rows, items)
        judged.extend(_judge_rows(category, rows, items, match))
        tallies.update(_count_rows(category, rows, items, match))
    judged.extend(_judge_header(truth, document))
    tallies.update(_count_fields(judged))
    if truth.raw_text is not None:
        tallies.update(_count_reading(truth.raw_text, document.raw_text if document else ""))
    return tuple(judged), tallies


def _judge_rows(
    category: Category, rows: Sequence[Row], items: Sequence[Item], match: matching.Match
) -> Iterator[Judgement]:
    for i, row in enumerate(rows):
        item = items[match[i]] if i in match else None
        for rule in category.rules:
            if rule.name in row:
                yield _judge(category, rule, i, row, item)
    for j in sorted(set(range(len(items))) - set(match.values())):
        for rule in category.rules:
            got = _plain(getattr(items[j], rule.name))
            if got is not None:
                confidence, accepted = _accepted(items[j], rule.name)
                path = f"{_extra_path(category, items[j])}.{rule.name}"
                name = getattr(items[j], category.named_by)
                yield Judgement(
                    rule.metric, path, name, None, got, False, False, accepted, confidence
                )


def _judge(category: Category, rule: Rule, index: int, row: Row, item: Item | None) -> Judgement:
    expected = row[rule.name] if row[rule.name] != "" else None
    got = _plain(getattr(item, rule.name)) if item else None
    confidence, accepted = _accepted(item, rule.name) if item and got is not None else (None, False)
    if item is None:
        right = False
    elif expected is None or got is None:
        right = expected is None and got is None
    else:
        right = rule.same(row, item)
    path = f"{category.prefix}.{index}.{rule.name}"
    name = row.get(category.named_by)
    return Judgement(rule.metric, path, name, expected, got, True, right, accepted, confidence)


def _plain(got: Any) -> Any:
    """A field as JSON would hold it; a schedule without any time is null."""
    if hasattr(got, "model_dump"):
        times = got.model_dump(exclude_none=True)
        return times or None
    return None if got == "" else got


def _accepted(item: Item, name: str) -> tuple[float, bool]:
    info = item.fields.get(name)
    if info is not None:
        return info.confidence, _certain(info)
    return item.confidence, item.confidence >= REVIEW_BELOW and not item.needs_review


def _certain(info: FieldInfo) -> bool:
    return info.confidence >= REVIEW_BELOW and not info.needs_review


def _extra_path(category: Category, item: Item) -> str:
    return f"{category.prefix}.extra {fold.words(str(getattr(item, category.named_by)))}"


def _judge_header(truth: Truth, document: Document | None) -> Iterator[Judgement]:
    for name, expected in truth.header.items():
        metric = f"header.{name}"
        got = getattr(document, f"possible_{name}") if document else None
        info = getattr(document.header, name) if document and got is not None else None
        if document is None:
            right = False
        elif expected is None or got is None:
            right = expected is None and got is None
        else:
            right = _same_header(name, expected, got, truth.aliases)
        accepted = got is not None and (info is None or _certain(info))
        confidence = info.confidence if info else None
        yield Judgement(metric, metric, None, expected, got, True, right, accepted, confidence)


def _same_header(name: str, expected: str, got: str, aliases: Sequence[str]) -> bool:
    if name == "report_date":
        return expected == got
    form = fold.person if name == "doctor" else fold.place
    printed = [expected, *(aliases if name == "facility" else ())]
    return any(
        Levenshtein.normalized_similarity(form(text), form(got)) >= SIMILAR for text in printed
    )


def _count_rows(
    category: Category, rows: Sequence[Row], items: Sequence[Item], match: matching.Match
) -> Iterator[tuple[str, Tally]]:
    prefix = category.prefix
    names = frozenset(f"{prefix}.{i}" for i in range(len(rows)))
    if category is not IMAGING:
        yield f"{prefix}.row_recall", Tally(len(match), len(rows), names)
    extra = [items[j] for j in sorted(set(range(len(items))) - set(match.values()))]
    predicted = {f"{prefix}.{i}" for i in match} | {_extra_path(category, item) for item in extra}
    yield f"{prefix}.extra_rows", Tally(len(extra), len(items), frozenset(predicted))


def _count_fields(judged: Sequence[Judgement]) -> Iterator[tuple[str, Tally]]:
    own = [j for j in judged if j.counterpart]
    for name in dict.fromkeys(j.metric for j in own):
        yield name, _tally([j for j in own if j.metric == name], lambda j: j.right)
    accepted = [j for j in judged if j.accepted]
    yield "silent_error_rate", _tally(accepted, lambda j: not j.right)
    yield "coverage", _tally([j for j in own if j.expected is not None], lambda j: j.accepted)
    nulls = [j for j in own if j.expected is None]
    yield "invented_fields", _tally(nulls, lambda j: j.got is not None)


def _tally(judged: Sequence[Judgement], counts: Callable[[Judgement], bool]) -> Tally:
    return Tally(sum(map(counts, judged)), len(judged), frozenset(j.path for j in judged))


def _count_reading(expected: str, got: str) -> Iterator[tuple[str, Tally]]:
    errors = reading_errors(expected, got)
    yield "cer", Tally(*errors.characters)
    yield "cer_spaces", Tally(*errors.with_spaces)
    yield "cluster_error", Tally(*errors.clusters)

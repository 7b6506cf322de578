"""The report of an evaluation: metrics, per document and by group; the gate; the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from medicord_ocr.errors import UsageError
from medicord_ocr.evaluate.score import Judgement
from medicord_ocr.evaluate.statistics import Metric, Tally, calibration, metric, risk_coverage

if TYPE_CHECKING:
    from rich.table import Table

#: All metrics in the order in which they are shown.
METRICS = (
    "labs.row_recall",
    "labs.value",
    "labs.unit",
    "labs.range",
    "labs.abnormal",
    "labs.extra_rows",
    "rx.row_recall",
    "rx.medication",
    "rx.dosage",
    "rx.frequency",
    "rx.duration",
    "rx.schedule",
    "rx.extra_rows",
    "imaging.modality",
    "imaging.body_part",
    "imaging.findings",
    "imaging.impression",
    "imaging.extra_rows",
    "header.report_date",
    "header.facility",
    "header.doctor",
    "silent_error_rate",
    "coverage",
    "invented_fields",
    "cer",
    "cer_spaces",
    "cluster_error",
    "seconds_per_page",
)
#: What a group and a document show in the tables: narrow enough for 80 columns.
_SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rows", ("labs.row_recall",)),
    ("value", ("labs.value",)),
    ("unit", ("labs.unit",)),
    ("range", ("labs.range",)),
    ("drug", ("rx.medication",)),
    ("head", ("header.report_date", "header.facility", "header.doctor")),
    ("silent", ("silent_error_rate",)),
    ("cover", ("coverage",)),
    ("s/page", ("seconds_per_page",)),
)
_DPI_CLASSES = ((100, "under 100 dpi"), (150, "100-149 dpi"), (200, "150-199 dpi"),
                (300, "200-299 dpi"))  # fmt: skip


#: Resolution (dots an inch) from which a scan or fax counts as good print in the groups.
PRINT_DPI = 150


@dataclass(frozen=True, slots=True)
class DocumentScore:
    """What became of one document.

    Attributes:
        name: relative to the folder.
        content: shared by documents that are one content under several degradations.
        meta: what the truth says of the document.
        seconds: time that extraction took.
        pages: pages read, 0 where it failed.
        error: code of the error that it failed with, None where it did not.
        tallies: what it adds to each metric.
        judged: every field against the truth; the texts are those of the document.
    """

    name: str
    content: str
    meta: Mapping[str, Any]
    seconds: float
    pages: int
    error: str | None
    tallies: Mapping[str, Tally]
    judged: tuple[Judgement, ...]

    @property
    def silent_errors(self) -> tuple[Judgement, ...]:
        """The values that are wrong and would be shown as certain."""
        return tuple(j for j in self.judged if j.accepted and not j.right)

    def metric(self, name: str) -> Metric:
        """A metric over this document alone."""
        return metric([(self.content, self.tallies[name])] if name in self.tallies else [])

    def to_json(self) -> dict[str, Any]:
        """All but the judgements that are right or not accepted."""
        return {
            "name": self.name,
            "content": self.content,
            "seconds": round(self.seconds, 3),
            "pages": self.pages,
            "error": self.error,
            "metrics": {
                name: {
                    "numerator": round(tally.numerator, 3),
                    "denominator": round(tally.denominator, 3),
                }
                for name, tally in self.tallies.items()
                if tally.denominator
            },
            "silent_errors": [_error_json(j) for j in self.silent_errors],
        }


def _error_json(judgement: Judgement) -> dict[str, Any]:
    return {
        "field": judgement.metric,
        "row": judgement.row,
        "expected": judgement.expected,
        "got": judgement.got,
        "confidence": judgement.confidence,
        "row_in_truth": judgement.counterpart,
    }


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of an evaluation.

    Attributes:
        metrics: all of METRICS by name.
        documents: in order of name.
        groups: metrics by kind, source, resolution, family and degradation of the documents, as
            far as their ground truth tells: ``groups["source"]["photo"]["labs.value"]``.
        problems: sentences on documents without ground truth, and the other way round.
    """

    metrics: Mapping[str, Metric]
    documents: tuple[DocumentScore, ...]
    groups: Mapping[str, Mapping[str, Mapping[str, Metric]]]
    problems: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The whole report; it quotes the fields that are silent errors."""
        return {
            "metrics": {name: m.to_json() for name, m in self.metrics.items()},
            "groups": {
                key: {
                    value: {n: m.to_json() for n, m in metrics.items() if m.value is not None}
                    for value, metrics in values.items()
                }
                for key, values in self.groups.items()
            },
            "calibration": self.calibration(),
            "problems": list(self.problems),
            "documents": [document.to_json() for document in self.documents],
        }

    def calibration(self) -> dict[str, Any]:
        """How far confidences say what is right: of ``all`` values, and of the ``accepted``."""
        judged = [j for d in self.documents for j in d.judged if j.confidence is not None]
        known = [(j.confidence or 0.0, j.accepted, j.right) for j in judged]
        return {
            "all": calibration([(c, right) for c, _, right in known]),
            "accepted": calibration([(c, right) for c, accepted, right in known if accepted]),
            "risk_coverage": risk_coverage(known),
        }


def summarise(documents: Sequence[DocumentScore], problems: Sequence[str] = ()) -> Report:
    """Put the documents together."""
    ordered = tuple(sorted(documents, key=lambda d: d.name))
    members: dict[str, dict[str, list[DocumentScore]]] = {}
    for document in ordered:
        for key, value in _groups_of(document.meta):
            members.setdefault(key, {}).setdefault(value, []).append(document)
    groups = {
        key: {value: _metrics(values[value]) for value in sorted(values)}
        for key, values in members.items()
    }
    return Report(_metrics(ordered), ordered, groups, tuple(problems))


def _metrics(documents: Iterable[DocumentScore]) -> dict[str, Metric]:
    documents = tuple(documents)
    return {
        name: metric((d.content, d.tallies[name]) for d in documents if name in d.tallies)
        for name in METRICS
    }


def _groups_of(meta: Mapping[str, Any]) -> list[tuple[str, str]]:
    groups = [(key, str(meta[key])) for key in ("kind", "source", "family") if meta.get(key)]
    source, dpi = meta.get("source"), meta.get("dpi")
    if source == "digital":
        groups.append(("dpi", "born-digital"))
    elif isinstance(dpi, int | float):
        named = next((name for limit, name in _DPI_CLASSES if dpi < limit), "300 dpi and over")
        groups.append(("dpi", named))
        if source:
            printed = (
                f"print under {PRINT_DPI} dpi" if dpi < PRINT_DPI else f"print from {PRINT_DPI} dpi"
            )
            groups.append(("page", "photo" if source == "photo" else printed))
    if "degradations" in meta:
        names = list(meta["degradations"] or ())
        groups.extend(("degradation", str(name)) for name in names or ["none"])
    return groups


def check(report: Report, minimum: Mapping[str, float], maximum: Mapping[str, float]) -> list[str]:
    """What fails of a gate, one sentence each; empty when all holds.

    A metric without any data fails: a gate must not pass because nothing was measured.
    ``NAME.low`` and ``NAME.high`` stand for the metric's 95 % bounds.

    Raises:
        UsageError: when a metric is unknown.
    """
    failures = []
    for limits, below in ((minimum, True), (maximum, False)):
        for name, limit in limits.items():
            value, counted = _named(report, name)
            if value is None:
                failures.append(f"{name} was not measured: no ground truth or result has any")
            elif value < limit if below else value > limit:
                side = "below the minimum" if below else "above the maximum"
                failures.append(f"{name} is {value:.4f}, {side} of {limit:g} ({counted})")
    return failures


def _named(report: Report, name: str) -> tuple[float | None, str]:
    base, _, bound = name.rpartition(".")
    if name not in METRICS and not (base in METRICS and bound in ("low", "high")):
        raise UsageError(
            f"'{name}' is not a metric", hint=f"Known metrics are {', '.join(METRICS)}"
        )
    found = report.metrics[name if name in METRICS else base]
    value = found.value if name in METRICS else found.low if bound == "low" else found.high
    return value, f"{found.numerator:g} of {found.denominator:g}"


def tables(report: Report) -> list[Table]:
    """The report as rich tables, the totals last. They hold no text of documents."""
    out = [
        _grid(
            "By document",
            [(d.name, {name: d.metric(name) for name in METRICS}) for d in report.documents],
            [d.error or "" for d in report.documents],
        )
    ]
    groups: list[tuple[str, Mapping[str, Metric] | None]] = []
    for key, values in report.groups.items():
        if len(values) > 1:
            groups.append((f"[bold]{key}", None))
            groups.extend((f" {value}", metrics) for value, metrics in values.items())
    if groups:
        out.append(_grid("By group", groups))
    if report.problems:
        out.append(_listed("Not evaluated", report.problems))
    return [*out, _calibration(report), _totals(report)]


def _calibration(report: Report) -> Table:
    from rich.table import Table

    table = Table(title="What confidences are worth")
    table.add_column("values", no_wrap=True)
    for name in ("count", "expected calibration error", "AUROC"):
        table.add_column(name, justify="right")
    found = report.calibration()
    for name in ("all", "accepted"):
        measured = (found[name]["ece"], found[name]["auroc"])
        shown = ("" if value is None else f"{value:.3f}" for value in measured)
        table.add_row(name, f"{found[name]['count']:,}", *shown)
    return table


def _totals(report: Report) -> Table:
    from rich.table import Table

    failed = sum(d.error is not None for d in report.documents)
    count = f"{len(report.documents)} documents" + (f", {failed} failed" if failed else "")
    table = Table(title=f"Accuracy over {count}")
    table.add_column("metric", no_wrap=True)
    for name in ("value", "95 % bound", "counted"):
        table.add_column(name, justify="right")
    for name, found in report.metrics.items():
        if found.value is None:
            continue
        bounds = [_shown(name, bound) for bound in (found.low, found.high) if bound is not None]
        counted = f"{found.numerator:,.0f} / {found.denominator:,.0f}"
        table.add_row(name, _shown(name, found.value), " - ".join(bounds), counted)
    return table


def _shown(name: str, value: float) -> str:
    return f"{value:.2f} s" if name == "seconds_per_page" else f"{100 * value:.2f} %"


def _grid(
    title: str,
    rows: Sequence[tuple[str, Mapping[str, Metric] | None]],
    errors: Sequence[str] = (),
) -> Table:
    """Percentages (and seconds); "head" is date, facility and doctor together."""
    from rich import box
    from rich.table import Table

    cells = [[_cell(metrics or {}, names) for _, names in _SHOWN] for _, metrics in rows]
    used = [i for i in range(len(_SHOWN)) if any(line[i] for line in cells)]
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("", overflow="fold")
    for i in used:
        table.add_column(_SHOWN[i][0], justify="right", no_wrap=True)
    if any(errors):
        table.add_column("error", overflow="fold")
    for i, (label, _) in enumerate(rows):
        table.add_row(label, *(cells[i][j] for j in used), *([errors[i]] if any(errors) else []))
    return table


def _cell(metrics: Mapping[str, Metric], names: tuple[str, ...]) -> str:
    found = [metrics[name] for name in names if name in metrics]
    counted = sum(metric.denominator for metric in found)
    if not counted:
        return ""
    value = sum(metric.numerator for metric in found) / counted
    return f"{value:.2f}" if names == ("seconds_per_page",) else f"{100 * value:.1f}"


def _listed(title: str, sentences: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, show_header=False)
    for sentence in sentences:
        table.add_row(sentence)
    return table

"""Pieces that the templates of both halves share: the visit, lab tables, reports, sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.corpus import dates, labs, people, phrases
from benchmarks.corpus.html import div, esc, row, span, span_row, table
from benchmarks.corpus.model import Ctx

# Shares of documents that print no doctor, facility or report date, so that null is tested.
_NO_DOCTOR, _NO_FACILITY, _NO_DATE = 0.08, 0.05, 0.05


_ELISA = frozenset("hbsag hiv ahcv ahbs rf aso".split())


@dataclass(frozen=True)
class Visit:
    """Who, where and when of one document; "" where the page does not print it."""

    person: people.Person
    facility: people.Facility
    names: tuple[str, ...]
    doctor: str
    other_doctor: str
    collected: date
    received: date
    reported: date
    has_date: bool
    lab: dict[str, str]
    tel: str

    def sex(self) -> str:
        """The printed sex."""
        return self.lab[self.person.sex]

    def age(self) -> int:
        """The age in years on the day of the report."""
        born, day = self.person.born, self.reported
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def age_text(self) -> str:
        """The age with its unit, e.g. ``45 years``."""
        return f"{self.age()} {self.lab['y']}"


def visit(ctx: Ctx, lang: str, names: str = "en km", doctor: str = "latin") -> Visit:
    """Draw the visit and put facility, doctor and date into the truth.

    names: which of the facility's names are printed (en, fr, km, in order); doctor: latin or km.
    """
    rng, truth = ctx.rng, ctx.truth
    place = ctx.place or people.facility(rng, ctx.half, ctx.kind)
    by_lang = {"en": place.latin, "fr": place.french, "km": place.khmer}
    shown = tuple(by_lang[n] for n in names.split())
    if rng.random() < _NO_FACILITY:
        shown = ()
    who, other = people.doctor(rng, lang), people.doctor(rng, lang)
    title = "" if rng.random() < _NO_DOCTOR else (who.khmer if doctor == "km" else who.latin)
    collected, received, reported = dates.visit(rng)
    dated = rng.random() >= _NO_DATE
    latin = [n for n in shown if n != place.khmer]
    truth.facility = next(iter([*latin, *shown]), None)
    truth.facility_aliases = [n for n in shown if n != truth.facility]
    truth.doctor, truth.report_date = title or None, reported if dated else None
    return Visit(
        ctx.person or people.person(rng),
        place,
        shown,
        title,
        other.latin if title else "",
        collected,
        received,
        reported,
        dated,
        people.labels(ctx.half, lang),
        people.landline(rng),
    )


def day(v: Visit, style: str) -> str:
    """The report's date, or "" where the page does not print it."""
    return dates.printed(v.reported, style) if v.has_date else ""


def when(v: Visit, moment: date, style: str, time: str = "") -> str:
    """Another day of the visit; "" where the report's date is missing, lest it stand in."""
    return f"{dates.printed(moment, style)} {time}".strip() if v.has_date else ""


def kept(items: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that have a value."""
    return [(k, val) for k, val in items if val]


def range_html(r: labs.LabRow) -> str:
    """The reference cell: both lines of a sex range, else the range."""
    return "<br>".join(map(esc, r.range_lines)) if r.range_lines else esc(r.range)


def value_html(r: labs.LabRow, bold: bool) -> str:
    """The value cell, in bold where the row is abnormal and the family does so."""
    return f"<b>{esc(r.value)}</b>" if bold and r.abnormal else esc(r.value)


def lab_cells(r: labs.LabRow, columns: str, bold: bool = False, index: int = 0) -> list[str]:
    """Cells by column letter: n name, v value, u unit, V value and unit, w value and flag,
    r range, f flag, p prior value, i index, s specimen, m method."""
    urine = labs.facts()[r.key].group == "urine"
    specimen = "Urine" if urine else "Serum"
    method = "Strip" if urine else "ELISA" if r.key in _ELISA else "RDT"
    return [
        {
            "n": esc(r.name),
            "v": value_html(r, bold),
            "u": esc(r.unit),
            "V": f"{value_html(r, bold)} {esc(r.unit)}".strip(),
            "w": f"{value_html(r, bold)} {span(esc(r.flag), 'fl') if r.flag else ''}".strip(),
            "r": range_html(r),
            "f": esc(r.flag),
            "p": esc(r.prior),
            "i": str(index),
            "s": specimen,
            "m": method,
        }[c]
        for c in columns
    ]


def lab_rows(
    ctx: Ctx, rows: list[labs.LabRow], columns: str, bold: bool = False, start: int = 1
) -> list[str]:
    """Table rows of lab rows; adds them to the truth."""
    ctx.truth.labs += [r.item for r in rows]
    return [
        row(lab_cells(r, columns, bold, start + i), cls="ab" if r.abnormal else "")
        for i, r in enumerate(rows)
    ]


@dataclass(frozen=True)
class LabTable:
    """A table of sections: header cells, column letters, widths, style of the rows."""

    head: tuple[str, ...]
    columns: str
    widths: str
    style: labs.LabStyle
    lang: str
    bold: bool = False
    headings: bool = True
    cls: str = ""


def draw_sections(ctx: Ctx, spec: LabTable, plan: Sequence[tuple[str, int]], sex: str) -> list[str]:
    """The rows of several sections, each under a heading row over all columns."""
    out: list[str] = []
    count = 1
    seen: set[str] = set()
    for section, size in plan:
        rows = labs.section_rows(ctx.rng, section, size, spec.style, sex, ctx.half)
        rows = [r for r in rows if r.name not in seen]
        seen |= {r.name for r in rows}
        if spec.headings:
            title = labs.section_title(section, spec.lang, ctx.half)
            out.append(span_row(esc(title), len(spec.head)))
        out += lab_rows(ctx, rows, spec.columns, spec.bold, count)
        count += len(rows)
    return out


def lab_table(ctx: Ctx, spec: LabTable, plan: Sequence[tuple[str, int]], sex: str) -> str:
    """A whole lab table."""
    return table(
        [esc(h) for h in spec.head], draw_sections(ctx, spec, plan, sex), spec.cls, spec.widths
    )


def plan(
    ctx: Ctx, low: int, high: int, first: Sequence[str], rest: Sequence[str]
) -> list[tuple[str, int]]:
    """Sections and their sizes: one of `first`, then some of `rest`, low to high rows in all."""
    rng = ctx.rng
    left = rng.randint(low, high)
    out: list[tuple[str, int]] = []
    for section in [rng.choice(first), *rng.sample(list(rest), len(rest))]:
        if left < 2 or any(section == s for s, _ in out):
            continue
        size = min(
            left, rng.randint(8, 13) if section in ("haem", "cbc", "urine") else rng.randint(3, 6)
        )
        out.append((section, size))
        left -= size
    return out


def note(ctx: Ctx, label: str, text: str, cls: str = "note") -> str:
    """A labelled note that the truth lists under `other`."""
    ctx.truth.other.append(text)
    return div(f"<b>{esc(label)}</b> : {esc(text)}", cls)


def remark(ctx: Ctx, v: Visit, lang: str, chance: float = 0.5) -> str:
    """A laboratory's comment on some pages, else nothing."""
    if ctx.rng.random() >= chance:
        return ""
    return note(ctx, v.lab["remark"], phrases.remark(ctx.rng, ctx.half, lang))


def fill(html: str) -> str:
    """The inside of a page."""
    return div(html, "in")

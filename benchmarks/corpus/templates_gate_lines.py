"""Laboratory report families of the gate half without one plain table; not to be tuned on."""

from __future__ import annotations

from benchmarks.corpus import labs, parts
from benchmarks.corpus.html import div, esc, row, span, table
from benchmarks.corpus.labs import LabStyle
from benchmarks.corpus.model import Content, Ctx
from benchmarks.corpus.parts import LabTable
from benchmarks.corpus.templates_gate_heads import band, box, flow, ministry, signs, split

_DOTTED_STYLE = LabStyle(
    names="fr-both",
    units="f",
    comma=True,
    between="{l} à {h}",
    below="Inf. à {h}",
    above="Sup. à {l}",
    flags="star",
    qual="fr",
    no_range=0.08,
)


def dotted(ctx: Ctx) -> Content:
    """French lines with dotted leaders, value and unit together, `N :` before the range."""
    v = parts.visit(ctx, "fr", "fr km")
    blocks = []
    for section, size in parts.plan(ctx, 9, 16, ["haem", "chem"], ["lipid", "liver", "coag"]):
        rows = labs.section_rows(ctx.rng, section, size, _DOTTED_STYLE, v.person.sex, ctx.half)
        ctx.truth.labs += [r.item for r in rows]
        lines = []
        for r in rows:
            normal = f"(N : {esc(r.range)})" if r.range else ""
            lines.append(
                div(
                    span(esc(r.name))
                    + span("", "lead")
                    + span(f"{esc(r.value)} {esc(r.unit)} {r.flag}".strip(), "val")
                    + span(normal, "nor"),
                    "dot",
                )
            )
        blocks.append(div(esc(labs.section_title(section, "fr", ctx.half)), "bar") + "".join(lines))
    return Content(
        [
            parts.fill(
                split(v)
                + flow(v, "slash")
                + "".join(blocks)
                + parts.remark(ctx, v, "fr")
                + signs(v, "Le technicien", "Le pharmacien biologiste")
            )
        ],
        ctx.truth,
    )


_DOUBLE_STYLE = LabStyle(
    names="en-abbr",
    units="xs",
    between="{l}-{h}",
    below="<{h}",
    above=">{l}",
    flags="bold",
    thousands="",
)


def double(ctx: Ctx) -> Content:
    """One wide table, two tests a row."""
    v = parts.visit(ctx, "en", "km en")
    left = labs.section_rows(ctx.rng, "cbc", 10, _DOUBLE_STYLE, v.person.sex, ctx.half)
    seen = {r.name for r in left}
    other = [
        r
        for s, n in (("chem", 7), ("liver", 5))
        for r in labs.section_rows(ctx.rng, s, n, _DOUBLE_STYLE, v.person.sex, ctx.half)
    ]
    right = [r for r in other if r.name not in seen][: len(left)]
    lines = []
    for i, r in enumerate(left):
        pair = [r, right[i]] if i < len(right) else [r]
        ctx.truth.labs += [p.item for p in pair]
        cells = [c for p in pair for c in parts.lab_cells(p, "nvur", bold=True)]
        lines.append(row(cells + [""] * (8 - len(cells))))
    head = ("TEST", "RESULT", "UNIT", "NORMAL") * 2
    body = table(head, lines, "full wide", "13 10 13 14 13 10 13 14")
    return Content(
        [
            parts.fill(
                ministry(v)
                + div("BLOOD TEST", "title")
                + box(v, "slash")
                + body
                + parts.remark(ctx, v, "en", 0.7)
                + signs(v, "", "Head of laboratory")
            )
        ],
        ctx.truth,
    )


def typewriter(ctx: Ctx) -> Content:
    """Analyser print-out: `NAME....: value unit [low – high] *` in a monospaced type."""
    v = parts.visit(ctx, "en", "en")
    style = LabStyle(
        names="en-abbr",
        units="xcs",
        between="[{l} - {h}]",
        below="[0 - {h}]",
        above="[> {l}]",
        flags="star",
    )
    out = []
    for section, size in parts.plan(ctx, 10, 16, ["haem", "cbc"], ["chem", "liver", "coag"]):
        rows = labs.section_rows(ctx.rng, section, size, style, v.person.sex, ctx.half)
        ctx.truth.labs += [r.item for r in rows]
        out.append(div(f"== {esc(labs.section_title(section, 'en', ctx.half))} ==", "tw"))
        for r in rows:
            left = f"{esc(r.name):.<16}: {esc(r.value):<8}{esc(r.unit):<14}"
            out.append(div(f"{left} {esc(r.range)} {r.flag}".rstrip(), "tw"))
    return Content(
        [
            parts.fill(
                split(v) + flow(v, "iso") + div("".join(out), "roll") + parts.remark(ctx, v, "en")
            )
        ],
        ctx.truth,
    )


def urine(ctx: Ctx) -> Content:
    """Urinalysis and rapid tests: found and expected, counts as `2-4 /HPF`."""
    v = parts.visit(ctx, "en", "en km")
    style = LabStyle(
        names="en-full", qual=ctx.rng.choice(["en", "sign"]), flags="star", units="c", abnormal=0.3
    )
    spec = LabTable(
        ("ANALYTE", "FOUND", "", "EXPECTED"), "nVfr", "40 26 8 26", style, "en", cls="thin"
    )
    body = parts.lab_table(
        ctx, spec, [("urine", 15), ("sero", ctx.rng.randint(3, 6))], v.person.sex
    )
    return Content(
        [
            parts.fill(
                band(v)
                + box(v, "monsp")
                + body
                + parts.remark(ctx, v, "en", 0.7)
                + signs(v, "Analysed by", "Checked by")
            )
        ],
        ctx.truth,
    )


_MULTIPAGE_STYLE = LabStyle(
    names="km-en", units="s", flags="HL", between="{l} – {h}", no_range=0.02
)
_MULTIPAGE_TABLE = LabTable(
    ("Test / តេស្ត", "Unit", "Result", "H/L", "Range"),
    "nuvfr",
    "40 16 16 8 20",
    _MULTIPAGE_STYLE,
    "en",
    cls="full",
    headings=False,
)


def multipage(ctx: Ctx) -> Content:
    """A department a table, the letterhead repeated on every page, bilingual names."""
    v = parts.visit(ctx, "en", "km en")
    groups = [
        [("cbc", 10), ("coag", 4)],
        [("chem", 9), ("iron", 4)],
        [("liver", 8), ("lipid", 4), ("cardiac", 3)],
    ]
    groups = groups[: ctx.rng.choice([2, 2, 3])]
    pages = []
    for number, group in enumerate(groups, 1):
        blocks = [
            div(f"Department: {esc(labs.section_title(s, 'en', ctx.half))}", "bar")
            + parts.lab_table(ctx, _MULTIPAGE_TABLE, [(s, n)], v.person.sex)
            for s, n in group
        ]
        end = (
            parts.remark(ctx, v, "en", 0.8) + signs(v, "", "Validated by")
            if number == len(groups)
            else div("continued on next page", "right")
        )
        pages.append(
            parts.fill(
                split(v)
                + box(v, "en")
                + "".join(blocks)
                + end
                + div(f"{number} / {len(groups)}", "foot")
            )
        )
    return Content(pages, ctx.truth)

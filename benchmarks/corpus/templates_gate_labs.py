"""Laboratory report families of the gate half; not to be tuned on."""

from __future__ import annotations

from benchmarks.corpus import dates, parts
from benchmarks.corpus.html import div, esc
from benchmarks.corpus.labs import LabStyle
from benchmarks.corpus.model import Content, Ctx
from benchmarks.corpus.parts import LabTable
from benchmarks.corpus.templates_gate_heads import band, box, flow, ministry, signs, split


def boxed(ctx: Ctx) -> Content:
    """Ruled; the range stands before the unit and the result; flags in words."""
    v = parts.visit(ctx, "en", "km en")
    style = LabStyle(
        names="en-both",
        units=ctx.rng.choice(["cs", "s"]),
        between="{l}-{h}",
        below="<{h}",
        above=">{l}",
        flags="words",
    )
    spec = LabTable(
        ("N°", "Test description", "Normal value", "Unit", "Result", "Status"),
        "inruvf",
        "6 36 17 15 14 12",
        style,
        "en",
        headings=False,
        cls="full",
    )
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 10, 17, ["chem", "haem"], ["liver", "lipid", "iron", "coag"]),
        v.person.sex,
    )
    return Content(
        [
            parts.fill(
                ministry(v)
                + div("MEDICAL ANALYSIS RESULT", "title")
                + box(v, "dash")
                + body
                + parts.remark(ctx, v, "en")
                + signs(v, "Received by", "Lab technician")
            )
        ],
        ctx.truth,
    )


def prior_first(ctx: Ctx) -> Content:
    """Zebra; the previous result stands before today's."""
    v = parts.visit(ctx, "en", "en")
    style = LabStyle(
        names="en-full",
        units="c",
        between="{l} to {h}",
        below="below {h}",
        above="above {l}",
        flags="star",
    )
    old = dates.printed(
        v.collected.replace(year=v.collected.year - 1, day=min(v.collected.day, 28)), "monsp"
    )
    spec = LabTable(
        ("Analyte", f"Previous {old}", "Current", "Units", "Biological interval"),
        "npwur",
        "32 16 16 16 20",
        style,
        "en",
        cls="stripe",
    )
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 9, 15, ["chem"], ["haem", "lipid", "liver", "horm"]),
        v.person.sex,
    )
    return Content(
        [parts.fill(band(v) + flow(v, "monsp") + body + parts.remark(ctx, v, "en"))], ctx.truth
    )


def arrows(ctx: Ctx) -> Content:
    """Coloured section bands; an arrow column before the value; ranges in brackets."""
    v = parts.visit(ctx, "en", "en km")
    style = LabStyle(
        names="en-abbr",
        units="s",
        between="[{l} – {h}]",
        below="[< {h}]",
        above="[≥ {l}]",
        flags="arrow",
        thousands=",",
    )
    spec = LabTable(
        ("Exam", "", "Finding", "Reference", "Unit"),
        "nfvru",
        "34 6 20 22 18",
        style,
        "en",
        bold=True,
        cls="bands",
    )
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 12, 20, ["haem", "cbc"], ["chem", "liver", "lipid", "tumor", "sero"]),
        v.person.sex,
    )
    return Content(
        [
            parts.fill(
                band(v)
                + box(v, "slash")
                + body
                + parts.remark(ctx, v, "en")
                + signs(v, "", "Biologist")
            )
        ],
        ctx.truth,
    )


_FRENCH_SEX_STYLE = LabStyle(
    names="fr-full",
    units="f",
    comma=True,
    between="{l} - {h}",
    below="< {h}",
    above="> {l}",
    flags="bold",
    qual="fr",
    sex_labels=("H", "F"),
    thousands=" ",
)
_FRENCH_SEX_TABLE = LabTable(
    ("ANALYSE", "VALEURS NORMALES", "RESULTAT"),
    "nrV",
    "44 28 28",
    _FRENCH_SEX_STYLE,
    "fr",
    bold=True,
    cls="thin",
)


def french_sex(ctx: Ctx) -> Content:
    """French; ranges of men and women on two lines, before the result with its unit."""
    v = parts.visit(ctx, "fr", "fr")
    body = parts.lab_table(
        ctx,
        _FRENCH_SEX_TABLE,
        parts.plan(ctx, 10, 16, ["haem", "chem"], ["iron", "chem", "lipid", "sero"]),
        v.person.sex,
    )
    return Content(
        [
            parts.fill(
                split(v)
                + div("Compte rendu d'analyses", "title")
                + box(v, "dot")
                + body
                + parts.remark(ctx, v, "fr")
                + signs(v, "", "Biologiste")
            )
        ],
        ctx.truth,
    )


def khmer(ctx: Ctx) -> Content:
    """Khmer headings, value with unit in one cell, flags in words."""
    v = parts.visit(ctx, "km", "km en", "km")
    style = LabStyle(
        names="km-en",
        units="cs",
        between="{l} ~ {h}",
        below="< {h}",
        above="> {l}",
        flags="words",
        qual="en",
    )
    spec = LabTable(
        ("ប្រភេទវិភាគ", "តម្លៃធម្មតា", "លទ្ធផលវិភាគ", "សម្គាល់"),
        "nrVf",
        "42 20 24 14",
        style,
        "km",
        cls="full",
    )
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 9, 15, ["chem", "haem"], ["lipid", "liver", "sero"]),
        v.person.sex,
    )
    return Content(
        [
            parts.fill(
                ministry(v)
                + div("លទ្ធផលវិភាគមន្ទីរពិសោធន៍", "title ti")
                + box(v, "slash", km=True)
                + body
                + parts.remark(ctx, v, "km")
                + signs(v, "អ្នកវិភាគ", "ប្រធានមន្ទីរពិសោធន៍")
            )
        ],
        ctx.truth,
    )


_KHMER_DIGITS_STYLE = LabStyle(
    names="km",
    units="cs",
    khmer=True,
    flags="bold",
    qual="km",
    between="({l} - {h})",
    below="(< {h})",
    above="(> {l})",
)
_KHMER_DIGITS_TABLE = LabTable(
    ("តេស្តវិភាគ", "តម្លៃយោង", "ខ្នាត", "លទ្ធផល"),
    "nruv",
    "38 24 20 18",
    _KHMER_DIGITS_STYLE,
    "km",
    bold=True,
    headings=False,
    cls="full",
)


def khmer_digits(ctx: Ctx) -> Content:
    """Khmer digits in a boxed table; results first after a running number."""
    v = parts.visit(ctx, "km", "km", "km")
    body = parts.lab_table(
        ctx,
        _KHMER_DIGITS_TABLE,
        parts.plan(ctx, 8, 12, ["chem", "cbc"], ["lipid", "sero", "liver"]),
        v.person.sex,
    )
    info = [
        (v.lab["name"], v.person.khmer),
        (v.lab["sex"], v.sex()),
        (v.lab["age"], dates.khmer_digits(v.age_text())),
        (v.lab["req"], v.doctor),
        (v.lab["col"], parts.when(v, v.collected, "kmslash")),
        (v.lab["rep"], parts.day(v, "km")),
    ]
    lines = "".join(div(f"{esc(k)}៖ {esc(x)}") for k, x in parts.kept(info))
    return Content(
        [
            parts.fill(
                ministry(v)
                + div("ប័ណ្ណលទ្ធផលពិនិត្យឈាម", "title ti")
                + div(lines, "km-info")
                + body
                + parts.remark(ctx, v, "km", 0.6)
            )
        ],
        ctx.truth,
    )

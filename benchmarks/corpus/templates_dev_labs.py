"""Laboratory report families of the dev half."""

from __future__ import annotations

from benchmarks.corpus import dates, labs, parts, phrases
from benchmarks.corpus.html import div, esc, flex, pairs, row, span_row, table
from benchmarks.corpus.labs import LabStyle
from benchmarks.corpus.model import Content, Ctx
from benchmarks.corpus.parts import LabTable
from benchmarks.corpus.templates_dev_heads import centre_head, logo_head, patient_two, sign


def ruled(ctx: Ctx) -> Content:
    """Fully ruled table, bilingual headings, Khmer and English names."""
    v = parts.visit(ctx, "en", "km en")
    style = LabStyle(
        names="km-en", units=ctx.rng.choice(["s", "cs"]), between="{l}–{h}", flags="HL"
    )
    spec = LabTable(
        ("ឈ្មោះតេស្ត / Test", "លទ្ធផល / Result", "ខ្នាត / Unit", "តម្លៃយោង / Reference", "Flag"),
        "nvurf",
        "36 18 16 21 9",
        style,
        "en",
        headings=False,
        cls="ruled",
    )
    body = parts.lab_table(
        ctx, spec, parts.plan(ctx, 9, 14, ["cbc", "chem"], ["lipid", "liver", "chem"]), v.person.sex
    )
    title = div(esc("លទ្ធផលមន្ទីរពិសោធន៍") + "<br>LABORATORY REPORT", "title ti")
    return Content(
        [
            parts.fill(
                centre_head(v)
                + title
                + patient_two(v, "slash")
                + body
                + parts.remark(ctx, v, "en")
                + sign(v, "Laboratory")
            )
        ],
        ctx.truth,
    )


def plain(ctx: Ctx) -> Content:
    """Borderless English columns with section titles."""
    v = parts.visit(ctx, "en", "en")
    style = LabStyle(
        names="en-full", units="c", between="{l} - {h}", flags="HL", below="<{h}", above=">{l}"
    )
    spec = LabTable(
        ("TEST", "RESULT", "FLAG", "UNITS", "REFERENCE RANGE"),
        "nvfur",
        "36 16 8 18 22",
        style,
        "en",
    )
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 12, 20, ["haem"], ["chem", "liver", "lipid", "sero"]),
        v.person.sex,
    )
    return Content(
        [
            parts.fill(
                logo_head(v)
                + patient_two(v, "mon")
                + body
                + parts.remark(ctx, v, "en")
                + sign(v, "Verified by")
            )
        ],
        ctx.truth,
    )


def zebra(ctx: Ctx) -> Content:
    """Zebra rows, abbreviated names, arrow-free H/L beside the value, prior dates nowhere."""
    v = parts.visit(ctx, "en", "en km")
    style = LabStyle(
        names="en-abbr", units="cs", between="({l}-{h})", below="(<{h})", above="(>{l})", flags="HL"
    )
    spec = LabTable(
        ("Parameter", "Value", "Unit", "Normal"),
        "nwur",
        "34 24 20 22",
        style,
        "en",
        headings=False,
        cls="zeb",
    )
    body = parts.lab_table(
        ctx, spec, parts.plan(ctx, 10, 18, ["haem", "cbc"], ["chem", "liver"]), v.person.sex
    )
    line = " · ".join(
        x for x in (v.person.latin, v.sex(), v.age_text(), f"ID {v.person.number}") if x
    )
    info = div(esc(line), "line") + pairs(
        parts.kept(
            [
                (v.lab["req"], v.doctor),
                (v.lab["col"], parts.when(v, v.collected, "iso", dates.clock(ctx.rng))),
                (v.lab["rep"], parts.day(v, "iso")),
            ]
        )
    )
    return Content(
        [parts.fill(centre_head(v) + info + body + parts.remark(ctx, v, "en"))], ctx.truth
    )


def two_panels(ctx: Ctx) -> Content:
    """Two small tables side by side, compact."""
    v = parts.visit(ctx, "en", "en")
    style = LabStyle(
        names="en-abbr", units="s", between="{l}-{h}", below="<{h}", above=">{l}", flags="star"
    )
    spec = LabTable(
        ("Test", "Result", "Unit", "Range"),
        "nwur",
        "27 24 25 24",
        style,
        "en",
        headings=False,
        cls="grid",
    )
    blocks = []
    for section, size in (("cbc", 8), ("chem", 8), ("lipid", 4), ("liver", 5)):
        blocks.append(
            div(
                div(esc(labs.section_title(section, "en", ctx.half)), "ptitle")
                + parts.lab_table(ctx, spec, [(section, size)], v.person.sex),
                "panel",
            )
        )
    body = flex(
        div(blocks[0] + blocks[2], "half"), div(blocks[1] + blocks[3], "half"), cls="panels"
    )
    return Content(
        [
            parts.fill(
                logo_head(v)
                + patient_two(v, "slash")
                + body
                + parts.remark(ctx, v, "en", 0.7)
                + sign(v, "Lab supervisor")
            )
        ],
        ctx.truth,
    )


_FRENCH_PRIOR_STYLE = LabStyle(
    names="fr-full",
    units="f",
    comma=True,
    between="{l} - {h}",
    below="< {h}",
    above="> {l}",
    flags="star",
    qual="fr",
)


def french_prior(ctx: Ctx) -> Content:
    """French five columns with the previous result last."""
    v = parts.visit(ctx, "fr", "fr")
    before = dates.printed(
        v.collected.replace(year=v.collected.year - 1, day=min(v.collected.day, 28)), "slash"
    )
    spec = LabTable(
        ("Examens", "Résultats", "Unités", "Valeurs de référence", f"Antériorité {before}"),
        "nwurp",
        "36 16 12 20 16",
        _FRENCH_PRIOR_STYLE,
        "fr",
    )
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 10, 18, ["chem", "haem"], ["liver", "lipid", "horm"]),
        v.person.sex,
    )
    return Content(
        [
            parts.fill(
                logo_head(v)
                + patient_two(v, "slash")
                + body
                + parts.remark(ctx, v, "fr")
                + sign(v, "Le biologiste")
            )
        ],
        ctx.truth,
    )


def camlis(ctx: Ctx) -> Content:
    """Public hospital print-out: motto, department blocks, abnormal only by bold."""
    v = parts.visit(ctx, "km", "km", "km" if ctx.rng.random() < 0.6 else "latin")
    style = LabStyle(
        names="km-en", units="s", flags="bold", below="< {h}", above="≥ {l}", qual="en"
    )
    spec = LabTable(
        ("ឈ្មោះតេស្ត", "លទ្ធផល", "ខ្នាត", "តម្លៃយោង"),
        "nvur",
        "44 18 18 20",
        style,
        "en",
        bold=True,
        cls="cam",
    )
    body = parts.lab_table(
        ctx, spec, parts.plan(ctx, 9, 16, ["haem", "chem"], ["liver", "sero", "chem"]), v.person.sex
    )
    title = div("លទ្ធផលមន្ទីរពិសោធន៍", "title ti")
    return Content(
        [
            parts.fill(
                centre_head(v, kingdom=True)
                + title
                + patient_two(v, "mon", km=True)
                + body
                + parts.remark(ctx, v, "km")
                + sign(v, "ត្រួតពិនិត្យដោយ")
            )
        ],
        ctx.truth,
    )


def colon(ctx: Ctx) -> Content:
    """`Test : value unit (low – high) Flag`, one line a test, no table."""
    v = parts.visit(ctx, "en", "km en")
    style = LabStyle(
        names="en-full",
        units="sc",
        between="({l} – {h})",
        below="(< {h})",
        above="(> {l})",
        flags="HL",
    )
    blocks = []
    for section, size in parts.plan(ctx, 8, 15, ["chem"], ["lipid", "liver", "cardiac", "iron"]):
        rows = labs.section_rows(ctx.rng, section, size, style, v.person.sex, ctx.half)
        ctx.truth.labs += [r.item for r in rows]
        lines = [
            row([esc(r.name), f": {esc(r.value)}", esc(r.unit), esc(r.range), esc(r.flag)])
            for r in rows
        ]
        blocks.append(
            div(esc(labs.section_title(section, "en", ctx.half)), "ptitle")
            + table((), lines, "", "34 16 14 22 14")
        )
    info = [
        ("ឈ្មោះ/Name", v.person.latin),
        ("អាយុ/Age", v.age_text()),
        ("ភេទ/Gender", v.sex()),
        ("Requested By", v.doctor),
        ("Collected", parts.when(v, v.collected, "slash", dates.clock(ctx.rng))),
        ("Analysis", parts.when(v, v.received, "slash", dates.clock(ctx.rng))),
        ("Report date", parts.day(v, "slash")),
    ]
    half = (len(info) + 1) // 2
    head = flex(pairs(parts.kept(info[:half])), pairs(parts.kept(info[half:])), cls="pat")
    return Content(
        [parts.fill(centre_head(v) + head + "".join(blocks) + parts.remark(ctx, v, "en"))],
        ctx.truth,
    )


_KM_DIGITS_STYLE = LabStyle(
    names="km", units="s", khmer=True, flags="star", qual="km", between="{l} - {h}"
)
_KM_DIGITS_TABLE = LabTable(
    ("តេស្ត", "លទ្ធផល", "ខ្នាត", "តម្លៃធម្មតា"),
    "nwur",
    "38 20 20 22",
    _KM_DIGITS_STYLE,
    "km",
    headings=False,
    cls="hline",
)


def km_digits(ctx: Ctx) -> Content:
    """Khmer labels and Khmer digits, horizontal rules only."""
    v = parts.visit(ctx, "km", "km", "km")
    body = parts.lab_table(
        ctx,
        _KM_DIGITS_TABLE,
        parts.plan(ctx, 8, 12, ["chem"], ["lipid", "liver", "cbc"]),
        v.person.sex,
    )
    left = [
        ("ឈ្មោះ", v.person.khmer),
        ("ភេទ", v.sex()),
        ("អាយុ", dates.khmer_digits(v.age_text())),
        (v.lab["doc"], v.doctor),
    ]
    right = [
        (v.lab["col"], parts.when(v, v.collected, "kmslash")),
        (v.lab["rep"], parts.day(v, "km")),
    ]
    info = flex(pairs(parts.kept(left)), pairs(parts.kept(right)), cls="pat")
    return Content(
        [
            parts.fill(
                centre_head(v)
                + div("លទ្ធផលពិនិត្យឈាម", "title ti")
                + info
                + body
                + parts.remark(ctx, v, "km", 0.7)
            )
        ],
        ctx.truth,
    )


def serology(ctx: Ctx) -> Content:
    """Qualitative results with specimen and method columns, comments between the rows."""
    v = parts.visit(ctx, "en", "en km")
    style = LabStyle(
        names="en-full", qual=ctx.rng.choice(["en", "sign"]), flags="none", units="s", abnormal=0.3
    )
    spec = LabTable(
        ("Test", "Specimen", "Method", "Result", "Reference"),
        "nsmVr",
        "32 14 14 22 18",
        style,
        "en",
        cls="grid",
    )
    rows = parts.draw_sections(
        ctx,
        spec,
        [("sero", ctx.rng.randint(7, 9)), ("urine", ctx.rng.randint(6, 10))],
        v.person.sex,
    )
    text = phrases.remark(ctx.rng, ctx.half, "en")
    ctx.truth.other.append(text)
    rows.insert(ctx.rng.randint(3, 6), span_row(f"<i>Comment: {esc(text)}</i>", 5, "com"))
    body = table([esc(h) for h in spec.head], rows, spec.cls, spec.widths)
    return Content(
        [parts.fill(logo_head(v) + patient_two(v, "dash") + body + sign(v, "Approved by"))],
        ctx.truth,
    )


def multipage(ctx: Ctx) -> Content:
    """Two or three pages with a running head; sections go on over the pages."""
    v = parts.visit(ctx, "en", "en")
    style = LabStyle(names="en-both", units="s", flags="HL", between="{l} - {h}", no_range=0.02)
    spec = LabTable(
        ("Investigation", "Result", "Unit", "Ref. Interval", ""),
        "nvurf",
        "40 16 16 20 8",
        style,
        "en",
        cls="under",
    )
    plans = [
        [("haem", 13), ("cardiac", 4)],
        [("chem", 10), ("liver", 7)],
        [("lipid", 4), ("horm", 3), ("urine", 10)],
    ]
    pages = plans[: ctx.rng.choice([2, 2, 3])]
    out = []
    for number, part in enumerate(pages, 1):
        top = (
            logo_head(v)
            if number == 1
            else div(f"{esc(v.person.latin)} — ID {v.person.number}", "run")
        )
        info = patient_two(v, "monsp") if number == 1 else ""
        end = (
            parts.remark(ctx, v, "en", 0.8) + sign(v, "Authorised by")
            if number == len(pages)
            else ""
        )
        foot = div(f"Page {number} of {len(pages)}", "foot")
        out.append(
            parts.fill(top + info + parts.lab_table(ctx, spec, part, v.person.sex) + end + foot)
        )
    return Content(out, ctx.truth)

"""Laboratory families of the dev half that print lines and unusual tables, drawn at random.

Where the other templates fix one layout, these draw column order, headings, rules and the form of
ranges for each document, so that no single choice of theirs can be learnt by heart.
"""

from __future__ import annotations

from random import Random

from benchmarks.corpus import dates, labs, parts
from benchmarks.corpus.html import div, esc, row, table, tag
from benchmarks.corpus.labs import LabRow, LabStyle
from benchmarks.corpus.model import Content, Ctx
from benchmarks.corpus.parts import LabTable, Visit
from benchmarks.corpus.templates_dev_heads import centre_head, logo_head, patient_two, sign

_BETWEEN = tuple(
    "{l} - {h};{l}-{h};({l} - {h});[{l}-{h}];{l} to {h};{l} – {h};{l} ~ {h}".split(";")
)
_BETWEEN_FR = ("{l} - {h}", "{l} à {h}", "({l} à {h})", "[{l} - {h}]", "{l}–{h}")
_LIMITS = (("< {h}", "> {l}"), ("<{h}", ">{l}"), ("up to {h}", "≥ {l}"), ("≤ {h}", "≥{l}"))
_LIMITS_FR = (("< {h}", "> {l}"), ("jusqu'à {h}", "≥ {l}"), ("≤{h}", ">{l}"))


def _style(rng: Random, lang: str, flags: tuple[str, ...]) -> LabStyle:
    """A drawn way to print rows in `lang`."""
    french = lang == "fr"
    below, above = rng.choice(_LIMITS_FR if french else _LIMITS)
    return LabStyle(
        names="km-en" if lang == "km" else f"{lang}-{rng.choice(['full', 'full', 'abbr'])}",
        units="f" if french else rng.choice(["s", "cs", "x"]),
        comma=french,
        between=rng.choice(_BETWEEN_FR if french else _BETWEEN),
        below=below,
        above=above,
        flags=rng.choice(flags),
        qual="fr" if french else "en",
    )


def _drawn_rows(
    ctx: Ctx, plan: list[tuple[str, int]], style: LabStyle, sex: str
) -> list[tuple[str, list[LabRow]]]:
    out: list[tuple[str, list[LabRow]]] = []
    seen: set[str] = set()
    for section, size in plan:
        rows = labs.section_rows(ctx.rng, section, size, style, sex, ctx.half)
        rows = [r for r in rows if r.name not in seen]
        seen |= {r.name for r in rows}
        ctx.truth.labs += [r.item for r in rows]
        out.append((section, rows))
    return out


def _plain_head(v: Visit) -> str:
    names = "".join(div(esc(n), "ti" if n == v.facility.khmer else "fac") for n in v.names)
    return div(names + div(esc(v.facility.address), "addr"))


def typewriter(ctx: Ctx) -> Content:
    """Print of a dot-matrix printer: one type width, columns by spaces, rules of dashes."""
    rng = ctx.rng
    v = parts.visit(ctx, "en", "en")
    style = _style(rng, "en", ("HL", "star", "words", "none"))
    rule = rng.choice("-=_")
    widths = rng.choice([(28, 10, 12, 18), (26, 9, 11, 16), (30, 12, 10, 18)])
    gap = rng.choice(["", ": ", " "])
    flag_first = rng.random() < 0.4
    total = sum(widths) + 8
    lines = [rule * total]
    names = rng.choice(
        [
            ("TEST", "RESULT", "UNIT", "REFERENCE"),
            ("Test", "Result", "Units", "Normal range"),
            ("EXAMINATION", "RESULTS", "UNITS", "NORMAL VALUES"),
        ]
    )
    lines.append("".join(n.ljust(w) for n, w in zip(names, widths, strict=True)))
    lines.append(rule * total)
    body = ["\n".join(lines)]
    for section, rows in _drawn_rows(
        ctx, parts.plan(ctx, 9, 16, ["haem", "chem"], ["liver", "lipid"]), style, v.person.sex
    ):
        lines = ["", f"** {labs.section_title(section, 'en', ctx.half)} **", ""]
        for r in rows:
            name = r.name[: widths[0] - 2]
            r.item.test_name = name
            value = (
                f"{r.flag:<2}{r.value}"
                if flag_first and len(r.flag) == 1
                else f"{r.value} {r.flag}"
            )
            cells = (name, gap + value, r.unit, r.range)
            lines.append("".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip())
        body.append("\n".join(lines))
    info = "\n".join(
        f"{k:<14}: {x}"
        for k, x in parts.kept(
            [
                ("PATIENT", v.person.latin),
                ("AGE/SEX", f"{v.age_text()} / {v.sex()}"),
                ("REQUESTED BY", v.doctor),
                ("COLLECTED", parts.when(v, v.collected, "mon", dates.clock(rng))),
                ("REPORTED", parts.day(v, "mon")),
            ]
        )
    )
    text = "".join(tag("pre", esc(t)) for t in (info, *body, rule * total))
    return Content([parts.fill(_plain_head(v) + text + parts.remark(ctx, v, "en"))], ctx.truth)


def leaders(ctx: Ctx) -> Content:
    """Dots lead from the name to the result; the range in brackets behind it."""
    rng = ctx.rng
    lang = rng.choice(["en", "fr"])
    v = parts.visit(ctx, lang, lang)
    style = _style(rng, lang, ("HL", "star", "none"))
    before, after = rng.choice([("(", ")"), ("(N: ", ")"), ("[", "]"), ("VN : ", ""), ("", "")])
    dot = rng.choice([".", ". ", "…"])
    blocks = []
    for section, rows in _drawn_rows(
        ctx, parts.plan(ctx, 8, 14, ["haem", "chem"], ["liver", "lipid"]), style, v.person.sex
    ):
        lines = []
        for r in rows:
            bare = r.range.strip("()[]")
            shown = f"{before}{bare}{after}" if bare else ""
            if r.item.reference_range:
                r.item.reference_range = bare
            parts_of_line = (
                tag("span", esc(r.name), "lead-name"),
                tag("span", esc(dot * 90), "lead"),
                tag("span", esc(f"{r.value} {r.unit}".strip()), "lead-value"),
                tag("span", esc(f"{shown} {r.flag}".strip()), "lead-range"),
            )
            lines.append(div("".join(parts_of_line), "lead-line"))
        title = labs.section_title(section, lang, ctx.half)
        blocks.append(div(esc(title), "h") + "".join(lines))
    body = "".join(blocks)
    return Content(
        [
            parts.fill(
                centre_head(v)
                + patient_two(v, rng.choice(["slash", "dash"]))
                + body
                + parts.remark(ctx, v, lang)
                + sign(v, "Le biologiste" if lang == "fr" else "Laboratory")
            )
        ],
        ctx.truth,
    )


_HEADINGS = {
    "en": {
        "n": ("Test", "Test name", "Examination", "Parameters"),
        "v": ("Result", "Results", "Value"),
        "u": ("Unit", "Units"),
        "r": ("Normal range", "Reference", "Ref. values", "Reference range"),
        "f": ("Flag", "H/L", ""),
        "p": ("Previous", "Last result", "Previous result", "Prior"),
    },
    "fr": {
        "n": ("Analyse", "Examen", "Paramètres"),
        "v": ("Résultat", "Résultats", "Valeur"),
        "u": ("Unité", "Unités"),
        "r": ("Normes", "Valeurs normales", "Valeurs usuelles"),
        "f": ("", "Anomalie"),
        "p": ("Antérieur", "Résultat antérieur", "Antériorités"),
    },
    "km": {
        "n": ("ឈ្មោះតេស្ត", "ការវិភាគ"),
        "v": ("លទ្ធផល",),
        "u": ("ខ្នាត", "ឯកតា"),
        "r": ("តម្លៃធម្មតា", "តម្លៃយោង"),
        "f": ("សញ្ញា", ""),
        "p": ("លទ្ធផលមុន",),
    },
}
_ORDERS = ("nvur", "nvurf", "nrvu", "nvru", "nvfur", "nuvr", "nurv", "nwur", "nVr")
_PRIOR_ORDERS = ("npvur", "npwur", "nupvr", "nvpur", "nruvp", "npVr", "nprvu")
_WIDTH = {"n": 34, "v": 14, "u": 15, "r": 21, "f": 8, "p": 14, "w": 16, "V": 24}


def _columns(ctx: Ctx, lang: str, order: str, style: LabStyle, cls: str, v: Visit) -> LabTable:
    """A table spec of drawn headings in the given column order."""
    letters = {"w": "v", "V": "v"}
    texts = {c: ctx.rng.choice(_HEADINGS[lang][letters.get(c, c)]) for c in order}
    if "p" in order and v.has_date:
        # A prior column is headed by its day as often as by a word, and then so is the result's.
        before = v.reported.replace(year=v.reported.year - 1, day=min(v.reported.day, 28))
        kind = ctx.rng.randrange(3)
        result = next(c for c in order if c in "vwV")
        if kind == 1:
            texts["p"] += f" {dates.printed(before, 'slash')}"
        elif kind == 2:
            texts["p"] = dates.printed(before, "slash")
            texts[result] = dates.printed(v.reported, "slash")
    total = sum(_WIDTH[c] for c in order)
    widths = " ".join(f"{100 * _WIDTH[c] / total:.0f}" for c in order)
    return LabTable(
        tuple(texts[c] for c in order),
        order,
        widths,
        style,
        "en" if lang == "km" else lang,
        headings=ctx.rng.random() < 0.6,
        cls=cls,
    )


def _table_page(ctx: Ctx, lang: str, order: str, cls: str, flags: tuple[str, ...]) -> Content:
    rng = ctx.rng
    v = parts.visit(ctx, lang, {"km": "km en", "fr": "fr", "en": "en km"}[lang])
    spec = _columns(ctx, lang, order, _style(rng, lang, flags), cls, v)
    body = parts.lab_table(
        ctx,
        spec,
        parts.plan(ctx, 8, 15, ["haem", "chem"], ["liver", "lipid", "horm"]),
        v.person.sex,
    )
    head = rng.choice([centre_head, logo_head])(v)
    info = patient_two(v, rng.choice(["slash", "dash", "mon"]), km=lang == "km")
    return Content(
        [parts.fill(head + info + body + parts.remark(ctx, v, lang) + sign(v, "Laboratory"))],
        ctx.truth,
    )


def rules(ctx: Ctx) -> Content:
    """A table with double, dotted, dashed or thick rules, around all cells or a part of them."""
    rng = ctx.rng
    kind = rng.choice(["double", "double", "dotted", "dashed", "thick"])
    cls = f"{kind} {rng.choice(['all', 'all', 'down', 'across'])}"
    order = rng.choice(_ORDERS)
    flags = ("HL", "star", "arrow") if "f" in order or "w" in order else ("none",)
    return _table_page(ctx, rng.choice(["en", "fr", "km"]), order, cls, flags)


def prior(ctx: Ctx) -> Content:
    """A previous result beside the present one, before or behind it."""
    rng = ctx.rng
    order = rng.choice(_PRIOR_ORDERS)
    flags = ("HL", "star", "arrow") if "w" in order else ("none",)
    cls = rng.choice(["", "thin all", "thin across"])
    return _table_page(ctx, rng.choice(["en", "en", "fr", "km"]), order, cls, flags)


def orders(ctx: Ctx) -> Content:
    """Columns in any order, with any headings, ruled or not."""
    rng = ctx.rng
    order = rng.choice(_ORDERS)
    flags = ("HL", "star", "arrow", "words") if "f" in order or "w" in order else ("none",)
    cls = rng.choice(["", "thin all", "thin across", "grey"])
    return _table_page(ctx, rng.choice(["en", "fr", "km"]), order, cls, flags)


def limits(ctx: Ctx) -> Content:
    """The bounds of the range stand in two columns of their own."""
    rng = ctx.rng
    v = parts.visit(ctx, "en", "en")
    style = LabStyle(
        names="en-full", units="s", between="{l} - {h}", flags="HL", no_range=0.0, abnormal=0.3
    )
    low, high = rng.choice([("Low", "High"), ("Min", "Max"), ("Lower limit", "Upper limit")])
    rows = []
    plan = parts.plan(ctx, 8, 13, ["cbc", "chem"], ["liver", "chem"])
    for _, drawn in _drawn_rows(ctx, plan, style, v.person.sex):
        for r in drawn:
            bottom, _, top = r.range.partition(" - ")
            if not top:
                # A bound alone is printed with its sign: without, no reader knows what it means.
                bottom, top = ("", bottom) if "<" in bottom else (bottom, "")
            rows.append(row([esc(x) for x in (r.name, r.value, r.flag, r.unit, bottom, top)]))
    head = [esc(x) for x in ("Test", "Result", "", "Unit", low, high)]
    body = table(head, rows, rng.choice(["", "thin all", "thin across"]), "36 16 8 16 12 12")
    return Content(
        [parts.fill(logo_head(v) + patient_two(v, "slash") + body + sign(v, "Checked by"))],
        ctx.truth,
    )


def strip(ctx: Ctx) -> Content:
    """Urine: the strip and the sediment, results in words, crosses and counts a field."""
    rng = ctx.rng
    lang = rng.choice(["en", "fr"])
    v = parts.visit(ctx, lang, f"{lang} km")
    style = _style(rng, lang, ("none",))
    rows = _drawn_rows(ctx, [("urine", 14)], style, v.person.sex)[0][1]
    with_ranges = rng.random() < 0.6
    if not with_ranges:
        for r in rows:
            r.item.reference_range = None
            r.item.abnormal = None
    heads = {"en": ("Test", "Result", "Reference"), "fr": ("Examen", "Résultat", "Normes")}[lang]
    cells = [
        row(
            [
                esc(r.name),
                esc(f"{r.value} {r.unit}".strip()),
                *([esc(r.range)] if with_ranges else []),
            ]
        )
        for r in rows
    ]
    titles = {
        "en": ("URINE ANALYSIS", "Physical and chemical examination"),
        "fr": ("EXAMEN CYTOBACTÉRIOLOGIQUE DES URINES", "Examen chimique"),
    }[lang]
    body = table(heads[: 3 if with_ranges else 2], cells, rng.choice(["", "thin all", "grey"]))
    title = div(esc(titles[0]), "title") + div(esc(titles[1]), "h")
    return Content(
        [
            parts.fill(
                centre_head(v)
                + patient_two(v, "slash")
                + title
                + body
                + parts.remark(ctx, v, lang)
                + sign(v, "Laboratory")
            )
        ],
        ctx.truth,
    )

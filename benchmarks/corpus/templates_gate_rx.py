"""Prescription, imaging and mixed families of the gate half; not to be tuned on."""

from __future__ import annotations

from benchmarks.corpus import dates, imaging, labs, parts, phrases, rx
from benchmarks.corpus.html import div, esc, flex, row, span, table
from benchmarks.corpus.labs import LabStyle
from benchmarks.corpus.model import Content, Ctx, ImagingItem, RxItem
from benchmarks.corpus.parts import Visit
from benchmarks.corpus.templates_gate_heads import band, box, ministry, split


def _who(v: Visit, km: bool = False) -> str:
    name = v.person.khmer if km else v.person.latin
    age = dates.khmer_digits(str(v.age())) if km else str(v.age())
    items = ((v.lab["name"], name), (v.lab["sex"], v.sex()), (v.lab["age"], f"{age} {v.lab['y']}"))
    return table((), [row(f"{esc(k)} {esc(x)}" for k, x in items)], "who")


def _dx(ctx: Ctx, v: Visit, lang: str) -> str:
    return parts.note(ctx, v.lab["dx"], phrases.diagnosis(ctx.rng, ctx.half, lang), "dx")


def _advice(ctx: Ctx, v: Visit, lang: str, chance: float = 0.6) -> str:
    if ctx.rng.random() >= chance:
        return ""
    return parts.note(ctx, v.lab["advice"], phrases.advice(ctx.rng, ctx.half, lang))


def _foot(v: Visit, date_text: str, role: str) -> str:
    return flex(
        div(esc(date_text)),
        div(div(esc(role)) + div("&nbsp;", "gap") + div(esc(v.doctor)), "centre"),
    )


def slots(ctx: Ctx) -> Content:
    """Grid with the days and the total after the four times; zeros written out."""
    v = parts.visit(ctx, "en", "en km")
    zero = ctx.rng.choice(["0", ""])
    rows = []
    for s in rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 7)):
        taken = {k: (x or zero or None) for k, x in s.slots().items()}
        days = rx.days_text(s.days, "en")
        rows.append(
            row([esc(s.drug.printed()), *(x or "" for x in taken.values()), days, str(s.quantity)])
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), s.dose, None, days, taken))
    head = (
        "Medicine / ថ្នាំ",
        "Morning<br>ព្រឹក",
        "Noon<br>ថ្ងៃត្រង់",
        "Evening<br>ល្ងាច",
        "Bedtime<br>យប់",
        "For",
        "Total",
    )
    day = parts.day(v, "dash")
    return Content(
        [
            parts.fill(
                split(v)
                + div("MEDICATION SHEET", "title")
                + _who(v)
                + _dx(ctx, v, "en")
                + table(head, rows, "lined", "32 11 11 11 11 13 11")
                + _advice(ctx, v, "en")
                + _foot(v, f"Date: {day}" if day else "", "Treating physician")
            )
        ],
        ctx.truth,
    )


def codes(ctx: Ctx) -> Content:
    """`1-0-1` codes on one line with the medicine; no dose in words."""
    v = parts.visit(ctx, "en", "en")
    rows = []
    for s in rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 6)):
        days = rx.days_text(s.days, "en")
        meal = ("PC", "AC", "", "")[s.meal]
        rows.append(
            row(
                [
                    f"<b>{esc(s.drug.printed(compact=True))}</b>",
                    s.code(),
                    f"x {days}",
                    meal,
                    f"#{s.quantity}",
                ]
            )
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(compact=True), None, s.code(), days, s.slots()))
    day = parts.day(v, "monsp")
    top = div(esc(f"Date : {day}") if day else "", "right") + _who(v)
    return Content(
        [
            parts.fill(
                band(v)
                + top
                + _dx(ctx, v, "en")
                + div("R/", "rmark")
                + table((), rows, "", "40 18 18 10 14")
                + _advice(ctx, v, "en")
                + _foot(v, "", "Physician's signature")
            )
        ],
        ctx.truth,
        "A5",
    )


def french(ctx: Ctx) -> Content:
    """French, one line a medicine: `1 cp x 3/j pdt 5 jours`, with the quantity at the right."""
    v = parts.visit(ctx, "fr", "fr km")
    lines = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 6)), 1):
        dose, freq = rx.dose_text(s, "fr", ctx.half), rx.freq_text(s, "fr-codes", ctx.half)
        days = rx.days_text(s.days, "fr")
        lines.append(
            row(
                [
                    f"{i})",
                    f"<b>{esc(s.drug.printed())}</b><br>{esc(f'{dose} {freq} pdt {days}')}",
                    f"Qté {s.quantity}",
                ]
            )
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), dose, freq, days))
    day = parts.day(v, "fr")
    return Content(
        [
            parts.fill(
                split(v)
                + div("Ordonnance médicale", "title")
                + _who(v)
                + _dx(ctx, v, "fr")
                + table((), lines, "roomy", "8 74 18")
                + _advice(ctx, v, "fr")
                + _foot(v, f"Fait le {day}" if day else "", "Le médecin")
            )
        ],
        ctx.truth,
    )


def khmer_table(ctx: Ctx) -> Content:
    """Khmer table: how to take it in one cell, then days and quantity."""
    v = parts.visit(ctx, "km", "km", "km")
    rows = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 6)), 1):
        dose, freq = rx.dose_text(s, "km", ctx.half), rx.freq_text(s, "km-words", ctx.half)
        days = rx.days_text(s.days, "km")
        meal = f" {rx.MEALS['km'][s.meal]}" if s.meal < 2 else ""
        rows.append(
            row(
                [
                    dates.khmer_digits(str(i)),
                    esc(s.drug.printed()),
                    esc(f"{dose} {freq}{meal}"),
                    days,
                    dates.khmer_digits(str(s.quantity)),
                ]
            )
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), dose, freq, days))
    head = ("លរ", "ឈ្មោះថ្នាំ និងកម្រិត", "របៀបប្រើ", "រយៈពេល", "ចំនួន")
    return Content(
        [
            parts.fill(
                ministry(v)
                + div("វេជ្ជបញ្ជាពេទ្យ", "title ti")
                + _who(v, km=True)
                + _dx(ctx, v, "km")
                + table(head, rows, "full", "7 30 36 15 12")
                + _advice(ctx, v, "km")
                + _foot(v, parts.day(v, "kmlat"), "ហត្ថលេខាគ្រូពេទ្យ")
            )
        ],
        ctx.truth,
    )


def stacked(ctx: Ctx) -> Content:
    """Three lines a medicine: name, Sig, Disp."""
    v = parts.visit(ctx, "en", "en")
    kind = ctx.rng.choice(["en-words", "en-codes"])
    items = []
    for s in rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(2, 5)):
        dose, freq = rx.dose_text(s, "en", ctx.half), rx.freq_text(s, kind, ctx.half)
        days = rx.days_text(s.days, "en")
        meal = f", {rx.MEALS['en'][s.meal]}" if s.meal < 2 else ""
        items.append(
            div(
                div(esc(s.drug.printed()), "drug")
                + div(esc(f"Sig: take {dose} {freq}{meal}"))
                + div(esc(f"Duration: {days}") + span(f"Disp: {s.quantity}", "disp")),
                "item",
            )
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), dose, freq, days))
    day = parts.day(v, "enus")
    return Content(
        [
            parts.fill(
                band(v)
                + (div(esc(day), "right") if day else "")
                + _who(v)
                + "".join(items)
                + _advice(ctx, v, "en")
                + _foot(v, "", "Signed")
            )
        ],
        ctx.truth,
        "A5",
    )


def _study(ctx: Ctx, lang: str, technique: bool = True) -> tuple[imaging.Report, ImagingItem]:
    r = imaging.report(ctx.rng, ctx.half, lang)
    item = ImagingItem(
        r.study.modality,
        r.study.region,
        r.text,
        r.impression,
        r.study.technique if technique else None,
        r.indication,
    )
    ctx.truth.imaging.append(item)
    return r, item


def imaging_en(ctx: Ctx) -> Content:
    """English report as a two-column form: heading at the left, text at the right."""
    v = parts.visit(ctx, "en", "en")
    r, item = _study(ctx, "en")
    pairs = (
        ("Modality", item.modality),
        ("Area", item.body_part),
        ("Clinical info", r.indication),
        ("Protocol", r.study.technique),
        ("Description", r.text),
        ("Opinion", r.impression),
    )
    form = table((), [row([f"<b>{esc(k)}</b>", esc(x)]) for k, x in pairs], "form", "20 80")
    info = [
        (v.lab["name"], v.person.latin),
        (v.lab["id"], v.person.number),
        (v.lab["rep"], parts.day(v, "dash")),
    ]
    line = div(" | ".join(f"{esc(k)}: {esc(x)}" for k, x in parts.kept(info)), "info-line")
    return Content(
        [
            parts.fill(
                band(v)
                + div("DIAGNOSTIC IMAGING", "title")
                + line
                + form
                + _foot(v, "", "Reported by")
            )
        ],
        ctx.truth,
    )


def imaging_fr(ctx: Ctx) -> Content:
    """French compte rendu with underlined headings and running text."""
    v = parts.visit(ctx, "fr", "fr")
    r, _ = _study(ctx, "fr")
    blocks = (
        ("Motif", r.indication),
        ("Protocole", r.study.technique),
        ("Constatations", r.text),
        ("Au total", r.impression),
    )
    body = "".join(div(esc(k), "head") + div(esc(x), "body") for k, x in blocks)
    day = parts.day(v, "dot")
    patient = f"{v.person.latin}, {v.sex()}, {v.age_text()}"
    return Content(
        [
            parts.fill(
                split(v)
                + div(esc(patient))
                + (div(esc(f"Examen réalisé le {day}")) if day else "")
                + div("COMPTE RENDU", "title")
                + div(esc(r.study.title), "study")
                + body
                + _foot(v, "", "Radiologue")
            )
        ],
        ctx.truth,
    )


def imaging_km(ctx: Ctx) -> Content:
    """Khmer form; headings with the Khmer colon, text beside them."""
    v = parts.visit(ctx, "km", "km en", "km")
    r, item = _study(ctx, "km", technique=False)
    lines = (
        ("ប្រភេទ", item.modality),
        ("តំបន់ពិនិត្យ", item.body_part),
        ("មូលហេតុពិនិត្យ", r.indication),
        ("លទ្ធផលពិនិត្យ", r.text),
        ("សេចក្តីសន្និដ្ឋាន", r.impression),
    )
    body = "".join(div(f"<b>{esc(k)}៖</b> {esc(x)}", "para") for k, x in lines)
    return Content(
        [
            parts.fill(
                ministry(v)
                + div("របាយការណ៍ពិនិត្យរូបភាព", "title ti")
                + _who(v, km=True)
                + body
                + _foot(v, parts.day(v, "km"), "វេជ្ជបណ្ឌិតឯកទេស")
            )
        ],
        ctx.truth,
    )


_MIXED_STYLE = LabStyle(
    names="fr-full",
    units="f",
    comma=True,
    between="{l}-{h}",
    below="<{h}",
    above=">{l}",
    flags="star",
    qual="fr",
)


def _tests(ctx: Ctx, sex: str) -> str:
    section, size = ctx.rng.choice(["chem", "lipid", "cbc"]), ctx.rng.randint(4, 6)
    rows = labs.section_rows(ctx.rng, section, size, _MIXED_STYLE, sex, ctx.half)
    ctx.truth.labs += [r.item for r in rows]
    lines = [[esc(r.name), f"{esc(r.value)} {esc(r.unit)}", esc(r.range), r.flag] for r in rows]
    return table((), [row(cells) for cells in lines], "", "40 24 26 10")


def _treatment(ctx: Ctx) -> str:
    lines = []
    for s in rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(2, 4)):
        dose, freq = rx.dose_text(s, "fr", ctx.half), rx.freq_text(s, "fr-words", ctx.half)
        it = RxItem(s.drug.printed(), dose, freq, rx.days_text(s.days, "fr"))
        ctx.truth.rx.append(it)
        lines.append(div(esc(f"• {it.medication}, {it.dosage} {it.frequency} ({it.duration})")))
    return "".join(lines)


def mixed(ctx: Ctx) -> Content:
    """French consultation sheet: motif, key results as lines, treatment, follow-up."""
    v = parts.visit(ctx, "fr", "fr km")
    return Content(
        [
            parts.fill(
                split(v)
                + div("FICHE DE CONSULTATION", "title")
                + box(v, "slash")
                + _dx(ctx, v, "fr")
                + div("Biologie", "bar")
                + _tests(ctx, v.person.sex)
                + div("Traitement", "bar")
                + _treatment(ctx)
                + _advice(ctx, v, "fr", 0.8)
                + div(esc(v.doctor), "right")
            )
        ],
        ctx.truth,
    )

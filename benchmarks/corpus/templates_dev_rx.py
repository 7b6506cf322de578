"""Prescription, imaging and mixed families of the dev half."""

from __future__ import annotations

from benchmarks.corpus import dates, imaging, parts, people, phrases, rx
from benchmarks.corpus.html import div, esc, flex, pairs, row, table, tag
from benchmarks.corpus.labs import LabStyle
from benchmarks.corpus.model import Content, Ctx, ImagingItem, RxItem
from benchmarks.corpus.parts import LabTable, Visit


def head(v: Visit, kingdom: bool = False) -> str:
    """A centred letterhead, under the motto where `kingdom`."""
    motto = "".join(div(esc(t), "ti motto") for t in people.KINGDOM) if kingdom else ""
    names = "".join(div(esc(n), "ti fac" if n == v.facility.khmer else "fac") for n in v.names)
    return div(motto + names + div(esc(v.facility.address), "addr"), "centre")


def _patient(v: Visit, km: bool = False) -> str:
    name = v.person.khmer if km else v.person.latin
    age = dates.khmer_digits(v.age_text()) if km else v.age_text()
    return div(
        "".join(
            f"<span class=it><span class=k>{esc(k)} : </span>{esc(x)}</span>"
            for k, x in ((v.lab["name"], name), (v.lab["age"], age), (v.lab["sex"], v.sex()))
        ),
        "line",
    )


def _end(v: Visit, place: str, style: str, label: str) -> str:
    day = parts.day(v, style)
    lines = (
        (div(esc(place + day)) if day else "")
        + div(esc(label))
        + div("&nbsp;", "gap")
        + div(esc(v.doctor))
    )
    return div(lines, "sign")


def _signed(v: Visit, label: str) -> str:
    return div(div(esc(label)) + div("&nbsp;", "gap") + div(esc(v.doctor)), "sign")


def _dx(ctx: Ctx, v: Visit, lang: str) -> str:
    return parts.note(ctx, v.lab["dx"], phrases.diagnosis(ctx.rng, ctx.half, lang), "dx")


def _advice(ctx: Ctx, v: Visit, lang: str, chance: float = 0.6) -> str:
    if ctx.rng.random() >= chance:
        return ""
    return parts.note(ctx, v.lab["advice"], phrases.advice(ctx.rng, ctx.half, lang))


def grid(ctx: Ctx) -> Content:
    """The public hospital's grid: medicine, quantity, four times of day, note."""
    v = parts.visit(ctx, "km", "km" if ctx.rng.random() < 0.5 else "km en", "km")
    header = (
        "ល.រ",
        "ឈ្មោះឱសថ",
        "ចំនួន",
        "ព្រឹក<br>(6-8)",
        "ថ្ងៃត្រង់<br>(11-12)",
        "ល្ងាច<br>(05-06)",
        "យប់<br>(08-10)",
        "ផ្សេងៗ",
    )
    unit_cells, blank = ctx.rng.random() < 0.4, ctx.rng.choice(["-", ""])
    rows = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 6)), 1):
        dose = rx.dose_text(s, "km", ctx.half, khmer=False) if unit_cells else s.dose
        slots = {k: (dose if x else None) for k, x in s.slots().items()}
        count = f"{s.quantity} {rx.dose_text(s, 'km', ctx.half).split(' ', 1)[1]}"
        meal = rx.MEALS["km"][s.meal] if s.meal < 2 else ""
        rows.append(
            row([str(i), esc(s.drug.printed()), count, *(x or blank for x in slots.values()), meal])
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), dose, None, None, slots))
    body = table(header, rows, "ruled", "6 28 13 10 11 10 10 12")
    return Content(
        [
            parts.fill(
                head(v, kingdom=True)
                + div("វេជ្ជបញ្ជា", "title ti")
                + _patient(v, km=True)
                + _dx(ctx, v, "km")
                + body
                + _advice(ctx, v, "km")
                + _end(v, "", "km", v.lab["doc"])
            )
        ],
        ctx.truth,
    )


def numbered(ctx: Ctx) -> Content:
    """English numbered list, one or two lines a medicine, words or codes."""
    v = parts.visit(ctx, "en", "en")
    kind = ctx.rng.choice(["en-words", "en-codes"])
    items = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 6)), 1):
        dose, freq = rx.dose_text(s, "en", ctx.half), rx.freq_text(s, kind, ctx.half)
        days = rx.days_text(s.days, "en")
        meal = f" {rx.MEALS['en'][s.meal]}" if s.meal < 2 else ""
        items.append(
            div(f"{i}. <b>{esc(s.drug.printed())}</b>")
            + div(esc(f"{dose} {freq}{meal} for {days}"), "sig")
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), dose, freq, days))
    body = div("Rx", "rxmark") + div("".join(items), "list")
    return Content(
        [
            parts.fill(
                head(v)
                + div("PRESCRIPTION", "title")
                + _patient(v)
                + _dx(ctx, v, "en")
                + body
                + _advice(ctx, v, "en")
                + _end(v, "Date: ", "slash", "Doctor")
            )
        ],
        ctx.truth,
        "A5",
    )


def ordonnance(ctx: Ctx) -> Content:
    """French ordonnance: dashes, posology under each medicine."""
    v = parts.visit(ctx, "fr", "fr")
    items = []
    for s in rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 5)):
        dose, freq = rx.dose_text(s, "fr", ctx.half), rx.freq_text(s, "fr-words", ctx.half)
        days = rx.days_text(s.days, "fr")
        meal = f", {rx.MEALS['fr'][s.meal]}" if s.meal < 2 else ""
        items.append(
            div(f"– {esc(s.drug.printed())}", "drug")
            + div(esc(f"{dose} {freq}{meal}, pendant {days}"), "sig")
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(), dose, freq, days))
    top = div(esc(v.doctor), "docname") if v.doctor else ""
    day = parts.day(v, "fr")
    date_line = div(esc(f"Phnom Penh, le {day}"), "right") if day else ""
    return Content(
        [
            parts.fill(
                head(v)
                + top
                + date_line
                + div("ORDONNANCE", "title")
                + _patient(v)
                + div("".join(items), "list")
                + _advice(ctx, v, "fr")
                + div("Signature", "sign")
            )
        ],
        ctx.truth,
        "A5",
    )


def khmer_list(ctx: Ctx) -> Content:
    """Khmer sentences under the medicine's Latin name."""
    v = parts.visit(ctx, "km", "km en", "km")
    digits = ctx.rng.random() < 0.5
    items = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(3, 5)), 1):
        dose = rx.dose_text(s, "km", ctx.half, digits)
        freq, days = rx.freq_text(s, "km-words", ctx.half), rx.days_text(s.days, "km", digits)
        meal = f" {rx.MEALS['km'][s.meal]}" if s.meal < 2 else ""
        items.append(
            div(f"{i}- {esc(s.drug.printed(compact=True))}", "drug")
            + div(esc(f"លេបម្តង {dose} {freq}{meal} រយៈពេល {days}"), "sig")
        )
        ctx.truth.rx.append(RxItem(s.drug.printed(compact=True), dose, freq, days))
    return Content(
        [
            parts.fill(
                head(v)
                + div("វេជ្ជបញ្ជា", "title ti")
                + _patient(v, km=True)
                + _dx(ctx, v, "km")
                + div("".join(items), "list")
                + _advice(ctx, v, "km")
                + _end(v, "ភ្នំពេញ ", "km", v.lab["doc"])
            )
        ],
        ctx.truth,
        "A5",
    )


def _item(ctx: Ctx, s: rx.Sig, kind: str) -> RxItem:
    """An English line's truth, added to the document's."""
    dose, freq = rx.dose_text(s, "en", ctx.half), rx.freq_text(s, kind, ctx.half)
    item = RxItem(s.drug.printed(), dose, freq, rx.days_text(s.days, "en"))
    ctx.truth.rx.append(item)
    return item


def table_en(ctx: Ctx) -> Content:
    """English table: drug, dose, frequency, duration, quantity."""
    v = parts.visit(ctx, "en", "en km")
    kind = ctx.rng.choice(["en-codes", "en-words"])
    rows = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, ctx.rng.randint(4, 7)), 1):
        item = _item(ctx, s, kind)
        fields = (item.medication, item.dosage, item.frequency, item.duration)
        rows.append(row([str(i), *map(esc, fields), str(s.quantity)]))
    body = table(
        ("No", "Drug", "Dose", "Frequency", "Duration", "Qty"), rows, "grid", "6 34 15 18 17 10"
    )
    info = flex(
        pairs(parts.kept([(v.lab["name"], v.person.latin), (v.lab["sex"], v.sex())])),
        pairs(parts.kept([(v.lab["age"], v.age_text()), ("Date", parts.day(v, "mon"))])),
        cls="pat",
    )
    return Content(
        [
            parts.fill(
                head(v)
                + div("PRESCRIPTION / វេជ្ជបញ្ជា", "title")
                + info
                + _dx(ctx, v, "en")
                + body
                + _advice(ctx, v, "en")
                + _signed(v, "Prescribed by")
            )
        ],
        ctx.truth,
    )


def _study(ctx: Ctx, lang: str) -> tuple[imaging.Report, ImagingItem]:
    r = imaging.report(ctx.rng, ctx.half, lang)
    item = ImagingItem(
        r.study.modality, r.study.region, r.text, r.impression, r.study.technique, r.indication
    )
    ctx.truth.imaging.append(item)
    return r, item


def _block(label: str, text: str, cls: str = "para") -> str:
    return div(esc(label), "h") + div(esc(text), cls)


def imaging_en(ctx: Ctx) -> Content:
    """English radiology report with headings in capitals."""
    v = parts.visit(ctx, "en", "en km")
    r, item = _study(ctx, "en")
    info = flex(
        pairs(parts.kept([(v.lab["name"], v.person.latin), (v.lab["id"], v.person.number)])),
        pairs(parts.kept([(v.lab["age"], v.age_text()), (v.lab["rep"], parts.day(v, "en"))])),
        cls="pat",
    )
    study = pairs([("Examination", f"{item.modality} {item.body_part}")])
    body = (
        _block("INDICATION", r.indication)
        + _block("TECHNIQUE", r.study.technique)
        + _block("FINDINGS", r.text)
        + _block("IMPRESSION", r.impression, "para strong")
    )
    return Content(
        [
            parts.fill(
                head(v)
                + div("RADIOLOGY REPORT", "title")
                + info
                + study
                + body
                + _signed(v, "Radiologist")
            )
        ],
        ctx.truth,
    )


def imaging_fr(ctx: Ctx) -> Content:
    """French report: title is the examination, sections with colons."""
    v = parts.visit(ctx, "fr", "fr")
    r, _ = _study(ctx, "fr")
    lines = "".join(div(esc(f"– {t}")) for t in r.findings)
    info = pairs(
        parts.kept(
            [
                (v.lab["name"], v.person.latin),
                (v.lab["dob"], dates.printed(v.person.born, "slash")),
                ("Examen du", parts.day(v, "slash")),
            ]
        )
    )
    body = (
        div(f"<b>Indication : </b>{esc(r.indication)}", "para")
        + div(f"<b>Technique : </b>{esc(r.study.technique)}", "para")
        + div("<b>Résultats :</b>", "para")
        + div(lines, "para")
        + div(f"<b>Conclusion : </b>{esc(r.impression)}", "para")
    )
    return Content(
        [
            parts.fill(
                head(v)
                + div(esc(r.study.title), "title")
                + info
                + body
                + _signed(v, "Le radiologue")
            )
        ],
        ctx.truth,
    )


def imaging_km(ctx: Ctx) -> Content:
    """Khmer labels and text."""
    v = parts.visit(ctx, "km", "km", "km")
    r, item = _study(ctx, "km")
    info = _patient(v, km=True) + pairs(
        [("ប្រភេទពិនិត្យ", item.modality), ("ផ្នែក", item.body_part or "")]
    )
    body = (
        _block("មូលហេតុ", r.indication)
        + _block("លទ្ធផល", r.text)
        + _block("សន្និដ្ឋាន", r.impression, "para strong")
    )
    item.technique = None
    return Content(
        [
            parts.fill(
                head(v, kingdom=True)
                + div("លទ្ធផលថតឆ្លុះ", "title ti")
                + info
                + body
                + _end(v, "", "km", "គ្រូពេទ្យវិភាគ")
            )
        ],
        ctx.truth,
    )


_MIXED_TABLE = LabTable(
    ("Test", "Result", "Unit", "Reference", "Flag"),
    "nvurf",
    "34 18 18 20 10",
    LabStyle(names="en-full", units="s", flags="HL", between="{l} - {h}"),
    "en",
    headings=False,
    cls="grid",
)


def _medication(ctx: Ctx) -> str:
    lines = []
    for i, s in enumerate(rx.sigs(ctx.rng, ctx.half, 3), 1):
        it = _item(ctx, s, "en-words")
        lines.append(div(esc(f"{i}. {it.medication} : {it.dosage} {it.frequency}, {it.duration}")))
    return "".join(lines)


def mixed(ctx: Ctx) -> Content:
    """Discharge summary: diagnosis, key results, imaging impression and discharge medicines."""
    v = parts.visit(ctx, "en", "en km")
    tests = parts.lab_table(
        ctx, _MIXED_TABLE, [(ctx.rng.choice(["chem", "liver", "cbc"]), 5)], v.person.sex
    )
    info = flex(
        pairs([(v.lab["name"], v.person.latin), (v.lab["sex"], v.sex())]),
        pairs(
            parts.kept([(v.lab["id"], v.person.number), ("Discharge date", parts.day(v, "slash"))])
        ),
        cls="pat",
    )
    return Content(
        [
            parts.fill(
                head(v)
                + div("DISCHARGE SUMMARY", "title")
                + info
                + _dx(ctx, v, "en")
                + div("LABORATORY RESULTS", "h")
                + tests
                + div("DISCHARGE MEDICATION", "h")
                + tag("div", _medication(ctx), "list")
                + _advice(ctx, v, "en", 0.8)
                + _signed(v, "Attending doctor")
            )
        ],
        ctx.truth,
    )

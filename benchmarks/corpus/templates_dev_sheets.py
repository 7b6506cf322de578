"""Prescription, imaging and mixed families of the dev half, their layout drawn at random.

As in `templates_dev_lines`: headings, order and wording are drawn for each document.
"""

from __future__ import annotations

from random import Random

from benchmarks.corpus import dates, imaging, parts, phrases, rx
from benchmarks.corpus.html import div, esc, flex, pairs, row, table
from benchmarks.corpus.labs import LabStyle
from benchmarks.corpus.model import Content, Ctx, ImagingItem, RxItem
from benchmarks.corpus.parts import LabTable, Visit
from benchmarks.corpus.rx import Sig
from benchmarks.corpus.templates_dev_rx import head

_DOSES = {
    "en": {
        "tab": ("tab", "tablet", "tabs", "pill"),
        "cap": ("cap", "capsule", "caps"),
        "sachet": ("sachet", "pack"),
        "syr": ("teaspoon", "spoon", "ml"),
    },
    "fr": {
        "tab": ("cp", "comprimé", "cpr", "comp"),
        "cap": ("gélule", "gél", "caps"),
        "sachet": ("sachet", "sach"),
        "syr": ("cuillère à café", "c.à.c", "ml"),
    },
    "km": {
        "tab": ("គ្រាប់",),
        "cap": ("គ្រាប់", "កាប់ស៊ុល"),
        "sachet": ("កញ្ចប់",),
        "syr": ("ស្លាបព្រា", "ស្លាបព្រាកាហ្វេ"),
    },
}
_OFTEN = {
    "en": {
        1: ("once a day", "1 time a day", "OD", "1x/day", "in the morning", "at bedtime"),
        2: ("two times a day", "BID", "2x/day", "every 12 hours", "bd", "2 times/day"),
        3: ("3 times a day", "TID", "3x/day", "every 8 hours", "tds", "3 times/day"),
        4: ("four times daily", "QID", "4x/day", "every 6 hours", "4 times/day"),
    },
    "fr": {
        1: ("1 fois/jour", "1 x/jour", "le matin", "le soir au coucher", "1x/j"),
        2: ("2 fois/jour", "2 x/jour", "matin et soir", "toutes les 12 heures", "2x/j"),
        3: ("3 fois/jour", "3 x/jour", "matin midi et soir", "toutes les 8 heures", "3x/j"),
        4: ("4 fois/jour", "4 x/jour", "toutes les 6 heures", "4x/j"),
    },
    "km": {
        1: ("មួយថ្ងៃ ១ដង", "១ដង/ថ្ងៃ", "ពេលព្រឹក", "ពេលល្ងាច"),
        2: ("មួយថ្ងៃ ២ដង", "២ដង/ថ្ងៃ", "ព្រឹក និងល្ងាច", "ព្រឹក-ល្ងាច"),
        3: ("មួយថ្ងៃ ៣ដង", "៣ដង/ថ្ងៃ", "ព្រឹក ថ្ងៃ ល្ងាច", "ព្រឹក-ថ្ងៃ-ល្ងាច"),
        4: ("មួយថ្ងៃ ៤ដង", "៤ដង/ថ្ងៃ", "រៀងរាល់ ៦ម៉ោង"),
    },
}
_MEALS = {
    "en": ("after meal", "before food", "with food", "after eating", ""),
    "fr": ("après repas", "avant les repas", "au milieu du repas", "à jeun", ""),
    "km": ("ក្រោយអាហារ", "មុនអាហារ", "ក្រោយបាយ", ""),
}
_SLOT_HEADS = {
    "en": (
        ("Morning", "Noon", "Evening", "Night"),
        ("Morning", "Midday", "Afternoon", "Bedtime"),
        ("Breakfast", "Lunch", "Dinner", "Bedtime"),
        ("Morning", "Noon", "Evening", "Bed time"),
    ),
    "fr": (("Matin", "Midi", "Soir", "Coucher"), ("Matin", "Midi", "Soir", "Nuit")),
    "km": (
        ("ព្រឹក", "ថ្ងៃ", "ល្ងាច", "យប់"),
        ("ព្រឹក", "ថ្ងៃត្រង់", "ល្ងាច", "ពេលយប់"),
        ("ព្រឹក<br>Morning", "ថ្ងៃ<br>Noon", "ល្ងាច<br>Evening", "យប់<br>Night"),
    ),
}
_HEADS = {
    "en": {
        "d": ("Drug", "Medicine", "Name of drug", "Medication"),
        "o": ("Dose", "Dosage"),
        "f": ("Frequency", "How often", "Times"),
        "t": ("Duration", "Days", "For"),
        "q": ("Qty", "Quantity", "Amount"),
        "m": ("Remarks", "Instruction", "Note"),
        "u": ("Usage", "Directions", "How to take"),
    },
    "fr": {
        "d": ("Médicament", "Médicaments", "Produit"),
        "o": ("Dose", "Posologie"),
        "f": ("Fréquence", "Prises"),
        "t": ("Durée", "Durée du traitement"),
        "q": ("Qté", "Quantité", "Nombre"),
        "m": ("Remarques", "Observation"),
        "u": ("Mode d'emploi", "Posologie"),
    },
    "km": {
        "d": ("ឈ្មោះឱសថ", "ឈ្មោះថ្នាំ", "ឱសថ"),
        "o": ("កម្រិតប្រើ", "ដូស"),
        "f": ("ចំនួនដង", "ចំនួនដងក្នុងមួយថ្ងៃ"),
        "t": ("រយៈពេល", "ចំនួនថ្ងៃ"),
        "q": ("ចំនួន", "បរិមាណ"),
        "m": ("ផ្សេងៗ", "សម្គាល់"),
        "u": ("របៀបប្រើ", "វិធីប្រើ"),
    },
}
_TITLES = {
    "en": ("PRESCRIPTION", "MEDICAL PRESCRIPTION", "DRUG PRESCRIPTION"),
    "fr": ("ORDONNANCE", "ORDONNANCE MÉDICALE", "PRESCRIPTION"),
    "km": ("វេជ្ជបញ្ជា", "សំបុត្រពេទ្យ"),
}


def _dose(rng: Random, s: Sig, lang: str) -> str:
    word = rng.choice(_DOSES[lang][s.drug.form])
    number = "5" if word == "ml" else s.dose
    return f"{dates.khmer_digits(number) if lang == 'km' and rng.random() < 0.5 else number} {word}"


def _days(rng: Random, s: Sig, lang: str) -> str:
    if lang == "km":
        return rx.days_text(s.days, "km", rng.random() < 0.5)
    text = rx.days_text(s.days, lang)
    return rng.choice([text, text, f"{s.days} {'days' if lang == 'en' else 'j'}"])


def _printed(rng: Random, s: Sig) -> str:
    return s.drug.printed(compact=rng.random() < 0.4)


def _page(ctx: Ctx, v: Visit, lang: str, body: str, paper: str) -> Content:
    rng = ctx.rng
    km = lang == "km"
    who = [
        (v.lab["name"], v.person.khmer if km else v.person.latin),
        (v.lab["age"], v.age_text()),
        (v.lab["sex"], v.sex()),
    ]
    day = parts.day(
        v, "km" if km else rng.choice(["slash", "dash", "fr" if lang == "fr" else "en"])
    )
    dated = [({"en": "Date", "fr": "Date", "km": "កាលបរិច្ឆេទ"}[lang], day)] if day else []
    info = flex(pairs(parts.kept(who)), pairs(parts.kept(dated)), cls="pat")
    dx = parts.note(ctx, v.lab["dx"], phrases.diagnosis(rng, ctx.half, lang), "dx")
    role = {"en": "Doctor's signature", "fr": "Signature du médecin", "km": v.lab["doc"]}[lang]
    end = div(div(esc(role)) + div("&nbsp;", "gap") + div(esc(v.doctor)), "sign")
    title = div(rng.choice(_TITLES[lang]), "title ti" if km else "title")
    html = head(v, kingdom=km and rng.random() < 0.5) + title + info + dx + body + end
    return Content([parts.fill(html)], ctx.truth, paper)


def _visit(ctx: Ctx) -> tuple[str, Visit]:
    lang = ctx.rng.choice(["en", "fr", "km"])
    names = {"en": "en km", "fr": "fr", "km": "km"}[lang]
    return lang, parts.visit(ctx, lang, names, "km" if lang == "km" else "latin")


def slots(ctx: Ctx) -> Content:
    """A grid by time of day under drawn headings, three or four times of day."""
    rng = ctx.rng
    lang, v = _visit(ctx)
    heads = rng.choice(_SLOT_HEADS[lang])
    count = rng.choice([3, 4, 4])
    words, blank = rng.random() < 0.4, rng.choice(["-", "", "0", "/"])
    extra = rng.choice(["", "t", "q", "tq", "qm", "t"])
    rows = []
    for i, s in enumerate(rx.sigs(rng, ctx.half, rng.randint(3, 6)), 1):
        name = _printed(rng, s)
        dose = f"{s.dose} {_DOSES[lang][s.drug.form][0]}" if words else s.dose
        taken = {k: (dose if x else None) for k, x in s.slots().items()}
        if count == 3 and taken["night"]:
            taken["night"] = None
        days = _days(rng, s, lang)
        tail = {"t": esc(days), "q": str(s.quantity), "m": esc(rng.choice(_MEALS[lang]))}
        shown = [esc(x) if x else blank for x in taken.values()][:count]
        rows.append(row([str(i), esc(name), *shown, *(tail[c] for c in extra)]))
        item = RxItem(name, dose, None, days if "t" in extra else None, taken)
        ctx.truth.rx.append(item)
    texts = ["No", rng.choice(_HEADS[lang]["d"]), *heads[:count]]
    texts += [rng.choice(_HEADS[lang][c]) for c in extra]
    widths = " ".join(["6", "30", *["11"] * count, *["12"] * len(extra)])
    body = table(texts, rows, rng.choice(["thin all", "thin all", "thin across"]), widths)
    return _page(ctx, v, lang, body, rng.choice(["A4", "A5"]))


def sheet(ctx: Ctx) -> Content:
    """A table of drug, dose, frequency, duration in drawn order and headings."""
    rng = ctx.rng
    lang, v = _visit(ctx)
    order = rng.choice(["doft", "doftq", "dqoft", "dut", "duq", "dqu", "dotf", "doftm"])
    rows = []
    for i, s in enumerate(rx.sigs(rng, ctx.half, rng.randint(3, 6)), 1):
        name, dose = _printed(rng, s), _dose(rng, s, lang)
        often, days = rng.choice(_OFTEN[lang][s.times]), _days(rng, s, lang)
        cells = {
            "d": name,
            "o": dose,
            "f": often,
            "t": days,
            "q": str(s.quantity),
            "m": rng.choice(_MEALS[lang]),
            "u": f"{dose} {often}",
        }
        rows.append(row([str(i), *(esc(cells[c]) for c in order)]))
        ctx.truth.rx.append(RxItem(name, dose, often, days if "t" in order else None))
    width = {"d": 32, "o": 18, "f": 20, "t": 14, "q": 9, "m": 16, "u": 32}
    total = sum(width[c] for c in order) + 6
    widths = " ".join(f"{100 * w / total:.0f}" for w in (6, *(width[c] for c in order)))
    texts = ["No", *(rng.choice(_HEADS[lang][c]) for c in order)]
    body = table(texts, rows, rng.choice(["thin all", "thin all", "thin across", ""]), widths)
    return _page(ctx, v, lang, body, rng.choice(["A4", "A5"]))


_LABELLED = {
    "en": ("Dose", "Frequency", "Duration"),
    "fr": ("Dose", "Fréquence", "Durée"),
    "km": ("កម្រិតប្រើ", "ចំនួនដង", "រយៈពេល"),
}
_FOR = {"en": ("for", "x", "during"), "fr": ("pendant", "pdt", "x"), "km": ("រយៈពេល", "")}
_BY = {"en": ("", "x", "Take"), "fr": ("", "Prendre"), "km": ("", "លេបម្តង", "ញ៉ាំម្តង")}


def _entry(rng: Random, form: str, cells: tuple[str, str, str, str], lang: str, meal: str) -> str:
    """One medicine's lines in the form that the document keeps to."""
    name, dose, often, days = cells
    if form == "labelled":
        labels = _LABELLED[lang]
        sig = "   ".join(f"{k}: {x}" for k, x in zip(labels, (dose, often, days), strict=True))
        return div(esc(name), "drug") + div(esc(sig), "sig")
    how = " ".join(x for x in (rng.choice(_BY[lang]).replace("x", ""), dose, often, meal) if x)
    how = f"{how} {rng.choice(_FOR[lang])} {days}".replace("  ", " ").strip()
    if form == "line":
        return div(f"<b>{esc(name)}</b> : {esc(how)}")
    if form == "commas":
        return div(f"{esc(name)}, {esc(dose)}, {esc(often)}, {esc(days)}")
    return div(esc(name), "drug") + div(esc(how), "sig")


def written(ctx: Ctx) -> Content:
    """Lines: one a medicine, two, or labelled parts; numbers, dashes or nothing in front."""
    rng = ctx.rng
    lang, v = _visit(ctx)
    form = rng.choice(["line", "two", "labelled", "commas"])
    mark = rng.choice(["{i}. ", "{i}) ", "{i}/ ", "- ", "• ", ""])
    items = []
    for i, s in enumerate(rx.sigs(rng, ctx.half, rng.randint(3, 5)), 1):
        name, dose = _printed(rng, s), _dose(rng, s, lang)
        often, days = rng.choice(_OFTEN[lang][s.times]), _days(rng, s, lang)
        meal = rng.choice(_MEALS[lang])
        lines = _entry(rng, form, (name, dose, often, days), lang, meal)
        front = esc(mark.format(i=i))
        items.append(lines.replace(esc(name), front + esc(name), 1))
        ctx.truth.rx.append(RxItem(name, dose, often, days))
    return _page(ctx, v, lang, div("".join(items), "list"), rng.choice(["A4", "A5"]))


_LETTERS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "find": ("FINDINGS", "Findings:", "RESULT", "Description:"),
        "end": ("IMPRESSION", "Conclusion:", "CONCLUSION", "Opinion:"),
        "why": ("Clinical information:", "Indication:", "CLINICAL HISTORY"),
    },
    "fr": {
        "find": ("RÉSULTAT", "Résultats :", "DESCRIPTION", "Constatations :"),
        "end": ("CONCLUSION", "Conclusion :", "AU TOTAL", "En conclusion :"),
        "why": ("Indication :", "INDICATION", "Renseignements cliniques :", "Motif :"),
    },
    "km": {
        "find": ("លទ្ធផល", "លទ្ធផល៖", "ការពិពណ៌នា"),
        "end": ("សន្និដ្ឋាន", "សេចក្តីសន្និដ្ឋាន៖", "សន្និដ្ឋាន៖"),
        "why": ("មូលហេតុ៖", "ព័ត៌មានគ្លីនិក៖"),
    },
}


def letter(ctx: Ctx) -> Content:
    """An imaging report under its examination's title; headings in line or above."""
    rng = ctx.rng
    lang, v = _visit(ctx)
    r = imaging.report(rng, ctx.half, lang)
    heads = {k: rng.choice(x) for k, x in _LETTERS[lang].items()}
    inline = rng.random() < 0.5
    form = rng.choice(["text", "lines", "dashes"])

    def block(label: str, text: str) -> str:
        if inline:
            colon = "" if label.rstrip().endswith((":", "៖")) else " :"
            return div(f"<b>{esc(label)}{colon}</b> {text}", "para")
        return div(esc(label), "h") + div(text, "para")

    front = "- " if form == "dashes" else ""
    find = esc(r.text) if form == "text" else "".join(div(esc(front + t)) for t in r.findings)
    with_technique = rng.random() < 0.5
    body = block(heads["why"], esc(r.indication))
    if with_technique and lang != "km":
        body += block("Technique :" if lang == "fr" else "Technique:", esc(r.study.technique))
    body += block(heads["find"], find) + block(heads["end"], esc(r.impression))
    ctx.truth.imaging.append(
        ImagingItem(
            r.study.modality,
            r.study.region,
            r.text,
            r.impression,
            r.study.technique if with_technique and lang != "km" else None,
            r.indication,
        )
    )
    km = lang == "km"
    info = pairs(
        parts.kept(
            [
                (v.lab["name"], v.person.khmer if km else v.person.latin),
                (v.lab["age"], v.age_text()),
                (v.lab["sex"], v.sex()),
                (v.lab["rep"], parts.day(v, "km" if km else "slash")),
            ]
        )
    )
    title = div(esc(r.study.title), "title ti" if km else "title")
    role = {"en": "Radiologist", "fr": "Le médecin radiologue", "km": "គ្រូពេទ្យ"}[lang]
    end = div(div(esc(role)) + div("&nbsp;", "gap") + div(esc(v.doctor)), "sign")
    first, second = (title, info) if rng.random() < 0.5 else (info, title)
    return Content([parts.fill(head(v) + first + second + body + end)], ctx.truth)


_PARTS = {
    "en": (
        ("LABORATORY", "Laboratory results:", "Investigations"),
        ("TREATMENT", "Treatment:", "Medication", "Prescription:"),
    ),
    "fr": (
        ("BIOLOGIE", "Bilan biologique :", "Examens complémentaires"),
        ("TRAITEMENT", "Traitement :", "Traitement de sortie", "Ordonnance :"),
    ),
    "km": (("លទ្ធផលមន្ទីរពិសោធន៍", "លទ្ធផលវិភាគ៖"), ("ការព្យាបាល", "ឱសថ៖", "វេជ្ជបញ្ជា")),
}


def visit_note(ctx: Ctx) -> Content:
    """A consultation's note: diagnosis, some results (table or lines), treatment."""
    rng = ctx.rng
    lang, v = _visit(ctx)
    style = LabStyle(
        names="km-en" if lang == "km" else f"{lang}-full",
        units="f" if lang == "fr" else "s",
        comma=lang == "fr",
        flags="none",
        between=rng.choice(["{l} - {h}", "{l}-{h}"]),
        qual="fr" if lang == "fr" else "en",
    )
    names = {
        "en": ("Test", "Result", "Unit", "Reference"),
        "fr": ("Examen", "Résultat", "Unité", "Normes"),
        "km": ("តេស្ត", "លទ្ធផល", "ខ្នាត", "តម្លៃយោង"),
    }[lang]
    spec = LabTable(names, "nvur", "38 18 18 26", style, lang, headings=False, cls="thin all")
    tests = parts.lab_table(
        ctx, spec, [(rng.choice(["chem", "liver", "cbc"]), rng.randint(3, 6))], v.person.sex
    )
    mark = rng.choice(["{i}. ", "- ", "{i}) "])
    lines = []
    for i, s in enumerate(rx.sigs(rng, ctx.half, rng.randint(2, 4)), 1):
        name, dose = _printed(rng, s), _dose(rng, s, lang)
        often, days = rng.choice(_OFTEN[lang][s.times]), _days(rng, s, lang)
        lines.append(div(esc(f"{mark.format(i=i)}{name} : {dose} {often}, {days}")))
        ctx.truth.rx.append(RxItem(name, dose, often, days))
    labels = [rng.choice(x) for x in _PARTS[lang]]
    blocks = [
        div(esc(labels[0]), "h") + tests,
        div(esc(labels[1]), "h") + div("".join(lines), "list"),
    ]
    return _page(ctx, v, lang, "".join(blocks), "A4")

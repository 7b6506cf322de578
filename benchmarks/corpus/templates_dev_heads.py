"""Letterheads, patient blocks and signatures of the dev half's laboratories."""

from __future__ import annotations

from benchmarks.corpus import dates, parts, people
from benchmarks.corpus.html import div, esc, flex, pairs, span
from benchmarks.corpus.parts import Visit


def centre_head(v: Visit, kingdom: bool = False) -> str:
    motto = "".join(div(esc(t), "ti motto") for t in people.KINGDOM) if kingdom else ""
    names = "".join(div(esc(n), "ti fac" if n == v.facility.khmer else "fac") for n in v.names)
    return div(motto + names + div(esc(v.facility.address), "addr"), "centre")


def logo_head(v: Visit) -> str:
    names = "".join(div(esc(n), "ti fac" if n == v.facility.khmer else "fac") for n in v.names)
    return flex(
        div(span("✚", "mark"), "logo"),
        div(names + div(esc(v.facility.address), "addr")),
        cls="lhead",
    )


def patient_two(v: Visit, style: str, km: bool = False) -> str:
    left = [
        (v.lab["name"], v.person.khmer if km else v.person.latin),
        (v.lab["sex"], v.sex()),
        (v.lab["dob"], dates.printed(v.person.born, style)),
        (v.lab["req"], v.doctor),
    ]
    right = [
        (v.lab["id"], v.person.number),
        (v.lab["col"], parts.when(v, v.collected, style)),
        (v.lab["rec"], parts.when(v, v.received, style)),
        (v.lab["rep"], parts.day(v, style)),
    ]
    return flex(pairs(parts.kept(left)), pairs(parts.kept(right)), cls="pat")


def sign(v: Visit, label: str) -> str:
    return div(div(esc(label)) + div("&nbsp;", "gap") + div(esc(v.other_doctor)), "sign")

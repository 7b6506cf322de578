"""Letterheads, patient blocks and signatures of the gate half."""

from __future__ import annotations

from benchmarks.corpus import dates, parts, people
from benchmarks.corpus.html import div, esc, flex, row, table
from benchmarks.corpus.parts import Visit


def _names(v: Visit) -> list[str]:
    return [div(esc(n), "ti fac" if n == v.facility.khmer else "fac") for n in v.names]


def band(v: Visit) -> str:
    """A dark band over the page with the name in white, the address under it."""
    return div("".join(_names(v)), "band") + div(
        esc(f"{v.facility.address} | Tel: {v.tel}"), "addr"
    )


def split(v: Visit) -> str:
    """One name at the left, the other at the right."""
    blocks = _names(v) or [""]
    right = blocks[1] if len(blocks) > 1 else div(esc(v.facility.address), "addr")
    return flex(div(blocks[0]), div(right, "right"), cls="split")


def ministry(v: Visit) -> str:
    """Ministry and hospital at the left, kingdom and motto at the right."""
    left = div("ក្រសួងសុខាភិបាល", "ti") + "".join(_names(v))
    right = "".join(div(esc(t), "ti") for t in people.KINGDOM)
    return flex(div(left), div(right, "centre"), cls="split")


def box(v: Visit, style: str, km: bool = False) -> str:
    """The patient's block as a bordered table of label and value cells."""
    who = v.person.khmer if km else v.person.latin
    age = f"{v.age()} {v.lab['y']}"
    items = [
        (v.lab["id"], v.person.number),
        (v.lab["name"], who),
        (v.lab["age"], age),
        (v.lab["sex"], v.sex()),
        (v.lab["col"], parts.when(v, v.collected, style)),
        (v.lab["req"], v.doctor),
        (v.lab["rep"], parts.day(v, style)),
        (v.lab["phone"], v.person.phone),
    ]
    shown = parts.kept(items)
    cells = [f"<span class=k>{esc(k)}</span>: {esc(x)}" for k, x in shown] + [""] * (len(shown) % 2)
    return table((), [row(cells[i : i + 2]) for i in range(0, len(cells), 2)], "info", "50 50")


def flow(v: Visit, style: str) -> str:
    """The patient's block as running lines."""
    first = [
        (v.lab["name"], v.person.latin),
        (v.lab["dob"], dates.printed(v.person.born, style)),
        (v.lab["sex"], v.sex()),
    ]
    second = [(v.lab["id"], v.person.number), (v.lab["req"], v.doctor)]
    third = [(v.lab["rec"], parts.when(v, v.received, style)), (v.lab["rep"], parts.day(v, style))]
    return "".join(
        div(" &nbsp; ".join(f"{esc(k)} : <b>{esc(x)}</b>" for k, x in parts.kept(g)))
        for g in (first, second, third)
    )


def signs(v: Visit, *labels: str) -> str:
    return flex(
        *(
            div(
                div(esc(s)) + div("&nbsp;", "gap") + (esc(v.other_doctor) if i else "&nbsp;"),
                "centre",
            )
            for i, s in enumerate(labels)
        )
    )

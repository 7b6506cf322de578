"""The template families of both halves and the fonts that each half may use."""

from __future__ import annotations

from benchmarks.corpus import templates_dev_labs as dl
from benchmarks.corpus import templates_dev_lines as dn
from benchmarks.corpus import templates_dev_rx as dr
from benchmarks.corpus import templates_dev_sheets as ds
from benchmarks.corpus import templates_gate_labs as gl
from benchmarks.corpus import templates_gate_lines as gn
from benchmarks.corpus import templates_gate_rx as gr
from benchmarks.corpus.model import Family, Template

LATIN = {
    "dev": (
        "Liberation Sans",
        "Liberation Serif",
        "DejaVu Sans",
        "Carlito",
        "Roboto",
        "Courier Prime",
    ),
    "gate": (
        "TeX Gyre Heros",
        "Noto Sans",
        "Caladea",
        "Open Sans",
        "Lato",
        "Charis SIL",
        "Liberation Mono",
    ),
}
KHMER = {
    "dev": (
        "Khmer OS",
        "Khmer OS System",
        "Khmer OS Siemreap",
        "Noto Serif Khmer",
        "Khmer Mondulkiri",
    ),
    "gate": ("Khmer OS Battambang", "Khmer OS Content", "Noto Sans Khmer", "Khmer Busra"),
}
TITLE = {
    "dev": ("Khmer OS Muol Light", "Khmer Ratanakiri"),
    "gate": ("Khmer OS Muol", "Khmer Oureang", "Khmer OS Bokor"),
}


_PROPORTIONAL = {half: names[:-1] for half, names in LATIN.items()}


def _family(
    half: str,
    name: str,
    kind: str,
    languages: str,
    template: Template,
    docs: int,
    latin: tuple[str, ...] = (),
    multipage: bool = False,
) -> Family:
    return Family(
        name,
        kind,
        half,
        tuple(languages.split()),
        template,
        latin or _PROPORTIONAL[half],
        docs,
        multipage,
    )


_DEV = [
    _family("dev", "dev_ruled", "lab", "km en", dl.ruled, 9),
    _family("dev", "dev_plain", "lab", "en", dl.plain, 9, LATIN["dev"]),
    _family("dev", "dev_zebra", "lab", "en km", dl.zebra, 8),
    _family("dev", "dev_two_panels", "lab", "en", dl.two_panels, 7),
    _family("dev", "dev_french_prior", "lab", "fr", dl.french_prior, 9),
    _family("dev", "dev_camlis", "lab", "km en", dl.camlis, 9),
    _family("dev", "dev_colon", "lab", "en km", dl.colon, 8, LATIN["dev"]),
    _family("dev", "dev_km_digits", "lab", "km", dl.km_digits, 8),
    _family("dev", "dev_serology", "lab", "en km", dl.serology, 7),
    _family("dev", "dev_multipage", "lab", "en", dl.multipage, 6, (), True),
    _family("dev", "dev_rx_grid", "prescription", "km", dr.grid, 8),
    _family("dev", "dev_rx_numbered", "prescription", "en", dr.numbered, 7, LATIN["dev"]),
    _family("dev", "dev_rx_fr", "prescription", "fr", dr.ordonnance, 7),
    _family("dev", "dev_rx_km", "prescription", "km", dr.khmer_list, 7),
    _family("dev", "dev_rx_table", "prescription", "en km", dr.table_en, 7),
    _family("dev", "dev_img_en", "imaging", "en km", dr.imaging_en, 6),
    _family("dev", "dev_img_fr", "imaging", "fr", dr.imaging_fr, 6),
    _family("dev", "dev_img_km", "imaging", "km", dr.imaging_km, 6),
    _family("dev", "dev_mixed", "mixed", "en km", dr.mixed, 6),
    _family("dev", "dev_typewriter", "lab", "en", dn.typewriter, 8, LATIN["dev"][-1:]),
    _family("dev", "dev_leaders", "lab", "en fr", dn.leaders, 8, LATIN["dev"]),
    _family("dev", "dev_rules", "lab", "en fr km", dn.rules, 12),
    _family("dev", "dev_prior", "lab", "en fr km", dn.prior, 10),
    _family("dev", "dev_orders", "lab", "en fr km", dn.orders, 10),
    _family("dev", "dev_limits", "lab", "en", dn.limits, 4),
    _family("dev", "dev_strip", "lab", "en fr", dn.strip, 5),
    _family("dev", "dev_rx_slots", "prescription", "en fr km", ds.slots, 9),
    _family("dev", "dev_rx_sheet", "prescription", "en fr km", ds.sheet, 9),
    _family("dev", "dev_rx_written", "prescription", "en fr km", ds.written, 9),
    _family("dev", "dev_img_letter", "imaging", "en fr km", ds.letter, 8),
    _family("dev", "dev_visit", "mixed", "en fr km", ds.visit_note, 8),
]
_GATE = [
    _family("gate", "gate_boxed", "lab", "km en", gl.boxed, 8),
    _family("gate", "gate_dotted", "lab", "fr km", gn.dotted, 8),
    _family("gate", "gate_prior_first", "lab", "en", gl.prior_first, 7),
    _family("gate", "gate_arrows", "lab", "en km", gl.arrows, 8),
    _family("gate", "gate_double", "lab", "en km", gn.double, 7),
    _family("gate", "gate_french_sex", "lab", "fr", gl.french_sex, 8),
    _family("gate", "gate_khmer", "lab", "km en", gl.khmer, 8),
    _family("gate", "gate_khmer_digits", "lab", "km", gl.khmer_digits, 7),
    _family("gate", "gate_typewriter", "lab", "en", gn.typewriter, 7, LATIN["gate"][-1:]),
    _family("gate", "gate_urine", "lab", "en km", gn.urine, 7),
    _family("gate", "gate_multipage", "lab", "en km", gn.multipage, 6, (), True),
    _family("gate", "gate_rx_slots", "prescription", "en km", gr.slots, 8),
    _family("gate", "gate_rx_codes", "prescription", "en", gr.codes, 7),
    _family("gate", "gate_rx_fr", "prescription", "fr km", gr.french, 7),
    _family("gate", "gate_rx_km", "prescription", "km", gr.khmer_table, 8),
    _family("gate", "gate_rx_stacked", "prescription", "en", gr.stacked, 6),
    _family("gate", "gate_img_en", "imaging", "en", gr.imaging_en, 6),
    _family("gate", "gate_img_fr", "imaging", "fr", gr.imaging_fr, 6),
    _family("gate", "gate_img_km", "imaging", "km en", gr.imaging_km, 6),
    _family("gate", "gate_mixed", "mixed", "fr km", gr.mixed, 6),
]
FAMILIES: dict[str, list[Family]] = {"dev": _DEV, "gate": _GATE}


def family(name: str) -> Family:
    """The family of that name; KeyError where there is none."""
    for entry in (*FAMILIES["dev"], *FAMILIES["gate"]):
        if entry.name == name:
            return entry
    raise KeyError(name)

"""Which documents a half holds: family, fonts, source, container and degradations of each."""

from __future__ import annotations

from itertools import count
from random import Random

from benchmarks.corpus.families import FAMILIES, KHMER, TITLE
from benchmarks.corpus.model import DocSpec, Family, Fonts

SEED = "medicord-corpus-1"
CI_DOCUMENTS = 40

# A block of twenty documents: a quarter clean, a tenth below 150 dpi, 15-20 % photos.
_BLOCK = ["clean"] * 5 + ["digital"] * 2 + ["scan"] * 7 + ["low"] * 2 + ["photo"] * 3 + ["fax"]
_CONTAINERS = {
    "clean": ("png", "jpg", "pdf", "tif", "png"),
    "scan": ("jpg", "png", "pdf", "jpg", "tif"),
    "low": ("jpg", "png", "pdf"),
    "photo": ("jpg",),
    "fax": ("tif", "png", "pdf"),
    "digital": ("pdf",),
}


def _scan_defects(rng: Random) -> dict[str, float]:
    """One to three defects of a scanned sheet besides its skew."""
    menu = {
        "gauss": rng.uniform(5, 14),
        "salt": rng.uniform(0.0008, 0.004),
        "blur": rng.uniform(0.6, 1.1),
        "jpeg": 40.0,
        "bleed": rng.uniform(0.08, 0.18),
        "stamp": rng.uniform(0.7, 1.0),
        "pen": rng.uniform(0.2, 1.0),
        "shadow": rng.uniform(0.15, 0.35),
        "faded": rng.uniform(0.25, 0.5),
    }
    chosen = rng.sample(sorted(menu), rng.randint(1, 3))
    if {"gauss", "jpeg"} <= set(chosen):
        chosen.remove("gauss")
    return {k: round(menu[k], 4) for k in chosen}


def _clean(rng: Random) -> tuple[int, dict[str, float]]:
    return rng.choice([200, 200, 250, 300]), {"skew": rng.uniform(-0.4, 0.4)}


def _scan(rng: Random) -> tuple[int, dict[str, float]]:
    angle = rng.uniform(0.3, 2.5) if rng.random() < 0.65 else rng.uniform(2.5, 6)
    return rng.choice([150, 150, 200, 200, 200, 250, 300]), {
        "skew": angle * rng.choice([-1, 1]),
        **_scan_defects(rng),
    }


def _low(rng: Random) -> tuple[int, dict[str, float]]:
    extra = rng.choice([{}, {"gauss": 5.0}, {"jpeg": 60.0}])
    return rng.choice([100, 110, 120]), {"skew": rng.uniform(-2, 2), **extra}


def _photo(rng: Random) -> tuple[int, dict[str, float]]:
    out = {
        "photo": rng.uniform(0.4, 1.0),
        "shadow": rng.uniform(0.15, 0.5),
        "gauss": rng.uniform(2, 7),
        "blur": rng.uniform(0.4, 0.9),
        "jpeg": rng.choice([60.0, 75.0, 85.0]),
    }
    if rng.random() < 0.3:
        out["stamp" if rng.random() < 0.5 else "pen"] = rng.uniform(0.5, 1.0)
    return rng.choice([160, 180, 200, 220]), out


def _fax(rng: Random) -> tuple[int, dict[str, float]]:
    return 200, {"skew": rng.uniform(-1.5, 1.5), "fax": rng.uniform(0.4, 1.0)}


def _defects(rng: Random, profile: str) -> tuple[int, dict[str, float]]:
    """Resolution and degradations of a profile."""
    if profile == "digital":
        return 300, {}
    dpi, out = {"clean": _clean, "scan": _scan, "low": _low, "photo": _photo, "fax": _fax}[profile](
        rng
    )
    return dpi, {k: round(v, 4) for k, v in out.items()}


def _rotation(rng: Random, profile: str) -> int:
    chance = {"scan": 0.3, "photo": 0.4, "fax": 0.15, "low": 0.1}.get(profile, 0.0)
    return rng.choice([90, 180, 270]) if rng.random() < chance else 0


def _spec(half: str, index: int, fam: Family, profile: str, turn: int) -> DocSpec:
    seed = f"{SEED}/{half}/{index}/{fam.name}"
    rng = Random(seed)
    fonts = Fonts(
        fam.fonts[turn % len(fam.fonts)],
        KHMER[half][(turn + index) % len(KHMER[half])],
        rng.choice(TITLE[half]),
    )
    dpi, strengths = _defects(rng, profile)
    options = _CONTAINERS[profile]
    container = options[index % len(options)]
    rotation = _rotation(rng, profile)
    if fam.multipage and container not in ("pdf", "tif"):
        container = "pdf" if turn % 2 or profile == "photo" else "tif"
    source = {"clean": "scan", "low": "scan"}.get(profile, profile)
    return DocSpec(index, fam.name, half, fonts, source, container, dpi, rotation, strengths, seed)


def documents(half: str) -> list[DocSpec]:
    """All documents of a half, in order; a pure function of the sources."""
    rng = Random(f"{SEED}/{half}/profiles")
    total = sum(f.docs for f in FAMILIES[half])
    profiles: list[str] = []
    while len(profiles) < total:
        profiles += rng.sample(_BLOCK, len(_BLOCK))
    numbers = count()
    out = []
    for fam in FAMILIES[half]:
        for turn in range(fam.docs):
            index = next(numbers)
            out.append(_spec(half, index, fam, profiles[index], turn))
    return out


def ci_documents() -> list[DocSpec]:
    """Forty documents of the gate: every family, the sources in turn, few of 300 dpi."""
    left = documents("gate")
    families = list(dict.fromkeys(s.family for s in left))
    used: dict[str, int] = {}
    out: list[DocSpec] = []
    for turn in range(CI_DOCUMENTS):
        name = families[turn % len(families)]
        mine = [s for s in left if s.family == name]
        best = min(
            mine,
            key=lambda s: (
                used.get(s.source, 0) + 6 * (s.dpi > 200 and s.source != "digital"),
                s.index,
            ),
        )
        used[best.source] = used.get(best.source, 0) + (1 if best.source != "scan" else 0)
        left.remove(best)
        out.append(best)
    return sorted(out, key=lambda s: s.index)

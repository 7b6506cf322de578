"""The content of a document from its plan, and its ground truth as JSON."""

from __future__ import annotations

import hashlib
from random import Random

from benchmarks.corpus.families import family
from benchmarks.corpus.html import text_of
from benchmarks.corpus.model import Content, Ctx, DocSpec, Truth


def content_of(spec: DocSpec) -> Content:
    """Draw the document's content; the same for the same plan."""
    fam = family(spec.family)
    return fam.template(Ctx(Random(f"{spec.seed}/content"), spec.half, spec.fonts, fam.kind))


def type_size(spec: DocSpec) -> float:
    """The document's type size in CSS pixels (about 9-11 points)."""
    return round(Random(f"{spec.seed}/size").uniform(12.5, 15.0), 2)


def _core(truth: Truth) -> dict[str, object]:
    """SPEC 3's core fields."""
    out: dict[str, object] = {
        "categories": {
            "lab_results": [i.as_json() for i in truth.labs],
            "prescriptions": [i.as_json() for i in truth.rx],
            "imaging": [i.as_json() for i in truth.imaging],
            "other": [{"text": t} for t in truth.other],
        },
        "possible_report_date": truth.report_date.isoformat() if truth.report_date else None,
        "possible_facility": truth.facility,
        "possible_doctor": truth.doctor,
    }
    if truth.facility_aliases:
        out["possible_facility_aliases"] = truth.facility_aliases
    return out


def has_khmer(text: str) -> bool:
    """Whether `text` holds a Khmer letter."""
    return any("\u1780" <= c <= "\u17ff" for c in text)


def truth_of(spec: DocSpec, content: Content) -> dict[str, object]:
    """Ground truth of a document, ready for JSON."""
    fam = family(spec.family)
    text = "\n".join(text_of(p) for p in content.pages)
    khmer = has_khmer(text)
    meta = {
        "kind": fam.kind,
        "family": fam.name,
        "half": spec.half,
        "khmer_font": spec.fonts.khmer if khmer else None,
        "latin_font": spec.fonts.latin,
        "languages": list(fam.languages),
        "source": spec.source,
        "dpi": spec.dpi,
        "degradations": spec.degradations,
        "rotation": spec.rotation,
        "pages": len(content.pages),
        "content_id": hashlib.sha256(text.encode()).hexdigest()[:16],
    }
    return {**_core(content.truth), "raw_text": text, "meta": meta}

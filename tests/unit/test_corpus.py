"""The evaluation corpus: its plan, truth and degradations, without a browser."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from benchmarks.corpus import degrade, labs, plan
from benchmarks.corpus.families import FAMILIES, KHMER, LATIN, TITLE
from benchmarks.corpus.html import text_of
from benchmarks.corpus.model import HALVES
from benchmarks.corpus.truth import content_of, truth_of

KHMER_DIGITS = str.maketrans("០១២៣៤៥៦៧៨៩", "0123456789")
LAB_FIELDS = ("test_name", "unit", "reference_range")
RX_FIELDS = ("medication", "dosage", "frequency", "duration")
IMAGING_FIELDS = ("body_part", "impression", "technique", "indication")


@cache
def truths(half: str) -> list[dict]:
    return [truth_of(s, content_of(s)) for s in plan.documents(half)]


def numbers_of(text: str) -> set[float]:
    plain = text.translate(KHMER_DIGITS)
    found = re.findall(r"\d+(?:[.,]\d+)?", plain)
    found += [
        t.replace(",", "").replace(" ", "") for t in re.findall(r"\d{1,3}(?:[ ,]\d{3})+", plain)
    ]
    return {float(t.replace(",", ".")) for t in found}


@pytest.mark.parametrize("half", HALVES)
def test_every_truth_text_is_printed(half: str) -> None:
    for t in truths(half):
        text = t["raw_text"]
        groups = t["categories"]
        for items, names in (
            (groups["lab_results"], LAB_FIELDS),
            (groups["prescriptions"], RX_FIELDS),
            (groups["imaging"], IMAGING_FIELDS),
            (groups["other"], ("text",)),
        ):
            for item in items:
                for name in names:
                    value = item[name]
                    # A French title prints the region within its words.
                    shown = value is None or value.lower() in text.lower()
                    # The bounds of a range may stand in two cells.
                    apart = name == "reference_range" and str(value).replace(" - ", " ") in text
                    assert shown or apart, (t["meta"], name, value)
        for name in ("possible_facility", "possible_doctor"):
            assert t[name] is None or t[name] in text


@pytest.mark.parametrize("half", HALVES)
def test_every_truth_value_is_printed(half: str) -> None:
    for t in truths(half):
        printed = numbers_of(t["raw_text"])
        for item in t["categories"]["lab_results"]:
            value = item["value"]
            if isinstance(value, str):
                assert value in t["raw_text"]
            else:
                assert float(value) in printed, (t["meta"], item)


def within(value: float, text: str) -> bool | None:
    """An independent reading of a printed range; None where it is none of the plain forms."""
    plain = text.translate(KHMER_DIGITS).replace(",", ".").strip("()[]").strip()
    number = r"\d+(?:\.\d+)?"
    if m := re.fullmatch(rf"({number})\s*(?:[-–~à]|to)\s*({number})", plain):
        return float(m[1]) <= value <= float(m[2])
    if m := re.fullmatch(rf"(?:<|Inf. à|below)\s*({number})", plain):
        return value < float(m[1])
    if m := re.fullmatch(rf"(?:>|≥|Sup. à|above)\s*({number})", plain):
        return value > float(m[1])
    return None


@pytest.mark.parametrize("half", HALVES)
def test_abnormal_agrees_with_the_printed_range(half: str) -> None:
    checked = 0
    for t in truths(half):
        for item in t["categories"]["lab_results"]:
            if isinstance(item["value"], str) or item["reference_range"] is None:
                continue
            inside = within(item["value"], item["reference_range"])
            if inside is not None:
                checked += 1
                assert item["abnormal"] is (not inside), (t["meta"], item)
    assert checked > 500


@pytest.mark.parametrize("half", HALVES)
def test_truth_has_the_core_fields_of_the_contract(half: str) -> None:
    for t in truths(half):
        assert set(t["categories"]) == {"lab_results", "prescriptions", "imaging", "other"}
        assert {
            "possible_report_date",
            "possible_facility",
            "possible_doctor",
            "raw_text",
            "meta",
        } <= set(t)
        for item in t["categories"]["lab_results"]:
            assert {"test_name", "value", "unit", "reference_range", "abnormal"} <= set(item)
            assert item["value"] is not None
        assert any(t["categories"].values())


@pytest.mark.parametrize("half", HALVES)
def test_no_page_names_one_test_twice(half: str) -> None:
    for t in truths(half):
        names = [i["test_name"] for i in t["categories"]["lab_results"]]
        assert len(names) == len(set(names)), t["meta"]


def test_halves_share_no_family_and_no_font() -> None:
    families = [{f.name for f in FAMILIES[h]} for h in HALVES]
    assert not families[0] & families[1]
    for fonts in (KHMER, LATIN, TITLE):
        assert not set(fonts["dev"]) & set(fonts["gate"])


def test_documents_use_the_fonts_of_their_half() -> None:
    for half in HALVES:
        for spec in plan.documents(half):
            assert spec.fonts.latin in LATIN[half]
            assert spec.fonts.khmer in KHMER[half]
            assert spec.fonts.title in TITLE[half]


def test_corpus_is_as_large_and_as_varied_as_promised() -> None:
    assert sum(len(plan.documents(h)) for h in HALVES) >= 240
    assert sum(len(FAMILIES[h]) for h in HALVES) >= 20
    assert len({f for h in HALVES for f in (*KHMER[h], *TITLE[h])}) >= 8
    for half in HALVES:
        specs = plan.documents(half)
        assert {f.kind for f in FAMILIES[half]} == {"lab", "prescription", "imaging", "mixed"}
        assert {lang for f in FAMILIES[half] for lang in f.languages} == {"en", "fr", "km"}
        assert {s.rotation for s in specs} == {0, 90, 180, 270}
        assert {s.container for s in specs} == {"png", "jpg", "pdf", "tif"}
        used = {name for s in specs for name in s.degradations}
        assert used == set(degrade.OPERATIONS)
        assert 0.12 <= sum(s.source == "photo" for s in specs) / len(specs) <= 0.22
        assert 0.06 <= sum(s.dpi < 150 for s in specs) / len(specs) <= 0.15


def test_gate_is_large_enough_for_its_error_bound() -> None:
    labs_of = [i for t in truths("gate") for i in t["categories"]["lab_results"]]
    meds = [i for t in truths("gate") for i in t["categories"]["prescriptions"]]
    fields = sum(
        v is not None for i in labs_of for v in (i["value"], i["unit"], i["reference_range"])
    )
    fields += sum(i[k] is not None for i in meds for k in RX_FIELDS)
    assert fields >= 1500
    assert 0.1 <= sum(bool(i["abnormal"]) for i in labs_of) / len(labs_of) <= 0.35


def test_no_content_appears_twice() -> None:
    ids = [t["meta"]["content_id"] for half in HALVES for t in truths(half)]
    assert len(ids) == len(set(ids))


def test_content_is_a_function_of_the_plan() -> None:
    for half in HALVES:
        for spec in plan.documents(half)[::17]:
            assert truth_of(spec, content_of(spec)) == truth_of(spec, content_of(spec))


def test_ci_part_is_forty_documents_of_every_family() -> None:
    part = plan.ci_documents()
    assert part == plan.ci_documents()
    assert len({s.index for s in part}) == plan.CI_DOCUMENTS
    assert {s.family for s in part} == {f.name for f in FAMILIES["gate"]}
    assert {s.source for s in part} == {"scan", "photo", "fax", "digital"}


def test_khmer_digits_and_commas_keep_their_number() -> None:
    style = labs.LabStyle(khmer=True, comma=True)
    assert labs.number(12.5, 1, style) == "១២,៥"
    assert labs.number(250000, 0, labs.LabStyle(thousands=" ")) == "250 000"


def test_text_follows_the_document_order() -> None:
    assert text_of("<div>a<br>b</div><table><tr><td>1</td><td>2</td></tr></table>") == "a\nb\n1 2"


def page() -> np.ndarray:
    picture = np.full((330, 240, 3), 255, np.uint8)
    picture[40:300:12, 20:220] = 20
    return picture


@pytest.mark.parametrize("name", sorted(degrade.OPERATIONS))
def test_degradation_is_deterministic_and_keeps_the_type(name: str) -> None:
    strength = {"jpeg": 40.0, "salt": 0.003, "gauss": 9.0, "skew": 3.0, "blur": 9.0}.get(name, 0.8)
    first = degrade.degrade(page(), {name: strength}, 0, 7)
    again = degrade.degrade(page(), {name: strength}, 0, 7)
    assert np.array_equal(first, again)
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert first.shape[2] == 3
    if name not in ("photo", "skew"):
        assert first.shape == page().shape
    assert not np.array_equal(first, page())


@pytest.mark.parametrize(("turn", "corner"), [(90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))])
def test_rotation_is_clockwise(turn: int, corner: tuple[int, int]) -> None:
    picture = np.full((6, 4, 3), 255, np.uint8)
    picture[0, 0] = 0
    assert degrade.degrade(picture, {}, turn, 1)[corner].sum() == 0

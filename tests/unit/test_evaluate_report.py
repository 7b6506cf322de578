"""The report, its groups, the gate, and what is in the folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from medicord_ocr.errors import MissingDependency, UnreadableInput, UsageError
from medicord_ocr.evaluate import METRICS, Report, check, evaluate, tables
from medicord_ocr.options import Options
from medicord_ocr.schema import Document
from tests.truths import GLUCOSE, UREA, Fields, document, from_map, lab, measuring, truth


@pytest.fixture
def measure(tmp_path: Path) -> Callable[..., Report]:
    return measuring(tmp_path)


def test_a_missing_engine_stops_the_evaluation(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "a.json").write_text(json.dumps(truth(GLUCOSE)))

    def broken(path: Path, options: Options) -> Document:
        raise MissingDependency("tesseract is not installed")

    with pytest.raises(MissingDependency):
        evaluate(tmp_path, Options(), extract=broken)


def test_what_has_no_partner_is_reported(measure: Callable[..., Report], tmp_path: Path) -> None:
    (tmp_path / "alone.pdf").write_bytes(b"")
    (tmp_path / "lost.json").write_text(json.dumps(truth(GLUCOSE)))
    (tmp_path / "manifest.json").write_text('{"documents": 1}')
    report = measure(a=(truth(GLUCOSE), document(lab(GLUCOSE))))
    assert sorted(p.split()[0] for p in report.problems) == ["alone.pdf", "lost.json"]


def test_a_folder_without_ground_truth_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(UsageError):
        evaluate(tmp_path, Options(), extract=partial(from_map, {}))
    with pytest.raises(UsageError):
        evaluate(tmp_path / "nowhere", Options(), extract=partial(from_map, {}))


@pytest.mark.parametrize("text", ["{", "[]", '{"categories": {"lab_results": [3]}}', "{}"])
def test_a_truth_that_is_none_is_named_and_not_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UnreadableInput, match=r"a\.json"):
        evaluate(tmp_path, Options(), extract=partial(from_map, {}))


def test_groups_come_from_the_meta_of_the_truth(measure: Callable[..., Report]) -> None:
    def meta(source: str, dpi: int, **degradations: float) -> Fields:
        return {"kind": "lab", "source": source, "dpi": dpi, "degradations": degradations}

    report = measure(
        a=(truth(GLUCOSE, meta=meta("photo", 160, blur=0.5)), document()),
        b=(truth(GLUCOSE, meta=meta("digital", 300)), document(lab(GLUCOSE))),
    )
    recall = {
        (key, value): found["labs.row_recall"].value
        for key, values in report.groups.items()
        for value, found in values.items()
    }
    assert recall == {
        ("kind", "lab"): 0.5,
        ("source", "photo"): 0.0,
        ("source", "digital"): 1.0,
        ("dpi", "150-199 dpi"): 0.0,
        ("dpi", "born-digital"): 1.0,
        ("page", "photo"): 0.0,
        ("degradation", "blur"): 0.0,
        ("degradation", "none"): 1.0,
    }


def test_processes_give_the_report_of_one_process(measure: Callable[..., Report]) -> None:
    cases = {f"d{i}": (truth(GLUCOSE, UREA), document(lab(GLUCOSE))) for i in range(4)}
    one, two = measure(**cases), measure(jobs=2, **cases)
    assert [d.name for d in two.documents] == [d.name for d in one.documents]
    for name in METRICS:
        if name != "seconds_per_page":
            assert two.metrics[name] == one.metrics[name]


def test_the_gate_names_what_fails(measure: Callable[..., Report]) -> None:
    report = measure(a=(truth(GLUCOSE, UREA), document(lab(GLUCOSE))))
    assert check(report, {"labs.value": 0.5}, {"silent_error_rate": 0.0}) == []
    failures = check(report, {"labs.value": 0.51, "labs.unit": 0.4}, {"labs.extra_rows": -0.1})
    assert [f.split()[0] for f in failures] == ["labs.value", "labs.extra_rows"]
    assert "1 of 2" in failures[0]


def test_the_gate_can_hold_the_bound(measure: Callable[..., Report]) -> None:
    report = measure(a=(truth(GLUCOSE), document(lab(GLUCOSE))))
    assert check(report, {}, {"silent_error_rate": 0.01}) == []
    assert check(report, {}, {"silent_error_rate.high": 0.01}) != []


def test_the_gate_does_not_pass_on_what_was_not_measured(measure: Callable[..., Report]) -> None:
    report = measure(a=(truth(GLUCOSE), document()))
    assert len(check(report, {"rx.medication": 0.0}, {"silent_error_rate": 1.0})) == 2


def test_an_unknown_metric_is_a_usage_error_that_names_the_known(
    measure: Callable[..., Report],
) -> None:
    report = measure(a=(truth(GLUCOSE), document()))
    for name in ("labs.valeu", "labs.value.middle", ""):
        with pytest.raises(UsageError, match=r"labs\.value"):
            check(report, {name: 0.5}, {})


def test_the_report_is_json_with_its_silent_errors_and_calibration(
    measure: Callable[..., Report],
) -> None:
    wrong = lab(("Urea", 42, "mmol/L", "2.5-7.5", False), confidence=0.8)
    report = measure(a=(truth(GLUCOSE, UREA), document(lab(GLUCOSE), wrong)))
    data = json.loads(json.dumps(report.to_json()))
    (entry,) = data["documents"]
    (error,) = entry["silent_errors"]
    assert (error["field"], error["expected"], error["got"]) == ("labs.value", 4.2, 42)
    assert data["calibration"]["all"]["count"] == 8
    # Seven right (four of them at 0.9), one wrong at 0.8 beside three right ones.
    assert data["calibration"]["all"]["auroc"] == pytest.approx((4 + 3 / 2) / 7, abs=1e-3)


def test_the_tables_hold_no_text_of_documents(measure: Callable[..., Report]) -> None:
    from rich.console import Console

    wrong = lab(("Urea", 42, "mmol/L", "2.5-7.5", False))
    report = measure(secret=(truth(GLUCOSE, UREA), document(lab(GLUCOSE), wrong)))
    console = Console(width=200)
    with console.capture() as captured:
        for table in tables(report):
            console.print(table)
    shown = captured.get()
    assert "secret.png" in shown
    assert "labs.value" in shown
    for text in ("Urea", "mmol", "Glucose"):
        assert text not in shown

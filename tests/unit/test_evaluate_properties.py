"""What holds of the metrics whatever is on a page and whatever is read."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr.evaluate import Report
from medicord_ocr.evaluate.matching import assign
from medicord_ocr.evaluate.report import DocumentScore, summarise
from medicord_ocr.evaluate.score import score
from medicord_ocr.evaluate.truth import load
from medicord_ocr.schema import Document
from tests.truths import Fields, document, lab, truth

# The first example loads the vocabulary or khnormal, and machines have other work.
UNHURRIED = settings(deadline=None)
NAMES = ("Glucose", "Urea", "Sodium", "Potassium", "Creatinine", "HbA1c", "Ferritin", "Lipase")
maybe = st.one_of(st.none(), st.sampled_from(["mmol/L", "g/L", "%", "U/L"]))
rows = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.one_of(st.floats(0, 500, allow_nan=False), st.sampled_from(["Negative", "<0.5", "++"])),
        maybe,
        st.one_of(st.none(), st.sampled_from(["1-2", "3,5 - 7", "< 4"])),
        st.sampled_from([True, False, None]),
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)
confidences = st.floats(0, 1)


@pytest.fixture(scope="module")
def truth_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("truths") / "truth.json"


def scored(path: Path, expected: Fields, got: Document | None) -> Report:
    path.write_text(json.dumps(expected), encoding="utf-8")
    loaded = load(path)
    judged, tallies = score(loaded, got)
    one = DocumentScore("a", loaded.content, loaded.meta, 0.0, 1, None, tallies, judged)
    return summarise([one])


@UNHURRIED
@given(
    expected=rows, got=rows, confidence=confidences, text=st.text(max_size=30), failed=st.booleans()
)
def test_rates_lie_between_0_and_1_and_within_their_bounds(
    truth_file: Path,
    expected: list[Any],
    got: list[Any],
    confidence: float,
    text: str,
    failed: bool,
) -> None:
    read = (
        None if failed else document(*(lab(row, confidence=confidence) for row in got), text=text)
    )
    report = scored(truth_file, truth(*expected, raw_text="Glucose ៥.៨ mmol/L"), read)
    for found in report.metrics.values():
        if found.value is not None:
            assert 0 <= found.value <= 1
        if found.value is not None and found.low is not None and found.high is not None:
            assert 0 <= found.low <= found.value + 1e-12
            assert found.value - 1e-12 <= found.high <= 1


@UNHURRIED
@given(expected=rows)
def test_a_perfect_document_is_all_right_with_no_silent_error(
    truth_file: Path, expected: list[Any]
) -> None:
    header = {"report_date": "2026-01-20", "facility": None, "doctor": "Dr. Sok"}
    spoken = {f"possible_{name}": value for name, value in header.items()}
    read = document(*map(lab, expected), text="អ៊ុយរ៉េ 4.2\nok", **header)
    report = scored(truth_file, truth(*expected, raw_text="អ៊ុយរ៉េ 4.2\nok", **spoken), read)
    zero = {"labs.extra_rows", "silent_error_rate", "invented_fields"}
    zero |= {"cer", "cer_spaces", "cluster_error", "seconds_per_page"}
    for name, found in report.metrics.items():
        assert found.value in (None, 0.0 if name in zero else 1.0), name


@UNHURRIED
@given(expected=rows, changed=st.dictionaries(st.integers(0, 5), rows), drop=st.integers(0, 5))
def test_removing_a_predicted_row_never_raises_an_accuracy(
    truth_file: Path, expected: list[Any], changed: dict[int, list[Any]], drop: int
) -> None:
    # Rows of the truth, some with other values: the names stay, so each row has one partner.
    got = [
        (row[0], *changed[i][0][1:]) if changed.get(i) else row for i, row in enumerate(expected)
    ]
    fewer = got[:drop] + got[drop + 1 :]
    full = scored(truth_file, truth(*expected), document(*map(lab, got)))
    less = scored(truth_file, truth(*expected), document(*map(lab, fewer)))
    for name in ("row_recall", "value", "unit", "range", "abnormal"):
        before, after = full.metrics[f"labs.{name}"].value, less.metrics[f"labs.{name}"].value
        assert (after is None) == (before is None)
        assert after is None or before is None or after <= before
    before, after = full.metrics["coverage"].value, less.metrics["coverage"].value
    assert after is None or before is None or after <= before


@UNHURRIED
@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=5))
def test_the_assignment_has_the_greatest_sum(scores: list[list[int]]) -> None:
    found = assign(scores)
    assert len(set(found.values())) == len(found)
    padded = [*scores, *([[0, 0, 0]] * 3)]
    best = max(
        sum(padded[row][column] for column, row in enumerate(order))
        for order in permutations(range(len(padded)), 3)
    )
    assert sum(scores[row][column] for row, column in found.items()) == best

"""The figures of a batch's report."""

from pathlib import Path

import pytest

from medicord_ocr.cli import report
from medicord_ocr.options import Options
from medicord_ocr.schema import Record
from tests.server.service import document


def record(name: str, *, review: bool, status: str = "ok") -> Record:
    info = {"raw": "5.8", "confidence": 0.5 if review else 1.0, "source": None} | {
        "needs_review": review,
        "review_reasons": ["low_confidence"] if review else [],
    }
    read = Record.model_validate_json(
        b'{"source":"%b","sha256":null,"status":"%b","options":"","document":%b}'
        % (name.encode(), status.encode(), document(1))
    )
    assert read.document is not None
    made = read.model_dump()
    made["document"]["categories"]["lab_results"][0]["fields"] = {"value": info}
    return Record.model_validate(made)


def test_every_value_is_counted_where_it_stands_on_the_chart() -> None:
    figures = report.Figures()
    figures.add(record("a", review=False))
    figures.add(record("b", review=True))
    assert figures.accepted[-1] == 1, "a confidence of 1 is in the last bar"
    assert figures.review[10] == 1
    assert figures.reasons == {"low_confidence": 1}
    assert (figures.pages, figures.statuses["ok"]) == (2, 2)


def test_more_than_a_browser_opens_is_counted_and_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(report, "MOST", 3)
    lines = [record(f"d{n}", review=True).model_dump_json() for n in range(5)]
    (tmp_path / "out.jsonl").write_text("\n".join(lines), "utf-8")
    target = tmp_path / "report.html"
    report.write_report(tmp_path / "out.jsonl", target, {}, Options(), lambda *_, **__: [])
    page = target.read_text("utf-8")
    assert page.count("<section>") == 3
    assert "2 more values for review are not shown here" in page


def test_every_reason_has_words() -> None:
    assert report.in_words("readers_disagree") == "The readers read different things."
    assert report.in_words("not_known_yet") == "not known yet"

"""FHIR R4: what the Bundle says, that R4's own models take it, and that nothing is invented.

Value sets are those of R4 4.0.1 that bind what we write, copied from its pages by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fhirclient.models.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from medicord_ocr import schema
from medicord_ocr.fhir import bundle, bundle_json, failure
from medicord_ocr.fhir.medications import repeat_of

Json = dict[str, Any]
SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


# ---------------------------------------------------------------- documents


def info(raw: str | None, *reasons: str, confidence: float = 0.98) -> schema.FieldInfo:
    readings = (schema.ReadingModel(reader="tesseract-eng", text=raw),) if raw else ()
    return schema.FieldInfo(
        raw=raw,
        readings=readings,
        confidence=confidence if raw else 0.0,
        source=schema.Source(page=1, box=(1, 2, 3, 4)) if raw else None,
        needs_review=bool(reasons),
        review_reasons=reasons,
    )


def lab(value: float | str | None, raw: str | None = None, **given: Any) -> schema.LabResult:
    shown = raw if raw is not None else None if value is None else str(value)
    fields = {"test_name": info("Glucose"), "value": info(shown)} | given.pop("fields", {})
    if given.get("reference_range"):
        fields["reference_range"] = info(given["reference_range"])
    base = {"test_name": "Glucose", "unit": "mmol/L", "reference_range": None, "abnormal": None}
    review = any(field.needs_review for field in fields.values())
    return schema.LabResult(
        value=value, confidence=0.98, fields=fields, needs_review=review, **(base | given)
    )


def drug(**given: Any) -> schema.Prescription:
    base = dict.fromkeys(("medication", "dosage", "frequency", "duration"))
    doubts = given.pop("doubts", {})
    texts = {name: value for name, value in given.items() if isinstance(value, str)}
    fields = {name: info(text, *doubts.get(name, ())) for name, text in texts.items()}
    if "schedule" in given:
        fields["schedule"] = info("1 1", *doubts.get("schedule", ()))
    review = any(field.needs_review for field in fields.values())
    return schema.Prescription(
        confidence=0.9, fields=fields, needs_review=review, **(base | {"medication": "A"} | given)
    )


def document(**given: Any) -> schema.Document:
    categories = schema.Categories(**{
        name: tuple(given.pop(name, ()))
        for name in ("lab_results", "prescriptions", "imaging", "other")
    })  # fmt: skip
    base: Json = {
        "raw_text": "Name: SOK Dara  Tel 012 345 678",
        "average_confidence": 0.9,
        "pages": 1,
        "file_type": "png",
        "extracted_at": "2026-02-19T14:30:26Z",
        "possible_report_date": None,
        "possible_facility": None,
        "possible_doctor": None,
    }
    return schema.Document(categories=categories, **(base | given))


def header(value: str | None, *reasons: str, **more: str) -> schema.HeaderField:
    return schema.HeaderField(value=value, **info(value, *reasons).model_dump(), **more)


def whole() -> schema.Document:
    return document(
        lab_results=[
            lab(5.2, "5.20", loinc="2345-7", ucum="mmol/L", reference_range="3.9 - 5.6"),
            lab("Négatif", unit=None),
            lab(None, "", fields={"value": info("S", "readers_disagree")}),
        ],
        prescriptions=[drug(medication="Aspirin 81 mg", dosage="1 tablet", frequency="once daily")],
        imaging=[
            schema.Imaging(
                modality="X-ray", body_part="Chest", findings="Clear.", impression="Normal.",
                confidence=0.9, fields={"impression": info("Normal.", "low_confidence")},
                needs_review=True,
            )
        ],
        other=[schema.OtherText(text="Drink water.", confidence=0.9)],
        possible_report_date="2026-01-20",
        possible_facility="Calmette Hospital",
        possible_doctor="Dr. Socheat",
        header=schema.Header(
            report_date=header("2026-01-20", kind="report"),
            facility=header("Calmette Hospital", "low_confidence"),
            doctor=header("Dr. Socheat", role="prescriber"),
        ),
        document_type="mixed",
        warnings=[schema.Warning_(code="low_resolution", message="scan again", page=1)],
    )  # fmt: skip


def parsed(of: schema.Document, **more: Any) -> Json:
    """The Bundle as a receiver sees it, its decimals digit by digit; R4's models have taken it."""
    written = bundle_json(bundle(of, **more))
    Bundle(json.loads(written))
    made: Json = json.loads(written, parse_float=Decimal)
    check(made)
    return made


def resources(made: Json, kind: str) -> list[Json]:
    found = [entry["resource"] for entry in made["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def observation(item: schema.LabResult, *others: schema.LabResult) -> Json:
    return resources(parsed(document(lab_results=[item, *others])), "Observation")[0]


# ---------------------------------------------------------------- R4's rules, by hand

REQUIRED = {
    "Observation": ("status", "code"),
    "DiagnosticReport": ("status", "code"),
    "MedicationStatement": ("status", "medicationCodeableConcept", "subject"),
    "DocumentReference": ("status", "content"),
    "OperationOutcome": ("issue",),
    "Patient": (),
    "Practitioner": (),
    "Organization": ("name",),
}
STATUS = {
    "Observation": "registered preliminary final amended corrected cancelled entered-in-error "
    "unknown",
    "DiagnosticReport": "registered partial preliminary final amended corrected appended cancelled "
    "entered-in-error unknown",
    "MedicationStatement": "active completed entered-in-error intended stopped on-hold unknown "
    "not-taken",
    "DocumentReference": "current superseded entered-in-error",
}  # fmt: skip
REFERS_TO = {
    "subject": {"Patient"},
    "performer": {"Organization"},
    "resultsInterpreter": {"Practitioner"},
    "author": {"Organization", "Practitioner"},
    "result": {"Observation"},
    "informationSource": {"Practitioner"},
    "derivedFrom": {"DocumentReference"},
    "related": {"Practitioner", "DiagnosticReport"},
}
CODES = {
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation": "H L A N HH LL POS NEG",
    "http://terminology.hl7.org/CodeSystem/observation-category": "laboratory imaging",
    "http://terminology.hl7.org/CodeSystem/v2-0074": "LAB RX CT NMR RUS CUS EC NMS RAD",
    "http://terminology.hl7.org/CodeSystem/data-absent-reason": "unknown",
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue": "UNCERTREL",
}
COMPARATORS = {"<", "<=", ">", ">="}
WHEN = {"MORN", "NOON", "EVE", "NIGHT", "HS"}


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, value
    if isinstance(value, dict):
        for name, part in value.items():
            yield from walk(part, (*path, name))
    if isinstance(value, list):
        for part in value:
            yield from walk(part, path)


def check(made: Json) -> None:
    """The rules of R4 that its models in fhirclient do not check."""
    assert (made["resourceType"], made["type"]) == ("Bundle", "collection")
    urls = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in made["entry"]}
    assert len(urls) == len(made["entry"])  # bdl-7
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", u) for u in urls)
    for entry in made["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        assert all(name in resource for name in REQUIRED[kind])
        if kind in STATUS:
            assert resource["status"] in STATUS[kind].split()
        if kind == "Observation":
            values = [name for name in resource if name.startswith("value")]
            assert len(values) + ("dataAbsentReason" in resource) == 1  # obs-6
        for part in resource.get("referenceRange", ()):
            assert {"low", "high", "text"} & part.keys()  # obs-3
    for path, value in walk(made):
        assert value not in ("", {}, [], None), path
        if isinstance(value, str):
            assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", value)
        if isinstance(value, dict):
            check_element(path, value, urls)


def check_element(path: tuple[str, ...], value: Json, urls: dict[str, str]) -> None:
    if "reference" in value:
        assert urls[value["reference"]] in REFERS_TO[path[-1]]
    if value.get("system") in CODES:
        assert value["code"] in CODES[value["system"]].split()
    if path[-1:] == ("valueQuantity",):
        assert value.get("comparator", "<") in COMPARATORS
        assert ("code" in value) <= ("system" in value)  # qty-3
    if path[-1:] in {("low",), ("high",), ("doseQuantity",)}:
        assert "comparator" not in value  # SimpleQuantity
    if path[-1:] == ("repeat",):
        assert set(value.get("when", ())) <= WHEN
        assert ("period" in value) == ("periodUnit" in value)  # tim-2


def test_a_document_of_every_kind_is_an_r4_bundle_whose_references_resolve() -> None:
    made = parsed(whole(), name="a.png", sha256=SHA256)
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "Patient": 1, "DocumentReference": 1, "Organization": 1, "Practitioner": 1,
        "Observation": 6, "DiagnosticReport": 2, "MedicationStatement": 1, "OperationOutcome": 1,
    }  # fmt: skip
    assert made["timestamp"] == "2026-02-19T14:30:26Z"


def test_nobody_is_identified_and_the_text_of_the_page_stays_out() -> None:
    made = parsed(whole())
    (patient,) = resources(made, "Patient")
    extension = {
        "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
        "valueCode": "unknown",
    }
    assert patient == {"resourceType": "Patient", "name": [{"extension": [extension]}]}
    assert "SOK" not in json.dumps(made, default=str)


def test_the_same_file_gives_the_same_urls_and_another_file_others() -> None:
    first, again = parsed(whole(), sha256=SHA256), parsed(whole(), sha256=SHA256)
    other = parsed(whole(), sha256=SHA256[::-1])
    assert first == again
    assert not {e["fullUrl"] for e in first["entry"]} & {e["fullUrl"] for e in other["entry"]}


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("value", "raw", "token"),
    [
        (5.2, "5.20", "5.20"),
        (5.2, "5,20", "5.20"),
        (5.0, "5.00", "5.00"),
        (5.0, "5", "5"),
        (0.05, "0.050", "0.050"),
        (250000.0, "250 000", "250000"),
        (250000.0, "250,000", "250000"),
        (1234.5, "1.234,50", "1234.50"),
        (5.2, "៥.២០", "5.20"),
        (-2.5, "-2.50", "-2.50"),
        (5.2, "H 5.20 *", "5.20"),
        (1e-7, None, "0.0000001"),
        (7.0, "?", "7"),
    ],
)
def test_a_number_keeps_the_digits_that_were_printed(
    value: float, raw: str | None, token: str
) -> None:
    written = bundle_json(bundle(document(lab_results=[lab(value, raw)])))
    assert f'"valueQuantity":{{"value":{token},"unit":"mmol/L"}}'.encode() in written


@given(st.decimals("-9999999", "9999999", places=3), st.sampled_from(".,"))
def test_every_number_comes_out_as_it_was_printed(number: Decimal, mark: str) -> None:
    text = format(number, "f")
    made = observation(lab(float(number), text.replace(".", mark)))
    assert str(made["valueQuantity"]["value"]) == text or number == 0


def test_units_have_their_ucum_code_only_where_it_is_certain() -> None:
    known = observation(lab(5.2, ucum="mmol/L", unit="mmol / l"))["valueQuantity"]
    assert known == {
        "value": Decimal("5.2"),
        "unit": "mmol / l",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/L",
    }
    assert observation(lab(5.2, unit="u"))["valueQuantity"] == {
        "value": Decimal("5.2"),
        "unit": "u",
    }
    assert observation(lab(5.2, unit=None))["valueQuantity"] == {"value": Decimal("5.2")}


@pytest.mark.parametrize(
    ("text", "comparator", "token"),
    [("<0.50", "<", "0.50"), ("≤ 3", "<=", "3"), (">1000", ">", "1000"), (">= 2,0", ">=", "2.0")],
)
def test_a_bound_is_a_quantity_with_a_comparator(text: str, comparator: str, token: str) -> None:
    made = observation(lab(text, unit=None))["valueQuantity"]
    assert (made["comparator"], str(made["value"])) == (comparator, token)


@pytest.mark.parametrize("text", ["<1,234", "10^5", "3 min 30 s", "5 ± 1", "<1/80", "E. coli"])
def test_what_is_no_plain_quantity_stays_text(text: str) -> None:
    assert observation(lab(text))["valueString"] == text


def test_titres_are_ratios_and_counts_per_field_are_ranges() -> None:
    ratio = observation(lab("1/160", unit=None))["valueRatio"]
    assert (ratio["numerator"]["value"], ratio["denominator"]["value"]) == (1, 160)
    counts = observation(lab("2-4", unit="/HPF"))["valueRange"]
    assert counts == {"low": {"value": 2, "unit": "/HPF"}, "high": {"value": 4, "unit": "/HPF"}}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Négatif", "LA6577-6"),
        ("អវិជ្ជមាន", "LA6577-6"),
        ("Positive", "LA6576-8"),
        ("Non réactif", None),
        ("++", None),
        ("Trace", None),
    ],
)
def test_results_in_words_keep_their_text_and_are_coded_only_when_they_say_just_that(
    text: str, code: str | None
) -> None:
    made = observation(lab(text, unit=None))["valueCodeableConcept"]
    assert made["text"] == text
    assert [c["code"] for c in made.get("coding", ())] == ([code] if code else [])


def test_a_result_without_value_says_that_it_is_absent_and_what_is_printed() -> None:
    made = observation(lab(None, fields={"value": info("Pending")}))
    assert made["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert made["dataAbsentReason"]["text"] == "Pending"


# ---------------------------------------------------------------- ranges and flags


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("3.90 - 5.60", "3.90", "5.60"),
        ("3,9–5,6", "3.9", "5.6"),
        ("≤ 5.0", None, "5.0"),
        ("Up to 40", None, "40"),
        ("≥ 60", "60", None),
        ("< 5.2", None, None),
        ("H: 13-17 F: 12-16", None, None),
        ("Adulte: 3,5-5,0 Enfant: 4-6", None, None),
        ("Négatif", None, None),
        ("5 - 3", None, None),
        ("1,234 - 2,345", None, None),
    ],
)
def test_ranges_keep_their_text_and_have_bounds_where_they_hold_for_everybody(
    text: str, low: str | None, high: str | None
) -> None:
    (made,) = observation(lab(4.0, "4", reference_range=text))["referenceRange"]
    assert made["text"] == text
    bounds = [str(made[side]["value"]) if side in made else None for side in ("low", "high")]
    assert bounds == [low, high]


def test_the_decimal_mark_of_the_page_settles_what_a_range_alone_cannot_say() -> None:
    page = [lab(float(f"5.{n}"), f"5,{n}") for n in range(10, 20)]
    made = observation(lab(1.5, "1,5", reference_range="1,234 - 2,345"), *page)
    assert str(made["referenceRange"][0]["low"]["value"]) == "1.234"


@pytest.mark.parametrize(
    ("value", "abnormal", "flag", "code"),
    [
        (9.0, True, None, "H"),
        (1.0, True, None, "L"),
        (1.0, True, "L", "L"),
        (1.0, True, "H", "A"),
        (5.0, True, "H", "A"),
        (5.0, False, None, "N"),
        (9.0, True, "*", "H"),
        (9.0, None, "H", None),
    ],
)
def test_interpretation_says_no_more_than_value_range_and_flag_agree_on(
    value: float, abnormal: bool | None, flag: str | None, code: str | None
) -> None:
    item = lab(value, reference_range="3 - 6", abnormal=abnormal, flag_printed=flag)
    found = observation(item).get("interpretation", [])
    assert [part["coding"][0]["code"] for part in found] == ([code] if code else [])


# ---------------------------------------------------------------- doubt


def test_a_doubtful_result_is_marked_with_its_reasons_and_readings() -> None:
    doubtful = info("118", "readers_disagree", "implausible_value")
    made = observation(lab(118.0, "118", fields={"value": doubtful}))
    assert made["status"] == "preliminary"
    assert [label["code"] for label in made["meta"]["security"]] == ["UNCERTREL"]
    assert [tag["code"] for tag in made["meta"]["tag"]] == ["readers_disagree", "implausible_value"]
    assert "value (readers_disagree, implausible_value), page 1" in made["note"][0]["text"]
    assert "tesseract-eng read “118”" in made["note"][0]["text"]


def test_a_certain_result_has_no_mark_and_is_still_preliminary() -> None:
    made = observation(lab(5.2, loinc="2345-7"))
    assert made["status"] == "preliminary"
    assert "meta" not in made
    assert "note" not in made


def test_every_item_for_review_is_marked_whatever_its_kind() -> None:
    made = parsed(whole())
    marked = [
        e["resource"]["resourceType"] for e in made["entry"] if "meta" in e["resource"]
    ]  # the facility, the third result, the impression and the report that concludes with it
    assert sorted(marked) == ["DiagnosticReport", "Observation", "Observation", "Organization"]


def test_a_doubtful_date_marks_the_report_and_is_not_asserted_of_drugs() -> None:
    date = header("2026-03-02", "ambiguous_date", kind="issued")
    made = parsed(
        document(
            lab_results=[lab(5.2)],
            prescriptions=[drug()],
            possible_report_date="2026-03-02",
            header=schema.Header(report_date=date),
        )
    )
    (report,) = resources(made, "DiagnosticReport")
    assert report["effectiveDateTime"] == "2026-03-02"
    assert report["meta"]["tag"][0]["code"] == "ambiguous_date"
    assert "dateAsserted" not in resources(made, "MedicationStatement")[0]


def test_the_date_of_printing_is_no_date_of_results() -> None:
    made = parsed(
        document(
            lab_results=[lab(5.2)],
            possible_report_date="2026-03-02",
            header=schema.Header(report_date=header("2026-03-02", kind="printed")),
        )
    )
    assert "effectiveDateTime" not in resources(made, "DiagnosticReport")[0]


# ---------------------------------------------------------------- drugs


def dosage(**given: Any) -> list[Json]:
    made = parsed(document(prescriptions=[drug(**given)]))
    found: list[Json] = resources(made, "MedicationStatement")[0].get("dosage", [])
    return found


def test_directions_are_text_and_timed_where_certain() -> None:
    (made,) = dosage(dosage="1 tablet", frequency="3 times a day", duration="7 days")
    assert made["text"] == "1 tablet; 3 times a day; 7 days"
    days = {"value": 7, "system": "http://unitsofmeasure.org", "code": "d"}
    assert made["timing"]["repeat"] == {
        "boundsDuration": days, "frequency": 3, "period": 1, "periodUnit": "d",
    }  # fmt: skip
    assert made["doseAndRate"] == [{"doseQuantity": {"value": 1, "unit": "tablet"}}]


def test_doubtful_directions_are_text_alone() -> None:
    doubts = {"frequency": ("readers_disagree",)}
    (made,) = dosage(dosage="1 tablet", frequency="3 times a day", doubts=doubts)
    assert made == {"text": "1 tablet; 3 times a day"}


def test_amounts_by_time_of_day_are_a_dosage_for_each_amount() -> None:
    schedule = schema.Schedule(morning="1", noon="1", evening="2")
    first, second = dosage(schedule=schedule)
    assert first["timing"]["repeat"]["when"] == ["MORN", "NOON"]
    assert second["timing"]["repeat"]["when"] == ["EVE"]
    assert second["doseAndRate"][0]["doseQuantity"]["value"] == 2
    assert first["text"] == second["text"] == "morning 1, noon 1, evening 2"


@pytest.mark.parametrize(
    "given",
    [
        {"schedule": schema.Schedule(morning="1/2")},
        {"schedule": schema.Schedule(morning="1"), "frequency": "twice daily"},
        {"schedule": schema.Schedule(morning="1"), "doubts": {"schedule": ("low_confidence",)}},
    ],
)
def test_times_of_day_that_are_not_plain_stay_text(given: Json) -> None:
    (made,) = dosage(**given)
    assert "timing" not in made


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("once daily", 1), ("twice a day", 2), ("3 times per day", 3), ("3 x / jour", 3),
        ("2 fois par jour", 2), ("une fois par jour", 1), ("BID", 2), ("t.i.d.", 3),
        ("៣ ដងក្នុងមួយថ្ងៃ", 3), ("មួយថ្ងៃ ២ ដង", 2), ("2ដង/ថ្ងៃ", 2), ("x3/j", None),
        ("2 x 3", None), ("OD", None), ("bds", 2), ("2-3 times a day", None),
        ("once weekly", None), ("12 times a day", None),
    ],
)  # fmt: skip
def test_only_plain_frequencies_become_timing(text: str, times: int | None) -> None:
    daily = {"frequency": times, "period": 1, "periodUnit": "d"}
    assert repeat_of(text) == (daily if times else None)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("every 8 hours", 8), ("q6h", 6), ("toutes les 12 heures", 12), ("every 4-6 hours", None)],
)
def test_hours_between_become_a_period(text: str, hours: int | None) -> None:
    period = {"frequency": 1, "period": hours, "periodUnit": "h"}
    assert repeat_of(text) == (period if hours else None)


def test_bedtime_is_an_event_of_the_day() -> None:
    (made,) = dosage(dosage="1 tablet", frequency="at bedtime")
    assert made["timing"]["repeat"] == {"when": ["HS"]}


def test_a_drug_without_a_name_says_that_it_is_absent() -> None:
    made = parsed(document(prescriptions=[drug(medication=None, dosage="1 tablet")]))
    (statement,) = resources(made, "MedicationStatement")
    assert "text" not in statement["medicationCodeableConcept"]
    assert statement["status"] == "unknown"


def test_nothing_printed_about_use_gives_no_dosage() -> None:
    assert dosage() == []


# ---------------------------------------------------------------- the document, and failures


def test_the_file_is_named_by_its_hash_and_its_type() -> None:
    made = parsed(document(), name="scan 1.png", sha256=SHA256)
    (source,) = resources(made, "DocumentReference")
    assert source["content"] == [
        {"attachment": {"contentType": "image/png", "title": "scan 1.png"}}
    ]
    # RFC 6920, section 3: base64url of the digest without padding.
    assert source["masterIdentifier"]["value"] == (
        "ni:///sha-256;n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"
    )


def test_an_input_that_was_not_read_is_a_bundle_that_says_why() -> None:
    error = schema.ErrorModel(code="input.encrypted", message="a password is needed.")
    record = schema.Record(
        source="a.pdf", sha256=SHA256, status="failed", document=None, errors=(error,), options="f"
    )
    made = json.loads(bundle_json(failure(record)))
    Bundle(made)
    check(made)
    (outcome,) = resources(made, "OperationOutcome")
    assert outcome["issue"][0]["details"]["text"] == "input.encrypted"
    assert "Patient" not in {entry["resource"]["resourceType"] for entry in made["entry"]}


texts = st.none() | st.text(max_size=20)


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            lab,
            st.none() | st.floats(allow_nan=False) | st.text(max_size=12),
            texts,
            unit=texts,
            reference_range=texts,
            abnormal=st.none() | st.booleans(),
            flag_printed=texts,
            test_name=texts,
            section=texts,
        ),
        max_size=3,
    ),
    st.lists(
        st.builds(drug, medication=texts, dosage=texts, frequency=texts, duration=texts,
                  route=texts, meal=texts, quantity=texts, as_needed=st.none() | st.booleans()),
        max_size=2,
    ),
    texts,
)  # fmt: skip
def test_whatever_was_read_is_r4(
    results: list[schema.LabResult], drugs: list[schema.Prescription], facility: str | None
) -> None:
    parsed(document(lab_results=results, prescriptions=drugs, possible_facility=facility))

"""What Prometheus sees: counts and durations, nothing of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # type: ignore[no-untyped-call]

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120)
_CATEGORIES = ("lab_results", "prescriptions", "imaging", "other")


class Metrics:
    """The service's own registry."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "medicord_requests",
            "Requests by route and status",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.duration = Histogram(
            "medicord_request_seconds",
            "Seconds from the first byte of a request to the last of its answer",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.rejections = Counter(
            "medicord_rejections", "Refused requests by code", ("code",), registry=self.registry
        )
        self.documents = Counter(
            "medicord_documents",
            "Documents read, by type of file and of document",
            ("file_type", "document_type"),
            registry=self.registry,
        )
        self.pages = Counter("medicord_pages", "Pages read", registry=self.registry)
        self.stages = Histogram(
            "medicord_stage_seconds",
            "Seconds of work in each stage of a document",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.fallbacks = Counter(
            "medicord_fallback_fields",
            "Fields whose text another reader than the first gave",
            ("reader",),
            registry=self.registry,
        )
        self.fields = Counter(
            "medicord_fields",
            "Fields read, and whether they are marked for review",
            ("review",),
            registry=self.registry,
        )
        self.depth = Gauge("medicord_queue_depth", "Documents under way", registry=self.registry)
        self.waiting = Gauge(
            "medicord_pages_waiting", "Steps that wait for a process", registry=self.registry
        )

    def saw(self, text: bytes) -> None:
        """Count a document that was read; any thread may.

        Args:
            text: its JSON.
        """
        document: Mapping[str, Any] = orjson.loads(text)
        kind = document["document_type"] or "none"
        self.documents.labels(document["file_type"], kind).inc()
        self.pages.inc(document["pages"])
        for stage, milliseconds in document["timings_ms"].items():
            self.stages.labels(stage).observe(milliseconds / 1000)
        for field in _fields(document):
            self.fields.labels("yes" if field["needs_review"] else "no").inc()
            readings = field["readings"]
            if readings and readings[0]["reader"] != "tesseract-eng":
                self.fallbacks.labels(readings[0]["reader"]).inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)


def _fields(document: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for category in _CATEGORIES:
        for item in document["categories"][category]:
            yield from item["fields"].values()
    yield from (field for field in document["header"].values() if field)

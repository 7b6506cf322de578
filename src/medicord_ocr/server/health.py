"""The routes for those who run the service: whether it lives, is ready, and what it does."""

from __future__ import annotations

import hmac
import math
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from medicord_ocr import __version__
from medicord_ocr.server.api import refused
from medicord_ocr.server.parts import parts_of
from medicord_ocr.server.problems import Busy, Unauthenticated, documented

router = APIRouter()


class Health(BaseModel):
    """That the service lives."""

    status: Literal["healthy", "ready"]
    version: str


@router.get("/health", tags=["service"])
async def health() -> Health:
    """Whether the service lives."""
    return Health(status="healthy", version=__version__)


@router.get("/ready", tags=["service"], responses=documented(503))
async def ready(request: Request) -> Health:
    """Whether documents can be read: 503 until the models are loaded."""
    reading = parts_of(request).reading
    if not reading.ready:
        if reading.fault is not None:
            raise Busy(reading.fault.message, code=reading.fault.code)
        raise Busy("the models are being loaded", code="service.not_ready", after=2)
    return Health(status="ready", version=__version__)


@router.get("/metrics", tags=["service"], include_in_schema=False)
async def metrics(request: Request) -> Response:
    """What Prometheus reads; with METRICS_TOKEN set, only with that as a bearer token."""
    parts = parts_of(request)
    wanted = parts.settings.metrics_token
    if wanted:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode()):
            await refused(request)
            raise Unauthenticated("the metrics need their token")
    try:
        queued: float = await parts.queue.depth()
    except Busy:  # when it cannot be reached the other metrics are wanted most
        queued = math.nan
    parts.metrics.depth.set(parts.reading.documents + queued)
    parts.metrics.waiting.set(parts.reading.waiting)
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

"""What the routes work with, made from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import Request

from medicord_ocr.server.auth import Clients, Tokens
from medicord_ocr.server.config import ServiceSettings
from medicord_ocr.server.limits import Limiter, MemoryLimiter, RedisLimiter
from medicord_ocr.server.metrics import Metrics
from medicord_ocr.server.reading import Reading
from medicord_ocr.server.tasks import EmbeddedQueue, Queue


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with; ``request.app.state.parts``."""

    settings: ServiceSettings
    clients: Clients
    tokens: Tokens
    limiter: Limiter
    reading: Reading
    queue: Queue
    metrics: Metrics
    folder: Path


def parts_of(request: Request) -> Parts:
    """What the application is made of."""
    parts: Parts = request.app.state.parts
    return parts


def make_parts(settings: ServiceSettings, folder: Path, reading: Reading) -> Parts:
    """The parts of the service that these settings ask for.

    Raises:
        SettingsError: CLIENTS_FILE is bad.
        MissingDependency: there is a broker, and Celery is not installed.
        EngineError: there is a broker, and it does not answer.
        OutputError: UPLOAD_DIR cannot be used.
    """
    clients, metrics = Clients(settings), Metrics()
    redis = settings.redis_url or settings.celery_broker_url
    return Parts(
        settings,
        clients,
        Tokens(settings, clients),
        RedisLimiter(redis) if redis else MemoryLimiter(),
        reading,
        _queue(settings, reading, metrics),
        metrics,
        folder,
    )


def _queue(settings: ServiceSettings, reading: Reading, metrics: Metrics) -> Queue:
    broker, capacity = settings.celery_broker_url, settings.queue_size
    if broker is None:
        return EmbeddedQueue(reading, capacity, settings.result_expire_seconds, metrics.saw)
    from medicord_ocr.server.documents import CeleryQueue, shared

    return CeleryQueue(shared(settings, broker), capacity, metrics.saw)

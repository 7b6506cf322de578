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
    clients = Clients(settings)
    redis = settings.redis_url or settings.celery_broker_url
    return Parts(
        settings,
        clients,
        Tokens(settings, clients),
        RedisLimiter(redis) if redis else MemoryLimiter(),
        reading,
        _queue(settings, reading),
        Metrics(),
        folder,
    )


def _queue(settings: ServiceSettings, reading: Reading) -> Queue:
    broker = settings.celery_broker_url
    if broker is None:
        return EmbeddedQueue(reading, settings.queue_size, settings.result_expire_seconds)
    from medicord_ocr.server.documents import CeleryQueue, shared

    return CeleryQueue(shared(settings, broker), settings.queue_size)

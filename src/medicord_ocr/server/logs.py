"""Structured logs: events with ids, codes and durations; no text of a document, no names."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

#: The only names that an event may carry: whatever else is added by mistake is dropped.
FIELDS = frozenset(
    "event level timestamp logger request_id method route status code milliseconds client_id "
    "address task_id pages size reason pid place kind port version environment waiting queue "
    "attempt worker".split()
)


def configure(*, json: bool, level: str) -> None:
    """Write events to standard error, as JSON lines or for a terminal; and what uvicorn says.

    Args:
        json: a JSON object a line, for production.
        level: least level.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _only_known,
    ]
    last = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_trace,
                last,
            ],
        )
    )
    for name, least in (
        ("medicord_ocr.server", level),
        ("uvicorn", "WARNING"),
        ("celery", "WARNING"),
    ):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(least)
    # Messages of other libraries may quote what they were given.
    logging.getLogger().handlers = [logging.NullHandler()]
    logging.captureWarnings(True)


def line(text: str, kind: str) -> None:
    """Log what the program says otherwise to the person at the terminal.

    Args:
        text: a sentence, without text of a document.
        kind: ``error``, ``warning``, ``debug``; another is information.
    """
    log = structlog.get_logger("medicord_ocr.server")
    known = {"error": log.error, "critical": log.error, "warning": log.warning, "debug": log.debug}
    known.get(kind, log.info)("message", reason=text)


def _only_known(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key in FIELDS or key.startswith("_")}


def _without_trace(
    _logger: Any, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop the trace of an exception: its message may hold anything. Its type and place stay."""
    event.pop("exc_info", None)
    event.pop("stack_info", None)
    return event

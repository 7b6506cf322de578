"""Processes that work for others: joblib's own, started ahead as ours are, and those of a queue."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from medicord_ocr.batch.child import interrupts_blocked
from medicord_ocr.cli import messages
from medicord_ocr.cli.faults import Stopped
from medicord_ocr.cli.scratch import scratch
from medicord_ocr.errors import MissingDependency

if TYPE_CHECKING:
    from celery import Celery

    from medicord_ocr.options import Options
    from medicord_ocr.settings import Settings

#: Seconds after which a process notices that the one that started it was killed.
_ORPHANED = 1.0


def start_ahead(jobs: int) -> None:
    """Start the processes that joblib's next ``Parallel`` of as many jobs uses.

    Args:
        jobs: at least 2; with one, joblib works in this process.
    """
    from joblib import Parallel, delayed

    with interrupts_blocked():
        Parallel(n_jobs=jobs)(delayed(_prepare)(messages.level(), os.getpid()) for _ in range(jobs))


def serve_queue(broker: str, jobs: int | None, settings: Settings) -> int:
    """Do what batches, and a service with the same UPLOAD_DIR, send to a queue, until stopped.

    Args:
        broker: URL of Redis.
        jobs: pages at a time, None for as many as cores and free memory allow.
        settings: of this machine.

    Returns:
        The exit code, where nothing told it to stop.

    Raises:
        MedicordError: Celery is not installed, or Redis does not answer.
        Stopped: a signal came, and the pages in flight are finished.
    """
    from medicord_ocr.batch.pool import default_jobs
    from medicord_ocr.batch.remote import work
    from medicord_ocr.cli.extract import run_options

    options = run_options(settings)
    with scratch():
        came = work(broker, jobs or default_jobs(), options, _documents(broker, options))
    if came is not None:
        raise Stopped(came)
    return 0


def _documents(broker: str, options: Options) -> Callable[[Celery], str] | None:
    """What lets a worker read the documents of a service; None where they share no folder."""
    from medicord_ocr.server.config import load_queue_settings

    queue = load_queue_settings()
    if queue.upload_dir is None:
        return None
    try:
        from medicord_ocr.server.documents import register, shared
    except ModuleNotFoundError as error:
        raise MissingDependency(
            "UPLOAD_DIR is set, and what reads the documents of a service is not installed",
            hint="pip install 'medicord-ocr[serve,queue]', or unset UPLOAD_DIR",
        ) from error
    if queue.app_env == "production":
        _log_events(queue.log_level)
    return partial(register, shared=shared(queue, broker), defaults=options)


def _log_events(level: str) -> None:
    """Log JSON lines, as the service does in production, without what Celery says of each task."""
    from celery.signals import setup_logging

    from medicord_ocr.server import logs

    setup_logging.connect(lambda **_: None, weak=False)  # Celery is not to set up its own
    logs.configure(json=True, level=level)
    messages.divert(logs.line)
    messages.say("waiting for documents")


def _prepare(level: str, parent: int) -> None:
    """Set up a process: our log as the user wants it, one thread, gone when its parent is."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    messages.set_level(level)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    import cv2

    cv2.setNumThreads(1)


def _end_with(parent: int) -> None:
    """End this process when its parent is gone, so that no orphan works on.

    Windows keeps the number of a parent that is gone; loky's pipes end the process there.
    """
    while sys.platform == "win32" or os.getppid() == parent:
        time.sleep(_ORPHANED)
    os._exit(1)

"""joblib's own processes, started ahead as ours are: one thread each, gone when we are."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from medicord_ocr.batch.child import interrupts_blocked
from medicord_ocr.cli import messages

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

"""A bar on the terminal for work on several documents."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from medicord_ocr.cli import messages


@contextmanager
def progress(what: str, *, wanted: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while the block runs, where a person looks at it.

    Args:
        what: is counted.
        wanted: False for no bar in any case.

    Yields:
        A function to call with how many are done, and of how many.
    """
    quiet = not logging.getLogger(messages.LOGGER).isEnabledFor(logging.INFO)
    if quiet or not wanted or not messages.terminal():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        MofNCompleteColumn(),
        what,
        BarColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )
    with bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)

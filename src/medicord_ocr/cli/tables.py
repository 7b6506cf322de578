"""Tables for people, as bytes for standard output: colour only on a terminal that wants it."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

#: Columns where nobody's terminal says how many there are.
_WIDTH = 120


def rendered(parts: Iterable[RenderableType], *, terminal: bool) -> bytes:
    """The parts one below the other, as wide as the terminal, else 120 columns of plain text."""
    from rich.console import Console

    text = io.StringIO()
    console = Console(
        file=text,
        force_terminal=terminal,
        color_system="auto" if terminal else None,
        width=None if terminal else _WIDTH,
        highlight=False,
    )
    for part in parts:
        console.print(part)
    lines = text.getvalue().splitlines()
    return "".join(f"{line.rstrip()}\n" for line in lines).encode()

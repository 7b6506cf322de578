"""The real command in a process of its own, for tests of streams and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import medicord_ocr

COMMAND = (sys.executable, "-m", "medicord_ocr")
#: Variables that would change what a test sees.
_UNSET = (
    "PYTHONUNBUFFERED",
    "LOG_LEVEL",
    "TESSERACT_CMD",
    "TESSDATA_PREFIX",
    "DEFAULT_LANGUAGES",
    "OCR_CONFIDENCE_THRESHOLD",
    "OCR_FALLBACK_ENGINE",
    "CLI_MAX_FILE_SIZE_MB",
    "MAX_PAGES",
    "MAX_PIXELS",
    "LLM_ENABLED",
    "NO_COLOR",
    "COLUMNS",
)


@dataclass(frozen=True)
class Result:
    """What became of a run."""

    code: int
    out: str
    err: str


def environment(*folders: Path, **variables: str) -> dict[str, str]:
    """The environment of this process without settings, and with these variables.

    Args:
        folders: where modules are found, before those of this process.
        variables: set on top.
    """
    kept = {k: v for k, v in os.environ.items() if k not in _UNSET}
    home = Path(medicord_ocr.__file__).parents[1]
    places = os.pathsep.join(map(str, (*folders, home)))
    return kept | {"PYTHONPATH": places} | variables


def run(
    *arguments: str | Path, cwd: Path, env: dict[str, str] | None = None, **more: Any
) -> Result:
    """Run it to its end with captured streams.

    Args:
        arguments: of the command.
        cwd: working folder.
        env: the whole environment, from ``environment``.
        more: of ``subprocess.run``; standard input is empty unless given.
    """
    if "input" not in more and "stdin" not in more:
        more["stdin"] = subprocess.DEVNULL
    for stream in ("stdout", "stderr"):
        more.setdefault(stream, subprocess.PIPE)
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=env or environment(),
        timeout=120,
        check=False,
        **more,
    )
    return Result(done.returncode, (done.stdout or b"").decode(), (done.stderr or b"").decode())

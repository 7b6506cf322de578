"""Seconds until the command line answers: ``python -m pytest benchmarks/bench_cli.py``.

``--help`` should stay under 0.3 s and a subcommand's under 0.5 s on an idle machine. What costs
time is importing; each command imports what it needs when it runs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image


def answer(arguments: list[str]) -> None:
    """Run the command and take no notice of what it says."""
    command = [sys.executable, "-m", "medicord_ocr", *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["extract", "--help"], ["evaluate", "--help"], ["schema"]],
    ids=" ".join,
)
def test_answer(benchmark: Any, arguments: list[str]) -> None:
    benchmark.pedantic(answer, args=(arguments,), rounds=10, warmup_rounds=1)


def test_blank_picture(benchmark: Any, tmp_path: Path) -> None:
    """All of ``extract`` but reading: imports, the process that reads, intake, preprocessing."""
    path = tmp_path / "blank.png"
    Image.new("L", (2480, 3508), 255).save(path)
    arguments = ["extract", str(path), "--engine", "fake"]
    benchmark.pedantic(answer, args=(arguments,), rounds=5, warmup_rounds=1)

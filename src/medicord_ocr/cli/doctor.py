"""``medicord-ocr doctor``: what is installed, what is missing, and the command that installs it."""

from __future__ import annotations

import json as json_module
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from medicord_ocr import __version__
from medicord_ocr.cli.output import open_output
from medicord_ocr.cli.tables import rendered
from medicord_ocr.errors import MedicordError, MissingDependency
from medicord_ocr.faults import as_medicord
from medicord_ocr.options import parse_languages
from medicord_ocr.settings import Settings

if TYPE_CHECKING:
    from rich.console import RenderableType

State = Literal["ok", "missing", "absent"]
_LABELS: dict[State, str] = {
    "ok": "[green]ok[/]",
    "missing": "[bold red]missing[/]",
    "absent": "[yellow]optional[/]",
}
#: Commands that install Tesseract, a language's data and poppler, by the package manager that
#: is there. Debian's were tried; the others are as those systems document them.
_INSTALLERS = {
    "apt-get": "sudo apt-get install",
    "dnf": "sudo dnf install",
    "brew": "brew install",
    "winget": "winget install",
}
_PACKAGES = {
    "apt-get": {
        "tesseract": "tesseract-ocr",
        "data": "tesseract-ocr-{}",
        "poppler": "poppler-utils",
    },
    "dnf": {"tesseract": "tesseract", "data": "tesseract-langpack-{}", "poppler": "poppler-utils"},
    "brew": {"tesseract": "tesseract", "data": "tesseract-lang", "poppler": "poppler"},
    "winget": {"tesseract": "UB-Mannheim.TesseractOCR", "poppler": "oschwartz10612.Poppler"},
}
_DATA = "https://github.com/tesseract-ocr/tessdata_best"
#: The languages that our documents are in.
_LANGUAGES = {
    "khm": "Khmer",
    "eng": "English, and numbers",
    "fra": "French",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked for.

    Attributes:
        name: of the thing.
        state: ``missing`` when the program needs it and it is not there, ``absent`` when it
            does without.
        detail: version, place, or what it is for.
        fix: the command that installs it, None where there is nothing to do.
    """

    name: str
    state: State
    detail: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What doctor found.

    Attributes:
        version, python, system: of the program, of Python, of the machine.
        engines: the readers that will read documents, none when they cannot be read.
        notes: sentences on choices that cost something.
        checks: everything looked for.
    """

    version: str
    python: str
    system: str
    engines: tuple[str, ...]
    notes: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Whether documents can be read."""
        return bool(self.engines) and all(c.state != "missing" for c in self.checks)


def run(settings: Settings, *, json: bool) -> int:
    """Look, and show what was found.

    Returns:
        The exit code: 0, or that of a missing dependency.
    """
    with open_output(None) as output:
        found = diagnose(settings)
        if json:
            shown = asdict(found) | {"ready": found.ready}
            output.write(json_module.dumps(shown, ensure_ascii=False, indent=2).encode() + b"\n")
        else:
            output.write(rendered(_shown(found), terminal=output.terminal))
    return 0 if found.ready else MissingDependency.exit_code


def diagnose(settings: Settings) -> Diagnosis:
    """Look for everything that the program uses, with these settings."""
    engines, problem = _try_readers(settings)
    checks = [*_tesseract(settings), *_languages(settings), *_models(), *_packages(), _poppler()]
    if problem is not None and all(check.state != "missing" for check in checks):
        checks.append(Check("reading", "missing", problem.message, problem.hint))
    notes = []
    if settings.tesseract_cmd:
        notes.append(
            "TESSERACT_CMD is set, so a program is started for each page (pytesseract): slower "
            "than tesserocr, which is used when it is not set"
        )
    elif find_spec("tesserocr") is None:
        notes.append("tesserocr is not installed: the tesseract program is slower")
    return Diagnosis(
        __version__,
        platform.python_version(),
        f"{platform.system()} {platform.machine()}",
        engines,
        tuple(notes),
        tuple(checks),
    )


def _try_readers(settings: Settings) -> tuple[tuple[str, ...], MedicordError | None]:
    """What will read, each after it has read a blank line: that loads its models."""
    try:
        import numpy as np

        from medicord_ocr.pipeline import readers_for

        readers = readers_for(settings.options())
        blank = [np.full((48, 200), 255, np.uint8)]
        for reader in readers.all():
            reader.read(blank)
        return tuple(f"{info.name} {info.version}" for info in readers.info()), None
    except (MedicordError, ImportError) as error:
        return (), as_medicord(error)


def _models() -> Iterator[Check]:
    from medicord_ocr.models import MODELS, installed

    for model in MODELS.values():
        there = installed(model)
        fix = None if there else f"medicord-ocr models install {model.name}"
        yield Check(f"model {model.name}", "ok" if there else "absent", model.about, fix)


def _packages() -> Iterator[Check]:
    for name, module, use, needed in (
        ("opencv-python-headless", "cv2", "pictures", True),
        ("pillow", "PIL", "JPEG, PNG, TIFF and BMP", True),
        ("pypdfium2", "pypdfium2", "PDF", True),
        ("pikepdf", "pikepdf", "searchable PDFs", True),
        ("onnxruntime", "onnxruntime", "second reader of numbers", False),
        ("rapidocr", "rapidocr", "third reader of numbers: its model file", False),
        ("easyocr", "easyocr", "another reader of Latin script, 5 GB with torch", False),
    ):
        found = _version(name) if find_spec(module) else None
        state: State = "ok" if found else "missing" if needed else "absent"
        fix = None if found else f"{_pip()} install {name}"
        yield Check(name, state, f"{found} ({use})" if found else use, fix)


def _tesseract(settings: Settings) -> Iterator[Check]:
    """Tesserocr and the tesseract program: one of the two is needed."""
    library = _library()
    name = settings.tesseract_cmd or "tesseract"
    program = shutil.which(name)
    if library is not None:
        yield Check("tesserocr", "ok", library)
    else:
        state: State = "absent" if program else "missing"
        yield Check("tesserocr", state, "Tesseract in process", f"{_pip()} install tesserocr")
    if program is not None:
        yield Check("tesseract program", "ok", f"{_printed(program, '--version')} ({program})")
    elif settings.tesseract_cmd:
        fix = "correct TESSERACT_CMD, or do without it"
        yield Check("tesseract program", "missing", f"TESSERACT_CMD is {name}: not found", fix)
    else:
        state = "absent" if library else "missing"
        detail, fix = "stands in for tesserocr", _install("tesseract")
        yield Check("tesseract program", state, detail, fix)


def _library() -> str | None:
    try:
        import tesserocr
    except ImportError:
        return None
    linked = tesserocr.tesseract_version().split()[1]
    return f"{_version('tesserocr')}, with libtesseract {linked}"


def _languages(settings: Settings) -> Iterator[Check]:
    from medicord_ocr.readers.tesseract import find_tessdata

    try:
        folder = find_tessdata(settings.tessdata_prefix)
    except MissingDependency as error:
        fix = _install("data", "khm", "eng")
        if settings.tessdata_prefix:
            fix = "correct TESSDATA_PREFIX, or do without it"
        yield Check("language data", "missing", error.message, fix)
        return
    there = sorted(path.stem for path in folder.glob("*.traineddata"))
    held = f"{len(there)} files" if len(there) > 9 else ", ".join(there)
    yield Check("language data", "ok", f"{folder}: {held}")
    needed = parse_languages(settings.default_languages)
    for name in dict.fromkeys((*needed, *_LANGUAGES)):
        use = _LANGUAGES.get(name, "in DEFAULT_LANGUAGES")
        if name in there:
            yield Check(f"language {name}", "ok", use)
        else:
            yield Check(
                f"language {name}",
                "missing" if name in needed else "absent",
                use,
                _install("data", name),
            )


def _poppler() -> Check:
    program = shutil.which("pdftoppm")
    if program is None:
        return Check("poppler", "absent", "PDF that pypdfium2 cannot open", _install("poppler"))
    return Check("poppler", "ok", f"{_printed(program, '-v')} ({program})")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown version"


def _printed(program: str, option: str) -> str:
    """The version that a program prints, wherever it prints it."""
    try:
        done = subprocess.run(
            [program, option], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return "it does not start"
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0].split()[-1] if lines and lines[0].split() else "unknown version"


def _install(what: str, *languages: str) -> str:
    """The command of this system that installs it."""
    manager = next((name for name in _INSTALLERS if shutil.which(name)), "")
    package = _PACKAGES.get(manager, {}).get(what)
    if package is None:
        files = ", ".join(f"{name}.traineddata" for name in languages)
        return f"put {files} of {_DATA} into TESSDATA_PREFIX" if files else f"install {what}"
    names = [package.format(name.replace("_", "-")) for name in languages or ("",)]
    return f"{_INSTALLERS[manager]} {' '.join(dict.fromkeys(names))}"


def _pip() -> str:
    return f"{Path(sys.executable).name} -m pip"


def _shown(found: Diagnosis) -> Iterator[RenderableType]:
    from rich.markup import escape
    from rich.table import Table

    yield f"medicord-ocr {found.version} · Python {found.python} · {found.system}"
    yield ""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for check in found.checks:
        table.add_row(_LABELS[check.state], check.name, escape(check.detail))
    yield table
    yield from _advice(found)


def _advice(found: Diagnosis) -> Iterator[str]:
    from rich.markup import escape

    for state, heading in (("missing", "To read documents:"), ("absent", "Can be added:")):
        fixes = dict.fromkeys(c.fix for c in found.checks if c.state == state and c.fix)
        if fixes:
            yield f"\n{heading}"
            yield from (f"  {escape(fix)}" for fix in fixes)
    for note in found.notes:
        yield f"\n[yellow]Note:[/yellow] {escape(note)}."
    reads = f"Documents are read by {escape(', '.join(found.engines))}."
    yield "\n" + (reads if found.ready else "[bold red]Documents cannot be read yet.[/bold red]")

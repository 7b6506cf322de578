"""Opening networks on onnxruntime so that one process uses one core and little memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from medicord_ocr.errors import MissingDependency


def open_session(path: Path, *, hint: str) -> Any:
    """A session of one thread on the CPU.

    Args:
        path: the ONNX file.
        hint: what to do when it cannot be loaded.

    Raises:
        MissingDependency: when the file is damaged.
    """
    import onnxruntime

    # On Windows, and where onnxruntime was loaded before this package, which silences it elsewhere.
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Arenas keep what the widest line took: 806 MB against 630 MB a process in an earlier study.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise MissingDependency(
            f"the model file {path.name} cannot be loaded", hint=hint, code="dependency.model"
        ) from error

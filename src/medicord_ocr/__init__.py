"""Cambodian medical documents (Khmer, English, French) as structured JSON.

The public names are imported where they are first used, so that importing the package
costs nothing.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# Nothing leaves the machine: from 1.29 on onnxruntime reports its use to its maker unless this is
# set before it is loaded. It then makes no device number, no queue of events and no connection.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
__all__ = ["Document", "MedicordError", "Options", "__version__", "extract"]

_HOME = {
    "Document": "medicord_ocr.schema",
    "MedicordError": "medicord_ocr.errors",
    "Options": "medicord_ocr.options",
    "extract": "medicord_ocr.pipeline",
}

if TYPE_CHECKING:
    from medicord_ocr.errors import MedicordError
    from medicord_ocr.options import Options
    from medicord_ocr.pipeline import extract
    from medicord_ocr.schema import Document


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__

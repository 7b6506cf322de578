"""Takes the pipeline's place in a process under test; what a file says is what goes wrong.

``sitecustomize`` of that process calls ``install``, so that the processes it starts have it too.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import ModuleType

SECRET = "Sok Dara, HIV positive"


def extract(source, options, *, name=None, debug_dir=None):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    from medicord_ocr.errors import EncryptedInput, LimitExceeded

    text = source if isinstance(source, bytes) else Path(source).read_bytes()
    match text.decode().split():
        case ["fault"]:
            raise ValueError(SECRET)
        case ["end"]:
            raise EOFError(SECRET)
        case ["pipe"]:
            raise BrokenPipeError(32, SECRET)
        case ["memory"]:
            raise MemoryError(SECRET)
        case ["import"]:
            import no_such_package  # noqa: F401
        case ["limit"]:
            raise LimitExceeded("it has too many pages", source=name)
        case ["locked", password] if options.password != password:
            raise EncryptedInput("it is encrypted", hint="Give its password", source=name)
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["killed"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["exit"]:
            sys.exit(0)
        case ["wait", started]:
            Path(started).write_text(str(os.getpid()))
            time.sleep(60)
    print("printed by a library", flush=True)
    os.write(1, b"printed below Python\n")
    return _document(text.decode())


def _document(text: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    from medicord_ocr.schema import Categories, Document

    return Document(
        raw_text=text,
        average_confidence=0.9,
        pages=1,
        file_type="png",
        extracted_at=None,
        categories=Categories(),
        possible_report_date=None,
        possible_facility=None,
        possible_doctor=None,
    )


def install() -> None:
    """Be ``medicord_ocr.pipeline``."""
    module = ModuleType("medicord_ocr.pipeline")
    module.extract = extract  # type: ignore[attr-defined]
    module.fingerprint = lambda options: options.fingerprint()  # type: ignore[attr-defined]
    sys.modules["medicord_ocr.pipeline"] = module

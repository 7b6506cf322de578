"""Takes the place of reading a page in a process under test; what a page says is what goes wrong.

``sitecustomize`` of that process calls ``install``, so that the processes it starts have it too.
Pages are real pictures, opened as any other: their grey values are the letters of what they say.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

SECRET = "Sok Dara, HIV positive"
_PIPELINE = "medicord_ocr.pipeline"


def picture(file: Path, *pages: str) -> None:
    """Write a picture, a TIFF for several pages, whose pages say this."""
    from PIL import Image

    first, *rest = (Image.frombytes("L", (len(p.encode()), 1), p.encode()) for p in pages)
    if rest or file.suffix == ".tif":
        first.save(file, "TIFF", save_all=True, append_images=rest)
    else:
        first.save(file, "PNG")


def read_page(page, readers, options, *_):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN201
    from medicord_ocr.errors import EncryptedInput, LimitExceeded
    from tests import pages

    text = page.render().tobytes().decode()
    match text.split():
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
            raise LimitExceeded("it has too many pages")
        case ["locked", password] if options.password != password:
            raise EncryptedInput("it is encrypted", hint="Give its password")
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGSEGV)
        case ["killed", *_]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["exit"]:
            sys.exit(0)
        case ["wait", started, *seconds]:
            Path(started).write_text(str(os.getpid()))
            time.sleep(float(seconds[0]) if seconds else 60)
        case ["slow", seconds]:
            time.sleep(float(seconds))
        case ["eat"]:
            _eat()
        case ["once", marker] if not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
    print("printed by a library", flush=True)
    os.write(1, b"printed below Python\n")
    return pages.page(text, number=page.number)


def _eat() -> None:
    """Take memory, 64 MB at a time, until somebody objects."""
    eaten = []
    while True:
        eaten.append(b"x" * (64 * 1024**2))
        time.sleep(0.02)


def _readers_for(_options: object) -> object:
    from medicord_ocr.engines import Readers
    from medicord_ocr.readers.fake import FakeReader

    return Readers(FakeReader())


class _Finder(MetaPathFinder):
    """Changes the pipeline when it is imported, and leaves everything else alone."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _PIPELINE:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.loader is not None
        original = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            original(module)
            module.__dict__.update(read_page=read_page, readers_for=_readers_for)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Stand in for ``pipeline.read_page``."""
    sys.meta_path.insert(0, _Finder())


def environment_of(folder: Path, more: str = "", **variables: str) -> dict[str, str]:
    """An environment that puts the stand-in into commands and the processes that they start.

    Args:
        folder: where ``site`` with what Python runs at its start is made, once.
        more: to be run as well.
        variables: set on top.
    """
    from tests.command import environment

    site = folder / "site"
    site.mkdir(exist_ok=True)
    start = "from tests.faults.pipeline_stand_in import install\ninstall()\n"
    (site / "sitecustomize.py").write_text(start + more)
    return environment(site, Path(__file__).parents[2], **variables)

"""Which readers there are, and which of them take part in a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from medicord_ocr.errors import MissingDependency, UsageError
from medicord_ocr.options import Options
from medicord_ocr.readers import fractions, strokes
from medicord_ocr.readers.base import EngineInfo, Reader
from medicord_ocr.readers.tesseract import open_tesseract


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers of one process, models loaded once.

    Attributes:
        latin: reads every stretch first.
        second: reads what must be read twice; None when not installed.
        third: reads Latin script where those two differ; None when there is none.
        khmer: reads what is not Latin, the same as ``second`` where that reads Khmer; None when no
            Khmer language is asked for.
        khmer_second: reads Khmer numbers once more; None when there is none.
        warnings: what is missing, a sentence each.
    """

    latin: Reader
    second: Reader | None = None
    third: Reader | None = None
    khmer: Reader | None = None
    khmer_second: Reader | None = None
    warnings: tuple[str, ...] = ()

    def all(self) -> tuple[Reader, ...]:
        """Those that take part, each once, in the order in which they read."""
        used = (self.latin, self.second, self.third, self.khmer, self.khmer_second)
        return tuple(reader for reader in dict.fromkeys(used) if reader is not None)

    def info(self) -> tuple[EngineInfo, ...]:
        """What takes part, in the order in which it reads."""
        signs = (fractions.info(), strokes.info()) if self.second is not None else ()
        return (*(reader.info() for reader in self.all()), *signs)


def open_readers(options: Options) -> Readers:
    """The readers that the options ask for.

    Raises:
        MissingDependency: when Tesseract, the data of a language, or the one engine that was
            asked for is not there; any other reader that is missing is a warning only.
        UsageError: when that engine does not read Khmer and the languages have it.
    """
    if options.engine not in ("auto", "tesseract"):
        return Readers(_forced(options))

    def tesseract(languages: tuple[str, ...]) -> Reader:
        return open_tesseract(languages, command=options.tesseract_cmd, tessdata=options.tessdata)

    both = tesseract(options.languages)
    latin = tuple(lang for lang in options.languages if lang != "khm")
    first = tesseract(latin) if latin else both
    mixed = both if "khmer" in both.scripts else None
    if options.engine == "tesseract":
        return Readers(first, khmer=mixed)
    return _with_fallback(Readers(first, khmer=mixed), options.fallback)


def _with_fallback(alone: Readers, fallback: str) -> Readers:
    """Tesseract with the fallback that is named, as far as it is there.

    One that does not read Khmer is none for Khmer: there, Tesseract's reading stands alone.
    """
    mixed = alone.khmer
    if fallback == "none":
        return alone
    if fallback in ("paddleocr", "easyocr"):
        second, lack = _optional(_OPENERS[fallback])
        return replace(alone, second=second, warnings=lack)
    paddle, lack = _optional(_open_paddle) if fallback == "auto" else (None, ())
    wanted = mixed is not None or fallback == "khmer"
    khmer, lack_khmer = _optional(_open_khmer) if wanted else (None, ())
    if khmer is None:
        return replace(alone, second=paddle, warnings=lack + lack_khmer)
    if mixed is None:
        return replace(alone, second=khmer, third=paddle, warnings=lack)
    return Readers(alone.latin, khmer, paddle, khmer, mixed, lack)


def _forced(options: Options) -> Reader:
    """The one engine that was asked for."""
    reader = _OPENERS[options.engine]()
    if "khm" in options.languages and "khmer" not in reader.scripts:
        raise UsageError(
            f"the engine '{options.engine}' cannot read Khmer",
            hint="Give the languages without khm, such as --lang eng, or --engine auto",
        )
    return reader


def _optional(open_reader: Callable[[], Reader]) -> tuple[Reader | None, tuple[str, ...]]:
    try:
        return open_reader(), ()
    except MissingDependency as error:
        return None, (str(error),)


def _open_fake() -> Reader:
    from medicord_ocr.readers.fake import FakeReader

    return FakeReader()


def _open_paddle() -> Reader:
    from medicord_ocr.readers.paddle import PaddleReader

    return PaddleReader()


def _open_khmer() -> Reader:
    from medicord_ocr.readers.khmer_ctc import KhmerReader

    return KhmerReader()


def _open_easyocr() -> Reader:
    from medicord_ocr.readers.easyocr import EasyOcrReader

    return EasyOcrReader()


_OPENERS: dict[str, Callable[[], Reader]] = {
    "fake": _open_fake,
    "khmer": _open_khmer,
    "paddleocr": _open_paddle,
    "easyocr": _open_easyocr,
}

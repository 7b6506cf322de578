"""The frozen options of one run: everything that decides what comes out, and nothing else."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from typing import Literal, get_args
from urllib.parse import urlsplit

from medicord_ocr.errors import UsageError

Stage = Literal["perspective", "shading", "denoise", "clahe", "orientation", "deskew", "threshold"]
STAGES: tuple[Stage, ...] = get_args(Stage)
#: Engines that ``--engine`` may force; ``auto`` lets the pipeline choose by line and script.
ENGINES = ("auto", "tesseract", "khmer", "paddleocr", "easyocr", "fake")
#: Readers of doubtful lines; ``auto`` takes the Khmer network, and PP-OCRv6 where it differs.
Fallback = Literal["auto", "khmer", "paddleocr", "easyocr", "none"]
_LANGUAGE = re.compile(r"[a-z]{3}(_[a-z]+)?")


@dataclass(frozen=True, slots=True)
class Correction:
    """The language model that may correct doubtful fields.

    Attributes:
        provider: ``gemini`` or ``openai``, whose protocols they are.
        model: its name.
        base_url: of the server; ``unix:PATH`` is a socket.
        key: takes no part in the fingerprint or the repr.
        timeout: seconds to wait for it.
    """

    provider: str
    model: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    @property
    def local(self) -> bool:
        """Whether the server is on this machine, so that nothing leaves it."""
        host = urlsplit(self.base_url).hostname
        return self.base_url.startswith("unix:") or on_this_machine(host)

    @property
    def name(self) -> str:
        """What decides its answers: protocol, model and server."""
        return f"{self.provider}:{self.model}@{self.base_url}"


def on_this_machine(host: str | None) -> bool:
    """Whether a host is this machine whatever a name server says: ``localhost`` or loopback."""
    if host is None or host.casefold() == "localhost":
        return host is not None
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Options:
    """Options of one run.

    Attributes:
        languages: Tesseract language codes in order of weight, such as ``("khm", "eng")``.
        engine: one of ENGINES.
        fallback: reads beside Tesseract where ``engine`` is ``auto``.
        forced, forbidden: preprocessing stages that run, or do not, whatever their measure says.
        pages: page numbers counted from 1, or None for all.
        password: of an encrypted PDF; takes no part in the fingerprint or the repr.
        max_bytes, max_pages, max_pixels: limits, checked before anything is decoded;
            pixels are those of one page.
        line_threshold: confidence (0-1) below which a line goes to the fallback reader.
        tesseract_cmd: path of a tesseract program, which chooses pytesseract; else None.
        tessdata: folder of the language data, None to look for it.
        correction: the language model for doubtful fields, None for none.
    """

    languages: tuple[str, ...] = ("khm", "eng")
    engine: str = "auto"
    fallback: Fallback = "auto"
    forced: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    pages: tuple[int, ...] | None = None
    password: str | None = None
    max_bytes: int = 2048 * 1024 * 1024
    max_pages: int = 2000
    max_pixels: int = 100_000_000
    line_threshold: float = 0.75
    tesseract_cmd: str | None = None
    tessdata: str | None = None
    correction: Correction | None = None

    def __repr__(self) -> str:
        shown = (
            f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if f.name != "password"
        )
        return f"Options({', '.join(shown)})"

    def runs(self, stage: Stage, measured: bool) -> bool:
        """Whether a stage runs: as forced or forbidden, else as its measure says."""
        if stage in self.forbidden:
            return False
        return stage in self.forced or measured

    def fingerprint(self, *versions: str) -> str:
        """16 hex digits that change when the outcome of a run might.

        Limits and the password are left out: they decide whether a document is read, not how.

        Args:
            versions: versions of the program, engines and models that take part.
        """
        parts = [
            "+".join(self.languages),
            self.engine,
            self.fallback,
            ",".join(sorted(self.forced)),
            ",".join(sorted(self.forbidden)),
            ",".join(map(str, self.pages or ())),
            f"{self.line_threshold:.3f}",
            *([self.correction.name] if self.correction else []),
            *versions,
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def parse_languages(text: str) -> tuple[str, ...]:
    """``"khm+eng"`` as ``("khm", "eng")``.

    Raises:
        UsageError: when it is not language codes joined by ``+``.
    """
    parts = tuple(part for part in text.replace(",", "+").split("+") if part)
    bad = [part for part in parts if not _LANGUAGE.fullmatch(part)]
    if bad or not parts:
        raise UsageError(
            f"'{text}' is not a list of languages", hint="Write it like khm+eng or khm+eng+fra"
        )
    return tuple(dict.fromkeys(parts))


def parse_pages(text: str) -> tuple[int, ...]:
    """``"1-3,5"`` as ``(1, 2, 3, 5)``: sorted, each once.

    Raises:
        UsageError: when it is not a list of pages, or of more than 100,000.
    """
    numbers: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*([0-9]{1,7})\s*(?:-\s*([0-9]{1,7})\s*)?", part)
        first = int(match[1]) if match else 0
        last = int(match[2]) if match and match[2] else first
        if first < 1 or last < first or last - first > 100_000:
            raise UsageError(
                f"'{text}' is not a list of pages", hint="Write it like 1-3,5; pages count from 1"
            )
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))

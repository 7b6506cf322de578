"""The settings that a machine gives to every run: environment variables, or ``.env`` beside it.

A variable of the environment wins over ``.env`` in the working folder; an empty one counts as
not set. Only variables that something reads are declared here, so that none is without effect.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from medicord_ocr.errors import SettingsError, UsageError
from medicord_ocr.options import Correction, Fallback, Options, parse_languages

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
_SERVERS = {
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
    "openai": "https://api.openai.com/v1",
}
_MEGABYTE = 1024 * 1024
#: Longest stretch of a bad value that a message repeats.
_SHOWN = 40


class Settings(BaseSettings):
    """The settings of one machine, each named as its variable in lower case.

    Attributes:
        log_level: least level of the program's own log, on standard error.
        tesseract_cmd: path or name of a tesseract program; it chooses pytesseract.
        tessdata_prefix: folder of the language data, None to look for it.
        default_languages: language codes joined by ``+``, where ``--lang`` is not given.
        ocr_fallback_engine: what reads doubtful lines and numbers beside Tesseract.
        ocr_confidence_threshold: 0-1; a line read with less goes to the fallback reader.
        cli_max_file_size_mb: largest input of the command line, in units of 1024 * 1024 bytes.
        max_pages: most pages of one input.
        max_pixels: most pixels of one page, checked before it is decoded.
        llm_enabled: whether a language model may correct doubtful fields.
        llm_provider: whose protocol it speaks.
        gemini_api_key, openai_api_key: of the providers.
        llm_base_url: of a server of one's own, or ``unix:PATH``; else the provider's.
        llm_model: its name.
        llm_allow_remote: whether text may go to a server that is not on this machine.
        llm_timeout_seconds: to wait for it.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    log_level: LogLevel = "INFO"
    tesseract_cmd: str | None = None
    tessdata_prefix: str | None = None
    default_languages: str = "khm+eng"
    ocr_fallback_engine: Fallback = "auto"
    ocr_confidence_threshold: Annotated[float, Field(ge=0.0, le=1.0)] = 0.75
    cli_max_file_size_mb: Annotated[int, Field(ge=1)] = 2048
    max_pages: Annotated[int, Field(ge=1)] = 2000
    max_pixels: Annotated[int, Field(ge=1)] = 100_000_000
    llm_enabled: bool = False
    llm_provider: Literal["gemini", "openai"] = "gemini"
    gemini_api_key: str | None = Field(default=None, repr=False)
    openai_api_key: str | None = Field(default=None, repr=False)
    llm_base_url: str | None = Field(default=None, repr=False)
    llm_model: str | None = None
    llm_allow_remote: bool = False
    llm_timeout_seconds: Annotated[float, Field(gt=0.0, le=600.0)] = 30.0

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("default_languages")
    @classmethod
    def _languages(cls, value: str) -> str:
        try:
            parse_languages(value)
        except UsageError as error:
            raise ValueError(error.hint or error.message) from None
        return value

    def correction(self) -> Correction | None:
        """The language model that may correct doubtful fields, None when there is to be none.

        Raises:
            SettingsError: it is on another machine and that is not allowed, or has no name or key.
        """
        if not self.llm_enabled:
            return None
        gemini = self.llm_provider == "gemini"
        key = self.gemini_api_key if gemini else self.openai_api_key
        if self.llm_model is None:
            raise SettingsError(
                "LLM_ENABLED is true and LLM_MODEL is not set", hint="Set it to a model's name"
            )
        url = self.llm_base_url or _SERVERS[self.llm_provider]
        _check_url(url)
        made = Correction(self.llm_provider, self.llm_model, url, key, self.llm_timeout_seconds)
        if not made.local and not self.llm_allow_remote:
            raise SettingsError(
                "LLM_ENABLED is true, its server is not on this machine, and LLM_ALLOW_REMOTE is "
                "not true",
                hint="Set LLM_BASE_URL to a server on this machine (with LLM_PROVIDER=openai), or "
                "LLM_ALLOW_REMOTE=true to send text of documents to another",
            )
        if self.llm_base_url is None and key is None:
            raise SettingsError(
                f"LLM_ENABLED is true and {self.llm_provider.upper()}_API_KEY is not set"
            )
        return made

    def options(self, **overrides: Any) -> Options:
        """The options of one run: these settings, under what the user asked for.

        Args:
            overrides: fields of ``Options``; None means that the user did not ask.
        """
        asked = {name: value for name, value in overrides.items() if value is not None}
        return Options(**(self._defaults() | asked))

    def _defaults(self) -> dict[str, Any]:
        return {
            "languages": parse_languages(self.default_languages),
            "max_bytes": self.cli_max_file_size_mb * _MEGABYTE,
            "max_pages": self.max_pages,
            "max_pixels": self.max_pixels,
            "fallback": self.ocr_fallback_engine,
            "line_threshold": self.ocr_confidence_threshold,
            "tesseract_cmd": self.tesseract_cmd,
            "tessdata": self.tessdata_prefix,
            "correction": self.correction(),
        }


Kind = TypeVar("Kind", bound=Settings)


def _check_url(url: str) -> None:
    """Whether a language model's URL is one, without a name or password in it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "unix" or (
            parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        )
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(
            "LLM_BASE_URL is not the address of a server",
            hint="Write it like http://127.0.0.1:11434/v1 or unix:/run/llm.sock",
        )


def load_settings() -> Settings:
    """The settings as the environment and ``.env`` have them now.

    Raises:
        SettingsError: a value is bad; the message names the variable.
    """
    return load(Settings)


def load(kind: type[Kind]) -> Kind:
    """The settings of that kind, as the environment and ``.env`` have them now.

    Raises:
        SettingsError: a value is bad; the message names the variable.
    """
    try:
        return kind()
    except ValidationError as error:
        raise _as_settings_error(kind, error.errors()[0]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f".env cannot be read ({type(error).__name__})", hint="It must be a UTF-8 text file"
        ) from None


def _as_settings_error(kind: type[Settings], detail: ErrorDetails) -> SettingsError:
    name = str(detail["loc"][0])
    reason = str(detail.get("ctx", {}).get("error", detail["msg"]))
    given = shown_value(kind.model_fields[name], detail["input"])
    return SettingsError(
        f"{name.upper()} {given}: {reason[0].lower()}{reason[1:]}",
        hint="Correct it in the environment or in .env",
    )


def shown_value(field: FieldInfo, value: object) -> str:
    """What a message may repeat of a bad value: nothing of a field that is not in the repr."""
    return f"is set to {str(value)[:_SHOWN]!r}" if field.repr else "has a bad value"

"""The settings that a machine gives to every run: environment variables, or ``.env`` beside it.

A variable of the environment wins over ``.env`` in the working folder; an empty one counts as
not set. Only variables that something reads are declared here, so that none is without effect.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from medicord_ocr.errors import SettingsError, UsageError
from medicord_ocr.options import Options, parse_languages

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
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
        ocr_confidence_threshold: 0-1; a line read with less goes to the fallback reader.
        cli_max_file_size_mb: largest input of the command line, in units of 1024 * 1024 bytes.
        max_pages: most pages of one input.
        max_pixels: most pixels of one page, checked before it is decoded.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    log_level: LogLevel = "INFO"
    tesseract_cmd: str | None = None
    tessdata_prefix: str | None = None
    default_languages: str = "khm+eng"
    ocr_confidence_threshold: Annotated[float, Field(ge=0.0, le=1.0)] = 0.75
    cli_max_file_size_mb: Annotated[int, Field(ge=1)] = 2048
    max_pages: Annotated[int, Field(ge=1)] = 2000
    max_pixels: Annotated[int, Field(ge=1)] = 100_000_000

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
            "line_threshold": self.ocr_confidence_threshold,
            "tesseract_cmd": self.tesseract_cmd,
            "tessdata": self.tessdata_prefix,
        }


Kind = TypeVar("Kind", bound=Settings)


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

"""The settings of the service, and which of them it refuses to start with."""

from __future__ import annotations

import ipaddress
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from medicord_ocr.errors import SettingsError
from medicord_ocr.intake import FileType
from medicord_ocr.options import on_this_machine
from medicord_ocr.settings import Settings, load

Listed = Annotated[tuple[str, ...], NoDecode]
#: Types of file by the names that ALLOWED_EXTENSIONS may give them.
_TYPES: dict[str, FileType] = {
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "png": "png",
    "pdf": "pdf",
    "tif": "tiff",
    "tiff": "tiff",
    "bmp": "bmp",
}
#: Shortest secret of a client in production: 16 random characters of 64 are 96 bits.
_SECRET_LENGTH = 16
#: Fewest different characters in a secret; "aaaa…" and "12121212…" have fewer.
_SECRET_VARIETY = 8
_KEY_LENGTH = 32
#: Bytes of the key that each algorithm wants, those of its hash (RFC 7518, 3.2).
_HASH_LENGTH = {"HS256": 32, "HS384": 48, "HS512": 64}
_ORIGIN = re.compile(r"https?://[^/\s*]+")
#: Words of placeholders; what is left without them must be long enough by itself.
_PLACEHOLDER = re.compile("change|password|secret|example|your|default|client|jwt|key", re.I)


class QueueSettings(Settings):
    """What a service and its workers have to agree on, each named as its variable in lower case.

    Attributes:
        app_env: ``development`` serves this machine alone; ``production`` checks everything.
        celery_broker_url: Redis that carries queued work to workers; None keeps it in the service.
        redis_url: Redis behind the rate limit; else the broker's.
        celery_result_backend: Redis where queued documents and their results are; else the others.
        upload_dir: folder that the service and its workers share, for queued uploads.
        result_expire_seconds: how long results of queued work are kept.
        page_timeout_seconds: after which the process that reads a page is ended.
    """

    app_env: Literal["development", "production"] = "development"
    celery_broker_url: str | None = Field(default=None, repr=False)
    redis_url: str | None = Field(default=None, repr=False)
    celery_result_backend: str | None = Field(default=None, repr=False)
    upload_dir: Path | None = None
    result_expire_seconds: Annotated[int, Field(ge=1, le=7 * 24 * 3600)] = 3600
    page_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 120.0

    @field_validator("celery_broker_url", "redis_url", "celery_result_backend")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        try:
            parts = urlsplit(value or "redis://localhost")
            usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("write it like redis://:PASSWORD@HOST:6379/0, or rediss:// with TLS")
        return value


class ServiceSettings(QueueSettings):
    """The settings of ``serve``, each named as its variable in lower case.

    Attributes:
        app_name: issuer of the tokens, and the name in logs.
        debug: say the place of an internal fault in the answer.
        client_id: of the client that may ask for a token.
        client_secret: of that client; empty never authenticates.
        jwt_secret_key: key that signs tokens, 32 characters or more.
        jwt_algorithm: how they are signed.
        jwt_access_token_expire_minutes: how long they hold.
        clients_file: JSON file of more clients, with hashed secrets.
        trusted_proxies: addresses and networks whose ``X-Forwarded-For`` is believed.
        max_file_size_mb: largest upload, in units of 1024 * 1024 bytes.
        allowed_extensions: types of file taken, told by content.
        max_pages: most pages of one document.
        rate_limit_per_minute: uploads a minute for each client and address.
        cors_origins: origins of web pages that may call the API; ``none`` for none.
        delete_after_processing: False keeps uploads until the end, in development only.
        request_timeout_seconds: how long a request may wait for its document.
        queue_size: documents that may wait; more are refused.
        metrics_token: bearer token of ``/metrics``; empty leaves it open.
    """

    app_name: Annotated[str, Field(min_length=1, max_length=100)] = "medicord-ocr-service"
    debug: bool = True
    client_id: Annotated[str, Field(min_length=1, max_length=100)] = "medicord-flutter-app"
    client_secret: str = Field(default="", repr=False)
    jwt_secret_key: str = Field(default="", repr=False)
    jwt_algorithm: Literal["HS256", "HS384", "HS512"] = "HS256"
    jwt_access_token_expire_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60
    clients_file: Path | None = None
    trusted_proxies: Listed = ()
    max_file_size_mb: Annotated[int, Field(ge=1, le=1024)] = 10
    allowed_extensions: Listed = ("jpg", "jpeg", "png", "pdf", "tiff", "bmp")
    max_pages: Annotated[int, Field(ge=1)] = 200
    rate_limit_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 30
    cors_origins: Listed = ("*",)
    delete_after_processing: bool = True
    request_timeout_seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    queue_size: Annotated[int, Field(ge=1, le=10_000)] = 100
    metrics_token: str = Field(default="", repr=False)

    @field_validator("trusted_proxies", "allowed_extensions", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            if value.strip().lower() == "none":
                return ()
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("jwt_secret_key")
    @classmethod
    def _long(cls, value: str) -> str:
        if value and len(value) < _KEY_LENGTH:
            raise ValueError(f"it must have {_KEY_LENGTH} characters or more")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            try:
                ipaddress.ip_network(part)
            except ValueError:
                raise ValueError(f"{part!r} is neither an address nor a network") from None
        return value

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            if part != "*" and not _ORIGIN.fullmatch(part):
                raise ValueError(f"{part!r} is no origin, write it like https://app.example.org")
        return value

    @field_validator("allowed_extensions")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(part.lower().lstrip(".") for part in value)
        unknown = [part for part in lowered if part not in _TYPES]
        if unknown or not lowered:
            raise ValueError(f"choose from {', '.join(_TYPES)}")
        return lowered

    @property
    def file_types(self) -> frozenset[FileType]:
        """The types of file that are taken."""
        return frozenset(_TYPES[name] for name in self.allowed_extensions)

    @property
    def max_upload(self) -> int:
        """Most bytes of an upload."""
        return self.max_file_size_mb * 1024 * 1024

    def _defaults(self) -> dict[str, Any]:
        return super()._defaults() | {"max_bytes": self.max_upload}


@dataclass(frozen=True, slots=True)
class Bind:
    """Where the service listens.

    Attributes:
        host: address or name.
        port: 0 lets the system choose.
        certificate: TLS certificate file, None without TLS.
        key: its private key, None when the certificate's file holds it.
        behind_proxy: a proxy in front speaks TLS.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    @property
    def loopback(self) -> bool:
        """Whether this machine alone can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def secure(self) -> bool:
        """Whether what travels is encrypted, here or by the proxy."""
        return self.certificate is not None or self.behind_proxy


def load_queue_settings() -> QueueSettings:
    """The settings of a worker, as the environment and ``.env`` have them now.

    Raises:
        SettingsError: a value is bad; the message names the variable.
    """
    return load(QueueSettings)


def load_service_settings() -> ServiceSettings:
    """The settings as the environment and ``.env`` have them now.

    Raises:
        SettingsError: a value is bad; the message names the variable.
    """
    return load(ServiceSettings)


def checked(settings: ServiceSettings, bind: Bind) -> ServiceSettings:
    """The settings to start with: as given in production, with random secrets in development.

    Raises:
        SettingsError: they are not safe for that address; names each variable and what to do.
    """
    if settings.celery_broker_url and settings.upload_dir is None:
        raise SettingsError(
            "CELERY_BROKER_URL is set and UPLOAD_DIR is not",
            hint="Set it to a private folder that the service and its workers share",
        )
    if settings.app_env == "production":
        problems = list(_weak(settings, bind))
        if problems:
            more = "".join(f"; {problem}" for problem in problems[1:])
            raise SettingsError(
                f"not safe to start in production: {problems[0]}{more}",
                hint="Correct the environment, .env or the options of serve",
            )
        return settings
    if not bind.loopback:
        raise SettingsError(
            f"APP_ENV is development, which serves this machine only, and --host is {bind.host}",
            hint="Set APP_ENV=production, with what it needs (docs/security.md)",
        )
    drawn = {
        name: secrets.token_urlsafe(32)
        for name in ("client_secret", "jwt_secret_key")
        if not getattr(settings, name)
    }
    return settings.model_copy(update=drawn)


def _weak(settings: ServiceSettings, bind: Bind) -> list[str]:
    """What production refuses, a clause each."""
    found = []
    if settings.debug:
        found.append("DEBUG is true")
    if "*" in settings.cors_origins:
        found.append("CORS_ORIGINS is *, name the origins (none: no web page may call it)")
    if not settings.delete_after_processing:
        found.append("DELETE_AFTER_PROCESSING is false")
    if not bind.secure:
        found.append("there is neither TLS (--ssl-certfile) nor --behind-proxy")
    found.extend(_open_redis(settings))
    if not settings.client_secret and settings.clients_file is None:
        found.append("CLIENT_SECRET is missing")
    if settings.client_secret and _guessable(settings.client_secret, _SECRET_LENGTH):
        found.append(f"CLIENT_SECRET is weak, draw {_SECRET_LENGTH} characters or more at random")
    if not settings.jwt_secret_key:
        found.append("JWT_SECRET_KEY is missing (openssl rand -hex 32)")
    elif _guessable(settings.jwt_secret_key, _KEY_LENGTH):
        found.append("JWT_SECRET_KEY is weak (openssl rand -hex 32)")
    elif len(settings.jwt_secret_key.encode()) < (least := _HASH_LENGTH[settings.jwt_algorithm]):
        found.append(f"JWT_SECRET_KEY has less than the {least} bytes of {settings.jwt_algorithm}")
    elif settings.jwt_secret_key == settings.client_secret:
        found.append("JWT_SECRET_KEY and CLIENT_SECRET are the same")
    return found


def _open_redis(settings: ServiceSettings) -> list[str]:
    """Redis servers on other machines that ask for no password."""
    names = ("celery_broker_url", "redis_url", "celery_result_backend")
    given = {name: urlsplit(url) for name in names if (url := getattr(settings, name))}
    return [
        f"{name.upper()} has no password"
        for name, parts in given.items()
        if not parts.password and not on_this_machine(parts.hostname)
    ]


def _guessable(secret: str, least: int) -> bool:
    rest = _PLACEHOLDER.sub("", secret)
    return len(secret) < least or len(rest) < _SECRET_LENGTH or len(set(rest)) < _SECRET_VARIETY

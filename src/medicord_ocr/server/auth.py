"""Clients and their tokens: JWT of one fixed algorithm, secrets compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import jwt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from medicord_ocr.errors import SettingsError
from medicord_ocr.server.config import ServiceSettings
from medicord_ocr.server.problems import Unauthenticated

#: scrypt's cost, the least of OWASP's password storage sheet that has p = 1 and fits 64 MiB;
#: 60 ms of one core here.
_COST = {"n": 2**15, "r": 8, "p": 1}
_MEMORY = 64 * 1024 * 1024
#: Seconds by which clocks may differ.
_LEEWAY = 5


class _Entry(BaseModel):
    """One client of CLIENTS_FILE."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[str, Field(min_length=1, max_length=100)]
    secret_hash: Annotated[str, Field(pattern=r"^scrypt\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$")]


_FILE = TypeAdapter(list[_Entry])


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a valid token speaks for."""

    client_id: str


def hashed(secret: str) -> str:
    """The secret as CLIENTS_FILE holds it: ``scrypt$SALT$HASH``."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_text(salt)}${_text(_derived(secret, salt))}"


@cache
def _nobody() -> str:
    """The hash of a client that there is not, so that its refusal takes as long."""
    return hashed(secrets.token_urlsafe(16))


def _derived(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, maxmem=_MEMORY, dklen=32, **_COST)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Clients:
    """Those that may ask for a token.

    Args:
        settings: CLIENT_ID with CLIENT_SECRET, and CLIENTS_FILE.

    Raises:
        SettingsError: CLIENTS_FILE cannot be read.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        hashes = _from_file(settings.clients_file) if settings.clients_file else {}
        secret = settings.client_secret
        ours = {settings.client_id: secret} if secret else {}
        key = settings.jwt_secret_key.encode()
        self._marks = {
            client_id: hmac.digest(key, f"{client_id}\n{value}".encode(), "sha256").hex()[:16]
            for client_id, value in (hashes | ours).items()
        }
        self._hashes = hashes | {client_id: hashed(value) for client_id, value in ours.items()}
        self._nobody = _nobody()

    def knows(self, client_id: str, secret: str) -> bool:
        """Whether the secret is that client's, compared in constant time."""
        _, salt, known = self._hashes.get(client_id, self._nobody).split("$")
        given = _derived(secret, base64.b64decode(salt))
        same = hmac.compare_digest(given, base64.b64decode(known))
        return same and client_id in self._hashes

    def mark(self, client_id: str) -> str | None:
        """What a token of the client carries; another after its secret or the key changed."""
        return self._marks.get(client_id)


def _from_file(path: Path) -> dict[str, str]:
    try:
        entries = _FILE.validate_python(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise SettingsError(f"CLIENTS_FILE cannot be read ({error.strerror})") from None
    except (ValueError, ValidationError):
        raise SettingsError(
            "CLIENTS_FILE is not a JSON list of clients",
            hint='Write [{"client_id": "…", "secret_hash": "…"}]; '
            "medicord-ocr serve --hash-secret prints the hash",
        ) from None
    return {entry.client_id: entry.secret_hash for entry in entries}


class Tokens:
    """Makes tokens and checks them.

    Args:
        settings: key, algorithm and names.
        clients: whose tokens hold.
    """

    def __init__(self, settings: ServiceSettings, clients: Clients) -> None:
        self._key = settings.jwt_secret_key
        self._algorithm = settings.jwt_algorithm
        self._issuer = settings.app_name
        self._audience = f"{settings.app_name}/api/v1"
        self._clients = clients
        self.seconds = settings.jwt_access_token_expire_minutes * 60

    def make(self, client_id: str) -> str:
        """A token for a client that showed its secret."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": client_id,
            "iat": now,
            "exp": now + self.seconds,
            "jti": secrets.token_urlsafe(12),
            "mark": self._clients.mark(client_id),
        }
        return jwt.encode(claims, self._key, self._algorithm)

    def check(self, token: str) -> Caller:
        """Who it speaks for.

        Raises:
            Unauthenticated: it is not one of ours, has expired, or its client's secret changed.
        """
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "mark"]},
            )
        except jwt.ExpiredSignatureError:
            raise _invalid("the token has expired") from None
        except (jwt.InvalidTokenError, ValueError):
            raise _invalid("the token is not valid") from None
        client_id, mark = claims["sub"], claims["mark"]
        ours = self._clients.mark(client_id) if isinstance(client_id, str) else None
        if ours is None or not hmac.compare_digest(ours, str(mark)):
            raise _invalid("the token is not valid")
        return Caller(client_id)


def _invalid(message: str) -> Unauthenticated:
    return Unauthenticated(message, hint="Ask for a new one", error="invalid_token")

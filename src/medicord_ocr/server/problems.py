"""Refusals of the service, and how every error becomes ``application/problem+json`` (RFC 9457).

::

    MedicordError
    ├── Refused              4xx  request.*
    │   ├── BadRequest       400  request.invalid
    │   ├── Unauthenticated  401  request.unauthenticated
    │   ├── NotFound         404  request.not_found
    │   ├── NotAllowed       405  request.method
    │   ├── TooSlow          408  request.too_slow
    │   ├── WrongMedia       415  request.media_type
    │   └── TooMany          429  request.rate_limit
    ├── TooLarge             413  input.over_limit
    ├── Busy                 503  service.busy
    ├── Lost                 500  engine.crashed
    └── Overdue              504  engine.timeout

Codes of documents are those of the command line. No answer holds text of a document.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from medicord_ocr.errors import EngineError, LimitExceeded, MedicordError

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "The request cannot be understood",
    401: "Not signed in",
    404: "Not found",
    405: "Method not allowed",
    408: "The upload took too long",
    413: "The file is too large",
    415: "The type is not supported",
    422: "The document cannot be read",
    429: "Too many requests",
    500: "Internal fault",
    503: "Not available now",
    504: "It took too long",
}


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(default="about:blank", description="`code` tells what it is")
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: str = Field(description="stable, the same as on the command line: `input.encrypted` …")
    detail: str = Field(description="what happened and what to do, for a person")
    page: int | None = Field(default=None, description="of the document, counted from 1")
    request_id: str | None = Field(default=None, description="also in the header X-Request-ID")


class Refused(MedicordError):
    """The request is refused; ``headers`` go with the answer."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.headers = headers or {}


class BadRequest(Refused):
    """It is not what the API takes."""

    code = "request.invalid"
    http_status = 400


class Unauthenticated(Refused):
    """There is no valid token, or the client's credentials are wrong."""

    code = "request.unauthenticated"
    http_status = 401

    def __init__(self, message: str, *, hint: str | None = None, error: str = "") -> None:
        challenge = f'Bearer error="{error}"' if error else "Bearer"
        super().__init__(message, hint=hint, headers={"WWW-Authenticate": challenge})


class NotFound(Refused):
    """There is no such thing, or it is not this client's."""

    code = "request.not_found"
    http_status = 404


class NotAllowed(Refused):
    """The path does not take this method."""

    code = "request.method"
    http_status = 405


class TooSlow(Refused):
    """The upload stopped coming."""

    code = "request.too_slow"
    http_status = 408


class WrongMedia(Refused):
    """The body is of another media type."""

    code = "request.media_type"
    http_status = 415


class TooMany(Refused):
    """Over the rate limit."""

    code = "request.rate_limit"
    http_status = 429


class Busy(Refused):
    """There is no room for another document now."""

    code = "service.busy"
    http_status = 503
    retryable = True

    def __init__(self, message: str, *, code: str | None = None, after: int = 5) -> None:
        super().__init__(
            message,
            hint="Try again a little later",
            code=code,
            headers={"Retry-After": str(after)},
        )


class TooLarge(LimitExceeded):
    """The upload has too many bytes."""

    http_status = 413


class Lost(EngineError):
    """What read the document, or had it in its queue, is gone."""

    code = "engine.crashed"


class Overdue(EngineError):
    """The document was not read in time."""

    code = "engine.timeout"
    http_status = 504


#: What a client can do about errors whose own hints are for the command line, by code.
_HINTS = {
    "input.encrypted": "Save it without encryption and send that",
    "input.over_limit": "Send fewer pages of it, or scan it at a lower resolution",
    "engine.crashed": "It may take too much memory; send fewer pages of it",
    "engine.out_of_memory": "Scan it at a lower resolution",
    "engine.timeout": "It may be damaged; scan it again, or leave that page out",
}


def detail(error: MedicordError) -> str:
    """What happened and what a client can do about it, as sentences."""
    ours = isinstance(error, Refused | TooLarge | Lost | Overdue)
    hint = error.hint if ours else _HINTS.get(error.code, error.hint)
    return f"{error.message}. {hint}" if hint else f"{error.message}."


def answer(error: MedicordError, request_id: str | None) -> Response:
    """The error as a response.

    Args:
        error: neither its file name (the client's) nor its place is told.
        request_id: of the request.
    """
    status = error.http_status
    problem = Problem(
        title=_TITLES.get(status, "Error"),
        status=status,
        code=error.code,
        detail=detail(error),
        page=error.page,
        request_id=request_id,
    )
    headers: dict[str, str] = getattr(error, "headers", {})
    return Response(
        orjson.dumps(problem.model_dump()), status, headers=dict(headers), media_type=MEDIA_TYPE
    )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` of a route that may answer with problems of these statuses."""
    return {
        status: {
            "description": _TITLES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }

"""The routes of the contract for clients: tokens, documents, tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Annotated, Any, Literal

import orjson
import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from medicord_ocr.errors import UsageError
from medicord_ocr.options import Options, parse_languages
from medicord_ocr.schema import Document
from medicord_ocr.server.auth import Caller
from medicord_ocr.server.limits import Standing, caller_address, too_many
from medicord_ocr.server.parts import Parts, parts_of
from medicord_ocr.server.problems import (
    BadRequest,
    NotFound,
    Overdue,
    Unauthenticated,
    documented,
)
from medicord_ocr.server.steps import Begun
from medicord_ocr.server.tasks import Order, State
from medicord_ocr.server.uploads import Upload, receive

log = structlog.get_logger("medicord_ocr.server")
router = APIRouter()

#: PDFs with more pages are queued (the contract's section 5).
SYNCHRONOUS_PAGES = 5
#: How often a task may be asked after, for each upload that is allowed.
POLLS = 10
#: Seconds between two questions after a task that we suggest.
_POLL_AFTER = 2
_FIELDS = frozenset({"language_hint", "patient_id", "pictures"})
#: Languages that may be hinted at: every set of them loads its models once a process.
_HINTS = ("khm", "eng", "fra")
#: Attempts a minute from one address, for each that one client has there: bounds the work that
#: hashing secrets makes.
_ATTEMPTS = 4

bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="A token of /api/v1/auth/token"
)
_tokens = asyncio.Semaphore(2)


class Credentials(BaseModel):
    """What a client shows to get a token."""

    model_config = ConfigDict(extra="forbid")

    client_id: Annotated[str, Field(min_length=1, max_length=100)]
    client_secret: Annotated[str, Field(min_length=1, max_length=500)]


class Token(BaseModel):
    """A token, and for how many seconds it holds."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int


class Extracted(Document):
    """The document; with what was asked to be sent back."""

    patient_id: str | None = Field(default=None, description="as it was sent, if it was")
    page_pictures: list[str | None] | None = Field(
        default=None, description="the upright pages as data URLs, if `pictures` was 1"
    )


class Accepted(BaseModel):
    """A document that was queued."""

    task_id: str
    status: Literal["pending"] = "pending"
    message: str
    patient_id: str | None = Field(default=None, description="as it was sent, if it was")


class Progress(BaseModel):
    """Pages that were read, of how many."""

    done: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]


class TaskError(BaseModel):
    """Why a task failed."""

    code: str
    detail: str
    page: int | None = None


class TaskStatus(BaseModel):
    """How a queued document stands."""

    task_id: str
    status: State
    progress: Progress
    result: Extracted | None = None
    error: TaskError | None = None


def address_of(request: Request) -> str:
    """Where a request comes from, for counting."""
    return caller_address(request.client.host if request.client else None)


async def limited(request: Request, key: str, limit: int) -> Standing:
    """Count a request; its answer says where the caller stands.

    Raises:
        TooMany: over the limit.
    """
    standing = await parts_of(request).limiter.hit(key, limit)
    request.scope["state"]["standing"] = standing.headers()
    if not standing.allowed:
        raise too_many(standing)
    return standing


async def refused(request: Request) -> None:
    """Count a request without a valid token.

    Raises:
        TooMany: too many from that address.
    """
    limit = parts_of(request).settings.rate_limit_per_minute
    await limited(request, f"refused {address_of(request)}", limit)


async def caller(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Caller:
    """Who calls.

    Raises:
        Unauthenticated: no valid token.
        TooMany: too many without one, from that address.
    """
    parts = parts_of(request)
    try:
        if given is None:
            raise Unauthenticated("a bearer token is needed", hint="POST /api/v1/auth/token")
        found = parts.tokens.check(given.credentials)
    except Unauthenticated:
        await refused(request)
        raise
    request.scope["state"]["client_id"] = found.client_id
    return found


Known = Annotated[Caller, Depends(caller)]


@router.post(
    "/api/v1/auth/token", tags=["auth"], responses=documented(400, 401, 429), name="Get a token"
)
async def token(request: Request, credentials: Credentials) -> Token:
    """Exchange a client's id and secret for a token."""
    parts = parts_of(request)
    limit, address = parts.settings.rate_limit_per_minute, address_of(request)
    await limited(request, f"sign-ins {address}", _ATTEMPTS * limit)
    await limited(request, f"sign-in {address} {credentials.client_id}", limit)
    async with _tokens:  # each takes 32 MB and a core for a moment
        known = await run_in_threadpool(
            parts.clients.knows, credentials.client_id, credentials.client_secret
        )
    # Only known names are logged: people type secrets into the wrong field.
    name = credentials.client_id if parts.clients.mark(credentials.client_id) else None
    log.info("sign_in", client_id=name, address=address, status="ok" if known else "refused")
    if not known:
        raise Unauthenticated("client_id or client_secret is wrong")
    return Token(
        access_token=parts.tokens.make(credentials.client_id), expires_in=parts.tokens.seconds
    )


@router.post(
    "/api/v1/ocr/extract",
    tags=["documents"],
    name="Read a document",
    response_model=Extracted,
    responses=documented(400, 401, 408, 413, 415, 422, 429, 500, 503, 504)
    | {202: {"model": Accepted, "description": "Queued: ask after it with its task_id"}},
)
async def extract(request: Request, known: Known) -> Response:
    """Read one document.

    PDFs of more than 5 pages are queued and answered with 202. So is any document with the
    header `Prefer: respond-async` (RFC 7240): do that after a 504.
    """
    parts = parts_of(request)
    settings = parts.settings
    await limited(
        request, f"read {known.client_id} {address_of(request)}", settings.rate_limit_per_minute
    )
    with parts.reading.admitted():
        upload = await receive(
            request, parts.folder, settings.max_upload, settings.file_types, _FIELDS
        )
        upload.keep = not settings.delete_after_processing
        task_id = None
        try:
            order = _order(request, upload)
            later = "respond-async" in request.headers.get("prefer", "").lower()
            answered = await _unless_gone(request, _in_time(_read(parts, order, later), settings))
            if isinstance(answered, bytes):
                return _document(parts, upload, answered)
            task_id = await parts.queue.put(replace(order, pages=answered.pages), known.client_id)
        finally:
            if task_id is None:
                upload.discard()
    return _accepted(request, upload, task_id)


def _order(request: Request, upload: Upload) -> Order:
    pictures = upload.fields.get("pictures", "0")
    if pictures not in ("0", "1"):
        raise BadRequest("`pictures` is neither 0 nor 1")
    return Order(upload, _options(parts_of(request), upload), 0, pictures == "1")


async def _read(parts: Parts, order: Order, later: bool) -> bytes | Begun:
    """The document's JSON; or, when it is to be queued, what the first look found."""
    path, options, pictures = order.upload.path, order.options, order.pictures
    begun = await parts.reading.begin(path, options, whole=not later, pictures=pictures)
    if begun.document is not None:
        return begun.document
    if later or (begun.file_type == "pdf" and begun.pages > SYNCHRONOUS_PAGES):
        return begun
    return await parts.reading.finish(path, options, begun.pages, pictures=pictures, urgent=True)


async def _in_time(work: Coroutine[Any, Any, Any], settings: Any) -> Any:
    try:
        async with asyncio.timeout(settings.request_timeout_seconds):
            return await work
    except TimeoutError:
        raise Overdue(
            "the document was not read in time",
            hint="Send it again with the header Prefer: respond-async, which queues it",
            code="request.timeout",
        ) from None


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Any]) -> Any:
    """What the work gives, unless the client goes away before: then it is stopped.

    Raises:
        ClientDisconnect: it went away.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ClientDisconnect
    finally:
        for future in (task, gone):
            future.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _options(parts: Parts, upload: Upload) -> Options:
    """How to read an upload.

    Raises:
        BadRequest: its hint is not one.
    """
    options = parts.settings.options()
    hint = upload.fields.get("language_hint")
    if not hint:
        return options
    try:
        languages = parse_languages(hint)
    except UsageError:
        languages = ()
    allowed = dict.fromkeys((*options.languages, *_HINTS))
    if not languages or not set(languages) <= set(allowed):
        raise BadRequest(
            "`language_hint` names a language that is not read here",
            hint=f"Join some of {', '.join(allowed)} by +, such as khm+eng",
        )
    return replace(options, languages=tuple(name for name in allowed if name in languages))


def _document(parts: Parts, upload: Upload, document: bytes) -> Response:
    parts.metrics.saw(document)
    patient = upload.fields.get("patient_id")
    if patient is not None:
        document = document[:-1] + b',"patient_id":' + orjson.dumps(patient) + b"}"
    return Response(document, media_type="application/json")


def _accepted(request: Request, upload: Upload, task_id: str) -> Response:
    request.scope["state"]["task_id"] = task_id
    place = f"/api/v1/ocr/status/{task_id}"
    body = Accepted(
        task_id=task_id,
        message=f"The document was queued; ask after it at {place}",
        patient_id=upload.fields.get("patient_id"),
    )
    return JSONResponse(
        body.model_dump(exclude_none=True),
        202,
        headers={"Location": place, "Retry-After": str(_POLL_AFTER)},
    )


@router.get(
    "/api/v1/ocr/status/{task_id}",
    tags=["documents"],
    name="Ask after a document",
    response_model=TaskStatus,
    responses=documented(401, 404, 429, 503),
)
async def status(request: Request, known: Known, task_id: str) -> Response:
    """How a queued document stands; only for the client that sent it."""
    parts = parts_of(request)
    limit = POLLS * parts.settings.rate_limit_per_minute
    await limited(request, f"ask {known.client_id} {address_of(request)}", limit)
    task = await parts.queue.get(task_id) if len(task_id) <= 100 else None
    if task is None or task.owner != known.client_id:
        raise NotFound("there is no such task, or it has expired", code="task.not_found")
    request.scope["state"]["task_id"] = task_id
    body = TaskStatus(
        task_id=task_id,
        status=task.status,
        progress=Progress(done=task.done, total=task.total),
        error=TaskError(**task.error) if task.error else None,
    )
    text = orjson.dumps(body.model_dump())
    if task.result is not None:
        text = text.replace(b'"result":null', b'"result":' + task.result, 1)
    unfinished = task.status in ("pending", "processing")
    headers = {"Retry-After": str(_POLL_AFTER)} if unfinished else {}
    return Response(text, headers=headers, media_type="application/json")

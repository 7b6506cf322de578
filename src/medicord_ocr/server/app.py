"""The application: what is at which path, and what it is made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from medicord_ocr import __version__
from medicord_ocr.errors import MedicordError
from medicord_ocr.faults import as_medicord
from medicord_ocr.server import api, convert, health, uploads, web
from medicord_ocr.server.config import ServiceSettings
from medicord_ocr.server.edge import Edge
from medicord_ocr.server.limits import STANDING
from medicord_ocr.server.openapi import describe
from medicord_ocr.server.parts import make_parts
from medicord_ocr.server.problems import BadRequest, NotAllowed, NotFound, answer
from medicord_ocr.server.reading import Reading

log = structlog.get_logger("medicord_ocr.server")


def create_app(
    settings: ServiceSettings, folder: Path, reading: Reading, *, secure: bool = False
) -> ASGIApp:
    """The service.

    Args:
        settings: checked ones, with secrets.
        folder: private, for uploads.
        reading: reads documents; started and closed with the service.
        secure: whether clients come by TLS.

    Raises:
        SettingsError: CLIENTS_FILE is bad.
        MissingDependency: there is a broker, and Celery is not installed.
        EngineError: there is a broker, and it does not answer.
        OutputError: UPLOAD_DIR cannot be used.
    """
    parts = make_parts(settings, folder, reading)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        uploads.sweep(folder, 0)
        reading.start()
        await parts.queue.start()
        log.info("started", version=__version__, environment=settings.app_env)
        yield
        await parts.queue.close()
        await reading.close()
        await parts.limiter.close()
        uploads.sweep(folder, 0)
        log.info("stopped")

    app = FastAPI(
        title="medicord-ocr", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.parts = parts
    app.include_router(health.router)
    app.include_router(api.router)
    app.include_router(convert.router)
    app.include_router(web.router)
    describe(app)
    _answer_errors(app)
    inside: ASGIApp = CORSMiddleware(
        app,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Prefer", "X-Request-ID"],
        expose_headers=["Location", "Retry-After", "X-Request-ID", *STANDING],
    )
    inside = Edge(inside, parts.metrics, secure=secure)
    return ProxyHeadersMiddleware(inside, list(settings.trusted_proxies))  # type: ignore[arg-type, return-value]


def _answer_errors(app: FastAPI) -> None:
    def answered(request: Request, error: MedicordError) -> Response:
        request.scope["state"]["code"] = error.code
        return answer(error, request.scope["state"].get("request_id"))

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, MedicordError)
        return answered(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        places = sorted({".".join(map(str, part["loc"][:2])) for part in error.errors()})
        message = f"not as the API takes it: {', '.join(places)}"
        return answered(request, BadRequest(message, hint="See /docs"))

    async def starlette(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404:
            return answered(request, NotFound("there is nothing at this path"))
        if error.status_code == 405:
            allowed = dict(error.headers or {})
            return answered(request, NotAllowed("not with this method", headers=allowed))
        return answered(request, BadRequest("the request cannot be understood"))

    async def gone(_request: Request, _error: Exception) -> Response:
        return Response(status_code=499)  # nobody hears it; so nginx calls it in its log

    async def fault(request: Request, error: Exception) -> Response:
        found = as_medicord(error)
        if not app.state.parts.settings.debug:
            found = MedicordError("internal fault", hint="The log of the service says where")
        return answered(request, found)

    app.add_exception_handler(MedicordError, ours)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(Exception, fault)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, starlette)

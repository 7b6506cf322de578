"""``medicord-ocr serve``: the HTTP API, until it is stopped."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from medicord_ocr.batch.pool import default_jobs
from medicord_ocr.cli import messages
from medicord_ocr.cli.scratch import scratch
from medicord_ocr.errors import UsageError
from medicord_ocr.readers.tesseract import find_tessdata
from medicord_ocr.server import logs
from medicord_ocr.server.app import create_app
from medicord_ocr.server.config import Bind, ServiceSettings, checked, load_service_settings
from medicord_ocr.server.connection import Connection
from medicord_ocr.server.reading import Reading

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def run(bind: Bind, workers: int | None) -> int:
    """Serve until SIGINT or SIGTERM, which leave as ``Stopped``.

    Args:
        bind: where to listen.
        workers: processes that read documents, None for as many as cores and memory allow.

    Returns:
        The exit code, where nothing stopped it.

    Raises:
        SettingsError: it is not safe to start.
        UsageError: the address cannot be had.
        MissingDependency: a package, program or language is not installed.
    """
    given = load_service_settings()
    settings = checked(given, bind)
    find_tessdata(settings.tessdata_prefix)
    production = settings.app_env == "production"
    logs.configure(json=production, level=settings.log_level)
    if production:
        messages.divert(logs.line)
    with scratch() as folder, _listening(bind) as listener:
        reading = Reading(
            workers or default_jobs(),
            settings.options(),
            settings.page_timeout_seconds,
            settings.queue_size,
        )
        app = create_app(settings, folder, reading, secure=bind.secure)
        server = uvicorn.Server(configuration(app, bind))
        _say_where(bind, listener)
        _say_secrets(given, settings)
        server.run(sockets=[listener])
    return 0


def configuration(app: ASGIApp, bind: Bind) -> uvicorn.Config:
    """How uvicorn serves the application there."""
    return uvicorn.Config(
        app,
        http=Connection,
        log_config=None,  # ours
        access_log=False,
        proxy_headers=False,  # ours
        server_header=False,
        lifespan="on",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=20,
        ssl_certfile=bind.certificate,
        ssl_keyfile=bind.key,
    )


def _listening(bind: Bind) -> socket.socket:
    host = bind.host.strip("[]")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, bind.port), family=family, backlog=512)
        # asyncio does so for sockets that it makes itself: without it, an answer's body waits 40 ms
        # for the client to say that it has the head.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "the port is none"
        raise UsageError(
            f"cannot listen on {bind.host}, port {bind.port} ({reason})",
            hint="Choose others with --host and --port",
        ) from None


def _say_where(bind: Bind, listener: socket.socket) -> None:
    scheme = "https" if bind.certificate else "http"
    host = f"[{bind.host}]" if ":" in bind.host else bind.host
    messages.say(f"{scheme}://{host}:{listener.getsockname()[1]} (stop with Ctrl-C)")


def _say_secrets(given: ServiceSettings, settings: ServiceSettings) -> None:
    """Once, and only those that were drawn for this run."""
    if not given.client_secret:
        messages.say(f"CLIENT_ID={settings.client_id} CLIENT_SECRET={settings.client_secret}")
    if not given.jwt_secret_key:
        messages.say(f"JWT_SECRET_KEY={settings.jwt_secret_key}")
    if not (given.client_secret and given.jwt_secret_key):
        messages.say("these secrets were drawn for this run; set them in .env to keep them")


def hash_secret() -> int:
    """Print the hash of a secret, from a prompt or standard input, for CLIENTS_FILE."""
    from getpass import getpass

    from medicord_ocr.server.auth import hashed

    asked = sys.stdin.isatty()
    secret = getpass("Secret: ") if asked else sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise UsageError("the secret is empty", hint="An empty secret never authenticates")
    print(hashed(secret))
    return 0

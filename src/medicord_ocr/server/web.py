"""The page at ``/``, Swagger UI at ``/docs``, and their files: all from this machine.

Neither has anything inline: the policy of ``edge`` allows files of this server alone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from medicord_ocr import __version__
from medicord_ocr.reasons import REASONS
from medicord_ocr.server.parts import parts_of
from medicord_ocr.server.problems import NotFound

router = APIRouter(include_in_schema=False)

_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
}
#: Sets of languages that the page offers.
_HINTS = ("khm+eng", "khm+fra", "khm+eng+fra", "eng", "fra")
#: What Swagger UI needs of the package that has it.
_SWAGGER = ("swagger-ui-bundle.js", "swagger-ui.css")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that is served: its bytes, media type and entity tag."""

    content: bytes
    media_type: str
    tag: str


@cache
def assets() -> dict[str, Asset]:
    """Everything under ``/static/``, by name."""
    ours = files("medicord_ocr.server").joinpath("web", "static")
    swagger = files("fastapi_offline").joinpath("static")
    found = [*ours.iterdir(), *(swagger.joinpath(name) for name in _SWAGGER)]
    return {file.name: _asset(file) for file in found if _ending(file) in _TYPES}


def _texts(file: Traversable) -> bytes:
    """The texts of one language, with the words for review reasons that reports have too."""
    known = json.loads(file.read_bytes())
    column = ("en", "km").index(file.name.removesuffix(".json"))
    reasons = {f"reason.{code}": words[column] for code, words in REASONS.items()}
    return json.dumps(known | reasons, ensure_ascii=False).encode()


def _asset(file: Traversable) -> Asset:
    content = _texts(file) if _ending(file) == "json" else file.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Asset(content, _TYPES[_ending(file)], tag)


def _ending(file: Traversable) -> str:
    return file.name.rpartition(".")[2]


@cache
def _templates() -> Environment:
    folder = files("medicord_ocr.server").joinpath("web", "templates")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8"))
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def _endings(names: tuple[str, ...]) -> list[str]:
    """The endings of names that a file dialogue is to show."""
    return [*names, *(["tif"] if "tiff" in names and "tif" not in names else [])]


@router.get("/")
async def page(request: Request) -> Response:
    """The page for people: it holds nothing, and talks with the API."""
    settings = parts_of(request).settings
    shown = (
        _templates()
        .get_template("page.html")
        .render(
            version=__version__,
            text=json.loads(assets()["en.json"].content),
            hints=_HINTS,
            types=", ".join(kind.upper() for kind in sorted(settings.file_types)),
            accept=",".join(f".{name}" for name in _endings(settings.allowed_extensions)),
            megabytes=settings.max_file_size_mb,
        )
    )
    return HTMLResponse(shown)


@router.get("/docs")
async def docs() -> Response:
    """Swagger UI."""
    return HTMLResponse(_templates().get_template("docs.html").render(version=__version__))


@router.get("/static/{name}")
async def static(request: Request, name: str) -> Response:
    """A file of the pages; browsers keep it, and ask each time whether it changed.

    Raises:
        NotFound: there is no such file.
    """
    asset = assets().get(name)
    if asset is None:
        raise NotFound("there is nothing at this path")
    headers = {"ETag": asset.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == asset.tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers, media_type=asset.media_type)

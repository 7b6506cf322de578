"""The OpenAPI document: what FastAPI makes of the routes, with the form and real examples."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from medicord_ocr.server.convert import Conversion
from medicord_ocr.server.problems import Problem

_FORM: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "PDF, JPEG, PNG, TIFF or BMP; told by its content",
                    },
                    "language_hint": {
                        "type": "string",
                        "maxLength": 256,
                        "description": "languages to read, joined by +: khm, eng, fra",
                        "example": "khm+eng",
                    },
                    "patient_id": {
                        "type": "string",
                        "maxLength": 256,
                        "description": "sent back in the answer; kept and logged nowhere",
                    },
                    "pictures": {
                        "type": "string",
                        "enum": ["0", "1"],
                        "description": "1 adds the upright pages, which the boxes are in",
                    },
                },
            }
        }
    },
}
_PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async` queues the document whatever its size",
    "schema": {"type": "string"},
}


def describe(app: FastAPI) -> None:
    """Let the application describe itself, once and for all."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description="Cambodian medical documents (Khmer, English, French) as structured JSON.",
        routes=app.routes,
    )
    schemas = document["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema()
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            # We answer 400 where FastAPI would say 422; 422 is for documents.
            if "HTTPValidationError" in json.dumps(responses.get("422", "")):
                del responses["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    extract = document["paths"]["/api/v1/ocr/extract"]["post"]
    extract["requestBody"] = _FORM
    extract.setdefault("parameters", []).append(_PREFER)
    document["paths"]["/api/v1/ocr/convert"]["post"]["requestBody"] = _conversion()
    _add_examples(document)
    return document


def _conversion() -> dict[str, Any]:
    """The body that its route reads by itself, within limits, and FastAPI does not know of."""
    schema = Conversion.model_json_schema(ref_template="#/components/schemas/{model}")
    del schema["$defs"]  # what is extracted is described already
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _add_examples(document: dict[str, Any]) -> None:
    text = files("medicord_ocr.server").joinpath("examples.json").read_text("utf-8")
    for path, methods in json.loads(text).items():
        for method, statuses in methods.items():
            responses = document["paths"][path][method]["responses"]
            for status, examples in statuses.items():
                for media_type, example in examples.items():
                    responses[status]["content"][media_type]["example"] = example

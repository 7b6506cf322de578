"""A document that was read, as the CSV or the FHIR Bundle that the command line gives."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from medicord_ocr import fhir, table
from medicord_ocr.schema import Document, Record
from medicord_ocr.server.api import Extracted, Known, address_of, limited
from medicord_ocr.server.parts import parts_of
from medicord_ocr.server.problems import BadRequest, TooLarge, TooSlow, WrongMedia, documented
from medicord_ocr.server.uploads import WHOLE

router = APIRouter()

#: One at a time: what takes a core for seconds is not to take them all.
_turn = asyncio.Semaphore(1)
_MEDIA = {"csv": "text/csv; charset=utf-8", "fhir": "application/fhir+json"}


class Conversion(BaseModel):
    """What is to be converted: pictures and `patient_id` of the document are left out."""

    model_config = ConfigDict(extra="forbid")

    document: Extracted
    source: str = Field(
        default="", max_length=255, description="name of the file, for the table and the Bundle"
    )
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="of the file"
    )

    def record(self) -> Record:
        """The record that the command line would have."""
        fields = {name: getattr(self.document, name) for name in Document.model_fields}
        return Record(
            source=self.source,
            sha256=self.sha256,
            status="ok",
            document=Document(**fields),
            options="",
        )


@router.post(
    "/api/v1/ocr/convert",
    tags=["documents"],
    name="Convert a document",
    response_class=Response,
    responses=documented(400, 401, 408, 413, 415, 429)
    | {
        200: {
            "description": "The table, or the Bundle (R4)",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/fhir+json": {"schema": {"type": "object"}},
            },
        }
    },
)
async def convert(request: Request, known: Known, format: Literal["csv", "fhir"]) -> Response:
    """A document that was extracted, as CSV or as a FHIR Bundle. Nothing of it is kept."""
    settings = parts_of(request).settings
    caller = f"convert {known.client_id} {address_of(request)}"
    await limited(request, caller, settings.rate_limit_per_minute)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise WrongMedia("the body is not application/json")
    try:
        async with asyncio.timeout(WHOLE):
            body = await _body(request, settings.max_upload)
    except TimeoutError:
        raise TooSlow("the document took too long", hint="Send it again") from None
    async with _turn:
        content = await run_in_threadpool(_converted, body, format)
    return Response(content, headers={"Content-Type": _MEDIA[format]})


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(
                f"the body has more than {limit / 1024**2:,.0f} MB",
                hint="Leave out page_pictures",
            )
    return bytes(body)


def _converted(body: bytes, format: Literal["csv", "fhir"]) -> bytes:
    try:
        record = Conversion.model_validate_json(body).record()
    except ValidationError as error:
        # A name that is not known may be anything: its place is where it stands.
        found = [(part["loc"], part["type"] == "extra_forbidden") for part in error.errors()]
        places = sorted({".".join(map(str, loc[: len(loc) - extra][:2])) for loc, extra in found})
        where = ", ".join(filter(None, places)) or "it is not sound JSON"
        message = f"the body is not a document that was extracted: {where}"
        raise BadRequest(message, hint="See /docs") from None
    if format == "csv":
        return table.csv_head() + table.record_csv(record)
    document = record.document
    assert document is not None
    try:
        made = fhir.bundle(document, name=record.source, sha256=record.sha256)
    except OverflowError:  # a time zone that takes the first or last day out of the calendar
        raise BadRequest("`extracted_at` is out of range") from None
    return fhir.bundle_json(made) + b"\n"

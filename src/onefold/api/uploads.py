"""Uploads over HTTP: announce a file, send it in pieces, go on after anything, look into it, or cancel."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, Field

from onefold.access import record_audit
from onefold.api.call import Call, CallDep
from onefold.api.source_out import TableLookOut, look_out, public_errors
from onefold.errors import Conflict, NotFound, TooLarge, TooManyRequests
from onefold.settings import SourceSettings
from onefold.sources import (
    PIECE_BYTES,
    Upload,
    begin_upload,
    cancel_upload,
    forget_abandoned,
    get_upload,
    list_uploads,
    look_at,
    take_piece,
)

router = APIRouter(prefix="/uploads", tags=["sources"])

_LOOKS_AT_ONCE = threading.BoundedSemaphore(2)
"""Looking into files takes memory; two at a time are enough for people."""


class UploadIn(BaseModel):
    """A file to come."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    size_bytes: Annotated[int, Field(ge=0, le=1 << 50)]

    model_config = {"json_schema_extra": {"examples": [{"name": "contacts.csv", "size_bytes": 1048576}]}}


class UploadOut(BaseModel):
    """A file on its way, or here."""

    upload_id: str
    name: str
    size_bytes: int
    received_bytes: int
    """Go on from here."""
    is_complete: bool
    source: str | None
    created_at: datetime
    updated_at: datetime
    piece_bytes: int = PIECE_BYTES
    """Largest piece of one request."""

    @classmethod
    def of(cls, upload: Upload) -> UploadOut:
        """An upload as JSON."""
        return cls.model_validate(vars(upload))


class UploadList(BaseModel):
    """Files that no source reads yet."""

    items: list[UploadOut]


class LookIn(BaseModel):
    """Which files to look into, and how to read them."""

    uploads: Annotated[list[str], Field(min_length=1, max_length=100)]
    encoding: Annotated[str | None, Field(max_length=40)] = None
    delimiter: Annotated[str | None, Field(max_length=4)] = None


class LookOut(BaseModel):
    """What files would bring."""

    tables: list[TableLookOut]


async def _piece(request: Request) -> bytes:
    """The body, never more of it than a piece.

    Raises:
        TooLarge: it is larger.
    """
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > PIECE_BYTES:
            raise TooLarge(
                f"a piece has {PIECE_BYTES >> 20} MB at most", hint="Send smaller pieces.", limit_bytes=PIECE_BYTES
            )
    return bytes(taken)


@router.post("", status_code=201, response_model=UploadOut)
def create_upload(call: CallDep, given: UploadIn) -> Response:
    """Announce a file; then send its pieces."""
    call.access.require("create", "source")
    limit_bytes = call.workspace.settings.server.upload_limit_mb << 20

    def action(connection: Any) -> UploadOut:
        base = call.workspace.path
        forget_abandoned(connection, base)
        made = begin_upload(
            connection, base, given.name, given.size_bytes, limit_bytes=limit_bytes, actor_id=call.actor.actor_id
        )
        facts = {"size_bytes": made.size_bytes}
        record_audit(connection, call.access, "upload.create", "source", made.upload_id, facts)
        return UploadOut.of(made)

    return call.create(action)


@router.get("")
def get_uploads(call: CallDep) -> UploadList:
    """The caller's files that no source reads yet: to go on with, or to cancel."""
    call.access.require("create", "source")
    with call.read() as connection:
        found = list_uploads(connection, created_by=call.actor.actor_id)
    return UploadList(items=[UploadOut.of(one) for one in found])


@router.get("/{upload_id}")
def get_one_upload(call: CallDep, upload_id: str) -> UploadOut:
    """How much of a file is here."""
    call.access.require("create", "source")
    with call.read() as connection:
        return UploadOut.of(_mine(call, connection, upload_id))


@router.put(
    "/{upload_id}/content",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def put_piece(
    call: CallDep,
    upload_id: str,
    piece: Annotated[bytes, Depends(_piece)],
    upload_offset: Annotated[int, Header(ge=0, le=1 << 50)],
) -> UploadOut:
    """Send the next piece, from byte ``Upload-Offset`` on; what is answered for is on disk."""
    call.access.require("create", "source")
    with call.write() as connection:
        _mine(call, connection, upload_id)
        return UploadOut.of(take_piece(connection, call.workspace.path, upload_id, upload_offset, piece))


@router.delete("/{upload_id}", status_code=204)
def delete_upload(call: CallDep, upload_id: str) -> None:
    """Cancel: the file is forgotten."""
    call.access.require("create", "source")
    with call.write() as connection:
        _mine(call, connection, upload_id)
        cancel_upload(connection, call.workspace.path, upload_id)
        record_audit(connection, call.access, "upload.delete", "source", upload_id)


@router.post("/look")
def look_into(call: CallDep, given: LookIn) -> LookOut:
    """What whole uploads would bring: tables, columns, first rows, and what they seem to mean. Nothing is kept."""
    call.access.require("create", "source")
    with call.read() as connection:
        found = [_mine(call, connection, upload_id) for upload_id in given.uploads]
    for one in found:
        if not one.is_complete:
            raise Conflict(f"{one.name} is not here whole yet", hint="Wait until its upload ends.")
    settings = SourceSettings(
        location=[one.location for one in found], is_guarded=True, encoding=given.encoding, delimiter=given.delimiter
    )
    if not _LOOKS_AT_ONCE.acquire(timeout=20):
        raise TooManyRequests("others are looking into files", retry_after_seconds=5, hint="Try again in a moment.")
    try:
        with public_errors(call.workspace):
            looks = look_at("upload", settings, base=call.workspace.path, secrets={})
    finally:
        _LOOKS_AT_ONCE.release()
    return LookOut(tables=[look_out(look) for look in looks])


def _mine(call: Call, connection: Any, upload_id: str) -> Upload:
    """An upload of the caller's own; another's is not found."""
    found = get_upload(connection, upload_id)
    if found.created_by != call.actor.actor_id:
        raise NotFound("no such upload", hint="It was cancelled or forgotten: upload the file again.")
    return found

"""Files over HTTP: streamed in, checked by content, handed out only as downloads, except pictures."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from onefold import care
from onefold.access import audit_read
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.care.shapes import CustomerId, FileShape, moment_and_id, page
from onefold.api.multipart import SentFile, receive_file
from onefold.api.paging import Cursor, Limit, PageOf
from onefold.workspace import Workspace

router = APIRouter(tags=["files"])

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The content."}
}
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class FileName(BaseModel):
    """What a file is to be called."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=1000)]


def file_store(workspace: Workspace) -> care.FileStore:
    """Where the contents of a workspace's files are."""
    return care.FileStore(workspace.path / "files" / "care")


@router.get("/customers/{customer_id}/files", summary="Files of a customer")
def list_files(customer_id: CustomerId, call: CallDep, limit: Limit = 50, cursor: Cursor = None) -> PageOf[FileShape]:
    """The newest first, with those added under ids that now lead to this customer."""
    with call.read() as connection:
        found = care.list_files(connection, call.access, customer_id, after=moment_and_id(cursor), limit=limit + 1)
    return page([_shape(one) for one in found], limit, "added_at", "file_id")


@router.post(
    "/customers/{customer_id}/files",
    summary="Add a file",
    status_code=201,
    response_model=FileShape,
    openapi_extra=_BODY,
)
async def create_file(customer_id: CustomerId, call: CallDep) -> Response:
    """One file in the part `file`. Its name and declared type must say what its content is.

    Documents, pictures, sound, video, text and .zip archives are taken; web pages, SVG, programs and scripts are not.
    It is not searched for viruses.
    """
    await run_in_threadpool(_check_may_add, call, customer_id)
    largest = call.workspace.settings.server.upload_limit_mb * 2**20
    with file_store(call.workspace).receive(largest) as incoming:
        sent = await receive_file(call.request, incoming.write, largest)
        return await run_in_threadpool(_keep, call, customer_id, sent, incoming)


@router.get("/files/{file_id}", summary="One file")
def get_file(file_id: str, call: CallDep, response: Response) -> FileShape:
    """What is known of it, with its ETag."""
    with call.read() as connection:
        found = care.get_file(connection, call.access, file_id)
    set_etag(response, found.version)
    return _shape(found)


@router.put("/files/{file_id}", summary="Rename a file")
def put_file(file_id: str, changed: FileName, call: CallDep, response: Response) -> FileShape:
    """Needs `If-Match`. The ending stays."""
    expected = call.expected_version()
    with call.write() as connection:
        found = care.rename_file(connection, call.access, file_id, changed.name, expected_version=expected)
    set_etag(response, found.version)
    return _shape(found)


@router.delete("/files/{file_id}", summary="Remove a file", status_code=204)
def delete_file(file_id: str, call: CallDep) -> None:
    """Needs `If-Match`. The content goes too, unless another file has the same."""
    expected = call.expected_version()
    with call.write() as connection:
        sha256 = care.delete_file(connection, call.access, file_id, expected_version=expected)
    file_store(call.workspace).remove(sha256, lambda hashes: care.named_contents(call.database, hashes))


@router.get("/files/{file_id}/content", summary="Download a file", response_class=FileResponse, responses=_BYTES)
def get_content(file_id: str, call: CallDep) -> FileResponse:
    """Always as a download, never as a page."""
    with call.read() as connection:
        found, path = care.content_of(connection, call.access, file_store(call.workspace), file_id)
    _audit(call, "file.read", found)
    return _response(path, found, "attachment")


@router.get("/files/{file_id}/preview", summary="Show a picture", response_class=FileResponse, responses=_BYTES)
def get_preview(file_id: str, call: CallDep) -> FileResponse:
    """PNG, JPEG, GIF and WebP only."""
    with call.read() as connection:
        found, path = care.preview_of(connection, call.access, file_store(call.workspace), file_id)
    _audit(call, "file.read", found)
    return _response(path, found, "inline")


def _check_may_add(call: Call, customer_id: str) -> None:
    with call.read() as connection:
        care.check_may_add(connection, call.access, customer_id)


def _keep(call: Call, customer_id: str, sent: SentFile, incoming: care.Incoming) -> Response:
    name = care.safe_name(sent.name)
    media_type = care.media_type_of(incoming.flush(), name, sent.declared_type)
    store = file_store(call.workspace)
    with store.kept(incoming) as sha256:
        content = care.Content(sha256, incoming.size_bytes, media_type)
        call.request._body = f"{sha256} {name}".encode()  # by which a repeated request is known
        return call.create(
            lambda connection: _shape(care.add_file(connection, call.access, customer_id, name, content))
        )


def _shape(found: care.StoredFile) -> FileShape:
    return FileShape.model_validate(
        {
            **{name: getattr(found, name) for name in ("file_id", "customer_id", "added_at", "version", "may_delete")},
            "name": found.name,
            "added_by": found.added_by,
            "media_type": found.content.media_type,
            "size_bytes": found.content.size_bytes,
            "sha256": found.content.sha256,
            "is_preview": found.content.media_type in care.PREVIEWED,
        }
    )


def _audit(call: Call, action: str, found: care.StoredFile) -> None:
    audit_read(call.database, call.access, action, "file", found.file_id, customer_id=found.customer_id)


def _response(path: Path, found: care.StoredFile, disposition: str) -> FileResponse:
    name = found.name.text or "file"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(one if one.isalnum() or one in " ._-()" else "_" for one in plain).strip() or "file"
    said = f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return FileResponse(path, media_type=found.content.media_type, headers={**_SAFE, "Content-Disposition": said})

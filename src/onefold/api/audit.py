"""The audit: search, export, verification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from onefold.access import (
    AuditFilter,
    audit_actions,
    audit_lines,
    record_audit,
    search_audit,
    stream_audit,
    verify_audit,
)
from onefold.api.call import Call, CallDep
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor

router = APIRouter(prefix="/audit", tags=["audit"])


class EntryOut(BaseModel):
    """Who did or read what, when, from where."""

    seq: int
    """Its place in the chain; below zero, and without hashes, while it waits for one: somebody writes for long."""
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    kind: str
    resource_id: str
    customer_id: str | None
    address: str | None
    details: dict[str, Any]
    previous_hash: str
    hash: str


class Actions(BaseModel):
    """The actions that occur."""

    items: list[str]


class VerificationOut(BaseModel):
    """Whether the chain of entries is as it was written."""

    is_intact: bool
    entries: int
    first_seq: int
    last_seq: int
    head_hash: str
    """Note it elsewhere, with ``last_seq``: against it even a chain that was rewritten whole is found out."""
    waiting: int
    """Reads that are noted and get their places as soon as the writer of the moment is done."""
    problem: str | None
    problem_seq: int | None


def _filter(
    actor: Annotated[str | None, Query(max_length=200, description="Id of a user, a key, `cli` or `nobody`.")] = None,
    action: Annotated[
        str | None, Query(max_length=200, description="Such as `customer.read`; all of a kind as `customer.`")
    ] = None,
    kind: Annotated[str | None, Query(max_length=200)] = None,
    resource: Annotated[str | None, Query(max_length=2000, description="Id of the thing.")] = None,
    customer: Annotated[str | None, Query(max_length=200, description="Id of the customer concerned.")] = None,
    since: AwareDatetime | None = None,
    until: Annotated[AwareDatetime | None, Query(description="Exclusive.")] = None,
) -> AuditFilter:
    return AuditFilter(
        actor_id=actor,
        action=action,
        kind=kind,
        resource_id=resource,
        customer_id=customer,
        since=since,
        until=until,
    )


Filter = Annotated[AuditFilter, Depends(_filter)]


@router.get("")
def get_audit(call: CallDep, chosen: Filter, limit: Limit = 50, cursor: Cursor = None) -> PageOf[EntryOut]:
    """Entries, the newest first."""
    call.access.require("read", "audit")
    before = int(decode_cursor(cursor, 1)[0]) if cursor else None
    with call.read() as connection:
        found = search_audit(connection, chosen, limit=limit + 1, before_seq=before)
    page = found[:limit]
    more = encode_cursor(page[-1].seq) if len(found) > limit else None
    return PageOf(items=[EntryOut(**asdict(entry)) for entry in page], next_cursor=more)


@router.get("/actions")
def get_actions(call: CallDep) -> Actions:
    """What to filter by."""
    call.access.require("read", "audit")
    with call.read() as connection:
        return Actions(items=audit_actions(connection))


@router.get("/export", response_class=StreamingResponse)
def get_export(
    call: CallDep, chosen: Filter, as_format: Annotated[Literal["ndjson", "csv"], Query(alias="format")] = "ndjson"
) -> StreamingResponse:
    """All entries that the filter admits, oldest first, as they come."""
    call.access.require("export", "audit")
    facts = {name: str(value) for name, value in asdict(chosen).items() if value is not None}
    with call.write() as connection:
        record_audit(connection, call.access, "audit.export", "audit", "audit", {"filter": facts, "format": as_format})
    media = "application/x-ndjson" if as_format == "ndjson" else "text/csv; charset=utf-8"
    return StreamingResponse(
        _lines(call, chosen, as_format),
        media_type=media,
        headers={"Content-Disposition": f'attachment; filename="audit.{as_format}"'},
    )


@router.get("/verify")
def get_verify(call: CallDep) -> VerificationOut:
    """Compute the whole chain again."""
    call.access.require("read", "audit")
    with call.read() as connection:
        return VerificationOut(**asdict(verify_audit(connection)))


def _lines(call: Call, chosen: AuditFilter, as_format: str) -> Iterator[bytes]:
    with call.read() as connection:
        yield from audit_lines(stream_audit(connection, chosen), as_format)

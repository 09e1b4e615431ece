"""Notifications, and whom one can mention, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from onefold import care
from onefold.api.call import CallDep
from onefold.api.care.shapes import NotificationShape, PersonShape, moment_and_id, page
from onefold.api.paging import Cursor, Limit

router = APIRouter(tags=["notifications"])


class Notifications(BaseModel):
    """What one was told."""

    items: list[NotificationShape]
    next_cursor: str | None
    unread: int


class ReadNotifications(BaseModel):
    """Which notifications were read."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"notification_ids": ["ntf_k3m9x2p7q4w8z1aa"]}}
    )
    notification_ids: list[str] | None = Field(default=None, max_length=500, description="All of them where absent.")


class Unread(BaseModel):
    """How many are left."""

    marked: int
    unread: int


class People(BaseModel):
    """Colleagues."""

    items: list[PersonShape]


@router.get("/notifications", summary="What I was told")
def list_notifications(
    call: CallDep,
    unread: Annotated[bool, Query(description="Only what I have not read.")] = False,
    limit: Limit = 30,
    cursor: Cursor = None,
) -> Notifications:
    """The newest first. Of a customer that the caller may not see, it says only that somebody called."""
    with call.read() as connection:
        found = care.list_notifications(
            connection, call.access, is_unread=unread, after=moment_and_id(cursor), limit=limit + 1
        )
        count = care.count_unread(connection, call.access)
    one = page([NotificationShape.model_validate(told) for told in found], limit, "created_at", "notification_id")
    return Notifications(items=one.items, next_cursor=one.next_cursor, unread=count)


@router.post("/notifications/read", summary="Mark as read")
def read_notifications(read: ReadNotifications, call: CallDep) -> Unread:
    """Some, or all; others' are left alone."""
    with call.write() as connection:
        marked = care.mark_read(connection, call.access, read.notification_ids)
        return Unread(marked=marked, unread=care.count_unread(connection, call.access))


@router.get("/mentions", summary="Whom one can mention")
def find_people(
    call: CallDep,
    q: Annotated[str, Query(max_length=100, description="Beginnings of words of the name, or of the e-mail.")] = "",
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> People:
    """Colleagues who can sign in. E-mail addresses are not told."""
    with call.read() as connection:
        found = care.find_people(connection, call.access, q, limit=limit)
    return People(items=[PersonShape.model_validate(person) for person in found])

"""How the things people add to a customer look in JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from onefold.api.paging import PageOf, decode_cursor, encode_cursor
from onefold.care import LONGEST_NOTE, LONGEST_TAG, LONGEST_TITLE, MOST_MENTIONS
from onefold.errors import InvalidInput

Shape = TypeVar("Shape", bound=BaseModel)

CustomerId = Annotated[str, Field(max_length=64, examples=["cus_b5q2v7n4x8k1m3pd"])]


class Shown(BaseModel):
    """Made from what a slice returns."""

    model_config = ConfigDict(from_attributes=True)


class PersonShape(Shown):
    """A colleague."""

    user_id: str
    name: str


class TextShape(Shown):
    """A text, or the policy that hides it."""

    text: str | None
    hidden_by: str | None = None


class NoteShape(Shown):
    """A note on a customer."""

    note_id: str
    customer_id: str
    author: PersonShape
    body: TextShape
    mentions: list[PersonShape]
    created_at: datetime
    edited_at: datetime | None
    version: int
    may_edit: bool
    may_delete: bool


class NoteDraft(BaseModel):
    """What a note is to say."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "body": "Called, wants the invoice by post. @Ana Puig please",
                "mentions": ["usr_k3m9x2p7q4w8z1aa"],
            }
        },
    )
    body: str = Field(max_length=LONGEST_NOTE * 2, description="Plain text; addresses in it become links.")
    mentions: list[str] = Field(default=[], max_length=MOST_MENTIONS, description="Ids of those to be told.")


class NoteEditShape(Shown):
    """What a note said in an earlier version."""

    version: int
    body: TextShape
    written_at: datetime
    replaced_at: datetime
    replaced_by: PersonShape


class TaskShape(Shown):
    """Something that somebody is to do."""

    task_id: str
    customer_id: str | None
    customer_name: TextShape | None
    title: TextShape
    body: TextShape
    owner: PersonShape
    due_on: date | None
    state: Literal["open", "done", "cancelled"]
    created_by: PersonShape
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    version: int


class NewTask(BaseModel):
    """A task to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"title": "Send the invoice by post", "due_on": "2026-11-30"}},
    )
    title: str = Field(max_length=LONGEST_TITLE * 2)
    body: str = Field(default="", max_length=LONGEST_NOTE * 2)
    owner_id: str | None = Field(default=None, max_length=64, description="Whoever asks, where absent.")
    due_on: date | None = None


class NewTaskAnywhere(NewTask):
    """A task to be made, about a customer or nobody."""

    customer_id: CustomerId | None = None


class ChangedTask(NewTask):
    """All that a task is to say from now on."""

    state: Literal["open", "done", "cancelled"] = "open"


class TaskChangeShape(Shown):
    """One change of a task."""

    version: int
    actor: PersonShape
    changed_at: datetime
    changes: dict[str, tuple[Any, Any]]


class WorkloadShape(Shown):
    """How much one colleague has to do."""

    owner: PersonShape
    open: int
    overdue: int
    due_today: int


class TagShape(Shown):
    """A word that customers are sorted by."""

    tag_id: str
    name: str
    colour: str
    version: int
    customers: int | None = None


class TagDraft(BaseModel):
    """A tag's name and colour."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "VIP", "colour": "gold"}})
    name: str = Field(max_length=LONGEST_TAG * 2)
    colour: Literal["grey", "red", "orange", "gold", "green", "cyan", "blue", "purple", "magenta"] | None = None


class TagOnCustomerShape(Shown):
    """A tag that a customer bears."""

    tag: TagShape
    tagged_by: PersonShape
    tagged_at: datetime


class FileShape(Shown):
    """A file on a customer."""

    file_id: str
    customer_id: str
    name: TextShape
    media_type: str
    size_bytes: int
    sha256: str
    is_preview: bool
    """Whether ``/files/{id}/preview`` shows it."""
    added_by: PersonShape
    added_at: datetime
    version: int
    may_delete: bool


class NotificationShape(Shown):
    """Something one person is told."""

    notification_id: str
    kind: Literal["mentioned", "task_assigned"]
    actor: PersonShape
    created_at: datetime
    read_at: datetime | None
    is_restricted: bool
    customer_id: str | None
    customer_name: TextShape | None
    note_id: str | None
    task_id: str | None
    excerpt: TextShape | None


def page(items: list[Shape], limit: int, *key: str) -> PageOf[Shape]:
    """A page of at most ``limit``; asked for one more, it knows whether another follows."""
    shown = items[:limit]
    is_more = len(items) > limit
    cursor = encode_cursor(*(getattr(shown[-1], name) for name in key)) if is_more else None
    return PageOf(items=shown, next_cursor=cursor)


def moment_and_id(cursor: str | None) -> tuple[datetime, str] | None:
    """What a cursor of a list by time holds.

    Raises:
        InvalidInput: it is not one.
    """
    if cursor is None:
        return None
    moment, last = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(str(moment)), str(last)
    except ValueError:
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.") from None

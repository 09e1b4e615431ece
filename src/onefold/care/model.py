"""The things people add to a customer, as one actor may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

TaskState = Literal["open", "done", "cancelled"]
NotificationKind = Literal["mentioned", "task_assigned"]

COLOURS = ("grey", "red", "orange", "gold", "green", "cyan", "blue", "purple", "magenta")
"""What a tag can be coloured with; the interface knows a readable pair of each for light and dark."""

LONGEST_NOTE = 10_000
"""Characters of a note or of a task's text."""

LONGEST_TITLE = 200
"""Characters of a task's title."""

LONGEST_TAG = 60
"""Characters of a tag's name."""

MOST_MENTIONS = 50
"""People that one note may call."""


@dataclass(frozen=True)
class Person:
    """A colleague."""

    user_id: str
    name: str


@dataclass(frozen=True)
class Hideable:
    """A text, or the policy that hides it."""

    text: str | None
    hidden_by: str | None = None


@dataclass(frozen=True)
class Note:
    """A note on a customer."""

    note_id: str
    customer_id: str
    """The customer whose page it is on now."""
    author: Person
    body: Hideable
    mentions: tuple[Person, ...]
    created_at: datetime
    edited_at: datetime | None
    version: int
    may_edit: bool
    may_delete: bool


@dataclass(frozen=True)
class NoteEdit:
    """What a note said in an earlier version."""

    version: int
    body: Hideable
    written_at: datetime
    replaced_at: datetime
    replaced_by: Person


@dataclass(frozen=True)
class Task:
    """Something that somebody is to do."""

    task_id: str
    customer_id: str | None
    customer_name: Hideable | None
    title: Hideable
    body: Hideable
    owner: Person
    due_on: date | None
    state: TaskState
    created_by: Person
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    version: int


@dataclass(frozen=True)
class TaskDraft:
    """What a task is to say."""

    title: str
    body: str
    owner_id: str | None
    """The actor, where they are a person and this is empty."""
    due_on: date | None
    state: TaskState = "open"


@dataclass(frozen=True)
class TaskChange:
    """One change of a task."""

    version: int
    actor: Person
    changed_at: datetime
    changes: dict[str, tuple[Any, Any]]
    """Field -> before, after; the texts of masked fields are left out."""


@dataclass(frozen=True)
class Workload:
    """How much one colleague has to do."""

    owner: Person
    open: int
    overdue: int
    due_today: int


@dataclass(frozen=True)
class Tag:
    """A word that customers are sorted by."""

    tag_id: str
    name: str
    colour: str
    version: int
    customers: int | None = None
    """How many of the customers that the actor may know of bear it, where that was asked."""


@dataclass(frozen=True)
class TagOnCustomer:
    """A tag that a customer bears."""

    tag: Tag
    tagged_by: Person
    tagged_at: datetime


@dataclass(frozen=True)
class TaggedCustomers:
    """What tagging many customers came to."""

    customers: int
    """How many were changed."""
    not_found: tuple[str, ...] = ()
    """Ids that lead to no customer that the actor may know of."""


@dataclass(frozen=True)
class Content:
    """The bytes of a file, kept and named by their hash."""

    sha256: str
    size_bytes: int
    media_type: str
    """What the bytes are."""


@dataclass(frozen=True)
class StoredFile:
    """A file on a customer."""

    file_id: str
    customer_id: str
    name: Hideable
    content: Content
    added_by: Person
    added_at: datetime
    version: int
    may_delete: bool


@dataclass(frozen=True)
class Notification:
    """Something one person is told.

    Where they may not know of the customer, it says who called them and when, and nothing else.
    """

    notification_id: str
    kind: NotificationKind
    actor: Person
    created_at: datetime
    read_at: datetime | None
    is_restricted: bool
    customer_id: str | None = None
    customer_name: Hideable | None = None
    note_id: str | None = None
    task_id: str | None = None
    excerpt: Hideable | None = None


@dataclass(frozen=True)
class CareEntry:
    """What a timeline shows of notes, tasks and files."""

    entry_id: str
    kind: Literal["note_written", "task_done", "file_added"]
    happened_at: datetime
    person: Person
    text: Hideable
    """The beginning of the note, the title of the task, the name of the file."""

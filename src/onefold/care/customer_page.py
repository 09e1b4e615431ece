"""What people did around a customer, in the words of the customer page: entries of its timeline, promises to keep."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.care.customers import ids_leading_to
from onefold.care.model import CareEntry
from onefold.care.tables import task
from onefold.care.timeline import timeline_entries
from onefold.profiles import Asked, Position, Sight, TimelineEntry

_PROMISES = sa.select(sa.func.count()).where(
    task.c.customer_id.in_(sa.bindparam("ids", expanding=True)), task.c.state == "open"
)
_KINDS = {"note_written": "note", "task_done": "task", "file_added": "file"}


def care_entries(
    connection: sa.Connection, sight: Sight, asked: Asked, after: Position | None, limit: int
) -> list[TimelineEntry]:
    """Notes, tasks done and files of a customer; a ``Provider`` of the timeline."""
    is_wanted = (not asked.kinds or asked.kinds & set(_KINDS.values())) and not asked.sources
    if not is_wanted or (after is not None and after.occurred_at is None):
        return []
    ids = ids_leading_to(connection, sight.customer_id)
    before = (after.occurred_at, after.entry_id) if after is not None and after.occurred_at is not None else None
    found = timeline_entries(connection, sight, ids, before, limit)
    return [_entry(entry) for entry in found]


def open_promises(connection: sa.Connection, sight: Sight) -> int:
    """How many open tasks there are for a customer; none for who may not read tasks."""
    if not sight.may("read", "task"):
        return 0
    ids = ids_leading_to(connection, sight.customer_id)
    return int(connection.execute(_PROMISES, {"ids": ids}).scalar_one())


def _entry(entry: CareEntry) -> TimelineEntry:
    kind = _KINDS[entry.kind]
    member = "text" if kind == "note" else "title"
    said = entry.text.text
    return TimelineEntry(
        entry_id=entry.entry_id,
        kind=kind,
        occurred_at=entry.happened_at,
        department="support",
        event_type=entry.kind,
        counterpart=entry.person.name,
        hidden={member: entry.text.hidden_by} if entry.text.hidden_by else {},
        text=said if member == "text" else None,
        title=said if member == "title" else None,
    )

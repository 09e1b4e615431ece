"""What people did around a customer, for its timeline: notes written, tasks done, files added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from onefold.care.model import CareEntry, Hideable, Person
from onefold.care.people import names_of
from onefold.care.tables import file, note, task
from onefold.care.text import excerpt
from onefold.profiles import Sight
from onefold.storage import aware

After = tuple[datetime, str]
"""The last entry of the page before: moment and id."""


def timeline_entries(
    connection: sa.Connection,
    sight: Sight,
    customer_ids: Sequence[str],
    before: After | None = None,
    limit: int = 50,
) -> list[CareEntry]:
    """Entries of a customer, the newest first.

    Args:
        connection: to the app database.
        sight: the customer, as the actor may see them; kinds that may not be read are left out.
        customer_ids: the customer's present id and all that lead to it.
        before: the last entry of the page before.
        limit: at most.

    Cost: an index range per kind.
    """
    found: list[CareEntry] = []
    wanted: dict[str, Any] = {"ids": customer_ids, "limit": limit}
    if before is not None:
        wanted |= {"moment": before[0], "entry_id": before[1]}
    for kind, attribute in _ATTRIBUTES.items():
        if sight.may("read", kind):
            rows = connection.execute(_query(kind, is_after=before is not None), wanted)
            found += [_entry(row, sight, attribute) for row in rows]
    found.sort(key=lambda entry: (entry.happened_at, entry.entry_id), reverse=True)
    return _named(connection, found[:limit])


@cache
def _query(kind: str, *, is_after: bool) -> sa.Select[Any]:
    """The newest entries of a kind; made once."""
    rows = _SELECTS[kind].subquery()
    query = sa.select(rows).order_by(rows.c.happened_at.desc(), rows.c.entry_id.desc()).limit(sa.bindparam("limit"))
    if not is_after:
        return query
    after = sa.tuple_(sa.bindparam("moment", type_=rows.c.happened_at.type), sa.bindparam("entry_id", type_=sa.Text))
    return query.where(sa.tuple_(rows.c.happened_at, rows.c.entry_id) < after)


_OF_CUSTOMER: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
_SELECTS: dict[str, sa.Select[Any]] = {
    "note": sa.select(
        note.c.note_id.label("entry_id"),
        sa.literal("note_written").label("kind"),
        note.c.created_at.label("happened_at"),
        note.c.author_id.label("person_id"),
        note.c.author_name.label("person_name"),
        note.c.body.label("text"),
    ).where(note.c.customer_id.in_(_OF_CUSTOMER), note.c.deleted_at.is_(None)),
    "task": sa.select(
        task.c.task_id.label("entry_id"),
        sa.literal("task_done").label("kind"),
        task.c.closed_at.label("happened_at"),
        task.c.owner_id.label("person_id"),
        sa.func.coalesce(task.c.closed_by_name, task.c.owner_id).label("person_name"),
        task.c.title.label("text"),
    ).where(task.c.customer_id.in_(_OF_CUSTOMER), task.c.state == "done"),
    "file": sa.select(
        file.c.file_id.label("entry_id"),
        sa.literal("file_added").label("kind"),
        file.c.added_at.label("happened_at"),
        file.c.added_by.label("person_id"),
        file.c.added_by_name.label("person_name"),
        file.c.name.label("text"),
    ).where(file.c.customer_id.in_(_OF_CUSTOMER)),
}
_ATTRIBUTES = {"note": "note.body", "task": "task.title", "file": "file.name"}


def _entry(row: Any, sight: Sight, attribute: str) -> CareEntry:
    shown = sight.shown(attribute, excerpt(row.text, 300))
    return CareEntry(
        entry_id=row.entry_id,
        kind=row.kind,
        happened_at=aware(row.happened_at),
        person=Person(row.person_id, row.person_name),
        text=Hideable(shown.value, shown.hidden_by),
    )


def _named(connection: sa.Connection, entries: list[CareEntry]) -> list[CareEntry]:
    names = names_of(connection, {entry.person.user_id for entry in entries}) if entries else {}
    return [
        replace(entry, person=Person(entry.person.user_id, names.get(entry.person.user_id, entry.person.name)))
        for entry in entries
    ]

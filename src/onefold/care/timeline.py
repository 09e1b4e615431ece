"""What people did around a customer, for its timeline: notes written, tasks done, files added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import Standing, standings
from onefold.care.model import CareEntry, Person
from onefold.care.people import names_of
from onefold.care.tables import file, note, task
from onefold.care.text import excerpt
from onefold.storage import aware

After = tuple[datetime, str]
"""The last entry of the page before: moment and id."""


def timeline_entries(
    connection: sa.Connection,
    access: Access,
    customer_ids: Sequence[str],
    before: After | None = None,
    limit: int = 50,
    *,
    text: str | None = None,
) -> list[CareEntry]:
    """Entries of a customer, the newest first.

    Args:
        connection: to the app database.
        access: of the actor; kinds that it may not read are left out.
        customer_ids: the customer's present id and all that lead to it.
        before: the last entry of the page before.
        limit: at most.
        text: only entries whose shown text holds this.

    Cost: an index range per kind.
    """
    found: list[CareEntry] = []
    for kind, select in _SELECTS.items():
        place = standings(connection, access, customer_ids, "read", kind)
        ids = sorted(place)
        attribute = _ATTRIBUTES[kind]
        if not ids or (text and not access.may_search(attribute)):
            continue
        query = select(ids).subquery()
        moment, key = query.c.happened_at, query.c.entry_id
        wanted = sa.select(query)
        if before is not None:
            wanted = wanted.where(sa.tuple_(moment, key) < sa.tuple_(*before))
        if text:
            wanted = wanted.where(query.c.text.icontains(text, autoescape=True))
        rows = connection.execute(wanted.order_by(moment.desc(), key.desc()).limit(limit)).all()
        found += [_entry(row, place[row.customer_id], attribute) for row in rows]
    found.sort(key=lambda entry: (entry.happened_at, entry.entry_id), reverse=True)
    return _named(connection, found[:limit])


def _notes(ids: Sequence[str]) -> sa.Select[Any]:
    return sa.select(
        note.c.note_id.label("entry_id"),
        sa.literal("note_written").label("kind"),
        note.c.customer_id,
        note.c.created_at.label("happened_at"),
        note.c.author_id.label("person_id"),
        note.c.author_name.label("person_name"),
        note.c.body.label("text"),
    ).where(note.c.customer_id.in_(ids), note.c.deleted_at.is_(None))


def _tasks(ids: Sequence[str]) -> sa.Select[Any]:
    return sa.select(
        task.c.task_id.label("entry_id"),
        sa.literal("task_done").label("kind"),
        task.c.customer_id,
        task.c.closed_at.label("happened_at"),
        task.c.owner_id.label("person_id"),
        sa.func.coalesce(task.c.closed_by_name, task.c.owner_id).label("person_name"),
        task.c.title.label("text"),
    ).where(task.c.customer_id.in_(ids), task.c.state == "done")


def _files(ids: Sequence[str]) -> sa.Select[Any]:
    return sa.select(
        file.c.file_id.label("entry_id"),
        sa.literal("file_added").label("kind"),
        file.c.customer_id,
        file.c.added_at.label("happened_at"),
        file.c.added_by.label("person_id"),
        file.c.added_by_name.label("person_name"),
        file.c.name.label("text"),
    ).where(file.c.customer_id.in_(ids))


_SELECTS: dict[str, Callable[[Sequence[str]], sa.Select[Any]]] = {"note": _notes, "task": _tasks, "file": _files}
_ATTRIBUTES = {"note": "note.body", "task": "task.title", "file": "file.name"}


def _entry(row: Any, place: Standing, attribute: str) -> CareEntry:
    return CareEntry(
        entry_id=row.entry_id,
        kind=row.kind,
        happened_at=aware(row.happened_at),
        person=Person(row.person_id, row.person_name),
        text=place.show(attribute, excerpt(row.text, 300)),
    )


def _named(connection: sa.Connection, entries: list[CareEntry]) -> list[CareEntry]:
    from dataclasses import replace

    names = names_of(connection, {entry.person.user_id for entry in entries})
    return [
        replace(entry, person=Person(entry.person.user_id, names.get(entry.person.user_id, entry.person.name)))
        for entry in entries
    ]

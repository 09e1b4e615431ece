"""Notes on a customer: written, mended, deleted by their author, and read by whoever may.

Reading needs ``read note``, writing ``create note``; one's own note is changed with ``update`` or ``delete``, that of
somebody else with ``administer`` besides. Its text is the field ``note.body`` and can be masked. No door to the
outside returns it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import Standing, ids_leading_to, standing, standing_of_thing
from onefold.care.model import LONGEST_NOTE, MOST_MENTIONS, Note, NoteEdit, Person
from onefold.care.notifications import forget_note, notify
from onefold.care.people import names_of, require_active
from onefold.care.tables import note, note_edit
from onefold.care.text import checked
from onefold.care.trail import leave_trail
from onefold.errors import InvalidInput, NotAllowed, NotFound, Stale
from onefold.kernel import new_id, utc_now
from onefold.storage import aware

After = tuple[datetime, str]
"""The last row of the page before: moment and id."""


def list_notes(
    connection: sa.Connection, access: Access, customer_id: str, *, after: After | None = None, limit: int = 50
) -> list[Note]:
    """The notes of a customer, of all ids that lead to it, the newest first.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: notes are not for this actor.
    """
    place = standing(connection, access, customer_id, "read", "note")
    ids = ids_leading_to(connection, place.customer_id)
    query = sa.select(note).where(note.c.customer_id.in_(ids), note.c.deleted_at.is_(None))
    if after is not None:
        query = query.where(sa.tuple_(note.c.created_at, note.c.note_id) < sa.tuple_(*after))
    query = query.order_by(note.c.created_at.desc(), note.c.note_id.desc()).limit(limit)
    return _notes(connection, place, connection.execute(query).all())


def get_note(connection: sa.Connection, access: Access, note_id: str) -> Note:
    """One note.

    Raises:
        NotFound: no such note for this actor.
    """
    row, place = _found(connection, access, note_id, "read")
    return _notes(connection, place, [row])[0]


def write_note(
    connection: sa.Connection, access: Access, customer_id: str, body: str, mentions: Sequence[str] = ()
) -> Note:
    """Write a note and tell those whom it calls.

    Args:
        connection: of a transaction.
        access: of the author.
        customer_id: any id that leads to the customer.
        body: plain text.
        mentions: user ids of those it calls.

    Raises:
        InvalidInput: the text is empty or too long, or nobody is called so.
    """
    place = standing(connection, access, customer_id, "create", "note")
    body, called = _checked(connection, body, mentions)
    note_id, now = new_id("note"), utc_now()
    connection.execute(
        note.insert().values(
            note_id=note_id,
            customer_id=place.customer_id,
            author_id=access.actor.actor_id,
            author_name=access.actor.name,
            body=body,
            mentions=called,
            created_at=now,
            version=1,
        )
    )
    notify(connection, access, "mentioned", called, place.customer_id, note_id=note_id, at=now)
    leave_trail(connection, access, "created", "note", note_id, place.customer_id, mentions=len(called))
    return _read_back(connection, place, note_id)


def edit_note(
    connection: sa.Connection,
    access: Access,
    note_id: str,
    body: str,
    mentions: Sequence[str] = (),
    *,
    expected_version: int,
) -> Note:
    """Replace the text; what it said before is kept. Those newly called are told, the others not again.

    Raises:
        NotFound: no such note for this actor.
        NotAllowed: it is somebody else's.
        Stale: it was changed since ``expected_version``.
    """
    row, place = _found(connection, access, note_id, "update")
    _require_own(access, row)
    body, called = _checked(connection, body, mentions, known=row.mentions)
    now = utc_now()
    _change(connection, row, expected_version, body=body, mentions=called, edited_at=now)
    connection.execute(
        note_edit.insert().values(
            note_id=note_id,
            version=row.version,
            body=row.body,
            written_at=row.edited_at or row.created_at,
            replaced_at=now,
            replaced_by=access.actor.actor_id,
            replaced_by_name=access.actor.name,
        )
    )
    new = [one for one in called if one not in row.mentions]
    notify(connection, access, "mentioned", new, place.customer_id, note_id=note_id, at=now)
    leave_trail(connection, access, "updated", "note", note_id, place.customer_id, version=expected_version + 1)
    return _read_back(connection, place, note_id)


def delete_note(connection: sa.Connection, access: Access, note_id: str, *, expected_version: int) -> None:
    """Delete a note: its text and earlier versions are gone, that there was one remains in the audit.

    Raises:
        NotFound: no such note for this actor.
        NotAllowed: it is somebody else's.
        Stale: it was changed since ``expected_version``.
    """
    row, place = _found(connection, access, note_id, "delete")
    _require_own(access, row)
    _change(connection, row, expected_version, body="", mentions=[], deleted_at=utc_now())
    connection.execute(note_edit.delete().where(note_edit.c.note_id == note_id))
    forget_note(connection, note_id)
    leave_trail(connection, access, "deleted", "note", note_id, place.customer_id)


def note_history(connection: sa.Connection, access: Access, note_id: str) -> list[NoteEdit]:
    """What a note said before, the newest first: for its author and for those who administer notes.

    Raises:
        NotFound: no such note for this actor.
        NotAllowed: it is somebody else's.
    """
    row, place = _found(connection, access, note_id, "read")
    _require_own(access, row)
    query = sa.select(note_edit).where(note_edit.c.note_id == note_id).order_by(note_edit.c.version.desc())
    return [
        NoteEdit(
            edit.version,
            place.show("note.body", edit.body),
            aware(edit.written_at),
            aware(edit.replaced_at),
            Person(edit.replaced_by, edit.replaced_by_name),
        )
        for edit in connection.execute(query)
    ]


def _found(connection: sa.Connection, access: Access, note_id: str, verb: str) -> tuple[Any, Standing]:
    access.require(verb, "note")
    missing = f"no note {note_id}"
    row = connection.execute(sa.select(note).where(note.c.note_id == note_id, note.c.deleted_at.is_(None))).first()
    if row is None:
        raise NotFound(missing)
    return row, standing_of_thing(connection, access, row.customer_id, verb, "note", missing)


def _is_own(access: Access, row: Any) -> bool:
    return bool(row.author_id == access.actor.actor_id or access.may("administer", "note"))


def _require_own(access: Access, row: Any) -> None:
    if not _is_own(access, row):
        raise NotAllowed("this note is somebody else's", hint="Write one of your own, or ask its author.")


def _checked(
    connection: sa.Connection, body: str, mentions: Sequence[str], known: Iterable[str] = ()
) -> tuple[str, list[str]]:
    body = checked(body, "the note", longest=LONGEST_NOTE)
    called = list(dict.fromkeys(mentions))
    if len(called) > MOST_MENTIONS:
        raise InvalidInput(f"a note calls at most {MOST_MENTIONS} people")
    require_active(connection, set(called) - set(known), "mentions")
    return body, called


def _change(connection: sa.Connection, row: Any, expected_version: int, **values: Any) -> None:
    is_unchanged = (note.c.note_id == row.note_id, note.c.version == expected_version, note.c.deleted_at.is_(None))
    changed = connection.execute(note.update().where(*is_unchanged).values(version=expected_version + 1, **values))
    if changed.rowcount != 1:
        raise Stale(
            "somebody changed this note meanwhile",
            hint="Read it again, then decide what to keep.",
            version=row.version,
        )


def _read_back(connection: sa.Connection, place: Standing, note_id: str) -> Note:
    row = connection.execute(sa.select(note).where(note.c.note_id == note_id)).one()
    return _notes(connection, place, [row])[0]


def _notes(connection: sa.Connection, place: Standing, rows: Sequence[Any]) -> list[Note]:
    access = place.access
    names = names_of(connection, {one for row in rows for one in (row.author_id, *row.mentions)})
    return [
        Note(
            note_id=row.note_id,
            customer_id=place.customer_id,
            author=Person(row.author_id, names.get(row.author_id, row.author_name)),
            body=place.show("note.body", row.body),
            mentions=tuple(Person(one, names[one]) for one in row.mentions if one in names),
            created_at=aware(row.created_at),
            edited_at=aware(row.edited_at) if row.edited_at else None,
            version=row.version,
            may_edit=_is_own(access, row) and access.may("update", "note"),
            may_delete=_is_own(access, row) and access.may("delete", "note"),
        )
        for row in rows
    ]

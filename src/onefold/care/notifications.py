"""Telling colleagues that they were called or given work.

Being told widens nothing: what a notification shows is decided anew for its reader at each reading. Who may not know
of the customer learns that they were called, by whom and when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import Standing, standings
from onefold.care.model import Notification, NotificationKind, Person
from onefold.care.people import names_of
from onefold.care.tables import note, notification, task
from onefold.care.text import excerpt
from onefold.kernel import new_id, utc_now
from onefold.storage import announce, aware


def notify(
    connection: sa.Connection,
    access: Access,
    kind: NotificationKind,
    user_ids: Iterable[str],
    customer_id: str | None,
    *,
    note_id: str | None = None,
    task_id: str | None = None,
    at: datetime,
) -> None:
    """Tell people of a note or task, on the page at once and by e-mail soon. Nobody is told of what they did."""
    told = [one for one in dict.fromkeys(user_ids) if one != access.actor.actor_id]
    if not told:
        return
    rows = [
        {
            "notification_id": new_id("ntf"),
            "user_id": user_id,
            "kind": kind,
            "customer_id": customer_id,
            "note_id": note_id,
            "task_id": task_id,
            "actor_id": access.actor.actor_id,
            "actor_name": access.actor.name,
            "created_at": at,
            "mail_after": at,
            "mail_attempts": 0,
        }
        for user_id in told
    ]
    connection.execute(notification.insert(), rows)
    for row in rows:
        _announce(connection, "created", str(row["notification_id"]), str(row["user_id"]))


def _announce(connection: sa.Connection, verb: str, notification_id: str, user_id: str) -> None:
    """For one listener: names neither the customer nor who did it, because the listener may not know of either."""
    announce(
        connection,
        f"notification.{verb}",
        resource="notification",
        resource_id=notification_id,
        payload={"recipient_id": user_id},
    )


def forget_note(connection: sa.Connection, note_id: str) -> None:
    """Withdraw what was told of a note that is gone."""
    connection.execute(notification.delete().where(notification.c.note_id == note_id))


def count_unread(connection: sa.Connection, access: Access) -> int:
    """How many notifications the actor has not read."""
    query = sa.select(sa.func.count()).where(
        notification.c.user_id == access.actor.actor_id, notification.c.read_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def list_notifications(
    connection: sa.Connection,
    access: Access,
    *,
    is_unread: bool = False,
    after: tuple[datetime, str] | None = None,
    limit: int = 30,
) -> list[Notification]:
    """What the actor was told, the newest first."""
    query = sa.select(notification).where(notification.c.user_id == access.actor.actor_id)
    if is_unread:
        query = query.where(notification.c.read_at.is_(None))
    if after is not None:
        key = sa.tuple_(notification.c.created_at, notification.c.notification_id)
        query = query.where(key < sa.tuple_(*after))
    query = query.order_by(notification.c.created_at.desc(), notification.c.notification_id.desc()).limit(limit)
    return _shown(connection, access, connection.execute(query).all())


def mark_read(connection: sa.Connection, access: Access, notification_ids: Sequence[str] | None = None) -> int:
    """Mark some or all of the actor's notifications as read; returns how many were not."""
    mine = [notification.c.user_id == access.actor.actor_id, notification.c.read_at.is_(None)]
    if notification_ids is not None:
        mine.append(notification.c.notification_id.in_(notification_ids))
    changed = connection.execute(notification.update().where(*mine).values(read_at=utc_now(), mail_after=None))
    if changed.rowcount:
        _announce(connection, "read", "", access.actor.actor_id)
    return int(changed.rowcount)


def _shown(connection: sa.Connection, access: Access, rows: Sequence[Any]) -> list[Notification]:
    known = {
        kind: standings(connection, access, (row.customer_id for row in rows if _kind(row) == kind), "read", kind)
        for kind in ("note", "task")
    }
    texts = _texts(connection, access, rows)
    names = names_of(connection, (row.actor_id for row in rows))
    return [_one(access, row, known[_kind(row)].get(row.customer_id), texts, names) for row in rows]


def _kind(row: Any) -> str:
    return "note" if row.note_id else "task"


def _one(
    access: Access, row: Any, place: Standing | None, texts: dict[str, str], names: dict[str, str]
) -> Notification:
    told: dict[str, Any] = {
        "notification_id": row.notification_id,
        "kind": row.kind,
        "actor": Person(row.actor_id, names.get(row.actor_id, row.actor_name)),
        "created_at": aware(row.created_at),
        "read_at": aware(row.read_at) if row.read_at else None,
    }
    text = texts.get(row.note_id or row.task_id)
    if row.customer_id is None:
        is_readable = access.may("read", "task")
        place = Standing(Access.full(access.actor), "", None, "") if is_readable else None
    if place is None:
        return Notification(**told, is_restricted=True)
    return Notification(
        **told,
        is_restricted=False,
        customer_id=place.customer_id or None,
        customer_name=place.name if place.customer_id else None,
        note_id=row.note_id,
        task_id=row.task_id,
        excerpt=place.show("note.body" if row.note_id else "task.title", excerpt(text)) if text else None,
    )


def _texts(connection: sa.Connection, access: Access, rows: Sequence[Any]) -> dict[str, str]:
    me = access.actor.actor_id
    is_mine = sa.or_(task.c.customer_id.is_not(None), task.c.owner_id == me, task.c.created_by == me)
    notes = [row.note_id for row in rows if row.note_id]
    tasks = [row.task_id for row in rows if row.task_id]
    found = connection.execute(
        sa.union_all(
            sa.select(note.c.note_id.label("id"), note.c.body.label("text")).where(note.c.note_id.in_(notes)),
            sa.select(task.c.task_id, task.c.title).where(task.c.task_id.in_(tasks), is_mine),
        )
    )
    return {row.id: row.text for row in found}

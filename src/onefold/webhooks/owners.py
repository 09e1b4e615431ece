"""Whose access decides what a webhook is sent: its owner's, as it is at that moment."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.access import Access, Actor, load_access

_SYSTEM = frozenset({"cli", "system"})

_account = sa.table(
    "user_account",
    sa.column("user_id", sa.Text),
    sa.column("display_name", sa.Text),
    sa.column("state", sa.Text),
    sa.column("attributes", sa.JSON),
)


def access_of_owner(connection: sa.Connection, owner_id: str) -> Access | None:
    """What the owner of a webhook may do now; None for somebody who may no longer sign in."""
    if owner_id in _SYSTEM:
        return Access.full(Actor(owner_id, "system", "the owner of the files"))
    row = connection.execute(
        sa.select(_account).where(_account.c.user_id == owner_id, _account.c.state == "active")
    ).first()
    if row is None:
        return None
    return load_access(connection, Actor(row.user_id, "user", row.display_name, None, row.attributes or {}))

"""Whose scopes a build counts the signs in: those of everybody who can sign in and read reports."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.access import Access, Actor, load_access
from onefold.access.accounts.tables import user_account


def readers_of_reports(connection: sa.Connection) -> list[Access]:
    """What each person who can sign in may do now. Cost: one small query per person."""
    people = connection.execute(
        sa.select(user_account.c.user_id, user_account.c.display_name, user_account.c.attributes)
        .where(user_account.c.state == "active")
        .order_by(user_account.c.user_id)
    )
    return [
        load_access(connection, Actor(row.user_id, "user", row.display_name, attributes=row.attributes or {}))
        for row in people.all()
    ]

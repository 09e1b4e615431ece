"""Whose access decides what a webhook is sent: its owner's, as it is at that moment."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.access import Access, Actor, load_access
from onefold.access.accounts import get_user
from onefold.errors import NotFound

_SYSTEM = frozenset({"cli", "system"})


def access_of_owner(connection: sa.Connection, owner_id: str) -> Access | None:
    """What the owner of a webhook may do now; None for somebody who may no longer sign in."""
    if owner_id in _SYSTEM:
        return Access.full(Actor(owner_id, "system", "the owner of the files"))
    try:
        user = get_user(connection, owner_id)
    except NotFound:
        return None
    if user.state != "active":
        return None
    return load_access(connection, Actor(user.user_id, "user", user.display_name, None, user.attributes))

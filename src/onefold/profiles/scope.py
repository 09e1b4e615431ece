"""Whether an actor may know of a customer at all."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import InvalidInput, NotFound
from onefold.identity import current_customer_id
from onefold.profiles.tables import profile_summary


def customer_in_scope(connection: sa.Connection, access: Access, customer_id: str) -> str:
    """The present id of a customer that the actor may know of.

    Raises:
        NotFound: no such customer, or not for this actor; nothing tells the two apart.
    """
    current = current_customer_id(connection, customer_id)
    query = sa.select(profile_summary.c.customer_id).where(
        profile_summary.c.customer_id == (current or ""), access.customers(summary_column)
    )
    if connection.execute(query).first() is None or current is None:
        raise NotFound(f"no customer {customer_id}")
    return current


def summary_column(attribute: str) -> sa.ColumnElement[Any]:
    """What a list, filter or scope calls ``attribute``, as SQL."""
    if attribute not in profile_summary.c:
        raise InvalidInput(f"no attribute {attribute!r}", hint=f"Valid: {', '.join(sorted(profile_summary.c.keys()))}.")
    column: sa.ColumnElement[Any] = profile_summary.c[attribute]
    return column

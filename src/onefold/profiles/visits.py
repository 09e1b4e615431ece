"""When a colleague was on a customer's page before: what happened since stands above a divider.

Openings within half an hour of each other are one visit, so that going back and forth moves no divider.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from onefold.profiles.tables import customer_visit
from onefold.storage import aware

ONE_VISIT = timedelta(minutes=30)

_VISIT = sa.select(customer_visit).where(
    customer_visit.c.user_id == sa.bindparam("user"), customer_visit.c.customer_id == sa.bindparam("customer")
)


def last_visit(connection: sa.Connection, user_id: str, customer_id: str, now: datetime) -> datetime | None:
    """When the visit before the present one ended; None on the first."""
    row = connection.execute(_VISIT, {"user": user_id, "customer": customer_id}).first()
    if row is None:
        return None
    last = aware(row.last_visited_at)
    if now - last >= ONE_VISIT:
        return last
    return aware(row.earlier_visited_at) if row.earlier_visited_at else None


def note_visit(connection: sa.Connection, user_id: str, customer_id: str, now: datetime) -> datetime | None:
    """Note that the user is on the page now; returns when the visit before this one ended."""
    before = last_visit(connection, user_id, customer_id, now)
    values = {"last_visited_at": now, "earlier_visited_at": before}
    mine = sa.and_(customer_visit.c.user_id == user_id, customer_visit.c.customer_id == customer_id)
    grown = connection.execute(sa.update(customer_visit).where(mine).values(**values))
    if grown.rowcount == 0:
        connection.execute(customer_visit.insert().values(user_id=user_id, customer_id=customer_id, **values))
    return before

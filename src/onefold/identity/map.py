"""The permanent identity map: which customer owns which subject, now and at any moment before.

Resolution says which subjects belong together; the map decides which permanent id each such cluster carries, so
that ids survive every later build. ``plan_map`` computes the difference as data, ``apply_map`` writes it, and
nothing but the map and its history is ever touched (a merge is a link, never a rewrite).

The rules, in the order in which they speak:

1. An id follows the largest part of its subjects. Subjects that a merge brought along count for the id they came
   from as long as there are others, so that undoing a merge gives both ids back. Where an undo in force names subjects
   of an id, the part with most of these counts as the largest, so that whoever joins a side later takes no id away.
2. Where several ids meet in one cluster the oldest stays; the others become links to it.
3. A cluster without an id takes back the earlier id that its subjects had before a merge, if it holds the largest
   part of them; else it founds a new one, derived from its smallest subject.
   An undo says itself which id a cluster has to be; that goes before all rules.
4. An id whose subjects all vanish is retired, and comes back with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from onefold.identity.map_apply import apply_map
from onefold.identity.map_plan import MapPlan, plan_map
from onefold.identity.tables import customer, customer_change, subject, subject_history

__all__ = [
    "MapPlan",
    "apply_map",
    "current_customer_id",
    "customer_as_of",
    "owner_of",
    "owners_of",
    "plan_map",
    "subjects_of",
]

_PER_QUERY = 500
_LINK = sa.select(customer.c.merged_into).where(customer.c.customer_id == sa.bindparam("id"))


def current_customer_id(connection: sa.Connection, customer_id: str) -> str | None:
    """The id that ``customer_id`` leads to today, following merges; None if it was never issued.

    A retired customer leads to itself. Cost: one look-up per merge on the way.
    """
    while row := connection.execute(_LINK, {"id": customer_id}).first():
        if row.merged_into is None:
            return customer_id
        customer_id = row.merged_into
    return None


def owner_of(connection: sa.Connection, subject_id: str) -> str | None:
    """The customer that holds a subject now."""
    query = sa.select(subject.c.customer_id).where(subject.c.subject_id == subject_id)
    found: str | None = connection.execute(query).scalar()
    return found


def owners_of(connection: sa.Connection, subject_ids: Sequence[str]) -> dict[str, str]:
    """The customers that hold these subjects now; subjects that nobody holds are left out."""
    found: dict[str, str] = {}
    for start in range(0, len(subject_ids), _PER_QUERY):
        part = subject.c.subject_id.in_(subject_ids[start : start + _PER_QUERY])
        query = sa.select(subject.c.subject_id, subject.c.customer_id).where(part)
        found |= {row.subject_id: row.customer_id for row in connection.execute(query)}
    return found


def subjects_of(connection: sa.Connection, customer_id: str) -> list[str]:
    """The subjects that a customer holds now, in order."""
    query = sa.select(subject.c.subject_id).where(subject.c.customer_id == customer_id)
    return sorted(connection.execute(query).scalars())


def customer_as_of(connection: sa.Connection, identifier: str, moment: datetime) -> str | None:
    """Whose ``identifier`` was at ``moment``.

    Args:
        connection: to the app database.
        identifier: a subject id, or a customer id (present, merged or retired).
        moment: an aware time; a change counts from its own moment on.

    Returns:
        For a subject, the id of the customer it belonged to then; for a customer id, the id it led to then. None
        where the subject belonged to nobody or the id was not issued yet.

    Raises:
        ValueError: ``moment`` is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("moment needs a time zone")
    moment = moment.astimezone(UTC)
    issued = sa.select(customer.c.created_at <= moment).where(customer.c.customer_id == identifier)
    existed = connection.execute(issued).scalar()
    if existed is None:
        return _owner_as_of(connection, identifier, moment)
    return _link_as_of(connection, identifier, moment) if existed else None


def _owner_as_of(connection: sa.Connection, subject_id: str, moment: datetime) -> str | None:
    present = sa.select(subject.c.customer_id).where(
        subject.c.subject_id == subject_id, subject.c.attached_at <= moment
    )
    if (owner := connection.execute(present).scalar()) is not None:
        return str(owner)
    past = sa.select(subject_history.c.customer_id).where(
        subject_history.c.subject_id == subject_id,
        subject_history.c.attached_at <= moment,
        subject_history.c.detached_at > moment,
    )
    owner = connection.execute(past).scalar()
    return None if owner is None else str(owner)


def _link_as_of(connection: sa.Connection, customer_id: str, moment: datetime) -> str:
    query = (
        sa.select(customer_change.c.kind, customer_change.c.other_customer_id)
        .where(
            customer_change.c.customer_id == sa.bindparam("id"),
            customer_change.c.kind.in_(("merged", "restored")),
            customer_change.c.happened_at <= moment,
        )
        .order_by(customer_change.c.change_id.desc())
        .limit(1)
    )
    while (row := connection.execute(query, {"id": customer_id}).first()) and row.kind == "merged":
        customer_id = row.other_customer_id
    return customer_id

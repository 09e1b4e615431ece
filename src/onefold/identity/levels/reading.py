"""Households and memberships as they are kept, for whoever may see every customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from onefold.identity.tables import household, household_member, household_member_history, organisation_member
from onefold.storage import aware

_LINK = sa.select(household.c.merged_into).where(household.c.household_id == sa.bindparam("id"))


@dataclass(frozen=True)
class Stay:
    """That a person was in a household for a time that is over."""

    customer_id: str
    attached_at: datetime
    detached_at: datetime


def current_household_id(connection: sa.Connection, household_id: str) -> str | None:
    """The id that ``household_id`` leads to today, following merges; None if it was never issued."""
    while row := connection.execute(_LINK, {"id": household_id}).first():
        if row.merged_into is None:
            return household_id
        household_id = row.merged_into
    return None


def members_of(connection: sa.Connection, household_id: str) -> list[str]:
    """Who is in a household now."""
    query = sa.select(household_member.c.customer_id).where(household_member.c.household_id == household_id)
    return list(connection.scalars(query.order_by(household_member.c.customer_id)))


def former_members_of(connection: sa.Connection, household_id: str) -> list[Stay]:
    """Who was in a household, the last to leave first."""
    past = household_member_history
    query = sa.select(past).where(past.c.household_id == household_id).order_by(past.c.detached_at.desc())
    return [Stay(row.customer_id, aware(row.attached_at), aware(row.detached_at)) for row in connection.execute(query)]


def count_households(connection: sa.Connection) -> dict[int, int]:
    """Members -> how many households have so many now."""
    of = household_member.c
    sizes = sa.select(of.household_id, sa.func.count().label("size")).group_by(of.household_id).subquery()
    query = sa.select(sizes.c.size, sa.func.count()).group_by(sizes.c.size).order_by(sizes.c.size)
    return {int(size): int(households) for size, households in connection.execute(query)}


def list_households(connection: sa.Connection, limit: int) -> list[tuple[str, int]]:
    """The largest households of today and how many they have."""
    number = sa.func.count().label("number")
    query = sa.select(household_member.c.household_id, number).group_by(household_member.c.household_id)
    rows = connection.execute(query.order_by(number.desc(), household_member.c.household_id).limit(limit))
    return [(row.household_id, row.number) for row in rows]


def list_organisations(connection: sa.Connection, limit: int) -> Sequence[tuple[str, int]]:
    """The organisations with most people of today and how many they have."""
    number, of = sa.func.count().label("number"), organisation_member.c
    query = sa.select(of.organisation_id, number).where(of.until.is_(None)).group_by(of.organisation_id)
    rows = connection.execute(query.order_by(number.desc(), of.organisation_id).limit(limit))
    return [(row.organisation_id, row.number) for row in rows]

"""Which fields of the customer page people really open: counts by day, role and field; never who, never whose."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from onefold.errors import InvalidInput
from onefold.profiles.essentials import COMPOSITES
from onefold.profiles.sight import Sight
from onefold.profiles.tables import card_opening, profile

COUNTED_DAYS = 90
MOST_FIELD_LENGTH = 200
NO_ROLE = "none"
"""Who has no role: the command line."""


@dataclass(frozen=True)
class FieldUse:
    """How often one field was opened."""

    field: str
    openings: int
    by_role: dict[str, int]


@dataclass(frozen=True)
class SystemUse:
    """How much of what a system brings was looked at by anybody."""

    source: str
    fields: int
    """Fields that it has for customers."""
    fields_read: int


@dataclass(frozen=True)
class Usage:
    """What was opened in the last 90 days."""

    since: date
    openings: int
    fields: tuple[FieldUse, ...]
    """Most opened first."""
    never_opened: tuple[str, ...]
    """Fields that customers have and nobody opened."""
    systems: tuple[SystemUse, ...]


def count_opening(connection: sa.Connection, sight: Sight, field: str, today: date) -> None:
    """Count that somebody opened a field of this customer.

    Raises:
        InvalidInput: the customer has no such field.
    """
    source = _source_of(connection, sight.customer_id, field)
    for role_id in role_ids(sight):
        place = {"day": today, "role_id": role_id, "field": field, "source": source}
        mine = sa.and_(*(card_opening.c[name] == value for name, value in place.items()))
        grown = connection.execute(sa.update(card_opening).where(mine).values(openings=card_opening.c.openings + 1))
        if grown.rowcount == 0:
            connection.execute(_insert(connection).values(**place, openings=1))


def role_ids(sight: Sight) -> tuple[str, ...]:
    """The roles of whoever looks, the first layer's; of the command line none."""
    layers = sight.access.layers
    return tuple(role.role_id for role in layers[0].roles) or (NO_ROLE,) if layers else (NO_ROLE,)


def openings_by_field(connection: sa.Connection, today: date) -> dict[str, int]:
    """Field -> how often it was opened in the last 90 days. Who holds several roles counts once for each."""
    query = (
        sa.select(card_opening.c.field, sa.func.sum(card_opening.c.openings))
        .where(card_opening.c.day > today - timedelta(days=COUNTED_DAYS))
        .group_by(card_opening.c.field)
    )
    return {field: int(count) for field, count in connection.execute(query)}


def measure_usage(connection: sa.Connection, fields_by_source: dict[str, set[str]], today: date) -> Usage:
    """What was opened in the last 90 days, and what never.

    Args:
        connection: to the app database.
        fields_by_source: the attributes that each system brings.
        today: the last of the days.
    """
    since = today - timedelta(days=COUNTED_DAYS - 1)
    query = sa.select(card_opening).where(card_opening.c.day >= since)
    by_field: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    read: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(query):
        by_field[row.field][row.role_id] += row.openings
        read[row.source].add(row.field)
    uses = [FieldUse(field, sum(counts.values()), dict(counts)) for field, counts in by_field.items()]
    known = set().union(*fields_by_source.values()) if fields_by_source else set()
    return Usage(
        since=since,
        openings=sum(use.openings for use in uses),
        fields=tuple(sorted(uses, key=lambda use: (-use.openings, use.field))),
        never_opened=tuple(sorted(known - set(by_field))),
        systems=tuple(
            SystemUse(source, len(fields), len(fields & read[source]))
            for source, fields in sorted(fields_by_source.items())
        ),
    )


def _source_of(connection: sa.Connection, customer_id: str, field: str) -> str:
    """The system that the shown value comes from; nothing for what is computed."""
    row = connection.execute(sa.select(profile).where(profile.c.customer_id == customer_id)).first()
    if row is not None and (entry := row.attributes["values"].get(field)):
        return str(row.attributes["records"][entry["record"]]["source"])
    if field in COMPOSITES or (row is not None and field in row.traits):
        return ""
    raise InvalidInput("this customer has no such field", hint="Name an attribute, a trait or a line of the card.")


def _insert(connection: sa.Connection) -> sa.Insert:
    """An insert that adds to a row which another transaction made meanwhile."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        # both build the same statement and share no class that says so
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
    keys = [column.name for column in card_opening.primary_key]
    statement = insert(card_opening)
    return statement.on_conflict_do_update(
        index_elements=keys, set_={"openings": card_opening.c.openings + statement.excluded.openings}
    )

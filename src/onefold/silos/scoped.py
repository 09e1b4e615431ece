"""The numbers of the silo report for the customers that one actor may know of, from the app database.

Whoever sees all customers reads the stored report instead; the two agree (a test holds them equal). ``scope`` is always
a condition over ``profile_summary``: kind of customer and row scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles import has_word, source_of, summary_column
from onefold.profiles.tables import profile_summary
from onefold.silos.tables import customer_sign

_subject = sa.table("subject", sa.column("subject_id", sa.Text), sa.column("customer_id", sa.Text))

KNOWN_BY_COLUMN = {
    "name": "display_name",
    "email": "email",
    "phone": "phone",
    "city": "city",
    "country": "country",
    "language": "language",
    "company": "company",
    "owner": "owner",
}
"""Field of the report -> the column of ``profile_summary`` that says whether it is known of a customer."""


@dataclass(frozen=True)
class ScopedPopulation:
    """How many customers there are in scope, and in how many systems they live."""

    customers: int
    records: int
    events: int
    by_systems: dict[int, int]
    """Number of systems -> customers."""
    with_several_records: int

    @property
    def in_several_systems(self) -> int:
        """Customers that more than one system knows."""
        return sum(customers for systems, customers in self.by_systems.items() if systems > 1)


@dataclass(frozen=True)
class ScopedSystem:
    """What one system holds of the customers in scope."""

    records: int
    customers: int
    only_here: int


def sees_all(access: Access) -> bool:
    """Whether the actor may see reports on all customers."""
    if access.is_full:
        return True
    permission = ("read", "report")
    return bool(access.layers) and all(
        layer.may(permission)
        and any(role.scope is None and role.allows(permission) for role in layer.readers)
        and all(role.deny_scope is None for role in layer.roles)
        for layer in access.layers
    )


def report_scope(access: Access, kind: str) -> sa.ColumnElement[bool]:
    """Customers of this kind on which the actor may see reports."""
    return sa.and_(profile_summary.c.kind == kind, _may_report(access))


def _may_report(access: Access) -> sa.ColumnElement[bool]:
    return access.customers(summary_column, verb="read", kind="report")


def count_in_scope(connection: sa.Connection, scope: sa.ColumnElement[bool]) -> ScopedPopulation:
    """Customers, records and events in scope."""
    several = sa.case((profile_summary.c.records > 1, 1), else_=0)
    query = (
        sa.select(
            profile_summary.c.systems,
            sa.func.count(),
            sa.func.sum(profile_summary.c.records),
            sa.func.sum(profile_summary.c.events),
            sa.func.sum(several),
        )
        .where(scope)
        .group_by(profile_summary.c.systems)
        .order_by(profile_summary.c.systems)
    )
    rows = [tuple(map(int, row)) for row in connection.execute(query)]
    return ScopedPopulation(
        customers=sum(row[1] for row in rows),
        records=sum(row[2] for row in rows),
        events=sum(row[3] for row in rows),
        by_systems={row[0]: row[1] for row in rows},
        with_several_records=sum(row[4] for row in rows),
    )


def describe_systems_in_scope(connection: sa.Connection, scope: sa.ColumnElement[bool]) -> dict[str, ScopedSystem]:
    """System -> what it holds of the customers in scope."""
    homes = _homes(scope)
    alone = sa.case((homes.c.systems == 1, 1), else_=0)
    query = sa.select(homes.c.source, sa.func.sum(homes.c.records), sa.func.count(), sa.func.sum(alone)).group_by(
        homes.c.source
    )
    return {source: ScopedSystem(int(r), int(c), int(a)) for source, r, c, a in connection.execute(query)}


def overlap_in_scope(connection: sa.Connection, scope: sa.ColumnElement[bool]) -> dict[tuple[str, str], int]:
    """(system, other) -> customers in scope that both know; the diagonal included.

    Cost: one pass over the records in scope, and the pairs of systems of each customer.
    """
    homes = _homes(scope)
    first, second = homes.alias("first"), homes.alias("second")
    query = (
        sa.select(first.c.source, second.c.source, sa.func.count())
        .join(second, first.c.customer_id == second.c.customer_id)
        .group_by(first.c.source, second.c.source)
    )
    return {(a, b): int(customers) for a, b, customers in connection.execute(query)}


def _homes(scope: sa.ColumnElement[bool]) -> sa.CTE:
    """One row per customer in scope and source."""
    source = source_of(_subject.c.subject_id).label("source")
    return (
        sa.select(
            _subject.c.customer_id,
            source,
            sa.func.count().label("records"),
            sa.func.min(profile_summary.c.systems).label("systems"),
        )
        .join(profile_summary, profile_summary.c.customer_id == _subject.c.customer_id)
        .where(scope)
        .group_by(_subject.c.customer_id, source)
        .cte("homes")
    )


def count_signs(connection: sa.Connection, scope: sa.ColumnElement[bool], words: Sequence[str]) -> dict[str, int]:
    """Word of ``marks.py`` -> customers in scope that show it. One pass however many words."""
    if not words:
        return {}
    sums = [sa.func.sum(sa.case((has_word(customer_sign.c.signs, word), 1), else_=0)) for word in words]
    query = (
        sa.select(*sums)
        .select_from(customer_sign)
        .join(profile_summary, profile_summary.c.customer_id == customer_sign.c.customer_id)
        .where(scope)
    )
    row = connection.execute(query).one()
    return {word: int(count or 0) for word, count in zip(words, row, strict=True)}


def count_known(connection: sa.Connection, scope: sa.ColumnElement[bool]) -> dict[str, int]:
    """Field -> customers in scope of whom it is known."""
    sums = [sa.func.count(profile_summary.c[column]) for column in KNOWN_BY_COLUMN.values()]
    row = connection.execute(sa.select(*sums).where(scope)).one()
    return {field: int(count) for field, count in zip(KNOWN_BY_COLUMN, row, strict=True)}


def name_customers(
    connection: sa.Connection, access: Access, scope: sa.ColumnElement[bool], customer_ids: Sequence[str]
) -> dict[str, Any]:
    """Customer id -> name as the actor may see it, for those in scope."""
    query = _named(access).where(scope, profile_summary.c.customer_id.in_(customer_ids))
    return {row.customer_id: row.display_name for row in connection.execute(query)}


def list_examples(
    connection: sa.Connection, access: Access, scope: sa.ColumnElement[bool], word: str, limit: int
) -> dict[str, Any]:
    """Customer id -> name, of a few customers in scope that show a sign, those of most systems first."""
    query = (
        _named(access)
        .join(customer_sign, customer_sign.c.customer_id == profile_summary.c.customer_id)
        .where(scope, has_word(customer_sign.c.signs, word))
        .order_by(profile_summary.c.systems.desc(), profile_summary.c.customer_id)
        .limit(limit)
    )
    return {row.customer_id: row.display_name for row in connection.execute(query)}


def _named(access: Access) -> sa.Select[Any]:
    name = access.masked_column("display_name", profile_summary.c.display_name, summary_column)
    return sa.select(profile_summary.c.customer_id, name.label("display_name")).select_from(profile_summary)

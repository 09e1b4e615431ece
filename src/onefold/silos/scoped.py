"""The numbers of the silo report for the customers that one actor may know of, from the app database.

Whoever sees all customers reads the stored report instead; the two agree (a test holds them equal). ``scope`` is always
a condition over ``profile_summary``: kind of customer and row scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles import has_word, source_of, summary_column
from onefold.profiles.tables import profile_summary
from onefold.silos.tables import customer_sign

SIGNS_OF_CUSTOMERS = ("inconsistent", "missing", "stale")

_subject = sa.table("subject", sa.column("subject_id", sa.Text), sa.column("customer_id", sa.Text))


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


def count_signs(connection: sa.Connection, scope: sa.ColumnElement[bool]) -> Counter[str]:
    """Word of ``marks.py`` -> customers in scope that show it.

    Cost: one pass however many words there are: customers that show the same signs are counted together.
    """
    query = (
        sa.select(customer_sign.c.signs, sa.func.count())
        .select_from(customer_sign)
        .join(profile_summary, profile_summary.c.customer_id == customer_sign.c.customer_id)
        .where(scope)
        .group_by(customer_sign.c.signs)
    )
    counts: Counter[str] = Counter()
    for signs, customers in connection.execute(query):
        for word in signs.split():
            counts[word] += int(customers)
    return counts


def sign_shares(
    connection: sa.Connection,
    scope: sa.ColumnElement[bool],
    population: ScopedPopulation,
    counts: Counter[str] | None = None,
) -> dict[str, tuple[int, int]]:
    """Sign of customers -> customers in scope that show it, and of how many.

    Args:
        connection: to the app database.
        scope: which customers.
        population: of this scope.
        counts: from ``count_signs``, where the caller has them.
    """
    counts = count_signs(connection, scope) if counts is None else counts
    bases = {
        "inconsistent": population.with_several_records,
        "missing": population.in_several_systems,
        "stale": population.customers,
    }
    return {sign: (counts[sign], base) for sign, base in bases.items()}


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

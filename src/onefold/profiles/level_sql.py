"""Household and organisation of the customer of a ``profile_summary`` row, as SQL of both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles.tables import profile_summary

_household_member = sa.table("household_member", sa.column("customer_id", sa.Text), sa.column("household_id", sa.Text))
_organisation_member = sa.table(
    "organisation_member",
    sa.column("customer_id", sa.Text),
    sa.column("organisation_id", sa.Text),
    sa.column("is_main", sa.Boolean),
)
_mine = _household_member.alias("mine")
_theirs = _household_member.alias("theirs")
_work = _organisation_member.alias("work")

Scope = Callable[[], sa.ColumnElement[bool]]


def level_column(name: str, access: Access | None, resolve: Callable[[str], Any]) -> sa.ColumnElement[Any]:
    """One of the attributes; of all others, or of those in the actor's scope.

    Cost: a few index look-ups per customer.
    """
    scope = sa.true() if access is None else access.customers(resolve)
    match name:
        case "household_id":
            return _of_row(sa.select(_mine.c.household_id).where(_has_others(scope)), _mine)
        case "household_size":
            members = sa.func.count()
            size = sa.select(sa.case((members > 1, members))).join_from(
                _mine, _theirs, _theirs.c.household_id == _mine.c.household_id
            )
            return _of_row(size.where(_in_sight(_theirs.c.customer_id, _theirs, scope)), _mine)
        case "organisation_id":
            main = sa.select(_work.c.organisation_id).where(
                _work.c.is_main, _in_sight(_work.c.organisation_id, _work, scope)
            )
            return _of_row(main, _work)
    shown: sa.ColumnElement[Any] = profile_summary.c.display_name
    if access is not None:
        shown = access.masked_column("display_name", shown, resolve)
    named = sa.select(shown).where(profile_summary.c.customer_id == _work.c.organisation_id, scope)
    return _of_row(sa.select(named.correlate(_work).scalar_subquery()).where(_work.c.is_main), _work)


def _of_row(query: sa.Select[Any], mine: sa.FromClause) -> sa.ColumnElement[Any]:
    owned = query.where(mine.c.customer_id == profile_summary.c.customer_id)
    return owned.correlate(profile_summary).scalar_subquery()


def _in_sight(
    customer_id: sa.ColumnElement[str], rows: sa.FromClause, scope: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Whether another customer is an active one of the scope; its row of ``profile_summary`` is its own."""
    found = sa.select(sa.literal(1)).select_from(profile_summary).where(profile_summary.c.customer_id == customer_id)
    return sa.exists(found.where(scope).correlate(rows))


def _has_others(scope: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    others = sa.select(sa.literal(1)).where(
        _theirs.c.household_id == _mine.c.household_id,
        _theirs.c.customer_id != _mine.c.customer_id,
        _in_sight(_theirs.c.customer_id, _theirs, scope),
    )
    return sa.exists(others.correlate(_mine))

"""Which customer a thing hangs on now, and what the actor may do and see of that customer.

Things keep the id under which they were made. A merge leads that id to another customer, an undo leads it back, so
"the things of a customer" are those of all ids that lead to it at this moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.model import Hideable
from onefold.errors import NotAllowed, NotFound
from onefold.profiles.attributes import summary_column
from onefold.profiles.scope import customer_in_scope
from onefold.profiles.tables import profile_summary

_customer = sa.table("customer", sa.column("customer_id", sa.Text), sa.column("merged_into", sa.Text))
_change = sa.table(
    "customer_change",
    sa.column("kind", sa.Text),
    sa.column("customer_id", sa.Text),
    sa.column("other_customer_id", sa.Text),
)

_IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
# every link was announced as a change, and changes are indexed by whom they led to
_MERGED = sa.select(_change.c.customer_id).where(_change.c.kind == "merged", _change.c.other_customer_id.in_(_IDS))
_LINKS = sa.select(_customer.c.customer_id, _customer.c.merged_into).where(
    _customer.c.customer_id.in_(_MERGED), _customer.c.merged_into.in_(_IDS)
)


@dataclass(frozen=True)
class Standing:
    """A customer that the actor may know of, and how much of it."""

    access: Access
    customer_id: str
    """The present id."""
    display_name: str | None
    admission: str

    def show(self, attribute: str, value: Any) -> Hideable:
        """A text of this customer as the actor may see it."""
        shown = self.access.mask_value(attribute, value, self.admission)
        return Hideable(shown.value, shown.hidden_by)

    @property
    def name(self) -> Hideable:
        """The customer's name as the actor may see it."""
        return self.show("display_name", self.display_name)


def standing(connection: sa.Connection, access: Access, customer_id: str, verb: str, kind: str) -> Standing:
    """The customer that ``customer_id`` leads to, if the actor may do ``verb`` to its things of ``kind``.

    Raises:
        NotAllowed: the actor may not do that, or not for this customer.
        NotFound: no such customer, or not for this actor.
    """
    access.require(verb, kind)
    current = customer_in_scope(connection, access, customer_id)
    found = _standing(connection, access, current, verb, kind)
    if found is None:
        raise NotAllowed(
            f"you may not {verb} {kind} of this customer", hint="Ask an administrator for a role that may.", kind=kind
        )
    return found


def standing_of_thing(
    connection: sa.Connection, access: Access, customer_id: str, verb: str, kind: str, missing: str
) -> Standing:
    """As ``standing``, for a thing that hangs on ``customer_id``.

    Raises:
        NotAllowed: the actor may not do that.
        NotFound: the actor may not know of the customer: with ``missing``, the words for a thing that never was.
    """
    try:
        return standing(connection, access, customer_id, verb, kind)
    except NotFound:
        raise NotFound(missing) from None


def _standing(connection: sa.Connection, access: Access, current: str, verb: str, kind: str) -> Standing | None:
    query = (
        sa.select(profile_summary.c.display_name, access.admission(summary_column).label("admission"))
        .select_from(_customer)
        .outerjoin(profile_summary, profile_summary.c.customer_id == _customer.c.customer_id)
        .where(_customer.c.customer_id == current, is_within(access, verb, kind))
    )
    row = connection.execute(query).first()
    return None if row is None else Standing(access, current, row.display_name, row.admission)


def standings(
    connection: sa.Connection, access: Access, customer_ids: Iterable[str | None], verb: str, kind: str
) -> dict[str, Standing]:
    """By id, those of ``customer_ids`` for which ``standing`` would succeed. Cost: one query."""
    wanted = sorted({one for one in customer_ids if one})
    if not wanted or not access.may(verb, kind):
        return {}
    lead = leads(sa.select(_customer.c.customer_id).where(_customer.c.customer_id.in_(wanted)))
    query = (
        sa.select(
            lead.c.start_id,
            lead.c.customer_id,
            profile_summary.c.display_name,
            access.admission(summary_column).label("admission"),
        )
        .join_from(lead, profile_summary, profile_summary.c.customer_id == lead.c.customer_id, isouter=True)
        .where(is_within(access, verb, kind))
    )
    return {
        row.start_id: Standing(access, row.customer_id, row.display_name, row.admission)
        for row in connection.execute(query)
    }


def is_within(access: Access, verb: str, kind: str) -> sa.ColumnElement[bool]:
    """True for rows, outer-joined with ``profile_summary``, of customers whose things the actor may do that to.

    A retired customer has no summary: only actors without a row scope find it.
    """
    return access.customers(summary_column, verb=verb, kind=kind)


def ids_leading_to(connection: sa.Connection, customer_id: str) -> tuple[str, ...]:
    """``customer_id`` and the ids that merges lead to it. Cost: one look-up per depth of merging."""
    return tuple(leading_to(connection, [customer_id]))


def leading_to(connection: sa.Connection, customer_ids: Sequence[str]) -> dict[str, str]:
    """Every id that leads to one of the present ids ``customer_ids``, those included, with the one it leads to."""
    found = {one: one for one in customer_ids}
    layer = list(customer_ids)
    while layer:
        links = {row.customer_id: row.merged_into for row in connection.execute(_LINKS, {"ids": layer})}
        layer = sorted(links.keys() - found.keys())
        found |= {one: found[links[one]] for one in layer}
    return found


def leads(starting: sa.Select[Any]) -> sa.Subquery:
    """Where the ids of ``starting`` (one column, ``customer_id``) lead now.

    **Shape**: one row per starting id: ``start_id``, ``customer_id``. Cost: a look-up per id and merge on its way.
    """
    start = starting.subquery()
    walk = sa.select(start.c.customer_id.label("start_id"), start.c.customer_id.label("customer_id")).cte(
        recursive=True
    )
    # every walk ends in a null, which joins nothing; were it left out here, SQLite would read all customers first
    step = sa.select(walk.c.start_id, _customer.c.merged_into).join_from(
        walk, _customer, _customer.c.customer_id == walk.c.customer_id
    )
    steps = walk.union(step)
    end = sa.join(steps, _customer, _customer.c.customer_id == steps.c.customer_id)
    query = sa.select(steps.c.start_id, steps.c.customer_id).select_from(end).where(_customer.c.merged_into.is_(None))
    return query.subquery()

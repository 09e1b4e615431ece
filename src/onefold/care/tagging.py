"""Putting tags on customers and taking them off, one or many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from onefold.access import Access
from onefold.care.customers import ids_leading_to, is_within, leading_to, leads, standing
from onefold.care.model import Person, Tag, TaggedCustomers, TagOnCustomer
from onefold.care.people import names_of
from onefold.care.tables import customer_tag, tag
from onefold.care.tags import create_tag, get_tag, tag_named
from onefold.care.trail import leave_trail
from onefold.errors import InvalidInput
from onefold.kernel import utc_now
from onefold.profiles.tables import profile_summary
from onefold.storage import aware

MOST_AT_ONCE = 100_000
"""Customers that one call tags at most; the transaction holds other writers back."""

_ANNOUNCED_ONE_BY_ONE = 1_000
_PER_STATEMENT = 500


def tags_of(connection: sa.Connection, access: Access, customer_id: str) -> list[TagOnCustomer]:
    """The tags of a customer, of all ids that lead to it.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: tags are not for this actor.
    """
    place = standing(connection, access, customer_id, "read", "tag")
    ids = ids_leading_to(connection, place.customer_id)
    query = (
        sa.select(tag, customer_tag.c.tagged_by, customer_tag.c.tagged_at)
        .join_from(customer_tag, tag, tag.c.tag_id == customer_tag.c.tag_id)
        .where(customer_tag.c.customer_id.in_(ids))
        .order_by(tag.c.folded_name, customer_tag.c.tagged_at)
    )
    found: dict[str, Any] = {}
    for row in connection.execute(query):
        found.setdefault(row.tag_id, row)
    names = names_of(connection, (row.tagged_by for row in found.values()))
    return [
        TagOnCustomer(
            Tag(row.tag_id, row.name, row.colour, row.version),
            Person(row.tagged_by, names.get(row.tagged_by, row.tagged_by)),
            aware(row.tagged_at),
        )
        for row in found.values()
    ]


def tag_customer(
    connection: sa.Connection, access: Access, customer_id: str, *, name: str | None = None, tag_id: str | None = None
) -> list[TagOnCustomer]:
    """Put a tag on a customer, by id or by name; a new name makes a tag if the actor may make one.

    Returns:
        All tags of the customer now.

    Raises:
        NotFound: no such customer for this actor, or no such tag.
        NotAllowed: the actor may not tag, or not make tags.
    """
    place = standing(connection, access, customer_id, "assign", "tag")
    if tag_id is not None:
        wanted = get_tag(connection, tag_id)
    elif name is not None:
        wanted = tag_named(connection, name) or create_tag(connection, access, name)
    else:
        raise InvalidInput("no tag is named", hint="Give name or tag_id.")
    tag_customers(connection, access, [place.customer_id], add=[wanted.tag_id])
    return tags_of(connection, access, place.customer_id)


def untag_customer(connection: sa.Connection, access: Access, customer_id: str, tag_id: str) -> None:
    """Take a tag off a customer, and off every id that leads to it.

    Raises:
        NotFound: no such customer for this actor, or no such tag.
        NotAllowed: the actor may not tag.
    """
    place = standing(connection, access, customer_id, "assign", "tag")
    get_tag(connection, tag_id)
    tag_customers(connection, access, [place.customer_id], remove=[tag_id])


def tag_customers(
    connection: sa.Connection,
    access: Access,
    customers: Sequence[str] | sa.Select[Any],
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
) -> TaggedCustomers:
    """Put tags on many customers and take others off.

    Args:
        connection: of a transaction.
        access: of the actor; customers outside its scope are left alone, whatever ``customers`` says.
        customers: ids of any age, or a select of present ids (one column).
        add: tag ids.
        remove: tag ids.

    Raises:
        NotAllowed: the actor may not tag.
        NotFound: no such tag.
        InvalidInput: more than ``MOST_AT_ONCE`` customers.
    """
    access.require("assign", "tag")
    for tag_id in (*add, *remove):
        get_tag(connection, tag_id)
    found = _found(connection, access, customers)
    changed: dict[str, list[str]] = {}
    for start in range(0, len(found), _PER_STATEMENT):
        part = sorted(found.values())[start : start + _PER_STATEMENT]
        for customer_id in _add(connection, access, part, add):
            changed.setdefault(customer_id, [])
        for customer_id in _take_off(connection, part, remove):
            changed.setdefault(customer_id, [])
    _tell(connection, access, list(changed), list(add), list(remove))
    asked = [] if isinstance(customers, sa.Select) else customers
    return TaggedCustomers(len(changed), tuple(one for one in dict.fromkeys(asked) if one not in found))


def _found(connection: sa.Connection, access: Access, customers: Sequence[str] | sa.Select[Any]) -> dict[str, str]:
    """Asked id -> present id, of customers on which the actor may put tags."""
    if isinstance(customers, sa.Select):
        chosen = customers.limit(MOST_AT_ONCE + 1).subquery()
        within = sa.select(profile_summary.c.customer_id).where(
            profile_summary.c.customer_id.in_(sa.select(chosen.c[0])), is_within(access, "assign", "tag")
        )
        found = {customer_id: customer_id for customer_id in connection.execute(within).scalars()}
    else:
        found = {}
        asked = sorted(set(customers))
        for start in range(0, min(len(asked), MOST_AT_ONCE + 1), _PER_STATEMENT):
            found |= _present(connection, access, asked[start : start + _PER_STATEMENT])
    if len(found) > MOST_AT_ONCE:
        raise InvalidInput(f"more than {MOST_AT_ONCE:,} customers at once", hint="Narrow the choice.")
    return found


def _present(connection: sa.Connection, access: Access, asked: Sequence[str]) -> dict[str, str]:
    issued = sa.table("customer", sa.column("customer_id", sa.Text))
    lead = leads(sa.select(issued.c.customer_id).where(issued.c.customer_id.in_(asked)))
    query = (
        sa.select(lead.c.start_id, lead.c.customer_id)
        .join_from(lead, profile_summary, profile_summary.c.customer_id == lead.c.customer_id, isouter=True)
        .where(is_within(access, "assign", "tag"))
    )
    return {row.start_id: row.customer_id for row in connection.execute(query)}


def _add(connection: sa.Connection, access: Access, customers: Sequence[str], tag_ids: Sequence[str]) -> set[str]:
    """Returns those that did not bear all of them."""
    if not tag_ids:
        return set()
    held = sa.select(customer_tag.c.customer_id, customer_tag.c.tag_id).where(
        customer_tag.c.customer_id.in_(customers), customer_tag.c.tag_id.in_(tag_ids)
    )
    bearing = {(row.customer_id, row.tag_id) for row in connection.execute(held)}
    new = [(one, tag_id) for one in customers for tag_id in dict.fromkeys(tag_ids) if (one, tag_id) not in bearing]
    now = utc_now()
    if new:
        rows = [
            {"customer_id": one, "tag_id": tag_id, "tagged_by": access.actor.actor_id, "tagged_at": now}
            for one, tag_id in new
        ]
        connection.execute(_insert_unless_there(connection), rows)
    return {one for one, _ in new}


def _insert_unless_there(connection: sa.Connection) -> sa.Insert:
    """Two people may put the same tag on at the same moment."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(customer_tag).on_conflict_do_nothing()


def _take_off(connection: sa.Connection, customers: Sequence[str], tag_ids: Sequence[str]) -> set[str]:
    """Returns those that bore one of them, under whichever of their ids."""
    if not tag_ids:
        return set()
    present = leading_to(connection, customers)
    is_worn = (customer_tag.c.customer_id.in_(present), customer_tag.c.tag_id.in_(tag_ids))
    bearing = set(connection.execute(sa.select(customer_tag.c.customer_id).where(*is_worn)).scalars())
    connection.execute(customer_tag.delete().where(*is_worn))
    return {present[one] for one in bearing}


def _tell(
    connection: sa.Connection, access: Access, changed: Sequence[str], added: list[str], removed: list[str]
) -> None:
    details = {"added": added, "removed": removed}
    if len(changed) > _ANNOUNCED_ONE_BY_ONE:  # whoever listens reads the list again, rather than so many lines
        leave_trail(connection, access, "tagged", "customer", "many", None, **details, customers=len(changed))
        return
    for customer_id in changed:
        leave_trail(connection, access, "tagged", "customer", customer_id, customer_id, **details)

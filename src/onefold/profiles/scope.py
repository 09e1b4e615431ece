"""Whether an actor may know of a customer: the one check for everything that hangs on a customer.

A customer out of scope and one that never was are the same to the actor: same answer, same words, same work.
"""

from __future__ import annotations

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import NotFound
from onefold.identity import current_customer_id
from onefold.profiles.attributes import summary_column
from onefold.profiles.tables import profile_summary

_customer = sa.table("customer", sa.column("customer_id", sa.Text))


def customer_in_scope(connection: sa.Connection, access: Access, customer_id: str) -> str:
    """The current id of a customer that the actor may know of; follows merges.

    A retired customer has no attributes left that a rule could hold of, so only actors without a row scope find it.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    current = current_customer_id(connection, customer_id)
    found = in_scope(connection, access, [current or customer_id])
    if not found:
        raise no_customer(customer_id)
    return found[0]


def in_scope(connection: sa.Connection, access: Access, customer_ids: list[str]) -> list[str]:
    """Those of ``customer_ids`` (current ones) that the actor may know of, in the order given."""
    access.require("read", "customer")
    query = (
        sa.select(_customer.c.customer_id)
        .outerjoin(profile_summary, profile_summary.c.customer_id == _customer.c.customer_id)
        .where(_customer.c.customer_id.in_(customer_ids), access.customers(summary_column))
    )
    admitted = set(connection.execute(query).scalars())
    return [customer_id for customer_id in customer_ids if customer_id in admitted]


def no_customer(key: str) -> NotFound:
    """What is said of a customer that there is not, or not for the actor."""
    return NotFound(f"no customer has the id {key}", hint="Look it up by name, e-mail, phone or record key.")

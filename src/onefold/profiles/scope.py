"""Whether an actor may know of a customer: the one check for everything that hangs on a customer.

A customer out of scope and one that never was are the same to the actor: same answer, same words, same work.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from onefold.access import Access, Admission
from onefold.errors import NotFound
from onefold.identity import current_customer_id
from onefold.profiles.attributes import summary_column
from onefold.profiles.tables import profile_summary

_customer = sa.table("customer", sa.column("customer_id", sa.Text))
_ALL = sa.select(_customer.c.customer_id).outerjoin(
    profile_summary, profile_summary.c.customer_id == _customer.c.customer_id
)
_ONE = _ALL.where(_customer.c.customer_id == sa.bindparam("id"))
_SOME = _ALL.where(_customer.c.customer_id.in_(sa.bindparam("ids", expanding=True)))


def customer_in_scope(connection: sa.Connection, access: Access, customer_id: str) -> str:
    """The current id of a customer that the actor may know of; follows merges.

    A retired customer has no attributes left that a rule could hold of, so only actors without a row scope find it.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    return admitted_in_scope(connection, access, customer_id)[0]


def admitted_in_scope(connection: sa.Connection, access: Access, customer_id: str) -> tuple[str, Admission]:
    """As ``customer_in_scope``, with the roles that admit the customer.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    access.require("read", "customer")
    current = current_customer_id(connection, customer_id)
    query, marks = _within(_ONE, access), access.admission(summary_column)
    if not isinstance(marks, sa.BindParameter):
        query = query.add_columns(marks)
    row = connection.execute(query, {"id": current or customer_id}).first()
    if row is None:
        raise no_customer(customer_id)
    return row[0], str(marks.value if isinstance(marks, sa.BindParameter) else row[1])


def in_scope(connection: sa.Connection, access: Access, customer_ids: list[str]) -> list[str]:
    """Those of ``customer_ids`` (current ones) that the actor may know of, in the order given."""
    access.require("read", "customer")
    admitted = set(connection.execute(_within(_SOME, access), {"ids": customer_ids}).scalars())
    return [customer_id for customer_id in customer_ids if customer_id in admitted]


def may_update(connection: sa.Connection, access: Access, customer_id: str) -> bool:
    """Whether the actor may change a customer that they know of."""
    if not access.may("update", "customer"):
        return False
    query = sa.select(sa.literal(1)).where(
        profile_summary.c.customer_id == customer_id,
        access.customers(summary_column, verb="update", kind="customer"),
    )
    return connection.execute(query).first() is not None


def no_customer(key: str) -> NotFound:
    """What is said of a customer that there is not, or not for the actor."""
    return NotFound(f"no customer has the id {key}", hint="Look it up by name, e-mail, phone or record key.")


def _within(query: sa.Select[Any], access: Access) -> sa.Select[Any]:
    """``query`` in the actor's row scope; the query itself where that is everything: it need not be made anew."""
    condition = access.customers(summary_column)
    return query if isinstance(condition, sa.True_) else query.where(condition)

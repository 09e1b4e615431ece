"""One customer through the eyes of one actor: in scope, and each value as much as they may see of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access, Shown
from onefold.errors import NotFound
from onefold.profiles.scope import admitted_in_scope, customer_in_scope

OUT_OF_SCOPE = "outside your customers"
"""What stands where the id of a customer would, that the actor may not know of."""


@dataclass(frozen=True)
class Sight:
    """What one actor sees of one customer."""

    customer_id: str
    access: Access
    admitted: str
    """The roles that admit the customer (``Access.admission``)."""

    def shown(self, attribute: str, value: Any) -> Shown:
        """A value as the actor may see it; nothing where there is none."""
        return Shown(None) if value is None else self.access.mask_value(attribute, value, self.admitted)

    def may(self, verb: str, kind: str) -> bool:
        """Whether the actor may do that to things of this kind that belong to the customer."""
        return self.access.may_there(verb, kind, self.admitted)

    def policy(self, attribute: str) -> str | None:
        """The policy that masks an attribute of this customer, where one does."""
        return self.access.mask_value(attribute, None, self.admitted).hidden_by


def see_customer(connection: sa.Connection, access: Access, customer_id: str) -> Sight:
    """The customer that an id leads to, if the actor may know of it.

    Raises:
        NotFound: no such customer, or not for this actor; nothing tells the two apart.
    """
    current, admitted = admitted_in_scope(connection, access, customer_id)
    return Sight(current, access, admitted)


def known_ids(connection: sa.Connection, access: Access, customer_ids: Iterable[str | None]) -> set[str]:
    """Those of ``customer_ids`` whose customers the actor may know of."""
    known = set()
    for customer_id in {one for one in customer_ids if one}:
        try:
            customer_in_scope(connection, access, customer_id)
        except NotFound:
            continue
        known.add(customer_id)
    return known

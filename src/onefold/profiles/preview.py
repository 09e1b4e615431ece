"""What somebody with a role would see, before anybody has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import BODIES, Access, FieldAccess, Layer, Mask, Resolve, Role
from onefold.profiles.tables import profile_summary
from onefold.storage import aware

FIELDS = (
    "display_name",
    "email",
    "phone",
    "company",
    "language",
    "country",
    "region",
    "city",
    "status",
    "tier",
    "owner",
    "customer_since",
    "last_contact_at",
    "last_score",
    "open_tickets",
    "orders",
)
"""Of the summary, as the card shows them."""

UNSAMPLED = ("birth_date", "national_id", "address", *BODIES)
"""Fields whose mask is told without a value."""


@dataclass(frozen=True)
class PreviewField:
    """How one field of a customer shows."""

    name: str
    value: Any
    mask: Mask
    """By the previewed role."""
    policy: str | None
    is_limited: bool
    """The value is masked further because whoever previews may see less than the role."""


@dataclass(frozen=True)
class Preview:
    """What a role sees."""

    visible: int
    """How many customers the role admits, of those that the previewing actor may know of."""
    total: int
    """How many customers the previewing actor may know of."""
    customers: tuple[tuple[str, tuple[PreviewField, ...]], ...]
    """A few of them: the id and the fields."""
    fields: tuple[tuple[str, FieldAccess], ...]
    """Every field that the card shows, and what hangs on a customer, with the role's mask."""


def preview_role(
    connection: sa.Connection, access: Access, role: Role, my: Mapping[str, Any], resolve: Resolve, *, sample: int = 5
) -> Preview:
    """What somebody who holds just ``role`` would see; never more than the actor of ``access`` sees.

    Args:
        connection: of a snapshot.
        access: who previews.
        role: as stored or as drafted.
        my: the attributes of the imagined person.
        resolve: attribute -> column of ``profile_summary``.
        sample: how many customers to show.

    Cost: two counts over ``profile_summary``.
    """
    alone = Access(access.actor, layers=(Layer((role,), my),), mask_key=access.mask_key)
    both = access.narrowed(Layer((role,), my))
    visible, total = (
        connection.scalar(sa.select(sa.func.count()).select_from(profile_summary).where(each.customers(resolve))) or 0
        for each in (both, access)
    )
    columns = [both.masked_column(name, resolve(name), resolve).label(f"value_{name}") for name in FIELDS]
    masks = [both.mask_column(name, resolve).label(f"mask_{name}") for name in FIELDS]
    query = (
        sa.select(profile_summary.c.customer_id, *columns, *masks)
        .where(both.customers(resolve))
        .order_by(profile_summary.c.email.is_(None), profile_summary.c.customer_id)
        .limit(sample)
    )
    rows = connection.execute(query).mappings()
    return Preview(
        visible,
        total,
        tuple((row["customer_id"], tuple(_field(alone, name, row) for name in FIELDS)) for row in rows),
        tuple((name, alone.field(name)) for name in (*FIELDS, *UNSAMPLED)),
    )


def _field(alone: Access, name: str, row: sa.RowMapping) -> PreviewField:
    by_role, value = alone.field(name), row[f"value_{name}"]
    return PreviewField(
        name,
        aware(value) if isinstance(value, datetime) else value,
        by_role.mask,
        by_role.policy,
        Mask(row[f"mask_{name}"]) is not by_role.mask,
    )

"""How much of the map a build would change, and whether that is more than it may without being confirmed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from onefold.identity.tables import customer

if TYPE_CHECKING:
    from onefold.identity import MapPlan

FEWEST_STOPPED = 50
"""Customers that a build may change in any case: in a small workspace a handful is a large share."""


@dataclass(frozen=True)
class Blast:
    """What a plan does to ids that other systems hold."""

    changed: int
    """Customers that would be merged into another, retired, or lose records to another."""
    customers: int
    """Active customers before."""
    limit: float
    """The share that may change."""
    counts: dict[str, int]
    """Of the plan."""

    @property
    def share(self) -> float:
        """Of customers whose id would change."""
        return self.changed / self.customers if self.customers else 0.0

    @property
    def is_too_large(self) -> bool:
        """Whether a person has to agree first."""
        return self.changed >= FEWEST_STOPPED and self.share > self.limit

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self) | {"share": round(self.share, 4)}


def measure_blast(connection: sa.Connection, plan: MapPlan, limit: float) -> Blast:
    """How much ``plan`` changes, against the map as it is."""
    active = sa.select(sa.func.count()).select_from(customer).where(customer.c.state == "active")
    changes = plan.changes.select(["kind", "customer_id", "other_customer_id"]).to_pylist()
    changed = {
        change["other_customer_id"] if change["kind"] == "restored" else change["customer_id"] for change in changes
    }
    return Blast(len(changed - {None}), int(connection.execute(active).scalar_one()), limit, dict(plan.counts))

"""Webhooks and deliveries as the rest of the product sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

RETRIED_FOR = timedelta(days=3)
"""How long a change is tried before it counts as failed."""
PAUSED_AFTER = timedelta(days=3)
"""A webhook that fails for so long without one success is paused, and its owner is told."""
KEPT = timedelta(days=30)
"""How long outbox entries that every webhook has passed, and deliveries that are over, are kept."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=6)
LONGEST_REST = timedelta(minutes=1)
"""How long one message that fails holds up those after it; order is kept for as long."""
LONGEST_RETRY_AFTER = timedelta(hours=24)
"""What a receiver asks for beyond this is not waited for."""
SECRET_OVERLAP = timedelta(hours=24)
"""How long the secret before signs beside the new one."""


class WebhookState(StrEnum):
    """Whether a webhook is sent to."""

    ACTIVE = "active"
    FAILING = "failing"
    PAUSED = "paused"


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"
    """The owner may no longer hear of it."""


@dataclass(frozen=True)
class Webhook:
    """An address that changes are sent to."""

    webhook_id: str
    name: str
    url: str
    kinds: tuple[str, ...]
    filter: str | None
    owner_id: str
    state: WebhookState
    reason: str | None
    failing_since: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    def wants(self, kind: str) -> bool:
        """Whether it is sent changes of this kind."""
        return any(
            wanted in {"*", kind} or (wanted.endswith(".*") and kind.startswith(wanted[:-1])) for wanted in self.kinds
        )


@dataclass(frozen=True)
class Delivery:
    """A change on its way to a webhook."""

    delivery_id: str
    webhook_id: str
    seq: int | None
    change: dict[str, Any]
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime | None
    status: int | None
    latency_ms: int | None
    excerpt: str | None
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True)
class Attempt:
    """What came of sending once."""

    status: int | None
    """None: there was no answer."""
    latency_ms: int
    excerpt: str
    retry_after: timedelta | None = None

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == 410


def waiting_time(attempts: int, chance: float) -> timedelta:
    """How long to wait after so many failed attempts: four times longer each, a quarter more or less by chance.

    >>> waiting_time(1, 0.5), waiting_time(3, 0.5), waiting_time(99, 0.5)
    (datetime.timedelta(seconds=5), datetime.timedelta(seconds=80), datetime.timedelta(seconds=21600))
    """
    growth: int = 4 ** min(attempts - 1, 10)
    wait = min(FIRST_WAIT * growth, LONGEST_WAIT)
    return wait * (0.75 + chance / 2)

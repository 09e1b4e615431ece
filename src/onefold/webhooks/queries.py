"""Reading webhooks and deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.errors import NotFound
from onefold.storage import aware
from onefold.webhooks.model import Delivery, DeliveryState, Webhook, WebhookState
from onefold.webhooks.tables import webhook, webhook_delivery


def list_webhooks(connection: sa.Connection, *, after: str = "", limit: int = 500) -> list[Webhook]:
    """Webhooks in the order of their ids."""
    chosen = sa.select(webhook).where(webhook.c.webhook_id > after).order_by(webhook.c.webhook_id).limit(limit)
    return [webhook_of(row) for row in connection.execute(chosen)]


def get_webhook(connection: sa.Connection, webhook_id: str) -> Webhook:
    """A webhook by its id.

    Raises:
        NotFound: there is none.
    """
    row = connection.execute(sa.select(webhook).where(webhook.c.webhook_id == webhook_id)).first()
    if row is None:
        raise NotFound(f"no webhook {webhook_id}", hint="List them: GET /api/v1/webhooks")
    return webhook_of(row)


def list_deliveries(
    connection: sa.Connection,
    webhook_id: str,
    *,
    states: Iterable[DeliveryState] = (),
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Delivery]:
    """Deliveries of a webhook, the newest first."""
    mine = webhook_delivery.c
    chosen = sa.select(webhook_delivery).where(mine.webhook_id == webhook_id)
    if states := list(states):
        chosen = chosen.where(mine.state.in_([state.value for state in states]))
    if before is not None:
        moment, delivery_id = before
        is_same = sa.and_(mine.created_at == moment, mine.delivery_id < delivery_id)
        chosen = chosen.where(sa.or_(mine.created_at < moment, is_same))
    chosen = chosen.order_by(mine.created_at.desc(), mine.delivery_id.desc()).limit(limit)
    return [delivery_of(row) for row in connection.execute(chosen)]


def get_delivery(connection: sa.Connection, delivery_id: str) -> Delivery:
    """A delivery by its id.

    Raises:
        NotFound: there is none, or none any more.
    """
    chosen = sa.select(webhook_delivery).where(webhook_delivery.c.delivery_id == delivery_id)
    row = connection.execute(chosen).first()
    if row is None:
        raise NotFound(f"no delivery {delivery_id}", hint="Deliveries are kept for 30 days.")
    return delivery_of(row)


def webhook_of(row: sa.Row[Any]) -> Webhook:
    """A row of ``webhook`` without its secrets."""
    return Webhook(
        webhook_id=row.webhook_id,
        name=row.name,
        url=row.url,
        kinds=tuple(row.kinds),
        filter=row.filter,
        owner_id=row.owner_id,
        state=WebhookState(row.state),
        reason=row.reason,
        failing_since=_moment(row.failing_since),
        version=row.version,
        created_at=aware(row.created_at),
        updated_at=aware(row.updated_at),
    )


def delivery_of(row: sa.Row[Any]) -> Delivery:
    """A row of ``webhook_delivery``."""
    return Delivery(
        delivery_id=row.delivery_id,
        webhook_id=row.webhook_id,
        seq=row.seq,
        change=row.change,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt_at=_moment(row.next_attempt_at),
        status=row.status,
        latency_ms=row.latency_ms,
        excerpt=row.excerpt,
        created_at=aware(row.created_at),
        delivered_at=_moment(row.delivered_at),
    )


def _moment(value: datetime | None) -> datetime | None:
    return None if value is None else aware(value)

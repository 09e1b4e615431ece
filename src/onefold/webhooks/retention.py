"""Forgetting changes that everybody has heard, and deliveries that are over."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from onefold.storage import AppDatabase, outbox
from onefold.webhooks.model import KEPT, DeliveryState, WebhookState
from onefold.webhooks.tables import webhook, webhook_delivery

_AT_ONCE = 5_000
"""Rows that one transaction deletes, so that other writers wait for a moment only."""


def trim(database: AppDatabase, now: datetime) -> dict[str, int]:
    """Delete outbox entries that are older than 30 days and that every webhook which is sent to has passed.

    A paused webhook holds nothing back: what is older than 30 days when it goes on, it does not hear. The newest entry
    stays, so that numbers go on from it.
    """
    until = now - KEPT
    with database.read() as connection:
        newest = int(connection.scalar(sa.select(sa.func.max(outbox.c.seq))) or 0)
        sent_to = webhook.c.state != WebhookState.PAUSED.value
        slowest = connection.scalar(sa.select(sa.func.min(webhook.c.position)).where(sent_to))
    last = min(newest - 1, newest if slowest is None else int(slowest))
    old = sa.and_(outbox.c.seq <= last, outbox.c.happened_at < until)
    over = sa.and_(webhook_delivery.c.state != DeliveryState.WAITING.value, webhook_delivery.c.created_at < until)
    return {
        "changes": _delete(database, outbox, outbox.c.seq, old),
        "deliveries": _delete(database, webhook_delivery, webhook_delivery.c.delivery_id, over),
    }


def _delete(
    database: AppDatabase, table: sa.Table, key: sa.ColumnElement[object], chosen: sa.ColumnElement[bool]
) -> int:
    deleted = 0
    while True:
        with database.write() as connection:
            some = sa.select(key).where(chosen).limit(_AT_ONCE).scalar_subquery()
            count = connection.execute(table.delete().where(key.in_(some))).rowcount
        deleted += count
        if count < _AT_ONCE:
            return deleted

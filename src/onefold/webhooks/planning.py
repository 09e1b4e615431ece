"""From changes to deliveries: what each webhook is to be sent."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import InvalidInput, NotAllowed
from onefold.profiles import filtering
from onefold.profiles.tables import profile_summary
from onefold.storage import AppDatabase, announce, outbox
from onefold.webhooks.actions import add_deliveries
from onefold.webhooks.changes import Change, changes_after, heard
from onefold.webhooks.model import Webhook, WebhookState
from onefold.webhooks.owners import access_of_owner
from onefold.webhooks.queries import webhook_of
from onefold.webhooks.tables import webhook

PLANNED = 500
"""Changes looked at in one transaction."""


def is_behind() -> sa.ColumnElement[bool]:
    """Whether there are changes that a webhook was not yet planned for; paused ones wait."""
    newest = sa.select(sa.func.max(outbox.c.seq)).scalar_subquery()
    return sa.and_(webhook.c.state != WebhookState.PAUSED.value, webhook.c.position < newest)


def plan_deliveries(database: AppDatabase, webhook_id: str) -> int:
    """Turn the next changes into deliveries and move on, in one transaction; returns how many."""
    with database.read() as connection:
        row = connection.execute(sa.select(webhook).where(webhook.c.webhook_id == webhook_id, is_behind())).first()
        if row is None:
            return 0
        changes = changes_after(connection, row.position, PLANNED)
        access = access_of_owner(connection, row.owner_id)
        wanted = _wanted(connection, webhook_of(row), access, changes) if access is not None else []
    if not changes:
        return 0
    with database.write() as connection:
        unmoved = sa.and_(webhook.c.webhook_id == webhook_id, webhook.c.position == row.position)
        if access is None:
            _pause_without_owner(connection, unmoved, webhook_id, row.owner_id)
            return 0
        moved = connection.execute(webhook.update().where(unmoved).values(position=changes[-1].seq))
        if not moved.rowcount:
            return 0  # another server was faster
        return len(add_deliveries(connection, webhook_id, [(change.seq, change) for change in wanted]))


def _wanted(connection: sa.Connection, found: Webhook, access: Access, changes: list[Change]) -> list[Change]:
    """What the owner may hear, the kinds name, and the filter lets through; a webhook is told nothing of itself."""
    named = [change for change in changes if found.wants(change.kind) and change.resource_id != found.webhook_id]
    audible = heard(connection, access, named)
    if not found.filter:
        return audible
    ids = [change.customer_id for change in audible if change.customer_id]
    try:
        condition = filtering(access, found.filter)
    except (InvalidInput, NotAllowed):  # it names what is gone, or what the owner may not see: nothing passes
        return []
    chosen = sa.select(profile_summary.c.customer_id).where(profile_summary.c.customer_id.in_(ids), condition)
    passing = set(connection.scalars(chosen))
    return [change for change in audible if change.customer_id in passing]


def _pause_without_owner(
    connection: sa.Connection, chosen: sa.ColumnElement[bool], webhook_id: str, owner_id: str
) -> None:
    reason = "its owner may no longer sign in"
    connection.execute(webhook.update().where(chosen).values(state=WebhookState.PAUSED.value, reason=reason))
    facts = {"reason": reason, "owner_id": owner_id}
    announce(connection, "webhook.paused", resource="webhook", resource_id=webhook_id, payload=facts)

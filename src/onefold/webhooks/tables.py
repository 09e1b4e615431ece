"""Webhooks and what was sent to them."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


webhook = sa.Table(
    "webhook",
    metadata,
    sa.Column("webhook_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("sealed_secret", sa.Text, nullable=False),  # signs what is sent; sealed by the vault
    sa.Column("sealed_previous", sa.Text),  # the secret before, which signs too until previous_until
    _moment("previous_until"),
    sa.Column("kinds", sa.JSON, nullable=False),  # kinds of changes: note.created, note.*, *
    sa.Column("filter", sa.Text),  # rule over attributes: only changes of customers for whom it is true
    sa.Column("owner_id", sa.Text, nullable=False),  # whose access decides what is sent
    sa.Column("state", sa.Text, nullable=False),  # active, failing, paused
    sa.Column("reason", sa.Text),  # why it is paused, where no person did it
    sa.Column("position", sa.BigInteger, nullable=False),  # outbox entries up to here have become deliveries, or not
    sa.Column("failures", sa.Integer, nullable=False),  # attempts that failed since the last success
    _moment("failing_since"),
    _moment("resume_at"),  # nothing is sent before
    sa.Column("lease_owner", sa.Text),  # the server that sends for it now
    _moment("lease_until"),
    sa.Column("version", sa.Integer, nullable=False),
    _moment("created_at", nullable=False),
    _moment("updated_at", nullable=False),
)
"""Grain: one row per address that changes are sent to."""

webhook_delivery = sa.Table(
    "webhook_delivery",
    metadata,
    sa.Column("delivery_id", sa.Text, primary_key=True),  # also the webhook-id header: the same at every attempt
    sa.Column("webhook_id", sa.Text, sa.ForeignKey("webhook.webhook_id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.BigInteger),  # of the outbox; null: a ping
    sa.Column("change", sa.JSON, nullable=False),  # the outbox entry, which may be trimmed before it is delivered
    sa.Column("state", sa.Text, nullable=False),  # waiting, delivered, failed, withheld
    sa.Column("attempts", sa.Integer, nullable=False),
    _moment("next_attempt_at"),
    sa.Column("status", sa.Integer),  # of the last answer
    sa.Column("latency_ms", sa.Integer),
    sa.Column("excerpt", sa.Text),  # of the last answer, or why there was none
    _moment("created_at", nullable=False),
    _moment("delivered_at"),
    sa.UniqueConstraint("webhook_id", "seq", name="webhook_delivery_once"),
    sa.Index("webhook_delivery_due", "webhook_id", "state", "next_attempt_at"),
)
"""Grain: one row per change that a webhook is to hear of, or ping, for 30 days."""

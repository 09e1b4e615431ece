"""Signing secrets, sealed at rest."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from onefold.storage import aware
from onefold.webhooks.tables import webhook


class Sealer(Protocol):
    """Seals secrets for one purpose each (``onefold.access.Vault``)."""

    def seal(self, text: str, *, purpose: str) -> str:
        """Encrypt."""

    def unseal(self, sealed: str, *, purpose: str) -> str:
        """Decrypt what was sealed for the same purpose."""


def seal_secret(sealer: Sealer, webhook_id: str, secret: str) -> str:
    """A signing secret as the table keeps it."""
    return sealer.seal(secret, purpose=_purpose(webhook_id))


def secret_of(connection: sa.Connection, sealer: Sealer, webhook_id: str) -> str:
    """The signing secret of a webhook."""
    sealed = connection.scalar(sa.select(webhook.c.sealed_secret).where(webhook.c.webhook_id == webhook_id))
    return sealer.unseal(str(sealed), purpose=_purpose(webhook_id))


def signing_secrets(sealer: Sealer, row: sa.Row[Any], now: datetime) -> list[str]:
    """The secrets that sign now: the present one, and the one before while receivers change over."""
    sealed = [row.sealed_secret]
    if row.sealed_previous and row.previous_until and aware(row.previous_until) > now:
        sealed.append(row.sealed_previous)
    return [sealer.unseal(one, purpose=_purpose(row.webhook_id)) for one in sealed]


def _purpose(webhook_id: str) -> str:
    return f"webhook:{webhook_id}"

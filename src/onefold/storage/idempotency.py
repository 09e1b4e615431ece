"""Answers to creating requests, kept beside what they created, so that a repeated request creates nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from onefold.errors import Conflict
from onefold.kernel import utc_now
from onefold.storage.database import metadata

KEPT = timedelta(days=7)
"""How long a request may be repeated under its key."""

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("actor_id", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.JSON),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, index=True),
)
"""Grain: one row per creating request that succeeded, for as long as it may be repeated."""


@dataclass(frozen=True)
class KeptAnswer:
    """What a request was answered the first time."""

    status: int
    body: Any


def kept_answer(connection: sa.Connection, actor_id: str, key: str, request_hash: str) -> KeptAnswer | None:
    """The answer that this actor got for this key; None for a new one.

    Raises:
        Conflict: the key stands for another request.
    """
    mine = (idempotency_key.c.actor_id == actor_id, idempotency_key.c.key == key)
    row = connection.execute(sa.select(idempotency_key).where(*mine)).first()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Conflict("this Idempotency-Key was used for another request", hint="Use a new key for every new request.")
    return KeptAnswer(row.status, row.body)


def keep_answer(connection: sa.Connection, actor_id: str, key: str, request_hash: str, answer: KeptAnswer) -> None:
    """Keep the answer in the transaction that did the work; forget those whose time is over."""
    now = utc_now()
    connection.execute(sa.delete(idempotency_key).where(idempotency_key.c.created_at < now - KEPT))
    connection.execute(
        idempotency_key.insert().values(
            actor_id=actor_id,
            key=key,
            request_hash=request_hash,
            status=answer.status,
            body=answer.body,
            created_at=now,
        )
    )

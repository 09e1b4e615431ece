"""What happened, read from the outbox after the commit, and who may hear of it.

Open pages and webhooks ask here, so that neither hears what the other would not. A change that belongs to a customer
is heard by those whose row scope holds the customer now; a change with a recipient by its recipient alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles import summary_column
from onefold.profiles.tables import profile_summary
from onefold.storage import aware, outbox

RECIPIENT = "recipient_id"
"""Where a change is for one person only, its payload names them so."""

_READ_AS = {
    "card_layout": "settings",
    "invitation": "user",
    "quarantine": "source",
    "schedule": "source",
    "session": "user",
    "upload": "source",
}
"""Resources of changes that are read by the permission for another kind."""

_OWN = frozenset({"notification"})
"""Heard by their recipient alone; no permission is asked for what is one's own."""


@dataclass(frozen=True)
class Change:
    """One entry of the outbox."""

    seq: int
    happened_at: datetime
    kind: str
    resource: str
    resource_id: str
    customer_id: str | None = None
    actor_id: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The change as listeners are told it."""
        return {
            "seq": self.seq,
            "kind": self.kind,
            "resource": self.resource,
            "resource_id": self.resource_id,
            "customer_id": self.customer_id,
            "happened_at": self.happened_at.isoformat().replace("+00:00", "Z"),
        }


def newest_seq(connection: sa.Connection) -> int:
    """The number of the last change; 0 before the first."""
    return int(connection.scalar(sa.select(sa.func.max(outbox.c.seq))) or 0)


def oldest_seq(connection: sa.Connection) -> int:
    """The number of the first change that is still kept; 0 where there is none."""
    return int(connection.scalar(sa.select(sa.func.min(outbox.c.seq))) or 0)


def changes_after(connection: sa.Connection, seq: int, limit: int) -> list[Change]:
    """The next changes after number ``seq``, in order. Numbers never appear behind those already read."""
    rows = connection.execute(sa.select(outbox).where(outbox.c.seq > seq).order_by(outbox.c.seq).limit(limit))
    return [_change(row) for row in rows]


def changes_between(connection: sa.Connection, first: int, last: int, limit: int) -> list[Change]:
    """The kept changes from number ``first`` to ``last``, both included."""
    chosen = sa.select(outbox).where(outbox.c.seq.between(first, last)).order_by(outbox.c.seq).limit(limit)
    return [_change(row) for row in connection.execute(chosen)]


def _change(row: Any) -> Change:
    return Change(
        row.seq,
        aware(row.happened_at),
        row.kind,
        row.resource,
        row.resource_id,
        row.customer_id,
        row.actor_id,
        row.payload or {},
    )


def heard(connection: sa.Connection, access: Access, changes: Sequence[Change]) -> list[Change]:
    """Those of ``changes`` that an actor may hear of now."""
    return hear_all(connection, [access], changes)[0]


def hear_all(connection: sa.Connection, listeners: Sequence[Access], changes: Sequence[Change]) -> list[list[Change]]:
    """For each listener, those of ``changes`` that it may hear of now.

    Cost: one query per different row scope, however many listeners share it.
    """
    ids = sorted({change.customer_id for change in changes if change.customer_id})
    admitted: dict[object, frozenset[str] | None] = {}
    answers = []
    for access in listeners:
        possible = [change for change in changes if _may_read(access, change)]
        if any(change.customer_id for change in possible):
            scope = access.customers(summary_column)
            key = _meaning(scope)
            if key not in admitted:
                admitted[key] = _customers_in(connection, scope, ids)
            known = admitted[key]
            possible = [c for c in possible if c.customer_id is None or known is None or c.customer_id in known]
        answers.append(possible)
    return answers


def _may_read(access: Access, change: Change) -> bool:
    """Whether permissions and recipient admit the change, the customer's row scope aside."""
    recipient = change.payload.get(RECIPIENT)
    if recipient is not None and access.actor.actor_id != recipient:
        return False
    if change.resource in _OWN:
        return recipient is not None
    if change.customer_id and not access.may("read", "customer"):
        return False
    return access.may("read", _READ_AS.get(change.resource, change.resource))


def _customers_in(
    connection: sa.Connection, scope: sa.ColumnElement[bool], ids: Iterable[str]
) -> frozenset[str] | None:
    """The customers among ``ids`` that the scope holds; None where it holds all, those that are gone too."""
    if isinstance(scope, sa.True_):
        return None
    chosen = sa.select(profile_summary.c.customer_id).where(profile_summary.c.customer_id.in_(list(ids)), scope)
    return frozenset(connection.scalars(chosen))


def _meaning(scope: sa.ColumnElement[bool]) -> object:
    """Equal for scopes that admit the same customers because they are written alike."""
    compiled = scope.compile()
    return str(compiled), repr(sorted(compiled.params.items()))

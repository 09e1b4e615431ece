"""Appending to the audit: each entry holds the hash of the one before, so that nothing can be changed unnoticed.

Entries of a write are appended in the writer's own transaction: both are there, or neither.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from onefold.access.audit.tables import audit_entry
from onefold.access.model import Access
from onefold.kernel import utc_now
from onefold.storage import commit_in_order

GENESIS = "0" * 64
"""What the first entry holds as the hash before it."""

_LONGEST_TEXT = 2000
_APPEND = audit_entry.insert()
_LAST = sa.select(audit_entry.c.seq, audit_entry.c.hash).order_by(audit_entry.c.seq.desc()).limit(1)


@dataclass(frozen=True)
class Draft:
    """An entry before it has its place in the chain."""

    at: datetime
    actor_id: str
    actor_name: str
    action: str
    kind: str
    resource_id: str
    customer_id: str | None
    address: str | None
    details: str


def record_audit(
    connection: sa.Connection,
    access: Access,
    action: str,
    kind: str,
    resource_id: str,
    details: Mapping[str, Any] | None = None,
    *,
    customer_id: str | None = None,
) -> None:
    """Append what the actor does to the audit, in the transaction that does it.

    Call it last: on PostgreSQL other writers wait from here to the commit.

    Args:
        connection: of the writer's transaction.
        access: whose deed it is.
        action: ``kind.verb``, such as ``note.create``.
        kind: resource kind.
        resource_id: which one.
        details: small facts; no secrets, no values of customers.
        customer_id: the customer it concerns.
    """
    append(connection, [draft_of(access, action, kind, resource_id, details, customer_id)])


def draft_of(
    access: Access,
    action: str,
    kind: str,
    resource_id: str,
    details: Mapping[str, Any] | None,
    customer_id: str | None,
) -> Draft:
    """An entry of this moment."""
    actor = access.actor
    return Draft(
        at=utc_now(),
        actor_id=_storable(actor.actor_id),
        actor_name=_storable(actor.name),
        action=_storable(action),
        kind=_storable(kind),
        resource_id=_storable(resource_id),
        customer_id=_storable(customer_id) if customer_id else None,
        address=_storable(actor.address) if actor.address else None,
        details=json.dumps(details or {}, sort_keys=True, separators=(",", ":"), default=str),
    )


def append(connection: sa.Connection, drafts: Sequence[Draft]) -> None:
    """Give the drafts the next places in the chain."""
    if not drafts:
        return
    seq, previous = head(connection)
    rows = []
    for draft in drafts:
        seq += 1
        digest = entry_hash(previous, seq, draft)
        rows.append({"seq": seq, **vars(draft), "previous_hash": previous, "hash": digest})
        previous = digest
    connection.execute(_APPEND, rows)


def entry_hash(previous_hash: str, seq: int, draft: Draft) -> str:
    """BLAKE2b-256 of the hash before and the canonical JSON of the entry."""
    content = {**vars(draft), "seq": seq, "at": draft.at.astimezone(UTC).isoformat(timespec="microseconds")}
    line = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(f"{previous_hash}\n{line}".encode(), digest_size=32).hexdigest()


def head(connection: sa.Connection) -> tuple[int, str]:
    """Number and hash of the last entry; holds the end of the chain for this transaction until it commits."""
    commit_in_order(connection)
    mine = _last(connection)
    if connection.dialect.name != "postgresql":
        return mine
    # This transaction's snapshot may be older than its turn: what others committed meanwhile is seen from beside it.
    with _beside(connection.engine).connect() as other:
        return max(mine, _last(other))


def _last(connection: sa.Connection) -> tuple[int, str]:
    row = connection.execute(_LAST).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


_engines_beside: WeakKeyDictionary[sa.Engine, sa.Engine] = WeakKeyDictionary()
_making = threading.Lock()


def _beside(engine: sa.Engine) -> sa.Engine:
    """An engine with a connection of its own, so that who has the turn never waits for those who wait for it."""
    with _making:
        if engine not in _engines_beside:
            beside = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)
            _engines_beside[engine] = beside
            sa.event.listen(engine, "engine_disposed", lambda _engine: beside.dispose())
        return _engines_beside[engine]


def _storable(text: str) -> str:
    """Text that every database can hold: no NUL, no lone surrogates, no more than a reasonable length."""
    return text.replace("\x00", "�").encode("utf-8", "replace").decode()[:_LONGEST_TEXT]

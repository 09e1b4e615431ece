"""Every change leaves two traces in its own transaction: an audit entry, and an announcement for whoever listens."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from onefold.access import Access, record_audit
from onefold.storage import announce

_ACTIONS = {"created": "create", "updated": "update", "deleted": "delete", "merged": "merge", "tagged": "tag"}


def leave_trail(
    connection: sa.Connection,
    access: Access,
    verb: str,
    kind: str,
    resource_id: str,
    customer_id: str | None,
    **details: Any,
) -> None:
    """Record and announce that the actor did something. Call it last: others wait from here to the commit.

    Args:
        connection: of the transaction that did it.
        access: of the actor.
        verb: in the past tense, such as ``created``.
        kind: of the thing.
        resource_id: which thing.
        customer_id: the customer it hangs on now.
        details: small facts without personal data.
    """
    action = f"{kind}.{_ACTIONS[verb]}"
    record_audit(connection, access, action, kind, resource_id, details, customer_id=customer_id)
    announce(
        connection,
        f"{kind}.{verb}",
        resource=kind,
        resource_id=resource_id,
        customer_id=customer_id,
        actor_id=access.actor.actor_id,
        payload=details,
    )

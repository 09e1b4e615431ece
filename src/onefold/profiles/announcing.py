"""Telling listeners whose profiles a build wrote."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import sqlalchemy as sa

from onefold.storage import announce, announce_all

MOST_TOLD = 1_000
"""Profiles that one build announces one by one. A build that writes more says once that customers changed: whoever
follows them reads them anew, which is less work for both sides than so many messages."""


def announce_profiles(connection: sa.Connection, written: pa.Table, now: datetime) -> None:
    """``customer.created`` and ``customer.updated``, or ``customers.changed`` in place of too many.

    The summary tells no number: it would count customers that its listener may not know of.

    Args:
        connection: of the transaction that wrote them.
        written: customer_id, version. One row per written profile.
        now: an aware moment.
    """
    if len(written) > MOST_TOLD:
        announce(connection, "customers.changed", resource="customer", resource_id="", at=now)
        return
    told = zip(written["customer_id"].to_pylist(), written["version"].to_pylist(), strict=True)
    entries = [
        {
            "kind": "customer.created" if version == 1 else "customer.updated",
            "resource": "customer",
            "resource_id": customer_id,
            "customer_id": customer_id,
            "payload": {"version": version},
        }
        for customer_id, version in told
    ]
    announce_all(connection, entries, at=now)

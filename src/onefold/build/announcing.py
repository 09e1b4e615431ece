"""Telling listeners what a build did to ids that other systems hold, and that it is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.identity.tables import customer_change, identity_run
from onefold.storage import announce, announce_all

MOST_TOLD = 10_000
"""Changes of ids that one build announces one by one: systems that hold an id must follow each of them. A build that
changes more says once that customers changed."""


def announce_build(connection: sa.Connection, build_no: int, now: datetime) -> None:
    """``customer.merged``, ``split``, ``moved``, ``retired`` and ``restored`` of this build, then ``build.finished``.

    Call it last in the transaction that publishes.
    """
    _announce_changes(connection, identity_run.c.build_no == build_no, now)
    facts = {"build_no": build_no}
    announce(connection, "build.finished", resource="build", resource_id=str(build_no), payload=facts, at=now)


def announce_run(connection: sa.Connection, run_id: int, now: datetime) -> None:
    """The changes of ids by one run of the map, as ``announce_build`` tells those of a build."""
    _announce_changes(connection, identity_run.c.run_id == run_id, now)


def _announce_changes(connection: sa.Connection, which: sa.ColumnElement[bool], now: datetime) -> None:
    entries = [_entry(row) for row in connection.execute(_changes(which))]
    if len(entries) > MOST_TOLD:
        announce(connection, "customers.changed", resource="customer", resource_id="", at=now)
    else:
        announce_all(connection, entries, at=now)


def _changes(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(customer_change.c.kind, customer_change.c.customer_id, customer_change.c.other_customer_id)
        .join(identity_run, identity_run.c.run_id == customer_change.c.run_id)
        .where(which)
        .order_by(customer_change.c.change_id)
        .limit(MOST_TOLD + 1)
    )


def _entry(row: sa.Row[Any]) -> dict[str, Any]:
    """A merged id is heard of by those who may know of the customer that it leads to, and is told with it.

    Of other changes only the customer itself is named: the other one may be out of a listener's scope.
    """
    is_merged = row.kind == "merged"
    return {
        "kind": f"customer.{row.kind}",
        "resource": "customer",
        "resource_id": row.customer_id,
        "customer_id": row.other_customer_id if is_merged else row.customer_id,
        "payload": {"merged_into": row.other_customer_id} if is_merged else {},
    }

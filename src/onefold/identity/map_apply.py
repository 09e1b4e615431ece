"""Writing a plan of the identity map, inside the caller's transaction."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from onefold.errors import Conflict
from onefold.identity.map_plan import MapPlan
from onefold.identity.tables import customer, customer_change, identity_run, subject, subject_history
from onefold.storage import indexes_deferred, insert_arrow, scratch_table


def apply_map(
    connection: sa.Connection,
    plan: MapPlan,
    *,
    build_no: int | None,
    actor: str,
    rule_version: str,
    now: datetime,
    reason: str | None = None,
) -> dict[str, int]:
    """Write ``plan`` and its history; an empty plan writes nothing at all. Returns the plan's counts.

    Args:
        connection: to the app database, in a transaction that the caller commits.
        plan: from ``plan_map``.
        build_no: the build it belongs to, where there is one.
        actor: who decided: 'build', or a person's name.
        rule_version: of the rules by which subjects were clustered.
        now: an aware moment, not before that of the last run.
        reason: in the words of the person who decided.

    Raises:
        Conflict: the map changed since the plan was made.
    """
    query = sa.select(sa.func.coalesce(sa.func.max(identity_run.c.run_id), 0))
    if (last_run := connection.execute(query).scalar_one()) != plan.based_on_run:
        raise Conflict(
            f"the identity map changed since this plan was made (run {last_run}, planned on {plan.based_on_run})",
            hint="Run the command again: onefold build.",
        )
    if plan.is_empty:
        return plan.counts
    now = now.astimezone(UTC)
    run_id = last_run + 1
    connection.execute(
        sa.insert(identity_run).values(
            run_id=run_id,
            build_no=build_no,
            actor=actor,
            rule_version=rule_version,
            applied_at=now,
            counts=plan.counts,
            reason=reason,
        )
    )
    _issue(connection, plan.created, run_id, now)
    _change(connection, plan.changed)
    _detach(connection, plan.ended, run_id, now)
    with indexes_deferred(connection, subject):
        insert_arrow(connection, subject, _stamped(plan.begun, attached_run=run_id, attached_at=now))
    _announce(connection, plan.changes, run_id, now)
    return plan.counts


def _stamped(rows: pa.Table, **constants: int | str | datetime) -> pa.Table:
    """``rows`` with constant columns appended."""
    for name, value in constants.items():
        kind = pa.timestamp("us", tz="UTC") if isinstance(value, datetime) else None
        rows = rows.append_column(name, pa.repeat(pa.scalar(value, type=kind), len(rows)))
    return rows


def _issue(connection: sa.Connection, created: pa.Table, run_id: int, now: datetime) -> None:
    insert_arrow(connection, customer, _stamped(created, state="active", created_run=run_id, created_at=now))


def _change(connection: sa.Connection, changed: pa.Table) -> None:
    if not len(changed):
        return
    names = ("kind", "state", "merged_into")
    with scratch_table(connection, "customer_changed", ["customer_id", *names]) as scratch:
        insert_arrow(connection, scratch, changed)
        connection.execute(
            sa.update(customer)
            .values({name: scratch.c[name] for name in names})
            .where(customer.c.customer_id == scratch.c.customer_id)
        )


def _detach(connection: sa.Connection, ended: pa.Table, run_id: int, now: datetime) -> None:
    if not len(ended):
        return
    with scratch_table(connection, "subject_ended", ["subject_id"]) as scratch:
        insert_arrow(connection, scratch, ended.select(["subject_id"]))
        attachments = sa.select(
            subject.c.subject_id,
            sa.literal(run_id),
            subject.c.customer_id,
            subject.c.attached_run,
            subject.c.attached_at,
            sa.literal(now, sa.DateTime(timezone=True)),
        ).join(scratch, scratch.c.subject_id == subject.c.subject_id)
        names = ["subject_id", "detached_run", "customer_id", "attached_run", "attached_at", "detached_at"]
        connection.execute(sa.insert(subject_history).from_select(names, attachments))
        connection.execute(sa.delete(subject).where(subject.c.subject_id.in_(sa.select(scratch.c.subject_id))))


def _announce(connection: sa.Connection, changes: pa.Table, run_id: int, now: datetime) -> None:
    subject_ids = pa.array([json.dumps(ids) for ids in changes["subject_ids"].to_pylist()], pa.string())
    start = connection.execute(sa.select(sa.func.coalesce(sa.func.max(customer_change.c.change_id), 0))).scalar_one()
    rows = changes.drop_columns(["subject_ids"]).append_column("subject_ids", subject_ids)
    rows = rows.append_column("change_id", pc.add(pa.array(range(1, len(rows) + 1), pa.int64()), start))
    insert_arrow(connection, customer_change, _stamped(rows, run_id=run_id, happened_at=now))

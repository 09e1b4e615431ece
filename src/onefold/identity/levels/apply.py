"""Writing planned households and memberships, inside the caller's transaction; what has not changed is not touched."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.errors import Conflict
from onefold.identity.levels.plan import LevelPlan
from onefold.identity.map_plan import MapPlan
from onefold.identity.tables import (
    household,
    household_member,
    household_member_history,
    household_run,
    organisation_link,
    organisation_member,
)
from onefold.storage import insert_arrow, read_table, scratch_table

_HOUSEHOLD_COLUMNS = {"subject_id": "customer_id", "customer_id": "household_id"}
_MEMBER = pa.schema([("customer_id", pa.string()), ("strength", pa.float64()), ("reasons", pa.string())])
_BELONGS = pa.schema(
    [
        ("customer_id", pa.string()),
        ("organisation_id", pa.string()),
        ("is_main", pa.int64()),
        ("role", pa.string()),
        ("subject_id", pa.string()),
        ("strength", pa.float64()),
        ("reasons", pa.string()),
        ("is_over", pa.int64()),
    ]
)
_LINK = pa.schema([(name, pa.string()) for name in ("organisation_id", "other_id", "kind", "subject_id")])


def apply_levels(connection: sa.Connection, plan: LevelPlan, *, build_no: int | None, now: datetime) -> dict[str, int]:
    """Write ``plan``; an equal state stays as it is. Returns how many households and memberships changed.

    Args:
        connection: to the app database, in a transaction that the caller commits.
        plan: from ``plan_levels``.
        build_no: the build it belongs to, where there is one.
        now: an aware moment, not before that of the last run.

    Raises:
        Conflict: households changed since the plan was made.
    """
    now = now.astimezone(UTC)
    counts = {"households_changed": _apply_households(connection, plan, build_no, now)}
    engine = Engine.open()
    try:
        counts["household_reasons"] = _update_reasons(connection, engine, plan.members)
        counts["memberships_changed"] = _apply_memberships(connection, engine, plan.memberships, now)
        counts["links_changed"] = _apply_links(connection, engine, plan.links, now)
    finally:
        engine.close()
    return counts


def _apply_households(connection: sa.Connection, plan: LevelPlan, build_no: int | None, now: datetime) -> int:
    changes = plan.households
    last = connection.execute(sa.select(sa.func.coalesce(sa.func.max(household_run.c.run_id), 0))).scalar_one()
    if last != changes.based_on_run:
        raise Conflict(
            f"households changed since this plan was made (run {last}, planned on {changes.based_on_run})",
            hint="Run the command again: onefold build.",
        )
    if changes.is_empty:
        return 0
    run_id = last + 1
    connection.execute(
        household_run.insert().values(run_id=run_id, build_no=build_no, applied_at=now, counts=changes.counts)
    )
    created = _renamed(changes.created.select(["customer_id"]))
    insert_arrow(connection, household, _stamped(created, state="active", created_run=run_id, created_at=now))
    _change(connection, _renamed(changes.changed.drop_columns(["kind"])))
    _detach(connection, _renamed(changes.ended.select(["subject_id"])), run_id, now)
    insert_arrow(connection, household_member, _begun(changes, plan.members, run_id, now))
    return len(changes.begun) + len(changes.ended)


def _begun(changes: MapPlan, members: pa.Table, run_id: int, now: datetime) -> pa.Table:
    begun = _renamed(changes.begun).join(members, "customer_id").combine_chunks()
    return _stamped(begun, attached_run=run_id, attached_at=now)


def _change(connection: sa.Connection, changed: pa.Table) -> None:
    if not len(changed):
        return
    names = ("state", "merged_into")
    with scratch_table(connection, "household_changed", ["household_id", *names]) as scratch:
        insert_arrow(connection, scratch, changed)
        connection.execute(
            sa.update(household)
            .values({name: scratch.c[name] for name in names})
            .where(household.c.household_id == scratch.c.household_id)
        )


def _detach(connection: sa.Connection, ended: pa.Table, run_id: int, now: datetime) -> None:
    if not len(ended):
        return
    member = household_member.c
    with scratch_table(connection, "household_left", ["customer_id"]) as scratch:
        insert_arrow(connection, scratch, ended)
        rows = sa.select(
            member.customer_id,
            sa.literal(run_id),
            member.household_id,
            member.attached_run,
            member.attached_at,
            sa.literal(now, sa.DateTime(timezone=True)),
        ).join(scratch, scratch.c.customer_id == member.customer_id)
        names = ["customer_id", "detached_run", "household_id", "attached_run", "attached_at", "detached_at"]
        connection.execute(household_member_history.insert().from_select(names, rows))
        connection.execute(household_member.delete().where(member.customer_id.in_(sa.select(scratch.c.customer_id))))


def _update_reasons(connection: sa.Connection, engine: Engine, members: pa.Table) -> int:
    """Reasons of those who stay may be others than they were."""
    held = read_table(
        connection,
        sa.select(
            household_member.c.customer_id,
            household_member.c.strength,
            sa.cast(household_member.c.reasons, sa.Text),
        ),
        _MEMBER,
    )
    with engine.registered(held, "held"), engine.registered(members, "wanted"):
        changed = engine.arrow(
            """
            select w.customer_id, w.strength, w.reasons from wanted w join held h using (customer_id)
            where w.strength <> h.strength or json_extract(w.reasons, '$') <> json_extract(h.reasons, '$')"""
        )
    rows = changed.to_pylist()
    key = household_member.c.customer_id == sa.bindparam("key")
    _execute_all(
        connection,
        household_member.update()
        .where(key)
        .values(strength=sa.bindparam("new_strength"), reasons=sa.bindparam("new_reasons", type_=sa.JSON)),
        [{"key": r["customer_id"], "new_strength": r["strength"], "new_reasons": _json(r["reasons"])} for r in rows],
    )
    return len(rows)


def _apply_memberships(connection: sa.Connection, engine: Engine, wanted: pa.Table, now: datetime) -> int:
    table = organisation_member
    query = sa.select(
        table.c.customer_id,
        table.c.organisation_id,
        sa.case((table.c.is_main, 1), else_=0),
        table.c.role,
        table.c.subject_id,
        table.c.strength,
        sa.cast(table.c.reasons, sa.Text),
        sa.case((table.c.until.is_(None), 0), else_=1),
    )
    held = read_table(connection, query, _BELONGS)
    with engine.registered(held, "held"), engine.registered(wanted, "wanted"):
        begun = engine.arrow("select * from wanted anti join held using (customer_id, organisation_id)")
        gone = engine.rows(
            """
            select customer_id, organisation_id from held anti join wanted using (customer_id, organisation_id)
            where is_over = 0"""
        )
        changed = engine.arrow(
            """
            select w.* from wanted w join held h using (customer_id, organisation_id)
            where h.is_over = 1 or (w.is_main, w.role, w.subject_id, w.strength, json_extract(w.reasons, '$'))
                is distinct from (h.is_main = 1, h.role, h.subject_id, h.strength, json_extract(h.reasons, '$'))"""
        ).to_pylist()
    since = begun["since"].cast(pa.timestamp("us", tz="UTC")).fill_null(pa.scalar(now, pa.timestamp("us", tz="UTC")))
    insert_arrow(connection, table, begun.set_column(begun.schema.get_field_index("since"), "since", since))
    key = sa.and_(table.c.customer_id == sa.bindparam("one"), table.c.organisation_id == sa.bindparam("other"))
    end = table.update().where(key).values(until=now, is_main=False)
    _execute_all(connection, end, [{"one": one, "other": other} for one, other in gone])
    _execute_all(
        connection,
        table.update()
        .where(key)
        .values(
            until=None,
            is_main=sa.bindparam("new_is_main"),
            role=sa.bindparam("new_role"),
            subject_id=sa.bindparam("new_subject_id"),
            strength=sa.bindparam("new_strength"),
            reasons=sa.bindparam("new_reasons", type_=sa.JSON),
        ),
        [
            {"one": row["customer_id"], "other": row["organisation_id"], "new_reasons": _json(row["reasons"])}
            | {f"new_{name}": row[name] for name in ("is_main", "role", "subject_id", "strength")}
            for row in changed
        ],
    )
    return len(begun) + len(gone) + len(changed)


def _apply_links(connection: sa.Connection, engine: Engine, wanted: pa.Table, now: datetime) -> int:
    table = organisation_link
    names = [*_LINK.names]
    held = read_table(connection, sa.select(*(table.c[name] for name in names)).where(table.c.until.is_(None)), _LINK)
    over = read_table(
        connection, sa.select(*(table.c[name] for name in names)).where(table.c.until.is_not(None)), _LINK
    )
    by = "using (organisation_id, other_id, kind)"
    with (
        engine.registered(held, "held"),
        engine.registered(over, "former"),
        engine.registered(wanted, "wanted"),
    ):
        begun = engine.arrow(f"select * from wanted anti join held {by} anti join former {by}")
        gone = engine.rows(f"select organisation_id, other_id, kind from held anti join wanted {by}")
        back = engine.rows(f"select organisation_id, other_id, kind from former semi join wanted {by}")
    insert_arrow(connection, table, _stamped(begun, since=now))
    key = sa.and_(
        table.c.organisation_id == sa.bindparam("one"),
        table.c.other_id == sa.bindparam("two"),
        table.c.kind == sa.bindparam("what"),
    )
    for rows, until in ((gone, now), (back, None)):
        _execute_all(
            connection,
            table.update().where(key).values(until=until),
            [{"one": one, "two": other, "what": kind} for one, other, kind in rows],
        )
    return len(begun) + len(gone) + len(back)


def _renamed(rows: pa.Table) -> pa.Table:
    return rows.rename_columns([_HOUSEHOLD_COLUMNS.get(name, name) for name in rows.column_names])


def _stamped(rows: pa.Table, **constants: int | str | datetime) -> pa.Table:
    for name, value in constants.items():
        kind = pa.timestamp("us", tz="UTC") if isinstance(value, datetime) else None
        rows = rows.append_column(name, pa.repeat(pa.scalar(value, type=kind), len(rows)))
    return rows


def _execute_all(connection: sa.Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _json(text: str) -> Any:
    import json

    return json.loads(text)

"""A copy of the map beside the records, so that a build plans what has changed without reading a map of millions.

The app database is the truth, ``main.customer_subject`` the copy. ``meta.map_run`` names the run of the map that the
copy stands at; where it names none, or one that the app database does not know, the copy may hold what was never
published and is made anew. Whoever changes the copy before the app database commits takes the name away first
(``place_map``), and gives it back after (``mark_map``); a copy that lags behind catches up by itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.identity.map_plan import MapPlan, plan_map
from onefold.identity.tables import customer, identity_run, subject, subject_history
from onefold.storage import aware, read_table

_MANY = 50_000
"""Subjects or customers from which on it is quicker to plan with the whole map."""

_TABLES = (
    "create schema if not exists meta",
    "create table if not exists main.customer_subject (subject_id varchar, customer_id varchar, kind varchar)",
    """
    -- grain: at most one row: the run of the map that main.customer_subject stands at
    create table if not exists meta.map_run (run_id bigint not null, applied_at varchar not null)""",
)

_TEXT = pa.string()
_HELD = pa.schema([("subject_id", _TEXT), ("customer_id", _TEXT), ("kind", _TEXT)])
_SUBJECTS = pa.schema([("subject_id", _TEXT)])
_LED = pa.schema([("customer_id", _TEXT)])

_SETTLED = """
    -- grain: one row per cluster that is a customer already, subject by subject (told by a digest of 64 bits and their
    -- number) and in kind, and that nothing past concerns: no other id ever held one of its subjects, none leads to it
    create or replace temporary table map_settled as
    with clusters as (
        select
            c.cluster,
            bit_xor(hash(c.subject_id)) as digest,
            count(*) as subjects,
            case when 2 * count(*) filter (r.kind = 'person') >= count(*) then 'person' else min(r.kind) end as kind
        from main.cluster c
        join main.record r using (subject_id)
        group by c.cluster
    ),
    customers as (
        select customer_id, bit_xor(hash(subject_id)) as digest, count(*) as subjects, min(kind) as kind
        from main.customer_subject
        group by customer_id
    )
    select c.cluster, o.customer_id
    from clusters c
    join customers o using (digest, subjects, kind)
    anti join map_led using (customer_id)
    anti join (select cluster from main.cluster semi join map_past using (subject_id)) p using (cluster)"""

_WANTED = """
    select c.subject_id, c.cluster, r.kind
    from main.cluster c
    join main.record r using (subject_id)"""
_UNSETTLED = f"{_WANTED} anti join map_settled using (cluster)"
_OWNERS = "select distinct customer_id from main.customer_subject anti join map_settled using (customer_id)"


class MapRun(NamedTuple):
    """One change of the map."""

    run_id: int
    applied_at: str
    """Its moment (ISO 8601, UTC): a restored app database may count the same numbers again."""


def plan_build(connection: sa.Connection, engine: Engine, *, workspace_key: bytes) -> MapPlan:
    """The plan that ``plan_map`` makes of ``main.cluster``, at the cost of what has changed and a look at the rest.

    Args:
        connection: to the app database, a snapshot of it; only read.
        engine: the warehouse; its copy of the map is brought in step first.
        workspace_key: from which new ids are derived.
    """
    follow_map(connection, engine)
    past = read_table(connection, sa.select(subject_history.c.subject_id).distinct(), _SUBJECTS)
    led = read_table(connection, sa.select(customer.c.merged_into).where(customer.c.state == "merged").distinct(), _LED)
    with engine.registered(past, "map_past"), engine.registered(led, "map_led"):
        engine.execute(_SETTLED)
    wanted = engine.arrow(_UNSETTLED)
    owners = [name for (name,) in engine.rows(_OWNERS)]
    engine.execute("drop table map_settled")
    if max(len(wanted), len(owners)) > _MANY:
        return plan_map(connection, engine.arrow(_WANTED), workspace_key=workspace_key)
    return plan_map(connection, wanted, workspace_key=workspace_key, among=owners)


def follow_map(connection: sa.Connection, engine: Engine) -> None:
    """Make ``main.customer_subject`` equal to the map of the app database, and mark it so.

    Cost: of the attachments that changed since it was marked; of the whole map where it is not.
    """
    for table in _TABLES:
        engine.execute(table)
    last = last_run(connection)
    since = _marked_run(connection, engine)
    if since is not None and since != last.run_id:
        with engine.transaction():
            engine.execute("delete from meta.map_run")
            _catch_up(connection, engine, since)
    if since is None or not _are_as_many(connection, engine):
        engine.write("main.customer_subject", read_table(connection, _held(), _HELD), replace=True)
    mark_map(engine, last)


def place_map(engine: Engine, plan: MapPlan) -> None:
    """Make ``main.customer_subject`` what ``plan`` says, before the app database does."""
    if plan.is_empty:
        return
    with engine.transaction():
        engine.execute("delete from meta.map_run")
        if plan.is_whole:
            engine.write("main.customer_subject", plan.subjects, replace=True)
        else:
            touched = pa.concat_tables([plan.subjects.select(["subject_id"]), plan.ended.select(["subject_id"])])
            _replace(engine, touched, plan.subjects)


def mark_map(engine: Engine, run: MapRun) -> None:
    """Say that ``main.customer_subject`` is the map as of ``run``, which has been committed."""
    with engine.transaction():
        engine.execute("delete from meta.map_run")
        engine.execute("insert into meta.map_run values (?, ?)", list(run))


def last_run(connection: sa.Connection) -> MapRun:
    """The last change of the map; number 0 where there was none."""
    query = sa.select(identity_run.c.run_id, identity_run.c.applied_at).order_by(identity_run.c.run_id.desc()).limit(1)
    row = connection.execute(query).first()
    return MapRun(row.run_id, aware(row.applied_at).isoformat()) if row else MapRun(0, "")


def _marked_run(connection: sa.Connection, engine: Engine) -> int | None:
    """The run that the copy stands at; None where it has no mark, or one of a run that never was."""
    rows = engine.rows("select run_id, applied_at from meta.map_run")
    if not rows:
        return None
    number, moment = rows[0]
    known = connection.scalar(sa.select(identity_run.c.applied_at).where(identity_run.c.run_id == number))
    return number if moment == (aware(known).isoformat() if known else "") else None


def _catch_up(connection: sa.Connection, engine: Engine, since: int) -> None:
    began = read_table(connection, _held().where(subject.c.attached_run > since), _HELD)
    left = sa.select(subject_history.c.subject_id).where(subject_history.c.detached_run > since).distinct()
    touched = [read_table(connection, left, _SUBJECTS), began.select(["subject_id"])]
    _replace(engine, pa.concat_tables(touched), began)


def _replace(engine: Engine, touched: pa.Table, rows: pa.Table) -> None:
    """Put ``rows`` (as of the copy) in the place of those of the subjects ``touched`` (subject_id)."""
    with engine.registered(touched, "map_touched"):
        engine.execute("delete from main.customer_subject where subject_id in (select subject_id from map_touched)")
    engine.write("main.customer_subject", rows)


def _are_as_many(connection: sa.Connection, engine: Engine) -> bool:
    """Whether copy and map hold as many subjects: a last look before the copy is believed."""
    held = connection.scalar(sa.select(sa.func.count()).select_from(subject))
    return bool(engine.scalar("select count(*) from main.customer_subject") == held)


def _held() -> sa.Select[Any]:
    return sa.select(subject.c.subject_id, subject.c.customer_id, customer.c.kind).join(
        customer, customer.c.customer_id == subject.c.customer_id
    )

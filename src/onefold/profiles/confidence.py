"""How sure one may be of each customer, where lists filter and sort by it, and why where there is doubt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.identity.map import owner_of
from onefold.identity.tables import customer_doubt
from onefold.profiles.model import Doubt, Sureness
from onefold.profiles.sight import Sight, known_ids
from onefold.profiles.tables import profile_summary
from onefold.storage import insert_arrow, read_table, scratch_table

DOUBTFUL = 0.95
"""Confidence below which it is told why."""
_WORTH_TELLING = 0.01
"""Probability from which a link to somebody else is a reason; below, it is chance."""

_PER_QUERY = 500
_COLUMNS = ("identity_confidence", "identity_is_one", "identity_is_whole")

_SUMMARY = pa.schema([("customer_id", pa.string()), *((name, pa.float64()) for name in _COLUMNS)])
_DOUBT = pa.schema(
    [(column.name, pa.float64() if isinstance(column.type, sa.Float) else pa.string()) for column in customer_doubt.c]
)

_DOUBTS_SQL = f"""
    -- grain: one row per customer of whom one cannot be sure because of two records
    with rated as (
        select
            *,
            is_one < {DOUBTFUL} and weak_a is not null as is_loose,
            is_whole < {DOUBTFUL} and 1 / (1 + exp(-out_log_odds)) >= {_WORTH_TELLING} as is_perhaps_other
        from main.customer_confidence
        where confidence < {DOUBTFUL}
    )
    select
        customer_id,
        case when is_loose then weak_a end as weak_a,
        case when is_loose then weak_b end as weak_b,
        case when is_loose then round(1 / (1 + exp(-weak_log_odds)), 3) end as weak_probability,
        case when is_perhaps_other then out_a end as out_a,
        case when is_perhaps_other then out_b end as out_b,
        case when is_perhaps_other then round(1 / (1 + exp(-out_log_odds)), 3) end as out_probability
    from rated
    where is_loose or is_perhaps_other"""


def sureness_of(connection: sa.Connection, sight: Sight) -> Sureness | None:
    """How sure one may be of a customer, as the actor may know; None for one without a profile."""
    columns = [profile_summary.c[name] for name in _COLUMNS]
    row = connection.execute(sa.select(*columns).where(profile_summary.c.customer_id == sight.customer_id)).first()
    if row is None:
        return None
    if policy := sight.policy("identity_confidence"):
        return Sureness(None, None, None, hidden_by=policy)
    why = connection.execute(sa.select(customer_doubt).where(customer_doubt.c.customer_id == sight.customer_id)).first()
    confidence, is_one, is_whole = row
    return Sureness(confidence, is_one, is_whole, _doubts(connection, why, sight) if why else ())


def _doubts(connection: sa.Connection, row: Any, sight: Sight) -> tuple[Doubt, ...]:
    hides_keys = sight.policy("external_id") is not None
    found = []
    if row.weak_a is not None:
        a, b = (None, None) if hides_keys else (row.weak_a, row.weak_b)
        found.append(Doubt("weak", a, b, row.weak_probability))
    if row.out_a is not None:
        other = owner_of(connection, row.out_b)
        if known_ids(connection, sight.access, [other]):  # else nothing may tell that there is somebody else
            a, b = (None, None) if hides_keys else (row.out_a, row.out_b)
            found.append(Doubt("outside", a, b, row.out_probability))
    return tuple(found)


def confidence_sql(engine: Engine) -> str:
    """What is known of how sure one may be: customer_id, confidence, is_one, is_whole."""
    if engine.columns("main", "customer_confidence"):
        return "select customer_id, confidence, is_one, is_whole from main.customer_confidence"
    return """
        select
            null::varchar as customer_id, null::double as confidence, null::double as is_one, null::double as is_whole
        where false"""


def publish_confidence(connection: sa.Connection, engine: Engine, only: Sequence[str] | None = None) -> int:
    """Bring summaries and doubts in line with ``main.customer_confidence``; returns how many summaries changed.

    Args:
        connection: to the app database, after profiles were published in the same transaction.
        engine: the warehouse.
        only: the customers that it is about; all where None.
    """
    if not engine.columns("main", "customer_confidence"):
        return 0
    stored = sa.select(*(profile_summary.c[name] for name in _SUMMARY.names))
    known = _read(connection, stored, profile_summary.c.customer_id, _SUMMARY, only)
    with engine.registered(known, "sure_known"):
        changed = engine.arrow(_CHANGED_SQL)
    with scratch_table(connection, "sureness", ["key", *_COLUMNS]) as fresh:
        insert_arrow(connection, fresh, changed)
        mine = fresh.c.key == profile_summary.c.customer_id
        values = {name: sa.select(sa.cast(fresh.c[name], sa.Float)).where(mine).scalar_subquery() for name in _COLUMNS}
        if len(changed):
            keys = profile_summary.c.customer_id.in_(sa.select(fresh.c.key))
            connection.execute(profile_summary.update().where(keys).values(values))
    _publish_doubts(connection, engine, only)
    return len(changed)


def _publish_doubts(connection: sa.Connection, engine: Engine, only: Sequence[str] | None) -> None:
    known = _read(connection, sa.select(customer_doubt), customer_doubt.c.customer_id, _DOUBT, only)
    members = " and ".join(f"k.{name} is not distinct from d.{name}" for name in _DOUBT.names)
    scope = "" if only is None else "semi join (select name as customer_id from doubt_only) using (customer_id)"
    names = pa.table({"name": pa.array(only or (), pa.string())})
    with engine.registered(known, "doubt_known"), engine.registered(names, "doubt_only"):
        wanted = f"(select * from ({_DOUBTS_SQL}) {scope})"
        gone = engine.arrow(f"select k.customer_id as key from doubt_known k anti join {wanted} d on {members}")
        added = engine.arrow(f"select d.* from {wanted} d anti join doubt_known k on {members} order by d.customer_id")
    with scratch_table(connection, "doubt_gone", ["key"]) as keys:
        insert_arrow(connection, keys, gone)
        connection.execute(sa.delete(customer_doubt).where(customer_doubt.c.customer_id.in_(sa.select(keys.c.key))))
    insert_arrow(connection, customer_doubt, added)


def _read(
    connection: sa.Connection,
    query: sa.Select[Any],
    key: sa.ColumnElement[str],
    schema: pa.Schema,
    only: Sequence[str] | None,
) -> pa.Table:
    if only is None:
        return read_table(connection, query, schema)
    parts = [only[start : start + _PER_QUERY] for start in range(0, len(only), _PER_QUERY)]
    return pa.concat_tables(
        [schema.empty_table(), *(read_table(connection, query.where(key.in_(part)), schema) for part in parts)]
    )


_CHANGED_SQL = """
    -- grain: one row per customer whose summary says something else
    select
        c.customer_id as key,
        c.confidence::varchar as identity_confidence,
        c.is_one::varchar as identity_is_one,
        c.is_whole::varchar as identity_is_whole
    from main.customer_confidence c
    join sure_known k using (customer_id)
    where c.confidence is distinct from k.identity_confidence
    or c.is_one is distinct from k.identity_is_one
    or c.is_whole is distinct from k.identity_is_whole
    order by c.customer_id"""

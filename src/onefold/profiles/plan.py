"""Which profiles must be written or removed: what they would be made from, against what they were made from.

No step leaves a list of changes behind for this one; every customer's input is hashed anew, in one pass of the
warehouse, and compared with the hash that stands in the app database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import sqlalchemy as sa

from onefold.engines import Engine
from onefold.profiles.rules import RULES_VERSION
from onefold.profiles.tables import profile
from onefold.storage import read_table

DEFAULT_PRIORITY = 100
_PER_QUERY = 500

_KNOWN = pa.schema([("customer_id", pa.string()), ("input_hash", pa.string()), ("version", pa.int64())])


@dataclass(frozen=True)
class ProfilePlan:
    """The profiles that there should be."""

    wanted: pa.Table
    """customer_id, kind, input_hash. One row per customer."""
    priorities: dict[str, int] = field(default_factory=dict)
    """Source -> priority, lower is trusted more."""
    only: tuple[str, ...] | None = None
    """The customers that it is about, those without a profile to be included; None: all there are."""


@dataclass(frozen=True)
class ProfileChanges:
    """A plan against what stands in the app database."""

    written: pa.Table
    """customer_id, kind, input_hash, version: profiles that are missing or out of date. One row per customer."""
    removed: pa.Table
    """customer_id: profiles of customers that are no longer active."""
    unchanged: int


def plan_profiles(
    engine: Engine, *, priorities: Mapping[str, int] | None = None, only: Sequence[str] | None = None
) -> ProfilePlan:
    """What every customer's profile is to be made from.

    Args:
        engine: the warehouse, with ``main.record``, ``main.event`` and ``main.customer_subject``.
        priorities: source -> priority from ``onefold.yaml`` (lower wins; 100 where absent).
        only: the customers to plan for; the profiles of all others stay as they are.

    Cost: one pass over records and events, without their values; about a second per million of either.
    """
    ranks = dict(priorities or {})
    load_priorities(engine, ranks)
    if only is None:
        return ProfilePlan(engine.arrow(_WANTED_SQL.format(owned="main.customer_subject")), ranks)
    with engine.registered(pa.table({"customer_id": pa.array(only, pa.string())}), "unify_only"):
        owned = "(select * from main.customer_subject semi join unify_only using (customer_id))"
        return ProfilePlan(engine.arrow(_WANTED_SQL.format(owned=owned)), ranks, tuple(only))


def compare_profiles(connection: sa.Connection, engine: Engine, plan: ProfilePlan) -> ProfileChanges:
    """Which profiles ``plan`` writes and removes, and how many it leaves alone."""
    stored = sa.select(*(profile.c[name] for name in _KNOWN.names))
    if plan.only is None:
        known = read_table(connection, stored, _KNOWN)
    else:
        parts = [plan.only[start : start + _PER_QUERY] for start in range(0, len(plan.only), _PER_QUERY)]
        mine = [read_table(connection, stored.where(profile.c.customer_id.in_(part)), _KNOWN) for part in parts]
        known = pa.concat_tables([_KNOWN.empty_table(), *mine])
    with engine.registered(known, "unify_known"), engine.registered(plan.wanted, "unify_wanted"):
        written = engine.arrow(_WRITTEN_SQL)
        removed = engine.arrow(
            "select customer_id from unify_known anti join unify_wanted using (customer_id) order by customer_id"
        )
    return ProfileChanges(written, removed, len(plan.wanted) - len(written))


def load_priorities(engine: Engine, priorities: Mapping[str, int]) -> None:
    """Make ``unify_source`` (source, priority) readable by the steps."""
    ranks = pa.table(
        {
            "source": pa.array(list(priorities), pa.string()),
            "priority": pa.array(list(priorities.values()), pa.int64()),
        }
    )
    with engine.registered(ranks, "unify_ranks"):
        engine.execute("create or replace temporary table unify_source as select * from unify_ranks")


_WRITTEN_SQL = """
    -- grain: one row per customer whose profile is missing or was made from something else
    select
        w.customer_id,
        w.kind,
        w.input_hash,
        coalesce(k.version, 0) + 1 as version
    from unify_wanted w
    left join unify_known k using (customer_id)
    where k.input_hash is distinct from w.input_hash
    order by w.customer_id"""

_WANTED_SQL = f"""
    -- grain: one row per customer; input_hash of all that its profile is made from, in no order
    with of_records as (
        select
            s.customer_id,
            min(s.kind) as kind,
            count(*) as n,
            bit_xor(md5_number(concat_ws(
                '|', s.subject_id, r.row_hash, r.mapping_hash, coalesce(p.priority, {DEFAULT_PRIORITY})
            ))) as h
        from {{owned}} s
        join main.record r using (subject_id)
        left join unify_source p on p.source = r.source
        group by s.customer_id
    ),
    of_events as (
        select
            s.customer_id,
            count(*) as n,
            bit_xor(md5_number(concat_ws('|', e.event_id, e.subject_id, e.row_hash, e.mapping_hash))) as h
        from main.event e
        join {{owned}} s using (subject_id)
        group by s.customer_id
    )
    select
        r.customer_id,
        r.kind,
        md5(concat_ws('|', '{RULES_VERSION}', r.kind, r.n, hex(r.h), coalesce(e.n, 0), hex(e.h)))
            as input_hash
    from of_records r
    left join of_events e using (customer_id)"""

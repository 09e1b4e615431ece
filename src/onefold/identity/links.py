"""The links of a resolution against the map: those inside customers and those between them, for all that judges them.

Made from ``main.match``, ``main.near_miss`` and ``main.customer_subject``; temporary, for the length of a block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pyarrow as pa

from onefold.engines import Engine
from onefold.identity.bonds import Bonds

_DECIDED = 14.0
"""Log odds of a person's word."""


@contextmanager
def gathered_links(engine: Engine, bonds: Bonds, *, only: Sequence[str] | None = None) -> Iterator[None]:
    """Temporary tables about the links of the map, for the block.

    - ``link_owner``: subject_id, customer_id, record_no, unit (of people's decisions, or null)
    - ``link_inner``: customer_id, subject_a, subject_b, log_odds, is_spanning: links inside customers, and which hold
      the records together; with people's decisions
    - ``link_outer``: customer_id, other_id, subject_a, subject_b, log_odds, is_conflict: links to others, from both
      sides; without those that people parted

    Args:
        engine: the warehouse.
        bonds: what people decided.
        only: customers whose links are enough; others are then there only as far as links of these lead to them.
    """
    _gather(engine, bonds, only)
    yield
    for name in ("owner", "inner", "outer"):
        engine.execute(f"drop table if exists link_{name}")


def _gather(engine: Engine, bonds: Bonds, only: Sequence[str] | None) -> None:
    from onefold.identity import pairing  # heavy: loads the compiled kernels

    _gather_all(engine, only)
    with engine.registered(_units(bonds), "link_unit"):
        engine.execute(
            f"""
            create or replace temporary table link_owner as
            select
                s.subject_id,
                s.customer_id,
                (row_number() over (order by s.subject_id) - 1)::int as record_no,
                u.unit
            from main.customer_subject s
            left join link_unit u using (subject_id)
            {"" if only is None else _REACHED}"""
        )
    with engine.registered(_decided(bonds), "link_decided"):
        engine.execute(_PLACED_SQL)
    engine.execute(_ORDERED_SQL)
    with engine.registered(_rivals(bonds), "link_rival"):
        engine.execute(_OUTER_SQL)
    ends = engine.arrow("select a_no, b_no from link_ordered order by link_no")
    left, right = (ends[name].to_numpy().astype(np.int32) for name in ("a_no", "b_no"))
    count = int(engine.scalar("select count(*) from link_owner"))
    is_spanning = np.zeros(len(left), np.bool_)
    pairing.mark_spanning(np.arange(count, dtype=np.int32), left, right, is_spanning)
    marks = pa.table({"link_no": pa.array(np.arange(1, len(left) + 1)), "is_spanning": pa.array(is_spanning)})
    with engine.registered(marks, "link_mark"):
        engine.execute(
            """
            create or replace temporary table link_inner as
            select l.customer_id, l.subject_a, l.subject_b, l.log_odds, m.is_spanning
            from link_ordered l join link_mark m using (link_no)"""
        )
    for name in ("ordered", "placed", "all", "mine"):
        engine.execute(f"drop table if exists link_{name}")


def _gather_all(engine: Engine, only: Sequence[str] | None) -> None:
    """``link_all``, and with ``only`` the records of these customers, ``link_mine``."""
    links = _links_sql(engine)
    if only is not None:
        with engine.registered(pa.table({"name": pa.array(only, pa.string())}), "link_only"):
            engine.execute(
                """
                create or replace temporary table link_mine as
                select subject_id from main.customer_subject where customer_id in (select name from link_only)"""
            )
        links = f"select * from ({links}) where {_TOUCHED}"
    engine.execute(f"create or replace temporary table link_all as {links}")


_TOUCHED = "subject_a in (select subject_id from link_mine) or subject_b in (select subject_id from link_mine)"
_REACHED = """where s.subject_id in (
                select subject_id from link_mine
                union select subject_a from link_all
                union select subject_b from link_all
            )"""


_MATCHED = """
    select
        subject_a,
        subject_b,
        ln(least(probability::double, 1 - 1e-7) / (1 - least(probability::double, 1 - 1e-7))) as log_odds,
        evidence like '%"national_id": ["different"%'
            or (evidence like '%"given_name": ["different"%' and evidence like '%"birth_date": ["different"%')
            as is_conflict
    from main.match"""

_PLACED_SQL = f"""
    create or replace temporary table link_placed as
    with links as (
        select subject_a, subject_b, log_odds, is_conflict, false as is_decided from link_all
        union all
        select subject_a, subject_b, {_DECIDED}, false, true from link_decided
    )
    select
        l.*,
        a.customer_id as a_id,
        b.customer_id as b_id,
        a.record_no as a_no,
        b.record_no as b_no,
        a.unit as a_unit,
        b.unit as b_unit
    from links l
    join link_owner a on a.subject_id = l.subject_a
    join link_owner b on b.subject_id = l.subject_b"""
"""Joined by records alone: within a transaction nothing is known of fresh tables, and a join by differing customers may
be planned first, which pairs every record with every other."""

_ORDERED_SQL = """
    create or replace temporary table link_ordered as
    select
        row_number() over (order by log_odds desc, subject_a, subject_b) as link_no,
        a_id as customer_id,
        a_no,
        b_no,
        subject_a,
        subject_b,
        log_odds
    from link_placed
    where a_id = b_id"""

_OUTER_SQL = """
    create or replace temporary table link_outer as
    with links as (
        select l.* from link_placed l
        anti join link_rival r on r.low = least(l.a_unit, l.b_unit) and r.high = greatest(l.a_unit, l.b_unit)
        where l.a_id <> l.b_id and not l.is_decided
    )
    select a_id as customer_id, b_id as other_id, subject_a, subject_b, log_odds, is_conflict from links
    union all
    select b_id, a_id, subject_b, subject_a, log_odds, is_conflict from links"""


def _links_sql(engine: Engine) -> str:
    parts = []
    if engine.columns("main", "match"):
        parts.append(_MATCHED)
    if engine.columns("main", "near_miss"):
        parts.append("select subject_a, subject_b, log_odds::double, is_conflict from main.near_miss")
    nothing = "select ''::varchar as subject_a, ''::varchar as subject_b, 0.0::double as log_odds, false as is_conflict"
    return " union all ".join(parts) or f"{nothing} where false"


def _decided(bonds: Bonds) -> pa.Table:
    """Records that people said are one customer: each with the next one of its unit."""
    of_unit: dict[int, list[str]] = {}
    for subject, unit in sorted(bonds.unit_of.items()):
        of_unit.setdefault(unit, []).append(subject)
    pairs = [pair for names in of_unit.values() for pair in pairwise(names)]
    return _table(("subject_a", "subject_b"), pairs, pa.string())


def _units(bonds: Bonds) -> pa.Table:
    return pa.table(
        {
            "subject_id": pa.array(list(bonds.unit_of), pa.string()),
            "unit": pa.array(list(bonds.unit_of.values()), pa.int64()),
        }
    )


def _rivals(bonds: Bonds) -> pa.Table:
    return _table(("low", "high"), sorted(bonds.rivals), pa.int64())


def _table(names: Sequence[str], rows: Sequence[tuple[object, ...]], kind: pa.DataType) -> pa.Table:
    return pa.table({name: pa.array([row[n] for row in rows], kind) for n, name in enumerate(names)})

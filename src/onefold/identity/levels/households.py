"""Who lives with whom: people who share ties are joined, the homeless of the data last and never as a bridge."""

from __future__ import annotations

from onefold.engines import Engine
from onefold.identity.levels.households_sql import HOUSEHOLD_STEPS, JOINING_STEPS
from onefold.identity.levels.strength import LIVING, strength_sql

_AT_HOME = "kind like 'home+%'"
_MEMBERS = f"""
    -- grain: one row per person who lives with others; the ties that hold it there, each with the others who have it
    with grouped as (
        select group_no from level_group group by group_no having count(*) > 1
    ),
    ties as (
        select b.kind, b.tie, g.group_no, list(b.customer_id order by b.customer_id) as people
        from (select distinct kind, tie, customer_id from level_bond) b
        join level_group g using (customer_id)
        group by b.kind, b.tie, g.group_no
        having count(*) > 1
    ),
    reasons as (
        select distinct on (b.customer_id, b.kind, b.tie)
            b.customer_id,
            b.kind,
            b.value,
            b.subjects,
            list_filter(t.people, lambda one: one <> b.customer_id) as people
        from level_bond b
        join level_group g using (customer_id)
        join ties t using (kind, tie, group_no)
        order by b.subjects
    )
    select
        g.customer_id,
        g.group_no,
        {strength_sql(LIVING, "list(r.kind)")} as strength,
        to_json(list(
            {{
                'kind': r.kind,
                'values': r.value::json,
                'subjects': list_sort(list_distinct(r.subjects)),
                'with': r.people
            }}
            order by r.kind, r.value
        ))::varchar as reasons
    from level_group g
    semi join grouped using (group_no)
    join reasons r using (customer_id)
    group by g.customer_id, g.group_no"""


def find_households(engine: Engine) -> None:
    """Make ``level_member`` (customer_id, group_no, strength, reasons) out of the steps' inputs.

    People with a home are joined by ties of that home; one without joins the one home that its ties lead to, or others
    without. So nobody joins two homes, and a number that both houses know does not make them one.

    Cost: linear in the records; ties are joined on whole keys, pairs of people are never built.
    """
    for relation, step in HOUSEHOLD_STEPS.items():
        engine.execute(f"create or replace temporary table {relation} as {step}")
    _join(engine, "level_group", _AT_HOME)
    for relation, step in JOINING_STEPS.items():
        engine.execute(f"create or replace temporary table {relation} as {step}")
    engine.execute("insert into level_group select * from level_alone semi join level_joining using (group_no)")
    engine.execute("insert into level_group select customer_id, group_no from level_joining")
    _join(engine, "level_homeless", "not has_home", bonds="level_bond_left")
    engine.execute(
        """
        insert into level_group
        select customer_id, group_no + 2 * (select count(*) from level_person) from level_homeless"""
    )
    engine.execute(f"create or replace temporary table level_member as {_MEMBERS}")


def _join(engine: Engine, relation: str, condition: str, *, bonds: str = "level_bond") -> None:
    """``relation`` (customer_id, group_no): people whose bonds reach each other, each with the smallest number of all.

    Numbers spread from tie to people and back until none changes; families are small, so after a few rounds.
    """
    engine.execute(
        f"""
        create or replace temporary table level_edge as
        select distinct customer_id, hash(kind, tie) as tie from {bonds} where {condition}"""
    )
    engine.execute(
        f"""
        create or replace temporary table {relation} as
        select customer_id, row_number() over (order by customer_id) as group_no
        from (select distinct customer_id from level_edge)"""
    )
    while True:
        engine.execute(
            f"""
            create or replace temporary table level_spread as
            with ties as (
                select tie, min(group_no) as group_no from level_edge join {relation} using (customer_id) group by tie
            )
            select customer_id, min(group_no) as group_no
            from level_edge join ties using (tie) group by customer_id"""
        )
        changed = engine.scalar(
            f"select 1 from level_spread s join {relation} r using (customer_id) where s.group_no < r.group_no limit 1"
        )
        engine.execute(f"create or replace temporary table {relation} as select * from level_spread")
        if not changed:
            return

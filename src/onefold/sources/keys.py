"""Record keys: what ``_key`` of a landed row is, and how two rows that claim the same one are told apart.

The key of a row is the value of its key column (several are joined by ``|``). Rows without a value there are
known by their content. Where several rows claim one key, the first keeps it and the others become ``key#2``,
``key#3`` …: nothing is lost, and a row whose content did not change keeps its number from one read to the next.
"""

from __future__ import annotations

from collections.abc import Sequence

from onefold.engines import Engine, quote_identifier
from onefold.sources.staging import ROW, StagedRows

_MOST_ROUNDS = 100


def key_sql(key: Sequence[str]) -> str:
    """SQL for the key that a row claims, from its key columns and ``_hash``.

    Several values are joined by ``|`` after escaping ``\\`` and ``|`` in each.
    """
    content = "'~' || format('{:016x}', _hash)"
    columns = [quote_identifier(column) for column in key]
    blank = " and ".join(f"coalesce(trim({column}), '') = ''" for column in columns)
    match columns:
        case []:
            return content
        case [column]:
            claimed = column
        case _:
            escaped = (f"replace(replace(coalesce({c}, ''), '\\', '\\\\'), '|', '\\|')" for c in columns)
            claimed = " || '|' || ".join(escaped)
    return f"case when {blank} then {content} else {claimed} end"


def assign_keys(engine: Engine, staged: StagedRows, key: Sequence[str], landed_relation: str | None) -> int:
    """Give every staged row its key, unique among them.

    Leaves the temporary relation ``keyed_rows``: one row per staged row: ``row``, ``_key``, ``_hash``.

    Returns:
        How many rows share their claimed key with an earlier row (and got a number).
    """
    engine.execute(
        f"""
        create or replace temp table keyed_rows as
        -- grain: one row per staged row
        select {ROW} as row, {key_sql(key)} as _key, _hash
        from {staged.relation}"""
    )
    shared = _count_shared(engine)
    remaining = shared
    for _ in range(_MOST_ROUNDS):  # a number may collide with a real key that looks alike: then tell those apart
        if not remaining:
            break
        _number_shared(engine, landed_relation)
        remaining = _count_shared(engine)
    return shared


def count_keyless(engine: Engine, staged: StagedRows, key: Sequence[str]) -> int:
    """How many staged rows have no value in any key column."""
    if not key:
        return 0
    blank = " and ".join(f"coalesce(trim({quote_identifier(column)}), '') = ''" for column in key)
    return int(engine.scalar(f"select count(*) from {staged.relation} where {blank}"))


def _count_shared(engine: Engine) -> int:
    return int(engine.scalar("select count(*) - count(distinct _key) from keyed_rows"))


def _number_shared(engine: Engine, landed_relation: str | None) -> None:
    """Number the rows of each key that several rows claim: those already landed first, the others by content."""
    landed = (
        f"select _key, _hash from {landed_relation} where _to_build is null"
        if landed_relation
        else "select null::varchar as _key, null::ubigint as _hash where false"
    )
    engine.execute(
        f"""
        create or replace temp table numbered_rows as
        with shared_keys as (
            -- grain: one row per key that several rows claim
            select _key as base, count(*) as claims from keyed_rows group by _key having count(*) > 1
        ),
        claims as (
            -- grain: one row per staged row of a shared key; equal rows are interchangeable, so they are ranked
            select row, _key as base, _hash,
                row_number() over (partition by _key, _hash order by row) as rank
            from keyed_rows
            where _key in (select base from shared_keys)
        ),
        landed as ({landed}),
        landed_numbers as (
            -- grain: one row per landed row and key that it may have claimed: 'a#2' may be the second 'a'
            select _key as base, 1 as number, _hash from landed
            union all
            select
                regexp_replace(_key, '#[0-9]+$', ''),
                try_cast(regexp_extract(_key, '#([0-9]+)$', 1) as bigint),
                _hash
            from landed where regexp_matches(_key, '#[0-9]+$')
        ),
        ranked_numbers as (
            -- grain: one row per landed row of a shared key
            select base, number, _hash, row_number() over (partition by base, _hash order by number) as rank
            from landed_numbers
            where number is not null and base in (select base from shared_keys)
        ),
        kept as (
            -- grain: one row per staged row that landed before with this content
            select claims.row, claims.base, ranked_numbers.number
            from claims join ranked_numbers using (base, _hash, rank)
        ),
        free_numbers as (
            -- grain: one row per key and number that no kept row has
            select base, number, row_number() over (partition by base order by number) as rank
            from (select base, unnest(range(1, claims + 1)) as number from shared_keys)
            anti join kept using (base, number)
        ),
        others as (
            -- grain: one row per staged row that is new or changed
            select row, base, row_number() over (partition by base order by _hash, row) as rank
            from claims anti join kept using (row)
        )
        -- grain: one row per staged row of a shared key
        select row, base, number from kept
        union all
        select others.row, others.base, free_numbers.number from others join free_numbers using (base, rank)"""
    )
    engine.execute(
        """
        update keyed_rows set _key = numbered_rows.base || '#' || numbered_rows.number
        from numbered_rows
        where numbered_rows.row = keyed_rows.row and numbered_rows.number > 1"""
    )
    engine.execute("drop table numbered_rows")

"""Versions of rows: the difference between staged rows and what has landed, applied in SQL.

A version of a row holds from build ``_from_build`` until build ``_to_build`` (exclusive; null while it holds).
Everything here runs inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from onefold.engines import Engine, quote_identifier
from onefold.sources.keys import assign_keys, count_keyless, key_sql
from onefold.sources.model import Extract
from onefold.sources.staging import ROW, StagedRows

_TEMPORARY = ("keyed_rows", "existing_keys", "closing_rows", "starting_rows")


@dataclass(frozen=True)
class Changes:
    """What applying staged rows did."""

    inserted: int
    updated: int
    deleted: int
    shared_keys: int
    """Staged rows that claim the key of another one."""
    keyless: int
    """Staged rows without a value in the key columns."""
    missed: int
    """Keys that the source holds and that have not landed: changes that the cursor did not catch."""


def fit_relation(engine: Engine, relation: str, columns: Sequence[str]) -> None:
    """Create the landed relation, or add the columns it lacks; columns that vanished stay, null from now on."""
    definitions = "".join(f"{quote_identifier(name)} varchar, " for name in columns)
    engine.execute(
        f"create table if not exists {relation} ({definitions}_key varchar, _hash ubigint,"
        " _from_build bigint, _to_build bigint, _origin varchar, _line bigint)"
    )
    present = {name.lower() for (name, *_) in engine.rows(f"describe {relation}")}
    for name in columns:
        if name.lower() not in present:
            engine.execute(f"alter table {relation} add column {quote_identifier(name)} varchar")


def apply_changes(
    engine: Engine,
    build_no: int,
    relation: str,
    staged: StagedRows,
    key: Sequence[str],
    extract: Extract,
    names: Mapping[str, str],
) -> Changes:
    """Begin and end versions so that the current rows of ``relation`` are what was staged.

    Rows that were not staged end if the extract is complete, or if its ``current_keys`` do not hold them.

    Args:
        engine: the warehouse, in a transaction.
        build_no: the build that lands.
        relation: the landed relation.
        staged: the extract's rows.
        key: the key columns.
        extract: whether it is complete, and the keys that its source holds now.
        names: the source's column names -> names in the landed relation.
    """
    shared = assign_keys(engine, staged, key, relation)
    keyless = count_keyless(engine, staged, key)
    missed = 0
    is_gone = "true" if extract.is_complete else "false"
    if not extract.is_complete and extract.current_keys is not None:
        _stage_existing_keys(engine, extract.current_keys(), key, names)
        is_gone = "landed._key not in (select _key from existing_keys)"
        missed = _count_missed(engine, relation)
    engine.execute(
        f"""
        create or replace temp table closing_rows as
        -- grain: one row per current row whose version ends now
        select landed._key, keyed_rows._key is not null as is_update
        from {relation} as landed left join keyed_rows on keyed_rows._key = landed._key
        where landed._to_build is null
            and (keyed_rows._hash <> landed._hash or (keyed_rows._key is null and {is_gone}))"""
    )
    updated, deleted = engine.rows(
        "select count(*) filter (is_update), count(*) filter (not is_update) from closing_rows"
    )[0]
    _end_versions(engine, build_no, relation)
    begun = _begin_versions(engine, build_no, relation, staged)
    for temporary in _TEMPORARY:
        engine.execute(f"drop table if exists {temporary}")
    return Changes(begun - updated, updated, deleted, shared, keyless, missed)


def _count_missed(engine: Engine, relation: str) -> int:
    return int(
        engine.scalar(
            f"""
            select count(*) from existing_keys
            where _key not in (select _key from {relation} where _to_build is null)
                and _key not in (select _key from keyed_rows)"""
        )
    )


def _end_versions(engine: Engine, build_no: int, relation: str) -> None:
    """End the versions in ``closing_rows``; one that this same build began leaves no trace."""
    if not engine.scalar("select count(*) from closing_rows"):
        return
    is_closing = "_to_build is null and _key in (select _key from closing_rows)"
    engine.execute(f"delete from {relation} where _from_build = ? and {is_closing}", [build_no])
    engine.execute(f"update {relation} set _to_build = ? where {is_closing}", [build_no])


def _begin_versions(engine: Engine, build_no: int, relation: str, staged: StagedRows) -> int:
    """Begin a version for every staged row that has no current one; how many."""
    engine.execute(
        f"""
        create or replace temp table starting_rows as
        -- grain: one row per staged row whose version begins now
        select row, _key from keyed_rows
        where _key not in (select _key from {relation} where _to_build is null)"""
    )
    begun = int(engine.scalar("select count(*) from starting_rows"))
    columns = "".join(f"{quote_identifier(name)}, " for name in staged.columns)
    if begun:
        engine.execute(
            f"""
            insert into {relation} ({columns}_key, _hash, _from_build, _origin, _line)
            select {columns}starting_rows._key, _hash, ?, _origin, _line
            from {staged.relation} join starting_rows on starting_rows.row = {ROW}""",
            [build_no],
        )
    return begun


def _stage_existing_keys(
    engine: Engine, batches: Iterator[pa.RecordBatch], key: Sequence[str], names: Mapping[str, str]
) -> None:
    """The keys of every row that the source holds now, as the relation ``existing_keys``."""
    columns = ", ".join(f"{quote_identifier(column)} varchar" for column in key)
    engine.execute(f"create or replace temp table existing_key_values ({columns})")
    for batch in batches:
        landed = [names.get(name, name) for name in batch.schema.names]
        engine.write("existing_key_values", pa.Table.from_batches([batch.rename_columns(landed)]))
    engine.execute(
        f"""
        create or replace temp table existing_keys as
        -- grain: one row per key in the source
        select distinct {key_sql(key)} as _key from (select *, 0::ubigint as _hash from existing_key_values)"""
    )
    engine.execute("drop table existing_key_values")

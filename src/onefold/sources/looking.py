"""A look at data without landing it: what files or a database would bring, and values of a landed column."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from onefold.catalog import Join, Table, infer_joins, infer_table
from onefold.engines import Engine, quote_identifier
from onefold.settings import SourceSettings
from onefold.sources.landed import find_landed
from onefold.sources.model import BadRow, Extract
from onefold.sources.opening import open_source

ROWS_LOOKED_AT = 5_000
"""Rows of each table that a look reads."""
ROWS_SHOWN = 20
MOST_TABLES = 60


@dataclass(frozen=True)
class TableLook:
    """One table as a look found it."""

    table: Table
    is_whole: bool
    """Whether all of its rows were looked at; ``table.rows`` counts those looked at."""
    rows: tuple[tuple[str | None, ...], ...]
    """The first ones, values in the order of the columns."""
    bad_rows: tuple[BadRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ColumnSample:
    """Values of a landed column."""

    value: str
    rows: int
    """Rows that hold it."""


def look_at(
    name: str,
    settings: SourceSettings,
    *,
    base: Path,
    secrets: Mapping[str, str],
    allow_private: bool = False,
) -> list[TableLook]:
    """What a source would bring, from its first rows; nothing is kept.

    Raises:
        OnefoldError: it cannot be read; says why.

    Cost: the first rows of each table, and what the format asks for to find them.
    """
    engine = Engine.open(threads=1, memory_limit="1GB")
    try:
        extracts = open_source(name, settings, base=base, secrets=secrets, allow_private=allow_private)
        looks = [_look(engine, name, extract, settings) for extract in itertools.islice(extracts, MOST_TABLES)]
        return _with_joins(engine, looks)
    finally:
        engine.close()


def sample_column(engine: Engine, source: str, table: str, column: str, *, limit: int = 50) -> list[ColumnSample]:
    """The most frequent values of a landed column; empty where nothing has landed.

    Cost: one scan of the column.
    """
    landed = find_landed(engine, source, table)
    if landed is None or column not in landed.columns:
        return []
    name = quote_identifier(column)
    query = f"""
        select {name}, count(*) as n from {landed.current}
        where {name} is not null group by 1 order by n desc, hash({name}) limit {limit}"""
    return [ColumnSample(value, count) for value, count in engine.rows(query)]


def sample_rows(
    engine: Engine, source: str, table: str, filled: str, columns: Sequence[str], *, limit: int
) -> pa.Table:
    """Some current rows in which a column holds something, the same ones every time.

    Returns:
        ``columns`` as text with ``_key`` and ``_hash``; no rows where nothing has landed.
    """
    landed = find_landed(engine, source, table)
    if landed is None:
        return pa.table({})
    chosen = [quote_identifier(name) for name in columns if name in landed.columns]
    return engine.arrow(
        f"""
        select {", ".join([*chosen, "_key", "_hash"])} from {landed.current}
        where {quote_identifier(filled)} is not null order by hash(_key) limit {limit}"""
    )


def _look(engine: Engine, name: str, extract: Extract, settings: SourceSettings) -> TableLook:
    batches, rows = [], 0
    for batch in extract.batches():
        batches.append(batch.slice(0, ROWS_LOOKED_AT - rows))
        rows += batches[-1].num_rows
        if rows >= ROWS_LOOKED_AT:
            break
    relation = quote_identifier(f"look.{extract.table}")
    engine.write(relation, _text_table(extract, batches), replace=True)
    overrides = settings.overrides.get(extract.table)
    table = infer_table(
        engine,
        name,
        extract.table,
        relation,
        column_names=extract.column_names,
        declared_types=extract.declared_types,
        declared_key=extract.declared_key,
        overrides=overrides,
    )
    selected = ", ".join(quote_identifier(column) for column in extract.column_names)
    shown = engine.rows(f"select {selected} from {relation} order by _row limit {ROWS_SHOWN}")
    bad = tuple(extract.bad_rows[:ROWS_SHOWN])
    return TableLook(table, rows < ROWS_LOOKED_AT, tuple(map(tuple, shown)), bad, extract.notes)


def _text_table(extract: Extract, batches: list[pa.RecordBatch]) -> pa.Table:
    names = list(extract.column_names)
    if not batches:
        empty = {name: pa.array([], pa.string()) for name in names}
        return pa.table(empty | {"_row": pa.array([], pa.int64())})
    columns = {
        name: pa.chunked_array([batch.column(position) for batch in batches], pa.string())
        for position, name in enumerate(names)
    }
    rows = sum(batch.num_rows for batch in batches)
    return pa.table(columns | {"_row": pa.array(range(rows), pa.int64())})


def _with_joins(engine: Engine, looks: list[TableLook]) -> list[TableLook]:
    """Joins within the source, as far as the rows looked at show them."""
    tables = [look.table for look in looks]
    relations = {table.full_name: quote_identifier(f"look.{table.name}") for table in tables}
    found: dict[str, tuple[Join, ...]] = {
        table.full_name: table.joins for table in infer_joins(engine, tables, relations, declared={})
    }
    return [replace(look, table=replace(look.table, joins=found.get(look.table.full_name, ()))) for look in looks]

"""Keys in the data that connect people with organisations, and organisations with each other.

A contact table names the account it belongs to, an account table names the account above it: the catalogue's joins
know. ``main.organisation_key`` keeps what they say, record by record, for builds and for decisions between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from onefold.catalog import Join, Role, Table
from onefold.engines import Engine, quote_identifier, quote_literal
from onefold.records.routes import carried_query, joins_to

_MOST_HOPS = 2
_LEAST_COVERAGE = 0.5  # share of different values that are keys of the table, of a column that points into it
_PARENT = re.compile(
    r"parent|mother|holding|superior|matriz|matriu|mare|padre|madre|μητρικ|母公司|上级|上級|مادر|مالک",
    re.IGNORECASE,
)


def write_keys(engine: Engine, tables: Sequence[Table]) -> None:
    """Bring ``main.organisation_key`` in line with what landed.

    **Shape**: one row per record (``subject_id``), record that it points at (``target``) and ``kind``: ``member`` of a
    person's, ``parent`` or ``related`` of an organisation's.
    """
    engine.execute("create or replace table main.organisation_key (subject_id varchar, target varchar, kind varchar)")
    for table, joins, kind in (*_ways(tables), *_own_ways(engine, tables)):
        last = joins[-1]
        prefix, own = (quote_literal(f"{name}:") for name in (f"{last.to_source}.{last.to_table}", table.full_name))
        engine.execute(
            f"""
            insert into main.organisation_key
            select distinct {own} || _key, {prefix} || value, {quote_literal(kind)}
            from ({carried_query(table, joins, "_key")})
            where {own} || _key <> {prefix} || value"""
        )


def _ways(tables: Sequence[Table]) -> Iterator[tuple[Table, tuple[Join, ...], str]]:
    by_name = {table.full_name: table for table in tables}
    for table in tables:
        if table.role is Role.PEOPLE:
            for joins in joins_to(table, by_name, Role.ORGANISATIONS, most_hops=_MOST_HOPS):
                yield table, joins, "member"
        elif table.role is Role.ORGANISATIONS:
            for joins in joins_to(table, by_name, Role.ORGANISATIONS, most_hops=1):
                yield table, joins, "parent" if _PARENT.search(joins[0].column) else "related"


def _own_ways(engine: Engine, tables: Sequence[Table]) -> Iterator[tuple[Table, tuple[Join, ...], str]]:
    """Columns of organisations that speak of a parent and hold keys of the table itself."""
    for table in tables:
        if table.role is not Role.ORGANISATIONS or len(table.key) != 1:
            continue
        joined = {join.column for join in table.joins}
        for column in table.columns:
            if column.name in {*joined, *table.key} or not _PARENT.search(column.name):
                continue
            join = Join(column.name, table.source, table.name, table.key[0], 0.0, 1.0, "it speaks of a parent")
            name, landed = quote_identifier(column.name), f"landed.{quote_identifier(table.full_name)}"
            found = f"select count(distinct value) from ({carried_query(table, (join,), '_key')})"
            values = engine.scalar(
                f"select count(distinct {name}) from {landed} where _to_build is null and trim({name}) <> ''"
            )
            if values and engine.scalar(found) >= _LEAST_COVERAGE * values:
                yield table, (join,), "parent"

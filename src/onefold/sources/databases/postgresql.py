"""PostgreSQL and what speaks its protocol, read through ADBC in one repeatable-read transaction."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pyarrow as pa

from onefold.sources.databases.location import Location
from onefold.sources.databases.model import ColumnShape, ForeignKey, Since, SqlDatabase, TableShape

LATE_SECONDS = 600
"""A transaction may commit this long after it took its time; rows that recent are read again."""
_CONNECT_TIMEOUT_SECONDS = 10
_TYPES = {
    "smallint": "int64",
    "integer": "int64",
    "bigint": "int64",
    "oid": "int64",
    "real": "float64",
    "double precision": "float64",
    "numeric": "decimal",
    "money": "decimal",
    "boolean": "bool",
    "date": "date",
    "interval": "interval",
    "json": "json",
    "jsonb": "json",
    "uuid": "uuid",
    "bytea": "binary",
}
_SETTINGS = (
    "set transaction isolation level repeatable read, read only",
    "set local timezone = 'UTC'",
    "set local datestyle = 'ISO, YMD'",
    "set local intervalstyle = 'iso_8601'",
    "set local bytea_output = 'hex'",
    "set local extra_float_digits = 1",
)
_TABLES = """
    from (
        select c.oid, n.nspname, c.relname, c.relkind
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition
            and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
            and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        order by n.nspname, c.relname
    ) as tables"""
_COLUMNS = """
    from (
        select a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) as type_name,
            format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as base_name,
            t.typcategory, a.attnotnull
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attnum > 0 and not a.attisdropped
        order by a.attrelid, a.attnum
    ) as columns"""
_KEYS = """
    from (
        select i.indrelid, i.indisprimary, i.indnatts,
            (
                select json_agg(a.attname order by k.position)
                from unnest(i.indkey::int2[]) with ordinality as k (attnum, position)
                join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
                where k.position <= i.indnkeyatts and (a.attnotnull or i.indisprimary)
            ) as columns,
            i.indnkeyatts
        from pg_index i
        where i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
    ) as keys
    where json_array_length(columns) = indnkeyatts"""
_FOREIGN_KEYS = """
    from (
        select f.conrelid, a.attname, n.nspname, c.relname, b.attname as other_column
        from pg_constraint f
        join pg_class c on c.oid = f.confrelid
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[1]
        join pg_attribute b on b.attrelid = f.confrelid and b.attnum = f.confkey[1]
        where f.contype = 'f' and cardinality(f.conkey) = 1
        order by f.conrelid, f.conname
    ) as foreign_keys"""


class PostgresDatabase(SqlDatabase):
    """A PostgreSQL database."""

    label = "PostgreSQL"

    def __init__(self, location: Location) -> None:
        import adbc_driver_postgresql.dbapi as driver

        self._connection = driver.connect(_with_defaults(location.url))
        try:
            for setting in _SETTINGS:
                self._execute(setting)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the snapshot and the connection; never raises."""
        with contextlib.suppress(Exception):  # the server may be gone; there is nothing left to end
            self._connection.close()

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def tables(self) -> list[TableShape]:
        """Every table and view outside the system's schemas; partitions are read through their table."""
        columns = _by_first(
            self.rows(
                ["attrelid::text", "attname::text", "type_name", "base_name", "typcategory::text", "attnotnull::text"],
                _COLUMNS,
            )
        )
        keys = _by_first(self.rows(["indrelid::text", "indisprimary::text", "columns::text"], _KEYS))
        foreign_keys = _by_first(
            self.rows(
                ["conrelid::text", "attname::text", "nspname::text", "relname::text", "other_column::text"],
                _FOREIGN_KEYS,
            )
        )
        found = self.rows(["oid::text", "nspname::text", "relname::text", "relkind::text"], _TABLES)
        return [
            TableShape(
                schema=schema,
                name=name,
                columns=tuple(_column(row) for row in columns.get(oid, [])),
                primary_key=next((_names(key) for primary, key in keys.get(oid, []) if primary == "true"), ()),
                unique_keys=tuple(_names(key) for primary, key in keys.get(oid, []) if primary != "true"),
                foreign_keys=tuple(ForeignKey(*row) for row in foreign_keys.get(oid, [])),
                is_view=kind in {"v", "m"},
                is_in_default_schema=schema == "public",
            )
            for oid, schema, name, kind in (tuple(map(str, row)) for row in found)
        ]

    def select(self, expressions: Sequence[str], source: str) -> Iterator[list[pa.Array]]:
        """Run ``select expressions source``, every expression being text."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"select {', '.join(expressions)} {source}")
            for batch in cursor.fetch_record_batch():
                if batch.num_rows:
                    yield batch.columns

    def quote(self, name: str) -> str:
        """A quoted identifier."""
        return '"' + name.replace('"', '""') + '"'

    def text_sql(self, column: ColumnShape) -> str:
        """SQL for a column's value as text: times in UTC, money without its sign, lists as JSON, bytes in hex."""
        name = self.quote(column.name)
        match column.declared_type:
            case "binary":
                return f"encode({name}, 'hex')"
            case "array":
                return f"to_json({name})::text"
            case "decimal" if column.type_name == "money":
                return f"{name}::numeric::text"
        return f"{name}::text"

    def since_sql(self, since: Since) -> str:
        """SQL for the value that ``since`` starts from, less what late transactions may still bring."""
        value = f"'{since.value.replace(chr(39), chr(39) * 2)}'::{since.column.type_name}"
        is_moment = since.column.declared_type == "timestamp"
        return f"({value} - interval '{LATE_SECONDS} seconds')" if is_moment else value

    def clock_sql(self, column: ColumnShape) -> str:
        """Whether all values are filled and none lies in the future."""
        name = self.quote(column.name)
        is_filled = f"count(*) = count({name}) and " if column.is_nullable else ""
        return f"{is_filled}max({name}) <= now() + interval '1 day'"  # null, hence not, for an empty table


def _with_defaults(url: str) -> str:
    parts = urlsplit(url)
    options = {
        "connect_timeout": str(_CONNECT_TIMEOUT_SECONDS),
        "application_name": "onefold",
        **dict(parse_qsl(parts.query, keep_blank_values=True)),
    }
    return urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(options), ""))


def _column(row: Sequence[str | None]) -> ColumnShape:
    name, type_name, base_name, category, not_null = (str(value) for value in row)
    if category == "A":
        ours = "array"
    elif base_name.startswith("timestamp"):
        ours = "timestamp"
    elif base_name.startswith("time "):
        ours = "time"
    else:
        ours = _TYPES.get(base_name, "text")
    return ColumnShape(name, type_name, ours, is_nullable=not_null != "true")


def _by_first(rows: Sequence[tuple[str | None, ...]]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for first, *rest in rows:
        grouped.setdefault(str(first), []).append(tuple(rest))
    return grouped


def _names(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))

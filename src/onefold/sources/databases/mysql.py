"""MySQL and MariaDB, read in one consistent snapshot over the text protocol, in which the server itself prints."""

from __future__ import annotations

import contextlib
import re
import ssl
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pyarrow as pa
import pymysql
import pymysql.cursors

from onefold.sources.databases.location import Location
from onefold.sources.databases.model import ColumnShape, ForeignKey, Since, SqlDatabase, TableShape

LATE_SECONDS = 600
"""A transaction may commit this long after it took its time; rows that recent are read again."""
_CONNECT_TIMEOUT_SECONDS = 10
_READ_TIMEOUT_SECONDS = 600
_ROWS_PER_BATCH = 20_000
_SYSTEM_SCHEMAS = "('information_schema', 'mysql', 'performance_schema', 'sys')"
_TYPES = {
    "tinyint": "int64",
    "smallint": "int64",
    "mediumint": "int64",
    "int": "int64",
    "bigint": "int64",
    "year": "int64",
    "bit": "int64",
    "float": "float64",
    "double": "float64",
    "decimal": "decimal",
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "time": "time",
    "json": "json",
    "uuid": "uuid",
    "binary": "binary",
    "varbinary": "binary",
    "tinyblob": "binary",
    "blob": "binary",
    "mediumblob": "binary",
    "longblob": "binary",
}
_SHAPES = frozenset(
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}
    | {"geometrycollection", "geomcollection"}
)


class MysqlDatabase(SqlDatabase):
    """A MySQL or MariaDB server, or one database of it."""

    label = "MySQL"

    def __init__(self, location: Location) -> None:
        parts = urlsplit(location.url)
        self._database = unquote(parts.path.strip("/"))
        self._connection = pymysql.connect(
            host=parts.hostname or "localhost",
            port=parts.port or 3306,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            database=self._database or None,
            charset="utf8mb4",
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_READ_TIMEOUT_SECONDS,
            cursorclass=pymysql.cursors.SSCursor,
            conv={},
            autocommit=True,
            **_options(dict(parse_qsl(parts.query))),
        )
        self._execute("set time_zone = '+00:00'")
        self._execute("set sql_mode = ''")
        self._execute("set session transaction isolation level repeatable read")
        self._execute("start transaction with consistent snapshot, read only")

    def close(self) -> None:
        """End the snapshot and the connection; never raises."""
        result, self._connection._result = self._connection._result, None
        if result is not None:  # drop what is unread, else the driver reads a large table to its end
            result.unbuffered_active = False
            result.connection = None
        with contextlib.suppress(Exception):  # the server may be gone; there is nothing left to end
            self._connection._force_close()

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)

    def tables(self) -> list[TableShape]:
        """Every table and view of the database in the location, or of all databases where it names none."""
        where = f"where t.table_schema not in {_SYSTEM_SCHEMAS}"
        if self._database:
            where = f"where t.table_schema = {self._text(self._database)}"
        columns = self._grouped(
            "c",
            ["c.column_name", "c.data_type", "c.column_type", "c.is_nullable", "c.extra"],
            "information_schema.columns c",
            where,
            "c.ordinal_position",
        )
        indexes = self._grouped(
            "s",
            ["s.index_name", "s.column_name", "s.nullable", "s.sub_part"],
            "information_schema.statistics s",
            f"{where} and s.non_unique = 0",
            "s.index_name, s.seq_in_index",
        )
        foreign_keys = self._grouped(
            "k",
            [
                "k.constraint_name",
                "k.column_name",
                "k.referenced_table_schema",
                "k.referenced_table_name",
                "k.referenced_column_name",
            ],
            "information_schema.key_column_usage k",
            f"{where} and k.referenced_table_name is not null",
            "k.constraint_name, k.ordinal_position",
        )
        found = self.rows(
            ["t.table_schema", "t.table_name", "t.table_type"],
            f"from information_schema.tables t {where} order by t.table_schema, t.table_name",
        )
        return [
            _table(schema, name, kind, self._database, columns, indexes, foreign_keys)
            for schema, name, kind in (tuple(map(str, row)) for row in found)
            if kind in {"BASE TABLE", "VIEW", "SYSTEM VERSIONED"}
        ]

    def _grouped(
        self, alias: str, expressions: Sequence[str], source: str, where: str, order: str
    ) -> dict[tuple[str, str], list[tuple[str | None, ...]]]:
        rows = self.rows(
            [f"{alias}.table_schema", f"{alias}.table_name", *expressions],
            f"from {source} {where.replace('t.', f'{alias}.', 1)} order by 1, 2, {order}",
        )
        grouped = defaultdict(list)
        for schema, table, *rest in rows:
            grouped[str(schema), str(table)].append(tuple(rest))
        return grouped

    def select(self, expressions: Sequence[str], source: str) -> Iterator[list[pa.Array]]:
        """Run ``select expressions source``, every expression being text."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(f"select {', '.join(expressions)} {source}")
            while rows := cursor.fetchmany(_ROWS_PER_BATCH):
                yield [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        except BaseException:
            self.close()  # the rest of the result stands in the way of any other query
            cursor.connection = None
            raise
        cursor.close()

    def quote(self, name: str) -> str:
        """A quoted identifier."""
        return "`" + name.replace("`", "``") + "`"

    def text_sql(self, column: ColumnShape) -> str:
        """SQL for a column's value as text: the server prints most types itself; bytes in hex, shapes as WKT."""
        name, kind = self.quote(column.name), column.type_name.partition("(")[0].lower()
        if column.declared_type == "binary":
            return f"lower(hex({name}))"
        if kind == "bit":
            return f"cast({name} + 0 as char)"
        if kind in _SHAPES:
            return f"st_astext({name})"
        return f"convert(cast({name} as char) using utf8mb4)"

    def since_sql(self, since: Since) -> str:
        """SQL for the value that ``since`` starts from, less what late transactions may still bring."""
        value = self._text(since.value)
        if since.column.declared_type == "timestamp":
            return f"(cast({value} as datetime(6)) - interval {LATE_SECONDS} second)"
        return since.value if re.fullmatch(r"-?\d+(\.\d+)?", since.value) else value

    def clock_sql(self, column: ColumnShape) -> str:
        """Whether all values are filled and none lies in the future."""
        name = self.quote(column.name)
        is_filled = f"count(*) = count({name}) and " if column.is_nullable else ""
        return f"{is_filled}max({name}) <= utc_timestamp() + interval 1 day"  # null, hence not, for an empty table

    def _text(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _options(query: dict[str, str]) -> dict[str, Any]:
    """Driver options of a location's query: ``unix_socket``, ``ssl_ca``, ``ssl=true``."""
    options: dict[str, Any] = {}
    if "unix_socket" in query:
        options["unix_socket"] = query["unix_socket"]
    if "ssl_ca" in query:
        options["ssl"] = ssl.create_default_context(cafile=query["ssl_ca"])
    elif query.get("ssl", query.get("ssl-mode", "")).lower() in {"true", "1", "required"}:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # 'required' means encrypted, as in MySQL's own client; ssl_ca verifies
        options["ssl"] = context
    return options


_Grouped = dict[tuple[str, str], list[tuple[str | None, ...]]]


def _table(
    schema: str, name: str, kind: str, database: str, columns: _Grouped, indexes: _Grouped, foreign_keys: _Grouped
) -> TableShape:
    keys: dict[str, list[str]] = defaultdict(list)
    partial = set()
    for index, column, nullable, sub_part in indexes.get((schema, name), []):
        keys[str(index)].append(str(column))
        if nullable == "YES" or sub_part is not None or column is None:
            partial.add(index)
    constraints: dict[str, list[ForeignKey]] = defaultdict(list)
    for constraint, *rest in foreign_keys.get((schema, name), []):
        constraints[str(constraint)].append(ForeignKey(*map(str, rest)))
    return TableShape(
        schema=schema,
        name=name,
        columns=tuple(_column(row) for row in columns.get((schema, name), [])),
        primary_key=tuple(keys.pop("PRIMARY", ())),
        unique_keys=tuple(tuple(key) for index, key in keys.items() if index not in partial),
        foreign_keys=tuple(parts[0] for parts in constraints.values() if len(parts) == 1),
        is_view=kind == "VIEW",
        is_in_default_schema=schema == database,
    )


def _column(row: Sequence[str | None]) -> ColumnShape:
    name, data_type, column_type, is_nullable, extra = (str(value) for value in row)
    kind = data_type.lower()
    return ColumnShape(
        name,
        column_type,
        "bool" if column_type.lower() == "tinyint(1)" else _TYPES.get(kind, "text"),
        is_nullable=is_nullable == "YES",
        is_update_time="on update" in extra.lower(),
    )

"""SQLite files, read through ADBC in one read transaction."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote as percent_encode

import pyarrow as pa

from onefold.sources.databases.location import Location
from onefold.sources.databases.model import ColumnShape, ForeignKey, Since, SqlDatabase, TableShape

_BYTES_PER_READ = 1 << 20
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TYPES = (
    (r"bool", "bool"),
    (r"json", "json"),
    (r"datetime|timestamp", "timestamp"),
    (r"date", "date"),
    (r"time", "time"),
    (r"int", "int64"),
    (r"char|clob|text|string", "text"),
    (r"blob|binary", "binary"),
    (r"real|floa|doub", "float64"),
    (r"num|dec|money|currency", "decimal"),
    (r"uuid|guid", "uuid"),
)


class SqliteDatabase(SqlDatabase):
    """An SQLite file."""

    label = "SQLite"

    def __init__(self, location: Location) -> None:
        import adbc_driver_sqlite.dbapi as driver

        self._path = location.path or Path()
        self._fingerprint = _content_hash(self._path)
        self._connection = driver.connect(f"file:{percent_encode(str(self._path))}?mode=ro")
        self.rows(["name"], "from pragma_table_list limit 1")  # the transaction's snapshot starts with its first read

    def close(self) -> None:
        """End the snapshot and the connection; never raises."""
        with contextlib.suppress(Exception):  # it only read; there is nothing left to end
            self._connection.close()

    def content_fingerprint(self) -> str:
        """Hash of the file and its write-ahead log, from just before the snapshot: never newer than what is read."""
        return self._fingerprint

    def tables(self) -> list[TableShape]:
        """Every table and view, without SQLite's own and those behind virtual tables."""
        found = self.rows(
            ["name", "type"],
            "from pragma_table_list where schema = 'main' and type in ('table', 'view', 'virtual')"
            " and name not like 'sqlite^_%' escape '^'",
        )
        kinds = {name: kind for name, kind in found if name is not None}
        return [self._table(name, is_view=kinds[name] != "table") for name in sorted(kinds)]

    def _table(self, name: str, *, is_view: bool) -> TableShape:
        of_table = f"({self._text(name)})"
        described = self.rows(
            ["name", "type", 'cast("notnull" as text)', "cast(pk as text)"],
            f"from pragma_table_xinfo{of_table} where hidden <> 1",
        )
        columns = tuple(
            ColumnShape(str(column), of_type or "", _declared_type(of_type or ""), is_nullable=not_null != "1")
            for column, of_type, not_null, _ in described
        )
        numbered = sorted((int(pk or 0), str(column)) for column, _, _, pk in described if pk != "0")
        primary_key = tuple(column for _, column in numbered)
        return TableShape(
            schema="main",
            name=name,
            columns=columns,
            primary_key=primary_key,
            unique_keys=() if is_view else self._unique_keys(of_table, columns),
            foreign_keys=() if is_view else self._foreign_keys(of_table),
            is_view=is_view,
        )

    def _unique_keys(self, of_table: str, columns: Sequence[ColumnShape]) -> tuple[tuple[str, ...], ...]:
        filled = {column.name for column in columns if not column.is_nullable}
        indexes: dict[str, list[str | None]] = defaultdict(list)
        members = self.rows(
            ["l.name", "i.name"],
            f'from pragma_index_list{of_table} l, pragma_index_info(l.name) i where l."unique" and not l.partial',
        )
        for index, column in members:
            indexes[str(index)].append(column)
        whole = (tuple(map(str, key)) for key in indexes.values() if all(column in filled for column in key))
        return tuple(whole)

    def _foreign_keys(self, of_table: str) -> tuple[ForeignKey, ...]:
        found = self.rows(["cast(id as text)", '"table"', '"from"', '"to"'], f"from pragma_foreign_key_list{of_table}")
        single = [row for row in found if sum(other[0] == row[0] for other in found) == 1]
        keys = []
        for _, other, column, other_column in single:
            target = other_column or self._primary_column(str(other))
            if target:
                keys.append(ForeignKey(str(column), "main", str(other), target))
        return tuple(keys)

    def _primary_column(self, table: str) -> str | None:
        found = self.rows(["name"], f"from pragma_table_info({self._text(table)}) where pk > 0")
        return found[0][0] if len(found) == 1 else None

    def select(self, expressions: Sequence[str], source: str) -> Iterator[list[pa.Array]]:
        """Run ``select expressions source``, every expression being text.

        The driver takes a column's type from the first values it meets, so a row of texts goes before them.
        """
        first = ", ".join("''" for _ in expressions)
        with self._connection.cursor() as cursor:
            cursor.execute(f"select {first} union all select {', '.join(expressions)} {source}")
            for number, batch in zip(count(), cursor.fetch_record_batch(), strict=False):
                rows = batch.slice(1) if number == 0 else batch
                if rows.num_rows:
                    yield [_readable(column) for column in rows.columns]

    def quote(self, name: str) -> str:
        """A quoted identifier."""
        return '"' + name.replace('"', '""') + '"'

    def text_sql(self, column: ColumnShape) -> str:
        """SQL for a column's value as text: any column may hold any type, so each value is asked for its own.

        Numbers keep every digit; bytes are in hexadecimal.
        """
        name = self.quote(column.name)
        short = f"printf('%!.15g', {name})"
        number = f"case when cast({short} as real) = {name} then {short} else printf('%!.17g', {name}) end"
        return (
            f"case typeof({name}) when 'real' then {number} when 'blob' then lower(hex({name}))"
            f" else cast({name} as text) end"
        )

    def condition(self, since: Since) -> str:
        """SQL condition for the rows to read; numbers are compared as numbers, whatever the column's affinity."""
        column, text = self.quote(since.column.name), self._text(since.value)
        if not _NUMBER.fullmatch(since.value):
            return f"({column} >= {text} or {column} is null)"
        return (
            f"(case typeof({column}) when 'text' then {column} >= {text} else {column} >= {since.value} end is not 0)"
        )

    def since_sql(self, since: Since) -> str:
        """SQL for the value that ``since`` starts from; writers wait for each other, so none comes late."""
        return self._text(since.value)

    def clock_sql(self, column: ColumnShape) -> str:
        """Whether all values are ISO times of one shape and offset, which compare as text, and none is to come."""
        name = self.quote(column.name)
        iso = f"typeof({name}) = 'text' and {name} glob '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*'"
        offset = f"case when {name} glob '*[+-][0-2][0-9]:[0-5][0-9]' then substr({name}, -6) else '' end"
        return (
            f"count(*) > 0 and count(*) = count(case when {iso} then 1 end)"
            f" and min(length({name})) = max(length({name}))"
            f" and min(substr({name}, 11, 1)) = max(substr({name}, 11, 1))"
            f" and min({offset}) = max({offset})"
            f" and max(substr({name}, 1, 10)) <= date('now', '+1 day')"
        )

    @staticmethod
    def _text(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"


def _content_hash(path: Path) -> str:
    """Hash of an SQLite file's content.

    Only for files that this process has not open in SQLite: closing one here would drop SQLite's locks on it.
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in (path, Path(f"{path}-wal")):
        if part.exists():
            with part.open("rb") as file:
                while piece := file.read(_BYTES_PER_READ):
                    digest.update(piece)
    return digest.hexdigest()


def _declared_type(type_name: str) -> str:
    lower = type_name.lower()
    return next((ours for pattern, ours in _TYPES if re.search(pattern, lower)), "text")


def _readable(array: pa.Array) -> pa.Array:
    """The array with bytes that are not UTF-8 read as Windows-1252: SQLite does not check what it stores."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return pa.array([_decoded(value) for value in array.cast(pa.binary()).to_pylist()], pa.string())
    return array


def _decoded(value: Any) -> str | None:
    if value is None:
        return None
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        return str(value, "cp1252", "replace")

"""From an open database to extracts: which tables, what they are called, and what of them has to be read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from onefold.errors import InvalidInput
from onefold.settings import SourceSettings, TableSettings
from onefold.sources.databases.failures import failures_of
from onefold.sources.databases.location import Location, find_location
from onefold.sources.databases.model import ColumnShape, Database, Since, TableShape
from onefold.sources.model import Cursor, Extract

_UPDATE_NAME = re.compile(
    r"(last)?(date|time|ts)?(updated?|modified|modify|modification|changed?|write|touched|systemmodstamp|mtime"
    r"|更新|修改|actualizacion|actualitzacio|modificacion|modificacio|geandert|aenderung|ενημερωση)"
    r"(date|datetime|time|timestamp|stamp|at|on|ts|utc|dt|时间|時間|日期)*"
)
"""Names, without punctuation, of columns that hold when a row was last changed."""
_SHAPE_VERSION = "1"
"""Grows when values are turned into text in another way, so that every table is read whole once."""


@dataclass(frozen=True)
class Known:
    """What earlier landings know, by table."""

    cursors: Mapping[str, Cursor]
    keys: Mapping[str, tuple[str, ...]]
    fingerprints: Mapping[str, str]


def read_database(
    name: str, settings: SourceSettings, *, base: Path, secrets: dict[str, str], known: Known
) -> Iterator[Extract]:
    """Yield the tables of each location; see ``open_database``."""
    locations = [settings.location] if isinstance(settings.location, str) else settings.location
    for text in locations:
        location = find_location(name, text, base=base, secrets=secrets)
        with failures_of(name, location):
            database = _open(name, location)
        with closing(database):
            with failures_of(name, location):
                tables = _named(database.tables())
                fingerprint = database.content_fingerprint()
            reading = _Reading(name, location, database, settings, known, tables, fingerprint)
            for table, shape in _selected(name, location, tables, settings.tables).items():
                with failures_of(name, location, table):
                    extract = reading.extract(table, shape)
                yield extract


def _open(name: str, location: Location) -> Database:
    if location.kind == "sqlite":
        from onefold.sources.databases.sqlite import SqliteDatabase

        return SqliteDatabase(location)
    if location.kind == "postgresql":
        from onefold.sources.databases.postgresql import PostgresDatabase

        return PostgresDatabase(location)
    if location.kind == "mysql":
        from onefold.sources.databases.mysql import MysqlDatabase

        return MysqlDatabase(location)
    from onefold.sources.databases.dialects import DialectDatabase

    return DialectDatabase(name, location)


@dataclass(frozen=True)
class _Reading:
    """One open database being read."""

    name: str
    location: Location
    database: Database
    settings: SourceSettings
    known: Known
    tables: Mapping[str, TableShape]
    fingerprint: str

    def extract(self, table: str, shape: TableShape) -> Extract:
        """A table as an extract: whole, or from its cursor on."""
        override = self.settings.overrides.get(table, TableSettings())
        fingerprint = self._fingerprint(table, shape, override)
        is_known = bool(fingerprint) and self.known.fingerprints.get(table) == fingerprint
        column = None if is_known else self._cursor_column(table, shape, override)
        next_cursor = self._next_cursor(shape, column)
        since = self._since(table, shape, column, override)
        key = self.known.keys.get(table, ())
        return Extract(
            table=table,
            column_names=tuple(column.name for column in shape.columns),
            declared_types={column.name: column.declared_type for column in shape.columns},
            fingerprint=fingerprint,
            batches=self._batches(table, shape, since),
            declared_key=shape.primary_key or next(iter(shape.unique_keys), ()),
            declared_joins=self._joins(shape),
            is_complete=since is None,
            cursor=self.known.cursors.get(table) if is_known else next_cursor,
            current_keys=self._keys(table, shape, key) if since else None,
            notes=_notes(shape, since),
        )

    def _fingerprint(self, table: str, shape: TableShape, override: TableSettings) -> str:
        if not self.fingerprint:
            return ""
        parts = (self.fingerprint, table, _shape_of(shape), override.cursor or "")
        return hashlib.blake2b("\x00".join(parts).encode(), digest_size=16).hexdigest()

    def _cursor_column(self, table: str, shape: TableShape, override: TableSettings) -> ColumnShape | None:
        """The column by which changed rows are found: a person's word, else one that can be nothing else."""
        if override.cursor:
            column = shape.column(override.cursor)
            if column is None:
                names = ", ".join(column.name for column in shape.columns)
                raise InvalidInput(
                    f"{self.name}.{table}: no column {override.cursor!r} for the cursor", hint=f"Columns: {names}."
                )
            return column
        if shape.is_view or not (shape.primary_key or shape.unique_keys):
            return None
        candidates = [column for column in shape.columns if _tells_changes(column)]
        return next((c for c in candidates if self.database.is_update_clock(shape, c)), None)

    def _next_cursor(self, shape: TableShape, column: ColumnShape | None) -> Cursor | None:
        """Where the next read may start: taken before the rows are read, so that none falls between."""
        value = self.database.greatest(shape, column) if column else None
        return Cursor(column.name, value, _shape_of(shape)) if column and value is not None else None

    def _since(
        self, table: str, shape: TableShape, column: ColumnShape | None, override: TableSettings
    ) -> Since | None:
        """Where this read starts; None where it has to be of the whole table.

        Rows are told apart by a key that the database itself keeps unique, or changes would be lost.
        """
        before = self.known.cursors.get(table)
        key = self.known.keys.get(table, ())
        wanted = (override.key,) if isinstance(override.key, str) else tuple(override.key or key)
        if before is None or column is None or before.column != column.name or before.shape != _shape_of(shape):
            return None
        unique = [set(columns) for columns in (shape.primary_key, *shape.unique_keys) if columns]
        if set(wanted) != set(key) or set(key) not in unique:
            return None
        return Since(column, before.value)

    def _batches(self, table: str, shape: TableShape, since: Since | None) -> Callable[[], Iterator[pa.RecordBatch]]:
        names = [*(column.name for column in shape.columns), "_origin", "_line"]

        def read() -> Iterator[pa.RecordBatch]:
            with failures_of(self.name, self.location, table):
                for arrays in self.database.read(shape, shape.columns, since):
                    rows = len(arrays[0])
                    origin = pa.repeat(pa.scalar(shape.title), rows)
                    yield pa.RecordBatch.from_arrays([*arrays, origin, pa.nulls(rows, pa.int64())], names=names)

        return read

    def _keys(self, table: str, shape: TableShape, key: Sequence[str]) -> Callable[[], Iterator[pa.RecordBatch]]:
        columns = [column for column in map(shape.column, key) if column is not None]

        def read() -> Iterator[pa.RecordBatch]:
            with failures_of(self.name, self.location, table):
                for arrays in self.database.read(shape, columns):
                    yield pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])

        return read

    def _joins(self, shape: TableShape) -> tuple[tuple[str, str, str], ...]:
        names = {(other.schema, other.name): name for name, other in self.tables.items()}
        return tuple(
            (key.column, names[key.schema, key.table], key.other_column)
            for key in shape.foreign_keys
            if (key.schema, key.table) in names
        )


def _named(shapes: Sequence[TableShape]) -> dict[str, TableShape]:
    """The tables by the names that Onefold gives them."""
    named: dict[str, TableShape] = {}
    for shape in sorted(shapes, key=lambda shape: (not shape.is_in_default_schema, shape.title)):
        wanted = name = _plain_name(shape.title)
        number = 2
        while name in named:
            name = f"{wanted}_{number}"
            number += 1
        named[name] = shape
    return named


def _plain_name(title: str) -> str:
    from anyascii import anyascii

    name = re.sub(r"[^a-z0-9]+", "_", anyascii(title).lower()).strip("_")
    return name if name[:1].isalpha() else f"t_{name}".rstrip("_")


def _selected(
    source: str, location: Location, tables: Mapping[str, TableShape], wanted: Sequence[str] | None
) -> dict[str, TableShape]:
    """The tables to read: those named, else every one that is not a view."""
    if wanted is None:
        chosen = {name: shape for name, shape in tables.items() if not shape.is_view and shape.columns}
        if not chosen:
            raise InvalidInput(
                f"{source}: {location.shown} holds no table that can be read",
                hint="Check the database's name and the user's rights, or name views under 'tables'.",
            )
        return chosen
    chosen = {}
    for text in wanted:
        name = _find_table(tables, text)
        if name is None:
            raise InvalidInput(
                f"{source}: {location.shown} holds no table {text!r}",
                hint=f"Tables and views: {', '.join(tables) or 'none'}.",
            )
        chosen[name] = tables[name]
    return chosen


def _find_table(tables: Mapping[str, TableShape], text: str) -> str | None:
    titles = {shape.title: name for name, shape in tables.items()}
    whole = {f"{shape.schema}.{shape.name}": name for name, shape in tables.items()}
    alike = {title.lower(): name for title, name in {**whole, **titles}.items()}
    return titles.get(text) or whole.get(text) or (text if text in tables else alike.get(text.lower()))


def _tells_changes(column: ColumnShape) -> bool:
    squashed = re.sub(r"[\W_]+", "", column.name.lower())
    is_named_so = _UPDATE_NAME.fullmatch(squashed) is not None
    return column.declared_type in {"timestamp", "date"} and (column.is_update_time or is_named_so)


def _shape_of(shape: TableShape) -> str:
    """Fingerprint of a table's columns and types."""
    parts = [_SHAPE_VERSION, *(f"{column.name}\x00{column.type_name}" for column in shape.columns)]
    return hashlib.blake2b("\x01".join(parts).encode(), digest_size=8).hexdigest()


def _notes(shape: TableShape, since: Since | None) -> tuple[str, ...]:
    notes = []
    if since:
        notes.append(f"read what changed since {since.column.name} {since.value}")
    binary = [column.name for column in shape.columns if column.declared_type == "binary"]
    if binary:
        notes.append(f"bytes are in hexadecimal: {', '.join(binary)}")
    return tuple(notes)

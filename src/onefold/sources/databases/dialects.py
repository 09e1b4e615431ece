"""Every other database that SQLAlchemy has a dialect for, read through dlt: SQL Server, Oracle, Snowflake.

Slower than the kinds with a reader of their own, and each table is read in a transaction of its own, as dialects
agree on no kind of snapshot. Tables of the user's default schema only.
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from onefold.errors import InvalidInput, Unsupported
from onefold.sources.databases.location import Location
from onefold.sources.databases.model import ColumnShape, Database, ForeignKey, Since, TableShape

LATE_SECONDS = 600
"""A transaction may commit this long after it took its time; rows that recent are read again."""
_ROWS_PER_BATCH = 50_000
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.types.Boolean, "bool"),
    (sa.types.Integer, "int64"),
    (sa.types.Float, "float64"),
    (sa.types.Numeric, "decimal"),
    (sa.types.DateTime, "timestamp"),
    (sa.types.Date, "date"),
    (sa.types.Time, "time"),
    (sa.types.Interval, "interval"),
    (sa.types.JSON, "json"),
    (sa.types.Uuid, "uuid"),
    (sa.types.ARRAY, "array"),
    (sa.types.LargeBinary, "binary"),
)


class DialectDatabase(Database):
    """A database of any dialect that is installed."""

    label = "database"

    def __init__(self, source: str, location: Location) -> None:
        self._sql_table = _dlt_sql_table(source)
        self._engine = _engine(source, location)
        warnings.filterwarnings("ignore", "Did not recognize type", sa.exc.SAWarning)  # it becomes text here
        self._inspector = sa.inspect(self._engine)

    def close(self) -> None:
        """End the connections; never raises."""
        self._engine.dispose()

    def tables(self) -> list[TableShape]:
        """Every table and view of the user's default schema."""
        views = self._inspector.get_view_names()
        return [self._table(name, is_view=name in views) for name in [*self._inspector.get_table_names(), *views]]

    def _table(self, name: str, *, is_view: bool) -> TableShape:
        inspector = self._inspector
        columns = tuple(
            ColumnShape(c["name"], str(c["type"]), _declared_type(c["type"]), is_nullable=bool(c.get("nullable", True)))
            for c in inspector.get_columns(name)
        )
        if is_view:
            return TableShape("", name, columns, is_view=True)
        filled = {column.name for column in columns if not column.is_nullable}
        unique = [tuple(key["column_names"]) for key in _reflected(inspector.get_unique_constraints, name)]
        foreign = [key for key in _reflected(inspector.get_foreign_keys, name) if len(key["constrained_columns"]) == 1]
        return TableShape(
            schema="",
            name=name,
            columns=columns,
            primary_key=tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
            unique_keys=tuple(key for key in unique if filled.issuperset(key)),
            foreign_keys=tuple(
                ForeignKey(key["constrained_columns"][0], "", key["referred_table"], key["referred_columns"][0])
                for key in foreign
                if not key["referred_schema"]
            ),
        )

    def read(
        self, table: TableShape, columns: Sequence[ColumnShape], since: Since | None = None
    ) -> Iterator[list[pa.Array]]:
        """The rows of a table, in pieces: one array per column."""
        names = [column.name for column in columns]

        def select(_query: Any, reflected: sa.Table) -> Any:
            for column in reflected.columns:
                if isinstance(column.type, sa.types.Float):
                    column.type.asdecimal = False  # some dialects pad floating-point numbers to ten decimals
            query = sa.select(*(reflected.c[name] for name in names))
            if since is None:
                return query
            moved = reflected.c[since.column.name]
            return query.where(sa.or_(moved >= _start(since), moved.is_(None)))

        resource = self._sql_table(
            credentials=self._engine,
            table=table.name,
            backend="pyarrow",
            chunk_size=_ROWS_PER_BATCH,
            reflection_level="full_with_precision",
            included_columns=names,
            query_adapter_callback=select,
        )
        for piece in resource:
            if piece.num_rows:
                yield [text_array(piece.column(name).combine_chunks()) for name in names]

    def greatest(self, table: TableShape, column: ColumnShape) -> str | None:
        """The greatest value of a column, as text that ``Since`` accepts; None where there is none."""
        value = self._aggregate(table, column, sa.func.max)
        return None if value is None else text_of(value)

    def is_update_clock(self, table: TableShape, column: ColumnShape) -> bool:
        """Whether a column's values can be a cursor: never null, comparable, none of them in the future."""
        if self._aggregate(table, column, lambda value: sa.func.count() - sa.func.count(value)) != 0:
            return False
        latest = self._aggregate(table, column, sa.func.max)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        if isinstance(latest, datetime):
            return latest <= (tomorrow if latest.tzinfo else tomorrow.replace(tzinfo=None))
        return isinstance(latest, date) and latest <= tomorrow.date()

    def _aggregate(self, table: TableShape, column: ColumnShape, function: Callable[[Any], Any]) -> Any:
        reflected = sa.Table(table.name, sa.MetaData(), autoload_with=self._engine)
        with self._engine.connect() as connection:
            return connection.execute(sa.select(function(reflected.c[column.name]))).scalar()


def text_array(array: pa.Array) -> pa.Array:
    """Any Arrow array as text: times in ISO form, bytes in hexadecimal, nested values as JSON."""
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return array
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = (None if value is None else text_of(value) for value in array.to_pylist())
        return pa.array(list(values), pa.string())
    text = array.cast(pa.string())
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1")
    return text


def text_of(value: Any) -> str:
    """One value as text, as ``text_array`` writes it."""
    match value:
        case bool():
            return str(value).lower()
        case bytes():
            return value.hex()
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=text_of)
    return str(value)


def _start(since: Since) -> Any:
    """The value that ``since`` starts from, less what late transactions may still bring."""
    match since.column.declared_type:
        case "timestamp":
            return datetime.fromisoformat(since.value) - timedelta(seconds=LATE_SECONDS)
        case "date":
            return date.fromisoformat(since.value)
        case "int64":
            return int(since.value)
        case "decimal" | "float64":
            return Decimal(since.value)
    return since.value


def _declared_type(of_type: Any) -> str:
    return next((ours for kind, ours in _TYPES if isinstance(of_type, kind)), "text")


def _reflected(inspect: Callable[[str], Any], table: str) -> list[Any]:
    """What a dialect can tell of a table; some cannot."""
    try:
        return list(inspect(table))
    except NotImplementedError:
        return []


def _engine(source: str, location: Location) -> sa.Engine:
    scheme = re.split("://", location.url, maxsplit=1)[0]
    try:
        return sa.create_engine(location.url, poolclass=sa.pool.NullPool)
    except sa.exc.NoSuchModuleError as error:
        raise Unsupported(
            f"{source}: no dialect for {scheme}:// is installed",
            hint="Files, sqlite, postgresql, mysql and mariadb need none. For another database install its"
            " SQLAlchemy dialect, such as: pip install 'onefold[dlt]' snowflake-sqlalchemy",
        ) from error
    except ModuleNotFoundError as error:
        raise Unsupported(
            f"{source}: {scheme}:// needs the driver {error.name}", hint=f"Run: pip install {error.name}"
        ) from error
    except sa.exc.ArgumentError as error:
        raise InvalidInput(
            f"{source}: {location.shown} is not a database URL", hint="Write dialect+driver://user:password@host/name."
        ) from error


def _dlt_sql_table(source: str) -> Any:
    try:
        import dlt
        from dlt.sources.sql_database import sql_table
    except ImportError as error:
        raise Unsupported(
            f"{source}: this kind of database is read through dlt, which is not installed",
            hint="Run: pip install 'onefold[dlt]'",
        ) from error
    dlt.config["runtime.dlthub_telemetry"] = False
    logging.getLogger("dlt").setLevel(logging.ERROR)  # what it warns of, types it cannot name, becomes text here
    return sql_table

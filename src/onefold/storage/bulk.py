"""Moving many rows between Arrow and the app database, inside the caller's transaction.

The only place that knows how each database takes rows fastest: prepared ``insert`` statements on SQLite, ``copy``
on PostgreSQL. Values cross in Arrow types; how a moment or a decimal is stored is decided here once, and equals
what SQLAlchemy's own types would store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

ROWS_PER_BATCH = 50_000

_CACHE_KIB = 64 * 1024
"""Of a connection of SQLite that once took many rows: their indexes grow in it before they reach the file."""


def insert_arrow(
    connection: sa.Connection, table: sa.Table, rows: pa.Table | Iterable[pa.RecordBatch | pa.Table]
) -> int:
    """Insert Arrow rows into ``table``, columns matched by name; returns how many.

    Moments must carry a time zone or be UTC; JSON columns take JSON text.

    Raises:
        sqlalchemy.exc.DBAPIError: the database refused them; the transaction must then be rolled back.
    """
    if not connection.in_transaction():
        connection.begin()  # a raw cursor would otherwise write outside of what commit() commits
    is_postgresql = connection.dialect.name == "postgresql"
    if not is_postgresql:
        connection.exec_driver_sql(f"pragma cache_size = -{_CACHE_KIB}")
    count = 0
    for piece in [rows] if isinstance(rows, pa.Table) else rows:
        for batch in piece.to_batches() if isinstance(piece, pa.Table) else [piece]:
            for start in range(0, batch.num_rows, ROWS_PER_BATCH):
                part = batch.slice(start, ROWS_PER_BATCH)
                (_copy if is_postgresql else _insert)(connection, table, part)
                count += part.num_rows
    return count


@contextmanager
def indexes_deferred(connection: sa.Connection, table: sa.Table) -> Iterator[None]:
    """Build the secondary indexes of an empty ``table`` after the block fills it, not row by row.

    Saves half the time of a first fill; a table that holds rows already is left alone.
    """
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
        indexes = []
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def measure_tables(connection: sa.Connection, *tables: sa.Table) -> None:
    """Let the database look at how values are spread, so that it plans queries by what is there.

    Cost: a sample of each index; part of a second for millions of rows.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma analysis_limit = 1000")
    for table in tables:
        connection.exec_driver_sql(f'analyze "{table.name}"')


def read_arrow(connection: sa.Connection, query: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows of ``query`` as a stream of Arrow batches of ``schema`` (columns by position; no moments).

    Cost: about a second per million short rows; memory of one batch.
    """
    for rows in _row_batches(connection, query):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(values, type=field.type) for values, field in zip(columns, schema, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def _row_batches(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    if connection.dialect.name == "sqlite":
        with connection.execute(query) as result:
            cursor: Any = result.cursor  # its own tuples: wrapping them would cost as much again
            while rows := cursor.fetchmany(ROWS_PER_BATCH):
                yield rows
        return
    with connection.execute(query, execution_options={"stream_results": True}) as result:
        yield from result.partitions(ROWS_PER_BATCH)


def read_table(connection: sa.Connection, query: sa.Select[Any], schema: pa.Schema) -> pa.Table:
    """All rows of ``query`` as one Arrow table."""
    return pa.Table.from_batches(read_arrow(connection, query, schema), schema=schema)


@contextmanager
def scratch_table(connection: sa.Connection, name: str, names: Sequence[str]) -> Iterator[sa.Table]:
    """A temporary table of text columns, the first its key, for the block (a failed one: for the transaction)."""
    columns = [sa.Column(column, sa.Text, primary_key=column == names[0]) for column in names]
    table = sa.Table(name, sa.MetaData(), *columns, prefixes=["temporary"])
    connection.exec_driver_sql(f'drop table if exists "{name}"')
    connection.execute(CreateTable(table))
    yield table
    connection.exec_driver_sql(f'drop table "{name}"')


def _insert(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    names = ", ".join(f'"{name}"' for name in batch.schema.names)
    marks = ", ".join("?" * batch.num_columns)
    columns = [_for_sqlite(column).to_pylist() for column in batch.columns]
    connection.exec_driver_sql(
        f'insert into "{table.name}" ({names}) values ({marks})', list(zip(*columns, strict=True))
    )


def _for_sqlite(column: pa.Array) -> pa.Array:
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column.cast(pa.timestamp("us")), format="%Y-%m-%d %H:%M:%S")
    if pa.types.is_decimal(column.type):
        return column.cast(pa.string())
    return column


def _copy(connection: sa.Connection, table: sa.Table, batch: pa.RecordBatch) -> None:
    names = ", ".join(f'"{name}"' for name in batch.schema.names)
    sink = pa.BufferOutputStream()
    columns = [column.cast(pa.string()) if pa.types.is_decimal(column.type) else column for column in batch.columns]
    pa_csv.write_csv(
        pa.record_batch(columns, names=batch.schema.names),
        sink,
        pa_csv.WriteOptions(include_header=False, quoting_style="needed"),
    )
    driver: Any = connection.connection.cursor()
    try:
        with driver.copy(f'copy "{table.name}" ({names}) from stdin with (format csv)') as copy:
            copy.write(sink.getvalue().to_pybytes().replace(b"\x00", b""))  # text cannot hold NUL there
    except connection.dialect.loaded_dbapi.Error as error:
        raise sa.exc.DBAPIError(f"copy {table.name}", None, error) from error
    finally:
        driver.close()

"""The embedded warehouse: one DuckDB file (or memory), one process, a cursor per thread.

SQL reaches the engine as text with bound values; identifiers are quoted by ``quote_identifier`` and nothing else.
Extensions are never loaded, so the engine behaves alike with and without a network.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from onefold.errors import Conflict, EngineFailed, UpgradeNeeded

Parameters = Sequence[Any]


def quote_identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier.

    >>> quote_identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_literal(text: str) -> str:
    """``text`` as a quoted SQL string, for the few places that cannot bind (file names in ``copy``)."""
    return "'" + text.replace("'", "''") + "'"


class Engine:
    """A connection to the warehouse. Not safe for use by two threads at once: take a ``cursor()`` per thread."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def open(
        cls,
        path: Path | None = None,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        read_only: bool = False,
    ) -> Engine:
        """Open or create the warehouse file; without ``path``, one in memory.

        Raises:
            Conflict: another process holds the file.
            UpgradeNeeded: a newer DuckDB wrote it.
            EngineFailed: it is damaged or cannot be written.
        """
        config: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "temp_directory": str(path.parent / "spill" if path else Path(tempfile.gettempdir()) / "onefold-spill"),
        }
        if threads:
            config["threads"] = threads
        if memory_limit:
            config["memory_limit"] = memory_limit
        try:
            connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
            connection.execute("set timezone = 'UTC'")
            connection.execute("set preserve_insertion_order = false")
        except duckdb.Error as error:
            raise _open_error(path, error) from error
        return cls(connection)

    def cursor(self) -> Engine:
        """A second connection to the same warehouse, for another thread."""
        return Engine(self._connection.cursor())

    def close(self) -> None:
        """Close; nothing else may be called afterwards."""
        self._connection.close()

    def execute(self, sql: str, parameters: Parameters = ()) -> None:
        """Run a statement for its effect.

        Raises:
            EngineFailed: the statement failed; an open transaction is then unusable.
        """
        with _translated():
            self._run(sql, parameters)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, as tuples; for small results."""
        with _translated():
            return self._run(sql, parameters).fetchall()

    def scalar(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first value of the first row, or None where there is no row."""
        rows = self.rows(sql, parameters)  # fetchone would leave a result open, which blocks register()
        return rows[0][0] if rows else None

    def arrow(self, sql: str, parameters: Parameters = ()) -> pa.Table:
        """A query's result as an Arrow table."""
        with _translated():
            return self._relation(sql, parameters).to_arrow_table()

    def batches(self, sql: str, parameters: Parameters = (), rows_per_batch: int = 100_000) -> Iterator[pa.RecordBatch]:
        """A query's result as a stream of Arrow batches. The engine is busy until the stream ends."""
        with _translated():
            yield from self._relation(sql, parameters).to_arrow_reader(rows_per_batch)

    def write(self, relation: str, data: pa.Table | pa.RecordBatchReader, *, replace: bool = False) -> None:
        """Append Arrow rows to ``relation`` (already quoted), matching columns by name; or replace the relation."""
        with self.registered(data) as view:
            if replace:
                self.execute(f"create or replace table {relation} as select * from {view}")
            else:
                self.execute(f"insert into {relation} by name select * from {view}")

    @contextmanager
    def registered(self, data: Any, name: str = "onefold_input") -> Iterator[str]:
        """Make Arrow data readable by SQL under ``name`` for the length of the block."""
        self._connection.register(name, data)
        try:
            yield name
        finally:
            self._connection.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements of the block or none of them."""
        self.execute("begin transaction")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):  # the failed statement may have ended the transaction already
                self._connection.rollback()
            raise
        self.execute("commit")

    def exists(self, schema: str, table: str) -> bool:
        """Whether the table or view exists."""
        return bool(
            self.scalar(
                "select count(*) from information_schema.tables where table_schema = ? and table_name = ?",
                [schema, table],
            )
        )

    def columns(self, schema: str, table: str) -> list[str]:
        """Column names in order; empty where the table does not exist."""
        # information_schema would take four times as long
        query = """
            select column_name from duckdb_columns()
            where schema_name = ? and table_name = ? order by column_index"""
        return [name for (name,) in self.rows(query, [schema, table])]

    def _relation(self, sql: str, parameters: Parameters) -> duckdb.DuckDBPyRelation:
        return self._connection.sql(sql, params=list(parameters) or None)

    def _run(self, sql: str, parameters: Parameters) -> duckdb.DuckDBPyConnection:
        return self._connection.execute(sql, parameters) if parameters else self._connection.execute(sql)


@contextmanager
def _translated() -> Iterator[None]:
    """The engine's complaints as ours; a query that Ctrl-C cut is a ``KeyboardInterrupt`` again."""
    try:
        yield
    except duckdb.Error as error:
        raise EngineFailed(f"the warehouse refused a step: {error}", hint=_hint_for(error)) from error
    except RuntimeError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


def _open_error(path: Path | None, error: duckdb.Error) -> Exception:
    text = str(error)
    if "lock" in text.lower():
        return Conflict(
            f"{path}: another process is using this workspace",
            hint="Wait until it ends, then run the command again.",
        )
    if "newer" in text.lower() or "storage version" in text.lower():
        return UpgradeNeeded(f"{path} was written by a newer version", hint="Run: pip install --upgrade onefold")
    return EngineFailed(f"{path}: {text}", hint="If the file is damaged, restore it, or delete it and build again.")


def _hint_for(error: duckdb.Error) -> str:
    text = str(error).lower()
    if "no space left" in text or "could not write" in text:
        return "The disk is full: free some space and run the command again; nothing was half-written."
    if isinstance(error, duckdb.OutOfMemoryException):
        return "Give the warehouse more memory (memory_limit in onefold.yaml) or close other programs."
    return ""

"""What a database tells about itself, and the one interface behind which the kinds of databases differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa


@dataclass(frozen=True)
class ColumnShape:
    """One column as the database declares it."""

    name: str
    type_name: str
    """The database's own word: ``timestamp without time zone``, ``varchar(40)``."""
    declared_type: str
    """Ours: text, int64, float64, decimal, bool, date, time, timestamp, interval, json, array, uuid or binary."""
    is_nullable: bool = True
    is_update_time: bool = False
    """The database itself sets it whenever the row changes."""


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key of one column."""

    column: str
    schema: str
    table: str
    other_column: str


@dataclass(frozen=True)
class TableShape:
    """One table or view as the database declares it."""

    schema: str
    name: str
    columns: tuple[ColumnShape, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    """Other column lists that the database keeps unique and filled."""
    foreign_keys: tuple[ForeignKey, ...] = ()
    is_view: bool = False
    is_in_default_schema: bool = True
    """Tables elsewhere are called ``schema_table``."""

    @property
    def title(self) -> str:
        """The table as a person of that database would write it."""
        return self.name if self.is_in_default_schema else f"{self.schema}.{self.name}"

    def column(self, name: str) -> ColumnShape | None:
        """The column of that name, else the one that differs only by case."""
        exact = (column for column in self.columns if column.name == name)
        alike = (column for column in self.columns if column.name.lower() == name.lower())
        return next(exact, None) or next(alike, None)


@dataclass(frozen=True)
class Since:
    """Rows to read: those whose ``column`` is at least ``value``, or null."""

    column: ColumnShape
    value: str


class Database(ABC):
    """An open database, seen as of one moment. Every array it yields is text; nulls stay null."""

    label: ClassVar[str]
    """Name of the product: PostgreSQL."""

    @abstractmethod
    def tables(self) -> list[TableShape]:
        """Every table and view outside the system's own schemas."""

    @abstractmethod
    def read(
        self, table: TableShape, columns: Sequence[ColumnShape], since: Since | None = None
    ) -> Iterator[list[pa.Array]]:
        """The rows of a table, in pieces: one array per column."""

    @abstractmethod
    def greatest(self, table: TableShape, column: ColumnShape) -> str | None:
        """The greatest value of a column, as text that ``Since`` accepts; None where there is none."""

    @abstractmethod
    def is_update_clock(self, table: TableShape, column: ColumnShape) -> bool:
        """Whether a column's values can be a cursor: never null, comparable, none of them in the future."""

    @abstractmethod
    def close(self) -> None:
        """End the snapshot and the connection; never raises."""

    def content_fingerprint(self) -> str:
        """Equal for equal content of the whole database; empty where that cannot be known without reading."""
        return ""


class SqlDatabase(Database):
    """A database read by SQL text. Kinds differ in quoting, in how a value becomes text, and in their driver."""

    @abstractmethod
    def select(self, expressions: Sequence[str], source: str) -> Iterator[list[pa.Array]]:
        """Run ``select expressions source``, every expression being text."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """A quoted identifier."""

    @abstractmethod
    def text_sql(self, column: ColumnShape) -> str:
        """SQL for a column's value as text."""

    @abstractmethod
    def since_sql(self, since: Since) -> str:
        """SQL for the value that ``since`` starts from, less what late transactions may still bring."""

    @abstractmethod
    def clock_sql(self, column: ColumnShape) -> str:
        """SQL condition over a table: whether all its values are filled, comparable and not in the future."""

    def relation(self, table: TableShape) -> str:
        """The quoted table."""
        return f"{self.quote(table.schema)}.{self.quote(table.name)}"

    def rows(self, expressions: Sequence[str], source: str) -> list[tuple[str | None, ...]]:
        """A small result as tuples of text."""
        found: list[tuple[str | None, ...]] = []
        for arrays in self.select(expressions, source):
            found.extend(zip(*(array.to_pylist() for array in arrays), strict=True))
        return found

    def read(
        self, table: TableShape, columns: Sequence[ColumnShape], since: Since | None = None
    ) -> Iterator[list[pa.Array]]:
        """The rows of a table, in pieces: one array per column."""
        where = f" where {self.condition(since)}" if since else ""
        expressions = [self.text_sql(column) for column in columns]
        return self.select(expressions, f"from {self.relation(table)}{where}")

    def condition(self, since: Since) -> str:
        """SQL condition for the rows to read; rows without a value cannot be told from changed ones."""
        column = self.quote(since.column.name)
        return f"({column} >= {self.since_sql(since)} or {column} is null)"

    def greatest(self, table: TableShape, column: ColumnShape) -> str | None:
        """The greatest value of a column, as text that ``Since`` accepts; None where there is none."""
        name = self.quote(column.name)
        source = f"from (select max({name}) as {name} from {self.relation(table)}) as greatest"
        return self.rows([self.text_sql(column)], source)[0][0]

    def is_update_clock(self, table: TableShape, column: ColumnShape) -> bool:
        """Whether a column's values can be a cursor: never null, comparable, none of them in the future."""
        verdict = f"case when {self.clock_sql(column)} then 'yes' else 'no' end"
        return self.rows([verdict], f"from {self.relation(table)}") == [("yes",)]

"""The catalogue in the app database: saved whole after a build, loaded whole before one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from onefold.catalog.model import Column, Join, Meaning, Role, Table
from onefold.catalog.tables import catalog_column, catalog_join, catalog_table

_ROWS_PER_STATEMENT = 500


def save_catalog(connection: sa.Connection, tables: Iterable[Table]) -> None:
    """Replace the catalogue by ``tables``, in the caller's transaction."""
    tables = list(tables)
    for table in (catalog_join, catalog_column, catalog_table):
        connection.execute(sa.delete(table))
    _insert(connection, catalog_table, [_table_row(table) for table in tables])
    _insert(connection, catalog_column, [row for table in tables for row in _column_rows(table)])
    _insert(connection, catalog_join, [row for table in tables for row in _join_rows(table)])


def load_catalog(connection: sa.Connection) -> list[Table]:
    """Every table of the catalogue, ordered by source and name; columns in their order."""
    columns: dict[tuple[str, str], list[Column]] = {}
    for row in connection.execute(sa.select(catalog_column).order_by(catalog_column.c.position)):
        column = Column(row.name, Meaning(row.meaning), row.confidence, row.reason, row.details)
        columns.setdefault((row.source, row.table_name), []).append(column)
    joins: dict[tuple[str, str], list[Join]] = {}
    order = (catalog_join.c.column_name, catalog_join.c.to_source, catalog_join.c.to_table)
    for row in connection.execute(sa.select(catalog_join).order_by(*order)):
        join = Join(
            row.column_name,
            row.to_source,
            row.to_table,
            row.to_column,
            row.coverage,
            row.confidence,
            row.reason,
        )
        joins.setdefault((row.source, row.table_name), []).append(join)
    query = sa.select(catalog_table).order_by(catalog_table.c.source, catalog_table.c.name)
    return [
        Table(
            source=row.source,
            name=row.name,
            role=Role(row.role),
            confidence=row.confidence,
            reason=row.reason,
            key=tuple(row.key_columns),
            rows=row.row_count,
            columns=tuple(columns.get((row.source, row.name), ())),
            joins=tuple(joins.get((row.source, row.name), ())),
        )
        for row in connection.execute(query)
    ]


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        connection.execute(sa.insert(table), rows[start : start + _ROWS_PER_STATEMENT])


def _table_row(table: Table) -> dict[str, Any]:
    return {
        "source": table.source,
        "name": table.name,
        "role": str(table.role),
        "confidence": table.confidence,
        "reason": table.reason,
        "key_columns": list(table.key),
        "row_count": table.rows,
    }


def _column_rows(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "source": table.source,
            "table_name": table.name,
            "name": column.name,
            "position": position,
            "meaning": str(column.meaning),
            "confidence": column.confidence,
            "reason": column.reason,
            "details": column.details,
        }
        for position, column in enumerate(table.columns)
    ]


def _join_rows(table: Table) -> list[dict[str, Any]]:
    rows = []
    for join in table.joins:
        row = asdict(join)
        row["column_name"] = row.pop("column")
        rows.append(row | {"source": table.source, "table_name": table.name})
    return rows

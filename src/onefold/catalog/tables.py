"""The catalogue in the app database."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

catalog_table = sa.Table(
    "catalog_table",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("key_columns", sa.JSON, nullable=False),
    sa.Column("row_count", sa.BigInteger, nullable=False),
)
"""Grain: one row per table of a connected source."""

catalog_column = sa.Table(
    "catalog_column",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("meaning", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
)
"""Grain: one row per column of a table."""

catalog_join = sa.Table(
    "catalog_join",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("column_name", sa.Text, primary_key=True),
    sa.Column("to_source", sa.Text, primary_key=True),
    sa.Column("to_table", sa.Text, primary_key=True),
    sa.Column("to_column", sa.Text, nullable=False),
    sa.Column("coverage", sa.Float, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
"""Grain: one row per foreign key found or declared."""

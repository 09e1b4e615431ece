"""What the silo report leaves in the app database beside itself (``build_run`` keeps the report)."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

customer_sign = sa.Table(
    "customer_sign",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("signs", sa.Text, nullable=False),  # words between spaces: marks.py
    sqlite_with_rowid=False,
)
"""Grain: one row per customer that shows a sign of silos, as of the last build."""

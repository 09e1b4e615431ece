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

scope_sign = sa.Table(
    "scope_sign",
    metadata,
    sa.Column("scope_key", sa.Text, primary_key=True),  # of scope_trends.py
    sa.Column("build_no", sa.Integer, primary_key=True),
    sa.Column("sign", sa.Text, primary_key=True),  # inconsistent, missing, stale
    sa.Column("customers", sa.Integer, nullable=False),  # that show it
    sa.Column("base", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Grain: one row per row scope in which somebody reads reports, build and sign: what trends within scopes are drawn
from."""

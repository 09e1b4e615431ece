"""Builds in the app database."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

build_run = sa.Table(
    "build_run",
    metadata,
    sa.Column("build_no", sa.Integer, primary_key=True),
    sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Column("steps", sa.JSON, nullable=False),  # step -> seconds and counts
    sa.Column("report", sa.JSON),  # the silo report, from which trends are drawn
)
"""Grain: one row per build; unfinished where it was cut."""

"""Uploads in the app database."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

upload = sa.Table(
    "upload",
    metadata,
    sa.Column("upload_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),  # as the person's machine calls the file
    sa.Column("safe_name", sa.Text, nullable=False),  # as it is called here
    sa.Column("size_bytes", sa.BigInteger, nullable=False),  # as announced
    sa.Column("received_bytes", sa.BigInteger, nullable=False),  # durable on disk
    sa.Column("is_complete", sa.Boolean, nullable=False),
    sa.Column("source", sa.Text),  # the source that reads it; null: none yet
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per file that somebody uploads or uploaded; gone when cancelled or abandoned."""

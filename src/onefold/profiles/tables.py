"""Profiles, the identifiers that find them, and the timeline, in the app database."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

profile = sa.Table(
    "profile",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("display_name", sa.Text),
    sa.Column("input_hash", sa.Text, nullable=False),  # of everything the profile was made from
    sa.Column("version", sa.Integer, nullable=False),  # grows by one with every change
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),  # records, and by attribute value, origin, losers: stored.py
    sa.Column("traits", sa.JSON, nullable=False),  # trait -> value
)
"""Grain: one row per active customer."""

identifier = sa.Table(
    "identifier",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),  # email, phone, national_id, loyalty_number, name, …
    sa.Column("value", sa.Text, primary_key=True),  # comparison form
    sa.Column("subject_id", sa.Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
"""Grain: one row per identifier value of a subject. Finds subjects; the map leads on to the customer."""

timeline_event = sa.Table(
    "timeline_event",
    metadata,
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("row_hash", sa.Text, nullable=False),
    sa.Column("occurred_at", sa.DateTime(timezone=True)),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("event_type", sa.Text, nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("channel", sa.Text),
    sa.Column("counterpart", sa.Text),
    sa.Column("amount", sa.Numeric(18, 4)),
    sa.Column("currency", sa.Text),
    sa.Column("score", sa.Float),
    sa.Column("body", sa.JSON),
    sa.Index("timeline_event_by_subject", "subject_id", "occurred_at"),
    sqlite_with_rowid=False,
)
"""Grain: one row per event of a subject. An event belongs to its subject for ever."""

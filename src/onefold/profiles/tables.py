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

profile_summary = sa.Table(
    "profile_summary",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # person, organisation
    sa.Column("display_name", sa.Text),
    sa.Column("sort_name", sa.Text),  # its comparison form: scripts and cases sort together
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("company", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("country", sa.Text, index=True),
    sa.Column("region", sa.Text, index=True),
    sa.Column("city", sa.Text),
    sa.Column("status", sa.Text, index=True),
    sa.Column("tier", sa.Text, index=True),
    sa.Column("owner", sa.Text),  # the colleague who last spoke with the customer, unless a system names an owner
    sa.Column("department", sa.Text),
    sa.Column("customer_since", sa.DateTime(timezone=True)),
    sa.Column("last_seen", sa.DateTime(timezone=True), index=True),
    sa.Column("last_contact_at", sa.DateTime(timezone=True), index=True),
    sa.Column("last_score", sa.Float),
    sa.Column("open_tickets", sa.Integer),
    sa.Column("orders", sa.Integer),
    sa.Column("events", sa.Integer, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("systems", sa.Integer, nullable=False),  # how many systems know the customer
    sa.Index("profile_summary_by_name", "sort_name", "customer_id"),
)
"""Grain: one row per active customer: what lists show, sort and filter by, and row scopes decide on."""

search_term = sa.Table(
    "search_term",
    metadata,
    sa.Column("term", sa.Text, primary_key=True),  # one word of a name in comparison form, native or romanised
    sa.Column("customer_id", sa.Text, primary_key=True, index=True),
    sqlite_with_rowid=False,
)
"""Grain: one row per word that a customer's names hold. Beginnings of words find customers while one types."""

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

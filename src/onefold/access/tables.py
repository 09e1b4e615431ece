"""Roles as the app database keeps them, and who holds which."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

role = sa.Table(
    "role",
    metadata,
    sa.Column("role_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("is_shipped", sa.Boolean, nullable=False),
    sa.Column("permissions", sa.JSON, nullable=False),  # resource kind -> [verb]
    sa.Column("denials", sa.JSON, nullable=False),  # resource kind -> [verb]
    sa.Column("scope", sa.Text),  # rule; null: every customer
    sa.Column("deny_scope", sa.Text),  # rule; null: none
    sa.Column("masks", sa.JSON, nullable=False),  # attribute, "pii:<class>" or "*" -> mask, or "denied"
    sa.Column("version", sa.Integer, nullable=False),  # grows by one with every change
    sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per role that a company made or changed; a shipped role that nobody changed has none."""

user_role = sa.Table(
    "user_role",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("role_id", sa.Text, primary_key=True, index=True),
)
"""Grain: one row per role that a user holds. Shipped roles are named by their id without a row in ``role``."""

"""The identity map in the app database: who owns which subject now, and who did before.

A merge moves subjects from one customer to another and marks the emptied customer ``merged``; nothing else is
rewritten. ``subject_history`` keeps every attachment that ended, so the map of any past moment can be read, and
``customer_change`` tells other systems what happened to ids they hold.
"""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

identity_run = sa.Table(
    "identity_run",
    metadata,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("build_no", sa.Integer),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("rule_version", sa.Text, nullable=False),
    sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
)
"""Grain: one row per applied change of the map."""

customer = sa.Table(
    "customer",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # person, organisation
    sa.Column("state", sa.Text, nullable=False),  # active, merged, retired
    sa.Column("merged_into", sa.Text, index=True),  # a customer_id; follow until one is not merged
    sa.Column("created_run", sa.Integer, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per customer id ever issued; rows are never deleted."""

subject = sa.Table(
    "subject",
    metadata,
    sa.Column("subject_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("attached_run", sa.Integer, nullable=False),
    sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per subject that belongs to a customer now."""

subject_history = sa.Table(
    "subject_history",
    metadata,
    sa.Column("subject_id", sa.Text, primary_key=True),
    sa.Column("detached_run", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("attached_run", sa.Integer, nullable=False),
    sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("detached_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per attachment that has ended."""

customer_change = sa.Table(
    "customer_change",
    metadata,
    sa.Column("change_id", sa.Integer, primary_key=True),
    sa.Column("run_id", sa.Integer, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),  # merged, split, moved, retired, restored
    sa.Column("customer_id", sa.Text, nullable=False, index=True),  # whom it happened to
    sa.Column("other_customer_id", sa.Text, index=True),  # into whom, or out of whom
    sa.Column("subject_ids", sa.JSON, nullable=False),
    sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per change that another system holding a customer id must follow."""

"""Households and organisations."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make the tables."""
    op.create_table(
        "household_run",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("build_no", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_table(
        "household",
        sa.Column("household_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("created_run", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("household_id"),
    )
    op.create_index(op.f("ix_household_merged_into"), "household", ["merged_into"], unique=False)
    op.create_table(
        "household_member",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Text(), nullable=False),
        sa.Column("attached_run", sa.Integer(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_household_member_household_id"), "household_member", ["household_id"], unique=False)
    op.create_table(
        "household_member_history",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("detached_run", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Text(), nullable=False),
        sa.Column("attached_run", sa.Integer(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detached_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "detached_run"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_household_member_history_household_id"), "household_member_history", ["household_id"], unique=False
    )
    op.create_table(
        "organisation_member",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "organisation_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "organisation_member_by_organisation", "organisation_member", ["organisation_id", "customer_id"], unique=False
    )
    op.create_table(
        "organisation_link",
        sa.Column("organisation_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("organisation_id", "other_id", "kind"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_organisation_link_other_id"), "organisation_link", ["other_id"], unique=False)

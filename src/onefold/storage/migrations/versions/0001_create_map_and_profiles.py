"""Create the catalogue, the identity map, profiles, timeline and builds."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _moment(name: str, *, required: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not required)


def _text(name: str, *, required: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=not required)


def upgrade() -> None:
    """Bring an empty database to this schema."""
    op.create_table(
        "catalog_table",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        _text("role"),
        sa.Column("confidence", sa.Float, nullable=False),
        _text("reason"),
        sa.Column("key_columns", sa.JSON, nullable=False),
        sa.Column("row_count", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "catalog_column",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        _text("meaning"),
        sa.Column("confidence", sa.Float, nullable=False),
        _text("reason"),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_table(
        "catalog_join",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("column_name", sa.Text, primary_key=True),
        sa.Column("to_source", sa.Text, primary_key=True),
        sa.Column("to_table", sa.Text, primary_key=True),
        _text("to_column"),
        sa.Column("coverage", sa.Float, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        _text("reason"),
    )
    op.create_table(
        "identity_run",
        sa.Column("run_id", sa.Integer, primary_key=True),
        sa.Column("build_no", sa.Integer),
        _text("actor"),
        _text("rule_version"),
        _moment("applied_at"),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.Text, primary_key=True),
        _text("kind"),
        _text("state"),
        _text("merged_into", required=False),
        sa.Column("created_run", sa.Integer, nullable=False),
        _moment("created_at"),
    )
    op.create_table(
        "subject",
        sa.Column("subject_id", sa.Text, primary_key=True),
        _text("customer_id"),
        sa.Column("attached_run", sa.Integer, nullable=False),
        _moment("attached_at"),
    )
    op.create_index("ix_subject_customer_id", "subject", ["customer_id"])
    op.create_table(
        "subject_history",
        sa.Column("subject_id", sa.Text, primary_key=True),
        sa.Column("detached_run", sa.Integer, primary_key=True),
        _text("customer_id"),
        sa.Column("attached_run", sa.Integer, nullable=False),
        _moment("attached_at"),
        _moment("detached_at"),
    )
    op.create_index("ix_subject_history_customer_id", "subject_history", ["customer_id"])
    op.create_table(
        "customer_change",
        sa.Column("change_id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, nullable=False),
        _text("kind"),
        _text("customer_id"),
        _text("other_customer_id", required=False),
        sa.Column("subject_ids", sa.JSON, nullable=False),
        _moment("happened_at"),
    )
    for column in ("run_id", "customer_id", "other_customer_id"):
        op.create_index(f"ix_customer_change_{column}", "customer_change", [column])
    op.create_table(
        "profile",
        sa.Column("customer_id", sa.Text, primary_key=True),
        _text("kind"),
        _text("display_name", required=False),
        _text("input_hash"),
        sa.Column("version", sa.Integer, nullable=False),
        _moment("updated_at"),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("traits", sa.JSON, nullable=False),
    )
    op.create_table(
        "identifier",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("subject_id", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identifier_subject_id", "identifier", ["subject_id"])
    op.create_table(
        "timeline_event",
        sa.Column("event_id", sa.Text, primary_key=True),
        _text("subject_id"),
        _text("row_hash"),
        _moment("occurred_at", required=False),
        _text("source"),
        _text("table_name"),
        _text("role"),
        _text("event_type"),
        _text("title", required=False),
        _text("status", required=False),
        _text("channel", required=False),
        _text("counterpart", required=False),
        sa.Column("amount", sa.Numeric(18, 4)),
        _text("currency", required=False),
        sa.Column("score", sa.Float),
        sa.Column("body", sa.JSON),
        sqlite_with_rowid=False,
    )
    op.create_index("timeline_event_by_subject", "timeline_event", ["subject_id", "occurred_at"])
    op.create_table(
        "build_run",
        sa.Column("build_no", sa.Integer, primary_key=True),
        _moment("started_at"),
        _moment("finished_at", required=False),
        sa.Column("steps", sa.JSON, nullable=False),
        sa.Column("report", sa.JSON),
    )

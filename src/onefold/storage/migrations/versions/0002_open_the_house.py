"""Create accounts, roles, audit, the outbox, jobs, notes, tasks, files, saved views, and what lists are read from."""

import sqlalchemy as sa
from alembic import op

from onefold.storage.migrations.opening import accounts, audit, care, customers, identity, levels, work

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what the API and the web interface keep."""
    for part in (audit, accounts, customers, care, work, identity, levels):
        part.create()
    op.add_column("customer_change", sa.Column("evidence", sa.JSON(), nullable=True))
    op.add_column("customer_change", sa.Column("undone_run", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_customer_merged_into"), "customer", ["merged_into"], unique=False)

"""What is written down for good: who did and read what."""

import sqlalchemy as sa
from alembic import op

_GUARDS = {
    "sqlite": (
        """
        create trigger audit_entry_is_not_changed before update on audit_entry
        begin select raise(abort, 'the audit is append-only'); end
        """,
        """
        create trigger audit_entry_is_not_deleted before delete on audit_entry
        when old.seq > coalesce((select max(through_seq) from audit_anchor), 0)
        begin select raise(abort, 'the audit is append-only'); end
        """,
        """
        create trigger audit_anchor_is_not_changed before update on audit_anchor
        begin select raise(abort, 'the audit is append-only'); end
        """,
        """
        create trigger audit_anchor_is_not_deleted before delete on audit_anchor
        begin select raise(abort, 'the audit is append-only'); end
        """,
    ),
    "postgresql": (
        """
        create function audit_is_append_only() returns trigger language plpgsql as $$
        begin
            if tg_table_name = 'audit_entry' and tg_op = 'DELETE' then
                if old.seq <= coalesce((select max(through_seq) from audit_anchor), 0) then
                    return old;
                end if;
            end if;
            raise exception 'the audit is append-only';
        end $$
        """,
        """
        create trigger audit_entry_is_kept before update or delete on audit_entry
        for each row execute function audit_is_append_only()
        """,
        """
        create trigger audit_entry_is_not_emptied before truncate on audit_entry
        for each statement execute function audit_is_append_only()
        """,
        """
        create trigger audit_anchor_is_kept before update or delete on audit_anchor
        for each row execute function audit_is_append_only()
        """,
    ),
}
"""Statements that forbid changing or deleting audit entries, by database."""


def create() -> None:
    """Make the tables."""
    op.create_table(
        "audit_anchor",
        sa.Column("through_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("through_seq"),
    )
    op.create_table(
        "audit_fold",
        sa.Column("journal_id", sa.Text(), nullable=False),
        sa.Column("through_no", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal_id"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("audit_entry_by_action", "audit_entry", ["action", "seq"], unique=False)
    op.create_index("audit_entry_by_actor", "audit_entry", ["actor_id", "seq"], unique=False)
    op.create_index("audit_entry_by_customer", "audit_entry", ["customer_id", "seq"], unique=False)
    op.create_index("audit_entry_by_resource", "audit_entry", ["resource_id", "seq"], unique=False)
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)

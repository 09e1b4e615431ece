"""Tables of the audit, and the guards that keep them append-only inside the database itself."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("actor_id", sa.Text, nullable=False),
    sa.Column("actor_name", sa.Text, nullable=False),  # as it was then
    sa.Column("action", sa.Text, nullable=False),  # customer.read, note.create, session.sign_in …
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("resource_id", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text),
    sa.Column("address", sa.Text),
    sa.Column("details", sa.Text, nullable=False),  # canonical JSON: what the hash covers, byte by byte
    sa.Column("previous_hash", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Index("audit_entry_by_actor", "actor_id", "seq"),
    sa.Index("audit_entry_by_action", "action", "seq"),
    sa.Index("audit_entry_by_customer", "customer_id", "seq"),
    sa.Index("audit_entry_by_resource", "resource_id", "seq"),
)
"""Grain: one row per thing that somebody did or read; numbers grow by one in the order of commits."""

audit_anchor = sa.Table(
    "audit_anchor",
    metadata,
    sa.Column("through_seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per time that old entries were cut; entries up to ``through_seq`` may be deleted, no others."""

audit_fold = sa.Table(
    "audit_fold",
    metadata,
    sa.Column("journal_id", sa.Text, primary_key=True),
    sa.Column("through_no", sa.BigInteger, nullable=False),
)
"""Grain: one row per file in which reads were noted while SQLite was being written; up to there the chain has them."""

AUDIT_GUARDS: dict[str, tuple[str, ...]] = {
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
"""Statements that forbid changing or deleting entries, by database. A migration that makes the tables runs them too."""


@sa.event.listens_for(metadata, "after_create")
def _guard(_target: object, connection: sa.Connection, tables: list[sa.Table], **_options: object) -> None:
    if audit_entry in tables:
        for statement in AUDIT_GUARDS[connection.dialect.name]:
            connection.exec_driver_sql(statement)

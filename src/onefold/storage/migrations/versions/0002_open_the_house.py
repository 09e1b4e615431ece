"""Create accounts, roles, audit, the outbox, jobs, notes, tasks, files, saved views, and what lists are read from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

GUARDS = {
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


def upgrade() -> None:
    """Add what the API and the web interface keep."""
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
        "file_edition",
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("edition"),
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
    op.create_table(
        "card_layout",
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("role_id"),
    )
    op.create_table(
        "card_opening",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("openings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "role_id", "field", "source"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customer_sign",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("signs", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scope_sign",
        sa.Column("scope_key", sa.Text(), nullable=False),
        sa.Column("build_no", sa.Integer(), nullable=False),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope_key", "build_no", "sign"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customer_tag",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("tag_id", sa.Text(), nullable=False),
        sa.Column("tagged_by", sa.Text(), nullable=False),
        sa.Column("tagged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "tag_id"),
    )
    op.create_index(op.f("ix_customer_tag_tag_id"), "customer_tag", ["tag_id"], unique=False)
    op.create_table(
        "customer_visit",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("last_visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earlier_visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "file",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_by_name", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file_id"),
    )
    op.create_index("file_by_customer", "file", ["customer_id", "added_at"], unique=False)
    op.create_index(op.f("ix_file_sha256"), "file", ["sha256"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key"),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "job",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("resource_id", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("job_by_time", "job", ["created_at", "job_id"], unique=False)
    op.create_index(
        "job_lane_is_free",
        "job",
        ["lane"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index("job_waiting", "job", ["state", "run_after"], unique=False)
    op.create_table(
        "note",
        sa.Column("note_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("note_id"),
    )
    op.create_index("note_by_customer", "note", ["customer_id", "created_at"], unique=False)
    op.create_table(
        "note_edit",
        sa.Column("note_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("replaced_by_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "version"),
    )
    op.create_table(
        "notification",
        sa.Column("notification_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("note_id", sa.Text(), nullable=True),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("emailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("notification_id"),
    )
    op.create_index(op.f("ix_notification_note_id"), "notification", ["note_id"], unique=False)
    op.create_index("notification_by_user", "notification", ["user_id", "created_at"], unique=False)
    op.create_index("notification_to_mail", "notification", ["mail_after"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "profile_attribute", sa.Column("attribute", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("attribute")
    )
    op.create_table(
        "profile_summary",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=True),
        sa.Column("sort_name", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("customer_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_score", sa.Float(), nullable=True),
        sa.Column("open_tickets", sa.Integer(), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("systems", sa.Integer(), nullable=False),
        sa.Column("identity_confidence", sa.Float(), nullable=True),
        sa.Column("identity_is_one", sa.Float(), nullable=True),
        sa.Column("identity_is_whole", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("profile_summary_by_country", "profile_summary", ["country", "customer_id"], unique=False)
    op.create_index(
        "profile_summary_by_identity_confidence",
        "profile_summary",
        ["identity_confidence", "customer_id"],
        unique=False,
    )
    op.create_index(
        "profile_summary_by_last_contact_at", "profile_summary", ["last_contact_at", "customer_id"], unique=False
    )
    op.create_index("profile_summary_by_last_seen", "profile_summary", ["last_seen", "customer_id"], unique=False)
    op.create_index("profile_summary_by_region", "profile_summary", ["region", "customer_id"], unique=False)
    op.create_index("profile_summary_by_sort_name", "profile_summary", ["sort_name", "customer_id"], unique=False)
    op.create_index("profile_summary_by_status", "profile_summary", ["status", "customer_id"], unique=False)
    op.create_index("profile_summary_by_tier", "profile_summary", ["tier", "customer_id"], unique=False)
    op.create_table(
        "role",
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=False),
        sa.Column("denials", sa.JSON(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("deny_scope", sa.Text(), nullable=True),
        sa.Column("masks", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("role_id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("shared_with", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("view_id"),
    )
    op.create_index(op.f("ix_saved_view_owner_id"), "saved_view", ["owner_id"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("schedule_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_job_id", sa.Text(), nullable=True),
        sa.Column("last_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("schedule_id"),
    )
    op.create_index(op.f("ix_schedule_next_run_at"), "schedule", ["next_run_at"], unique=False)
    op.create_table(
        "search_term",
        sa.Column("term", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term", "customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("search_term_by_customer", "search_term", ["customer_id", "term"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("sign_in_attempt_by_time", "sign_in_attempt", ["last_failed_at"], unique=False)
    op.create_table(
        "sign_on_request",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash"),
    )
    op.create_table(
        "tag",
        sa.Column("tag_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("folded_name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tag_id"),
        sa.UniqueConstraint("folded_name"),
    )
    op.create_table(
        "task",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_by_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_name", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("owner_id <> ''", name="task_has_owner"),
        sa.CheckConstraint("state in ('open', 'done', 'cancelled')", name="task_state"),
        sa.PrimaryKeyConstraint("task_id"),
    )
    op.create_index(op.f("ix_task_customer_id"), "task", ["customer_id"], unique=False)
    op.create_index("task_by_owner", "task", ["owner_id", "state", "due_on"], unique=False)
    op.create_index("task_by_state", "task", ["state", "due_on"], unique=False)
    op.create_table(
        "task_change",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "version"),
    )
    op.create_table(
        "upload",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("safe_name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("upload_id"),
    )
    op.create_table(
        "user_account",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("sealed_totp", sa.Text(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=True),
        sa.Column("recovery_hashes", sa.JSON(), nullable=False),
        sa.Column("sign_on_subject", sa.Text(), nullable=True),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.Column("preferences", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_signed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("sign_on_subject"),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "role_id"),
    )
    op.create_index(op.f("ix_user_role_role_id"), "user_role", ["role_id"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sealed_previous", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id"),
    )
    op.create_table(
        "api_key",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("permissions", sa.JSON(), nullable=True),
        sa.Column("role_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_address", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.user_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_index("api_key_by_user", "api_key", ["user_id"], unique=False)
    op.create_table(
        "job_log",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.job_id"], ondelete="cascade"),
        sa.PrimaryKeyConstraint("job_id", "seq"),
    )
    op.create_table(
        "customer_pick",
        sa.Column("pick_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("known", sa.JSON(), nullable=False),
        sa.Column("over_rule", sa.Text(), nullable=False),
        sa.Column("over_value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("picked_by", sa.Text(), nullable=False),
        sa.Column("picked_by_name", sa.Text(), nullable=False),
        sa.Column("picked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_by_name", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("pick_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("customer_pick_by_subject", "customer_pick", ["subject_id", "attribute"], unique=False)
    op.create_index("customer_pick_by_customer", "customer_pick", ["customer_id", "attribute"], unique=False)
    op.create_table(
        "contradiction",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("values_count", sa.Integer(), nullable=False),
        sa.Column("systems", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "attribute"),
        sqlite_with_rowid=False,
    )
    op.create_index("contradiction_by_attribute", "contradiction", ["attribute", "customer_id"], unique=False)
    op.create_table(
        "one_time_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.user_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("one_time_token_by_user", "one_time_token", ["user_id", "purpose"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("is_second_factor_done", sa.Boolean(), nullable=False),
        sa.Column("view_as", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.user_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
        sa.UniqueConstraint("session_id"),
    )
    op.create_index("session_by_expiry", "session", ["expires_at"], unique=False)
    op.create_index("session_by_user", "session", ["user_id"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("webhook_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.webhook_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("delivery_id"),
        sa.UniqueConstraint("webhook_id", "seq", name="webhook_delivery_once"),
    )
    op.create_index(
        "webhook_delivery_due", "webhook_delivery", ["webhook_id", "state", "next_attempt_at"], unique=False
    )
    op.create_table(
        "identity_override",
        sa.Column("override_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("undoes_change", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('same', 'different')", name="identity_override_kind"),
        sa.PrimaryKeyConstraint("override_id"),
    )
    op.create_index(op.f("ix_identity_override_run_id"), "identity_override", ["run_id"], unique=False)
    op.create_table(
        "identity_override_subject",
        sa.Column("override_id", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("override_id", "subject_id"),
    )
    op.create_index(
        op.f("ix_identity_override_subject_subject_id"), "identity_override_subject", ["subject_id"], unique=False
    )
    op.create_table(
        "review_item",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("model_probability", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("telling_a", sa.Text(), nullable=False),
        sa.Column("telling_b", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("pattern_parts", sa.JSON(), nullable=False),
        sa.Column("entropy", sa.Float(), nullable=False),
        sa.Column("teaches", sa.Float(), nullable=False),
        sa.Column("touches", sa.Integer(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_by", sa.Text(), nullable=True),
        sa.Column("build_no", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('pair', 'bridge', 'cluster')", name="review_item_kind"),
        sa.CheckConstraint("state in ('open', 'waiting', 'answered', 'skipped', 'lapsed')", name="review_item_state"),
        sa.PrimaryKeyConstraint("item_id"),
    )
    op.create_index(op.f("ix_review_item_pattern"), "review_item", ["pattern"], unique=False)
    op.create_index(op.f("ix_review_item_lapsed_by"), "review_item", ["lapsed_by"], unique=False)
    op.create_index("ix_review_item_state_score", "review_item", ["state", "score"], unique=False)
    op.create_table(
        "review_item_subject",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "place"),
    )
    op.create_index(op.f("ix_review_item_subject_subject_id"), "review_item_subject", ["subject_id"], unique=False)
    op.create_table(
        "review_answer",
        sa.Column("answer_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_standing", sa.Boolean(), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("override_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("effect", sa.JSON(), nullable=True),
        sa.Column("bulk_id", sa.Text(), nullable=True),
        sa.CheckConstraint("answer in ('same', 'different', 'skip')", name="review_answer_answer"),
        sa.PrimaryKeyConstraint("answer_id"),
    )
    op.create_index(op.f("ix_review_answer_item_id"), "review_answer", ["item_id"], unique=False)
    op.create_index(op.f("ix_review_answer_made_at"), "review_answer", ["made_at"], unique=False)
    op.create_index(op.f("ix_review_answer_pattern"), "review_answer", ["pattern"], unique=False)
    op.create_index(op.f("ix_review_answer_bulk_id"), "review_answer", ["bulk_id"], unique=False)
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
    op.create_table(
        "identity_preview",
        sa.Column("preview_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.CheckConstraint("kind in ('what_if', 'plan')", name="identity_preview_kind"),
        sa.PrimaryKeyConstraint("preview_id"),
    )
    op.create_index(op.f("ix_identity_preview_asked_at"), "identity_preview", ["asked_at"], unique=False)
    op.create_table(
        "identity_preview_change",
        sa.Column("preview_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("other_customer_id", sa.Text(), nullable=True),
        sa.Column("subject_ids", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("is_anyway", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["preview_id"], ["identity_preview.preview_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("preview_id", "seq"),
    )
    op.add_column("identity_run", sa.Column("reason", sa.Text(), nullable=True))
    op.create_table(
        "identity_label",
        sa.Column("label_id", sa.Text(), nullable=False),
        sa.Column("subject_a", sa.Text(), nullable=False),
        sa.Column("subject_b", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=True),
        sa.Column("weight", sa.Float(), nullable=True),
        sa.Column("model_probability", sa.Float(), nullable=True),
        sa.Column("digest_a", sa.Text(), nullable=True),
        sa.Column("digest_b", sa.Text(), nullable=True),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("labelled_by", sa.Text(), nullable=False),
        sa.Column("labelled_by_id", sa.Text(), nullable=False),
        sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.CheckConstraint("answer in ('same', 'different', 'unsure')", name="identity_label_answer"),
        sa.CheckConstraint("purpose in ('sample', 'review')", name="identity_label_purpose"),
        sa.PrimaryKeyConstraint("label_id"),
    )
    op.create_index(op.f("ix_identity_label_subject_a"), "identity_label", ["subject_a"], unique=False)
    op.create_index(op.f("ix_identity_label_subject_b"), "identity_label", ["subject_b"], unique=False)
    op.create_table(
        "quality_stratum",
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("is_joined", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.Float(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("is_seen", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("stratum"),
    )
    op.create_table(
        "quality_pair",
        sa.Column("subject_a", sa.Text(), nullable=False),
        sa.Column("subject_b", sa.Text(), nullable=False),
        sa.Column("stratum", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("digest_a", sa.Text(), nullable=False),
        sa.Column("digest_b", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("subject_a", "subject_b"),
    )
    op.create_index("quality_pair_by_stratum", "quality_pair", ["stratum", "place"], unique=False)
    op.create_table(
        "quality_estimate",
        sa.Column("build_no", sa.Integer(), nullable=False),
        sa.Column("estimated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("labelled", sa.Integer(), nullable=False),
        sa.Column("estimate", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("build_no"),
    )
    op.create_table(
        "customer_doubt",
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("weak_a", sa.Text(), nullable=True),
        sa.Column("weak_b", sa.Text(), nullable=True),
        sa.Column("weak_probability", sa.Float(), nullable=True),
        sa.Column("out_a", sa.Text(), nullable=True),
        sa.Column("out_b", sa.Text(), nullable=True),
        sa.Column("out_probability", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.add_column("customer_change", sa.Column("evidence", sa.JSON(), nullable=True))
    op.add_column("customer_change", sa.Column("undone_run", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_customer_merged_into"), "customer", ["merged_into"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)

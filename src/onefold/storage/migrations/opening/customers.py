"""What lists and pages of customers are read from, and what people make of them."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make the tables."""
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
        "search_term",
        sa.Column("term", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("term", "customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("search_term_by_customer", "search_term", ["customer_id", "term"], unique=False)
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
        "customer_visit",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("last_visited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("earlier_visited_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "customer_id"),
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

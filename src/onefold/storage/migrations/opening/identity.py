"""What people decide about who is who, what they are asked, and what is measured of it."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Make the tables."""
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

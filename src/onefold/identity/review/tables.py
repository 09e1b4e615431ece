"""The review queue in the app database: what people are asked about, and what they said."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

review_item = sa.Table(
    "review_item",
    metadata,
    sa.Column("item_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # pair, bridge, cluster
    sa.Column("state", sa.Text, nullable=False),  # open, waiting, answered, skipped, lapsed
    sa.Column("probability", sa.Float, nullable=False),  # that both sides are one customer
    sa.Column("model_probability", sa.Float, nullable=False),  # the same before answers to its pattern were heard
    sa.Column("weight", sa.Float, nullable=False),  # bits of the telling link
    sa.Column("telling_a", sa.Text, nullable=False),  # the two records that are shown first
    sa.Column("telling_b", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),  # of the telling link: {"email": ["same", 14.2]}
    sa.Column("links", sa.JSON, nullable=False),  # [[place of a, place of b, bits, probability], …]
    sa.Column("pattern", sa.Text, nullable=False, index=True),
    sa.Column("pattern_parts", sa.JSON, nullable=False),  # [["email", "same"], …]
    sa.Column("entropy", sa.Float, nullable=False),  # bits
    sa.Column("teaches", sa.Float, nullable=False),  # bits
    sa.Column("touches", sa.Integer, nullable=False),  # customers
    sa.Column("score", sa.Float, nullable=False),  # teaches times touches, by its turn
    sa.Column("fingerprint", sa.Text, nullable=False),  # of the records on both sides
    sa.Column("is_disputed", sa.Boolean, nullable=False),  # two people answered, and not the same
    sa.Column("answer", sa.Text),  # same, different; that took effect
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    sa.Column("lapsed_by", sa.Text, index=True),  # the answer that settled it too; null: the build found it no more
    sa.Column("build_no", sa.Integer, nullable=False),  # that asked it, or weighed it anew
    sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),  # first
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("kind in ('pair', 'bridge', 'cluster')", name="review_item_kind"),
    sa.CheckConstraint("state in ('open', 'waiting', 'answered', 'skipped', 'lapsed')", name="review_item_state"),
    sa.Index("ix_review_item_state_score", "state", "score"),
)
"""Grain: one row per question that a build asked: are the two sides one customer? Rows are never deleted."""

review_item_subject = sa.Table(
    "review_item_subject",
    metadata,
    sa.Column("item_id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("subject_id", sa.Text, nullable=False, index=True),
    sa.Column("side", sa.Text, nullable=False),  # a, b
)
"""Grain: one row per record that a question is about, by place; both sides from the same or different customers."""

review_answer = sa.Table(
    "review_answer",
    metadata,
    sa.Column("answer_id", sa.Text, primary_key=True),
    sa.Column("item_id", sa.Text, nullable=False, index=True),
    sa.Column("answer", sa.Text, nullable=False),  # same, different, skip
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),  # the person's name, as it was
    sa.Column("made_by_id", sa.Text, nullable=False),  # the account; of a key, the account whose key it is
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("is_standing", sa.Boolean, nullable=False),  # false: taken back, replaced, or the records changed
    sa.Column("pattern", sa.Text, nullable=False, index=True),  # of the item, then
    sa.Column("probability", sa.Float, nullable=False),  # of the item, then
    sa.Column("override_id", sa.Text),  # the decision that it became
    sa.Column("run_id", sa.Integer),  # the run of the map that it took effect with
    sa.Column("effect", sa.JSON),  # {"merged": 1, "split": 0, "vanished": 3, …}; null: none
    sa.Column("bulk_id", sa.Text, index=True),  # the answer to a whole pattern that it belongs to
    sa.CheckConstraint("answer in ('same', 'different', 'skip')", name="review_answer_answer"),
)
"""Grain: one row per answer of a person. Two standing answers of one item are of two accounts."""

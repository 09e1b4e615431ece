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
    sa.Column("reason", sa.Text),  # in the words of the person who decided; null for builds
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
    sa.Column("evidence", sa.JSON),  # why: the strongest links, the decisions of people (reasons.py)
    sa.Column("undone_run", sa.Integer),  # the run that took it back
)
"""Grain: one row per change that another system holding a customer id must follow."""

identity_override = sa.Table(
    "identity_override",
    metadata,
    sa.Column("override_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # same, different
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),  # the person's name, as it was
    sa.Column("made_by_id", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("run_id", sa.Integer, index=True),  # the run of the map that it took effect with; null: none was needed
    sa.Column("undoes_change", sa.Integer),  # the change of the map that it keeps undone
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    sa.Column("withdrawn_by", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("kind in ('same', 'different')", name="identity_override_kind"),
)
"""Grain: one row per decision of a person about who is who. Binds until it is withdrawn; rows are never deleted."""

identity_override_subject = sa.Table(
    "identity_override_subject",
    metadata,
    sa.Column("override_id", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.Text, primary_key=True, index=True),
    sa.Column("side", sa.Text, nullable=False),  # a, b
)
"""Grain: one row per subject that a decision names. 'same': all of them are one customer, whatever the side;
'different': none of side a is one customer with any of side b."""

identity_label = sa.Table(
    "identity_label",
    metadata,
    sa.Column("label_id", sa.Text, primary_key=True),
    sa.Column("subject_a", sa.Text, nullable=False, index=True),  # subject_a < subject_b
    sa.Column("subject_b", sa.Text, nullable=False, index=True),
    sa.Column("answer", sa.Text, nullable=False),  # same, different, unsure
    sa.Column("purpose", sa.Text, nullable=False),  # sample: drawn by chance; review: chosen for its doubt
    sa.Column("stratum", sa.Text),  # of the frame that it was drawn from; null: it was not drawn
    sa.Column("weight", sa.Float),  # how many pairs each drawn pair stood for in that stratum
    sa.Column("model_probability", sa.Float),  # that both are one customer, as the model saw it when it was asked
    sa.Column("digest_a", sa.Text),  # of what the record said then; null until the next build looks
    sa.Column("digest_b", sa.Text),
    sa.Column("is_stale", sa.Boolean, nullable=False),  # a record says something else by now, or is gone
    sa.Column("labelled_by", sa.Text, nullable=False),  # the person's name, as it was
    sa.Column("labelled_by_id", sa.Text, nullable=False),
    sa.Column("labelled_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
    sa.Column("withdrawn_by", sa.Text),
    sa.CheckConstraint("answer in ('same', 'different', 'unsure')", name="identity_label_answer"),
    sa.CheckConstraint("purpose in ('sample', 'review')", name="identity_label_purpose"),
)
"""Grain: one row per answer of a person to "are these two records one customer?". At most one that is not withdrawn per
pair and purpose; binds nothing; rows are never deleted."""

quality_stratum = sa.Table(
    "quality_stratum",
    metadata,
    sa.Column("stratum", sa.Text, primary_key=True),
    sa.Column("is_joined", sa.Boolean, nullable=False),  # the map says: one customer
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("pairs", sa.Float, nullable=False),  # in the workspace; estimated where only a sample was looked at
    sa.Column("expected", sa.Float, nullable=False),  # share of them that the calibrated model takes for one customer
    sa.Column("is_seen", sa.Boolean, nullable=False),  # resolution compared these pairs
)
"""Grain: one row per group of alike pairs of the present map, from which the pairs to label are drawn."""

quality_pair = sa.Table(
    "quality_pair",
    metadata,
    sa.Column("subject_a", sa.Text, primary_key=True),
    sa.Column("subject_b", sa.Text, primary_key=True),
    sa.Column("stratum", sa.Text, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),  # in the random order of its stratum
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("digest_a", sa.Text, nullable=False),
    sa.Column("digest_b", sa.Text, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),  # how the pair agrees, and its bits
    sa.Index("quality_pair_by_stratum", "stratum", "place"),
)
"""Grain: one row per pair that may be asked about next; drawn anew by every build that changes the map."""

quality_estimate = sa.Table(
    "quality_estimate",
    metadata,
    sa.Column("build_no", sa.Integer, primary_key=True),
    sa.Column("estimated_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("labelled", sa.Integer, nullable=False),
    sa.Column("estimate", sa.JSON, nullable=False),  # precision and recall, each value, low, high
)
"""Grain: one row per build after which there were labels: how good its map was taken to be."""

customer_doubt = sa.Table(
    "customer_doubt",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("weak_a", sa.Text),  # the link that its records hang together by: two of its records
    sa.Column("weak_b", sa.Text),
    sa.Column("weak_probability", sa.Float),
    sa.Column("out_a", sa.Text),  # the strongest link to somebody else: its record, and the other one
    sa.Column("out_b", sa.Text),
    sa.Column("out_probability", sa.Float),
)
"""Grain: one row per active customer of whom it is doubtful that it is one and whole: why."""
household_run = sa.Table(
    "household_run",
    metadata,
    sa.Column("run_id", sa.Integer, primary_key=True),
    sa.Column("build_no", sa.Integer),
    sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
)
"""Grain: one row per applied change of who lives with whom."""

household = sa.Table(
    "household",
    metadata,
    sa.Column("household_id", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # active, merged, retired
    sa.Column("merged_into", sa.Text, index=True),  # a household_id; follow until one is not merged
    sa.Column("created_run", sa.Integer, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per household id ever issued; rows are never deleted."""

household_member = sa.Table(
    "household_member",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("household_id", sa.Text, nullable=False, index=True),
    sa.Column("attached_run", sa.Integer, nullable=False),
    sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("strength", sa.Float, nullable=False),  # 0 to 1: of what speaks for it
    sa.Column("reasons", sa.JSON, nullable=False),  # [{kind, values, subjects, with}]: its records, others
    sqlite_with_rowid=False,
)
"""Grain: one row per person that lives with others now; a person belongs to one household at most."""

household_member_history = sa.Table(
    "household_member_history",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("detached_run", sa.Integer, primary_key=True),
    sa.Column("household_id", sa.Text, nullable=False, index=True),
    sa.Column("attached_run", sa.Integer, nullable=False),
    sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("detached_at", sa.DateTime(timezone=True), nullable=False),
    sqlite_with_rowid=False,
)
"""Grain: one row per membership of a household that has ended."""

organisation_member = sa.Table(
    "organisation_member",
    metadata,
    sa.Column("customer_id", sa.Text, primary_key=True),  # the person
    sa.Column("organisation_id", sa.Text, primary_key=True),  # a customer_id too
    sa.Column("is_main", sa.Boolean, nullable=False),  # the one that stands for the person; never of an ended one
    sa.Column("role", sa.Text),  # the job title as its record says it
    sa.Column("subject_id", sa.Text, nullable=False),  # the record that says so, the newest of them
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),  # that record's beginning, else when it was seen
    sa.Column("until", sa.DateTime(timezone=True)),  # when no record said so any more; null while one does
    sa.Column("strength", sa.Float, nullable=False),  # 0 to 1: of what speaks for it
    sa.Column("reasons", sa.JSON, nullable=False),  # [{kind, value, subject}]; kind key, name or domain
    sa.Index("organisation_member_by_organisation", "organisation_id", "customer_id"),
    sqlite_with_rowid=False,
)
"""Grain: one row per person and organisation that it belongs to or once belonged to."""

organisation_link = sa.Table(
    "organisation_link",
    metadata,
    sa.Column("organisation_id", sa.Text, primary_key=True),
    sa.Column("other_id", sa.Text, primary_key=True, index=True),
    sa.Column("kind", sa.Text, primary_key=True),  # parent (the other is), related
    sa.Column("subject_id", sa.Text, nullable=False),  # the record that says so
    sa.Column("since", sa.DateTime(timezone=True), nullable=False),
    sa.Column("until", sa.DateTime(timezone=True)),  # null while the record says so
    sqlite_with_rowid=False,
)
"""Grain: one row per pair of organisations of which a record says that one is the other's parent or relation."""

identity_preview = sa.Table(
    "identity_preview",
    metadata,
    sa.Column("preview_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # what_if, plan
    sa.Column("asked", sa.JSON, nullable=False),  # what_if: the identity settings as they would be; plan: sources
    sa.Column("asked_by", sa.Text, nullable=False),  # the person's name, as it was
    sa.Column("asked_by_id", sa.Text, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False, index=True),
    sa.Column("job_id", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True)),  # null: not found out yet
    sa.Column("outcome", sa.JSON),  # counts, share of customers, estimates
    sa.CheckConstraint("kind in ('what_if', 'plan')", name="identity_preview_kind"),
)
"""Grain: one row per question of a person what the map would become; the latest are kept."""

identity_preview_change = sa.Table(
    "identity_preview_change",
    metadata,
    sa.Column(
        "preview_id", sa.Text, sa.ForeignKey("identity_preview.preview_id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # as of customer_change
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("other_customer_id", sa.Text),  # may not be issued yet
    sa.Column("subject_ids", sa.JSON, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("is_anyway", sa.Boolean, nullable=False),  # the next build makes it with the settings of now, too
)
"""Grain: one row per change that a preview found, numbered from 1; only as many as are listed."""

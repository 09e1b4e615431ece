"""Jobs, their logs and schedules in the app database."""

from __future__ import annotations

import sqlalchemy as sa

from onefold.storage import metadata

job = sa.Table(
    "job",
    metadata,
    sa.Column("job_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("lane", sa.Text),  # jobs of one lane run one after another; null: beside any other
    sa.Column("arguments", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # queued, running, succeeded, failed, cancelled
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
    sa.Column("lease_owner", sa.Text),
    sa.Column("lease_until", sa.DateTime(timezone=True)),
    sa.Column("progress", sa.JSON, nullable=False),  # step, fraction, message
    sa.Column("result", sa.JSON),
    sa.Column("error", sa.JSON),
    sa.Column("resource_id", sa.Text),  # what it makes: the number of a build
    sa.Column("requested_by", sa.Text, nullable=False),
    sa.Column("cancel_requested", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("started_at", sa.DateTime(timezone=True)),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
    sa.Index("job_waiting", "state", "run_after"),
    sa.Index("job_by_time", "created_at", "job_id"),
    sa.Index(
        "job_lane_is_free",
        "lane",
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    ),
)
"""Grain: one row per job, kept after its end. At most one of a lane is running: the last index refuses a second."""

job_log = sa.Table(
    "job_log",
    metadata,
    sa.Column("job_id", sa.Text, sa.ForeignKey("job.job_id", ondelete="cascade"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("line", sa.Text, nullable=False),
)
"""Grain: one row per line that a job wrote, numbered from 1 over all its attempts."""

schedule = sa.Table(
    "schedule",
    metadata,
    sa.Column("schedule_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", sa.JSON, nullable=False),
    sa.Column("cron", sa.Text, nullable=False),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("is_paused", sa.Boolean, nullable=False),
    sa.Column("next_run_at", sa.DateTime(timezone=True), index=True),
    sa.Column("last_job_id", sa.Text),
    sa.Column("last_run_at", sa.DateTime(timezone=True)),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
"""Grain: one row per schedule."""

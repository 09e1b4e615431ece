"""Builds that were, and what they found about each source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.build.tables import build_run
from onefold.jobs import Job, get_job
from onefold.jobs.tables import job
from onefold.storage import aware

BUILD = "build"
"""The kind of job that builds."""
_BUILDS_LOOKED_AT = 100
_HIDDEN = "made_from"


@dataclass(frozen=True)
class BuildEntry:
    """One build: a job that asked for it, what it did, or both."""

    entry_id: str
    """Of the job, else ``build_<number>``."""
    at: datetime
    """When it was asked for, or began."""
    build_no: int | None
    started_at: datetime | None
    finished_at: datetime | None
    """None where it runs, was cut or failed."""
    steps: Mapping[str, Mapping[str, Any]]
    """Step -> ``seconds`` and counts."""
    job: Job | None


@dataclass(frozen=True)
class SourceHealth:
    """What the builds say about one source."""

    last_read_at: datetime | None = None
    quarantined: int = 0
    """Rows in quarantine at the last read."""
    problem: Mapping[str, str] | None = None
    """``code``, ``message``, ``hint`` where the last build that wanted to read it could not."""


def list_builds(
    connection: sa.Connection, *, before: tuple[datetime, str] | None = None, limit: int = 20
) -> list[BuildEntry]:
    """Builds, the newest first; ``before`` is (at, entry_id) of the last one of the page before."""
    number = sa.cast(build_run.c.build_no, sa.Text)
    asked = sa.select(job.c.job_id.label("entry_id"), job.c.created_at.label("at"), job.c.resource_id).where(
        job.c.kind == BUILD
    )
    by_job = sa.exists().where(job.c.kind == BUILD, job.c.resource_id == number)
    others = sa.select(sa.literal("build_").concat(number), build_run.c.started_at, number).where(~by_job)
    entries = sa.union_all(asked, others).subquery()
    query = sa.select(entries).order_by(entries.c.at.desc(), entries.c.entry_id.desc()).limit(limit)
    if before:
        at, entry_id = before
        query = query.where((entries.c.at < at) | ((entries.c.at == at) & (entries.c.entry_id < entry_id)))
    return [_entry(connection, row) for row in connection.execute(query).all()]


def step_seconds(connection: sa.Connection) -> dict[str, float]:
    """Step -> how long it took in the last finished build; empty where there was none."""
    return {step: float(facts.get("seconds", 0)) for step, facts in next(iter(_steps(connection, 1)), {}).items()}


def source_health(connection: sa.Connection) -> dict[str, SourceHealth]:
    """Source -> what the last builds say about it."""
    health: dict[str, SourceHealth] = {}
    problems: dict[str, Mapping[str, str] | None] = {}
    for steps in _steps(connection, _BUILDS_LOOKED_AT):
        land = steps.get("land", {})
        for problem in land.get("problems", []):
            problems.setdefault(problem["source"], problem)
        for source, moment in land.get("read_at", {}).items():
            problem = problems.setdefault(source, None)
            quarantined = land.get("quarantined", {}).get(source, 0)
            health.setdefault(source, SourceHealth(datetime.fromisoformat(moment), quarantined, problem))
    never_read = {source: SourceHealth(problem=problem) for source, problem in problems.items()}
    return never_read | health


def _steps(connection: sa.Connection, limit: int) -> list[dict[str, Any]]:
    query = (
        sa.select(build_run.c.steps)
        .where(build_run.c.finished_at.is_not(None))
        .order_by(build_run.c.build_no.desc())
        .limit(limit)
    )
    return list(connection.scalars(query))


def _entry(connection: sa.Connection, entry: sa.Row[Any]) -> BuildEntry:
    build_no = int(entry.resource_id) if entry.resource_id else None
    columns = (build_run.c.started_at, build_run.c.finished_at, build_run.c.steps)
    run = connection.execute(sa.select(*columns).where(build_run.c.build_no == build_no)).first() if build_no else None
    steps = run.steps if run else {}
    return BuildEntry(
        entry_id=entry.entry_id,
        at=aware(entry.at),
        build_no=build_no,
        started_at=aware(run.started_at) if run else None,
        finished_at=aware(run.finished_at) if run and run.finished_at else None,
        steps={step: {k: v for k, v in facts.items() if k != _HIDDEN} for step, facts in steps.items()},
        job=None if entry.entry_id.startswith("build_") else get_job(connection, entry.entry_id),
    )

"""What a job and a schedule are. Frozen values, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.QUEUED, JobState.RUNNING)
"""States of jobs that are not over."""


class Cancelled(Exception):
    """A handler stopped because somebody asked for it."""


@dataclass(frozen=True)
class Progress:
    """How far a running job is."""

    step: str = ""
    """Short name of the step, which the interface translates."""
    fraction: float | None = None
    """0 to 1; None where nobody can know."""
    message: str = ""
    """What is going on, one line."""


@dataclass(frozen=True)
class Job:
    """One piece of work."""

    job_id: str
    kind: str
    arguments: Mapping[str, Any]
    state: JobState
    attempts: int
    """How often it was started."""
    progress: Progress
    result: Any
    error: Mapping[str, Any] | None
    """``code``, ``message``, ``hint``, ``is_transient`` of the last attempt that failed."""
    resource_id: str | None
    """What it makes, such as the number of a build."""
    requested_by: str
    """Id of the actor, or of the schedule."""
    created_at: datetime
    run_after: datetime
    """Not to be started before."""
    started_at: datetime | None
    finished_at: datetime | None
    is_cancel_requested: bool


@dataclass(frozen=True)
class Schedule:
    """When a kind of job is enqueued again and again."""

    schedule_id: str
    kind: str
    arguments: Mapping[str, Any]
    cron: str
    """Five fields: minute, hour, day of month, month, day of week."""
    time_zone: str
    """IANA name; ``cron`` is read on clocks there."""
    is_paused: bool
    next_run_at: datetime | None
    """None while paused."""
    last_job_id: str | None
    last_run_at: datetime | None
    owner: str
    """Id of the actor who made it."""
    version: int

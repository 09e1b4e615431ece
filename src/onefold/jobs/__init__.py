"""Work that outlives a request: a job table in the app database, leases, attempts, and schedules.

A job is enqueued in the transaction that wants it. A ``Worker`` of any server takes it under a lease that it renews;
the lease of a worker that died runs out, and another takes over. Kinds are registered by name by the layers above:
``register("build", run_build_job, lane="build")``. At most one job of a lane runs at a time, which the database
itself holds.
"""

from onefold.jobs.model import Cancelled, Job, JobState, Progress, Schedule
from onefold.jobs.queue import (
    cancel_job,
    delete_old_jobs,
    enqueue,
    find_current,
    get_job,
    list_jobs,
    read_log,
    retry_job,
)
from onefold.jobs.registry import Handler, Kind, Run, register, registered
from onefold.jobs.schedules import (
    check_cron,
    create_schedule,
    delete_schedule,
    due_since,
    fire_schedules,
    get_schedule,
    list_schedules,
    next_moment,
    update_schedule,
)
from onefold.jobs.worker import Worker

__all__ = [
    "Cancelled",
    "Handler",
    "Job",
    "JobState",
    "Kind",
    "Progress",
    "Run",
    "Schedule",
    "Worker",
    "cancel_job",
    "check_cron",
    "create_schedule",
    "delete_old_jobs",
    "delete_schedule",
    "due_since",
    "enqueue",
    "find_current",
    "fire_schedules",
    "get_job",
    "get_schedule",
    "list_jobs",
    "list_schedules",
    "next_moment",
    "read_log",
    "register",
    "registered",
    "retry_job",
    "update_schedule",
]

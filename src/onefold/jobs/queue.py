"""Jobs as others see them: enqueue, look, cancel, run again. Every function works in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.errors import Conflict, NotFound
from onefold.jobs.model import OPEN, Job, JobState, Progress
from onefold.jobs.registry import registered
from onefold.jobs.tables import job, job_log
from onefold.kernel import new_id, utc_now
from onefold.storage import announce, aware


def enqueue(
    connection: sa.Connection,
    kind: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    requested_by: str,
    run_after: datetime | None = None,
) -> Job:
    """Ask for a job; it starts after the commit, as soon as a worker and its lane are free."""
    now = utc_now()
    known = registered().get(kind)
    job_id = new_id("job")
    row = {
        "job_id": job_id,
        "kind": kind,
        "lane": known.lane if known else None,
        "arguments": dict(arguments or {}),
        "state": JobState.QUEUED.value,
        "attempts": 0,
        "run_after": run_after or now,
        "progress": vars(Progress()),
        "requested_by": requested_by,
        "cancel_requested": False,
        "created_at": now,
    }
    connection.execute(job.insert().values(row))
    announce(connection, "job.queued", resource="job", resource_id=job_id, payload={"kind": kind})
    return get_job(connection, job_id)


def get_job(connection: sa.Connection, job_id: str) -> Job:
    """One job.

    Raises:
        NotFound: there is none of this id.
    """
    row = connection.execute(sa.select(job).where(job.c.job_id == job_id)).first()
    if row is None:
        raise NotFound(f"no job {job_id!r}", hint="Finished jobs are kept for 90 days.")
    return job_of(row)


def list_jobs(
    connection: sa.Connection,
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Job]:
    """Jobs, the newest first; ``before`` is (created_at, job_id) of the last one of the page before."""
    query = sa.select(job).order_by(job.c.created_at.desc(), job.c.job_id.desc()).limit(limit)
    if kinds:
        query = query.where(job.c.kind.in_(kinds))
    if states:
        query = query.where(job.c.state.in_(states))
    if before:
        at, job_id = before
        query = query.where((job.c.created_at < at) | ((job.c.created_at == at) & (job.c.job_id < job_id)))
    return [job_of(row) for row in connection.execute(query)]


def find_current(connection: sa.Connection, kind: str) -> Job | None:
    """The job of this kind that runs, else the first that waits."""
    is_waiting = sa.case((job.c.state == JobState.RUNNING.value, 0), else_=1)
    query = (
        sa.select(job)
        .where(job.c.kind == kind, job.c.state.in_(OPEN))
        .order_by(is_waiting, job.c.created_at, job.c.job_id)
    )
    row = connection.execute(query.limit(1)).first()
    return job_of(row) if row else None


def cancel_job(connection: sa.Connection, job_id: str, *, actor_id: str) -> Job:
    """Cancel a job: at once where it waits, within seconds where it runs; one that is over stays as it is.

    Raises:
        NotFound: there is none of this id.
    """
    found = get_job(connection, job_id)
    if found.state not in OPEN:
        return found
    now = utc_now()
    mine = job.c.job_id == job_id
    waiting = connection.execute(
        job.update()
        .where(mine, job.c.state == JobState.QUEUED.value)
        .values(state=JobState.CANCELLED.value, finished_at=now, cancel_requested=True)
    ).rowcount
    connection.execute(job.update().where(mine, job.c.state == JobState.RUNNING.value).values(cancel_requested=True))
    kind = "job.cancelled" if waiting else "job.cancel_requested"
    payload = {"kind": found.kind}
    announce(connection, kind, resource="job", resource_id=job_id, actor_id=actor_id, payload=payload)
    return get_job(connection, job_id)


def retry_job(connection: sa.Connection, job_id: str, *, actor_id: str) -> Job:
    """Ask for the same work again, as a new job.

    Raises:
        NotFound: there is none of this id.
        Conflict: it is not over.
    """
    found = get_job(connection, job_id)
    if found.state in OPEN:
        raise Conflict(f"{job_id} is not over", hint="Cancel it, or wait until it ends.")
    return enqueue(connection, found.kind, found.arguments, requested_by=actor_id)


def read_log(
    connection: sa.Connection, job_id: str, *, after: int = 0, limit: int = 500
) -> list[tuple[int, datetime, str]]:
    """Lines of a job's log with numbers above ``after``, as (number, moment, text).

    Raises:
        NotFound: there is no such job.
    """
    get_job(connection, job_id)
    query = (
        sa.select(job_log.c.seq, job_log.c.at, job_log.c.line)
        .where(job_log.c.job_id == job_id, job_log.c.seq > after)
        .order_by(job_log.c.seq)
        .limit(limit)
    )
    return [(row.seq, aware(row.at), row.line) for row in connection.execute(query)]


def delete_old_jobs(connection: sa.Connection, *, before: datetime) -> int:
    """Forget jobs that ended before a moment, with their logs; returns how many."""
    old = sa.select(job.c.job_id).where(job.c.state.not_in(OPEN), job.c.finished_at < before)
    connection.execute(job_log.delete().where(job_log.c.job_id.in_(old)))
    return connection.execute(job.delete().where(job.c.state.not_in(OPEN), job.c.finished_at < before)).rowcount


def append_log(connection: sa.Connection, job_id: str, lines: Sequence[tuple[datetime, str]]) -> None:
    """Add lines to a job's log; only the worker that runs it does."""
    if lines:
        last = connection.scalar(sa.select(sa.func.max(job_log.c.seq)).where(job_log.c.job_id == job_id)) or 0
        rows = [{"job_id": job_id, "seq": last + n, "at": at, "line": line} for n, (at, line) in enumerate(lines, 1)]
        connection.execute(job_log.insert(), rows)


def job_of(row: sa.Row[Any]) -> Job:
    """A row of the table as a value."""
    return Job(
        job_id=row.job_id,
        kind=row.kind,
        arguments=row.arguments,
        state=JobState(row.state),
        attempts=row.attempts,
        progress=Progress(**row.progress),
        result=row.result,
        error=row.error,
        resource_id=row.resource_id,
        requested_by=row.requested_by,
        created_at=aware(row.created_at),
        run_after=aware(row.run_after),
        started_at=row.started_at and aware(row.started_at),
        finished_at=row.finished_at and aware(row.finished_at),
        is_cancel_requested=row.cancel_requested,
    )

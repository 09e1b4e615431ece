"""Who runs what: taking a job, keeping it, ending it, and taking over from workers that died.

Nothing here trusts a clock or a process alone: a job is taken by one ``update`` that names the state it was seen in,
and the index ``job_lane_is_free`` refuses a second running job of a lane, whatever happens at the same moment.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from onefold.errors import Conflict, EngineFailed, OnefoldError
from onefold.jobs.model import Job, JobState
from onefold.jobs.queue import job_of
from onefold.jobs.registry import Kind
from onefold.jobs.tables import job
from onefold.kernel import utc_now
from onefold.storage import AppDatabase, announce, aware

LEASE = timedelta(seconds=90)
"""How long a worker may be silent: longer than SQLite's writers may make one another wait (a minute)."""
FIRST_BACK_OFF = timedelta(seconds=5)
"""Before the second attempt; each further one waits four times as long."""


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended."""

    state: JobState
    result: Any = None
    error: Mapping[str, Any] | None = None
    run_after: datetime | None = None
    """For a job that goes back to the queue."""


def new_owner() -> str:
    """The name of a worker: machine, process, and something that no other has."""
    return f"{_machine()}/{os.getpid()}/{secrets.token_hex(6)}"


def claim_job(database: AppDatabase, owner: str, kinds: Mapping[str, Kind]) -> Job | None:
    """Take the job that waits longest, if its lane is free; None where there is none or another worker was faster."""
    with _lost_race_is_nothing(), database.read() as connection:
        if connection.scalar(_waiting(kinds, utc_now()).limit(1)) is None:
            return None  # looking costs no writer
    row = None
    with _lost_race_is_nothing(), database.write() as connection:
        now = utc_now()
        job_id = connection.scalar(_waiting(kinds, now).limit(1).with_for_update(skip_locked=True))
        if job_id is None:
            return None
        taken = connection.execute(
            job.update()
            .where(job.c.job_id == job_id, job.c.state == JobState.QUEUED.value)
            .values(
                state=JobState.RUNNING.value,
                attempts=job.c.attempts + 1,
                lease_owner=owner,
                lease_until=now + LEASE,
                started_at=now,
                error=None,
            )
        ).rowcount
        row = connection.execute(sa.select(job).where(job.c.job_id == job_id)).one() if taken else None
        if row is not None:
            announce(connection, "job.started", resource="job", resource_id=str(job_id), payload={"kind": row.kind})
    return job_of(row) if row is not None else None


def take_over(database: AppDatabase, kinds: Mapping[str, Kind]) -> list[str]:
    """Put jobs of dead workers back into the queue, or end those that were tried often enough; returns their ids."""
    query = sa.select(job).where(job.c.state == JobState.RUNNING.value)
    with database.read() as connection:
        dead = [row for row in connection.execute(query) if _is_dead(row)]
    freed = []
    for row in dead:
        outcome = _after_death(row, kinds.get(row.kind))
        with _lost_race_is_nothing(), database.write() as connection:
            if end_attempt(connection, row.job_id, row.lease_owner, row.kind, outcome):
                freed.append(row.job_id)
    return freed


def renew_leases(connection: sa.Connection, owner: str, job_ids: Collection[str]) -> set[str]:
    """Go on holding jobs; returns those that are still this worker's."""
    mine = (job.c.lease_owner == owner, job.c.state == JobState.RUNNING.value, job.c.job_id.in_(job_ids))
    connection.execute(job.update().where(*mine).values(lease_until=utc_now() + LEASE))
    return set(connection.scalars(sa.select(job.c.job_id).where(*mine)))


def end_attempt(connection: sa.Connection, job_id: str, owner: str, kind: str, outcome: Outcome) -> bool:
    """Write how an attempt ended; False where the job is no longer this worker's."""
    now = utc_now()
    is_over = outcome.state is not JobState.QUEUED
    values: dict[str, Any] = {
        "state": outcome.state.value,
        "lease_owner": None,
        "lease_until": None,
        "error": dict(outcome.error) if outcome.error else None,
        "result": outcome.result,
        "finished_at": now if is_over else None,
    }
    if outcome.run_after:
        values["run_after"] = outcome.run_after
    mine = (job.c.job_id == job_id, job.c.lease_owner == owner, job.c.state == JobState.RUNNING.value)
    if not connection.execute(job.update().where(*mine).values(values)).rowcount:
        return False
    payload = {"kind": kind, "state": outcome.state.value}
    announce(
        connection, "job.finished" if is_over else "job.postponed", resource="job", resource_id=job_id, payload=payload
    )
    return True


def back_off(attempts: int) -> timedelta:
    """How long to wait after this many attempts."""
    return FIRST_BACK_OFF * int(4 ** (attempts - 1))


def _waiting(kinds: Mapping[str, Kind], now: datetime) -> sa.Select[tuple[str]]:
    other = job.alias("other")
    is_busy = sa.exists().where(other.c.lane == job.c.lane, other.c.state == JobState.RUNNING.value)
    return (
        sa.select(job.c.job_id)
        .where(
            job.c.state == JobState.QUEUED.value,
            job.c.kind.in_(list(kinds)),
            job.c.run_after <= now,
            job.c.lane.is_(None) | ~is_busy,
        )
        .order_by(job.c.run_after, job.c.created_at, job.c.job_id)
    )


@contextmanager
def _lost_race_is_nothing() -> Iterator[None]:
    """Two workers wanted the same; the database let one of them have it."""
    try:
        yield
    except (Conflict, EngineFailed) as error:
        if not is_lost_race(error):
            raise


def is_lost_race(error: OnefoldError) -> bool:
    """Whether a write failed because another did the same at the same moment."""
    cause = error.__cause__
    sqlstate = getattr(getattr(cause, "orig", None), "sqlstate", None)
    return isinstance(cause, sa.exc.IntegrityError) or sqlstate in {"40001", "40P01"}


def _after_death(row: sa.Row[Any], kind: Kind | None) -> Outcome:
    if row.cancel_requested:
        return Outcome(JobState.CANCELLED)
    if kind is not None and row.attempts < kind.most_attempts:
        return Outcome(JobState.QUEUED, run_after=utc_now())
    error = {
        "code": "worker_died",
        "message": f"the server that ran it went down, {row.attempts} times",
        "hint": "Look into the server's log, then run it again.",
        "is_transient": True,
    }
    return Outcome(JobState.FAILED, error=error)


def _is_dead(row: sa.Row[Any]) -> bool:
    if row.lease_until is None or aware(row.lease_until) < utc_now():
        return True
    machine, _, rest = str(row.lease_owner).partition("/")
    pid = rest.partition("/")[0]
    return machine == _machine() and pid.isdigit() and not _is_alive(int(pid))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    with suppress(OSError):  # no /proc: alive is the safe answer
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return True


def _machine() -> str:
    """What tells this machine, since it was started, and this process namespace from every other."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    return socket.gethostname()

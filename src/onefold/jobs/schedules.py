"""Schedules: which job is enqueued when. A moment that passed while no server ran is made up for once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from onefold.errors import Conflict, EngineFailed, InvalidInput, NotFound, Stale
from onefold.jobs.leases import is_lost_race
from onefold.jobs.model import OPEN, Schedule
from onefold.jobs.queue import enqueue
from onefold.jobs.tables import job, schedule
from onefold.kernel import new_id, utc_now
from onefold.storage import AppDatabase, aware

PATIENCE = timedelta(minutes=15)
_FIELDS = 5


def check_cron(cron: str, time_zone: str) -> None:
    """Refuse what cannot be a schedule.

    Raises:
        InvalidInput: the expression has not five valid fields, never comes, or the time zone is unknown.
    """
    from croniter import croniter

    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"no time zone {time_zone!r}", hint="Write a name such as Europe/Madrid.") from None
    if len(cron.split()) != _FIELDS or not croniter.is_valid(cron):
        raise InvalidInput(
            f"{cron!r} is no schedule",
            hint="Five fields: minute hour day month weekday, such as 30 6 * * 1-5 for 6:30 from Monday to Friday.",
        )
    next_moment(cron, time_zone, utc_now())


def next_moment(cron: str, time_zone: str, after: datetime) -> datetime:
    """The first moment of a schedule after another, in UTC.

    Raises:
        InvalidInput: it never comes.
    """
    from croniter import CroniterBadDateError, croniter

    local = after.astimezone(ZoneInfo(time_zone))
    try:
        moment: datetime = croniter(cron, local).get_next(datetime)
    except CroniterBadDateError:
        raise InvalidInput(f"{cron!r} never comes", hint="Check day and month.") from None
    return moment.astimezone(UTC)


def create_schedule(
    connection: sa.Connection,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    cron: str,
    time_zone: str,
    owner: str,
    is_paused: bool = False,
) -> Schedule:
    """Make a schedule.

    Raises:
        InvalidInput: ``cron`` or ``time_zone`` is not valid.
    """
    check_cron(cron, time_zone)
    now = utc_now()
    schedule_id = new_id("sch")
    connection.execute(
        schedule.insert().values(
            schedule_id=schedule_id,
            kind=kind,
            arguments=dict(arguments),
            cron=cron,
            time_zone=time_zone,
            is_paused=is_paused,
            next_run_at=None if is_paused else next_moment(cron, time_zone, now),
            owner=owner,
            version=1,
            created_at=now,
        )
    )
    return get_schedule(connection, schedule_id)


def update_schedule(
    connection: sa.Connection,
    schedule_id: str,
    *,
    expected_version: int,
    cron: str,
    time_zone: str,
    is_paused: bool,
    arguments: Mapping[str, Any],
) -> Schedule:
    """Change a schedule.

    Raises:
        NotFound: there is none of this id.
        Stale: somebody changed it meanwhile.
        InvalidInput: ``cron`` or ``time_zone`` is not valid.
    """
    check_cron(cron, time_zone)
    get_schedule(connection, schedule_id)
    changed = connection.execute(
        schedule.update()
        .where(schedule.c.schedule_id == schedule_id, schedule.c.version == expected_version)
        .values(
            cron=cron,
            time_zone=time_zone,
            is_paused=is_paused,
            arguments=dict(arguments),
            next_run_at=None if is_paused else next_moment(cron, time_zone, utc_now()),
            version=expected_version + 1,
        )
    ).rowcount
    if not changed:
        raise Stale("somebody changed this schedule meanwhile", hint="Look at it again, then change it.")
    return get_schedule(connection, schedule_id)


def delete_schedule(connection: sa.Connection, schedule_id: str, *, expected_version: int) -> None:
    """Remove a schedule.

    Raises:
        NotFound: there is none of this id.
        Stale: somebody changed it meanwhile.
    """
    get_schedule(connection, schedule_id)
    mine = (schedule.c.schedule_id == schedule_id, schedule.c.version == expected_version)
    if not connection.execute(schedule.delete().where(*mine)).rowcount:
        raise Stale("somebody changed this schedule meanwhile", hint="Look at it again, then delete it.")


def get_schedule(connection: sa.Connection, schedule_id: str) -> Schedule:
    """One schedule.

    Raises:
        NotFound: there is none of this id.
    """
    row = connection.execute(sa.select(schedule).where(schedule.c.schedule_id == schedule_id)).first()
    if row is None:
        raise NotFound(f"no schedule {schedule_id!r}")
    return _schedule_of(row)


def list_schedules(connection: sa.Connection, *, kind: str | None = None) -> list[Schedule]:
    """All schedules, the oldest first."""
    query = sa.select(schedule).order_by(schedule.c.created_at, schedule.c.schedule_id)
    if kind is not None:
        query = query.where(schedule.c.kind == kind)
    return [_schedule_of(row) for row in connection.execute(query)]


def due_since(schedule: Schedule, last: datetime | None, now: datetime) -> datetime | None:
    """The last moment that a schedule asked for, where what it makes is older than that; None where it is not.

    A little patience is part of it: work that was asked for a quarter of an hour ago is under way.
    """
    from croniter import croniter

    if schedule.is_paused:
        return None
    local = (now - PATIENCE).astimezone(ZoneInfo(schedule.time_zone))
    wanted: datetime = croniter(schedule.cron, local).get_prev(datetime)
    return wanted.astimezone(UTC) if last is None or last < wanted else None


def fire_schedules(database: AppDatabase) -> list[str]:
    """Enqueue what is due, each once however many servers look; returns the new jobs' ids.

    A schedule whose last job has not ended enqueues nothing: work does not pile up.
    """
    now = utc_now()
    with database.read() as connection:
        due = [_schedule_of(row) for row in connection.execute(sa.select(schedule).where(*_due(now)))]
    fired = []
    for one in due:
        try:
            with database.write() as connection:
                job_id = _fire(connection, one, now)
        except (Conflict, EngineFailed) as error:
            if not is_lost_race(error):
                raise
            continue  # another server fired it at this very moment
        if job_id:
            fired.append(job_id)
    return fired


def _due(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (schedule.c.is_paused.is_(False), schedule.c.next_run_at <= now)


def _fire(connection: sa.Connection, due: Schedule, now: datetime) -> str | None:
    """One schedule's turn; None where another server had it."""
    moved = connection.execute(
        schedule.update()
        .where(schedule.c.schedule_id == due.schedule_id, *_due(now))
        .values(next_run_at=next_moment(due.cron, due.time_zone, now), last_run_at=now)
    ).rowcount
    if not moved or _is_open(connection, due.last_job_id):
        return None
    made = enqueue(connection, due.kind, due.arguments, requested_by=due.schedule_id)
    connection.execute(
        schedule.update().where(schedule.c.schedule_id == due.schedule_id).values(last_job_id=made.job_id)
    )
    return made.job_id


def _is_open(connection: sa.Connection, job_id: str | None) -> bool:
    return job_id is not None and connection.scalar(sa.select(job.c.state).where(job.c.job_id == job_id)) in OPEN


def _schedule_of(row: sa.Row[Any]) -> Schedule:
    return Schedule(
        schedule_id=row.schedule_id,
        kind=row.kind,
        arguments=row.arguments,
        cron=row.cron,
        time_zone=row.time_zone,
        is_paused=row.is_paused,
        next_run_at=row.next_run_at and aware(row.next_run_at),
        last_job_id=row.last_job_id,
        last_run_at=row.last_run_at and aware(row.last_run_at),
        owner=row.owner,
        version=row.version,
    )

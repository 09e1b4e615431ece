"""Jobs over HTTP: what runs, what ran, their logs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from onefold import jobs
from onefold.access import record_audit
from onefold.api.call import Call, CallDep
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.build.history import BUILD
from onefold.errors import InvalidInput
from onefold.jobs import Job, JobState

router = APIRouter(prefix="/jobs", tags=["jobs"])


class ProgressOut(BaseModel):
    """How far a job is."""

    step: str
    fraction: float | None
    message: str


class JobError(BaseModel):
    """Why a job failed, in the shape of every error."""

    code: str
    message: str
    hint: str
    is_transient: bool


class JobOut(BaseModel):
    """One piece of work."""

    job_id: str
    kind: str
    arguments: dict[str, Any]
    state: JobState
    attempts: int
    progress: ProgressOut
    result: Any
    error: JobError | None
    resource_id: str | None
    requested_by: str
    created_at: datetime
    run_after: datetime
    started_at: datetime | None
    finished_at: datetime | None
    is_cancel_requested: bool

    @classmethod
    def of(cls, job: Job, *, with_result: bool = True) -> JobOut:
        """A job as JSON."""
        facts = vars(job) | {"progress": vars(job.progress)}
        return cls.model_validate(facts if with_result else facts | {"result": None})


class LineOut(BaseModel):
    """One line of a job's log."""

    seq: int
    at: datetime
    line: str


class LogOut(BaseModel):
    """Lines of a log, and where to go on."""

    items: list[LineOut]
    after: int
    is_over: bool
    """Whether the job has ended: no more lines come after these where ``items`` is shorter than the limit."""


@router.get("")
def list_jobs(
    call: CallDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    kind: Annotated[list[str] | None, Query()] = None,
    state: Annotated[list[JobState] | None, Query()] = None,
) -> PageOf[JobOut]:
    """Jobs, the newest first, without their results."""
    call.access.require("read", "job")
    before = None
    if cursor:
        at, job_id = decode_cursor(cursor, 2)
        before = (moment_of(at), str(job_id))
    states = [one.value for one in state or []]
    with call.read() as connection:
        found = jobs.list_jobs(connection, kinds=kind or [], states=states, before=before, limit=limit + 1)
    page = found[:limit]
    rest = encode_cursor(page[-1].created_at.isoformat(), page[-1].job_id) if len(found) > limit else None
    return PageOf[JobOut](items=[JobOut.of(job, with_result=False) for job in page], next_cursor=rest)


@router.get("/{job_id}")
def get_job(call: CallDep, job_id: str) -> JobOut:
    """One job with its result."""
    with call.read() as connection:
        return JobOut.of(_seen(call, connection, job_id))


@router.get("/{job_id}/log")
def get_log(
    call: CallDep, job_id: str, after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0, limit: Limit = 500
) -> LogOut:
    """Lines with numbers above ``after``."""
    with call.read() as connection:
        job = _seen(call, connection, job_id)
        lines = jobs.read_log(connection, job_id, after=after, limit=limit)
    items = [LineOut(seq=seq, at=at, line=line) for seq, at, line in lines]
    return LogOut(items=items, after=items[-1].seq if items else after, is_over=job.finished_at is not None)


@router.post("/{job_id}/cancel")
def cancel_job(call: CallDep, job_id: str) -> JobOut:
    """Cancel: at once where it waits, within seconds where it runs; a job that is over stays as it is."""
    with call.write() as connection:
        job = _seen(call, connection, job_id)
        _require_run(call, job)
        cancelled = jobs.cancel_job(connection, job_id, actor_id=call.actor.actor_id)
        record_audit(connection, call.access, "job.cancel", "job", job_id, {"kind": job.kind})
    return JobOut.of(cancelled)


@router.post("/{job_id}/retry", status_code=201, response_model=JobOut)
def retry_job(call: CallDep, job_id: str) -> Response:
    """The same work again, as a new job."""

    def action(connection: Any) -> JobOut:
        job = _seen(call, connection, job_id)
        _require_run(call, job)
        made = jobs.retry_job(connection, job_id, actor_id=call.actor.actor_id)
        record_audit(connection, call.access, "job.retry", "job", made.job_id, {"kind": job.kind, "of": job_id})
        return JobOut.of(made)

    return call.create(action)


def moment_of(text: object) -> datetime:
    """A moment of a cursor.

    Raises:
        InvalidInput: it is none.
    """
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    return moment


def _seen(call: Call, connection: Any, job_id: str) -> Job:
    """A job that the caller may know of: any for those who read jobs, builds for those who read builds."""
    if not call.access.may("read", "job"):
        call.access.require("read", BUILD)
    job = jobs.get_job(connection, job_id)
    if job.kind != BUILD:
        call.access.require("read", "job")
    return job


def _require_run(call: Call, job: Job) -> None:
    call.access.require("run", BUILD if job.kind == BUILD else "job")

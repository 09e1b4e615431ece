"""Builds and schedules over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold import jobs
from onefold.access import record_audit
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.jobs import JobOut, moment_of
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.build import BuildEntry, list_builds
from onefold.build.history import BUILD
from onefold.errors import Conflict, InvalidInput, NotFound
from onefold.jobs import Schedule

router = APIRouter(tags=["builds"])

Sources = Annotated[list[Annotated[str, Field(max_length=63)]], Field(max_length=500)]


class BuildAsk(BaseModel):
    """What to build."""

    sources: Sources = []
    """Only these are read; all where empty."""
    is_confirmed: bool = False
    """Change the map however much of it that is (``identity.largest_change`` in ``onefold.yaml``)."""
    is_relearn: bool = False
    """Learn anew what tells customers apart, however little has changed."""

    model_config = {"json_schema_extra": {"examples": [{"sources": []}, {"sources": ["crm"]}]}}


class BuildStarted(BaseModel):
    """A build that was asked for."""

    job: JobOut


class UnreadSource(BaseModel):
    """A source that a build could not read, and why; it went on with the others."""

    source: str
    code: str
    message: str
    hint: str


class KeptMap(BaseModel):
    """A build would have changed more of the map than is allowed, and published nothing."""

    changed: int
    """Customers whose id would have changed."""
    customers: int
    limit: float
    """The share that may change."""
    share: float
    counts: dict[str, int]


class StepOut(BaseModel):
    """What one step of a build did: seconds, and counts of its own."""

    model_config = ConfigDict(extra="allow")

    seconds: float = 0.0
    problems: list[UnreadSource] = []
    kept_map: KeptMap | None = None


class BuildOut(BaseModel):
    """One build: asked for, running, or over."""

    entry_id: str
    at: datetime
    build_no: int | None
    started_at: datetime | None
    finished_at: datetime | None
    steps: dict[str, StepOut]
    job: JobOut | None

    @classmethod
    def of(cls, entry: BuildEntry) -> BuildOut:
        """A build as JSON."""
        job = JobOut.of(entry.job) if entry.job else None
        return cls.model_validate(vars(entry) | {"steps": dict(entry.steps), "job": job})


class ScheduleIn(BaseModel):
    """When to build what."""

    cron: Annotated[str, Field(max_length=120)]
    """Minute, hour, day of month, month, day of week."""
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    is_paused: bool = False
    sources: Sources = []
    """Only these are read; all where empty."""

    model_config = {"json_schema_extra": {"examples": [{"cron": "30 6 * * 1-5", "time_zone": "Europe/Madrid"}]}}


class ScheduleOut(ScheduleIn):
    """A schedule."""

    schedule_id: str
    next_run_at: datetime | None
    last_run_at: datetime | None
    last_job_id: str | None
    owner: str
    version: int

    @classmethod
    def of(cls, schedule: Schedule) -> ScheduleOut:
        """A schedule as JSON."""
        return cls.model_validate(vars(schedule) | {"sources": schedule.arguments.get("sources", [])})


class ScheduleList(BaseModel):
    """All schedules."""

    items: list[ScheduleOut]


@router.post("/builds", status_code=201, response_model=BuildStarted)
def start_build(call: CallDep, ask: BuildAsk) -> Response:
    """Ask for a build; it starts as soon as nothing else builds."""
    call.access.require("run", BUILD)
    _check_sources(call, ask.sources)
    if ask.is_confirmed or ask.is_relearn:
        call.access.require("run", "identity")

    def action(connection: Any) -> BuildStarted:
        if current := jobs.find_current(connection, BUILD):
            raise Conflict(
                "a build is running or waiting already",
                hint="Wait until it ends, or cancel it.",
                job_id=current.job_id,
            )
        asked = {"sources": sorted(set(ask.sources)), "is_confirmed": ask.is_confirmed, "is_relearn": ask.is_relearn}
        job = jobs.enqueue(connection, BUILD, asked, requested_by=call.actor.actor_id)
        record_audit(connection, call.access, "build.start", BUILD, job.job_id, asked)
        return BuildStarted(job=JobOut.of(job))

    return call.create(action)


@router.get("/builds")
def get_builds(call: CallDep, limit: Limit = 20, cursor: Cursor = None) -> PageOf[BuildOut]:
    """Builds, the newest first: those of the server, of schedules and of the command line."""
    call.access.require("read", BUILD)
    before = None
    if cursor:
        at, entry_id = decode_cursor(cursor, 2)
        before = (moment_of(at), str(entry_id))
    with call.read() as connection:
        found = list_builds(connection, before=before, limit=limit + 1)
    page = found[:limit]
    rest = encode_cursor(page[-1].at.isoformat(), page[-1].entry_id) if len(found) > limit else None
    return PageOf[BuildOut](items=[BuildOut.of(entry) for entry in page], next_cursor=rest)


class CurrentBuild(BaseModel):
    """The build that runs or waits, where there is one."""

    job: JobOut | None


@router.get("/builds/current")
def get_current_build(call: CallDep) -> CurrentBuild:
    """The build that runs, else the one that waits."""
    call.access.require("read", BUILD)
    with call.read() as connection:
        current = jobs.find_current(connection, BUILD)
    return CurrentBuild(job=JobOut.of(current) if current else None)


@router.get("/builds/{build_no}")
def get_build(call: CallDep, build_no: int) -> BuildOut:
    """One build by its number."""
    call.access.require("read", BUILD)
    with call.read() as connection:
        before = None
        while page := list_builds(connection, before=before, limit=100):
            for entry in page:
                if entry.build_no == build_no:
                    return BuildOut.of(entry)
            before = (page[-1].at, page[-1].entry_id)
    raise NotFound(f"no build {build_no}")


@router.get("/schedules")
def get_schedules(call: CallDep) -> ScheduleList:
    """All schedules of builds."""
    call.access.require("read", BUILD)
    with call.read() as connection:
        found = jobs.list_schedules(connection, kind=BUILD)
    return ScheduleList(items=[ScheduleOut.of(one) for one in found])


@router.post("/schedules", status_code=201, response_model=ScheduleOut)
def create_schedule(call: CallDep, given: ScheduleIn) -> Response:
    """Build again and again."""
    call.access.require("create", BUILD)
    _check_sources(call, given.sources)

    def action(connection: Any) -> ScheduleOut:
        made = jobs.create_schedule(
            connection,
            BUILD,
            {"sources": sorted(set(given.sources))},
            cron=given.cron,
            time_zone=given.time_zone,
            is_paused=given.is_paused,
            owner=call.actor.actor_id,
        )
        record_audit(connection, call.access, "schedule.create", BUILD, made.schedule_id, {"cron": made.cron})
        return ScheduleOut.of(made)

    return call.create(action)


@router.put("/schedules/{schedule_id}")
def update_schedule(call: CallDep, response: Response, schedule_id: str, given: ScheduleIn) -> ScheduleOut:
    """Change a schedule, pause it, let it go on."""
    call.access.require("create", BUILD)
    _check_sources(call, given.sources)
    expected = call.expected_version()
    with call.write() as connection:
        changed = jobs.update_schedule(
            connection,
            schedule_id,
            expected_version=expected,
            cron=given.cron,
            time_zone=given.time_zone,
            is_paused=given.is_paused,
            arguments={"sources": sorted(set(given.sources))},
        )
        facts = {"cron": changed.cron, "is_paused": changed.is_paused}
        record_audit(connection, call.access, "schedule.update", BUILD, schedule_id, facts)
    set_etag(response, changed.version)
    return ScheduleOut.of(changed)


@router.delete("/schedules/{schedule_id}", status_code=204)
def delete_schedule(call: CallDep, schedule_id: str) -> None:
    """Remove a schedule."""
    call.access.require("create", BUILD)
    expected = call.expected_version()
    with call.write() as connection:
        jobs.delete_schedule(connection, schedule_id, expected_version=expected)
        record_audit(connection, call.access, "schedule.delete", BUILD, schedule_id)


def _check_sources(call: Call, names: list[str]) -> None:
    known = call.workspace.settings.sources
    if unknown := sorted(set(names) - known.keys()):
        raise InvalidInput(f"no source {unknown[0]!r}", hint=f"Connected: {', '.join(known) or 'none'}.")

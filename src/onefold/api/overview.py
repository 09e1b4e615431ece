"""The overview: the silo report for one viewer, how its signs moved, and what is being built."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import Access
from onefold.api.call import CallDep
from onefold.build import last_finished, last_reads, latest_report, sign_history
from onefold.build.review.listing import count_items
from onefold.build.review.summary import count_waiting
from onefold.errors import NotFound
from onefold.identity.review.model import ItemState
from onefold.jobs import find_current
from onefold.silos.overview import read_overview
from onefold.silos.overview_model import Overview
from onefold.silos.scope_trends import scope_history
from onefold.silos.scoped import SIGNS_OF_CUSTOMERS, sees_all

router = APIRouter(prefix="/overview", tags=["overview"])

_SIGNS = ("inconsistent", "missing", "stale", "absent", "cost")


class Past(BaseModel):
    """A sign as an earlier build found it."""

    build_no: int
    finished_at: datetime
    count: int
    base: int


class BuildNow(BaseModel):
    """The build that runs or waits."""

    job_id: str
    state: str
    step: str
    fraction: float | None
    message: str
    started_at: datetime | None


class BuildDone(BaseModel):
    """The build whose numbers these are."""

    build_no: int
    made_at: datetime
    ages_counted_to: datetime


class WaitingReviews(BaseModel):
    """Doubtful cases that wait for people."""

    open: int
    for_me: int = Field(description="Of which somebody answered and the viewer may be the second person.")


class OverviewPage(BaseModel):
    """The whole page."""

    model_config = ConfigDict(
        json_schema_extra={"description": "`state` says whether there is anything to show yet; `overview` is it."}
    )

    state: Literal["no_sources", "not_built", "ready"]
    name: str = Field(description="Of the company.")
    currency: str = "EUR"
    build: BuildDone | None = None
    building: BuildNow | None = None
    overview: Overview | None = None
    history: dict[str, list[Past]] = Field(
        default_factory=dict,
        description="Sign → builds, oldest first, of the customers that the viewer may see; of a part of them only "
        "builds that knew this scope.",
    )
    trend_from_build: int | None = Field(
        default=None,
        description="The first build that counted in the viewer's scope; null where none did, or all are seen.",
    )
    reviews: WaitingReviews | None = Field(
        default=None, description="Something to do: the review queue. Null for those who may not answer."
    )
    last_reads: dict[str, datetime] = Field(default_factory=dict, description="Source → when it was last read.")


class Behind(BaseModel):
    """The customers behind a number."""

    filter: str = Field(description="For `GET /customers?filter=…`.")
    customers: int = Field(description="How many the overview counts.")


@router.get("")
def get_overview(call: CallDep) -> OverviewPage:
    """The silo report as this viewer may see it."""
    call.access.require("read", "report")
    settings = call.workspace.settings
    with call.read() as connection:
        report = latest_report(connection)
        page = OverviewPage(
            state="ready" if report else "not_built" if settings.sources else "no_sources",
            name=settings.name,
            currency=settings.currency,
            building=_building(connection),
            last_reads=last_reads(connection) if report else {},
        )
        if report:
            page.build = BuildDone(
                build_no=report["build_no"],
                made_at=last_finished(connection) or report["made_at"],
                ages_counted_to=report["ages_counted_to"],
            )
            page.overview = read_overview(connection, call.access, report)
            page.reviews = _reviews(connection, call.access)
            page.history = _history(connection)
            if not sees_all(call.access):
                own = scope_history(connection, call.access, report["kind"])
                page.history |= _history_in_scope(page.history, own)
                page.trend_from_build = min(own, default=None)
    return page


@router.get("/customers")
def get_customers_behind(
    call: CallDep,
    mark: str = Query(
        description="What was pointed at.",
        examples=["overlap", "systems", "only_here", "held", "lacking", "inconsistent", "missing", "stale"],
        pattern="^(overlap|system|only_here|systems|several|held|lacking|inconsistent|missing|stale|absent)$",
    ),
    system: str | None = None,
    other: str | None = None,
    field: str | None = None,
    systems: int | None = None,
) -> Behind:
    """The rule that lists the customers behind a number of the overview, and the number.

    `overlap` takes `system` and `other`; `system` and `only_here` take `system`; `systems` takes `systems`; `held` and
    `lacking` (a cell of completeness) take `field` and `system`; signs take `field` and, for `missing`, `system`.
    """
    call.access.require("read", "report")
    with call.read() as connection:
        report = latest_report(connection)
        overview = read_overview(connection, call.access, report) if report else None
    found = _find(overview, mark, system=system, other=other, field=field, systems=systems) if overview else None
    if found is None or found.filter is None:
        raise NotFound("the overview has no such number", hint="Read GET /api/v1/overview for those that it has.")
    return Behind(filter=found.filter, customers=found.count)


def _find(overview: Overview, mark: str, **place: Any) -> Any:
    """The ``Count`` that a mark stands for; None where there is none."""
    signs = {sign.name: sign for sign in overview.signs}
    match mark:
        case "several":
            return overview.in_several_systems
        case "systems":
            found = (entry.customers for entry in overview.by_systems if entry.systems == place["systems"])
        case "overlap" | "system":
            other = place["other"] if mark == "overlap" else place["system"]
            cells = overview.overlap.cells
            found = (cell.customers for cell in cells if (cell.system, cell.other) == (place["system"], other))
        case "only_here":
            found = (entry.only_here for entry in overview.systems if entry.name == place["system"])
        case "held" | "lacking":
            cells_of = overview.completeness.cells
            found = (getattr(c, mark) for c in cells_of if (c.field, c.system) == (place["field"], place["system"]))
        case _ if place["field"] is None:
            return signs[mark].share
        case _:
            findings = signs[mark].findings
            found = (f.count for f in findings if f.field == place["field"] and f.system == place["system"])
    return next(found, None)


def _reviews(connection: sa.Connection, access: Access) -> WaitingReviews | None:
    if not (access.may("read", "identity") and access.may("update", "identity") and access.may("read", "customer")):
        return None
    open_items = sum(count_items(connection, access)[ItemState.OPEN.value].values())
    return WaitingReviews(open=open_items, for_me=count_waiting(connection, access)[1])


def _building(connection: sa.Connection) -> BuildNow | None:
    job = find_current(connection, "build")
    if job is None:
        return None
    progress = job.progress
    return BuildNow(
        job_id=job.job_id,
        state=job.state.value,
        step=progress.step,
        fraction=progress.fraction,
        message=progress.message,
        started_at=job.started_at,
    )


def _history_in_scope(
    history: dict[str, list[Past]], own: dict[int, dict[str, Mapping[str, Any]]]
) -> dict[str, list[Past]]:
    """Of the signs of customers, only what was counted in the viewer's scope."""
    return {
        sign: [
            past.model_copy(update=dict(own[past.build_no][sign]))
            for past in history[sign]
            if sign in own.get(past.build_no, {})
        ]
        for sign in SIGNS_OF_CUSTOMERS
    }


def _history(connection: sa.Connection) -> dict[str, list[Past]]:
    builds = sign_history(connection, _SIGNS)
    return {
        sign: [
            Past(build_no=build.build_no, finished_at=build.finished_at, count=share["count"], base=share["base"])
            for build in builds
            if (share := build.shares.get(sign))
        ]
        for sign in _SIGNS
    }

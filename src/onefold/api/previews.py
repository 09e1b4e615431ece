"""What the map would become, over HTTP: what-ifs of other settings, and plans of the next build.

Either is a job of a child process, since it needs the warehouse; whoever asked comes back for the answer. Nothing is
changed by it. Changes of customers outside the caller's scope are left out of lists; counts are of all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import sqlalchemy as sa
from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold import jobs
from onefold.access import audit_read, record_audit
from onefold.api.building import PREVIEW_JOBS
from onefold.api.call import Call, CallDep
from onefold.api.config import Bundle
from onefold.api.identity import EvidenceOut, Eyes, ReasonsOut
from onefold.api.jobs import JobError, ProgressOut, moment_of
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.build.felt import find_felt
from onefold.build.history import BUILD
from onefold.catalog import load_catalog
from onefold.config import settings_as_text
from onefold.errors import Conflict, InvalidInput, NotFound
from onefold.identity.previews import (
    Preview,
    PreviewChange,
    PreviewKind,
    ask_preview,
    get_preview,
    list_preview_changes,
    list_previews,
)
from onefold.identity.tables import customer
from onefold.jobs import JobState
from onefold.kernel import new_id, utc_now
from onefold.profiles.sight import OUT_OF_SCOPE, known_ids
from onefold.profiles.tables import profile_summary
from onefold.settings import LINK_AT, Evidence, Factor, IdentitySettings, changed_identity

router = APIRouter(prefix="/identity", tags=["identity"])

PreviewId = Annotated[str, Path(max_length=40)]
ChangeKind = Literal["merged", "split", "moved", "restored", "retired"]
_SCANNED_PAGES = 20
"""Pages of changes that are looked through for those in scope before an answer is given with fewer."""


class WhatIfIn(BaseModel):
    """Settings that would be other than now; what is left out stays, null is "as learned"."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"link_at": 0.8, "weights": {"phone": 0.5}}]}
    )

    link_at: Annotated[float, Field(ge=0.05, le=0.9999)] | None = None
    """Probability from which two records may be one customer."""
    weights: dict[Evidence, Factor | Literal["ignore"]] | None = None
    """What the learned weight of a kind of evidence is multiplied by."""
    trusted_sources: Annotated[dict[str, Annotated[float, Field(ge=0.1, le=10)]], Field(max_length=500)] | None = None
    """What the weight of identifiers is multiplied by where a record of this source is compared."""
    unique_sources: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=500)] | None = None
    """Sources that hold every customer once."""
    never_across: list[Evidence] | None = None
    """Kinds of evidence that never differ within one customer."""


class PlanIn(BaseModel):
    """What the planned build would read."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"sources": []}]})

    sources: Annotated[list[Annotated[str, Field(max_length=63)]], Field(max_length=500)] = []
    """Only these are read; all where empty."""


class PreviewBlast(BaseModel):
    """How much of the map would change, against what a build may change unconfirmed."""

    changed: int
    """Customers whose id would change."""
    customers: int
    """Customers now."""
    share: float
    limit: float
    is_too_large: bool
    """A build would keep the old map until somebody confirms."""


class RangeOut(BaseModel):
    """A share between two bounds."""

    low: float
    high: float
    value: float | None = None
    """The likeliest, where labels say so."""


class LinksOut(BaseModel):
    """Links that would come into customers, or fall out of them."""

    pairs: int
    right: RangeOut | None
    """Share of them that are one customer, by the probabilities of now."""


class ExpectedOut(BaseModel):
    """Precision and recall now and then."""

    source: Literal["model", "labels"]
    """Who says so: pairs that people labelled; or, where there are too few, the model of itself."""
    labels: int
    precision_before: RangeOut | None
    precision_after: RangeOut | None
    recall_before: RangeOut | None
    recall_after: RangeOut | None
    united: LinksOut
    parted: LinksOut


class OutcomeOut(BaseModel):
    """What the map would become, in figures over all customers."""

    counts: dict[str, int]
    """created, merged, split, moved, restored, retired (customers; moved: records)."""
    anyway: dict[str, int] = {}
    """Of these, what the next build changes with the settings of now."""
    blast: PreviewBlast
    customers_after: int | None = None
    changes: int
    listed: int
    """Changes that can be looked at; the first ones where there are very many."""
    expected: ExpectedOut | None = None


class PreviewOut(BaseModel):
    """A question what the map would become, how far it is, and the answer."""

    preview_id: str
    kind: PreviewKind
    settings: IdentitySettings | None
    """``what_if``: the settings as they would be."""
    sources: list[str]
    """``plan``: the sources that would be read; all where empty."""
    asked_by: str
    asked_at: datetime
    job_id: str
    state: JobState
    progress: ProgressOut | None
    error: JobError | None
    made_at: datetime | None
    outcome: OutcomeOut | None


class WhyOut(ReasonsOut):
    """Why the map would change."""

    before: list[EvidenceOut]
    """Links that hold the records where they are, as they weigh now."""


class PreviewChangeOut(BaseModel):
    """One merge, split, move, retirement or return that would be made."""

    seq: int
    kind: str
    customer_id: str | None
    other_customer_id: str | None
    name: str | None
    """Of the customer, as the caller may see it; null where it is hidden, or they have none."""
    other_name: str | None
    is_new: bool
    """The other customer does not exist yet; its id is issued when it is made."""
    records: int
    subject_ids: list[str]
    why: WhyOut
    is_anyway: bool
    """The next build makes it with the settings of now, too."""
    hidden_by: str | None = None


class TouchedOut(BaseModel):
    """One thing that would feel it."""

    kind: Literal["view", "role", "webhook"]
    resource_id: str
    name: str
    count: int | None
    """Customers of it that would change, or notices to it; null where that depends on the person."""


class FeltOut(BaseModel):
    """What would feel the change, as far as the caller may know."""

    customers: int
    is_cut: bool
    """More customers would change than were looked at."""
    touched: list[TouchedOut]
    notes: int
    tasks: int
    tags: int
    files: int
    picks: int


class SourceChoice(BaseModel):
    """A source that settings may name, and its tables."""

    name: str
    tables: list[str]


class TuningOut(BaseModel):
    """What is set about identity, and what may be set."""

    settings: IdentitySettings
    link_at: float
    """Where nobody set another."""
    evidence: list[str]
    sources: list[SourceChoice]


@router.get("/settings")
def get_identity_settings(call: CallDep) -> TuningOut:
    """What is set about identity, and what may be. Changed through ``/config/apply``."""
    call.access.require("read", "identity")
    settings = call.workspace.settings
    tables: dict[str, list[str]] = {name: [] for name in settings.sources}
    with call.read() as connection:
        for table in load_catalog(connection):
            if table.source in tables and table.role in {"people", "organisations"}:
                tables[table.source].append(table.name)
    return TuningOut(
        settings=settings.identity,
        link_at=LINK_AT,
        evidence=list(get_args(Evidence)),
        sources=[SourceChoice(name=name, tables=sorted(found)) for name, found in sorted(tables.items())],
    )


@router.post("/what-if", status_code=201, response_model=PreviewOut)
def ask_what_if(call: CallDep, asked: WhatIfIn) -> Response:
    """Ask what other settings would merge, split and move. Nothing is changed; come back for the answer."""
    call.access.require("run", "identity")
    changes = asked.model_dump(mode="json", include=asked.model_fields_set)
    wanted = changed_identity(call.workspace.settings, changes)
    return _ask(call, "what_if", wanted.model_dump(mode="json"))


@router.get("/what-if")
def get_what_ifs(call: CallDep, limit: Limit = 20, cursor: Cursor = None) -> PageOf[PreviewOut]:
    """The latest what-ifs, the newest first."""
    return _list(call, "what_if", limit, cursor)


@router.get("/what-if/{preview_id}")
def get_what_if(call: CallDep, preview_id: PreviewId) -> PreviewOut:
    """One what-if: how far it is, and its figures."""
    return _one(call, "what_if", preview_id)


@router.get("/what-if/{preview_id}/changes")
def get_what_if_changes(
    call: CallDep, preview_id: PreviewId, kind: ChangeKind | None = None, limit: Limit = 50, cursor: Cursor = None
) -> PageOf[PreviewChangeOut]:
    """What would change, with why; what comes anyway is last."""
    return _changes(call, "what_if", preview_id, kind, limit, cursor)


@router.get("/what-if/{preview_id}/felt")
def get_what_if_felt(call: CallDep, preview_id: PreviewId) -> FeltOut:
    """Which views, row scopes, webhooks, notes, tasks, tags, files and picks would feel it."""
    return _felt(call, "what_if", preview_id)


@router.get("/what-if/{preview_id}/configuration")
def get_what_if_configuration(call: CallDep, preview_id: PreviewId) -> Bundle:
    """The settings of now with those of the what-if, as text for ``/config/plan`` and ``/config/apply``."""
    call.access.require("read", "identity")
    with call.read() as connection:
        asked = _found(connection, "what_if", preview_id)
    wanted = IdentitySettings.model_validate(asked.asked)
    return Bundle(files=settings_as_text(call.workspace, call.access, {"identity": wanted}))


@router.post("/plan", status_code=201, response_model=PreviewOut)
def ask_plan(call: CallDep, asked: PlanIn) -> Response:
    """Ask what the next build would merge, split and move. Sources are read as it would; nothing is published."""
    call.access.require("read", "identity")
    call.access.require("run", BUILD)
    known = call.workspace.settings.sources
    if unknown := sorted(set(asked.sources) - known.keys()):
        raise InvalidInput(f"no source {unknown[0]!r}", hint=f"Connected: {', '.join(known) or 'none'}.")
    return _ask(call, "plan", {"sources": sorted(set(asked.sources))})


@router.get("/plan")
def get_plans(call: CallDep, limit: Limit = 20, cursor: Cursor = None) -> PageOf[PreviewOut]:
    """The latest plans, the newest first."""
    return _list(call, "plan", limit, cursor)


@router.get("/plan/{preview_id}")
def get_plan(call: CallDep, preview_id: PreviewId) -> PreviewOut:
    """One plan: how far it is, and its figures."""
    return _one(call, "plan", preview_id)


@router.get("/plan/{preview_id}/changes")
def get_plan_changes(
    call: CallDep, preview_id: PreviewId, kind: ChangeKind | None = None, limit: Limit = 50, cursor: Cursor = None
) -> PageOf[PreviewChangeOut]:
    """What would change, with why."""
    return _changes(call, "plan", preview_id, kind, limit, cursor)


@router.get("/plan/{preview_id}/felt")
def get_plan_felt(call: CallDep, preview_id: PreviewId) -> FeltOut:
    """Which views, row scopes, webhooks, notes, tasks, tags, files and picks would feel it."""
    return _felt(call, "plan", preview_id)


def _ask(call: Call, kind: PreviewKind, asked: dict[str, Any]) -> Response:
    def action(connection: sa.Connection) -> PreviewOut:
        if current := jobs.find_current(connection, PREVIEW_JOBS[kind]):
            raise Conflict(
                "one is being worked out already",
                hint="Wait until it ends.",
                preview_id=current.arguments.get("preview_id"),
            )
        preview_id = new_id("prv")
        job = jobs.enqueue(connection, PREVIEW_JOBS[kind], {"preview_id": preview_id}, requested_by=call.actor.actor_id)
        actor = call.actor
        preview = Preview(preview_id, kind, asked, actor.name, actor.actor_id, utc_now(), job.job_id)
        ask_preview(connection, preview)
        record_audit(connection, call.access, f"identity.{kind}", "identity", preview_id, {"asked": asked})
        return _out(connection, preview)

    return call.create(action)


def _list(call: Call, kind: PreviewKind, limit: int, cursor: str | None) -> PageOf[PreviewOut]:
    call.access.require("read", "identity")
    before = None
    if cursor:
        at, preview_id = decode_cursor(cursor, 2)
        before = (moment_of(at), str(preview_id))
    with call.read() as connection:
        found = list_previews(connection, kind, limit=limit + 1, before=before)
        page = found[:limit]
        items = [_out(connection, one) for one in page]
    rest = encode_cursor(page[-1].asked_at.isoformat(), page[-1].preview_id) if len(found) > limit else None
    return PageOf[PreviewOut](items=items, next_cursor=rest)


def _one(call: Call, kind: PreviewKind, preview_id: str) -> PreviewOut:
    call.access.require("read", "identity")
    with call.read() as connection:
        return _out(connection, _found(connection, kind, preview_id))


def _found(connection: sa.Connection, kind: PreviewKind, preview_id: str) -> Preview:
    found = get_preview(connection, preview_id)
    if found.kind != kind:
        raise NotFound(f"no preview {preview_id!r}", hint="Ask again: only the latest are kept.")
    return found


def _out(connection: sa.Connection, preview: Preview) -> PreviewOut:
    try:
        job = jobs.get_job(connection, preview.job_id)
    except NotFound:  # over long ago
        job = None
    over = JobState.SUCCEEDED if preview.made_at else JobState.FAILED
    return PreviewOut(
        preview_id=preview.preview_id,
        kind=preview.kind,
        settings=IdentitySettings.model_validate(preview.asked) if preview.kind == "what_if" else None,
        sources=list(preview.asked.get("sources", ())) if preview.kind == "plan" else [],
        asked_by=preview.asked_by,
        asked_at=preview.asked_at,
        job_id=preview.job_id,
        state=job.state if job else over,
        progress=ProgressOut.model_validate(vars(job.progress)) if job else None,
        error=JobError.model_validate(job.error) if job and job.error else None,
        made_at=preview.made_at,
        outcome=OutcomeOut.model_validate(preview.outcome) if preview.outcome else None,
    )


def _changes(
    call: Call, kind: PreviewKind, preview_id: str, only: str | None, limit: int, cursor: str | None
) -> PageOf[PreviewChangeOut]:
    call.access.require("read", "identity")
    after = decode_cursor(cursor, 1)[0] if cursor else 0
    if not isinstance(after, int):
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    items: list[PreviewChangeOut] = []
    with call.read() as connection:
        _found(connection, kind, preview_id)
        eyes = Eyes(connection, call.access)
        has_more = True
        for _ in range(_SCANNED_PAGES):
            page = list_preview_changes(connection, preview_id, after=after, limit=limit + 1, kind=only)
            has_more = len(page) > limit
            for change in page[:limit]:
                after = change.seq
                if shown := _seen(connection, call, eyes, change):
                    items.append(shown)
                if len(items) == limit:
                    break
            if len(items) == limit or not has_more:
                break
        has_more = bool(list_preview_changes(connection, preview_id, after=after, limit=1, kind=only))
    audit_read(call.database, call.access, f"identity.read_{kind}", "identity", preview_id)
    return PageOf[PreviewChangeOut](items=items, next_cursor=encode_cursor(after) if has_more else None)


def _seen(connection: sa.Connection, call: Call, eyes: Eyes, change: PreviewChange) -> PreviewChangeOut | None:
    """A change as the caller may see it; None where they may know of none of its customers."""
    ids = {one for one in (change.customer_id, change.other_customer_id) if one}
    issued = set(connection.execute(sa.select(customer.c.customer_id).where(customer.c.customer_id.in_(ids))).scalars())
    known = known_ids(connection, call.access, issued)
    if not known:
        return None
    is_whole = known == issued
    sight = eyes.sight(next(iter(known)))
    policy = (sight.policy("external_id") if sight else None) if is_whole else OUT_OF_SCOPE
    why = dict(change.evidence) if is_whole else {}
    reasons = eyes.reasons(why)
    before = eyes.reasons({"links": why.get("before", ())}).links
    shown = known | (ids - issued if is_whole else set())
    return PreviewChangeOut(
        seq=change.seq,
        kind=change.kind,
        customer_id=change.customer_id if change.customer_id in shown else None,
        other_customer_id=change.other_customer_id if change.other_customer_id in shown else None,
        name=_name(connection, eyes, change.customer_id if change.customer_id in known else None),
        other_name=_name(connection, eyes, change.other_customer_id if change.other_customer_id in known else None),
        is_new=bool(ids - issued),
        records=len(change.subject_ids),
        subject_ids=[] if policy else list(change.subject_ids),
        why=WhyOut(links=reasons.links, against=reasons.against, overrides=reasons.overrides, before=before),
        is_anyway=change.is_anyway,
        hidden_by=policy,
    )


def _name(connection: sa.Connection, eyes: Eyes, customer_id: str | None) -> str | None:
    """Of a customer that the caller may know of."""
    sight = eyes.sight(customer_id)
    if sight is None:
        return None
    query = sa.select(profile_summary.c.display_name).where(profile_summary.c.customer_id == sight.customer_id)
    name: str | None = sight.shown("display_name", connection.scalar(query)).value
    return name


def _felt(call: Call, kind: PreviewKind, preview_id: str) -> FeltOut:
    call.access.require("read", "identity")
    call.access.require("read", "customer")
    with call.read() as connection:
        _found(connection, kind, preview_id)
        found = find_felt(connection, call.access, preview_id)
    return FeltOut.model_validate(vars(found) | {"touched": [vars(one) for one in found.touched]})

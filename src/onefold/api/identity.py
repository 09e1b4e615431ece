"""Who is who over HTTP: the change feed, explanations, decisions of people, undo.

Records of customers outside the caller's scope are left out; where a policy hides record keys or what was compared, the
answer says so. Decisions and undos take effect at once and need the warehouse, so they wait while a build runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from onefold.access import Access, audit_read
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.jobs import moment_of
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.api.warehouse import warehouse
from onefold.build.steward import (
    Desk,
    Effect,
    decide,
    record_in_scope,
    undo_change,
    undo_run,
    withdraw_decision,
)
from onefold.errors import InvalidInput, NotFound
from onefold.identity import Override, customer_as_of, list_overrides
from onefold.identity.explaining import Evidence, Explanation, explain_customer, explain_pair
from onefold.identity.feed import Change, get_change, list_changes, list_runs
from onefold.identity.map import owner_of, subjects_of
from onefold.identity.overrides import LONGEST_REASON, get_override
from onefold.identity.tuning import Tuning
from onefold.kernel import is_customer_id, utc_now
from onefold.profiles import Sight, find_subject, resolve_key, see_customer
from onefold.profiles.sight import OUT_OF_SCOPE, known_ids

router = APIRouter(prefix="/identity", tags=["identity"])

ChangeId = Annotated[int, Path(ge=0, le=2**31 - 1)]
RunId = Annotated[int, Path(ge=0, le=2**31 - 1)]
Key = Annotated[str, Field(min_length=1, max_length=500)]

_ATTRIBUTES = {
    "account": ("username",),
    "full_name": ("display_name",),
    "relatives": ("display_name",),
    "generation": ("name_suffix",),
    "mailbox_year": ("birth_date", "email"),
}
"""What was compared -> the attributes whose masks it obeys, where it is not called as one."""


def hiding(evidence: str, policy: Callable[[str], str | None]) -> str | None:
    """The policy by which a comparison is hidden, if it is.

    Args:
        evidence: what was compared.
        policy: attribute -> the policy that hides or masks it.
    """
    return next((found for name in _ATTRIBUTES.get(evidence, (evidence,)) if (found := policy(name))), None)


class RecordRef(BaseModel):
    """One record that a decision names, and whose it is now."""

    subject_id: str | None
    source: str
    table: str
    record_key: str | None
    customer_id: str | None
    """Null where the record is gone at present, or its customer is not the caller's."""


class OverrideOut(BaseModel):
    """A decision of a person."""

    override_id: str
    kind: Literal["same", "different"]
    side_a: list[RecordRef]
    side_b: list[RecordRef]
    reason: str
    made_by: str
    made_at: datetime
    run_id: int | None
    undoes_change: int | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    version: int


class OverrideIn(BaseModel):
    """A decision: customers by id (all of their records), records by ``source.table:record_key`` or ``source:key``."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"kind": "same", "a": ["crm.contacts:17"], "b": ["shop.customers:9"], "reason": "married"}]
        },
    )

    kind: Literal["same", "different"]
    a: Annotated[list[Key], Field(min_length=1, max_length=1000)]
    b: Annotated[list[Key], Field(min_length=1, max_length=1000)]
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""
    dry_run: bool = False
    """Only say what it would do."""


class UndoIn(BaseModel):
    """Why a change is undone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "two people, one mailbox"}]})

    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""
    dry_run: bool = False
    """Only say what it would do."""


class ComparedOut(BaseModel):
    """How one thing agrees, and what that weighs."""

    name: str
    agreement: str | None
    bits: float | None
    """+1 doubles the odds, -1 halves them."""
    hidden_by: str | None = None


class EvidenceOut(BaseModel):
    """What speaks for and against two records being one customer."""

    a: RecordRef
    b: RecordRef
    weight: float
    probability: float
    fields: list[ComparedOut]
    is_conflict: bool


class ReasonsOut(BaseModel):
    """Why the map changed."""

    links: list[EvidenceOut]
    """To where the records went."""
    against: list[EvidenceOut]
    """To where they left; outweighed."""
    overrides: list[str]


class ChangeOut(BaseModel):
    """One merge, split, move, retirement or return."""

    change_id: int
    run_id: int
    kind: str
    customer_id: str | None
    other_customer_id: str | None
    records: int
    subject_ids: list[str]
    happened_at: datetime
    why: ReasonsOut
    undone_run: int | None
    can_be_undone: bool
    build_no: int | None
    actor: str
    rule_version: str
    reason: str | None
    hidden_by: str | None = None


class ChangesOut(BaseModel):
    """Changes in the order in which they happened. Ask again with ``after=last``."""

    items: list[ChangeOut]
    last: int


class RunOut(BaseModel):
    """One applied change of the map."""

    run_id: int
    build_no: int | None
    actor: str
    rule_version: str
    reason: str | None
    applied_at: datetime
    counts: dict[str, int]


class EffectChange(BaseModel):
    """One change of the map by a decision."""

    kind: str
    customer_id: str
    other_customer_id: str | None
    records: int


class EffectOut(BaseModel):
    """What a decision does, or would do."""

    is_dry_run: bool
    run_id: int | None
    counts: dict[str, int]
    changes: list[EffectChange]
    overrides: list[OverrideOut]
    withdrawn: list[str]
    undone: list[int]


class ResolvedOut(BaseModel):
    """Where an id leads."""

    id: str
    as_of: datetime | None
    customer_id: str


class ChainStep(BaseModel):
    """One decision of a chain."""

    kind: str
    override_id: str
    a: RecordRef
    b: RecordRef


class ExplanationOut(BaseModel):
    """Why records are one customer, or why they are not."""

    is_same: bool
    verdict: str
    links: list[EvidenceOut]
    overrides: list[OverrideOut]
    changes: list[ChangeOut]
    chain: list[ChainStep]


class Eyes:
    """What the caller may see of records and customers, asked once each."""

    def __init__(self, connection: sa.Connection, access: Access) -> None:
        self._connection = connection
        self._access = access
        self._sights: dict[str, Sight | None] = {}
        self._owners: dict[str, str | None] = {}

    def sight(self, customer_id: str | None) -> Sight | None:
        """The customer, if the caller may know of it."""
        if customer_id is None:
            return None
        if customer_id not in self._sights:
            try:
                self._sights[customer_id] = see_customer(self._connection, self._access, customer_id)
            except NotFound:
                self._sights[customer_id] = None
        return self._sights[customer_id]

    def sight_of(self, subject_id: str) -> Sight | None:
        """The customer that holds a record."""
        if subject_id not in self._owners:
            self._owners[subject_id] = owner_of(self._connection, subject_id)
        return self.sight(self._owners[subject_id])

    def knows(self, subject_ids: Iterable[str]) -> bool:
        """Whether no record belongs to a customer that the caller may not know of."""
        return all(self.sight_of(name) is not None or self._owners[name] is None for name in subject_ids)

    def record(self, subject_id: str) -> RecordRef:
        """A record as the caller may see it; of the gone ones only those who see everything see the key."""
        sight = self.sight_of(subject_id)
        place, _, key = subject_id.partition(":")
        source, _, table = place.partition(".")
        hidden = not self._access.is_full if sight is None else sight.policy("external_id") is not None
        return RecordRef(
            subject_id=None if hidden else subject_id,
            source=source,
            table=table,
            record_key=None if hidden else key,
            customer_id=sight.customer_id if sight else None,
        )

    def override(self, override: Override) -> OverrideOut:
        """A decision."""
        facts = {name: value for name, value in vars(override).items() if name in OverrideOut.model_fields}
        sides = {side: [self.record(name) for name in getattr(override, side)] for side in ("side_a", "side_b")}
        return OverrideOut.model_validate(facts | sides)

    def link(self, link: Evidence) -> EvidenceOut:
        """A link, with what was compared as far as both customers' masks allow."""
        sights = [self.sight_of(link.a), self.sight_of(link.b)]
        fields = []
        for name, (agreement, bits) in sorted(link.fields.items(), key=lambda part: (-part[1][1], part[0])):
            hidden_by = next((found for sight in sights if sight and (found := hiding(name, sight.policy))), None)
            shown = (None, None) if hidden_by else (agreement, bits)
            fields.append(ComparedOut(name=name, agreement=shown[0], bits=shown[1], hidden_by=hidden_by))
        return EvidenceOut(
            a=self.record(link.a),
            b=self.record(link.b),
            weight=link.weight,
            probability=link.probability,
            fields=fields,
            is_conflict=link.is_conflict,
        )

    def change(self, change: Change) -> ChangeOut | None:
        """A change; None where the caller may know of neither customer."""
        ids = [one for one in (change.customer_id, change.other_customer_id) if one]
        known = known_ids(self._connection, self._access, ids)
        if not known:
            return None
        is_whole = len(known) == len(set(ids))
        sight = self.sight(next(iter(known)))
        policy = (sight.policy("external_id") if sight else None) if is_whole else OUT_OF_SCOPE
        facts = {name: getattr(change, name) for name in ChangeOut.model_fields if hasattr(change, name)}
        seen = {name: getattr(change, name) if getattr(change, name) in known else None for name in _IDS}
        why = self.reasons(change.evidence) if is_whole else ReasonsOut(links=[], against=[], overrides=[])
        return ChangeOut.model_validate(
            facts
            | seen
            | {
                "records": len(change.subject_ids),
                "subject_ids": [] if policy else list(change.subject_ids),
                "why": why,
                "hidden_by": policy,
            }
        )

    def reasons(self, evidence: dict[str, Any]) -> ReasonsOut:
        """Why the map changed, as far as the caller may know of the records."""

        def links(side: str) -> list[EvidenceOut]:
            found = [evidence_of(link) for link in evidence.get(side, ())]
            return [self.link(link) for link in found if self.knows((link.a, link.b))]

        return ReasonsOut(links=links("links"), against=links("against"), overrides=evidence.get("overrides", []))


_IDS = ("customer_id", "other_customer_id")


def evidence_of(link: dict[str, Any]) -> Evidence:
    """A link as reasons keep it."""
    fields = {name: (agreement, bits) for name, (agreement, bits) in link["evidence"].items()}
    return Evidence(link["a"], link["b"], link["weight"], link["probability"], fields)


@router.get("/changes")
def get_changes(
    call: CallDep,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only changes with a greater number.")] = 0,
    run: Annotated[int | None, Query(ge=0, le=2**31 - 1, description="Only of this run.")] = None,
    limit: Limit = 100,
) -> ChangesOut:
    """What happened to ids, in order, for systems that hold them: merged, split, moved, restored, retired."""
    call.access.require("read", "identity")
    with call.read() as connection:
        eyes = Eyes(connection, call.access)
        found = list_changes(connection, after=after, limit=limit, run_id=run)
        items = [shown for change in found if (shown := eyes.change(change))]
    audit_read(call.database, call.access, "identity.read_changes", "identity", str(after))
    return ChangesOut(items=items, last=found[-1].change_id if found else after)


@router.get("/changes/{change_id}")
def get_one_change(call: CallDep, change_id: ChangeId) -> ChangeOut:
    """One change, with why."""
    call.access.require("read", "identity")
    with call.read() as connection:
        shown = Eyes(connection, call.access).change(get_change(connection, change_id))
    if shown is None:
        raise NotFound(f"no change {change_id}", hint="List them: onefold identity changes")
    audit_read(call.database, call.access, "identity.read_change", "identity", str(change_id))
    return shown


@router.post("/changes/{change_id}/undo", status_code=201, response_model=EffectOut)
def post_undo_change(call: CallDep, change_id: ChangeId, asked: UndoIn) -> Response:
    """Undo one merge, split or move: both sides get back what they had, ids included, and keep it."""
    return _change_map(
        call, lambda desk: undo_change(desk, change_id, asked.reason, is_dry_run=asked.dry_run), asked.dry_run
    )


@router.get("/runs")
def get_runs(call: CallDep, limit: Limit = 50, cursor: Cursor = None) -> PageOf[RunOut]:
    """Applied changes of the map, the newest first: builds, decisions, undos."""
    call.access.require("read", "identity")
    before = decode_cursor(cursor, 1)[0] if cursor else None
    if before is not None and not isinstance(before, int):
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    with call.read() as connection:
        found = list_runs(connection, before=before, limit=limit + 1)
    items = [RunOut.model_validate(vars(run)) for run in found[:limit]]
    rest = encode_cursor(items[-1].run_id) if len(found) > limit else None
    return PageOf[RunOut](items=items, next_cursor=rest)


@router.post("/runs/{run_id}/undo", status_code=201, response_model=EffectOut)
def post_undo_run(call: CallDep, run_id: RunId, asked: UndoIn) -> Response:
    """Undo all that a run merged, split and moved, as far as it still stands."""
    return _change_map(call, lambda desk: undo_run(desk, run_id, asked.reason, is_dry_run=asked.dry_run), asked.dry_run)


@router.get("/resolve/{name:path}")
def get_resolved(
    call: CallDep,
    name: Annotated[str, Path(max_length=500, description="Any customer id ever issued, or source.table:record_key.")],
    as_of: Annotated[AwareDatetime | None, Query(description="At this moment; now where absent.")] = None,
) -> ResolvedOut:
    """Which customer an id leads to, now or on a past day."""
    call.access.require("read", "identity")
    with call.read() as connection:
        wanted = name.lower() if is_customer_id(name.lower()) else name
        then = customer_as_of(connection, wanted, as_of or utc_now())
        if then is None or not known_ids(connection, call.access, [then]):
            raise NotFound(f"{name} is no customer's", hint="Look it up by e-mail, phone or record key.")
    audit_read(call.database, call.access, "identity.resolve", "customer", then)
    return ResolvedOut(id=name, as_of=as_of, customer_id=then)


@router.get("/explain")
def get_explanation(
    call: CallDep,
    a: Annotated[str, Query(min_length=1, max_length=500, description="A customer or record, by any key.")],
    b: Annotated[str | None, Query(min_length=1, max_length=500, description="Another one.")] = None,
) -> ExplanationOut:
    """Why the records of ``a`` are one customer; or why ``a`` and ``b`` are one, or are not."""
    call.access.require("read", "identity")
    with call.read() as connection:
        ours = _records_of(call, connection, a)
        theirs = _records_of(call, connection, b) if b else []
        with warehouse(call) as engine:
            if b:
                tuning = Tuning.of(call.workspace.settings.identity)
                found = explain_pair(connection, engine, ours, theirs, tuning)
            else:
                found = explain_customer(connection, engine, ours)
        shown = _explanation(connection, call.access, found)
        concerned = Eyes(connection, call.access).sight_of(ours[0])
    customer_id = concerned.customer_id if concerned else ours[0]
    audit_read(call.database, call.access, "identity.explain", "customer", customer_id)
    return shown


@router.get("/overrides")
def get_overrides(
    call: CallDep,
    withdrawn: Annotated[bool, Query(description="Also those that were withdrawn.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PageOf[OverrideOut]:
    """What people decided, the newest first."""
    call.access.require("read", "identity")
    before = None
    if cursor:
        at, override_id = decode_cursor(cursor, 2)
        before = (moment_of(at), str(override_id))
    with call.read() as connection:
        eyes = Eyes(connection, call.access)
        found = list_overrides(connection, with_withdrawn=withdrawn, before=before, limit=limit + 1)
        page = found[:limit]
        items = [eyes.override(one) for one in page if eyes.knows(one.subjects)]
    rest = encode_cursor(page[-1].made_at.isoformat(), page[-1].override_id) if len(found) > limit else None
    return PageOf[OverrideOut](items=items, next_cursor=rest)


@router.post("/overrides", status_code=201, response_model=EffectOut)
def post_override(call: CallDep, asked: OverrideIn) -> Response:
    """Decide "same" or "different". It binds for ever, wins over any model, and takes effect at once."""

    def action(desk: Desk) -> Effect:
        ours, theirs = (_named(desk.connection, side) for side in (asked.a, asked.b))
        return decide(desk, asked.kind, ours, theirs, asked.reason, is_dry_run=asked.dry_run)

    return _change_map(call, action, asked.dry_run)


@router.get("/overrides/{override_id}")
def get_one_override(call: CallDep, override_id: str, response: Response) -> OverrideOut:
    """One decision, with its ETag."""
    call.access.require("read", "identity")
    with call.read() as connection:
        found = _known_override(connection, call.access, override_id)
    set_etag(response, found.version)
    return found


@router.post("/overrides/{override_id}/withdraw")
def post_withdraw(call: CallDep, override_id: str, response: Response) -> OverrideOut:
    """Let a decision bind no longer; the next build weighs the evidence again. Needs ``If-Match``."""
    call.access.require("update", "identity")
    expected = call.expected_version()
    with call.write() as connection:
        _known_override(connection, call.access, override_id)
        withdraw_decision(connection, call.access, override_id, utc_now(), expected_version=expected)
        found = _known_override(connection, call.access, override_id)
    set_etag(response, found.version)
    return found


def _known_override(connection: sa.Connection, access: Access, override_id: str) -> OverrideOut:
    eyes = Eyes(connection, access)
    found = get_override(connection, override_id)
    if not eyes.knows(found.subjects):
        raise NotFound(f"no decision {override_id!r}", hint="List them: onefold identity overrides")
    return eyes.override(found)


def _change_map(call: Call, action: Callable[[Desk], Effect], is_dry_run: bool) -> Response:
    """Run a decision in transactions of both databases; the app database's ends first."""
    call.access.require("update", "identity")

    def in_transaction(connection: sa.Connection) -> EffectOut:
        effect = action(call.workspace.desk(connection, engine, call.access))
        return effect_out(connection, call.access, effect, is_dry_run=is_dry_run)

    with warehouse(call) as engine, engine.transaction():
        if not is_dry_run:
            return call.create(in_transaction)
        with call.read() as connection:
            told = in_transaction(connection)
    return Response(told.model_dump_json(), media_type="application/json")


def effect_out(connection: sa.Connection, access: Access, effect: Effect, *, is_dry_run: bool) -> EffectOut:
    """What a decision does, as the caller may see it."""
    eyes = Eyes(connection, access)
    changes = [
        EffectChange(
            kind=change["kind"],
            customer_id=change["customer_id"],
            other_customer_id=change["other_customer_id"],
            records=len(change["subject_ids"]),
        )
        for change in effect.changes
    ]
    return EffectOut(
        is_dry_run=is_dry_run,
        run_id=effect.run_id,
        counts=effect.counts,
        changes=changes,
        overrides=[eyes.override(one) for one in effect.overrides],
        withdrawn=list(effect.withdrawn),
        undone=list(effect.undone),
    )


def _explanation(connection: sa.Connection, access: Access, found: Explanation) -> ExplanationOut:
    eyes = Eyes(connection, access)
    changes = (eyes.change(get_change(connection, one.change_id)) for one in found.changes[:20])
    return ExplanationOut(
        is_same=found.is_same,
        verdict=found.verdict,
        links=[eyes.link(link) for link in found.links],
        overrides=[eyes.override(one) for one in found.overrides if eyes.knows(one.subjects)],
        changes=[change for change in changes if change],
        chain=[
            ChainStep(
                kind=step["kind"],
                override_id=step["override_id"],
                a=eyes.record(step["a"]),
                b=eyes.record(step["b"]),
            )
            for step in found.chain
        ],
    )


def _named(connection: sa.Connection, keys: Sequence[str]) -> list[str]:
    """Customer ids as they are, anything else as the record that it names."""
    return [key if is_customer_id(key) else find_subject(connection, key) or key for key in keys]


def _records_of(call: Call, connection: sa.Connection, key: str) -> list[str]:
    """The present records that a key means: a record by itself, a customer by all of its records."""
    if subject_id := find_subject(connection, key):
        return [record_in_scope(connection, call.access, subject_id)]
    customer_id = resolve_key(connection, call.access, key, call.workspace.settings.region)
    records = subjects_of(connection, customer_id)
    if not records:
        raise InvalidInput("this customer has no records at present")
    return records

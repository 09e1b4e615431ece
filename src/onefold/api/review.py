"""The review queue over HTTP: doubtful cases, side by side, with evidence; answers, singly and by pattern.

An item with a record out of the caller's scope does not exist for them; values and comparisons obey their masks. What
is shown comes from the app database alone, so reading never waits for a build. Answers that take effect do.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import Access, audit_read
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.identity import EffectOut, effect_out
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.api.review_seen import (
    PatternOut,
    ReviewDetail,
    ReviewItemOut,
    Seen,
    shown_pattern,
)
from onefold.api.warehouse import warehouse
from onefold.build.review.answering import Outcome, Place, Said, answer_item, note_answer, take_back, take_back_early
from onefold.build.review.bulk import ask_bulk, preview_bulk, read_bulk
from onefold.build.review.listing import (
    DEFAULT_SORT,
    Wanted,
    count_items,
    item_in_scope,
    list_items,
    list_patterns,
    sort_value,
)
from onefold.build.review.summary import summarise
from onefold.errors import InvalidInput
from onefold.identity.overrides import LONGEST_REASON
from onefold.identity.review.model import ItemState
from onefold.kernel import utc_now

router = APIRouter(prefix="/identity/review", tags=["identity"])

MOST_AT_ONCE = 1_000
ItemId = Annotated[str, Path(max_length=40)]
PatternKey = Annotated[str, Path(max_length=40)]
Reason = Annotated[str, Field(max_length=LONGEST_REASON)]
Kind = Literal["pair", "bridge", "cluster"]


class AnswerIn(BaseModel):
    """What somebody says: are both sides one customer?"""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answer": "same", "reason": "changed her name"}]}
    )

    answer: Literal["same", "different", "skip"]
    reason: Reason = ""


class BulkIn(AnswerIn):
    """One answer to all open items of a pattern."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"answer": "different", "dry_run": True}]}
    )

    dry_run: bool = False
    """Only count, and show examples."""
    limit: int = Field(MOST_AT_ONCE, ge=1, le=MOST_AT_ONCE)
    """At most so many items, the most telling first."""


class TaughtOut(BaseModel):
    """What an answer brought beside itself."""

    vanished: int
    """Other open items that it settled: through a chain of decisions."""
    similar: int
    """Items of the same pattern that are still undecided."""
    answered_same: int
    """Answers to this pattern so far."""
    answered_different: int
    counts: dict[str, int]
    """Customers merged, split, restored by it."""


class AnswerOut(BaseModel):
    """What came of an answer."""

    item: ReviewItemOut
    effect: EffectOut | None
    """Null where it waits for a second person, or puts the item aside."""
    waits_for_second: bool
    taught: TaughtOut


class PatternCountOut(BaseModel):
    """The open items of one pattern."""

    key: str
    kind: Kind
    label: PatternOut
    items: int
    customers: int
    probability: float
    """Mean of the items'."""
    examples: list[ReviewItemOut]


class PatternsOut(BaseModel):
    """Patterns of open items, those that an answer teaches most about first."""

    items: list[PatternCountOut]


class BulkOut(BaseModel):
    """An answer to a whole pattern: what it would do, or how far it is."""

    is_dry_run: bool
    bulk_id: str | None
    """Ask ``GET /identity/review/bulk/{bulk_id}`` how far it is; null for a dry run."""
    job_id: str | None
    state: str
    """``planned`` (a dry run), ``queued``, ``running``, ``done``, ``failed``, ``cancelled``."""
    items: int
    """That it is about."""
    customers: int
    """Whose records they are."""
    answered: int
    """Done so far."""
    waiting: int
    """Of them, how many wait for a second person."""
    vanished: int
    """Other items that these answers settled."""
    refused: int
    """That contradict earlier decisions; they stay open."""
    counts: dict[str, int]
    """Customers merged, split, restored; of a dry run how many would be, if none were refused."""
    examples: list[ReviewItemOut]


class Estimate(BaseModel):
    """An estimated share with its interval."""

    value: float
    low: float
    high: float


class Improvement(BaseModel):
    """What answers brought, over a span of time."""

    since: datetime | None
    answers: int
    merged: int
    split: int
    vanished: int
    """Other open items that the answers settled."""
    precision_before: Estimate | None
    precision_after: Estimate | None
    recall_before: Estimate | None
    recall_after: Estimate | None


class SummaryOut(BaseModel):
    """How the queue stands."""

    counts: dict[str, dict[str, int]]
    """State → kind → items."""
    open: int
    waiting: int
    answered: int
    answered_today: int
    mine_waiting: int
    """Items that wait for somebody else to agree with the caller."""
    for_me: int
    """Items that wait for a second person, who may be the caller."""
    two_people: bool
    """Whether a second person has to agree."""
    build_no: int | None
    """The build that made the queue."""
    today: Improvement
    since_build: Improvement
    """Since the queue was made."""
    overall: Improvement


@router.get("")
def get_items(
    call: CallDep,
    state: Annotated[ItemState | None, Query(description="`open` where absent.")] = ItemState.OPEN,
    kind: Kind | None = None,
    pattern: Annotated[str | None, Query(max_length=40)] = None,
    customer: Annotated[str | None, Query(max_length=40, description="Only about this customer, by its id.")] = None,
    sort: Annotated[
        str, Query(max_length=40, description="score, probability, teaches, touches, found_at; - for falling.")
    ] = DEFAULT_SORT,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PageOf[ReviewItemOut]:
    """Doubtful cases, those first whose answer would teach most and touches most customers."""
    wanted = Wanted(state, kind, pattern, sort, customer)
    with call.read() as connection:
        found = list_items(connection, call.access, wanted, after=_after(cursor, sort), limit=limit + 1)
        seen = Seen(connection, call.access)
        items = [seen.item(one) for one in found[:limit]]
    rest = encode_cursor(sort_value(found[limit - 1], sort), found[limit - 1].item_id) if len(found) > limit else None
    audit_read(call.database, call.access, "identity.read_review", "identity", "queue")
    return PageOf[ReviewItemOut](items=items, next_cursor=rest)


@router.get("/summary")
def get_summary(call: CallDep) -> SummaryOut:
    """How many wait, by state and kind; what was answered; what it improved."""
    with call.read() as connection:
        counts = count_items(connection, call.access)
        facts = summarise(connection, call.access, utc_now())
    return SummaryOut.model_validate(
        {
            "counts": counts,
            **{state: sum(counts[state].values()) for state in ("open", "waiting", "answered")},
            "two_people": call.workspace.settings.identity.review.two_people,
            **facts,
        }
    )


@router.get("/patterns")
def get_patterns(call: CallDep, limit: Limit = 100) -> PatternsOut:
    """What open items have in common, so that alike ones can be answered together."""
    with call.read() as connection:
        seen = Seen(connection, call.access)
        items = [
            PatternCountOut(
                key=one.pattern.key,
                kind=one.pattern.kind,
                label=shown_pattern(call.access, one.pattern),
                items=one.items,
                customers=one.customers,
                probability=one.probability,
                examples=[seen.item(item_in_scope(connection, call.access, item_id)) for item_id in one.examples],
            )
            for one in list_patterns(connection, call.access, limit=limit)
        ]
    audit_read(call.database, call.access, "identity.read_review", "identity", "patterns")
    return PatternsOut(items=items)


@router.post("/patterns/{key}/answer", status_code=202, response_model=BulkOut)
def post_pattern_answer(call: CallDep, key: PatternKey, asked: BulkIn) -> Response:
    """Answer all open items of a pattern that the caller may know of: a job answers them one by one."""
    call.access.require("update", "identity")
    if asked.dry_run:
        with call.read() as connection:
            told = _planned(connection, call.access, key, asked)
        return Response(told.model_dump_json(), media_type="application/json")
    return call.create(lambda connection: _bulk_asked(call, connection, key, asked), status=202)


@router.get("/bulk/{bulk_id}")
def get_bulk(call: CallDep, bulk_id: Annotated[str, Path(max_length=40)]) -> BulkOut:
    """How far an answer to a whole pattern is, for whoever gave it."""
    call.access.require("read", "identity")
    with call.read() as connection:
        return _bulk(connection, call.access, bulk_id)


@router.get("/{item_id}")
def get_one_item(call: CallDep, item_id: ItemId, response: Response) -> ReviewDetail:
    """One case side by side: values with differences, evidence, the graph with its weakest bridge."""
    with call.read() as connection:
        item = item_in_scope(connection, call.access, item_id)
        found = Seen(connection, call.access).detail(item)
    audit_read(call.database, call.access, "identity.read_review", "identity", item_id)
    set_etag(response, item.version)
    return found


@router.post("/{item_id}/answer", response_model=AnswerOut)
def post_answer(call: CallDep, item_id: ItemId, asked: AnswerIn) -> Response:
    """Say "same", "different" or "skip". It takes effect at once, or waits for a second person. Needs ``If-Match``."""
    call.access.require("update", "identity")
    said = Said(asked.answer, asked.reason, call.expected_version())
    needs_two = call.workspace.settings.identity.review.two_people

    def note(connection: sa.Connection) -> AnswerOut:
        place = Place(connection, call.access, utc_now())
        if (outcome := note_answer(place, item_id, said, needs_two=needs_two)) is None:
            raise _TakesEffect
        return _answered(connection, call.access, outcome)

    try:
        return call.create(note, status=200)
    except _TakesEffect:
        with warehouse(call) as engine, engine.transaction():

            def decide(connection: sa.Connection) -> AnswerOut:
                desk = call.workspace.desk(connection, engine, call.access)
                return _answered(connection, call.access, answer_item(desk, item_id, said, needs_two=needs_two))

            return call.create(decide, status=200)


class _TakesEffect(Exception):
    """The answer needs the warehouse."""


@router.delete("/{item_id}/answer")
def delete_answer(call: CallDep, item_id: ItemId, response: Response) -> ReviewItemOut:
    """Take an answer back: one's own that waits, or a skip; one that took effect with all it did. Needs ``If-Match``.

    The decision is withdrawn, the map is as it was, and the case is open again with those that it had settled.
    """
    call.access.require("update", "identity")
    expected = call.expected_version()
    with call.write() as connection:
        place = Place(connection, call.access, utc_now())
        item = take_back_early(place, item_id, expected_version=expected)
        shown = Seen(connection, call.access).item(item) if item else None
    if item is None or shown is None:
        with warehouse(call) as engine, engine.transaction(), call.write() as connection:
            item = take_back(call.workspace.desk(connection, engine, call.access), item_id, expected_version=expected)
            shown = Seen(connection, call.access).item(item)
    set_etag(response, item.version)
    return shown


def _answered(connection: sa.Connection, access: Access, outcome: Outcome) -> AnswerOut:
    effect = outcome.effect
    return AnswerOut(
        item=Seen(connection, access).item(outcome.item),
        effect=effect_out(connection, access, effect, is_dry_run=False) if effect else None,
        waits_for_second=outcome.waits_for_second,
        taught=TaughtOut.model_validate(vars(outcome.taught)),
    )


def _planned(connection: sa.Connection, access: Access, key: str, asked: BulkIn) -> BulkOut:
    plan = preview_bulk(connection, access, key, asked.answer, limit=asked.limit)
    seen = Seen(connection, access)
    return BulkOut.model_validate(
        plan.facts | {"is_dry_run": True, "examples": [seen.item(one) for one in plan.examples]}
    )


def _bulk_asked(call: Call, connection: sa.Connection, key: str, asked: BulkIn) -> BulkOut:
    bulk_id = ask_bulk(connection, call.access, key, asked.answer, asked.reason, limit=asked.limit, now=utc_now())
    return _bulk(connection, call.access, bulk_id)


def _bulk(connection: sa.Connection, access: Access, bulk_id: str) -> BulkOut:
    plan = read_bulk(connection, access, bulk_id)
    return BulkOut.model_validate(plan.facts | {"is_dry_run": False, "examples": []})


def _after(cursor: str | None, sort: str) -> tuple[object, str] | None:
    if cursor is None:
        return None
    value, item_id = decode_cursor(cursor, 2)
    if sort.removeprefix("-") == "found_at":
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.") from None
    elif not isinstance(value, int | float):
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    return value, str(item_id)

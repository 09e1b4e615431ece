"""Settling what systems contradict each other in: picks of one customer, and the list across customers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import audit_read
from onefold.api.call import CallDep, set_etag
from onefold.api.card import answers
from onefold.api.card.keys import Key, sight_by_key
from onefold.api.paging import Cursor, Limit, decode_cursor, encode_cursor
from onefold.errors import InvalidInput
from onefold.profiles import (
    STATES,
    UNDECIDED,
    ContradictionFilter,
    count_contradictions,
    list_contradictions,
    list_picks,
    pick_value,
    plain,
    unpick,
)
from onefold.profiles.contradictions import State
from onefold.profiles.picking import LONGEST_REASON

router = APIRouter(tags=["contradictions"])

_UNDECIDED = ",".join(UNDECIDED)
AttributeName = Annotated[str, Path(max_length=500, examples=["status"])]
States = Annotated[
    str, Query(max_length=100, description="With commas between: open, lapsed, challenged, settled.", examples=["open"])
]
OfAttribute = Annotated[str | None, Query(max_length=500, examples=["status"])]
OfSystem = Annotated[str | None, Query(max_length=100, description="That says one of the values.", examples=["crm"])]


class PickWanted(BaseModel):
    """Which value counts, and why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"value": "closed", "reason": "She said so on the phone."}}
    )

    value: str = Field(max_length=2000, description="One of the values that the records say, as the card shows it.")
    reason: str | None = Field(None, max_length=LONGEST_REASON)


class PickOutcome(BaseModel):
    """What is shown now, and by which rule."""

    customer_id: str
    attribute: str
    value: str
    rule: str = Field(examples=["picked"])
    version: int = Field(description="Of the profile.")
    is_changed: bool = Field(description="False where it was so already.")


@router.get("/customers/{key}/picks", summary="What people picked", response_model=answers.Picks)
def get_picks(call: CallDep, key: Key) -> Response:
    """The picks on a customer, those that lapsed or were taken back with them; the newest first."""
    with call.read() as connection:
        sight = sight_by_key(call, connection, key)
        found = list_picks(connection, sight)
    audit_read(call.database, call.access, "customer.read_picks", "customer", sight.customer_id)
    return JSONResponse({"customer_id": sight.customer_id, "picks": plain(found)})


@router.put("/customers/{key}/picks/{attribute:path}", summary="Pick a value")
def put_pick(call: CallDep, response: Response, key: Key, attribute: AttributeName, wanted: PickWanted) -> PickOutcome:
    """The value shows everywhere at once, whatever the rules say, and stays through later builds.

    `If-Match` takes the profile's version. Needs `update customer`, and the attribute unmasked. The pick hangs on the
    record that says the value; it lapses when that record says something else.
    """
    expected = call.expected_version()
    with call.write() as connection:
        sight = sight_by_key(call, connection, key)
        done = pick_value(
            connection,
            call.access,
            sight.customer_id,
            attribute,
            wanted.value,
            reason=wanted.reason,
            expected_version=expected,
        )
    set_etag(response, done.version)
    return PickOutcome(**vars(done))


@router.delete("/customers/{key}/picks/{attribute:path}", summary="Let the rules decide again")
def delete_pick(call: CallDep, response: Response, key: Key, attribute: AttributeName) -> PickOutcome:
    """Takes back what was picked. `If-Match` takes the profile's version."""
    expected = call.expected_version()
    with call.write() as connection:
        sight = sight_by_key(call, connection, key)
        done = unpick(connection, call.access, sight.customer_id, attribute, expected_version=expected)
    set_etag(response, done.version)
    return PickOutcome(**vars(done))


@router.get("/contradictions", summary="In what systems contradict each other", response_model=answers.Contradictions)
def get_contradictions(
    call: CallDep,
    state: States = _UNDECIDED,
    attribute: OfAttribute = None,
    system: OfSystem = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response:
    """One item per customer and attribute, with every value and who says it since when; masked attributes left out."""
    wanted = ContradictionFilter(_states(state), attribute, system)
    after = _position(cursor) if cursor else None
    with call.read() as connection:
        found = list_contradictions(connection, call.access, wanted, after=after, limit=limit + 1)
    shown = found[:limit]
    following = (shown[-1].customer_id, shown[-1].attribute.name) if len(found) > limit else None
    return JSONResponse({"items": plain(shown), "next_cursor": encode_cursor(*following) if following else None})


@router.get("/contradictions/counts", summary="How many contradictions there are")
def get_contradiction_counts(
    call: CallDep,
    state: States = _UNDECIDED,
    attribute: OfAttribute = None,
    system: OfSystem = None,
) -> answers.ContradictionCounts:
    """By state, attribute and system; each number leaves its own filter aside."""
    with call.read() as connection:
        found = count_contradictions(connection, call.access, ContradictionFilter(_states(state), attribute, system))
    return answers.ContradictionCounts(**vars(found))


def _states(text: str) -> tuple[State, ...]:
    wanted = {part.strip() for part in text.split(",") if part.strip()}
    if unknown := wanted - set(STATES):
        raise InvalidInput(f"no contradiction is {min(unknown)!r}", hint=f"Choose from: {', '.join(STATES)}")
    return tuple(state for state in STATES if state in wanted) or UNDECIDED


def _position(cursor: str) -> tuple[str, str]:
    found: list[Any] = decode_cursor(cursor, 2)
    if not all(isinstance(one, str) for one in found):
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    return found[0], found[1]

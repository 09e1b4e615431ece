"""One customer: card, what was told, timeline, records side by side, identity.

The address takes the customer's id, present or former; the card takes any key that a system uses. A customer that the
caller may not know of is not found, in the same words as one that there is not.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime

from onefold.access import audit_read
from onefold.api.call import Call, CallDep
from onefold.api.card import answers
from onefold.api.card.keys import Key, sight_by_key
from onefold.api.paging import Cursor, Limit, decode_cursor, encode_cursor
from onefold.errors import InvalidInput
from onefold.kernel import utc_now
from onefold.profiles import (
    Asked,
    Position,
    Sight,
    card_of,
    compare_records,
    count_opening,
    get_identity,
    identity_as_of,
    last_visit,
    list_told,
    note_visit,
    plain,
    read_timeline,
    see_customer,
)

router = APIRouter(prefix="/customers", tags=["customers"])

CustomerId = Annotated[str, Path(max_length=200, description="The customer's id, present or former.")]


@router.get("/{customer_id}/told", response_model=answers.Told)
def get_told(call: CallDep, customer_id: CustomerId) -> Response:
    """What the customer has told already and should not be asked again."""
    with call.read() as connection:
        sight = see_customer(connection, call.access, customer_id)
        facts = list_told(connection, sight, _today(call))
    _audit(call, sight, "customer.read_told")
    return JSONResponse({"customer_id": sight.customer_id, "items": plain(facts)})


@router.get("/{customer_id}/timeline", response_model=answers.Timeline)
def get_timeline(
    call: CallDep,
    customer_id: CustomerId,
    wanted: Annotated[answers.Wanted, Query()],
    limit: Limit = 30,
    cursor: Cursor = None,
) -> Response:
    """Everything that happened, from every system, newest first."""
    asked = Asked(
        kinds=frozenset(wanted.kind),
        types=frozenset(wanted.type),
        departments=frozenset(wanted.department),
        sources=frozenset(wanted.source),
        since=wanted.since,
        until=wanted.until,
        text=wanted.q,
        is_collapsed=wanted.collapse,
    )
    after = _position(cursor) if cursor else None
    with call.read() as connection:
        sight = see_customer(connection, call.access, customer_id)
        page = read_timeline(connection, sight, asked, after=after, limit=limit)
        visited = last_visit(connection, call.actor.actor_id, sight.customer_id, utc_now())
    _audit(call, sight, "customer.read_timeline")
    end = page.following
    return JSONResponse(
        {
            "customer_id": sight.customer_id,
            "items": plain(page.entries),
            "next_cursor": encode_cursor(plain(end.occurred_at), end.entry_id) if end else None,
            "last_visit_at": plain(visited),
        }
    )


@router.get("/{customer_id}/records", response_model=answers.SideBySide)
def get_records(call: CallDep, customer_id: CustomerId) -> Response:
    """The source records side by side: who says what, where they differ, who won and why."""
    with call.read() as connection:
        sight = see_customer(connection, call.access, customer_id)
        found = compare_records(connection, sight)
    _audit(call, sight, "customer.read_records")
    return JSONResponse({"customer_id": sight.customer_id, **plain(found)})


@router.get("/{customer_id}/identity", response_model=answers.Identity)
def get_customer_identity(
    call: CallDep,
    customer_id: CustomerId,
    as_of: Annotated[AwareDatetime | None, Query(description="Also the records at this moment.")] = None,
) -> Response:
    """Of which records the customer is made, since when, and every merge and split."""
    with call.read() as connection:
        sight = see_customer(connection, call.access, customer_id)
        found = get_identity(connection, sight)
        then = identity_as_of(connection, sight, as_of) if as_of else None
    _audit(call, sight, "customer.read_identity")
    return JSONResponse({**plain(found), "as_of": plain(as_of), "then": plain(then)})


@router.post("/{customer_id}/opened", status_code=204)
def post_opened(call: CallDep, customer_id: CustomerId, opened: answers.Opened) -> Response:
    """Count that a field was opened: by day, role and field; neither by whom nor of whom."""
    with call.write() as connection:
        sight = see_customer(connection, call.access, customer_id)
        if not call.access.is_read_only:
            count_opening(connection, sight, opened.field, utc_now().date())
    return Response(status_code=204)


@router.post("/{customer_id}/visits", response_model=answers.Visit)
def post_visit(call: CallDep, customer_id: CustomerId) -> Response:
    """Note that the caller is on the page now; says when their visit before ended."""
    now = utc_now()
    with call.write() as connection:
        sight = see_customer(connection, call.access, customer_id)
        note = last_visit if call.access.is_read_only else note_visit
        before = note(connection, call.actor.actor_id, sight.customer_id, now)
    return JSONResponse({"last_visit_at": plain(before)})


@router.get("/{key:path}", response_model=answers.CustomerCard)
def get_customer(call: CallDep, key: Key) -> Response:
    """The customer's card. ``ETag`` begins with the profile's version; send it as ``If-None-Match``."""
    with call.read() as connection:
        sight = sight_by_key(call, connection, key)
        card = card_of(connection, sight)
    _audit(call, sight, "customer.read")
    document = card.to_json()
    del document["timeline"], document["history"]
    document |= {"asked_for": key, "present": _today(call).isoformat()}
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    tag = f'"{card.version}.{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in call.request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _audit(call: Call, sight: Sight, action: str) -> None:
    """Note the read; returns when that is durable."""
    audit_read(call.database, call.access, action, "customer", sight.customer_id)


def _today(call: Call) -> date:
    """The day that ages count to."""
    return call.workspace.settings.present or utc_now().date()


def _position(cursor: str) -> Position:
    moment, entry_id = decode_cursor(cursor, 2)
    try:
        occurred_at = None if moment is None else datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        occurred_at, entry_id = None, None
    if not isinstance(entry_id, str) or (occurred_at is not None and occurred_at.tzinfo is None):
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    return Position(occurred_at, entry_id)

"""Which customer a record would be, asked live: for forms, call centres and systems about to create somebody.

Nothing is written, and nothing is held up by a build. A customer outside the caller's scope is as if it were not there.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import audit_read
from onefold.api.call import Call, CallDep
from onefold.api.identity import ComparedOut, hiding
from onefold.errors import NotFound
from onefold.identity.live import LiveMatch
from onefold.identity.map import owner_of
from onefold.profiles import Sight, see_customer

router = APIRouter(prefix="/identity", tags=["identity"])


class MatchIn(BaseModel):
    """A record to look for."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"record": {"given_name": "Ana", "family_name": "García", "email": ["ana@example.com"]}}]
        },
    )

    record: Annotated[dict[str, Any], Field(min_length=1, max_length=200)]
    """By columns of ``table``; by meanings such as ``given_name``, ``email`` where no table is named."""
    table: Annotated[str | None, Field(max_length=200)] = None
    """``source.table``, whose mapping reads the record."""
    record_key: Annotated[str | None, Field(max_length=500)] = None
    """Its key in the table, if it has one: the record that is known by it is taken as replaced."""
    kind: Literal["person", "organisation"] = "person"


class MatchedRecord(BaseModel):
    """A known record that is more likely one customer with it than not."""

    customer_id: str
    source: str
    table: str
    record_key: str | None
    probability: float
    weight: float
    """Bits of evidence: +1 doubles the odds."""
    fields: list[ComparedOut]


class MatchOut(BaseModel):
    """The customer that a record would join."""

    customer_id: str | None
    """Null where it would found a customer of its own."""
    probability: float
    """That the strongest of its records and this one are one customer."""
    also: list[str]
    """Other customers that it would bring together with it."""
    matches: list[MatchedRecord]
    """The strongest first; also those that the rest of the evidence outweighs."""


@router.post("/match")
def post_match(call: CallDep, asked: MatchIn) -> MatchOut:
    """Which customer a record would join if it came now, how sure that is, and why. Nothing is written."""
    call.access.require("read", "identity")
    with call.read() as connection:
        found = call.workspace.match_record(
            connection,
            asked.record,
            table=asked.table,
            is_organisation=asked.kind == "organisation",
            key=asked.record_key,
        )
        shown = _shown(call, connection, found)
    for customer_id in filter(None, [shown.customer_id]):
        audit_read(call.database, call.access, "identity.match", "customer", customer_id)
    return shown


def _shown(call: Call, connection: sa.Connection, found: LiveMatch) -> MatchOut:
    """The answer as far as the caller may know of the customers in it."""
    sights: dict[str, Sight | None] = {}
    owners: dict[str, str | None] = {}

    def sight_of(subject_id: str) -> Sight | None:
        if subject_id not in owners:
            owners[subject_id] = owner_of(connection, subject_id)
        customer_id = owners[subject_id]
        if customer_id is not None and customer_id not in sights:
            try:
                sights[customer_id] = see_customer(connection, call.access, customer_id)
            except NotFound:
                sights[customer_id] = None
        return sights.get(customer_id) if customer_id else None

    joined = list(dict.fromkeys(sight.customer_id for name in found.subjects if (sight := sight_of(name))))
    matches = [_matched(sight, one) for one in found.matches if (sight := sight_of(one["subject_id"]))]
    theirs = [one.probability for one in matches if joined and one.customer_id == joined[0]]
    return MatchOut(
        customer_id=joined[0] if joined else None,
        probability=max(theirs, default=0.0),
        also=joined[1:],
        matches=matches,
    )


def _matched(sight: Sight, match: dict[str, Any]) -> MatchedRecord:
    place, _, key = match["subject_id"].partition(":")
    source, _, table = place.partition(".")
    fields = []
    for name, (agreement, bits) in sorted(match["evidence"].items(), key=lambda part: (-part[1][1], part[0])):
        hidden_by = hiding(name, sight.policy)
        shown = (None, None) if hidden_by else (agreement, bits)
        fields.append(ComparedOut(name=name, agreement=shown[0], bits=shown[1], hidden_by=hidden_by))
    return MatchedRecord(
        customer_id=sight.customer_id,
        source=source,
        table=table,
        record_key=None if sight.policy("external_id") is not None else key,
        probability=round(match["probability"], 4),
        weight=round(match["weight"], 1),
        fields=fields,
    )

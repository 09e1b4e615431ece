"""Households and organisations over HTTP: who lives with a customer, where it belongs, who belongs to it.

Customers outside the caller's scope are neither listed nor counted; values obey the masks of their attributes.
"""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from onefold.access import audit_read
from onefold.api.call import Call, CallDep
from onefold.api.card.keys import Key, sight_by_key
from onefold.api.paging import Cursor, Limit, decode_cursor, encode_cursor
from onefold.profiles import Sight, plain
from onefold.profiles.levels import belonging_of, household_of, people_of

router = APIRouter(tags=["customers"])


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class NamedCustomer(_Shape):
    """Another customer, by its name as the caller may see it."""

    customer_id: str
    kind: str
    display_name: str | None
    name_hidden_by: str | None


class ReasonValue(_Shape):
    """One value that speaks for it; null with ``hidden_by`` where a policy hides it."""

    kind: str
    """``address``, ``surname``, ``phone``, ``mailbox``; ``key``, ``name``, ``domain``."""
    value: str | None
    hidden_by: str | None


class LevelReason(_Shape):
    """Values that only together say something, such as a surname at an address."""

    kind: str
    """``home+surname``, ``home+phone``, ``home+mailbox``, ``phone+surname``, ``mailbox+surname``; ``key``, ``name``,
    ``domain``."""
    values: list[ReasonValue]
    records: list[str]
    """The customer's records that say it; without the key where a policy hides it."""
    shared_with: list[str]
    """Ids of other members of whom it holds too."""


class HouseholdMember(_Shape):
    """Somebody who lives there."""

    person: NamedCustomer
    since: datetime
    """When Onefold found out."""
    strength: float
    """0 to 1: of the reasons."""
    reasons: list[LevelReason]


class Household(_Shape):
    """People who live together, the customer first."""

    household_id: str
    size: int
    members: list[HouseholdMember]


class HouseholdAnswer(_Shape):
    """The household of a customer; null where the caller knows of nobody who lives with it."""

    customer_id: str
    household: Household | None


class Membership(_Shape):
    """That a person belongs, or belonged, to an organisation."""

    organisation: NamedCustomer
    role: str | None
    role_hidden_by: str | None
    is_main: bool
    since: datetime
    until: datetime | None
    """When no record said so any more."""
    strength: float
    reasons: list[LevelReason]


class OrganisationRelation(_Shape):
    """Another organisation that a record connects with it."""

    organisation: NamedCustomer
    kind: str
    """``parent``, ``child``, ``related``."""
    since: datetime
    until: datetime | None


class BelongingAnswer(_Shape):
    """Where a customer belongs: a person to organisations, an organisation to others."""

    customer_id: str
    kind: str
    memberships: list[Membership]
    relations: list[OrganisationRelation]
    """Of the organisation itself, or of the person's main one."""


class OrganisationPerson(_Shape):
    """Somebody of an organisation."""

    person: NamedCustomer
    role: str | None
    role_hidden_by: str | None
    since: datetime
    until: datetime | None
    strength: float


class OrganisationPeople(_Shape):
    """Some of an organisation's people: those of today first."""

    organisation: NamedCustomer
    items: list[OrganisationPerson]
    next_cursor: str | None
    """Give it as ``cursor`` to get the next page; null on the last."""


@router.get("/customers/{key:path}/household", response_model=HouseholdAnswer)
def get_household(call: CallDep, key: Key) -> Response:
    """Who lives with the customer, and what speaks for it."""
    with call.read() as connection:
        sight = sight_by_key(call, connection, key)
        found = household_of(connection, sight)
    _audit(call, sight, "customer.read_household")
    return JSONResponse({"customer_id": sight.customer_id, "household": plain(found)})


@router.get("/customers/{key:path}/organisation", response_model=BelongingAnswer)
def get_organisation(call: CallDep, key: Key) -> Response:
    """The organisations that the customer belongs to or belonged to; of an organisation its parents and relations."""
    with call.read() as connection:
        sight = sight_by_key(call, connection, key)
        found = belonging_of(connection, sight)
    _audit(call, sight, "customer.read_organisation")
    return JSONResponse(plain(found))


@router.get("/organisations/{key:path}/people", response_model=OrganisationPeople)
def get_organisation_people(call: CallDep, key: Key, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """The people of an organisation, those of today first."""
    with call.read() as connection:
        sight = sight_by_key(call, connection, key)
        page = people_of(connection, sight, limit=limit, after=decode_cursor(cursor, 3) if cursor else None)
    _audit(call, sight, "customer.read_people")
    return JSONResponse(
        {
            "organisation": plain(page.organisation),
            "items": plain(page.people),
            "next_cursor": encode_cursor(*page.after) if page.after else None,
        }
    )


def _audit(call: Call, sight: Sight, action: str) -> None:
    audit_read(call.database, call.access, action, "customer", sight.customer_id)

"""Who a customer lives with and where it belongs, as one actor may know it.

Other customers that the actor may not know of do not exist here: they are neither listed nor counted, reasons that hang
on them alone are left out, and a strength is that of the reasons that are left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import prod
from typing import Any

import sqlalchemy as sa

from onefold.errors import InvalidInput, NotFound
from onefold.identity.levels.strength import BELONGING, LIVING
from onefold.identity.tables import household_member, organisation_link, organisation_member
from onefold.profiles.attributes import summary_column
from onefold.profiles.sight import Sight
from onefold.profiles.tables import profile_summary
from onefold.storage import aware

_MASKS = {
    "address": "address",
    "surname": "family_name",
    "phone": "phone",
    "mailbox": "email",
    "name": "company",
    "domain": "email",
    "key": "external_id",
}
"""Kind of value -> the attribute whose mask it obeys."""
_BATCH = 500


@dataclass(frozen=True)
class Named:
    """Another customer, by its name as the actor may see it."""

    customer_id: str
    kind: str
    display_name: str | None
    name_hidden_by: str | None


@dataclass(frozen=True)
class Said:
    """One thing that speaks for a household or a membership."""

    kind: str
    """``address``, ``surname``, ``phone``, ``mailbox``; ``key``, ``name``, ``domain``."""
    value: str | None
    hidden_by: str | None


@dataclass(frozen=True)
class Reason:
    """Things that only together say something: a surname at an address."""

    kind: str
    """``home+surname``, ``home+phone``, ``home+mailbox``, ``phone+surname``, ``mailbox+surname``; ``key``, …"""
    values: tuple[Said, ...]
    records: tuple[str, ...]
    """The customer's records that say it, as ``source.table:record_key``; without the key where a policy hides it."""
    shared_with: tuple[str, ...] = ()
    """Other members of whom it holds too."""


@dataclass(frozen=True)
class HouseholdMember:
    """Somebody who lives there."""

    person: Named
    since: datetime
    """When Onefold found out."""
    strength: float
    """0 to 1: of the reasons."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Household:
    """People who live together."""

    household_id: str
    size: int
    members: tuple[HouseholdMember, ...]


@dataclass(frozen=True)
class Membership:
    """That a person belongs, or belonged, to an organisation."""

    organisation: Named
    role: str | None
    role_hidden_by: str | None
    is_main: bool
    since: datetime
    until: datetime | None
    """When no record said so any more."""
    strength: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Relation:
    """Another organisation that a record connects with one."""

    organisation: Named
    kind: str
    """``parent``, ``child``, ``related``."""
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Belonging:
    """Where a customer belongs: a person to organisations, an organisation to others."""

    customer_id: str
    kind: str
    memberships: tuple[Membership, ...]
    relations: tuple[Relation, ...]
    """Of the organisation itself, or of the person's main one."""


@dataclass(frozen=True)
class OrganisationPerson:
    """Somebody of an organisation."""

    person: Named
    role: str | None
    role_hidden_by: str | None
    since: datetime
    until: datetime | None
    strength: float


@dataclass(frozen=True)
class PeoplePage:
    """Some of an organisation's people."""

    organisation: Named
    people: tuple[OrganisationPerson, ...]
    after: tuple[Any, ...] | None


def household_of(connection: sa.Connection, sight: Sight) -> Household | None:
    """The household of a person, if the actor may know of somebody else there."""
    mine = sa.select(household_member.c.household_id).where(household_member.c.customer_id == sight.customer_id)
    rows = connection.execute(
        sa.select(household_member).where(household_member.c.household_id.in_(mine)).order_by("customer_id")
    ).all()
    named = _named(connection, sight, (row.customer_id for row in rows))
    seen = [row for row in rows if row.customer_id in named]
    if len(seen) < 2 or sight.customer_id not in named:
        return None
    members = []
    for row in seen:
        reasons = _living(row.reasons, named[row.customer_id][1], named.keys())
        members.append(
            HouseholdMember(named[row.customer_id][0], aware(row.attached_at), _strength(LIVING, reasons), reasons)
        )
    members.sort(key=lambda one: one.person.customer_id != sight.customer_id)
    return Household(seen[0].household_id, len(members), tuple(members))


def belonging_of(connection: sa.Connection, sight: Sight) -> Belonging:
    """The organisations of a person, present ones first; or the relations of an organisation."""
    of = organisation_member.c
    rows = connection.execute(
        sa.select(organisation_member)
        .where(of.customer_id == sight.customer_id)
        .order_by(of.until.is_not(None), of.is_main.desc(), of.strength.desc(), of.organisation_id)
    ).all()
    named = _named(connection, sight, [sight.customer_id, *(row.organisation_id for row in rows)])
    memberships = tuple(
        _membership(row, named[row.organisation_id][0], sight) for row in rows if row.organisation_id in named
    )
    own = named.get(sight.customer_id)
    kind = own[0].kind if own else "person"
    main = next((one.organisation.customer_id for one in memberships if one.is_main), None)
    of_whom = sight.customer_id if kind == "organisation" else main
    relations = _relations(connection, sight, of_whom) if of_whom else ()
    return Belonging(sight.customer_id, kind, memberships, relations)


def people_of(
    connection: sa.Connection, sight: Sight, *, limit: int = 50, after: Sequence[Any] | None = None
) -> PeoplePage:
    """The people of an organisation that the actor may know of: those of today first, by name where that is seen.

    Raises:
        NotFound: the customer is no organisation.
        InvalidInput: ``after`` is of another list.
    """
    own = _named(connection, sight, [sight.customer_id]).get(sight.customer_id)
    if own is None or own[0].kind != "organisation":
        raise NotFound("this customer is no organisation", hint="Ask for the household or organisation of a person.")
    of, access = organisation_member.c, sight.access
    is_over = sa.case((of.until.is_(None), 0), else_=1).label("is_over")
    name = sa.func.coalesce(profile_summary.c.sort_name, "") if access.may_search("display_name") else sa.literal("")
    order = (is_over, name, of.customer_id)
    query = (
        sa.select(organisation_member, is_over, name.label("place"))
        .join(profile_summary, profile_summary.c.customer_id == of.customer_id)
        .where(of.organisation_id == sight.customer_id, access.customers(summary_column))
        .order_by(*order)
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(_beyond(order, after))
    rows = connection.execute(query).all()
    named = _named(connection, sight, (row.customer_id for row in rows))
    people = tuple(_person(row, *named[row.customer_id]) for row in rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    return PeoplePage(own[0], people, (last.is_over, last.place, last.customer_id) if last else None)


def _beyond(order: Sequence[sa.ColumnElement[Any]], after: Sequence[Any]) -> sa.ColumnElement[bool]:
    match list(after):
        case [0 | 1 as is_over, str() as place, str() as customer_id]:
            over, name, identity = order
            return sa.or_(
                over > is_over,
                sa.and_(over == is_over, sa.or_(name > place, sa.and_(name == place, identity > customer_id))),
            )
    raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")


def _named(connection: sa.Connection, sight: Sight, customer_ids: Iterable[str]) -> dict[str, tuple[Named, Sight]]:
    """Customers in the actor's scope, each with what the actor sees of it."""
    access, wanted = sight.access, sorted(set(customer_ids))
    columns = (profile_summary.c.customer_id, profile_summary.c.kind, profile_summary.c.display_name)
    found = {}
    for start in range(0, len(wanted), _BATCH):
        query = sa.select(*columns, access.admission(summary_column).label("admitted")).where(
            profile_summary.c.customer_id.in_(wanted[start : start + _BATCH]), access.customers(summary_column)
        )
        for row in connection.execute(query):
            its = replace(sight, customer_id=row.customer_id, admitted=str(row.admitted))
            shown = its.shown("display_name", row.display_name)
            found[row.customer_id] = (Named(row.customer_id, row.kind, shown.value, shown.hidden_by), its)
    return found


def _membership(row: Any, organisation: Named, sight: Sight) -> Membership:
    reasons = tuple(
        Reason(one["kind"], (_said(sight, one["kind"], one["value"]),), _records(sight, [one["subject"]]))
        for one in row.reasons
    )
    role = sight.shown("job_title", row.role)
    return Membership(
        organisation,
        role.value,
        role.hidden_by,
        row.is_main,
        aware(row.since),
        aware(row.until) if row.until else None,
        _strength(BELONGING, reasons),
        reasons,
    )


def _person(row: Any, person: Named, sight: Sight) -> OrganisationPerson:
    role = sight.shown("job_title", row.role)
    until = aware(row.until) if row.until else None
    return OrganisationPerson(person, role.value, role.hidden_by, aware(row.since), until, row.strength)


def _relations(connection: sa.Connection, sight: Sight, organisation_id: str) -> tuple[Relation, ...]:
    of = organisation_link.c
    rows = connection.execute(
        sa.select(organisation_link)
        .where(sa.or_(of.organisation_id == organisation_id, of.other_id == organisation_id))
        .order_by(of.until.is_not(None), of.kind, of.organisation_id, of.other_id)
    ).all()
    named = _named(connection, sight, (one for row in rows for one in (row.organisation_id, row.other_id)))
    found = []
    for row in rows:
        is_own = row.organisation_id == organisation_id
        other = row.other_id if is_own else row.organisation_id
        if other in named:
            kind = row.kind if is_own or row.kind == "related" else "child"
            until = aware(row.until) if row.until else None
            found.append(Relation(named[other][0], kind, aware(row.since), until))
    return tuple(found)


def _living(reasons: Iterable[dict[str, Any]], sight: Sight, known: Iterable[str]) -> tuple[Reason, ...]:
    """The reasons that somebody known shares."""
    known = set(known)
    found = []
    for one in reasons:
        shared_with = tuple(other for other in one["with"] if other in known)
        if shared_with:
            values = tuple(_said(sight, kind, value) for kind, value in one["values"].items())
            found.append(Reason(one["kind"], values, _records(sight, one["subjects"]), shared_with))
    return tuple(found)


def _said(sight: Sight, kind: str, value: str) -> Said:
    shown = sight.shown(_MASKS[kind], value)
    return Said(kind, shown.value, shown.hidden_by)


def _records(sight: Sight, subject_ids: Iterable[str]) -> tuple[str, ...]:
    hides = sight.policy("external_id") is not None
    return tuple(one.partition(":")[0] if hides else one for one in subject_ids)


def _strength(strengths: dict[str, float], reasons: Iterable[Reason]) -> float:
    """That of all ways of saying it together."""
    return round(1 - prod(1 - strengths[kind] for kind in {reason.kind for reason in reasons}), 4)

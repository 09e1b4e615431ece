"""Why somebody sees what they see: by field, by person, by kind of resource."""

from __future__ import annotations

from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query
from pydantic import BaseModel

from onefold.access import BODIES, DENIED, KINDS, VERBS, Actor, Mask, PiiClass, Role, class_of, list_roles, load_access
from onefold.access.classes import CLASS_OF
from onefold.access.explain import Effective, FieldInRole, explain_field, explain_kinds, explain_person
from onefold.api.call import Call, CallDep
from onefold.errors import NotFound
from onefold.profiles.attributes import searchable_attributes

router = APIRouter(prefix="/access", tags=["roles"])

_user_account = sa.table(
    "user_account",
    sa.column("user_id"),
    sa.column("display_name"),
    sa.column("attributes", sa.JSON),
    sa.column("version", sa.Integer),
)


class ScopeAttribute(BaseModel):
    """An attribute that a row scope may test."""

    name: str
    type: Literal["text", "number", "moment", "flag", "list"]
    is_fast: bool
    """Has a column of its own; scopes that test others take longer."""


class Vocabulary(BaseModel):
    """What roles are made of."""

    verbs: list[str]
    kinds: dict[str, list[str]]
    """Resource kind: the verbs that mean something for it."""
    masks: list[str]
    """From the most permissive to the strictest; `denied` last."""
    classes: dict[str, list[str]]
    """Class of personal data: its attributes."""
    scope_attributes: list[ScopeAttribute]
    my_attributes: list[str]
    """Attributes that some person has: what `my.…` may name."""


class RoleName(BaseModel):
    """A role by name."""

    role_id: str
    name: str
    scope: str | None = None
    """Told to those who may read roles."""


class FieldInRoleAnswer(BaseModel):
    """What one role makes of a field."""

    role: RoleName
    mask: str
    reason: Literal["reads_no_customers", "denied", "attribute", "class", "default", "open"]
    entry: str | None
    """The entry of the role's masks that says so."""
    is_held: bool
    """Whether the caller holds the role."""


class FieldExplanation(BaseModel):
    """Who can see a field, and why."""

    field: str
    pii_class: str
    yours: str
    """How it shows to the caller, at best."""
    policy: str | None
    may_search: bool
    """Whether the caller may filter and sort by it."""
    roles: list[FieldInRoleAnswer]


class PermissionAnswer(BaseModel):
    """One permission of a person."""

    verb: str
    kind: str
    is_allowed: bool
    via: list[str]
    denied_by: list[str]


class MaskAnswer(BaseModel):
    """How a class or attribute shows, at best."""

    name: str
    mask: str
    policy: str | None
    via: list[str]


class EffectiveAccess(BaseModel):
    """What the roles of a person come to."""

    user_id: str
    name: str
    version: int | None
    """Of the account: what `If-Match` wants when its roles are changed. Null for what is no person's account."""
    roles: list[RoleName]
    deny_scopes: list[RoleName]
    """Roles that keep customers from the person, with the rule as scope."""
    permissions: list[PermissionAnswer]
    classes: list[MaskAnswer]
    attributes: list[MaskAnswer]


class VerbPolicy(BaseModel):
    """Who may do one thing with a kind of resource."""

    verb: str
    allowed: list[RoleName]
    denied: list[RoleName]


class KindPolicy(BaseModel):
    """Who may add, see, change and remove one kind of resource: from the roles as they are."""

    kind: str
    verbs: list[VerbPolicy]
    has_row_scopes: bool
    """Whether the row scope of a role narrows it to the customers that the role admits."""


_OF_CUSTOMERS = ("customer", "note", "task", "tag", "file", "identity")


@router.get("/vocabulary")
def get_vocabulary(call: CallDep) -> Vocabulary:
    """What roles are made of: verbs, kinds of resources, masks, classes of personal data, attributes."""
    call.access.require("read", "role")
    members: dict[str, list[str]] = {kind: [] for kind in PiiClass}
    for name, kind in CLASS_OF.items():
        members[kind].append(name)
    with call.read() as connection:
        people = connection.scalars(sa.select(_user_account.c.attributes))
        mine = sorted({name for held in people for name in held or {}})
        attributes = searchable_attributes(connection)
    return Vocabulary(
        verbs=list(VERBS),
        kinds={kind: list(verbs) for kind, verbs in KINDS.items()},
        masks=[*Mask, DENIED],
        classes=members,
        scope_attributes=[ScopeAttribute(name=each.name, type=each.type, is_fast=each.is_fast) for each in attributes],
        my_attributes=mine,
    )


@router.get("/explain")
def explain_a_field(
    call: CallDep,
    field: Annotated[str, Query(min_length=1, max_length=200, examples=["email", "text:remarks", *BODIES])],
) -> FieldExplanation:
    """Who can see a field and why. Who may not read roles is told of their own."""
    held = _held(call)
    with call.read() as connection:
        explained = explain_field(connection, field)
    sees_all = call.access.may("read", "role")
    yours = call.access.field(field)
    return FieldExplanation(
        field=field,
        pii_class=class_of(field),
        yours=yours.mask,
        policy=yours.policy,
        may_search=call.access.may_search(field),
        roles=[_in_role(call, each, held) for each in explained.roles if sees_all or each.role.role_id in held],
    )


@router.get("/effective")
def explain_effective_access(
    call: CallDep,
    user: Annotated[str | None, Query(max_length=100, description="Whose; your own where absent.")] = None,
) -> EffectiveAccess:
    """What the roles of a person come to, and which role gives what."""
    user_id = user or call.actor.actor_id
    if user_id != call.actor.actor_id:
        call.access.require("read", "role")
    with call.read() as connection:
        found = connection.execute(sa.select(_user_account).where(_user_account.c.user_id == user_id)).first()
        if user_id == call.actor.actor_id:
            version = found.version if found else None
            return _effective(user_id, call.actor.name, version, explain_person(call.access))
        if found is None:
            raise NotFound("no such user", hint="List them: GET /api/v1/users")
        access = load_access(connection, Actor(user_id, "user", found.display_name, None, found.attributes or {}))
    return _effective(user_id, found.display_name, found.version, explain_person(access))


@router.get("/policy")
def get_policy(call: CallDep) -> list[KindPolicy]:
    """Who may add, see, change and remove what: one page per kind of resource, from the roles as they are."""
    with call.read() as connection:
        roles = list_roles(connection)
    return [
        KindPolicy(
            kind=kind,
            verbs=[
                VerbPolicy(
                    verb=each.verb,
                    allowed=[_named(call, role) for role in each.allowed],
                    denied=[_named(call, role) for role in each.denied],
                )
                for each in holders
            ],
            has_row_scopes=kind in _OF_CUSTOMERS,
        )
        for kind, holders in explain_kinds(roles).items()
    ]


def _held(call: Call) -> set[str]:
    return {role.role_id for layer in call.access.layers for role in layer.roles}


def _named(call: Call, role: Role) -> RoleName:
    return RoleName(role_id=role.role_id, name=role.name, scope=role.scope if call.access.may("read", "role") else None)


def _in_role(call: Call, each: FieldInRole, held: set[str]) -> FieldInRoleAnswer:
    return FieldInRoleAnswer(
        role=_named(call, each.role),
        mask=each.mask,
        reason=each.reason,
        entry=each.entry,
        is_held=each.role.role_id in held,
    )


def _effective(user_id: str, name: str, version: int | None, effective: Effective) -> EffectiveAccess:
    return EffectiveAccess(
        user_id=user_id,
        name=name,
        version=version,
        roles=[RoleName(role_id=each.role_id, name=each.name, scope=each.scope) for each in effective.roles],
        deny_scopes=[
            RoleName(role_id=each.role_id, name=each.name, scope=each.deny_scope)
            for each in effective.roles
            if each.deny_scope is not None
        ],
        permissions=[
            PermissionAnswer(
                verb=each.verb,
                kind=each.kind,
                is_allowed=each.is_allowed,
                via=list(each.via),
                denied_by=list(each.denied_by),
            )
            for each in effective.permissions
        ],
        classes=[
            MaskAnswer(name=name, mask=field.mask, policy=field.policy, via=list(field.via))
            for name, field in effective.classes.items()
        ],
        attributes=[
            MaskAnswer(name=name, mask=field.mask, policy=field.policy, via=list(field.via))
            for name, field in effective.attributes.items()
        ],
    )

"""Why somebody sees what they see: by field, by person, by kind of resource. Pure, over roles as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from onefold.access.classes import PiiClass, class_of
from onefold.access.masks import Mask
from onefold.access.model import (
    DENIED,
    KINDS,
    READ_CUSTOMERS,
    Access,
    FieldAccess,
    Layer,
    Role,
)
from onefold.access.roles import list_roles

Reason = Literal["reads_no_customers", "denied", "attribute", "class", "default", "open"]
"""Why a role shows a field as it does: it may not read customers; it denies the field; it masks this attribute, its
class, everything not named; nothing masks it."""


@dataclass(frozen=True)
class FieldInRole:
    """What one role makes of a field."""

    role: Role
    mask: Mask
    reason: Reason
    entry: str | None
    """The entry of the role's masks that says so."""


@dataclass(frozen=True)
class FieldExplained:
    """Who can see a field, and why."""

    attribute: str
    pii_class: PiiClass
    roles: tuple[FieldInRole, ...]


@dataclass(frozen=True)
class PermissionExplained:
    """What a person may do, and which role gives it."""

    verb: str
    kind: str
    is_allowed: bool
    via: tuple[str, ...]
    """The roles that allow it."""
    denied_by: tuple[str, ...]


@dataclass(frozen=True)
class Effective:
    """What the roles of one person come to."""

    roles: tuple[Role, ...]
    permissions: tuple[PermissionExplained, ...]
    """Everything that some role allows or denies."""
    classes: Mapping[PiiClass, FieldAccess]
    """How fields of each class show, at best."""
    attributes: Mapping[str, FieldAccess]
    """The same for attributes that some role names."""


@dataclass(frozen=True)
class Holders:
    """The roles that may do something with a kind of resource."""

    verb: str
    allowed: tuple[Role, ...]
    denied: tuple[Role, ...]


def explain_field(connection: sa.Connection, attribute: str) -> FieldExplained:
    """For every role: whether it shows a field, how, and why."""
    roles = tuple(explain_in_role(role, attribute) for role in list_roles(connection))
    return FieldExplained(attribute, class_of(attribute), roles)


def explain_in_role(role: Role, attribute: str) -> FieldInRole:
    """What a role by itself makes of a field."""
    mask, entry = role.mask_of(attribute)
    if entry is not None and role.masks[entry] == DENIED:
        return FieldInRole(role, mask, "denied", entry)
    if not role.allows(READ_CUSTOMERS) or role.denies(READ_CUSTOMERS):
        return FieldInRole(role, Mask.HIDDEN, "reads_no_customers", None)
    if entry is None:
        return FieldInRole(role, mask, "open", None)
    return FieldInRole(role, mask, _reason_of(entry), entry)


def explain_person(access: Access) -> Effective:
    """What the roles of a person come to, and which role gives what."""
    roles = tuple(role for layer in access.layers for role in layer.roles)
    named = {name for role in roles for name in role.masks if not name.startswith("pii:") and name != "*"}
    return Effective(
        roles,
        tuple(_permissions(access, roles)),
        {kind: access.field(f"pii:{kind}") for kind in PiiClass},
        {name: access.field(name) for name in sorted(named)},
    )


def explain_kinds(roles: Sequence[Role]) -> dict[str, tuple[Holders, ...]]:
    """The policy of every kind of resource: who may do what with it."""
    return {
        kind: tuple(
            Holders(
                verb,
                tuple(role for role in roles if role.allows((verb, kind)) and not role.denies((verb, kind))),
                tuple(role for role in roles if role.denies((verb, kind))),
            )
            for verb in verbs
        )
        for kind, verbs in KINDS.items()
    }


def access_of_role(access: Access, role: Role, my: Mapping[str, object]) -> Access:
    """What somebody who holds just this role would see, as far as the actor of ``access`` may see it."""
    return access.narrowed(Layer((role,), my))


def _permissions(access: Access, roles: Sequence[Role]) -> list[PermissionExplained]:
    found = []
    for kind, verbs in KINDS.items():
        for verb in verbs:
            via = tuple(role.name for role in roles if role.allows((verb, kind)))
            denied_by = tuple(role.name for role in roles if role.denies((verb, kind)))
            if via or denied_by:
                found.append(PermissionExplained(verb, kind, access.may(verb, kind), via, denied_by))
    return found


def _reason_of(entry: str) -> Reason:
    if entry == "*":
        return "default"
    return "class" if entry.startswith("pii:") else "attribute"

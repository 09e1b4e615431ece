"""Roles, who holds them, and why somebody sees what they see."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import (
    KINDS,
    OWNER,
    SHIPPED,
    Role,
    count_holders,
    get_role,
    list_roles,
)
from onefold.access.role_changes import (
    RoleDraft,
    assign_roles,
    change_role,
    checked_role,
    create_role,
    delete_role,
)
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.paging import PageOf
from onefold.profiles.attributes import summary_column
from onefold.profiles.preview import Preview, preview_role

router = APIRouter(tags=["roles"])

_RULE = Field(None, max_length=8000, examples=['region in my.regions and not (tier = "private")'])


class RoleBody(BaseModel):
    """A role as somebody wants it to be."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, examples=["Sales"])
    description: str = Field("", max_length=2000)
    permissions: dict[str, list[str]] = Field(default_factory=dict, examples=[{"customer": ["read"]}])
    """Resource kind: verbs."""
    denials: dict[str, list[str]] = Field(default_factory=dict)
    """Resource kind: verbs that nobody who holds the role may do, whatever other roles allow."""
    scope: str | None = _RULE
    """Which customers it admits; all where absent."""
    deny_scope: str | None = _RULE
    """Customers that nobody who holds the role may know of."""
    masks: dict[str, str] = Field(default_factory=dict, examples=[{"pii:contact": "masked", "text:remarks": "hidden"}])
    """Attribute, `pii:<class>` or `*`: none, last_four, masked, hashed, hidden or denied."""

    def draft(self) -> RoleDraft:
        """For ``access``."""
        return RoleDraft(**self.model_dump())


class RoleAnswer(RoleBody):
    """A role as it is."""

    role_id: str
    is_shipped: bool
    is_editable: bool
    """Whether the caller may change it; of a shipped one, its scopes and masks."""
    holders: int
    version: int
    original: RoleBody | None = None
    """Of a shipped role: as it shipped."""


class RolesBody(BaseModel):
    """The roles that somebody is to hold."""

    model_config = ConfigDict(extra="forbid")

    roles: list[str] = Field(max_length=100, examples=[["agent", "analyst"]])


class RolesAnswer(BaseModel):
    """The roles that somebody holds."""

    user_id: str
    roles: list[str]


class PreviewBody(BaseModel):
    """A drafted role, and the attributes of an imagined person who holds it."""

    model_config = ConfigDict(extra="forbid")

    role: RoleBody
    my: dict[str, str | list[str]] = Field(default_factory=dict, max_length=50, examples=[{"regions": ["Attica"]}])
    sample: int = Field(5, ge=0, le=20)


class FieldAnswer(BaseModel):
    """How a field shows."""

    name: str
    mask: str
    policy: str | None = None
    value: Any = None
    is_limited: bool = False
    """The caller may see less of it than the role."""


class SampleCustomer(BaseModel):
    """One customer as the role sees it."""

    customer_id: str
    fields: list[FieldAnswer]


class PreviewAnswer(BaseModel):
    """What somebody with the role would see."""

    visible: int
    total: int
    customers: list[SampleCustomer]
    fields: list[FieldAnswer]


@router.get("/roles")
def list_all_roles(call: CallDep) -> PageOf[RoleAnswer]:
    """All roles: shipped ones first."""
    call.access.require("read", "role")
    with call.read() as connection:
        return PageOf(items=_answers(call, connection, list_roles(connection)))


@router.post("/roles", status_code=201, response_model=RoleAnswer)
def create_a_role(call: CallDep, body: RoleBody) -> Response:
    """Make a role."""

    def action(connection: sa.Connection) -> BaseModel:
        return _answer(call, connection, create_role(connection, call.access, body.draft(), summary_column))

    return call.create(action)


@router.post("/roles/preview")
def preview_a_role(call: CallDep, body: PreviewBody) -> PreviewAnswer:
    """What somebody who holds just this role would see, as far as you may see it yourself."""
    call.access.require("read", "role")
    role = checked_role(body.role.draft(), summary_column, role_id="draft")
    with call.read() as connection:
        return _previewed(preview_role(connection, call.access, role, body.my, summary_column, sample=body.sample))


@router.get("/roles/{role_id}")
def get_a_role(call: CallDep, role_id: str, response: Response) -> RoleAnswer:
    """One role."""
    call.access.require("read", "role")
    with call.read() as connection:
        answer = _answer(call, connection, get_role(connection, role_id))
    set_etag(response, answer.version)
    return answer


@router.put("/roles/{role_id}")
def change_a_role(call: CallDep, role_id: str, body: RoleBody, response: Response) -> RoleAnswer:
    """Change a role; of a shipped one its scopes and masks. Needs `If-Match`."""
    version = call.expected_version()
    with call.write() as connection:
        changed = change_role(connection, call.access, role_id, body.draft(), summary_column, version=version)
        answer = _answer(call, connection, changed)
    set_etag(response, answer.version)
    return answer


@router.delete("/roles/{role_id}", status_code=204)
def delete_a_role(call: CallDep, role_id: str) -> None:
    """Delete a role of your own making; whoever held it holds it no more. Needs `If-Match`."""
    version = call.expected_version()
    with call.write() as connection:
        delete_role(connection, call.access, role_id, version=version)


@router.put("/users/{user_id}/roles")
def assign_user_roles(call: CallDep, user_id: str, body: RolesBody, response: Response) -> RolesAnswer:
    """Give somebody exactly these roles. Needs `If-Match` with the version of the account."""
    version = call.expected_version()
    with call.write() as connection:
        held = assign_roles(connection, call.access, user_id, body.roles, version=version)
    set_etag(response, version + 1)
    return RolesAnswer(user_id=user_id, roles=[role.role_id for role in held])


def _answers(call: Call, connection: sa.Connection, roles: list[Role]) -> list[RoleAnswer]:
    holders = count_holders(connection)
    return [_shown(call, role, holders.get(role.role_id, 0)) for role in roles]


def _answer(call: Call, connection: sa.Connection, role: Role) -> RoleAnswer:
    return _answers(call, connection, [role])[0]


def _shown(call: Call, role: Role, holders: int) -> RoleAnswer:
    access = call.access
    is_own = any(held.role_id == role.role_id for layer in access.layers for held in layer.roles)
    may_edit = access.may("update", "role") and role.role_id != OWNER and (access.is_owner or not is_own)
    original = SHIPPED.get(role.role_id)
    return RoleAnswer(
        role_id=role.role_id,
        is_shipped=role.is_shipped,
        is_editable=may_edit,
        holders=holders,
        version=role.version,
        original=RoleBody(**_body(original)) if original else None,
        **_body(role),
    )


def _body(role: Role) -> dict[str, Any]:
    return {
        "name": role.name,
        "description": role.description,
        "permissions": _meaningful(role.permissions),
        "denials": _meaningful(role.denials),
        "scope": role.scope,
        "deny_scope": role.deny_scope,
        "masks": dict(role.masks),
    }


def _meaningful(permissions: Any) -> dict[str, list[str]]:
    """The verbs that mean something for their kind: the owner has all others too."""
    return {kind: [verb for verb in KINDS[kind] if verb in verbs] for kind, verbs in permissions.items()}


def _previewed(preview: Preview) -> PreviewAnswer:
    return PreviewAnswer(
        visible=preview.visible,
        total=preview.total,
        customers=[
            SampleCustomer(
                customer_id=customer_id,
                fields=[
                    FieldAnswer(
                        name=each.name,
                        mask=each.mask,
                        policy=each.policy,
                        value=each.value,
                        is_limited=each.is_limited,
                    )
                    for each in fields
                ],
            )
            for customer_id, fields in preview.customers
        ],
        fields=[FieldAnswer(name=name, mask=field.mask, policy=field.policy) for name, field in preview.fields],
    )

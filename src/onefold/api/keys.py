"""API keys of programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from onefold.access.accounts import ApiKey, change_key, create_key, get_key, list_keys, revoke_key
from onefold.api.call import Call, CallDep, set_etag
from onefold.errors import NotFound

router = APIRouter(prefix="/keys", tags=["keys"])

Permissions = Annotated[
    list[tuple[str, str]],
    Field(max_length=200, description="Verb and resource kind.", examples=[[["read", "customer"]]]),
]
KeyName = Annotated[str, Field(max_length=200, examples=["nightly export"])]


class KeyOut(BaseModel):
    """A key, without its secret."""

    key_id: str
    name: str
    prefix: str
    """How the secret begins."""
    user_id: str
    """Whose it is; it never may more than they may."""
    permissions: list[tuple[str, str]] | None
    """Only these; all that its person may where null."""
    role_id: str | None
    """It sees no more than this role."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_address: str | None
    version: int


class Keys(BaseModel):
    """All keys asked for."""

    items: list[KeyOut]


class NewKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(extra="forbid")

    name: KeyName
    permissions: Permissions | None = None
    role_id: Annotated[str, Field(max_length=100)] | None = None
    expires_at: AwareDatetime | None = None


class MadeKey(KeyOut):
    """A key with its secret, which is shown once."""

    secret: str | None


class KeyChange(BaseModel):
    """What to change; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    name: KeyName | None = None
    permissions: Permissions | None = None
    expires_at: AwareDatetime | None = None


@router.get("")
def get_keys(
    call: CallDep, everybody: Annotated[bool, Query(description="Everybody's; mine where false.")] = False
) -> Keys:
    """Keys, the newest first."""
    call.access.require("administer" if everybody else "read", "key")
    with call.read() as connection:
        found = list_keys(connection, user_id=None if everybody else call.actor.actor_id)
    return Keys(items=[KeyOut(**_facts(key)) for key in found])


@router.post("", status_code=201, response_model=MadeKey)
def post_key(call: CallDep, new: NewKey) -> Response:
    """Make a key; the answer is the only place where its secret is shown."""

    def make(connection: sa.Connection) -> MadeKey:
        key, secret = create_key(
            connection,
            call.access,
            name=new.name,
            permissions=new.permissions,
            role_id=new.role_id,
            expires_at=new.expires_at,
        )
        return MadeKey(**_facts(key), secret=secret)

    return call.create(make, shown_once=["secret"])


@router.get("/{key_id}")
def get_one(call: CallDep, key_id: str, response: Response) -> KeyOut:
    """One key."""
    key = _visible(call, key_id)
    set_etag(response, key.version)
    return KeyOut(**_facts(key))


@router.patch("/{key_id}")
def patch_key(call: CallDep, key_id: str, change: KeyChange, response: Response) -> KeyOut:
    """Change name, permissions or expiry."""
    expected = call.expected_version()
    _visible(call, key_id)
    values = change.model_dump(exclude_unset=True)
    if values.get("name", "") is None:
        del values["name"]
    with call.write() as connection:
        key = change_key(connection, call.access, key_id, values=values, expected_version=expected)
    set_etag(response, key.version)
    return KeyOut(**_facts(key))


@router.delete("/{key_id}", status_code=204)
def delete_key(call: CallDep, key_id: str) -> None:
    """Make a key void."""
    _visible(call, key_id)
    with call.write() as connection:
        revoke_key(connection, call.access, key_id)


def _visible(call: Call, key_id: str) -> ApiKey:
    """A key of one's own, or anybody's for who administers them; others' do not exist."""
    call.access.require("read", "key")
    with call.read() as connection:
        key = get_key(connection, key_id)
    if key.user_id != call.actor.actor_id and not call.access.may("administer", "key"):
        raise NotFound("no such key", hint="It may have been revoked.")
    return key


def _facts(key: ApiKey) -> dict[str, Any]:
    return {**vars(key), "permissions": None if key.permissions is None else list(key.permissions)}

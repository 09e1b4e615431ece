"""API keys: named, scoped, expiring, kept as hashes. A key never may more than the person whose key it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from onefold.access.accounts.model import ApiKey
from onefold.access.accounts.tables import api_key, user_account
from onefold.access.accounts.tokens import new_token, token_hash
from onefold.access.accounts.users import clean_name
from onefold.access.audit import record_audit
from onefold.access.model import KINDS, Access, Permission
from onefold.access.roles import get_role
from onefold.errors import InvalidInput, NotAllowed, NotFound, OnefoldError, Stale
from onefold.kernel import new_id, utc_now
from onefold.storage import AppDatabase, aware

PREFIX = "ofk_"
_SHOWN = 12
_HOLDER = (
    sa.select(api_key, user_account.c.attributes)
    .join_from(api_key, user_account, api_key.c.user_id == user_account.c.user_id)
    .where(api_key.c.secret_hash == sa.bindparam("secret_hash"), user_account.c.state == "active")
)
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class KeyHolder:
    """A key in use and the person whose it is."""

    key: ApiKey
    attributes: dict[str, Any]


def create_key(
    connection: sa.Connection,
    access: Access,
    *,
    name: str,
    permissions: Sequence[Permission] | None,
    role_id: str | None = None,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key of the person who asks; returns it with its secret, which is shown once.

    Raises:
        NotAllowed: the actor may not, or is no person.
        InvalidInput: an unknown permission, or an expiry in the past.
    """
    access.require("create", "key")
    if access.actor.kind != "user":
        raise NotAllowed("only a person can have keys", hint="Sign in with a browser and make it there.")
    moment = utc_now()
    if expires_at is not None and expires_at <= moment:
        raise InvalidInput("the expiry is in the past")
    if role_id is not None:
        get_role(connection, role_id)
    secret = PREFIX + new_token()
    key_id = new_id("key")
    connection.execute(
        api_key.insert().values(
            key_id=key_id,
            secret_hash=token_hash(secret),
            prefix=secret[:_SHOWN],
            name=clean_name(name),
            user_id=access.actor.actor_id,
            permissions=_checked(permissions),
            role_id=role_id,
            created_at=moment,
            expires_at=expires_at,
            version=1,
        )
    )
    facts = {"permissions": _checked(permissions), "role_id": role_id}
    record_audit(connection, access, "key.create", "key", key_id, facts)
    return get_key(connection, key_id), secret


def list_keys(connection: sa.Connection, *, user_id: str | None = None) -> list[ApiKey]:
    """Keys, of one person or of all, the newest first."""
    query = sa.select(api_key).order_by(api_key.c.created_at.desc(), api_key.c.key_id)
    if user_id is not None:
        query = query.where(api_key.c.user_id == user_id)
    return [_key(row) for row in connection.execute(query)]


def get_key(connection: sa.Connection, key_id: str) -> ApiKey:
    """One key.

    Raises:
        NotFound: there is none of this id.
    """
    row = connection.execute(sa.select(api_key).where(api_key.c.key_id == key_id)).first()
    if row is None:
        raise NotFound("no such key", hint="It may have been revoked.")
    return _key(row)


def change_key(
    connection: sa.Connection, access: Access, key_id: str, *, values: dict[str, Any], expected_version: int
) -> ApiKey:
    """Change name, permissions or expiry of a key.

    Raises:
        Stale: somebody changed it after the caller read it.
    """
    _require_touch(access, get_key(connection, key_id), "update")
    known = {name: values[name] for name in ("name", "permissions", "expires_at") if name in values}
    if "name" in known:
        known["name"] = clean_name(known["name"])
    if "permissions" in known:
        known["permissions"] = _checked(known["permissions"])
    mine = (api_key.c.key_id == key_id) & (api_key.c.version == expected_version)
    if connection.execute(sa.update(api_key).where(mine).values(**known, version=expected_version + 1)).rowcount != 1:
        raise Stale("somebody changed this key meanwhile", hint="Read it again, then decide.")
    record_audit(connection, access, "key.update", "key", key_id, {"changed": sorted(known)})
    return get_key(connection, key_id)


def revoke_key(connection: sa.Connection, access: Access, key_id: str) -> None:
    """Make a key void, at once and for ever."""
    _require_touch(access, get_key(connection, key_id), "delete")
    connection.execute(sa.delete(api_key).where(api_key.c.key_id == key_id))
    record_audit(connection, access, "key.revoke", "key", key_id)


def find_key(connection: sa.Connection, secret: str, *, now: datetime | None = None) -> KeyHolder | None:
    """The key of a secret; None if it is unknown or expired, or its person may not sign in."""
    row = connection.execute(_HOLDER, {"secret_hash": token_hash(secret[:200])}).first()
    if row is None or (row.expires_at is not None and aware(row.expires_at) <= (now or utc_now())):
        return None
    return KeyHolder(_key(row), row.attributes)


def see_key(database: AppDatabase, key: ApiKey, address: str | None, *, now: datetime | None = None) -> None:
    """Note that a key is used, once a minute at most."""
    moment = now or utc_now()
    if key.last_used_at is not None and moment - key.last_used_at < _USED_EVERY and key.last_used_address == address:
        return
    try:
        with database.write(patience_seconds=0) as connection:
            connection.execute(
                sa.update(api_key)
                .where(api_key.c.key_id == key.key_id)
                .values(last_used_at=moment, last_used_address=address)
            )
    except OnefoldError:
        return  # another request with the same key noted it, or somebody writes: the next one does


def require_read(access: Access, *, user_id: str | None) -> str | None:
    """Whose keys the actor may list: everybody's (None) with permission to administer, else their own."""
    if user_id == access.actor.actor_id:
        return user_id
    access.require("administer", "key")
    return user_id


def _require_touch(access: Access, key: ApiKey, verb: str) -> None:
    access.require(verb, "key")
    if key.user_id != access.actor.actor_id:
        access.require("administer", "key")


def _checked(permissions: Sequence[Permission] | None) -> list[list[str]] | None:
    if permissions is None:
        return None
    for verb, kind in permissions:
        if verb not in KINDS.get(kind, ()):
            raise InvalidInput(f"there is no permission to {verb} {kind}"[:200], hint="GET /api/v1/me lists yours.")
    return sorted([verb, kind] for verb, kind in set(map(tuple, permissions)))


def _key(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        prefix=row.prefix,
        name=row.name,
        user_id=row.user_id,
        permissions=None if row.permissions is None else tuple((verb, kind) for verb, kind in row.permissions),
        role_id=row.role_id,
        created_at=aware(row.created_at),
        expires_at=aware(row.expires_at) if row.expires_at else None,
        last_used_at=aware(row.last_used_at) if row.last_used_at else None,
        last_used_address=row.last_used_address,
        version=row.version,
    )

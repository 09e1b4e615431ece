"""People's accounts: reading them, inviting, changing, disabling.

Nobody but an owner touches an owner, and one active owner always remains.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access.accounts.model import State, User
from onefold.access.accounts.sessions import end_sessions
from onefold.access.accounts.tables import user_account
from onefold.access.accounts.tokens import Purpose, mint_link_token, revoke_link_tokens
from onefold.access.audit import record_audit
from onefold.access.model import Access
from onefold.access.role_changes import check_owner_remains, require_assignment, require_widening
from onefold.access.roles import get_role, owners
from onefold.access.shipped import OWNER
from onefold.access.tables import user_role
from onefold.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale
from onefold.kernel import new_id, utc_now
from onefold.storage import aware

_EMAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>\"(),:;\\\[\]/\x00-\x1f\x7f]{1,189}")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,40}")
_LONGEST_NAME, _LONGEST_VALUE, _MOST_VALUES = 200, 200, 200
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class UserChange:
    """What to change of a user; None: leave as it is."""

    email: str | None = None
    display_name: str | None = None
    state: State | None = None
    roles: Collection[str] | None = None
    attributes: Mapping[str, Any] | None = None


def fold_email(email: str) -> str:
    """An e-mail address as accounts are found by it.

    Raises:
        InvalidInput: it is not one.
    """
    folded = unicodedata.normalize("NFC", email).strip().lower()
    if len(folded) > 254 or not _EMAIL.fullmatch(folded):
        raise InvalidInput("this is not an e-mail address", hint="Write it like ana@example.com.")
    return folded


def clean_name(name: str) -> str:
    """A person's name in any script, without characters that only confuse.

    Raises:
        InvalidInput: nothing is left, or it is too long.
    """
    text = _OVERRIDES.sub("", unicodedata.normalize("NFC", name))
    text = " ".join("".join(letter for letter in text if unicodedata.category(letter) != "Cc").split())
    if not 0 < len(text) <= _LONGEST_NAME:
        raise InvalidInput(f"a name has 1 to {_LONGEST_NAME} characters")
    return text


def clean_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """What ``my.…`` means for a person: names to a text or a list of texts.

    Raises:
        InvalidInput: it is something else.
    """
    hint = 'Such as {"regions": ["North", "South"], "department": "sales"}.'
    if len(attributes) > 50:
        raise InvalidInput("a person has at most 50 attributes", hint=hint)
    for name, value in attributes.items():
        values = value if isinstance(value, list) else [value]
        is_text = all(isinstance(one, str) and len(one) <= _LONGEST_VALUE and "\x00" not in one for one in values)
        if not _ATTRIBUTE.fullmatch(name) or not is_text or len(values) > _MOST_VALUES:
            raise InvalidInput(f"{name[:40]!r} is not an attribute with a text or a list of texts", hint=hint)
    return dict(attributes)


def list_users(connection: sa.Connection, *, limit: int, after: str | None = None, q: str | None = None) -> list[User]:
    """Users by e-mail address, beginning after one."""
    query = sa.select(user_account).order_by(user_account.c.email).limit(limit)
    if after is not None:
        query = query.where(user_account.c.email > after)
    if q:
        text = q.strip().lower()
        name = sa.func.lower(user_account.c.display_name)
        query = query.where(name.contains(text, autoescape=True) | user_account.c.email.contains(text, autoescape=True))
    return _users(connection, connection.execute(query).all())


def get_user(connection: sa.Connection, user_id: str) -> User:
    """One user.

    Raises:
        NotFound: there is none of this id.
    """
    rows = connection.execute(sa.select(user_account).where(user_account.c.user_id == user_id)).all()
    if not rows:
        raise NotFound("no such user", hint="List them: GET /api/v1/users, or onefold user list.")
    return _users(connection, rows)[0]


def find_user(connection: sa.Connection, email: str) -> User | None:
    """The user with an e-mail address, where there is one."""
    rows = connection.execute(sa.select(user_account).where(user_account.c.email == fold_email(email))).all()
    return _users(connection, rows)[0] if rows else None


def has_active_owner(connection: sa.Connection) -> bool:
    """Whether somebody who may do everything can sign in. Promises nothing for later: ``check_owner_remains`` does."""
    ids = owners(connection)
    query = sa.select(sa.func.count()).where(
        user_account.c.user_id.in_(ids),
        user_account.c.state == "active",
        user_account.c.password_hash.is_not(None) | user_account.c.sign_on_subject.is_not(None),
    )
    return bool(connection.scalar(query))


def add_user(
    connection: sa.Connection,
    *,
    email: str,
    display_name: str,
    state: State,
    roles: Sequence[str],
    attributes: Mapping[str, Any] | None = None,
    password_hash: str | None = None,
    preferences: Mapping[str, Any] | None = None,
) -> User:
    """Add an account; who may is decided by the caller.

    Raises:
        Conflict: somebody has this e-mail address.
        NotFound: no such role.
    """
    folded = fold_email(email)
    if find_user(connection, folded) is not None:
        raise Conflict(
            "somebody has this e-mail address already", hint="Change that account instead.", reason="address_taken"
        )
    for role_id in roles:
        get_role(connection, role_id)
    user_id = new_id("usr")
    connection.execute(
        user_account.insert().values(
            user_id=user_id,
            email=folded,
            display_name=clean_name(display_name),
            state=state,
            password_hash=password_hash,
            recovery_hashes=[],
            attributes=clean_attributes(attributes or {}),
            preferences=dict(preferences or {}),
            version=1,
            created_at=utc_now(),
        )
    )
    _set_roles(connection, user_id, roles)
    return get_user(connection, user_id)


def invite_user(
    connection: sa.Connection,
    access: Access,
    *,
    email: str,
    display_name: str,
    roles: Sequence[str],
    attributes: Mapping[str, Any] | None = None,
) -> tuple[User, str]:
    """Invite somebody; returns the account and the token of the link by which they come in.

    Raises:
        NotAllowed: the actor may not, or may not give these roles.
        Conflict: somebody has this e-mail address.
    """
    access.require("create", "user")
    _require_grant(access, set(roles))
    user = add_user(
        connection, email=email, display_name=display_name, state="invited", roles=roles, attributes=attributes
    )
    token = mint_link_token(connection, "invitation", user.user_id)
    record_audit(connection, access, "user.invite", "user", user.user_id, {"roles": sorted(roles)})
    return user, token


def new_link(connection: sa.Connection, access: Access, user_id: str) -> tuple[User, str]:
    """A new link for somebody: of invitation for the invited, to a new password for the others.

    Raises:
        NotAllowed: the actor may not touch this account.
        Conflict: the account is disabled.
    """
    user = _touchable(connection, access, user_id)
    if user.state == "disabled":
        raise Conflict("this account is disabled", hint="Enable it first.")
    purpose: Purpose = "invitation" if user.state == "invited" else "reset"
    token = mint_link_token(connection, purpose, user_id)
    record_audit(connection, access, f"user.{purpose}_link", "user", user_id)
    return user, token


def update_user(
    connection: sa.Connection, access: Access, user_id: str, change: UserChange, *, expected_version: int
) -> User:
    """Change an account; who is disabled is signed out everywhere.

    Raises:
        Stale: somebody changed it after the caller read it.
        NotAllowed: the actor may not, or may not give these roles.
        Conflict: the e-mail address is another's, or nobody would be owner any more.
    """
    user = _touchable(connection, access, user_id)
    values: dict[str, Any] = {}
    if change.email is not None and (email := fold_email(change.email)) != user.email:
        if find_user(connection, email) is not None:
            raise Conflict("somebody has this e-mail address already", reason="address_taken")
        values |= {"email": email, "sign_on_subject": None}
    if change.display_name is not None:
        values["display_name"] = clean_name(change.display_name)
    if change.attributes is not None:
        values["attributes"] = clean_attributes(change.attributes)
        if values["attributes"] != user.attributes:
            require_widening(access, user_id)
    if change.state is not None and change.state != user.state:
        values["state"] = _next_state(user, change.state)
    roles = set(user.roles if change.roles is None else change.roles)
    _keep_an_owner(connection, user, values, roles)
    _raise_version(connection, user_id, expected_version, values)
    if change.roles is not None and roles != set(user.roles):
        require_assignment(access, user_id, roles ^ set(user.roles))
        for role_id in change.roles:
            get_role(connection, role_id)
        _set_roles(connection, user_id, change.roles)
    if "email" in values or values.get("state") == "disabled":
        end_sessions(connection, user_id)
        revoke_link_tokens(connection, user_id)
    changed = get_user(connection, user_id)
    record_audit(connection, access, "user.update", "user", user_id, _differences(user, changed))
    return changed


def delete_user(connection: sa.Connection, access: Access, user_id: str, *, expected_version: int) -> None:
    """Take an invitation back. Who ever signed in is disabled instead, so that what they did keeps a name.

    Raises:
        Conflict: the person has signed in.
        Stale: somebody changed it after the caller read it.
    """
    access.require("delete", "user")
    user = _touchable(connection, access, user_id, verb="delete")
    if user.state != "invited" or user.last_signed_in_at is not None:
        raise Conflict("this person has had access here", hint="Disable the account instead.", is_transient=False)
    _raise_version(connection, user_id, expected_version, {})
    connection.execute(sa.delete(user_role).where(user_role.c.user_id == user_id))
    connection.execute(sa.delete(user_account).where(user_account.c.user_id == user_id))
    record_audit(connection, access, "user.delete", "user", user_id)


def clear_second_factor(connection: sa.Connection, access: Access, user_id: str) -> User:
    """Remove the second factor of somebody who lost it; they are signed out everywhere."""
    _touchable(connection, access, user_id)
    values: dict[str, Any] = {"sealed_totp": None, "totp_step": None, "recovery_hashes": []}
    connection.execute(
        sa.update(user_account)
        .where(user_account.c.user_id == user_id)
        .values(**values, version=user_account.c.version + 1)
    )
    end_sessions(connection, user_id)
    record_audit(connection, access, "user.second_factor_clear", "user", user_id)
    return get_user(connection, user_id)


def change_preferences(connection: sa.Connection, user_id: str, preferences: Mapping[str, Any]) -> User:
    """Change what a person prefers; null forgets an entry."""
    user = get_user(connection, user_id)
    merged = {**user.preferences, **preferences}
    kept = {name: value for name, value in merged.items() if value is not None}
    connection.execute(
        sa.update(user_account)
        .where(user_account.c.user_id == user_id)
        .values(preferences=kept, version=user_account.c.version + 1)
    )
    return get_user(connection, user_id)


def require_touch(access: Access, user: User, *, verb: str = "update") -> None:
    """Go on only if the actor may act on this account.

    Raises:
        NotAllowed: no permission, or it is an owner's and the actor is none.
    """
    access.require(verb, "user")
    if OWNER in user.roles and not is_owner(access):
        raise NotAllowed("only an owner may change an owner's account", hint="Ask an owner.")


def is_owner(access: Access) -> bool:
    """Whether the actor holds the owner's role, unnarrowed."""
    if access.is_full:
        return True
    return (
        access.actor.kind == "user"
        and access.limits is None
        and bool(access.layers)
        and all(any(role.role_id == OWNER for role in layer.roles) for layer in access.layers)
    )


def _touchable(connection: sa.Connection, access: Access, user_id: str, *, verb: str = "update") -> User:
    access.require(verb, "user")
    user = get_user(connection, user_id)
    require_touch(access, user, verb=verb)
    return user


def _require_grant(access: Access, roles: set[str]) -> None:
    if not roles:
        return
    access.require("assign", "role")
    if OWNER in roles and not is_owner(access):
        raise NotAllowed("only an owner may give or take the owner's role", hint="Ask an owner.")


def _next_state(user: User, wanted: State) -> State:
    """Enabling gives back what was: who never had a way to sign in is invited again."""
    if wanted == "disabled":
        return "disabled"
    can_sign_in = user.has_password or user.sign_on_provider is not None
    return "active" if can_sign_in else "invited"


def _raise_version(connection: sa.Connection, user_id: str, expected: int, values: Mapping[str, Any]) -> None:
    done = connection.execute(
        sa.update(user_account)
        .where(user_account.c.user_id == user_id, user_account.c.version == expected)
        .values(**values, version=expected + 1)
    )
    if done.rowcount != 1:
        raise Stale("somebody changed this account meanwhile", hint="Read it again, then decide.")


def _keep_an_owner(connection: sa.Connection, before: User, values: Mapping[str, Any], roles: set[str]) -> None:
    """Refuse what would leave nobody who is an owner and can sign in.

    Called before anything is written, so that of two who dismiss each other at once one waits for the other.
    """
    was_owner = OWNER in before.roles and before.state == "active"
    loses_way_in = "sign_on_subject" in values and not before.has_password
    if was_owner and (OWNER not in roles or values.get("state", "active") != "active" or loses_way_in):
        check_owner_remains(connection, without=before.user_id)


def _set_roles(connection: sa.Connection, user_id: str, roles: Collection[str]) -> None:
    connection.execute(sa.delete(user_role).where(user_role.c.user_id == user_id))
    if roles:
        connection.execute(
            user_role.insert(), [{"user_id": user_id, "role_id": role_id} for role_id in sorted(set(roles))]
        )


def _differences(before: User, after: User) -> dict[str, Any]:
    """Names of what changed, with the values of what decides about access."""
    facts: dict[str, Any] = {
        name: getattr(after, name)
        for name in ("state", "roles", "attributes")
        if getattr(before, name) != getattr(after, name)
    }
    changed = [name for name in ("email", "display_name") if getattr(before, name) != getattr(after, name)]
    return {**facts, **({"changed": changed} if changed else {})}


def _users(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[User]:
    ids = [row.user_id for row in rows]
    held: dict[str, list[str]] = {user_id: [] for user_id in ids}
    query = sa.select(user_role).where(user_role.c.user_id.in_(ids)).order_by(user_role.c.role_id)
    for row in connection.execute(query):
        held[row.user_id].append(row.role_id)
    return [user_of(row, tuple(held[row.user_id])) for row in rows]


def user_of(row: sa.Row[Any], roles: tuple[str, ...] = ()) -> User:
    """A row of ``user_account`` as a user."""
    return User(
        user_id=row.user_id,
        email=row.email,
        display_name=row.display_name,
        state=row.state,
        roles=roles,
        attributes=row.attributes,
        preferences=row.preferences,
        has_password=row.password_hash is not None,
        has_second_factor=row.sealed_totp is not None,
        recovery_codes_left=len(row.recovery_hashes),
        sign_on_provider=row.sign_on_subject.partition(" ")[0] if row.sign_on_subject else None,
        version=row.version,
        created_at=aware(row.created_at),
        last_signed_in_at=aware(row.last_signed_in_at) if row.last_signed_in_at else None,
    )

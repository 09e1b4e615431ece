"""Making, changing and giving roles: one verb each, in the caller's transaction, audited and announced.

Nobody widens their own access: who is not an owner can neither change a role that they hold, nor their own roles, nor
who is an owner. Shipped roles keep their permissions; the owner's role keeps everything, and somebody always holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from onefold.access.audit import record_audit
from onefold.access.classes import PiiClass
from onefold.access.masks import Mask
from onefold.access.model import DENIED, KINDS, VERBS, Access, Role
from onefold.access.roles import get_role, list_roles, roles_of
from onefold.access.shipped import OWNER
from onefold.access.tables import role, user_role
from onefold.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale
from onefold.kernel import new_id, parse_rule, utc_now
from onefold.storage import Resolve, announce, compile_rule

MOST_ROLES = 500
LONGEST_NAME = 80

_user_account = sa.table(
    "user_account", *(sa.column(name) for name in ("user_id", "state", "password_hash", "sign_on_subject", "version"))
)


@dataclass(frozen=True)
class RoleDraft:
    """A role as somebody wants it to be."""

    name: str
    description: str = ""
    permissions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    denials: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scope: str | None = None
    deny_scope: str | None = None
    masks: Mapping[str, str] = field(default_factory=dict)


def checked_role(draft: RoleDraft, resolve: Resolve, *, role_id: str = "") -> Role:
    """The role that a draft describes.

    Args:
        draft: as somebody wrote it.
        resolve: knows the attributes that scopes may test and masks may name.
        role_id: of the role.

    Raises:
        InvalidInput: names the part (``field``) and, of a rule, the position.
    """
    name = " ".join(draft.name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"a role's name has 1 to {LONGEST_NAME} characters", field="name")
    return Role(
        role_id=role_id,
        name=name,
        description=draft.description.strip(),
        permissions=_checked_verbs(draft.permissions, "permissions"),
        denials=_checked_verbs(draft.denials, "denials"),
        scope=_checked_rule(draft.scope, resolve, "scope"),
        deny_scope=_checked_rule(draft.deny_scope, resolve, "deny_scope"),
        masks=_checked_masks(draft.masks),
    )


def create_role(connection: sa.Connection, access: Access, draft: RoleDraft, resolve: Resolve) -> Role:
    """Make a role of the company's own.

    Raises:
        InvalidInput: the draft is not a role.
        Conflict: another role has this name, or there are too many.
    """
    access.require("create", "role")
    made = checked_role(draft, resolve, role_id=new_id("rol"))
    _check_name(connection, made)
    connection.execute(role.insert().values(_row(made)))
    _tell(connection, access, "create", made, _facts(made))
    return made


def change_role(
    connection: sa.Connection, access: Access, role_id: str, draft: RoleDraft, resolve: Resolve, *, version: int
) -> Role:
    """Replace what a role says; of a shipped one the scopes and masks.

    Raises:
        NotFound: no such role.
        Stale: somebody changed it after ``version``.
        NotAllowed: it is the owner's, or one's own.
        InvalidInput: the draft is not a role, or changes what a shipped role does.
        Conflict: another role has this name.
    """
    access.require("update", "role")
    before = _current(connection, role_id, version)
    if role_id == OWNER:
        raise NotAllowed("the owner's role cannot be changed", hint="Copy another role and change the copy.")
    _refuse_own(access, role_id)
    made = replace(
        checked_role(draft, resolve, role_id=role_id), is_shipped=before.is_shipped, version=before.version + 1
    )
    if before.is_shipped and _fixed_part(made) != _fixed_part(before):
        raise InvalidInput(
            f"{before.name} ships with Onefold: only its scopes and masks can be changed",
            hint="Copy it, and change the copy.",
        )
    _check_name(connection, made)
    is_stored = connection.execute(
        role.update().where(role.c.role_id == role_id, role.c.version == version).values(_row(made))
    ).rowcount
    if not is_stored:
        connection.execute(role.insert().values(_row(made)))
    _tell(connection, access, "update", made, {"before": _facts(before), "after": _facts(made)})
    return made


def delete_role(connection: sa.Connection, access: Access, role_id: str, *, version: int) -> None:
    """Delete a role of the company's own; whoever held it holds it no more.

    Raises:
        NotFound: no such role.
        Stale: somebody changed it after ``version``.
        NotAllowed: it ships with Onefold, or is one's own.
    """
    access.require("delete", "role")
    found = _current(connection, role_id, version)
    if found.is_shipped:
        raise NotAllowed(f"{found.name} ships with Onefold and cannot be deleted", hint="Take it from its holders.")
    _refuse_own(access, role_id)
    connection.execute(role.delete().where(role.c.role_id == role_id))
    holders = connection.execute(user_role.delete().where(user_role.c.role_id == role_id)).rowcount
    _tell(connection, access, "delete", found, {"holders": holders})


def assign_roles(
    connection: sa.Connection, access: Access, user_id: str, role_ids: Sequence[str], *, version: int
) -> tuple[Role, ...]:
    """Give a user exactly these roles; the account's version grows by one.

    Raises:
        NotFound: no such user or role.
        Stale: somebody changed the account after ``version``.
        NotAllowed: it is oneself, or would change who is an owner without being one.
        Conflict: it would leave nobody who is an owner.
    """
    access.require("assign", "role")
    if connection.execute(sa.select(1).where(_user_account.c.user_id == user_id)).first() is None:
        raise NotFound("no such user", hint="List them: GET /api/v1/users")
    is_unchanged = (_user_account.c.user_id == user_id, _user_account.c.version == version)
    wanted = {get_role(connection, role_id).role_id for role_id in role_ids}
    held = {found.role_id for found in roles_of(connection, user_id)}
    if wanted != held:
        require_assignment(access, user_id, wanted ^ held)
    if OWNER in held - wanted:
        check_owner_remains(connection, without=user_id)
    if connection.execute(sa.update(_user_account).where(*is_unchanged).values(version=version + 1)).rowcount != 1:
        raise Stale("somebody changed this account meanwhile", hint="Read it again, then decide.")
    if wanted == held:
        return roles_of(connection, user_id)
    connection.execute(user_role.delete().where(user_role.c.user_id == user_id))
    if wanted:
        connection.execute(user_role.insert(), [{"user_id": user_id, "role_id": each} for each in sorted(wanted)])
    details = {"given": sorted(wanted - held), "taken": sorted(held - wanted)}
    announce(connection, "user.roles_changed", resource="user", resource_id=user_id, actor_id=access.actor.actor_id)
    record_audit(connection, access, "user.assign_roles", "user", user_id, details)
    return roles_of(connection, user_id)


def require_assignment(access: Access, user_id: str, role_ids: Collection[str]) -> None:
    """Go on only if the actor may give these roles to a user, or take them.

    Raises:
        NotAllowed: no permission, it is oneself, or the owner's role is among them and the actor is none.
    """
    access.require("assign", "role")
    if access.is_owner:
        return
    if user_id == access.actor.actor_id:
        raise NotAllowed("you may not change your own roles", hint="Ask another administrator or an owner.")
    if OWNER in role_ids:
        raise NotAllowed("only an owner may give or take the owner's role", hint="Ask an owner.")


def require_widening(access: Access, user_id: str) -> None:
    """Go on only if the actor may change what row scopes know of a user (``my.…``).

    Raises:
        NotAllowed: it is oneself, and the actor is no owner.
    """
    if user_id == access.actor.actor_id and not access.is_owner:
        raise NotAllowed("you may not change your own attributes", hint="Ask another administrator or an owner.")


def check_owner_remains(connection: sa.Connection, *, without: str) -> None:
    """Go on only if somebody else is an owner and may sign in.

    Raises:
        Conflict: nobody else is.
    """
    held = sa.select(user_role.c.user_id).where(user_role.c.role_id == OWNER)
    # two may not step down at once: neither by giving the role away nor by being disabled
    others = set(connection.scalars(held.order_by(user_role.c.user_id).with_for_update())) - {without}
    account = _user_account.c
    query = (
        sa.select(account.state, account.password_hash, account.sign_on_subject)
        .where(account.user_id.in_(others))
        .order_by(account.user_id)
        .with_for_update()
    )
    can_act = [
        row.state == "active" and (row.password_hash is not None or row.sign_on_subject is not None)
        for row in connection.execute(query)
    ]
    if not any(can_act):
        raise Conflict("somebody must remain an owner", hint="Make somebody else an owner first.", reason="last_owner")


def _current(connection: sa.Connection, role_id: str, version: int) -> Role:
    found = get_role(connection, role_id)
    if found.version != version:
        raise Stale(f"{found.name} was changed meanwhile", hint="Read it again, then decide.", version=found.version)
    return found


def _refuse_own(access: Access, role_id: str) -> None:
    is_own = any(held.role_id == role_id for layer in access.layers for held in layer.roles)
    if is_own and not access.is_owner:
        raise NotAllowed("you may not change a role that you hold", hint="Ask an owner, or change a copy.")


def _fixed_part(found: Role) -> tuple[Any, ...]:
    allowed, denied = (
        {(kind, verb) for kind, verbs in part.items() for verb in verbs} for part in (found.permissions, found.denials)
    )
    return found.name, found.description, allowed, denied


def _check_name(connection: sa.Connection, made: Role) -> None:
    others = [found for found in list_roles(connection) if found.role_id != made.role_id]
    if any(found.name.casefold() == made.name.casefold() for found in others):
        raise Conflict(f"a role is called {made.name} already", hint="Choose another name.", field="name")
    if len(others) >= MOST_ROLES:
        raise Conflict(f"there are {MOST_ROLES} roles already", hint="Delete one that nobody holds.")


def _checked_verbs(given: Mapping[str, Sequence[str]], part: str) -> dict[str, tuple[str, ...]]:
    for kind, verbs in given.items():
        if kind not in KINDS:
            raise InvalidInput(
                f"no kind of resource is called {kind!r}", hint=f"Valid: {', '.join(KINDS)}.", field=part
            )
        if wrong := [verb for verb in verbs if verb not in KINDS[kind]]:
            raise InvalidInput(
                f"{wrong[0]!r} means nothing for {kind}", hint=f"Valid: {', '.join(KINDS[kind])}.", field=part
            )
    return {kind: tuple(verb for verb in VERBS if verb in given[kind]) for kind in KINDS if given.get(kind)}


def _checked_rule(text: str | None, resolve: Resolve, part: str) -> str | None:
    if text is None or not text.strip():
        return None
    try:
        compile_rule(parse_rule(text), resolve, {})
    except InvalidInput as error:
        raise InvalidInput(error.message, hint=error.hint, **{**error.fields, "field": part}) from None
    return text.strip()


def _checked_masks(masks: Mapping[str, str]) -> dict[str, str]:
    for name, mask in masks.items():
        if mask not in {*Mask, DENIED}:
            valid = ", ".join((*Mask, DENIED))
            raise InvalidInput(f"{mask!r} is no mask", hint=f"Valid: {valid}.", field="masks", attribute=name)
        if name.startswith("pii:") and name.removeprefix("pii:") not in {*PiiClass}:
            valid = ", ".join(PiiClass)
            raise InvalidInput(f"{name!r} is no class of personal data", hint=f"Valid: {valid}.", field="masks")
        if not 0 < len(name) <= 200 or not name.isprintable():
            raise InvalidInput("a mask names an attribute of 1 to 200 characters", field="masks")
    return dict(masks)


def _row(made: Role) -> dict[str, Any]:
    return {
        "role_id": made.role_id,
        "name": made.name,
        "description": made.description,
        "is_shipped": made.is_shipped,
        "permissions": {kind: list(verbs) for kind, verbs in made.permissions.items()},
        "denials": {kind: list(verbs) for kind, verbs in made.denials.items()},
        "scope": made.scope,
        "deny_scope": made.deny_scope,
        "masks": dict(made.masks),
        "version": made.version,
        "updated_at": utc_now(),
    }


def _facts(made: Role) -> dict[str, Any]:
    """A role for the audit."""
    return {name: value for name, value in _row(made).items() if name not in {"role_id", "is_shipped", "updated_at"}}


_PAST: Mapping[str, str] = {"create": "created", "update": "updated", "delete": "deleted"}


def _tell(connection: sa.Connection, access: Access, verb: str, made: Role, details: Mapping[str, Any]) -> None:
    announce(
        connection, f"role.{_PAST[verb]}", resource="role", resource_id=made.role_id, actor_id=access.actor.actor_id
    )
    record_audit(connection, access, f"role.{verb}", "role", made.role_id, details)

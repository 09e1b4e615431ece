"""Reading roles and who holds them; building ``Access`` for a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from onefold.access.model import Access, Actor, Layer, Permission, Role
from onefold.access.shipped import OWNER, SHIPPED
from onefold.access.tables import role, user_role
from onefold.errors import NotFound

_HELD = sa.select(user_role.c.user_id, user_role.c.role_id.label("held"), role).select_from(
    user_role.outerjoin(role, role.c.role_id == user_role.c.role_id)
)
_HELD_BY = _HELD.where(user_role.c.user_id.in_(sa.bindparam("user_ids", expanding=True)))


def load_access(
    connection: sa.Connection,
    actor: Actor,
    *,
    mask_key: str = "",
    user_id: str | None = None,
    limits: Collection[Permission] | None = None,
    key_role_id: str | None = None,
    view_as: Mapping[str, Any] | None = None,
) -> Access:
    """What an actor may do now. One small query; rules are parsed once per process.

    Args:
        connection: of a snapshot.
        actor: command line and system may do everything; users and keys what their roles allow.
        mask_key: of the ``hashed`` mask (``Workspace.mask_key``).
        user_id: for a key: whose it is. It never does more than they may.
        limits: for a key: only these permissions.
        key_role_id: for a key: a role that narrows it further.
        view_as: of a session: ``{"role_id"}`` or ``{"user_id", "attributes"}``, and ``"name"``. Narrows, reads only.
    """
    if actor.kind in {"cli", "system"}:
        return Access.full(actor)
    holder = user_id if actor.kind == "key" else actor.actor_id
    layers = [Layer(roles_of(connection, holder) if holder else (), actor.attributes)]
    if key_role_id is not None:
        layers.append(Layer(_some(find_role(connection, key_role_id)), actor.attributes))
    if view_as:
        layers.append(_view_layer(connection, view_as))
    return Access(
        actor,
        layers=tuple(layers),
        limits=None if limits is None else frozenset(limits),
        is_read_only=bool(view_as),
        viewing_as=str(view_as.get("name", "")) if view_as else None,
        mask_key=mask_key,
    )


def list_roles(connection: sa.Connection) -> list[Role]:
    """All roles: the shipped ones first, then the company's own by name."""
    stored = {found.role_id: found for found in _read(connection, sa.select(role))}
    own = [found for role_id, found in stored.items() if role_id not in SHIPPED]
    return [stored.get(role_id, shipped) for role_id, shipped in SHIPPED.items()] + sorted(own, key=lambda r: r.name)


def find_role(connection: sa.Connection, role_id: str) -> Role | None:
    """A role by its id, where there is one."""
    found = next(iter(_read(connection, sa.select(role).where(role.c.role_id == role_id))), None)
    return found or SHIPPED.get(role_id)


def get_role(connection: sa.Connection, role_id: str) -> Role:
    """A role by its id.

    Raises:
        NotFound: there is none.
    """
    found = find_role(connection, role_id)
    if found is None:
        raise NotFound("no such role", hint="List them: GET /api/v1/roles")
    return found


def roles_of(connection: sa.Connection, user_id: str) -> tuple[Role, ...]:
    """The roles that a user holds, shipped ones first."""
    return roles_by_user(connection, [user_id]).get(user_id, ())


def roles_by_user(connection: sa.Connection, user_ids: Collection[str] | None = None) -> dict[str, tuple[Role, ...]]:
    """User -> the roles that they hold; of all users where none are named."""
    query, wanted = (_HELD, {}) if user_ids is None else (_HELD_BY, {"user_ids": list(user_ids)})
    found: dict[str, list[Role]] = {}
    for row in connection.execute(query, wanted).mappings():
        held = _role(row) if row["role_id"] is not None else SHIPPED.get(row["held"])
        if held is not None:
            found.setdefault(row["user_id"], []).append(held)
    return {user_id: tuple(sorted(roles, key=_rank)) for user_id, roles in found.items()}


def count_holders(connection: sa.Connection) -> dict[str, int]:
    """Role -> how many users hold it."""
    query = sa.select(user_role.c.role_id, sa.func.count().label("holders")).group_by(user_role.c.role_id)
    return {row.role_id: row.holders for row in connection.execute(query)}


def owners(connection: sa.Connection) -> set[str]:
    """The users who hold the owner's role."""
    return set(connection.scalars(sa.select(user_role.c.user_id).where(user_role.c.role_id == OWNER)))


def _view_layer(connection: sa.Connection, view_as: Mapping[str, Any]) -> Layer:
    if "user_id" in view_as:
        return Layer(roles_of(connection, str(view_as["user_id"])), view_as.get("attributes") or {})
    return Layer(_some(find_role(connection, str(view_as.get("role_id")))), view_as.get("attributes") or {})


def _some(found: Role | None) -> tuple[Role, ...]:
    return () if found is None else (found,)


def _rank(held: Role) -> tuple[int, str]:
    return (list(SHIPPED).index(held.role_id) if held.role_id in SHIPPED else len(SHIPPED)), held.name


def _read(connection: sa.Connection, query: sa.Select[Any]) -> Iterable[Role]:
    return [_role(row) for row in connection.execute(query).mappings()]


def _role(row: sa.RowMapping) -> Role:
    found = Role(
        role_id=row["role_id"],
        name=row["name"],
        description=row["description"],
        is_shipped=row["is_shipped"],
        permissions=_verbs(row["permissions"]),
        denials=_verbs(row["denials"]),
        scope=row["scope"],
        deny_scope=row["deny_scope"],
        masks=dict(row["masks"]),
        version=row["version"],
    )
    return replace(SHIPPED[OWNER], version=found.version) if found.role_id == OWNER else found


def _verbs(stored: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(verbs) for kind, verbs in stored.items()}

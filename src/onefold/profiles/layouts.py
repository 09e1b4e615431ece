"""Who sees which essentials: one arrangement per role, one for all others, and one that ships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from onefold.access import Access, get_role, record_audit
from onefold.catalog import load_catalog
from onefold.catalog.model import Role
from onefold.errors import InvalidInput, Stale
from onefold.kernel import utc_now
from onefold.profiles.essentials import COMPOSITES, DEFAULT_FIELDS, MOST_SHOWN
from onefold.profiles.rules import ATTRIBUTE_RULES
from onefold.profiles.tables import card_layout
from onefold.storage import announce

DEFAULT_ROLE = "default"
"""The arrangement of roles that have none of their own."""
MOST_FIELDS = 60
_LAYOUTS = sa.select(card_layout).where(card_layout.c.role_id.in_(sa.bindparam("ids", expanding=True)))
_TRAITS = ("records", "systems", "first_seen", "last_seen", "identity_confidence")
_CUSTOMER_ROLES = (Role.PEOPLE, Role.ORGANISATIONS)


@dataclass(frozen=True)
class Layout:
    """The lines of the essentials card, in order."""

    role_id: str
    fields: tuple[str, ...]
    shown: int
    """How many of those with a value stand on the card; the rest is one click away."""
    version: int
    """0 for the one that ships."""
    is_own: bool
    """Arranged for this very role, not taken from the default."""


@dataclass(frozen=True)
class CatalogField:
    """Something that can stand on the card."""

    name: str
    group: str
    """line (several values belong together), attribute or trait."""
    systems: tuple[str, ...]
    """The systems that bring it; none for what is computed."""


def layout_for(connection: sa.Connection, role_ids: Sequence[str]) -> Layout:
    """What somebody with these roles sees: of the first role that has an arrangement, else the default."""
    wanted = (*role_ids, DEFAULT_ROLE)
    found = {row.role_id: row for row in connection.execute(_LAYOUTS, {"ids": wanted})}
    row = next((found[role_id] for role_id in wanted if role_id in found), None)
    if row is None:
        return Layout(DEFAULT_ROLE, DEFAULT_FIELDS, MOST_SHOWN, 0, is_own=False)
    return Layout(row.role_id, tuple(row.fields), row.shown, row.version, is_own=True)


def get_layout(connection: sa.Connection, access: Access, role_id: str) -> Layout:
    """The arrangement that a role sees, for whoever arranges it.

    Raises:
        NotAllowed: the actor may not administer settings.
        NotFound: no such role.
    """
    access.require("administer", "settings")
    _check_role(connection, role_id)
    seen = layout_for(connection, (role_id,))
    is_own = seen.is_own and seen.role_id == role_id
    return Layout(role_id, seen.fields, seen.shown, seen.version if is_own else 0, is_own=is_own)


def set_layout(
    connection: sa.Connection,
    access: Access,
    role_id: str,
    *,
    fields: Sequence[str],
    shown: int,
    expected_version: int,
) -> Layout:
    """Arrange the card of a role.

    Args:
        connection: in the caller's transaction.
        access: of the actor.
        role_id: a role, or ``default``.
        fields: in order, each once, from ``list_fields``.
        shown: how many stand on the card, 1 to 8.
        expected_version: the version that the actor read.

    Raises:
        NotAllowed: the actor may not administer settings.
        NotFound: no such role.
        InvalidInput: an unknown or repeated field, or too many.
        Stale: somebody arranged it meanwhile.
    """
    before = get_layout(connection, access, role_id)
    if before.version != expected_version:
        raise Stale(
            f"the card of {role_id} was arranged meanwhile",
            hint="Read it again, then decide.",
            current_version=before.version,
        )
    _check_fields(connection, fields, shown)
    version = before.version + 1
    values = {"fields": list(fields), "shown": shown, "version": version, "updated_at": utc_now()}
    if before.is_own:
        mine = sa.and_(card_layout.c.role_id == role_id, card_layout.c.version == expected_version)
        if connection.execute(sa.update(card_layout).where(mine).values(**values)).rowcount == 0:
            raise Stale(f"the card of {role_id} was arranged meanwhile", hint="Read it again, then decide.")
    else:
        connection.execute(card_layout.insert().values(role_id=role_id, **values))
    announce(
        connection, "card_layout.changed", resource="card_layout", resource_id=role_id, actor_id=access.actor.actor_id
    )
    details = {"before": list(before.fields), "after": list(fields), "shown": shown}
    record_audit(connection, access, "card_layout.update", "settings", role_id, details)
    return Layout(role_id, tuple(fields), shown, version, is_own=True)


def drop_layout(connection: sa.Connection, access: Access, role_id: str, *, expected_version: int) -> None:
    """Take an arrangement back: the role sees the default again.

    Raises:
        NotAllowed: the actor may not administer settings.
        Stale: somebody arranged it meanwhile.
    """
    access.require("administer", "settings")
    mine = sa.and_(card_layout.c.role_id == role_id, card_layout.c.version == expected_version)
    if connection.execute(sa.delete(card_layout).where(mine)).rowcount == 0:
        raise Stale(f"the card of {role_id} was arranged meanwhile", hint="Read it again, then decide.")
    announce(
        connection, "card_layout.changed", resource="card_layout", resource_id=role_id, actor_id=access.actor.actor_id
    )
    record_audit(connection, access, "card_layout.delete", "settings", role_id)


def list_fields(connection: sa.Connection) -> tuple[CatalogField, ...]:
    """Everything that can stand on the card: lines, attributes that systems bring, traits."""
    brought = attributes_by_source(connection)
    attributes: dict[str, list[str]] = {}
    for source, names in sorted(brought.items()):
        for name in names:
            attributes.setdefault(name, []).append(source)
    order = {name: place for place, name in enumerate(ATTRIBUTE_RULES)}
    by_meaning = sorted(attributes, key=lambda name: (order.get(name.partition(":")[0], len(order)), name))
    lines = [CatalogField(name, "line", ()) for name in COMPOSITES]
    traits = [CatalogField(name, "trait", ()) for name in _TRAITS]
    own = [CatalogField(name, "attribute", tuple(attributes[name])) for name in by_meaning if name not in COMPOSITES]
    return (*lines, *own, *traits)


def attributes_by_source(connection: sa.Connection) -> dict[str, set[str]]:
    """Source -> the attributes of customers that its tables bring."""
    found: dict[str, set[str]] = {}
    for table in load_catalog(connection):
        if table.role not in _CUSTOMER_ROLES:
            continue
        for column in table.columns:
            rule = ATTRIBUTE_RULES.get(column.meaning)
            if rule is not None:
                name = f"{column.meaning}:{column.name}" if rule.per_column else str(column.meaning)
                found.setdefault(table.source, set()).add(name)
    return found


def _check_role(connection: sa.Connection, role_id: str) -> None:
    if role_id != DEFAULT_ROLE:
        get_role(connection, role_id)


def _check_fields(connection: sa.Connection, fields: Sequence[str], shown: int) -> None:
    if not 1 <= shown <= MOST_SHOWN:
        raise InvalidInput(f"a card shows 1 to {MOST_SHOWN} lines", hint="More drown who reads them.")
    if len(set(fields)) != len(fields) or not 1 <= len(fields) <= MOST_FIELDS:
        raise InvalidInput(f"name 1 to {MOST_FIELDS} fields, each once")
    known = {field.name for field in list_fields(connection)} | set(DEFAULT_FIELDS)
    if unknown := [name for name in fields if name not in known]:
        raise InvalidInput(
            f"no field is called {unknown[0]!r}",
            hint="GET /api/v1/card-layouts/{role} lists them under available.",
            fields=unknown,
        )

"""Saved lists of customers: what is searched, filtered, sorted and shown, under a name, for oneself or for a role.

A view holds no customers. Who opens it sees the customers of their own scope, under their own masks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.access.audit import record_audit
from onefold.errors import InvalidInput, NotAllowed, NotFound, Stale
from onefold.kernel import new_id, parse_rule, utc_now
from onefold.profiles.attributes import ALIASES, describe_attribute, summary_column
from onefold.profiles.listing import MOST_FIELDS, parse_sort
from onefold.profiles.tables import saved_view
from onefold.storage import announce, aware, compile_rule

MOST_VIEWS = 200
"""Of one person."""


@dataclass(frozen=True)
class ViewDraft:
    """A view as somebody wants it."""

    name: str
    query: str = ""
    filter: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    """Attributes, in order; those of every list where empty."""
    shared_with: tuple[str, ...] = ()
    """Ids of roles whose holders see it too."""


@dataclass(frozen=True)
class View(ViewDraft):
    """A view as it is."""

    view_id: str = ""
    owner_id: str = ""
    owner_name: str = ""
    is_mine: bool = False
    version: int = 1
    created_at: datetime = field(default_factory=utc_now)
    updated_at: datetime = field(default_factory=utc_now)


def list_views(connection: sa.Connection, access: Access) -> list[View]:
    """The actor's own views and those shared with one of their roles, by name."""
    access.require("read", "view")
    rows = connection.execute(sa.select(saved_view).order_by(saved_view.c.name, saved_view.c.view_id))
    return [_view(row, access) for row in rows if _is_visible(row, access)]


def get_view(connection: sa.Connection, access: Access, view_id: str) -> View:
    """One view.

    Raises:
        NotFound: there is none, or it is not for this actor.
    """
    access.require("read", "view")
    return _view(_row(connection, access, view_id), access)


def create_view(connection: sa.Connection, access: Access, draft: ViewDraft) -> View:
    """Save a view.

    Raises:
        InvalidInput: no name, a filter that cannot be read, an unknown attribute, or too many views.
        NotAllowed: the actor may not save views, or not share them with these roles.
    """
    access.require("create", "view")
    _check(connection, access, draft, before=())
    mine = sa.select(sa.func.count()).select_from(saved_view).where(saved_view.c.owner_id == access.actor.actor_id)
    if int(connection.scalar(mine) or 0) >= MOST_VIEWS:
        raise InvalidInput(f"you have {MOST_VIEWS} views", hint="Delete one that you no longer need.")
    view_id, now = new_id("viw"), utc_now()
    connection.execute(
        saved_view.insert().values(
            view_id=view_id,
            owner_id=access.actor.actor_id,
            owner_name=access.actor.name,
            version=1,
            created_at=now,
            updated_at=now,
            **_stored(draft),
        )
    )
    _tell(connection, access, "created", view_id, draft)
    return get_view(connection, access, view_id)


def change_view(connection: sa.Connection, access: Access, view_id: str, version: int, draft: ViewDraft) -> View:
    """Change a view that the actor made, or any where they administer views.

    Raises:
        NotFound: there is none, or it is not for this actor.
        NotAllowed: it is somebody else's.
        Stale: somebody changed it since ``version``.
        InvalidInput: as of ``create_view``.
    """
    row = _editable(connection, access, view_id, "update")
    _check(connection, access, draft, before=row.shared_with)
    mine = (saved_view.c.view_id == view_id, saved_view.c.version == version)
    changed = connection.execute(
        sa.update(saved_view).where(*mine).values(version=version + 1, updated_at=utc_now(), **_stored(draft))
    )
    if changed.rowcount != 1:
        raise _stale(row)
    _tell(connection, access, "updated", view_id, draft)
    return get_view(connection, access, view_id)


def delete_view(connection: sa.Connection, access: Access, view_id: str, version: int) -> None:
    """Delete a view.

    Raises:
        NotFound, NotAllowed, Stale: as of ``change_view``.
    """
    row = _editable(connection, access, view_id, "delete")
    mine = (saved_view.c.view_id == view_id, saved_view.c.version == version)
    if connection.execute(sa.delete(saved_view).where(*mine)).rowcount != 1:
        raise _stale(row)
    _tell(connection, access, "deleted", view_id, None)


def _row(connection: sa.Connection, access: Access, view_id: str) -> Any:
    row = connection.execute(sa.select(saved_view).where(saved_view.c.view_id == view_id)).first()
    if row is None or not _is_visible(row, access):
        raise NotFound(f"there is no view {view_id}", hint="List them: GET /api/v1/views")
    return row


def _editable(connection: sa.Connection, access: Access, view_id: str, verb: str) -> Any:
    access.require(verb, "view")
    row = _row(connection, access, view_id)
    if row.owner_id != access.actor.actor_id and not access.may("administer", "view"):
        raise NotAllowed("this view is somebody else's", hint="Save it under a name of your own.")
    return row


def _roles(access: Access) -> set[str]:
    return {role.role_id for layer in access.layers for role in layer.roles}


def _is_visible(row: Any, access: Access) -> bool:
    is_mine = row.owner_id == access.actor.actor_id and access.viewing_as is None
    return is_mine or access.is_full or access.may("administer", "view") or bool(_roles(access) & set(row.shared_with))


def _check(connection: sa.Connection, access: Access, draft: ViewDraft, *, before: Sequence[str]) -> None:
    """Refuse what no list could show, and sharing beyond what the actor may."""
    if not draft.name.strip():
        raise InvalidInput("a view needs a name")
    if draft.filter.strip():
        rule = parse_rule(draft.filter)
        compile_rule(rule, lambda attribute: summary_column(ALIASES.get(attribute, attribute)), {})
    for key in parse_sort(draft.sort):
        describe_attribute(key.attribute)
    for column in draft.columns:
        describe_attribute(column)
    if len(draft.columns) > MOST_FIELDS:
        raise InvalidInput(f"a view has at most {MOST_FIELDS} columns")
    from onefold.access import get_role

    for role_id in set(draft.shared_with) - set(before):
        if role_id not in _roles(access) and not access.may("administer", "view"):
            raise NotAllowed(
                "you may share views with roles of your own only", hint="Ask an administrator to share it."
            )
        get_role(connection, role_id)


def _stored(draft: ViewDraft) -> dict[str, Any]:
    return {
        "name": draft.name.strip(),
        "query": draft.query,
        "filter": draft.filter.strip(),
        "sort": draft.sort,
        "columns": list(draft.columns),
        "shared_with": sorted(set(draft.shared_with)),
    }


def _view(row: Any, access: Access) -> View:
    return View(
        name=row.name,
        query=row.query,
        filter=row.filter,
        sort=row.sort,
        columns=tuple(row.columns),
        shared_with=tuple(row.shared_with),
        view_id=row.view_id,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        is_mine=row.owner_id == access.actor.actor_id,
        version=row.version,
        created_at=aware(row.created_at),
        updated_at=aware(row.updated_at),
    )


def _stale(row: Any) -> Stale:
    return Stale(
        "somebody changed this view meanwhile", hint="Read it again and repeat your change.", version=row.version
    )


def _tell(connection: sa.Connection, access: Access, verb: str, view_id: str, draft: ViewDraft | None) -> None:
    details = {"name": draft.name.strip(), "shared_with": list(draft.shared_with)} if draft else {}
    announce(connection, f"view.{verb}", resource="view", resource_id=view_id, actor_id=access.actor.actor_id)
    record_audit(connection, access, verb, "view", view_id, details)

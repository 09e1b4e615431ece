"""What else would feel a change of the map: saved views, row scopes, webhooks, and what hangs on the customers.

Counted when somebody looks, within what they may know: customers outside their scope, and views that test what is
masked for them, are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access, Layer, Role
from onefold.access.roles import list_roles
from onefold.care.tables import customer_tag, file, note, task
from onefold.errors import InvalidInput, NotAllowed
from onefold.identity.previews import count_preview_changes, touched_customers
from onefold.profiles import summary_column
from onefold.profiles.listing import Wanted, count_customers
from onefold.profiles.scope import in_scope
from onefold.profiles.tables import customer_pick, profile_summary
from onefold.profiles.views import list_views
from onefold.webhooks import list_webhooks

MOST_TOUCHED = 5_000
"""Customers that are looked at; the first ones where there are more."""
_PER_QUERY = 500
_HANGS_ON = (
    ("note", note, note.c.deleted_at.is_(None)),
    ("task", task, sa.true()),
    ("tag", customer_tag, sa.true()),
    ("file", file, sa.true()),
    ("customer", customer_pick, customer_pick.c.ended_at.is_(None)),
)
_PERSONAL = "my."


@dataclass(frozen=True)
class Touched:
    """One thing that would feel it."""

    kind: str
    """view, role, webhook."""
    resource_id: str
    name: str
    count: int | None
    """Customers of it, or notices to it; None where that depends on the person."""


@dataclass(frozen=True)
class Felt:
    """Everything that would feel it, as far as the actor may know."""

    customers: int
    """Customers of now that would change, and may be known of."""
    is_cut: bool
    """Whether there are more customers than are looked at."""
    touched: tuple[Touched, ...]
    notes: int
    tasks: int
    tags: int
    files: int
    picks: int


def find_felt(connection: sa.Connection, access: Access, preview_id: str) -> Felt:
    """What would feel the changes of a preview.

    Cost: a query per saved view and role over the customers that change, of which there are ``MOST_TOUCHED`` at most.
    """
    found = touched_customers(connection, preview_id, limit=MOST_TOUCHED + 1)
    parts = [found[start : start + _PER_QUERY] for start in range(0, len(found[:MOST_TOUCHED]), _PER_QUERY)]
    ids = [one for part in parts for one in in_scope(connection, access, part)]
    touched = (
        *_views(connection, access, ids),
        *_roles(connection, access, ids),
        *_webhooks(connection, access, preview_id),
    )
    counts = [_hanging(connection, access, ids, *each) for each in _HANGS_ON]
    return Felt(len(ids), len(found) > MOST_TOUCHED, touched, *counts)


def _views(connection: sa.Connection, access: Access, ids: list[str]) -> list[Touched]:
    if not access.may("read", "view") or not ids:
        return []
    found = []
    for view in list_views(connection, access):
        if not (view.filter or view.query):
            continue
        wanted = Wanted(filter=view.filter or None, query=view.query or None, ids=tuple(ids))
        try:
            count = count_customers(connection, access, wanted).value
        except (InvalidInput, NotAllowed):  # it tests what is not there any more, or is masked for the actor
            continue
        if count:
            found.append(Touched("view", view.view_id, view.name, count))
    return found


def _roles(connection: sa.Connection, access: Access, ids: list[str]) -> list[Touched]:
    if not access.may("read", "role") or not ids:
        return []
    found = []
    for role in list_roles(connection):
        if role.scope is None:
            continue
        count = None if _PERSONAL in role.scope else _admitted(connection, access, role, ids)
        if count != 0:
            found.append(Touched("role", role.role_id, role.name, count))
    return found


def _admitted(connection: sa.Connection, access: Access, role: Role, ids: list[str]) -> int | None:
    try:
        condition = access.narrowed(Layer((role,), {})).customers(summary_column)
    except InvalidInput:  # its rule tests what is not there any more: it admits nobody
        return 0
    query = sa.select(sa.func.count()).select_from(profile_summary)
    return int(connection.scalar(query.where(profile_summary.c.customer_id.in_(ids), condition)) or 0)


def _webhooks(connection: sa.Connection, access: Access, preview_id: str) -> list[Touched]:
    if not access.may("read", "webhook"):
        return []
    kinds = count_preview_changes(connection, preview_id)
    notices = [
        (webhook, sum(count for kind, count in kinds.items() if webhook.wants(f"customer.{kind}")))
        for webhook in list_webhooks(connection)
    ]
    return [Touched("webhook", one.webhook_id, one.name, count) for one, count in notices if count]


def _hanging(connection: sa.Connection, access: Access, ids: list[str], kind: str, table: sa.Table, holds: Any) -> int:
    if not access.may("read", kind) or not ids:
        return 0
    query = sa.select(sa.func.count()).select_from(table).where(table.c.customer_id.in_(ids), holds)
    return int(connection.scalar(query) or 0)

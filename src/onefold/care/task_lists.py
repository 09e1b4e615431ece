"""Lists of tasks, and how much everybody has to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import Standing, ids_leading_to, is_within, leads, standing
from onefold.care.model import Person, Task, TaskState, Workload
from onefold.care.people import names_of
from onefold.care.tables import task
from onefold.care.tasks import shown_task
from onefold.profiles.attributes import summary_column
from onefold.profiles.tables import profile_summary

Due = Literal["overdue", "today", "upcoming", "none"]
_NEVER = date(9999, 12, 31)


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks."""

    owner_id: str | None = None
    state: TaskState | None = "open"
    due: Due | None = None
    customer_id: str | None = None
    text: str | None = None
    """A part of the title."""


def list_tasks(
    connection: sa.Connection,
    access: Access,
    wanted: TaskFilter,
    *,
    today: date,
    after: tuple[Any, str] | None = None,
    limit: int = 50,
) -> list[Task]:
    """Tasks that the actor may know of: open ones by day, those without one last; others by when they last changed.

    Args:
        connection: to the app database.
        access: of the actor.
        wanted: which ones.
        today: the day where the reader is.
        after: ``task_key`` of the last task of the page before.
        limit: at most.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: tasks are not for this actor.
    """
    access.require("read", "task")
    if wanted.text:
        access.require_search("task.title")
    conditions = _conditions(connection, access, wanted, today)
    query, lead = _visible(access, conditions)
    query = query.add_columns(
        lead.c.customer_id.label("current_id"),
        profile_summary.c.display_name,
        access.admission(summary_column).label("admission"),
    )
    key = _due_key() if wanted.state == "open" else task.c.updated_at
    is_ascending = wanted.state == "open"
    if after is not None:
        pair, last = sa.tuple_(key, task.c.task_id), sa.tuple_(sa.literal(after[0], key.type), after[1])
        query = query.where(pair > last if is_ascending else pair < last)
    order = (key, task.c.task_id) if is_ascending else (key.desc(), task.c.task_id.desc())
    rows = connection.execute(query.order_by(*order).limit(limit)).all()
    names = names_of(connection, {one for row in rows for one in (row.owner_id, row.created_by)})
    return [shown_task(row, _place(access, row), names) for row in rows]


def task_key(found: Task, state: TaskState | None) -> tuple[Any, str]:
    """Where a task stands in ``list_tasks``."""
    return (found.due_on or _NEVER) if state == "open" else found.updated_at, found.task_id


def workloads(connection: sa.Connection, access: Access, *, today: date) -> list[Workload]:
    """How much everybody has to do, of what the actor may know of; who has most overdue first.

    **Shape**: one row per owner of an open task.

    Raises:
        NotAllowed: tasks are not for this actor.
    """
    access.require("read", "task")
    visible = _visible(access, [task.c.state == "open"])[0].subquery()
    overdue = sa.func.sum(sa.case((visible.c.due_on < today, 1), else_=0))
    query = (
        sa.select(
            visible.c.owner_id,
            sa.func.count().label("open"),
            overdue.label("overdue"),
            sa.func.sum(sa.case((visible.c.due_on == today, 1), else_=0)).label("due_today"),
        )
        .group_by(visible.c.owner_id)
        .order_by(overdue.desc(), sa.func.count().desc(), visible.c.owner_id)
    )
    rows = connection.execute(query).all()
    names = names_of(connection, (row.owner_id for row in rows))
    return [
        Workload(Person(row.owner_id, names.get(row.owner_id, row.owner_id)), row.open, row.overdue, row.due_today)
        for row in rows
    ]


def _conditions(
    connection: sa.Connection, access: Access, wanted: TaskFilter, today: date
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.owner_id is not None:
        conditions.append(task.c.owner_id == wanted.owner_id)
    if wanted.state is not None:
        conditions.append(task.c.state == wanted.state)
    if wanted.customer_id is not None:
        place = standing(connection, access, wanted.customer_id, "read", "task")
        conditions.append(task.c.customer_id.in_(ids_leading_to(connection, place.customer_id)))
    if wanted.text:
        conditions.append(task.c.title.icontains(wanted.text, autoescape=True))
    by_due: dict[Due, sa.ColumnElement[bool]] = {
        "overdue": task.c.due_on < today,
        "today": task.c.due_on == today,
        "upcoming": task.c.due_on > today,
        "none": task.c.due_on.is_(None),
    }
    if wanted.due is not None:
        conditions.append(by_due[wanted.due])
    return conditions


def _visible(access: Access, conditions: Sequence[sa.ColumnElement[bool]]) -> tuple[sa.Select[Any], sa.Subquery]:
    """Tasks of customers in scope, and those about nobody that are the actor's own."""
    start = sa.select(task.c.customer_id).where(*conditions, task.c.customer_id.is_not(None)).distinct()
    lead = leads(start)
    mine = sa.or_(task.c.owner_id == access.actor.actor_id, task.c.created_by == access.actor.actor_id)
    about_nobody = sa.true() if access.may("administer", "task") else mine
    about_customer = sa.and_(lead.c.customer_id.is_not(None), is_within(access, "read", "task"))
    joined = sa.outerjoin(task, lead, lead.c.start_id == task.c.customer_id).outerjoin(
        profile_summary, profile_summary.c.customer_id == lead.c.customer_id
    )
    is_visible = sa.or_(sa.and_(task.c.customer_id.is_(None), about_nobody), about_customer)
    return sa.select(task).select_from(joined).where(*conditions, is_visible), lead


def _due_key() -> sa.ColumnElement[date]:
    return sa.func.coalesce(task.c.due_on, sa.literal(_NEVER, sa.Date), type_=sa.Date)


def _place(access: Access, row: Any) -> Standing | None:
    if row.current_id is None:
        return None
    return Standing(access, row.current_id, row.display_name, row.admission)

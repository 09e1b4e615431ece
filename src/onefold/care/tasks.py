"""Tasks: something that somebody is to do, mostly for a customer, often until a day.

A task always has an owner who can sign in. One about a customer is for whoever may read tasks of that customer; one
about nobody is between its owner and its maker. Nothing is deleted: what nobody should do is cancelled. Giving work to
somebody else needs ``assign task``. Its texts are the fields ``task.title`` and ``task.body``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import Standing, standing, standing_of_thing
from onefold.care.model import LONGEST_NOTE, LONGEST_TITLE, Hideable, Person, Task, TaskChange, TaskDraft
from onefold.care.notifications import notify
from onefold.care.people import access_of, names_of, require_active
from onefold.care.tables import task, task_change
from onefold.care.text import checked
from onefold.care.trail import leave_trail
from onefold.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale
from onefold.kernel import new_id, utc_now
from onefold.storage import aware

_FIELDS = ("title", "body", "owner_id", "due_on", "state")
_MASKED = {"title": "task.title", "body": "task.body"}


def get_task(connection: sa.Connection, access: Access, task_id: str) -> Task:
    """One task.

    Raises:
        NotFound: no such task for this actor.
    """
    row, place = found_task(connection, access, task_id, "read")
    return shown_task(row, place, _names(connection, [row]))


def create_task(connection: sa.Connection, access: Access, customer_id: str | None, draft: TaskDraft) -> Task:
    """Make a task and tell its owner.

    Raises:
        InvalidInput: a text is empty or too long, or the owner is nobody who can sign in and see it.
        NotAllowed: the actor may not give work to others.
        NotFound: no such customer for this actor.
    """
    access.require("create", "task")
    place = standing(connection, access, customer_id, "create", "task") if customer_id else None
    owner = draft.owner_id or _self(access)
    _check_owner(connection, access, owner, place)
    now, task_id = utc_now(), new_id("task")
    values = {**_texts(draft), "owner_id": owner, "due_on": draft.due_on, "state": "open"}
    connection.execute(
        task.insert().values(
            task_id=task_id,
            customer_id=place.customer_id if place else None,
            created_by=access.actor.actor_id,
            created_by_name=access.actor.name,
            created_at=now,
            updated_at=now,
            version=1,
            **values,
        )
    )
    current = place.customer_id if place else None
    notify(connection, access, "task_assigned", [owner], current, task_id=task_id, at=now)
    leave_trail(connection, access, "created", "task", task_id, current, owner_id=owner)
    return _read_back(connection, place, task_id)


def update_task(
    connection: sa.Connection, access: Access, task_id: str, draft: TaskDraft, *, expected_version: int
) -> Task:
    """Replace what a task says, who owns it, until when, and whether it is done; a new owner is told.

    A text that is masked for the actor stays as it is.

    Raises:
        InvalidInput: a text is empty or too long, or the owner is nobody who can sign in and see it.
        NotFound: no such task for this actor.
        NotAllowed: the actor may not change tasks, or not give work to others.
        Stale: it was changed since ``expected_version``.
    """
    row, place = found_task(connection, access, task_id, "update")
    values = {**_texts(draft), "owner_id": draft.owner_id or row.owner_id, "due_on": draft.due_on, "state": draft.state}
    for name in _masked_names(row, place):
        values[name] = getattr(row, name)
    if values["owner_id"] != row.owner_id:
        _check_owner(connection, access, str(values["owner_id"]), place)
    changes = {name: (getattr(row, name), values[name]) for name in _FIELDS if getattr(row, name) != values[name]}
    if expected_version != row.version:
        raise _stale(row)
    if not changes:
        return shown_task(row, place, _names(connection, [row]))
    now = utc_now()
    if "state" in changes:
        is_closed = values["state"] != "open"
        values |= {"closed_at": now if is_closed else None, "closed_by_name": access.actor.name if is_closed else None}
    is_unchanged = (task.c.task_id == task_id, task.c.version == expected_version)
    change = task.update().where(*is_unchanged).values(version=expected_version + 1, updated_at=now, **values)
    if connection.execute(change).rowcount != 1:
        raise _stale(row)
    _keep_change(connection, access, task_id, expected_version + 1, changes)
    current = place.customer_id if place else None
    if "owner_id" in changes:
        notify(connection, access, "task_assigned", [str(values["owner_id"])], current, task_id=task_id, at=now)
    leave_trail(connection, access, "updated", "task", task_id, current, fields=sorted(changes))
    return _read_back(connection, place, task_id)


def hand_over_tasks(connection: sa.Connection, access: Access, from_user: str, to_user: str | None) -> int:
    """Give the open tasks of a colleague who leaves to somebody; returns how many. Belongs into the same transaction.

    Raises:
        Conflict: there are some, and nobody is named: a task always has an owner who can sign in.
        InvalidInput: nobody who can sign in is called that.
        NotAllowed: unless the actor may change people or administers tasks.
    """
    mine = sa.select(sa.func.count()).where(task.c.owner_id == from_user, task.c.state == "open")
    tasks = int(connection.scalar(mine) or 0)
    if not tasks:
        return 0
    if to_user is None:
        raise Conflict(
            f"this person still owns {tasks} open tasks",
            hint="Say who takes them: tasks_to, or --tasks-to on the command line.",
            reason="open_tasks",
            tasks=tasks,
        )
    return reassign_tasks(connection, access, from_user, to_user)


def reassign_tasks(connection: sa.Connection, access: Access, from_user: str, to_user: str) -> int:
    """Give all open tasks of one colleague to another, as when somebody leaves; returns how many.

    Raises:
        NotAllowed: unless the actor may change people or administers tasks: their customers are not asked for.
        InvalidInput: nobody who can sign in.
    """
    if not access.may("update", "user"):
        access.require("administer", "task")
    require_active(connection, [to_user], "the new owner")
    rows = connection.execute(sa.select(task).where(task.c.owner_id == from_user, task.c.state == "open")).all()
    now = utc_now()
    for row in rows:
        values = {"owner_id": to_user, "version": row.version + 1, "updated_at": now}
        connection.execute(task.update().where(task.c.task_id == row.task_id).values(values))
        _keep_change(connection, access, row.task_id, row.version + 1, {"owner_id": (from_user, to_user)})
        notify(connection, access, "task_assigned", [to_user], row.customer_id, task_id=row.task_id, at=now)
        leave_trail(connection, access, "updated", "task", row.task_id, row.customer_id, fields=["owner_id"])
    return len(rows)


def task_history(connection: sa.Connection, access: Access, task_id: str) -> list[TaskChange]:
    """How a task came to be what it is, the newest change first.

    Raises:
        NotFound: no such task for this actor.
    """
    row, place = found_task(connection, access, task_id, "read")
    hidden = _masked_names(row, place)
    query = sa.select(task_change).where(task_change.c.task_id == task_id).order_by(task_change.c.version.desc())
    return [
        TaskChange(
            change.version,
            Person(change.actor_id, change.actor_name),
            aware(change.changed_at),
            {name: (was, now) for name, (was, now) in change.changes.items() if name not in hidden},
        )
        for change in connection.execute(query)
    ]


def found_task(connection: sa.Connection, access: Access, task_id: str, verb: str) -> tuple[Any, Standing | None]:
    """A task's row, and the customer it is about.

    Raises:
        NotFound: no such task for this actor.
        NotAllowed: the actor may not do ``verb`` to tasks.
    """
    access.require(verb, "task")
    missing = f"no task {task_id}"
    row = connection.execute(sa.select(task).where(task.c.task_id == task_id)).first()
    if row is None:
        raise NotFound(missing)
    if row.customer_id is not None:
        return row, standing_of_thing(connection, access, row.customer_id, verb, "task", missing)
    if access.actor.actor_id not in (row.owner_id, row.created_by) and not access.may("administer", "task"):
        raise NotFound(missing)
    return row, None


def shown_task(row: Any, place: Standing | None, names: dict[str, str]) -> Task:
    """A task as the actor may see it."""
    return Task(
        task_id=row.task_id,
        customer_id=place.customer_id if place else None,
        customer_name=place.name if place else None,
        title=place.show("task.title", row.title) if place else Hideable(row.title),
        body=place.show("task.body", row.body) if place else Hideable(row.body),
        owner=Person(row.owner_id, names.get(row.owner_id, row.owner_id)),
        due_on=row.due_on,
        state=row.state,
        created_by=Person(row.created_by, names.get(row.created_by, row.created_by_name)),
        created_at=aware(row.created_at),
        updated_at=aware(row.updated_at),
        closed_at=aware(row.closed_at) if row.closed_at else None,
        version=row.version,
    )


def _names(connection: sa.Connection, rows: Sequence[Any]) -> dict[str, str]:
    return names_of(connection, {one for row in rows for one in (row.owner_id, row.created_by)})


def _read_back(connection: sa.Connection, place: Standing | None, task_id: str) -> Task:
    row = connection.execute(sa.select(task).where(task.c.task_id == task_id)).one()
    return shown_task(row, place, _names(connection, [row]))


def _texts(draft: TaskDraft) -> dict[str, Any]:
    return {
        "title": " ".join(checked(draft.title, "the title", longest=LONGEST_TITLE).split()),
        "body": checked(draft.body, "the text", longest=LONGEST_NOTE, may_be_empty=True),
    }


def _masked_names(row: Any, place: Standing | None) -> set[str]:
    """The texts that the actor does not see, and so can neither change nor read in the history."""
    if place is None:
        return set()
    return {name for name, attribute in _MASKED.items() if place.show(attribute, getattr(row, name)).hidden_by}


def _self(access: Access) -> str:
    if access.actor.kind != "user":
        raise InvalidInput("a task needs an owner", hint="Say who: owner_id, from GET /mentions?q=…")
    return access.actor.actor_id


def _check_owner(connection: sa.Connection, access: Access, owner_id: str, place: Standing | None) -> None:
    """Work goes to somebody who can sign in and will see it."""
    if owner_id == access.actor.actor_id and access.actor.kind == "user":
        return
    access.require("assign", "task")
    require_active(connection, [owner_id], "the owner")
    if place is None:
        return
    try:
        standing(connection, access_of(connection, owner_id), place.customer_id, "read", "task")
    except (NotAllowed, NotFound):
        raise InvalidInput(
            "the owner may not see tasks of this customer", hint="Choose somebody who may.", owner_id=owner_id
        ) from None


def _keep_change(
    connection: sa.Connection, access: Access, task_id: str, version: int, changes: dict[str, tuple[Any, Any]]
) -> None:
    connection.execute(
        task_change.insert().values(
            task_id=task_id,
            version=version,
            actor_id=access.actor.actor_id,
            actor_name=access.actor.name,
            changed_at=utc_now(),
            changes={name: [_plain(was), _plain(now)] for name, (was, now) in changes.items()},
        )
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _stale(row: Any) -> Stale:
    return Stale(
        "somebody changed this task meanwhile", hint="Read it again, then decide what to keep.", version=row.version
    )

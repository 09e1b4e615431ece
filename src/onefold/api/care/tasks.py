"""Tasks over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from onefold import care
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.care.shapes import (
    ChangedTask,
    CustomerId,
    NewTask,
    NewTaskAnywhere,
    TaskChangeShape,
    TaskShape,
    WorkloadShape,
)
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.errors import InvalidInput

router = APIRouter(tags=["tasks"])

State = Annotated[Literal["open", "done", "cancelled", "any"], Query()]
Due = Annotated[Literal["overdue", "today", "upcoming", "none"] | None, Query()]
Today = Annotated[date | None, Query(description="The day where the reader is; UTC's where absent.")]


class TaskHistory(BaseModel):
    """Changes of a task, the newest first."""

    items: list[TaskChangeShape]


class Workloads(BaseModel):
    """Who has how much to do."""

    items: list[WorkloadShape]


@router.get("/tasks", summary="Tasks")
def list_tasks(
    call: CallDep,
    owner: Annotated[str, Query(max_length=64, description="`me`, a user id, or `any`.")] = "me",
    state: State = "open",
    due: Due = None,
    customer_id: Annotated[str | None, Query(max_length=64)] = None,
    q: Annotated[str | None, Query(max_length=200, description="A part of the title.")] = None,
    today: Today = None,
    *,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> PageOf[TaskShape]:
    """Open tasks by day, those without a day last; others by when they last changed, the newest first."""
    owners = {"me": call.actor.actor_id, "any": None}
    wanted = care.TaskFilter(
        owner_id=owners.get(owner, owner),
        state=None if state == "any" else state,
        due=due,
        customer_id=customer_id,
        text=q,
    )
    return _page(call, wanted, today, limit, cursor)


@router.get("/tasks/summary", summary="Who has how much to do")
def get_workloads(call: CallDep, today: Today = None) -> Workloads:
    """Open, overdue and due today, by owner; only tasks that the caller may know of."""
    with call.read() as connection:
        found = care.workloads(connection, call.access, today=today or _today())
    return Workloads(items=[WorkloadShape.model_validate(one) for one in found])


@router.get("/customers/{customer_id}/tasks", summary="Tasks about a customer")
def list_customer_tasks(
    customer_id: CustomerId, call: CallDep, state: State = "any", limit: Limit = 50, cursor: Cursor = None
) -> PageOf[TaskShape]:
    """With those made under ids that now lead to this customer."""
    wanted = care.TaskFilter(state=None if state == "any" else state, customer_id=customer_id)
    return _page(call, wanted, None, limit, cursor)


@router.post("/tasks", summary="Make a task", status_code=201, response_model=TaskShape)
def create_task(new: NewTaskAnywhere, call: CallDep) -> Response:
    """About a customer, or about nobody: then only its owner and its maker see it."""
    return _create(call, new.customer_id, new)


@router.post("/customers/{customer_id}/tasks", summary="Make a task", status_code=201, response_model=TaskShape)
def create_customer_task(customer_id: CustomerId, new: NewTask, call: CallDep) -> Response:
    """About this customer. Its owner is told on the page and by e-mail."""
    return _create(call, customer_id, new)


@router.get("/tasks/{task_id}", summary="One task")
def get_task(task_id: str, call: CallDep, response: Response) -> TaskShape:
    """With its ETag."""
    with call.read() as connection:
        found = care.get_task(connection, call.access, task_id)
    set_etag(response, found.version)
    return TaskShape.model_validate(found)


@router.put("/tasks/{task_id}", summary="Change a task")
def put_task(task_id: str, changed: ChangedTask, call: CallDep, response: Response) -> TaskShape:
    """Needs `If-Match`. Says all of it anew: texts, owner, day, and whether it is open, done or cancelled."""
    expected = call.expected_version()
    with call.write() as connection:
        found = care.update_task(
            connection, call.access, task_id, _draft(changed, changed.state), expected_version=expected
        )
    set_etag(response, found.version)
    return TaskShape.model_validate(found)


@router.get("/tasks/{task_id}/history", summary="How a task came to be what it is")
def get_task_history(task_id: str, call: CallDep) -> TaskHistory:
    """Who changed what and when."""
    with call.read() as connection:
        changes = care.task_history(connection, call.access, task_id)
    return TaskHistory(items=[TaskChangeShape.model_validate(change) for change in changes])


def _create(call: Call, customer_id: str | None, new: NewTask) -> Response:
    return call.create(
        lambda connection: TaskShape.model_validate(
            care.create_task(connection, call.access, customer_id, _draft(new, "open"))
        )
    )


def _draft(new: NewTask, state: Literal["open", "done", "cancelled"]) -> care.TaskDraft:
    return care.TaskDraft(new.title, new.body, new.owner_id, new.due_on, state)


def _page(call: Call, wanted: care.TaskFilter, today: date | None, limit: int, cursor: str | None) -> PageOf[TaskShape]:
    with call.read() as connection:
        found = care.list_tasks(
            connection,
            call.access,
            wanted,
            today=today or _today(),
            after=_after(cursor, wanted),
            limit=limit + 1,
        )
    shown = found[:limit]
    next_cursor = encode_cursor(*care.task_key(shown[-1], wanted.state)) if len(found) > limit else None
    return PageOf(items=[TaskShape.model_validate(task) for task in shown], next_cursor=next_cursor)


def _after(cursor: str | None, wanted: care.TaskFilter) -> tuple[Any, str] | None:
    if cursor is None:
        return None
    key, task_id = decode_cursor(cursor, 2)
    try:
        parsed = date.fromisoformat(str(key)) if wanted.state == "open" else datetime.fromisoformat(str(key))
    except ValueError:
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.") from None
    return parsed, str(task_id)


def _today() -> date:
    return datetime.now(UTC).date()

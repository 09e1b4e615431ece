"""One answer to all open items of a pattern: a job that answers them one by one, each in a transaction of its own.

The items are written down when it is asked for. Killed anywhere, the job goes on with those that it has not answered;
what is answered is never answered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold import jobs
from onefold.access import Access, Actor, load_access, record_audit
from onefold.access.accounts.tables import api_key, user_account
from onefold.build.review.answering import Said, account_of, answer_item
from onefold.build.review.listing import Wanted, list_items
from onefold.build.steward import Desk
from onefold.errors import Conflict, InvalidInput, NotAllowed, NotFound
from onefold.identity.bonds import Sets
from onefold.identity.map import owners_of
from onefold.identity.review.model import Answer, Item
from onefold.identity.review.tables import review_answer

REVIEW_BULK = "review"
"""The kind of job."""
_EXAMPLES = 5
_STATES = {"succeeded": "done"}


@dataclass(frozen=True)
class BulkPlan:
    """An answer to a whole pattern: what it would do, or how far it is."""

    facts: dict[str, Any]
    examples: tuple[Item, ...] = ()


def preview_bulk(connection: sa.Connection, access: Access, pattern: str, answer: Answer, *, limit: int) -> BulkPlan:
    """What an answer to a pattern would be about, and how many customers it would merge or split.

    Raises:
        NotFound: the actor has no open item of this pattern.
    """
    items = open_items(connection, access, pattern, limit)
    owners = owners_of(connection, [name for item in items for name in item.subjects])
    planned = {"bulk_id": None, "job_id": None, "state": "planned", "counts": _expected(items, owners, answer)}
    return BulkPlan(_facts(connection, items) | planned, items[:_EXAMPLES])


def ask_bulk(
    connection: sa.Connection,
    access: Access,
    pattern: str,
    answer: Answer,
    reason: str,
    *,
    limit: int,
    now: datetime,
) -> str:
    """Enqueue the job that gives one answer to the open items of a pattern; returns its id.

    Raises:
        NotFound: the actor has no open item of this pattern.
    """
    access.require("update", "identity")
    items = open_items(connection, access, pattern, limit)
    arguments = {
        "pattern": pattern,
        "answer": answer,
        "reason": reason,
        "items": [item.item_id for item in items],
        "customers": _facts(connection, items)["customers"],
        "actor": {"actor_id": access.actor.actor_id, "kind": access.actor.kind, "name": access.actor.name},
    }
    job = jobs.enqueue(connection, REVIEW_BULK, arguments, requested_by=access.actor.actor_id)
    details = {"pattern": pattern, "answer": answer, "items": len(items), "at": now.isoformat()}
    record_audit(connection, access, "identity.review_bulk", "identity", job.job_id, details)
    return job.job_id


def read_bulk(connection: sa.Connection, access: Access, bulk_id: str) -> BulkPlan:
    """How far an answer to a pattern is, for the account that gave it.

    Raises:
        NotFound: there is none, or another gave it.
    """
    unknown = NotFound(f"no answer to a pattern {bulk_id!r}")
    try:
        job = jobs.get_job(connection, bulk_id)
    except NotFound:
        raise unknown from None
    if job.kind != REVIEW_BULK or not (access.is_full or job.requested_by == access.actor.actor_id):
        raise unknown
    answers = list(connection.execute(sa.select(review_answer).where(review_answer.c.bulk_id == bulk_id)))
    totals: dict[str, int] = {}
    for row in answers:
        for name, number in (row.effect or {}).items():
            totals[name] = totals.get(name, 0) + number
    vanished = totals.pop("vanished", 0)
    totals.pop("similar", 0)
    facts = {
        "bulk_id": bulk_id,
        "job_id": bulk_id,
        "state": _STATES.get(job.state.value, job.state.value),
        "items": len(job.arguments["items"]),
        "customers": job.arguments["customers"],
        "answered": len(answers),
        "waiting": sum(row.override_id is None and row.answer != "skip" for row in answers),
        "vanished": vanished,
        "refused": int((job.result or {}).get("refused", 0)),
        "counts": totals,
    }
    return BulkPlan(facts)


def answer_all(
    connect: Callable[[], AbstractContextManager[Desk]],
    item_ids: Sequence[str],
    said: Said,
    *,
    needs_two: bool,
    is_stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[int], None] = lambda _done: None,
) -> dict[str, int]:
    """Give one answer to many items, one transaction each; items that are answered already are left alone.

    Returns:
        answered, refused (they contradict earlier decisions), gone (settled or answered by others meanwhile).
    """
    counts = {"answered": 0, "refused": 0, "gone": 0}
    for number, item_id in enumerate(item_ids):
        if is_stopped():
            raise jobs.Cancelled
        try:
            with connect() as desk:
                if _is_answered_by(desk, item_id, said):
                    continue
                answer_item(desk, item_id, said, needs_two=needs_two)
            counts["answered"] += 1
        except Conflict as error:
            if error.fields.get("reason") == "build_running":
                raise
            counts["refused" if error.fields.get("chain") else "gone"] += 1
        except NotFound:
            counts["gone"] += 1
        tell(number + 1)
    return counts


def access_of(connection: sa.Connection, actor: dict[str, str], mask_key: str) -> Access:
    """What whoever asked for the job may do now.

    Raises:
        NotAllowed: the account or key is no more.
    """
    # what a job keeps was an actor's, so its kind is one
    who = Actor(actor["actor_id"], actor["kind"], actor["name"])  # type: ignore[arg-type]
    if who.kind in ("cli", "system"):
        return Access.full(who)
    key = None
    user_id = who.actor_id
    if who.kind == "key":
        key = connection.execute(sa.select(api_key).where(api_key.c.key_id == who.actor_id)).first()
        user_id = key.user_id if key else ""
    user = connection.execute(
        sa.select(user_account).where(user_account.c.user_id == user_id, user_account.c.state == "active")
    ).first()
    if user is None:
        raise NotAllowed("the account that asked for this is no more")
    who = Actor(who.actor_id, who.kind, who.name, None, user.attributes or {})
    if key is None:
        return load_access(connection, who, mask_key=mask_key)
    limits = None if key.permissions is None else [(verb, kind) for verb, kind in key.permissions]
    return load_access(connection, who, mask_key=mask_key, user_id=user_id, limits=limits, key_role_id=key.role_id)


def _is_answered_by(desk: Desk, item_id: str, said: Said) -> bool:
    """Whether this very answer to the pattern has been given to the item: by an attempt before."""
    mine = sa.select(review_answer.c.answer_id).where(
        review_answer.c.item_id == item_id,
        review_answer.c.bulk_id == said.bulk_id,
        review_answer.c.made_by_id == account_of(desk.connection, desk.access),
    )
    return said.bulk_id is not None and desk.connection.execute(mine.limit(1)).first() is not None


def open_items(connection: sa.Connection, access: Access, pattern: str, limit: int) -> tuple[Item, ...]:
    """The items that an answer to a pattern is about, the most telling first.

    Raises:
        NotFound: the actor has none.
    """
    found = list_items(connection, access, Wanted(state=None, pattern=pattern), limit=100_000)
    account = account_of(connection, access)
    chosen = [
        item
        for item in found
        if item.state.value in ("open", "waiting") and not any(one.made_by_id == account for one in item.answers)
    ]
    if not chosen:
        raise NotFound(
            f"no open question has the pattern {pattern!r}", hint="List them: onefold identity review patterns"
        )
    if limit < 1:
        raise InvalidInput("an answer to a pattern is about one question at least")
    return tuple(chosen[:limit])


def _expected(items: Sequence[Item], owners: dict[str, str], answer: Answer) -> dict[str, int]:
    """Customers that an answer to all of these would merge or split, if none were refused."""
    split = sum(len({owners.get(name) for name in item.subjects}) == 1 for item in items)
    sets, merged = Sets(), 0
    for item in items:
        ours, *others = sorted({owners[name] for name in item.subjects if name in owners})
        for other in others:
            merged += sets.root(ours) != sets.root(other)
            sets.join(ours, other)
    return {"same": {"merged": merged}, "different": {"split": split}}.get(answer, {})


def _facts(connection: sa.Connection, items: Sequence[Item]) -> dict[str, Any]:
    owners = owners_of(connection, [name for item in items for name in item.subjects])
    done = {"answered": 0, "waiting": 0, "vanished": 0, "refused": 0, "counts": {}}
    return {"items": len(items), "customers": len(set(owners.values())), **done}

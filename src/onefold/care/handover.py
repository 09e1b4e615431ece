"""Handing a customer over: what a colleague must know to go on, so that the customer need not tell it again.

Facts alone, in one order, made anew for whoever reads: each value under the reader's masks, each part by the reader's
permissions, and each line with what it comes from. Who hands over writes a note and, where wished, a task: neither
holds values of the customer, so a mention shows nobody more than they may see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.care.customers import standings
from onefold.care.model import Note, Task, TaskDraft
from onefold.care.notes import list_notes, write_note
from onefold.care.task_lists import TaskFilter, list_tasks
from onefold.care.tasks import create_task
from onefold.profiles import Asked, Sight, card_of, list_told, plain, read_timeline
from onefold.profiles.model import Attribute, Essential, TimelineEntry
from onefold.profiles.noise import is_noise
from onefold.profiles.told import ToldFact
from onefold.profiles.traits_sql import CLOSED_WORDS

MOST_READ = 500
"""Events that are looked at, the newest first."""
MOST_OPEN = 5
MOST_TOLD = 8
MOST_TASKS = 10
MOST_NOTES = 5
MOST_CONTRADICTIONS = 8

_CLOSED = re.compile(CLOSED_WORDS)


@dataclass(frozen=True)
class Handover:
    """One customer in short, as one reader may see them."""

    customer_id: str
    display_name: str | None
    name_hidden_by: str | None
    made_at: datetime
    who: tuple[Essential, ...]
    """What stands on the essentials card."""
    contacts: tuple[TimelineEntry, ...]
    """The last one of each department, the newest first."""
    open_conversations: tuple[TimelineEntry, ...]
    """The newest first."""
    told: tuple[ToldFact, ...]
    """Not to be asked again."""
    tasks: tuple[Task, ...] | None
    """Open ones; None where the reader may not see tasks of this customer."""
    notes: tuple[Note, ...] | None
    """Written since the last contact, and the last one in any case; None where the reader may not see notes."""
    contradictions: tuple[Attribute, ...]
    """What systems disagree about; those that a person settled last."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        document: dict[str, Any] = plain(self)
        return document


@dataclass(frozen=True)
class HandedOver:
    """What handing over left behind."""

    note: Note
    task: Task | None


def make_handover(connection: sa.Connection, sight: Sight, *, now: datetime, today: date) -> Handover:
    """The customer in short.

    Args:
        connection: to the app database, of one snapshot.
        sight: the customer, as the reader may see them.
        now: an aware moment.
        today: what ages and due days count to.

    Cost: the card, one page of the timeline, and the customer's tasks and notes.
    """
    card = card_of(connection, sight)
    read = read_timeline(connection, sight, Asked(kinds=frozenset({"event"}), is_collapsed=False), limit=MOST_READ)
    contacts = _last_contacts(read.entries)
    differing = [one for one in card.attributes if one.is_conflict]
    differing.sort(key=lambda one: one.pick is not None)
    return Handover(
        customer_id=card.customer_id,
        display_name=card.display_name,
        name_hidden_by=card.name_hidden_by,
        made_at=now,
        who=tuple(line for line in card.essentials if not line.is_more and line.field != "name"),
        contacts=contacts,
        open_conversations=tuple(entry for entry in read.entries if _is_open(entry))[:MOST_OPEN],
        told=list_told(connection, sight, today)[:MOST_TOLD],
        tasks=_tasks(connection, sight, today),
        notes=_notes(connection, sight, contacts),
        contradictions=tuple(differing[:MOST_CONTRADICTIONS]),
    )


def hand_over(
    connection: sa.Connection,
    access: Access,
    customer_id: str,
    *,
    to: str,
    message: str,
    task: TaskDraft | None = None,
) -> HandedOver:
    """Write a note that calls a colleague to the customer and, where wished, give them a task.

    Args:
        connection: of a transaction.
        access: of whoever hands over.
        customer_id: any id that leads to the customer.
        to: user id of the colleague.
        message: the text of the note.
        task: what is to be done; its owner is the colleague.

    Raises:
        NotFound: no such customer for this actor.
        NotAllowed: the actor may not write notes, or not give work to others.
        InvalidInput: a text is empty or too long, or the colleague cannot sign in, or may not see tasks of the
            customer.
    """
    note = write_note(connection, access, customer_id, message, [to])
    made = create_task(connection, access, customer_id, task) if task else None
    return HandedOver(note, made)


def _last_contacts(entries: Sequence[TimelineEntry]) -> tuple[TimelineEntry, ...]:
    latest: dict[str, TimelineEntry] = {}
    for entry in entries:
        if entry.occurred_at is not None and not is_noise(entry):
            latest.setdefault(entry.department, entry)
    return tuple(latest.values())


def _is_open(entry: TimelineEntry) -> bool:
    is_known = entry.role == "conversations" and entry.status is not None and "status" not in entry.hidden
    return is_known and not _CLOSED.search(str(entry.status).lower())


def _tasks(connection: sa.Connection, sight: Sight, today: date) -> tuple[Task, ...] | None:
    if not standings(connection, sight.access, [sight.customer_id], "read", "task"):
        return None
    wanted = TaskFilter(customer_id=sight.customer_id)
    return tuple(list_tasks(connection, sight.access, wanted, today=today, limit=MOST_TASKS))


def _notes(connection: sa.Connection, sight: Sight, contacts: Sequence[TimelineEntry]) -> tuple[Note, ...] | None:
    if not standings(connection, sight.access, [sight.customer_id], "read", "note"):
        return None
    found = list_notes(connection, sight.access, sight.customer_id, limit=MOST_NOTES)
    since = contacts[0].occurred_at if contacts else None
    return tuple(note for place, note in enumerate(found) if place == 0 or since is None or note.created_at >= since)

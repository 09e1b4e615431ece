"""What it takes to undo changes of the map: decisions that bring the former sides back and hold them.

An undo is a decision like any other: the sides are different customers, and each of them is one. So the next build does
not redo what was undone, the decisions can be listed and withdrawn, and undoing an undo is nothing special. Decisions
that themselves caused the change are withdrawn.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.errors import Conflict, InvalidInput, NotFound
from onefold.identity.map import current_customer_id, owners_of, subjects_of
from onefold.identity.override import Override, check_consistent
from onefold.identity.overrides import active_overrides, draft_override, overrides_of_run
from onefold.identity.reasons import way_of
from onefold.identity.tables import customer_change, subject, subject_history


@dataclass(frozen=True)
class Person:
    """Who decides, and why."""

    name: str
    actor_id: str
    reason: str
    now: datetime


@dataclass
class Undo:
    """What an undo decides."""

    change_ids: list[int] = field(default_factory=list)
    drafts: list[Override] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    """Decisions that caused what is undone."""
    pins: dict[str, str] = field(default_factory=dict)
    """Present subject -> the customer that its group has to be again."""

    def pins_of(self, groups: Mapping[str, Hashable]) -> dict[Hashable, str]:
        """Group -> the customer that it has to be; no customer twice."""
        found: dict[Hashable, str] = {}
        for name, customer_id in self.pins.items():
            if name in groups and groups[name] not in found and customer_id not in found.values():
                found[groups[name]] = customer_id
        return found


def plan_undo_of_change(connection: sa.Connection, change_id: int, person: Person) -> Undo:
    """The decisions that undo one change.

    Raises:
        NotFound: there is no such change.
        InvalidInput: it cannot be undone: records vanished at their source, or an id came back with its records.
        Conflict: it was undone before, its records have moved on since, or decisions of people stand against it.
    """
    row = connection.execute(sa.select(customer_change).where(customer_change.c.change_id == change_id)).first()
    if row is None:
        raise NotFound(f"no change {change_id}", hint="List them: onefold identity changes")
    return _plan(connection, [row], person)


def plan_undo_of_run(connection: sa.Connection, run_id: int, person: Person) -> Undo:
    """The decisions that undo all that a run merged, split and moved; what cannot be undone any more is left.

    Raises:
        NotFound: there is no such run, or it changed nothing that can be undone.
        Conflict: nothing of it can be undone now, or decisions of people stand against it.
    """
    query = sa.select(customer_change).where(customer_change.c.run_id == run_id, customer_change.c.kind != "retired")
    rows = connection.execute(query.order_by(customer_change.c.change_id.desc())).all()
    if not rows:
        raise NotFound(f"run {run_id} changed nothing that could be undone", hint="List them: onefold identity changes")
    return _plan(connection, rows, person)


def mark_undone(connection: sa.Connection, change_ids: Iterable[int], run_id: int) -> None:
    """Note that a run took changes back; what those had undone themselves is done again."""
    for change_id in change_ids:
        chosen = customer_change.c.change_id == change_id
        row = connection.execute(sa.select(customer_change).where(chosen)).one()
        connection.execute(customer_change.update().where(chosen).values(undone_run=run_id))
        pair = (row.customer_id, row.other_customer_id)
        redone = sa.and_(
            customer_change.c.undone_run == row.run_id,
            customer_change.c.customer_id.in_(pair),
            customer_change.c.other_customer_id.in_(pair),
        )
        connection.execute(customer_change.update().where(redone).values(undone_run=None))


def _plan(connection: sa.Connection, rows: Sequence[Any], person: Person) -> Undo:
    undo = Undo()
    reasons: list[Conflict | InvalidInput] = []
    for row in rows:
        try:
            sides = _Sides(connection, row, rows, person)
            drafts = sides.drafts()
        except (Conflict, InvalidInput) as error:
            reasons.append(error)
            continue
        undo.change_ids.append(row.change_id)
        undo.drafts += drafts
        undo.pins = sides.pins | undo.pins
    if not undo.change_ids:
        raise reasons[0]
    _withdraw_causes(connection, rows[0].run_id, undo)
    return undo


def _withdraw_causes(connection: sa.Connection, run_id: int, undo: Undo) -> None:
    """Give up the decisions of the undone run that contradict the undo; others refuse it."""
    of_run = {one.override_id: one for one in overrides_of_run(connection, run_id)}
    held = active_overrides(connection)
    while True:
        gone = set(undo.withdrawn)
        try:
            check_consistent([one for one in held if one.override_id not in gone], undo.drafts)
        except Conflict as error:
            chain = [step["override_id"] for step in error.fields.get("chain", ())]
            cause = next((of_run[one] for one in chain if one in of_run and one not in gone), None)
            if cause is None:
                raise
            kin = [
                one.override_id
                for one in of_run.values()
                if one.undoes_change is not None and one.undoes_change == cause.undoes_change
            ]
            undo.withdrawn += sorted({cause.override_id, *kin} - gone)
            continue
        return


class _Sides:
    """The records on both sides of one change, as far as they are still where the change put them."""

    def __init__(self, connection: sa.Connection, row: Any, batch: Sequence[Any], person: Person) -> None:
        self._connection = connection
        self._row = row
        self._batch = batch
        self._person = person
        self._moved = list(row.subject_ids)
        self.pins: dict[str, str] = {}
        """Present subject -> the customer that its side has to be."""

    def drafts(self) -> list[Override]:
        """The decisions that undo the change."""
        row = self._row
        if row.undone_run is not None:
            raise Conflict(f"change {row.change_id} was undone before", hint="onefold identity changes shows by which.")
        if row.kind == "retired" or not self._moved or row.other_customer_id is None:
            raise InvalidInput(
                f"change {row.change_id} ({row.kind}) cannot be undone",
                hint="Its records vanished at their source or came back with it; no records changed customers.",
            )
        return self._of_merge() if row.kind == "merged" else self._of_split()

    def _of_merge(self) -> list[Override]:
        """Bring the records that moved out again, and hold both sides."""
        row = self._row
        holder = current_customer_id(self._connection, row.other_customer_id)
        before = _held(self._connection, row.other_customer_id, row.run_id, was_before=True)
        moved = self._still(self._moved, holder)
        others = self._still(sorted(before - set(self._moved)), holder)
        is_known = bool(_present(self._connection, others))
        if not is_known:
            rest = set(subjects_of(self._connection, holder or "")) - set(moved)
            others = sorted(rest)
        if not _present(self._connection, moved) or not others:
            raise self._moved_on()
        siblings = {
            name
            for one in self._batch
            if one.kind == "merged" and one.other_customer_id == row.other_customer_id and one is not row
            for name in self._still(one.subject_ids, holder)
        }
        self._pin(moved, row.customer_id)
        self._pin(others, holder)
        drafts = [self._different(moved, sorted({*others, *siblings} - set(moved))), *self._same(moved)]
        return drafts + (self._same(others) if is_known else [])

    def _of_split(self) -> list[Override]:
        """Bring the records back to those that they left."""
        row = self._row
        home, former = way_of(row.kind, row.customer_id, row.other_customer_id)
        if home is None or former is None:
            raise self._moved_on()
        now_at, left_at = (current_customer_id(self._connection, one) for one in (home, former))
        moved = self._still(self._moved, now_at)
        stayed = self._still(
            sorted(_held(self._connection, former, row.run_id, was_before=False) - set(moved)), left_at
        )
        if now_at == left_at or not _present(self._connection, moved) or not _present(self._connection, stayed):
            raise self._moved_on()
        self._pin(stayed, left_at)
        drafts = self._same([*moved, *stayed])
        if row.kind == "moved":
            there = self._still(sorted(_held(self._connection, home, row.run_id, was_before=True) - set(moved)), now_at)
            drafts += [self._different(moved, there)] if there else []
        return drafts

    def _pin(self, names: Sequence[str], customer_id: str | None) -> None:
        present = sorted(owners_of(self._connection, names))
        if present and customer_id is not None:
            self.pins[present[0]] = customer_id

    def _still(self, names: Sequence[str], holder: str | None) -> list[str]:
        """Those of ``names`` that ``holder`` holds, and those that are gone at present."""
        owners = owners_of(self._connection, names)
        return [name for name in names if owners.get(name, holder) == holder]

    def _different(self, ours: Sequence[str], theirs: Sequence[str]) -> Override:
        return self._draft("different", ours, theirs)

    def _same(self, names: Sequence[str]) -> list[Override]:
        return [self._draft("same", names, ())] if len(set(names)) > 1 else []

    def _draft(self, kind: Any, ours: Sequence[str], theirs: Sequence[str]) -> Override:
        person = self._person
        return draft_override(
            kind,
            ours,
            theirs,
            reason=person.reason,
            made_by=person.name,
            made_by_id=person.actor_id,
            now=person.now,
            undoes_change=self._row.change_id,
        )

    def _moved_on(self) -> Conflict:
        return Conflict(
            f"change {self._row.change_id} cannot be undone: its records have moved on since, or are gone",
            hint="Undo the later changes first: onefold identity changes",
        )


def _held(connection: sa.Connection, customer_id: str, run_id: int, *, was_before: bool) -> set[str]:
    """Subjects that a customer held just before a run; else those that it held before and still after."""
    ended = subject_history.c.detached_run
    past = sa.select(subject_history.c.subject_id).where(
        subject_history.c.customer_id == customer_id,
        subject_history.c.attached_run < run_id,
        ended >= run_id if was_before else ended > run_id,
    )
    now = sa.select(subject.c.subject_id).where(subject.c.customer_id == customer_id, subject.c.attached_run < run_id)
    return {*connection.execute(past).scalars(), *connection.execute(now).scalars()}


def _present(connection: sa.Connection, names: Sequence[str]) -> bool:
    return bool(owners_of(connection, names))

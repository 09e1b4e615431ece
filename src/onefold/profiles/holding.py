"""Picks after a build: those that hold are put over what the rules chose, those that do not are ended and told.

A build writes profiles by rule; this comes next, in the same transaction, for the customers whose profiles it wrote. A
pick hangs on a record:

- its record still says the value: it holds, for whichever customer the record is now;
- its record says something else: the pick lapses (``changed``) and the contradiction asks again;
- its record is gone: it moves to another record of its customer that says the same, else it lapses (``gone``).

Of several picks of one attribute on one customer, as after a merge, the newest counts; the others wait with their
records, so that an undone merge gives each customer back its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from onefold.access import Access, Actor, record_audit
from onefold.engines import Engine
from onefold.identity import current_customer_id
from onefold.kernel import subject_id_for
from onefold.profiles.pick_rows import (
    LAPSED,
    Ending,
    Stored,
    end_pick,
    held_pick,
    owners_of,
    stored_profiles,
    write_state,
    write_stored,
)
from onefold.profiles.picks import HeldPick, find_value, folded, with_pick
from onefold.profiles.tables import customer_pick
from onefold.storage import announce, aware

_BUILD = Access.full(Actor("build", "system", "build"))

_SAID_SQL = """
    -- grain: one row per pick and value that its record says in the attribute: how the customer's records write it
    select
        p.pick_id,
        left(v.value, 1000) as value,
        min(v.column_name) as column_name,
        list(distinct left(w.value, 1000)) as writings
    from pick_wanted p
    join main.record_value v on v.subject_id = p.subject_id
    join unify_label l on l.attribute = v.attribute and l.column_name = v.column_name and l.label = p.attribute
    join main.customer_subject s on s.subject_id = v.subject_id
    join main.customer_subject t on t.customer_id = s.customer_id
    join main.record_value w
        on w.subject_id = t.subject_id
        and coalesce(w.compare_value, w.value) = coalesce(v.compare_value, v.value)
    join unify_label m on m.attribute = w.attribute and m.column_name = w.column_name and m.label = l.label
    where v.value is not null
    group by p.pick_id, left(v.value, 1000)"""


@dataclass(frozen=True)
class _Said:
    """What a pick's record says in the attribute."""

    value: str
    column: str
    writings: frozenset[str]


@dataclass
class _Customer:
    """The picks that concern one customer."""

    held: list[tuple[Any, _Said | None]] = field(default_factory=list)
    """Rows, the newest first; without what was said where the record is gone."""
    ended: list[Any] = field(default_factory=list)


def hold_picks(connection: sa.Connection, engine: Engine, written: Iterable[str], now: datetime) -> dict[str, int]:
    """Put picks over the profiles that a build wrote.

    Args:
        connection: of the transaction that wrote them.
        engine: the warehouse, with ``unify_label``.
        written: the customers.
        now: an aware moment.

    Returns:
        Counts: picks_held, picks_lapsed.
    """
    counts = {"picks_held": 0, "picks_lapsed": 0}
    rows = connection.execute(
        sa.select(customer_pick).order_by(customer_pick.c.picked_at.desc(), customer_pick.c.pick_id)
    ).all()
    if not rows:
        return counts
    customers = _by_customer(connection, engine, rows, set(written))
    found = {stored.customer_id: stored for stored in stored_profiles(connection, customers)}
    for customer_id, concerned in customers.items():
        stored = found.get(customer_id)
        if stored is None:
            for row, _said in concerned.held:
                _lapse(connection, row, customer_id, "gone", now)
                counts["picks_lapsed"] += 1
        else:
            _hold(connection, stored, concerned, now, counts)
    return counts


def _by_customer(
    connection: sa.Connection, engine: Engine, rows: Collection[Any], written: set[str]
) -> dict[str, _Customer]:
    owners = owners_of(connection, (row.subject_id for row in rows))
    held = [row for row in rows if row.ended_at is None]
    said = _read_said(engine, [row for row in held if owners.get(row.subject_id) in written])
    found: dict[str, _Customer] = {}
    for row in rows:
        owner = owners.get(row.subject_id)
        is_gone = owner is None
        if is_gone or row.ended_at is not None:
            last = current_customer_id(connection, row.customer_id) or row.customer_id
            owner = owner if owner in written and row.ended_at is not None else last
        if owner not in written and not (is_gone and row.ended_at is None):
            continue
        customer = found.setdefault(str(owner), _Customer())
        if row.ended_at is not None:
            customer.ended.append(row)
        else:
            customer.held.append((row, None if is_gone else _matching(row, said.get(row.pick_id, []))))
    return found


def _read_said(engine: Engine, rows: list[Any]) -> dict[str, list[_Said]]:
    names = ("pick_id", "subject_id", "attribute")
    wanted = pa.table({name: pa.array([getattr(row, name) for row in rows], pa.string()) for name in names})
    found: dict[str, list[_Said]] = {}
    with engine.registered(wanted, "pick_wanted"):
        for pick_id, value, column, writings in engine.rows(_SAID_SQL):
            found.setdefault(pick_id, []).append(_Said(value, column, frozenset(writings)))
    return found


def _matching(row: Any, said: list[_Said]) -> _Said:
    """What the record says of what was picked; the value empty where it says something else."""
    for is_same in (lambda one: one == row.value, lambda one: folded(one) == folded(row.value)):
        if found := next((one for one in said if is_same(one.value)), None):
            return found
    return _Said("", "", frozenset())


def _hold(
    connection: sa.Connection, stored: Stored, concerned: _Customer, now: datetime, counts: dict[str, int]
) -> None:
    held: dict[str, HeldPick] = {}
    lapsed = _lapsed_before(concerned)
    for row, said in concerned.held:
        pick = _moved(connection, stored, row) if said is None else _kept(connection, stored, row, said)
        if pick is None:
            _lapse(connection, row, stored.customer_id, "gone" if said is None else "changed", now)
            lapsed.add(row.attribute)
            counts["picks_lapsed"] += 1
        elif row.attribute not in held:
            held[row.attribute] = pick
    attributes, shown = stored.attributes, stored.shown
    for pick in held.values():
        attributes = with_pick(attributes, shown, pick)
    if attributes != stored.attributes:
        write_stored(connection, stored, attributes)
    counts["picks_held"] += len(held)
    for name in {*held, *lapsed}:
        write_state(connection, stored, name, held.get(name), has_lapsed=name in lapsed)


def _lapsed_before(concerned: _Customer) -> set[str]:
    """The attributes whose last pick lapsed."""
    latest: dict[str, Any] = {}
    for row in concerned.ended:
        known = latest.get(row.attribute)
        if known is None or aware(row.ended_at) > aware(known.ended_at):
            latest[row.attribute] = row
    return {name for name, row in latest.items() if row.ended_why in LAPSED}


def _kept(connection: sa.Connection, stored: Stored, row: Any, said: _Said) -> HeldPick | None:
    if not said.value:
        return None
    places = {_subject_of(record): place for place, record in enumerate(stored.attributes["records"])}
    if row.subject_id not in places:
        return None
    pick = held_pick(row, place=places[row.subject_id], column=said.column, writings=said.writings)
    if said.value == row.value:
        return pick
    _update(connection, row, value=said.value)
    return replace(pick, value=said.value)


def _moved(connection: sa.Connection, stored: Stored, row: Any) -> HeldPick | None:
    """The pick on another record that says the same, now that its own is gone."""
    entry = stored.attributes["values"].get(row.attribute)
    value = find_value(entry, row.value) if entry else None
    if value is None:
        return None
    subject = _subject_of(stored.attributes["records"][value["record"]])
    _update(connection, row, subject_id=subject)
    return held_pick(row)


def _update(connection: sa.Connection, row: Any, **values: Any) -> None:
    connection.execute(customer_pick.update().where(customer_pick.c.pick_id == row.pick_id).values(values))


def _subject_of(record: dict[str, Any]) -> str:
    return subject_id_for(record["source"], record["table"], record["record_key"])


def _lapse(connection: sa.Connection, row: Any, customer_id: str, why: str, now: datetime) -> None:
    end_pick(connection, row.pick_id, customer_id, Ending(why, _BUILD.actor.actor_id, _BUILD.actor.name, now))
    facts = {"attribute": row.attribute, "pick_id": row.pick_id, "why": why}
    record_audit(connection, _BUILD, "customer.pick_lapsed", "customer", customer_id, facts, customer_id=customer_id)
    announce(
        connection,
        "pick.lapsed",
        resource="customer",
        resource_id=customer_id,
        customer_id=customer_id,
        payload=facts,
        at=now,
    )

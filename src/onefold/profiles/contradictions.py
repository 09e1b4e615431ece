"""In what the systems contradict each other, across customers: the list of whoever settles it, and its numbers.

A contradiction is ``open`` (a rule decides), ``lapsed`` (somebody had picked, and the picked record says something
else since or is gone), ``challenged`` (a pick holds, and a value has come up that there was not to choose from) or
``settled`` (a pick holds). Rows are those that the actor may know of; attributes that are masked for them are neither
listed nor counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles.attribute_sql import has_word
from onefold.profiles.attributes import summary_column
from onefold.profiles.card import attributes_of
from onefold.profiles.model import Attribute
from onefold.profiles.picking import Picked, lapsed_picks
from onefold.profiles.sight import Sight
from onefold.profiles.tables import contradiction, profile, profile_summary

State = Literal["open", "lapsed", "challenged", "settled"]
STATES: tuple[State, ...] = ("lapsed", "challenged", "open", "settled")
UNDECIDED: tuple[State, ...] = ("lapsed", "challenged", "open")
"""The states that ask for somebody."""


@dataclass(frozen=True)
class ContradictionFilter:
    """Which contradictions."""

    states: tuple[State, ...] = UNDECIDED
    attribute: str | None = None
    system: str | None = None
    """That says one of the values."""


@dataclass(frozen=True)
class Contradiction:
    """One attribute of one customer, and who says what."""

    customer_id: str
    display_name: str | None
    name_hidden_by: str | None
    version: int
    """Of the profile: what ``If-Match`` takes."""
    state: State
    attribute: Attribute
    lapsed: Picked | None
    """The pick that ended by itself, where it is ``lapsed``."""
    may_pick: bool


@dataclass(frozen=True)
class ContradictionCounts:
    """How many contradictions there are: by state, and those of the states asked for by attribute and by system."""

    states: dict[str, int]
    attributes: dict[str, int]
    systems: dict[str, int]
    """A contradiction counts for each system that says one of its values."""


def list_contradictions(
    connection: sa.Connection,
    access: Access,
    wanted: ContradictionFilter,
    *,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[Contradiction]:
    """Contradictions by customer.

    Args:
        connection: to the app database, of one snapshot.
        access: of the actor.
        wanted: which ones.
        after: customer and attribute of the last one of the page before.
        limit: at most.

    Raises:
        NotAllowed: the actor may not read customers.
    """
    query = _visible(connection, access, wanted).add_columns(
        profile_summary.c.display_name,
        access.admission(summary_column).label("admission"),
        access.customers(summary_column, verb="update", kind="customer").label("may_pick"),
    )
    key = sa.tuple_(contradiction.c.customer_id, contradiction.c.attribute)
    if after is not None:
        query = query.where(key > sa.tuple_(*after))
    order = (contradiction.c.customer_id, contradiction.c.attribute)
    rows = connection.execute(query.order_by(*order).limit(limit)).all()
    made = {
        row.customer_id: row
        for row in connection.execute(
            sa.select(profile.c.customer_id, profile.c.version, profile.c.attributes).where(
                profile.c.customer_id.in_(sorted({row.customer_id for row in rows}))
            )
        )
    }
    return [_shown(connection, access, row, made[row.customer_id]) for row in rows]


def count_contradictions(connection: sa.Connection, access: Access, wanted: ContradictionFilter) -> ContradictionCounts:
    """How many there are; each number leaves its own filter aside, so that it says what choosing another would show.

    Raises:
        NotAllowed: the actor may not read customers.
    """
    everything = ContradictionFilter(states=STATES)
    visible = _visible(connection, access, everything).subquery()
    columns = (visible.c.state, visible.c.attribute, visible.c.systems)
    query = sa.select(*columns, sa.func.count().label("n")).group_by(*columns)
    states: Counter[str] = Counter()
    attributes: Counter[str] = Counter()
    systems: Counter[str] = Counter()
    for row in connection.execute(query):
        is_state = row.state in wanted.states
        is_attribute = wanted.attribute in (None, row.attribute)
        is_system = wanted.system is None or wanted.system in row.systems.split()
        states[row.state] += row.n if is_attribute and is_system else 0
        attributes[row.attribute] += row.n if is_state and is_system else 0
        for system in row.systems.split() if is_state and is_attribute else ():
            systems[system] += row.n
    return ContradictionCounts({state: states[state] for state in STATES}, _ranked(attributes), _ranked(systems))


def _visible(connection: sa.Connection, access: Access, wanted: ContradictionFilter) -> sa.Select[Any]:
    access.require("read", "customer")
    conditions = [contradiction.c.state.in_(wanted.states), access.customers(summary_column)]
    if wanted.attribute is not None:
        access.require_search(wanted.attribute)
        conditions.append(contradiction.c.attribute == wanted.attribute)
    elif masked := _masked(connection, access):
        conditions.append(contradiction.c.attribute.not_in(masked))
    if wanted.system is not None:
        conditions.append(has_word(contradiction.c.systems, wanted.system))
    return (
        sa.select(contradiction)
        .join_from(contradiction, profile_summary, profile_summary.c.customer_id == contradiction.c.customer_id)
        .where(*conditions)
    )


def _masked(connection: sa.Connection, access: Access) -> list[str]:
    """The attributes that somewhere are masked for the actor."""
    if access.is_full:
        return []
    named = connection.scalars(sa.select(contradiction.c.attribute).distinct())
    return sorted(name for name in named if not access.may_search(name))


def _shown(connection: sa.Connection, access: Access, row: Any, made: Any) -> Contradiction:
    sight = Sight(row.customer_id, access, row.admission)
    name = sight.shown("display_name", row.display_name)
    stored = {**made.attributes, "values": {row.attribute: made.attributes["values"][row.attribute]}}
    lapsed = lapsed_picks(connection, sight).get(row.attribute) if row.state == "lapsed" else None
    return Contradiction(
        customer_id=row.customer_id,
        display_name=name.value,
        name_hidden_by=name.hidden_by,
        version=made.version,
        state=row.state,
        attribute=attributes_of(stored, sight)[0],
        lapsed=lapsed,
        may_pick=bool(row.may_pick),
    )


def _ranked(counts: Counter[str]) -> dict[str, int]:
    found: Iterable[tuple[str, int]] = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    return {name: count for name, count in found if count}

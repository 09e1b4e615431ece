"""Picks as the app database keeps them: who holds them now, how they end, and what was picked before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from onefold.profiles.model import plain
from onefold.profiles.picks import HeldPick, ShownNames, folded, picked_names, ruled_names, state_of, summary_values
from onefold.profiles.tables import contradiction, customer_pick, profile, profile_summary
from onefold.storage import aware

LAPSED = ("changed", "gone")
"""Why a pick ends by itself: its record says something else now; no record says it any more."""

_AT_A_TIME = 500

_subject = sa.table("subject", sa.column("subject_id", sa.Text), sa.column("customer_id", sa.Text))


@dataclass(frozen=True)
class Ending:
    """How a pick ends."""

    why: str
    """changed, gone, withdrawn or replaced."""
    by: str
    by_name: str
    at: datetime


@dataclass(frozen=True)
class Stored:
    """A profile as it stands, with what lists sort it by."""

    customer_id: str
    kind: str
    version: int
    attributes: dict[str, Any]
    traits: dict[str, Any]
    shown: ShownNames


def stored_profiles(connection: sa.Connection, customer_ids: Iterable[str]) -> Iterator[Stored]:
    """The profiles of these customers, some at a time."""
    for some in _some(customer_ids):
        query = (
            sa.select(profile, profile_summary.c.sort_name)
            .join(profile_summary, profile_summary.c.customer_id == profile.c.customer_id)
            .where(profile.c.customer_id.in_(some))
        )
        for row in connection.execute(query).all():
            yield Stored(
                row.customer_id,
                row.kind,
                row.version,
                row.attributes,
                row.traits,
                ShownNames(row.display_name, row.sort_name),
            )


def write_stored(
    connection: sa.Connection, stored: Stored, attributes: dict[str, Any], **changed: Any
) -> sa.CursorResult[Any]:
    """Make a profile show ``attributes``, and its summary with it; ``changed`` are further columns of the profile.

    Returns:
        Of the update of the profile: no row where it is at another version by now.
    """
    ruled = ruled_names(stored.attributes, stored.shown)
    names = picked_names(attributes, stored.kind, ruled) if "ruled" in attributes else ruled
    mine = (profile.c.customer_id == stored.customer_id, profile.c.version == stored.version)
    values = {"attributes": attributes, "display_name": names.display_name, **changed}
    done = connection.execute(profile.update().where(*mine).values(values))
    if done.rowcount == 1:
        connection.execute(
            profile_summary.update()
            .where(profile_summary.c.customer_id == stored.customer_id)
            .values(summary_values(attributes, stored.traits, names))
        )
    return done


def write_state(
    connection: sa.Connection, stored: Stored, attribute: str, pick: HeldPick | None, *, has_lapsed: bool
) -> None:
    """Say where a contradiction of the customer stands; nothing where there is none."""
    entry = stored.attributes["values"].get(attribute)
    if entry is None:
        return
    state = state_of(entry, pick, has_lapsed=has_lapsed)
    mine = (contradiction.c.customer_id == stored.customer_id, contradiction.c.attribute == attribute)
    connection.execute(contradiction.update().where(*mine).values(state=state))


def subjects_of(connection: sa.Connection, customer_id: str) -> list[str]:
    """The records that are the customer now."""
    query = sa.select(_subject.c.subject_id).where(_subject.c.customer_id == customer_id)
    return list(connection.scalars(query.order_by(_subject.c.subject_id)))


def owners_of(connection: sa.Connection, subject_ids: Iterable[str]) -> dict[str, str]:
    """Subject -> the customer that it is now; without subjects that are gone."""
    found: dict[str, str] = {}
    for some in _some(subject_ids):
        query = sa.select(_subject.c.subject_id, _subject.c.customer_id).where(_subject.c.subject_id.in_(some))
        found |= {row.subject_id: row.customer_id for row in connection.execute(query)}
    return found


def picks_on(connection: sa.Connection, subject_ids: Sequence[str], attribute: str | None = None) -> list[Any]:
    """The picks that hold on these records, the newest first."""
    query = sa.select(customer_pick).where(
        customer_pick.c.subject_id.in_(subject_ids), customer_pick.c.ended_at.is_(None)
    )
    if attribute is not None:
        query = query.where(customer_pick.c.attribute == attribute)
    return list(connection.execute(query.order_by(customer_pick.c.picked_at.desc(), customer_pick.c.pick_id)).all())


def end_pick(connection: sa.Connection, pick_id: str, customer_id: str, ending: Ending) -> None:
    """End a pick; the row stays."""
    connection.execute(
        customer_pick.update()
        .where(customer_pick.c.pick_id == pick_id)
        .values(
            customer_id=customer_id,
            ended_at=ending.at,
            ended_why=ending.why,
            ended_by=ending.by,
            ended_by_name=ending.by_name,
        )
    )


def held_pick(row: Any, **where: Any) -> HeldPick:
    """A row of ``customer_pick`` as profiles show it."""
    return HeldPick(
        pick_id=row.pick_id,
        attribute=row.attribute,
        value=row.value,
        by=row.picked_by,
        by_name=row.picked_by_name,
        at=plain(aware(row.picked_at)),
        reason=row.reason,
        known=frozenset(folded(value) for value in row.known),
        **where,
    )


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(ids))
    return (wanted[start : start + _AT_A_TIME] for start in range(0, len(wanted), _AT_A_TIME))

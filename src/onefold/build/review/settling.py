"""What a decision settles: open questions that it answers too, and what the rest of a pattern is worth then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from onefold.errors import Stale
from onefold.identity.bonds import Bonds
from onefold.identity.override import Override
from onefold.identity.overrides import active_overrides
from onefold.identity.review.finding import is_settled
from onefold.identity.review.keeping import answers_by_pattern
from onefold.identity.review.model import UNDECIDED, Item, ItemState
from onefold.identity.review.ordering import Said, entropy_bits, heard_probability, worth_of_pattern
from onefold.identity.review.queue import read_items
from onefold.identity.review.tables import review_answer, review_item, review_item_subject
from onefold.storage import announce

_PER_QUERY = 500
_UNDECIDED = [state.value for state in UNDECIDED]


def settle_items(
    connection: sa.Connection, overrides: Sequence[Override], made: Sequence[Override], now: datetime
) -> tuple[str, ...]:
    """Let questions lapse that the decisions in force answer, now that some were ``made``; returns their ids.

    Cost: in proportion to the undecided items that share a record with the decisions or their chains.
    """
    bonds = Bonds.of(overrides)
    units = {bonds.unit_of[name] for one in made for name in one.subjects}
    near = [name for name, unit in bonds.unit_of.items() if unit in units]
    settled = [item for item in _undecided_items(connection, near) if is_settled(item.side_a, item.side_b, bonds)]
    lapsed = {"state": ItemState.LAPSED.value, "is_disputed": False, "lapsed_by": made[0].override_id}
    for item in settled:
        mine = review_item.c.item_id == item.item_id
        connection.execute(review_item.update().where(mine).values(lapsed | {"version": item.version + 1}))
        connection.execute(
            review_answer.update().where(review_answer.c.item_id == item.item_id).values(is_standing=False)
        )
    for pattern in sorted({item.pattern.key for item in settled}):
        reweigh_pattern(connection, pattern)
    if settled:
        announce(connection, "review.lapsed", resource="identity", resource_id=made[0].override_id, at=now)
    return tuple(item.item_id for item in settled)


def reopen_items(connection: sa.Connection, item: Item, override_id: str, now: datetime) -> None:
    """Ask an answered question again whose decision no longer binds, and those that lapsed with it.

    What other decisions in force answer stays lapsed, for as long as builds do not doubt it.
    """
    bonds = Bonds.of(active_overrides(connection))
    lapsed = sa.select(review_item).where(
        review_item.c.lapsed_by == override_id, review_item.c.state == ItemState.LAPSED.value
    )
    items = [item, *read_items(connection, lapsed.order_by(review_item.c.item_id))]
    for one in items:
        state = ItemState.LAPSED if is_settled(one.side_a, one.side_b, bonds) else ItemState.OPEN
        asked = {"state": state.value, "is_disputed": False, "answer": None, "answered_at": None, "lapsed_by": None}
        mine = (review_item.c.item_id == one.item_id) & (review_item.c.version == one.version)
        done = connection.execute(review_item.update().where(mine).values(asked | {"version": one.version + 1}))
        if not done.rowcount:
            raise Stale("this question was changed meanwhile", hint="Look at it again.")
    said = review_answer.c.item_id == item.item_id
    connection.execute(review_answer.update().where(said).values(is_standing=False, effect=None))
    for pattern in sorted({one.pattern.key for one in items}):
        reweigh_pattern(connection, pattern)
    announce(connection, "review.reopened", resource="identity", resource_id=override_id, at=now)


def reweigh_pattern(connection: sa.Connection, pattern: str) -> tuple[int, Said]:
    """What the undecided items of a pattern are worth, now that so many are left and so many were answered.

    Returns:
        Undecided items of the pattern; the answers to it.
    """
    items = review_item.c
    is_left = (items.pattern == pattern) & items.state.in_(_UNDECIDED)
    columns = (items.item_id, items.model_probability, items.teaches, items.touches, items.score)
    left = connection.execute(sa.select(*columns).where(is_left)).all()
    said = answers_by_pattern(connection, pattern).get(pattern, Said())
    factor = worth_of_pattern(len(left), said.answers)
    rows = []
    for row in left:
        probability = heard_probability(row.model_probability, said)
        entropy = entropy_bits(probability)
        by_turn = row.score / row.teaches if row.teaches else row.touches  # the next build gives out turns anew
        worth = {"new_entropy": entropy, "new_teaches": entropy * factor, "new_score": entropy * factor * by_turn}
        rows.append({"which": row.item_id, "new_probability": probability} | worth)
    if rows:
        values: dict[str, sa.BindParameter[float]] = {
            name: sa.bindparam(f"new_{name}") for name in ("probability", "entropy", "teaches", "score")
        }
        connection.execute(review_item.update().where(items.item_id == sa.bindparam("which")).values(values), rows)
    return len(left), said


def _undecided_items(connection: sa.Connection, subject_ids: Sequence[str]) -> list[Item]:
    """Those that are about any of these records."""
    found: set[str] = set()
    for start in range(0, len(subject_ids), _PER_QUERY):
        query = (
            sa.select(review_item.c.item_id)
            .join(review_item_subject, review_item_subject.c.item_id == review_item.c.item_id)
            .where(
                review_item_subject.c.subject_id.in_(subject_ids[start : start + _PER_QUERY]),
                review_item.c.state.in_(_UNDECIDED),
            )
        )
        found |= set(connection.scalars(query))
    ids, items = sorted(found), []
    for start in range(0, len(ids), _PER_QUERY):
        wanted = sa.select(review_item).where(review_item.c.item_id.in_(ids[start : start + _PER_QUERY]))
        items += read_items(connection, wanted.order_by(review_item.c.item_id))
    return items

"""What an answer settles beside its own item: open items that its decision answers too, and what the rest is worth."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from onefold.build.steward import Effect
from onefold.identity.bonds import Bonds
from onefold.identity.overrides import active_overrides
from onefold.identity.review.finding import is_settled
from onefold.identity.review.model import UNDECIDED, Item, ItemState, Taught
from onefold.identity.review.ordering import worth_of_pattern
from onefold.identity.review.queue import read_items
from onefold.identity.review.tables import review_answer, review_item, review_item_subject
from onefold.storage import announce

_PER_QUERY = 500
_UNDECIDED = [state.value for state in UNDECIDED]


def settle_others(connection: sa.Connection, item: Item, answer_id: str, effect: Effect, now: datetime) -> Taught:
    """Let items lapse that the decisions now in force answer, and weigh the others of this pattern anew.

    Cost: in proportion to the open items that share a record with the decision or its chain, and to the pattern.
    """
    vanished = _lapse_answered(connection, item, answer_id)
    similar, same, different = reweigh_pattern(connection, item.pattern.key)
    counts = {name: number for name, number in effect.counts.items() if number}
    if vanished:
        payload = {"vanished": len(vanished)}
        announce(connection, "review.lapsed", resource="identity", resource_id=item.item_id, payload=payload, at=now)
    return Taught(len(vanished), similar, same, different, counts)


def reweigh_pattern(connection: sa.Connection, pattern: str) -> tuple[int, int, int]:
    """What the open items of a pattern teach, now that so many are left and so many are answered.

    Returns:
        Open items of the pattern; answers to it that took effect: "same", "different".
    """
    items = review_item.c
    is_open = (items.pattern == pattern) & items.state.in_(_UNDECIDED)
    left = int(connection.scalar(sa.select(sa.func.count()).where(is_open)) or 0)
    answered = sa.select(items.answer, sa.func.count()).where(
        items.pattern == pattern, items.state == ItemState.ANSWERED.value
    )
    said = {row[0]: int(row[1]) for row in connection.execute(answered.group_by(items.answer))}
    same, different = said.get("same", 0), said.get("different", 0)
    factor = worth_of_pattern(left, same + different)
    teaches = items.entropy * factor
    connection.execute(review_item.update().where(is_open).values(teaches=teaches, score=teaches * items.touches))
    return left, same, different


def _lapse_answered(connection: sa.Connection, item: Item, answer_id: str) -> list[str]:
    bonds = Bonds.of(active_overrides(connection))
    units = {bonds.unit_of[name] for name in item.subjects if name in bonds.unit_of}
    near = [name for name, unit in bonds.unit_of.items() if unit in units]
    settled = [other for other in _open_items(connection, near) if is_settled(other.side_a, other.side_b, bonds)]
    for other in settled:
        connection.execute(
            review_item.update()
            .where(review_item.c.item_id == other.item_id)
            .values(
                state=ItemState.LAPSED.value,
                is_disputed=False,
                lapsed_by=answer_id,
                answered_at=None,
                version=other.version + 1,
            )
        )
        connection.execute(
            review_answer.update().where(review_answer.c.item_id == other.item_id).values(is_standing=False)
        )
    for pattern in sorted({other.pattern.key for other in settled} - {item.pattern.key}):
        reweigh_pattern(connection, pattern)
    return [other.item_id for other in settled]


def _open_items(connection: sa.Connection, subject_ids: list[str]) -> list[Item]:
    """Undecided items that are about any of these records."""
    found: set[str] = set()
    for start in range(0, len(subject_ids), _PER_QUERY):
        part = subject_ids[start : start + _PER_QUERY]
        query = (
            sa.select(review_item.c.item_id)
            .join(review_item_subject, review_item_subject.c.item_id == review_item.c.item_id)
            .where(review_item_subject.c.subject_id.in_(part), review_item.c.state.in_(_UNDECIDED))
        )
        found |= set(connection.scalars(query))
    ids, items = sorted(found), []
    for start in range(0, len(ids), _PER_QUERY):
        query_items = sa.select(review_item).where(review_item.c.item_id.in_(ids[start : start + _PER_QUERY]))
        items += read_items(connection, query_items.order_by(review_item.c.item_id))
    return items

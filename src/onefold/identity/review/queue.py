"""Reading the review queue from the app database: items with their sides and standing answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from onefold.errors import NotFound
from onefold.identity.review.model import Item, ItemState, Link, Pattern, StandingAnswer
from onefold.identity.review.tables import review_answer, review_item, review_item_subject
from onefold.storage import aware

_PER_QUERY = 500


def get_item(connection: sa.Connection, item_id: str) -> Item:
    """One item.

    Raises:
        NotFound: there is none of this id.
    """
    found = read_items(connection, sa.select(review_item).where(review_item.c.item_id == item_id))
    if not found:
        raise no_item(item_id)
    return found[0]


def no_item(item_id: str) -> NotFound:
    """What is said of an item that there is not, or not for the actor."""
    return NotFound(f"no question {item_id!r} in the review queue", hint="List them: onefold identity review list")


def read_items(connection: sa.Connection, query: sa.Select[Any]) -> list[Item]:
    """The items that a query over ``review_item`` yields, in its order."""
    rows = connection.execute(query).all()
    ids = [row.item_id for row in rows]
    sides, answers = _sides(connection, ids), standing_answers(connection, ids)
    return [_item(row, sides.get(row.item_id, ((), ())), answers.get(row.item_id, ())) for row in rows]


def standing_answers(connection: sa.Connection, item_ids: Sequence[str]) -> dict[str, tuple[StandingAnswer, ...]]:
    """Item -> what people said of it and have not taken back, the oldest first."""
    found: dict[str, list[StandingAnswer]] = {}
    for part in _parts(item_ids):
        query = (
            sa.select(review_answer)
            .where(review_answer.c.item_id.in_(part), review_answer.c.is_standing)
            .order_by(review_answer.c.made_at, review_answer.c.answer_id)
        )
        for row in connection.execute(query):
            answer = StandingAnswer(
                row.answer_id, row.answer, row.reason, row.made_by, row.made_by_id, aware(row.made_at)
            )
            found.setdefault(row.item_id, []).append(answer)
    return {item_id: tuple(said) for item_id, said in found.items()}


def _sides(connection: sa.Connection, item_ids: Sequence[str]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    found: dict[str, dict[str, list[str]]] = {}
    table = review_item_subject
    for part in _parts(item_ids):
        query = sa.select(table).where(table.c.item_id.in_(part)).order_by(table.c.item_id, table.c.place)
        for row in connection.execute(query):
            found.setdefault(row.item_id, {"a": [], "b": []})[row.side].append(row.subject_id)
    return {item_id: (tuple(sides["a"]), tuple(sides["b"])) for item_id, sides in found.items()}


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[start : start + _PER_QUERY] for start in range(0, len(names), _PER_QUERY))


def _item(row: Any, sides: tuple[tuple[str, ...], tuple[str, ...]], answers: tuple[StandingAnswer, ...]) -> Item:
    parts = tuple((name, word) for name, word in row.pattern_parts)
    return Item(
        item_id=row.item_id,
        kind=row.kind,
        state=ItemState(row.state),
        side_a=sides[0],
        side_b=sides[1],
        telling=(row.telling_a, row.telling_b),
        evidence={name: (agreement, bits) for name, (agreement, bits) in row.evidence.items()},
        weight=row.weight,
        probability=row.probability,
        model_probability=row.model_probability,
        links=tuple(Link(*link) for link in row.links),
        pattern=Pattern(row.pattern, row.kind, parts),
        entropy=row.entropy,
        teaches=row.teaches,
        touches=row.touches,
        score=row.score,
        is_disputed=row.is_disputed,
        answer=row.answer,
        answered_at=aware(row.answered_at) if row.answered_at else None,
        lapsed_by=row.lapsed_by,
        build_no=row.build_no,
        found_at=aware(row.found_at),
        version=row.version,
        answers=answers,
    )

"""The queue as one actor may see it: an item with a record out of scope does not exist for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import InvalidInput
from onefold.identity.review.model import Item, ItemKind, ItemState, Pattern
from onefold.identity.review.queue import no_item, read_items
from onefold.identity.review.tables import review_item, review_item_subject
from onefold.identity.tables import subject
from onefold.profiles.attributes import summary_column
from onefold.profiles.tables import profile_summary

SORTS = ("score", "probability", "teaches", "touches", "found_at")
DEFAULT_SORT = "-score"
_EXAMPLES = 3


@dataclass(frozen=True)
class Wanted:
    """Which items of the queue; all where nothing is said."""

    state: ItemState | None = ItemState.OPEN
    kind: ItemKind | None = None
    pattern: str | None = None
    sort: str = DEFAULT_SORT


@dataclass(frozen=True)
class PatternCount:
    """The open items of one pattern."""

    pattern: Pattern
    items: int
    customers: int
    """That they touch, each item by itself."""
    probability: float
    """Mean of the items'."""
    examples: tuple[str, ...]
    """Items, the most telling first."""


def list_items(
    connection: sa.Connection, access: Access, wanted: Wanted, *, after: tuple[Any, str] | None = None, limit: int = 50
) -> list[Item]:
    """Items in order, the most telling first where ``wanted`` says nothing else.

    Args:
        connection: to the app database.
        access: of whoever asks.
        wanted: which ones.
        after: (value sorted by, item_id) of the last one of the page before.
        limit: at most so many.

    Raises:
        InvalidInput: ``wanted.sort`` is none of ``SORTS``.
    """
    column, is_falling = _sorting(wanted.sort)
    query = sa.select(review_item).where(_chosen(access, wanted))
    if after:
        value, item_id = after
        beyond = column < value if is_falling else column > value
        query = query.where(beyond | ((column == value) & (review_item.c.item_id > item_id)))
    order = column.desc() if is_falling else column.asc()
    return read_items(connection, query.order_by(order, review_item.c.item_id).limit(limit))


def item_in_scope(connection: sa.Connection, access: Access, item_id: str) -> Item:
    """One item that the actor may know of.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    access.require("read", "identity")
    query = sa.select(review_item).where(review_item.c.item_id == item_id, visible(access))
    found = read_items(connection, query)
    if not found:
        raise no_item(item_id)
    return found[0]


def sort_value(item: Item, sort: str) -> Any:
    """What an item is sorted by."""
    value = getattr(item, _sorting(sort)[0].name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def count_items(connection: sa.Connection, access: Access) -> dict[str, dict[str, int]]:
    """State -> kind -> how many."""
    access.require("read", "identity")
    query = (
        sa.select(review_item.c.state, review_item.c.kind, sa.func.count().label("items"))
        .where(visible(access))
        .group_by(review_item.c.state, review_item.c.kind)
    )
    found: dict[str, dict[str, int]] = {state.value: {} for state in ItemState}
    for row in connection.execute(query):
        found[row.state][row.kind] = row.items
    return found


def list_patterns(connection: sa.Connection, access: Access, *, limit: int = 100) -> list[PatternCount]:
    """Patterns of open items, those that an answer teaches most about first."""
    access.require("read", "identity")
    items = review_item.c
    is_open = (items.state == ItemState.OPEN.value) & visible(access)
    query = (
        sa.select(
            items.pattern,
            sa.func.count().label("items"),
            sa.func.sum(items.touches).label("customers"),
            sa.func.avg(items.probability).label("probability"),
        )
        .where(is_open)
        .group_by(items.pattern)
        .order_by(sa.func.sum(items.entropy).desc(), items.pattern)
        .limit(limit)
    )
    rows = connection.execute(query).all()
    best = _examples(connection, is_open, [row.pattern for row in rows])
    return [
        PatternCount(
            best[row.pattern][0].pattern,
            row.items,
            int(row.customers),
            float(row.probability),
            tuple(item.item_id for item in best[row.pattern]),
        )
        for row in rows
    ]


def visible(access: Access) -> sa.ColumnElement[bool]:
    """Items of which every record is of a customer that the actor may know of."""
    access.require("read", "customer")
    condition = access.customers(summary_column)
    if isinstance(condition, sa.True_):
        return sa.true()
    named = review_item_subject
    strange = (
        sa.select(sa.literal(1))
        .select_from(
            named.outerjoin(subject, subject.c.subject_id == named.c.subject_id).outerjoin(
                profile_summary, profile_summary.c.customer_id == subject.c.customer_id
            )
        )
        .where(named.c.item_id == review_item.c.item_id, sa.case((condition, 0), else_=1) == 1)
        .correlate(review_item)
    )
    return ~sa.exists(strange)


def _examples(
    connection: sa.Connection, is_open: sa.ColumnElement[bool], patterns: Sequence[str]
) -> dict[str, list[Item]]:
    place = sa.func.row_number().over(
        partition_by=review_item.c.pattern, order_by=[review_item.c.score.desc(), review_item.c.item_id]
    )
    ranked = sa.select(review_item.c.item_id, place.label("place")).where(is_open, review_item.c.pattern.in_(patterns))
    best = ranked.subquery()
    query = (
        sa.select(review_item)
        .join(best, best.c.item_id == review_item.c.item_id)
        .where(best.c.place <= _EXAMPLES)
        .order_by(review_item.c.score.desc(), review_item.c.item_id)
    )
    found: dict[str, list[Item]] = {}
    for item in read_items(connection, query):
        found.setdefault(item.pattern.key, []).append(item)
    return found


def _chosen(access: Access, wanted: Wanted) -> sa.ColumnElement[bool]:
    access.require("read", "identity")
    conditions = [visible(access)]
    if wanted.state is not None:
        conditions.append(review_item.c.state == wanted.state.value)
    if wanted.kind is not None:
        conditions.append(review_item.c.kind == wanted.kind)
    if wanted.pattern is not None:
        conditions.append(review_item.c.pattern == wanted.pattern)
    return sa.and_(*conditions)


def _sorting(sort: str) -> tuple[sa.Column[Any], bool]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise InvalidInput(f"the queue is not sorted by {name!r}", hint=f"Sort by one of: {', '.join(SORTS)}.")
    return review_item.c[name], sort.startswith("-")

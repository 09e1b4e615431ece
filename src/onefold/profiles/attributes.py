"""The attributes and traits by which customers can be listed, filtered, sorted and scoped, as SQL.

``summary_column`` is the one place that knows where each is stored. Expressions are over ``profile_summary``, to which
everything else is correlated, so a query needs no other table in its ``from``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import sqlalchemy as sa

from onefold.access import Access
from onefold.errors import InvalidInput
from onefold.profiles.attribute_sql import Owned, Words, as_flag, as_moment, as_number, member, of_profile, source_of
from onefold.profiles.level_sql import level_column
from onefold.profiles.rules import ATTRIBUTE_RULES
from onefold.profiles.tables import profile, profile_attribute, profile_summary

Type = Literal["text", "number", "moment", "flag", "list"]

PROMOTED = tuple(column.name for column in profile_summary.c if column.name != "sort_name")
"""Attributes with a column of their own; fast to filter by."""

ALIASES = {"name": "display_name", "id": "customer_id"}
"""Other words for attributes, in rules."""

_TRAITS: dict[str, tuple[Type, tuple[str, ...]]] = {
    "first_seen": ("moment", ("first_seen",)),
    "last_contact_type": ("text", ("last_contact", "type")),
    "last_contact_channel": ("text", ("last_contact", "channel")),
    "last_contact_with": ("text", ("last_contact_with",)),
    "last_score_at": ("moment", ("last_score", "at")),
    "invoices": ("number", ("invoices", "count")),
}
"""Trait -> its type, and where it stands in ``profile.traits``."""

_LISTS = ("tag", "source", "sign")
LEVELS: dict[str, Type] = {
    "household_id": "text",
    "household_size": "number",
    "organisation_id": "text",
    "organisation_name": "text",
}
"""What a customer is part of: attribute -> its type (``level_attributes.py``)."""
_TYPES: dict[str, Type] = {
    "created_at": "moment",
    "updated_at": "moment",
    "date": "moment",
    "event_time": "moment",
    "score": "number",
    "amount": "number",
    "quantity": "number",
    "measure": "number",
    "flag": "flag",
}
"""Of attributes by meaning; all others are text."""

_tag = sa.table("tag", sa.column("tag_id", sa.Text), sa.column("name", sa.Text))
_customer_tag = sa.table("customer_tag", sa.column("customer_id", sa.Text), sa.column("tag_id", sa.Text))
_sign = sa.table("customer_sign", sa.column("customer_id", sa.Text), sa.column("signs", sa.Text))
_customer = sa.table("customer", sa.column("customer_id", sa.Text), sa.column("merged_into", sa.Text))
_subject = sa.table("subject", sa.column("subject_id", sa.Text), sa.column("customer_id", sa.Text))


@dataclass(frozen=True)
class SearchAttribute:
    """What customers can be filtered by, and how it is shown."""

    name: str
    type: Type
    meaning: str
    """What policies go by: the name before the colon."""
    column: str | None
    """The source's column, where each column of the meaning is an attribute of its own."""
    is_sortable: bool
    is_fast: bool
    """Has a column of its own; others are read out of every profile."""

    @property
    def label_key(self) -> str:
        """Of the catalogue of messages."""
        return f"attribute.{self.meaning}"


def summary_column(attribute: str, access: Access | None = None) -> sa.ColumnElement[Any]:
    """An attribute or trait of the customer of a ``profile_summary`` row, typed; null where it is missing.

    Args:
        attribute: or another word for it.
        access: of the actor to whom it is told, where it speaks of other customers too; else of all there are.

    Attributes with several values (``tag``, ``source``, ``sign``) compare value by value; of several e-mails and the
    like it is the best that counts.

    Raises:
        InvalidInput: there is no such attribute; names those that there are.
    """
    found = describe_attribute(attribute)
    name = found.name
    if name in PROMOTED:
        return profile_summary.c[name]
    if name in _LISTS:
        return _list_column(name)
    if name in LEVELS:
        return level_column(name, access, summary_column)
    if name in _TRAITS:
        text = member(profile.c.traits, *_TRAITS[name][1])
    else:
        text = member(profile.c.attributes, "values", name, "value")
    return of_profile(_typed(text, found.type))


def describe_attribute(attribute: str) -> SearchAttribute:
    """What ``attribute`` is.

    Raises:
        InvalidInput: there is no such attribute.
    """
    name = ALIASES.get(attribute, attribute)
    meaning, colon, column = name.partition(":")
    if name in PROMOTED:
        return SearchAttribute(name, _type_of(profile_summary.c[name]), name, None, True, True)
    if name in _LISTS:
        return SearchAttribute(name, "list", name, None, False, True)
    if name in LEVELS:
        return SearchAttribute(name, LEVELS[name], name, None, True, False)
    if name in _TRAITS:
        return SearchAttribute(name, _TRAITS[name][0], name, None, True, False)
    rule = ATTRIBUTE_RULES.get(meaning)
    if rule is not None and (bool(colon) == rule.per_column) and (column or not colon):
        return SearchAttribute(name, _TYPES.get(meaning, "text"), meaning, column or None, True, False)
    raise _unknown(attribute)


def searchable_attributes(connection: sa.Connection | None = None) -> list[SearchAttribute]:
    """Every attribute that there is, the promoted first.

    Args:
        connection: to the app database, for the attributes that this workspace's profiles hold; without it those that
            every workspace may have.
    """
    if connection is None:
        rest = [name for name, rule in ATTRIBUTE_RULES.items() if not rule.per_column]
    else:
        order = {name: place for place, name in enumerate(ATTRIBUTE_RULES)}
        held = connection.scalars(sa.select(profile_attribute.c.attribute))
        rest = sorted(held, key=lambda name: (order.get(name.partition(":")[0], len(order)), name))
    names = dict.fromkeys((*PROMOTED, *_LISTS, *LEVELS, *_TRAITS, *rest))
    return [describe_attribute(name) for name in names]


@cache
def _list_column(name: str) -> sa.ColumnElement[Any]:
    if name == "tag":
        lead = _led()
        rows = _customer_tag.join(_tag, _tag.c.tag_id == _customer_tag.c.tag_id).join(
            lead, lead.c.start_id == _customer_tag.c.customer_id
        )
        return Owned(_tag.c.name, rows, lead.c.customer_id == profile_summary.c.customer_id, _bearing).column()
    if name == "sign":
        signs = sa.select(_sign.c.signs).where(_sign.c.customer_id == profile_summary.c.customer_id)
        return sa.type_coerce(signs.correlate(profile_summary).scalar_subquery(), Words())
    return Owned(
        source_of(_subject.c.subject_id), _subject, _subject.c.customer_id == profile_summary.c.customer_id
    ).column()


def _led(condition: sa.ColumnElement[bool] | None = None) -> sa.CTE:
    """Every id on which there is a tag, and all ids that it leads to: a merge moves no tag.

    **Shape**: one row per ``start_id``, ``customer_id``; those that lead nowhere end in a null.
    """
    rows = _customer_tag.join(_tag, _tag.c.tag_id == _customer_tag.c.tag_id)
    bearing = sa.select(_customer_tag.c.customer_id).select_from(rows).distinct()
    start = (bearing if condition is None else bearing.where(condition)).subquery()
    walk = sa.select(start.c.customer_id.label("start_id"), start.c.customer_id.label("customer_id")).cte(
        recursive=True
    )
    # every walk ends in a null: left out here, SQLite would read all customers first to know whom to leave out
    step = sa.select(walk.c.start_id, _customer.c.merged_into).join_from(
        walk, _customer, _customer.c.customer_id == walk.c.customer_id
    )
    return walk.union(step)


def _bearing(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The ids that tags with a condition lead to."""
    led = _led(condition)
    return sa.select(led.c.customer_id).where(led.c.customer_id.is_not(None))


def _typed(text: sa.ColumnElement[str], kind: Type) -> sa.ColumnElement[Any]:
    match kind:
        case "number":
            return as_number(text)
        case "moment":
            return as_moment(text)
        case "flag":
            return as_flag(text)
        case _:
            return text


def _type_of(column: sa.ColumnElement[Any]) -> Type:
    if isinstance(column.type, sa.DateTime):
        return "moment"
    return "number" if isinstance(column.type, sa.Integer | sa.Numeric | sa.Float) else "text"


def _unknown(attribute: str) -> InvalidInput:
    plain = [found.name for found in searchable_attributes()]
    per_column = [f"{name}:COLUMN" for name, rule in ATTRIBUTE_RULES.items() if rule.per_column]
    return InvalidInput(
        f"customers have no attribute {attribute!r}",
        hint=f"Choose from: {', '.join([*plain, *per_column])}",
        attribute=attribute,
        attributes=plain,
    )

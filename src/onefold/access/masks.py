"""Masks: how much of a value is shown. The same in SQL and in Python, on both databases.

==========  ==============================================================================================
mask        what is shown
==========  ==============================================================================================
none        the value
last_four   ``•••`` and the last four characters of a text of at least eight; of a shorter one ``•••``
masked      ``•••``, after the first character where the attribute is a name or a way to reach somebody
hashed      a keyed hash: equal values look equal, and tell nothing else
hidden      nothing
==========  ==============================================================================================

Numbers, moments and yes/no have no last four and few values to guess from: any mask hides them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from onefold.access.classes import PiiClass, class_of
from onefold.storage import hash_text, keyed_hash

DOTS = "•••"
_SHORTEST_FOR_LAST_FOUR = 8
_SHORTEST_FOR_FIRST = 2
_SHOWS_FIRST = frozenset({PiiClass.IDENTITY, PiiClass.CONTACT})


class Mask(StrEnum):
    """How much of a value is shown, from all to nothing."""

    NONE = "none"
    LAST_FOUR = "last_four"
    MASKED = "masked"
    HASHED = "hashed"
    HIDDEN = "hidden"


ORDER: tuple[Mask, ...] = tuple(Mask)
"""From the most permissive to the strictest."""


def strictest(masks: Sequence[Mask]) -> Mask:
    """The mask of ``masks`` that shows least."""
    return max(masks, key=ORDER.index)


def most_permissive(masks: Sequence[Mask]) -> Mask:
    """The mask of ``masks`` that shows most."""
    return min(masks, key=ORDER.index)


def masked_sql(mask: Mask, attribute: str, column: sa.ColumnElement[Any], key: str) -> sa.ColumnElement[Any]:
    """``column`` under ``mask``; null stays null."""
    if mask is Mask.NONE:
        return column
    if mask is Mask.HIDDEN or not _is_text(column) or (mask is Mask.HASHED and not key):
        return sa.cast(sa.null(), column.type if not _is_text(column) else sa.Text())
    if mask is Mask.HASHED:
        return keyed_hash(sa.literal(key, sa.Text), column)
    length = sa.func.length(column)
    if mask is Mask.LAST_FOUR:
        rest, is_long = sa.func.substr(column, length - 3), length >= _SHORTEST_FOR_LAST_FOUR
        return sa.case((is_long, sa.literal(DOTS, sa.Text).concat(rest)), (column.is_not(None), DOTS))
    if class_of(attribute) not in _SHOWS_FIRST:
        return sa.case((column.is_not(None), sa.literal(DOTS, sa.Text)))
    first = sa.func.substr(column, 1, 1)
    return sa.case((length >= _SHORTEST_FOR_FIRST, first.concat(DOTS)), (column.is_not(None), DOTS))


def masked_value(mask: Mask, attribute: str, value: Any, key: str) -> Any:
    """``value`` under ``mask``, of lists each member; None stays None."""
    if mask is Mask.NONE or value is None:
        return value
    if isinstance(value, list | tuple):
        return [masked_value(mask, attribute, member, key) for member in value] if mask is not Mask.HIDDEN else None
    if mask is Mask.HIDDEN or not isinstance(value, str) or (mask is Mask.HASHED and not key):
        return None
    if mask is Mask.HASHED:
        return hash_text(key, value)
    if mask is Mask.LAST_FOUR:
        return DOTS + value[-4:] if len(value) >= _SHORTEST_FOR_LAST_FOUR else DOTS
    shows_first = class_of(attribute) in _SHOWS_FIRST and len(value) >= _SHORTEST_FOR_FIRST
    return value[0] + DOTS if shows_first else DOTS


def _is_text(column: sa.ColumnElement[Any]) -> bool:
    return not isinstance(
        column.type, sa.Boolean | sa.Numeric | sa.Float | sa.Integer | sa.DateTime | sa.Date | sa.JSON
    )

"""Household and organisation as attributes of customers: what lists show, filter and sort by.

Both speak of other customers, so an actor is told only of those in their scope: whoever may not know of the others is
shown no household at all, a household has as many members as they may see, and an organisation outside is none.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from onefold.access import Access
from onefold.profiles.attributes import LEVELS, summary_column
from onefold.storage import Resolve

_NAME = "organisation_name"


def seen_column(access: Access) -> Resolve:
    """``summary_column`` as the actor sees customers: attributes that speak of others speak of those in scope."""

    def seen(attribute: str) -> sa.ColumnElement[Any]:
        return summary_column(attribute, access) if attribute in LEVELS else summary_column(attribute)

    return seen


def searched_column(access: Access) -> Resolve:
    """``seen_column`` for filters and sorting of the actor's choice.

    Raises:
        NotAllowed: the attribute is masked for the actor; an organisation's name is a name.
    """
    resolve = access.searching(seen_column(access))

    def searched(attribute: str) -> sa.ColumnElement[Any]:
        if attribute == _NAME:
            access.require_search("display_name")
        return resolve(attribute)

    return searched

"""Pages of long lists: a cursor names the last row that was given, so rows that come and go shift nothing."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from onefold.errors import InvalidInput

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=500, description="Rows of a page at most.")]
Cursor = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before.")]


class PageOf(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = None
    """Give it as ``cursor`` to get the next page; null on the last."""


def encode_cursor(*values: Any) -> str:
    """The sort values of the last row of a page, as text."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Any]:
    """The values of ``encode_cursor``.

    Raises:
        InvalidInput: it is not a cursor of this list.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        values = None
    if not isinstance(values, list) or len(values) != length:
        raise InvalidInput("this cursor is not one of this list", hint="Start again without a cursor.")
    return values

"""The customer that any key in an address leads to."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import Path

from onefold.api.call import Call
from onefold.kernel import is_customer_id
from onefold.profiles import Sight, resolve_key, see_customer

Key = Annotated[
    str,
    Path(max_length=500, description="Any key: id, e-mail, phone, `source:record_key`.", examples=["ana@x.example"]),
]


def sight_by_key(call: Call, connection: sa.Connection, key: str) -> Sight:
    """The customer, as the caller may see them.

    Raises:
        NotFound: there is none, or not for the caller.
    """
    if is_customer_id(key):
        return see_customer(connection, call.access, key)
    region = call.workspace.settings.region
    return see_customer(connection, call.access, resolve_key(connection, call.access, key, region))

"""Whether the server answers and its database does."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel

from onefold import __version__
from onefold.api.call import OpenCallDep

router = APIRouter(prefix="/health", tags=["health"])


class Health(BaseModel):
    """A sign of life."""

    status: str
    version: str


@router.get("")
def get_health(call: OpenCallDep) -> Health:
    """200 when requests can be served."""
    with call.read() as connection:
        connection.execute(sa.select(sa.literal(1)))
    return Health(status="ok", version=__version__)

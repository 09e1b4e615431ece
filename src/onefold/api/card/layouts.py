"""Who sees which essentials, and which fields people really open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from onefold.api.call import CallDep, set_etag
from onefold.api.card import answers
from onefold.kernel import utc_now
from onefold.profiles import (
    Layout,
    attributes_by_source,
    get_layout,
    list_fields,
    measure_usage,
    plain,
    set_layout,
)

router = APIRouter(prefix="/card-layouts", tags=["card layouts"])

RoleId = Annotated[str, Path(max_length=100, description="A role, or `default` for roles without a card of their own.")]


@router.get("/usage", response_model=answers.UsageAnswer)
def get_usage(call: CallDep) -> dict[str, object]:
    """Opens per field in the last 90 days, fields that nobody opened, and how much of each system was read."""
    call.access.require("administer", "settings")
    with call.read() as connection:
        found = measure_usage(connection, attributes_by_source(connection), utc_now().date())
    document: dict[str, object] = plain(found)
    return document


@router.get("/{role_id}", response_model=answers.LayoutAnswer)
def get_card_layout(call: CallDep, response: Response, role_id: RoleId) -> dict[str, object]:
    """The essentials card of a role, and everything that can stand on it."""
    with call.read() as connection:
        layout = get_layout(connection, call.access, role_id)
        available = list_fields(connection)
    set_etag(response, layout.version)
    return _answer(layout) | {"available": plain(available)}


@router.put("/{role_id}", response_model=answers.LayoutAnswer)
def put_card_layout(
    call: CallDep, response: Response, role_id: RoleId, change: answers.LayoutChange
) -> dict[str, object]:
    """Arrange the essentials card of a role. Needs ``If-Match``."""
    expected = call.expected_version()
    with call.write() as connection:
        layout = set_layout(
            connection,
            call.access,
            role_id,
            fields=change.fields,
            shown=change.shown,
            expected_version=expected,
        )
        available = list_fields(connection)
    set_etag(response, layout.version)
    return _answer(layout) | {"available": plain(available)}


def _answer(layout: Layout) -> dict[str, object]:
    document: dict[str, object] = plain(layout)
    return document

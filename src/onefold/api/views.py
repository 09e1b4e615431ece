"""Saved lists of customers over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold.api.call import CallDep, set_etag
from onefold.profiles.views import (
    View,
    ViewDraft,
    change_view,
    create_view,
    delete_view,
    get_view,
    list_views,
)

router = APIRouter(prefix="/views", tags=["views"])


class ViewBody(BaseModel):
    """A view as somebody wants it."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, examples=["Silver and leaving"])
    query: str = Field("", max_length=200)
    filter: str = Field("", max_length=8000, examples=['tier = "silver" and last_contact_at < "2026-01-01"'])
    sort: str = Field("", max_length=400, examples=["-last_contact_at"])
    columns: list[str] = Field(default_factory=list, max_length=60, examples=[["display_name", "email", "tier"]])
    shared_with: list[str] = Field(default_factory=list, max_length=100, examples=[["agent"]])
    """Ids of roles whose holders see it too; whom they see through it is their own scope."""

    def draft(self) -> ViewDraft:
        """For ``profiles``."""
        document = self.model_dump()
        return ViewDraft(**{**document, "columns": tuple(self.columns), "shared_with": tuple(self.shared_with)})


class ViewShape(ViewBody):
    """A view as it is."""

    view_id: str
    owner_id: str
    owner_name: str
    is_mine: bool
    version: int
    created_at: datetime
    updated_at: datetime


class Views(BaseModel):
    """Views by name."""

    items: list[ViewShape]


@router.get("", summary="Views")
def get_views(call: CallDep) -> Views:
    """The caller's own, and those shared with a role of theirs."""
    with call.read() as connection:
        return Views(items=[_shape(view) for view in list_views(connection, call.access)])


@router.post("", status_code=201, response_model=ViewShape, summary="Save a view")
def post_view(call: CallDep, body: ViewBody) -> Response:
    """A list of customers under a name."""
    return call.create(lambda connection: _shape(create_view(connection, call.access, body.draft())))


@router.get("/{view_id}", summary="A view")
def get_one_view(call: CallDep, view_id: str, response: Response) -> ViewShape:
    """With its ETag."""
    with call.read() as connection:
        view = get_view(connection, call.access, view_id)
    set_etag(response, view.version)
    return _shape(view)


@router.put("/{view_id}", summary="Change a view")
def put_view(call: CallDep, view_id: str, body: ViewBody, response: Response) -> ViewShape:
    """Needs ``If-Match``."""
    version = call.expected_version()
    with call.write() as connection:
        view = change_view(connection, call.access, view_id, version, body.draft())
    set_etag(response, view.version)
    return _shape(view)


@router.delete("/{view_id}", status_code=204, summary="Delete a view")
def delete_one_view(call: CallDep, view_id: str) -> Response:
    """Needs ``If-Match``."""
    version = call.expected_version()
    with call.write() as connection:
        delete_view(connection, call.access, view_id, version)
    return Response(status_code=204)


def _shape(view: View) -> ViewShape:
    return ViewShape.model_validate(
        {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(view).items()}
    )

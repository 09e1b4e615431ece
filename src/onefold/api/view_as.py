"""Seeing every page as a role or another person does: never more than one sees oneself, and nothing can be changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from onefold.access import get_role
from onefold.access.accounts import get_user, set_view_as
from onefold.access.audit import record_audit
from onefold.api.call import Call, CallDep
from onefold.errors import Conflict, NotAllowed

router = APIRouter(prefix="/me/view-as", tags=["roles"])


class ViewAsBody(BaseModel):
    """Whose view: that of a role, or of a person with all their roles."""

    model_config = ConfigDict(extra="forbid")

    role_id: str | None = Field(None, max_length=100, examples=["agent"])
    user_id: str | None = Field(None, max_length=100)

    @model_validator(mode="after")
    def _names_one(self) -> ViewAsBody:
        if (self.role_id is None) == (self.user_id is None):
            raise ValueError("name a role or a user")
        return self


class ViewAsAnswer(BaseModel):
    """Whose view it is now."""

    kind: str
    """role or user"""
    id: str
    name: str


@router.post("")
def start_viewing_as(call: CallDep, body: ViewAsBody) -> ViewAsAnswer:
    """See as a role or a person sees, in this session, until it is ended. Nothing can be changed meanwhile."""
    if call.access.viewing_as is not None:
        raise Conflict("you are viewing as somebody else already", hint="End that first: DELETE /api/v1/me/view-as")
    call.access.require("assign", "role")
    session_id = _session_id(call)
    with call.write() as connection:
        view = _view(connection, body)
        set_view_as(connection, session_id, view)
        record_audit(connection, call.access, "view_as.start", view["kind"], view["id"])
    return ViewAsAnswer(kind=view["kind"], id=view["id"], name=view["name"])


@router.delete("", status_code=204)
def stop_viewing_as(call: CallDep) -> None:
    """See as oneself again."""
    session_id = _session_id(call)
    view = call.session.view_as if call.session else None
    if not view:
        return
    with call.write() as connection:
        set_view_as(connection, session_id, None)
        record_audit(connection, call.access, "view_as.end", str(view.get("kind")), str(view.get("id")))


def _session_id(call: Call) -> str:
    if call.session is None:
        raise NotAllowed("only a browser's session can view as somebody else", hint="Sign in with the browser.")
    return call.session.session_id


def _view(connection: sa.Connection, body: ViewAsBody) -> dict[str, Any]:
    """What the session keeps; ``load_access`` reads it."""
    if body.user_id is not None:
        user = get_user(connection, body.user_id)
        view = {"kind": "user", "id": user.user_id, "name": user.display_name}
        return {**view, "user_id": user.user_id, "attributes": user.attributes}
    role = get_role(connection, str(body.role_id))
    return {"kind": "role", "id": role.role_id, "name": role.name, "role_id": role.role_id}

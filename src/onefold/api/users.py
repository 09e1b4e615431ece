"""People: the list, invitations, changes, links, sessions of others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import record_audit
from onefold.access.accounts import (
    User,
    UserChange,
    clear_second_factor,
    delete_user,
    end_sessions,
    get_user,
    invite_user,
    list_users,
    new_link,
    require_touch,
    update_user,
)
from onefold.api.call import Call, CallDep, set_etag
from onefold.api.links import base_url, link_to, mailing
from onefold.api.paging import Cursor, Limit, PageOf, decode_cursor, encode_cursor
from onefold.api.sign_in import Email, Name
from onefold.care import hand_over_tasks

router = APIRouter(tags=["people"])

Attributes = Annotated[
    dict[str, str | list[str]],
    Field(description="What `my.…` means in row scopes.", examples=[{"regions": ["North"], "department": "sales"}]),
]
RoleIds = Annotated[list[str], Field(max_length=50, examples=[["agent"]])]


class UserOut(BaseModel):
    """A person's account. What concerns their access is null for those who may not change accounts."""

    user_id: str
    email: str
    display_name: str
    state: Literal["invited", "active", "disabled"]
    roles: list[str] | None
    attributes: dict[str, str | list[str]] | None
    has_password: bool | None
    has_second_factor: bool | None
    sign_on_provider: str | None
    created_at: datetime | None
    last_signed_in_at: datetime | None
    version: int


class Invitation(BaseModel):
    """Whom to invite."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    display_name: Name
    roles: RoleIds = []
    attributes: Attributes = {}


class LinkOut(BaseModel):
    """A one-time link, shown once: hand it over yourself where no e-mail is sent."""

    user: UserOut
    link: str | None
    purpose: Literal["invitation", "reset"]
    is_mailed: bool
    """Whether it is being sent by e-mail too."""


class Change(BaseModel):
    """What to change; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = None
    display_name: Name | None = None
    state: Literal["active", "disabled"] | None = None
    roles: RoleIds | None = None
    attributes: Attributes | None = None
    tasks_to: str | None = Field(
        default=None,
        max_length=100,
        description="Who takes over the person's open tasks: needed to disable somebody who has some.",
    )


class Ended(BaseModel):
    """How many sessions ended."""

    ended: int


@router.get("/users")
def get_users(
    call: CallDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of a name or e-mail address.")] = None,
) -> PageOf[UserOut]:
    """People by e-mail address."""
    call.access.require("read", "user")
    after = str(decode_cursor(cursor, 1)[0]) if cursor else None
    with call.read() as connection:
        users = list_users(connection, limit=limit + 1, after=after, q=q)
    page = users[:limit]
    more = encode_cursor(page[-1].email) if len(users) > limit else None
    return PageOf(items=[_out(call, user) for user in page], next_cursor=more)


@router.get("/users/{user_id}")
def get_one(call: CallDep, user_id: str, response: Response) -> UserOut:
    """One person."""
    call.access.require("read", "user")
    with call.read() as connection:
        user = get_user(connection, user_id)
    set_etag(response, user.version)
    return _out(call, user)


@router.patch("/users/{user_id}")
def patch_user(call: CallDep, user_id: str, change: Change, response: Response) -> UserOut:
    """Change a person's account; disabling it ends their sessions, and somebody named takes over their open tasks."""
    expected = call.expected_version()
    wanted = UserChange(**change.model_dump(exclude={"tasks_to"}))
    with call.write() as connection:
        user = update_user(connection, call.access, user_id, wanted, expected_version=expected)
        if user.state == "disabled":
            hand_over_tasks(connection, call.access, user_id, change.tasks_to)
    set_etag(response, user.version)
    return _out(call, user)


@router.delete("/users/{user_id}", status_code=204)
def delete_one(call: CallDep, user_id: str) -> None:
    """Take an invitation back. Needs `If-Match`."""
    expected = call.expected_version()
    with call.write() as connection:
        delete_user(connection, call.access, user_id, expected_version=expected)


@router.post("/invitations", status_code=201, response_model=LinkOut)
def post_invitation(call: CallDep, invitation: Invitation) -> Response:
    """Invite somebody; the answer holds the link by which they come in."""
    made: list[tuple[User, str]] = []

    def invite(connection: sa.Connection) -> LinkOut:
        user, token = invite_user(connection, call.access, **invitation.model_dump())
        link = link_to(base_url(call.workspace, call.request), "invitation", token)
        made.append((user, link))
        return _link(call, user, link)

    response = call.create(invite, shown_once=["link"])
    if made:
        user, link = made[-1]
        response.background = mailing(call.workspace, user, "invitation", link, inviter=call.actor.name)
    return response


@router.post("/users/{user_id}/link", status_code=201, response_model=LinkOut)
def post_link(call: CallDep, user_id: str) -> Response:
    """A new link for somebody: of invitation, or to a new password. Links given before are void."""
    made: list[tuple[User, str]] = []

    def renew(connection: sa.Connection) -> LinkOut:
        user, token = new_link(connection, call.access, user_id)
        link = link_to(base_url(call.workspace, call.request), _purpose(user), token)
        made.append((user, link))
        return _link(call, user, link)

    response = call.create(renew, shown_once=["link"])
    if made:
        user, link = made[-1]
        response.background = mailing(call.workspace, user, _purpose(user), link, inviter=call.actor.name)
    return response


@router.delete("/users/{user_id}/sessions")
def delete_sessions(call: CallDep, user_id: str) -> Ended:
    """Sign somebody out everywhere."""
    with call.write() as connection:
        require_touch(call.access, get_user(connection, user_id))
        ended = end_sessions(connection, user_id)
        record_audit(connection, call.access, "user.sessions_end", "user", user_id, {"ended": ended})
    return Ended(ended=ended)


@router.delete("/users/{user_id}/second-factor")
def delete_second_factor(call: CallDep, user_id: str, response: Response) -> UserOut:
    """Remove the second factor of somebody who lost it."""
    with call.write() as connection:
        user = clear_second_factor(connection, call.access, user_id)
    set_etag(response, user.version)
    return _out(call, user)


def _purpose(user: User) -> Literal["invitation", "reset"]:
    return "invitation" if user.state == "invited" else "reset"


def _link(call: Call, user: User, link: str) -> LinkOut:
    is_mailed = call.workspace.settings.smtp is not None
    return LinkOut(user=_out(call, user), link=link, purpose=_purpose(user), is_mailed=is_mailed)


def _out(call: Call, user: User) -> UserOut:
    is_whole = call.access.may("update", "user") or call.access.may("create", "user")
    return UserOut(
        user_id=user.user_id,
        email=user.email,
        display_name=user.display_name,
        state=user.state,
        roles=list(user.roles) if is_whole else None,
        attributes=user.attributes if is_whole else None,
        has_password=user.has_password if is_whole else None,
        has_second_factor=user.has_second_factor if is_whole else None,
        sign_on_provider=user.sign_on_provider if is_whole else None,
        created_at=user.created_at if is_whole else None,
        last_signed_in_at=user.last_signed_in_at if is_whole else None,
        version=user.version,
    )

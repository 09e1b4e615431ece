"""Coming in: the first owner, signing in and out, second factor, invitations, forgotten passwords."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Response
from pydantic import BaseModel, Field, SecretStr

from onefold.access.accounts import (
    NewSession,
    accept_invitation,
    confirm_second_factor,
    count_reset,
    end_session,
    get_user,
    has_active_owner,
    look_up_link,
    mint_reset,
    reset_password,
    set_up,
    sign_in,
    sign_out,
)
from onefold.api.call import OpenCall, OpenCallDep
from onefold.api.links import base_url, link_to, mail_link
from onefold.api.signed_in import browser_session, clear_session_cookie, identified, set_session_cookie
from onefold.errors import NotFound, NotSignedIn, Unsupported

router = APIRouter(tags=["signing in"])

Email = Annotated[str, Field(max_length=300, examples=["ana@example.com"])]
Password = Annotated[SecretStr, Field(max_length=4000, examples=["a few words together"])]
LinkToken = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(max_length=400, examples=["Ana García"])]


class SignOnButton(BaseModel):
    """A provider of single sign-on."""

    name: str
    label: str


class SignInOptions(BaseModel):
    """What the sign-in page needs to know before anybody signs in."""

    company: str
    is_set_up: bool
    """False until somebody owns this installation."""
    has_mail: bool
    """Whether a forgotten password can be renewed by e-mail."""
    providers: list[SignOnButton]


class Credentials(BaseModel):
    """E-mail and password."""

    email: Email
    password: Password


class Arrival(BaseModel):
    """How far signing in has come."""

    next: Literal["done", "second_factor"]


class Code(BaseModel):
    """A code of the authenticator, or a recovery code."""

    code: Annotated[str, Field(max_length=100, examples=["123456"])]


class FirstOwner(Credentials):
    """Who owns this installation, with the token of the link that the terminal printed."""

    token: LinkToken
    display_name: Name


class Acceptance(BaseModel):
    """An invitation taken."""

    token: LinkToken
    password: Password
    display_name: Name | None = None


class LinkToLookUp(BaseModel):
    """A link's token."""

    token: LinkToken


class LinkFacts(BaseModel):
    """What a link is for."""

    purpose: Literal["set_up", "invitation", "reset"]
    company: str
    email: str | None
    display_name: str | None


class Forgotten(BaseModel):
    """Whose password is forgotten."""

    email: Email


class NewPassword(BaseModel):
    """A new password with the token of a reset link."""

    token: LinkToken
    password: Password


@router.get("/sign-in/options")
def get_options(call: OpenCallDep) -> SignInOptions:
    """How people come in here."""
    settings = call.workspace.settings
    with call.read() as connection:
        is_set_up = has_active_owner(connection)
    providers = [SignOnButton(name=name, label=one.label or name) for name, one in settings.sign_on.items()]
    return SignInOptions(
        company=settings.name, is_set_up=is_set_up, has_mail=settings.smtp is not None, providers=providers
    )


@router.post("/sign-in")
def post_sign_in(call: OpenCallDep, credentials: Credentials, response: Response) -> Arrival:
    """Sign in by e-mail and password; where there is a second factor, its code is asked for next."""
    made = sign_in(call.database, credentials.email, credentials.password.get_secret_value(), call.visitor)
    return welcome(call, response, made)


@router.post("/sign-in/second-factor")
def post_second_factor(call: OpenCallDep, code: Code, response: Response) -> Arrival:
    """Finish signing in with a code of the authenticator or a recovery code."""
    half = browser_session(call.request, call.workspace)
    if half is None or half.session.is_second_factor_done:
        raise NotSignedIn("the password comes first", hint="Sign in again.")
    made = confirm_second_factor(call.database, call.workspace.vault, half.session, code.code, call.visitor)
    return welcome(call, response, made)


@router.post("/sign-out", status_code=204)
def post_sign_out(call: OpenCallDep, response: Response) -> None:
    """End this browser's session."""
    found = browser_session(call.request, call.workspace)
    if found is not None and found.session.is_second_factor_done:
        who = identified(call.request, call.workspace)
        with call.write() as connection:
            sign_out(connection, who.access, found.session.session_id)
    elif found is not None:
        with call.write() as connection:
            end_session(connection, found.session.session_id)
    clear_session_cookie(call.request, response)


@router.post("/setup")
def post_setup(call: OpenCallDep, owner: FirstOwner, response: Response) -> Arrival:
    """Become the first owner, with the link that `onefold serve` printed."""
    made = set_up(
        call.database,
        owner.token,
        owner.email,
        owner.display_name,
        owner.password.get_secret_value(),
        call.visitor,
        call.workspace.settings.name,
    )
    return welcome(call, response, made)


@router.post("/links/look-up")
def post_look_up(call: OpenCallDep, link: LinkToLookUp) -> LinkFacts:
    """What a one-time link is for; looking uses nothing up."""
    with call.read() as connection:
        purpose, user_id = look_up_link(connection, link.token)
        user = get_user(connection, user_id) if user_id else None
        if purpose == "set_up" and has_active_owner(connection):
            raise NotFound("this link is not valid any more", hint="Sign in.")
    return LinkFacts(
        purpose=purpose,
        company=call.workspace.settings.name,
        email=user.email if user else None,
        display_name=user.display_name if user else None,
    )


@router.post("/invitations/accept")
def post_accept(call: OpenCallDep, acceptance: Acceptance, response: Response) -> Arrival:
    """Take an invitation with a password of one's own."""
    made = accept_invitation(
        call.database,
        acceptance.token,
        acceptance.display_name,
        acceptance.password.get_secret_value(),
        call.visitor,
        call.workspace.settings.name,
    )
    return welcome(call, response, made)


@router.post("/password/forgot", status_code=202)
def post_forgot(call: OpenCallDep, forgotten: Forgotten, after: BackgroundTasks) -> None:
    """Send a reset link, if there is such an account; the answer is the same if there is none."""
    if call.workspace.settings.smtp is None:
        raise Unsupported("no mail server is configured here", hint="Ask an administrator for a new link.")
    count_reset(call.database, forgotten.email, call.visitor)
    after.add_task(_send_reset, call, forgotten.email, base_url(call.workspace, call.request))


@router.post("/password/reset", status_code=204)
def post_reset(call: OpenCallDep, new: NewPassword, response: Response) -> None:
    """Choose a new password with a reset link; all sessions end, a second factor stays."""
    company = call.workspace.settings.name
    reset_password(call.database, new.token, new.password.get_secret_value(), call.visitor, company)
    clear_session_cookie(call.request, response)


def welcome(call: OpenCall, response: Response, made: NewSession) -> Arrival:
    """Give the browser its new session; the one that it came with is over."""
    forget_session(call)
    set_session_cookie(call.request, response, made)
    return Arrival(next="done" if made.session.is_second_factor_done else "second_factor")


def forget_session(call: OpenCall) -> None:
    """End the session that the browser came with: nobody signs in on top of another."""
    before = browser_session(call.request, call.workspace)
    if before is not None:
        with call.write() as connection:
            end_session(connection, before.session.session_id)


def _send_reset(call: OpenCall, email: str, base: str) -> None:
    minted = mint_reset(call.database, email, call.visitor)
    if minted is not None:
        user, token = minted
        mail_link(call.workspace, user, "reset", link_to(base, "reset", token))

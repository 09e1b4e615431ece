"""The person who asks: what they may do, what they prefer, their password and second factor."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from onefold.access import roles_of
from onefold.access.accounts import (
    User,
    begin_second_factor,
    change_password,
    change_preferences,
    csrf_token,
    finish_second_factor,
    get_user,
    remove_second_factor,
    renew_recovery_codes,
)
from onefold.api.call import Call, CallDep
from onefold.api.sign_in import Password
from onefold.api.signed_in import session_token
from onefold.errors import NotAllowed
from onefold.webhooks.changes import newest_seq

router = APIRouter(prefix="/me", tags=["me"])

Language = Literal["en", "zh-CN", "zh-TW", "ca", "el", "fa"]


class Locale(BaseModel):
    """Language, and how dates and numbers are written."""

    model_config = ConfigDict(extra="forbid")

    language: Language | None = None
    calendar: Literal["auto", "gregory", "persian"] | None = None
    digits: Literal["auto", "latn", "arabext"] | None = None
    time_zone: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_+\-/]+$")] | None = None
    """IANA name; the device's where absent."""


class Appearance(BaseModel):
    """Looks."""

    model_config = ConfigDict(extra="forbid")

    theme: Literal["system", "light", "dark"] | None = None


class HeldRole(BaseModel):
    """A role of the person."""

    name: str
    title: str


class ViewedAs(BaseModel):
    """As whom or what the pages are seen now."""

    name: str
    kind: Literal["user", "role"]
    id: str


class Me(BaseModel):
    """Who asks, and what they may do."""

    actor_id: str
    kind: Literal["user", "key", "cli", "system"]
    name: str
    email: str | None = None
    attributes: dict[str, Any]
    roles: list[HeldRole]
    permissions: list[tuple[str, str]]
    """Verb and resource kind."""
    csrf_token: str | None
    """Send it as `X-CSRF-Token` with every change made from a browser."""
    locale: Locale
    appearance: Appearance
    stream_position: int
    """The number of the newest change: a stream opened after it misses nothing that follows this answer."""
    view_as: ViewedAs | None = None
    has_password: bool = False
    has_second_factor: bool = False
    recovery_codes_left: int = 0
    sign_on_provider: str | None = None


class Preferences(BaseModel):
    """What to prefer from now on; what is not named stays."""

    model_config = ConfigDict(extra="forbid")

    locale: Locale | None = None
    appearance: Appearance | None = None


class PasswordChange(BaseModel):
    """Old and new password."""

    current: Password
    new: Password


class Reassurance(BaseModel):
    """One's password, asked for again."""

    password: Password


class SecondFactorOffer(BaseModel):
    """What an authenticator needs; nothing is required yet."""

    secret: str
    uri: str
    qr_svg: str
    enrolment: str
    """Send it back with the first code."""


class SecondFactorProof(BaseModel):
    """The first code of the authenticator."""

    enrolment: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=40)]


class RecoveryCodes(BaseModel):
    """Shown once. Each of them stands for the authenticator one time."""

    codes: list[str]


@router.get("")
def get_me(call: CallDep) -> Me:
    """Who asks."""
    return _me(call)


@router.patch("")
def patch_me(call: CallDep, preferences: Preferences) -> Me:
    """Change language, calendar, digits, time zone or theme."""
    user_id = _person(call)
    change = preferences.model_dump(exclude_unset=True, exclude_none=False)
    with call.write() as connection:
        known = get_user(connection, user_id).preferences
        merged = {name: {**(known.get(name) or {}), **(values or {})} for name, values in change.items()}
        change_preferences(connection, user_id, merged)
    return _me(call)


@router.post("/password", status_code=204)
def post_password(call: CallDep, change: PasswordChange) -> None:
    """Change one's password; all other sessions end."""
    _person(call)
    change_password(
        call.database,
        call.access,
        change.current.get_secret_value(),
        change.new.get_secret_value(),
        session_id=call.session.session_id if call.session else None,
        company=call.workspace.settings.name,
    )


@router.post("/second-factor")
def post_second_factor(call: CallDep) -> SecondFactorOffer:
    """Begin with a second factor: a secret for the authenticator, also as a QR code."""
    _person(call)
    offer, sealed = begin_second_factor(
        call.database, call.access, call.workspace.vault, company=call.workspace.settings.name
    )
    return SecondFactorOffer(secret=offer.secret, uri=offer.uri, qr_svg=offer.qr_svg, enrolment=sealed)


@router.post("/second-factor/confirm")
def post_confirm(call: CallDep, proof: SecondFactorProof) -> RecoveryCodes:
    """Turn the second factor on with the authenticator's first code."""
    _person(call)
    codes = finish_second_factor(
        call.database,
        call.access,
        call.workspace.vault,
        proof.enrolment,
        proof.code,
        session_id=call.session.session_id if call.session else None,
    )
    return RecoveryCodes(codes=codes)


@router.post("/second-factor/recovery-codes")
def post_recovery_codes(call: CallDep, sure: Reassurance) -> RecoveryCodes:
    """New recovery codes; the old ones are void."""
    _person(call)
    return RecoveryCodes(codes=renew_recovery_codes(call.database, call.access, sure.password.get_secret_value()))


@router.post("/second-factor/remove", status_code=204)
def post_remove(call: CallDep, sure: Reassurance) -> None:
    """Turn the second factor off."""
    _person(call)
    remove_second_factor(call.database, call.access, sure.password.get_secret_value())


def _person(call: Call) -> str:
    """The account that may be changed by this request.

    Raises:
        NotAllowed: a key or the command line asks, or somebody who is viewing as another.
    """
    if call.actor.kind != "user":
        raise NotAllowed("only a person has an account", hint="Sign in with a browser.")
    if call.access.is_read_only:
        raise NotAllowed("nothing can be changed while viewing as somebody else", hint="Stop viewing as first.")
    return call.actor.actor_id


def _me(call: Call) -> Me:
    with call.read() as connection:
        user = get_user(connection, call.actor.actor_id) if call.actor.kind == "user" else None
        held = roles_of(connection, user.user_id) if user else ()
        stream_position = newest_seq(connection)
    token = session_token(call.request) if call.session else None
    return Me(
        actor_id=call.actor.actor_id,
        kind=call.actor.kind,
        name=call.actor.name,
        attributes=dict(call.actor.attributes),
        roles=[HeldRole(name=role.role_id, title=role.name) for role in held],
        permissions=call.access.permissions(),
        csrf_token=csrf_token(token) if token else None,
        stream_position=stream_position,
        view_as=_viewed(call),
        **_account_facts(user),
    )


def _account_facts(user: User | None) -> dict[str, Any]:
    if user is None:
        return {"locale": Locale(), "appearance": Appearance()}
    return {
        "email": user.email,
        "locale": Locale(**user.preferences.get("locale", {})),
        "appearance": Appearance(**user.preferences.get("appearance", {})),
        "has_password": user.has_password,
        "has_second_factor": user.has_second_factor,
        "recovery_codes_left": user.recovery_codes_left,
        "sign_on_provider": user.sign_on_provider,
    }


def _viewed(call: Call) -> ViewedAs | None:
    view = call.session.view_as if call.session else None
    if not view:
        return None
    kind: Literal["user", "role"] = "user" if "user_id" in view else "role"
    return ViewedAs(name=str(view.get("name", "")), kind=kind, id=str(view.get(f"{kind}_id", "")))

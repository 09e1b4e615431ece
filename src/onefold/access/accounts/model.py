"""People who sign in, their sessions and keys, as the rest of the product sees them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from onefold.errors import NotSignedIn

State = Literal["invited", "active", "disabled"]


class WrongCredentials(NotSignedIn):
    """What was given to sign in is not right; which part is not said."""

    code = "wrong_credentials"


@dataclass(frozen=True)
class User:
    """A person's account."""

    user_id: str
    email: str
    display_name: str
    state: State
    roles: tuple[str, ...]
    attributes: dict[str, Any]
    preferences: dict[str, Any]
    has_password: bool
    has_second_factor: bool
    recovery_codes_left: int
    sign_on_provider: str | None
    version: int
    created_at: datetime
    last_signed_in_at: datetime | None


@dataclass(frozen=True)
class Session:
    """A browser that somebody is signed in with."""

    session_id: str
    user_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    is_second_factor_done: bool
    view_as: dict[str, Any] | None = None


@dataclass(frozen=True)
class NewSession:
    """A session with its token, which is shown once: it becomes the cookie."""

    session: Session
    token: str = field(repr=False)


@dataclass(frozen=True)
class ApiKey:
    """A key of a program."""

    key_id: str
    prefix: str
    name: str
    user_id: str
    permissions: tuple[tuple[str, str], ...] | None
    """Verb and resource kind; None: all that its owner may."""
    role_id: str | None
    """A role that narrows what it sees."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_address: str | None
    version: int


@dataclass(frozen=True)
class SessionLengths:
    """How long somebody stays signed in (``sessions:`` in ``onefold.yaml``)."""

    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)


@dataclass(frozen=True)
class Visitor:
    """Where a request comes from, and how long a session of its may last."""

    address: str | None
    user_agent: str | None = None
    lengths: SessionLengths = SessionLengths()

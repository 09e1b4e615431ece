"""Random tokens, kept as hashes; and the one-time links made of them: set-up, invitation, reset."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa

from onefold.access.accounts.tables import one_time_token, session, sign_on_request
from onefold.errors import NotFound
from onefold.kernel import utc_now
from onefold.storage import aware

Purpose = Literal["set_up", "invitation", "reset"]

LIFETIMES: dict[Purpose, timedelta] = {
    "set_up": timedelta(hours=24),
    "invitation": timedelta(days=7),
    "reset": timedelta(hours=1),
}

_LONGEST = 200


def new_token() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token: a plain hash suffices, since nobody guesses 256 bits."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def mint_link_token(
    connection: sa.Connection, purpose: Purpose, user_id: str | None, *, now: datetime | None = None
) -> str:
    """A new one-time token; earlier ones of this purpose and person are void from now on."""
    moment = now or utc_now()
    revoke_link_tokens(connection, user_id, purpose)
    connection.execute(sa.delete(one_time_token).where(one_time_token.c.expires_at < moment))
    token = new_token()
    connection.execute(
        one_time_token.insert().values(
            token_hash=token_hash(token),
            purpose=purpose,
            user_id=user_id,
            created_at=moment,
            expires_at=moment + LIFETIMES[purpose],
        )
    )
    return token


def revoke_link_tokens(connection: sa.Connection, user_id: str | None, *purposes: Purpose) -> None:
    """Make links of these purposes (all where none is named) of this person void."""
    whose = one_time_token.c.user_id.is_(None) if user_id is None else one_time_token.c.user_id == user_id
    query = sa.delete(one_time_token).where(whose)
    connection.execute(query.where(one_time_token.c.purpose.in_(purposes)) if purposes else query)


def look_up_link(connection: sa.Connection, token: str, *, now: datetime | None = None) -> tuple[Purpose, str | None]:
    """Purpose and person of a link, without using it.

    Raises:
        NotFound: never given out, used, or too old; which of them is not said.
    """
    kept = one_time_token.c.token_hash == token_hash(token[:_LONGEST])
    row = connection.execute(sa.select(one_time_token).where(kept)).first()
    if row is None or aware(row.expires_at) <= (now or utc_now()):
        raise NotFound("this link is not valid any more", hint="Ask for a new one.")
    return row.purpose, row.user_id


def use_link(connection: sa.Connection, token: str, purpose: Purpose, *, now: datetime | None = None) -> str | None:
    """Use a link up; returns the person it is for.

    Raises:
        NotFound: it is not valid, or was used at this very moment.
    """
    said, user_id = look_up_link(connection, token, now=now)
    kept = sa.delete(one_time_token).where(one_time_token.c.token_hash == token_hash(token))
    if said != purpose or connection.execute(kept).rowcount != 1:
        raise NotFound("this link is not valid any more", hint="Ask for a new one.")
    return user_id


def forget_expired(connection: sa.Connection, *, now: datetime | None = None) -> None:
    """Delete sessions, links and sign-on requests whose time is over."""
    moment = now or utc_now()
    for table in (session, one_time_token, sign_on_request):
        connection.execute(sa.delete(table).where(table.c.expires_at < moment))

"""Sessions: a random token in a cookie, its hash here. Idle and absolute expiry; a new token at every sign-in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from onefold.access.accounts.model import NewSession, Session, SessionLengths, Visitor
from onefold.access.accounts.tables import session, user_account
from onefold.access.accounts.tokens import new_token, token_hash
from onefold.errors import NotFound, OnefoldError
from onefold.kernel import new_id, utc_now
from onefold.storage import AppDatabase, aware

HALF_SIGNED_IN = timedelta(minutes=10)
"""How long somebody may look for the second factor."""
_SEEN_EVERY = timedelta(minutes=1)
_SIGNED_IN = (
    sa.select(session, user_account.c.display_name, user_account.c.attributes)
    .join_from(session, user_account, session.c.user_id == user_account.c.user_id)
    .where(session.c.token_hash == sa.bindparam("token_hash"), user_account.c.state == "active")
)
_LONGEST_AGENT, _LONGEST_TOKEN = 400, 200


@dataclass(frozen=True)
class SignedIn:
    """The session of a request and whose it is."""

    session: Session
    display_name: str
    attributes: dict[str, Any]


def csrf_token(token: str) -> str:
    """What a page must send along with changes: derived from the session's token, which scripts cannot read."""
    digest = hmac.new(token.encode("utf-8", "replace"), b"onefold csrf v1", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_csrf_token(token: str, said: str) -> bool:
    """Whether ``said`` belongs to the session; in constant time."""
    return hmac.compare_digest(csrf_token(token).encode(), said.encode("utf-8", "replace"))


def start_session(
    connection: sa.Connection,
    user_id: str,
    visitor: Visitor,
    *,
    is_second_factor_done: bool,
    now: datetime | None = None,
) -> NewSession:
    """A new session with a new token; sessions that are over are forgotten."""
    moment = now or utc_now()
    connection.execute(sa.delete(session).where(session.c.expires_at < moment))
    token = new_token()
    lifetime = visitor.lengths.longest if is_second_factor_done else HALF_SIGNED_IN
    made = Session(
        session_id=new_id("ses"),
        user_id=user_id,
        created_at=moment,
        last_seen_at=moment,
        expires_at=moment + lifetime,
        address=visitor.address,
        user_agent=_clean(visitor.user_agent),
        is_second_factor_done=is_second_factor_done,
    )
    values = {name: value for name, value in asdict(made).items() if name != "view_as"}
    connection.execute(session.insert().values(token_hash=token_hash(token), **values))
    return NewSession(made, token)


def find_session(
    connection: sa.Connection, token: str, lengths: SessionLengths, *, now: datetime | None = None
) -> SignedIn | None:
    """The session of a token, half or fully signed in; None if it is over or its person may not sign in."""
    row = connection.execute(_SIGNED_IN, {"token_hash": token_hash(token[:_LONGEST_TOKEN])}).first()
    moment = now or utc_now()
    if row is None or _is_over(row, moment, lengths):
        return None
    return SignedIn(_session(row), row.display_name, row.attributes)


def see_session(database: AppDatabase, found: Session, address: str | None, *, now: datetime | None = None) -> None:
    """Note that a session is used, once a minute at most; what comes in between is not worth a write."""
    moment = now or utc_now()
    if moment - found.last_seen_at < _SEEN_EVERY and found.address == address:
        return
    mine = session.c.session_id == found.session_id
    try:
        with database.write(patience_seconds=0) as connection:
            connection.execute(sa.update(session).where(mine).values(last_seen_at=moment, address=address))
    except OnefoldError:
        return  # another request of the same page noted it, or somebody writes: the next one does


def list_sessions(
    connection: sa.Connection, user_id: str, lengths: SessionLengths, *, now: datetime | None = None
) -> list[Session]:
    """The sessions of a person that are not over, the last used first."""
    moment = now or utc_now()
    query = sa.select(session).where(session.c.user_id == user_id, session.c.is_second_factor_done)
    rows = connection.execute(query.order_by(session.c.last_seen_at.desc())).all()
    return [_session(row) for row in rows if not _is_over(row, moment, lengths)]


def end_session(connection: sa.Connection, session_id: str, *, user_id: str | None = None) -> str:
    """End a session; returns whose it was.

    Raises:
        NotFound: there is none of this id (of this person).
    """
    mine = session.c.session_id == session_id
    if user_id is not None:
        mine &= session.c.user_id == user_id
    whose = connection.scalar(sa.select(session.c.user_id).where(mine))
    if whose is None:
        raise NotFound("no such session", hint="It may have ended already.")
    connection.execute(sa.delete(session).where(mine))
    return str(whose)


def end_sessions(connection: sa.Connection, user_id: str, *, besides: str | None = None) -> int:
    """End all sessions of a person, but one where ``besides`` names it; returns how many."""
    query = sa.delete(session).where(session.c.user_id == user_id)
    if besides is not None:
        query = query.where(session.c.session_id != besides)
    return connection.execute(query).rowcount


def set_view_as(connection: sa.Connection, session_id: str, view_as: dict[str, Any] | None) -> None:
    """What the session is narrowed to from now on; null ends it."""
    value = sa.null() if view_as is None else view_as
    connection.execute(sa.update(session).where(session.c.session_id == session_id).values(view_as=value))


def _is_over(row: sa.Row[Any], moment: datetime, lengths: SessionLengths) -> bool:
    """By its own end, or by lengths that were shortened since it began."""
    ends = (aware(row.expires_at), aware(row.created_at) + lengths.longest, aware(row.last_seen_at) + lengths.idle)
    return min(ends) <= moment


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        session_id=row.session_id,
        user_id=row.user_id,
        created_at=aware(row.created_at),
        last_seen_at=aware(row.last_seen_at),
        expires_at=aware(row.expires_at),
        address=row.address,
        user_agent=row.user_agent,
        is_second_factor_done=row.is_second_factor_done,
        view_as=row.view_as,
    )


def _clean(text: str | None) -> str | None:
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST_AGENT] if text else None

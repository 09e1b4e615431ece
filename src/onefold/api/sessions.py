"""Sessions: where somebody is signed in, and ending that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from onefold.access import record_audit
from onefold.access.accounts import Session, end_session, end_sessions, get_user, list_sessions, require_touch
from onefold.api.call import Call, CallDep
from onefold.api.signed_in import lengths_of
from onefold.errors import NotAllowed

router = APIRouter(prefix="/sessions", tags=["sessions"])


class SessionOut(BaseModel):
    """A browser that somebody is signed in with."""

    session_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    is_this: bool
    """Whether it is the one that asks."""


class Sessions(BaseModel):
    """All of a person's."""

    items: list[SessionOut]


class Ended(BaseModel):
    """How many sessions ended."""

    ended: int


@router.get("")
def get_sessions(
    call: CallDep, user: Annotated[str | None, Query(description="Somebody else's; mine where absent.")] = None
) -> Sessions:
    """Where somebody is signed in."""
    with call.read() as connection:
        if user is not None and user != call.actor.actor_id:
            require_touch(call.access, get_user(connection, user))
        found = list_sessions(connection, user or call.actor.actor_id, lengths_of(call.workspace))
    return Sessions(items=[_out(call, one) for one in found])


@router.delete("")
def delete_others(call: CallDep) -> Ended:
    """Sign out everywhere else."""
    _require_change(call)
    with call.write() as connection:
        besides = call.session.session_id if call.session else None
        ended = end_sessions(connection, call.actor.actor_id, besides=besides)
        record_audit(connection, call.access, "session.end_others", "user", call.actor.actor_id, {"ended": ended})
    return Ended(ended=ended)


@router.delete("/{session_id}", status_code=204)
def delete_session(call: CallDep, session_id: str) -> None:
    """End one of my sessions."""
    _require_change(call)
    with call.write() as connection:
        end_session(connection, session_id, user_id=call.actor.actor_id)
        record_audit(connection, call.access, "session.end", "user", call.actor.actor_id, {"session_id": session_id})


def _require_change(call: Call) -> None:
    if call.actor.kind != "user" or call.access.is_read_only:
        raise NotAllowed("only a person ends their sessions, and not while viewing as somebody else")


def _out(call: Call, one: Session) -> SessionOut:
    return SessionOut(
        session_id=one.session_id,
        created_at=one.created_at,
        last_seen_at=one.last_seen_at,
        expires_at=one.expires_at,
        address=one.address,
        user_agent=one.user_agent,
        is_this=call.session is not None and call.session.session_id == one.session_id,
    )

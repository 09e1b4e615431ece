"""Who sends a request: a browser's session, an API key, or the command line of this machine; and the cookies."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request, Response

from onefold.access import Access, Actor, load_access
from onefold.access.accounts import (
    KEY_PREFIX,
    NewSession,
    Session,
    SessionLengths,
    SignedIn,
    Visitor,
    find_key,
    find_session,
    is_csrf_token,
    see_key,
    see_session,
)
from onefold.errors import NotAllowed, NotSignedIn
from onefold.workspace import Workspace

CSRF_HEADER = "X-CSRF-Token"
_COOKIE = "onefold_session"
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Identified:
    """Who asks, and by which session."""

    access: Access
    session: Session | None = None
    """Of a browser; None for keys and the command line."""


def visitor_of(request: Request, workspace: Workspace) -> Visitor:
    """Where a request comes from; behind trusted proxies too."""
    address = request.client.host if request.client else None
    return Visitor(address, request.headers.get("User-Agent"), lengths_of(workspace))


def lengths_of(workspace: Workspace) -> SessionLengths:
    """How long somebody stays signed in, as it is set."""
    said = workspace.settings.sessions
    return SessionLengths(timedelta(minutes=said.idle_minutes), timedelta(hours=said.longest_hours))


def is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS, with us or with a trusted proxy."""
    return request.url.scheme == "https"


def cookie_name(request: Request) -> str:
    """Under TLS the ``__Host-`` prefix, which no other host or path can set."""
    return f"__Host-{_COOKIE}" if is_secure(request) else _COOKIE


def session_token(request: Request) -> str | None:
    """The token in the cookie."""
    return request.cookies.get(cookie_name(request))


def set_session_cookie(request: Request, response: Response, made: NewSession) -> None:
    """Give the browser its session: out of reach for scripts, not sent along by other sites."""
    lifetime = made.session.expires_at - made.session.created_at
    response.set_cookie(
        cookie_name(request),
        made.token,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )


def clear_session_cookie(request: Request, response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(cookie_name(request), path="/", secure=is_secure(request), httponly=True, samesite="lax")


def browser_session(request: Request, workspace: Workspace) -> SignedIn | None:
    """The session of the cookie, half or fully signed in."""
    token = session_token(request)
    if not token:
        return None
    with workspace.database.read() as connection:
        return find_session(connection, token, lengths_of(workspace))


def identified(request: Request, workspace: Workspace, *, is_use: bool = True) -> Identified:
    """Who asks.

    Args:
        request: of anybody.
        workspace: whose people are asked for.
        is_use: counts as using the session; not where the server looks by itself, for a page that is merely open.

    Raises:
        NotSignedIn: nobody that we know.
        NotAllowed: a change without the page's CSRF token.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind:
        return _by_token(request, workspace, token.strip() if kind.lower() == "bearer" else "")
    return _by_session(request, workspace, session_token(request) or "", is_use=is_use)


def _by_session(request: Request, workspace: Workspace, token: str, *, is_use: bool) -> Identified:
    address = visitor_of(request, workspace).address
    with workspace.database.read() as connection:
        found = find_session(connection, token, lengths_of(workspace)) if token else None
        if found is None or not found.session.is_second_factor_done:
            raise _unknown()
        if request.method not in _SAFE and not is_csrf_token(token, request.headers.get(CSRF_HEADER, "")):
            raise NotAllowed(
                "a change must carry the token of the page", hint=f"Reload the page ({CSRF_HEADER}).", reason="csrf"
            )
        actor = Actor(found.session.user_id, "user", found.display_name, address, found.attributes)
        access = load_access(connection, actor, mask_key=workspace.mask_key, view_as=found.session.view_as)
    if is_use:
        see_session(workspace.database, found.session, address)
    return Identified(access, found.session)


def _by_token(request: Request, workspace: Workspace, token: str) -> Identified:
    address = visitor_of(request, workspace).address
    local: str | None = request.app.state.local_token
    if local and hmac.compare_digest(token.encode("utf-8", "replace"), local.encode()):
        return Identified(Access.full(Actor("cli", "cli", "command line", address)))
    if not token.startswith(KEY_PREFIX):
        raise _unknown()
    with workspace.database.read() as connection:
        holder = find_key(connection, token)
        if holder is None:
            raise _unknown()
        key = holder.key
        access = load_access(
            connection,
            Actor(key.key_id, "key", key.name, address, holder.attributes),
            mask_key=workspace.mask_key,
            user_id=key.user_id,
            limits=key.permissions,
            key_role_id=key.role_id,
        )
    see_key(workspace.database, key, address)
    return Identified(access)


def _unknown() -> NotSignedIn:
    return NotSignedIn("sign in first", hint="Sign in, or send an API key: Authorization: Bearer …")

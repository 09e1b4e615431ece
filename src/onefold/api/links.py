"""Links to pages of this installation, and the letters that carry them."""

from __future__ import annotations

import json

from fastapi import Request
from starlette.background import BackgroundTask

from onefold.access import send_mail
from onefold.access.accounts import User, letter, link_to
from onefold.errors import OnefoldError
from onefold.settings import SmtpSettings
from onefold.workspace import Workspace

__all__ = ["base_url", "link_to", "mail_link", "mailing", "served_address", "smtp_password"]


def base_url(workspace: Workspace, request: Request) -> str:
    """Where people reach this installation."""
    public = workspace.settings.server.public_url
    return public or str(request.base_url).rstrip("/")


def served_address(workspace: Workspace) -> str:
    """Where people reach this installation, for letters that no request asked for.

    The public address where one is set; else where the server says that it listens, whatever port it was given.
    """
    server = workspace.settings.server
    if server.public_url:
        return server.public_url
    try:
        state = json.loads((workspace.path / ".server").read_text(encoding="utf-8"))
        return str(state["url"])
    except (OSError, ValueError, KeyError, TypeError):  # no server of the command line: one of one's own making
        return f"http://{server.host}:{server.port}"


def mail_link(workspace: Workspace, user: User, purpose: str, link: str, *, inviter: str = "") -> None:
    """Send somebody their link, in their language where they chose one; failures are logged by the mail server's part.

    Without a mail server nothing is sent.
    """
    settings = workspace.settings
    if settings.smtp is None:
        return
    language = (user.preferences.get("locale") or {}).get("language")
    subject, text = letter(
        "invitation" if purpose == "invitation" else "reset",
        language,
        company=settings.name,
        link=link,
        inviter=inviter,
    )
    try:
        send_mail(settings.smtp, smtp_password(workspace, settings.smtp), to=user.email, subject=subject, text=text)
    except OnefoldError:
        return  # after the answer nobody listens any more; onefold.mail logged it


def mailing(workspace: Workspace, user: User, purpose: str, link: str, *, inviter: str = "") -> BackgroundTask:
    """``mail_link`` after the answer."""
    return BackgroundTask(mail_link, workspace, user, purpose, link, inviter=inviter)


def smtp_password(workspace: Workspace, smtp: SmtpSettings) -> str | None:
    """The password of the mail server."""
    return workspace.secret(smtp.password) if smtp.password else None

"""What a server does besides answering: jobs, letters that wait, and the end of what is kept long enough."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from onefold import care
from onefold.access import Access, Actor, cut_audit, fold_reads, send_mail
from onefold.access.accounts import forget_expired
from onefold.api.building import start_worker
from onefold.api.care.files import file_store
from onefold.api.links import served_address, smtp_password
from onefold.api.webhooks import start_sending
from onefold.errors import OnefoldError
from onefold.profiles.search import prepare_search
from onefold.sources import sweep_uploads
from onefold.workspace import Workspace

log = logging.getLogger("onefold.server")

SYSTEM = Access.full(Actor("system", "system", "Onefold"))

_HOUR_SECONDS = 3600.0
_LETTER_SECONDS = 10.0


class Service(Protocol):
    """Something that runs beside the requests."""

    def stop(self) -> None:
        """End soon, with nothing half done."""


class Periodic:
    """Does one thing again and again in a thread; a failure is logged and the next turn tries again."""

    def __init__(self, name: str, action: Callable[[], object], every_seconds: float) -> None:
        self._name, self._action, self._every = name, action, every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after this turn."""
        self._stopping.set()
        self._thread.join(30.0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._action()
            except OnefoldError as error:
                log.warning("%s: %s", self._name, error.message)
            except Exception:  # the loop's edge: what runs beside must not end the server
                log.exception("%s failed", self._name)
            self._stopping.wait(self._every)


def keep_house(workspace: Workspace) -> int:
    """Move noted reads into the audit, forget what has expired or is nobody's, cut the audit where that is set.

    Returns:
        How many entries were cut.
    """
    fold_reads(workspace.database)
    keep_days = workspace.settings.audit.keep_days
    with workspace.database.write() as connection:
        forget_expired(connection)
    sweep_uploads(workspace.database, workspace.path)
    if keep_days is None:
        return 0
    with workspace.database.write() as connection:
        return cut_audit(connection, SYSTEM, timedelta(days=keep_days))


def post_letters(workspace: Workspace) -> int:
    """Send the letters about notifications that are due; returns how many. Without a mail server none are."""
    settings = workspace.settings
    if (smtp := settings.smtp) is None:
        return 0
    password = smtp_password(workspace, smtp)

    def send(letter: care.Letter) -> None:
        subject, text = letter.subject, letter.text
        send_mail(smtp, password, to=letter.to, subject=subject, text=text, message_id=letter.message_id)

    return care.send_due_letters(workspace.database, send, served_address(workspace))


SERVICES: list[Callable[[Workspace], Service]] = [
    start_worker,
    start_sending,
    lambda workspace: Periodic("housekeeping", lambda: keep_house(workspace), _HOUR_SECONDS),
    lambda workspace: Periodic("letters", lambda: post_letters(workspace), _LETTER_SECONDS),
    lambda workspace: Periodic(
        "files", lambda: care.sweep_files(workspace.database, file_store(workspace)), _HOUR_SECONDS
    ),
]
"""Started with the server, stopped in reverse."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None, Any]:
    """Run the services for as long as the application does."""
    workspace: Workspace = app.state.workspace
    threading.Thread(target=prepare_search, name="prepare search", daemon=True).start()
    running = [await run_in_threadpool(start, workspace) for start in SERVICES]
    try:
        yield
    finally:
        began = time.monotonic()
        for service in reversed(running):
            await run_in_threadpool(service.stop)
        log.info("stopped in %.1f s", time.monotonic() - began)

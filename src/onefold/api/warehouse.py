"""The warehouse for the length of a request: opened, looked at, given back, unless a build holds it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from onefold import jobs
from onefold.api.call import Call
from onefold.build.history import BUILD
from onefold.engines import Engine
from onefold.errors import Conflict
from onefold.jobs import JobState

_WAIT_SECONDS = 15.0
_ONE_AT_A_TIME = threading.Lock()
"""Requests of this process queue here, in order; other processes meet at the file's lock."""


@contextmanager
def warehouse(call: Call) -> Iterator[Engine]:
    """The warehouse.

    Raises:
        Conflict: a build holds it (``reason: build_running``), or others look for long.
    """
    with call.read() as connection:
        current = jobs.find_current(connection, BUILD)
    if current and current.state is JobState.RUNNING:
        raise _busy(current.job_id)
    if not _ONE_AT_A_TIME.acquire(timeout=_WAIT_SECONDS):
        raise _busy(None)
    try:
        with ExitStack() as opened:
            try:
                engine = opened.enter_context(call.workspace.warehouse(wait_seconds=2))
            except Conflict as error:
                raise _busy(None) from error
            yield engine
    finally:
        _ONE_AT_A_TIME.release()


def _busy(job_id: str | None) -> Conflict:
    return Conflict(
        "a build is running: values cannot be looked up until it ends",
        hint="Try again when the build has ended.",
        reason="build_running",
        job_id=job_id,
    )

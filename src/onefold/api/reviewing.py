"""The kind of job that gives one answer to all open items of a pattern, in this process, an item at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from onefold.build.review.answering import Said
from onefold.build.review.bulk import access_of, answer_all
from onefold.build.steward import Desk
from onefold.jobs import Run
from onefold.workspace import Workspace

_PATIENCE_SECONDS = 60.0
"""How long one item waits for the warehouse: others look into it meanwhile."""


def run_bulk_job(workspace: Workspace, run: Run) -> Any:
    """Answer the items that were written down when it was asked for; returns the counts.

    Raises:
        Cancelled: ``run.stop`` was set.
        OnefoldError: the account may no longer answer, or a build holds the warehouse for long.
    """
    with workspace.database.read() as connection:
        access = access_of(connection, dict(run.arguments["actor"]), workspace.mask_key)
    access.require("update", "identity")
    items = list(run.arguments["items"])

    @contextmanager
    def connect() -> Iterator[Desk]:
        with workspace.steward(access, wait_seconds=_PATIENCE_SECONDS) as desk:
            yield desk

    return answer_all(
        connect,
        items,
        Said(run.arguments["answer"], run.arguments["reason"], bulk_id=run.job_id),
        needs_two=workspace.settings.identity.review.two_people,
        is_stopped=run.stop.is_set,
        tell=lambda done: run.progress("answering", done / len(items), f"{done:,} of {len(items):,}"),
    )

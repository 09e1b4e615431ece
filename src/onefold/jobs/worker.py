"""The worker of a server: a thread that takes jobs, runs each in a thread of its own, and keeps their leases.

A server that is killed leaves its jobs running in name only; whoever comes next takes them over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa

from onefold.errors import OnefoldError
from onefold.jobs.leases import Outcome, back_off, claim_job, end_attempt, new_owner, renew_leases, take_over
from onefold.jobs.model import Cancelled, Job, JobState
from onefold.jobs.queue import append_log, delete_old_jobs
from onefold.jobs.registry import Kind, Run, registered
from onefold.jobs.schedules import fire_schedules
from onefold.jobs.tables import job
from onefold.kernel import utc_now
from onefold.settings import mask_secrets
from onefold.storage import AppDatabase

log = logging.getLogger("onefold.jobs")

KEPT = timedelta(days=90)
"""How long jobs that are over are kept."""
_RENEW_SECONDS = 15.0
_DEAD_SECONDS = 10.0
_TIDY_SECONDS = 3_600.0
_STOP_SECONDS = 30.0


class HasDatabase(Protocol):
    """What handlers work on: a workspace."""

    @property
    def database(self) -> AppDatabase:
        """The app database."""


class Worker:
    """Runs jobs of a workspace; several workers, of several servers, may share one app database."""

    def __init__(
        self,
        workspace: HasDatabase,
        kinds: Collection[str] | None = None,
        *,
        most_at_once: int = 4,
        poll_seconds: float = 0.5,
    ) -> None:
        self._workspace = workspace
        self._only = kinds
        self._most_at_once = most_at_once
        self._poll_seconds = poll_seconds
        self.owner = new_owner()
        self._runs: dict[str, tuple[Run, threading.Thread]] = {}
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kinds it runs."""
        known = registered()
        return known if self._only is None else {name: known[name] for name in self._only if name in known}

    def start(self) -> None:
        """Begin, in the background."""
        for name, loop in (("jobs", self.run), ("jobs-leases", self._keep)):
            thread = threading.Thread(target=loop, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Take nothing new, ask running jobs to end, wait for them; what did not end goes back to the queue."""
        self._stopping.set()
        self._wake.set()
        for run, _thread in list(self._runs.values()):
            run.stop.set()
        deadline = time.monotonic() + _STOP_SECONDS
        for _run, thread in list(self._runs.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        for thread in self._threads:
            thread.join(2.0)

    def wake(self) -> None:
        """Look for work now rather than at the next turn."""
        self._wake.set()

    def run(self) -> None:
        """Take and start jobs until ``stop``."""
        looked_for_dead = 0.0
        tidied = time.monotonic()
        while not self._stopping.is_set():
            try:
                if time.monotonic() - looked_for_dead > _DEAD_SECONDS:
                    take_over(self._workspace.database, self.kinds)
                    looked_for_dead = time.monotonic()
                if time.monotonic() - tidied > _TIDY_SECONDS:
                    self._tidy()
                    tidied = time.monotonic()
                fire_schedules(self._workspace.database)
                while len(self._runs) < self._most_at_once and self._start_one():
                    pass
            except Exception as error:  # noqa: BLE001 - the loop's edge: a database that is away comes back
                log.warning("looking for jobs failed: %s", mask_secrets(str(error)))
                self._stopping.wait(2.0)
            self._wake.wait(self._poll_seconds)
            self._wake.clear()

    def _tidy(self) -> None:
        with self._workspace.database.write() as connection:
            delete_old_jobs(connection, before=utc_now() - KEPT)

    def _start_one(self) -> bool:
        if self._stopping.is_set():
            return False
        taken = claim_job(self._workspace.database, self.owner, self.kinds)
        if taken is None:
            return False
        run = Run(taken.job_id, taken.arguments, taken.attempts, taken.requested_by)
        thread = threading.Thread(target=self._do, args=(taken, run), name=f"job-{taken.kind}", daemon=True)
        self._runs[taken.job_id] = (run, thread)
        thread.start()
        return True

    def _do(self, taken: Job, run: Run) -> None:
        kind = self.kinds[taken.kind]
        try:
            outcome = self._outcome(kind, run)
            self._end(taken, run, outcome)
        finally:
            self._runs.pop(taken.job_id, None)
            self._wake.set()

    def _outcome(self, kind: Kind, run: Run) -> Outcome:
        try:
            return Outcome(JobState.SUCCEEDED, kind.handler(self._workspace, run))
        except Cancelled:
            if run.is_cancelled:
                return Outcome(JobState.CANCELLED)
            return Outcome(JobState.QUEUED, run_after=utc_now())  # the server goes down: the next one goes on
        except OnefoldError as error:
            run.log(f"Error: {mask_secrets(error.message)}")
            if run.is_cancelled:
                return Outcome(JobState.CANCELLED)
            document = _document(error)
            if error.is_transient and run.attempt < kind.most_attempts:
                return Outcome(JobState.QUEUED, error=document, run_after=utc_now() + back_off(run.attempt))
            return Outcome(JobState.FAILED, error=document)
        except Exception as error:  # the job's edge: a defect in one kind of work must not end the worker
            log.exception("job %s (%s) failed", run.job_id, kind.name)
            run.log(f"Unexpected {type(error).__name__}")
            return Outcome(JobState.FAILED, error=_UNEXPECTED)

    def _end(self, taken: Job, run: Run, outcome: Outcome) -> None:
        """Write the outcome, however long the database is busy; the lease runs out where that never succeeds."""
        lines, changed = run.take_news()
        for _attempt in range(20):
            try:
                with self._workspace.database.write() as connection:
                    if _is_mine(connection, taken.job_id, self.owner):
                        _write_news(connection, taken.job_id, lines, changed)
                        end_attempt(connection, taken.job_id, self.owner, taken.kind, outcome)
            except OnefoldError as error:
                log.warning("the end of job %s could not be written: %s", taken.job_id, mask_secrets(error.message))
                time.sleep(1.0)
            else:
                return

    def _keep(self) -> None:
        """Renew leases, write news, hear of cancellations."""
        renewed = time.monotonic()
        while not self._stopping.is_set() or self._runs:
            time.sleep(self._poll_seconds)
            try:
                self._hear_cancellations()
                self._write_all_news()
                if self._runs and time.monotonic() - renewed > _RENEW_SECONDS:
                    self._renew()
                    renewed = time.monotonic()
            except Exception as error:  # noqa: BLE001 - the loop's edge: a database that is away comes back
                log.warning("keeping jobs failed: %s", mask_secrets(str(error)))

    def _hear_cancellations(self) -> None:
        ids = list(self._runs)
        if not ids:
            return
        with self._workspace.database.read() as connection:
            query = sa.select(job.c.job_id).where(job.c.job_id.in_(ids), job.c.cancel_requested)
            cancelled = list(connection.scalars(query))
        for job_id in cancelled:
            if entry := self._runs.get(job_id):
                entry[0].is_cancelled = True
                entry[0].stop.set()

    def _write_all_news(self) -> None:
        for job_id, (run, _thread) in list(self._runs.items()):
            lines, changed = run.take_news()
            if not lines and not changed:
                continue
            try:
                with self._workspace.database.write() as connection:
                    if _is_mine(connection, job_id, self.owner):
                        _write_news(connection, job_id, lines, changed)
            except BaseException:
                run.give_back(lines, changed)
                raise

    def _renew(self) -> None:
        ids = list(self._runs)
        with self._workspace.database.write() as connection:
            kept = renew_leases(connection, self.owner, ids)
        for job_id in set(ids) - kept:
            if entry := self._runs.get(job_id):
                entry[0].stop.set()  # somebody took it over: end without a word


def _is_mine(connection: sa.Connection, job_id: str, owner: str) -> bool:
    return connection.scalar(sa.select(job.c.lease_owner).where(job.c.job_id == job_id)) == owner


def _write_news(connection: sa.Connection, job_id: str, lines: list[tuple[Any, str]], changed: dict[str, Any]) -> None:
    append_log(connection, job_id, lines)
    if changed:
        connection.execute(job.update().where(job.c.job_id == job_id).values(changed))


def _document(error: OnefoldError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": mask_secrets(error.message),
        "hint": error.hint,
        "is_transient": error.is_transient,
    }


_UNEXPECTED = {
    "code": "unexpected",
    "message": "Something went wrong inside Onefold.",
    "hint": "Look into the server's log; this is a defect of Onefold.",
    "is_transient": False,
}

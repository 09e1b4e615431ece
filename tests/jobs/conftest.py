"""A workspace of nothing but an app database, and workers on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from onefold import jobs
from onefold.jobs import registry
from onefold.storage import AppDatabase


@dataclass
class Place:
    """What handlers are given."""

    database: AppDatabase


@pytest.fixture
def place(app_database) -> Place:
    return Place(app_database)


@pytest.fixture(autouse=True)
def _own_kinds() -> Iterator[None]:
    """Kinds that a test registers are gone after it."""
    before = dict(registry._KINDS)
    registry._KINDS.clear()
    yield
    registry._KINDS.clear()
    registry._KINDS.update(before)


@pytest.fixture
def worker(place) -> Iterator[Callable[..., jobs.Worker]]:
    """Start a worker of the place; all stop when the test ends."""
    workers = []

    def start(**options) -> jobs.Worker:
        made = jobs.Worker(place, poll_seconds=0.05, **options)
        made.start()
        workers.append(made)
        return made

    yield start
    for one in workers:
        one.stop()


@pytest.fixture
def finished(place) -> Callable[..., jobs.Job]:
    """Wait until a job is over, or in another state that is asked for."""

    def wait(job_id: str, *states: str, seconds: float = 20.0) -> jobs.Job:
        wanted = states or ("succeeded", "failed", "cancelled")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with place.database.read() as connection:
                found = jobs.get_job(connection, job_id)
            if found.state in wanted:
                return found
            time.sleep(0.03)
        raise AssertionError(f"{found} is not {wanted}")

    return wait


@pytest.fixture
def ask(place) -> Callable[..., str]:
    """Enqueue a job."""

    def enqueue(kind: str, **arguments) -> str:
        with place.database.write() as connection:
            return jobs.enqueue(connection, kind, arguments, requested_by="usr_test").job_id

    return enqueue

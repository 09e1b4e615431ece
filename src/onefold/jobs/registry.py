"""Kinds of jobs by name, and what a handler of one is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from onefold.jobs.model import Progress
from onefold.kernel import utc_now

LONGEST_LINE = 2_000
"""Characters of one line of a job's log."""
MOST_LINES = 5_000
"""Lines that one attempt may write; what follows is left out and said so."""


class Run:
    """One attempt at a job, as its handler sees it. Safe to use from several threads."""

    def __init__(self, job_id: str, arguments: Mapping[str, Any], attempt: int, requested_by: str) -> None:
        self.job_id = job_id
        self.arguments = arguments
        self.attempt = attempt
        self.requested_by = requested_by
        self.stop = threading.Event()
        """Set when somebody cancels, the server goes down, or the lease is lost: end soon."""
        self.is_cancelled = False
        """Whether ``stop`` means that a person cancelled."""
        self._lock = threading.Lock()
        self._lines: list[tuple[Any, str]] = []
        self._written = 0
        self._progress: Progress | None = None
        self._resource_id: str | None = None

    def log(self, line: str) -> None:
        """Add a line to the job's log. Never give it a secret."""
        with self._lock:
            self._written += 1
            if self._written <= MOST_LINES:
                self._lines.append((utc_now(), line.rstrip().replace("\x00", "")[:LONGEST_LINE]))
            elif self._written == MOST_LINES + 1:
                self._lines.append((utc_now(), "… more lines are left out"))

    def progress(self, step: str, fraction: float | None = None, message: str = "") -> None:
        """Say how far it is; written about once in a second."""
        with self._lock:
            self._progress = Progress(step, fraction, message[:LONGEST_LINE])

    def makes(self, resource_id: str) -> None:
        """Say what this job makes."""
        with self._lock:
            self._resource_id = resource_id

    def take_news(self) -> tuple[list[tuple[Any, str]], dict[str, Any]]:
        """Lines and changed columns since the last call; for the worker."""
        with self._lock:
            lines, self._lines = self._lines, []
            changed: dict[str, Any] = {}
            if self._progress is not None:
                changed["progress"] = vars(self._progress)
                self._progress = None
            if self._resource_id is not None:
                changed["resource_id"], self._resource_id = self._resource_id, None
        return lines, changed

    def give_back(self, lines: list[tuple[Any, str]], changed: dict[str, Any]) -> None:
        """News that could not be written; newer ones win."""
        with self._lock:
            self._lines = lines + self._lines
            if "progress" in changed and self._progress is None:
                self._progress = Progress(**changed["progress"])
            if "resource_id" in changed and self._resource_id is None:
                self._resource_id = changed["resource_id"]


Handler = Callable[[Any, Run], Any]
"""Does the work of one job for a workspace and returns its result as JSON. Raises ``Cancelled`` after ``run.stop``."""


@dataclass(frozen=True)
class Kind:
    """A kind of job."""

    name: str
    handler: Handler = field(repr=False)
    lane: str | None = None
    """Jobs of one lane run one after another."""
    most_attempts: int = 3
    """How often it is started at most; errors that are not transient end it at once."""


_KINDS: dict[str, Kind] = {}


def register(name: str, handler: Handler, *, lane: str | None = None, most_attempts: int = 3) -> None:
    """Teach every worker of this process a kind of job; a later registration replaces an earlier one."""
    _KINDS[name] = Kind(name, handler, lane, most_attempts)


def registered() -> dict[str, Kind]:
    """All kinds, by name."""
    return dict(_KINDS)

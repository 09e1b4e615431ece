"""The kinds of jobs that build and preview: a process of its own, so that the server never holds the warehouse.

The child tells its progress as lines of JSON; whatever else it says goes into the job's log. It ends when the server
does, because its standard input closes then.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from typing import IO, Any

from onefold import jobs
from onefold.api.reviewing import run_bulk_job
from onefold.api.source_out import hider
from onefold.build import step_seconds
from onefold.build.history import BUILD
from onefold.build.review.bulk import REVIEW_BULK
from onefold.errors import EngineFailed, OnefoldError, error_from
from onefold.identity.previews import PreviewKind
from onefold.jobs import Cancelled, Run
from onefold.workspace import Workspace

STEPS = ("land", "conform", "resolve", "unify", "report", "publish")
PREVIEW_JOBS: dict[PreviewKind, str] = {"what_if": "identity.what_if", "plan": "identity.plan"}
"""Kind of preview -> kind of the job that finds it out. In the builds' lane: both need the warehouse."""
_WEIGHTS = {"land": 25.0, "conform": 22.0, "resolve": 35.0, "unify": 4.0, "report": 7.0, "publish": 7.0}
"""Shares of a first build, about; later ones know how long the last one took."""
_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 20.0
"""How long a build may take to stop before it is killed; nothing is half-written either way."""


def start_worker(workspace: Workspace) -> jobs.Worker:
    """Run the jobs of a workspace in this process, in the background; ``stop`` it when the server ends."""
    register_kinds()
    worker = jobs.Worker(workspace)
    worker.start()
    return worker


def register_kinds() -> None:
    """Teach the kinds of this layer."""
    jobs.register(BUILD, run_build_job, lane=BUILD)
    for kind in PREVIEW_JOBS.values():
        jobs.register(kind, run_preview_job, lane=BUILD)
    jobs.register(REVIEW_BULK, run_bulk_job, lane=BUILD)  # a build and answers want the same warehouse


def run_build_job(workspace: Workspace, run: Run) -> Any:
    """Build in a child process; returns the build's report as JSON.

    Raises:
        Cancelled: ``run.stop`` was set.
        OnefoldError: the build's own.
    """
    only = [argument for source in run.arguments.get("sources", []) for argument in ("--source", str(source))]
    wishes = ["--confirm"] if run.arguments.get("is_confirmed") else []
    wishes += ["--relearn"] if run.arguments.get("is_relearn") else []
    with workspace.database.read() as connection:
        meter = _Meter(step_seconds(connection))
    return _run(workspace, run, meter, ["build", "--json", "--for-server", *wishes, *only])


def run_preview_job(workspace: Workspace, run: Run) -> Any:
    """Find out what the map would become, in a child process that keeps the answer itself.

    Raises:
        Cancelled: ``run.stop`` was set.
        OnefoldError: the preview's own.
    """
    preview_id = str(run.arguments["preview_id"])
    return _run(workspace, run, _Meter({}), ["identity", "preview", preview_id, "--json"])


def _run(workspace: Workspace, run: Run, meter: _Meter, arguments: list[str]) -> Any:
    watcher = _Watcher(run, meter, hider(workspace))
    with tempfile.TemporaryFile() as answer:
        code = _run_child(workspace, run, watcher, answer, arguments)
        answer.seek(0)
        told = answer.read().decode("utf-8", "replace")
    if run.stop.is_set() and code != 0:
        raise Cancelled
    return _result(code, told, watcher)


def _run_child(workspace: Workspace, run: Run, watcher: _Watcher, answer: IO[bytes], arguments: list[str]) -> int:
    child = subprocess.Popen(  # noqa: S603 - this very program; names of sources and ids have been checked
        [sys.executable, "-m", "onefold", *arguments],
        cwd=workspace.path,
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in the server's terminal reaches it through us alone
        env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
    )
    listener = threading.Thread(target=watcher.listen, args=(child.stderr,), name="build-log", daemon=True)
    listener.start()
    asked_at: float | None = None
    while (code := child.poll()) is None:
        if run.stop.is_set():
            if asked_at is None:
                asked_at = time.monotonic()
                child.send_signal(signal.SIGINT)
            elif time.monotonic() - asked_at > _PATIENCE_SECONDS:
                child.kill()
        watcher.tick()
        time.sleep(_POLL_SECONDS)
    listener.join(5.0)
    for pipe in (child.stdin, child.stderr):
        if pipe:
            pipe.close()
    return code


def _result(code: int, told: str, watcher: _Watcher) -> Any:
    try:
        document = json.loads(told)
    except ValueError:
        if code < 0:
            name = signal.Signals(-code).name
            hint = "Look whether memory ran out; memory_limit in onefold.yaml sets less."
            raise EngineFailed(f"the work was ended by the system ({name})", hint=hint) from None
        raise OnefoldError(
            watcher.last_line or f"the work ended with {code}", hint="Look into the job's log."
        ) from None
    if isinstance(document, dict) and "error" in document:
        error = document["error"]
        raise error_from(error["code"], watcher.hide(error["message"]), error.get("hint", ""))
    for problem in document.get("problems", []):
        problem["message"] = watcher.hide(problem["message"])
    return document


class _Meter:
    """How far a build is, from how long the steps of the last one took."""

    def __init__(self, seconds: Mapping[str, float]) -> None:
        self._is_known = bool(seconds)
        weights = seconds if self._is_known else _WEIGHTS
        self._weights = {step: max(weights.get(step, 0.0), 0.01) for step in STEPS}
        self._step = ""
        self._since = time.monotonic()

    def begin(self, step: str) -> None:
        """A step begins."""
        self._step, self._since = step, time.monotonic()

    @property
    def step(self) -> str:
        """The step that runs."""
        return self._step

    def fraction(self) -> float | None:
        """0 to 1; None before the first step."""
        if self._step not in self._weights:
            return None
        total = sum(self._weights.values())
        before = sum(self._weights[step] for step in STEPS[: STEPS.index(self._step)])
        expected = self._weights[self._step]
        elapsed = time.monotonic() - self._since
        within = min(0.95, elapsed / expected) if self._is_known else 0.0
        return round((before + within * expected) / total, 3)


class _Watcher:
    """What the child says, as progress and log lines without secrets."""

    def __init__(self, run: Run, meter: _Meter, hide: Any) -> None:
        self._run = run
        self._meter = meter
        self.hide = hide
        self.last_line = ""
        self._message = ""
        self._told: tuple[Any, ...] = ()

    def listen(self, stream: IO[bytes]) -> None:
        """Take lines until the stream ends."""
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip()
            if line:
                self._take(line)

    def _take(self, line: str) -> None:
        try:
            facts = json.loads(line)
        except ValueError:
            facts = None
        if not isinstance(facts, dict):
            self.last_line = self.hide(line)
            self._run.log(self.last_line)
            return
        if "step" in facts:
            self._run.makes(str(facts["build_no"]))
            self._meter.begin(str(facts["step"]))
            self._message = ""
        if "message" in facts:
            self._message = self.hide(str(facts["message"]))
            self._run.log(self._message)
        self.tick()

    def tick(self) -> None:
        """Say how far it is, where that changed."""
        fraction = self._meter.fraction()
        told = (self._meter.step, None if fraction is None else round(fraction, 2), self._message)
        if told != self._told:
            self._told = told
            self._run.progress(*told)

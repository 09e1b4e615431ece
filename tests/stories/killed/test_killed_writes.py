"""The server is killed in the middle of every write that the API has: each is wholly there or wholly absent."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid

import httpx
import pytest
import sqlalchemy as sa
from tests.stories.killed.house import V1, Ask, House
from tests.stories.killed.nursery import Nursery
from tests.stories.killed.requests import REQUESTS
from tests.stories.killed.state import State, difference, resources, state_of

from onefold.access.accounts.tables import user_account
from onefold.api import openapi_document

pytestmark = pytest.mark.slow

DOCUMENT = openapi_document()
MOST_KILLS = int(os.environ.get("ONEFOLD_KILLS", "3"))
"""Moments per route, the last ones always among them; all where there are no more."""


def unsafe() -> set[str]:
    """Every route that changes something, from the description."""
    return {
        f"{method.upper()} {path.removeprefix(V1)}"
        for path, methods in DOCUMENT["paths"].items()
        for method in methods
        if method in {"post", "put", "patch", "delete"}
    }


def takes_key(name: str) -> bool:
    method, path = name.split(" ")
    parameters = DOCUMENT["paths"][V1 + path][method.lower()].get("parameters", [])
    return any(one["name"] == "Idempotency-Key" for one in parameters)


def test_every_route_that_changes_something_is_killed():
    assert set(REQUESTS) == unsafe()


def send(house: House, name: str, ask: Ask, key: str | None, moment: int | None) -> httpx.Response | None:
    """The answer; None where the server was killed."""
    headers = dict(ask.headers)
    if key:
        headers["Idempotency-Key"] = key
    if moment is not None:
        headers["X-Die-At"] = str(moment)
    files = {"file": ask.file} if ask.file else None
    client = ask.client or house.owner
    try:
        return client.request(
            name.split(" ", maxsplit=1)[0], ask.path, json=ask.body, content=ask.content, files=files, headers=headers
        )
    except (httpx.RemoteProtocolError, httpx.ReadError):
        return None


def moments(steps: int) -> list[int]:
    """Which of the steps the server dies before: the last two, and others evenly between."""
    last = list(range(max(1, steps - 1), steps + 1))
    others = list(range(1, steps - 1))
    room = max(0, MOST_KILLS - len(last))
    stride = max(1, -(-len(others) // room)) if room else len(others) + 1
    return others[::stride] + last


class Story:
    """One route, killed at many moments."""

    def __init__(self, house: House, nursery: Nursery, name: str) -> None:
        self.house, self.nursery, self.name = house, nursery, name
        self.problems: list[str] = []

    def tell(self) -> list[str]:
        ask = REQUESTS[self.name](self.house)
        before = self.state()
        whole = send(self.house, self.name, ask, self.key(), 0)
        assert whole is not None, (self.name, self.nursery.log()[-3000:])
        assert whole.is_success, (self.name, whole.status_code, whole.text)
        self.shape = difference(before, self.settled(before))
        self.steps = whole.headers["x-steps"].split("|")
        self.status = whole.status_code
        self.mend()
        for moment in moments(len(self.steps)):
            self.kill_at(moment)
        return self.problems

    def kill_at(self, moment: int) -> None:
        ask, key = REQUESTS[self.name](self.house), self.key()
        before = self.state()
        answer = send(self.house, self.name, ask, key, moment)
        if answer is None:
            assert self.nursery.wait_for_end() == signal.SIGKILL
            self.house.moved(self.nursery.start())
        self.house.swept()
        dead = self.state()
        left = difference(before, dead)
        if left not in ({}, self.shape) and left != PARTS.get(self.name):
            self.complain(moment, f"left {left}, the whole is {self.shape}")
        if answer is not None:  # it took a step less this time
            return
        if self.name == "POST /setup" and left == PARTS[self.name]:
            self.mend()
            return
        again = send(self.house, self.name, ask, key, None)
        assert again is not None
        now = difference(before, self.settled(dead))
        if again.status_code >= 500 or ((key or not left) and again.status_code != self.status):
            self.complain(moment, f"trying again: {again.status_code} {again.text[:200]}")
        is_same = resources(now) == resources(self.shape) if left and not key else now == self.shape
        if not is_same and not (left and self.name in TWICE):
            self.complain(moment, f"tried again, there is {now} ({again.status_code}), the whole is {self.shape}")
        self.mend()

    def key(self) -> str | None:
        return uuid.uuid4().hex if takes_key(self.name) else None

    def state(self) -> State:
        return state_of(self.house.database, self.house.workspace.path)

    def settled(self, before: State) -> State:
        """The state once all is done, what follows the answer too."""
        end = time.monotonic() + 30
        while True:
            now = self.state()
            if self.name not in LATER or "+ audit_entry" in difference(before, now):
                return now
            assert time.monotonic() < end, f"{self.name} is answered, and never done"
            time.sleep(0.05)

    def mend(self) -> None:
        """Nobody is left disabled by the story of the first owner."""
        if self.name == "POST /setup":
            self.house.sql(sa.update(user_account).values(state="active"))

    def complain(self, moment: int, what: str) -> None:
        step = self.steps[moment - 1]
        self.problems.append(f"{self.name}, killed before {moment} of {len(self.steps)} ({step}): {what}")


PARTS = {
    "POST /customers/export": {"+ audit_entry": 1},  # that it began is recorded before its first row goes out
    "PUT /uploads/{upload_id}/content": {"+ files": 1, "- files": 1},  # the whole file has its name; it takes it back
    "POST /setup": {"+ one_time_token": 1, "- one_time_token": 1},  # a server that starts prints a new link
}
"""Left by routes besides all or nothing."""
LATER = {"POST /password/forgot"}
"""Answered before they are done, so that nobody learns from the time whether there is such an account.

Their entry in the audit tells that they are."""
TWICE = {
    "POST /sign-in": "a second session",
    "POST /customers/export": "a second export, audited too",
}
"""Routes without a key that do what they do again when they are asked again."""


def test_a_write_that_is_killed_anywhere_is_wholly_there_or_wholly_absent(house):
    nursery = Nursery(house.workspace.path)
    problems: list[str] = []
    try:
        house.moved(nursery.start())
        house.sign_in(house.owner, house.owner_user.email)
        only = os.environ.get("ONEFOLD_KILL_ONLY")
        for name in REQUESTS:
            if only is None or only in name:
                problems += Story(house, nursery, name).tell()
        os.kill(nursery.pid, signal.SIGTERM)
        nursery.wait_for_end()
    finally:
        nursery.close()
    done = subprocess.run(
        [sys.executable, "-m", "onefold", "audit", "verify", "--json"],
        cwd=house.workspace.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout)["is_intact"], done.stdout
    assert not problems, "\n".join(problems)
    assert "Traceback" not in nursery.log(), nursery.log()[-3000:]

"""Hostile text in every field of every write: taken as text, or refused in the one shape with nothing stored."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from tests.api.served import served
from tests.stories.killed.house import Ask, House
from tests.stories.killed.requests import REQUESTS
from tests.stories.killed.state import difference, state_of

from onefold.access.accounts.tables import user_account

pytestmark = pytest.mark.slow

HOSTILE = {
    "SQL": "x'; drop table customer; --",
    "HTML": '"><script>alert(1)</script>',
    "a path": "../../../../etc/passwd",
    "a template": "{{7*7}} ${7*7} %s %n",
    "a NUL and a turn": "a\u0000b\u202egnp.exe",
    "half a character": "\ud800",
    "very long": "\u06cc" * 200_000,
}
INSIDE = ("Traceback", "sqlalchemy", "psycopg", "OperationalError", "site-packages")
"""Words of the machine that no answer may hold."""
LONGEST_ANSWER = 20_000
TELLS = {"+ audit_entry", "+ outbox"}
"""That something was refused may be recorded."""


def fields_of(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where texts stand in a body."""
    if isinstance(body, str):
        yield path
    elif isinstance(body, dict):
        for key, value in body.items():
            yield from fields_of(value, (*path, key))
    elif isinstance(body, list):
        for place, value in enumerate(body):
            yield from fields_of(value, (*path, place))


def with_text(body: Any, path: tuple[Any, ...], text: str) -> Any:
    """The body with another text at one place."""
    changed = copy.deepcopy(body)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = text
    return changed


class Attack:
    """One route, its fields filled with hostile text one after the other."""

    def __init__(self, house: House, name: str) -> None:
        self.house, self.method, self.name = house, name.split(" ", maxsplit=1)[0], name
        self.problems: list[str] = []
        self.ask = REQUESTS[name](house)

    def run(self) -> list[str]:
        for path in list(fields_of(self.ask.body)):
            for kind, text in HOSTILE.items():
                if self.send(path, kind, text):
                    self.ask = REQUESTS[self.name](self.house)  # what was taken has used this one up
        return self.problems

    def send(self, path: tuple[Any, ...], kind: str, text: str) -> bool:
        """Whether it was taken."""
        ask: Ask = self.ask
        before = state_of(self.house.database, self.house.workspace.path)
        content = json.dumps(with_text(ask.body, path, text))  # escapes: half a character cannot be sent otherwise
        headers = {**ask.headers, "Content-Type": "application/json"}
        answer = (ask.client or self.house.owner).request(self.method, ask.path, content=content, headers=headers)
        where = f"{self.name} {path} with {kind}: {answer.status_code}"
        if answer.status_code >= 500:
            self.problems.append(f"{where} {answer.text[:300]}")
        if answer.is_success:
            return True
        if not set(answer.json().get("error", {})) >= {"code", "message", "hint", "is_transient"}:
            self.problems.append(f"{where}, another shape: {answer.text[:300]}")
        if len(answer.text) > LONGEST_ANSWER or any(word in answer.text for word in INSIDE):
            self.problems.append(f"{where}, says too much: {answer.text[:300]}")
        left = difference(before, state_of(self.house.database, self.house.workspace.path))
        if left.keys() - TELLS:
            self.problems.append(f"{where}, left {left}")
        return False


def test_hostile_text_is_taken_as_text_or_refused_and_nothing_is_stored(house):
    problems: list[str] = []
    with served(house.workspace) as (url, _app):
        house.moved(url)
        house.sign_in(house.owner, house.owner_user.email)
        for name in REQUESTS:
            problems += Attack(house, name).run()
            house.sql(sa.update(user_account).values(state="active"))  # the first owner's story disables others
    assert not problems, "\n".join(problems)

"""The queue of a real build: made when it publishes, answered for ever, and whole wherever a bulk answer is cut."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.identity.review.doubts import make_queue, put_matches

from onefold.access import Access, Actor
from onefold.build.review.answering import Said, answer_item
from onefold.build.review.bulk import access_of, answer_all
from onefold.build.review.listing import Wanted, list_items
from onefold.errors import NotAllowed
from onefold.identity.overrides import active_overrides
from onefold.identity.review.model import Item
from onefold.identity.review.tables import review_answer
from onefold.jobs import Cancelled
from onefold.settings import Settings
from onefold.webhooks.changes import changes_after
from onefold.workspace import Workspace

ACCESS = Access.full(Actor("usr_ana", "user", "Ana Steward"))
HEAD = "id,first name,last name,email,birth date\n"
NAMES = ("Ana García", "Bruno Caldez", "Carla Holtman", "Dmitri Elmov", "Eva Nowak", "Farid Sultani")


def crm(number: int) -> str:
    return f"crm.crm:{number}"


@pytest.fixture
def acme(tmp_path: Path, database_url: str) -> Workspace:
    """Six strangers."""
    rows = [
        f"{n},{name.replace(' ', ',')},{name.split()[0].lower()}{n * 37}@example.com,19{60 + n}-02-03"
        for n, name in enumerate(NAMES, 1)
    ]
    (tmp_path / "crm.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    settings = Settings(name="acme", database=None if database_url.startswith("sqlite") else database_url)
    with Workspace.create(tmp_path / "acme", settings) as workspace:
        workspace.connect("crm", str(tmp_path / "crm.csv"))
        workspace.build()
    return Workspace(tmp_path / "acme")


def items(workspace: Workspace, **wanted: Any) -> list[Item]:
    with workspace.database.read() as connection:
        return list_items(connection, ACCESS, Wanted(**wanted))


def test_a_build_makes_the_queue_and_says_so(acme):
    put_matches(acme, {(crm(1), crm(2)): 0.6, (crm(3), crm(4)): 0.7})
    with Workspace(acme.path) as other:
        report = other.build()
    assert report.steps["publish"]["review"] == {"open": 2, "new": 2, "reopened": 0, "lapsed": 0}
    assert [item.kind for item in items(acme)] == ["pair", "pair"]
    with acme.database.read() as connection:
        made = [change for change in changes_after(connection, 0, 10_000) if change.kind == "review.made"]
    assert len(made) == 1
    with Workspace(acme.path) as other:
        other.build()
    assert [item.version for item in items(acme)] == [1, 1], "a build over the same records asks the same"


def test_an_answer_outlives_builds_and_is_not_asked_again(acme):
    make_queue(acme, {(crm(1), crm(2)): 0.6})
    (item,) = items(acme)
    with Workspace(acme.path) as other, other.steward(ACCESS) as desk:
        answer_item(desk, item.item_id, Said("different", "two"), needs_two=False)
    make_queue(acme, {(crm(1), crm(2)): 0.6}, build_no=3)
    assert items(acme) == []
    with Workspace(acme.path) as other:
        other.build()
    assert [one.state.value for one in items(acme, state=None)] == ["answered"]


class Cut(Exception):
    """The process dies here."""


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_a_bulk_answer_that_is_cut_goes_on_where_it_was(acme, moment):
    make_queue(acme, {(crm(1), crm(2)): 0.6, (crm(3), crm(4)): 0.6, (crm(5), crm(6)): 0.6})
    ids = [item.item_id for item in items(acme)]
    said = Said("same", bulk_id="job_1")
    begun = 0

    @contextmanager
    def dying():
        nonlocal begun
        begun += 1
        with acme.steward(ACCESS) as desk:
            yield desk
            if begun == moment:
                raise Cut  # before its transaction ends

    with pytest.raises(Cut):
        answer_all(dying, ids, said, needs_two=False)
    assert len(items(acme, state=None)) == 3
    assert sum(item.answer == "same" for item in items(acme, state=None)) == moment - 1
    done = answer_all(lambda: acme.steward(ACCESS), ids, said, needs_two=False)
    assert done == {"answered": 3 - (moment - 1), "refused": 0, "gone": 0}
    with acme.database.read() as connection:
        assert len(active_overrides(connection)) == 3
        assert connection.scalar(sa.select(sa.func.count()).select_from(review_answer)) == 3


def test_a_bulk_answer_stops_between_two_items(acme):
    make_queue(acme, {(crm(1), crm(2)): 0.6, (crm(3), crm(4)): 0.6})
    ids = [item.item_id for item in items(acme)]
    stops = iter([False, True])
    with pytest.raises(Cancelled):
        answer_all(lambda: acme.steward(ACCESS), ids, Said("same"), needs_two=False, is_stopped=lambda: next(stops))
    assert len(items(acme)) == 1


def test_who_is_no_more_answers_nothing(acme):
    with acme.database.read() as connection, pytest.raises(NotAllowed):
        access_of(connection, {"actor_id": "usr_gone", "kind": "user", "name": "Gone"}, "")

"""The queue from build to build: what is found no more lapses, what was answered comes back only with other records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onefold.identity.review.keeping import item_id_of, keep_questions
from onefold.identity.review.model import Item, ItemState, Question
from onefold.identity.review.queue import get_item, read_items
from onefold.identity.review.tables import review_answer, review_item, review_item_subject
from onefold.identity.tables import identity_override
from onefold.storage import AppDatabase

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
KEY = b"k" * 32
EVIDENCE = {"given_name": ("same", 9.0), "email": ("different", -2.0)}


def doubt(number: int, fingerprint: str = "x", probability: float = 0.6) -> Question:
    a, b = f"crm.people:{number}", f"shop.people:{number}"
    return Question("pair", (a,), (b,), (a, b), EVIDENCE, 9.0, probability, (), (a, b), fingerprint)


def build(database: AppDatabase, *questions: Question, build_no: int = 1, most: int = 100) -> dict[str, int]:
    with database.write() as connection:
        return keep_questions(connection, questions, build_no=build_no, key=KEY, most=most, now=NOW)


def item(database: AppDatabase, question: Question) -> Item:
    with database.read() as connection:
        return get_item(connection, item_id_of(question))


def say(database: AppDatabase, question: Question, state: ItemState, **more: Any) -> None:
    """As if people had answered."""
    item_id = item_id_of(question)
    values: dict[str, Any] = {"state": state.value}
    answer = "skip" if state is ItemState.SKIPPED else "same"
    if state is ItemState.ANSWERED:
        values["answer"] = answer
    with database.write() as connection:
        connection.execute(review_item.update().where(review_item.c.item_id == item_id).values(values))
        said = {
            "answer_id": f"ans_{item_id}",
            "item_id": item_id,
            "answer": answer,
            "reason": "",
            "made_by": "Ana",
            "made_by_id": "usr_ana",
            "made_at": NOW,
            "is_standing": True,
            "pattern": "ptn",
            "probability": 0.6,
        }
        connection.execute(review_answer.insert().values(said | more))


def test_a_doubt_that_is_found_no_more_lapses_and_comes_back_when_it_is_found_again(app_database):
    assert build(app_database, doubt(1), doubt(2)) == {"open": 2, "new": 2, "reopened": 0, "lapsed": 0}
    assert build(app_database, doubt(1)) == {"open": 1, "new": 0, "reopened": 0, "lapsed": 1}
    assert item(app_database, doubt(2)).state is ItemState.LAPSED
    assert build(app_database, doubt(1), doubt(2))["reopened"] == 1
    assert item(app_database, doubt(2)).state is ItemState.OPEN


def test_an_answered_case_comes_back_only_with_other_records(app_database):
    build(app_database, doubt(1))
    say(app_database, doubt(1), ItemState.ANSWERED)
    for _ in range(2):
        assert build(app_database, doubt(1))["open"] == 0
        assert item(app_database, doubt(1)).state is ItemState.ANSWERED
    build(app_database)
    assert item(app_database, doubt(1)).state is ItemState.ANSWERED
    assert build(app_database, doubt(1, "other"))["reopened"] == 1
    again = item(app_database, doubt(1))
    assert (again.state, again.answer, again.answers) == (ItemState.OPEN, None, ())


def test_an_answered_case_comes_back_when_its_decision_was_withdrawn(app_database):
    build(app_database, doubt(1))
    say(app_database, doubt(1), ItemState.ANSWERED, override_id="ovr_1")
    made = {"override_id": "ovr_1", "kind": "same", "reason": "", "made_by": "Ana", "made_by_id": "usr_ana"}
    with app_database.write() as connection:
        connection.execute(identity_override.insert().values(**made, made_at=NOW, version=1))
    assert build(app_database, doubt(1))["open"] == 0
    with app_database.write() as connection:
        connection.execute(identity_override.update().values(withdrawn_at=NOW, withdrawn_by="Ben"))
    assert build(app_database, doubt(1))["reopened"] == 1


def test_a_first_answer_stands_until_the_records_change(app_database):
    build(app_database, doubt(1))
    say(app_database, doubt(1), ItemState.WAITING)
    version = item(app_database, doubt(1)).version
    build(app_database, doubt(1, probability=0.7))
    kept = item(app_database, doubt(1))
    assert (kept.state, kept.version, kept.probability, len(kept.answers)) == (ItemState.WAITING, version, 0.7, 1)
    build(app_database, doubt(1, "other"))
    voided = item(app_database, doubt(1))
    assert (voided.state, voided.version, voided.answers) == (ItemState.OPEN, version + 1, ())


def test_what_people_have_begun_stays_however_little_it_weighs(app_database):
    build(app_database, doubt(1, probability=0.96), doubt(2))
    say(app_database, doubt(1), ItemState.WAITING)
    build(app_database, doubt(1, probability=0.96), doubt(2), doubt(3), most=1)
    with app_database.read() as connection:
        states = {one.telling[0]: one.state.value for one in read_items(connection, sa.select(review_item))}
    assert states["crm.people:1"] == "waiting"
    assert sorted(states.values()) == ["lapsed", "open", "waiting"] or sorted(states.values()) == ["open", "waiting"]


def test_every_record_of_a_case_is_kept_with_its_side(app_database):
    wide = replace(doubt(1), side_a=("crm.people:1", "crm.people:2"))
    build(app_database, wide)
    build(app_database, replace(wide, side_a=("crm.people:1", "crm.people:3"), fingerprint="y"))
    found = item(app_database, wide)
    assert (found.side_a, found.side_b) == (("crm.people:1", "crm.people:3"), ("shop.people:1",))
    with app_database.read() as connection:
        assert len(connection.execute(sa.select(review_item_subject)).all()) == 3


found_by_a_build = st.dictionaries(st.integers(1, 4), st.sampled_from(["x", "y"]))
answered = st.sets(st.integers(1, 4))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(found_by_a_build, answered), min_size=1, max_size=6))
def test_the_queue_is_what_the_last_build_found_without_what_was_answered_of_these_records(app_database, story):
    with app_database.write() as connection:
        for table in (review_answer, review_item_subject, review_item):
            connection.execute(table.delete())
    closed: dict[int, str] = {}
    for build_no, (found, answers) in enumerate(story, 1):
        build(app_database, *(doubt(number, said) for number, said in found.items()), build_no=build_no)
        wanted = {number for number, said in found.items() if closed.get(number) != said}
        with app_database.read() as connection:
            query = sa.select(review_item).where(review_item.c.state == "open")
            assert {int(one.telling[0].rpartition(":")[2]) for one in read_items(connection, query)} == wanted
        closed = {number: said for number, said in closed.items() if found.get(number, said) == said}
        for number in wanted & answers:
            closed[number] = found[number]
            with app_database.write() as connection:
                mine = review_item.c.item_id == item_id_of(doubt(number))
                connection.execute(review_item.update().where(mine).values(state="answered", answer="same"))

"""Handing over: a note that calls a colleague and, where wished, a task of theirs; both, or neither."""

from __future__ import annotations

import pytest
from tests.care.office import V1, error_of


def send(desk, who, **body):
    return desk.client(who).post(f"{V1}/customers/{desk.ids['a']}/handover", json=body)


def test_the_colleague_is_called_and_owns_the_task(desk):
    done = send(desk, desk.ana, to=desk.ben, message="@Ben Stone go on, please", task={"title": "Call back"})

    assert done.status_code == 201
    assert [one["user_id"] for one in done.json()["note"]["mentions"]] == [desk.ben]
    assert done.json()["task"]["owner"]["user_id"] == desk.ben
    told = desk.client(desk.ben).get(f"{V1}/notifications").json()["items"]
    assert {one["kind"] for one in told} == {"mentioned", "task_assigned"}
    notes = desk.client(desk.ben).get(f"{V1}/customers/{desk.ids['a']}/notes").json()["items"]
    assert [note["body"]["text"] for note in notes] == ["@Ben Stone go on, please"]


def test_who_may_not_see_the_customer_cannot_be_given_the_task_and_then_nothing_is_written(desk):
    done = send(desk, desk.ana, to=desk.sol, message="@Sol Río go on", task={"title": "Call back"})

    assert error_of(done) == "invalid_input"
    assert not desk.client(desk.ana).get(f"{V1}/customers/{desk.ids['a']}/notes").json()["items"]


def test_a_mention_shows_the_customer_to_nobody_who_may_not_see_it(desk):
    assert send(desk, desk.ana, to=desk.sol, message="@Sol Río go on").status_code == 201
    told = desk.client(desk.sol).get(f"{V1}/notifications").json()["items"]
    assert [(one["is_restricted"], one["customer_id"]) for one in told] == [(True, None)]
    assert desk.client(desk.sol).get(f"{V1}/customers/{desk.ids['a']}/handover").status_code == 404


def test_pressing_twice_hands_over_once(desk):
    client = desk.client(desk.ana)
    key = {"Idempotency-Key": "once"}
    body = {"to": desk.ben, "message": "@Ben Stone go on"}
    first, second = (client.post(f"{V1}/customers/{desk.ids['a']}/handover", json=body, headers=key) for _ in range(2))
    assert first.json() == second.json()
    assert len(client.get(f"{V1}/customers/{desk.ids['a']}/notes").json()["items"]) == 1


@pytest.mark.parametrize("body", [{"message": "x"}, {"to": "usr_nobody", "message": "x"}, {"to": "", "message": ""}])
def test_a_hand_over_to_nobody_is_refused(desk, body):
    assert error_of(send(desk, desk.ana, **body)) == "invalid_input"

"""Tasks always have an owner who can see them, and a history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from tests.care.office import V1, error_of, etag

from onefold.care import reassign_tasks
from onefold.care.tables import task

TODAY = date(2026, 11, 22)


def make(client, customer_id=None, title="Call", **more):
    return client.post(f"{V1}/tasks", json={"title": title, "customer_id": customer_id, **more})


def titles(client, **query):
    answer = client.get(f"{V1}/tasks", params={"today": TODAY.isoformat(), **query})
    assert answer.status_code == 200, answer.text
    return [one["title"]["text"] for one in answer.json()["items"]]


def test_a_task_belongs_to_who_made_it_unless_said_otherwise(desk):
    ana = desk.client(desk.ana)
    made = make(ana, desk.ids["a"]).json()
    assert made["owner"] == {"user_id": desk.ana, "name": "Ana Puig"}
    assert made["customer_name"]["text"] == "Customer a"
    given = make(ana, desk.ids["a"], owner_id=desk.ben).json()
    assert given["owner"]["name"] == "Ben Stone"
    told = desk.client(desk.ben).get(f"{V1}/notifications").json()["items"]
    assert [one["kind"] for one in told] == ["task_assigned"]


def test_no_task_is_without_owner(desk):
    full = desk.client()
    assert error_of(make(full, desk.ids["a"])) == "invalid_input"  # the command line is nobody who does tasks
    assert error_of(make(full, desk.ids["a"], owner_id="usr_none")) == "invalid_input"
    with desk.database.write() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(
            task.insert().values(
                task_id="t",
                title="x",
                body="",
                owner_id="",
                state="open",
                created_by="x",
                created_by_name="x",
                created_at=sa.func.now(),
                updated_at=sa.func.now(),
                version=1,
            )
        )


def test_work_on_a_customer_is_given_only_to_who_may_see_it(desk):
    ana = desk.client(desk.ana)
    answer = make(ana, desk.ids["a"], owner_id=desk.sol)
    assert error_of(answer) == "invalid_input"
    made = make(ana, desk.ids["a"])
    changed = ana.put(
        f"{V1}/tasks/{made.json()['task_id']}", json={"title": "x", "owner_id": desk.sol}, headers=etag(made)
    )
    assert error_of(changed) == "invalid_input"


def test_giving_work_to_others_needs_the_right_to(desk):
    from onefold.access.tables import role
    from onefold.kernel import utc_now

    with desk.database.write() as connection:
        connection.execute(
            role.insert().values(
                role_id="rol_x",
                name="Solo",
                description="",
                is_shipped=False,
                denials={},
                masks={},
                version=1,
                permissions={"customer": ["read"], "task": ["read", "create", "update"]},
                updated_at=utc_now(),
            )
        )
    solo = desk.client(desk.person("Solo", "rol_x"))
    assert make(solo, desk.ids["a"]).status_code == 201
    assert error_of(make(solo, desk.ids["a"], owner_id=desk.ben)) == "not_allowed"


def test_tasks_of_a_customer_out_of_scope_are_in_no_list_count_or_door(desk):
    sol, ana = desk.client(desk.sol), desk.client(desk.ana)
    made = make(sol, desk.ids["b"], "secret").json()
    assert titles(ana, owner="any") == []
    assert titles(ana, owner="any", q="sec") == []
    assert ana.get(f"{V1}/tasks/summary").json()["items"] == []
    doors = [
        ana.get(f"{V1}/tasks/{made['task_id']}"),
        ana.get(f"{V1}/tasks/{made['task_id']}/history"),
        ana.put(f"{V1}/tasks/{made['task_id']}", json={"title": "x"}, headers={"If-Match": '"1"'}),
        ana.get(f"{V1}/customers/{desk.ids['b']}/tasks"),
        ana.get(f"{V1}/tasks", params={"customer_id": desk.ids["b"], "owner": "any"}),
        make(ana, desk.ids["b"]),
    ]
    assert [door.status_code for door in doors] == [404] * len(doors)


def test_a_task_about_nobody_is_between_its_owner_and_its_maker(desk):
    made = make(desk.client(desk.ana), title="Order paper", owner_id=desk.sol).json()
    assert titles(desk.client(desk.sol)) == ["Order paper"]
    assert titles(desk.client(desk.ana), owner="any") == ["Order paper"]
    ben = desk.client(desk.ben)
    assert titles(ben, owner="any") == []
    assert ben.get(f"{V1}/tasks/{made['task_id']}").status_code == 404


def test_my_tasks_come_by_day_and_those_without_one_last(desk):
    ana = desk.client(desk.ana)
    make(ana, title="some day")
    for days in (3, -2, 0):
        make(ana, desk.ids["a"], f"in {days}", due_on=(TODAY + timedelta(days)).isoformat())
    make(ana, title="of Ben", owner_id=desk.ben)
    assert titles(ana) == ["in -2", "in 0", "in 3", "some day"]
    assert titles(ana, due="overdue") == ["in -2"]
    assert titles(ana, due="today") == ["in 0"]
    assert titles(ana, due="none") == ["some day"]
    assert titles(ana, q="SOME") == ["some day"]
    first = ana.get(f"{V1}/tasks", params={"limit": 3}).json()
    rest = ana.get(f"{V1}/tasks", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [one["title"]["text"] for one in first["items"] + rest["items"]] == titles(ana)


def test_doing_and_opening_again_is_in_the_history(desk):
    ana = desk.client(desk.ana)
    made = make(ana, desk.ids["a"], "Call", due_on="2026-11-30")
    path = f"{V1}/tasks/{made.json()['task_id']}"
    done = ana.put(path, json={"title": "Call", "due_on": "2026-11-30", "state": "done"}, headers=etag(made))
    assert done.json()["closed_at"]
    again = ana.put(path, json={"title": "Call again", "due_on": None, "state": "open"}, headers=etag(done))
    assert again.json()["closed_at"] is None
    history = ana.get(f"{path}/history").json()["items"]
    assert [one["changes"] for one in history] == [
        {"title": ["Call", "Call again"], "due_on": ["2026-11-30", None], "state": ["done", "open"]},
        {"state": ["open", "done"]},
    ]
    assert titles(ana, state="done") == []


def test_the_second_of_two_changes_of_a_task_is_told(desk):
    ana, ben = desk.client(desk.ana), desk.client(desk.ben)
    made = make(ana, desk.ids["a"])
    path = f"{V1}/tasks/{made.json()['task_id']}"
    assert ben.put(path, json={"title": "Ben was here"}, headers=etag(made)).status_code == 200
    second = ana.put(path, json={"title": "Ana too"}, headers=etag(made))
    assert second.status_code == 412
    assert ana.get(path).json()["title"]["text"] == "Ben was here"
    assert ana.put(path, json={"title": "x"}).status_code == 428


def test_a_masked_title_is_neither_shown_changed_nor_searched(desk):
    from onefold.access.tables import role
    from onefold.kernel import utc_now

    with desk.database.write() as connection:
        connection.execute(
            role.insert().values(
                role_id="rol_m",
                name="Masked",
                description="",
                is_shipped=False,
                denials={},
                version=1,
                masks={"task.title": "hidden", "task.body": "hidden"},
                updated_at=utc_now(),
                permissions={"customer": ["read"], "task": ["read", "update"]},
            )
        )
    made = make(desk.client(desk.ana), desk.ids["a"], "secret", body="hush")
    masked = desk.client(desk.person("Mo", "rol_m"))
    path = f"{V1}/tasks/{made.json()['task_id']}"
    assert "secret" not in masked.get(path).text
    assert error_of(masked.get(f"{V1}/tasks", params={"q": "sec", "owner": "any"})) == "not_allowed"
    changed = masked.put(path, json={"title": "guess", "body": "x", "state": "done"}, headers=etag(made))
    assert changed.status_code == 200
    seen = desk.client(desk.ana).get(path).json()
    assert (seen["title"]["text"], seen["body"]["text"], seen["state"]) == ("secret", "hush", "done")
    assert "secret" not in masked.get(f"{path}/history").text


def test_who_has_how_much_to_do(desk):
    ana = desk.client(desk.ana)
    make(ana, desk.ids["a"], due_on=(TODAY - timedelta(1)).isoformat())
    make(ana, desk.ids["a"], due_on=TODAY.isoformat())
    make(ana, desk.ids["a"], owner_id=desk.ben)
    make(desk.client(desk.sol), desk.ids["b"], due_on="2020-01-01")
    answer = ana.get(f"{V1}/tasks/summary", params={"today": TODAY.isoformat()}).json()["items"]
    assert [(one["owner"]["name"], one["open"], one["overdue"], one["due_today"]) for one in answer] == [
        ("Ana Puig", 2, 1, 1),
        ("Ben Stone", 1, 0, 0),
    ]


def test_tasks_follow_a_merge_and_come_back(desk):
    ids = desk.customers("p", "q r")
    ana = desk.client(desk.ana)
    make(ana, ids["p"], "of p")
    make(ana, ids["q"], "of q")
    merged = desk.customers("p q r")
    answer = ana.get(f"{V1}/customers/{merged['p']}/tasks").json()["items"]
    assert sorted(one["title"]["text"] for one in answer) == ["of p", "of q"]
    assert {one["customer_id"] for one in answer} == {merged["p"]}
    assert titles(ana, owner="any") == ["of p", "of q"] or titles(ana, owner="any") == ["of q", "of p"]
    desk.customers("p", "q r")
    answer = ana.get(f"{V1}/customers/{ids['p']}/tasks").json()["items"]
    assert [one["title"]["text"] for one in answer] == ["of p"]


def test_work_of_one_who_leaves_goes_to_another(desk):
    for number in range(3):
        make(desk.client(desk.ana), desk.ids["a"], f"t{number}")
    boss = desk.person("Mia", "manager")
    assert desk.run(reassign_tasks, boss, desk.ana, desk.ben) == 3
    assert titles(desk.client(desk.ben))
    assert titles(desk.client(desk.ana)) == []


def test_whoever_leaves_hands_over_their_open_tasks_in_the_same_step(desk):
    for number in range(2):
        make(desk.client(desk.ana), desk.ids["a"], f"t{number}")
    full = desk.client()
    address = f"{V1}/users/{desk.ana}"
    read = {"If-Match": full.get(address).headers["etag"]}
    refused = full.patch(address, json={"state": "disabled"}, headers=read)
    assert refused.status_code == 409
    assert {name: refused.json()["error"][name] for name in ("code", "reason", "tasks")} == {
        "code": "conflict",
        "reason": "open_tasks",
        "tasks": 2,
    }
    assert full.get(address).json()["state"] == "active"
    to_nobody = full.patch(address, json={"state": "disabled", "tasks_to": desk.ana}, headers=read)
    assert to_nobody.status_code == 422
    done = full.patch(address, json={"state": "disabled", "tasks_to": desk.ben}, headers=read)
    assert (done.status_code, done.json()["state"]) == (200, "disabled")
    assert sorted(titles(desk.client(desk.ben))) == ["t0", "t1"]
    with desk.database.read() as connection:
        told = sa.text("select count(*) from notification where user_id = :ben and kind = 'task_assigned'")
        assert connection.scalar(told, {"ben": desk.ben}) == 2
